//! What an answer to a write may hold when all is well.
//!
//! Such an answer says next to nothing, and to take another for it loses a message in silence. So this is no list of what
//! says failure, which has no end, but of what is known to say none: ids, times, counts, plain signs of success, nothing
//! at all, and objects of such. What anything else says, nobody knows.

use super::{
    child::{Seen, Weight},
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
    /// The id of a thing that calls are about.
    Id,
    /// The id of what the operation makes, under the key that the description gives it.
    Made,
    /// The id of the request.
    RequestId,
    /// The id of something else.
    OtherId,
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
const WORDS: &[&str] = &[
    "message",
    "msg",
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
    "caseid",
    "orderid",
    "groupid",
    "labelid",
    "relationid",
    "relatedid",
    "commentid",
    "replyid",
];
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
        let letters: String = (key.chars())
            .filter(char::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
        let is = |list: &[&str]| list.contains(&letters.as_str());
        match () {
            () if is(FAILURE) => Self::Failure,
            () if is(SUCCESS) => Self::Success,
            () if is(RESULT) => Self::Result,
            () if is(WORDS) => Self::Words,
            () if is(ID) => Self::Id,
            () if is(REQUEST_ID) => Self::RequestId,
            () if is(TIME) => Self::Time,
            () if is(COUNT) => Self::Count,
            () if is(CONTENT) => Self::Content,
            () if letters.ends_with("id") || letters.ends_with("ids") => Self::OtherId,
            () => Self::Other,
        }
    }

    /// Whether `seen` is what may stand there, or nothing.
    pub(super) fn is_plain(self, seen: &Seen) -> bool {
        if seen.weight == Weight::Nothing {
            return true;
        }
        let Some(text) = seen.text.as_deref() else {
            return seen.is_plain_object
                && matches!(self, Self::Result | Self::Words | Self::Content);
        };
        match self {
            Self::Failure => words::is_none(text),
            Self::Success => is_yes(text),
            Self::Result => words::is_good_end(text),
            Self::Words => words::is_plain(text),
            Self::Id | Self::RequestId => is_id(text),
            Self::Made => is_name(text),
            Self::Time => is_time(text),
            Self::Count => is_count(text),
            Self::OtherId | Self::Content | Self::Other => false,
        }
    }

    /// Whether a text, a number or a truth value is what only a call that was done is answered with.
    pub(super) fn is_sign(self, seen: &Seen) -> bool {
        match self {
            Self::Success | Self::Result | Self::Id | Self::Count => self.is_plain(seen),
            Self::Made => seen.text.as_deref().is_some_and(is_name),
            Self::OtherId => seen.text.as_deref().is_some_and(is_id),
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

/// An id: letters, digits, `-` and `_`, with a digit that is not zero. A word without one may say anything.
pub(super) fn is_id(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= 128
        && !text.starts_with('-')
        && text.bytes().all(is_part)
        && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
        && (is_number || !words::is_failure(text))
}

/// A name, in whatever letters, that is none for a failure and none for nothing.
fn is_name(text: &str) -> bool {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    !text.is_empty()
        && !text.contains(|letter: char| letter.is_whitespace() || letter.is_control())
        && !words::is_none(text)
        && text != "true"
        && (is_number || !words::is_failure(text))
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
