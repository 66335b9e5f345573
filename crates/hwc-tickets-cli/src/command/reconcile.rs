//! `hwc-tickets message reconcile`.

mod ending;
mod list;
mod target;

use crate::{
    cli::{Form, message::Reconcile},
    context::{Context, interruptible},
    exit::Exit,
    failure::Failure,
    pending_files,
    render::{
        self, Screen,
        table::{Column, ColumnWidth},
    },
    view,
};
use ending::Ending;
use hwc_core::file::shell_quoted;
use hwc_tickets::{
    ErrorKind, Outcome, Pending, ZoneOffset,
    submit::{Candidate, Reconciled, Resemblance},
};
use list::{list, short_ids};
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::Path};
use target::{Doomed, Target};

pub(crate) async fn run(args: Reconcile, context: &Context) -> Result<(), Failure> {
    context.pending_files.sweep();
    match args.pending {
        None if args.all => interruptible(settle_all(context)).await,
        None => list(context),
        Some(named) if args.forget => forget(&target::find_to_forget(&named, context)?, context),
        Some(named) => interruptible(settle(&target::find(&named, context)?, context)).await,
    }
}

/// Ends the doubt because a person says so. Nothing is read or sent.
fn forget(doomed: &Doomed, context: &Context) -> Result<(), Failure> {
    let Doomed { path, pending } = doomed;
    pending_files::remove(path).map_err(|error| Failure::file("remove", path, &error))?;
    let screen = &context.screen;
    let (written, about) = match pending {
        Ok(pending) => (
            outcome(context, "forgotten", pending, None, &[]),
            "Whether that message is in the ticket was not looked at.",
        ),
        Err(reason) => (
            forgotten_unread(screen, path, reason),
            "It could not be read: which message it was of, and whether that one is in its ticket, is not known.",
        ),
    };
    let what = match pending {
        Ok(pending) => format!("the record of {} is removed", pending.ticket()),
        Err(_) => format!("{} is removed", path.display()),
    };
    written.map_err(|failure| failure.after(what))?;
    screen.note(about);
    Ok(())
}

fn forgotten_unread(screen: &Screen, path: &Path, reason: &str) -> Result<(), Failure> {
    match screen.form() {
        Form::Json | Form::Ndjson => screen.document(&json!({
            "outcome": "forgotten",
            "id": pending_files::id_of(path),
            "ticket": null,
            "message": null,
            "problem": reason,
        })),
        Form::Table | Form::Plain => screen.facts(&[
            ("outcome", "forgotten".to_owned()),
            ("file", path.display().to_string()),
        ]),
    }
}

async fn settle(target: &Target, context: &Context) -> Result<(), Failure> {
    let pending = &target.pending;
    let client = context.finish(context.builder()?.outbox(context.pending_files.clone()))?;
    let found = match render::wait("reading the ticket", client.reconcile(pending)).await {
        Err(error) if error.kind() == ErrorKind::Storage => {
            return Err(not_confirmed(&error.to_string()));
        }
        found => found?,
    };
    let (name, message, candidates) = parts(&found);
    if name != "unknown" {
        clear_away(target, context);
    }
    let ticket = pending.ticket();
    let written = outcome(context, name, pending, message, candidates);
    match found {
        Outcome::Confirmed(_) => written
            .map_err(|failure| failure.after(format_args!("the message is in ticket {ticket}"))),
        Outcome::Absent => {
            written.map_err(|failure| {
                failure.after(format_args!("the message is not in ticket {ticket}"))
            })?;
            let screen = &context.screen;
            screen.note("The message is not in the ticket. It can be sent again.");
            Ok(())
        }
        _ => {
            let open = open_one(target, context, candidates.is_empty());
            Err(match written {
                Ok(()) => open,
                Err(failure) => failure.beside(open),
            })
        }
    }
}

/// All that is pending and not being sent, each ticket read once for all of its messages.
async fn settle_all(context: &Context) -> Result<(), Failure> {
    let screen = &context.screen;
    let entries = list::entries(context)?;
    let mut records = Vec::new();
    let mut unreadable = Vec::new();
    let is_empty = entries.is_empty();
    for entry in entries {
        let path = entry.path.display();
        match (entry.pending, entry.under_way) {
            (_, true) => screen.note(&format!("{path}: still being sent")),
            (Ok(pending), false) => records.push(pending),
            (Err(reason), false) => {
                screen.warn(&format!("{path} cannot be read: {reason}"));
                unreadable.push(entry.path);
            }
        }
    }
    let client = context.finish(context.builder()?.outbox(context.pending_files.clone()))?;
    let work = async { Ok::<_, hwc_tickets::Error>(client.reconcile_all(records).await) };
    let reconciled = render::wait("reading the tickets", work).await?;
    let written = all_outcomes(context, &reconciled, is_empty);
    if let Err(Failure::Own { .. }) = &written {
        // Their files are gone: nothing else would tell any more what became of them.
        for one in &reconciled {
            let id = one.pending.id();
            screen.note(&format!(
                "{id} of {}: {}",
                one.pending.ticket(),
                name_of(one)
            ));
        }
    }
    let ending = Ending::of(&reconciled, &unreadable);
    match (ending.failure(), written) {
        (None, written) => written.map_err(|failure| failure.after(ending.done())),
        (Some(open), Ok(())) => Err(open),
        (Some(open), Err(failure)) => Err(failure.beside(open)),
    }
}

fn name_of(one: &Reconciled) -> &'static str {
    one.outcome
        .as_ref()
        .map_or("unknown", |outcome| parts(outcome).0)
}

/// A pending file that cannot be read may be that of the message that was found.
fn not_confirmed(what: &str) -> Failure {
    Failure::own(
        Exit::Unknown,
        what.to_owned(),
        "Move the file that cannot be read away, out of the directory of pending files; then try again.",
    )
}

/// One message of which it is still not known.
fn open_one(target: &Target, context: &Context, nothing_shown: bool) -> Failure {
    let path = &target.path;
    let named = match context.pending_files.holds(path) {
        true => target.pending.id().to_string(),
        false => shell_quoted(path),
    };
    let advice = match nothing_shown {
        true => format!("Try again in a minute: hwc-tickets message reconcile {named}"),
        false => format!(
            "The messages above could be it. Look at the ticket; then end the doubt with: hwc-tickets message reconcile \
             {named} --forget"
        ),
    };
    let what = format!(
        "it is still not known whether the message arrived; the pending file stays: {}",
        path.display()
    );
    Failure::own(Exit::Unknown, what, advice)
}

/// The fate is known: a file outside of the directory is the user's copy and has done its work.
fn clear_away(target: &Target, context: &Context) {
    let path = &target.path;
    let problem = if context.pending_files.holds(path) {
        let is_open = pending_files::read(path).is_ok_and(|record| !record.is_settled());
        is_open.then(|| "it could not be marked as settled".to_owned())
    } else {
        pending_files::remove(path)
            .err()
            .map(|error| format!("it cannot be removed: {error}"))
    };
    if let Some(problem) = problem {
        context.screen.warn(&format!(
            "{}: {problem}; it will be looked at again",
            path.display()
        ));
    }
}

fn parts(outcome: &Outcome) -> (&'static str, Option<&hwc_tickets::Message>, &[Candidate]) {
    match outcome {
        Outcome::Confirmed(message) => ("confirmed", Some(message), &[]),
        Outcome::Absent => ("absent", None, &[]),
        Outcome::Unknown(candidates) => ("unknown", None, candidates),
        _ => ("unknown", None, &[]),
    }
}

fn outcome(
    context: &Context,
    name: &str,
    pending: &Pending,
    message: Option<&hwc_tickets::Message>,
    candidates: &[Candidate],
) -> Result<(), Failure> {
    let screen = &context.screen;
    let zone = context.settings.time_zone.value;
    if matches!(screen.form(), Form::Json | Form::Ndjson) {
        let mut document = json!({
            "outcome": name,
            "id": pending.id(),
            "ticket": pending.ticket(),
            "message": message.map(view::message_value),
        });
        if name == "unknown"
            && let Some(object) = document.as_object_mut()
        {
            object.insert("candidates".to_owned(), candidates_json(candidates));
        }
        return screen.document(&document);
    }
    let time = message.map(|message| view::time(message, zone, screen.form()));
    screen.facts(&[
        ("outcome", name.to_owned()),
        ("ticket", pending.ticket().to_string()),
        ("time", time.unwrap_or_default()),
    ])?;
    if candidates.is_empty() {
        return Ok(());
    }
    show_candidates(screen, candidates, zone)
}

/// The messages of the ticket that could be the one in doubt.
fn show_candidates(
    screen: &Screen,
    candidates: &[Candidate],
    zone: ZoneOffset,
) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> = candidates
        .iter()
        .map(|candidate| {
            let in_time = match candidate.in_time {
                Some(true) => "yes",
                Some(false) => "no",
                None => "-",
            };
            vec![
                view::time(&candidate.message, zone, screen.form()),
                view::author(&candidate.message),
                resemblance(candidate.resemblance).to_owned(),
                in_time.to_owned(),
                candidate.message.content.clone(),
            ]
        })
        .collect();
    let columns = [
        Column::new("TIME", ColumnWidth::Fit),
        Column::new("FROM", ColumnWidth::Fit),
        Column::new("TEXT IS", ColumnWidth::Fit),
        Column::new("IN TIME", ColumnWidth::Fit),
        Column::new("TEXT", ColumnWidth::Rest),
    ];
    screen.table(&columns, &rows)
}

fn resemblance(resemblance: Resemblance) -> &'static str {
    match resemblance {
        Resemblance::SameText => "the same",
        Resemblance::SimilarText => "alike",
        _ => "another",
    }
}

fn candidates_json(candidates: &[Candidate]) -> Value {
    let candidates = candidates.iter().map(|candidate| {
        let resemblance = match candidate.resemblance {
            Resemblance::SameText => "same_text",
            Resemblance::SimilarText => "similar_text",
            _ => "other_text",
        };
        json!({
            "resemblance": resemblance,
            "in_time": candidate.in_time,
            "message": view::message_value(&candidate.message),
        })
    });
    candidates.collect()
}

/// What became of each. `is_empty`: there was nothing to look into, and nothing else that is pending.
fn all_outcomes(
    context: &Context,
    reconciled: &[Reconciled],
    is_empty: bool,
) -> Result<(), Failure> {
    let screen = &context.screen;
    if matches!(screen.form(), Form::Json | Form::Ndjson) {
        let rows: Vec<Value> = reconciled.iter().map(reconciled_json).collect();
        return match screen.form() {
            Form::Ndjson => rows.iter().try_for_each(|row| screen.event(row)),
            _ => screen.document(&json!({ "reconciled": rows })),
        };
    }
    if reconciled.is_empty() {
        if is_empty {
            screen.note("Nothing is pending.");
        }
        return Ok(());
    }
    let ids = short_ids(reconciled.iter().map(|one| one.pending.id()));
    let mut causes = BTreeSet::new();
    let rows: Vec<Vec<String>> = (reconciled.iter().zip(ids))
        .map(|(one, id)| {
            let (outcome, note) = match &one.outcome {
                Ok(outcome) => {
                    let (name, _, candidates) = parts(outcome);
                    let note = match candidates.len() {
                        0 => String::new(),
                        number => format!("{number} could be it"),
                    };
                    (name, note)
                }
                // The same reason for each of them is read once. Programs find it in every row.
                Err(error)
                    if !causes.insert((error.kind().name(), error.code(), error.host()))
                        && screen.form() == Form::Table =>
                {
                    ("unknown", "as above".to_owned())
                }
                Err(error) => ("unknown", error.to_string()),
            };
            let ticket = one.pending.ticket().to_string();
            vec![id, ticket, outcome.to_owned(), note]
        })
        .collect();
    let columns = [
        Column::new("ID", ColumnWidth::Fit),
        Column::new("TICKET", ColumnWidth::Fit),
        Column::new("OUTCOME", ColumnWidth::Fit),
        Column::new("NOTE", ColumnWidth::Rest),
    ];
    screen.table(&columns, &rows)
}

fn reconciled_json(one: &Reconciled) -> Value {
    let (name, message, candidates) = match &one.outcome {
        Ok(outcome) => parts(outcome),
        Err(_) => ("unknown", None, &[][..]),
    };
    json!({
        "id": one.pending.id(),
        "ticket": one.pending.ticket(),
        "outcome": name,
        "message": message.map(view::message_value),
        "candidates": candidates_json(candidates),
        "error": one.outcome.as_ref().err().map(ToString::to_string),
    })
}
