//! What the documentation of a value says: what it is, which values are known, and what its limits are.

use crate::spec::{
    content::{self, Sends},
    operation::Operation,
    pointer,
};
use serde_yaml::Value;

/// Most known values that are told one by one.
const MOST_KNOWN: usize = 40;

/// What the description says of the value `wire`, of the schema `body` or of the operation itself. One paragraph.
pub(super) fn said(
    described: Operation<'_>,
    root: &Value,
    body: Option<&Value>,
    wire: &str,
) -> String {
    let Some((holder, schema)) = find(described, root, body, wire) else {
        return format!("Sets `{wire}`.");
    };
    let text = |value: &Value| {
        let text = value.get("description").and_then(Value::as_str)?;
        Some(text.trim().to_owned())
    };
    let mut words = vec![
        text(holder)
            .or_else(|| text(schema))
            .unwrap_or_else(|| format!("Sets `{wire}`.")),
    ];
    words.extend(known(content::element(root, schema)));
    words.extend(limits(root, schema));
    if let Some(default) = holder.get("x-documented-default").and_then(plain) {
        words.push(format!("Left out, the service takes `{default}`."));
    }
    words.join(" ")
}

/// Where a value is described: what holds it, and its schema.
fn find<'d>(
    described: Operation<'d>,
    root: &'d Value,
    body: Option<&'d Value>,
    wire: &str,
) -> Option<(&'d Value, &'d Value)> {
    let own = |schema: &'d Value| pointer::resolve(root, schema).unwrap_or(schema);
    let of_body = || {
        let property = body?.get("properties")?.get(wire)?;
        Some((property, own(property)))
    };
    let of_parameter = || {
        let mut parameters = described.parameters(root).into_iter();
        let named = |one: &Value| one.get("name").and_then(Value::as_str) == Some(wire);
        let (_, parameter) = parameters.find(|(_, one)| named(one))?;
        Some((parameter, own(parameter.get("schema")?)))
    };
    let of_part = || {
        let Ok(Sends::Form(form)) = content::sends(&described, root) else {
            return None;
        };
        let part = form.get("properties")?.get(wire)?;
        Some((part, own(part)))
    };
    of_body().or_else(of_parameter).or_else(of_part)
}

/// A value as it is written.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// The values that a source names, as they are written, and their names.
pub(super) fn named(schema: &Value) -> impl Iterator<Item = (String, &str)> {
    let names = pointer::items(schema.get("x-enum-varnames")).filter_map(Value::as_str);
    pointer::items(schema.get("x-known-values"))
        .zip(names)
        .filter_map(|(value, name)| Some((plain(value)?, name)))
}

/// The values that a source names, in words.
fn known(schema: &Value) -> Option<String> {
    let named: Vec<String> = named(schema)
        .map(|(value, name)| format!("`{value}` is {name}"))
        .collect();
    let shown = named.get(..MOST_KNOWN).unwrap_or(&named).join(", ");
    let more = match named.len() > MOST_KNOWN {
        true => " and more",
        false => "",
    };
    (!named.is_empty()).then(|| format!("Known values: {shown}{more}; others may be good as well."))
}

/// The limits that are checked before anything is sent, and those that a source states besides.
fn limits(root: &Value, schema: &Value) -> Vec<String> {
    let mut words = Vec::new();
    let element = schema
        .get("items")
        .map(|items| pointer::resolve(root, items).unwrap_or(items));
    for (schema, subject) in [(Some(schema), ""), (element, "Each: ")] {
        let Some(schema) = schema else { continue };
        if let Some(limit) = limit(schema) {
            words.push(sentence(&format!("{subject}{limit}")));
        }
        let stated = schema.get("x-documented-limits").and_then(|stated| {
            let stated = limit(stated)?;
            Some(format!(
                "{subject}{stated} by another source, which is not checked"
            ))
        });
        words.extend(stated.map(|stated| sentence(&stated)));
    }
    words
}

/// With a capital and a full stop.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}

/// `1 to 64 characters`.
fn limit(of: &Value) -> Option<String> {
    let counted = [
        ("minLength", "maxLength", "character"),
        ("minItems", "maxItems", "item"),
        ("minimum", "maximum", ""),
    ];
    let all: Vec<String> = counted
        .iter()
        .filter_map(|(least, most, what)| {
            // Nothing is shorter than nothing.
            let least = of
                .get(*least)
                .filter(|least| what.is_empty() || least.as_u64() != Some(0));
            let (least, most) = (least.and_then(plain), of.get(*most).and_then(plain));
            let words = match (&least, &most) {
                (Some(least), Some(most)) if least == most => format!("exactly {most}"),
                (Some(least), Some(most)) => format!("{least} to {most}"),
                (Some(least), None) => format!("at least {least}"),
                (None, Some(most)) => format!("at most {most}"),
                (None, None) => return None,
            };
            let unit = match (*what, most.or(least).as_deref()) {
                ("", _) => String::new(),
                (what, Some("1")) => format!(" {what}"),
                (what, _) => format!(" {what}s"),
            };
            Some(format!("{words}{unit}"))
        })
        .collect();
    (!all.is_empty()).then(|| all.join(", "))
}
