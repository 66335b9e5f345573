//! What the `x-` fields say to programs, said to people: generators show descriptions and drop everything else.

use super::hints;
use crate::spec::{
    content::{self, Answers},
    grammar::{self, Kind, Node},
    operation::{Idempotency, Operation, operations},
    pointer::{self, items, join},
    sdk::By,
};
use serde_yaml::Value;
use std::collections::BTreeMap;

/// Of every answer (D-42).
const OF_ANSWERS: &str = "Any field may be absent or null, and a number may come as a text or a text as a number (D-42).";

/// Limits that an integer of 32 or 64 bits has by itself.
const OF_TYPES: &[&str] = &[
    "-2147483648",
    "2147483647",
    "-9223372036854775808",
    "9223372036854775807",
];

/// A sentence for the description at a pointer.
type Sentence = (String, String);

/// Puts the sentences into the descriptions.
pub(super) fn tell(root: &mut Value) {
    let mut sentences = of_hints(root);
    for operation in operations(root) {
        sentences.extend(of_operation(root, &operation));
    }
    sentences.extend(of_answers(root));
    if root.get("info").is_some() {
        sentences.push((
            "/info".to_owned(),
            format!("In answers: {}", lower(OF_ANSWERS)),
        ));
    }
    for (at, sentence) in sentences {
        if let Some(place) = pointer::get_mut(root, &at) {
            append(place, &sentence);
        }
    }
}

/// What programs are told and people would not be: pointer to the object, key.
#[must_use]
pub fn untold(nodes: &[Node<'_>]) -> Vec<(String, &'static str)> {
    let kinds = kinds(nodes);
    let mut untold = Vec::new();
    for node in nodes {
        for key in ["x-known-values", "x-documented-default"] {
            if node.value.get(key).is_some() && holder(&kinds, node).is_none() {
                untold.push((node.pointer.clone(), key));
            }
        }
    }
    untold
}

/// Of a place whose own words tell some of the known values: those that they leave out.
#[must_use]
pub fn half_told(root: &Value, nodes: &[Node<'_>]) -> Vec<(String, Vec<String>)> {
    let kinds = kinds(nodes);
    let mut found = Vec::new();
    for node in nodes
        .iter()
        .filter(|node| node.value.get("x-known-values").is_some())
    {
        let text = holder(&kinds, node)
            .and_then(|at| pointer::get(root, &at))
            .map(description)
            .unwrap_or_default();
        let values: Vec<String> = items(node.value.get("x-known-values")).map(plain).collect();
        let (told, left_out): (Vec<String>, Vec<String>) =
            values.into_iter().partition(|value| has_word(text, value));
        if !told.is_empty() && !left_out.is_empty() {
            found.push((join(&node.pointer, "x-known-values"), left_out));
        }
    }
    found
}

fn kinds<'n>(nodes: &'n [Node<'_>]) -> BTreeMap<&'n str, Kind> {
    nodes
        .iter()
        .map(|node| (node.pointer.as_str(), node.kind))
        .collect()
}

/// Whose description generators show for what `node` says: the parameter's, the property's, the component's.
fn holder(kinds: &BTreeMap<&str, Kind>, node: &Node<'_>) -> Option<String> {
    if node.kind == Kind::Parameter {
        return Some(node.pointer.clone());
    }
    let mut at = node.pointer.as_str();
    while let Some(list) = at.strip_suffix("/items") {
        // A property may be called so.
        if kinds.get(list) != Some(&Kind::Schema) {
            break;
        }
        at = list;
    }
    let parent = pointer::parent(at)?;
    let is_parameter = kinds.get(parent) == Some(&Kind::Parameter);
    let is_property = parent == "/components/schemas"
        || parent.ends_with("/properties") && kinds.get(at) == Some(&Kind::Schema);
    match (is_parameter, is_property) {
        (true, _) => Some(parent.to_owned()),
        (_, true) => Some(at.to_owned()),
        _ => None,
    }
}

/// Values, defaults, limits and secrets.
fn of_hints(root: &Value) -> Vec<Sentence> {
    let nodes = grammar::walk(root);
    let kinds = kinds(&nodes);
    let mut sentences = Vec::new();
    for node in nodes
        .iter()
        .filter(|node| matches!(node.kind, Kind::Schema | Kind::Parameter))
    {
        let Some(at) = holder(&kinds, node) else {
            continue;
        };
        let text = pointer::get(root, &at).map(description).unwrap_or_default();
        let is_item = node.kind == Kind::Schema && node.pointer.ends_with("/items");
        let told = [
            known_values(node.value, text),
            enforced_limits(node.value, text, is_item),
            documented_limits(node.value, is_item),
            documented_default(node.value, text),
            (node.value.get("x-sensitive") == Some(&Value::Bool(true))).then(|| {
                "It is not to be logged, and to be shown only to who asks for it.".to_owned()
            }),
        ];
        sentences.extend(
            told.into_iter()
                .flatten()
                .map(|sentence| (at.clone(), sentence)),
        );
    }
    sentences
}

/// `None`: there are none, or the words that are there tell them all.
fn known_values(value: &Value, text: &str) -> Option<String> {
    let values: Vec<String> = items(value.get("x-known-values")).map(plain).collect();
    if values.is_empty() || values.iter().all(|value| has_word(text, value)) {
        return None;
    }
    let mut names = items(value.get("x-enum-varnames"));
    let told: Vec<String> = values
        .into_iter()
        .map(|value| match names.next().and_then(Value::as_str) {
            Some(name) if !value.eq_ignore_ascii_case(name) => format!("{value} ({name})"),
            _ => value,
        })
        .collect();
    Some(format!(
        "Known values: {}. Others may exist.",
        told.join(", ")
    ))
}

/// `None`: there is none, or the words that are there tell it.
fn documented_default(value: &Value, text: &str) -> Option<String> {
    let default = plain(value.get("x-documented-default")?);
    let is_told = has_word(text, &default) && text.to_lowercase().contains("left out");
    (!is_told).then(|| format!("If it is left out, the service takes {default}."))
}

fn documented_limits(value: &Value, is_item: bool) -> Option<String> {
    let limits = value.get("x-documented-limits")?;
    let told = ranges(|key| limits.get(key).map(plain));
    let of = if is_item { " of an item" } else { "" };
    (!told.is_empty()).then(|| format!("Documented limit{of}, not enforced: {}.", told.join(", ")))
}

/// Limits of requests; those of answers are not enforced. `None`: none tells more than the type does, or the words that are
/// there tell them.
fn enforced_limits(value: &Value, text: &str, is_item: bool) -> Option<String> {
    let limit = |key: &str| {
        let limit = plain(value.get(key)?);
        let says_nothing = match key {
            "minLength" | "minItems" => limit == "0",
            _ => OF_TYPES.contains(&limit.as_str()),
        };
        (!says_nothing).then_some(limit)
    };
    let is_told = ["maxLength", "maximum", "maxItems"]
        .into_iter()
        .filter_map(limit)
        .any(|limit| has_word(text, &limit));
    let told = ranges(limit);
    let of = if is_item { " of an item" } else { "" };
    (!told.is_empty() && !is_told).then(|| format!("Limit{of}: {}.", told.join(", ")))
}

/// The limits that `limit` knows by their keys, from the lower to the upper one.
fn ranges(limit: impl Fn(&str) -> Option<String>) -> Vec<String> {
    [
        ("minLength", "maxLength", " characters"),
        ("minimum", "maximum", ""),
        ("minItems", "maxItems", " items"),
    ]
    .into_iter()
    .filter_map(|(low, high, of)| match (limit(low), limit(high)) {
        (Some(low), Some(high)) if low == high => Some(format!("exactly {high}{of}")),
        (Some(low), Some(high)) => Some(format!("{low} to {high}{of}")),
        (None, Some(high)) => Some(format!("at most {high}{of}")),
        (Some(low), None) => Some(format!("at least {low}{of}")),
        (None, None) => None,
    })
    .collect()
}

/// Doing it twice, and reading a list to its end.
fn of_operation(root: &Value, operation: &Operation<'_>) -> Vec<Sentence> {
    let at = operation.pointer();
    let mut sentences = Vec::new();
    if let Some(pages) = hints::pages(operation) {
        let total = match &pages.total {
            Some(total) => format!(" `{total}` is the number of items in all."),
            None => String::new(),
        };
        let list = &pages.list;
        let (place, size) = (pages.at.as_deref(), pages.size.as_deref());
        let told = match (pages.by, place, size) {
            (By::Offset, Some(place), Some(size)) => Some(format!(
                "`{list}` comes in pages: `{place}` is the number of items before the page, `{size}` its length.{total}"
            )),
            (By::Number, Some(place), Some(size)) => Some(format!(
                "`{list}` comes in pages: `{place}` is the number of the page, from 1 on, `{size}` its length.{total}"
            )),
            (By::Whole, ..) => Some(format!("`{list}` comes whole, in one answer.{total}")),
            _ => None,
        };
        sentences.extend(told.map(|told| (at.clone(), told)));
    }
    let twice = match operation.idempotency() {
        Some(Idempotency::Safe) => "It changes nothing, so it can be asked again.".to_owned(),
        Some(Idempotency::Idempotent) => {
            "Doing it twice leaves the same as doing it once: it can be sent again when the answer was lost.".to_owned()
        }
        Some(Idempotency::IdempotentInEffect) => {
            "Doing it twice leaves the same as doing it once, but the second answer may differ: a refusal of the \
             repeated request does not show that the first one did nothing."
                .to_owned()
        }
        Some(Idempotency::DependsOn(name)) => {
            format!("Whether it may be done twice depends on `{name}`: a program must not repeat it by itself.")
        }
        Some(Idempotency::No) => {
            "Doing it twice is more than doing it once: a program must not repeat it by itself, also when the answer \
             was lost."
                .to_owned()
        }
        None => return sentences,
    };
    sentences.push((at.clone(), twice));
    let reason = operation.value.get("x-idempotency-reason");
    if let Some(reason) = reason.and_then(Value::as_str) {
        sentences.push((at, reason.trim().to_owned()));
    }
    if let Ok(Answers::Bytes) = content::answers(operation, root) {
        let told = "The answer is a file, or a JSON object with a failure in its place.";
        sentences.push((operation.pointer(), told.to_owned()));
    }
    sentences
}

/// What is true of every answer, at the schemas that answers are.
fn of_answers(root: &Value) -> Vec<Sentence> {
    let mut places: Vec<String> = Vec::new();
    for operation in operations(root) {
        let Ok(Answers::Object(schema)) = content::answers(&operation, root) else {
            continue;
        };
        let target = pointer::reference(schema).and_then(|target| target.strip_prefix('#'));
        if let Some(target) = target
            && places.iter().all(|place| place != target)
        {
            places.push(target.to_owned());
        }
    }
    places
        .into_iter()
        .map(|place| (place, OF_ANSWERS.to_owned()))
        .collect()
}

fn description(value: &Value) -> &str {
    value
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// A scalar as people write it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => String::new(),
    }
}

/// Whether `word` stands in `text` by itself, and not within another one.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    text.match_indices(word).any(|(start, found)| {
        let before = text
            .get(..start)
            .and_then(|before| before.chars().next_back());
        let after = text
            .get(start + found.len()..)
            .and_then(|after| after.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// The first letter small.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => format!("{}{}", first.to_ascii_lowercase(), letters.as_str()),
        None => String::new(),
    }
}

/// Adds a sentence to the description, or begins one: at the place where a description usually stands.
fn append(place: &mut Value, sentence: &str) {
    let Value::Mapping(place) = place else { return };
    let before = match place.get("description").and_then(Value::as_str) {
        Some(before) => before.trim().to_owned(),
        None => String::new(),
    };
    let dot = match before.chars().next_back() {
        None | Some('.' | '?' | '!') => "",
        Some(_) => ".",
    };
    let whole = format!("{before}{dot} {sentence}");
    place.insert("description".into(), whole.trim_start().into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_told_by_a_word_of_its_own() {
        for (text, word, told) in [
            ("0 is the China site.", "0", true),
            ("10 of them.", "0", false),
            ("One of press, close.", "close", true),
            ("It is closed.", "close", false),
            ("States -1 and 1.", "-1", true),
            ("State -1.", "1", false),
            ("", "0", false),
        ] {
            assert_eq!(has_word(text, word), told, "{word:?} in {text:?}");
        }
    }

    #[test]
    fn a_sentence_follows_what_is_there() {
        for (before, after) in [
            ("{}", "Known."),
            ("{description: State}", "State. Known."),
            ("{description: 'State. '}", "State. Known."),
        ] {
            let mut place = serde_yaml::from_str(before).expect("YAML");
            append(&mut place, "Known.");
            assert_eq!(description(&place), after);
        }
    }
}
