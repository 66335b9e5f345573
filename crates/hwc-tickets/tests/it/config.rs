//! Where settings come from, and what is refused.

use crate::ledger::Service;
use hwc_core::testing::{FakeClock, ScriptedTransport, Step};
use hwc_tickets::{Client, ClientBuilder, ErrorKind, SecretString, Site, SubmitType, Timeouts};
use std::{ffi::OsString, time::Duration};

/// A builder that sees only these variables. The home directory is one without credentials.
fn environment(variables: &[(&str, &str)]) -> ClientBuilder {
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
            environment(&[token]),
            "https://osm.cn-south-1.myhuaweicloud.com",
        ),
        (
            environment(&[token]).site(Site::International),
            "https://osm.ap-southeast-3.myhuaweicloud.com",
        ),
        (
            environment(&[token, china, singapore]),
            "https://a.myhuaweicloud.com",
        ),
        (
            environment(&[token, china, singapore]).site(Site::International),
            "https://c.myhuaweicloud.com",
        ),
        (environment(&[token, own, china]), "http://127.0.0.1:8480"),
        (
            environment(&[token, own, china]).endpoint("https://elsewhere.example"),
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
        used(environment(&[keys[0], keys[1], token])).1.as_deref(),
        Some("from-environment")
    );
    assert_eq!(used(environment(&keys)).1, None, "keys sign");
    let given = environment(&[token]).token(SecretString::from("given"));
    assert_eq!(used(given).1.as_deref(), Some("given"));
}

#[test]
fn without_credentials_every_place_is_named() {
    let error = environment(&[]).build().unwrap_err();
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
    assert!(error.help().contains("HWC_TICKETS_TOKEN"));
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
        .account(" ")
        .author_id("")
        .max_connections(0)
        .ca_file("/nonexistent/ca.pem")
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let shown = error.to_string();
    for named in [
        "account is blank",
        "author id is blank",
        "max_connections",
        "ca.pem",
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
        .timeouts(Timeouts::default().total(Duration::ZERO))
        .ca_file("/nonexistent/ca.pem")
        .build()
        .unwrap_err();
    assert!(
        error.to_string().contains("total") && error.to_string().contains("ca.pem"),
        "{error}"
    );
}

#[test]
fn addresses_from_the_environment_are_not_trusted_with_credentials() {
    for address in [
        "https://evil.example",
        "http://osm.cn-south-1.myhuaweicloud.com",
        "https://osm.cn-south-1.myhuaweicloud.com.evil.example",
        "nonsense",
    ] {
        let error = environment(&[
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

/// Missing credentials hide nothing else that is wrong.
#[test]
fn what_is_wrong_besides_missing_credentials_is_told_with_them() {
    for builder in [Client::builder(), environment(&[])] {
        let error = builder.max_connections(0).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let shown = error.to_string();
        assert!(shown.contains("max_connections"), "{shown}");
        assert!(shown.contains("no credentials"), "{shown}");
        assert!(!shown.contains("identity"), "{shown}");
    }
}

/// Hosts of every published domain, Europe among them; the help names what the builder has.
#[test]
fn published_domains_are_trusted_and_the_help_names_the_builder() {
    for host in [
        "https://osm.cn-south-1.myhuaweicloud.com",
        "https://osm.cn-south-1.myhuaweicloud.cn",
        "https://osm.eu-west-101.myhuaweicloud.eu",
    ] {
        let builder = environment(&[("HWC_TICKETS_TOKEN", "t"), ("HWC_TICKETS_ENDPOINT", host)]);
        assert_eq!(used(builder).0, host);
    }
    let login = [
        ("HWC_IAM_USER", "u"),
        ("HWC_IAM_PASSWORD", "p"),
        ("HWC_IAM_ACCOUNT", "a"),
    ];
    let iam = |address| {
        let mut variables = login.to_vec();
        variables.push(("HUAWEICLOUD_SDK_IAM_ENDPOINT", address));
        environment(&variables).build()
    };
    iam("https://iam.eu-west-101.myhuaweicloud.eu").unwrap();
    for address in [
        "https://iam.xmyhuaweicloud.eu",
        "https://myhuaweicloud.eu.evil.example",
    ] {
        let error = iam(address).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        let shown = format!("{error} {}", error.help());
        assert!(shown.contains("HUAWEICLOUD_SDK_IAM_ENDPOINT"), "{shown}");
        assert!(
            shown.contains("iam.eu-west-101.myhuaweicloud.eu"),
            "{shown}"
        );
        assert!(
            !shown.contains("command line") && !shown.contains("--"),
            "{shown}"
        );
        let error = environment(&[
            ("HWC_TICKETS_TOKEN", "t"),
            ("HWC_TICKETS_ENDPOINT", address),
        ])
        .build()
        .unwrap_err();
        assert!(
            error.to_string().contains("ClientBuilder::endpoint"),
            "{error}"
        );
        assert!(!error.to_string().contains("command line"), "{error}");
    }
}

/// A password meant for a service on this machine goes to no real IAM.
#[test]
fn a_password_for_a_service_on_this_machine_needs_its_iam() {
    const IAM: &str = "HUAWEICLOUD_SDK_IAM_ENDPOINT";
    let with = |more: &[(&'static str, &'static str)]| {
        let login = [
            ("HWC_IAM_USER", "u"),
            ("HWC_IAM_PASSWORD", "p"),
            ("HWC_IAM_ACCOUNT", "a"),
        ];
        environment(&[&login[..], more].concat())
    };
    for here in [
        "http://127.0.0.1:8480",
        "https://localhost",
        "http://[::1]:1",
    ] {
        let variable = ("HWC_TICKETS_ENDPOINT", here);
        for builder in [with(&[variable]), with(&[]).endpoint(here)] {
            let error = builder.build().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
            let shown = error.to_string();
            assert!(shown.contains(IAM) && shown.contains(here), "{shown}");
        }
        with(&[variable, (IAM, here)]).build().unwrap();
    }
    with(&[]).build().unwrap();
}

#[cfg(unix)]
#[test]
fn variables_that_are_not_utf8_are_refused_by_name() {
    use std::os::unix::ffi::OsStringExt as _;
    let token = ("HWC_TICKETS_TOKEN", "t");
    let keys = [("HUAWEICLOUD_SDK_AK", "a"), ("HUAWEICLOUD_SDK_SK", "s")];
    let login = [
        ("HWC_IAM_USER", "u"),
        ("HWC_IAM_PASSWORD", "p"),
        ("HWC_IAM_ACCOUNT", "a"),
    ];
    for (name, others) in [
        ("HWC_TICKETS_TOKEN", &keys[..]),
        ("HWC_TICKETS_ENDPOINT", &[token]),
        ("HUAWEICLOUD_SDK_REGION_OSM_CN_SOUTH_1", &[token]),
        ("HUAWEICLOUD_SDK_AK", &keys),
        ("HUAWEICLOUD_SDK_SK", &login),
        ("HUAWEICLOUD_SDK_SECURITY_TOKEN", &keys),
        ("HUAWEICLOUD_SDK_DOMAIN_ID", &keys),
        ("HUAWEICLOUD_SDK_PROJECT_ID", &keys),
        ("HWC_IAM_USER", &login),
        ("HWC_IAM_PASSWORD", &login),
        ("HWC_IAM_ACCOUNT", &login),
        ("HWC_IAM_PROJECT", &login),
        ("HUAWEICLOUD_SDK_IAM_ENDPOINT", &login),
    ] {
        let others: Vec<(String, OsString)> = others
            .iter()
            .map(|(other, value)| ((*other).to_owned(), OsString::from(value)))
            .collect();
        let error = Client::builder()
            .from_variables(move |asked| {
                if asked == name {
                    return Some(OsString::from_vec(b"caf\xe9".to_vec()));
                }
                let found = others.iter().find(|(other, _)| other == asked)?;
                Some(found.1.clone())
            })
            .build()
            .unwrap_err();
        assert!(error.to_string().contains(name), "{name}: {error}");
        assert!(
            matches!(
                error.kind(),
                ErrorKind::InvalidInput | ErrorKind::Credentials
            ),
            "{error}"
        );
    }
}

/// Empty and blank are the same everywhere: not set.
#[test]
fn blank_variables_count_as_not_set() {
    for blank in ["", " ", "\n"] {
        let builder = environment(&[
            ("HWC_TICKETS_TOKEN", blank),
            ("HWC_TICKETS_ENDPOINT", blank),
            ("HUAWEICLOUD_SDK_AK", "a"),
            ("HUAWEICLOUD_SDK_SK", "s"),
            ("HUAWEICLOUD_SDK_SECURITY_TOKEN", blank),
            ("HUAWEICLOUD_SDK_DOMAIN_ID", blank),
        ]);
        let (host, token) = used(builder);
        assert_eq!((host.as_str(), token), (Site::China.endpoint(), None));
        let error = environment(&[("HUAWEICLOUD_SDK_AK", blank), ("HUAWEICLOUD_SDK_SK", "s")])
            .build()
            .unwrap_err();
        assert!(error.to_string().contains("HUAWEICLOUD_SDK_AK"), "{error}");
    }
    // Only what is below the home directory of this user is theirs.
    let error = Client::builder()
        .from_variables(|name| (name == "HOME").then(|| OsString::from("relative")))
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("not absolute"), "{error}");
}

/// The error names the proxy, and never its password.
#[test]
fn a_proxy_that_cannot_be_used_is_an_error_of_the_builder() {
    for address in [
        "htp://u:canary@h",
        "socks5://u:canary@h",
        "\"http://u:canary@h\"",
    ] {
        let error = Client::builder()
            .token(SecretString::from("t"))
            .proxy(hwc_tickets::ProxyChoice::Address(address.to_owned()))
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("the proxy address"), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"));
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
