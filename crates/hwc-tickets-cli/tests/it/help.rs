//! The command tree, the help of every command, completions and manual pages: golden.

use crate::{described::described, stage::Stage};

/// Every command, as typed.
const COMMANDS: &[&[&str]] = &[
    &[],
    &["message"],
    &["message", "send"],
    &["message", "history"],
    &["message", "follow"],
    &["message", "unread"],
    &["message", "mark-read"],
    &["message", "recall"],
    &["message", "reconcile"],
    &["ticket"],
    &["ticket", "show"],
    &["ticket", "status"],
    &["ticket", "close"],
    &["ticket", "confirm"],
    &["ticket", "cancel"],
    &["ticket", "delete"],
    &["ticket", "urge"],
    &["ticket", "score"],
    &["ticket", "export"],
    &["attachment"],
    &["attachment", "list"],
    &["attachment", "upload"],
    &["attachment", "download"],
    &["attachment", "delete"],
    &["ticket", "create"],
    &["ticket", "reconcile"],
    &["chat"],
    &["api"],
    &["auth"],
    &["auth", "status"],
    &["auth", "login"],
    &["config"],
    &["config", "list"],
    &["config", "get"],
    &["config", "set"],
    &["config", "unset"],
    &["config", "path"],
    &["doctor"],
    &["sim"],
    &["completions"],
    &["man"],
];

#[test]
fn long_help_of_every_command() {
    let stage = Stage::new();
    for command in COMMANDS {
        for (flag, kind) in [("--help", "long"), ("-h", "short")] {
            let args: Vec<&str> = command.iter().copied().chain([flag]).collect();
            let ran = stage.finish(stage.bare(&args).env("COLUMNS", "100"));
            assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{command:?}");
            assert!(
                ran.stdout.lines().all(|line| line.chars().count() <= 120),
                "{command:?} has a long line"
            );
            let help = by_hand(command, &without_more(&ran.stdout));
            insta::assert_snapshot!(format!("help_{kind}_{}", name(command)), help);
        }
    }
}

/// Whether a command below `above` follows from the description: those have tests of their own, and no golden.
fn is_described(above: &[&str], command: &str) -> bool {
    match above {
        [] => {
            let by_hand = COMMANDS.iter().any(|known| known.first() == Some(&command));
            !by_hand && described().any(|(_, noun, _)| noun == command)
        }
        [above] => described().any(|(_, noun, verb)| (noun, verb) == (above, command)),
        _ => false,
    }
}

/// The help without the list of nouns that are not of every day: all of them follow from the description.
fn without_more(help: &str) -> String {
    let Some((front, rest)) = help.split_once("\nMore commands:\n") else {
        return help.to_owned();
    };
    let (list, back) = rest.split_once("\n\n").unwrap_or((rest, ""));
    for line in list.lines() {
        let noun = line.split_whitespace().next().unwrap();
        assert!(described().any(|(_, own, _)| own == noun), "{line}");
    }
    format!("{front}\n{back}")
}

/// The help without the commands below it that follow from the description, however wide their names are.
fn by_hand(command: &[&str], help: &str) -> String {
    let Some((front, rest)) = help.split_once("\nCommands:\n") else {
        return help.to_owned();
    };
    let (list, back) = rest.split_once("\n\n").unwrap_or((rest, ""));
    let mut entries: Vec<String> = Vec::new();
    for line in list.lines() {
        match entries.last_mut() {
            // The rest of one that is too long.
            Some(entry) if line.starts_with("    ") => {
                entry.push(' ');
                entry.push_str(line.trim());
            }
            _ => entries.push(line.to_owned()),
        }
    }
    let entries = entries.iter().filter_map(|entry| {
        let (name, about) = entry.trim().split_once(' ')?;
        let line = format!("  {name}  {}\n", about.trim());
        (!is_described(command, name)).then_some(line)
    });
    format!(
        "{front}\nCommands:\n{}\n{back}",
        entries.collect::<String>()
    )
}

/// What writes fields tells which.
#[test]
fn fields_of_plain_are_told() {
    let stage = Stage::new();
    let silent = [
        "message",
        "ticket",
        "attachment",
        "api",
        "auth",
        "login",
        "config",
        "set",
        "unset",
        "sim",
        "completions",
        "man",
    ];
    for command in COMMANDS {
        let args: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
        let help = stage.finish(&mut stage.bare(&args)).stdout;
        let writes = command.last().is_some_and(|name| !silent.contains(name));
        let told = [
            "Fields of -o plain",
            "Field of -o plain",
            "Lines of -o plain",
        ];
        let is_told = told.iter().any(|told| help.contains(told));
        assert_eq!(is_told, writes, "{command:?}: {help}");
    }
}

/// A command line that lacks something learns of the other ways to give it, and `help` leads to the help.
#[test]
fn tips_lead_on() {
    let stage = Stage::new();
    for (args, tip) in [
        (&["message", "send", "case-123"][..], "--file FILE"),
        (&["send", "case-123"], "tip: did you mean `message send`?"),
        (&["ticket", "send"], "tip: did you mean `message send`?"),
        (&["update"], "`label update`"),
        (
            &["upload", "a.log"],
            "tip: did you mean `attachment upload`?",
        ),
        (&["message", "recall", "case-123"], "--last"),
        (&["help", "sim"], "tip: hwc-tickets sim --help"),
        (&["help"], "tip: hwc-tickets --help"),
        (
            &["help", "message", "send"],
            "tip: hwc-tickets message send --help",
        ),
        (
            &["message", "help", "send"],
            "tip: hwc-tickets message send --help",
        ),
        (&["help", "\u{1b}[2J"], "tip: hwc-tickets --help"),
        // What other commands have under this name, or what has another name there.
        (
            &["message", "history", "case-123", "--tail", "1"],
            "tip: did you mean `--limit`?",
        ),
        (
            &["ticket", "list", "--since", "2h"],
            "tip: did you mean `--query-start-time`?",
        ),
        (
            &["message", "history", "case-123", "--split"],
            "tip: `--split` is for `message send`",
        ),
        (
            &["message", "send", "case-123", "a", "--atach", "b"],
            "'--attach'",
        ),
        (
            &["label", "add", "case-123", "1"],
            "tip: it may belong behind `--label-ids`",
        ),
        (&["label", "delete", "999"], "tip: it may belong behind"),
        (&["ticket", "export", "--to", "e.xlsx"], "--status, --since"),
        (&["ticket", "score", "case-123"], "tip: --points ID=POINTS"),
        (
            &["ticket", "list", "--status", "bogus"],
            "awaiting-confirmation",
        ),
    ] {
        let ran = stage.run(args);
        assert_eq!(ran.code, 2, "{}", ran.golden());
        assert!(ran.stderr.contains(tip), "{args:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains('\u{1b}'), "{args:?}: {}", ran.stderr);
        for far_fetched in ["--ca-file", "--site"] {
            assert!(!ran.stderr.contains(far_fetched), "{}", ran.stderr);
        }
    }
    let ran = stage.run(&["ticket", "status"]);
    assert!(!ran.stderr.contains("tip:"), "{}", ran.stderr);
    assert_eq!(stage.requests(), 0);
}

fn name(command: &[&str]) -> String {
    if command.is_empty() {
        "program".to_owned()
    } else {
        command.join("_").replace('-', "_")
    }
}

/// The manual pages hold the whole tree, so that their list and their text are the golden tree.
#[test]
fn the_whole_tree() {
    let stage = Stage::new();
    let dir = stage.home().join("man");
    let ran = stage.run(&["man", &dir.display().to_string()]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mut pages: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|page| page.unwrap().path())
        .collect();
    pages.sort();
    let mut tree = String::new();
    let described: Vec<String> = described()
        .flat_map(|(_, noun, verb)| {
            let noun_alone = is_described(&[], noun).then(|| format!("hwc-tickets-{noun}.1"));
            noun_alone
                .into_iter()
                .chain([format!("hwc-tickets-{noun}-{verb}.1")])
        })
        .collect();
    pages.retain(|page| {
        let name = page.file_name().unwrap().to_str().unwrap();
        !described.iter().any(|own| own == name)
    });
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        tree.push_str(&format!(
            "{}\n",
            page.file_name().unwrap().to_string_lossy()
        ));
        // The options of every command stand once, with the program.
        let own = match text.split_once("OPTIONS FOR EVERY COMMAND") {
            Some((own, _)) if !page.ends_with("hwc-tickets.1") => own,
            _ => &text,
        };
        for line in own.lines().map(plain) {
            if line.starts_with(['-', '<', '[']) {
                tree.push_str(&format!("    {line}\n"));
            }
        }
        assert!(text.contains("hwc\\-tickets"), "{}", page.display());
    }
    insta::assert_snapshot!("command_tree", tree);
    let program = std::fs::read_to_string(dir.join("hwc-tickets.1")).unwrap();
    assert!(
        program.contains("outcome unknown"),
        "the exit codes stand in the manual"
    );
}

/// A line of a manual page without its marks.
fn plain(line: &str) -> String {
    ["\\fB", "\\fI", "\\fR"]
        .iter()
        .fold(line.replace("\\-", "-"), |line, mark| {
            line.replace(mark, "")
        })
}

#[test]
fn completions_for_five_shells() {
    let stage = Stage::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = stage.run(&["completions", shell]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        for word in ["mark-read", "reconcile", "--time-zone"] {
            let word = if shell == "fish" {
                word.trim_start_matches("--")
            } else {
                word
            };
            assert!(ran.stdout.contains(word), "{shell} lacks {word}");
        }
    }
}

#[test]
fn version_and_no_command() {
    let stage = Stage::new();
    let ran = stage.run(&["--version"]);
    assert_eq!(
        (ran.code, ran.stdout),
        (0, format!("hwc-tickets {}\n", env!("CARGO_PKG_VERSION")))
    );
    let ran = stage.run(&[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("Usage: hwc-tickets"));
    assert_eq!(stage.requests(), 0);
}

/// Without a network and a home, help must still come.
#[test]
fn help_needs_nothing() {
    let ran = std::process::Command::new(crate::stage::program())
        .arg("--help")
        .env_clear()
        .output()
        .unwrap();
    assert!(ran.status.success());
}
