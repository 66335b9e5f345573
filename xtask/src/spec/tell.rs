//! What is marked for programs, told to people: the bundled form has documented defaults and known values in its texts too.

use super::pointer::items;
use heck::ToSnakeCase as _;
use serde_yaml::Value;

/// `root` with each documented default and all known values in the description of what has them, unless it tells them itself.
#[must_use]
pub(super) fn told(root: &Value) -> Value {
    let mut root = root.clone();
    tell(&mut root);
    root
}

fn tell(value: &mut Value) {
    let text = description(value);
    match value {
        Value::Mapping(own) => {
            if let Some(text) = text {
                own.insert("description".into(), text.into());
            }
            for (_, inner) in own.iter_mut() {
                tell(inner);
            }
        }
        Value::Sequence(list) => list.iter_mut().for_each(tell),
        _ => {}
    }
}

/// The description of something, with what it does not tell itself.
fn description(value: &Value) -> Option<String> {
    let text = value.get("description")?.as_str()?;
    let schema = below(value, "schema");
    let element = below(schema.unwrap_or(value), "items");
    let mut holders = [Some(value), schema, element].into_iter().flatten();
    let known = holders.find_map(|holder| known(holder, text));
    let sentences = [
        Some(text.trim_end().to_owned()),
        known,
        default(value, text),
    ];
    Some(
        sentences
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// What stands under a key, unless it has a text of its own, which tells it.
fn below<'v>(holder: &'v Value, key: &str) -> Option<&'v Value> {
    let inner = holder.get(key)?;
    inner.get("description").is_none().then_some(inner)
}

/// The values that a source names, and their names.
fn known(holder: &Value, text: &str) -> Option<String> {
    let values: Vec<String> = items(holder.get("x-known-values"))
        .filter_map(plain)
        .collect();
    if values.is_empty() || values.iter().all(|value| stands_in(text, value)) {
        return None;
    }
    let names: Vec<&str> = items(holder.get("x-enum-varnames"))
        .filter_map(Value::as_str)
        .collect();
    let told = items(holder.get("x-known-values")).zip(&values).enumerate();
    let told = told.map(|(index, (known, value))| match names.get(index) {
        // A text says itself what it means.
        Some(name) if !known.is_string() => {
            format!("{value} {}", name.to_snake_case().replace('_', " "))
        }
        _ => value.clone(),
    });
    let told = told.collect::<Vec<_>>().join(", ");
    Some(format!("Known values: {told}; others may come."))
}

/// What the service takes for a value that is left out.
fn default(holder: &Value, text: &str) -> Option<String> {
    let value = plain(holder.get("x-documented-default")?)?;
    let is_told = text.to_lowercase().contains("left out");
    (!is_told).then(|| format!("Left out, the service takes {value}."))
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        _ => None,
    }
}

/// Whether a text has a value as a word of its own.
fn stands_in(text: &str, value: &str) -> bool {
    text.match_indices(value).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + value.len()..);
        let after = after.and_then(|text| text.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}
