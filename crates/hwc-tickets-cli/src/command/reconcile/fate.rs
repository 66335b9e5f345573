//! What is known of a message whose sending ended unclear: its record, what became of it, and what could be it.

use crate::{
    cli::Form,
    command::parts::PartOf,
    failure::error_json,
    render::{Cell, Part, Show, Titles, fact},
    view::{self, MessageJson},
    zone::Zone,
};
use hwc_tickets::{
    GroupId, Message, Outcome, Pending, TicketId,
    submit::{Candidate, PendingId, Reconciled, Resemblance, Unrecorded},
};
use serde::Serialize;
use serde_json::Value;
use std::path::Path;

/// A record, without what only the SDK needs of it. Of one that cannot be read the name and the reason are all there is.
#[derive(Debug, Serialize)]
pub(super) struct Record<'a> {
    id: Option<PendingId>,
    ticket: Option<&'a TicketId>,
    group: Option<&'a GroupId>,
    begun_at: Option<String>,
    length: Option<u64>,
    reference: Option<&'a str>,
    /// The key that it was sent with.
    key: Option<&'a str>,
    /// Why it cannot be read.
    problem: Option<&'a str>,
}

impl<'a> Record<'a> {
    pub(super) fn of(pending: &'a Pending) -> Self {
        Self {
            id: Some(pending.id()),
            ticket: Some(pending.ticket()),
            group: pending.group(),
            begun_at: Some(pending.begun_at().to_string()),
            length: Some(pending.length()),
            reference: pending.reference(),
            key: pending.key(),
            problem: None,
        }
    }

    pub(super) fn unreadable(id: Option<PendingId>, reason: &'a str) -> Self {
        Self {
            id,
            ticket: None,
            group: None,
            begun_at: None,
            length: None,
            reference: None,
            key: None,
            problem: Some(reason),
        }
    }
}

/// What became of a message.
#[derive(Debug, Serialize)]
pub(super) struct Fate<'a> {
    /// One word: confirmed, recalled, absent, unknown or forgotten.
    pub(super) outcome: &'static str,
    #[serde(flatten)]
    record: Record<'a>,
    message: Option<MessageJson<'a>>,
    pub(super) candidates: Vec<Likely<'a>>,
    /// Why nothing could be found out.
    error: Option<Value>,
    /// Which part of a text it is that was sent in parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<&'a PartOf>,
    /// Its record says less than is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    unrecorded: Option<&'a Unrecorded>,
}

/// A message of the ticket that could be the one in doubt.
#[derive(Debug, Serialize)]
pub(super) struct Likely<'a> {
    message: MessageJson<'a>,
    resemblance: Resemblance,
    in_time: Option<bool>,
}

impl<'a> Fate<'a> {
    /// The same of a part of a text.
    pub(super) fn of_part(self, part: Option<&'a PartOf>) -> Self {
        Self { part, ..self }
    }

    /// The outcome alone: no message is shown, and nothing failed.
    fn bare(outcome: &'static str, record: Record<'a>) -> Self {
        Self {
            outcome,
            record,
            message: None,
            candidates: Vec::new(),
            error: None,
            part: None,
            unrecorded: None,
        }
    }

    /// Nobody looks any more.
    pub(super) fn forgotten(record: Record<'a>) -> Self {
        Self::bare("forgotten", record)
    }

    /// A look has shown before that the message is in the ticket, or was until it was taken back.
    pub(super) fn known(pending: &'a Pending) -> Self {
        let outcome = match pending.recalled() {
            Some(_) => "recalled",
            None => "confirmed",
        };
        Self::bare(outcome, Record::of(pending))
    }

    pub(super) fn of(pending: &'a Pending, outcome: &'a Outcome) -> Self {
        let (outcome, message, candidates) = parts(outcome);
        Self {
            message: message.map(MessageJson),
            candidates: candidates.iter().map(Likely::of).collect(),
            ..Self::bare(outcome, Record::of(pending))
        }
    }

    /// Whether a message with the same text could be it.
    pub(super) fn has_equal(&self) -> bool {
        let mut candidates = self.candidates.iter();
        candidates.any(|likely| likely.resemblance == Resemblance::SameText)
    }

    pub(super) fn of_one(one: &'a Reconciled) -> Self {
        match &one.outcome {
            Ok(outcome) => Self {
                unrecorded: one.unrecorded.as_ref(),
                ..Self::of(&one.pending, outcome)
            },
            Err(error) => Self {
                error: Some(error_json(error)),
                ..Self::bare("unknown", Record::of(&one.pending))
            },
        }
    }
}

impl<'a> Likely<'a> {
    fn of(candidate: &'a Candidate) -> Self {
        Self {
            message: MessageJson(&candidate.message),
            resemblance: candidate.resemblance,
            in_time: candidate.in_time,
        }
    }

    fn cells(&self, zone: Zone, form: Form) -> Vec<Cell> {
        let MessageJson(message) = self.message;
        let resemblance = match self.resemblance {
            Resemblance::SameText => "the same",
            Resemblance::SimilarText => "alike",
            _ => "another",
        };
        let in_time = self.in_time.map(|in_time| match in_time {
            true => "yes",
            false => "no",
        });
        vec![
            Some(view::time(&message.created_at, zone, form)),
            Some(view::author(message)),
            Some(resemblance.to_owned()),
            in_time.map(str::to_owned),
            Some(message.content.clone()),
        ]
    }
}

fn parts(outcome: &Outcome) -> (&'static str, Option<&Message>, &[Candidate]) {
    match outcome {
        Outcome::Confirmed(message) => ("confirmed", Some(message), &[]),
        Outcome::Recalled(_) => ("recalled", None, &[]),
        Outcome::Absent => ("absent", None, &[]),
        Outcome::Unknown(candidates) => ("unknown", None, candidates),
        _ => ("unknown", None, &[]),
    }
}

/// The outcome of one message, as it is shown by itself.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Told<'a> {
    pub(super) fate: &'a Fate<'a>,
    #[serde(skip)]
    pub(super) path: &'a Path,
    #[serde(skip)]
    pub(super) zone: Zone,
}

impl Show for Told<'_> {
    fn parts(&self, form: Form) -> Vec<Part> {
        let Self { fate, path, zone } = self;
        let outcome = fact("outcome", fate.outcome.to_owned());
        let Some(ticket) = fate.record.ticket else {
            let file = fact("file", path.display().to_string());
            return vec![Part::Facts(vec![outcome, file])];
        };
        let message = fate.message.map(|message| message.0);
        let time = message.map(|message| view::time(&message.created_at, *zone, form));
        let ticket = fact("ticket", ticket.to_string());
        let mut facts = vec![outcome, ticket, fact("time", time)];
        if let Some(part) = fate.part {
            facts.push(fact("part", part.in_words()));
        }
        let facts = Part::Facts(facts);
        if fate.candidates.is_empty() {
            return vec![facts];
        }
        let titles = Titles::fitted(["TIME", "FROM", "TEXT IS", "IN TIME", "TEXT"]);
        let candidates = fate.candidates.iter();
        let rows = candidates.map(|likely| likely.cells(*zone, form));
        vec![facts, Part::Rows(titles, rows.collect())]
    }
}
