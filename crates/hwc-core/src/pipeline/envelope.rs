//! Reads what a body says about an error, without building the rest of it.
//!
//! Memory stays small whatever the body holds: everything but the few fields is skipped, not stored. Skipping
//! does not recurse, so that a value may be nested as deep as it likes: depth is no error of the answer.

mod code;
mod fields;
mod keys;
mod known;
mod letters;
mod outcome;
mod seen;
mod text;
mod words;

use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde::de::Deserializer as _;

use self::{
    fields::Object,
    keys::{Key, LONGEST_KEY},
};

/// What a JSON object says about an error.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Envelope {
    /// `error_code` or `errorCode`; on an error status also `code`. The first that does not mean success.
    pub(super) code: Option<String>,
    /// `error_msg` or `errorMsg`; on an error status also `message`.
    pub(super) message: Option<String>,
    /// `request_id`.
    pub(super) request_id: Option<String>,
    /// Whether the code stands where the service and its gateway write it, once, and nothing contradicts it. Only
    /// then does it prove anything.
    pub(super) is_known_form: bool,
    /// Where it is said in another way than this service's that the call failed. Never with [`Shape::Failure`].
    pub(super) complaint: Option<&'static str>,
    /// Whether there is nothing besides: then the complaint stands in the place of an answer.
    pub(super) is_bare: bool,
    /// Whether nothing stands beside the code that does not come with an error.
    pub(super) is_lone: bool,
    /// The status that the body tells.
    pub(super) status: Option<u16>,
    /// Whether the id of what was made stands there.
    pub(super) is_made: bool,
    /// Whether there is nothing in it but what an answer to a write may hold when all is well: see `known`. Only with
    /// [`Shape::Written`].
    pub(super) is_plain: bool,
}

/// Where error fields may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// In an answer with status 2xx to a read: only `error_code` and `errorCode`, at the top. What says failure in
    /// another way at the top is a complaint. What stands below is what was asked for.
    Read,
    /// In an answer with status 2xx to a write: the same, and what says failure below the top is a complaint too. At the
    /// top and one level below, so is whatever speaks of an outcome and is no plain sign of success.
    Written,
    /// In an answer with an error status: besides `code`, and all of them one level down.
    Failure,
}

/// Finds what the name of an error field holds. Made once: to prepare a search is as much code as to search.
static ERROR: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"error"));

/// Whether `body` can hold an error field of [`Shape::Read`] at all, or nothing but a complaint.
///
/// A byte search, and a look at the first key. A key can also be written with escapes (`\u0065rror_code`);
/// nobody does that for letters, so an escaped letter is reason enough to look closer.
pub(super) fn may_hold_code(body: &[u8]) -> bool {
    names_error(body)
        || begins_with_error(body)
        || memchr::memchr_iter(b'\\', body).any(|at| {
            let rest = body.get(at.saturating_add(1)..).unwrap_or_default();
            matches!(rest, [b'u', b'0', b'0', b'4'..=b'7', ..])
        })
}

/// Whether the name of an error field stands anywhere in `body`.
fn names_error(body: &[u8]) -> bool {
    const ENDS: [&[u8]; 5] = [b"_code", b"Code", b"_msg", b"Msg", b"\\u"];
    let mut rest = body;
    // Not by an iterator, which would copy all that was prepared.
    while let Some(at) = ERROR.find(rest) {
        rest = rest.get(at.saturating_add(5)..).unwrap_or_default();
        if ENDS.iter().any(|end| rest.starts_with(end)) {
            return true;
        }
    }
    false
}

/// Whether the first key of an object is one of an error. Where there is nothing else, it is.
fn begins_with_error(body: &[u8]) -> bool {
    let blank = |byte: &u8| !byte.is_ascii_whitespace() && !b"{\"".contains(byte);
    let Some(start) = body.iter().position(blank) else {
        return false;
    };
    let rest = body.get(start..).unwrap_or_default();
    let end = (rest.iter().take(LONGEST_KEY + 1)).position(|byte| *byte == b'"');
    let key = end.and_then(|end| std::str::from_utf8(rest.get(..end)?).ok());
    key.is_some_and(Key::is_listed)
}

/// Reads the error fields of `body`, the answer of an operation that tells the id of what it makes under the key `made`.
/// `Err`: not a JSON object.
pub(super) fn read(
    body: &[u8],
    shape: Shape,
    made: Option<&str>,
) -> Result<Envelope, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let fields = json.deserialize_map(Object {
        shape,
        made,
        depth: 0,
        level: 0,
    })?;
    json.end()?;
    Ok(fields.into_envelope(shape))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_error_field_is_found_wherever_it_stands() {
        for (body, expected) in [
            ("error_code", true),
            ("errorCode", true),
            ("error_msg", true),
            ("errorMsg", true),
            ("error\\u005fcode", true),
            (r#"{"error":1,"errors":["error"],"error_code":2}"#, true),
            ("errorerror_code", true),
            ("errerror_code", true),
            ("", false),
            ("error", false),
            ("errorerror", false),
            ("error_cod", false),
            ("error_ code", false),
            ("ERROR_CODE", false),
            (r#"{"list":["no error"],"state":"error"}"#, false),
        ] {
            assert_eq!(names_error(body.as_bytes()), expected, "{body}");
        }
    }
}
