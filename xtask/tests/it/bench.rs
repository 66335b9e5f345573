//! The page of the measurements, and its chart, of figures that are made up.

use crate::house::real;
use clap::CommandFactory as _;
use std::fs;
use xtask::{
    bench::{Choice, Count, Figures, Row, Server, Start, chart, page, run, versions},
    file::Workspace,
    flags::Flags,
};

fn row(work: &str, way: &str, cpu: Option<f64>) -> Row {
    Row {
        work: work.to_owned(),
        way: way.to_owned(),
        calls: 100,
        rounds: cpu.into_iter().collect(),
        wall_us: cpu,
        p50_us: Some(123_456.7),
        p99_us: None,
    }
}

fn server(name: &str, cpu: Option<f64>) -> Server {
    Server {
        server: name.to_owned(),
        wall_us: Some(50.0),
        rounds: cpu.into_iter().collect(),
    }
}

fn count(work: &str, way: &str, instructions: f64) -> Count {
    Count {
        work: work.to_owned(),
        way: way.to_owned(),
        instructions,
        allocations: 31.0,
    }
}

fn start(way: &str, wall_ms: f64, bytes: Option<u64>) -> Start {
    Start {
        way: way.to_owned(),
        wall_ms,
        peak_kib: Some(5_120),
        bytes,
    }
}

fn figures() -> Figures {
    Figures {
        here: vec![("date".to_owned(), "2026-11-29".to_owned())],
        rows: vec![
            row("page1", "sdk", Some(60.0)),
            row("page1", "generated", Some(52.0)),
            row("page1", "blocking", Some(120.0)),
            row("page1", "by-hand", Some(50.0)),
            row("page1", "by-hand-blocking", Some(100.0)),
            row("page1", "same-decode", Some(51.0)),
            row("page1", "official", Some(5_000.0)),
            row("page1", "openapi-generator", Some(75.0)),
            // Nothing to compare with, and a machine that tells no processor time.
            row("signed", "generated", Some(70.0)),
            row("submit", "sdk", Some(0.0)),
            row("list", "sdk", None),
            row("list", "by-hand", None),
            row("decode", "generated", Some(200.0)),
            row("decode", "by-hand", Some(100.0)),
            // No way but the SDK: nothing to hold it to.
            row("download", "sdk", Some(10.0)),
        ],
        servers: vec![
            server("simulator", Some(40.0)),
            server("bare axum", Some(30.0)),
            server("Prism", None),
        ],
        counts: vec![
            count("page1", "generated", 110_000.0),
            count("page1", "by-hand", 100_000.0),
            count("history-small", "sdk", 9_000_000.0),
        ],
        starts: vec![
            start("sdk", 6.0, Some(4 << 20)),
            start("by-hand", 4.0, Some(2 << 20)),
            start("blocking", 7.5, None),
            start("official", 1_400.0, None),
        ],
        memory: vec![("history".to_owned(), "sdk".to_owned(), Some(10_240))],
        costs: vec![(
            "size of `hwc-tickets`, release".to_owned(),
            "9.5 MiB".to_owned(),
        )],
        missing: vec!["Prism: `node` is not installed".to_owned()],
    }
}

#[test]
fn the_page_tells_figures_and_ratios() {
    let page = page(&figures());
    for line in [
        "| date | 2026-11-29 |",
        "- Prism: `node` is not installed",
        "| a page of 1 message | verb | 16,667 | 60.0 | 1.20 | 123,457 | – |",
        "| a page of 1 message | verb, blocking | 8,333 | 120 | 1.20 | 123,457 | – |",
        "| a page of 1 message | plain reqwest, blocking | 10,000 | 100 | 1 | 123,457 | – |",
        "| a page of 1 message | plain reqwest | 20,000 | 50.0 | 1 | 123,457 | – |",
        "| a page of 1 message | official Python SDK | 200 | 5,000 | 100 | 123,457 | – |",
        "| a page of 1 message | client of openapi-generator | 13,333 | 75.0 | 1.50 | 123,457 | – |",
        "| a page of 1 message | official Python SDK | 5,000 | 83.3 | 96.2 |",
        "| a page of 1 message | client of openapi-generator | 75.0 | 1.25 | 1.44 |",
        "| one message | verb | – | – | – | 123,457 | – |",
        "| 10,000 tickets | verb | – | – | – | 123,457 | – |",
        "| a page of 1 message | generated call | 110,000 | 1.10 | 31.0 |",
        // Less than what is measured by the clock, and nothing beside it.
        "| a conversation of 10,000 messages | verb | 9,000,000 | – | 31.0 |",
        "| a page of 10 messages, in a fresh program | verb | 6.00 | 1.50 | 5.00 | 4.00 |",
        "| a page of 10 messages, in a fresh program | plain reqwest | 4.00 | 1.00 | 5.00 | 2.00 |",
        "| a page of 10 messages, in a fresh program | verb, blocking | 7.50 | – | 5.00 | – |",
        "| a page of 10 messages, in a fresh program | official Python SDK | 1,400 | 350 | 5.00 | – |",
        "| simulator | a page of 10 messages | 20,000 | 25,000 | 40.0 | 0.75 |",
        "| bare axum | a page of 10 messages | 20,000 | 33,333 | 30.0 | 1.00 |",
        "| Prism | a page of 10 messages | 20,000 | – | – | – |",
        "| a conversation of 100,000 messages | verb | 10.0 |",
        "| size of `hwc-tickets`, release | 9.5 MiB |",
    ] {
        assert!(
            page.lines().any(|has| has == line),
            "no `{line}` in\n{page}"
        );
    }
}

/// What slows the machine meets a round of both ways: each round tells how many times one of them takes, and the one in the middle counts.
#[test]
fn how_many_times_plain_code_is_told_by_each_round() {
    let of = |way: &str, rounds: &[f64]| Row {
        rounds: rounds.to_vec(),
        ..row("page10", way, None)
    };
    let mut figures = Figures {
        rows: vec![
            of("sdk", &[22.0, 110.0, 200.0]),
            of("by-hand", &[20.0, 100.0, 60.0]),
            // Another number of rounds tells nothing of this one.
            of("same-decode", &[50.0]),
        ],
        ..Figures::default()
    };
    let server = |name: &str, rounds: &[f64]| Server {
        rounds: rounds.to_vec(),
        ..server(name, None)
    };
    figures.servers = vec![
        server("simulator", &[20.0, 40.0, 200.0]),
        server("bare axum", &[10.0, 30.0, 100.0]),
    ];
    let page = page(&figures);
    for line in [
        "| a page of 10 messages | verb | 9,091 | 110 | 1.10 | 123,457 | – |",
        "| a page of 10 messages | plain reqwest, decoded as here | 20,000 | 50.0 | – | 123,457 | – |",
        "| simulator | a page of 10 messages | 20,000 | 25,000 | 40.0 | 0.50 |",
    ] {
        let is_there = page.lines().any(|has| has == line);
        assert!(is_there, "no `{line}` in\n{page}");
    }
}

/// The same, with every page and the long conversation.
fn all_pages() -> Figures {
    let mut figures = figures();
    for work in ["page10", "page100", "flight"] {
        for (way, cpu) in [
            ("sdk", 54.0),
            ("generated", 52.0),
            ("blocking", 106.0),
            ("by-hand", 50.0),
            ("by-hand-blocking", 100.0),
            ("same-decode", 51.0),
        ] {
            figures.rows.push(row(work, way, Some(cpu)));
        }
    }
    for work in ["page1", "page10", "page100"] {
        for (way, instructions) in [
            ("sdk", 108_000.0),
            ("generated", 104_000.0),
            ("blocking", 105_000.0),
            ("by-hand", 100_000.0),
            ("by-hand-blocking", 100_000.0),
            ("same-decode", 102_000.0),
        ] {
            // Of a page of one message, those of above are found first.
            figures.counts.push(count(work, way, instructions));
        }
    }
    figures.rows.push(row("decode", "sdk", Some(125.0)));
    figures
}

/// What the row of an aim says: the figures, and whether it is held.
fn aim<'a>(page: &'a str, begin: &str) -> Vec<&'a str> {
    let row = page.lines().find(|line| line.starts_with(begin));
    let row = row.unwrap_or_else(|| panic!("no `{begin}` in\n{page}"));
    row.trim_matches(['|', ' ']).split(" | ").skip(3).collect()
}

#[test]
fn the_page_begins_with_the_aims() {
    let page = page(&all_pages());
    let first = page.lines().find(|line| line.starts_with("## "));
    assert_eq!(first, Some("## Aims"));
    let pages = "pages of 1, 10 and 100 messages";
    let plain = "of plain reqwest";
    let generated = "| generated call: times the";
    let history = "| verb `history`: times the";
    let blocking = "| verb `history`, blocking: times the";
    let bar = "at most 1.05; not held above 1.10";
    for (begin, told) in [
        (
            format!("{generated} processor time {plain} | {pages} | at most 1.05 |"),
            ["1.040, 1.040, 1.040", "yes"],
        ),
        (
            format!(
                "{generated} processor time {plain} | a page of 10 messages, 64 calls in flight | at most 1.05 |"
            ),
            ["1.040", "yes"],
        ),
        // One that misses it is enough.
        (
            format!("{generated} instructions {plain} | {pages} | at most 1.05 |"),
            ["**1.100**, 1.040, 1.040", "**no**"],
        ),
        (
            format!(
                "| generated call: allocations more than plain reqwest | {pages} | at most 10 |"
            ),
            ["0.000, 0.000, 0.000", "yes"],
        ),
        (
            format!(
                "{generated} processor time {plain}, decoded as here | {pages} | at most 1.05 |"
            ),
            ["1.020, 1.020, 1.020", "yes"],
        ),
        (
            format!("{generated} instructions {plain}, decoded as here | {pages} | at most 1.05 |"),
            ["**1.078**, 1.020, 1.020", "**no**"],
        ),
        // A verb has a bar, and an end above it.
        (
            format!("{history} processor time {plain} | {pages} | {bar} |"),
            ["**1.200**, **1.080**, **1.080**", "**no**"],
        ),
        (
            format!("{history} instructions {plain} | {pages} | {bar} |"),
            [
                "**1.080**, **1.080**, **1.080**",
                "above its bar: see [speed.md](speed.md)",
            ],
        ),
        (
            format!("{blocking} processor time {plain}, blocking | {pages} | {bar} |"),
            ["**1.200**, **1.060**, **1.060**", "**no**"],
        ),
        (
            format!("{blocking} instructions {plain}, blocking | {pages} | {bar} |"),
            ["1.050, 1.050, 1.050", "yes"],
        ),
        (
            "| generated call, out of memory: times the speed of serde_json alone |".to_owned(),
            ["**0.500**", "**no**"],
        ),
        (
            "| verb `history`, out of memory: times the speed of serde_json alone \
             | a conversation of 100,000 messages, decoded out of memory | at least 0.60 |"
                .to_owned(),
            ["0.800", "yes"],
        ),
        (
            "| simulator: times the answers of a bare axum handler".to_owned(),
            ["0.750", "yes"],
        ),
    ] {
        assert_eq!(aim(&page, &begin), told, "{begin}");
    }
}

#[test]
fn an_aim_without_a_figure_is_missing_and_not_held() {
    let page = page(&figures());
    for (begin, told) in [
        // Nobody counted it, nothing to compare with, and a server that tells no processor time.
        (
            "| generated call: times the instructions of plain reqwest | a page of 10 messages, signed",
            ["missing", "not known"],
        ),
        (
            "| generated call: times the processor time of plain reqwest | a page of 10 messages, signed",
            ["missing", "not known"],
        ),
        (
            "| verb: times the processor time of reqwest's own stream |",
            ["missing", "not known"],
        ),
        (
            "| verb `history`, out of memory: times the speed",
            ["missing", "not known"],
        ),
        (
            "| simulator: times the answers of Prism",
            ["missing", "not known"],
        ),
        // Of some works only. That one of them misses its aim is known all the same.
        (
            "| generated call: times the processor time of plain reqwest | pages",
            ["1.040, missing, missing", "not known"],
        ),
        (
            "| generated call: times the instructions of plain reqwest | pages",
            ["**1.100**, missing, missing", "**no**"],
        ),
        // The same where a bar has an end above it.
        (
            "| verb `history`, blocking: times the processor time",
            ["**1.200**, missing, missing", "**no**"],
        ),
        (
            "| verb `history`, blocking: times the instructions",
            ["missing", "not known"],
        ),
    ] {
        assert_eq!(aim(&page, begin), told, "{begin}");
    }
}

#[test]
fn without_figures_no_aim_is_held() {
    let page = page(&Figures::default());
    let aims = page.lines().filter(|line| line.contains("| missing |"));
    assert_eq!(aims.count(), 18);
    assert!(!page.contains("| yes |"), "{page}");
}

#[test]
fn the_page_tells_what_a_verb_does_besides_a_call() {
    let page = page(&figures());
    let (_, told) = page.split_once("## Why a verb costs more").unwrap();
    let (told, _) = told.split_once("\n## ").unwrap();
    for line in [
        "| a page of 1 message | verb | 60.0 | 1.20 | +10.0 |",
        "| a page of 1 message | generated call | 52.0 | 1.04 | +2.0 |",
        "| a page of 1 message | plain reqwest, decoded as here | 51.0 | 1.02 | +1.0 |",
    ] {
        assert!(
            told.lines().any(|has| has == line),
            "no `{line}` in\n{told}"
        );
    }
    assert!(told.contains("in the zone of the service"), "{told}");
    assert!(told.contains("[speed.md](speed.md)"), "{told}");
    assert!(real().join("docs/speed.md").is_file());
}

#[test]
fn the_page_tells_what_serde_json_alone_is() {
    let page = page(&figures());
    for words in ["derived structs of its own", "not the same\nstructs"] {
        assert!(page.contains(words), "no `{words}` in\n{page}");
    }
    // Each row says by itself what it is about.
    assert!(!page.contains("| the same"), "{page}");
}

#[test]
fn versions_are_those_that_are_pinned() {
    let versions = versions(&Workspace::new(real())).unwrap();
    let locked = |name: &str| format!("[[package]]\nname = \"{name}\"\nversion = \"");
    let mut told = versions.iter();
    for (name, file, before) in [
        ("reqwest", "Cargo.lock", locked("reqwest")),
        ("hyper", "Cargo.lock", locked("hyper")),
        ("hyper-util", "Cargo.lock", locked("hyper-util")),
        ("serde_json", "Cargo.lock", locked("serde_json")),
        ("axum", "Cargo.lock", locked("axum")),
        (
            "Prism",
            "tests/benchmarks/prism/package.json",
            "\"@stoplight/prism-cli\": \"".to_owned(),
        ),
        (
            "official Python SDK",
            "tests/interop/python-official/requirements.txt",
            "huaweicloudsdkosm==".to_owned(),
        ),
        (
            "openapi-generator",
            "tests/interop/java/requirements.txt",
            "openapi-generator-cli==".to_owned(),
        ),
    ] {
        let (told, version) = told.next().unwrap();
        assert_eq!(told, name);
        assert!(
            version.starts_with(|c: char| c.is_ascii_digit()),
            "{version}"
        );
        let pin = format!("{before}{version}");
        let text = fs::read_to_string(real().join(file)).unwrap();
        assert!(text.contains(&pin), "no `{pin}` in {file}");
    }
    assert_eq!(told.next(), None);
}

#[test]
fn the_chart_has_a_bar_for_each_ratio() {
    let chart = chart(&figures());
    assert_eq!(chart.matches("<rect").count(), 6, "{chart}");
    assert!(chart.contains(">page1, verb</text>"), "{chart}");
    // The verb of plain code, the blocking one of plain code that blocks.
    assert_eq!(chart.matches(">1.20</text>").count(), 2, "{chart}");
    assert!(
        chart.contains(">page1, client of openapi-generator</text>"),
        "{chart}"
    );
    assert!(chart.contains("prefers-color-scheme: dark"));
    assert!(chart.ends_with("</svg>\n"));
}

#[test]
fn without_figures_there_is_a_page_all_the_same() {
    let nothing = Figures::default();
    assert!(page(&nothing).contains("## Clients"));
    assert!(!chart(&nothing).contains("<rect"));
}

/// What is said of a name that nothing has.
fn refusal() -> String {
    let choice = Choice {
        quick: true,
        only: vec!["pages".to_owned()],
    };
    let refused = run(&Workspace::new("."), &choice, |_| {}).unwrap_err();
    refused.to_string()
}

#[test]
fn a_name_of_nothing_is_refused_before_anything_is_built() {
    let told = refusal();
    for name in [
        "`pages`", "page100", "decode", "servers", "starts", "builds",
    ] {
        assert!(told.contains(name), "no {name} in {told}");
    }
}

#[test]
fn the_help_has_every_name() {
    let told = refusal();
    let (_, names) = told.split_once("name one of ").unwrap();
    let line = Flags::command();
    let bench = line.find_subcommand("bench").unwrap();
    let only = bench
        .get_arguments()
        .find(|argument| argument.get_id().as_str() == "only");
    let help = only.unwrap().get_help().unwrap().to_string();
    let words: Vec<&str> = help.split(|c: char| !c.is_alphanumeric()).collect();
    for name in names.lines().next().unwrap().split(", ") {
        assert!(words.contains(&name), "no {name} in {help}");
    }
}

#[test]
fn the_client_of_openapi_generator_is_built_as_the_workspace_is() {
    let profile = |manifest: &str| {
        let text = fs::read_to_string(real().join(manifest)).unwrap();
        let (_, rest) = text.split_once("[profile.release]\n").unwrap();
        let lines = rest.lines().take_while(|line| !line.trim().is_empty());
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let own = profile("Cargo.toml");
    assert!(!own.is_empty());
    assert_eq!(
        own,
        profile("tests/benchmarks/openapi-generator/manifest.toml")
    );
}
