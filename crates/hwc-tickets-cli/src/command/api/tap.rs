//! Keeps what the service answers, also when the answer is judged a failure.

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hwc_tickets::{
    Transport,
    transport::{AnswerBody, HttpTransport, RequestBody, Sending, TransportFault},
};
use std::{
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

/// The body of the last answer, as far as it came.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Tap {
    pub(super) fn on(inner: HttpTransport) -> Self {
        Self {
            inner: Arc::new(inner),
            kept: Kept::default(),
        }
    }

    /// The body of the last answer, as far as it came.
    pub(super) fn last(&self) -> Vec<u8> {
        self.kept.lock().clone()
    }
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for Tap {
    fn send(&self, request: Request<RequestBody>) -> Sending {
        let kept = self.kept.clone();
        kept.lock().clear();
        let answer = self.inner.send(request);
        Box::pin(async move {
            let (head, body) = answer.await?.into_parts();
            let body = AnswerBody::from_body(Copied { body, kept });
            Ok(Response::from_parts(head, body))
        })
    }
}

/// A body that is copied on its way.
struct Copied {
    body: AnswerBody,
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
        if let Some(data) = frame
            .as_ref()
            .and_then(|frame| frame.as_ref().ok()?.data_ref())
        {
            let mut kept = self.kept.lock();
            if kept.len().saturating_add(data.len()) <= MOST_BYTES {
                kept.extend_from_slice(data);
            }
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
