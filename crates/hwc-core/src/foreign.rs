//! Characters of foreign text on which a terminal would act, or by which a reader's eye would be led astray.
//!
//! Whatever comes from other people or other machines is shown with them written out, `\u{1b}`. Letters, marks and emoji of
//! every script stay as they are.
//!
//! Public for the SDK and the program built on this crate, so that both know the same characters. Not promised to others.

/// Whether a character moves the cursor, changes colours, ends a line or turns the reading direction.
#[must_use]
pub fn is_active(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' // direction
            | '\u{2028}' | '\u{2029}' // line and paragraph separators
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}') // byte order mark, interlinear annotation
}

/// The character, or its number as `\u{1b}` where it is active. Doing it twice changes nothing.
pub fn inert(letter: char) -> impl Iterator<Item = char> {
    let escaped = is_active(letter).then(|| letter.escape_unicode());
    let plain = escaped.is_none().then_some(letter);
    plain.into_iter().chain(escaped.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use super::inert;

    #[test]
    fn active_characters_are_written_out() {
        for (text, shown) in [
            ("\u{1b}[31m", "\\u{1b}[31m"),
            ("\u{9b}\u{7f}\0", "\\u{9b}\\u{7f}\\u{0}"),
            (
                "\u{202e}\u{61c}\u{200f}\u{2066}",
                "\\u{202e}\\u{61c}\\u{200f}\\u{2066}",
            ),
            (
                "\u{2028}\u{2029}\u{feff}\u{fff9}",
                "\\u{2028}\\u{2029}\\u{feff}\\u{fff9}",
            ),
            ("工单 👨‍👩‍👧 مرحبا \\u{1b}", "工单 👨‍👩‍👧 مرحبا \\u{1b}"),
        ] {
            assert_eq!(text.chars().flat_map(inert).collect::<String>(), shown);
        }
    }
}
