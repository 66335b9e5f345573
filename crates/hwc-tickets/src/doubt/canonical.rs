//! One form of a text, so that what was sent can be recognised in what is read back.
//!
//! The service may return a text with other line ends, without outer white space, with HTML entities,
//! or cut after 400 units (its documented response limit). Both sides are brought into this form
//! before they are compared; the text that is sent is never touched.

use std::borrow::Cow;

/// Response limit of message contents in UTF-16 units, as documented (D-04). Real answers may be longer.
pub(crate) const DOCUMENTED_HEAD: usize = 400;

/// Line ends as LF, entities decoded, outer white space gone.
pub(crate) fn canonical(text: &str) -> String {
    decode_entities(text)
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .trim()
        .to_owned()
}

/// Longest entity that is looked for, in bytes.
const LONGEST_ENTITY: usize = 12;

/// The text with each entity replaced, and each that comes of it.
///
/// A text that held an entity when it was sent comes back with that entity escaped once more: decoded
/// until nothing is left, both give the same. Read from the end, each `&` meets what follows it in its
/// last form, so one pass is enough however deep a hostile text is escaped.
fn decode_entities(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    // What follows the place that is read, back to front. Bytes, so that it is no larger than the text.
    let mut after: Vec<u8> = Vec::with_capacity(text.len());
    for byte in text.bytes().rev() {
        if byte != b'&' {
            after.push(byte);
            continue;
        }
        let mut character = '&';
        while character == '&'
            && let Some((length, meant)) = entity_before(&after)
        {
            after.truncate(after.len() - length);
            character = meant;
        }
        let mut encoded = [0; 4];
        after.extend(character.encode_utf8(&mut encoded).bytes().rev());
    }
    after.reverse();
    // Whole characters were taken out and put in, so this is text again.
    String::from_utf8(after).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// What an `&` before `after` stands for, and how many bytes of `after` that takes.
fn entity_before(after: &[u8]) -> Option<(usize, char)> {
    let ahead = after.iter().rev().take(LONGEST_ENTITY - 1).copied();
    let length = ahead.clone().position(|byte| byte == b';')? + 1;
    let name: Vec<u8> = ahead.take(length - 1).collect();
    let character = match std::str::from_utf8(&name).ok()? {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        name => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((length, character))
}

/// Whether the service may return this text in another form than [`canonical`] foresees: with its
/// mark-up stripped, without the characters that need four bytes, which many databases cannot hold, or
/// cut at another length than documented.
pub(crate) fn is_alterable(canonical: &str) -> bool {
    canonical.chars().any(|c| {
        matches!(c, '<' | '>' | '&')
            || c.len_utf8() > 3
            || (c.is_control() && !matches!(c, '\n' | '\t'))
    }) || super::units::units(canonical) > DOCUMENTED_HEAD
}
