//! Lengths of texts as the service most likely counts them.

/// Length in UTF-16 units: 1 for most characters, 2 for emoji and rare ideographs.
pub(crate) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Longest prefix of `text` with at most `limit` UTF-16 units.
pub(crate) fn head(text: &str, limit: usize) -> &str {
    let mut left = limit;
    for (at, c) in text.char_indices() {
        match left.checked_sub(c.len_utf16()) {
            Some(rest) => left = rest,
            None => return text.get(..at).unwrap_or(text),
        }
    }
    text
}
