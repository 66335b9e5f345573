//! Odd answers to every operation. One table: an operation is covered by being in the description.

use contract_tests::{
    description::Description,
    sample,
    wire::{self, Arguments, Outcome, Unplugged},
};
use hwc_core::{
    Delivery, FaultKind, Idempotency, Makes, Operation, ResponseContent, testing::Step,
};
use hwc_tickets_wire::operations;
use serde_json::{Value, json};

/// How a call has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    Well,
    /// Well, but for so many elements of lists.
    Without(usize),
    Badly(FaultKind, Delivery),
}
use Ends::{Badly, Well};

/// No answer of this service: a write may have been done.
const FOREIGN: Ends = Badly(FaultKind::Protocol, Delivery::Unknown);
/// A failure of the service: a write may have been done.
const FAILED: Ends = Badly(FaultKind::Unavailable, Delivery::Unknown);
/// An error that nobody knows: a write may have been done.
const UNKNOWN: Ends = Badly(FaultKind::Refused, Delivery::Unknown);
/// Turned down before anything was done.
const REFUSED: Ends = Badly(FaultKind::Refused, Delivery::Rejected);

struct Row {
    name: &'static str,
    step: Step,
    read: Ends,
    write: Ends,
    /// Of a write whose answer tells nothing.
    once: Ends,
}

fn row(name: &'static str, step: Step, ends: Ends) -> Row {
    unlike(name, step, ends, ends)
}

fn unlike(name: &'static str, step: Step, read: Ends, write: Ends) -> Row {
    Row {
        name,
        step,
        read,
        write,
        once: write,
    }
}

/// A field that nobody knows. Where a second time would be a second effect, it may say that nothing was done.
fn new_field(name: &'static str, step: Step) -> Row {
    Row {
        once: FOREIGN,
        ..row(name, step, Well)
    }
}

/// Nothing, and yet not an empty answer.
fn blank(name: &'static str, step: Step) -> Row {
    Row {
        once: FOREIGN,
        ..unlike(name, step, FOREIGN, Well)
    }
}

/// HTTP 200 with this body, said to be JSON.
fn ok(body: impl Into<Vec<u8>>) -> Step {
    Step::json(200, body.into())
}

fn page(status: u16) -> Step {
    let body = "<html><body>Please log in, canary</body></html>";
    Step::answer(status)
        .header("content-type", "text/html")
        .body(body)
}

fn utf_16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mark = std::iter::once(0xFEFF);
    mark.chain(text.encode_utf16()).flat_map(order).collect()
}

/// Answers that are the same for every operation.
fn rows() -> Vec<Row> {
    let deep =
        |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    let code = |code: Value| ok(json!({"error_code": code, "error_msg": "canary"}).to_string());
    vec![
        // Errors with HTTP 200.
        row("a code of validation", code(json!("OSM.01010001")), REFUSED),
        row(
            "a code of permission",
            code(json!("OSM.01010002")),
            Badly(FaultKind::Forbidden, Delivery::Rejected),
        ),
        row(
            "a code of not-found",
            code(json!("OSM.01010015")),
            Badly(FaultKind::NotFound, Delivery::Rejected),
        ),
        row(
            "a code of authentication",
            code(json!("OSM.01010011")),
            Badly(FaultKind::Unauthorized, Delivery::Rejected),
        ),
        row(
            "a code of throttling",
            code(json!("OSM.01010004")),
            Badly(FaultKind::Throttled, Delivery::Rejected),
        ),
        row("an internal code", code(json!("OSM.01010014")), FAILED),
        row("another internal code", code(json!("OSM.01010017")), FAILED),
        row("an unknown code", code(json!("OSM.99999999")), UNKNOWN),
        row("a code that is a number", code(json!(1_010_001)), UNKNOWN),
        row(
            "a code that is a text of digits",
            code(json!("1010001")),
            UNKNOWN,
        ),
        row("a code that is a flag", code(json!(true)), UNKNOWN),
        row(
            "a code that is an object",
            code(json!({"code": 1})),
            UNKNOWN,
        ),
        row(
            "a code that is a list",
            code(json!(["OSM.01010001"])),
            UNKNOWN,
        ),
        row(
            "a code in other spelling",
            ok(r#"{"errorCode":"OSM.01010001","errorMsg":"canary"}"#),
            REFUSED,
        ),
        row(
            "a code with escapes in its name",
            ok(r#"{"\u0065rror_code":"OSM.01010001"}"#),
            REFUSED,
        ),
        row(
            "a code without a text",
            ok(r#"{"error_code":"OSM.01010001"}"#),
            REFUSED,
        ),
        row(
            "a code twice, the last one fails",
            ok(r#"{"error_code":"","error_code":"OSM.01010001"}"#),
            UNKNOWN,
        ),
        row(
            "a code behind a byte order mark",
            ok("\u{FEFF}{\"error_code\":\"OSM.01010001\"}"),
            REFUSED,
        ),
        row(
            "a code of the gateway, which does not come with 200",
            code(json!("APIGW.0308")),
            Badly(FaultKind::Throttled, Delivery::Unknown),
        ),
        // Codes that say success.
        row("an empty code", ok(r#"{"error_code":""}"#), Well),
        row("a null code", ok(r#"{"error_code":null}"#), Well),
        // Beside a text that does not say so, they are no success of a write.
        unlike("the code 0", code(json!("0")), Well, FOREIGN),
        unlike("the number 0 as a code", code(json!(0)), Well, FOREIGN),
        unlike(
            "a code ending in .0000",
            code(json!("CBC.0000")),
            Well,
            FOREIGN,
        ),
        row(
            "the code 0 with a good text",
            ok(r#"{"error_code":"0","error_msg":"Success"}"#),
            Well,
        ),
        // What says failure in another way.
        row("an empty code and a text", code(json!("")), FOREIGN),
        row("a null code and a text", code(Value::Null), FOREIGN),
        row(
            "a text of an error alone",
            ok(r#"{"error_msg":"canary"}"#),
            FOREIGN,
        ),
        row("an error", ok(r#"{"error":{"message":"canary"}}"#), FOREIGN),
        row(
            "a code of somebody else",
            ok(r#"{"code":"500","message":"canary"}"#),
            FOREIGN,
        ),
        // What is no answer of this service.
        row("a page", page(200), FOREIGN),
        row(
            "a page that says it is JSON",
            ok("<html>canary</html>"),
            FOREIGN,
        ),
        unlike("nothing", ok(""), FOREIGN, Well),
        blank("white space", ok(" \r\n\t")),
        blank("a byte order mark alone", ok("\u{FEFF}")),
        unlike("204", Step::answer(204), FOREIGN, Well),
        row(
            "nothing, and the line is closed",
            Step::answer(200).until_close(),
            Badly(FaultKind::Interrupted, Delivery::Unknown),
        ),
        row(
            "an object, and the line is closed",
            ok("{}").until_close(),
            Well,
        ),
        row("null", ok("null"), FOREIGN),
        row("a list", ok("[]"), FOREIGN),
        row(
            "a list of objects",
            ok(r#"[{"content":"canary"}]"#),
            FOREIGN,
        ),
        row("a text", ok(r#""canary""#), FOREIGN),
        row("a number", ok("7"), FOREIGN),
        row("a flag", ok("true"), FOREIGN),
        row("words", ok("service canary"), FOREIGN),
        row("an empty object", ok("{}"), Well),
        row(
            "an empty object of another type",
            page(200).body("{}"),
            Well,
        ),
        row(
            "302",
            Step::answer(302).header("location", "https://login.example/canary"),
            FOREIGN,
        ),
        row(
            "307",
            Step::answer(307).header("location", "/canary"),
            FOREIGN,
        ),
        row("304", Step::answer(304), FOREIGN),
        row(
            "a compressed answer",
            ok("{}").header("content-encoding", "gzip"),
            FOREIGN,
        ),
        row(
            "UTF-16, little end first",
            ok(utf_16("{}", u16::to_le_bytes)),
            FOREIGN,
        ),
        row(
            "UTF-16, big end first",
            ok(utf_16("{}", u16::to_be_bytes)),
            FOREIGN,
        ),
        row("a byte order mark before an object", ok("\u{FEFF}{}"), Well),
        new_field("a text that is not UTF-8", ok(b"{\"new\":\"\xFF\xFE\"}")),
        row(
            "bytes that are not UTF-8 outside of a text",
            ok(b"{\"new\":\xFF}"),
            FOREIGN,
        ),
        row("an object without its end", ok(r#"{"count":1,"#), FOREIGN),
        row(
            "an object whose inner end is its last",
            ok(r#"{"new":{"a":1}"#),
            FOREIGN,
        ),
        row("an object and more", ok("{} {}"), FOREIGN),
        row("an object and a page", ok("{}<html>canary</html>"), FOREIGN),
        row(
            "an object with a comma too many",
            ok(r#"{"new":1,}"#),
            FOREIGN,
        ),
        new_field("a key twice", ok(r#"{"new":1,"new":2}"#)),
        row("100,000 lists in each other", ok(deep("[", "]")), FOREIGN),
        row(
            "100,000 objects in each other",
            ok(deep("{\"a\":", "")),
            FOREIGN,
        ),
        new_field(
            "100,000 lists in each other in a new field",
            ok(format!("{{\"new\":{}}}", deep("[", "]"))),
        ),
        row(
            "a body cut by the line",
            ok("{\"new\":1}").cut(3),
            Badly(FaultKind::Interrupted, Delivery::Unknown),
        ),
        row(
            "a body shorter than it says",
            ok("{}").header("content-length", "9"),
            Badly(FaultKind::Interrupted, Delivery::Unknown),
        ),
        // Error statuses without an error of the service.
        row("400 without a code", page(400), UNKNOWN),
        row(
            "401 without a code",
            page(401),
            Badly(FaultKind::Unauthorized, Delivery::Unknown),
        ),
        row(
            "403 without a code",
            page(403),
            Badly(FaultKind::Forbidden, Delivery::Unknown),
        ),
        // Any machine in between can say so, for instance about a wrong address.
        row("404 without a code", page(404), FOREIGN),
        row("408", page(408), FAILED),
        row(
            "413",
            page(413),
            Badly(FaultKind::RequestTooLarge, Delivery::Unknown),
        ),
        row(
            "414",
            page(414),
            Badly(FaultKind::RequestTooLarge, Delivery::Unknown),
        ),
        row(
            "431",
            page(431),
            Badly(FaultKind::RequestTooLarge, Delivery::Unknown),
        ),
        row(
            "494",
            page(494),
            Badly(FaultKind::RequestTooLarge, Delivery::Unknown),
        ),
        row(
            "429",
            page(429),
            Badly(FaultKind::Throttled, Delivery::Unknown),
        ),
        row("500", page(500), FAILED),
        row("502", page(502), FAILED),
        row("503", page(503), FAILED),
        row("504", page(504), FAILED),
        row("599", page(599), FAILED),
        row("502 with an object", Step::json(502, "{}"), FAILED),
        row(
            "502 with a good answer",
            Step::json(502, r#"{"count":0,"message_list":[]}"#),
            FAILED,
        ),
        row(
            "500 with a code of validation",
            Step::json(500, r#"{"error_code":"OSM.01010001"}"#),
            Badly(FaultKind::Refused, Delivery::Unknown),
        ),
        row("999", Step::answer(999), FOREIGN),
    ]
}

fn ended(outcome: &Outcome) -> Ends {
    match outcome {
        Ok(decoded) if decoded.undecodable.is_empty() => Well,
        Ok(decoded) => Ends::Without(decoded.undecodable.len()),
        Err(fault) => Badly(fault.kind, fault.delivery),
    }
}

/// The operations that answer an object.
fn objects() -> impl Iterator<Item = &'static Operation> {
    let all = operations::ALL.iter();
    all.filter(|operation| operation.response == ResponseContent::Object)
}

/// What comes in the place of a file, or as one.
fn rows_of_files() -> Vec<Row> {
    let bytes = |body: &'static [u8]| {
        let step = Step::answer(200).header("content-type", "application/octet-stream");
        step.body(body)
    };
    let code = json!({"error_code": "OSM.01010001", "error_msg": "canary"}).to_string();
    vec![
        row("a file", bytes(b"\x00\xFFcanary"), Well),
        row("a file of text", bytes(b"canary"), Well),
        row("an error", ok(code.clone()), REFUSED),
        row(
            "an error that says it is a file",
            bytes(Box::leak(code.into_boxed_str()).as_bytes()),
            REFUSED,
        ),
        row("a page", page(200), FOREIGN),
        row(
            "302",
            Step::answer(302).header("location", "/canary"),
            FOREIGN,
        ),
        row("502", page(502), FAILED),
        row(
            "a file cut by the line",
            bytes(b"canary").cut(3),
            Badly(FaultKind::Interrupted, Delivery::Unknown),
        ),
        row(
            "a file shorter than it says",
            bytes(b"canary").header("content-length", "9"),
            Badly(FaultKind::Interrupted, Delivery::Unknown),
        ),
    ]
}

/// Asks, and compares how it ended.
fn flaw(
    unplugged: &Unplugged,
    operation: &Operation,
    arguments: &Arguments,
    row: Row,
) -> Option<String> {
    let wanted = match operation.idempotency {
        Idempotency::Safe => row.read,
        _ if operation.makes == Makes::Nothing => row.once,
        // None of them has the id of what was made.
        _ if matches!(operation.makes, Makes::Id(_)) && row.write == Well => FOREIGN,
        _ => row.write,
    };
    let outcome = unplugged.ask(operation, arguments, row.step);
    let shown = match &outcome {
        Ok(decoded) => format!("{:?}", decoded.undecodable),
        Err(fault) => format!("{fault} {fault:?}"),
    };
    let found = ended(&outcome);
    if shown.to_lowercase().contains("canary") {
        return Some(format!(
            "{}, {}: foreign text is shown: {shown}",
            operation.name, row.name
        ));
    }
    (found != wanted).then(|| {
        format!(
            "{}, {}: ended {found:?}, not {wanted:?}: {shown}",
            operation.name, row.name
        )
    })
}

#[test]
fn odd_answers_end_as_they_must_for_every_operation() {
    let arguments = wire::good_arguments();
    let unplugged = Unplugged::default();
    let flaws = operations::ALL.iter().flat_map(|operation| {
        let (unplugged, arguments) = (&unplugged, &arguments[operation.name]);
        let rows = match operation.response {
            ResponseContent::Object => rows(),
            ResponseContent::Bytes => rows_of_files(),
            other => panic!("what may come in the place of {other:?}?"),
        };
        let rows = rows.into_iter();
        rows.filter_map(move |row| flaw(unplugged, operation, arguments, row))
    });
    let flaws: Vec<_> = flaws.collect();
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
}

/// One element that cannot be read costs itself alone: every list of every answer, every kind of bad element.
#[test]
fn a_bad_element_of_a_list_costs_itself_alone() {
    let bad = [
        json!("canary"),
        json!(7),
        json!([]),
        Value::Null,
        json!(true),
    ];
    in_every_list(&bad, "a bad element", Ends::Without(1), |list, bad| {
        list[0] = bad;
    });
}

/// What is no list in the place of one costs itself alone: every list inside a list or an object of every answer.
#[test]
fn a_list_that_is_none_costs_itself_alone() {
    let bad = [
        json!(""),
        json!("canary"),
        json!(7),
        json!({}),
        json!({"a": "canary"}),
        json!(true),
    ];
    in_every_list(&bad, "no list", Well, |list, bad| *list = bad);
}

/// Spoils every list of objects of every answer with each of `bad`, one at a time.
fn in_every_list(bad: &[Value], what: &'static str, ends: Ends, spoil: fn(&mut Value, Value)) {
    let description = Description::shared();
    let arguments = wire::good_arguments();
    let unplugged = Unplugged::default();
    let mut flaws = Vec::new();
    let mut lists = 0;
    for operation in objects() {
        let schema =
            &description.operation(operation.name).responses[&200].content["application/json"];
        let whole = sample::whole(schema);
        for list in sample::lists_of_objects(schema) {
            lists += 1;
            for bad in bad {
                let mut answer = whole.clone();
                spoil(answer.pointer_mut(&list).unwrap(), bad.clone());
                let row = row(what, ok(answer.to_string()), ends);
                let flaw = flaw(&unplugged, operation, &arguments[operation.name], row);
                flaws.extend(flaw.map(|flaw| format!("{flaw}: {bad} in {list}")));
            }
        }
    }
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
    assert!(lists >= 8, "lists were looked for in {lists} places");
}

/// An object without its lists is an answer with nothing in it.
#[test]
fn an_object_without_its_list_is_an_empty_list() {
    let arguments = wire::good_arguments();
    let unplugged = Unplugged::default();
    let reads = |operation: &&Operation| operation.idempotency.is_safe();
    for operation in objects().filter(reads) {
        let outcome = unplugged.ask(operation, &arguments[operation.name], ok(r#"{"new":1}"#));
        let decoded = outcome.unwrap_or_else(|fault| panic!("{}: {fault}", operation.name));
        assert_eq!(decoded.body, json!({"new": 1}), "{}", operation.name);
    }
}

/// Every row of the catalogue of errors, by category: what it says about what was done holds for every operation.
#[test]
fn every_code_of_the_catalogue_is_judged_by_its_category() {
    let arguments = wire::good_arguments();
    let unplugged = Unplugged::default();
    let mut flaws = Vec::new();
    for error in contract_tests::errors::catalogue() {
        let ends = match (error.http_status, error.category.as_str()) {
            (413 | 414 | 494, _) => Badly(FaultKind::RequestTooLarge, Delivery::Rejected),
            (_, "validation" | "quota" | "state") => REFUSED,
            (_, "permission") => Badly(FaultKind::Forbidden, Delivery::Rejected),
            (_, "not_found") => Badly(FaultKind::NotFound, Delivery::Rejected),
            (_, "authentication") => Badly(FaultKind::Unauthorized, Delivery::Rejected),
            (_, "throttling") => Badly(FaultKind::Throttled, Delivery::Rejected),
            (_, "internal") => FAILED,
            (status, category) => panic!("{category} with {status} has no rule"),
        };
        for operation in operations::ALL {
            let body = json!({"error_code": error.code, "error_msg": "canary"}).to_string();
            let row = row("catalogue", Step::json(error.http_status, body), ends);
            let flaw = flaw(&unplugged, operation, &arguments[operation.name], row);
            flaws.extend(
                flaw.map(|flaw| format!("{} with {}: {flaw}", error.code, error.http_status)),
            );
        }
    }
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
}
