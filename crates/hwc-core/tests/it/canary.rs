//! A canary secret in every slot of identity: found nowhere in what can be printed.

use std::{error::Error, fmt::Debug, sync::Arc};

use bytes::Bytes;
use hwc_core::{
    Endpoint, Fault,
    identity::{
        CachedIdentity, FetchIdentity, IamPassword, IamScope, IamUser, Identity, IdentityChain,
        IdentityContext, IdentityError, Keys, MetadataKeys, ProvideIdentity, Token,
    },
    secret::SecretString,
    sign,
    testing::{FakeClock, ScriptedTransport, Step},
    transport::RequestBody,
};
use serde_json::json;

/// Survives every escaping as it is; the rest of a canary does not.
pub(crate) const CORE: &str = "C4n4ryC4n4ryC4n4ry";

/// A secret with characters that URL-encoding, JSON and Debug write differently.
pub(crate) fn canary() -> String {
    format!("{CORE}%+/\"\\&{{}}")
}

/// The canary has been here if any of these stands in a text.
fn traces() -> Vec<String> {
    let mut traces = vec![CORE.to_owned(), CORE.to_lowercase(), CORE.to_uppercase()];
    // Base64 of the core at each of the three positions it can have in a longer text, without the
    // characters that neighbours change.
    for lead in 0..3 {
        let text = format!("{}{CORE}", "x".repeat(lead));
        let encoded = base64(text.as_bytes());
        traces.push(encoded.chars().skip(4).take(16).collect());
    }
    let hex: String = CORE.bytes().map(|byte| format!("{byte:02x}")).collect();
    traces.extend([hex.to_uppercase(), hex]);
    traces
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for sextet in 0..=chunk.len() {
            text.push(char::from(
                ALPHABET[(group >> (18 - 6 * sextet) & 63) as usize],
            ));
        }
    }
    text
}

#[test]
fn the_traces_find_what_they_look_for() {
    assert_eq!(base64(b"any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw");
    for lead in 0..5 {
        let hidden = base64(format!("{}{}", "-".repeat(lead), canary()).as_bytes());
        assert!(
            traces().iter().any(|trace| hidden.contains(trace)),
            "{lead}"
        );
    }
}

#[track_caller]
pub(crate) fn no_trace(what: &str, text: &str) {
    for trace in traces() {
        assert!(!text.contains(&trace), "{what} shows a secret: {text}");
    }
}

#[track_caller]
pub(crate) fn no_trace_in(what: &str, value: &impl Debug) {
    no_trace(what, &format!("{value:?}"));
    no_trace(what, &format!("{value:#?}"));
}

/// An error, its sources, its help, and the fault it becomes.
#[track_caller]
fn no_trace_in_error(what: &str, error: &IdentityError) {
    no_trace_in(what, error);
    no_trace(what, &error.to_string());
    no_trace(what, error.help());
    no_trace(
        what,
        &format!("{:?} {:?}", error.code(), error.request_id()),
    );
    let fault = Fault::from(error.clone());
    no_trace_in(what, &fault);
    no_trace(what, &fault.to_string());
    no_trace(what, fault.help());
    let mut source = fault.source();
    while let Some(error) = source {
        no_trace(what, &format!("{error} {error:?}"));
        source = error.source();
    }
}

pub(crate) fn secret() -> SecretString {
    SecretString::from(canary())
}

fn keys() -> Keys {
    // The access key cannot have quotes and the like; its own canary is the core.
    Keys::new(&SecretString::from(CORE), secret())
        .unwrap()
        .with_security_token(&secret())
        .unwrap()
        .with_domain_id(&canary())
        .unwrap()
}

fn user() -> IamUser {
    IamUser::new(canary(), canary(), secret())
}

fn context(clock: &FakeClock, network: &ScriptedTransport) -> IdentityContext {
    IdentityContext::new(Arc::new(clock.clone()), Arc::new(network.clone()))
}

#[test]
fn values_that_hold_a_secret_do_not_show_it() {
    no_trace_in("secret", &secret());
    no_trace_in("token", &Token::new(&secret()).unwrap());
    no_trace_in("keys", &keys());
    no_trace_in(
        "keys of a project",
        &keys().with_project_id(&canary()).unwrap(),
    );
    no_trace_in("identity", &Identity::token(Token::new(&secret()).unwrap()));
    no_trace_in("identity", &Identity::keys(keys()).with_generation(7));
    no_trace_in("user", &user());
    let endpoint: Endpoint = "https://iam.myhuaweicloud.com".parse().unwrap();
    for scope in [
        IamScope::DomainId(canary()),
        IamScope::DomainName(canary()),
        IamScope::ProjectId(canary()),
        IamScope::ProjectName(canary()),
    ] {
        no_trace_in("scope", &scope);
        let login = IamPassword::new(user())
            .unwrap()
            .with_endpoint(endpoint.clone());
        let login = login.with_scope(scope).unwrap();
        no_trace_in("login", &login);
        no_trace_in("cache", &CachedIdentity::new(login));
    }
    no_trace_in(
        "metadata",
        &MetadataKeys::new().with_domain_id(&canary()).unwrap(),
    );
    no_trace_in(
        "chain",
        &IdentityChain::new(&|_| None).with_explicit("test", Arc::new(keys())),
    );
}

#[test]
fn a_request_that_carries_a_secret_does_not_show_it() {
    for identity in [
        Identity::token(Token::new(&secret()).unwrap()),
        Identity::keys(keys()),
    ] {
        let mut request = http::Request::get("https://osm.example/")
            .body(RequestBody::default())
            .unwrap();
        identity
            .authorize(&mut request, jiff::Timestamp::UNIX_EPOCH)
            .unwrap();
        no_trace_in("request", &request);
        no_trace_in("headers", request.headers());
    }
    let request = http::Request::get("https://osm.example/")
        .body(Bytes::new())
        .unwrap();
    let signature = sign::sign(
        request.method(),
        request.uri(),
        request.headers(),
        sign::Payload::Whole(request.body()),
        CORE,
        &secret(),
        jiff::Timestamp::UNIX_EPOCH,
    );
    no_trace_in("signature", &signature.unwrap());
}

#[test]
fn refused_values_are_not_shown() {
    let broken = SecretString::from(format!("{}\r\n", canary()));
    let good = || SecretString::from("good");
    let long = SecretString::from(canary().repeat(1000));
    let keys = || Keys::new(&good(), good()).unwrap();
    for bad in [&broken, &long] {
        let text = hwc_core::secret::ExposeSecret::expose_secret(bad);
        let errors = [
            Token::new(bad).unwrap_err(),
            Keys::new(bad, good()).unwrap_err(),
            Keys::new(&good(), bad.clone()).unwrap_err(),
            keys().with_security_token(bad).unwrap_err(),
            keys().with_domain_id(text).unwrap_err(),
            keys().with_project_id(text).unwrap_err(),
            MetadataKeys::new().with_domain_id(text).unwrap_err(),
        ];
        for error in &errors {
            no_trace_in_error("refused value", error);
        }
    }
    for slot in 0..3 {
        let mut user = user();
        match slot {
            0 => user.account.push('\n'),
            1 => user.name.push('\n'),
            _ => user.password = broken.clone(),
        }
        no_trace_in_error("refused user", &IamPassword::new(user).unwrap_err());
    }
    let variables = |name: &str| Some(format!("{}\n{name}", canary()).into());
    no_trace_in_error(
        "environment",
        &IdentityChain::new(&variables).find().unwrap_err(),
    );
    let endpoint = |name: &str| match name {
        "HUAWEICLOUD_SDK_AK" | "HUAWEICLOUD_SDK_SK" => None,
        "HUAWEICLOUD_SDK_IAM_ENDPOINT" => Some(format!("https://{CORE}:{CORE}@h/").into()),
        _ => Some(canary().into()),
    };
    no_trace_in_error(
        "endpoint",
        &IdentityChain::new(&endpoint).find().unwrap_err(),
    );
}

/// An issuer, or who answers in its place, repeats what it was sent in every part of its answer.
#[test]
fn answers_that_repeat_the_secret_do_not_bring_it_into_errors() {
    let said = json!({"error_code": canary(), "error_msg": canary(), "code": CORE,
        "error": {"code": canary(), "message": canary(), "title": canary()}});
    let parrot = |status: u16, body: String| {
        Step::json(status, body)
            .header("x-subject-token", format!("{} {}", canary(), CORE))
            .header("x-request-id", canary())
            .header("location", format!("https://{CORE}.example/{}", CORE))
            .header("retry-after", CORE)
            .header("date", CORE)
    };
    let bodies = [
        said.to_string(),
        canary(),
        json!({"token": {"expires_at": canary()}}).to_string(),
        json!({"credential": {"access": canary(), "secret": canary(), "securitytoken": format!("{CORE}\n"),
            "expires_at": "2030-01-01T00:00:00Z"}})
        .to_string(),
        json!({"credential": {"access": CORE, "secret": CORE, "securitytoken": CORE,
            "expires_at": CORE}})
        .to_string(),
    ];
    let sources: [Arc<dyn FetchIdentity>; 2] = [
        Arc::new(IamPassword::new(user()).unwrap()),
        Arc::new(MetadataKeys::new()),
    ];
    for status in [200, 201, 302, 400, 401, 403, 404, 429, 500, 503] {
        for body in &bodies {
            for (source, session) in sources.iter().zip([false, true]) {
                let clock = FakeClock::new();
                let mut network =
                    ScriptedTransport::new(&clock).otherwise(parrot(status, body.clone()));
                if session {
                    network = network.then(Step::answer(200).body(CORE));
                }
                let context = context(&clock, &network);
                let error = clock.run(source.fetch(&context)).unwrap_err();
                no_trace_in_error(&format!("{status} {body}"), &error);
                no_trace_in("context", &context);
            }
        }
    }
}

/// What a cache holds after a good and after a refused fetch.
#[test]
fn a_filled_cache_does_not_show_what_it_holds() {
    let clock = FakeClock::new();
    let body = json!({"token": {"expires_at": "2026-01-02T00:00:00Z", "user": {"name": CORE}}});
    let network = ScriptedTransport::new(&clock)
        .otherwise(Step::json(201, body.to_string()).header("x-subject-token", canary()));
    let context = context(&clock, &network);
    let cache = CachedIdentity::new(IamPassword::new(user()).unwrap());
    clock.run(async {
        for _ in 0..2 {
            let identity = cache.identity(&context).await.unwrap();
            no_trace_in("identity", &identity);
            no_trace_in("cache", &cache);
            cache.refused(&identity);
            no_trace_in("cache", &cache);
        }
        no_trace_in_error("refused", &cache.identity(&context).await.unwrap_err());
    });
    no_trace_in("network", &network);
}
