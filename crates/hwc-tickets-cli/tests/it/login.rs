//! `auth login`: profiles it makes, secrets it refuses, files it leaves as they are, a terminal it gives back.

use crate::stage::Stage;

/// A login with a password.
const PASSWORD: [&str; 8] = [
    "auth",
    "login",
    "--with",
    "password",
    "--user",
    "u",
    "--account",
    "a",
];
/// In every secret of these tests: no output shows it.
const CANARY: &str = "C4NARY";

/// The token of one service must not go to another with the next call.
#[test]
fn where_the_credentials_belong_is_kept_with_them() {
    let stage = Stage::new();
    let args = [
        "--profile",
        "work",
        "--endpoint",
        "http://127.0.0.1:9",
        "--site",
        "international",
        "auth",
        "login",
    ];
    let ran = stage.given(&mut stage.bare(&args), b"TOKENEXAMPLE\n");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("endpoint, site"), "{}", ran.stderr);
    let status = stage.finish(&mut stage.bare(&["--profile", "work", "auth", "status"]));
    assert!(
        status.stdout.contains("http://127.0.0.1:9"),
        "{}",
        status.golden()
    );
}

#[test]
fn a_profile_that_is_not_there_is_made() {
    for config in [
        "",
        "[profiles.default]\ngroup = \"123456\"\n",
        "profile = \"work\"\n[profiles.other]\n",
    ] {
        let stage = Stage::new();
        if !config.is_empty() {
            stage.write_config(config);
        }
        let flag = stage.given(
            &mut stage.bare(&["auth", "login", "--profile", "work"]),
            b"TOKENEXAMPLE\n",
        );
        assert_eq!(
            (flag.code, flag.stdout.as_str()),
            (0, ""),
            "{}",
            flag.stderr
        );
        assert!(
            flag.stderr.contains("Stored for profile work")
                && flag.stderr.contains("hwc-tickets doctor --profile work"),
            "{}",
            flag.stderr
        );
        let variable = stage.given(
            stage
                .bare(&["auth", "login"])
                .env("HWC_TICKETS_PROFILE", "third"),
            b"OTHEREXAMPLE\n",
        );
        assert_eq!(variable.code, 0, "{}", variable.stderr);
        for profile in ["work", "third"] {
            let status = stage.finish(&mut stage.bare(&[
                "auth",
                "status",
                "-o",
                "json",
                "--profile",
                profile,
            ]));
            assert_eq!(
                status.json()["source"],
                format!("profile {profile}"),
                "{}",
                status.stderr
            );
        }
        let text = std::fs::read_to_string(stage.config()).unwrap();
        assert!(text.starts_with(config), "{text}");
    }
}

/// The file says which profile is used, and that one is not there yet.
#[test]
fn the_default_of_the_file_is_made() {
    let stage = Stage::new();
    stage.write_config("profile = \"work\"\n");
    let ran = stage.given(&mut stage.bare(&["auth", "login"]), b"TOKENEXAMPLE\n");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let status = stage.finish(&mut stage.bare(&["auth", "status", "-o", "json"]));
    assert_eq!(status.json()["source"], "profile work");
}

/// Only `auth login` makes one: elsewhere a name that is not there is most likely misspelt, and the help is right.
#[test]
fn elsewhere_an_unknown_profile_is_refused_and_the_help_makes_it() {
    for config in ["", "[profiles.default]\ngroup = \"123456\"\n"] {
        let stage = Stage::new();
        if !config.is_empty() {
            stage.write_config(config);
        }
        let refused = stage.run(&["ticket", "status", "case-123", "--profile", "work"]);
        assert_eq!(refused.code, 2, "{}", refused.stderr);
        let advice = "hwc-tickets auth login --profile work";
        assert!(refused.stderr.contains(advice), "{}", refused.stderr);
        let words: Vec<&str> = advice.split(' ').skip(1).collect();
        assert_eq!(
            stage.given(&mut stage.bare(&words), b"TOKENEXAMPLE\n").code,
            0
        );
        let accepted = stage.run(&["ticket", "status", "case-123", "--profile", "work"]);
        assert_eq!(accepted.code, 0, "{}", accepted.stderr);
    }
}

#[test]
fn secrets_no_call_can_use_are_refused_with_the_reason() {
    let long = format!("{CANARY}{}\n", "x".repeat(5000));
    let token: &[&str] = &["auth", "login"];
    let keys: &[&str] = &["auth", "login", "--with", "keys"];
    let password: &[&str] = &PASSWORD;
    for (args, input, named, reason) in [
        (token, "C4NARY EXAMPLE\n", "the token", "a space"),
        (token, "Bearer C4NARY\n", "the token", "Bearer"),
        (token, "bearer C4NARY\n", "the token", "Bearer"),
        (token, "X-Auth-Token: C4NARY\n", "the token", "X-Auth-Token"),
        (token, "\"C4NARY\"\n", "the token", "quotes"),
        (token, "C4N\u{200b}C4NARY\n", "the token", "U+200B"),
        (token, "C4NARY\u{200b}\n", "the token", "U+200B"),
        (token, "C4NARY\u{a0}X\n", "the token", "U+00A0"),
        (token, "C4NARY工\n", "the token", "U+5DE5"),
        (token, "C4NARY\tX\n", "the token", "U+0009"),
        (token, "C4NARY\u{1b}[0mX\n", "the token", "U+001B"),
        (token, "C4NARY\r\nC4NARY\n", "standard input", "more lines"),
        (token, &long, "the token", "5000"),
        (token, "   \n", "the token", "empty"),
        (keys, "C4NARY X\nSK\n", "the access key", "a space"),
        (keys, "AK\nC4NARY\u{200b}\n", "the secret key", "U+200B"),
        (keys, "'AK'\nC4NARY\n", "the access key", "quotes"),
        (keys, "AK\n", "the secret key", "empty"),
        (password, "C4NARY\u{7}\n", "the password", "U+0007"),
        (password, "\n", "the password", "empty"),
    ] {
        for before in [
            None,
            Some("[profiles.default.credentials]\ntoken = \"OLD\"\n"),
        ] {
            let stage = Stage::new();
            if let Some(text) = before {
                stage.write_config(text);
            }
            let ran = stage.given(&mut stage.bare(args), input.as_bytes());
            let said = &ran.stderr;
            assert_eq!(
                (ran.code, ran.stdout.as_str()),
                (2, ""),
                "{input:?}: {said}"
            );
            for text in [named, reason, "Nothing was stored"] {
                assert!(said.contains(text), "{input:?} lacks {text:?}: {said}");
            }
            assert!(!said.contains(CANARY), "{said}");
            let now = std::fs::read_to_string(stage.config()).ok();
            assert_eq!(now.as_deref(), before, "{input:?}");
        }
    }
}

/// A password is taken as it is: a blank at its end may belong to it.
#[test]
fn a_password_keeps_its_blanks() {
    let stage = Stage::new();
    let ran = stage.given(&mut stage.bare(&PASSWORD), b" pass word \r\n");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let text = std::fs::read_to_string(stage.config()).unwrap();
    assert!(text.contains("password = \" pass word \""), "{text}");
}

#[cfg(unix)]
#[test]
fn a_linked_file_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let stage = Stage::new();
    let dotfiles = stage.home().join("dotfiles");
    std::fs::create_dir_all(&dotfiles).unwrap();
    std::fs::create_dir_all(stage.config().parent().unwrap()).unwrap();
    let target = dotfiles.join("tickets.toml");
    std::fs::write(&target, "# mine\n[profiles.default]\ngroup = \"123456\"\n").unwrap();
    symlink(&target, stage.config()).unwrap();
    let ran = stage.given(&mut stage.bare(&["auth", "login"]), b"TOKENEXAMPLE\n");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(std::fs::read_link(stage.config()).unwrap(), target);
    let text = std::fs::read_to_string(&target).unwrap();
    assert!(
        text.starts_with("# mine\n") && text.contains("TOKENEXAMPLE"),
        "{text}"
    );
    let mode = std::fs::metadata(&target).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(&dotfiles).unwrap().count(), 1);
    let status = stage.finish(&mut stage.bare(&["auth", "status"]));
    assert_eq!(status.code, 0, "{}", status.stderr);
}

/// A login that was killed while it wrote leaves no secret for ever, and the next one takes nothing else away. The
/// directory of the configuration may be anybody's, and so may the names in it: only what is unmistakably a file half
/// written goes, and only after the configuration stands.
#[cfg(unix)]
#[test]
fn files_beside_the_configuration_stay() {
    use crate::stage::private;
    const BEFORE: &str = "# mine\n[profiles.other.credentials]\ntoken = \"KEPTEXAMPLE\"\n";
    const LEFT: &str = ".hwc-tickets-draft-0123456789abcdef.tmp";
    // As it is, and behind a link: below a name of one's own, and below one that could be a draft's.
    for behind in [
        None,
        Some(".hwc-tickets-config"),
        Some(".hwc-tickets-draft-fedcba9876543210.tmp"),
    ] {
        let stage = Stage::new();
        let config = behind.map_or(stage.config(), |name| stage.home().join(name));
        private(&config, BEFORE.as_bytes());
        if behind.is_some() {
            std::fs::create_dir_all(stage.config().parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(&config, stage.config()).unwrap();
        }
        let directory = config.parent().unwrap();
        let neighbours = [
            ".hwc-tickets-backup",
            ".hwc-tickets-tokens",
            ".hwc-tickets-a1B2c3",
            ".hwc-tickets-draft-notes.tmp",
            ".hwc-tickets-draft-0123456789abcdef",
            ".hwc-tickets-draft-0123456789abcde-.tmp",
        ]
        .map(|name| private(&directory.join(name), name.as_bytes()));
        let left = directory.join(LEFT);
        let all_stand = |doing: &str| {
            for path in &neighbours {
                let name = path.file_name().unwrap().to_str().unwrap();
                let text = std::fs::read_to_string(path).unwrap_or_default();
                assert_eq!(text, name, "{behind:?}, {doing}");
            }
        };
        for args in [["auth", "login"], ["auth", "logout"]] {
            private(&left, b"half writ");
            let before = std::fs::read_to_string(&config).unwrap();
            let failed = stage.on_a_full_disk(&stage.bare(&args), b"TOKENEXAMPLE\n");
            assert_eq!(failed.code, 1, "{}", failed.golden());
            let after = std::fs::read_to_string(&config).unwrap_or_default();
            assert_eq!(after, before, "{behind:?}: {args:?} on a full disk");
            all_stand("a failed write");
            let ran = stage.given(&mut stage.bare(&args), b"TOKENEXAMPLE\n");
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            all_stand(&args.join(" "));
            assert!(!left.exists(), "{behind:?}: {args:?}");
        }
        let text = std::fs::read_to_string(&config).unwrap_or_default();
        assert!(text.contains("KEPTEXAMPLE") && !text.contains("TOKENEXAMPLE"));
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_refused_by_name() {
    use std::os::unix::fs::symlink;
    for target in ["nowhere/tickets.toml", ".", "/dev/null"] {
        let stage = Stage::new();
        let directory = stage.config().parent().unwrap().to_owned();
        std::fs::create_dir_all(&directory).unwrap();
        symlink(target, stage.config()).unwrap();
        let ran = stage.given(&mut stage.bare(&["auth", "login"]), b"C4NARY\n");
        assert!(matches!(ran.code, 1 | 2), "{target}: {}", ran.golden());
        assert!(
            ran.stderr.contains("~/.config/hwc-tickets/config.toml"),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains("help: "), "{}", ran.stderr);
        assert!(!ran.stderr.contains(CANARY));
        assert_eq!(
            std::fs::read_link(stage.config()).unwrap(),
            std::path::Path::new(target)
        );
        assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 1);
    }
}

/// However the prompt ends, the terminal is as it was, and nothing is stored.
#[cfg(unix)]
#[test]
fn the_terminal_is_given_back_however_the_prompt_ends() {
    use crate::{stage::until, terminal::Terminal};
    use rustix::process::{Signal, kill_process};
    type End = fn(&mut Terminal);
    let ends: [(&str, u32, End); 6] = [
        ("Ctrl-C", 130, |terminal| terminal.type_in("\u{3}")),
        ("Ctrl-D", 2, |terminal| terminal.type_in("\u{4}")),
        ("SIGINT", 130, |terminal| {
            kill_process(terminal.process(), Signal::INT).unwrap();
        }),
        ("SIGTERM", 143, |terminal| {
            kill_process(terminal.process(), Signal::TERM).unwrap();
        }),
        ("SIGHUP", 129, |terminal| {
            kill_process(terminal.process(), Signal::HUP).unwrap();
        }),
        ("SIGQUIT", 131, |terminal| {
            kill_process(terminal.process(), Signal::QUIT).unwrap();
        }),
    ];
    for (name, code, end) in ends {
        // With the first letters typed, too, where keys alone keep their order: a signal may overtake them.
        for typed in ["", CANARY] {
            if name != "Ctrl-C" && !typed.is_empty() {
                continue;
            }
            let stage = Stage::new();
            let mut terminal = Terminal::run(&stage, 24, 80, &["auth", "login"]);
            terminal.shows("Token:");
            until("no echo", || !terminal.echoes());
            terminal.type_in(typed);
            end(&mut terminal);
            assert_eq!(terminal.end(), code, "{name}");
            assert!(terminal.is_as_before(), "{name}");
            assert!(terminal.echoes(), "{name}");
            assert!(!terminal.written().contains(CANARY), "{name}");
            assert!(!stage.config().exists(), "{name}");
        }
    }
}

/// What a terminal would quietly drop or cut makes another secret of it: refused.
#[cfg(unix)]
#[test]
fn what_is_typed_is_taken_whole_or_refused() {
    use crate::{stage::until, terminal::Terminal};
    for (typed, reason) in [
        ("C4NARY\rC4NARY\r", "line break"),
        ("C4NARY\tX\r", "U+0009"),
        ("C4NARY\u{1b}[31mX\r", "U+001B"),
        ("C4NARY X\r", "a space"),
        ("C4NARY\u{200b}\r", "U+200B"),
        ("\r", "empty"),
    ] {
        let stage = Stage::new();
        let mut terminal = Terminal::run(&stage, 24, 80, &["auth", "login"]);
        terminal.shows("Token:");
        until("no echo", || !terminal.echoes());
        terminal.type_in(typed);
        assert_eq!(terminal.end(), 2, "{typed:?}");
        terminal.shows(reason);
        terminal.shows("Nothing was stored");
        assert!(terminal.is_as_before(), "{typed:?}");
        assert!(!terminal.written().contains(CANARY), "{typed:?}");
        assert!(!stage.config().exists(), "{typed:?}");
    }
    // Longer than a line of a terminal, and mended with the usual keys.
    let stage = Stage::new();
    let mut terminal = Terminal::run(&stage, 24, 80, &["auth", "login"]);
    terminal.shows("Token:");
    until("no echo", || !terminal.echoes());
    let token = "x".repeat(5000);
    terminal.type_in(&format!("wrong\u{15}z\u{7f}{token}\r"));
    assert_eq!(terminal.end(), 0);
    let text = std::fs::read_to_string(stage.config()).unwrap();
    assert!(text.contains(&format!("token = \"{token}\"")));
}

/// What is stored can be taken out again; the rest of the file stays, and what is used then is told.
#[test]
fn logging_out_removes_the_credentials_alone() {
    let stage = Stage::new();
    let config = "# mine\n[profiles.default]\ngroup = \"123456\" # ours\n\n[profiles.work.credentials]\ntoken = \"OTHER\"\n";
    stage.write_config(config);
    let args = ["auth", "login"];
    assert_eq!(stage.given(&mut stage.bare(&args), b"C4NARY\n").code, 0);
    let out = stage.finish(&mut stage.bare(&["auth", "logout"]));
    assert_eq!((out.code, out.stdout.as_str()), (0, ""), "{}", out.stderr);
    for said in [
        "profile default",
        "~/.config/hwc-tickets/config.toml",
        "stays valid",
    ] {
        assert!(out.stderr.contains(said), "{said}: {}", out.stderr);
    }
    let text = std::fs::read_to_string(stage.config()).unwrap();
    assert!(!text.contains(CANARY), "{text}");
    for kept in ["# mine", "group = \"123456\" # ours", "token = \"OTHER\""] {
        assert!(text.contains(kept), "{text}");
    }
    let status = stage.finish(&mut stage.bare(&["auth", "status"]));
    assert_eq!(status.code, 4, "{}", status.golden());
    // Again it is the same; another profile goes by its name; what the environment has is told.
    let again = stage.finish(&mut stage.bare(&["auth", "logout"]));
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(
        again.stderr.contains("no credentials of profile default"),
        "{}",
        again.stderr
    );
    let other = stage.run(&["auth", "logout", "--profile", "work"]);
    assert_eq!(other.code, 0, "{}", other.stderr);
    assert!(
        other.stderr.contains("HWC_TICKETS_TOKEN"),
        "{}",
        other.stderr
    );
    let text = std::fs::read_to_string(stage.config()).unwrap();
    assert!(!text.contains("OTHER"), "{text}");
    let nobody = stage.run(&["auth", "logout", "--profile", "nobody"]);
    assert_eq!(nobody.code, 2, "{}", nobody.stderr);
    // Who wants to be rid of it is not told how to make it.
    assert!(!nobody.stderr.contains("auth login"), "{}", nobody.stderr);
    assert!(!stage.home().join("nothing").exists());
}

/// Whatever else is wrong with a profile or the environment, its credentials can be taken out.
#[test]
fn logging_out_needs_no_value_but_the_name() {
    for wrong in [
        "site = \"mars\"",
        "retries = \"many\"",
        "output = \"xml\"",
        "colour = 1",
        "endpoint = 7",
    ] {
        let stage = Stage::new();
        stage.write_config(&format!(
            "[profiles.default]\n{wrong}\n[profiles.default.credentials]\ntoken = \"{CANARY}\"\nx = 1\n"
        ));
        let mut command = stage.bare(&["auth", "logout"]);
        command.env("HWC_TICKETS_SITE", "mars");
        let ran = stage.finish(&mut command);
        assert_eq!(ran.code, 0, "{wrong}: {}", ran.stderr);
        let text = std::fs::read_to_string(stage.config()).unwrap();
        assert!(text.contains(wrong) && !text.contains(CANARY), "{text}");
    }
    let stage = Stage::new();
    stage.write_config("[profiles.default]\n");
    let ran = stage.finish(&mut stage.bare(&["auth", "logout", "--profile", "defualt"]));
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("The file has: default"),
        "{}",
        ran.stderr
    );
}

/// Programs learn in JSON what people learn on standard error.
#[test]
fn logins_are_told_to_programs() {
    let stage = Stage::new();
    let json = |args: &[&str], input: &[u8]| {
        let ran = stage.given(&mut stage.bare(args), input);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.json()
    };
    let login = json(&["auth", "login", "-o", "json"], b"TOKENEXAMPLE\n");
    assert_eq!(login["outcome"], "stored");
    assert_eq!(login["kind"], "token");
    assert_eq!(login["profile"], "default");
    for outcome in ["removed", "none"] {
        let logout = json(&["auth", "logout", "-o", "json"], b"");
        assert_eq!(logout["outcome"], outcome);
        assert_eq!(logout["profile"], "default");
        assert_eq!(logout["still_used"], serde_json::Value::Null);
    }
}

/// Who tries things on this machine gives no password to the real IAM.
#[test]
fn a_password_for_a_service_on_this_machine_goes_to_no_other() {
    const VARIABLE: &str = "HUAWEICLOUD_SDK_IAM_ENDPOINT";
    let stage = Stage::of_today();
    stage.write_config(
        "[profiles.default.credentials]\nuser = \"demo\"\npassword = \"demo\"\naccount = \"demo\"\n",
    );
    let of_profile = |args: &[&str]| {
        let mut command = stage.command(args);
        command.env_remove("HWC_TICKETS_TOKEN");
        command
    };
    let of_environment = |args: &[&str]| {
        let mut command = of_profile(args);
        for name in ["HWC_IAM_USER", "HWC_IAM_PASSWORD", "HWC_IAM_ACCOUNT"] {
            command.env(name, "demo");
        }
        command
    };
    let endpoint = stage.sim().endpoint();
    for command in [&of_profile as &dyn Fn(&[&str]) -> _, &of_environment] {
        for args in [&["ticket", "status", "case-123"][..], &["auth", "status"]] {
            let ran = stage.finish(&mut command(args));
            assert_eq!(ran.code, 2, "{}", ran.golden());
            assert!(
                ran.stderr.contains(VARIABLE)
                    && ran.stderr.contains("https://iam.myhuaweicloud.com"),
                "{}",
                ran.stderr
            );
        }
        assert_eq!(stage.requests(), 0);
    }
    for command in [of_profile(&["doctor"]), of_environment(&["doctor"])] {
        let mut command = command;
        let named = stage.finish(command.env(VARIABLE, &endpoint));
        assert_eq!(named.code, 0, "{}", named.golden());
        assert!(
            named.stdout.contains("signs in at http://127.0.0.1:PORT"),
            "{}",
            named.stdout
        );
    }
    // Elsewhere the usual one is asked, and that is told.
    let mut command = of_profile(&["auth", "status", "-o", "json"]);
    let ran = stage.finish(command.env_remove("HWC_TICKETS_ENDPOINT"));
    assert_eq!(ran.json()["iam_endpoint"], "https://iam.myhuaweicloud.com");
}
