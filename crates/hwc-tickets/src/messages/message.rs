//! One message of a conversation, as every read of the service gives it.

use crate::{
    ids::{AttachmentId, MessageId},
    names::names,
    setters::setters,
    time::MessageTime,
};
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// Which side a message comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MessageKind {
    /// From the customer's side (wire value 0).
    Customer,
    /// From the support's side (wire value 1).
    Support,
    /// A value that no document names.
    Other(i64),
    /// The service did not say (the documents allow it to leave the field out, D-18), or a later version stored what this one has
    /// no name for.
    #[serde(other)]
    Unknown,
}

names! {
    MessageKind: "a side of a conversation" { Customer = "customer", Support = "support", Unknown = "unknown" }
    with Other read by from_code
}

impl MessageKind {
    /// The kind of wire value `value`.
    #[must_use]
    pub fn from_code(value: Option<i64>) -> Self {
        match value {
            Some(0) => Self::Customer,
            Some(1) => Self::Support,
            Some(other) => Self::Other(other),
            None => Self::Unknown,
        }
    }

    /// The wire value, if there is one.
    #[must_use]
    pub fn code(self) -> Option<i64> {
        match self {
            Self::Customer => Some(0),
            Self::Support => Some(1),
            Self::Other(other) => Some(other),
            Self::Unknown => None,
        }
    }
}

/// Who wrote a message (wire field `replier_type`, D-17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// The customer (0).
    Customer,
    /// A support engineer (1).
    Engineer,
    /// A third party (2).
    ThirdParty,
    /// A value that no document names.
    Other(i64),
    /// The service did not say, or a later version stored what this one has no name for.
    #[serde(other)]
    Unknown,
}

names! {
    Role: "a role" {
        Customer = "customer",
        Engineer = "engineer",
        ThirdParty = "third_party",
        Unknown = "unknown",
    }
    with Other read by from_code
}

impl Role {
    /// The role of wire value `value`.
    #[must_use]
    pub fn from_code(value: Option<i64>) -> Self {
        match value {
            Some(0) => Self::Customer,
            Some(1) => Self::Engineer,
            Some(2) => Self::ThirdParty,
            Some(other) => Self::Other(other),
            None => Self::Unknown,
        }
    }
}

/// What kind of user of an account wrote a message (wire field `iam_user_type`, the "sub-user type" of the lists of messages,
/// D-17). The documents allow 0 to 3, and two of them have a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UserType {
    /// The account itself (0).
    MainAccount,
    /// An IAM user of the account (1).
    IamUser,
    /// A value that no document names.
    Other(i64),
    /// The service did not say (the ticket detail has no such field, D-16), or a later version stored what this one has no
    /// name for.
    #[default]
    #[serde(other)]
    Unknown,
}

names! {
    UserType: "a type of user" { MainAccount = "main_account", IamUser = "iam_user", Unknown = "unknown" }
    with Other read by from_code
}

impl UserType {
    /// The type of wire value `value`.
    #[must_use]
    pub fn from_code(value: Option<i64>) -> Self {
        match value {
            Some(0) => Self::MainAccount,
            Some(1) => Self::IamUser,
            Some(other) => Self::Other(other),
            None => Self::Unknown,
        }
    }

    fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }
}

/// The author of a message.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Author {
    /// The author's id (wire field `replier`). Not a path segment, so any text.
    pub id: Option<String>,
    /// The author's name. Foreign text: escape it before showing it on a terminal.
    pub name: Option<String>,
    /// The author's role.
    pub role: Role,
    /// What kind of user of the account the author is, where the service says so: history and follow may tell it, the ticket
    /// detail does not (D-16). In JSON the field is there only when it is known.
    #[serde(default, skip_serializing_if = "UserType::is_unknown")]
    pub user_type: UserType,
}

impl Author {
    /// Somebody of this role, with neither id nor name.
    #[must_use]
    pub fn new(role: Role) -> Self {
        Self {
            id: None,
            name: None,
            role,
            user_type: UserType::Unknown,
        }
    }
}

setters! {
    Author { user_type: UserType }
    optional { id: impl Into<String>, name: impl Into<String> }
}

/// Shows the role alone: ids and names are personal data.
impl fmt::Debug for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Author")
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// A file attached to a message.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attachment {
    /// The id, if it can be used in a request. Otherwise see [`Attachment::raw_id`].
    pub id: Option<AttachmentId>,
    /// The id exactly as the service sent it; empty when it sent none.
    pub raw_id: String,
    /// The file's name. Foreign text: never use it as a path as it stands.
    pub file_name: String,
}

impl Attachment {
    /// A file with the id `raw_id`, which is also [`Attachment::id`] if it can be used in a request.
    pub fn new(raw_id: impl Into<String>, file_name: impl Into<String>) -> Self {
        let raw_id = raw_id.into();
        Self {
            id: AttachmentId::lenient(&raw_id).ok(),
            raw_id,
            file_name: file_name.into(),
        }
    }
}

/// Shows the id alone.
impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// One message of a conversation.
///
/// ```
/// use hwc_tickets::{Author, Message, MessageKind, MessageTime, Role, ZoneOffset};
///
/// let time = MessageTime::read("2026-01-31 12:00:00", ZoneOffset::UTC);
/// let message = Message::new(MessageKind::Support, time, "Please send the log.")
///     .author(Author::new(Role::Engineer).name("Li"));
/// let stored = serde_json::to_string(&message)?;
/// assert_eq!(serde_json::from_str::<Message>(&stored)?, message);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Message {
    /// Which side it comes from.
    pub kind: MessageKind,
    /// Who wrote it.
    pub author: Author,
    /// The text, as the service sent it. Foreign text: escape it before showing it on a terminal.
    pub content: String,
    /// When it was made.
    pub created_at: MessageTime,
    /// Files attached to it, as far as they are known: see [`Message::attachments_unknown`].
    pub attachments: Vec<Attachment>,
    /// The service sent something in the place of the list of attachments, or in it, that has no reading as one. There
    /// may be attachments that [`Message::attachments`] does not name. What came stands in [`Message::extra`] under
    /// `~accessory_list`. In JSON the field is there only when it is true.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub attachments_unknown: bool,
    /// Its id. Only the ticket detail shows ids (D-15), so it is `None` from history and follow.
    pub id: Option<MessageId>,
    /// Whether it opened the conversation.
    pub is_first: bool,
    /// Fields this version does not know, as they came. A known field whose value has no reading as what is documented
    /// (an object where a text is) stands here too, with a `~` before its name; the field itself is then empty. What
    /// is nested deeper than 100 levels is replaced by a text that says so, where the answer could not be read otherwise.
    /// A field that the documents have in other answers only, such as an id in a list, is read, and stands here as well.
    pub extra: Map<String, Value>,
    /// Whether bytes that are not text were replaced in [`Message::content`].
    pub lossy: bool,
}

/// Never shows the text, names or unknown fields.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("kind", &self.kind)
            .field("author", &self.author)
            .field("content", &format_args!("<{} bytes>", self.content.len()))
            .field("created_at", &self.created_at)
            .field("attachments", &self.attachments)
            .field("attachments_unknown", &self.attachments_unknown)
            .field("id", &self.id)
            .field("is_first", &self.is_first)
            .field("extra", &format_args!("<{} fields>", self.extra.len()))
            .field("lossy", &self.lossy)
            .finish()
    }
}

/// Names a message across reads, runs and machines: a SHA-256 over what never changes in it.
///
/// Two messages with the same author, side, second, text and attachments have the same key: count
/// them. The key is the same whether the message was read from history, from follow or from the
/// ticket detail, and whatever time zone was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageKey([u8; 32]);

impl MessageKey {
    /// The key as bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// 64 lower-case hexadecimal digits.
impl fmt::Display for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::str::FromStr for MessageKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let mut key = [0; 32];
        crate::hex::decode_into(text, &mut key).ok_or(InvalidKey)?;
        Ok(Self(key))
    }
}

/// A text is not a [`MessageKey`]: it is not made of 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a message key: 64 hexadecimal digits are expected")]
pub struct InvalidKey;

impl Serialize for MessageKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MessageKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

setters! {
    Message {
        author: Author,
        attachments: Vec<Attachment>,
        attachments_unknown: bool,
        is_first: bool,
        extra: Map<String, Value>,
        lossy: bool,
    }
    optional { id: MessageId }
}

impl Message {
    /// A message of this side, made at this time, with this text: for tests, and for what another program has stored. Its
    /// author is the usual one of that side, unless another is set.
    pub fn new(kind: MessageKind, created_at: MessageTime, content: impl Into<String>) -> Self {
        let role = match kind {
            MessageKind::Customer => Role::Customer,
            MessageKind::Support => Role::Engineer,
            MessageKind::Other(_) | MessageKind::Unknown => Role::Unknown,
        };
        Self {
            kind,
            author: Author::new(role),
            content: content.into(),
            created_at,
            attachments: Vec::new(),
            attachments_unknown: false,
            id: None,
            is_first: false,
            extra: Map::new(),
            lossy: false,
        }
    }

    /// The stable key of this message. Use it to skip what was handled before.
    #[must_use]
    pub fn key(&self) -> MessageKey {
        let mut hash = Context::new(&SHA256);
        let mut part = |bytes: &[u8]| {
            // Lengths first: no two different messages give the same bytes.
            hash.update(&(bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        part(b"hwc-tickets message key 1");
        match self.created_at.instant() {
            Some(instant) => part(&instant.as_nanosecond().to_be_bytes()),
            None => part(self.created_at.raw().as_bytes()),
        }
        part(&self.kind.code().unwrap_or(-1).to_be_bytes());
        part(self.author.id.as_deref().unwrap_or_default().as_bytes());
        part(self.content.as_bytes());
        let mut files: Vec<&str> = self
            .attachments
            .iter()
            .map(|file| file.raw_id.as_str())
            .collect();
        files.sort_unstable();
        files.iter().for_each(|file| part(file.as_bytes()));
        let digest = hash.finish();
        let mut key = [0; 32];
        key.iter_mut()
            .zip(digest.as_ref())
            .for_each(|(to, from)| *to = *from);
        MessageKey(key)
    }
}

/// An item of an answer that could not be read, or that names no ticket that was asked for. It cost itself alone: the others were
/// delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Undecodable {
    /// Its place in the list of the answer, from 0.
    pub index: usize,
    /// Which field has which wrong type, or is missing; never a value, except the id of a ticket that was not asked for.
    pub reason: String,
}

impl Undecodable {
    /// The item at `index`, from 0. `reason` says what is wrong with which field, and shows no text of a message.
    pub fn new(index: usize, reason: impl Into<String>) -> Self {
        Self {
            index,
            reason: reason.into(),
        }
    }
}
