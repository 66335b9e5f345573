//! Keeps what the service answers, also when the answer is judged a failure.

use bytes::Bytes;
use http::{Request, Response, header};
use http_body::{Body, Frame, SizeHint};
use hwc_tickets::{
    Transport, identity,
    transport::{HttpTransport, RequestBody, ResponseBody, Sending, TransportFault},
};
use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

/// More than this of one answer is not kept. Good answers do not come from here.
const MOST_BYTES: usize = 1024 * 1024;

/// The real transport with a tap on it. Clones share what was kept.
#[derive(Debug, Clone)]
pub(super) struct Tap {
    inner: Arc<HttpTransport>,
    kept: Kept,
}

/// The body of the last answer.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Beginning>>);

/// The beginning of a body, without holes.
#[derive(Clone, Default)]
pub(super) struct Beginning {
    bytes: Vec<u8>,
    /// Something came for which there was no room.
    is_full: bool,
    /// The end was seen.
    has_ended: bool,
}

impl Tap {
    pub(super) fn on(inner: HttpTransport) -> Self {
        Self {
            inner: Arc::new(inner),
            kept: Kept::default(),
        }
    }

    /// The body of the last answer, as far as it came and was kept.
    pub(super) fn last(&self) -> Beginning {
        self.kept.lock().clone()
    }
}

impl Beginning {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether that is the whole body.
    pub(super) fn is_whole(&self) -> bool {
        self.has_ended && !self.is_full
    }

    /// What comes after a piece that did not fit would leave a hole: it is not kept, however small it is.
    fn push(&mut self, data: &[u8]) {
        if self.is_full {
            return;
        }
        let room = MOST_BYTES.saturating_sub(self.bytes.len());
        let fitting = data.get(..room).unwrap_or(data);
        self.is_full = fitting.len() < data.len();
        self.bytes.extend_from_slice(fitting);
    }
}

/// Without the content: it holds messages of customers.
impl fmt::Debug for Beginning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Beginning")
            .field("bytes", &self.bytes.len())
            .field("is_whole", &self.is_whole())
            .finish()
    }
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, Beginning> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for Tap {
    fn send(&self, request: Request<RequestBody>) -> Sending {
        if !is_authenticated(&request) {
            return self.inner.send(request);
        }
        let kept = self.kept.clone();
        *kept.lock() = Beginning::default();
        let answer = self.inner.send(request);
        Box::pin(async move {
            let (head, body) = answer.await?.into_parts();
            let body = ResponseBody::from_body(Copied { body, kept });
            Ok(Response::from_parts(head, body))
        })
    }
}

/// Whether it is the call itself. What fetches credentials has none yet, and its answer may hold secrets.
fn is_authenticated<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    headers.contains_key(identity::X_AUTH_TOKEN) || headers.contains_key(header::AUTHORIZATION)
}

/// A body that is copied on its way.
struct Copied {
    body: ResponseBody,
    kept: Kept,
}

impl Body for Copied {
    type Data = Bytes;
    type Error = TransportFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportFault>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    self.kept.lock().push(data);
                }
            }
            Some(Err(_)) => {}
            None => self.kept.lock().has_ended = true,
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::{Beginning, MOST_BYTES, is_authenticated};
    use http::Request;

    #[test]
    fn answers_of_issuers_are_not_kept() {
        for (header, is_kept) in [
            ("x-auth-token", true),
            ("authorization", true),
            ("x-metadata-token", false),
        ] {
            let request = Request::builder().header(header, "x").body(()).unwrap();
            assert_eq!(is_authenticated(&request), is_kept, "{header}");
        }
    }

    #[test]
    fn what_is_kept_has_no_holes() {
        let mut kept = Beginning::default();
        kept.push(&vec![b'a'; MOST_BYTES - 3]);
        assert!(!kept.is_full);
        kept.push(b"bbbbb");
        kept.push(b"c");
        assert!(kept.bytes().ends_with(b"abbb"));
        assert_eq!(kept.bytes().len(), MOST_BYTES);
        kept.has_ended = true;
        assert!(!kept.is_whole());

        let mut exact = Beginning::default();
        exact.push(&vec![b'a'; MOST_BYTES]);
        exact.push(b"");
        assert!(!exact.is_whole());
        exact.has_ended = true;
        assert!(exact.is_whole());
    }
}
