//! How to describe a ticket of your own, and the people of the world that the simulator starts with.

use jiff::Timestamp;

use super::message::Author;
use super::text::Text;
use super::ticket::Status;

/// A ticket to open, with its history.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TicketSeed {
    /// Ticket id. Must be new.
    pub id: String,
    /// Id of the customer it belongs to. Must exist.
    pub owner: String,
    /// Group whose members may see it.
    pub group: Option<String>,
    /// State.
    pub status: Status,
    /// What it is about.
    pub title: Text,
    /// When it was opened.
    pub opened: Timestamp,
    /// History, oldest first. A time before the one ahead counts as that one.
    pub messages: Vec<SeedMessage>,
    /// How many of the engineers' newest messages nobody has read.
    pub unread: usize,
    /// Ids of labels.
    pub labels: Vec<u32>,
}

/// A message in the history of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeedMessage {
    /// When it was written.
    pub at: Timestamp,
    /// Who wrote it.
    pub author: Author,
    /// Id of the customer who wrote it, if not the owner.
    pub by: Option<String>,
    /// Text.
    pub content: Text,
    /// Whether the text has mark-up.
    pub rich: bool,
    /// Ids of attachments.
    pub attachments: Vec<String>,
}

impl TicketSeed {
    /// An empty ticket in progress.
    pub fn new(id: &str, owner: &str, opened: Timestamp) -> Self {
        TicketSeed {
            id: id.to_owned(),
            owner: owner.to_owned(),
            group: None,
            status: Status::InProgress,
            title: Text::default(),
            opened,
            messages: Vec::new(),
            unread: 0,
            labels: Vec::new(),
        }
    }

    /// The same in another state.
    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// The same with a title.
    #[must_use]
    pub fn title(mut self, title: impl Into<Text>) -> Self {
        self.title = title.into();
        self
    }

    /// The same, shared with a group.
    #[must_use]
    pub fn group(mut self, group: &str) -> Self {
        self.group = Some(group.to_owned());
        self
    }

    /// The same with one more message of the owner.
    #[must_use]
    pub fn customer(self, at: Timestamp, content: impl Into<Text>) -> Self {
        self.message(SeedMessage::new(at, Author::Customer, content))
    }

    /// The same with one more message of an engineer.
    #[must_use]
    pub fn engineer(self, at: Timestamp, content: impl Into<Text>) -> Self {
        self.message(SeedMessage::new(at, Author::Engineer, content))
    }

    /// The same with one more message.
    #[must_use]
    pub fn message(mut self, message: SeedMessage) -> Self {
        self.messages.push(message);
        self
    }

    /// The same with an attachment on the last message.
    #[must_use]
    pub fn attached(mut self, id: &str) -> Self {
        if let Some(message) = self.messages.last_mut() {
            message.attachments.push(id.to_owned());
        }
        self
    }

    /// The same with a label.
    #[must_use]
    pub fn label(mut self, id: u32) -> Self {
        self.labels.push(id);
        self
    }

    /// The same with so many of the engineers' newest messages unread.
    #[must_use]
    pub fn unread(mut self, unread: usize) -> Self {
        self.unread = unread;
        self
    }
}

impl SeedMessage {
    /// A plain message without attachments.
    pub fn new(at: Timestamp, author: Author, content: impl Into<Text>) -> Self {
        SeedMessage {
            at,
            author,
            by: None,
            content: content.into(),
            rich: false,
            attachments: Vec::new(),
        }
    }
}

/// Id of the customer `demo`.
pub const DEMO: &str = "user-demo";
/// Id of the colleague of `demo`, in the same account and in group [`GROUP`].
pub const COLLEAGUE: &str = "user-li-wei";
/// Id of a customer of another account.
pub const STRANGER: &str = "user-stranger";
/// The group `demo` and the colleague are members of: the one the documents' examples name.
pub const GROUP: &str = "123456";
