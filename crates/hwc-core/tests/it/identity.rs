//! Tokens, keys, password login and the metadata service, on a scripted network and a fake clock.

use std::{sync::Arc, time::Duration};

use hwc_core::{
    Clock as _, Delivery, Endpoint, Fault, FaultKind,
    identity::{
        CachedIdentity, FetchIdentity, IamPassword, IamScope, IamUser, Identity, IdentityContext,
        IdentityError, IdentityErrorKind, Keys, MetadataKeys, Principal, ProvideIdentity, Token,
    },
    secret::SecretString,
    testing::{FakeClock, ScriptedTransport, Step},
    transport::{RequestBody, TlsFlaw},
};
use serde_json::json;

/// What the fake clock shows at its start.
const NOW: &str = "Thu, 01 Jan 2026 00:00:00 GMT";

fn user() -> IamUser {
    IamUser::new("acme", "bridge", "pass word")
}

fn login() -> IamPassword {
    IamPassword::new(user()).unwrap()
}

fn context(clock: &FakeClock, network: &ScriptedTransport) -> IdentityContext {
    IdentityContext::new(Arc::new(clock.clone()), Arc::new(network.clone()))
}

/// IAM's answer to a good login.
fn token_answer(token: &str, expires_at: &str) -> Step {
    let body = json!({"token": {"expires_at": expires_at, "issued_at": "2026-01-01T00:00:00.000000Z",
        "methods": ["password"], "user": {"name": "bridge"}, "roles": [{"name": "te_admin"}]}});
    Step::json(201, body.to_string())
        .header("x-subject-token", token)
        .header("date", NOW)
}

/// A script of these steps, and what fetching gives on it.
fn fetch(source: &impl FetchIdentity, steps: &[Step]) -> (Result<Identity, IdentityError>, Run) {
    let clock = FakeClock::new();
    let network = steps
        .iter()
        .cloned()
        .fold(ScriptedTransport::new(&clock), ScriptedTransport::then);
    let context = context(&clock, &network);
    let result = clock
        .run(source.fetch(&context))
        .map(|fetched| fetched.identity().clone());
    (
        result,
        Run {
            requests: network.requests().len(),
            took: clock.elapsed(),
            network,
        },
    )
}

struct Run {
    requests: usize,
    took: Duration,
    network: ScriptedTransport,
}

/// A request that carries `identity`.
fn authorized(identity: &Identity, uri: &str) -> http::Request<RequestBody> {
    let mut request = http::Request::get(uri)
        .body(RequestBody::default())
        .unwrap();
    identity
        .authorize(&mut request, "2026-01-01T00:00:00Z".parse().unwrap())
        .unwrap();
    request
}

#[test]
fn a_password_becomes_a_token() {
    let (identity, run) = fetch(
        &login(),
        &[token_answer("T0KEN", "2026-01-02T00:00:00.701000Z")],
    );
    let identity = identity.unwrap();
    assert_eq!(
        authorized(&identity, "https://osm.example/").headers()["x-auth-token"],
        "T0KEN"
    );
    assert_eq!(
        identity.expires_at(),
        Some("2026-01-02T00:00:00.701Z".parse().unwrap())
    );
    assert!(!identity.is_signed());
    let sent = &run.network.requests()[0];
    assert_eq!(sent.method, "POST");
    assert_eq!(
        sent.uri,
        "https://iam.myhuaweicloud.com/v3/auth/tokens?nocatalog=true"
    );
    let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
    let user = json!({"name": "bridge", "password": "pass word", "domain": {"name": "acme"}});
    assert_eq!(
        body,
        json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"domain": {"name": "acme"}},
        }})
    );
}

#[test]
fn another_iam_and_another_scope() {
    let endpoint: Endpoint = "https://iam.cn-south-1.myhuaweicloud.com".parse().unwrap();
    let login = login()
        .with_endpoint(endpoint)
        .with_scope(IamScope::project("cn-south-1".to_owned()))
        .unwrap();
    let (identity, run) = fetch(&login, &[token_answer("T", "2026-01-02T00:00:00Z")]);
    identity.unwrap();
    let sent = &run.network.requests()[0];
    assert_eq!(sent.uri.host(), Some("iam.cn-south-1.myhuaweicloud.com"));
    let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(
        body["auth"]["scope"],
        json!({"project": {"name": "cn-south-1"}})
    );
    let id = "0123456789abcdef0123456789abcdef";
    assert_eq!(
        IamScope::project(id.to_owned()),
        IamScope::ProjectId(id.to_owned())
    );
}

/// Every answer that gives no token: its kind, how often it was asked, and a word of the help.
#[test]
fn refusals_and_odd_answers_are_typed() {
    use IdentityErrorKind::{
        Connect, Interrupted, Protocol, Rejected, Throttled, Timeout, Tls, Unavailable,
    };
    let good = || token_answer("T", "2026-01-02T00:00:00Z");
    let no_header = Step::json(201, r#"{"token":{"expires_at":"2026-01-02T00:00:00Z"}}"#);
    let with_token = |body: &'static str| Step::json(201, body).header("x-subject-token", "T");
    let table = [
        (Step::answer(400), Rejected, 1, "project"),
        (Step::answer(401), Rejected, 1, "repeated failures lock"),
        (Step::answer(403), Rejected, 1, "administrator"),
        (Step::answer(404), Rejected, 1, "endpoint"),
        (Step::answer(408), Unavailable, 3, "later"),
        (Step::answer(429), Throttled, 3, "wait"),
        (Step::answer(500), Unavailable, 3, "later"),
        (Step::answer(503), Unavailable, 3, "later"),
        (
            Step::answer(302).header("location", "https://evil.example/"),
            Protocol,
            1,
            "portal",
        ),
        (Step::answer(204), Protocol, 1, "endpoint"),
        (Step::answer(418), Protocol, 1, "endpoint"),
        (no_header, Protocol, 1, "portal"),
        (
            token_answer("", "2026-01-02T00:00:00Z"),
            Protocol,
            1,
            "endpoint",
        ),
        (
            token_answer(&"x".repeat(5001), "2026-01-02T00:00:00Z"),
            Protocol,
            1,
            "endpoint",
        ),
        (
            token_answer("a b", "2026-01-02T00:00:00Z"),
            Protocol,
            1,
            "endpoint",
        ),
        (
            token_answer("工", "2026-01-02T00:00:00Z"),
            Protocol,
            1,
            "endpoint",
        ),
        (
            token_answer("T", "2025-12-31T23:59:59Z"),
            Protocol,
            1,
            "clock",
        ),
        (
            token_answer("T", "2026-01-01T00:00:00Z"),
            Protocol,
            1,
            "clock",
        ),
        (
            token_answer("T", "2026-01-02 00:00:00"),
            Protocol,
            1,
            "clock",
        ),
        (token_answer("T", "soon"), Protocol, 1, "clock"),
        (with_token("<html>"), Protocol, 1, "portal"),
        (with_token(""), Protocol, 1, "portal"),
        (with_token("null"), Protocol, 1, "portal"),
        (with_token("{}"), Protocol, 1, "portal"),
        (
            with_token(r#"{"token":{"expires_at":7}}"#),
            Protocol,
            1,
            "portal",
        ),
        (
            good().body(vec![b' '; 1024 * 1024 + 1]),
            Protocol,
            1,
            "endpoint",
        ),
        (
            good().header("x-long", "x".repeat(64 * 1024)),
            Protocol,
            1,
            "endpoint",
        ),
        (good().cut(10), Interrupted, 3, "network"),
        (good().stall(10), Timeout, 2, "network"),
        (Step::hang(), Timeout, 2, "network"),
        (Step::refused(), Connect, 3, "network"),
        (Step::unresolved(), Connect, 3, "network"),
        (Step::tls(TlsFlaw::WrongHost), Tls, 1, "typing mistake"),
    ];
    for (index, (step, kind, asked, help)) in table.into_iter().enumerate() {
        let (result, run) = fetch(&login(), &vec![step; 4]);
        let error = result.unwrap_err();
        assert_eq!(error.kind(), kind, "{index}: {error}");
        assert_eq!(run.requests, asked, "{index}: {error}");
        assert!(error.help().contains(help), "{index}: {}", error.help());
        assert!(
            run.took <= Duration::from_secs(15),
            "{index}: {:?}",
            run.took
        );
        let fault = Fault::from(error);
        assert_eq!(fault.delivery, Delivery::NotSent, "{index}");
    }
}

#[test]
fn a_passing_failure_is_passed_over() {
    let good = token_answer("T", "2026-01-02T00:00:00Z");
    for bad in [
        Step::answer(503),
        Step::refused(),
        Step::reset(),
        Step::hang(),
    ] {
        let (result, run) = fetch(&login(), &[bad, good.clone()]);
        assert!(result.is_ok());
        assert_eq!(run.requests, 2);
    }
}

#[test]
fn a_wait_that_iam_asks_for_is_kept_or_given_back() {
    let throttled = |seconds: &str| Step::answer(429).header("retry-after", seconds);
    let good = token_answer("T", "2026-01-02T00:00:00Z");
    let (result, run) = fetch(&login(), &[throttled("3"), good.clone()]);
    assert!(result.is_ok());
    assert!(run.took >= Duration::from_secs(3));
    let (result, run) = fetch(&login(), &[throttled("3600"), good]);
    let error = result.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert_eq!((run.requests, run.took), (1, Duration::ZERO));
}

/// The local clock is 30 hours off, in either direction: only the answer's own times count.
#[test]
fn a_wrong_local_clock_does_not_end_a_token() {
    for local in ["2026-01-02T06:00:00Z", "2025-12-30T18:00:00Z"] {
        let clock = FakeClock::showing(local.parse().unwrap());
        let network =
            ScriptedTransport::new(&clock).otherwise(token_answer("T", "2026-01-02T00:00:00Z"));
        let context = context(&clock, &network);
        let cache = CachedIdentity::new(login());
        clock.run(async {
            cache.identity(&context).await.unwrap();
            clock.advance(Duration::from_secs(17 * 3600));
            assert_eq!(cache.identity(&context).await.unwrap().generation(), 1);
            clock.advance(Duration::from_secs(7 * 3600));
            assert_eq!(cache.identity(&context).await.unwrap().generation(), 2);
        });
        assert_eq!(network.requests().len(), 2);
    }
}

#[test]
fn what_iam_says_about_its_refusal_is_kept_as_far_as_it_is_no_foreign_text() {
    let body = r#"{"error_code":"IAM.0011","error_msg":"user bridge not found"}"#;
    let (result, _) = fetch(
        &login(),
        &[Step::json(401, body).header("x-request-id", "4f-1c")],
    );
    let error = result.unwrap_err();
    assert_eq!(error.http_status(), Some(401));
    assert_eq!(error.code(), Some("IAM.0011"));
    assert_eq!(error.request_id(), Some("4f-1c"));
    assert_eq!(
        error.to_string(),
        "IAM refused the login (HTTP 401, IAM.0011), host iam.myhuaweicloud.com, request id 4f-1c"
    );
    let fault = Fault::from(error);
    assert_eq!(fault.kind, FaultKind::Credentials);
    assert_eq!(
        fault.to_string(),
        "IAM refused the login (IAM.0011, HTTP 401), host iam.myhuaweicloud.com, request id 4f-1c"
    );
    assert!(fault.help().contains("lock the user"));
    for odd in [
        r#"{"error_code":"pass word"}"#,
        r#"{"error_code":"pass.word"}"#,
        r#"{"error_code":"IAM.pass"}"#,
        r#"{"error_code":"pass.0011"}"#,
        r#"{"error_code":"IAM.00112233445"}"#,
        r#"{"error":{"code":401}}"#,
        "[]",
        "<html>",
    ] {
        let (result, _) = fetch(
            &login(),
            &[Step::json(401, odd).header("x-request-id", "a b")],
        );
        let error = result.unwrap_err();
        assert_eq!((error.code(), error.request_id()), (None, None), "{odd}");
    }
}

/// Every slot that ends up in a header, with everything that could end that header or start another.
#[test]
fn values_that_could_inject_a_header_are_refused_at_construction() {
    let hostile = [
        "",
        "a\r\nX-Evil: 1",
        "a\nb",
        "a\rb",
        "a\0b",
        " a",
        "a ",
        "a b",
        "a\tb",
        "\u{7f}",
        "é",
        "工单",
        "a\u{2028}b",
        "a\u{202e}b",
        "\u{feff}a",
        "a\u{1b}[2J",
    ];
    let secret = |text: &str| SecretString::from(text);
    let keys = || Keys::new(&secret("AK"), secret("SK")).unwrap();
    type Slot<'a> = (
        &'a str,
        Box<dyn Fn(&str) -> Option<IdentityError> + 'a>,
        usize,
    );
    let slots: [Slot<'_>; 7] = [
        (
            "token",
            Box::new(|text| Token::new(&secret(text)).err()),
            5000,
        ),
        (
            "AK",
            Box::new(|text| Keys::new(&secret(text), secret("SK")).err()),
            256,
        ),
        (
            "SK",
            Box::new(|text| Keys::new(&secret("AK"), secret(text)).err()),
            256,
        ),
        (
            "security token",
            Box::new(|text| keys().with_security_token(&secret(text)).err()),
            8192,
        ),
        (
            "domain id",
            Box::new(|text| keys().with_domain_id(text).err()),
            256,
        ),
        (
            "project id",
            Box::new(|text| keys().with_project_id(text).err()),
            256,
        ),
        (
            "domain id",
            Box::new(|text| MetadataKeys::new().with_domain_id(text).err()),
            256,
        ),
    ];
    for (name, build, limit) in &slots {
        let too_long = "x".repeat(limit + 1);
        for text in hostile.into_iter().chain([too_long.as_str()]) {
            let error = build(text).unwrap_or_else(|| panic!("{name} takes {text:?}"));
            assert_eq!(error.kind(), IdentityErrorKind::Invalid, "{name} {text:?}");
            assert!(error.to_string().contains(name), "{error}");
        }
        assert!(build(&"x".repeat(*limit)).is_none(), "{name} at its limit");
    }
    for separator in ["a,b", "a;b", "a=b"] {
        assert!(
            Keys::new(&secret(separator), secret("SK")).is_err(),
            "{separator}"
        );
    }
    for text in ["", "a\r\nb", "a\0"] {
        for slot in 0..3 {
            let mut user = user();
            match slot {
                0 => user.account = text.to_owned(),
                1 => user.name = text.to_owned(),
                _ => user.password = secret(text),
            }
            let error = IamPassword::new(user).unwrap_err();
            assert_eq!(error.kind(), IdentityErrorKind::Invalid);
        }
        assert!(
            login()
                .with_scope(IamScope::DomainId(text.to_owned()))
                .is_err()
        );
        assert!(
            login()
                .with_scope(IamScope::ProjectName(text.to_owned()))
                .is_err()
        );
    }
}

#[test]
fn authorizing_replaces_what_stood_there_before() {
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let later = "2026-01-01T00:01:00Z".parse().unwrap();
    let secret = |text: &str| SecretString::from(text);
    let keys = Keys::new(&secret("AK"), secret("SK"))
        .unwrap()
        .with_security_token(&secret("STS"))
        .unwrap()
        .with_domain_id("d0")
        .unwrap();
    let keys = Identity::keys(keys);
    let token = Identity::token(Token::new(&secret("T0KEN")).unwrap());
    let mut request = http::Request::get("https://osm.example:8443/v2/x?b=1+2&a=%e5")
        .body(RequestBody::default())
        .unwrap();

    keys.authorize(&mut request, now).unwrap();
    let headers = request.headers();
    assert_eq!(headers["host"], "osm.example:8443");
    assert_eq!(headers["x-sdk-date"], "20260101T000000Z");
    assert_eq!(headers["x-domain-id"], "d0");
    assert_eq!(headers["x-security-token"], "STS");
    assert_eq!(
        request.uri().query(),
        Some("a=%E5&b=1%202"),
        "what is signed is what is sent"
    );
    let first = headers["authorization"].clone();
    assert!(first.is_sensitive());
    assert!(
        first
            .to_str()
            .unwrap()
            .contains("SignedHeaders=host;x-domain-id;x-sdk-date;x-security-token, Signature=")
    );

    let once = request.headers().clone();
    keys.authorize(&mut request, now).unwrap();
    assert_eq!(*request.headers(), once, "signing twice is signing once");
    keys.authorize(&mut request, later).unwrap();
    assert_eq!(request.headers()["x-sdk-date"], "20260101T000100Z");
    assert_ne!(request.headers()["authorization"], first);

    token.authorize(&mut request, later).unwrap();
    assert_eq!(request.headers()["x-auth-token"], "T0KEN");
    for gone in [
        "authorization",
        "x-sdk-date",
        "x-security-token",
        "x-domain-id",
    ] {
        assert!(!request.headers().contains_key(gone), "{gone}");
    }
    keys.authorize(&mut request, later).unwrap();
    assert!(!request.headers().contains_key("x-auth-token"));
}

/// Each alone, once or twice, and all together.
#[test]
fn no_header_of_identity_that_the_caller_put_is_left() {
    const NAMES: [&str; 6] = [
        "authorization",
        "x-auth-token",
        "x-sdk-date",
        "x-security-token",
        "x-domain-id",
        "x-project-id",
    ];
    let token = Identity::token(Token::new(&SecretString::from("T0KEN")).unwrap());
    for given in NAMES.iter().map(|name| vec![*name]).chain([
        NAMES.to_vec(),
        [NAMES, NAMES].concat(),
        Vec::new(),
    ]) {
        let mut request = http::Request::get("https://osm.example/v2/x").header("x-kept", "kept");
        for name in &given {
            request = request.header(*name, "CANARY");
        }
        let mut request = request.body(RequestBody::default()).unwrap();
        let now = jiff::Timestamp::UNIX_EPOCH;
        token.authorize(&mut request, now).unwrap();
        let headers = request.headers();
        assert_eq!(headers.len(), 2, "{given:?}");
        assert_eq!(headers["x-auth-token"], "T0KEN");
        assert_eq!(headers["x-kept"], "kept");
    }
}

#[test]
fn credentials_do_not_go_over_plain_http() {
    let token = Identity::token(Token::new(&SecretString::from("T")).unwrap());
    let table = [
        ("https://osm.example/", true),
        ("http://127.0.0.1:1/", true),
        ("http://127.9.9.9/", true),
        ("http://[::1]:1/", true),
        ("http://localhost/", true),
        ("http://LOCALHOST/", true),
        ("http://osm.example/", false),
        ("http://169.254.169.254/", false),
        ("http://127.0.0.1.evil.example/", false),
        ("http://localhost.evil.example/", false),
        ("http://10.0.0.1/", false),
    ];
    for (uri, allowed) in table {
        let mut request = http::Request::get(uri)
            .body(RequestBody::default())
            .unwrap();
        let result = token.authorize(&mut request, jiff::Timestamp::UNIX_EPOCH);
        assert_eq!(result.is_ok(), allowed, "{uri}");
        assert_eq!(
            request.headers().contains_key("x-auth-token"),
            allowed,
            "{uri}"
        );
        if let Err(error) = result {
            assert_eq!(error.kind(), IdentityErrorKind::Insecure);
        }
    }
}

#[test]
fn a_request_that_cannot_be_signed_is_not_sent_half_signed() {
    let keys = Keys::new(&SecretString::from("AK"), SecretString::from("SK")).unwrap();
    let keys = Identity::keys(keys);
    let now = jiff::Timestamp::UNIX_EPOCH;
    let mut no_host = http::Request::get("/v2/x")
        .body(RequestBody::default())
        .unwrap();
    assert_eq!(
        keys.authorize(&mut no_host, now).unwrap_err().kind(),
        IdentityErrorKind::Invalid
    );
    let mut raw = http::Request::get("https://osm.example/")
        .body(RequestBody::default())
        .unwrap();
    let value = http::HeaderValue::from_bytes("组".as_bytes()).unwrap();
    raw.headers_mut().insert("x-language", value);
    let error = keys.authorize(&mut raw, now).unwrap_err();
    assert!(error.to_string().contains("x-language"), "{error}");
    assert!(!raw.headers().contains_key("authorization"));
}

#[test]
fn a_fixed_identity_that_has_ended_says_so() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock);
    let context = context(&clock, &network);
    let end = "2026-01-01T01:00:00Z".parse().unwrap();
    let secret = |text: &str| SecretString::from(text);
    let fixed: [(Arc<dyn ProvideIdentity>, &str); 3] = [
        (
            Arc::new(Token::new(&secret("T")).unwrap().with_expires_at(end)),
            "the token you gave expired at 2026-01-01T01:00:00Z",
        ),
        (
            Arc::new(
                Keys::new(&secret("AK"), secret("SK"))
                    .unwrap()
                    .with_expires_at(end),
            ),
            "the temporary keys you gave expired at 2026-01-01T01:00:00Z",
        ),
        (
            Arc::new(Identity::from(
                Token::new(&secret("T")).unwrap().with_expires_at(end),
            )),
            "the token you gave expired at 2026-01-01T01:00:00Z",
        ),
    ];
    for (fixed, _) in &fixed {
        let identity = clock.run(fixed.identity(&context)).unwrap();
        assert!(!fixed.refused(&identity), "asking again gives the same");
    }
    clock.advance(Duration::from_secs(3600));
    for (fixed, text) in &fixed {
        let error = clock.run(fixed.identity(&context)).unwrap_err();
        assert_eq!(error.kind(), IdentityErrorKind::Expired);
        assert_eq!(error.to_string(), *text);
    }
}

/// The keys of the metadata service.
fn keys_answer(expires_at: &str) -> Step {
    let body = json!({"credential": {"access": "AK", "secret": "SK", "securitytoken": "STS",
        "expires_at": expires_at}});
    Step::json(200, body.to_string()).header("date", NOW)
}

#[test]
fn the_metadata_service_gives_temporary_keys() {
    let source = MetadataKeys::new().with_domain_id("d0").unwrap();
    let steps = [
        Step::answer(200).body("SESSION"),
        keys_answer("2026-01-01T12:00:00.000000Z"),
    ];
    let (identity, run) = fetch(&source, &steps);
    let identity = identity.unwrap();
    assert!(identity.is_signed());
    assert_eq!(
        identity.expires_at(),
        Some("2026-01-01T12:00:00Z".parse().unwrap())
    );
    let request = authorized(&identity, "https://osm.example/");
    assert_eq!(request.headers()["x-security-token"], "STS");
    assert_eq!(request.headers()["x-domain-id"], "d0");
    let sent = run.network.requests();
    assert_eq!(sent[0].method, "PUT");
    assert_eq!(
        sent[0].uri,
        "http://169.254.169.254/meta-data/latest/api/token"
    );
    assert_eq!(
        sent[0].header("x-metadata-token-ttl-seconds"),
        Some("21600")
    );
    assert_eq!(sent[1].method, "GET");
    assert_eq!(
        sent[1].uri,
        "http://169.254.169.254/openstack/latest/securitykey"
    );
    assert_eq!(sent[1].header("x-metadata-token"), Some("SESSION"));
}

/// An answer that was stored on the way is as old as it says: what it gives ends sooner.
#[test]
fn the_life_of_stored_keys_counts_from_when_they_were_given() {
    for (age, hours) in [("0", Some(12)), ("3600", Some(11)), ("43200", None)] {
        let clock = FakeClock::new();
        let keys = keys_answer("2026-01-01T12:00:00Z").header("age", age);
        let network = ScriptedTransport::new(&clock)
            .then(Step::answer(404))
            .then(keys);
        let fetched = clock.run(MetadataKeys::new().fetch(&context(&clock, &network)));
        let lifetime = fetched.ok().and_then(|fetched| fetched.lifetime());
        let expected = hours.map(|hours| Duration::from_secs(hours * 3_600));
        assert_eq!(lifetime, expected, "{age}");
    }
}

#[test]
fn the_older_metadata_service_has_no_session() {
    for status in [404, 405] {
        let steps = [Step::answer(status), keys_answer("2026-01-01T12:00:00Z")];
        let (identity, run) = fetch(&MetadataKeys::new(), &steps);
        assert!(identity.is_ok());
        assert_eq!(run.network.requests()[1].header("x-metadata-token"), None);
    }
}

#[test]
fn failures_of_the_metadata_service_are_typed_and_quick() {
    use IdentityErrorKind::{Connect, Invalid, Missing, Protocol, Timeout, Unavailable};
    let session = || Step::answer(200).body("SESSION");
    let table = [
        (vec![Step::hang()], Timeout),
        (vec![Step::refused()], Connect),
        (vec![Step::answer(500)], Unavailable),
        (vec![Step::answer(200).body("two\r\nlines")], Protocol),
        (vec![Step::answer(302)], Protocol),
        (vec![session(), Step::hang()], Timeout),
        (vec![session(), Step::answer(404)], Missing),
        (vec![session(), Step::answer(401)], Protocol),
        (vec![session(), Step::json(200, "<html>")], Protocol),
        (
            vec![
                session(),
                Step::json(200, r#"{"credential":{"access":"AK"}}"#),
            ],
            Protocol,
        ),
        (
            vec![session(), keys_answer("2025-01-01T12:00:00Z")],
            Protocol,
        ),
        (
            vec![
                session(),
                Step::json(
                    200,
                    r#"{"credential":{"access":"A\r\nK","secret":"SK","securitytoken":"S","expires_at":"2027-01-01T12:00:00Z"}}"#,
                ),
            ],
            Invalid,
        ),
    ];
    for (index, (steps, kind)) in table.into_iter().enumerate() {
        let (result, run) = fetch(&MetadataKeys::new(), &steps);
        let error = result.unwrap_err();
        assert_eq!(error.kind(), kind, "{index}: {error}");
        assert!(
            run.took <= Duration::from_secs(3),
            "{index}: {:?}",
            run.took
        );
        assert_eq!(run.requests, steps.len(), "{index}: nothing is repeated");
    }
}

/// Keys and logins say whose they are, by nothing that is secret; tokens and temporary keys do not.
#[test]
fn credentials_say_whose_they_are_as_far_as_they_can() {
    let secret = |text: &str| SecretString::from(text);
    let keys = |access: &str, key: &str| Keys::new(&secret(access), secret(key)).unwrap();
    let of_keys = |keys: Keys| keys.principal();
    let first = of_keys(keys("AK1", "SK1"));
    assert!(first.credential().is_some() && first.account().is_none());
    assert_eq!(
        first,
        of_keys(keys("AK1", "SK2")),
        "the secret plays no part"
    );
    assert_ne!(first, of_keys(keys("AK2", "SK1")));
    assert_eq!(first, Identity::from(keys("AK1", "SK1")).principal());
    let domain = of_keys(keys("AK1", "SK1").with_domain_id("d-1").unwrap());
    assert_eq!(domain.credential(), first.credential());
    assert!(domain.account().is_some());
    let temporary = keys("AK1", "SK1").with_security_token(&secret("st"));
    assert_eq!(of_keys(temporary.unwrap()), Principal::unknown());
    let token = Token::new(&secret("token")).unwrap();
    assert_eq!(token.principal(), Principal::unknown());
    assert_eq!(Identity::from(token).principal(), Principal::unknown());

    let login = CachedIdentity::new(login()).principal();
    assert!(login.account().is_some() && login.credential().is_some());
    let mut other = user();
    other.password = secret("another one");
    let other = CachedIdentity::new(IamPassword::new(other).unwrap());
    assert_eq!(login, other.principal(), "the password plays no part");
    let mut other = user();
    other.name = "another".to_owned();
    let other = CachedIdentity::new(IamPassword::new(other).unwrap());
    assert_eq!(login.account(), other.principal().account());
    assert_ne!(login.credential(), other.principal().credential());
    let shared: Arc<dyn ProvideIdentity> = Arc::new(other);
    assert!(shared.principal().account().is_some());
    let server = MetadataKeys::new().with_domain_id("d-1").unwrap();
    let server = CachedIdentity::new(server).principal();
    assert_eq!(server.account(), domain.account());
    assert_eq!(server.account_name(), Some("d-1"));
    assert_eq!(first.account_name(), None);
    assert!(!format!("{first:?} {domain:?}").contains("AK1"));
    assert!(!format!("{domain:?}").contains("d-1"));
}
