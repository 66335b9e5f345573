//! `hwc-tickets ticket reconcile`: what became of tickets whose opening ended unclear.

use crate::{
    cli::{Form, ticket::Reconcile},
    context::{Context, interruptible},
    exit::Exit,
    failure::{Failure, error_json},
    pending_files::{self, Entry},
    render::{self, Cell, List, Row, Titles},
    view,
    zone::Zone,
};
use hwc_core::file::shell_quoted;
use hwc_tickets::{Client, Error, PendingTicket, TicketId, TicketOutcome, create::TicketCandidate};
use serde::Serialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Fewer digits would be a slip of the hand rather than an id.
const LEAST: usize = 4;
/// Digits of an id in a list.
const SHORT: usize = 8;
/// How to see what there is.
const LIST: &str = "`hwc-tickets ticket reconcile` without a file lists what is pending.";

pub(crate) async fn run(args: &Reconcile, context: &Context) -> Result<(), Failure> {
    context.pending_files.sweep();
    if let Some(key) = &args.release {
        return release(key, context);
    }
    match &args.pending {
        None if args.all => interruptible(settle_all(context)).await,
        None => list(context),
        Some(named) if args.forget => forget(named, context),
        Some(named) => interruptible(settle(named, context)).await,
    }
}

/// The files of tickets, those of tickets that are known to be open among them.
pub(super) fn entries(context: &Context) -> Result<Vec<Entry<PendingTicket>>, Failure> {
    let entries = context.pending_files.tickets();
    entries.map_err(|error| match context.settings.places.pending() {
        Ok(place) => Failure::file("read", place, &error),
        Err(failure) => failure,
    })
}

/// Those of which it is not known.
fn open(context: &Context) -> Result<Vec<Entry<PendingTicket>>, Failure> {
    let mut entries = entries(context)?;
    entries.retain(|entry| !(entry.pending.as_ref()).is_ok_and(PendingTicket::is_settled));
    Ok(entries)
}

fn client(context: &Context) -> Result<Client, Failure> {
    context.finish(context.builder()?.outbox(context.pending_files.clone()))
}

/// The outcome under a key need not be kept any more.
fn release(key: &str, context: &Context) -> Result<(), Failure> {
    client(context)?.acknowledge(key)?;
    context.screen.note("The key is free.");
    Ok(())
}

/// Ends the doubt because a person says so. Nothing is read or sent.
fn forget(named: &str, context: &Context) -> Result<(), Failure> {
    let (path, record) = find(named, context)?;
    pending_files::remove(&path).map_err(|error| Failure::file("remove", &path, &error))?;
    let fate = Fate::new(&record, "forgotten");
    let written = tell(&[fate], context);
    written.map_err(|failure| failure.after("the record is removed"))?;
    let screen = &context.screen;
    screen.note("Whether that ticket was opened was not looked at.");
    Ok(())
}

async fn settle(named: &str, context: &Context) -> Result<(), Failure> {
    let (path, record) = find(named, context)?;
    let client = client(context)?;
    let finding = client.reconcile_ticket(&record);
    let found = render::wait("reading the list of tickets", finding).await?;
    let fate = Fate::of(&record, Ok(&found));
    let is_known = matches!(found, TicketOutcome::Confirmed(_) | TicketOutcome::Absent);
    if is_known && !context.pending_files.holds(&path) {
        // The copy of a user has done its work.
        pending_files::remove(&path).map_err(|error| Failure::file("remove", &path, &error))?;
    }
    remember(&found, context);
    let has_candidates = !fate.candidates.is_empty();
    let written = tell(&[fate], context);
    match found {
        TicketOutcome::Confirmed(ticket) => {
            written.map_err(|failure| failure.after(format_args!("the ticket is open: {ticket}")))
        }
        TicketOutcome::Absent => {
            written.map_err(|failure| failure.after("the ticket was not opened"))?;
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

/// All that is pending and not being opened.
async fn settle_all(context: &Context) -> Result<(), Failure> {
    let screen = &context.screen;
    let entries = open(context)?;
    let client = client(context)?;
    let mut found: Vec<(PathBuf, PendingTicket, Result<TicketOutcome, Error>)> = Vec::new();
    let mut unreadable = 0_usize;
    for entry in entries {
        let path = entry.path;
        match (entry.pending, entry.under_way) {
            (_, true) => screen.note(&format!("{}: still being opened", path.display())),
            (Err(reason), false) => {
                screen.warn(&format!("{} cannot be read: {reason}", path.display()));
                unreadable += 1;
            }
            (Ok(record), false) => {
                let finding = client.reconcile_ticket(&record);
                let outcome = render::wait("reading the list of tickets", finding).await;
                if let Ok(outcome) = &outcome {
                    remember(outcome, context);
                }
                found.push((path, record, outcome));
            }
        }
    }
    let fates = found.iter();
    let fates = fates.map(|(_, record, outcome)| Fate::of(record, outcome.as_ref()));
    let fates: Vec<Fate<'_>> = fates.collect();
    let written = tell(&fates, context);
    let unknown = fates.iter().filter(|fate| fate.outcome == "unknown");
    let unknown = unknown.count();
    if unknown + unreadable == 0 {
        if fates.is_empty() && screen.is_for_people() {
            screen.note("Nothing is pending.");
        }
        return written.map_err(|failure| failure.after("all are settled"));
    }
    let open = Failure::own(
        Exit::Unknown,
        format!(
            "of {unknown} it is still not known whether they were opened; {unreadable} pending files cannot be read"
        ),
        format!("Try again in a minute, one at a time to see what could be it. {LIST}"),
    );
    Err(match written {
        Ok(()) => open,
        Err(failure) => failure.beside(open),
    })
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

/// The record named so, unless its ticket is still being opened.
fn find(named: &str, context: &Context) -> Result<(PathBuf, PendingTicket), Failure> {
    let path = path_of(named, context)?;
    let record = pending_files::read_ticket(&path).map_err(|reason| {
        let what = format!("{} cannot be used: {reason}", path.display());
        Failure::usage(what, LIST)
    })?;
    if record.is_settled() {
        let what = format!("the ticket of {} is known to be open", path.display());
        return Err(Failure::usage(what, LIST));
    }
    if pending_files::is_under_way(&path) {
        return Err(Failure::own(
            Exit::Failure,
            "another run of this program is still opening this ticket",
            "Wait until it has ended: it says itself what became of the ticket.",
        ));
    }
    Ok((path, record))
}

fn path_of(named: &str, context: &Context) -> Result<PathBuf, Failure> {
    let path = Path::new(named);
    if path.symlink_metadata().is_ok_and(|meta| !meta.is_dir()) {
        return Ok(path.to_owned());
    }
    let is_id =
        (LEAST..=32).contains(&named.len()) && named.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id {
        return Err(Failure::usage(
            format!("there is no file {named}, and it is not the beginning of an id"),
            format!("An id has {LEAST} to 32 digits from 0 to 9 and a to f. {LIST}"),
        ));
    }
    let beginning = named.to_ascii_lowercase();
    let entries = open(context)?.into_iter();
    let mut meant = entries.filter(|entry| entry.id.to_string().starts_with(&beginning));
    match (meant.next(), meant.count()) {
        (Some(entry), 0) => Ok(entry.path),
        (Some(_), _) => Err(Failure::usage(
            format!("several pending tickets have an id that begins with {named}"),
            "Give more digits of it.",
        )),
        (None, _) => Err(Failure::usage(
            format!("no pending ticket has an id that begins with {named}"),
            LIST,
        )),
    }
}

fn short(id: impl ToString) -> String {
    let mut id = id.to_string();
    id.truncate(SHORT);
    id
}

fn list(context: &Context) -> Result<(), Failure> {
    let entries = open(context)?;
    let screen = &context.screen;
    let zone = context.settings.time_zone.value;
    let rows: Vec<Pending<'_>> = entries
        .iter()
        .map(|entry| Pending::of(entry, zone))
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
    fn of(entry: &'a Entry<PendingTicket>, zone: Zone) -> Self {
        let record = entry.pending.as_ref().ok();
        Self {
            file: entry.path.display().to_string(),
            state: match (record, entry.under_way) {
                (_, true) => "under way",
                (Some(_), false) => "unknown",
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
    id: String,
    problem_type: &'a str,
    begun_at: String,
    ticket: Option<&'a TicketId>,
    candidates: &'a [TicketCandidate],
    /// Why nothing could be found out.
    error: Option<Value>,
}

impl<'a> Fate<'a> {
    fn new(record: &'a PendingTicket, outcome: &'static str) -> Self {
        Self {
            outcome,
            id: record.id().to_string(),
            problem_type: record.problem_type(),
            begun_at: record.begun_at().to_string(),
            ticket: None,
            candidates: &[],
            error: None,
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
            Some(short(&self.id)),
            Some(self.outcome.to_owned()),
            self.ticket.map(TicketId::to_string),
            (!candidates.is_empty()).then(|| candidates.join(", ")),
            note.map(str::to_owned),
        ]
    }
}

/// What became of them, in every form as a list.
fn tell(fates: &[Fate<'_>], context: &Context) -> Result<(), Failure> {
    let titles = ["ID", "OUTCOME", "TICKET", "COULD BE", "NOTE"];
    List::whole(&context.screen, Titles::fitted(titles), "reconciled", fates)
}
