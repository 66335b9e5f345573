//! Reads the body of an answer: with a size limit, an idle limit, and no trust in its declared length.
//! An end counts as one only when the answer's framing proves it.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, Version, header, response::Parts};
use http_body::Body;

use super::patience::{Patience, RanOut};
use crate::{
    clock::Clock,
    deadline::Deadline,
    transport::{ResponseBody, TransportFault},
};

/// Why a body could not be read to its end.
#[derive(Debug)]
pub(super) enum Unread {
    /// The line broke.
    Broken(TransportFault),
    /// It ended before or after its declared length.
    WrongLength,
    /// No byte came for as long as the idle limit.
    Idle,
    /// The deadline of the call passed.
    Late,
    /// It is larger than the limit.
    TooLarge,
    /// The connection was closed, and nothing shows that it is whole.
    Unproven,
}

impl From<RanOut> for Unread {
    fn from(what: RanOut) -> Self {
        match what {
            RanOut::Idle => Self::Idle,
            RanOut::Total => Self::Late,
        }
    }
}

/// What bounds the reading of one body.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadLimits {
    /// Most bytes of it.
    pub(super) bytes: u64,
    /// Longest time without one.
    pub(super) idle: Duration,
}

/// A body that was read to its end, or to what the line says is its end.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) bytes: Bytes,
    /// Whether the end is proven: by its length, its last chunk, its status, or a protocol that marks
    /// the end. Not by a connection that was closed: a broken one looks the same.
    pub(super) whole: bool,
}

impl Read {
    /// Nothing was read.
    pub(super) fn nothing() -> Self {
        Self {
            bytes: Bytes::new(),
            whole: false,
        }
    }
}

/// Reads `body` whole. `total` is the deadline of the call.
pub(super) async fn read(
    mut body: ResponseBody,
    head: &Parts,
    limits: ReadLimits,
    clock: &dyn Clock,
    total: Deadline,
) -> Result<Read, Unread> {
    let (declared, is_proven) = framing(head, &body);
    if declared.is_some_and(|length| length > limits.bytes) {
        return Err(Unread::TooLarge);
    }
    let most = usize::try_from(limits.bytes).unwrap_or(usize::MAX);
    let mut patience = Patience::new(limits.idle, Some(total));
    let mut whole = Growing::Empty;
    while let Some(data) = next(&mut body, clock, &mut patience).await? {
        if whole.len().saturating_add(data.len()) > most {
            return Err(Unread::TooLarge);
        }
        whole = whole.push(data, most);
    }
    // The transport below checks this too; this holds for every transport.
    if declared.is_some_and(|length| length != whole.len() as u64) {
        return Err(Unread::WrongLength);
    }
    Ok(Read {
        bytes: whole.finish(),
        whole: is_proven,
    })
}

/// The length that `head` declares, and whether the end of `body` will be proven.
pub(super) fn framing(head: &Parts, body: &ResponseBody) -> (Option<u64>, bool) {
    let declared = Declared::of(&head.headers);
    let is_proven = declared != Declared::Nonsense
        && (ends_by_proof(head, declared) || body.size_hint().exact().is_some());
    let length = match declared {
        Declared::Length(length) => Some(length),
        Declared::Nothing | Declared::Nonsense => None,
    };
    (length, is_proven)
}

/// Whether the framing of the answer tells a whole body from a broken line.
fn ends_by_proof(head: &Parts, declared: Declared) -> bool {
    // These have no body, whatever else the head says.
    if matches!(
        head.status,
        StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
    ) {
        return true;
    }
    // The end is a flag of the last frame; a broken stream is an error of the transport.
    if head.version >= Version::HTTP_2 {
        return true;
    }
    match head.headers.get(header::TRANSFER_ENCODING) {
        // Without the last chunk the transport reports an error. Any other coding may end with the connection,
        // whatever length stands beside it; and of a list of codings the transport may read the last one
        // differently. So only chunks alone are a proof.
        Some(coding) => {
            let codings = head.headers.get_all(header::TRANSFER_ENCODING);
            codings.iter().nth(1).is_none()
                && coding
                    .as_bytes()
                    .trim_ascii()
                    .eq_ignore_ascii_case(b"chunked")
        }
        None => declared != Declared::Nothing,
    }
}

/// What the answer declares as its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Declared {
    Nothing,
    Length(u64),
    /// No number, or different ones. Only the body itself can show then that it is whole.
    Nonsense,
}

impl Declared {
    /// A length may be said twice, if it is the same.
    fn of(headers: &HeaderMap) -> Self {
        let mut declared = Self::Nothing;
        for value in headers.get_all(header::CONTENT_LENGTH) {
            for number in value.as_bytes().split(|byte| *byte == b',') {
                declared = match (declared, length(number.trim_ascii())) {
                    (Self::Nothing, Some(length)) => Self::Length(length),
                    (Self::Length(before), Some(length)) if before == length => declared,
                    _ => return Self::Nonsense,
                };
            }
        }
        declared
    }
}

/// The number that `text` is. `None`: it is none, or one too large to hold.
fn length(text: &[u8]) -> Option<u64> {
    let longer = |length: u64, byte: &u8| match byte {
        b'0'..=b'9' => length.checked_mul(10)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    };
    let length = text.iter().try_fold(0, longer);
    length.filter(|_| !text.is_empty())
}

/// The next piece. A timer is only made when there is nothing to read at once.
async fn next(
    body: &mut ResponseBody,
    clock: &dyn Clock,
    patience: &mut Patience,
) -> Result<Option<Bytes>, Unread> {
    poll_fn(|context| {
        if let Poll::Ready(read) = poll_data(body, context) {
            patience.rest();
            return Poll::Ready(read);
        }
        patience.poll(clock, context).map(|what| Err(what.into()))
    })
    .await
}

/// The next bytes of a body, `None` at its end.
pub(super) fn poll_data(
    body: &mut ResponseBody,
    context: &mut Context<'_>,
) -> Poll<Result<Option<Bytes>, Unread>> {
    loop {
        match ready!(Pin::new(&mut *body).poll_frame(context)) {
            None => return Poll::Ready(Ok(None)),
            Some(Err(fault)) => return Poll::Ready(Err(Unread::Broken(fault))),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) if data.is_empty() => {}
                Ok(data) => return Poll::Ready(Ok(Some(data))),
                // Trailers say nothing that is needed.
                Err(_) => {}
            },
        }
    }
}

/// A body as it grows. One piece is kept as it is; only a second one makes a buffer of its own.
pub(super) enum Growing {
    Empty,
    One(Bytes),
    Many(Vec<u8>),
}

impl Growing {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::One(bytes) => bytes.len(),
            Self::Many(buffer) => buffer.len(),
        }
    }

    /// Takes one more piece. What is reserved doubles, but never beyond the limit, and never by what the
    /// answer declares.
    pub(super) fn push(self, data: Bytes, limit: usize) -> Self {
        let mut buffer = match self {
            Self::Empty => return Self::One(data),
            Self::One(first) => {
                let mut buffer = Vec::new();
                make_room(&mut buffer, first.len().saturating_add(data.len()), limit);
                buffer.extend_from_slice(&first);
                buffer
            }
            Self::Many(buffer) => buffer,
        };
        let needed = buffer.len().saturating_add(data.len());
        make_room(&mut buffer, needed, limit);
        buffer.extend_from_slice(&data);
        Self::Many(buffer)
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Empty => &[],
            Self::One(bytes) => bytes,
            Self::Many(buffer) => buffer,
        }
    }

    pub(super) fn finish(self) -> Bytes {
        match self {
            Self::Empty => Bytes::new(),
            Self::One(bytes) => bytes,
            Self::Many(buffer) => buffer.into(),
        }
    }
}

fn make_room(buffer: &mut Vec<u8>, needed: usize, limit: usize) {
    if needed > buffer.capacity() {
        let target = needed.saturating_mul(2).min(limit).max(needed);
        buffer.reserve_exact(target.saturating_sub(buffer.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_growing_body_reserves_at_most_its_limit() {
        const LIMIT: usize = 1 << 20;
        for piece in [1_000, 4_096, 70_000, 500_000] {
            let mut body = Growing::Empty;
            let mut whole = Vec::new();
            while body.len() + piece <= LIMIT {
                let data = vec![u8::try_from(whole.len() % 251).unwrap(); piece];
                whole.extend_from_slice(&data);
                body = body.push(data.into(), LIMIT);
                if let Growing::Many(buffer) = &body {
                    assert!(buffer.capacity() <= LIMIT, "{}", buffer.capacity());
                }
            }
            assert!(body.finish() == whole);
        }
    }

    #[test]
    fn a_length_is_digits_and_no_more_than_can_be_held() {
        for (text, expected) in [
            ("0", Some(0)),
            ("007", Some(7)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("99999999999999999999", None),
            ("", None),
            ("+1", None),
            ("-1", None),
            ("1 2", None),
            ("1.0", None),
            ("0x1", None),
        ] {
            assert_eq!(length(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn a_body_of_one_piece_is_not_copied() {
        let data = Bytes::from_static(b"{}");
        let body = Growing::Empty.push(data.clone(), 100).finish();
        assert_eq!(body.as_ptr(), data.as_ptr());
    }
}
