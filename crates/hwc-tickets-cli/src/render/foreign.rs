//! Foreign text made inert: nothing in it can move the cursor, change colours or turn the reading direction.
//!
//! Messages, names and file names come from other people. What a terminal would act on is shown as text:
//! `\u{1b}`, `\u{202e}`. Letters, marks and emoji of every script stay as they are. So does what joins them; where it has
//! nothing to join, it is shown: some terminals draw what comes next into the cell before, and a screen that is drawn in parts,
//! as the chat, is disturbed by it.

use hwc_core::foreign::inert;
pub(crate) use hwc_core::foreign::is_active;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthChar as _;

/// Makes one sign of two emoji, or gives a letter the shape that it has beside another one.
const JOINER: char = '\u{200d}';

/// One line: line breaks and tabs are shown as `\n` and `\t`. Doing it twice changes nothing.
pub(crate) fn line(text: &str) -> String {
    if !text.contains(JOINER) {
        return letters(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.graphemes(true) {
        let mut before = None;
        let mut letters = character.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter == JOINER && !joins(before, letters.peek().copied()) {
                true => shown.extend(letter.escape_unicode()),
                false => push(&mut shown, letter),
            }
            before = Some(letter);
        }
    }
    shown
}

/// The same letter by letter, whatever stands beside each.
fn letters(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        push(&mut shown, letter);
    }
    shown
}

fn push(shown: &mut String, letter: char) {
    match letter {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        letter => shown.extend(inert(letter)),
    }
}

/// Whether a joiner within one character has something to join: a letter of a script whose letters have several shapes, or two
/// emoji. What stands directly beside it decides alone, so that doing it twice changes nothing.
fn joins(before: Option<char>, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    // From Arabic and Syriac over those of India to Mongolian, and the forms of Arabic letters.
    let is_of_shapes = matches!(before, '\u{600}'..='\u{1aff}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}');
    let is_sign = !before.is_ascii() && !before.is_alphanumeric() && before != JOINER;
    let is_seen = |letter: char| letter.width().is_some_and(|columns| columns > 0);
    is_of_shapes || is_sign && after.is_some_and(is_seen)
}

/// One field of a line: as [`line()`], and a backslash of the text is doubled, so that `C:\new` and a line break stay
/// apart and the text can be had back.
pub(crate) fn field(text: &str) -> String {
    line(&text.replace('\\', "\\\\"))
}

/// A text of several lines: its own line breaks stay, a tab becomes four spaces, all else as [`line()`].
pub(crate) fn text(text: &str) -> String {
    by_lines(text, line)
}

/// A piece of such a text, whose next piece is not known yet: joiners stay.
pub(crate) fn piece(text: &str) -> String {
    by_lines(text, letters)
}

fn by_lines(text: &str, shown: fn(&str) -> String) -> String {
    let text = text.replace("\r\n", "\n").replace('\t', "    ");
    let lines: Vec<String> = text.split('\n').map(shown).collect();
    lines.join("\n")
}

/// The lines of such a text, without empty ones at its end.
pub(crate) fn lines(text: &str) -> Vec<String> {
    let text = self::text(text);
    let lines = text.trim_end_matches('\n').split('\n');
    lines.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_characters_are_shown() {
        for (text, shown) in [
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("a\rb", "a\\rb"),
            ("a\nb\tc", "a\\nb\\tc"),
            ("\u{7}\u{8}\u{7f}\0", "\\u{7}\\u{8}\\u{7f}\\u{0}"),
            ("\u{202e}exe.txt", "\\u{202e}exe.txt"),
            (
                "\u{2066}a\u{2069}\u{200f}\u{61c}",
                "\\u{2066}a\\u{2069}\\u{200f}\\u{61c}",
            ),
            ("a\u{2028}b", "a\\u{2028}b"),
            // A joiner with nothing to join.
            ("over zwj\u{200d} end", "over zwj\\u{200d} end"),
            ("a\u{200d}b", "a\\u{200d}b"),
            ("工\u{200d}单", "工\\u{200d}单"),
            ("\u{200d}\u{200d}", "\\u{200d}\\u{200d}"),
            ("👨\u{200d} x", "👨\\u{200d} x"),
            ("👨\u{200d}\u{200d}👩", "👨\\u{200d}\\u{200d}👩"),
        ] {
            assert_eq!(line(text), shown, "{text:?}");
            assert_eq!(line(&line(text)), shown, "twice: {text:?}");
        }
    }

    /// Reads a field back as a script would.
    fn read_back(field: &str) -> String {
        let mut text = String::new();
        let mut rest = field.chars();
        while let Some(c) = rest.next() {
            let escape = if c == '\\' { rest.next() } else { None };
            match escape {
                None => text.push(c),
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some('u') => {
                    let digits: String = rest.by_ref().skip(1).take_while(|c| *c != '}').collect();
                    let number = u32::from_str_radix(&digits, 16).unwrap();
                    text.push(char::from_u32(number).unwrap());
                }
                Some(other) => text.push(other),
            }
        }
        text
    }

    #[test]
    fn a_field_can_be_had_back() {
        for text in [
            "C:\\new",
            "C:\new",
            "\\\\server\\temp\\u{1b}",
            "a\tb\r\n",
            "\u{1b}[31m \u{202e}工单",
            "\\",
            "",
        ] {
            let field = field(text);
            assert!(!field.contains(['\n', '\t']), "{field}");
            assert_eq!(read_back(&field), text);
        }
        assert_eq!(field("C:\\new"), "C:\\\\new");
    }

    #[test]
    fn every_script_stays() {
        for text in [
            "工单已处理。",
            "👨‍👩‍👧 ok",
            "مرحبا",
            "naïve",
            "\\u{1b} as typed",
            "می‌خواهم",
            "❤\u{fe0f}\u{200d}🔥",
            "👩🏽\u{200d}🚀",
            "क्\u{200d}ष",
            "ශ්\u{200d}රී",
            "ه\u{200d}.ق",
        ] {
            assert_eq!(line(text), text);
        }
    }

    #[test]
    fn own_line_breaks_stay() {
        assert_eq!(lines("a\r\nb\n\n\tc\n"), ["a", "b", "", "    c"]);
        assert_eq!(lines("a\rb"), ["a\\rb"]);
        assert_eq!(lines(""), [""]);
    }
}
