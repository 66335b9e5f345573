//! Words in a text, found as people type them.

use std::ops::Range;

/// Where `word` stands in `text`, whether in small letters or in capitals.
pub(super) fn places(text: &str, word: &str) -> Vec<Range<usize>> {
    let wanted: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    let mut found = Vec::new();
    let mut free = 0;
    for (start, _) in text.char_indices() {
        let rest = text.get(start..).unwrap_or_default();
        if start >= free
            && let Some(length) = beginning(rest, &wanted)
        {
            free = start + length;
            found.push(start..free);
        }
    }
    found
}

/// Bytes of `wanted` at the beginning of `text`.
fn beginning(text: &str, wanted: &[char]) -> Option<usize> {
    let mut left = wanted.iter();
    let mut length = 0;
    for c in text.chars() {
        for small in c.to_lowercase() {
            if left.next() != Some(&small) {
                return None;
            }
        }
        length += c.len_utf8();
        if left.as_slice().is_empty() {
            return Some(length);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn words() {
        for (text, word, wanted) in [
            ("Disk disk DISK", "disk", &[(0, 4), (5, 9), (10, 14)][..]),
            ("磁盘又满了，磁盘", "磁盘", &[(0, 6), (18, 24)][..]),
            ("aaa", "aa", &[(0, 2)][..]),
            ("ÄRGER", "ärger", &[(0, 6)][..]),
            ("İx", "i", &[][..]),
            ("abc", "abcd", &[][..]),
            ("abc", "", &[][..]),
            ("😀ok", "OK", &[(4, 6)][..]),
        ] {
            let found = places(text, word).into_iter();
            let found: Vec<(usize, usize)> = found.map(|range| (range.start, range.end)).collect();
            assert_eq!(found, wanted, "{word:?} in {text:?}");
        }
    }
}
