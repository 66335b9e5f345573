//! The configuration file, `auth` and `doctor`.

use crate::stage::Stage;

#[test]
fn log_in_and_use_it() {
    let stage = Stage::new();
    for (args, input, kind) in [
        (vec!["auth", "login"], "TOKENEXAMPLE\n", "token"),
        (
            vec!["auth", "login", "--with", "keys"],
            "AKEXAMPLE\nSKEXAMPLE\n",
            "keys",
        ),
        (
            vec![
                "auth",
                "login",
                "--with",
                "password",
                "--user",
                "demo",
                "--account",
                "demo",
            ],
            "demo\n",
            "password",
        ),
    ] {
        let ran = stage.given(&mut stage.bare(&args), input.as_bytes());
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
        for secret in ["TOKENEXAMPLE", "AKEXAMPLE", "SKEXAMPLE"] {
            assert!(!ran.stderr.contains(secret));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                std::fs::metadata(stage.config())
                    .unwrap()
                    .permissions()
                    .mode()
                    & 0o777,
                0o600
            );
        }
        let endpoint = stage.sim().endpoint();
        let used = |args: &[&str]| {
            let mut command = stage.bare(args);
            command.env("HWC_TICKETS_ENDPOINT", &endpoint);
            // The simulator's clock stands still: signing follows it, password login asks it.
            command.env("HUAWEICLOUD_SDK_IAM_ENDPOINT", &endpoint);
            stage.finish(&mut command)
        };
        let status = used(&["auth", "status", "-o", "json"]);
        assert_eq!(status.json()["kind"], kind, "{}", status.stderr);
        assert_eq!(status.json()["source"], "profile default");
        let sent = used(&["message", "send", "case-123", kind]);
        assert_eq!(sent.code, 0, "{kind}: {}", sent.stderr);
    }
    assert_eq!(
        stage.sim().arrived("case-123"),
        ["token", "keys", "password"]
    );
}

#[test]
fn bad_logins_store_nothing() {
    let stage = Stage::new();
    for (args, input) in [
        (vec!["auth", "login"], ""),
        (vec!["auth", "login"], "\n"),
        (vec!["auth", "login"], "one\ntwo\n"),
        (vec!["auth", "login"], "tok\u{1b}en\n"),
        (vec!["auth", "login", "--with", "keys"], "AKEXAMPLE\n"),
        (vec!["auth", "login", "--with", "password"], "secret\n"),
    ] {
        let ran = stage.run_with_input(&args, input);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (2, ""),
            "{args:?} {input:?}: {}",
            ran.stderr
        );
        assert!(!stage.config().exists());
    }
}

#[test]
fn the_environment_wins_over_the_profile() {
    let stage = Stage::new();
    const CREDENTIALS: &str = "[profiles.default.credentials]\ntoken = \"from-profile\"\n";
    let with_group = format!("[profiles.default]\ngroup = \"123456\"\n{CREDENTIALS}");
    stage.write_config(&with_group);
    // Half of an account: the credentials of one, and the group of another.
    let half = format!(
        "[profiles.default]\ngroup = \"123456\"\nendpoint = \"{}\"\n{CREDENTIALS}",
        stage.sim().endpoint()
    );
    stage.write_config(&half);
    let without_address = |args: &[&str]| {
        let mut command = stage.command(args);
        stage.finish(command.env_remove("HWC_TICKETS_ENDPOINT"))
    };
    let ran = without_address(&["ticket", "status", "case-123"]);
    assert_eq!(ran.code, 2, "{}", ran.golden());
    for part in [
        "HWC_TICKETS_TOKEN",
        "key group of profile default",
        "--profile default",
    ] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.golden());
    }
    assert_eq!(stage.requests(), 0);
    let ran = without_address(&["config", "list", "-o", "json"]);
    let source = ran.json()["credentials"]["source"].clone();
    let source = source.as_str().unwrap_or_default();
    assert!(source.contains("may be of two accounts"), "{source}");
    // A whole one, as in the sitting of the README: the usual profile takes no part in what is of an account.
    stage.write_config(&format!("[profiles.default]\ntimeout = \"9s\"\ngroup = \"123456\"\nsite = \"international\"\n{CREDENTIALS}"));
    let ran = stage.run(&["ticket", "status", "case-123"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.golden());
    let json = stage.run(&["config", "list", "-o", "json"]).json();
    assert_eq!(
        json["credentials"],
        serde_json::json!({"kind": "token", "source": "environment: HWC_TICKETS_TOKEN", "ignored": ["profile default"]})
    );
    let settings = json["settings"].as_array().unwrap();
    for (name, value, source) in [
        ("group", None, "not used, variables name another account"),
        (
            "site",
            Some("china"),
            "not used, variables name another account",
        ),
        ("timeout", Some("9s"), "profile default, key timeout"),
    ] {
        let row = settings.iter().find(|row| row["setting"] == name).unwrap();
        assert_eq!(row["value"].as_str(), value, "{row}");
        assert!(row["source"].as_str().unwrap().contains(source), "{row}");
    }
    stage.write_config(CREDENTIALS);
    let ran = stage.run(&["auth", "status", "-o", "json"]);
    assert_eq!(ran.json()["source"], "environment: HWC_TICKETS_TOKEN");
    let ran = stage.finish(
        stage
            .command(&["auth", "status", "-o", "json"])
            .env_remove("HWC_TICKETS_TOKEN"),
    );
    assert_eq!(ran.json()["source"], "profile default");
    // The credentials of a profile that is named go with its address and group.
    stage.write_config(&with_group);
    let named = ["auth", "status", "-o", "json", "--profile", "default"];
    let ran = stage.finish(
        stage
            .command(&named)
            .env("HUAWEICLOUD_SDK_AK", "half")
            .env("HWC_IAM_USER", " "),
    );
    assert_eq!(ran.json()["source"], "profile default");
    let says = "HWC_TICKETS_TOKEN, HUAWEICLOUD_SDK_AK are set and not used: --profile default has credentials of its own";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    let called = ["ticket", "status", "case-123", "--profile", "default"];
    let ran = stage.run(&called);
    assert_eq!(ran.code, 4, "{}", ran.golden());
    assert!(ran.stderr.contains("is set and not used"), "{}", ran.stderr);
    let listed = ["config", "list", "-o", "json", "--profile", "default"];
    let ran = stage.run(&listed);
    assert_eq!(
        ran.json()["credentials"],
        serde_json::json!({"kind": "token", "source": "profile default", "ignored": ["HWC_TICKETS_TOKEN"]})
    );
    stage.write_config(CREDENTIALS);
    let ran = stage.run(&["config", "list"]);
    let row = ran
        .stdout
        .lines()
        .find(|line| line.starts_with("credentials"));
    let row = row.unwrap_or_default();
    assert!(
        row.contains("environment: HWC_TICKETS_TOKEN"),
        "{}",
        ran.golden()
    );
    let ran = stage.run(&["doctor", "--profile", "default"]);
    assert!(
        ran.stdout.contains("is set and not used"),
        "{}",
        ran.golden()
    );
    // A profile without credentials of its own has none to win.
    stage.write_config("[profiles.default]\ngroup = \"123456\"\n");
    let ran = stage.run(&called);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert!(!ran.stderr.contains("not used"), "{}", ran.golden());
    stage.write_config(CREDENTIALS);
    // Half-set keys are an error, not a reason to look further.
    let ran = stage.finish(
        stage
            .command(&["auth", "status"])
            .env_remove("HWC_TICKETS_TOKEN")
            .env("HUAWEICLOUD_SDK_AK", "half"),
    );
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("HUAWEICLOUD_SDK_SK"), "{}", ran.stderr);
    let ran = stage.finish(
        stage
            .command(&["auth", "status"])
            .env_remove("HWC_TICKETS_TOKEN")
            .env("HWC_IAM_USER", "half"),
    );
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("HWC_IAM_PASSWORD"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn a_shared_file_is_refused_with_the_command_that_mends_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let stage = Stage::new();
    stage.write_config("[profiles.default.credentials]\ntoken = \"TOKENEXAMPLE\"\n");
    std::fs::set_permissions(stage.config(), std::fs::Permissions::from_mode(0o640)).unwrap();
    let ran = stage.run(&["ticket", "status", "case-123"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!("config_shared", ran.golden());
    assert_eq!(stage.requests(), 0);
}

#[test]
fn no_credentials_at_all() {
    let stage = Stage::new();
    let ran = stage.finish(
        stage
            .command(&["ticket", "status", "case-123"])
            .env_remove("HWC_TICKETS_TOKEN"),
    );
    assert_eq!(ran.code, 4);
    insta::assert_snapshot!("config_no_credentials", ran.golden());
}

/// An address from the environment gets no credentials unless it is one of Huawei Cloud.
#[test]
fn a_foreign_address_must_be_named_on_the_command_line() {
    let stage = Stage::new();
    stage.write_config("[profiles.default]\nendpoint = \"https://tickets.example\"\n");
    let from_profile = stage.finish(
        stage
            .command(&["ticket", "status", "case-123"])
            .env_remove("HWC_TICKETS_ENDPOINT"),
    );
    assert_eq!(from_profile.code, 2);
    assert!(
        from_profile
            .stderr
            .contains("key endpoint of profile default"),
        "{}",
        from_profile.stderr
    );
    let from_environment = stage.finish(
        stage
            .command(&["ticket", "status", "case-123"])
            .env("HWC_TICKETS_ENDPOINT", "https://tickets.example"),
    );
    assert_eq!(from_environment.code, 2);
    let official = stage.finish(
        stage
            .command(&["ticket", "status", "case-123", "--site", "international"])
            .env_remove("HWC_TICKETS_ENDPOINT")
            .env(
                "HUAWEICLOUD_SDK_REGION_OSM_AP_SOUTHEAST_3",
                stage.sim().endpoint(),
            ),
    );
    assert_eq!(official.code, 0, "{}", official.stderr);
}

#[test]
fn doctor_when_all_is_well() {
    let stage = Stage::of_today();
    stage.write_config("[profiles.default]\ngroup = \"123456\"\n");
    let ran = stage.run(&["doctor", "--time-zone", "GMT+1"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    // On a busy machine the difference of the clocks may be told in seconds.
    let stable: String = ran
        .stdout
        .lines()
        .filter(|line| !line.starts_with("clock"))
        .map(|line| format!("{line}\n"))
        .collect();
    insta::assert_snapshot!("doctor", stable);
    let json = stage.run(&["doctor", "-o", "json"]).json();
    let sources: Vec<_> = json["settings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["name"].as_str().unwrap(),
                row["source"].as_str().unwrap(),
            )
        })
        .collect();
    assert!(
        sources.contains(&("endpoint", "environment, HWC_TICKETS_ENDPOINT")),
        "{sources:?}"
    );
    assert!(
        sources.contains(&("group", "profile default, key group")),
        "{sources:?}"
    );
}

/// The clock of the service is that of its answers, whatever answers: a clock that was moved is seen. It is no failure: what is
/// signed gets through all the same, as the sign-in with keys says.
#[test]
fn doctor_sees_that_the_clocks_differ() {
    let stage = Stage::of_today();
    for (minutes, verdict, told) in [
        (0, "ok", "service"),
        (10, "warning", "s behind the service"),
        (
            20,
            "warning",
            "behind the service; what is signed with keys is refused at first",
        ),
    ] {
        // On top of what it was put forward before.
        (stage.sim()).advance(std::time::Duration::from_secs(minutes * 60));
        let known = stage.sim().credentials();
        let mut command = stage.command(&["doctor", "-o", "json"]);
        command
            .env_remove("HWC_TICKETS_TOKEN")
            .env("HUAWEICLOUD_SDK_AK", known.access_key)
            .env("HUAWEICLOUD_SDK_SK", known.secret_key);
        let ran = stage.finish(&mut command);
        assert_eq!(ran.code, 0, "{}", ran.golden());
        let json = ran.json();
        let checks = json["checks"].as_array().unwrap();
        let find = |name: &str| checks.iter().find(|row| row["check"] == name).unwrap();
        let clock = find("clock");
        assert_eq!(clock["verdict"], verdict, "{clock}");
        assert!(clock["detail"].as_str().unwrap().contains(told), "{clock}");
        assert_eq!(find("sign-in")["verdict"], "ok", "{}", ran.golden());
    }
}

#[test]
fn doctor_says_what_to_do() {
    let stage = Stage::new();
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let checks = |ran: crate::stage::Ran| {
        assert_eq!(ran.code, 1, "{}", ran.golden());
        let json = ran.json();
        let rows = json["checks"].as_array().unwrap().clone();
        for row in &rows {
            let failed = row["verdict"] == "failed";
            assert!(
                !failed || !row["advice"].as_str().unwrap().is_empty(),
                "{row}"
            );
        }
        rows.iter()
            .filter(|row| row["verdict"] == "failed")
            .map(|row| row["check"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let run = |endpoint: &str, token: &str| {
        stage.finish(
            stage
                .command(&["doctor", "-o", "json", "--endpoint", endpoint])
                .env("HWC_TICKETS_TOKEN", token),
        )
    };
    assert_eq!(
        checks(run(&format!("http://{closed}"), "TOKENEXAMPLE")),
        ["connection"]
    );
    // Plain HTTP answers where TLS is expected.
    assert_eq!(
        checks(run(
            &format!("https://{}", stage.sim().address()),
            "TOKENEXAMPLE"
        )),
        ["tls"]
    );
    assert_eq!(
        checks(run("http://example.com", "TOKENEXAMPLE")),
        ["endpoint"]
    );
    assert!(checks(run(&stage.sim().endpoint(), "wrong")).contains(&"sign-in".to_owned()));
}
