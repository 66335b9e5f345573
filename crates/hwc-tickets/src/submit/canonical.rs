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
    let mut text = Cow::Borrowed(text);
    // A text that held an entity when it was sent comes back with that entity escaped once more:
    // decoded until nothing is left, both give the same. Each round is shorter, so this ends.
    while let Some(decoded) = decode_entities(&text) {
        text = Cow::Owned(decoded);
    }
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .trim()
        .to_owned()
}

/// The text with each entity replaced, or `None` when it holds none.
fn decode_entities(text: &str) -> Option<String> {
    let mut decoded: Option<String> = None;
    let mut rest = text;
    let mut plain = text;
    let mut kept = 0;
    while let Some(at) = rest.find('&') {
        let (_, entity) = rest.split_at_checked(at)?;
        let (length, character) = match entity_at(entity) {
            Some(found) => found,
            None => {
                kept += at + 1;
                rest = entity.get(1..)?;
                continue;
            }
        };
        let out = decoded.get_or_insert_default();
        out.push_str(plain.get(..kept + at)?);
        out.push(character);
        rest = entity.get(length..)?;
        plain = rest;
        kept = 0;
    }
    let mut out = decoded?;
    out.push_str(plain);
    Some(out)
}

/// The entity that `text` begins with: its length in bytes, and what it stands for.
fn entity_at(text: &str) -> Option<(usize, char)> {
    let end = text.bytes().take(12).position(|b| b == b';')?;
    let name = text.get(1..end)?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((end + 1, character))
}

/// Whether the service may return this text in another form than [`canonical`] foresees: with its
/// mark-up stripped, or cut at another length than documented.
pub(crate) fn is_alterable(canonical: &str) -> bool {
    canonical
        .chars()
        .any(|c| matches!(c, '<' | '>' | '&') || (c.is_control() && !matches!(c, '\n' | '\t')))
        || super::text::units(canonical) > DOCUMENTED_HEAD
}
