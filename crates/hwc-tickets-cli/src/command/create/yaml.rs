//! A draft in YAML: mappings, lists and single values.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

/// Deeper than this is no draft.
const DEEPEST: usize = 32;

/// What is not at its end yet.
enum Open {
    /// With the key whose value comes next.
    Mapping(Map<String, Value>, Option<String>),
    List(Vec<Value>),
}

/// Reads one document. The reason of a refusal repeats nothing of it.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let mut open: Vec<Open> = Vec::new();
    let mut whole = None;
    for event in Parser::new_from_str(text) {
        let (event, span) =
            event.map_err(|error| format!("line {}: it is not YAML", error.marker().line()))?;
        let line = span.start.line();
        if open.len() > DEEPEST {
            return Err(format!("line {line}: it is nested too deep"));
        }
        let value = match event {
            Event::Scalar(text, style, 0, None) => {
                if let Some(Open::Mapping(map, key @ None)) = open.last_mut() {
                    if map.contains_key(&*text) {
                        return Err(format!("line {line}: a key stands there twice"));
                    }
                    *key = Some(text.into_owned());
                    continue;
                }
                scalar(&text, style == ScalarStyle::Plain)
            }
            Event::MappingStart(0, None) => {
                open.push(Open::Mapping(Map::new(), None));
                continue;
            }
            Event::SequenceStart(0, None) => {
                open.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingEnd | Event::SequenceEnd => match open.pop() {
                Some(Open::Mapping(map, _)) => Value::Object(map),
                Some(Open::List(items)) => Value::Array(items),
                None => continue,
            },
            Event::DocumentStart(_) if whole.is_some() => {
                return Err(format!("line {line}: a second document begins"));
            }
            Event::Alias(_)
            | Event::Scalar(..)
            | Event::MappingStart(..)
            | Event::SequenceStart(..) => {
                return Err(format!(
                    "line {line}: anchors, aliases and tags are not read here"
                ));
            }
            _ => continue,
        };
        match open.last_mut() {
            Some(Open::Mapping(map, key)) => {
                let key = key.take();
                let key = key.ok_or_else(|| format!("line {line}: a key is no text"))?;
                map.insert(key, value);
            }
            Some(Open::List(items)) => items.push(value),
            None => whole = Some(value),
        }
    }
    Ok(whole.unwrap_or_default())
}

/// Numbers that are written in another way than usual are texts: an id keeps its zeros.
fn scalar(text: &str, is_plain: bool) -> Value {
    if !is_plain {
        return Value::from(text);
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::from(true),
        "false" | "False" | "FALSE" => Value::from(false),
        text => match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => Value::from(number),
            _ => Value::from(text),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_as_people_write_them() {
        for (text, value) in [
            ("", json!(null)),
            (
                "a: 1\nb: '1'\nc: 01\n",
                json!({ "a": 1, "b": "1", "c": "01" }),
            ),
            (
                "d: |\n  磁盘满了\n  since noon\nl: [x, 2, ~, true]\n",
                json!({ "d": "磁盘满了\nsince noon\n", "l": ["x", 2, null, true] }),
            ),
            (
                "extra:\n  disk_id: d-1\n  several:\n    - a\n    - b\n",
                json!({ "extra": { "disk_id": "d-1", "several": ["a", "b"] } }),
            ),
            (r#"{"a": {"b": [1]}}"#, json!({ "a": { "b": [1] } })),
        ] {
            assert_eq!(read(text), Ok(value), "{text}");
        }
        let deep = "[".repeat(100);
        for text in [
            "a: 1\na: 2\n",
            "a: &x 1\nb: *x\n",
            "a: !!str 1\n",
            "a: [\n",
            "? {a: b}\n: c\n",
            "a: 1\n---\na: 2\n",
            &deep,
        ] {
            let reason = read(text).unwrap_err();
            assert!(reason.starts_with("line "), "{text}: {reason}");
        }
    }
}
