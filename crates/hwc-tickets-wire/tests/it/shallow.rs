//! What the decoder refuses: values that are nested too deeply, and numbers that no float holds. Each costs itself alone.

use crate::service::Service;
use hwc_core::testing::Step;
use hwc_tickets_wire::tickets::ShowCaseStatus;
use serde_json::{Map, Value};

/// What stands in the place of what is nested deeper than 100, the object around it included.
const CUT: &str = "\"(nested too deeply to be read)\"";

fn nested(depth: usize, inner: &str) -> String {
    format!("{}{inner}{}", "[".repeat(depth), "]".repeat(depth))
}

/// The fields of an answer, none of which is described.
fn fields(body: String) -> Map<String, Value> {
    let service = Service::answering(Step::json(200, body));
    let answer = service.send(&ShowCaseStatus::new("c1"));
    answer.unwrap().body.extra
}

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

#[test]
fn what_cannot_be_read_changes_nothing_beside_it() {
    let deepest = nested(99, "1");
    for beside in [
        "{}",
        r#""[[[[""#,
        r#""\"[{""#,
        r#""\\""#,
        "1e308",
        "-1",
        deepest.as_str(),
    ] {
        for other in [nested(1_000, "1"), "1e999".to_owned()] {
            let body = format!(r#"{{"before":{beside},"x":{other},"behind":{beside}}}"#);
            let fields = fields(body);
            for name in ["before", "behind"] {
                assert_eq!(fields[name], value(beside), "{beside}");
            }
            assert_ne!(fields["x"], Value::Null, "{beside}");
        }
    }
}

#[test]
fn what_is_nested_too_deeply_is_replaced_at_the_limit() {
    for inner in ["1", "\"]\"", "\"\\\"]\"", "1e999"] {
        for depth in [128, 1_000] {
            let fields = fields(format!(r#"{{"x":{},"y":2}}"#, nested(depth, inner)));
            assert_eq!(fields["x"], value(&nested(99, CUT)), "{depth} of {inner}");
            assert_eq!(fields["y"], 2);
        }
    }
}

#[test]
fn a_number_no_float_holds_becomes_a_text() {
    let long = "9".repeat(400);
    let fields = fields(format!(r#"{{"x":1e999,"y":[-1E+400,{long}],"z":1}}"#));
    assert_eq!(fields["x"], "1e999");
    assert_eq!(fields["y"], value(&format!(r#"["-1E+400","{long}"]"#)));
    assert_eq!(fields["z"], 1);
}

/// What an answer may hold is counted outside of texts, wherever those end.
#[test]
fn what_stands_in_a_text_is_not_counted() {
    let text = r#"\"{,["#.repeat(300_000);
    let fields = fields(format!(r#"{{"x":"{text}","y":1}}"#));
    assert_eq!(fields["x"].as_str().map(str::len), Some(4 * 300_000));
    assert_eq!(fields["y"], 1);
}
