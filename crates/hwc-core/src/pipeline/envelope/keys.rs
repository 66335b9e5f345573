//! The keys of an envelope that are looked for, in whatever spelling.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Visitor};

use super::{Shape, known::Known, letters::Letters, outcome::Outcome};

/// Longest key that is looked for, in bytes.
pub(super) const LONGEST_KEY: usize = 24;

/// The keys that are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    ErrorCode,
    ErrorCodeCamel,
    Code,
    /// A code of an error in the spelling of somebody else: only zero is none.
    ForeignErrorCode,
    /// A code in the spelling of somebody else, that may be one of success.
    ForeignCode,
    ErrorMsg,
    Message,
    /// A text about an error in the spelling of somebody else.
    ForeignMsg,
    RequestId,
    /// What is said of any answer: when, to which path, under which number.
    Trace,
    /// `error` and what else holds an error as a whole.
    Error,
    /// `success` and the like: says no when it is false.
    Flag,
    /// `status` and the like: may hold the status of an error.
    Status,
    /// Speaks of an outcome, in no spelling that is known. Only an answer to a write is looked at so closely.
    Outcome(Outcome),
    Other,
}

impl Key {
    pub(super) fn of(key: &str) -> Self {
        Self::listed(key).unwrap_or_else(|| Self::unknown(key))
    }

    /// Whether it is in the list of keys about errors, whatever its spelling. That it may speak of an outcome all the same is
    /// not looked at: that takes many times as long, and every answer to a read comes by here.
    pub(super) fn is_listed(key: &str) -> bool {
        Self::listed(key).is_some()
    }

    /// The key, if it is one that is looked for by its name.
    fn listed(key: &str) -> Option<Self> {
        Some(match key {
            "error_code" => Self::ErrorCode,
            "errorCode" => Self::ErrorCodeCamel,
            "code" => Self::Code,
            "error_msg" | "errorMsg" => Self::ErrorMsg,
            "message" => Self::Message,
            "request_id" => Self::RequestId,
            key => return Self::in_any_spelling(key),
        })
    }

    fn unknown(key: &str) -> Self {
        Outcome::of(key).map_or(Self::Other, Self::Outcome)
    }

    /// The same for any spelling, by the letters and digits of the key. `None` also when it is longer than any that is
    /// looked for.
    fn in_any_spelling(key: &str) -> Option<Self> {
        if key.len() > LONGEST_KEY {
            return None;
        }
        let letters = Letters::<LONGEST_KEY>::of(key.chars());
        Some(match letters.as_bytes() {
            b"errorcode" | b"errcode" | b"errno" => Self::ForeignErrorCode,
            b"errormsg" | b"errmsg" | b"errormessage" | b"errmessage" | b"errordescription"
            | b"errordesc" | b"errdesc" | b"errordetail" | b"errordetails" | b"errorinfo"
            | b"errinfo" | b"errorreason" | b"errorcause" | b"errortext" | b"errorstring"
            | b"errortype" => Self::ForeignMsg,
            b"code" | b"retcode" | b"resultcode" => Self::ForeignCode,
            b"message" | b"msg" | b"retmsg" | b"resultmsg" => Self::Message,
            b"timestamp" | b"path" | b"traceid" => Self::Trace,
            b"requestid" => Self::RequestId,
            b"error" | b"errors" | b"err" | b"fault" | b"exception" | b"exceptions"
            | b"failure" | b"failures" => Self::Error,
            b"success" | b"succeeded" | b"issuccess" | b"ok" => Self::Flag,
            b"status" | b"statuscode" | b"httpstatus" | b"result" => Self::Status,
            _ => return None,
        })
    }
}

/// A key, and what an answer to a write may hold under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) key: Key,
    pub(super) known: Known,
}

/// Reads a key of an object.
pub(super) struct KeyText<'m> {
    pub(super) shape: Shape,
    /// The key of the id of what the operation makes, where it can stand.
    pub(super) made: Option<&'m str>,
}

impl<'de> DeserializeSeed<'de> for KeyText<'_> {
    type Value = Named;

    fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<Named, D::Error> {
        key.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyText<'_> {
    type Value = Named;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Named, E> {
        Ok(Named {
            key: Key::of(key),
            known: match self.shape {
                // What a read answers is its content, and nobody asks.
                Shape::Read => Known::Other,
                Shape::Written | Shape::Failure => Known::of(key, self.made),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key of each kind, and keys that come close to one.
    #[test]
    fn keys_are_known_in_whatever_spelling() {
        let rows = [
            ("error_code", Key::ErrorCode),
            ("errorCode", Key::ErrorCodeCamel),
            ("ERROR-CODE", Key::ForeignErrorCode),
            ("Err_Code", Key::ForeignErrorCode),
            ("error.description", Key::ForeignMsg),
            ("_message_", Key::Message),
            ("Request-Id", Key::RequestId),
            ("täg_error", Key::Outcome(Outcome::Failure)),
            ("Err\u{f6}or", Key::Error),
            ("timestamp", Key::Trace),
            ("isSuccess", Key::Flag),
            ("http_status", Key::Status),
            ("count", Key::Other),
            ("message_list", Key::Outcome(Outcome::Words)),
            ("", Key::Other),
            // As long as any that is looked for, and longer by one.
            ("__e_r_r_o_r_description_", Key::ForeignMsg),
            ("__e_r_r_o_r_description__", Key::Outcome(Outcome::Failure)),
            (
                "e-r-r-o-r-d-e-s-c-r-i-p-t-i-o-n",
                Key::Outcome(Outcome::Failure),
            ),
        ];
        for (key, wanted) in rows {
            assert_eq!(Key::of(key), wanted, "{key}");
            let is_listed = !matches!(wanted, Key::Other | Key::Outcome(_));
            assert_eq!(Key::is_listed(key), is_listed, "{key}");
        }
    }
}
