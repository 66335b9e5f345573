//! Bodies of requests: read whole, or taken apart while they arrive when they are forms with a file.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use futures_util::Stream;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};

use super::hex::hex;
use crate::description::{Field, Kind, Schema};
use crate::domain::Blob;

/// How much of a body that is too large is still read, so that the refusal reaches a client that is busy sending.
const DRAINED: usize = 64 * 1024 * 1024;

/// Longest text part of a form in bytes, where the description has no limit.
const LONGEST_TEXT: usize = 64 * 1024;

/// What came as the body of a request.
#[derive(Debug)]
pub(super) struct Payload {
    /// Number of bytes that were read.
    pub(super) length: usize,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    Whole(Bytes),
    Form {
        /// SHA-256 of all bytes, taken while they came, in hexadecimal digits.
        digest: String,
        form: Result<Form, Flaw>,
    },
}

/// Why there is no form.
#[derive(Debug)]
pub(super) enum Flaw {
    /// It is none, or not one that this service takes.
    NotTaken,
    /// The disk does not take the file.
    NoRoom,
}

impl From<multer::Error> for Flaw {
    fn from(_: multer::Error) -> Self {
        Flaw::NotTaken
    }
}

impl From<io::Error> for Flaw {
    fn from(_: io::Error) -> Self {
        Flaw::NoRoom
    }
}

/// An upload.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// Name and bytes of the file.
    pub(super) file: Option<(String, Blob)>,
    /// The other parts, by name.
    pub(super) texts: BTreeMap<String, String>,
}

impl Payload {
    /// The body, if it came whole.
    pub(super) fn bytes(&self) -> &Bytes {
        static NOTHING: Bytes = Bytes::new();
        match &self.content {
            Content::Whole(bytes) => bytes,
            Content::Form { .. } => &NOTHING,
        }
    }

    pub(super) fn of(bytes: Bytes) -> Self {
        Payload {
            length: bytes.len(),
            content: Content::Whole(bytes),
        }
    }

    /// SHA-256 of all of it, in hexadecimal digits.
    pub(super) fn digest(&self) -> String {
        match &self.content {
            Content::Whole(bytes) => hex(&Sha256::digest(bytes)),
            Content::Form { digest, .. } => digest.clone(),
        }
    }
}

/// The body; of one that is too large, one byte more than is allowed.
pub(super) async fn whole(mut body: Body, most: usize) -> Result<Payload, axum::Error> {
    let announced = usize::try_from(body.size_hint().lower())
        .unwrap_or(0)
        .min(most);
    let mut whole = Vec::with_capacity(announced.min(64 * 1024));
    let mut seen = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        seen = seen.saturating_add(data.len());
        let room = most.saturating_add(1).saturating_sub(whole.len());
        whole.extend_from_slice(data.get(..room.min(data.len())).unwrap_or_default());
        if seen > most.saturating_add(DRAINED) {
            break;
        }
    }
    Ok(Payload::of(Bytes::from(whole)))
}

/// A form with a file, whose parts `schema` describes. A large file goes to the disk piece by piece, and nothing is kept of
/// what is too large.
pub(super) async fn form(
    headers: &HeaderMap,
    body: Body,
    schema: &Schema,
    most: usize,
) -> Result<Payload, axum::Error> {
    let meter = Arc::new(Mutex::new(Meter::default()));
    let mut metered = Metered {
        body,
        most,
        meter: Arc::clone(&meter),
    };
    let boundary = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| multer::parse_boundary(value).ok());
    let form = match boundary {
        Some(boundary) => parts(multer::Multipart::new(&mut metered, boundary), schema).await,
        None => Err(Flaw::NotTaken),
    };
    // The rest: of a form that was given up, and of one that is too large.
    while let Some(piece) = std::future::poll_fn(|cx| Pin::new(&mut metered).poll_next(cx)).await {
        if piece.is_err() {
            break;
        }
    }
    let mut meter = meter.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = meter.broke.take() {
        return Err(error);
    }
    Ok(Payload {
        length: meter.seen,
        content: Content::Form {
            digest: hex(&meter.digest.clone().finalize()),
            form: match form {
                Ok(_) if meter.seen > most => Err(Flaw::NotTaken),
                form => form,
            },
        },
    })
}

async fn parts(mut form: multer::Multipart<'_>, schema: &Schema) -> Result<Form, Flaw> {
    let mut found = Form::default();
    while let Some(mut part) = form.next_field().await? {
        let named = |field: &&Field| part.name() == Some(field.name.as_str());
        let Some(field) = schema.fields().iter().find(named) else {
            return Err(Flaw::NotTaken);
        };
        match field.schema.kind {
            Kind::Bytes if found.file.is_none() => {
                let name = part.file_name().ok_or(Flaw::NotTaken)?.to_owned();
                let mut content = Blob::writer();
                while let Some(piece) = part.chunk().await? {
                    // It may hold up other calls for a moment; it is the disk of this machine.
                    content.write_all(&piece)?;
                }
                found.file = Some((name, content.into_blob()));
            }
            _ if found.texts.contains_key(&field.name) => return Err(Flaw::NotTaken),
            // A second file.
            Kind::Bytes => return Err(Flaw::NotTaken),
            _ => {
                let longest = longest(&field.schema);
                let mut text = Vec::new();
                while let Some(piece) = part.chunk().await? {
                    text.extend_from_slice(&piece);
                    if text.len() > longest {
                        return Err(Flaw::NotTaken);
                    }
                }
                let text = String::from_utf8(text).map_err(|_| Flaw::NotTaken)?;
                found.texts.insert(field.name.clone(), text);
            }
        }
    }
    Ok(found)
}

/// Most bytes of a text: those of its documented characters, whatever they are.
fn longest(schema: &Schema) -> usize {
    let most = schema.most.and_then(|most| usize::try_from(most).ok());
    most.map_or(LONGEST_TEXT, |most| most.saturating_mul(4))
}

/// What went through a [`Metered`] body.
#[derive(Default)]
struct Meter {
    seen: usize,
    digest: Sha256,
    broke: Option<axum::Error>,
}

/// The pieces of a body, counted and hashed; it ends where it is too large.
struct Metered {
    body: Body,
    most: usize,
    meter: Arc<Mutex<Meter>>,
}

impl Stream for Metered {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(cx));
            let mut meter = self.meter.lock().unwrap_or_else(PoisonError::into_inner);
            match frame {
                None => return Poll::Ready(None),
                Some(Err(error)) => {
                    meter.broke = Some(error);
                    return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
                }
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else {
                        continue;
                    };
                    meter.seen = meter.seen.saturating_add(data.len());
                    if meter.seen <= self.most {
                        meter.digest.update(&data);
                        return Poll::Ready(Some(Ok(data)));
                    }
                    // Read and forgotten, up to a point.
                    if meter.seen > self.most.saturating_add(DRAINED) {
                        return Poll::Ready(None);
                    }
                }
            }
        }
    }
}
