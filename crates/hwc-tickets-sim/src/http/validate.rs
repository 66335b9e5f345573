//! Requests against the description: what is mandatory, of which type everything is, and its limits.
//!
//! What the description does not know is ignored, as the service may.

use serde_json::Value;

use super::asked::{Asked, Malformed, Parsed};
use crate::description::{Body, Field, Kind, Parameter, Place, Schema};

/// What a handler decides itself, because a quirk can turn it or another code is answered. A parameter is named by its
/// name, a field of the body by its JSON pointer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Waived {
    /// What may be missing.
    pub(super) presence: &'static [&'static str],
    /// What may be outside of its limits.
    pub(super) limits: &'static [&'static str],
}

impl Waived {
    pub(super) const NOTHING: Self = Waived {
        presence: &[],
        limits: &[],
    };

    /// Whether a size or a number is all right at a place.
    fn allows(&self, schema: &Schema, size: i64, at: &str) -> bool {
        self.limits.contains(&at) || schema.allows(size)
    }
}

/// Refuses a request that the description does not allow.
pub(super) fn request(asked: &Asked<'_>, waived: &Waived) -> Parsed<()> {
    let mut parameters = asked.row.parameters.iter();
    let good = parameters.all(|parameter| is_parameter(asked, parameter, waived))
        && is_body(asked, waived);
    if good {
        Ok(())
    } else {
        Err(Malformed::Parameter)
    }
}

fn is_parameter(
    asked: &Asked<'_>,
    Parameter { place, field }: &Parameter,
    waived: &Waived,
) -> bool {
    let Field {
        name,
        required,
        schema,
    } = field;
    if let (Kind::List(items), Place::Query) = (&schema.kind, place) {
        let values = asked.list(name);
        return match values.len() {
            0 => !required || !asked.quirks.mandatory_query || waived.presence.contains(&&**name),
            count => {
                waived.allows(schema, size(count), name)
                    && values
                        .iter()
                        .all(|value| is_text(items, value, name, false, waived))
            }
        };
    }
    let value = match place {
        Place::Path => asked.in_path(name),
        Place::Query => asked.in_query(name),
        Place::Header(header) => header.as_ref().and_then(|header| asked.header(header)),
    };
    match value {
        // Of a number in a path there is one form, as of a text: it names something.
        Some(value) => is_text(schema, value, name, *place != Place::Query, waived),
        None if *place == Place::Query && !asked.quirks.mandatory_query => true,
        None => !required || waived.presence.contains(&&**name),
    }
}

/// Whether a text outside of a body is such a value; `exact` leaves a number one form only.
fn is_text(schema: &Schema, text: &str, at: &str, exact: bool, waived: &Waived) -> bool {
    match schema.kind {
        Kind::Integer => text.parse::<i64>().is_ok_and(|number| {
            (!exact || number.to_string() == text) && waived.allows(schema, number, at)
        }),
        Kind::Number => text.parse::<f64>().is_ok_and(|number| {
            number.is_finite() && (waived.limits.contains(&at) || schema.allows_number(number))
        }),
        Kind::Truth => text.parse::<bool>().is_ok(),
        _ => waived.allows(schema, units(text), at),
    }
}

fn is_body(asked: &Asked<'_>, waived: &Waived) -> bool {
    match &asked.row.body {
        Body::None => true,
        // Where everything may be missing, the whole may be (D-47).
        Body::Json { required, schema } => match &asked.body {
            Value::Null => {
                let mandatory = |field: &Field| field.required;
                let empty = matches!(schema.kind, Kind::Object(_));
                !required || (empty && !schema.fields().iter().any(mandatory))
            }
            body => is_value(schema, body, "", waived),
        },
        Body::Form(schema) => schema
            .fields()
            .iter()
            .all(|part| is_part(asked, part, waived)),
        Body::Bytes { required } => !required || asked.length > 0,
    }
}

fn is_part(asked: &Asked<'_>, part: &Field, waived: &Waived) -> bool {
    let at = format!("/{}", part.name);
    let form = asked.form();
    let missing = !part.required || waived.presence.contains(&at.as_str());
    match part.schema.kind {
        Kind::Bytes => form.is_some_and(|form| form.file.is_some()) || missing,
        _ => match form.and_then(|form| form.texts.get(&part.name)) {
            Some(text) => is_text(&part.schema, text, &at, false, waived),
            None => missing,
        },
    }
}

/// Whether JSON is such a value. Null counts as absent (D-42).
fn is_value(schema: &Schema, value: &Value, at: &str, waived: &Waived) -> bool {
    match (&schema.kind, value) {
        (Kind::Any, _) => true,
        (Kind::Object(fields), Value::Object(members)) => fields.iter().all(|field| {
            let at = format!("{at}/{}", field.name);
            match members.get(&field.name) {
                None | Some(Value::Null) => {
                    !field.required || waived.presence.contains(&at.as_str())
                }
                Some(value) => is_value(&field.schema, value, &at, waived),
            }
        }),
        // The empty map of some languages (D-62).
        (Kind::Object(fields), Value::Array(items)) if fields.is_empty() => items.is_empty(),
        (Kind::List(items), Value::Array(values)) => {
            waived.allows(schema, size(values.len()), at)
                && values
                    .iter()
                    .all(|value| is_value(items, value, at, &Waived::NOTHING))
        }
        (Kind::Text | Kind::Bytes, Value::String(text)) => waived.allows(schema, units(text), at),
        (Kind::Integer, value) => value
            .as_i64()
            .is_some_and(|number| waived.allows(schema, number, at)),
        (Kind::Number, value) => value
            .as_f64()
            .is_some_and(|number| waived.limits.contains(&at) || schema.allows_number(number)),
        (Kind::Truth, value) => value.is_boolean(),
        _ => false,
    }
}

/// Texts are counted in UTF-16 units (D-03).
fn units(text: &str) -> i64 {
    size(text.encode_utf16().count())
}

fn size(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
