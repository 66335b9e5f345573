//! Half characters in JSON escapes: what is left when a text was cut between the two halves of a
//! character outside the basic plane, for instance an emoji at the end of a shortened message.
//!
//! JSON allows `"\ud83d"`, Rust text cannot hold it, and the decoder would refuse the whole answer for it.

use std::sync::LazyLock;

use bytes::Bytes;
use memchr::{memchr, memmem::Finder};

/// The replacement character. As long as what it replaces, so nothing moves.
const REPLACEMENT: &[u8; 6] = br"\ufffd";

/// Finds the escape of a number. Made once: to prepare a search is as much code as to search.
static ESCAPE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br"\u"));

/// The body with each half character replaced by U+FFFD. `None`: there is none, as nearly always.
pub(super) fn repaired(body: &Bytes) -> Option<Bytes> {
    // Most answers have no escape at all, and to look for one byte is cheaper than for two.
    let mut at = memchr(b'\\', body)?;
    ESCAPE.find(body.get(at..)?)?;
    let mut repaired: Option<Vec<u8>> = None;
    while let Some(found) = memchr(b'\\', body.get(at..)?) {
        let start = at + found;
        match (unit(body, start), unit(body, start + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => at = start + 12,
            (Some(0xD800..=0xDFFF), _) => {
                let text = repaired.get_or_insert_with(|| body.to_vec());
                text.get_mut(start..start + 6)?.copy_from_slice(REPLACEMENT);
                at = start + 6;
            }
            (Some(_), _) => at = start + 6,
            // Two bytes, so that the second of `\\` begins no escape.
            (None, _) => at = start + 2,
        }
    }
    repaired.map(Bytes::from)
}

/// The UTF-16 unit of the escape that begins at `start`.
fn unit(body: &[u8], start: usize) -> Option<u16> {
    let digits = body.get(start..start + 6)?.strip_prefix(br"\u")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
