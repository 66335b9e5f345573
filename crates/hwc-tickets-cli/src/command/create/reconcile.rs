//! `hwc-tickets ticket reconcile`: what became of tickets whose opening ended unclear.

use crate::{
    cli::{Form, ticket::Reconcile},
    command::{
        doubt,
        target::{self, Doomed, Target},
    },
    context::{Context, interruptible},
    exit::Exit,
    failure::{Failure, error_json, telling},
    pending_files::{self, Entry},
    render::{self, Cell, List, Row, Titles},
    view,
    zone::Zone,
};
use hwc_core::file::shell_quoted;
use hwc_tickets::{
    Client, Error, PendingTicket, TicketCandidate, TicketId, TicketOutcome,
    submit::{PendingId, Unrecorded},
};
use serde::Serialize;
use serde_json::Value;
use std::path::Path;

/// Digits of an id in a list.
const SHORT: usize = 8;

pub(crate) async fn run(args: &Reconcile, context: &Context) -> Result<(), Failure> {
    context.pending_files.sweep();
    if let Some(key) = &args.release {
        return doubt::release(key, context);
    }
    match &args.pending {
        None if args.all => interruptible(settle_all(context)).await,
        None => list(context),
        Some(named) if args.forget => forget(named, context),
        Some(named) => interruptible(settle(named, context)).await,
    }
}

/// Ends the doubt because a person says so. Nothing is read or sent.
fn forget(named: &str, context: &Context) -> Result<(), Failure> {
    // Held until it is written what is said of it.
    let Doomed {
        path,
        pending,
        held: _held,
    } = target::find_to_forget::<PendingTicket>(named, context)?;
    let (fate, about) = match &pending {
        Ok(record) if record.is_settled() => return Err(known_to_be_open(&path)),
        Ok(record) => (
            Fate::new(record, "forgotten"),
            "Whether that ticket was opened was not looked at.",
        ),
        Err(reason) => (
            Fate::unreadable(&path, reason),
            "It could not be read: which ticket it was of, and whether that one was opened, is not known.",
        ),
    };
    let of_key = doubt::forget(&path, pending.as_ref().ok(), context)?;
    let what = match of_key {
        Some(_) => "the doubt about the ticket is ended",
        None => "the record is removed",
    };
    telling(what, || tell(&[fate], context))?;
    context.screen.note(about);
    if let Some(words) = of_key {
        context.screen.note(&words);
    }
    Ok(())
}

fn known_to_be_open(path: &Path) -> Failure {
    let what = format!("the ticket of {} is known to be open", path.display());
    Failure::usage(what, target::list::<PendingTicket>())
}

async fn settle(named: &str, context: &Context) -> Result<(), Failure> {
    let Target {
        path,
        pending: record,
    } = target::find::<PendingTicket>(named, context)?;
    if record.is_settled() {
        return Err(known_to_be_open(&path));
    }
    let client = doubt::client(context)?;
    doubt::check_account(record.origin(), &client, "ticket")?;
    let finding = client.reconcile_ticket(&record);
    let found = render::wait("reading the list of tickets", finding).await?;
    let fate = Fate::of(&record, Ok(&found));
    if matches!(found, TicketOutcome::Confirmed(_) | TicketOutcome::Absent) {
        doubt::clear_away::<PendingTicket>(&path, context);
    }
    remember(&found, context);
    let has_candidates = !fate.candidates.is_empty();
    let written = match &found {
        TicketOutcome::Confirmed(ticket) => {
            let what = format!("the ticket is open: {ticket}");
            telling(what, || tell(&[fate], context))
        }
        TicketOutcome::Absent => telling("the ticket was not opened", || tell(&[fate], context)),
        _ => tell(&[fate], context),
    };
    match found {
        TicketOutcome::Confirmed(_) => written,
        TicketOutcome::Absent => {
            written?;
            let screen = &context.screen;
            screen.note("The ticket was not opened. It can be opened again.");
            Ok(())
        }
        _ => {
            let open = still_open(&path, has_candidates);
            Err(match written {
                Ok(()) => open,
                Err(failure) => failure.beside(open),
            })
        }
    }
}

/// All that is pending and not being opened, with the same reads of the list.
async fn settle_all(context: &Context) -> Result<(), Failure> {
    let screen = &context.screen;
    let entries = target::open::<PendingTicket>(context)?;
    let client = doubt::client(context)?;
    let mut records: Vec<PendingTicket> = Vec::new();
    let mut unreadable = 0_usize;
    for entry in entries {
        let path = entry.path;
        match (entry.pending, entry.under_way) {
            (_, true) => screen.note(&format!("{}: still being opened", path.display())),
            (Err(reason), false) => {
                screen.warn(&format!("{} cannot be read: {reason}", path.display()));
                unreadable += 1;
            }
            (Ok(record), false) => records.push(record),
        }
    }
    let order: Vec<PendingId> = records.iter().map(PendingTicket::id).collect();
    let finding = client.reconcile_all_tickets(records);
    let mut found = render::wait("reading the list of tickets", finding).await;
    found.sort_by_key(|one| order.iter().position(|id| *id == one.pending.id()));
    for outcome in found.iter().filter_map(|one| one.outcome.as_ref().ok()) {
        remember(outcome, context);
    }
    let fates = found.iter();
    let fates = fates.map(|one| {
        doubt::warn_of_unsettled(one.unrecorded.as_ref(), screen);
        Fate {
            unrecorded: one.unrecorded.as_ref(),
            ..Fate::of(&one.pending, one.outcome.as_ref())
        }
    });
    let fates: Vec<Fate<'_>> = fates.collect();
    let unknown = fates.iter().filter(|fate| fate.outcome == "unknown");
    let unknown = unknown.count();
    let is_settled = unknown + unreadable == 0;
    let written = match is_settled {
        true => telling("all are settled", || tell(&fates, context)),
        false => tell(&fates, context),
    };
    if is_settled {
        if fates.is_empty() && screen.is_for_people() {
            screen.note("Nothing is pending.");
        }
        return written;
    }
    let open = unsettled(unknown, unreadable);
    Err(match written {
        Ok(()) => open,
        Err(failure) => failure.beside(open),
    })
}

/// What is left: of so many it is not known, and so many files cannot be read.
fn unsettled(unknown: usize, unreadable: usize) -> Failure {
    let mut what = Vec::new();
    if unknown > 0 {
        what.push(format!(
            "of {unknown} it is still not known whether they were opened"
        ));
    }
    if unreadable > 0 {
        what.push(format!("{unreadable} pending files cannot be read"));
    }
    let advice = match unreadable {
        0 => format!(
            "Try again in a minute, one at a time to see what could be it. {}",
            target::list::<PendingTicket>()
        ),
        _ => "Fix the files named above, move them out of the directory of pending files, or discard each unread with: \
              hwc-tickets ticket reconcile FILE --forget"
            .to_owned(),
    };
    Failure::own(Exit::Unknown, what.join("; "), advice)
}

fn remember(outcome: &TicketOutcome, context: &Context) {
    if let TicketOutcome::Confirmed(ticket) = outcome {
        context.remember([ticket.as_str()]);
    }
}

fn still_open(path: &Path, has_candidates: bool) -> Failure {
    let named = shell_quoted(path);
    let advice = match has_candidates {
        false => format!("Try again in a minute: hwc-tickets ticket reconcile {named}"),
        true => format!(
            "The tickets above could be it. Look at them; then end the doubt with: hwc-tickets ticket reconcile {named} \
             --forget"
        ),
    };
    let what = format!(
        "it is still not known whether the ticket was opened; the pending file stays: {}",
        path.display()
    );
    Failure::own(Exit::Unknown, what, advice)
}

fn short(id: impl ToString) -> String {
    let mut id = id.to_string();
    id.truncate(SHORT);
    id
}

fn list(context: &Context) -> Result<(), Failure> {
    let entries = target::open::<PendingTicket>(context)?;
    let screen = &context.screen;
    let zone = context.settings.time_zone.value;
    // Without credentials there is no account to compare with.
    let client = match entries.is_empty() {
        true => None,
        false => context.client().ok(),
    };
    let rows: Vec<Pending<'_>> = entries
        .iter()
        .map(|entry| Pending::of(entry, client.as_ref(), zone))
        .collect();
    let titles = ["ID", "BEGUN", "PROBLEM TYPE", "LENGTH", "STATE", "FILE"];
    List::whole(screen, Titles::fitted(titles), "pending", &rows)?;
    if entries.is_empty() && screen.is_for_people() {
        screen.note("Nothing is pending.");
    }
    Ok(())
}

/// A record that is pending, and its file.
#[derive(Serialize)]
struct Pending<'a> {
    file: String,
    state: &'static str,
    id: String,
    problem_type: Option<&'a str>,
    begun_at: Option<String>,
    length: Option<u64>,
    key: Option<&'a str>,
    /// Why it cannot be read.
    problem: Option<&'a str>,
    #[serde(skip)]
    record: Option<&'a PendingTicket>,
    #[serde(skip)]
    zone: Zone,
}

impl<'a> Pending<'a> {
    fn of(entry: &'a Entry<PendingTicket>, client: Option<&Client>, zone: Zone) -> Self {
        let record = entry.pending.as_ref().ok();
        Self {
            file: entry.path.display().to_string(),
            state: match (record, entry.under_way) {
                (_, true) => "under way",
                (Some(record), false) => doubt::state(record.origin(), client),
                (None, false) => "unreadable",
            },
            id: entry.id.to_string(),
            problem_type: record.map(PendingTicket::problem_type),
            begun_at: record.map(|record| record.begun_at().to_string()),
            length: record.map(PendingTicket::length),
            key: record.and_then(PendingTicket::key),
            problem: entry.pending.as_ref().err().map(String::as_str),
            record,
            zone,
        }
    }
}

impl Row for Pending<'_> {
    fn cells(&self, form: Form) -> Vec<Cell> {
        let begun = self.record;
        let begun = begun.map(|record| view::moment(record.begun_at(), self.zone, form));
        let file = match self.problem {
            None => self.file.clone(),
            Some(reason) => format!("{} (cannot be read: {reason})", self.file),
        };
        vec![
            Some(short(&self.id)),
            begun,
            self.problem_type.map(str::to_owned),
            self.length.map(|length| length.to_string()),
            Some(self.state.to_owned()),
            Some(file),
        ]
    }
}

/// What became of a ticket.
#[derive(Serialize)]
struct Fate<'a> {
    /// One word: confirmed, absent, unknown or forgotten.
    outcome: &'static str,
    id: Option<String>,
    problem_type: Option<&'a str>,
    begun_at: Option<String>,
    /// Why its record cannot be read.
    problem: Option<&'a str>,
    ticket: Option<&'a TicketId>,
    candidates: &'a [TicketCandidate],
    /// Why nothing could be found out.
    error: Option<Value>,
    /// Its record says less than is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    unrecorded: Option<&'a Unrecorded>,
}

impl<'a> Fate<'a> {
    fn new(record: &'a PendingTicket, outcome: &'static str) -> Self {
        Self {
            outcome,
            id: Some(record.id().to_string()),
            problem_type: Some(record.problem_type()),
            begun_at: Some(record.begun_at().to_string()),
            problem: None,
            ticket: None,
            candidates: &[],
            error: None,
            unrecorded: None,
        }
    }

    /// Of a record that is forgotten and cannot be read.
    fn unreadable(path: &Path, reason: &'a str) -> Self {
        Self {
            outcome: "forgotten",
            id: pending_files::id_of::<PendingTicket>(path).map(|id| id.to_string()),
            problem_type: None,
            begun_at: None,
            problem: Some(reason),
            ticket: None,
            candidates: &[],
            error: None,
            unrecorded: None,
        }
    }

    fn of(record: &'a PendingTicket, outcome: Result<&'a TicketOutcome, &Error>) -> Self {
        match outcome {
            Ok(TicketOutcome::Confirmed(ticket)) => Self {
                ticket: Some(ticket),
                ..Self::new(record, "confirmed")
            },
            Ok(TicketOutcome::Absent) => Self::new(record, "absent"),
            Ok(TicketOutcome::Unknown(candidates)) => Self {
                candidates,
                ..Self::new(record, "unknown")
            },
            Ok(_) => Self::new(record, "unknown"),
            Err(error) => Self {
                error: Some(error_json(error)),
                ..Self::new(record, "unknown")
            },
        }
    }
}

impl Row for Fate<'_> {
    fn cells(&self, _: Form) -> Vec<Cell> {
        let candidates = self.candidates.iter();
        let candidates: Vec<&str> = candidates.map(|it| it.ticket.as_str()).collect();
        let note = self
            .error
            .as_ref()
            .and_then(|error| error.get("summary")?.as_str());
        vec![
            self.id.as_ref().map(short),
            Some(self.outcome.to_owned()),
            self.ticket.map(TicketId::to_string),
            (!candidates.is_empty()).then(|| candidates.join(", ")),
            note.or(self.problem).map(str::to_owned),
        ]
    }
}

/// What became of them, in every form as a list.
fn tell(fates: &[Fate<'_>], context: &Context) -> Result<(), Failure> {
    let titles = ["ID", "OUTCOME", "TICKET", "COULD BE", "NOTE"];
    List::whole(&context.screen, Titles::fitted(titles), "reconciled", fates)
}
