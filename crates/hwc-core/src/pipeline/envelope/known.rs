//! What an answer to a write may hold when all is well.
//!
//! Such an answer says next to nothing, and to take another for it loses a message in silence. So this is no list of what
//! says failure, which has no end, but of what is known to say none: ids, times, counts, plain signs of success, nothing
//! at all, and objects of such. What anything else says, nobody knows.

use super::{
    letters::Letters,
    seen::{Seen, Weight},
    words,
};

/// What may stand under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// That nothing failed.
    Failure,
    /// A yes.
    Success,
    /// How it ended: zero, a status of success, or a word for it.
    Result,
    /// Words for success, and no others.
    Words,
    /// The same, or what was written.
    Message,
    /// The id of a thing that calls make.
    Id,
    /// The id of a thing that the call was about: an error may name it as well.
    Subject,
    /// The id of what the operation makes, under the key that the description gives it.
    Made,
    /// The id of the request.
    RequestId,
    /// A point in time.
    Time,
    /// How many there are, at least one.
    Count,
    /// What was answered, as an object of such fields.
    Content,
    /// Nothing.
    Other,
}

const FAILURE: &[&str] = &[
    "error",
    "errors",
    "err",
    "iserror",
    "haserror",
    "errorcodes",
    "errormessages",
    "errorcount",
    "exception",
    "exceptions",
    "fault",
    "fail",
    "failed",
    "failure",
    "failures",
    "failcount",
    "failedcount",
    "failurecount",
];
const SUCCESS: &[&str] = &[
    "success",
    "succeeded",
    "successful",
    "issuccess",
    "ok",
    "accepted",
];
const RESULT: &[&str] = &[
    "result",
    "status",
    "state",
    "code",
    "statuscode",
    "httpstatus",
    "httpcode",
    "retcode",
    "resultcode",
    "returncode",
    "returnstatus",
    "respcode",
    "rtncode",
];
const MESSAGE: &[&str] = &["message", "msg"];
const WORDS: &[&str] = &[
    "retmsg",
    "resultmsg",
    "returnmsg",
    "respmsg",
    "resultdesc",
    "detail",
    "title",
    "desc",
    "description",
    "reason",
];
const ID: &[&str] = &[
    "id",
    "uuid",
    "messageid",
    "msgid",
    "instantmessageid",
    "lastmessagetimeid",
    "imid",
    "labelid",
    "relationid",
    "relatedid",
    "commentid",
    "replyid",
];
const SUBJECT: &[&str] = &["caseid", "orderid", "groupid"];
const REQUEST_ID: &[&str] = &["requestid", "xrequestid", "reqid", "traceid", "spanid"];
const TIME: &[&str] = &[
    "time",
    "date",
    "timestamp",
    "createtime",
    "createdtime",
    "creationtime",
    "createdate",
    "createddate",
    "createdat",
    "updatetime",
    "updatedtime",
    "updatedat",
    "sendtime",
    "senttime",
    "sentat",
    "submittime",
    "submittedat",
    "messagetime",
    "lastmessagetime",
    "replytime",
    "statustime",
    "requesttime",
    "responsetime",
    "servertime",
    "currenttime",
];
const COUNT: &[&str] = &[
    "count",
    "total",
    "totalcount",
    "messagecount",
    "successcount",
];
const CONTENT: &[&str] = &["data", "body", "response"];

/// Longest key that is known, in letters.
const LONGEST: usize = 32;

/// Longest id, in letters.
const LONGEST_ID: usize = 1024;

impl Known {
    /// What may stand under `key`, in whatever spelling of its words. `made` is the key of what the operation makes.
    pub(super) fn of(key: &str, made: Option<&str>) -> Self {
        if made == Some(key) {
            return Self::Made;
        }
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        if key.len() > LONGEST || !key.bytes().all(is_part) {
            return Self::Other;
        }
        let letters = Letters::<LONGEST>::of(key.chars());
        let is = |list: &[&str]| letters.are_one_of(list);
        match () {
            () if is(FAILURE) => Self::Failure,
            () if is(SUCCESS) => Self::Success,
            () if is(RESULT) => Self::Result,
            () if is(MESSAGE) => Self::Message,
            () if is(WORDS) => Self::Words,
            () if is(ID) => Self::Id,
            () if is(SUBJECT) => Self::Subject,
            () if is(REQUEST_ID) => Self::RequestId,
            () if is(TIME) => Self::Time,
            () if is(COUNT) => Self::Count,
            () if is(CONTENT) => Self::Content,
            () => Self::Other,
        }
    }

    /// Whether `seen` is what may stand there, or nothing.
    pub(super) fn is_plain(self, seen: &Seen) -> bool {
        if seen.weight == Weight::Nothing {
            // Nothing in the place of what a success would tell is no success.
            return !matches!(self, Self::Id | Self::Made);
        }
        let Some(text) = seen.text.as_deref() else {
            return seen.is_plain_object
                && matches!(self, Self::Result | Self::Message | Self::Content);
        };
        match self {
            Self::Failure => words::is_none(text),
            Self::Success => is_yes(text),
            Self::Result => words::is_good_end(text),
            Self::Words | Self::Message => words::is_plain(text),
            Self::Id => is_id(text),
            Self::Subject | Self::RequestId => is_request_id(text),
            Self::Made => is_name(text),
            Self::Time => is_time(text),
            Self::Count => is_count(text),
            Self::Content | Self::Other => false,
        }
    }

    /// Whether a text, a number or a truth value is what only a call that was done is answered with.
    pub(super) fn is_sign(self, seen: &Seen) -> bool {
        match self {
            Self::Success | Self::Result | Self::Count => self.is_plain(seen),
            Self::Id => seen.weight == Weight::Something,
            Self::Made => seen.text.as_deref().is_some_and(is_name),
            _ => false,
        }
    }
}

/// A yes, and no other number than one or a status of success.
fn is_yes(text: &str) -> bool {
    match text.trim().parse::<f64>() {
        Ok(number) => number == 1.0 || words::is_success(text),
        Err(_) => words::is_yes(text),
    }
}

/// An id as services make them: hexadecimal digits, as any number has, or letters with many digits. Words may say anything,
/// and so may a code of an error.
fn is_id(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let is_hexadecimal = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    let is_made =
        text.bytes().all(is_hexadecimal) || text.bytes().filter(u8::is_ascii_digit).count() >= 8;
    text.len() <= LONGEST_ID
        && !text.starts_with('-')
        && text.bytes().all(is_part)
        && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
        && is_made
}

/// The id of a request: anything without blanks says nothing of how it ended.
pub(super) fn is_request_id(text: &str) -> bool {
    let is_blank = |letter: char| letter.is_whitespace() || letter.is_control();
    text.len() <= LONGEST_ID && !text.contains(is_blank)
}

/// Words that stand in the place of an id and are none.
const NO_NAMES: [&str; 16] = [
    "true",
    "yes",
    "undefined",
    "unknown",
    "nan",
    "na",
    "empty",
    "timeout",
    "forbidden",
    "blocked",
    "denied",
    "toolarge",
    "quotaexceeded",
    "virusfound",
    "notstored",
    "notfound",
];

/// The id of what was made, in whatever letters: no word for a failure, none for nothing, and no code of an error.
fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:/+=".contains(&byte);
    let word = Letters::<32>::of(text.chars().take(32));
    let is_code = (text.split_once('.')).is_some_and(|(family, number)| {
        family.bytes().all(|byte| byte.is_ascii_uppercase())
            && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    word.as_bytes().iter().any(|byte| *byte != b'0')
        && text.len() <= LONGEST_ID
        && text.bytes().all(is_part)
        && !is_code
        && !words::is_none(text)
        && !word.are_one_of(&NO_NAMES)
        && !words::is_failure(text)
}

/// A date with or without a time of day, or seconds or milliseconds since 1970.
fn is_time(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_digit() || b"-/.:+ TZ".contains(&byte);
    text.len() <= 40
        && text.starts_with(['1', '2'])
        && text.bytes().all(is_part)
        && text.bytes().filter(u8::is_ascii_digit).count() >= 8
}

fn is_count(text: &str) -> bool {
    text.parse().is_ok_and(|count: u32| count > 0)
}
