//! Secrets: never in the arguments, never in an output.

use crate::stage::{Ran, Stage, until};
use hwc_tickets_sim::{Fault, FaultRule, Operation, Route};

/// One for each place a secret can come from. Letters that base64 and percent-encoding would change are among them.
const CANARIES: [(&str, &str); 6] = [
    ("HWC_TICKETS_TOKEN", "canary-token-4711+/="),
    ("HUAWEICLOUD_SDK_AK", "CANARYACCESSKEY42"),
    ("HUAWEICLOUD_SDK_SK", "canary-secret-key-0815"),
    ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "canary-security-token-99"),
    ("HWC_IAM_PASSWORD", "canary-password-!%&"),
    ("HTTPS_PROXY", "http://me:canary-proxy-password@127.0.0.1:1"),
];

/// The part of a value that is secret.
fn secret(value: &str) -> &str {
    if value.contains("@127") {
        "canary-proxy-password"
    } else {
        value
    }
}

fn clean(ran: &Ran, what: &str) {
    for (_, value) in CANARIES {
        let percent: String = secret(value)
            .bytes()
            .map(|byte| format!("%{byte:02X}"))
            .collect();
        for text in [&ran.stdout, &ran.stderr] {
            assert!(
                !text.contains(secret(value)),
                "{what} shows {value}: {text}"
            );
            assert!(
                !text.contains(&base64(secret(value))),
                "{what} shows {value} in base64"
            );
            assert!(!text.contains(&percent), "{what} shows {value} encoded");
        }
    }
}

/// Every command with every kind of credentials, in good and bad weather, with -v.
#[test]
fn no_output_of_any_command_shows_a_secret() {
    let stage = Stage::new();
    let dir = stage.home().join("man").display().to_string();
    let commands: [&[&str]; 20] = [
        &["message", "send", "case-123", "hello"],
        &["message", "send", "case-123", "hello", "--dry-run"],
        &[
            "message",
            "send",
            "case-123",
            "hello",
            "--dry-run",
            "-o",
            "json",
        ],
        &["message", "history", "case-123"],
        &["message", "history", "case-123", "-o", "json"],
        &["message", "follow", "case-123", "--for", "10ms"],
        &["message", "unread", "case-123"],
        &["message", "mark-read", "case-123"],
        &["message", "recall", "case-123", "--last"],
        &["message", "reconcile"],
        &["ticket", "show", "case-123"],
        &["ticket", "status", "case-123"],
        &["api", "GET", "/v2/servicerequest/cases/case-123/status"],
        &["auth", "status"],
        &["doctor"],
        &["doctor", "-o", "json"],
        &["config", "list"],
        &["config", "list", "-o", "json"],
        &["completions", "bash"],
        &["man", &dir],
    ];
    // Token; keys; temporary keys; password. The rest of the variables stays set where it does not get in the way.
    let kinds: [&[&str]; 4] = [
        &["HWC_TICKETS_TOKEN"],
        &["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"],
        &[
            "HUAWEICLOUD_SDK_AK",
            "HUAWEICLOUD_SDK_SK",
            "HUAWEICLOUD_SDK_SECURITY_TOKEN",
        ],
        &["HWC_IAM_PASSWORD"],
    ];
    for weather in [
        None,
        Some(Fault::Status {
            status: 500,
            code: None,
            retry_after: None,
        }),
        Some(Fault::Html { status: 200 }),
    ] {
        stage.sim().clear_faults();
        if let Some(fault) = &weather {
            stage
                .sim()
                .fault(FaultRule::new(Route::Any, fault.clone()).times(u32::MAX));
        }
        for kind in kinds {
            for args in commands {
                // These ask nobody, so that another weather is none to them.
                let asks_nobody = matches!(args[0], "completions" | "config" | "man");
                if asks_nobody && weather.is_some() {
                    continue;
                }
                let before = stage.requests();
                let mut command = stage.command(args);
                command.args(["-v", "--timeout", "300ms", "--retries", "0"]);
                command
                    .env_remove("HWC_TICKETS_TOKEN")
                    .env("HUAWEICLOUD_SDK_IAM_ENDPOINT", stage.sim().endpoint());
                for (name, value) in CANARIES {
                    if kind.contains(&name) || name == "HTTPS_PROXY" {
                        command.env(name, value);
                    }
                }
                if kind.contains(&"HWC_IAM_PASSWORD") {
                    command
                        .env("HWC_IAM_USER", "demo")
                        .env("HWC_IAM_ACCOUNT", "demo");
                }
                clean(
                    &stage.finish(&mut command),
                    &format!("{args:?} with {kind:?} in {weather:?}"),
                );
                let asked = stage.requests() > before;
                assert!(!(asks_nobody && asked), "{args:?}");
            }
        }
    }
}

/// What `ps` shows while a message is being sent and credentials are stored.
#[cfg(target_os = "linux")]
#[test]
fn the_arguments_hold_no_secret() {
    let stage = Stage::new();
    stage
        .sim()
        .fault(FaultRule::new(Operation::CreateMessages, Fault::Hang));
    let mut child = stage.spawn(&["message", "send", "case-123", "hello"]);
    until("the submit", || {
        stage
            .sim()
            .journal()
            .iter()
            .any(|entry| entry.operation == Some(Operation::CreateMessages))
    });
    let shown = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    let shown = String::from_utf8_lossy(&shown).replace('\0', " ");
    assert!(shown.contains("message send case-123 hello"), "{shown}");
    assert!(!shown.contains(stage.sim().credentials().token), "{shown}");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// No option takes a secret, so none can be given that way.
#[test]
fn there_is_no_option_for_a_secret() {
    let stage = Stage::new();
    let tree = include_str!("snapshots/it__help__command_tree.snap");
    for word in [
        "--token",
        "--password",
        "--secret",
        "--access-key",
        "--ak",
        "--sk",
    ] {
        assert!(!tree.contains(&format!("{word} ")), "{word}");
        let ran = stage.run(&["auth", "login", word, "canary-token-4711+/="]);
        assert_eq!(ran.code, 2);
    }
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    // Whole groups only: enough to be recognised.
    for group in text.as_bytes().chunks_exact(3) {
        let bits = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
        for shift in [18, 12, 6, 0] {
            encoded.push(char::from(LETTERS[(bits >> shift & 63) as usize]));
        }
    }
    encoded
}
