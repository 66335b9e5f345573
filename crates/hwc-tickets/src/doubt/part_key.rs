//! The key of one part of a text that is sent in parts: made of that of the text.

/// Stands between the key of a text and the number of a part.
pub(crate) const PART: &str = " part ";

/// The key of one part of a text that is sent in parts under `key`. It says nothing of how many there are: where that has
/// changed, so has the text, and a key is that of one text.
pub(crate) fn of_part(key: &str, number: usize) -> String {
    format!("{key}{PART}{number}")
}

/// Whether `other` is the key of a part of what is sent under `key`.
pub(crate) fn is_of_part(other: &str, key: &str) -> bool {
    part_of(other) == Some(key)
}

/// The key of the text, if `key` is one of a part: just as [`of_part`] writes it.
pub(crate) fn part_of(key: &str) -> Option<&str> {
    let (whole, number) = key.rsplit_once(PART)?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !number.is_empty() && !number.starts_with('0')).then_some(whole)
}
