//! What became of a ticket in doubt, and what could be it.

use crate::{
    ids::TicketId, messages::submit::outcome::Resemblance, setters::setters, time::MessageTime,
};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// What became of a ticket whose opening is in doubt.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TicketOutcome {
    /// It was opened: this is it. More exactly, such a ticket stands in the list since it was begun, and no other one that this
    /// client or its outbox knows of can be meant.
    Confirmed(TicketId),
    /// It was not opened: at least two reads of the whole list that lie apart by the consistency window agree.
    Absent,
    /// Not known yet. Ask again later, or let a person decide: these tickets could be it, the most alike first, 20 at most. Then
    /// [`Client::forget_ticket`](crate::Client::forget_ticket) ends the doubt.
    Unknown(Vec<TicketCandidate>),
}

/// As it was written. What a later version wrote and this one cannot read is not known: nothing is guessed.
impl<'de> Deserialize<'de> for TicketOutcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Known {
            Confirmed(TicketId),
            Absent,
            Unknown(Vec<TicketCandidate>),
        }
        let written = Value::deserialize(deserializer)?;
        Ok(match Known::deserialize(written) {
            Ok(Known::Confirmed(ticket)) => Self::Confirmed(ticket),
            Ok(Known::Absent) => Self::Absent,
            Ok(Known::Unknown(candidates)) => Self::Unknown(candidates),
            Err(_) => Self::Unknown(Vec::new()),
        })
    }
}

/// A ticket that could be the one in doubt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TicketCandidate {
    /// Its id.
    pub ticket: TicketId,
    /// When it was opened, as the list tells it.
    pub created_at: MessageTime,
    /// How much its description looks like the one in doubt.
    pub resemblance: Resemblance,
    /// Whether it was opened while the one in doubt was on its way or at most the consistency window later, by the clock of the
    /// service. `None`: that cannot be told. Clocks may be wrong: no proof.
    pub in_time: Option<bool>,
}

impl TicketCandidate {
    /// A ticket that looks like the one in doubt this much; whether it was opened in time is not known.
    #[must_use]
    pub fn new(ticket: TicketId, created_at: MessageTime, resemblance: Resemblance) -> Self {
        Self {
            ticket,
            created_at,
            resemblance,
            in_time: None,
        }
    }
}

setters! {
    TicketCandidate {}
    optional { in_time: bool }
}
