//! Submitting a message: sent once, and its outcome told as well as it can be known.
//!
//! The order: check the text; read the conversation (the baseline); write the submit down; send it
//! once; if it is not known whether it arrived, read the conversation until that tells.

mod baseline;
mod judge;
mod likeness;
mod mark;
mod newest;
pub(crate) mod outcome;
pub(crate) mod own;
mod parts;
pub(crate) mod pending;
pub(crate) mod recalled;
mod reconcile;
mod run;
mod search;
mod snapshot;
mod submit_all;
pub(crate) mod text;

pub use crate::outbox::{FileOutbox, Outbox, Removal, Removed, Unrecorded};
pub use outcome::{Candidate, Outcome, Resemblance};
pub use parts::SubmitParts;
pub use pending::{InvalidPendingId, Pending, PendingId};
pub use reconcile::Reconciled;
pub use submit_all::{Draft, Outcomes, SubmitAll};
pub use text::TextError;

use crate::{
    attachments::AttachmentSource,
    error::Result,
    ids::{AttachmentId, GroupId, TicketId},
    messages::message::Message,
    service::limit,
    setters::setters,
    tickets::ticket::Ticket,
};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

/// Most attachments of one message (D-29).
pub const MAX_ATTACHMENTS: usize = limit::MAX_ATTACHMENTS;
/// Most UTF-16 units of the confidential note.
pub const MAX_CONFIDENTIAL_UNITS: usize = limit::MAX_CONFIDENTIAL;
/// Most UTF-16 units of a text, unless the client is told otherwise (D-03).
pub const MAX_TEXT_UNITS: usize = limit::MAX_TEXT;

/// When to read back what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Confirm {
    /// Never: a doubt ends as [`Delivery::Unknown`](crate::Delivery::Unknown) at once.
    Never,
    /// When it is not known whether the message arrived.
    #[default]
    OnDoubt,
    /// Also after the service said yes. If the message does not show in time, the submit still counts
    /// as [`Receipt::Accepted`].
    Always,
}

/// How a submit is known to have succeeded.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Receipt {
    /// The service said yes.
    Accepted,
    /// It was put there before under the same key: see [`Submit::key`]. Nothing was sent.
    Kept,
    /// The message was read back. Such a message stands in the ticket since the submit began, and no other
    /// submit that this client or its outbox knows of can have made it. Like every read of history it has no
    /// id (D-15).
    Confirmed(Box<Message>),
    /// A way that this version has no name for: a later one stored it. The message is in the ticket.
    Other,
}

/// As it was written. What a later version wrote and this one cannot read is [`Receipt::Other`].
impl<'de> Deserialize<'de> for Receipt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Known {
            Accepted,
            Kept,
            Confirmed(Box<Message>),
        }
        let written = Value::deserialize(deserializer)?;
        Ok(match Known::deserialize(written) {
            Ok(Known::Accepted) => Self::Accepted,
            Ok(Known::Kept) => Self::Kept,
            Ok(Known::Confirmed(message)) => Self::Confirmed(message),
            Err(_) => Self::Other,
        })
    }
}

/// A message that is in the ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sent {
    /// The ticket.
    pub ticket: TicketId,
    /// How this is known.
    pub receipt: Receipt,
    /// Attempts of the POST on the wire, those that provably did nothing included.
    pub attempts: u32,
    /// Request id of the answer, if there was one.
    pub request_id: Option<String>,
    /// The visible tag at the end of the text, e.g. `[ref 7F3K2Q]`, if one was asked for.
    pub reference: Option<String>,
    /// Files that this call uploaded, or took over from a message that never came, and that the message does not have: another
    /// process put it there under the same key meanwhile. Nothing has them: delete them with
    /// [`Attachments::delete`](crate::api::Attachments::delete), or let them be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unused: Vec<AttachmentId>,
    /// The outbox could not take note that the message is in the ticket: it is there all the same, and is not to be sent again.
    /// [`Unrecorded`] says what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unrecorded: Option<Unrecorded>,
}

impl Sent {
    /// A message in `ticket`, after one attempt.
    #[must_use]
    pub fn new(ticket: TicketId, receipt: Receipt) -> Self {
        Self {
            ticket,
            receipt,
            attempts: 1,
            request_id: None,
            reference: None,
            unused: Vec::new(),
            unrecorded: None,
        }
    }

    /// The message, if it was read back.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        match &self.receipt {
            Receipt::Confirmed(message) => Some(message),
            Receipt::Accepted | Receipt::Kept | Receipt::Other => None,
        }
    }

    /// Whether the message was read back.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.message().is_some()
    }
}

setters! {
    Sent { attempts: u32, unused: Vec<AttachmentId> }
    optional { request_id: impl Into<String>, reference: impl Into<String>, unrecorded: Unrecorded }
}

/// A message about to be submitted. Nothing happens before it is awaited.
///
/// # Errors
/// When awaited: look at [`Error::delivery`](crate::Error::delivery). `NotSent` and `Rejected`: it is
/// not in the ticket. `Absent`: it was looked for and is not there. `Unknown`: keep the
/// [`Pending`] of the error and reconcile it later; sending the text again may double it.
///
/// Dropping the future in the middle cancels it. If the POST may have gone out by then, the submit stays
/// in the outbox and in [`Client::pending`](crate::Client::pending).
#[must_use = "a submission does nothing until it is awaited"]
pub struct Submit {
    ticket: Ticket,
    text: String,
    options: Options,
}

/// How to submit.
#[derive(Clone, Default)]
struct Options {
    attachments: Vec<AttachmentSource>,
    confidential: Option<SecretString>,
    reference: bool,
    confirm: Confirm,
    resend_absent: bool,
    skip_baseline: bool,
    key: Option<String>,
    /// The key is that of a part of a text.
    is_part: bool,
    timeout: Option<Duration>,
}

impl Ticket {
    /// Submits a message: await what this returns.
    ///
    /// The text is sent as it is. It is refused, not cut, when it is longer than 2000 UTF-16 units (see
    /// [`ClientBuilder::text_limit`](crate::ClientBuilder::text_limit) and [`Submit::split_long`]), and
    /// when it is empty while nothing is attached.
    pub fn submit(&self, text: impl Into<String>) -> Submit {
        Submit {
            ticket: self.clone(),
            text: text.into(),
            options: Options::default(),
        }
    }
}

impl Submit {
    /// Takes a file along: a path, a [`Source`](crate::api::Source), or the id of one that was uploaded before. At most ten.
    ///
    /// Files are uploaded first, one after the other, and only when the text and all of them can be sent: names, lengths, kinds and
    /// number are checked against what the service says of its limits. Then the message is sent, as any other. If it is not
    /// known to be in the ticket in the end, [`Error::uploaded`](crate::Error::uploaded) and
    /// [`Pending::attachments`] tell the ids: give them to the next try, and nothing is uploaded again. A file is never uploaded
    /// or attached a second time by itself. A future that is dropped after an upload leaves that file without use.
    ///
    /// ```no_run
    /// # async fn example(ticket: hwc_tickets::Ticket) -> hwc_tickets::Result<()> {
    /// use hwc_tickets::api::Source;
    /// let in_memory = Source::bytes("disk full").named("disk.txt");
    /// ticket.submit("Here are the logs.").attach("/var/log/disk.log").attach(in_memory).await?;
    /// # Ok(()) }
    /// ```
    pub fn attach(mut self, attachment: impl Into<AttachmentSource>) -> Self {
        self.options.attachments.push(attachment.into());
        self
    }

    /// Takes each of these along, in order: as [`Submit::attach`].
    ///
    /// ```no_run
    /// # async fn example(client: hwc_tickets::Client) -> hwc_tickets::Result<()> {
    /// let log = client.upload("disk.log").await?;
    /// let ticket = client.ticket("case-123")?;
    /// ticket.submit("The log, and what we saw.").attach(&log).attach_all(["one.png", "two.png"]).await?;
    /// # Ok(()) }
    /// ```
    pub fn attach_all<T: Into<AttachmentSource>>(
        mut self,
        attachments: impl IntoIterator<Item = T>,
    ) -> Self {
        let attachments = attachments.into_iter().map(Into::into);
        self.options.attachments.extend(attachments);
        self
    }

    /// Sends a confidential note along (wire fields `authorization_content` and `is_authorized`), at most
    /// 400 UTF-16 units. Newer documents no longer list these fields (D-02): the service may ignore it.
    pub fn confidential(mut self, note: SecretString) -> Self {
        self.options.confidential = Some(note);
        self
    }

    /// Adds a short visible tag such as ` [ref 7F3K2Q]` at the end of the text (13 of its 2000 units), by
    /// which the message can be told from any other with the same text.
    pub fn with_reference(mut self) -> Self {
        self.options.reference = true;
        self
    }

    /// When to read the message back. Default: [`Confirm::OnDoubt`].
    pub fn confirm(mut self, confirm: Confirm) -> Self {
        self.options.confirm = confirm;
        self
    }

    /// Sends the message once more when it was found to be absent. Absence is as sure as the consistency
    /// window is right; a service that shows the first one later would then have both. The ticket is read whole before,
    /// as far as a dozen pages reach: of a longer one no message is found absent.
    pub fn resend_if_absent(mut self) -> Self {
        self.options.resend_absent = true;
        self
    }

    /// Does not read the conversation before sending. Saves one request; a doubt can then end as confirmed
    /// only with a reference tag, and never as absent.
    pub fn skip_baseline(mut self) -> Self {
        self.options.skip_baseline = true;
        self
    }

    /// Sends at most one message under this key (1 to 256 bytes), across crashes and restarts: the outcome is kept in the outbox
    /// until [`Client::acknowledge`](crate::Client::acknowledge), and the same key again gives it ([`Receipt::Kept`]), or finds
    /// it out first, in place of sending another one. A message that did not arrive gives its key free; files that were uploaded
    /// for it go with the next one. A doubt that stays keeps its key until it is settled, or a person ends it with
    /// [`Client::forget`](crate::Client::forget): each state is in [`docs::delivery`](crate::docs::delivery#what-a-key-keeps).
    ///
    /// A key is that of one ticket and one text with as many attachments; where ids are attached, they are the same. The content of files is not
    /// compared. Of a text in parts ([`Submit::split_long`]), each part has a key of its own that is made of this one: it ends in
    /// ` part ` and a number, and a key that does is refused.
    ///
    /// It needs an outbox that outlives the program; without one it is an error. One process at a time uses a key: of a
    /// record that another one is still working on nobody can tell that. Just before it is sent, the outbox is looked at again:
    /// what another one has put there while files went up is given as it is ([`Sent::unused`] has the files), or is an error while
    /// it is not known.
    ///
    /// # Errors
    /// When awaited, besides those of every submit, and always before anything is sent:
    /// [`ErrorKind::Locked`](crate::ErrorKind::Locked) while the key is under way,
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) with [`Error::pending`](crate::Error::pending) while its message stays in doubt, and
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) where it was used for something else, where the doubt about its message was
    /// ended by a person ([`Error::pending`](crate::Error::pending) has the record), has not 1 to 256 bytes, or the client has no outbox.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.options.key = Some(key.into());
        self
    }

    /// Acts for `group`, as a colleague's ticket needs it (D-32).
    pub fn group(mut self, group: GroupId) -> Self {
        self.ticket.group = Some(group);
        self
    }

    /// Total deadline of this submit, reading back included. Default: that of the client (30 s). Files that are uploaded for it
    /// come before, and take as long as their bytes move.
    pub fn timeout(mut self, total: Duration) -> Self {
        self.options.timeout = Some(total);
        self
    }

    /// Sends a text that is too long in numbered parts, `(1/3) ...`: cut at the border of a paragraph,
    /// else of a sentence, else of a character; in order; stopping at the first part that fails.
    /// Attachments and the confidential note go with the first part. A text that fits is sent whole.
    ///
    /// With a [key](Self::key) each part has one of its own, made of it: the same call after a crash sends the parts that are not there yet,
    /// and no part twice.
    pub fn split_long(self) -> SubmitParts {
        SubmitParts::new(self)
    }
}

impl IntoFuture for Submit {
    type Output = Result<Sent>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Sent>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(run::submit(self.ticket, self.text, self.options))
    }
}

/// Shows neither the text nor the confidential note.
impl fmt::Debug for Submit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submit")
            .field("ticket", &self.ticket)
            .field("text", &format_args!("<{} bytes>", self.text.len()))
            .field("attachments", &self.options.attachments)
            .field("confirm", &self.options.confirm)
            .finish_non_exhaustive()
    }
}
