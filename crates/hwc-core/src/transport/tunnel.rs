//! Asks a proxy for a tunnel (CONNECT, RFC 9110 section 9.3.6).
//!
//! By hand and not with the engine's own tunnel, which takes an interim answer (1xx) for the answer, knows no grant but
//! 200, and does not tell the status.

use std::borrow::Cow;

use http::HeaderValue;
use httparse::{EMPTY_HEADER, ParserConfig, Response, Status};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::{TlsFlaw, TransportFault, TransportFaultKind, causes::root_words};

/// Most bytes of the answer, with the interim ones before it.
const LARGEST_ANSWER: usize = 16 * 1024;

/// Most header lines of one of them.
const MOST_HEADERS: usize = 100;

/// Bytes that are read at once.
const PIECE: usize = 1024;

/// Asks for a tunnel to `target` (host and port). With `Ok` the line leads there.
pub(super) async fn ask<S>(
    line: &mut S,
    target: &str,
    login: Option<&HeaderValue>,
) -> Result<(), TransportFault>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n").into_bytes();
    if let Some(login) = login {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(login.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    // A proxy may refuse without reading: what it said is told, if it said anything.
    let unasked = match line.write_all(&request).await {
        Ok(()) => line.flush().await.err(),
        Err(error) => Some(error),
    };
    match answer(line).await {
        Ok(200..=299) => match unasked {
            None => Ok(()),
            Some(error) => Err(TransportFault::connect(root_words(&error))),
        },
        Ok(407) => Err(TransportFault::new(
            TransportFaultKind::ProxyLogin,
            "it answered CONNECT with status 407: proxy authorization required",
        )),
        Ok(status) => Err(TransportFault::connect(format!(
            "it answered CONNECT with status {status:03}"
        ))),
        Err(fault) => Err(fault),
    }
}

/// The status of the answer: the first that is no interim one.
async fn answer<S: AsyncRead + Unpin>(line: &mut S) -> Result<u16, TransportFault> {
    let mut bytes = Vec::new();
    // Of the answer that is not whole yet.
    let mut start = 0_usize;
    loop {
        while let Some((status, length)) = head(bytes.get(start..).unwrap_or_default())? {
            start = start.saturating_add(length);
            match status {
                // A TLS server does not speak first: it is the proxy that says more, a page of its own or the like.
                200..300 if start < bytes.len() => {
                    return Err(TransportFault::new(
                        TransportFaultKind::Tls(TlsFlaw::NotTls),
                        "it answered CONNECT with a page or the like in place of a tunnel",
                    ));
                }
                100 | 102..200 => {}
                // The protocol of 101 was asked for by nobody, and below 100 there is no status.
                _ => return Ok(status),
            }
        }
        let room = LARGEST_ANSWER.saturating_sub(bytes.len()).min(PIECE);
        let mut piece = [0; PIECE];
        let read = match piece.get_mut(..room) {
            Some(piece) if room > 0 => line.read(piece).await,
            _ => return end(&bytes, start, "its answer to CONNECT is larger than 16 KiB"),
        };
        match read {
            Ok(0) => {
                let closed = "it closed the connection without a whole answer to CONNECT";
                return end(&bytes, start, closed);
            }
            Ok(length) => bytes.extend(piece.iter().take(length)),
            Err(error) => return end(&bytes, start, root_words(&error)),
        }
    }
}

/// Nothing more comes of the answer that begins at `start`. A refusal needs no more proof.
fn end(
    bytes: &[u8],
    start: usize,
    why: impl Into<Cow<'static, str>>,
) -> Result<u16, TransportFault> {
    refusal(bytes.get(start..).unwrap_or_default()).ok_or_else(|| TransportFault::connect(why))
}

/// Status and length of the head at the beginning of `bytes`; `None` when it is not whole yet.
fn head(bytes: &[u8]) -> Result<Option<(u16, usize)>, TransportFault> {
    let (parsed, status) = parse(bytes);
    match parsed {
        Ok(Status::Complete(length)) => Ok(status.map(|status| (status, length))),
        Ok(Status::Partial) => Ok(None),
        Err(error) => {
            let why = match error {
                httparse::Error::TooManyHeaders => {
                    "its answer to CONNECT has more than 100 header lines"
                }
                _ => "its answer to CONNECT is not HTTP/1.1",
            };
            end(bytes, 0, why).map(|status| Some((status, bytes.len())))
        }
    }
}

/// The status of a head that is broken or not whole, when it refuses.
fn refusal(bytes: &[u8]) -> Option<u16> {
    let (_, status) = parse(bytes);
    status.filter(|status| *status >= 300)
}

/// What its headers say is of no interest, so neither is how well they are written. The status is known before them.
fn parse(bytes: &[u8]) -> (httparse::Result<usize>, Option<u16>) {
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let mut response = Response::new(&mut headers);
    let parsed = ParserConfig::default()
        .ignore_invalid_headers_in_responses(true)
        .parse_response(&mut response, bytes);
    (parsed, response.code)
}
