//! Bodies of requests: nothing, JSON, bytes or a form; whole in memory, or streamed from a [`Source`].
//!
//! A body can be opened anew for each attempt of a call. Its length is known before the first byte goes out.

mod form;
mod outflow;
mod source;
mod watch;

use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};

use self::outflow::Outflow;
pub(crate) use self::watch::Watch;
pub use self::{
    form::{FilePart, Form},
    source::{Source, SourceError},
};
use crate::{Clock, Delivery, Fault, FaultKind, RequestContent, headers, transport::RequestBody};

/// Most bytes that are handed to the transport in one piece.
const PIECE: usize = 64 * 1024;

/// The body of a request. Cheap to clone.
///
/// ```
/// use hwc_core::{Body, Form, Source};
/// let json = Body::json(r#"{"content":"The disk is full."}"#);
/// let form = Body::form(Form::new().text("form_data", "{}").file("file", Source::bytes("a log").named("disk.log")));
/// assert!(json.length() < form.length());
/// ```
#[derive(Clone, Default)]
pub struct Body(Content);

#[derive(Clone, Default)]
enum Content {
    #[default]
    Nothing,
    /// Bytes whose kind the headers of the request tell.
    Whole(Bytes),
    Json(Bytes),
    Source(Source),
    Form(Form),
}

impl Body {
    /// No body.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// A JSON text. `Content-Type` is `application/json`, unless the request has one.
    pub fn json(text: impl Into<Bytes>) -> Self {
        Self(Content::Json(text.into()))
    }

    /// Bytes. `Content-Type` is `application/octet-stream`, unless the request has one.
    pub fn bytes(source: impl Into<Source>) -> Self {
        Self(Content::Source(source.into()))
    }

    /// A form. `Content-Type` is `multipart/form-data` with a boundary of its own, whatever the request has.
    #[must_use]
    pub fn form(form: Form) -> Self {
        Self(Content::Form(form))
    }

    /// Its length in bytes. Of a form, with the lines around its parts.
    #[must_use]
    pub fn length(&self) -> u64 {
        match &self.0 {
            Content::Nothing => 0,
            Content::Whole(bytes) | Content::Json(bytes) => bytes.len() as u64,
            Content::Source(source) => source.length(),
            Content::Form(form) => form.length(),
        }
    }

    /// Whether it has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length() == 0
    }

    /// What each attempt sends. Checks that it is what the operation sends, and names its kind in `headers`.
    pub(crate) fn prepare(
        self,
        wanted: RequestContent,
        headers: &mut HeaderMap,
    ) -> Result<Payload, Fault> {
        let fits = match wanted {
            _ if matches!(self.0, Content::Nothing) => wanted != RequestContent::Multipart,
            RequestContent::Nothing => self.is_empty(),
            RequestContent::Json => matches!(self.0, Content::Whole(_) | Content::Json(_)),
            RequestContent::Multipart => matches!(self.0, Content::Form(_)),
            RequestContent::Bytes => matches!(self.0, Content::Whole(_) | Content::Source(_)),
        };
        if !fits {
            return Err(invalid(format!(
                "the body is {}, and the operation sends {}",
                self.kind(),
                match wanted {
                    RequestContent::Nothing => "none",
                    RequestContent::Json => "JSON",
                    RequestContent::Multipart => "a form (multipart/form-data)",
                    RequestContent::Bytes => "bytes",
                }
            )));
        }
        let mut named = |kind| {
            let kind = HeaderValue::from_static(kind);
            headers::put_default(headers, header::CONTENT_TYPE, kind);
        };
        match self.0 {
            Content::Nothing => Ok(Payload::Whole(Bytes::new())),
            Content::Whole(bytes) => Ok(Payload::Whole(bytes)),
            Content::Json(bytes) => {
                named("application/json");
                Ok(Payload::Whole(bytes))
            }
            Content::Source(source) => {
                named("application/octet-stream");
                Ok(Payload::of(vec![Piece::Source(source)]))
            }
            Content::Form(form) => {
                let (kind, pieces) = form.lay_out()?;
                headers::put(headers, header::CONTENT_TYPE, kind);
                Ok(Payload::of(pieces))
            }
        }
    }

    fn kind(&self) -> &'static str {
        match self.0 {
            Content::Nothing => "empty",
            Content::Whole(_) => "bytes",
            Content::Json(_) => "JSON",
            Content::Source(_) => "a stream of bytes",
            Content::Form(_) => "a form",
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        match bytes.is_empty() {
            true => Self::default(),
            false => Self(Content::Whole(bytes)),
        }
    }
}

impl From<Source> for Body {
    fn from(source: Source) -> Self {
        Self::bytes(source)
    }
}

impl From<Form> for Body {
    fn from(form: Form) -> Self {
        Self::form(form)
    }
}

impl From<()> for Body {
    fn from((): ()) -> Self {
        Self::empty()
    }
}

/// Without the content: it holds messages and files of customers.
impl fmt::Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Body")
            .field("kind", &self.kind())
            .field("length", &self.length())
            .finish()
    }
}

/// What goes out, the same in each attempt.
pub(crate) enum Payload {
    /// In one piece.
    Whole(Bytes),
    /// Piece by piece.
    Streamed(Streamed),
}

/// A body that is read while it is sent.
pub(crate) struct Streamed {
    pieces: Vec<Piece>,
    length: u64,
}

/// A part of what goes out.
pub(crate) enum Piece {
    Bytes(Bytes),
    Source(Source),
}

impl Piece {
    fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Source(source) => source.length(),
        }
    }
}

impl Payload {
    /// Without a byte of a source there is nothing to stream. One that only says that it has none is looked at.
    fn of(pieces: Vec<Piece>) -> Self {
        let is_of_source = |piece: &Piece| match piece {
            Piece::Bytes(_) => false,
            Piece::Source(source) => source.length() > 0 || !source.is_in_memory(),
        };
        let length = pieces
            .iter()
            .map(Piece::length)
            .fold(0, u64::saturating_add);
        if pieces.iter().any(is_of_source) {
            return Self::Streamed(Streamed { pieces, length });
        }
        let mut whole = Vec::new();
        for piece in &pieces {
            if let Piece::Bytes(bytes) = piece {
                whole.extend_from_slice(bytes);
            }
        }
        Self::Whole(whole.into())
    }

    /// Whether it is read while it is sent.
    pub(crate) fn is_streamed(&self) -> bool {
        matches!(self, Self::Streamed(_))
    }

    /// Whether it can be sent (once more): each source gives its bytes anew, or has not begun to give them.
    pub(crate) fn can_be_sent(&self) -> bool {
        match self {
            Self::Whole(_) => true,
            Self::Streamed(Streamed { pieces, .. }) => pieces.iter().all(|piece| match piece {
                Piece::Bytes(_) => true,
                Piece::Source(source) => source.can_be_sent(),
            }),
        }
    }
}

impl Streamed {
    /// Opens it for one attempt. Who looks at how it moves comes with it; nothing moves of one that is empty.
    pub(crate) async fn open(
        &self,
        clock: &Arc<dyn Clock>,
    ) -> Result<(RequestBody, Option<Arc<Watch>>), Fault> {
        let watch = Arc::new(Watch::new(Arc::clone(clock), self.length));
        let outflow = Outflow::open(&self.pieces, Arc::clone(&watch)).await?;
        if self.length == 0 {
            return Ok((Bytes::new().into(), None));
        }
        Ok((RequestBody::streamed(outflow, self.length), Some(watch)))
    }
}

/// What the caller gave cannot be sent.
fn invalid(detail: String) -> Fault {
    Fault::new(FaultKind::InvalidInput, Delivery::NotSent, detail)
}
