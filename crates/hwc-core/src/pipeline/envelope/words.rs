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
const GOOD: [&str; 7] = [
    "ok",
    "success",
    "successful",
    "successfully",
    "succeeded",
    "created",
    "accepted",
];

/// What may stand beside a word for success without taking anything from it.
const BESIDE_GOOD: [&str; 25] = [
    "the",
    "a",
    "your",
    "this",
    "message",
    "messages",
    "request",
    "operation",
    "call",
    "reply",
    "comment",
    "is",
    "was",
    "has",
    "been",
    "sent",
    "added",
    "done",
    "completed",
    "processed",
    "submitted",
    "saved",
    "stored",
    "posted",
    "received",
];

/// Most letters of a text that says success and nothing else.
const LONGEST: usize = 100;

/// What may stand before the Chinese word for success without taking anything from it.
const DONE: [&str; 14] = [
    "", "操作", "请求", "提交", "保存", "发送", "创建", "上传", "添加", "新增", "处理", "回复",
    "留言", "调用",
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
    let is_status = |text| number(text).is_some_and(|status| (200..300).contains(&status));
    let is_line = |(status, word)| is_status(status) && is_good(word);
    is_status(text)
        || text.trim().split_once(' ').is_some_and(is_line)
        || text.trim().eq_ignore_ascii_case("true")
        || is_good(text)
}

/// A text that says success and nothing else: a word for it, and at most what is being spoken of.
pub(super) fn is_good(text: &str) -> bool {
    // A sign may turn the meaning, and a long text says more than that.
    let ends = text.trim().trim_end_matches(['.', '!', '。', '！']);
    let is_part = |letter: char| letter.is_alphanumeric() || " ,:;'_".contains(letter);
    if !ends.chars().all(is_part) || text.chars().nth(LONGEST).is_some() {
        return false;
    }
    let mut words = (text.split(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .peekable();
    let is = |list: &[&str], word: &str| list.iter().any(|one| word.eq_ignore_ascii_case(one));
    let mut says_success = false;
    let is_nothing_else = words.all(|word| {
        let is_success = is(&GOOD, word) || is_good_chinese(word);
        says_success |= is_success;
        is_success || is(&BESIDE_GOOD, word)
    });
    is_nothing_else && says_success
}

/// Whether a text says anything of success, and be it among other words.
pub(super) fn speaks_of_success(text: &str) -> bool {
    text.contains("成功") || text.to_ascii_lowercase().contains("success") || is_good(text)
}

/// `操作成功`: what was done, and that it succeeded.
fn is_good_chinese(word: &str) -> bool {
    (word.strip_suffix("成功")).is_some_and(|done| DONE.contains(&done))
}

/// Nothing to tell: `none`, `null`, `no error`, zero, or a no.
pub(super) fn is_none(text: &str) -> bool {
    is_zero(text)
        || is_no(text)
        || is_good(text)
        || is_no_error(text)
        || ["none", "null", "nil"].contains(&letters(text).as_str())
}

/// `no error`, in whatever spelling.
fn is_no_error(text: &str) -> bool {
    ["noerror", "noerrors"].contains(&letters(text).as_str())
}

/// The letters and digits of a short text; of a longer one none.
fn letters(text: &str) -> String {
    let is_short = text.chars().nth(16).is_none();
    (text.chars().filter(|_| is_short))
        .filter(|letter| letter.is_alphanumeric())
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

/// A plain sign of success as a status or in words: zero, a status of success, a word for it, or no error.
pub(super) fn is_plain(text: &str) -> bool {
    !is_no(text) && (is_success(text) || is_none(text))
}

/// How it ended, plainly well: zero, a status of success, a word for it, or no error.
pub(super) fn is_good_end(text: &str) -> bool {
    is_zero(text) || is_success(text) || is_no_error(text)
}

/// A plain yes: `true`, `yes`, a number above zero, or a word for success.
pub(super) fn is_yes(text: &str) -> bool {
    let word = text.trim();
    let is_above_zero = word.parse().is_ok_and(|number: f64| number > 0.0);
    is_above_zero
        || is_good(text)
        || (["true", "yes", "y"].iter()).any(|yes| word.eq_ignore_ascii_case(yes))
}

fn number(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}
