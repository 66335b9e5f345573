//! `config`: what applies and where it comes from, changes of the file, and several accounts beside each other.

use crate::stage::{Ran, Stage, ZONE};

const CONFIG: &str = "\
# Both accounts of the team.
profile = \"work\" # the usual one

[profiles.work]
# Of the team.
group = \"123456\" # not 654321
timeout = \"5s\"

[profiles.work.credentials]
token = \"CANARY-work\"

[profiles.home]
site = \"international\"

# Of last year.
[profiles.home.credentials]
access_key = \"CANARYAK\"
secret_key = \"CANARY-secret\"
";

/// Without variables of settings.
fn run(stage: &Stage, args: &[&str]) -> Ran {
    let ran = stage.finish(stage.bare(args).env_remove(ZONE.0).env("TZ", "UTC"));
    assert!(!ran.stdout.contains("CANARY"), "{}", ran.stdout);
    assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
    ran
}

fn text(stage: &Stage) -> String {
    std::fs::read_to_string(stage.config()).unwrap()
}

/// Value and source of a setting.
fn setting(ran: &Ran, name: &str) -> (Option<String>, String) {
    let json = ran.json();
    let settings = json["settings"].as_array().unwrap();
    let found = settings.iter().find(|row| row["setting"] == name).unwrap();
    assert!(!found["meaning"].as_str().unwrap().is_empty(), "{name}");
    (
        found["value"].as_str().map(str::to_owned),
        found["source"].as_str().unwrap().to_owned(),
    )
}

#[test]
fn every_setting_with_its_value_its_source_and_its_meaning() {
    let stage = Stage::new();
    stage.write_config(CONFIG);
    let listed = stage.finish(
        stage
            .bare(&["config", "list", "--retries", "2", "-o", "json"])
            .env("HWC_TICKETS_LANGUAGE", "zh_CN")
            .env_remove(ZONE.0)
            .env("TZ", "Europe/Berlin"),
    );
    assert_eq!(listed.code, 0, "{}", listed.golden());
    for (name, value, source) in [
        ("profile", Some("work"), "~/.config/hwc-tickets/config.toml"),
        (
            "endpoint",
            Some("https://osm.cn-south-1.myhuaweicloud.com"),
            "default",
        ),
        ("site", Some("china"), "default"),
        ("group", Some("123456"), "profile work, key group"),
        (
            "language",
            Some("zh_CN"),
            "environment, HWC_TICKETS_LANGUAGE",
        ),
        ("time_zone", Some("Europe/Berlin"), "default"),
        ("timeout", Some("5s"), "profile work, key timeout"),
        ("retries", Some("2"), "--retries"),
        ("ca_file", None, "default"),
        ("output", Some("json"), "--output"),
    ] {
        let found = setting(&listed, name);
        assert_eq!(
            (found.0.as_deref(), found.1.as_str()),
            (value, source),
            "{name}"
        );
    }
    let json = listed.json();
    assert_eq!(json["settings"].as_array().unwrap().len(), 10);
    assert_eq!(
        json["profiles"],
        serde_json::json!([
            {"name": "home", "in_use": false, "credentials": "keys", "site": "international", "group": null},
            {"name": "work", "in_use": true, "credentials": "token", "site": null, "group": "123456"},
        ])
    );
    for (args, form) in [
        (&["config", "list"][..], "table"),
        (&["config", "list", "-o", "plain"], "plain"),
        (
            &["config", "list", "--profile", "home", "-o", "ndjson"],
            "ndjson",
        ),
        (&["config", "get", "group"], "get"),
        (&["config", "path"], "path"),
    ] {
        let ran = run(&stage, args);
        assert_eq!(ran.code, 0, "{}", ran.golden());
        insta::assert_snapshot!(format!("config_list_{form}"), ran.golden());
    }
    assert_eq!(stage.requests(), 0);
}

#[test]
fn one_setting_alone() {
    let stage = Stage::new();
    stage.write_config(CONFIG);
    for (args, code, stdout) in [
        (
            &["config", "get", "group", "-o", "plain"][..],
            0,
            "123456\n",
        ),
        (
            &["config", "get", "GROUP", "-o", "plain", "--group", "7"],
            0,
            "7\n",
        ),
        (
            &["config", "get", "site", "-o", "plain", "--profile", "home"],
            0,
            "international\n",
        ),
        (&["config", "get", "time-zone", "-o", "plain"], 0, "UTC\n"),
        (&["config", "get", "ca_file", "-o", "plain"], 3, ""),
        (&["config", "get", "language"], 3, ""),
    ] {
        let ran = run(&stage, args);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (code, stdout),
            "{args:?}: {}",
            ran.stderr
        );
    }
}

/// A name that is none is refused with the nearest, one of credentials with the way to store them.
#[test]
fn unknown_settings_are_refused_with_the_nearest() {
    let stage = Stage::new();
    stage.write_config(CONFIG);
    for (name, said) in [
        ("gruop", "did you mean group?"),
        ("timezone", "did you mean time_zone?"),
        ("zzz", "Settings: profile, endpoint"),
        ("token", "auth login"),
        ("credentials.secret_key", "auth login"),
    ] {
        for args in [
            &["config", "get", name][..],
            &["config", "unset", name],
            &["config", "set", name, "CANARY"],
        ] {
            let ran = run(&stage, args);
            assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}");
            assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
        }
    }
    assert_eq!(text(&stage), CONFIG);
    for (config, said) in [
        (
            "[profiles.default]\ngruop = \"1\"\n",
            "Did you mean `group`?",
        ),
        ("profil = \"a\"\n", "Did you mean `profile`?"),
        ("group = \"1\"\n", "[profiles.default]"),
        (
            "[profiles.default.credentials]\ntokne = \"CANARY\"\n",
            "Did you mean `token`?",
        ),
    ] {
        stage.write_config(config);
        let ran = run(&stage, &["config", "list"]);
        assert_eq!(ran.code, 2, "{config}");
        assert!(ran.stderr.contains(said), "{config}: {}", ran.stderr);
    }
    stage.write_config(CONFIG);
    let ran = run(&stage, &["config", "list", "--profile", "wrok"]);
    assert!(ran.stderr.contains("Did you mean work?"), "{}", ran.stderr);
}

/// Only the one value changes: comments and everything else stay as they stand.
#[test]
fn what_is_stored_leaves_the_rest_as_it_stands() {
    let stage = Stage::new();
    for (args, before, after) in [
        (
            &["config", "set", "group", "42"][..],
            "group = \"123456\" # not",
            "group = \"42\" # not",
        ),
        (
            &["config", "set", "timeout", "1m30s"],
            "timeout = \"5s\"\n",
            "timeout = \"1m30s\"\n",
        ),
        (
            &["config", "set", "retries", "3"],
            "timeout = \"5s\"\n",
            "timeout = \"5s\"\nretries = 3\n",
        ),
        (
            &["config", "set", "time_zone", "-03:30"],
            "timeout = \"5s\"\n",
            "timeout = \"5s\"\ntime_zone = \"-03:30\"\n",
        ),
        (
            &["config", "set", "site", "china", "--profile", "home"],
            "site = \"international\"",
            "site = \"china\"",
        ),
        (
            &["config", "set", "profile", "home"],
            "profile = \"work\" # the",
            "profile = \"home\" # the",
        ),
        (&["config", "unset", "timeout"], "timeout = \"5s\"\n", ""),
        (&["config", "unset", "language"], "", ""),
    ] {
        stage.write_config(CONFIG);
        let ran = run(&stage, args);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (0, ""),
            "{args:?}: {}",
            ran.stderr
        );
        assert_eq!(text(&stage), CONFIG.replacen(before, after, 1), "{args:?}");
        assert!(
            ran.stderr.contains("config.toml"),
            "{args:?}: {}",
            ran.stderr
        );
        let listed = run(&stage, &["config", "list"]);
        assert_eq!(listed.code, 0, "{args:?}: {}", listed.stderr);
    }
}

/// A value that no command could use is refused by name, and the file stays as it is.
#[test]
fn what_cannot_be_used_is_not_stored() {
    let stage = Stage::new();
    stage.write_config(CONFIG);
    for (name, value) in [
        ("endpoint", "ftp://CANARY"),
        ("endpoint", "https://tickets.example"),
        ("site", "mars"),
        ("group", "CANARY group"),
        ("language", "CANARY language"),
        ("time_zone", "CANARY/Atlantis"),
        ("timeout", "soon"),
        ("timeout", "0s"),
        ("retries", "-1"),
        ("retries", "many"),
        ("ca_file", "/nonexistent/ca.pem"),
        ("output", "xml"),
        ("output", ""),
        ("profile", "third"),
    ] {
        let ran = stage.finish(&mut stage.bare(&["config", "set", name, value]));
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (2, ""),
            "{name}: {}",
            ran.stderr
        );
        assert!(ran.stderr.contains(name), "{name}: {}", ran.stderr);
        assert_eq!(text(&stage), CONFIG, "{name}");
    }
}

/// What is told as stored is there, also when several runs change the file at the same time.
#[test]
fn runs_at_the_same_time_lose_nothing_of_each_other() {
    let stage = Stage::new();
    let names: Vec<String> = (0..8).map(|number| format!("p{number}")).collect();
    let mut runs: Vec<std::process::Child> = Vec::new();
    for name in &names {
        let args = ["config", "set", "timeout", "7s", "--profile", name.as_str()];
        let mut command = stage.bare(&args);
        command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped());
        runs.push(command.spawn().unwrap());
    }
    for run in runs {
        let ran = stage.ran(run.wait_with_output().unwrap());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let text = text(&stage);
    for name in &names {
        assert!(text.contains(&format!("[profiles.{name}]")), "{text}");
    }
    let directory = stage.config().parent().unwrap().to_owned();
    assert_eq!(std::fs::read_dir(directory).unwrap().count(), 1);
}

/// What cannot be used is told by its key, and the command that mends it works all the same.
#[test]
fn a_setting_that_cannot_be_used_is_named_and_can_be_mended() {
    let stage = Stage::new();
    for (line, key, mend) in [
        (
            "site = \"mars\"",
            "site",
            &["config", "set", "site", "china"][..],
        ),
        (
            "timeout = \"soon\"",
            "timeout",
            &["config", "unset", "timeout"],
        ),
        (
            "time_zone = \"here\"",
            "time_zone",
            &["config", "set", "time_zone", "local"],
        ),
        ("output = \"xml\"", "output", &["config", "unset", "output"]),
    ] {
        stage.write_config(&format!("[profiles.default]\n{line}\n"));
        for args in [&["config", "list"][..], &["config", "get", "group"]] {
            let ran = run(&stage, args);
            assert_eq!(ran.code, 2, "{line}: {}", ran.golden());
            let told = format!("key {key} of profile default");
            assert!(ran.stderr.contains(&told), "{line}: {}", ran.stderr);
        }
        assert_eq!(run(&stage, &["config", "path"]).code, 0, "{line}");
        assert_eq!(run(&stage, mend).code, 0, "{line}");
        assert_eq!(run(&stage, &["config", "list"]).code, 0, "{line}");
    }
}

/// A new profile is made by a login or by a setting; each signs in with its own, and the usual one can be another.
#[test]
fn accounts_stand_side_by_side() {
    let stage = Stage::new();
    let token = stage.sim().credentials().token;
    let endpoint = stage.sim().endpoint();
    stage.write_config("# mine\n");
    for (profile, token) in [("work", token), ("home", "CANARY-home")] {
        let login = [
            "auth",
            "login",
            "--profile",
            profile,
            "--endpoint",
            endpoint.as_str(),
        ];
        let ran = stage.given(&mut stage.bare(&login), format!("{token}\n").as_bytes());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(
            run(
                &stage,
                &["config", "set", "language", "en_US", "--profile", profile]
            )
            .code,
            0
        );
    }
    assert_eq!(
        run(
            &stage,
            &["config", "set", "language", "en_US", "--profile", "third"]
        )
        .code,
        0
    );
    assert!(text(&stage).contains("# mine\n"), "{}", text(&stage));
    let status = |args: &[&str]| {
        run(
            &stage,
            &[&["ticket", "status", "case-123"][..], args].concat(),
        )
        .code
    };
    assert_eq!(status(&["--profile", "work"]), 0);
    assert_eq!(status(&["--profile", "home"]), 4);
    assert_eq!(run(&stage, &["config", "set", "profile", "work"]).code, 0);
    assert_eq!(status(&[]), 0);
    let names: Vec<_> = run(&stage, &["config", "list", "-o", "json"]).json()["profiles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|profile| {
            (
                profile["name"].clone(),
                profile["credentials"].clone(),
                profile["in_use"].clone(),
            )
        })
        .collect();
    let expected = serde_json::json!([
        ["home", "token", false],
        ["third", null, false],
        ["work", "token", true],
    ]);
    assert_eq!(serde_json::json!(names), expected);
    // A second login leaves what was set, and comments, in their places.
    let before = text(&stage).replace("[profiles.home]", "# of the family\n[profiles.home]");
    stage.write_config(&before);
    let again = stage.given(
        &mut stage.bare(&[
            "auth",
            "login",
            "--profile",
            "home",
            "--endpoint",
            endpoint.as_str(),
        ]),
        b"CANARY-new\n",
    );
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(text(&stage), before.replace("CANARY-home", "CANARY-new"));
}

/// A variable that wins over what was stored is told: else it would seem to have no effect.
#[test]
fn a_variable_that_wins_is_told() {
    let stage = Stage::new();
    for (args, said) in [
        (
            &["config", "set", "group", "1"][..],
            "HWC_TICKETS_GROUP is set, and wins over it",
        ),
        (
            &["config", "unset", "group"],
            "HWC_TICKETS_GROUP is still set",
        ),
    ] {
        let ran = stage.finish(stage.bare(args).env("HWC_TICKETS_GROUP", "7"));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}
