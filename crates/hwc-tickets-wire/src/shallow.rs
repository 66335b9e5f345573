//! JSON that the decoder can read: not nested too deeply, and without numbers that no float holds.
//!
//! The decoder refuses a whole answer for one value that is nested deeper than its limit, though the value may stand in
//! a field nobody asks for. Here such a value is replaced, at the limit, by a text that says so. This is a walk over
//! bytes: it needs no stack, however deep the answer is.

use std::borrow::Cow;

/// Deeper than any answer of this service, and below the decoder's limit of 127.
const DEEPEST: usize = 100;

/// What stands in the place of what is nested deeper.
const TOO_DEEP: &[u8] = br#""(nested too deeply to be read)""#;

/// `body` as the decoder can read it. What is no JSON stays none.
pub(crate) fn readable(body: &[u8]) -> Cow<'_, [u8]> {
    let mut walk = Walk {
        body,
        out: None,
        copied: 0,
    };
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = body.get(at) {
        let next = at + 1;
        at = match byte {
            b'"' => after_string(body, next),
            b'{' | b'[' => {
                depth += 1;
                if depth == DEEPEST + 1 {
                    walk.copy(at);
                }
                next
            }
            b'}' | b']' => {
                if depth == DEEPEST + 1 {
                    walk.replace(next, TOO_DEEP);
                }
                depth = depth.saturating_sub(1);
                next
            }
            b'-' | b'0'..=b'9' => {
                let end = after_number(body, next);
                if depth <= DEEPEST
                    && let Some(number) = body.get(at..end)
                    && is_beyond_floats(number)
                {
                    walk.copy(at);
                    walk.replace(end, &[b"\"", number, b"\""].concat());
                }
                end
            }
            _ => next,
        };
    }
    walk.finish()
}

/// Copies what stays, and what is put in the place of the rest.
struct Walk<'a> {
    body: &'a [u8],
    /// Made at the first replacement.
    out: Option<Vec<u8>>,
    copied: usize,
}

impl<'a> Walk<'a> {
    /// Keeps what stands before `until`.
    fn copy(&mut self, until: usize) {
        let kept = self.body.get(self.copied..until).unwrap_or_default();
        self.out
            .get_or_insert_with(Vec::new)
            .extend_from_slice(kept);
        self.copied = until;
    }

    /// Puts `other` in the place of what stands before `until` and is not copied.
    fn replace(&mut self, until: usize, other: &[u8]) {
        self.out
            .get_or_insert_with(Vec::new)
            .extend_from_slice(other);
        self.copied = until;
    }

    fn finish(mut self) -> Cow<'a, [u8]> {
        if self.out.is_some() {
            self.copy(self.body.len());
        }
        self.out.map_or(Cow::Borrowed(self.body), Cow::Owned)
    }
}

/// Whether decoding would need far more memory than the body has bytes: `{},` is three bytes and a whole message. A page
/// has up to 100 messages; what is let through is more than 6000 times 10 fields, lists count like objects, and costs at
/// most about 16 MiB. The longest list that a document speaks of has 65535 elements: that, and a little more, is let
/// through as well.
pub(crate) fn is_crowded(body: &[u8]) -> bool {
    const OBJECTS: usize = 66_000;
    const VALUES: usize = 1 << 18;
    let count_of = |mark: u8| body.iter().filter(|byte| **byte == mark).count();
    // A body of fewer bytes cannot hold that many.
    if body.len() <= OBJECTS * 2
        || (count_of(b'{') + count_of(b'[') <= OBJECTS && count_of(b',') <= VALUES)
    {
        return false;
    }
    // Texts may hold any number of them: a log that somebody pasted.
    let (containers, commas) = count(body);
    containers > OBJECTS || commas > VALUES
}

/// Lists and objects, and commas, that are no part of a text, and not nested so deeply that they are replaced.
fn count(body: &[u8]) -> (usize, usize) {
    let (mut containers, mut commas, mut depth) = (0, 0, 0_usize);
    let mut at = 0;
    while let Some(byte) = body.get(at) {
        at += 1;
        match byte {
            b'"' => at = after_string(body, at),
            b'{' | b'[' => {
                depth += 1;
                containers += usize::from(depth <= DEEPEST + 1);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => commas += usize::from(depth <= DEEPEST),
            _ => {}
        }
    }
    (containers, commas)
}

/// The place behind the text whose first byte is at `at`.
fn after_string(body: &[u8], mut at: usize) -> usize {
    while let Some(byte) = body.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    body.len()
}

/// The place behind the number that goes on at `at`.
fn after_number(body: &[u8], at: usize) -> usize {
    let rest = body.get(at..).unwrap_or_default();
    let length = rest
        .iter()
        .take_while(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
        .count();
    at + length
}

/// Whether a number is so large that no float holds it: the decoder refuses it, and with it the answer.
fn is_beyond_floats(number: &[u8]) -> bool {
    // Without an exponent it takes 309 digits.
    (number.len() > 308 || number.iter().any(|byte| matches!(byte, b'e' | b'E')))
        && std::str::from_utf8(number)
            .ok()
            .and_then(|number| number.parse::<f64>().ok())
            .is_some_and(f64::is_infinite)
}
