//! What is pending.

use crate::{
    cli::Form,
    context::Context,
    failure::Failure,
    pending_files::Entry,
    render::table::{Column, ColumnWidth},
    view,
};
use hwc_tickets::submit::PendingId;
use serde_json::{Value, json};

/// Least digits of a short id.
const SHORT: usize = 8;

/// The files of messages whose fate is not known.
pub(super) fn entries(context: &Context) -> Result<Vec<Entry>, Failure> {
    context
        .pending_files
        .entries()
        .map_err(|error| match context.settings.places.pending() {
            Ok(place) => Failure::file("read", place, &error),
            Err(failure) => failure,
        })
}

pub(super) fn list(context: &Context) -> Result<(), Failure> {
    let entries = entries(context)?;
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
    let ids = short_ids(entries.iter().map(|entry| entry.id));
    let rows: Vec<Vec<String>> = (entries.iter().zip(ids))
        .map(|(entry, id)| {
            let file = entry.path.display();
            match &entry.pending {
                Ok(pending) => vec![
                    id,
                    view::moment(pending.begun_at(), zone, screen.form()),
                    pending.ticket().to_string(),
                    pending.length().to_string(),
                    state(entry).to_owned(),
                    file.to_string(),
                ],
                Err(reason) => {
                    let mut row = vec![id];
                    row.extend(["-", "-", "-"].map(str::to_owned));
                    row.push(state(entry).to_owned());
                    row.push(format!("{file} (cannot be read: {reason})"));
                    row
                }
            }
        })
        .collect();
    let columns = [
        Column::new("ID", ColumnWidth::Fit),
        Column::new("BEGUN", ColumnWidth::Fit),
        Column::new("TICKET", ColumnWidth::Fit),
        Column::new("LENGTH", ColumnWidth::Fit),
        Column::new("STATE", ColumnWidth::Fit),
        Column::new("FILE", ColumnWidth::Rest),
    ];
    screen.table(&columns, &rows)
}

/// The shortest beginnings by which all of them can be told apart.
pub(super) fn short_ids(ids: impl Iterator<Item = PendingId>) -> Vec<String> {
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    let is_enough = |digits: &usize| {
        let mut short: Vec<&str> = ids.iter().filter_map(|id| id.get(..*digits)).collect();
        short.sort_unstable();
        short.windows(2).all(|pair| pair.first() != pair.last())
    };
    let digits = (SHORT..32).find(is_enough).unwrap_or(32);
    ids.into_iter()
        .map(|mut id| {
            id.truncate(digits);
            id
        })
        .collect()
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
        Err(reason) => {
            json!({ "file": file, "id": entry.id, "state": state(entry), "problem": reason })
        }
    }
}
