//! Where settings come from, and what is refused.

use crate::ledger::Service;
use hwc_core::testing::{FakeClock, ScriptedTransport, Step};
use hwc_tickets::{Client, ClientBuilder, ErrorKind, SecretString, Site, SubmitType, Timeouts};
use std::{ffi::OsString, time::Duration};

/// A builder that sees only these variables. The home directory is one without credentials.
fn surroundings(variables: &[(&str, &str)]) -> ClientBuilder {
    let variables: Vec<(String, String)> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Client::builder().from_variables(move |name| {
        let found = variables
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| OsString::from(value));
        found.or_else(|| (name == "HOME").then(|| OsString::from("/nonexistent")))
    })
}

/// The host and the token that a client of `builder` uses.
fn used(builder: ClientBuilder) -> (String, Option<String>) {
    let clock = FakeClock::new();
    let line = ScriptedTransport::new(&clock)
        .otherwise(Step::json(200, r#"{"count":0,"message_list":[]}"#));
    let client = builder
        .clock(clock.clone())
        .transport(line.clone())
        .build()
        .unwrap();
    let _ = clock.run(client.ticket("case-1").unwrap().submit("x").into_future());
    let request = &line.requests()[0];
    let host = format!(
        "{}://{}",
        request.uri.scheme_str().unwrap(),
        request.uri.authority().unwrap()
    );
    (host, request.header("x-auth-token").map(str::to_owned))
}

#[test]
fn the_address_comes_from_the_nearest_place() {
    let token = ("HWC_TICKETS_TOKEN", "t");
    let own = ("HWC_TICKETS_ENDPOINT", "http://127.0.0.1:8480");
    let china = (
        "HUAWEICLOUD_SDK_REGION_OSM_CN_SOUTH_1",
        "https://a.myhuaweicloud.com,https://b.myhuaweicloud.com",
    );
    let singapore = (
        "HUAWEICLOUD_SDK_REGION_OSM_AP_SOUTHEAST_3",
        "https://c.myhuaweicloud.com",
    );
    for (builder, host) in [
        (
            surroundings(&[token]),
            "https://osm.cn-south-1.myhuaweicloud.com",
        ),
        (
            surroundings(&[token]).site(Site::International),
            "https://osm.ap-southeast-3.myhuaweicloud.com",
        ),
        (
            surroundings(&[token, china, singapore]),
            "https://a.myhuaweicloud.com",
        ),
        (
            surroundings(&[token, china, singapore]).site(Site::International),
            "https://c.myhuaweicloud.com",
        ),
        (surroundings(&[token, own, china]), "http://127.0.0.1:8480"),
        (
            surroundings(&[token, own, china]).endpoint("https://elsewhere.example"),
            "https://elsewhere.example",
        ),
    ] {
        assert_eq!(used(builder), (host.to_owned(), Some("t".to_owned())));
    }
}

#[test]
fn credentials_come_from_the_nearest_place() {
    let keys = [("HUAWEICLOUD_SDK_AK", "ak"), ("HUAWEICLOUD_SDK_SK", "sk")];
    let token = ("HWC_TICKETS_TOKEN", "from-environment");
    assert_eq!(
        used(surroundings(&[keys[0], keys[1], token])).1.as_deref(),
        Some("from-environment")
    );
    assert_eq!(used(surroundings(&keys)).1, None, "keys sign");
    let given = surroundings(&[token]).token(SecretString::from("given"));
    assert_eq!(used(given).1.as_deref(), Some("given"));
}

#[test]
fn without_credentials_every_place_is_named() {
    let error = surroundings(&[]).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    let shown = error.to_string();
    for place in [
        "HWC_TICKETS_TOKEN",
        "HUAWEICLOUD_SDK_AK",
        "HWC_IAM_USER",
        "credentials",
    ] {
        assert!(shown.contains(place), "{place} is missing: {shown}");
    }
    assert!(error.help().unwrap().contains("HWC_TICKETS_TOKEN"));
    let error = Client::builder().build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
}

#[test]
fn every_problem_is_told_at_once() {
    let error = Client::builder()
        .token(SecretString::from("canary\r\ntoken"))
        .endpoint("http://example.com")
        .language("en us")
        .user_agent("a\nb")
        .text_limit(0)
        .submit_type(SubmitType::Value(7))
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let shown = error.to_string();
    for named in [
        "token",
        "https",
        "language",
        "user agent",
        "text limit",
        "submit type is 7",
    ] {
        assert!(shown.contains(named), "{named} is missing: {shown}");
    }
    assert!(!format!("{shown}{error:?}").contains("canary"));
    let error = Client::builder()
        .token(SecretString::from("t"))
        .timeouts(Timeouts {
            total: Duration::ZERO,
            ..Timeouts::default()
        })
        .ca_file("/nonexistent/ca.pem")
        .build()
        .unwrap_err();
    assert!(
        error.to_string().contains("total") && error.to_string().contains("ca.pem"),
        "{error}"
    );
}

#[test]
fn addresses_from_the_surroundings_are_not_trusted_with_credentials() {
    for address in [
        "https://evil.example",
        "http://osm.cn-south-1.myhuaweicloud.com",
        "https://osm.cn-south-1.myhuaweicloud.com.evil.example",
        "nonsense",
    ] {
        let error = surroundings(&[
            ("HWC_TICKETS_TOKEN", "t"),
            ("HWC_TICKETS_ENDPOINT", address),
        ])
        .build()
        .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{address}");
        assert!(
            error.to_string().contains("HWC_TICKETS_ENDPOINT"),
            "{error}"
        );
    }
}

#[test]
fn nothing_shows_a_secret() {
    let builder = Service::new()
        .builder()
        .token(SecretString::from("canary-token"));
    assert!(!format!("{builder:?}").contains("canary"));
    let client = builder.build().unwrap();
    let ticket = client.ticket("case-1").unwrap();
    assert!(!format!("{client:?} {ticket:?}").contains("canary"));
}

#[test]
fn clients_and_errors_can_be_shared() {
    fn shared<T: Send + Sync + 'static>() {}
    fn sent<T: Send>(_: T) {}
    shared::<Client>();
    shared::<hwc_tickets::Ticket>();
    shared::<hwc_tickets::Error>();
    shared::<hwc_tickets::Pending>();
    let client = Service::new().client();
    sent(client.ticket("case-1").unwrap().submit("x").into_future());
    sent(client.reconcile_outbox());
    assert_eq!(size_of::<hwc_tickets::Error>(), size_of::<usize>());
}
