//! What to do about an error: a name for each advice, and its words for programmers.

use super::ErrorKind;
pub use hwc_core::fault::Advice as CallAdvice;
use serde::{Deserialize, Serialize};

/// What to do about an error, by name.
///
/// [`Error::help`](crate::Error::help) says it in words for programmers, which name methods of this crate. A program
/// for other people branches on the name and says it in its own words, with its own options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Advice {
    /// What to do about a failed call, of whatever operation.
    Call(CallAdvice),
    /// It is not known whether a message arrived, or a ticket was opened: keep the pending record, reconcile it later.
    Reconcile,
    /// A message did not arrive, or no ticket was opened. It may be sent again.
    SendAgain,
    /// A text is too long for one message.
    ShortenText,
    /// It cannot be told which message is the caller's last one: name it by its id.
    NameMessage,
    /// The service does not let a message go: it is not the caller's, or was sent too long ago.
    TooLateToRecall,
    /// The unread messages cannot be told one by one: read the conversation, then mark the ticket.
    ReadThenMark,
    /// Some messages could not be read: look at them in the console.
    LookInConsole,
    /// The service did not say anything about some of the tickets: check their ids.
    CheckTickets,
    /// More messages than may be held at once: read the newest first, or fewer.
    ReadLess,
    /// A file cannot be used: check path, space and permissions.
    CheckFile,
    /// Another program holds what this one needs alone.
    EndOtherProgram,
    /// A limit that was stated for the call was reached.
    RaiseLimit,
    /// The call was stopped because another one failed: fix that, then retry the rest.
    FixFirst,
    /// A blocking call was made inside an asynchronous runtime.
    LeaveRuntime,
    /// It is not known whether a file was stored; if it was, nothing can name it: upload it again.
    OrphanedUpload,
    /// The error carries an advice in words that fit every program. What a later version stored and this one has no name for
    /// is read so.
    #[serde(other)]
    Given,
}

impl Advice {
    /// Every advice of this version, for tables. Of the flaws of TLS only the unknown one.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let own = [
            Self::Reconcile,
            Self::SendAgain,
            Self::ShortenText,
            Self::NameMessage,
            Self::TooLateToRecall,
            Self::ReadThenMark,
            Self::LookInConsole,
            Self::CheckTickets,
            Self::ReadLess,
            Self::CheckFile,
            Self::EndOtherProgram,
            Self::RaiseLimit,
            Self::FixFirst,
            Self::LeaveRuntime,
            Self::OrphanedUpload,
            Self::Given,
        ];
        let calls = CallAdvice::ALL.iter().copied().map(Self::Call);
        calls.chain(own).collect()
    }

    /// The usual one for a kind.
    pub(super) fn of_kind(kind: ErrorKind) -> Self {
        use CallAdvice as C;
        use ErrorKind as K;
        match kind {
            K::InvalidInput => Self::Call(C::CorrectValue),
            K::Credentials => Self::Call(C::GiveCredentials),
            K::Connect => Self::Call(C::CheckConnection),
            K::Tls => Self::Call(C::CheckTls(None)),
            K::Timeout => Self::Call(C::AllowMoreTime),
            K::Interrupted => Self::Call(C::Repeat),
            K::Throttled => Self::Call(C::SlowDown),
            K::Unauthorized => Self::Call(C::RenewCredentials),
            K::Forbidden => Self::Call(C::CheckPermission),
            K::NotFound => Self::Call(C::CheckId),
            K::Refused => Self::Call(C::AskSupport),
            K::RequestTooLarge => Self::Call(C::SendLess),
            K::Unavailable => Self::Call(C::RepeatLater),
            K::Protocol => Self::Call(C::CheckAddress),
            K::BodyTooLarge => Self::Call(C::AskForLess),
            K::Storage => Self::CheckFile,
            K::Locked => Self::EndOtherProgram,
            K::LimitExceeded => Self::RaiseLimit,
            K::Stopped => Self::FixFirst,
            K::InsideRuntime => Self::LeaveRuntime,
            K::Other => Self::Given,
        }
    }

    /// For programmers; `None` where the error itself says more.
    pub(super) fn words(self) -> Option<&'static str> {
        Some(match self {
            Self::Reconcile => {
                "It is not known whether it was done. Keep the pending record and reconcile it later; do not send it again before."
            }
            Self::SendAgain => {
                "It was not done. Sending it again is reasonable; the cause is named in the error."
            }
            Self::ShortenText => "Shorten the text, or send it in parts with split_long().",
            Self::NameMessage => {
                "Take the id from Ticket::messages_with_ids and recall it by id, or give the author id to the builder of the client."
            }
            Self::TooLateToRecall => {
                "The service does not let this message go: it is not the caller's, or it was sent too long ago. Send a correction instead."
            }
            Self::ReadThenMark => "Read them with Ticket::history, then call Ticket::mark_read.",
            Self::LookInConsole => {
                "Look at the conversation in the console; the report of Ticket::history tells what is wrong with the items."
            }
            Self::CheckTickets => {
                "Check the ids in UnreadCounts::unanswered. A colleague's ticket needs the group id."
            }
            Self::ReadLess => {
                "Read the newest first as a stream, which holds nothing; or narrow it with since(); or raise buffer_limit()."
            }
            Self::CheckFile => ErrorKind::Storage.advice(),
            Self::EndOtherProgram => ErrorKind::Locked.advice(),
            Self::RaiseLimit => ErrorKind::LimitExceeded.advice(),
            Self::FixFirst => ErrorKind::Stopped.advice(),
            Self::LeaveRuntime => ErrorKind::InsideRuntime.advice(),
            Self::OrphanedUpload => {
                "If the file was stored, it stays in the service without use: only the lost answer told its id, so no message has it and nobody sees it. Upload it again. It may count twice towards what may be uploaded in a day."
            }
            Self::Call(_) | Self::Given => return None,
        })
    }
}
