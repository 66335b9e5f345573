//! Lengths of texts as the service most likely counts them.

/// Length in UTF-16 units: 1 for most characters, 2 for emoji and rare ideographs.
pub(crate) fn units(text: &str) -> usize {
    #[cfg(test)]
    looked_at::add(text.len());
    text.chars().map(char::len_utf16).sum()
}

/// Longest prefix of `text` with at most `limit` UTF-16 units.
pub(crate) fn head(text: &str, limit: usize) -> &str {
    let mut left = limit;
    for (at, c) in text.char_indices() {
        match left.checked_sub(c.len_utf16()) {
            Some(rest) => left = rest,
            None => {
                #[cfg(test)]
                looked_at::add(at);
                return text.get(..at).unwrap_or(text);
            }
        }
    }
    #[cfg(test)]
    looked_at::add(text.len());
    text
}

/// Counts the bytes of texts that are measured here, each time they are, so that a test can tell how the work grows.
#[cfg(test)]
pub(crate) mod looked_at {
    use std::cell::Cell;

    thread_local! {
        static BYTES: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn add(bytes: usize) {
        BYTES.set(BYTES.get().saturating_add(bytes));
    }

    /// What was counted since this was asked before.
    pub(crate) fn take() -> usize {
        BYTES.replace(0)
    }
}
