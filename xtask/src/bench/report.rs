//! The page with the figures.

use super::{
    aims::{PAGES, aims},
    figures::{BARE, Figures, GENERATED, PLAIN, Row, SAME_DECODE, VERB, middle, plain},
    words::{self, OTHERS, OWN, way},
};
use crate::digits::grouped;
use std::fmt::Write as _;

/// The page.
#[must_use]
pub fn page(figures: &Figures) -> String {
    let mut page = words::HEAD.to_owned();
    aimed(&mut page, figures);
    page.push_str(words::WAYS_TOLD);
    page.push_str(
        "\n![Processor time of a call as a multiple of plain code](pictures/benchmarks.svg)\n",
    );
    here(&mut page, figures);
    clients(&mut page, figures);
    verbs(&mut page, figures);
    others(&mut page, figures);
    counted(&mut page, figures);
    servers(&mut page, figures);
    starts(&mut page, figures);
    memory(&mut page, figures);
    costs(&mut page, figures);
    page
}

fn table(page: &mut String, title: &str, columns: &[&str]) {
    let _ = write!(page, "\n## {title}\n\n| {} |\n|", columns.join(" | "));
    // Words on the left, numbers on the right.
    for place in 0..columns.len() {
        page.push_str(if place < 2 { "---|" } else { "--:|" });
    }
    page.push('\n');
}

fn line(page: &mut String, cells: &[String]) {
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

/// A number with as many places as tell something.
fn number(value: Option<f64>) -> String {
    match value {
        None => "–".to_owned(),
        Some(value) if value >= 100.0 => grouped(&format!("{value:.0}")),
        Some(value) if value >= 10.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.2}"),
    }
}

/// A difference: it may be less than nothing.
fn more(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:+.1}"))
}

fn aimed(page: &mut String, figures: &Figures) {
    table(page, "Aims", &["what", "work", "wanted", "here", "held"]);
    for aim in aims(figures) {
        let cells = [
            aim.what.to_owned(),
            aimed_at(aim.works),
            aim.wanted(),
            aim.here(),
            aim.held().to_owned(),
        ];
        line(page, &cells);
    }
    page.push_str(words::AIMS);
}

/// What an aim is about.
fn aimed_at(works: &[&'static str]) -> String {
    if works == PAGES {
        return "pages of 1, 10 and 100 messages".to_owned();
    }
    let works = works.iter().map(|work| words::work(work));
    works.collect::<Vec<_>>().join(", ")
}

fn here(page: &mut String, figures: &Figures) {
    table(page, "Machine", &["what", "which"]);
    for (name, words) in &figures.here {
        line(page, &[name.clone(), words.clone()]);
    }
    if !figures.missing.is_empty() {
        page.push_str("\nNot measured here:\n\n");
        for why in &figures.missing {
            let _ = writeln!(page, "- {why}");
        }
    }
}

fn clients(page: &mut String, figures: &Figures) {
    let columns = [
        "work",
        "way",
        "calls for a second of one core",
        "µs of a core",
        "of plain code",
        "µs, half",
        "µs, 99 of 100",
    ];
    table(page, "Clients", &columns);
    for row in &figures.rows {
        let cpu = middle(&row.rounds);
        let cells = [
            words::work(&row.work).to_owned(),
            way(&row.way).to_owned(),
            number(cpu.map(|cpu| 1e6 / cpu)),
            number(cpu),
            ratio(figures, row),
            number(row.p50_us),
            number(row.p99_us),
        ];
        line(page, &cells);
    }
}

fn ratio(figures: &Figures, row: &Row) -> String {
    let plain = plain(&row.way);
    match row.way == plain {
        true => "1".to_owned(),
        false => number(figures.times(row, plain)),
    }
}

/// What a verb adds to a call, beside what decoding adds.
fn verbs(page: &mut String, figures: &Figures) {
    let columns = [
        "work",
        "way",
        "µs of a core",
        "of plain code",
        "µs more than plain code",
    ];
    table(
        page,
        "Why a verb costs more than a generated call",
        &columns,
    );
    for row in &figures.rows {
        // Only where plain code was measured with the same decoding.
        if figures.row(&row.work, SAME_DECODE).is_none()
            || ![VERB, GENERATED, SAME_DECODE].contains(&row.way.as_str())
        {
            continue;
        }
        let own = middle(&row.rounds);
        let base = figures.row(&row.work, PLAIN);
        let base = base.and_then(|plain| middle(&plain.rounds));
        let cells = [
            words::work(&row.work).to_owned(),
            way(&row.way).to_owned(),
            number(own),
            ratio(figures, row),
            more(own.zip(base).map(|(own, base)| own - base)),
        ];
        line(page, &cells);
    }
    page.push_str(words::VERBS);
}

/// What others take, by what this SDK takes.
fn others(page: &mut String, figures: &Figures) {
    let columns = [
        "work",
        "way",
        "µs of a core",
        "times a verb",
        "times a generated call",
    ];
    table(page, "Clients of others", &columns);
    let is_other = |row: &&Row| OTHERS.contains(&row.way.as_str());
    for row in figures.rows.iter().filter(is_other) {
        let [verb, generated] = OWN.map(|own| number(figures.times(row, own)));
        let cells = [
            words::work(&row.work).to_owned(),
            way(&row.way).to_owned(),
            number(middle(&row.rounds)),
            verb,
            generated,
        ];
        line(page, &cells);
    }
}

fn counted(page: &mut String, figures: &Figures) {
    let columns = [
        "work",
        "way",
        "instructions",
        "of plain code",
        "allocations",
    ];
    table(page, "Counted, for one call", &columns);
    for count in &figures.counts {
        let plain = figures.count(&count.work, plain(&count.way));
        let cells = [
            words::work(&count.work).to_owned(),
            way(&count.way).to_owned(),
            number(Some(count.instructions)),
            number(plain.map(|plain| count.instructions / plain.instructions)),
            number(Some(count.allocations)),
        ];
        line(page, &cells);
    }
    page.push_str(words::COUNTED);
}

fn servers(page: &mut String, figures: &Figures) {
    let columns = [
        "server",
        "answers",
        "answers a second",
        "answers for a second of one core",
        "µs of a core",
        "times the answers of a bare handler",
    ];
    table(page, "Servers, 64 calls in flight", &columns);
    let inverse = |time: Option<f64>| time.filter(|time| *time > 0.0).map(|time| 1e6 / time);
    for server in &figures.servers {
        let own = middle(&server.rounds);
        let cells = [
            server.server.clone(),
            "a page of 10 messages".to_owned(),
            number(inverse(server.wall_us)),
            number(inverse(own)),
            number(own),
            number(figures.answers(&server.server, BARE)),
        ];
        line(page, &cells);
    }
}

/// What it takes until a fresh program has its first answer. All of them read a page of 10 messages.
fn starts(page: &mut String, figures: &Figures) {
    let columns = [
        "work",
        "way",
        "ms",
        "of plain code",
        "MiB of memory",
        "MiB of the program",
    ];
    table(page, "Start of a client", &columns);
    for start in &figures.starts {
        let plain = figures.start(plain(&start.way));
        let cells = [
            format!("{}, in a fresh program", words::work("page10")),
            way(&start.way).to_owned(),
            number(Some(start.wall_ms)),
            number(plain.map(|plain| start.wall_ms / plain.wall_ms)),
            mebibytes(start.peak_kib),
            number(start.bytes.map(|bytes| bytes as f64 / f64::from(1 << 20))),
        ];
        line(page, &cells);
    }
    page.push_str(words::STARTS);
}

fn mebibytes(kibibytes: Option<u64>) -> String {
    number(kibibytes.map(|kibibytes| kibibytes as f64 / 1024.0))
}

fn memory(page: &mut String, figures: &Figures) {
    table(
        page,
        "Memory of a whole program that does it once",
        &["work", "way", "MiB"],
    );
    for (work, name, kibibytes) in &figures.memory {
        let cells = [
            words::work(work).to_owned(),
            way(name).to_owned(),
            mebibytes(*kibibytes),
        ];
        line(page, &cells);
    }
    page.push_str(words::MEMORY);
}

fn costs(page: &mut String, figures: &Figures) {
    table(page, "Besides", &["what", "how much"]);
    for (what, words) in &figures.costs {
        line(page, &[what.clone(), words.clone()]);
    }
}
