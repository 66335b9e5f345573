//! Settings that cannot be used: they work, or they are refused by name, and never count as not set.

use crate::stage::{Ran, SETTINGS, Stage};
use std::path::Path;

const READ: [&str; 3] = ["ticket", "status", "case-123"];

/// How often a call may be retried.
const RETRIES: &str = "a whole number from 0 to 4294967295";

#[cfg(unix)]
fn not_utf8() -> std::ffi::OsString {
    std::os::unix::ffi::OsStringExt::from_vec(b"caf\xe9".to_vec())
}

/// Nothing went out, and the error names `setting`.
fn refused(stage: &Stage, ran: &Ran, code: i32, setting: &str) {
    assert_eq!(ran.code, code, "{setting}: {}", ran.golden());
    assert!(ran.stderr.contains(setting), "{setting}: {}", ran.golden());
    assert!(!ran.stderr.contains("CANARY"), "{}", ran.golden());
    assert_eq!(stage.requests(), 0, "{setting}");
}

/// Otherwise the live service would be asked, or other credentials used.
#[cfg(unix)]
#[test]
fn variables_that_are_not_utf8_are_refused_by_name() {
    let stage = Stage::new();
    for name in SETTINGS
        .into_iter()
        .chain(["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
    {
        let ran = stage.finish(stage.command(&READ).env(name, not_utf8()));
        refused(&stage, &ran, 2, name);
    }
    // A path need not be text: it is used as it is, and there is nothing there.
    let ran = stage.finish(stage.command(&READ).env("HWC_TICKETS_CA_FILE", not_utf8()));
    refused(&stage, &ran, 2, "caf");
    // The official address, and the credentials below the token.
    let bare = |name: &str| {
        stage.finish(
            stage
                .bare(&READ)
                .env("HWC_TICKETS_TOKEN", "TOKENEXAMPLE")
                .env(name, not_utf8()),
        )
    };
    let name = "HUAWEICLOUD_SDK_REGION_OSM_CN_SOUTH_1";
    refused(&stage, &bare(name), 2, name);
    for (name, others) in [
        ("HUAWEICLOUD_SDK_AK", &["HUAWEICLOUD_SDK_SK"][..]),
        ("HUAWEICLOUD_SDK_SK", &["HUAWEICLOUD_SDK_AK"]),
        (
            "HUAWEICLOUD_SDK_SECURITY_TOKEN",
            &["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"],
        ),
        (
            "HUAWEICLOUD_SDK_DOMAIN_ID",
            &["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"],
        ),
        (
            "HUAWEICLOUD_SDK_PROJECT_ID",
            &["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"],
        ),
        ("HWC_IAM_USER", &["HWC_IAM_PASSWORD", "HWC_IAM_ACCOUNT"]),
        ("HWC_IAM_PASSWORD", &["HWC_IAM_USER", "HWC_IAM_ACCOUNT"]),
        ("HWC_IAM_ACCOUNT", &["HWC_IAM_USER", "HWC_IAM_PASSWORD"]),
        (
            "HWC_IAM_PROJECT",
            &["HWC_IAM_USER", "HWC_IAM_PASSWORD", "HWC_IAM_ACCOUNT"],
        ),
        (
            "HUAWEICLOUD_SDK_IAM_ENDPOINT",
            &["HWC_IAM_USER", "HWC_IAM_PASSWORD", "HWC_IAM_ACCOUNT"],
        ),
    ] {
        let mut command = stage.command(&READ);
        command
            .env_remove("HWC_TICKETS_TOKEN")
            .env(name, not_utf8());
        for other in others {
            command.env(other, "CANARY");
        }
        refused(&stage, &stage.finish(&mut command), 2, name);
    }
}

/// The address of IAM stands beside a login of a profile too.
#[cfg(unix)]
#[test]
fn the_address_of_iam_is_not_passed_over_for_a_login_of_a_profile() {
    let stage = Stage::new();
    stage.write_config(
        "[profiles.default.credentials]\nuser = \"u\"\npassword = \"CANARY\"\naccount = \"a\"\n",
    );
    for bad in [not_utf8(), "https://iam.example".into(), "iam".into()] {
        let ran = stage.finish(
            stage
                .command(&READ)
                .env_remove("HWC_TICKETS_TOKEN")
                .env("HUAWEICLOUD_SDK_IAM_ENDPOINT", bad),
        );
        refused(&stage, &ran, 2, "HUAWEICLOUD_SDK_IAM_ENDPOINT");
        assert!(!ran.stderr.contains("command line"), "{}", ran.stderr);
    }
}

/// Credentials of a profile that cannot be used are told by their setting, and none of their values is shown.
#[test]
fn credentials_of_a_profile_that_cannot_be_used_are_told_by_their_setting() {
    let stage = Stage::new();
    let keys = "access_key = \"AK\"\nsecret_key = \"SK\"\n";
    let login = "user = \"u\"\npassword = \"p\"\naccount = \"a\"\n";
    for (credentials, setting) in [
        ("token = \"CANARY token\"\n".to_owned(), "profile default"),
        (keys.replace("AK", "CANARY key"), "credentials.access_key"),
        (keys.replace("SK", "CANARY key"), "secret_key"),
        (
            format!("{keys}security_token = \"CANARY token\"\n"),
            "credentials.security_token",
        ),
        (
            format!("{keys}domain_id = \"CANARY id\"\nproject_id = \"p\"\n"),
            "credentials.domain_id",
        ),
        (
            format!("{keys}project_id = \"CANARY id\"\n"),
            "credentials.project_id",
        ),
        (
            login.replace("\"u\"", "\"CANARY\\u0007\""),
            "credentials.user",
        ),
        (login.replace("\"p\"", "\"CANARY\\u0007\""), "password"),
        (login.replace("\"a\"", "\"CANARY\\u0007\""), "account"),
        (
            format!("{login}project = \"CANARY\\u0007\"\n"),
            "credentials.project",
        ),
    ] {
        stage.write_config(&format!("[profiles.default.credentials]\n{credentials}"));
        let mut command = stage.command(&READ);
        command.env_remove("HWC_TICKETS_TOKEN");
        command.env("HUAWEICLOUD_SDK_IAM_ENDPOINT", stage.sim().endpoint());
        let ran = stage.finish(&mut command);
        refused(&stage, &ran, 2, setting);
        assert!(ran.stderr.contains("profile default"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("environment"), "{}", ran.stderr);
    }
}

/// The simulator is reached with them: they count as not set.
#[test]
fn empty_and_blank_variables_count_as_not_set() {
    let stage = Stage::new();
    for blank in ["", " ", "\n", "\t \n"] {
        let mut command = stage.command(&READ);
        let others = [
            "HWC_TICKETS_CA_FILE",
            "HUAWEICLOUD_SDK_AK",
            "HUAWEICLOUD_SDK_SK",
            "HWC_IAM_USER",
            "HTTPS_PROXY",
            "https_proxy",
            "ALL_PROXY",
            "NO_PROXY",
        ];
        let needed = ["HWC_TICKETS_ENDPOINT", "HWC_TICKETS_TOKEN"];
        let settings = SETTINGS.into_iter().filter(|name| !needed.contains(name));
        for name in settings.chain(others) {
            command.env(name, blank);
        }
        let ran = stage.finish(&mut command);
        assert_eq!(ran.code, 0, "{blank:?}: {}", ran.golden());
        let ran = stage.finish(
            stage
                .command(&READ)
                .env_remove("HWC_TICKETS_TOKEN")
                .env("HUAWEICLOUD_SDK_AK", blank)
                .env("HUAWEICLOUD_SDK_SK", "CANARY"),
        );
        assert_eq!(ran.code, 2, "{}", ran.golden());
        assert!(ran.stderr.contains("HUAWEICLOUD_SDK_AK"), "{}", ran.stderr);
    }
}

#[test]
fn proxies_that_cannot_be_used_are_refused_by_name() {
    let stage = Stage::new();
    for (name, text) in [
        ("HTTPS_PROXY", "\"http://u:CANARY@127.0.0.1:9\""),
        ("https_proxy", "htp://u:CANARY@127.0.0.1:9"),
        ("ALL_PROXY", "socks5://u:CANARY@127.0.0.1:9"),
        ("HTTPS_PROXY", "http://u:CANARY#@127.0.0.1:9"),
    ] {
        let ran = stage.finish(stage.command(&READ).env(name, text));
        refused(&stage, &ran, 2, name);
        let ran = stage.finish(stage.command(&["doctor", "-o", "json"]).env(name, text));
        assert_eq!(ran.code, 1, "{}", ran.golden());
        assert!(!ran.golden().contains("CANARY"), "{}", ran.golden());
        let json = ran.json();
        let failed: Vec<_> = json["checks"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["verdict"] == "failed")
            .collect();
        assert_eq!(failed.len(), 1, "{failed:?}");
        assert!(
            failed[0]["detail"].as_str().unwrap().contains(name),
            "{failed:?}"
        );
    }
}

/// What doctor says of the proxy is what the transport does.
#[test]
fn doctor_reports_the_decision_of_the_transport() {
    let stage = Stage::new();
    let proxy = "http://u:CANARY@127.0.0.1:9";
    for (endpoint, variables, expected) in [
        ("https://osm.example", &[][..], "none"),
        (
            "https://osm.example",
            &[("HTTPS_PROXY", ""), ("https_proxy", proxy)],
            "http://127.0.0.1:9, from https_proxy, with a login",
        ),
        (
            "https://osm.example",
            &[("HTTPS_PROXY", proxy), ("REQUEST_METHOD", "GET")],
            "http://127.0.0.1:9, from HTTPS_PROXY, with a login",
        ),
        (
            "https://osm.example",
            &[("ALL_PROXY", "127.0.0.1:9")],
            "http://127.0.0.1:9, from ALL_PROXY",
        ),
        (
            "https://osm.example",
            &[("HTTPS_PROXY", proxy), ("no_proxy", "*.example")],
            "none: no_proxy excepts this host (*.example), so HTTPS_PROXY is not used",
        ),
        (
            "https://osm.example",
            &[("HTTP_PROXY", proxy)],
            "none: HTTP_PROXY is for plain http",
        ),
        (
            "http://127.0.0.1:9",
            &[("HTTPS_PROXY", proxy)],
            "none: HTTPS_PROXY is not used for this machine itself",
        ),
    ] {
        let mut command = stage.command(&[
            "doctor",
            "-o",
            "json",
            "--timeout",
            "2s",
            "--endpoint",
            endpoint,
        ]);
        for (name, value) in variables {
            command.env(name, value);
        }
        let ran = stage.finish(&mut command);
        let json = ran.json();
        let row = json["checks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["check"] == "proxy")
            .unwrap();
        let detail = row["detail"].as_str().unwrap();
        assert!(detail.starts_with(expected), "{variables:?}: {detail}");
        assert!(!ran.golden().contains("CANARY"), "{}", ran.golden());
    }
}

/// With everything in the environment no file is needed.
#[cfg(unix)]
#[test]
fn a_home_that_cannot_be_used_stops_nobody_who_needs_no_file() {
    let stage = Stage::of_today();
    let file = stage.home().join("file");
    std::fs::write(&file, "").unwrap();
    let not_text = stage.home().join(not_utf8());
    std::fs::create_dir(&not_text).unwrap();
    for home in [
        None,
        Some(std::ffi::OsString::new()),
        Some("relative".into()),
        // Nobody can make a directory there, root included.
        Some("/proc/nonexistent".into()),
        Some(file.clone().into_os_string()),
        Some(not_text.clone().into_os_string()),
    ] {
        let run = |args: &[&str]| {
            let mut command = stage.command(args);
            command.env_remove("HOME");
            if let Some(home) = &home {
                command.env("HOME", home);
            }
            stage.finish(&mut command)
        };
        for args in [
            &READ[..],
            &["message", "history", "case-123"],
            &["auth", "status"],
            &["message", "reconcile"],
        ] {
            let ran = run(args);
            assert_eq!(ran.code, 0, "{home:?} {args:?}: {}", ran.golden());
        }
        let sent = run(&["message", "send", "case-123", "hello"]);
        let doctor = run(&["doctor", "-o", "json"]);
        if home.as_deref() == Some(not_text.as_os_str()) {
            assert_eq!(sent.code, 0, "{}", sent.golden());
            assert_eq!(doctor.code, 0, "{}", doctor.golden());
            continue;
        }
        // It would be lost without a trace if this run died.
        assert_ne!(sent.code, 0, "{home:?}: {}", sent.golden());
        let named = match &home {
            Some(home) if Path::new(home).is_absolute() => stage.stable(&home.to_string_lossy()),
            _ => "HOME".to_owned(),
        };
        assert!(sent.stderr.contains(&named), "{home:?}: {}", sent.golden());
        assert!(
            sent.stderr.contains("XDG_STATE_HOME"),
            "{home:?}: {}",
            sent.golden()
        );
        // A key and the text of many parts are kept before anything goes out.
        let long = "word ".repeat(5000);
        for more in [
            &["hello", "--key", "outage-17"][..],
            &[long.as_str(), "--split"][..],
        ] {
            let ran = run(&[&["message", "send", "case-123"][..], more].concat());
            assert_ne!(ran.code, 0, "{home:?}: {}", ran.golden());
            let names_it = ran.stderr.contains("XDG_STATE_HOME");
            assert!(names_it, "{home:?}: {}", ran.golden());
        }
        assert_eq!(doctor.code, 1, "{home:?}: {}", doctor.golden());
        let json = doctor.json();
        let row = json["checks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["verdict"] == "failed")
            .unwrap();
        assert_eq!(row["check"], "pending directory");
        assert!(row["advice"].as_str().unwrap().contains("XDG_STATE_HOME"));
    }
    assert!(
        stage
            .sim()
            .arrived("case-123")
            .iter()
            .all(|text| text == "hello")
    );
}

/// A home that belongs to somebody else: told, and not in the way.
#[cfg(unix)]
#[test]
fn a_home_that_may_not_be_looked_into() {
    use std::os::unix::{fs::PermissionsExt as _, process::CommandExt as _};
    let stage = Stage::new();
    let closed = stage.home().join("closed");
    std::fs::create_dir_all(closed.join(".config/hwc-tickets")).unwrap();
    std::fs::write(closed.join(".config/hwc-tickets/config.toml"), "").unwrap();
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    let is_root = std::fs::read_dir(&closed).is_ok();
    if is_root {
        // Root sees everything: somebody else runs it, who must be able to reach the program's copy.
        std::fs::set_permissions(stage.home(), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let program = stage.home().join("program");
    // By another process: a file that this one has open for writing, a child of another test would keep open.
    let copied = std::process::Command::new("cp")
        .arg(crate::stage::program())
        .arg(&program)
        .status();
    assert!(copied.unwrap().success());
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new(&program);
        command
            .args(args)
            .env_clear()
            .env("HOME", &closed)
            .env("HWC_TICKETS_ENDPOINT", stage.sim().endpoint())
            .env("HWC_TICKETS_TOKEN", stage.sim().credentials().token)
            .current_dir("/");
        if is_root {
            command.uid(65534).gid(65534);
        }
        stage.finish(&mut command)
    };
    let ran = run(&READ);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert!(ran.stderr.contains("config.toml"), "{}", ran.stderr);
    let ran = run(&["message", "follow", "case-123", "--for", "50ms"]);
    assert_ne!(ran.code, 1, "{}", ran.golden());
    assert!(!ran.stderr.contains("pending"), "{}", ran.stderr);
    let ran = run(&["ticket", "status", "case-123", "--profile", "work"]);
    assert_eq!(ran.code, 2, "{}", ran.golden());
    let sent = run(&["message", "send", "case-123", "hello"]);
    assert_ne!(sent.code, 0);
    assert!(
        sent.stderr
            .contains("~/closed/.local/state/hwc-tickets/pending"),
        "{}",
        sent.stderr
    );
    let doctor = run(&["doctor"]);
    assert_eq!(doctor.code, 1, "{}", doctor.golden());
    assert!(
        doctor.stdout.contains("closed/.local/state"),
        "{}",
        doctor.stdout
    );
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).unwrap();
    assert!(stage.sim().arrived("case-123").is_empty());
}

/// Hosts of every published domain are trusted, those that look like them are not, and the help names what there is.
#[test]
fn addresses_from_the_environment() {
    let stage = Stage::new();
    let dry = |endpoint: &str| {
        stage.finish(
            stage
                .bare(&[
                    "message",
                    "send",
                    "case-123",
                    "hello",
                    "--dry-run",
                    "-o",
                    "json",
                ])
                .env("HWC_TICKETS_TOKEN", "TOKENEXAMPLE")
                .env("HWC_TICKETS_ENDPOINT", endpoint),
        )
    };
    for host in [
        "osm.eu-west-101.myhuaweicloud.eu",
        "osm.cn-south-1.myhuaweicloud.cn",
        "osm.cn-south-1.myhuaweicloud.com",
    ] {
        let ran = dry(&format!("https://{host}"));
        assert_eq!(ran.code, 0, "{}", ran.golden());
        assert!(ran.json()["url"].as_str().unwrap().contains(host));
    }
    for host in [
        "osm.myhuaweicloud.com.evil.example",
        "xmyhuaweicloud.com",
        "osm.xmyhuaweicloud.eu",
    ] {
        let ran = dry(&format!("https://{host}"));
        refused(&stage, &ran, 2, "HWC_TICKETS_ENDPOINT");
        assert!(
            ran.stderr.contains("--endpoint") && !ran.stderr.contains("ClientBuilder"),
            "{}",
            ran.stderr
        );
    }
    // The value that the official manual gives for Europe. The login fails: there is no such host here.
    let ran = stage.finish(
        stage
            .command(&["auth", "status"])
            .env_remove("HWC_TICKETS_TOKEN")
            .env("HWC_IAM_USER", "u")
            .env("HWC_IAM_PASSWORD", "p")
            .env("HWC_IAM_ACCOUNT", "a")
            .env(
                "HUAWEICLOUD_SDK_IAM_ENDPOINT",
                "https://iam.eu-west-101.myhuaweicloud.eu",
            ),
    );
    assert_eq!(ran.code, 0, "{}", ran.golden());
}

/// Values of every place that cannot be used are refused with the place.
#[test]
fn values_that_cannot_be_used_name_their_place() {
    let stage = Stage::new();
    let empty = stage.home().join("empty.pem");
    std::fs::write(&empty, "no certificate\n").unwrap();
    let half = stage.home().join("half.pem");
    std::fs::write(
        &half,
        "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    for (name, value, expected) in [
        ("HWC_TICKETS_GROUP", "a b", "HWC_TICKETS_GROUP"),
        ("HWC_TICKETS_LANGUAGE", "en us", "HWC_TICKETS_LANGUAGE"),
        ("HWC_TICKETS_SITE", "mars", "HWC_TICKETS_SITE"),
        ("HWC_TICKETS_OUTPUT", "xml", "HWC_TICKETS_OUTPUT"),
        ("HWC_TICKETS_RETRIES", "-1", "HWC_TICKETS_RETRIES"),
        ("HWC_TICKETS_TIMEOUT", "0s", "HWC_TICKETS_TIMEOUT"),
        (
            "HWC_TICKETS_TIME_ZONE",
            "Asia/Nowhere",
            "HWC_TICKETS_TIME_ZONE",
        ),
        ("HWC_TICKETS_CA_FILE", empty.to_str().unwrap(), "empty.pem"),
        ("HWC_TICKETS_CA_FILE", half.to_str().unwrap(), "half.pem"),
        ("HWC_TICKETS_ENDPOINT", "osm", "HWC_TICKETS_ENDPOINT"),
        ("HWC_TICKETS_PROFILE", "none", "none"),
    ] {
        let ran = stage.finish(stage.command(&READ).env(name, value));
        refused(&stage, &ran, 2, expected);
    }
    for (text, expected) in [
        ("group = \"a b\"", "key group"),
        ("language = \"en us\"", "key language"),
        ("endpoint = \"osm\"", "key endpoint"),
        ("retries = -1", "key retries"),
        ("timeout = \"0s\"", "key timeout"),
        ("group = \"\"", "group"),
        ("endpoint = \" \"", "endpoint"),
        ("ca_file = \"\"", "ca_file"),
    ] {
        stage.write_config(&format!("[profiles.default]\n{text}\n"));
        let ran = stage.finish(stage.command(&READ).env_remove("HWC_TICKETS_ENDPOINT"));
        refused(&stage, &ran, 2, expected);
    }
}

/// A variable in a sentence is called by its name alone, and so is a key of a profile.
#[test]
fn places_are_named_as_in_a_sentence() {
    let stage = Stage::new();
    let ran = stage.finish(stage.command(&READ).env("HWC_TICKETS_TIMEOUT", "5"));
    refused(
        &stage,
        &ran,
        2,
        "the value of HWC_TICKETS_TIMEOUT cannot be used: it needs a unit: write 5s",
    );
    stage.write_config("[profiles.default]\ntimeout = 5\n");
    let ran = stage.run(&READ);
    refused(
        &stage,
        &ran,
        2,
        "the value of key timeout of profile default cannot be used: it needs a unit: write 5s",
    );
    // What stands in a profile is never told by the name of a variable.
    for (keys, said) in [
        (
            "user = \"u\"\npassword = \"CANARY\"\naccount = \" \"",
            "credentials.account",
        ),
        (
            "access_key = \"a b\"\nsecret_key = \"CANARY\"",
            "profile default",
        ),
        ("token = \"a CANARY\"", "profile default"),
    ] {
        stage.write_config(&format!("[profiles.default.credentials]\n{keys}\n"));
        let ran = stage.finish(stage.command(&READ).env_remove("HWC_TICKETS_TOKEN"));
        refused(&stage, &ran, 2, said);
        for name in ["HWC_IAM", "HUAWEICLOUD", "environment"] {
            assert!(!ran.stderr.contains(name), "{name}: {}", ran.stderr);
        }
    }
}

/// Quotes that a file or a shell has left are no part of a secret.
#[test]
fn quoted_secrets_are_refused_by_name() {
    let stage = Stage::new();
    for quoted in ["\"CANARY\"", "'CANARY'"] {
        let ran = stage.finish(stage.command(&READ).env("HWC_TICKETS_TOKEN", quoted));
        refused(&stage, &ran, 2, "HWC_TICKETS_TOKEN");
        assert!(ran.stderr.contains("quotes"), "{}", ran.stderr);
        let mut keys = stage.command(&READ);
        keys.env_remove("HWC_TICKETS_TOKEN")
            .env("HUAWEICLOUD_SDK_AK", quoted)
            .env("HUAWEICLOUD_SDK_SK", "CANARY");
        let ran = stage.finish(&mut keys);
        refused(&stage, &ran, 2, "access key");
        assert!(ran.stderr.contains("quotes"), "{}", ran.stderr);
        stage.write_config(&format!(
            "[profiles.default.credentials]\ntoken = \"{}\"\n",
            quoted.replace('"', "\\\"")
        ));
        let ran = stage.finish(stage.command(&READ).env_remove("HWC_TICKETS_TOKEN"));
        refused(&stage, &ran, 2, "profile default");
        assert!(ran.stderr.contains("quotes"), "{}", ran.stderr);
    }
}

/// A word that is none of a few learns which there are, and a number out of range the range; no time at all is told as that.
#[test]
fn what_could_be_given_is_told() {
    let stage = Stage::new();
    for (name, value, expected) in [
        ("HWC_TICKETS_OUTPUT", "xml", "table, json, ndjson, plain"),
        ("HWC_TICKETS_SITE", "mars", "china, international"),
        ("HWC_TICKETS_TIMEOUT", "0s", "longer than zero"),
        ("HWC_TICKETS_RETRIES", "-1", RETRIES),
        ("HWC_TICKETS_RETRIES", "1.5", RETRIES),
        ("HWC_TICKETS_RETRIES", "99999999999999999999", RETRIES),
    ] {
        let ran = stage.finish(stage.command(&READ).env(name, value));
        refused(&stage, &ran, 2, name);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
    stage.write_config("[profiles.default]\nsite = \"mars\"\n");
    let ran = stage.run(&READ);
    refused(&stage, &ran, 2, "key site of profile default");
    assert!(
        ran.stderr.contains("china, international"),
        "{}",
        ran.stderr
    );
    for args in [
        ["--interval", "0s"],
        ["--interval", "0"],
        ["--for", "0m"],
        ["--timeout", "0s"],
    ] {
        let ran = stage.run(&[&["message", "follow", "case-123"], &args[..]].concat());
        assert_eq!(ran.code, 2, "{}", ran.golden());
        assert!(ran.stderr.contains("longer than zero"), "{}", ran.stderr);
    }
    for value in ["-1", "1.5", "\"99999999999999999999\""] {
        stage.write_config(&format!("[profiles.default]\nretries = {value}\n"));
        let ran = stage.run(&READ);
        refused(&stage, &ran, 2, RETRIES);
    }
    stage.write_config("[profiles.default]\n");
    for (args, expected) in [
        (&["config", "set", "retries", "1.5"][..], RETRIES),
        (
            &["ticket", "status", "case-123", "--retries", "-1"],
            RETRIES,
        ),
        (&["ticket", "status", "case-123", "--retries", ""], RETRIES),
        (
            &["message", "history", "case-123", "--limit", "-1"],
            "a whole number from 0 to 18446744073709551615",
        ),
        (
            &["message", "follow", "case-123", "--tail", "1.5"],
            "a whole number from 0 to 18446744073709551615",
        ),
        (
            &["chat", "case-123", "--tail", "99999999999999999999"],
            "a whole number from 0 to 18446744073709551615",
        ),
        (
            &[
                "message",
                "send",
                "case-123",
                "x",
                "--split",
                "--from-part",
                "0",
            ],
            "a whole number from 1 to ",
        ),
        (
            &["ticket", "list", "--limit", "0"],
            "a whole number from 1 to 18446744073709551615",
        ),
        (
            &["ticket", "list", "--page-size", "99999999999999999999"],
            "it must be a whole number from 0 to 100",
        ),
        (
            &["ticket", "list", "--status", "opne"],
            "or a whole number from 0 to 30",
        ),
    ] {
        let ran = stage.run(args);
        refused(&stage, &ran, 2, expected);
    }
}
