//! What decoding loses of an answer. What no typed field reads is kept beside the others, and not lost: that each described field
//! has one is another test, `tests/tests/it/fields.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "only tests call this, and a test fails by panicking"
)]

use serde_json::Value;

/// What of `sent` is not in `decoded`, each as one line. A scalar may have become the documented type; `null` is
/// absence.
#[must_use]
pub fn losses(sent: &Value, decoded: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(sent, decoded, String::new(), &mut found);
    found
}

fn compare(sent: &Value, decoded: &Value, at: String, found: &mut Vec<String>) {
    match (sent, decoded) {
        (Value::Object(fields), Value::Object(_)) => {
            for (name, value) in fields {
                // What has no reading is kept as it came, under a name of its own.
                let kept = match (&decoded[name], &decoded[format!("~{name}")]) {
                    (Value::Null, kept) => kept,
                    (read, _) => read,
                };
                compare(value, kept, format!("{at}/{name}"), found);
            }
        }
        (Value::Array(items), Value::Array(kept)) if items.len() == kept.len() => {
            for (index, (sent, decoded)) in items.iter().zip(kept).enumerate() {
                compare(sent, decoded, format!("{at}/{index}"), found);
            }
        }
        (sent, decoded) if same_scalar(sent, decoded) => {}
        _ => found.push(format!(
            "{at} was {} and is {}",
            short(sent),
            short(decoded)
        )),
    }
}

fn same_scalar(sent: &Value, decoded: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    };
    // A flag may come as a number, and that as a text (D-42).
    let is_flag = match (text(sent).as_deref(), decoded) {
        (Some("1"), Value::Bool(flag)) => *flag,
        (Some("0"), Value::Bool(flag)) => !flag,
        _ => false,
    };
    is_flag || text(sent).is_some() && text(sent) == text(decoded)
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(80).collect()
}
