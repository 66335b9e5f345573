//! What the text of a code, a status or a flag says: success, failure, or neither.

/// How the words begin by which a status says failure.
const FAILING: [&str; 8] = [
    "err",
    "fail",
    "exception",
    "unsuccess",
    "reject",
    "refus",
    "denied",
    "invalid",
];

/// The words by which a status or a message says success.
const GOOD: [&str; 9] = [
    "ok",
    "success",
    "successful",
    "successfully",
    "succeeded",
    "created",
    "accepted",
    "成功",
    "操作成功",
];

/// The codes that mean success: zero, however it is written, and `*.0000` (sister services answer `CBC.0000`).
pub(super) fn means_success(code: &str) -> bool {
    let code = code.trim();
    is_zero(code) || code.ends_with(".0000")
}

/// What other machines write for success besides: a status, or the word.
pub(super) fn means_success_elsewhere(code: &str) -> bool {
    let code = code.trim();
    let is_status = number(code).is_some_and(|status| (200..300).contains(&status));
    let is_word = ["ok", "success"]
        .iter()
        .any(|word| code.eq_ignore_ascii_case(word));
    means_success(code) || is_status || is_word
}

/// `0`, `0.0`, `-0`: a number that is zero.
pub(super) fn is_zero(text: &str) -> bool {
    // A number too small to be told from zero is none.
    let is_tiny = text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    !is_tiny && text.parse().is_ok_and(|number: f64| number == 0.0)
}

/// `false`, `no`, `n`.
pub(super) fn is_no(text: &str) -> bool {
    ["false", "no", "n"]
        .iter()
        .any(|no| text.trim().eq_ignore_ascii_case(no))
}

/// A status that says failure: of an error, below zero, a no, or a text with a word of failure (`ERROR_INTERNAL`).
pub(super) fn is_failure(text: &str) -> bool {
    if let Some(number) = number(text) {
        return number < 0 || (400..600).contains(&number);
    }
    let text = text.to_lowercase();
    let mut words = text.split(|letter: char| !letter.is_alphanumeric());
    let first = words.clone().next();
    let is_negated = matches!(first, Some("no" | "0" | "without"));
    is_no(&text)
        || !is_negated && words.any(|word| FAILING.iter().any(|failing| word.starts_with(failing)))
}

/// A status that says success: `200`, `true`, or a word for it.
pub(super) fn is_success(text: &str) -> bool {
    number(text).is_some_and(|status| (200..300).contains(&status))
        || text.trim().eq_ignore_ascii_case("true")
        || is_good(text)
}

/// A text that is nothing but a word for success.
pub(super) fn is_good(text: &str) -> bool {
    let text = text.trim_matches(|letter: char| !letter.is_alphanumeric());
    GOOD.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn number(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}
