//! A code of an object, in one spelling.

use super::words;

/// A code, with all that is said about it.
#[derive(Debug, Default)]
pub(super) struct Code {
    pub(super) times: u8,
    /// The first value that does not mean success.
    pub(super) failing: Option<String>,
    /// Whether some value says success, in words and not by being empty.
    pub(super) says_success: bool,
    /// Whether some value is zero or `*.0000`: only that says success whatever else is said (D-50).
    pub(super) says_zero: bool,
}

impl Code {
    pub(super) fn put(&mut self, value: Option<String>, means_success: fn(&str) -> bool) {
        self.times = self.times.saturating_add(1);
        let value = value.map(|code| code.trim().to_owned());
        let Some(code) = value.filter(|code| !code.is_empty()) else {
            return;
        };
        self.says_zero |= words::means_success(&code);
        if means_success(&code) {
            self.says_success = true;
        } else if self.failing.is_none() {
            self.failing = Some(code);
        }
    }

    /// Whether there is one code, and not two that may say two things.
    pub(super) fn is_single(&self) -> bool {
        self.times == 1
    }
}
