//! Keys in nobody's list that speak of how a call ended, and which of their values are plain signs of success.
//!
//! An answer to a write says next to nothing when all is well. So whatever it says of an outcome must be plain success,
//! or nobody knows.

use super::{
    letters::Letters,
    seen::{Seen, Weight},
    words,
};

/// What a key speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Of a failure: good when there is nothing in it.
    Failure,
    /// Of success: good when it says yes.
    Success,
    /// How it ended: good when it is zero, a status of success, or a word for it.
    Result,
    /// In words: good when they say success and nothing else.
    Words,
}

/// What stands in keys about failure.
const FAILURE: [&str; 18] = [
    "err",
    "fail",
    "fault",
    "exception",
    "deni",
    "deny",
    "reject",
    "refus",
    "abort",
    "invalid",
    "forbid",
    "unauthor",
    "unsuccess",
    "notsuccess",
    "unaccept",
    "notaccept",
    "redirect",
    "login",
];
const SUCCESS: [&str; 2] = ["success", "accept"];
const RESULT: [&str; 4] = ["code", "status", "state", "result"];
const WORDS: [&str; 7] = [
    "message", "msg", "detail", "title", "desc", "reason", "stack",
];

/// How keys end that name, count or date the thing and do not judge it.
const NAMING: [&str; 10] = [
    "id", "ids", "time", "date", "at", "type", "count", "total", "num", "number",
];

/// Longest part of a key that is looked at, in letters.
const LONGEST: usize = 128;

impl Outcome {
    /// What `key` speaks of, in whatever spelling; `None`: of no outcome.
    pub(super) fn of(key: &str) -> Option<Self> {
        let letters = Letters::<LONGEST>::of(key.chars().take(LONGEST)).without("default");
        let is_naming = || letters.end_with_one_of(&NAMING);
        if letters.hold_one_of(&FAILURE) {
            Some(Self::Failure)
        } else if letters.hold_one_of(&SUCCESS) {
            Some(Self::Success)
        } else if !is_naming() && letters.hold_one_of(&RESULT) {
            Some(Self::Result)
        } else if !is_naming() && letters.hold_one_of(&WORDS) {
            Some(Self::Words)
        } else {
            None
        }
    }

    /// Whether `seen` is no plain sign of success. What an object says is read by itself.
    pub(super) fn is_doubtful(self, seen: &Seen) -> bool {
        if seen.weight == Weight::Nothing {
            return false;
        }
        let is_text = |is_good: fn(&str) -> bool| {
            seen.holds_scalar || seen.text.as_deref().is_some_and(|text| !is_good(text))
        };
        match self {
            Self::Failure => {
                let is_none = seen.text.as_deref().is_some_and(words::is_none);
                seen.weight == Weight::Something && !is_none
            }
            Self::Success => is_text(words::is_yes),
            Self::Result => is_text(words::is_plain),
            Self::Words => is_text(|text| text == "false" || words::is_plain(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_speak_of_an_outcome_by_the_stems_in_them() {
        let far = |letters: usize| format!("{}err", "x".repeat(letters));
        let rows = [
            ("isDefault".to_owned(), None),
            ("default_fault".to_owned(), Some(Outcome::Failure)),
            ("defaultMessageId".to_owned(), None),
            ("default-message".to_owned(), Some(Outcome::Words)),
            ("accepted_at".to_owned(), Some(Outcome::Success)),
            ("resultType".to_owned(), None),
            ("user.status".to_owned(), Some(Outcome::Result)),
            ("statusReason".to_owned(), Some(Outcome::Result)),
            (far(125), Some(Outcome::Failure)),
            (far(126), None),
            (String::new(), None),
        ];
        for (key, expected) in rows {
            assert_eq!(Outcome::of(&key), expected, "{key}");
        }
    }
}
