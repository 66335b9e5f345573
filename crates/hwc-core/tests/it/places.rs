//! The bound on the requests under way: who finds no place waits within the deadline, and is never sent late.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hwc_core::{
    CallOptions, Clock, Delivery, FaultKind, Pipeline, RateLimit, Timeouts,
    identity::{
        CachedIdentity, FetchIdentity, Fetched, Identity, IdentityContext, IdentityFuture, Token,
    },
    testing::{FakeClock, ScriptedTransport, Step},
};

use crate::{
    given::{READ, SUBMIT, real, request, scripted},
    server::Server,
};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_call_without_a_place_waits_and_ends_within_its_deadline_as_not_sent() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).otherwise(Step::hang());
    let pipeline = scripted(&clock, &network)
        .max_connections(2)
        .timeouts(Timeouts::default().attempt(Duration::from_secs(100)))
        .build()
        .unwrap();
    let options = CallOptions::default();
    let late = CallOptions::default().with_deadline(Duration::from_secs(5));
    let (first, second, third) = clock.run(async {
        tokio::join!(
            pipeline.call(request(&SUBMIT), &SUBMIT, &options),
            pipeline.call(request(&READ), &READ, &options),
            pipeline.call(request(&SUBMIT), &SUBMIT, &late),
        )
    });
    for fault in [first.unwrap_err(), second.unwrap_err()] {
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::Timeout, Delivery::Unknown)
        );
    }
    let fault = third.unwrap_err();
    assert_eq!(
        (fault.kind, fault.delivery),
        (FaultKind::Timeout, Delivery::NotSent)
    );
    assert_eq!((fault.attempts, fault.elapsed), (0, Duration::from_secs(5)));
    assert!(fault.to_string().contains("all 2 are in use"), "{fault}");
    assert!(fault.help().contains("nothing was sent"));
    assert_eq!(network.requests().len(), 2, "what waited is never sent");
    assert_eq!(clock.sleepers(), 0);
}

#[test]
fn a_place_that_becomes_free_goes_to_who_waited_first() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock)
        .otherwise(Step::json(200, "{}").after(Duration::from_secs(1)));
    let pipeline = scripted(&clock, &network)
        .max_connections(1)
        .build()
        .unwrap();
    let options = CallOptions::default();
    let took = |call| {
        let (pipeline, options) = (&pipeline, &options);
        async move {
            let _: usize = call;
            pipeline
                .call(request(&SUBMIT), &SUBMIT, options)
                .await
                .unwrap()
                .elapsed
        }
    };
    let (first, second, third) = clock.run(async { tokio::join!(took(1), took(2), took(3)) });
    assert_eq!(
        [first, second, third],
        [1, 2, 3].map(Duration::from_secs),
        "in order, one at a time"
    );
}

/// A pause before the next attempt holds no place.
#[test]
fn a_call_that_waits_for_its_next_attempt_lets_others_go() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock)
        .then(Step::answer(429).header("retry-after", "10"))
        .otherwise(Step::json(200, "{}"));
    let pipeline = scripted(&clock, &network)
        .max_connections(1)
        .build()
        .unwrap();
    let options = CallOptions::default();
    let (slow, quick) = clock.run(async {
        tokio::join!(
            pipeline.call(request(&READ), &READ, &options),
            pipeline.call(request(&READ), &READ, &options),
        )
    });
    assert!(slow.unwrap().elapsed >= Duration::from_secs(10));
    assert_eq!(quick.unwrap().elapsed, Duration::ZERO);
}

#[test]
fn no_place_at_all_is_refused_by_name() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock);
    let error = scripted(&clock, &network)
        .max_connections(0)
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("max_connections"), "{error}");
    assert_eq!(clock.elapsed(), Duration::ZERO);
}

/// Who waits for its turn under the own rate limit holds no place: others hear at once why they cannot go.
#[test]
fn a_call_that_waits_for_its_turn_holds_no_place() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, "{}"));
    let pipeline = scripted(&clock, &network)
        .max_connections(1)
        .rate_limit(RateLimit::per_second(0.1))
        .build()
        .unwrap();
    let options = CallOptions::default();
    let late = CallOptions::default().with_deadline(15 * SECOND);
    let (first, second, third) = clock.run(async {
        tokio::join!(
            pipeline.call(request(&SUBMIT), &SUBMIT, &options),
            pipeline.call(request(&SUBMIT), &SUBMIT, &options),
            pipeline.call(request(&SUBMIT), &SUBMIT, &late),
        )
    });
    assert_eq!(first.unwrap().elapsed, Duration::ZERO);
    assert_eq!(second.unwrap().elapsed, 10 * SECOND);
    let fault = third.unwrap_err();
    assert_eq!(
        (fault.kind, fault.delivery),
        (FaultKind::Throttled, Delivery::NotSent)
    );
    assert_eq!(
        (fault.retry_after, fault.elapsed),
        (Some(20 * SECOND), Duration::ZERO)
    );
    assert_eq!(network.requests().len(), 2);
}

/// Logins that give tokens of 15 seconds, or hang.
#[derive(Debug)]
struct Issuer {
    fetched: AtomicUsize,
    hangs: bool,
}

impl FetchIdentity for Issuer {
    fn fetch<'a>(&'a self, _: &'a IdentityContext) -> IdentityFuture<'a, Fetched> {
        Box::pin(async move {
            if self.hangs {
                std::future::pending::<()>().await;
            }
            let number = self.fetched.fetch_add(1, Ordering::SeqCst) + 1;
            let token = Token::new(&format!("token-{number}").as_str().into())?;
            Ok(Fetched::lasting(Identity::token(token), 15 * SECOND))
        })
    }
}

fn issuer(hangs: bool) -> CachedIdentity {
    CachedIdentity::new(Issuer {
        fetched: AtomicUsize::new(0),
        hangs,
    })
}

/// A request goes out with credentials from after the wait: those from before may have ended in it.
#[test]
fn a_call_that_waited_goes_out_with_credentials_that_hold() {
    for (row, limited, delay) in [
        ("for a turn", true, Duration::ZERO),
        ("for a place", false, 20 * SECOND),
    ] {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, "{}").after(delay));
        let mut pipeline = scripted(&clock, &network)
            .identity(issuer(false))
            .max_connections(1)
            .timeouts(Timeouts::default().attempt(60 * SECOND).total(60 * SECOND));
        if limited {
            pipeline = pipeline.rate_limit(RateLimit::per_second(0.05));
        }
        let pipeline = pipeline.build().unwrap();
        let options = CallOptions::default();
        let (first, second) = clock.run(async {
            tokio::join!(
                pipeline.call(request(&SUBMIT), &SUBMIT, &options),
                pipeline.call(request(&SUBMIT), &SUBMIT, &options),
            )
        });
        first.unwrap();
        second.unwrap();
        let tokens: Vec<_> = network
            .requests()
            .iter()
            .map(|request| request.header("x-auth-token").unwrap().to_owned())
            .collect();
        assert_eq!(tokens, ["token-1", "token-2"], "{row}");
    }
}

/// Who waits for credentials holds no place either.
#[test]
fn calls_without_credentials_all_say_so() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock);
    let pipeline = scripted(&clock, &network)
        .identity(issuer(true))
        .max_connections(1)
        .build()
        .unwrap();
    let options = CallOptions::default();
    let (first, second) = clock.run(async {
        tokio::join!(
            pipeline.call(request(&SUBMIT), &SUBMIT, &options),
            pipeline.call(request(&SUBMIT), &SUBMIT, &options),
        )
    });
    for fault in [first.unwrap_err(), second.unwrap_err()] {
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::Timeout, Delivery::NotSent)
        );
        assert!(fault.to_string().contains("no credentials"), "{fault}");
    }
}

/// Many callers, few connections: all succeed.
#[tokio::test]
async fn many_callers_share_few_connections() {
    const PLACES: usize = 4;
    let open = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let server = Server::start({
        let (open, most) = (open.clone(), most.clone());
        move |_, connection| {
            let now = open.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(now, Ordering::SeqCst);
            while connection.read_request().is_some() && connection.answer("{}") {}
            open.fetch_sub(1, Ordering::SeqCst);
        }
    });
    let pipeline = Arc::new(
        real(&server.http())
            .max_connections(PLACES)
            .build()
            .unwrap(),
    );
    side_by_side(&pipeline, 300).await;
    assert_eq!(server.requests().len(), 300);
    // Besides those under way, as many idle ones may be open.
    let most = most.load(Ordering::SeqCst);
    assert!(most <= 2 * PLACES, "{most} connections at once");
}

/// Callers that go on side by side, one call after the other, use the same connections again.
#[tokio::test]
async fn as_many_connections_are_kept_as_may_be_in_use() {
    const PLACES: usize = 32;
    let opened = Arc::new(AtomicUsize::new(0));
    let server = Server::start({
        let opened = opened.clone();
        move |_, connection| {
            opened.fetch_add(1, Ordering::SeqCst);
            while connection.read_request().is_some() && connection.answer("{}") {}
        }
    });
    let pipeline = Arc::new(
        real(&server.http())
            .max_connections(PLACES)
            .build()
            .unwrap(),
    );
    for _ in 0..10 {
        side_by_side(&pipeline, PLACES).await;
    }
    // Some more: one is opened while another one is on its way back.
    let opened = opened.load(Ordering::SeqCst);
    assert!(opened <= 2 * PLACES, "{opened} connections in all");
}

/// So many calls at the same time, each in a task of its own: all succeed.
async fn side_by_side(pipeline: &Arc<Pipeline>, number: usize) {
    let calls: Vec<_> = (0..number)
        .map(|_| {
            let pipeline = Arc::clone(pipeline);
            tokio::spawn(async move {
                pipeline
                    .call(request(&SUBMIT), &SUBMIT, &CallOptions::default())
                    .await
                    .map(drop)
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
}
