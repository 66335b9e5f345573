//! `hwc-tickets message reconcile`.

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
use hwc_tickets::{
    ErrorKind, Outcome, Pending, ZoneOffset,
    submit::{Candidate, Reconciled, Resemblance},
};
use list::{list, short_ids};
use serde_json::{Value, json};
use target::Target;

pub(crate) async fn run(args: Reconcile, context: &Context) -> Result<(), Failure> {
    match args.pending {
        None if args.all => interruptible(settle_all(context)).await,
        None => list(context),
        Some(named) => {
            let target = target::find(&named, context)?;
            match args.forget {
                true => forget(&target, context),
                false => interruptible(settle(&target, context)).await,
            }
        }
    }
}

/// Ends the doubt because a person says so. Nothing is read or sent.
fn forget(target: &Target, context: &Context) -> Result<(), Failure> {
    pending_files::remove(&target.path)
        .map_err(|error| Failure::file("remove", &target.path, &error))?;
    let ticket = target.pending.ticket();
    outcome(context, "forgotten", &target.pending, None, &[])
        .map_err(|failure| failure.after(format_args!("the record of {ticket} is removed")))?;
    context
        .screen
        .note("Whether that message is in the ticket was not looked at.");
    Ok(())
}

async fn settle(target: &Target, context: &Context) -> Result<(), Failure> {
    let Target { path, pending } = target;
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
    outcome(context, name, pending, message, candidates).map_err(|failure| {
        failure.after(match name {
            "confirmed" => format!("the message is in ticket {ticket}"),
            "absent" => format!("the message is not in ticket {ticket}"),
            _ => format!("it is still not known whether the message is in ticket {ticket}"),
        })
    })?;
    match found {
        Outcome::Confirmed(_) => Ok(()),
        Outcome::Absent => {
            let screen = &context.screen;
            screen.note("The message is not in the ticket. It can be sent again.");
            Ok(())
        }
        _ => Err(still_open(
            format!(
                "it is still not known whether the message arrived; the pending file stays: {}",
                path.display()
            ),
            candidates.is_empty(),
        )),
    }
}

/// All that is pending and not being sent, each ticket read once for all of its messages.
async fn settle_all(context: &Context) -> Result<(), Failure> {
    let screen = &context.screen;
    let entries = list::entries(context)?;
    let mut records = Vec::new();
    let mut left = 0;
    for entry in entries {
        match (entry.pending, entry.under_way) {
            (Ok(pending), false) => records.push(pending),
            (Ok(_), true) => {
                screen.note(&format!("{}: still being sent", entry.path.display()));
            }
            (Err(reason), _) => {
                left += 1;
                screen.warn(&format!(
                    "{} cannot be read: {reason}",
                    entry.path.display()
                ));
            }
        }
    }
    let client = context.finish(context.builder()?.outbox(context.pending_files.clone()))?;
    let work = async { Ok::<_, hwc_tickets::Error>(client.reconcile_all(records).await) };
    let reconciled = render::wait("reading the tickets", work).await?;
    let is_open =
        |one: &&Reconciled| !matches!(&one.outcome, Ok(Outcome::Confirmed(_) | Outcome::Absent));
    left += reconciled.iter().filter(is_open).count();
    let settled = reconciled.len().saturating_sub(left);
    all_outcomes(context, &reconciled)
        .map_err(|failure| failure.after(format_args!("{settled} settled, {left} not")))?;
    match left {
        0 => Ok(()),
        left => Err(still_open(
            format!("of {left} it is still not known whether they arrived"),
            true,
        )),
    }
}

/// A pending file that cannot be read may be that of the message that was found.
fn not_confirmed(what: &str) -> Failure {
    Failure::own(
        Exit::Unknown,
        what.to_owned(),
        "Move the file that cannot be read away, out of the directory of pending files; then try again.",
    )
}

fn still_open(what: String, nothing_shown: bool) -> Failure {
    let advice = match nothing_shown {
        true => "Try again in a minute, one at a time to see what could be it.",
        false => {
            "The messages above could be it. Look at the ticket; then end the doubt with: hwc-tickets message reconcile ID \
             --forget"
        }
    };
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
            "message": message,
        });
        if name == "unknown"
            && let Some(object) = document.as_object_mut()
        {
            object.insert("candidates".to_owned(), candidates_json(candidates));
        }
        return screen.document(&document);
    }
    let time = message.map(|message| view::time(message, zone));
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
                view::time(&candidate.message, zone),
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
            "message": candidate.message,
        })
    });
    candidates.collect()
}

fn all_outcomes(context: &Context, reconciled: &[Reconciled]) -> Result<(), Failure> {
    let screen = &context.screen;
    if matches!(screen.form(), Form::Json | Form::Ndjson) {
        let rows: Vec<Value> = reconciled.iter().map(reconciled_json).collect();
        return match screen.form() {
            Form::Ndjson => rows.iter().try_for_each(|row| screen.event(row)),
            _ => screen.document(&json!({ "reconciled": rows })),
        };
    }
    if reconciled.is_empty() {
        screen.note("Nothing is pending.");
        return Ok(());
    }
    let ids = short_ids(reconciled.iter().map(|one| one.pending.id()));
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
        "message": message,
        "candidates": candidates_json(candidates),
        "error": one.outcome.as_ref().err().map(ToString::to_string),
    })
}
