//! What is read from files and standard input: marks at the begin of a text, and things that are no plain file.

use crate::stage::{Ran, Stage, private, until};
use std::{
    path::Path,
    process::{Command, Stdio},
};

const MARK: &str = "\u{feff}";

/// Text as Windows programs write it: UTF-16 with its mark.
fn utf_16(text: &str) -> Vec<u8> {
    format!("{MARK}{text}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect()
}

/// Ends by itself, and soon: nobody writes into the pipes of these tests.
fn soon(stage: &Stage, command: &mut Command) -> Ran {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    until(&format!("the end of {command:?}"), || {
        child.try_wait().unwrap().is_some()
    });
    stage.ran(child.wait_with_output().unwrap())
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_text() {
    let stage = Stage::new();
    let home = stage.home().to_owned();
    let file = private(
        &home.join("text"),
        format!("{MARK}from a file\n").as_bytes(),
    );
    let file = file.display().to_string();
    assert_eq!(
        stage
            .run(&["message", "send", "case-123", "--file", &file])
            .code,
        0
    );
    let input = format!("{MARK}from a pipe\n");
    let piped = stage.run_with_input(&["message", "send", "case-123", "-"], &input);
    assert_eq!(piped.code, 0, "{}", piped.stderr);
    assert_eq!(
        stage.sim().arrived("case-123"),
        ["from a file", "from a pipe"]
    );

    let unread = stage.run_with_input(&["message", "unread", "-"], &format!("{MARK}case-123\n"));
    assert_eq!(unread.code, 0, "{}", unread.stderr);

    let body = format!("{MARK}{{\"content\":\"raw\"}}");
    let path = "/v2/servicerequest/cases/case-123/messages";
    let body_file = private(&home.join("body"), body.as_bytes())
        .display()
        .to_string();
    for (source, input) in [("-", body.as_str()), (body_file.as_str(), "")] {
        let ran = stage.run_with_input(&["api", "POST", path, "--input", source], input);
        assert!(!ran.stderr.contains("JSON"), "{source}: {}", ran.stderr);
        assert_ne!(ran.code, 2, "{source}: {}", ran.stderr);
    }

    let login = stage.given(
        &mut stage.bare(&["auth", "login"]),
        format!("{MARK}TOKENEXAMPLE\r\n").as_bytes(),
    );
    assert_eq!(login.code, 0, "{}", login.stderr);
    let stored = std::fs::read_to_string(stage.config()).unwrap();
    assert!(stored.contains("token = \"TOKENEXAMPLE\""), "{stored}");
    private(&stage.config(), format!("{MARK}{stored}").as_bytes());
    let status = stage.finish(&mut stage.bare(&["auth", "status"]));
    assert_eq!(status.code, 0, "{}", status.stderr);
    // Changed by `auth login`, it is still one document.
    let again = stage.given(&mut stage.bare(&["auth", "login"]), b"SECONDEXAMPLE\n");
    assert_eq!(again.code, 0, "{}", again.stderr);
    let status = stage.finish(&mut stage.bare(&["auth", "status"]));
    assert_eq!(status.code, 0, "{}", status.stderr);

    let keys = format!("{MARK}[global]\nak = AKEXAMPLE\nsk = SKEXAMPLE\n");
    private(&home.join(".huaweicloud/credentials"), keys.as_bytes());
    std::fs::remove_file(stage.config()).unwrap();
    let status = stage.finish(&mut stage.bare(&["auth", "status", "-o", "json"]));
    assert_eq!(status.json()["kind"], "keys", "{}", status.stderr);
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_record() {
    let stage = Stage::new();
    stage.in_doubt("case-123", "once", true, 1);
    let file = stage.pending_file();
    let text = std::fs::read_to_string(&file).unwrap();
    private(&file, format!("{MARK}{text}").as_bytes());
    let settled = stage.run(&["message", "reconcile", &file.display().to_string()]);
    assert_eq!(settled.code, 0, "{}", settled.stderr);

    let cursor = stage.home().join("cursor.json").display().to_string();
    let follow = [
        "message",
        "follow",
        "case-123",
        "--cursor",
        &cursor,
        "--for",
        "200ms",
        "--interval",
        "10ms",
    ];
    assert_eq!(stage.run(&follow).code, 0);
    let text = std::fs::read_to_string(&cursor).unwrap();
    private(Path::new(&cursor), format!("{MARK}{text}").as_bytes());
    let again = stage.run(&follow);
    assert_eq!(again.code, 0, "{}", again.stderr);
}

/// Nothing where a body is to be is told by the option, before anything is sent; a group does not fill it.
#[test]
fn an_empty_body_is_refused_by_its_option() {
    let stage = Stage::new();
    let empty = private(&stage.home().join("empty.json"), b"\n");
    let empty = empty.display().to_string();
    let path = "/v2/servicerequest/cases/case-123/messages";
    for (source, input, told) in [
        ("", "", "--input names no file"),
        ("-", "", "--input: standard input is empty"),
        ("-", " \n\n", "--input: standard input is empty"),
        (empty.as_str(), "", "--input: ~/empty.json is empty"),
    ] {
        for more in [&[][..], &["--group", "123456"]] {
            let args = [&["api", "POST", path, "--input", source][..], more].concat();
            let ran = stage.run_with_input(&args, input);
            assert_eq!(ran.code, 2, "{args:?}: {}", ran.golden());
            for text in [told, "help: Give the ", "Nothing was sent."] {
                assert!(ran.stderr.contains(text), "{args:?}: {}", ran.stderr);
            }
        }
    }
    assert_eq!(stage.requests(), 0);
}

/// One authority, made once for these tests; nothing is signed with it.
const AUTHORITY: &str = include_str!("authority.pem");

#[test]
fn a_byte_order_mark_hides_no_certificate() {
    let stage = Stage::new();
    let marked = format!("{MARK}{AUTHORITY}");
    let path = private(&stage.home().join("ca.pem"), marked.as_bytes());
    let path = path.display().to_string();
    let ran = stage.run(&["ticket", "status", "case-123", "--ca-file", &path]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

/// Everything that takes a file, with the file's path.
fn readers(stage: &Stage, path: &Path) -> Vec<(&'static str, Command)> {
    let shown = path.display().to_string();
    let mut commands = vec![
        (
            "--ca-file",
            stage.command(&["ticket", "status", "case-123", "--ca-file", &shown]),
        ),
        (
            "reconcile",
            stage.command(&["message", "reconcile", &shown]),
        ),
        (
            "--cursor",
            stage.command(&[
                "message", "follow", "case-123", "--for", "50ms", "--cursor", &shown,
            ]),
        ),
    ];
    let mut credentials = stage.bare(&["auth", "status"]);
    credentials.env("HUAWEICLOUD_SDK_CREDENTIALS_FILE", path);
    commands.push(("credentials", credentials));
    commands
}

#[test]
fn utf_16_is_refused_by_name_with_what_to_do() {
    let stage = Stage::new();
    let path = private(&stage.home().join("wide"), &utf_16("case-123 hello"));
    let shown = path.display().to_string();
    let mut commands = readers(&stage, &path);
    commands.push((
        "--file",
        stage.command(&["message", "send", "case-123", "--file", &shown]),
    ));
    commands.push((
        "--input",
        stage.command(&["api", "POST", "/v2", "--input", &shown]),
    ));
    for (name, mut command) in commands {
        let ran = stage.finish(&mut command);
        assert!((1..=4).contains(&ran.code), "{name}: {}", ran.golden());
        assert!(ran.stderr.contains("~/wide"), "{name}: {}", ran.stderr);
        assert!(ran.stderr.contains("UTF-16"), "{name}: {}", ran.stderr);
        assert!(ran.stderr.contains("help: "), "{name}: {}", ran.stderr);
    }
    for args in [
        &["message", "send", "case-123", "-"][..],
        &["message", "unread", "-"],
        &["api", "POST", "/v2", "--input", "-"],
        &["auth", "login"],
    ] {
        for input in [utf_16("hello\n"), b"h\0e\0l\0l\0o\0".to_vec()] {
            let ran = stage.given(&mut stage.command(args), &input);
            assert_eq!(ran.code, 2, "{args:?}: {}", ran.stderr);
            assert!(ran.stderr.contains("standard input"), "{}", ran.stderr);
            assert!(ran.stderr.contains("UTF-16"), "{}", ran.stderr);
        }
        let ran = stage.given(&mut stage.command(args), b"caf\xe9\n");
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.stderr);
        for text in ["standard input is not UTF-8 text", "iconv"] {
            assert!(ran.stderr.contains(text), "{args:?}: {}", ran.stderr);
        }
    }
    private(&stage.config(), &utf_16("[profiles.default]\n"));
    let ran = stage.run(&["auth", "status"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    for text in ["~/.config/hwc-tickets/config.toml", "UTF-16", "UTF-8"] {
        assert!(ran.stderr.contains(text), "{text}: {}", ran.stderr);
    }
    assert!(stage.sim().arrived("case-123").is_empty());
}

/// In words of this project, not in those of the system.
#[cfg(unix)]
fn told_as_directory(ran: &Ran, name: &str) {
    let told = &ran.stderr;
    assert!(told.contains("a directory"), "{name}: {told}");
    assert!(!told.contains("os error"), "{name}: {told}");
}

/// A named pipe, a device and a directory in the place of a file: looked at, not opened; refused by name.
#[cfg(unix)]
#[test]
fn what_is_no_plain_file_is_not_opened() {
    use std::os::unix::fs::symlink;
    let stage = Stage::new();
    let pipe = stage.home().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let directory = stage.home().join("directory");
    std::fs::create_dir(&directory).unwrap();
    for path in [&pipe, Path::new("/dev/zero"), &directory] {
        for (name, mut command) in readers(&stage, path) {
            let ran = soon(&stage, &mut command);
            assert!((1..=4).contains(&ran.code), "{name}: {}", ran.golden());
            let shown = stage.stable(&path.display().to_string());
            assert!(ran.stderr.contains(&shown), "{name}: {}", ran.stderr);
            assert!(ran.stderr.contains("help: "), "{name}: {}", ran.stderr);
            if *path == directory {
                told_as_directory(&ran, name);
            }
        }
        std::fs::create_dir_all(stage.config().parent().unwrap()).unwrap();
        symlink(path, stage.config()).unwrap();
        for args in [&["auth", "status"][..], &["auth", "login"], &["doctor"]] {
            let ran = soon(&stage, &mut stage.command(args));
            assert!((1..=2).contains(&ran.code), "{args:?}: {}", ran.golden());
            let shown = "~/.config/hwc-tickets/config.toml";
            assert!(ran.stderr.contains(shown), "{args:?}: {}", ran.stderr);
            if *path == directory {
                told_as_directory(&ran, args[0]);
            }
        }
        std::fs::remove_file(stage.config()).unwrap();
    }
    // Standard input, which is open by then.
    let before = stage.requests();
    for args in [
        &["message", "send", "case-123", "-"][..],
        &["message", "unread", "-"],
        &["attachment", "upload", "-"],
        &["auth", "login"],
    ] {
        let mut command = stage.command(args);
        command.stdin(std::fs::File::open(&directory).unwrap());
        let ran = stage.finish(&mut command);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.golden());
        assert!(ran.stderr.contains("standard input"), "{}", ran.stderr);
        told_as_directory(&ran, args[0]);
    }
    assert_eq!(stage.requests(), before);
    // No trace beside what was refused.
    let mut names: Vec<_> = std::fs::read_dir(stage.home())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    assert_eq!(names, ["directory", "pipe"]);
}

/// A text may come from a pipe, but never without end.
#[cfg(unix)]
#[test]
fn a_text_may_come_from_a_pipe_with_a_limit() {
    let stage = Stage::new();
    let mut command = Command::new("bash");
    command
        .args([
            "-c",
            "exec \"$0\" message send case-123 --file <(printf 'from a pipe\\n')",
        ])
        .arg(crate::stage::program())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", stage.home())
        .env("HWC_TICKETS_ENDPOINT", stage.sim().endpoint())
        .env("HWC_TICKETS_TOKEN", stage.sim().credentials().token);
    let ran = stage.finish(&mut command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(stage.sim().arrived("case-123"), ["from a pipe"]);
    for args in [
        &["message", "send", "case-123", "--file", "/dev/zero"][..],
        &["api", "POST", "/v2", "--input", "/dev/zero"],
    ] {
        let ran = soon(&stage, &mut stage.command(args));
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains("/dev/zero"), "{}", ran.stderr);
    }
    let home = stage.home().display().to_string();
    let ran = stage.run(&["message", "send", "case-123", "--file", &home]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("a directory") && ran.stderr.contains('~'),
        "{}",
        ran.stderr
    );
}

/// Whoever can write into the directory could take a record away or put one there.
#[cfg(unix)]
#[test]
fn a_pending_directory_that_others_can_reach_is_refused() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    for (kind, advice) in [("open", "chmod 700"), ("link", "directory")] {
        let stage = Stage::new();
        let place = stage.pending();
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        let elsewhere = stage.home().join("elsewhere");
        if kind == "link" {
            std::fs::create_dir(&elsewhere).unwrap();
            symlink(&elsewhere, &place).unwrap();
        } else {
            std::fs::create_dir(&place).unwrap();
            std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o777)).unwrap();
        }
        for args in [
            &["message", "send", "case-123", "hello"][..],
            &["message", "reconcile"],
        ] {
            let ran = stage.run(args);
            assert!(
                (1..=2).contains(&ran.code),
                "{kind} {args:?}: {}",
                ran.golden()
            );
            for text in ["~/.local/state/hwc-tickets/pending", advice] {
                assert!(ran.stderr.contains(text), "{text}: {}", ran.stderr);
            }
        }
        assert!(stage.sim().arrived("case-123").is_empty());
        assert_eq!(std::fs::read_dir(&place).unwrap().count(), 0);
    }
}
