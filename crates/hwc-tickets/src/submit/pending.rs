//! The record of a submit whose fate is not known: enough to find out later, and never the text.

use super::{
    fingerprint::{Digest, Fingerprint, random},
    watermark::Baseline,
};
use crate::{
    error::Result,
    hex,
    ids::{GroupId, TicketId},
    message::MessageKey,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de};
use std::{borrow::Cow, fmt, str::FromStr};

/// The version this crate writes. Older ones stay readable.
const VERSION: u32 = 1;

/// Names one submit: 32 hexadecimal digits, random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PendingId([u8; 16]);

impl PendingId {
    pub(crate) fn new() -> Result<Self> {
        random().map(Self)
    }
}

impl fmt::Display for PendingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

/// A text is not a [`PendingId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a pending id: 32 hexadecimal digits are expected")]
pub struct InvalidPendingId;

impl FromStr for PendingId {
    type Err = InvalidPendingId;

    fn from_str(text: &str) -> Result<Self, InvalidPendingId> {
        let mut id = [0; 16];
        hex::decode_into(text, &mut id).ok_or(InvalidPendingId)?;
        Ok(Self(id))
    }
}

impl Serialize for PendingId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PendingId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A time by the clock of the service: from the start of the POST to the moment of doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Span {
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

/// A submit whose fate is not known.
///
/// Serialise it (JSON or any other serde format), keep it, and hand it to
/// [`Client::reconcile`](crate::Client::reconcile) later, from this process or another. It holds the
/// ticket, the length of the text and keyed digests of it and of its first 400 UTF-16 units; never the
/// text. Who has the record can test a guess of the text, so keep it as private as the ticket itself.
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct Pending {
    pub(crate) id: PendingId,
    pub(crate) ticket: TicketId,
    pub(crate) group: Option<GroupId>,
    pub(crate) begun_at: Timestamp,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) reference: Option<String>,
    pub(crate) baseline: Option<Baseline>,
    /// When it was under way, by the clock of the service.
    pub(crate) span: Option<Span>,
    /// Other submits of the same text by this caller that may have arrived since the baseline.
    pub(crate) rivals: u32,
}

impl Pending {
    /// Names this submit.
    #[must_use]
    pub fn id(&self) -> PendingId {
        self.id
    }

    /// The ticket it was for.
    #[must_use]
    pub fn ticket(&self) -> &TicketId {
        &self.ticket
    }

    /// The group it was made for.
    #[must_use]
    pub fn group(&self) -> Option<&GroupId> {
        self.group.as_ref()
    }

    /// When it was begun, by the clock of this machine.
    #[must_use]
    pub fn begun_at(&self) -> Timestamp {
        self.begun_at
    }

    /// The visible tag in the text, e.g. `[ref 7F3K2Q]`, if it has one.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    /// Length of the canonical text in UTF-16 units.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.fingerprint.units
    }

    /// Whether `text` is the text of this submit, apart from line ends, outer white space and HTML
    /// entities. For a text longer than 400 UTF-16 units an equal beginning of that length counts.
    #[must_use]
    pub fn is_of(&self, text: &str) -> bool {
        self.fingerprint.matches_text(text)
    }
}

/// Shows no digest and no key.
impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("id", &format_args!("{}", self.id))
            .field("ticket", &self.ticket)
            .field("group", &self.group)
            .field("begun_at", &self.begun_at)
            .field("length", &self.fingerprint.units)
            .field("has_baseline", &self.baseline.is_some())
            .finish_non_exhaustive()
    }
}

/// The written form.
#[derive(Serialize, Deserialize)]
struct Stored {
    /// Version of this form.
    hwc_tickets_pending: u32,
    id: PendingId,
    ticket: TicketId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<GroupId>,
    begun_at: Timestamp,
    length: u64,
    key: HexDigest,
    digest: HexDigest,
    head_digest: HexDigest,
    #[serde(default)]
    alterable: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<HexDigest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    baseline: Option<StoredBaseline>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    span: Option<Span>,
    #[serde(default)]
    rivals: u32,
}

#[derive(Serialize, Deserialize)]
struct StoredBaseline {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    #[serde(default)]
    known: Vec<MessageKey>,
    #[serde(default)]
    unreadable: u64,
    #[serde(default)]
    shaky: bool,
}

struct HexDigest(Digest);

impl Serialize for HexDigest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for HexDigest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        let mut digest = [0; 32];
        hex::decode_into(&text, &mut digest)
            .ok_or_else(|| de::Error::custom("a digest of 64 hexadecimal digits is expected"))?;
        Ok(Self(digest))
    }
}

impl From<Pending> for Stored {
    fn from(pending: Pending) -> Self {
        let Fingerprint {
            key,
            whole,
            head,
            units,
            alterable,
            attachments,
        } = pending.fingerprint;
        Self {
            hwc_tickets_pending: VERSION,
            id: pending.id,
            ticket: pending.ticket,
            group: pending.group,
            begun_at: pending.begun_at,
            length: units,
            key: HexDigest(key),
            digest: HexDigest(whole),
            head_digest: HexDigest(head),
            alterable,
            attachments: attachments.into_iter().map(HexDigest).collect(),
            reference: pending.reference,
            baseline: pending.baseline.map(
                |Baseline {
                     since,
                     known,
                     unreadable,
                     shaky,
                 }| StoredBaseline {
                    since,
                    known,
                    unreadable,
                    shaky,
                },
            ),
            span: pending.span,
            rivals: pending.rivals,
        }
    }
}

/// A stored record cannot be used.
#[derive(Debug, thiserror::Error)]
enum InvalidPending {
    #[error(
        "the pending record has version {0}, this crate reads up to {VERSION}: use a newer version of it"
    )]
    Version(u32),
}

impl TryFrom<Stored> for Pending {
    type Error = InvalidPending;

    fn try_from(stored: Stored) -> Result<Self, InvalidPending> {
        if !(1..=VERSION).contains(&stored.hwc_tickets_pending) {
            return Err(InvalidPending::Version(stored.hwc_tickets_pending));
        }
        Ok(Self {
            id: stored.id,
            ticket: stored.ticket,
            group: stored.group,
            begun_at: stored.begun_at,
            fingerprint: Fingerprint {
                key: stored.key.0,
                whole: stored.digest.0,
                head: stored.head_digest.0,
                units: stored.length,
                alterable: stored.alterable,
                attachments: stored
                    .attachments
                    .into_iter()
                    .map(|HexDigest(digest)| digest)
                    .collect(),
            },
            reference: stored.reference,
            baseline: stored.baseline.map(
                |StoredBaseline {
                     since,
                     known,
                     unreadable,
                     shaky,
                 }| Baseline {
                    since,
                    known,
                    unreadable,
                    shaky,
                },
            ),
            span: stored.span,
            rivals: stored.rivals,
        })
    }
}
