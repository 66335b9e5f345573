//! The written form of a record. Older versions of it stay readable.

use super::{Pending, PendingId};
use crate::{
    doubt::{
        fingerprint::{Fingerprint, Folded},
        moment::{Moment, Span},
        origin::Origin,
        written::{HexDigest, StoredFolded},
    },
    ids::{AttachmentId, GroupId, MessageId, TicketId},
    messages::{
        message::MessageKey,
        submit::baseline::{Baseline, Seen},
    },
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The version this crate writes of a record with a key, which earlier versions of it would lose.
const WITH_KEY: u32 = 3;
/// The version of all others. A record of version 1 knows only those messages of the ticket that
/// looked like its own, so none is ever found to be absent unless the customer's side has no message at all.
const VERSION: u32 = 2;

/// The written form.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    /// Version of this form.
    hwc_tickets_pending: u32,
    id: PendingId,
    /// Of version 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    caller_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    folded: Option<StoredFolded>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skeleton: Option<HexDigest>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<HexDigest>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attachment_ids: Vec<AttachmentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    baseline: Option<StoredBaseline>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    span: Option<Span>,
    /// Of version 1: their number.
    #[serde(default, skip_serializing_if = "is_zero")]
    rivals: u32,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    rival_ids: BTreeSet<PendingId>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    past_ids: BTreeSet<PendingId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settled: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    landed: Option<Seen>,
    /// Whoever does not know it reads a settled record all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recalled: Option<MessageId>,
    /// Nor does who does not know it lose more than that: a recall without an answer is not noted then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recalling: Option<MessageId>,
    /// Whoever does not know it takes the record for one in doubt, and sends nothing under its key.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    forgotten: bool,
}

#[derive(Serialize, Deserialize)]
struct StoredBaseline {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    floor: Option<Timestamp>,
    #[serde(default)]
    seen: Seen,
    #[serde(default, skip_serializing_if = "Seen::is_empty")]
    alike: Seen,
    /// Of version 1: those that looked like the message to be sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    known: Vec<MessageKey>,
    #[serde(default)]
    shaky: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date: Option<Timestamp>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature serde asks for"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl From<Baseline> for StoredBaseline {
    fn from(baseline: Baseline) -> Self {
        let Baseline {
            since,
            floor,
            seen,
            alike,
            shaky,
            date,
        } = baseline;
        Self {
            since,
            floor,
            seen,
            alike,
            known: Vec::new(),
            shaky,
            date,
        }
    }
}

impl From<StoredBaseline> for Baseline {
    fn from(stored: StoredBaseline) -> Self {
        let StoredBaseline {
            since,
            floor,
            mut seen,
            mut alike,
            known,
            shaky,
            date,
        } = stored;
        for key in known {
            seen.add(key, 1);
            alike.add(key, 1);
        }
        Self {
            since,
            floor,
            seen,
            alike,
            shaky,
            date,
        }
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
            folded,
            skeleton,
            attachments,
        } = pending.fingerprint;
        Self {
            hwc_tickets_pending: match pending.key {
                Some(_) => WITH_KEY,
                None => VERSION,
            },
            id: pending.id,
            caller_key: pending.key,
            origin: pending.origin,
            ticket: pending.ticket,
            group: pending.group,
            begun_at: pending.begun_at,
            length: units,
            key: HexDigest(key),
            digest: HexDigest(whole),
            head_digest: HexDigest(head),
            alterable,
            folded: folded.map(StoredFolded::from),
            skeleton: skeleton.map(HexDigest),
            attachments: attachments.into_iter().map(HexDigest).collect(),
            attachment_ids: pending.attachments,
            reference: pending.reference,
            baseline: pending.baseline.map(StoredBaseline::from),
            span: pending.span,
            rivals: pending.counted_rivals,
            rival_ids: pending.rivals,
            past_ids: pending.past,
            settled: pending.settled,
            landed: pending.landed,
            recalled: pending.recalled,
            recalling: pending.recalling,
            forgotten: pending.forgotten,
        }
    }
}

/// A stored record cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum InvalidPending {
    #[error(
        "the pending record has version {0}, this crate reads up to {WITH_KEY}: use a newer version of it"
    )]
    Version(u32),
}

impl TryFrom<Stored> for Pending {
    type Error = InvalidPending;

    fn try_from(mut stored: Stored) -> Result<Self, InvalidPending> {
        if !(1..=WITH_KEY).contains(&stored.hwc_tickets_pending) {
            return Err(InvalidPending::Version(stored.hwc_tickets_pending));
        }
        if stored.hwc_tickets_pending == 1
            && let Some(baseline) = &mut stored.baseline
        {
            // That version did not look at what was older.
            baseline.floor = baseline.since;
        }
        let fingerprint = Fingerprint {
            key: stored.key.0,
            whole: stored.digest.0,
            head: stored.head_digest.0,
            units: stored.length,
            alterable: stored.alterable,
            folded: stored.folded.map(Folded::from),
            skeleton: stored.skeleton.map(|HexDigest(digest)| digest),
            attachments: stored
                .attachments
                .into_iter()
                .map(|HexDigest(digest)| digest)
                .collect(),
        };
        Ok(Self {
            id: stored.id,
            key: stored.caller_key,
            origin: stored.origin,
            ticket: stored.ticket,
            group: stored.group,
            begun_at: stored.begun_at,
            fingerprint,
            reference: stored.reference,
            attachments: stored.attachment_ids,
            baseline: stored.baseline.map(Baseline::from),
            span: stored.span,
            rivals: stored.rival_ids,
            past: stored.past_ids,
            counted_rivals: stored.rivals,
            settled: stored.settled,
            landed: stored.landed,
            recalled: stored.recalled,
            recalling: stored.recalling,
            forgotten: stored.forgotten && stored.settled.is_none(),
        })
    }
}
