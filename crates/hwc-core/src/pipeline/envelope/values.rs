//! The values and keys of an envelope: read without storing what is not asked for.

use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

/// The keys that are looked for.
pub(super) enum Key {
    ErrorCode,
    ErrorCodeCamel,
    Code,
    ErrorMsg,
    ErrorMsgCamel,
    Message,
    RequestId,
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(key: D) -> Result<Self, D::Error> {
        key.deserialize_str(KeyText)
    }
}

struct KeyText;

impl Visitor<'_> for KeyText {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            "error_code" => Key::ErrorCode,
            "errorCode" => Key::ErrorCodeCamel,
            "code" => Key::Code,
            "error_msg" => Key::ErrorMsg,
            "errorMsg" => Key::ErrorMsgCamel,
            "message" => Key::Message,
            "request_id" => Key::RequestId,
            _ => Key::Other,
        })
    }
}

/// Text, or a number in its usual spelling. `null` and `false` are nothing. A list or an object in the
/// place of a code is not nothing: it counts as an unreadable code.
pub(super) struct Text;

/// Most characters that are kept of a text.
const LONGEST: usize = 2_000;

/// Stands for a code that is neither text nor number.
const UNREADABLE: &str = "?";

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Option<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.chars().take(LONGEST).collect()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(flag.then(|| UNREADABLE.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_map(map)?;
        Ok(Some(UNREADABLE.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_seq(seq)?;
        Ok(Some(UNREADABLE.to_owned()))
    }
}
