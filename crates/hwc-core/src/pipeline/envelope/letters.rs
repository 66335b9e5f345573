//! Words in whatever spelling, brought to one.

/// The letters and digits of a key, in whatever spelling it is: the first `MOST` of them. On the stack, because every key of
/// every answer to a write is brought to this form.
#[derive(Debug)]
pub(super) struct Letters<const MOST: usize> {
    letters: [u8; MOST],
    length: usize,
}

impl<const MOST: usize> Letters<MOST> {
    /// Those of `text`, in lower case.
    pub(super) fn of(text: impl Iterator<Item = char>) -> Self {
        let mut letters = [0; MOST];
        let mut length = 0;
        let found = text.filter(char::is_ascii_alphanumeric);
        for (place, letter) in letters.iter_mut().zip(found) {
            // One byte each: they are ASCII.
            *place = u8::try_from(letter.to_ascii_lowercase()).unwrap_or_default();
            length += 1;
        }
        Self { letters, length }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.letters.get(..self.length).unwrap_or_default()
    }

    /// Without `word`, wherever it stands.
    pub(super) fn without(&self, word: &str) -> Self {
        let mut letters = [0; MOST];
        let mut length = 0;
        let mut rest = self.as_bytes();
        for place in &mut letters {
            while let Some(behind) = after(rest, word) {
                rest = behind;
            }
            let Some((first, behind)) = rest.split_first() else {
                break;
            };
            *place = *first;
            length += 1;
            rest = behind;
        }
        Self { letters, length }
    }

    /// Whether they are one of `words`.
    pub(super) fn are_one_of(&self, words: &[&str]) -> bool {
        let letters = self.as_bytes();
        words.iter().any(|word| word.as_bytes() == letters)
    }

    /// Whether one of `stems` stands somewhere in them.
    pub(super) fn hold_one_of(&self, stems: &[&str]) -> bool {
        let letters = self.as_bytes();
        (0..letters.len())
            .filter_map(|at| letters.get(at..))
            .any(|rest| stems.iter().any(|stem| after(rest, stem).is_some()))
    }

    /// Whether they end with one of `ends`.
    pub(super) fn end_with_one_of(&self, ends: &[&str]) -> bool {
        let letters = self.as_bytes();
        ends.iter().any(|end| letters.ends_with(end.as_bytes()))
    }
}

/// What stands behind `word`, if `letters` begin with it.
fn after<'l>(letters: &'l [u8], word: &str) -> Option<&'l [u8]> {
    let word = word.as_bytes();
    // Nearly always the first letter tells, and to look at it alone is cheaper.
    match !word.is_empty() && word.first() == letters.first() {
        true => letters.strip_prefix(word),
        false => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str) -> Letters<8> {
        Letters::of(text.chars())
    }

    fn without(text: &str, word: &str) -> Vec<u8> {
        letters(text).without(word).as_bytes().to_vec()
    }

    #[test]
    fn letters_and_digits_are_kept_and_nothing_else() {
        for (text, kept) in [
            ("", ""),
            ("Error-Code", "errorcod"),
            ("_é ß_", ""),
            ("\u{ff45}rr_1", "rr1"),
            ("12345678", "12345678"),
            ("1234567-89", "12345678"),
        ] {
            assert_eq!(letters(text).as_bytes(), kept.as_bytes(), "{text}");
        }
    }

    #[test]
    fn a_word_is_left_out_wherever_it_stands() {
        for (text, kept) in [
            ("ab", ""),
            ("abab", ""),
            ("xabyab", "xy"),
            ("aab", "a"),
            // What comes together by it is not looked at again.
            ("aabb", "ab"),
            ("ba", "ba"),
        ] {
            assert_eq!(without(text, "ab"), kept.as_bytes(), "{text}");
            assert_eq!(text.replace("ab", ""), kept, "{text}");
        }
        assert_eq!(without("abc", ""), b"abc");
    }

    #[test]
    fn words_are_found_as_a_whole_within_and_at_the_end() {
        let key = letters("Is_Fault");
        assert!(key.are_one_of(&["x", "isfault"]) && !key.are_one_of(&["fault", "is", ""]));
        assert!(key.hold_one_of(&["x", "fau"]) && !key.hold_one_of(&["faults", "tl"]));
        assert!(key.end_with_one_of(&["x", "ult"]) && !key.end_with_one_of(&["is"]));
        assert!(!letters("").hold_one_of(&["x"]) && !letters("").end_with_one_of(&["x"]));
    }
}
