//! Secrets: wiped when dropped, never printed, and the one door from a secret to a header.
//!
//! [`SecretString`] has no `Display`, its `Debug` prints no content, and its memory is overwritten
//! when it is dropped. Reading one takes a visible call: [`ExposeSecret::expose_secret`].

use bytes::Bytes;
use http::HeaderValue;
use secrecy::zeroize::Zeroizing;
pub use secrecy::{ExposeSecret, SecretString};

/// Why a text cannot stand in a header. Says where, never what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnfitText {
    /// Nothing in it.
    Empty,
    /// Longer than the limit, in bytes.
    TooLong {
        /// Bytes it has.
        length: usize,
        /// Bytes it may have.
        limit: usize,
    },
    /// Quotes around it: they belong to the file or the shell it comes from.
    Quoted,
    /// A character that is not visible ASCII (`!` to `~`).
    Character {
        /// Byte position, from 0.
        position: usize,
        /// What sort of character stands there.
        sort: &'static str,
    },
}

impl std::fmt::Display for UnfitText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => formatter.write_str("it is empty"),
            Self::Quoted => formatter.write_str("it is in quotes; give it without them"),
            Self::TooLong { length, limit } => {
                write!(
                    formatter,
                    "it has {length} bytes, at most {limit} are allowed"
                )
            }
            Self::Character { position, sort } => {
                write!(formatter, "there is {sort} at byte {position}")
            }
        }
    }
}

/// Visible ASCII and inner spaces.
pub(crate) fn is_visible_ascii(value: &[u8]) -> bool {
    value
        .iter()
        .all(|byte| byte.is_ascii_graphic() || *byte == b' ')
}

/// Checks that `text` is 1 to `limit` bytes of visible ASCII without quotes around it, so that it cannot end a header or start another.
pub(crate) fn check_visible_ascii(text: &str, limit: usize) -> Result<(), UnfitText> {
    if text.is_empty() {
        return Err(UnfitText::Empty);
    }
    if text.len() > limit {
        return Err(UnfitText::TooLong {
            length: text.len(),
            limit,
        });
    }
    let is_quoted = |quote: &u8| {
        text.as_bytes().first() == Some(quote) && text.as_bytes().last() == Some(quote)
    };
    if b"\"'`".iter().any(is_quoted) {
        return Err(UnfitText::Quoted);
    }
    for (position, byte) in text.bytes().enumerate() {
        let sort = match byte {
            b'!'..=b'~' => continue,
            b'\r' | b'\n' => "a line break",
            b' ' | b'\t' => "a space",
            0..=0x1f | 0x7f => "a control character",
            _ => "a character outside ASCII",
        };
        return Err(UnfitText::Character { position, sort });
    }
    Ok(())
}

/// A header value that no `Debug` shows and whose memory is wiped when its last clone is dropped.
pub(crate) fn secret_header(text: &str, limit: usize) -> Result<HeaderValue, UnfitText> {
    check_visible_ascii(text, limit)?;
    let mut value =
        HeaderValue::from_maybe_shared(wiped_bytes(Zeroizing::new(text.as_bytes().to_vec())))
            // Cannot happen after the check above.
            .map_err(|_| UnfitText::Empty)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Bytes that are overwritten when their last clone is dropped: for request bodies with a secret inside.
pub(crate) fn wiped_bytes(bytes: Zeroizing<Vec<u8>>) -> Bytes {
    Bytes::from_owner(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_take_visible_ascii_only() {
        let table: &[(&str, Result<(), UnfitText>)] = &[
            ("abc+/==", Ok(())),
            ("", Err(UnfitText::Empty)),
            ("\"abc\"", Err(UnfitText::Quoted)),
            ("'abc'", Err(UnfitText::Quoted)),
            ("a'bc'", Ok(())),
            (
                "123456789",
                Err(UnfitText::TooLong {
                    length: 9,
                    limit: 8,
                }),
            ),
            (
                "ab\r\nc",
                Err(UnfitText::Character {
                    position: 2,
                    sort: "a line break",
                }),
            ),
            (
                "a b",
                Err(UnfitText::Character {
                    position: 1,
                    sort: "a space",
                }),
            ),
            (
                "a\0",
                Err(UnfitText::Character {
                    position: 1,
                    sort: "a control character",
                }),
            ),
            (
                "\u{7f}",
                Err(UnfitText::Character {
                    position: 0,
                    sort: "a control character",
                }),
            ),
            (
                "工",
                Err(UnfitText::Character {
                    position: 0,
                    sort: "a character outside ASCII",
                }),
            ),
        ];
        for (text, expected) in table {
            assert_eq!(secret_header(text, 8).map(drop), *expected, "{text:?}");
        }
    }

    #[test]
    fn a_secret_header_is_marked_sensitive() {
        let value = secret_header("CANARY", 8).unwrap();
        assert!(value.is_sensitive());
        assert!(!format!("{value:?}").contains("CANARY"));
        assert_eq!(value, "CANARY");
    }
}
