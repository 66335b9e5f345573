//! The page with the figures.

use super::{
    aims::{PAGES, aims},
    figures::{
        BARE, BLOCKING, Figures, GENERATED, PLAIN, PLAIN_BLOCKING, Row, SAME_DECODE, VERB, plain,
    },
};
use std::fmt::Write as _;

/// What the names of works mean.
const WORKS: &[(&str, &str)] = &[
    ("page1", "a page of 1 message"),
    ("page10", "a page of 10 messages"),
    ("page100", "a page of 100 messages"),
    (
        "signed",
        "a page of 10 messages, signed (plain code sends a token)",
    ),
    ("flight", "a page of 10 messages, 64 calls in flight"),
    ("unread", "what is unread, 1,000 tickets"),
    ("submit", "one message"),
    ("history", "a conversation of 100,000 messages"),
    (
        "decode",
        "a conversation of 100,000 messages, decoded out of memory",
    ),
    (
        "follow",
        "the newest message of each of 1,000 tickets, and what is new",
    ),
    ("list", "10,000 tickets"),
    ("upload", "100 MiB up"),
    ("download", "100 MiB down"),
];
/// What the names of ways mean.
const WAYS: &[(&str, &str)] = &[
    (VERB, "verb"),
    (GENERATED, "generated call"),
    (BLOCKING, "verb, blocking"),
    (PLAIN, "plain reqwest"),
    (PLAIN_BLOCKING, "plain reqwest, blocking"),
    (SAME_DECODE, "plain reqwest, decoded as here"),
    ("hyper", "plain hyper"),
    ("official", "official Python SDK"),
    ("openapi-generator", "client of openapi-generator"),
];
/// The ways of others, and what each of them is compared with besides plain code.
const OTHERS: &[&str] = &["official", "openapi-generator"];
const OWN: [&str; 2] = [VERB, GENERATED];

const HEAD: &str = "\
# Benchmarks

Written by `cargo xtask bench`; not by hand. It starts the simulator and measures all ways of a client against it in one run, on one
thread each, in rounds that take turns. Figures are medians of the rounds. On another machine they are other ones: what holds is the
ratio of a way to plain code in the same run.
";

const AIMS: &str = "
A row of pages has three figures, in this order. Those that miss the aim are bold. Nothing fails that misses one. A figure that this run did not
measure is missing, and nobody knows whether its aim is held. Why verbs cost more than plain code is told below.
";

const WAYS_TOLD: &str = "
## What is compared

Plain code is hand-written with reqwest: the same requests, the documented fields decoded by derived structs, a deadline and a limit
of size, and nothing else. It knows no error inside HTTP 200, repeats nothing, keeps no unknown fields and finds no gap. \"Decoded as
here\" is the same with the structs of the SDK: it tells what the call costs without its decoding. Plain code that blocks is the same
with `reqwest::blocking`, which has a second thread. A blocking verb is told as a multiple of that, and every other way as a multiple of
plain code that is asynchronous, with both as 1. Plain hyper has neither deadline nor limit: it is what a call costs at least. A generated call makes the same request as plain code. A verb may make
more: a submit reads the conversation first, to know its own message again. The verb `history` reads a page by the time of its messages, plain code
by their number: another request, the same messages.

Where a conversation is decoded out of memory, plain code is serde_json alone: it reads the bytes of each page into derived structs of its own,
which have the documented fields and nothing else. The generated call reads the same bytes into the structs of the SDK, as it reads an answer. They
have the same fields and besides keep what is not described, and a value of the wrong kind costs its own field alone. So these are not the same
structs: those of the SDK bring more. The verb `history` that is held to the same plain code asks the simulator for every page and makes messages
of them, while serde_json alone has all of them in memory before it begins.

Clients of others run in processes of their own, make one call at a time and take turns with all the rest. The client of openapi-generator
is what it makes for Rust of the same description with its library `reqwest`, built as this SDK is, with the deadline and the headers of plain
code. The official Python SDK signs each request, for it knows no token: a page that is signed is the same request here and there.
";

const COUNTED: &str = "
A call is the whole work: for what is unread it makes 10 requests, for 10,000 tickets 100 or some more.
";

const VERBS: &str = "
A generated call hands out what the service sent, in the structs of the description. Plain reqwest that is decoded as here does the same: the
difference between these two is the call itself, without its decoding. A verb makes types of its own of those structs, for every message: it reads
the time in the zone of the service, tells the kind of the message and the role of its author, and takes up the attachments. It proves the order
of the messages, and the end of the conversation where it comes there, and drops what comes twice because pages overlap. The difference between a
verb and a generated call is the price of that. Plain code does nothing of it.

So it is with the other verbs. A list makes tickets of its rows, reads their times and drops those that come twice. What is unread is told for each
ticket that was asked for, also for one that the answer does not name. Following reads the newest messages of each ticket, then asks for news, and
remembers what it handed out. The file of an upload is read in other threads, so that no call waits for a disk. A submit first reads the messages of the last
minute, so that it can tell its own message from those if the answer is lost: two requests where plain code makes one. A verb writes to another
ticket each time, as people do.

What was tried to make each of them cheaper, with figures, is in [speed.md](speed.md).
";

/// The page.
#[must_use]
pub fn page(figures: &Figures) -> String {
    let mut page = HEAD.to_owned();
    aimed(&mut page, figures);
    page.push_str(WAYS_TOLD);
    page.push_str(
        "\n![Processor time of a call as a multiple of plain code](pictures/benchmarks.svg)\n",
    );
    here(&mut page, figures);
    clients(&mut page, figures);
    verbs(&mut page, figures);
    others(&mut page, figures);
    counted(&mut page, figures);
    servers(&mut page, figures);
    memory(&mut page, figures);
    costs(&mut page, figures);
    page
}

/// What a name of `names` means; of another one itself.
pub(super) fn meaning<'a>(names: &[(&str, &'a str)], name: &'a str) -> &'a str {
    let known = names.iter().find(|(known, _)| *known == name);
    known.map_or(name, |(_, words)| *words)
}

/// The names of all works.
pub(super) fn works() -> impl Iterator<Item = &'static str> {
    WORKS.iter().map(|(name, _)| *name)
}

/// What a way is called.
pub(super) fn way(name: &str) -> &str {
    meaning(WAYS, name)
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
        Some(value) if value >= 100.0 => grouped(value),
        Some(value) if value >= 10.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.2}"),
    }
}

/// A difference: it may be less than nothing.
fn more(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:+.1}"))
}

/// A whole number with commas.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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
    page.push_str(AIMS);
}

/// What an aim is about.
fn aimed_at(works: &[&'static str]) -> String {
    if works == PAGES {
        return "pages of 1, 10 and 100 messages".to_owned();
    }
    let works = works.iter().map(|work| meaning(WORKS, work));
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
        let cpu = row.cpu_us.filter(|cpu| *cpu > 0.0);
        let cells = [
            meaning(WORKS, &row.work).to_owned(),
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
        let own = row.cpu_us.filter(|own| *own > 0.0);
        let base = figures.row(&row.work, PLAIN).and_then(|plain| plain.cpu_us);
        let cells = [
            meaning(WORKS, &row.work).to_owned(),
            way(&row.way).to_owned(),
            number(own),
            ratio(figures, row),
            more(own.zip(base).map(|(own, base)| own - base)),
        ];
        line(page, &cells);
    }
    page.push_str(VERBS);
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
            meaning(WORKS, &row.work).to_owned(),
            way(&row.way).to_owned(),
            number(row.cpu_us.filter(|cpu| *cpu > 0.0)),
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
            meaning(WORKS, &count.work).to_owned(),
            way(&count.way).to_owned(),
            number(Some(count.instructions)),
            number(plain.map(|plain| count.instructions / plain.instructions)),
            number(Some(count.allocations)),
        ];
        line(page, &cells);
    }
    page.push_str(COUNTED);
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
    let bare = figures.answer(BARE);
    for server in &figures.servers {
        let own = server.cpu_us.filter(|own| *own > 0.0);
        let cells = [
            server.server.clone(),
            "a page of 10 messages".to_owned(),
            number(inverse(server.wall_us)),
            number(inverse(own)),
            number(own),
            number(bare.zip(own).map(|(bare, own)| bare / own)),
        ];
        line(page, &cells);
    }
}

fn memory(page: &mut String, figures: &Figures) {
    table(
        page,
        "Memory of a whole program that does it once",
        &["work", "way", "MiB"],
    );
    for (work, name, kibibytes) in &figures.memory {
        let mebibytes = kibibytes.map(|kibibytes| kibibytes as f64 / 1024.0);
        let cells = [
            meaning(WORKS, work).to_owned(),
            way(name).to_owned(),
            number(mebibytes),
        ];
        line(page, &cells);
    }
}

fn costs(page: &mut String, figures: &Figures) {
    table(page, "Besides", &["what", "how much"]);
    for (what, words) in &figures.costs {
        line(page, &[what.clone(), words.clone()]);
    }
}
