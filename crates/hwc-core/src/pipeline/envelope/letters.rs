//! Words in whatever spelling, brought to one.

/// The letters and digits of a key, in whatever spelling it is.
pub(super) fn letters_of(key: impl Iterator<Item = char>) -> String {
    key.filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}
