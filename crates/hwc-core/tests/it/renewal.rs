//! Calls whose token runs out: IAM and the service on one scripted network, told apart by host.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use hwc_core::{
    CallOptions, Clock as _, Delivery, Fault, FaultKind, Idempotency, Makes, Operation, Pipeline,
    Reply, RequestContent, RetryPolicy,
    identity::{CachedIdentity, IamPassword, IamUser, IdentityError, IdentityErrorKind, Token},
    secret::SecretString,
    testing::{FakeClock, ScriptedTransport, Step},
};
use serde_json::json;

const READ: Operation =
    Operation::new("read", "GET", "/v2/things", Idempotency::Safe).with_makes(Makes::Nothing);
const WRITE: Operation = Operation::new("write", "POST", "/v2/things", Idempotency::NotIdempotent)
    .with_request(RequestContent::Json)
    .with_makes(Makes::Nothing);

/// A cloud of two hosts: IAM numbers its tokens, the service takes those that are alive.
struct Cloud {
    clock: FakeClock,
    network: ScriptedTransport,
    pipeline: Arc<Pipeline>,
    /// Tokens the service takes, and until when.
    alive: Arc<Mutex<BTreeMap<String, jiff::Timestamp>>>,
    /// The service refuses every token on requests with this method.
    refused_method: Arc<Mutex<Option<&'static str>>>,
    /// The service answers the next request so, once.
    odd_answer: Arc<Mutex<Option<Step>>>,
}

impl Cloud {
    /// `iam` answers the n-th login; `None`: with a token that lives a day and that the service takes.
    fn new(iam: impl Fn(usize) -> Option<Step> + Send + Sync + 'static) -> Self {
        let clock = FakeClock::new();
        let alive = Arc::new(Mutex::new(BTreeMap::<String, jiff::Timestamp>::new()));
        let logins = AtomicUsize::new(0);
        let refused_method = Arc::new(Mutex::new(None));
        let (known, time) = (Arc::clone(&alive), clock.clone());
        let not_taken = Arc::clone(&refused_method);
        let odd_answer: Arc<Mutex<Option<Step>>> = Arc::default();
        let odd = Arc::clone(&odd_answer);
        let network = ScriptedTransport::new(&clock).answering(move |request| {
            if request.uri.host() == Some("iam.myhuaweicloud.com") {
                let number = logins.fetch_add(1, Ordering::SeqCst) + 1;
                return iam(number).unwrap_or_else(|| {
                    let token = format!("token-{number}");
                    let expires_at = time.now() + jiff::SignedDuration::from_hours(24);
                    known.lock().unwrap().insert(token.clone(), expires_at);
                    let body = json!({"token": {"expires_at": expires_at.to_string()}});
                    Step::json(201, body.to_string()).header("x-subject-token", token)
                });
            }
            if let Some(step) = odd.lock().unwrap().take() {
                return step;
            }
            let known = known.lock().unwrap();
            let taken = not_taken
                .lock()
                .unwrap()
                .is_none_or(|method: &str| request.method != method);
            match request
                .header("x-auth-token")
                .filter(|_| taken)
                .and_then(|token| known.get(token))
            {
                Some(end) if time.now() < *end => Step::json(200, r#"{"count":1}"#),
                _ => Step::json(
                    401,
                    r#"{"error_code":"APIGW.0307","error_msg":"The token must be updated."}"#,
                ),
            }
        });
        let login = IamPassword::new(IamUser::new("acme", "bridge", "pw")).unwrap();
        let pipeline = Pipeline::builder("https://osm.example".parse().unwrap())
            .identity(CachedIdentity::new(login))
            .clock(Arc::new(clock.clone()))
            .transport(Arc::new(network.clone()))
            .retry(RetryPolicy::standard())
            .error_codes(crate::given::CODES)
            .build()
            .unwrap();
        Self {
            clock,
            network,
            pipeline: Arc::new(pipeline),
            alive,
            refused_method,
            odd_answer,
        }
    }

    fn healthy() -> Self {
        Self::new(|_| None)
    }

    fn call(&self, operation: &'static Operation) -> Result<Reply, Fault> {
        self.clock.run(call(Arc::clone(&self.pipeline), operation))
    }

    /// Logins and service requests so far.
    fn requests(&self) -> (usize, usize) {
        let requests = self.network.requests();
        let logins = requests
            .iter()
            .filter(|request| request.method == "POST" && request.uri.path() == "/v3/auth/tokens");
        let logins = logins.count();
        (logins, requests.len() - logins)
    }

    /// All tokens given so far die.
    fn kill_tokens(&self) {
        self.alive.lock().unwrap().clear();
    }
}

async fn call(pipeline: Arc<Pipeline>, operation: &'static Operation) -> Result<Reply, Fault> {
    let mut request = http::Request::new(Bytes::from_static(
        if matches!(operation.idempotency, Idempotency::Safe) {
            b""
        } else {
            b"{}"
        },
    ));
    *request.method_mut() = operation.method.parse().unwrap();
    *request.uri_mut() = operation.path.parse().unwrap();
    pipeline
        .call(request, operation, &CallOptions::default())
        .await
}

/// Row 34: a token that died early is renewed once and the call repeated, a write too: the gateway
/// refused it before anything was done.
#[test]
fn a_dead_token_is_renewed_once_and_the_call_repeated() {
    for operation in [&READ, &WRITE] {
        let cloud = Cloud::healthy();
        cloud.call(operation).unwrap();
        assert_eq!(cloud.requests(), (1, 1));
        cloud.kill_tokens();
        cloud.call(operation).unwrap();
        assert_eq!(cloud.requests(), (2, 3));
        cloud.call(operation).unwrap();
        assert_eq!(cloud.requests(), (2, 4));
    }
}

#[test]
fn a_hundred_calls_with_one_dead_token_renew_it_once() {
    let cloud = Cloud::healthy();
    cloud.call(&READ).unwrap();
    cloud.kill_tokens();
    let pipeline = Arc::clone(&cloud.pipeline);
    cloud.clock.run(async move {
        let calls: Vec<_> = (0..100)
            .map(|_| tokio::spawn(call(Arc::clone(&pipeline), &READ)))
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
    assert_eq!(cloud.requests().0, 2);
    assert!(cloud.requests().1 <= 1 + 200);
}

/// Row 35: refused again after the renewal. It stops, and IAM is left in peace for half a minute.
#[test]
fn a_renewed_token_that_is_refused_too_is_not_renewed_again() {
    let cloud = Cloud::new(|number| {
        let body = r#"{"token":{"expires_at":"2026-01-02T00:00:00Z"}}"#;
        Some(Step::json(201, body).header("x-subject-token", format!("not-known-{number}")))
    });
    let fault = cloud.call(&WRITE).unwrap_err();
    assert_eq!(
        (fault.kind, fault.delivery),
        (FaultKind::Unauthorized, Delivery::Rejected)
    );
    assert_eq!(fault.code.as_deref(), Some("APIGW.0307"));
    assert_eq!(cloud.requests(), (2, 2));
    for _ in 0..10 {
        let fault = cloud.call(&WRITE).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Unauthorized);
        assert_ne!(fault.delivery, Delivery::Unknown);
    }
    let (logins, requests) = cloud.requests();
    assert_eq!(logins, 2);
    assert_eq!(
        requests, 2,
        "the second refusal is reported at once: no request goes out in the pause"
    );
    cloud.clock.advance(Duration::from_secs(30));
    cloud.call(&WRITE).unwrap_err();
    assert!(cloud.requests().0 > 2, "after the pause it is tried again");
}

/// Tokens that die one after the other, each after it has worked: each is replaced, and nobody is shut out.
#[test]
fn a_token_that_worked_and_is_revoked_soon_is_replaced_each_time() {
    let cloud = Cloud::healthy();
    cloud.call(&READ).unwrap();
    for revoked in 1..=5 {
        cloud.kill_tokens();
        cloud.clock.advance(Duration::from_secs(20));
        cloud.call(&WRITE).unwrap();
        assert_eq!(cloud.requests().0, revoked + 1);
        cloud.call(&READ).unwrap();
    }
}

/// The service takes the token for everything but one operation: that one fails, and only that one.
#[test]
fn an_operation_that_refuses_every_token_shuts_nobody_else_out() {
    let cloud = Cloud::healthy();
    cloud.call(&READ).unwrap();
    *cloud.refused_method.lock().unwrap() = Some("POST");
    for _ in 0..10 {
        let fault = cloud.call(&WRITE).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Unauthorized);
        assert_eq!(fault.code.as_deref(), Some("APIGW.0307"), "its own answer");
    }
    assert_eq!(cloud.requests().0, 2, "IAM is left in peace");
    cloud.call(&READ).unwrap();
}

/// The same, while others keep proving that the token is good: a refusal now and then may be an early end, a run
/// of them is not.
#[test]
fn refusals_among_answered_calls_are_no_storm_of_logins() {
    let cloud = Cloud::healthy();
    *cloud.refused_method.lock().unwrap() = Some("POST");
    for _ in 0..60 {
        cloud.call(&READ).unwrap();
        let fault = cloud.call(&WRITE).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Unauthorized);
        assert_eq!(fault.code.as_deref(), Some("APIGW.0307"), "its own answer");
        cloud.clock.advance(Duration::from_secs(1));
    }
    let (logins, requests) = cloud.requests();
    // The first, two at once, and one in ten seconds of a minute.
    assert!((4..=1 + 2 + 6).contains(&logins), "{logins} logins");
    assert!(requests <= 60 + 60 + 8, "{requests}");
}

/// Twice at once, then every ten seconds: the token is back by itself, and the pause is forgotten later.
#[test]
fn a_token_that_is_revoked_again_and_again_is_replaced_after_a_pause() {
    let cloud = Cloud::healthy();
    cloud.call(&READ).unwrap();
    for round in 0..2 {
        let before = cloud.requests().0;
        for revoked in 1..=2 {
            cloud.kill_tokens();
            cloud.call(&WRITE).unwrap();
            assert_eq!(cloud.requests().0, before + revoked, "round {round}");
        }
        cloud.kill_tokens();
        let fault = cloud.call(&WRITE).unwrap_err();
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::Unauthorized, Delivery::Rejected)
        );
        assert_eq!(cloud.requests().0, before + 2);
        cloud.clock.advance(Duration::from_secs(10));
        cloud.call(&WRITE).unwrap();
        assert_eq!(cloud.requests().0, before + 3);
        cloud.clock.advance(Duration::from_secs(300));
    }
}

/// A 401 without a known code leaves a write in doubt, and yet the next call has a new token.
#[test]
fn a_bare_401_is_no_proof_and_renews_the_token() {
    for operation in [&READ, &WRITE] {
        let cloud = Cloud::healthy();
        cloud.call(&READ).unwrap();
        let (logins, requests) = cloud.requests();
        *cloud.odd_answer.lock().unwrap() = Some(Step::answer(401));
        let result = cloud.call(operation);
        if operation.idempotency == Idempotency::NotIdempotent {
            let fault = result.unwrap_err();
            assert_eq!(
                (fault.kind, fault.delivery),
                (FaultKind::Unauthorized, Delivery::Unknown)
            );
            assert_eq!(cloud.requests(), (logins, requests + 1));
            cloud.call(&READ).unwrap();
        } else {
            result.unwrap();
        }
        assert_eq!(cloud.requests(), (logins + 1, requests + 2));
    }
}

/// Row 49: what goes wrong at IAM fails the call as not sent, with IAM's own reason in it.
#[test]
fn a_call_without_identity_is_not_sent() {
    let table = [
        (
            Step::answer(401),
            FaultKind::Credentials,
            IdentityErrorKind::Rejected,
            1,
        ),
        (
            Step::answer(503),
            FaultKind::Unavailable,
            IdentityErrorKind::Unavailable,
            3,
        ),
        (
            Step::json(201, "{}"),
            FaultKind::Protocol,
            IdentityErrorKind::Protocol,
            1,
        ),
        (
            Step::refused(),
            FaultKind::Connect,
            IdentityErrorKind::Connect,
            3,
        ),
        (
            Step::hang(),
            FaultKind::Timeout,
            IdentityErrorKind::Timeout,
            2,
        ),
    ];
    for (step, kind, reason, logins) in table {
        let cloud = Cloud::new(move |_| Some(step.clone()));
        let fault = cloud.call(&WRITE).unwrap_err();
        assert_eq!((fault.kind, fault.delivery), (kind, Delivery::NotSent));
        assert_eq!(cloud.requests(), (logins, 0));
        // Whose host it is that failed.
        assert_eq!(fault.host.as_deref(), Some("iam.myhuaweicloud.com"));
        let shown = fault.to_string();
        assert!(shown.contains("host iam.myhuaweicloud.com"), "{shown}");
        assert!(!shown.contains("osm.example"), "{shown}");
        if !matches!(kind, FaultKind::Credentials | FaultKind::Unavailable) {
            assert!(
                fault.help().contains("HUAWEICLOUD_SDK_IAM_ENDPOINT"),
                "{}",
                fault.help()
            );
        }
        assert!(cloud.clock.elapsed() <= Duration::from_secs(30));
        let source = std::error::Error::source(&fault).unwrap();
        assert_eq!(
            source.downcast_ref::<IdentityError>().unwrap().kind(),
            reason
        );
        assert!(!fault.help().is_empty());
        let answered = match reason {
            IdentityErrorKind::Rejected => Some(401),
            IdentityErrorKind::Unavailable => Some(503),
            _ => fault.http_status,
        };
        assert_eq!(
            fault.http_status, answered,
            "IAM's status is a fact of the fault"
        );
    }
}

#[test]
fn a_fixed_token_that_is_refused_ends_the_call() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).otherwise(Step::json(
        401,
        r#"{"error_code":"APIGW.0307","error_msg":"x"}"#,
    ));
    let pipeline = Pipeline::builder("https://osm.example".parse().unwrap())
        .identity(Token::new(&SecretString::from("T")).unwrap())
        .clock(Arc::new(clock.clone()))
        .transport(Arc::new(network.clone()))
        .build()
        .unwrap();
    let fault = clock.run(call(Arc::new(pipeline), &READ)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unauthorized);
    assert_eq!(network.requests().len(), 1);
}

/// Days of calls every ten minutes: the token changes before it ends, and no call ever notices.
#[test]
fn over_days_no_call_meets_an_ended_token() {
    let cloud = Cloud::healthy();
    let (pipeline, clock) = (Arc::clone(&cloud.pipeline), cloud.clock.clone());
    cloud.clock.run(async move {
        for _ in 0..3 * 24 * 6 {
            clock.sleep(Duration::from_secs(600)).await;
            call(Arc::clone(&pipeline), &READ).await.unwrap();
        }
    });
    let (logins, requests) = cloud.requests();
    assert_eq!(requests, 3 * 24 * 6, "none was refused and repeated");
    // A day's token serves for 75 to 80 % of the day.
    assert!((4..=5).contains(&logins), "{logins}");
}
