//! Values as people type them.

use super::possible;
use crate::cli::number::{ANY_INTEGER, Integers};
use clap::{
    Arg, Command,
    builder::{PossibleValue, TypedValueParser},
};
use heck::ToKebabCase as _;
use hwc_tickets::api::{Kind, Operation, Value};
use serde_json::Value as Json;
use std::ffi::OsStr;

/// The name of a known value as it is typed and shown: `awaiting-confirmation`.
pub(crate) fn known_name(name: &str) -> String {
    name.to_kebab_case()
}

/// Reads one value from the command line, and tells completions what is known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Typed {
    value: &'static Value,
    /// The documented ones, which a refusal names.
    numbers: Integers<i64>,
}

impl Typed {
    pub(super) fn of(operation: &Operation, value: &'static Value) -> Self {
        Self {
            value,
            numbers: Integers::documented(operation, value),
        }
    }
}

impl TypedValueParser for Typed {
    type Value = Json;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        text: &OsStr,
    ) -> Result<Json, clap::Error> {
        let Self { value, numbers } = *self;
        let parse = move |text: &str| items(value, numbers, text);
        TypedValueParser::parse_ref(&parse, command, argument, text)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = match self.value.kind {
            Kind::Flag => vec![PossibleValue::new("true"), PossibleValue::new("false")],
            _ if self.value.known.is_empty() => return None,
            _ => possible(self.value.known),
        };
        Some(Box::new(names.into_iter()))
    }
}

/// What was typed, as it is sent: of a list, a list. The reason of a refusal does not repeat it.
pub(crate) fn read(value: &Value, text: &str) -> Result<Json, String> {
    items(value, ANY_INTEGER, text)
}

/// `numbers` are those that the reason names. What is beyond them and a whole number is refused when the call is checked.
fn items(value: &Value, numbers: Integers<i64>, text: &str) -> Result<Json, String> {
    if !value.is_list {
        return one(value, numbers, text);
    }
    if value.kind == Kind::Json {
        // One item, or all of them.
        return Ok(match one(value, numbers, text)? {
            Json::Array(items) => Json::Array(items),
            item => Json::Array(vec![item]),
        });
    }
    let items = split(text);
    let items = items.iter().map(|item| one(value, numbers, item));
    items.collect::<Result<_, _>>().map(Json::Array)
}

fn one(value: &Value, numbers: Integers<i64>, text: &str) -> Result<Json, String> {
    let typed = text.trim().to_kebab_case();
    let mut known = value.known.iter();
    let known = known.find(|(_, name)| !typed.is_empty() && known_name(name) == typed);
    let text = known.map_or(text, |(value, _)| value);
    match value.kind {
        Kind::Integer => {
            let number = ANY_INTEGER.read(text).map(Json::from);
            number.map_err(|_| match value.known.is_empty() {
                true => format!("it must be {numbers}"),
                false => {
                    let names = value.known.iter();
                    let names: Vec<String> = names.map(|(_, name)| known_name(name)).collect();
                    format!("it must be one of {}, or {numbers}", names.join(", "))
                }
            })
        }
        Kind::Number => (text.trim().parse::<f64>().ok())
            .and_then(|number| serde_json::Number::from_f64(number).map(Json::Number))
            .ok_or_else(|| "it must be a finite number, such as 3 or 1.5".to_owned()),
        Kind::Flag => (text.trim().parse::<bool>().map(Json::from))
            .map_err(|_| "neither true nor false".to_owned()),
        Kind::Json => serde_json::from_str(text).map_err(|error| {
            format!(
                "not JSON (line {}, column {})",
                error.line(),
                error.column()
            )
        }),
        _ => Ok(Json::from(text)),
    }
}

/// The items between commas. A comma behind a backslash is part of an item.
fn split(text: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let Some(item) = items.last_mut() else { break };
        match letter {
            '\\' if letters.peek() == Some(&',') => item.extend(letters.next()),
            ',' => items.push(String::new()),
            letter => item.push(letter),
        }
    }
    items
}
