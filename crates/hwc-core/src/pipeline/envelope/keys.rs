//! The keys of an envelope that are looked for, in whatever spelling.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Visitor};

use super::{Shape, known::Known, letters::letters_of, outcome::Outcome};

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
        match key {
            "error_code" => Self::ErrorCode,
            "errorCode" => Self::ErrorCodeCamel,
            "code" => Self::Code,
            "error_msg" | "errorMsg" => Self::ErrorMsg,
            "message" => Self::Message,
            "request_id" => Self::RequestId,
            key if key.len() > LONGEST_KEY => Self::unknown(key),
            key => Self::in_any_spelling(key),
        }
    }

    fn unknown(key: &str) -> Self {
        Outcome::of(key).map_or(Self::Other, Self::Outcome)
    }

    fn in_any_spelling(key: &str) -> Self {
        match letters_of(key.chars()).as_str() {
            "errorcode" | "errcode" | "errno" => Self::ForeignErrorCode,
            "errormsg" | "errmsg" | "errormessage" | "errmessage" | "errordescription"
            | "errordesc" | "errdesc" | "errordetail" | "errordetails" | "errorinfo"
            | "errinfo" | "errorreason" | "errorcause" | "errortext" | "errorstring"
            | "errortype" => Self::ForeignMsg,
            "code" | "retcode" | "resultcode" => Self::ForeignCode,
            "message" | "msg" | "retmsg" | "resultmsg" => Self::Message,
            "timestamp" | "path" | "traceid" => Self::Trace,
            "requestid" => Self::RequestId,
            "error" | "errors" | "err" | "fault" | "exception" | "exceptions" | "failure"
            | "failures" => Self::Error,
            "success" | "succeeded" | "issuccess" | "ok" => Self::Flag,
            "status" | "statuscode" | "httpstatus" | "result" => Self::Status,
            _ => Self::unknown(key),
        }
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
