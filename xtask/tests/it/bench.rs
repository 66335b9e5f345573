//! The page of the measurements, and its chart, of figures that are made up.

use crate::house::real;
use clap::CommandFactory as _;
use std::fs;
use xtask::{
    bench::{Choice, Count, Figures, Row, Server, chart, page, run},
    file::Workspace,
    flags::Flags,
};

fn row(work: &str, way: &str, cpu: Option<f64>) -> Row {
    Row {
        work: work.to_owned(),
        way: way.to_owned(),
        calls: 100,
        cpu_us: cpu,
        wall_us: cpu,
        p50_us: Some(123_456.7),
        p99_us: None,
    }
}

fn server(name: &str, cpu: Option<f64>) -> Server {
    Server {
        server: name.to_owned(),
        wall_us: Some(50.0),
        cpu_us: cpu,
    }
}

fn figures() -> Figures {
    let count = |way: &str, instructions: f64| Count {
        work: "page1".to_owned(),
        way: way.to_owned(),
        instructions,
        allocations: 31.0,
    };
    Figures {
        here: vec![("date".to_owned(), "2026-11-29".to_owned())],
        rows: vec![
            row("page1", "sdk", Some(60.0)),
            row("page1", "by-hand", Some(50.0)),
            row("page1", "official", Some(5_000.0)),
            row("page1", "openapi-generator", Some(75.0)),
            // Nothing to compare with, and a machine that tells no processor time.
            row("signed", "generated", Some(70.0)),
            row("submit", "sdk", Some(0.0)),
            row("list", "sdk", None),
            row("list", "by-hand", None),
        ],
        servers: vec![
            server("simulator", Some(40.0)),
            server("bare axum", Some(30.0)),
            server("Prism", None),
        ],
        counts: vec![count("generated", 110_000.0), count("by-hand", 100_000.0)],
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
        "| a page of 1 message | plain reqwest | 20,000 | 50.0 | 1 | 123,457 | – |",
        "| a page of 1 message | official Python SDK | 200 | 5,000 | 100 | 123,457 | – |",
        "| a page of 1 message | client of openapi-generator | 13,333 | 75.0 | 1.50 | 123,457 | – |",
        "| a page of 1 message | official Python SDK | 5,000 | 83.3 | – |",
        "| a page of 1 message | client of openapi-generator | 75.0 | 1.25 | – |",
        "| one message | verb | – | – | – | 123,457 | – |",
        "| 10,000 tickets | verb | – | – | – | 123,457 | – |",
        "| a page of 1 message | generated call | 110,000 | 1.10 | 31.0 |",
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

#[test]
fn the_chart_has_a_bar_for_each_ratio() {
    let chart = chart(&figures());
    assert_eq!(chart.matches("<rect").count(), 2, "{chart}");
    assert!(chart.contains(">page1, verb</text>"), "{chart}");
    assert!(chart.contains(">1.20</text>"), "{chart}");
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
    for name in ["`pages`", "page100", "decode", "servers", "builds"] {
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
