//! Uploading a file: looked at first, sent once.

use super::{
    limits::{UploadLimits, check_name},
    moved::{Observer, Progress, Uploaded},
    source::FileSource,
};
use crate::{
    api::Source,
    client::{Client, Parts},
    error::{Advice, Delivery, Error, Result},
    service,
    verb::within,
};
use hwc_core::{CallOptions, Fault};
use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

/// Name of this operation in errors.
pub(super) const OPERATION: &str = "upload attachment";
/// The form's text for a file of a message.
const FOR_MESSAGE: &str = r#"{"accessFrom":"message"}"#;
/// The form's text for a file of a new ticket.
const FOR_TICKET: &str = r#"{"accessFrom":"incident"}"#;
/// Share of the time left that asking for the limits may take.
const LIMITS_SHARE: u32 = 4;

/// A file about to be uploaded. Nothing happens before it is awaited.
///
/// # Errors
/// When awaited: look at [`Error::delivery`]. `NotSent` and `Rejected`: the service has not stored it.
/// `Unknown`: it may have. It then stays there without use, because only the lost answer told its id: no message has it, and
/// nobody sees it. It is never uploaded a second time by itself; [`Error::help`] says what to do.
#[must_use = "nothing is sent before it is awaited"]
pub struct Upload {
    client: Client,
    file: FileSource,
    options: Options,
}

/// How to upload.
#[derive(Clone, Default)]
struct Options {
    name: Option<String>,
    content_type: Option<String>,
    for_ticket: bool,
    skip_limits: bool,
    timeout: Option<Duration>,
    observer: Option<Observer>,
}

impl Client {
    /// Uploads a file: await what this returns. From a path, or from a [`Source`]: bytes, a stream, a factory of streams. It is
    /// streamed, so its size costs no memory.
    ///
    /// Name, length and kind are checked against what the service says of its limits ([`Client::upload_limits`], asked for
    /// once in five minutes, and anew before a file is refused) before a byte of the file goes out. If the service does not tell
    /// them, it checks them itself.
    ///
    /// ```no_run
    /// # async fn example(client: hwc_tickets::Client) -> hwc_tickets::Result<()> {
    /// let file = client.upload("/var/log/disk.log").on_progress(|progress| println!("{progress:?}")).await?;
    /// client.ticket("case-123")?.submit("Here is the log.").attach(file).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// To upload what one message takes along, [`Submit::attach`](crate::Submit::attach) is enough.
    pub fn upload(&self, file: impl Into<FileSource>) -> Upload {
        Upload {
            client: self.clone(),
            file: file.into(),
            options: Options::default(),
        }
    }

    /// What may be uploaded, as the service tells it now.
    ///
    /// # Errors
    /// Every kind of a read.
    pub async fn upload_limits(&self) -> Result<UploadLimits> {
        let parts = self.parts();
        let options = within(parts.deadline);
        match parts.service.upload_limits(&options).await {
            Ok(answer) => {
                parts.attachments.keep(parts.clock.elapsed(), &answer.body);
                Ok(answer.body)
            }
            Err(fault) => Err(Error::from_fault("read upload limits", fault)),
        }
    }
}

impl Upload {
    /// Under this name. Default: the last part of the path, or the name of the source. One that is not UTF-8 text is
    /// refused ([`FileSource`]).
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.options.name = Some(name.into());
        self
    }

    /// With this media type, e.g. `image/png`. Default: it is only said to be bytes.
    pub fn content_type(mut self, kind: impl Into<String>) -> Self {
        self.options.content_type = Some(kind.into());
        self
    }

    /// For a new ticket. Default: for a message.
    pub fn for_new_ticket(mut self) -> Self {
        self.options.for_ticket = true;
        self
    }

    /// Does not ask for the limits of the service, and leaves it to the service to refuse the file. Saves one request.
    pub fn skip_limits(mut self) -> Self {
        self.options.skip_limits = true;
        self
    }

    /// Total deadline. Default: none. As long as bytes move it goes on; a pause is bounded by
    /// [`Timeouts::attempt`](crate::Timeouts::attempt).
    pub fn timeout(mut self, total: Duration) -> Self {
        self.options.timeout = Some(total);
        self
    }

    /// Calls `observer` whenever more of the file went out: with 0 when an attempt begins, also when one begins anew because
    /// nothing of the one before arrived. What went out has not arrived yet: only the end of the upload tells that. It is called
    /// where the file is sent, so it must not block.
    pub fn on_progress(mut self, observer: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.options.observer = Some(Arc::new(observer));
        self
    }

    async fn run(self) -> Result<Uploaded> {
        let Self {
            client,
            file,
            options,
        } = self;
        let parts = client.parts();
        let began = parts.clock.elapsed();
        let outcome = carry_out(parts, file, &options, began).await;
        outcome.map_err(|error| {
            error
                .with_operation(OPERATION)
                .of_write()
                .with_elapsed(parts.clock.elapsed().saturating_sub(began))
        })
    }
}

impl IntoFuture for Upload {
    type Output = Result<Uploaded>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// Neither name nor content.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("file", &self.file)
            .field("for_ticket", &self.options.for_ticket)
            .field("timeout", &self.options.timeout)
            .finish_non_exhaustive()
    }
}

async fn carry_out(
    parts: &Parts,
    file: FileSource,
    options: &Options,
    began: Duration,
) -> Result<Uploaded> {
    let source = opened(parts, file, options.name.as_deref()).await?;
    let left = || {
        let over = parts.clock.elapsed().saturating_sub(began);
        options.timeout.map(|total| total.saturating_sub(over))
    };
    if !options.skip_limits {
        let check = |limits: &UploadLimits| limits.check(name_of(&source), source.length());
        within_limits(parts, left().unwrap_or(parts.deadline), check).await?;
    }
    let mut sending = Sending::new(source);
    sending.content_type = options.content_type.as_deref();
    sending.what_for = match options.for_ticket {
        true => FOR_TICKET,
        false => FOR_MESSAGE,
    };
    sending.deadline = left();
    sending.observer = options.observer.clone();
    sending.send(parts).await
}

/// Opens a file, and checks the name that it is sent under.
pub(super) async fn opened(parts: &Parts, file: FileSource, name: Option<&str>) -> Result<Source> {
    let mut source = file.open(&parts.clock).await?;
    if let Some(name) = name {
        source = source.named(name);
    }
    check_name(name_of(&source))?;
    Ok(source)
}

/// The name that a file is sent under.
pub(super) fn name_of(source: &Source) -> &str {
    source.name().unwrap_or_default()
}

/// Holds `check` to what is known of the limits, asked for if need be: what was kept may be out of date, and refuses nothing unless
/// it cannot be asked anew. Where the service does not tell them nothing is limited here.
pub(super) async fn within_limits(
    parts: &Parts,
    left: Duration,
    check: impl Fn(&UploadLimits) -> Result<()>,
) -> Result<()> {
    let now = parts.clock.elapsed();
    let by_kept = parts.attachments.limits(now).map(|kept| check(&kept));
    if let Some(Ok(())) = by_kept {
        return Ok(());
    }
    let unsent = |fault: Fault| Error::from(fault).with_delivery(Delivery::NotSent);
    // A token exchange may take longer than asking for the limits may: it has the whole time.
    parts.service.sign_in(left).await.map_err(unsent)?;
    let over = parts.clock.elapsed().saturating_sub(now);
    let options = within(left.saturating_sub(over) / LIMITS_SHARE);
    match parts.service.upload_limits(&options).await {
        Ok(answer) => {
            parts.attachments.keep(parts.clock.elapsed(), &answer.body);
            check(&answer.body)
        }
        Err(fault) if service::forbids_sending(&fault) => Err(unsent(fault)),
        Err(_) => by_kept.unwrap_or(Ok(())),
    }
}

/// A file that was looked at, on its way.
pub(super) struct Sending<'a> {
    source: Source,
    content_type: Option<&'a str>,
    what_for: &'static str,
    deadline: Option<Duration>,
    observer: Option<Observer>,
}

impl Sending<'_> {
    /// A file for a message, sent as long as its bytes move.
    pub(super) fn new(source: Source) -> Self {
        Self {
            source,
            content_type: None,
            what_for: FOR_MESSAGE,
            deadline: None,
            observer: None,
        }
    }

    /// The one POST: repeated only where it is proven that nothing was stored.
    pub(super) async fn send(self, parts: &Parts) -> Result<Uploaded> {
        let bytes = self.source.length();
        let source = match self.observer {
            Some(observer) => (self.source).on_progress(move |moved| {
                observer(Progress::new(moved, Some(bytes)));
            }),
            None => self.source,
        };
        let mut options = CallOptions::default();
        options.deadline = self.deadline;
        let sent = (parts.service)
            .upload(self.what_for, source, self.content_type, &options)
            .await;
        match sent {
            Ok(answer) => Ok(Uploaded {
                id: answer.body,
                bytes,
                attempts: answer.attempts,
                request_id: answer.request_id,
            }),
            Err(fault) if fault.delivery == Delivery::Unknown => {
                Err(Error::from(fault).with_advice(Advice::OrphanedUpload))
            }
            Err(fault) => Err(Error::from(fault)),
        }
    }
}
