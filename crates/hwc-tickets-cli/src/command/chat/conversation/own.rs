//! A message that was written here, and how sure it is that it arrived.

use super::{Effect, Enclosure};
use crate::exit::Exit;
use hwc_tickets::{AttachmentId, Message, MessageKey, MessageKind};
use jiff::Timestamp;
use std::path::PathBuf;

/// The service may cut what it gives back after so many UTF-16 units.
const SURE_HEAD: usize = 400;

/// How far an own message has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// Another one is being sent.
    Waiting,
    Sending,
    /// The service said yes.
    Accepted,
    /// It was seen in the ticket.
    Confirmed,
    /// It may have arrived; the pending file.
    Unknown {
        file: Option<PathBuf>,
    },
    /// It is not in the ticket.
    Failed {
        reason: String,
        /// How the program ends if it stays so.
        exit: Exit,
    },
}

/// What became of a message that was sent.
pub(crate) enum Fate {
    Accepted,
    Confirmed(Box<Message>),
    Unknown {
        file: Option<PathBuf>,
    },
    Failed {
        reason: String,
        exit: Exit,
        /// What was uploaded for it, in the order of its files.
        uploaded: Vec<AttachmentId>,
    },
}

/// A message that was written here.
pub(crate) struct Own {
    pub(crate) text: String,
    pub(crate) files: Vec<Enclosure>,
    pub(crate) delivery: Delivery,
    /// The message of the ticket that this is, or most likely is.
    pub(crate) shown: Option<Box<Message>>,
    /// Whether following has brought it: it comes once.
    pub(super) has_come: bool,
    /// Whether the ticket is being asked what became of it.
    pub(crate) is_looked_for: bool,
    /// Time of the newest message that stood in the ticket before.
    pub(super) newest_before: Option<Timestamp>,
}

impl Own {
    pub(super) fn new(text: String, files: Vec<Enclosure>) -> Self {
        Self {
            text,
            files,
            delivery: Delivery::Waiting,
            shown: None,
            has_come: false,
            is_looked_for: false,
            newest_before: None,
        }
    }

    /// Asks the ticket what became of it, unless that is being done.
    pub(super) fn look(&mut self, number: usize) -> Option<Effect> {
        let is_new = !std::mem::replace(&mut self.is_looked_for, true);
        is_new.then_some(Effect::Look { number })
    }

    /// Whether it was read back by its receipt and following has yet to bring it.
    pub(super) fn awaits(&self, key: MessageKey) -> bool {
        !self.has_come && self.shown.as_ref().is_some_and(|shown| shown.key() == key)
    }

    /// Whether `message`, new in the ticket, may be this one.
    pub(super) fn may_be(&self, message: &Message) -> bool {
        let is_open = self.shown.is_none()
            && matches!(
                self.delivery,
                Delivery::Sending | Delivery::Accepted | Delivery::Unknown { .. }
            );
        let is_older = match (message.created_at.instant(), self.newest_before) {
            (Some(made), Some(before)) => made < before,
            _ => false,
        };
        is_open
            && !is_older
            && message.kind == MessageKind::Customer
            && is_same(&self.text, &message.content)
    }
}

/// Whether a text that was read is the one that was sent, apart from what the service may change on the way.
fn is_same(sent: &str, read: &str) -> bool {
    let (sent, read) = (plain(sent), plain(read));
    sent == read
        || (read.chars().map(char::len_utf16).sum::<usize>() >= SURE_HEAD
            && sent.starts_with(&read))
}

/// Line ends as LF, the five entities of HTML as characters, no outer white space.
fn plain(text: &str) -> String {
    [
        ("\r\n", "\n"),
        ("\r", "\n"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.trim().to_owned(), |text, (from, to)| {
        text.replace(from, to)
    })
}

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn the_same_text() {
        let long = "磁盘".repeat(300);
        let head: String = long.chars().take(400).collect();
        let short: String = long.chars().take(399).collect();
        for (sent, read, same) in [
            ("a\nb", "a\r\nb ", true),
            ("a < b & c", "a &lt; b &amp; c", true),
            ("a", "b", false),
            ("ab", "a", false),
            (&long, &head, true),
            (&long, &short, false),
        ] {
            assert_eq!(is_same(sent, read), same, "{} units", sent.len());
        }
    }
}
