//! What a code and a status mean, and what they prove.

use std::borrow::Cow;

use http::StatusCode;

use super::{super::record::printable_id, Failure};
use crate::{
    Category, Delivery, ErrorCode, Fault, FaultKind,
    fault::{GATEWAY, OLD_GATEWAY},
    pipeline::envelope::Envelope,
    retry::Repeat,
};

/// Sorts a failure by code and status.
pub(super) fn meaning(status: StatusCode, envelope: Envelope, codes: &[ErrorCode]) -> Failure {
    let number = status.as_u16();
    let row = envelope
        .code
        .as_deref()
        .and_then(|code| lookup(code, number, codes));
    let category = row
        .map(|row| row.category)
        .filter(|known| *known != Category::Unknown);
    let code = envelope.code.as_deref().map(printable_code);
    let kind = kind(number, category, code.is_some());
    // Two statuses are those of two machines.
    let is_other = |told: u16| (100..600).contains(&told) && told != number;
    let is_contradicted =
        row.is_some_and(|row| contradicts(number, row)) || envelope.status.is_some_and(is_other);
    // After these the call is made again, so nothing may stand beside the code that is not about an error.
    let is_repeated = matches!(
        category,
        Some(Category::Throttling | Category::Authentication)
    );
    let is_proof = envelope.is_known_form && !is_contradicted && (envelope.is_lone || !is_repeated);
    let delivery = proof(category, is_proof);
    let detail: Cow<'static, str> = match (row, &code) {
        (Some(row), _) => row.meaning.into(),
        (None, Some(_)) => "the service reports an error with a code that is not known here".into(),
        (None, None) => match kind {
            FaultKind::Throttled => "too many requests".into(),
            FaultKind::Unauthorized => "the credentials were refused".into(),
            FaultKind::RequestTooLarge => "the request is too large".into(),
            _ => "the answer is an error, and not one of this service".into(),
        },
    };
    let repeat = match kind {
        FaultKind::Throttled if number == 429 => Repeat::Backoff,
        FaultKind::Unavailable if matches!(number, 200..=299 | 408 | 500 | 502 | 503 | 504) => {
            Repeat::Backoff
        }
        _ => Repeat::Never,
    };
    let mut fault = Fault::new(kind, delivery, detail);
    fault.code = code;
    fault.category = category;
    fault.in_doubt = row.is_some_and(|row| row.in_doubt);
    fault.message = envelope.message;
    fault.request_id = envelope.request_id.as_deref().and_then(printable_id);
    Failure { fault, repeat }
}

fn kind(status: u16, category: Option<Category>, has_code: bool) -> FaultKind {
    match (status, category) {
        (413 | 414 | 431 | 494, _) => FaultKind::RequestTooLarge,
        (429, _) | (_, Some(Category::Throttling)) => FaultKind::Throttled,
        (_, Some(Category::Validation | Category::Quota | Category::State)) => FaultKind::Refused,
        (_, Some(Category::Permission)) => FaultKind::Forbidden,
        (_, Some(Category::NotFound)) => FaultKind::NotFound,
        (401, _) | (_, Some(Category::Authentication)) => FaultKind::Unauthorized,
        (_, Some(Category::Internal)) | (408 | 500..=599, _) => FaultKind::Unavailable,
        (403, _) => FaultKind::Forbidden,
        // Without a code this can be any machine in between, for instance for a wrong address.
        (404, _) if has_code => FaultKind::NotFound,
        (400 | 402 | 405..=499, _) => FaultKind::Refused,
        (200..=299, _) => FaultKind::Refused,
        _ => FaultKind::Protocol,
    }
}

/// What the answer proves about a write. See the order in `classify`.
fn proof(category: Option<Category>, is_known_form: bool) -> Delivery {
    match category {
        None | Some(Category::Internal | Category::Unknown) => Delivery::Unknown,
        Some(_) if is_known_form => Delivery::Rejected,
        Some(_) => Delivery::Unknown,
    }
}

/// Whether a status says something else than the code that came with it, and the code is not known with it: then two
/// machines have spoken, and nobody knows which of them had the call. One that tells of a server that failed or gave up,
/// or of too many requests, speaks of no other refusal. After a refusal for the rate or the credentials the call is made
/// again, so only the status that means just that goes with it.
fn contradicts(status: u16, row: &ErrorCode) -> bool {
    row.http_status != status
        && match row.category {
            Category::Throttling => status != 429,
            Category::Authentication => status != 401,
            _ => matches!(status, 408 | 429 | 500..=599),
        }
}

/// The row of a code. The gateway uses one code with several statuses and meanings (`APIGW.0201` is a
/// malformed request with 400 and a dead backend with 502), so the status decides; without a row for the
/// status, all rows must agree.
fn lookup<'a>(code: &str, status: u16, codes: &'a [ErrorCode]) -> Option<&'a ErrorCode> {
    let number = code.strip_prefix(OLD_GATEWAY);
    let is_same = |row: &&ErrorCode| {
        row.code == code
            || number.is_some_and(|number| row.code.strip_prefix(GATEWAY) == Some(number))
    };
    let mut rows = codes.iter().filter(is_same);
    if let Some(exact) = rows.clone().find(|row| row.http_status == status) {
        return Some(exact);
    }
    let first = rows.next()?;
    rows.all(|row| row.category == first.category)
        .then_some(first)
}

/// The code as it may be shown: foreign text must not reach logs in its place.
fn printable_code(code: &str) -> String {
    let good = code.len() <= 64
        && code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if good {
        code.to_owned()
    } else {
        "?".to_owned()
    }
}
