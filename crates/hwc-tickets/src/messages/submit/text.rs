//! The text of a message on its way out: counted, never cut behind the caller's back.

use crate::doubt::units::{head, units};
use std::fmt;
use unicode_segmentation::UnicodeSegmentation as _;

/// Why a text cannot be sent as it is. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextError {
    /// It is longer than the service takes.
    TooLong {
        /// Its length in UTF-16 units, as the service most likely counts.
        units: usize,
        /// Its length in characters (Unicode scalar values).
        characters: usize,
        /// The limit in UTF-16 units.
        limit: usize,
    },
    /// It is empty or only white space, and nothing is attached.
    Empty,
    /// It holds a NUL character.
    Nul,
    /// The limit leaves no room for a part with its number.
    NoRoom {
        /// The limit in UTF-16 units.
        limit: usize,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong {
                units,
                characters,
                limit,
            } => write!(
                f,
                "the text has {units} UTF-16 units ({characters} characters), the limit is {limit}"
            ),
            Self::Empty => f.write_str("the text is empty and nothing is attached"),
            Self::Nul => f.write_str("the text holds a NUL character"),
            Self::NoRoom { limit } => write!(
                f,
                "a limit of {limit} UTF-16 units is too small to send parts"
            ),
        }
    }
}

impl std::error::Error for TextError {}

/// Checks a text against `limit` UTF-16 units.
pub(crate) fn check(text: &str, limit: usize, has_attachment: bool) -> Result<(), TextError> {
    if text.contains('\0') {
        return Err(TextError::Nul);
    }
    if !has_attachment && text.trim().is_empty() {
        return Err(TextError::Empty);
    }
    let units = units(text);
    if units > limit {
        return Err(TextError::TooLong {
            units,
            characters: text.chars().count(),
            limit,
        });
    }
    Ok(())
}

/// Cuts `text` into numbered parts (`(2/5) ...`) of at most `limit` UTF-16 units: at the border of a
/// paragraph, else of a sentence, else of a character as people see it. A text that fits stays whole
/// and gets no number. Apart from white space at the cuts nothing is lost.
pub(crate) fn split(text: &str, limit: usize) -> Result<Vec<String>, TextError> {
    if units(text) <= limit {
        return Ok(vec![text.to_owned()]);
    }
    if text.trim().is_empty() {
        // White space at a cut is left out. What is left is a text as any other, which is refused unless a file goes with it.
        return Ok(vec![String::new()]);
    }
    // The number takes room, and more digits take more: try until the number of digits is right.
    let mut most = 1;
    for digits in 1..=5 {
        most *= 10;
        let mark = "(/) ".len() + 2 * digits;
        let room = limit
            .checked_sub(mark)
            .filter(|room| *room > 0)
            .ok_or(TextError::NoRoom { limit })?;
        let parts = cut(text, room, most).ok_or(TextError::NoRoom { limit })?;
        let total = parts.len();
        if total.to_string().len() <= digits {
            return Ok(parts
                .iter()
                .enumerate()
                .map(|(i, part)| format!("({}/{total}) {part}", i + 1))
                .collect());
        }
    }
    Err(TextError::NoRoom { limit })
}

/// The pieces of `rest` that have room, the first `most` of them. Each looks at no more of the text than it may hold.
fn cut(mut rest: &str, room: usize, most: usize) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    rest = rest.trim();
    while head(rest, room).len() < rest.len() {
        if parts.len() >= most {
            return Some(parts);
        }
        let end = border(rest, room)?;
        let (part, left) = rest.split_at_checked(end)?;
        parts.push(part.trim_end());
        rest = left.trim_start();
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    Some(parts)
}

/// Where to cut `text` so that the first piece, without white space at its end, has at most `room` units:
/// the last paragraph border, or else the last sentence border, or else the last grapheme border.
/// `None`: not even one character fits.
fn border(text: &str, room: usize) -> Option<usize> {
    let window = head(text, room);
    // A little more than fits: white space there may be left out, and what stands there decides whether
    // the window ends at a border.
    let ahead = head(text, room.saturating_add(64));
    let fits = |end: &usize| {
        ahead.get(..*end).is_some_and(|part| {
            let part = part.trim_end();
            !part.trim_start().is_empty() && part.len() <= window.len()
        })
    };
    let paragraph = |gap| {
        ahead
            .match_indices(gap)
            .map(|(at, _)| at)
            .filter(fits)
            .last()
    };
    ["\n\n", "\r\n\r\n", "\n"]
        .into_iter()
        .find_map(paragraph)
        .or_else(|| {
            ahead
                .split_sentence_bound_indices()
                .map(|(at, _)| at)
                .filter(fits)
                .last()
        })
        .or_else(|| ahead.grapheme_indices(true).map(|(at, _)| at).rfind(fits))
        // A single grapheme longer than the room: cut between its characters rather than fail.
        .or_else(|| (!window.is_empty()).then_some(window.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doubt::units::looked_at;

    /// The work grows as the text does: a part looks at its own piece of it, and not at all that follows.
    #[test]
    fn a_text_of_thousands_of_parts_is_looked_at_a_few_times() {
        let text = "A line of a log. ".repeat(12_000);
        looked_at::take();
        let parts = split(&text, 100).unwrap();
        assert!(parts.len() > 2_000, "{}", parts.len());
        let looked_at = looked_at::take();
        assert!(looked_at < 20 * text.len(), "{looked_at}");
    }

    /// It is not nothing to send: that would pass for sent.
    #[test]
    fn white_space_alone_is_one_empty_text() {
        assert_eq!(split(&" \n".repeat(60), 100).unwrap(), [""]);
    }
}
