//! A ticket from opening to closing, in one sitting: what the README says to type, as it stands there, and what comes of it.

use crate::{
    follow::Follower,
    sim::control,
    stage::{Stage, private, program, with_default_signals},
};

/// The section that is sat through.
const HEADING: &str = "\n### A ticket from opening to closing\n";
/// Where the simulator of the README listens.
const HOST: &str = "127.0.0.1:8480";

/// Form of the output, and width where it is a table.
const FORMS: [(&str, &str); 4] = [
    ("table", "40"),
    ("table", "120"),
    ("json", ""),
    ("plain", ""),
];

/// What is written in the README, and what a Chinese customer writes in its place.
const CHINESE: [(&str, &str); 9] = [
    ("en_US", "zh_CN"),
    ("/dev/vda1 40G 40G 0 100% /", "磁盘已满"),
    ("disk.log", "磁盘.log"),
    ("The disk of node 8 is full.", "节点 8 的磁盘又满了。😀"),
    (
        "Old snapshots fill it: see the list. May they go?",
        "历史快照占满了磁盘，清单见附件。可以删除吗？",
    ),
    ("att-0001", "att-0002"),
    ("Yes, delete them.", "可以，请删除。"),
    ("It works again.", "问题已解决，谢谢！"),
    ("Quick and right.", "又快又好"),
];

/// The section, up to the next one.
fn section() -> &'static str {
    let readme = include_str!("../../../../README.md");
    let (_, section) = readme.split_once(HEADING).expect("the section");
    section
        .split_once("\n##")
        .map_or(section, |(section, _)| section)
}

/// The lines of the blocks of one kind, a continued one with what continues it.
fn blocks(kind: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut is_inside = false;
    let mut continues = false;
    for line in section().lines() {
        if let Some(opened) = line.strip_prefix("```") {
            is_inside = opened == kind;
            continue;
        }
        if !is_inside {
            continue;
        }
        let (part, goes_on) = match line.strip_suffix('\\') {
            Some(part) => (part.trim(), true),
            None => (line.trim(), false),
        };
        match lines.last_mut().filter(|_| continues) {
            Some(last) => {
                last.push(' ');
                last.push_str(part);
            }
            None => lines.push(part.to_owned()),
        }
        continues = goes_on;
    }
    lines
}

/// Who sits there, and what is set for every command.
struct Sitting {
    is_chinese: bool,
    form: &'static str,
    columns: &'static str,
}

/// Name of a command, and what came of it.
type Golden = (String, String);

impl Sitting {
    /// Everything that is to be typed, as this customer writes it.
    fn typed(&self) -> Vec<String> {
        let written = |line: String| match self.is_chinese {
            true => CHINESE
                .iter()
                .fold(line, |line, (here, there)| line.replace(here, there)),
            false => line,
        };
        blocks("sh").into_iter().map(written).collect()
    }

    /// Types one after the other. What follows the ticket goes on until the end, as in a terminal of its own.
    fn sit(&self) -> Vec<Golden> {
        // Only its home is used; the simulator is the program's own, as the README starts it.
        let stage = Stage::new();
        let mut typed = self.typed().into_iter();
        let start = words(&typed.next().unwrap());
        assert_eq!(start[..2], ["hwc-tickets", "sim"], "{start:?}");
        let mut simulator = with_default_signals(program());
        // At a free port in place of the usual one.
        let start = start[1..].iter().map(String::as_str);
        simulator
            .env_clear()
            .args(start.chain(["--listen", "127.0.0.1:0"]));
        let mut simulator = Follower::of(&mut simulator);
        let endpoint = simulator.line().strip_prefix("listening on ").unwrap();
        let endpoint = endpoint.to_owned();
        let host = endpoint.strip_prefix("http://").unwrap();
        let mut exported: Vec<(String, String)> = Vec::new();
        let mut following: Option<(usize, Follower)> = None;
        let mut last_sent = String::new();
        let mut goldens: Vec<Golden> = Vec::new();
        for line in typed {
            let typed = words(&line.replace(HOST, host));
            let arguments: Vec<&str> = typed[1..].iter().map(String::as_str).collect();
            match (typed[0].as_str(), arguments.as_slice()) {
                ("export", settings) => {
                    let settings = settings
                        .iter()
                        .map(|setting| setting.split_once('=').unwrap());
                    exported
                        .extend(settings.map(|(name, value)| (name.to_owned(), value.to_owned())));
                }
                ("echo", [text, ">", file]) => {
                    private(&stage.home().join(file), format!("{text}\n").as_bytes());
                }
                (
                    "curl",
                    [
                        "-s",
                        target,
                        "-H",
                        "content-type: application/json",
                        "-d",
                        body,
                    ],
                ) => {
                    let target = target.strip_prefix("$HWC_TICKETS_ENDPOINT").unwrap();
                    control(&endpoint, "POST", target, body);
                }
                ("hwc-tickets", arguments) => {
                    let mut command = stage.bare(arguments);
                    command
                        .envs(exported.iter().cloned())
                        .env("COLUMNS", self.columns)
                        .current_dir(stage.home());
                    let form = match (self.form, arguments) {
                        // Its document ends with it; what comes on lines of its own can be waited for.
                        ("json", ["message", "follow", ..]) => "ndjson",
                        (form, _) => form,
                    };
                    command.env("HWC_TICKETS_OUTPUT", form);
                    goldens.push((format!("{}_{}", arguments[0], arguments[1]), String::new()));
                    let number = goldens.len() - 1;
                    if let ["message", "follow", ..] = arguments {
                        assert!(following.is_none(), "{line}");
                        following = Some((number, Follower::of(&mut command)));
                        continue;
                    }
                    if let ["message", "send", _, text, ..] = arguments {
                        last_sent = (*text).to_owned();
                    }
                    let ran = stage.finish(&mut command);
                    assert_eq!(ran.code, 0, "{line}: {}", ran.golden());
                    goldens[number].1 = ran.golden();
                }
                _ => panic!("nobody knows how to type {line}"),
            }
        }
        let (number, mut follower) = following.expect("the ticket is followed");
        shows(&mut follower, &last_sent);
        // Ctrl-C, as the README says.
        let ran = follower.interrupt(&stage);
        assert_eq!(ran.code, 130, "{}", ran.golden());
        goldens[number].1 = ran.golden();
        assert_eq!(simulator.interrupt(&stage).code, 0);
        goldens
    }
}

/// The words of a command line, as a shell splits them.
fn words(line: &str) -> Vec<String> {
    let words = shell_words::split(line).unwrap();
    assert!(!words.is_empty(), "an empty line among the commands");
    words
}

/// Waits until a text was shown, however it is broken into lines.
fn shows(follower: &mut Follower, text: &str) {
    let wanted = dense(text);
    let mut seen = String::new();
    while !seen.contains(&wanted) {
        seen.push_str(&dense(follower.line()));
    }
}

/// Without white space.
fn dense(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Each command of the README, in every form, in English and in Chinese; and what the README shows of it.
#[test]
fn the_sitting_of_the_readme() {
    for (here, _) in CHINESE {
        assert!(section().contains(here), "not in the README: {here}");
    }
    for (is_chinese, name) in [(false, "sitting"), (true, "sitting_chinese")] {
        let sittings = FORMS.map(|(form, columns)| Sitting {
            is_chinese,
            form,
            columns,
        });
        let outcomes: Vec<Vec<Golden>> = std::thread::scope(|scope| {
            let sitting: Vec<_> = sittings
                .iter()
                .map(|sitting| scope.spawn(move || sitting.sit()))
                .collect();
            sitting.into_iter().map(|one| one.join().unwrap()).collect()
        });
        for (number, (command, _)) in outcomes[0].iter().enumerate() {
            let mut golden = String::new();
            for (sitting, outcome) in sittings.iter().zip(&outcomes) {
                let (form, columns) = (sitting.form, sitting.columns);
                golden.push_str(&format!("=== {form} {columns}\n{}", outcome[number].1));
            }
            insta::assert_snapshot!(format!("{name}_{:02}_{command}", number + 1), golden);
        }
        if !is_chinese {
            is_shown(&outcomes[1]);
        }
    }
}

/// What the README shows is what is printed, at a width of 120, with `..` for what it leaves out.
fn is_shown(outcome: &[Golden]) {
    let even = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let printed: Vec<String> = outcome.iter().map(|(_, golden)| even(golden)).collect();
    let shown = blocks("text");
    assert!(!shown.is_empty());
    for piece in shown.iter().flat_map(|line| line.split("..")) {
        let piece = even(piece);
        assert!(
            printed.iter().any(|printed| printed.contains(&piece)),
            "the README shows what is not printed: {piece}\n{}",
            printed.join("\n")
        );
    }
}
