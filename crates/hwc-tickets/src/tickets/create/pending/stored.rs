//! The written form of a record.

use super::{Before, Made, PendingTicket};
use crate::doubt::{
    fingerprint::Fingerprint,
    id::PendingId,
    moment::{Moment, Span},
    origin::Origin,
    written::StoredFingerprint,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The version this crate writes.
const VERSION: u32 = 1;

/// The written form.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    /// Version of this form.
    hwc_tickets_pending_ticket: u32,
    id: PendingId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
    problem_type: String,
    begun_at: Timestamp,
    description: StoredFingerprint,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<Before>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    span: Option<Span>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    rival_ids: BTreeSet<PendingId>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    past_ids: BTreeSet<PendingId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settled: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    made: Option<Made>,
    /// Whoever does not know it takes the record for one in doubt, and opens nothing under its key.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    forgotten: bool,
}

impl From<PendingTicket> for Stored {
    fn from(pending: PendingTicket) -> Self {
        Self {
            hwc_tickets_pending_ticket: VERSION,
            id: pending.id,
            key: pending.key,
            origin: pending.origin,
            problem_type: pending.problem_type,
            begun_at: pending.begun_at,
            description: StoredFingerprint::from(pending.fingerprint),
            before: pending.before,
            span: pending.span,
            rival_ids: pending.rivals,
            past_ids: pending.past,
            settled: pending.settled,
            made: pending.made,
            forgotten: pending.forgotten,
        }
    }
}

/// A stored record cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum InvalidPending {
    #[error(
        "the record of a ticket has version {0}, this crate reads {VERSION}: use a newer version of it"
    )]
    Version(u32),
    #[error("the record of a ticket is settled and names no ticket, or the other way round")]
    HalfSettled,
}

impl TryFrom<Stored> for PendingTicket {
    type Error = InvalidPending;

    fn try_from(stored: Stored) -> Result<Self, InvalidPending> {
        if stored.hwc_tickets_pending_ticket != VERSION {
            return Err(InvalidPending::Version(stored.hwc_tickets_pending_ticket));
        }
        if stored.settled.is_some() != stored.made.is_some() {
            return Err(InvalidPending::HalfSettled);
        }
        Ok(Self {
            id: stored.id,
            key: stored.key,
            origin: stored.origin,
            problem_type: stored.problem_type,
            begun_at: stored.begun_at,
            fingerprint: Fingerprint::from(stored.description),
            before: stored.before,
            span: stored.span,
            rivals: stored.rival_ids,
            past: stored.past_ids,
            settled: stored.settled,
            forgotten: stored.forgotten && stored.made.is_none(),
            made: stored.made,
        })
    }
}
