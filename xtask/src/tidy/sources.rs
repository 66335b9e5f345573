//! Rules about Rust sources.

use super::{House, TextFile};
use crate::problem::Problem;

/// Each module says in its first line what it is for.
pub(super) fn headers(house: &House, found: &mut Vec<Problem>) {
    for file in house
        .rust()
        .filter(|file| !file.is_generated() && !file.path.contains("/fixtures/"))
    {
        let first = file.text.lines().find(|line| !line.starts_with("#!["));
        if !first.is_some_and(|line| line.starts_with("//! ")) {
            found.push(file.problem(
                1,
                "the module does not say what it is for",
                "begin the file with a `//!` line",
            ));
        }
    }
}

/// Half of the handwritten modules have at most 250 lines.
pub(super) fn median_length(house: &House, found: &mut Vec<Problem>) {
    const MOST: usize = 250;
    let handwritten = house
        .rust()
        .filter(|file| !file.is_generated() && !file.is_test());
    let mut lengths: Vec<usize> = handwritten.map(|file| file.text.lines().count()).collect();
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or_default();
    if median > MOST {
        found.push(Problem::general(
            format!("the median module has {median} lines, more than {MOST}"),
            "split the longest modules by what they are about",
        ));
    }
}

/// Every exception from a lint says why.
pub(super) fn exceptions_have_reasons(house: &House, found: &mut Vec<Problem>) {
    for file in house.rust().filter(|file| !file.is_generated()) {
        for opening in ["[allow(", "[expect("] {
            for (start, _) in file.text.match_indices(opening) {
                let before = file.text.get(..start).unwrap_or_default();
                let is_attribute = before.ends_with('#') || before.ends_with("#!");
                let in_comment = before
                    .rsplit('\n')
                    .next()
                    .is_some_and(|line| line.trim_start().starts_with("//") || line.contains('"'));
                let text = file.text.get(start..).unwrap_or_default();
                let attribute = text
                    .split_once(")]")
                    .map_or(text, |(attribute, _)| attribute);
                if is_attribute && !in_comment && !attribute.contains("reason") {
                    let line = before.lines().count().max(1);
                    found.push(file.problem(
                        line,
                        "an exception from a lint without a reason",
                        "add `reason = \"...\"`",
                    ));
                }
            }
        }
    }
}

/// What is left open carries a link to where it is discussed.
pub(super) fn open_ends_have_links(house: &House, found: &mut Vec<Problem>) {
    let marks = ["TO", "FIX", "XX"]
        .into_iter()
        .zip(["DO", "ME", "X"])
        .map(|(a, b)| format!("{a}{b}"));
    let marks: Vec<String> = marks.collect();
    for file in house.rust().filter(|file| !file.is_generated()) {
        for (index, line) in file.text.lines().enumerate() {
            let comment = line
                .split_once("//")
                .map(|(_, comment)| comment)
                .unwrap_or_default();
            if marks.iter().any(|mark| {
                comment
                    .split_whitespace()
                    .any(|word| word.trim_end_matches(':') == mark)
            }) && !comment.contains("https://")
            {
                found.push(file.problem(
                    index + 1,
                    "something is left open without a link",
                    "do it, or link the issue",
                ));
            }
        }
    }
}

/// The paths of the service stand in the description; the generated client, the simulator and tests repeat them.
pub(super) fn service_paths(house: &House, found: &mut Vec<Problem>) {
    let path = ["/v2/service", "request"].concat();
    let may = |file: &&TextFile| {
        file.is_generated() || file.is_test() || file.path.starts_with("crates/hwc-tickets-sim/")
    };
    for file in house.rust().filter(|file| !may(file)) {
        for (line, _) in file.code().filter(|(_, line)| line.contains(&path)) {
            found.push(file.problem(
                line,
                "a path of the service outside its rooms",
                "take it from the generated operations table of the wire crate",
            ));
        }
    }
}

/// hwc-core does not know what a ticket is.
pub(super) fn core_knows_no_ticket(house: &House, found: &mut Vec<Problem>) {
    for file in house
        .rust()
        .filter(|file| file.path.starts_with("crates/hwc-core/src/"))
    {
        for (line, code) in file.code() {
            let lower = code.to_lowercase();
            if let Some(word) = ["ticket", "incident", "servicerequest", "case_id"]
                .iter()
                .find(|word| lower.contains(**word))
            {
                found.push(file.problem(
                    line,
                    format!("hwc-core speaks of `{word}`"),
                    "would it still be true if tickets were invoices? If not, it belongs into hwc-tickets",
                ));
            }
        }
    }
}

/// Success and failure are decided in hwc-core, in the pipeline. Nothing above looks at a status or an error code.
pub(super) fn one_judge(house: &House, found: &mut Vec<Problem>) {
    let clients = [
        "crates/hwc-tickets/src/",
        "crates/hwc-tickets-wire/src/",
        "crates/hwc-tickets-cli/src/",
    ];
    let judged = |file: &&TextFile| {
        clients.iter().any(|client| file.path.starts_with(client))
            && !file.is_generated()
            && !file.is_test()
    };
    // A status that is compared with something.
    let comparisons: Vec<String> = ["status", "http_status", "status()", "as_u16()"]
        .iter()
        .flat_map(|name| {
            let operators = ["==", "!=", ">=", "<=", " > ", " < "].iter();
            operators.flat_map(move |operator| {
                [
                    format!("{name} {}", operator.trim()),
                    format!("{name}{operator}"),
                ]
            })
        })
        .collect();
    for file in house.rust().filter(judged) {
        for (line, code) in file.code() {
            let field = [
                ".error_code",
                "\"error_code\"",
                ".error_msg",
                "\"error_msg\"",
            ]
            .iter()
            .any(|field| code.contains(field));
            let field = field && !code.contains(".error_codes");
            let compares = || comparisons.iter().any(|compared| code.contains(compared));
            let status = (code.contains("http") && compares())
                || code.contains("is_success()")
                || code.contains("StatusCode::");
            // `StatusCode` as a type of a public fact is no judgement.
            if field || (status && !code.contains("from_u16")) {
                found.push(file.problem(
                    line,
                    "looks at a status or an error code of an answer",
                    "that is decided in hwc_core's pipeline/classify.rs; ask the kind of the fault",
                ));
            }
        }
    }
}

/// The types that a file takes from the wire crate.
fn imported_from_wire(text: &str) -> Vec<&str> {
    let imports = text.split("use hwc_tickets_wire").skip(1);
    imports
        .filter_map(|rest| rest.split(';').next())
        .flat_map(|import| import.split(|c: char| !(c.is_alphanumeric() || c == '_')))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()))
        .collect()
}

/// Whether the file is of a room that names the wire crate for what is shaped by hand: what carries the calls, and the calls
/// of a resource.
fn is_wire_room(path: &str) -> bool {
    let Some(path) = path.strip_prefix("crates/hwc-tickets/src/") else {
        return false;
    };
    let mut steps = path.split('/');
    matches!(
        (steps.next(), steps.next()),
        (Some("service.rs" | "service"), _) | (_, Some("wire.rs" | "wire"))
    )
}

/// No wire type in what the SDK shapes by hand: few modules name them for it, keep them private, and neither give
/// them another name nor make public types convertible from them. `api` is the printed surface, and made of them.
pub(super) fn wire_stays_inside(house: &House, found: &mut Vec<Problem>) {
    for file in house
        .rust()
        .filter(|file| file.path.starts_with("crates/hwc-tickets/src/"))
        .filter(|file| !file.path.starts_with("crates/hwc-tickets/src/api"))
    {
        let is_room = is_wire_room(&file.path);
        let imported = imported_from_wire(&file.text);
        for (line, code) in file.code() {
            let names = code.contains("hwc_tickets_wire");
            let mut words_of_code = code.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            let wire = names
                || code.contains("wire::")
                || words_of_code.any(|word| imported.contains(&word));
            let words = || code.split_whitespace();
            let renames = words().any(|word| word == "type") && code.contains(" = ");
            let converts = words().next().is_some_and(|word| word.starts_with("impl"));
            if names && (!is_room || code.contains("pub use")) {
                found.push(file.problem(
                    line,
                    "names the wire crate outside of its rooms, or makes it public",
                    "turn wire types into own types in `wire` of the resource",
                ));
            } else if is_room && wire && (renames || converts) {
                found.push(file.problem(
                    line,
                    "lets a wire type out under another name or through a trait",
                    "write a private function that makes the own type",
                ));
            }
        }
    }
    for file in house
        .rust()
        .filter(|file| file.path.starts_with("crates/hwc-tickets/src/"))
    {
        for (line, _) in file
            .code()
            .filter(|(_, code)| ["pub mod service;", "pub mod wire;"].contains(&code.trim()))
        {
            found.push(file.problem(
                line,
                "makes the room of the wire types public",
                "write it without `pub`, or with `pub(crate)`",
            ));
        }
    }
}
