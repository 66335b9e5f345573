//! The text being written: edited by characters as people see them, laid out by columns.

use crate::render::{foreign, wrap::width};
use unicode_segmentation::UnicodeSegmentation as _;

/// A text and the place in it where typing goes on.
#[derive(Default)]
pub(crate) struct Draft {
    text: String,
    /// In bytes, always at the border of a character.
    cursor: usize,
}

/// The text on lines of a certain width.
pub(crate) struct Rows {
    pub(crate) lines: Vec<String>,
    /// Line and column where typing goes on.
    pub(crate) cursor: (usize, usize),
}

impl Draft {
    /// Nothing but white space: nothing to send.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Length as the service most likely counts it.
    pub(crate) fn units(&self) -> usize {
        self.text.chars().map(char::len_utf16).sum()
    }

    /// Characters as people see them.
    pub(crate) fn characters(&self) -> usize {
        self.text.graphemes(true).count()
    }

    /// Takes the text out.
    pub(crate) fn take(&mut self) -> String {
        self.cursor = 0;
        std::mem::take(&mut self.text)
    }

    /// Puts a text in its place.
    pub(crate) fn set(&mut self, text: String) {
        self.cursor = text.len();
        self.text = text;
    }

    /// Inserts what was typed or pasted. Line ends of every kind become line breaks.
    pub(crate) fn insert(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if self.text.is_char_boundary(self.cursor) {
            self.text.insert_str(self.cursor, &text);
            self.cursor += text.len();
        }
    }

    pub(crate) fn backspace(&mut self) {
        let start = self.before();
        self.remove(start, self.cursor);
    }

    pub(crate) fn delete(&mut self) {
        self.remove(self.cursor, self.after());
    }

    /// Removes the word before the cursor.
    pub(crate) fn delete_word(&mut self) {
        let start = self
            .head()
            .split_word_bound_indices()
            .rev()
            .find(|(_, word)| !word.trim().is_empty())
            .map_or(0, |(at, _)| at);
        self.remove(start, self.cursor);
    }

    /// Removes all before the cursor.
    pub(crate) fn delete_head(&mut self) {
        self.remove(0, self.cursor);
    }

    pub(crate) fn left(&mut self) {
        self.cursor = self.before();
    }

    pub(crate) fn right(&mut self) {
        self.cursor = self.after();
    }

    pub(crate) fn start(&mut self) {
        self.cursor = 0;
    }

    pub(crate) fn end(&mut self) {
        self.cursor = self.text.len();
    }

    /// The text on lines of at most `columns`, broken between any two characters, inert.
    pub(crate) fn rows(&self, columns: usize) -> Rows {
        let columns = columns.max(2);
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut used = 0;
        let mut cursor = None;
        for (at, character) in self.text.grapheme_indices(true) {
            let here = at >= self.cursor;
            if character == "\n" {
                if here && cursor.is_none() {
                    cursor = Some((lines.len(), used.min(columns - 1)));
                }
                lines.push(std::mem::take(&mut line));
                used = 0;
                continue;
            }
            let shown = match character {
                "\t" => "    ".to_owned(),
                other => foreign::line(other),
            };
            for piece in shown.graphemes(true) {
                let takes = width(piece);
                if used + takes > columns {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                if here && cursor.is_none() {
                    cursor = Some((lines.len(), used));
                }
                line.push_str(piece);
                used += takes;
            }
        }
        lines.push(line);
        if cursor.is_none() && used >= columns {
            // The next character would stand on the next line.
            lines.push(String::new());
            used = 0;
        }
        let end = (lines.len().saturating_sub(1), used);
        Rows {
            lines,
            cursor: cursor.unwrap_or(end),
        }
    }

    fn head(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or_default()
    }

    /// Where the character before the cursor begins.
    fn before(&self) -> usize {
        self.head()
            .grapheme_indices(true)
            .next_back()
            .map_or(0, |(at, _)| at)
    }

    /// Where the character behind the cursor ends.
    fn after(&self) -> usize {
        let rest = self.text.get(self.cursor..).unwrap_or_default();
        self.cursor + rest.graphemes(true).next().map_or(0, str::len)
    }

    fn remove(&mut self, from: usize, to: usize) {
        if self.text.get(from..to).is_some() {
            self.text.replace_range(from..to, "");
            self.cursor = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> Draft {
        let mut draft = Draft::default();
        draft.insert(text);
        draft
    }

    #[test]
    fn a_character_is_what_people_see() {
        for (text, left) in [
            ("ab", "a"),
            ("磁盘", "磁"),
            ("a👨‍👩‍👧", "a"),
            ("ae\u{301}", "a"),
            ("🇨🇳🇩🇪", "🇨🇳"),
            ("a\n", "a"),
            ("", ""),
        ] {
            let mut one = draft(text);
            one.backspace();
            assert_eq!(one.take(), left, "{text:?}");
            let mut one = draft(text);
            one.left();
            one.delete();
            assert_eq!(one.take(), left, "{text:?} forwards");
        }
    }

    #[test]
    fn in_the_middle() {
        let mut one = draft("磁盘 is full");
        one.start();
        one.right();
        one.insert("了");
        one.end();
        one.delete_word();
        assert_eq!(one.take(), "磁了盘 is ");
        let mut one = draft("one two");
        one.left();
        one.delete_head();
        assert_eq!(one.take(), "o");
    }

    #[test]
    fn line_ends_become_line_breaks() {
        assert_eq!(draft("a\r\nb\rc\nd").take(), "a\nb\nc\nd");
    }

    #[test]
    fn the_cursor_knows_wide_characters() {
        for (text, columns, lines, cursor) in [
            ("", 10, vec![""], (0, 0)),
            ("磁盘", 10, vec!["磁盘"], (0, 4)),
            ("磁盘又", 5, vec!["磁盘", "又"], (1, 2)),
            ("abcd", 4, vec!["abcd", ""], (1, 0)),
            ("a👨‍👩‍👧b", 10, vec!["a👨‍👩‍👧b"], (0, 4)),
            ("a\n磁", 10, vec!["a", "磁"], (1, 2)),
            ("\u{1b}[2J", 20, vec!["\\u{1b}[2J"], (0, 9)),
        ] {
            let rows = draft(text).rows(columns);
            assert_eq!(
                (rows.lines, rows.cursor),
                (lines.into_iter().map(str::to_owned).collect(), cursor),
                "{text:?}"
            );
        }
        let mut one = draft("磁盘又");
        one.left();
        assert_eq!(
            one.rows(4).cursor,
            (1, 0),
            "before a character that does not fit"
        );
        one.left();
        assert_eq!(one.rows(4).cursor, (0, 2));
    }

    #[test]
    fn counted_in_utf_16_units() {
        let one = draft("磁😀a");
        assert_eq!((one.units(), one.characters()), (4, 3));
        assert!(draft(" \n").is_blank() && !draft(" \n").is_empty());
    }
}
