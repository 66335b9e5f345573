//! Reads the error fields of a body without building the rest of it.
//!
//! Memory stays small whatever the body holds: everything but the few fields is skipped, not stored. Skipping
//! does not recurse, so that a value may be nested as deep as it likes: depth is no error of the answer.

mod values;

use std::fmt;

use memchr::memmem;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use self::values::{Key, Text};

/// The error fields of a JSON object. A key that stands there twice counts with its last value.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Envelope {
    /// `error_code` or `errorCode`; on an error status also `code`.
    pub(super) code: Option<String>,
    /// `error_msg` or `errorMsg`; on an error status also `message`.
    pub(super) message: Option<String>,
    /// `request_id`.
    pub(super) request_id: Option<String>,
}

/// Where error fields may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// In an answer with status 2xx: only `error_code` and `errorCode`, at the top.
    Success,
    /// In an answer with an error status: besides `code`, and all of them one level down.
    Failure,
}

/// Whether `body` can hold an error field of [`Shape::Success`] at all.
///
/// A byte search. A key can also be written with escapes (`\u0065rror_code`); nobody does that for
/// letters, so an escaped letter is reason enough to look closer.
pub(super) fn may_hold_code(body: &[u8]) -> bool {
    let named = memmem::find_iter(body, b"error").any(|at| {
        let rest = body.get(at.saturating_add(5)..).unwrap_or_default();
        rest.starts_with(b"_code") || rest.starts_with(b"Code") || rest.starts_with(b"\\u")
    });
    named
        || memchr::memchr_iter(b'\\', body).any(|at| {
            let rest = body.get(at.saturating_add(1)..).unwrap_or_default();
            matches!(rest, [b'u', b'0', b'0', b'4'..=b'7', ..])
        })
}

/// Reads the error fields of `body`. `Err`: not a JSON object.
pub(super) fn read(body: &[u8], shape: Shape) -> Result<Envelope, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let fields = json.deserialize_map(Object {
        shape,
        nested: false,
    })?;
    json.end()?;
    Ok(fields.into_envelope(shape))
}

#[derive(Debug, Default)]
struct Fields {
    error_code: Option<String>,
    error_code_camel: Option<String>,
    code: Option<String>,
    error_msg: Option<String>,
    error_msg_camel: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
    below: Option<Box<Fields>>,
}

impl Fields {
    fn into_envelope(self, shape: Shape) -> Envelope {
        let own_code = [self.error_code, self.error_code_camel]
            .into_iter()
            .flatten()
            .find(|code| !is_success(code));
        let loose = shape == Shape::Failure;
        let own_code = own_code.or(self.code.filter(|code| loose && !is_success(code)));
        let own_message = self
            .error_msg
            .or(self.error_msg_camel)
            .or(self.message.filter(|_| loose))
            .filter(|text| !text.is_empty());
        let below = self
            .below
            .map(|below| below.into_envelope(shape))
            .unwrap_or_default();
        Envelope {
            message: if own_code.is_some() {
                own_message
            } else {
                below.message.or(own_message)
            },
            code: own_code.or(below.code),
            request_id: self
                .request_id
                .filter(|id| !id.is_empty())
                .or(below.request_id),
        }
    }
}

/// The codes that mean success: nothing, zero, and `*.0000` (sister services answer `CBC.0000`).
fn is_success(code: &str) -> bool {
    let code = code.trim();
    code.is_empty() || code == "0" || code.ends_with(".0000")
}

struct Object {
    shape: Shape,
    nested: bool,
}

impl<'de> Visitor<'de> for Object {
    type Value = Fields;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        while let Some(key) = map.next_key::<Key>()? {
            let slot = match key {
                Key::ErrorCode => &mut fields.error_code,
                Key::ErrorCodeCamel => &mut fields.error_code_camel,
                Key::Code => &mut fields.code,
                Key::ErrorMsg => &mut fields.error_msg,
                Key::ErrorMsgCamel => &mut fields.error_msg_camel,
                Key::Message => &mut fields.message,
                Key::RequestId => &mut fields.request_id,
                Key::Other if self.shape == Shape::Failure && !self.nested => {
                    let below = map.next_value_seed(Below { shape: self.shape })?;
                    // The first child that names a code speaks for the answer.
                    if fields.below.is_none() {
                        fields.below = below.map(Box::new);
                    }
                    continue;
                }
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *slot = map.next_value_seed(Text)?;
        }
        Ok(fields)
    }
}

/// A child of the top object: its error fields, if it is an object with a code.
struct Below {
    shape: Shape,
}

impl<'de> DeserializeSeed<'de> for Below {
    type Value = Option<Fields>;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Below {
    type Value = Option<Fields>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let fields = Object {
            shape: self.shape,
            nested: true,
        }
        .visit_map(map)?;
        let named = [&fields.error_code, &fields.error_code_camel, &fields.code]
            .into_iter()
            .flatten()
            .any(|code| !is_success(code));
        Ok(named.then_some(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_seq(seq)?;
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}
