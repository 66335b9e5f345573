//! `hwc-tickets message reconcile`.

use crate::{
    cli::{Form, message::Reconcile},
    context::{Context, interruptible},
    exit::Exit,
    failure::Failure,
    pending_files::{self, Entry},
    render::{
        self,
        table::{Column, ColumnWidth},
    },
    view,
};
use hwc_tickets::Outcome;
use serde_json::{Value, json};
use std::path::Path;

pub(crate) async fn run(args: Reconcile, context: &Context) -> Result<(), Failure> {
    match &args.pending_file {
        None => list(context),
        Some(path) => interruptible(settle(path, context)).await,
    }
}

fn list(context: &Context) -> Result<(), Failure> {
    let entries = context
        .pending_files
        .entries()
        .map_err(|error| Failure::file("read", &context.settings.places.pending, &error))?;
    let screen = &context.screen;
    let zone = context.settings.time_zone.value;
    if matches!(screen.form(), Form::Json | Form::Ndjson) {
        let rows: Vec<Value> = entries.iter().map(entry_json).collect();
        return match screen.form() {
            Form::Ndjson => rows.iter().try_for_each(|row| screen.event(row)),
            _ => screen.document(&json!({ "pending": rows })),
        };
    }
    if entries.is_empty() {
        screen.note("Nothing is pending.");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            let (begun, ticket, length) = match &entry.pending {
                Ok(pending) => (
                    view::moment(pending.begun_at(), zone),
                    pending.ticket().to_string(),
                    pending.length().to_string(),
                ),
                Err(_) => ("-".to_owned(), "-".to_owned(), "-".to_owned()),
            };
            let file = match &entry.pending {
                Ok(_) => entry.path.display().to_string(),
                Err(reason) => format!("{} (cannot be read: {reason})", entry.path.display()),
            };
            vec![begun, ticket, length, state(entry).to_owned(), file]
        })
        .collect();
    let columns = [
        Column::new("BEGUN", ColumnWidth::Fit),
        Column::new("TICKET", ColumnWidth::Fit),
        Column::new("LENGTH", ColumnWidth::Fit),
        Column::new("STATE", ColumnWidth::Fit),
        Column::new("FILE", ColumnWidth::Rest),
    ];
    screen.table(&columns, &rows)
}

fn state(entry: &Entry) -> &'static str {
    match (&entry.pending, entry.under_way) {
        (_, true) => "under way",
        (Ok(_), false) => "unknown",
        (Err(_), false) => "unreadable",
    }
}

fn entry_json(entry: &Entry) -> Value {
    let file = entry.path.display().to_string();
    match &entry.pending {
        Ok(pending) => json!({
            "file": file,
            "id": pending.id(),
            "ticket": pending.ticket(),
            "group": pending.group(),
            "begun_at": pending.begun_at().to_string(),
            "length": pending.length(),
            "reference": pending.reference(),
            "state": state(entry),
        }),
        Err(reason) => json!({ "file": file, "state": state(entry), "problem": reason }),
    }
}

async fn settle(path: &Path, context: &Context) -> Result<(), Failure> {
    let pending = pending_files::read(path).map_err(|reason| {
        Failure::usage(
            format!("{} cannot be used: {reason}", path.display()),
            "`hwc-tickets message reconcile` without a file lists what is pending.",
        )
    })?;
    if pending_files::is_under_way(path) {
        return Err(Failure::own(
            Exit::Failure,
            "another run of this program is still sending this message",
            "Wait until it has ended: it says itself what became of the message.",
        ));
    }
    let client = context.finish(context.builder()?.outbox(context.pending_files.clone()))?;
    let outcome = render::wait("reading the ticket", client.reconcile(&pending)).await?;
    let (name, message) = match &outcome {
        Outcome::Confirmed(message) => ("confirmed", Some(message)),
        Outcome::Absent => ("absent", None),
        _ => ("unknown", None),
    };
    if name != "unknown" {
        // A file outside of the directory is the user's copy; the fate is known, so it has done its work.
        if let Err(error) = pending_files::remove(path) {
            let path = path.display();
            context
                .screen
                .warn(&format!("{path} cannot be removed: {error}"));
        }
    }
    let screen = &context.screen;
    if matches!(screen.form(), Form::Json | Form::Ndjson) {
        screen.document(
            &json!({ "outcome": name, "ticket": pending.ticket(), "message": message }),
        )?;
    } else {
        let time = message
            .map(|message| view::time(message, context.settings.time_zone.value))
            .unwrap_or_default();
        screen.facts(&[
            ("outcome", name.to_owned()),
            ("ticket", pending.ticket().to_string()),
            ("time", time),
        ])?;
    }
    match outcome {
        Outcome::Confirmed(_) => Ok(()),
        Outcome::Absent => {
            screen.note("The message is not in the ticket. It can be sent again.");
            Ok(())
        }
        _ => Err(Failure::own(
            Exit::Unknown,
            format!(
                "it is still not known whether the message arrived; the pending file stays: {}",
                path.display()
            ),
            "Try again in a minute. If the same text was sent again, the two cannot be told apart.",
        )),
    }
}
