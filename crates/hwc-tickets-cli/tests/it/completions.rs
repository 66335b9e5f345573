//! Completions in the shells themselves, each on a terminal. A shell that is not installed is left out, unless
//! `COMPLETIONS_REQUIRED` is set: `cargo xtask ci completions` installs what is missing.

use crate::{
    stage::{Stage, program},
    terminal::Terminal,
};
use portable_pty::CommandBuilder;
use std::path::{Path, PathBuf};

/// What is typed, and what stands there after the tabulator key.
const CASES: &[(&str, &str)] = &[
    ("hwc-tickets mess", "hwc-tickets message"),
    ("hwc-tickets ticket sh", "hwc-tickets ticket show"),
    ("hwc-tickets message sen", "hwc-tickets message send"),
    ("hwc-tickets message mark", "hwc-tickets message mark-read"),
    ("hwc-tickets message hist", "hwc-tickets message history"),
    (
        "hwc-tickets message send --conf",
        "hwc-tickets message send --confirm",
    ),
    (
        "hwc-tickets message follow --until",
        "hwc-tickets message follow --until-status",
    ),
    ("hwc-tickets auth logi", "hwc-tickets auth login"),
    (
        "hwc-tickets auth login --with pass",
        "hwc-tickets auth login --with password",
    ),
    (
        "hwc-tickets message history case-1 -o ndj",
        "hwc-tickets message history case-1 -o ndjson",
    ),
    (
        "hwc-tickets --site internat",
        "hwc-tickets --site international",
    ),
    (
        "hwc-tickets completions powersh",
        "hwc-tickets completions powershell",
    ),
    // What follows from the description of the service.
    ("hwc-tickets label upd", "hwc-tickets label update"),
    (
        "hwc-tickets ticket order",
        "hwc-tickets ticket order-incidents",
    ),
    (
        "hwc-tickets ticket list --query-st",
        "hwc-tickets ticket list --query-start-time",
    ),
    (
        "hwc-tickets ticket list --status compl",
        "hwc-tickets ticket list --status completed",
    ),
    (
        "hwc-tickets message send case-1 --attach REPO",
        "hwc-tickets message send case-1 --attach REPORT.txt",
    ),
    (
        "hwc-tickets attachment download --to REPO",
        "hwc-tickets attachment download --to REPORT.txt",
    ),
    // Where a file is meant, files are offered.
    (
        "hwc-tickets message send case-1 --file REPO",
        "hwc-tickets message send case-1 --file REPORT.txt",
    ),
    (
        "hwc-tickets ticket status case-1 --ca-file REPO",
        "hwc-tickets ticket status case-1 --ca-file REPORT.txt",
    ),
    (
        "hwc-tickets message reconcile REPO",
        "hwc-tickets message reconcile REPORT.txt",
    ),
    (
        "hwc-tickets api POST /v2 --input REPO",
        "hwc-tickets api POST /v2 --input REPORT.txt",
    ),
    // Behind an equals sign, which some shells take for the end of a word.
    (
        "hwc-tickets ticket status case-1 --output=js",
        "hwc-tickets ticket status case-1 --output=json",
    ),
    (
        "hwc-tickets ticket status case-1 --ca-file=REPO",
        "hwc-tickets ticket status case-1 --ca-file=REPORT.txt",
    ),
    (
        "hwc-tickets message follow case-1 --until-status in-p",
        "hwc-tickets message follow case-1 --until-status in-progress",
    ),
    (
        "hwc-tickets message follow case-1 --until-status=compl",
        "hwc-tickets message follow case-1 --until-status=completed",
    ),
];

/// Where no file is meant, none is offered, although there is one that begins so.
const NOTHING: &[&str] = &[
    "hwc-tickets ticket show sho",
    "hwc-tickets ticket list --app-key REPO",
    "hwc-tickets label update --name REPO",
    "hwc-tickets message history hist",
    "hwc-tickets message send case-1 sen",
    "hwc-tickets message recall case-1 mark",
    "hwc-tickets ticket status case-1 --profile REPO",
    "hwc-tickets ticket status case-1 --output=REPO",
    "hwc-tickets message follow case-1 --until-status REPO",
];

/// The same with tickets that were seen before.
const SEEN: &[(&str, &str)] = &[
    (
        "hwc-tickets ticket show cas",
        "hwc-tickets ticket show case-123",
    ),
    (
        "hwc-tickets message history TT",
        "hwc-tickets message history TT202611210003",
    ),
    (
        "hwc-tickets message send --confirm cas",
        "hwc-tickets message send --confirm case-123",
    ),
    (
        "hwc-tickets message unread case-123 TT",
        "hwc-tickets message unread case-123 TT202611210003",
    ),
    ("hwc-tickets chat cas", "hwc-tickets chat case-123"),
    (
        "hwc-tickets ticket close cas",
        "hwc-tickets ticket close case-123",
    ),
    (
        "hwc-tickets attachment list TT",
        "hwc-tickets attachment list TT202611210003",
    ),
    // What follows from the description of the service.
    (
        "hwc-tickets ticket update cas",
        "hwc-tickets ticket update case-123",
    ),
    // Of another profile.
    (
        "hwc-tickets --profile work ticket show WO",
        "hwc-tickets --profile work ticket show WORK-1",
    ),
    (
        "hwc-tickets ticket show --profile=work WO",
        "hwc-tickets ticket show --profile=work WORK-1",
    ),
];

/// Where no ticket is meant, none is offered.
const NO_TICKET: &[&str] = &[
    "hwc-tickets message send case-123 cas",
    "hwc-tickets message recall case-123 TT",
    "hwc-tickets label update --name cas",
    "hwc-tickets ticket status case-1 --profile cas",
    "hwc-tickets ticket show WO",
    "hwc-tickets --profile work ticket show cas",
    "hwc-tickets --profile ../seen/work ticket show WO",
];

/// In the current directory: a file for `--file`, and files that must not get in the way of commands.
const FILES: [&str; 5] = ["REPORT.txt", "senders", "marked", "showcase", "history.txt"];

fn installed(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|directory| directory.join(name))
        .find(|program| program.is_file())
}

/// The shell, if it is here.
fn shell(name: &str) -> Option<PathBuf> {
    let found = installed(name);
    assert!(
        found.is_some() || std::env::var_os("COMPLETIONS_REQUIRED").is_none(),
        "{name} is not installed, and its completions are to be tested"
    );
    if found.is_none() {
        eprintln!("SKIPPED: {name} is not installed");
    }
    found
}

/// A shell on a terminal with the completions loaded, in a directory with files. Its prompt is `> `.
fn begin(stage: &Stage, shell: &Path, name: &str) -> Terminal {
    let script = stage.home().join(format!("completions.{name}"));
    let ran = stage.run(&["completions", name]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    // Not through `ran.stdout`, in which what differs from run to run is replaced.
    std::fs::write(&script, &ran.stdout).unwrap();
    let directory = stage.home().join("work");
    std::fs::create_dir_all(&directory).unwrap();
    for file in FILES {
        std::fs::write(directory.join(file), "").unwrap();
    }
    let script = script.display().to_string();
    let mut command = CommandBuilder::new(shell);
    command.env_clear();
    let path = Path::new(program()).parent().unwrap().display().to_string();
    command.env("PATH", format!("{path}:/usr/bin:/bin"));
    command.env("HOME", stage.home());
    command.env("TERM", "xterm-256color");
    command.env("LC_ALL", "C.UTF-8");
    command.cwd(&directory);
    let load = match name {
        "bash" => {
            command.args(["--norc", "--noprofile", "-i"]);
            format!("PS1='> '; bind 'set bell-style none'; source '{script}'; clear")
        }
        "zsh" => {
            command.args(["-f", "-i"]);
            format!(
                "PROMPT='> '; unsetopt BEEP PROMPT_SP; autoload -Uz compinit; compinit -u -D; source '{script}'; \
                 compdef _hwc-tickets hwc-tickets; clear"
            )
        }
        _ => {
            command.args(["--private", "--no-config", "-i"]);
            format!(
                "function fish_prompt; echo '> '; end; function fish_greeting; end; source '{script}'; clear"
            )
        }
    };
    let mut terminal = Terminal::of(command, 40, 200);
    terminal.type_in(&format!("{load}\r"));
    terminal.until("an empty screen with a prompt", || terminal.screen() == ">");
    terminal
}

fn completes(name: &str) {
    let stage = Stage::new();
    complete(&stage, name, CASES, NOTHING);
    assert_eq!(stage.requests(), 0);
}

/// Ids come from what commands have left behind, and nobody is asked for them.
fn completes_tickets(name: &str) {
    let stage = Stage::new();
    for args in [
        &["ticket", "status", "case-123"][..],
        &["message", "unread", "TT202611210003"],
        &["ticket", "status", "case-999"],
    ] {
        stage.run(args);
    }
    let tickets = stage.home().join(".local/state/hwc-tickets/seen");
    let seen = std::fs::read_to_string(tickets.join("default")).unwrap();
    assert_eq!(seen, "TT202611210003\ncase-123\n");
    // Those of another account are offered with its profile alone.
    crate::stage::private(&tickets.join("work"), b"WORK-1\n");
    let requests = stage.requests();
    complete(&stage, name, SEEN, NO_TICKET);
    assert_eq!(stage.requests(), requests);
}

fn complete(stage: &Stage, name: &str, cases: &[(&str, &str)], nothing: &[&str]) {
    let Some(shell) = shell(name) else { return };
    let mut terminal = begin(stage, &shell, name);
    for (typed, expected) in cases {
        terminal.type_in(typed);
        terminal.shows(&format!("> {typed}"));
        terminal.type_in("\t");
        terminal.until(&format!("{name}: {expected}"), || {
            terminal
                .screen()
                .lines()
                // zsh shows that a value comes next.
                .any(|line| line.trim_end_matches('=') == format!("> {expected}"))
        });
        // Away with the line, and with what fish shows below it.
        terminal.type_in("\u{15}\u{c}");
        terminal.until("an empty line", || terminal.screen() == ">");
    }
    for typed in nothing {
        terminal.type_in(typed);
        terminal.shows(&format!("> {typed}"));
        // What is typed next stands right behind.
        terminal.type_in("\t!");
        terminal.until(&format!("{name}: {typed}!"), || {
            terminal
                .screen()
                .lines()
                .any(|line| line == format!("> {typed}!"))
        });
        terminal.type_in("\u{15}\u{c}");
        terminal.until("an empty line", || terminal.screen() == ">");
    }
    terminal.type_in("exit\r");
    terminal.end();
}

/// Where a command or a value is to be chosen, options do not stand among them; behind a hyphen they do.
fn options_come_behind_a_hyphen(name: &str) {
    let Some(shell) = shell(name) else { return };
    let stage = Stage::new();
    let mut terminal = begin(&stage, &shell, name);
    for (typed, offered, unoffered) in [
        ("hwc-tickets ", "completions", "--verbose"),
        ("hwc-tickets message ", "mark-read", "--verbose"),
        ("hwc-tickets completions ", "powershell", "--verbose"),
        ("hwc-tickets message --", "--verbose", "mark-read"),
    ] {
        terminal.type_in(typed);
        terminal.shows(&format!("> {}", typed.trim_end()));
        terminal.type_in(match name {
            "bash" => "\t\t",
            _ => "\t",
        });
        terminal.shows(offered);
        let screen = terminal.screen();
        assert!(!screen.contains(unoffered), "{name}: {typed}: {screen}");
        terminal.type_in("\u{15}\u{c}");
        terminal.until("an empty line", || terminal.screen() == ">");
    }
    terminal.type_in("exit\r");
    terminal.end();
}

#[test]
fn options_come_behind_a_hyphen_in_bash() {
    options_come_behind_a_hyphen("bash");
}

#[test]
fn options_come_behind_a_hyphen_in_zsh() {
    options_come_behind_a_hyphen("zsh");
}

#[test]
fn options_come_behind_a_hyphen_in_fish() {
    options_come_behind_a_hyphen("fish");
}

#[test]
fn tickets_in_bash() {
    completes_tickets("bash");
}

#[test]
fn tickets_in_zsh() {
    completes_tickets("zsh");
}

#[test]
fn tickets_in_fish() {
    completes_tickets("fish");
}

#[test]
fn completions_in_bash() {
    completes("bash");
}

#[test]
fn completions_in_zsh() {
    completes("zsh");
}

#[test]
fn completions_in_fish() {
    completes("fish");
}
