//! What is pending.

use super::fate::Record;
use crate::{
    cli::Form,
    command::{doubt, target},
    context::Context,
    failure::Failure,
    pending_files::Entry,
    render::{Cell, List, Row, Titles},
    view,
    zone::Zone,
};
use hwc_tickets::{Client, Pending, submit::PendingId};
use serde::Serialize;

/// Least digits of a short id.
const SHORT: usize = 8;

pub(super) fn list(context: &Context) -> Result<(), Failure> {
    let entries = target::open::<Pending>(context)?;
    let screen = &context.screen;
    let zone = context.settings.time_zone.value;
    let ids = short_ids(entries.iter().map(|entry| entry.id));
    // Without credentials there is no account to compare with.
    let client = match entries.is_empty() {
        true => None,
        false => context.client().ok(),
    };
    let rows: Vec<Listed> = (entries.iter().zip(ids))
        .map(|(entry, short)| Listed::of(entry, client.as_ref(), short, zone))
        .collect();
    let titles = Titles::fitted(["ID", "BEGUN", "TICKET", "LENGTH", "STATE", "FILE"]);
    List::whole(screen, titles, "pending", &rows)?;
    if entries.is_empty() && screen.is_for_people() {
        screen.note("Nothing is pending.");
    }
    Ok(())
}

/// A record that is pending, and its file.
#[derive(Serialize)]
struct Listed<'a> {
    file: String,
    state: &'static str,
    #[serde(flatten)]
    record: Record<'a>,
    #[serde(skip)]
    entry: &'a Entry,
    #[serde(skip)]
    short: String,
    #[serde(skip)]
    zone: Zone,
}

impl<'a> Listed<'a> {
    fn of(entry: &'a Entry, client: Option<&Client>, short: String, zone: Zone) -> Self {
        let record = match &entry.pending {
            Ok(pending) => Record::of(pending),
            Err(reason) => Record::unreadable(Some(entry.id), reason),
        };
        Self {
            file: entry.path.display().to_string(),
            state: state(entry, client),
            record,
            entry,
            short,
            zone,
        }
    }
}

impl Row for Listed<'_> {
    fn cells(&self, form: Form) -> Vec<Cell> {
        let pending = self.entry.pending.as_ref();
        let file = match pending {
            Ok(_) => self.file.clone(),
            Err(reason) => format!("{} (cannot be read: {reason})", self.file),
        };
        let pending = pending.ok();
        vec![
            Some(self.short.clone()),
            pending.map(|pending| view::moment(pending.begun_at(), self.zone, form)),
            pending.map(|pending| pending.ticket().to_string()),
            pending.map(|pending| pending.length().to_string()),
            Some(self.state.to_owned()),
            Some(file),
        ]
    }
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

fn state(entry: &Entry, client: Option<&Client>) -> &'static str {
    match (&entry.pending, entry.under_way) {
        (_, true) => "under way",
        (Ok(pending), false) => doubt::state(pending.origin(), client),
        (Err(_), false) => "unreadable",
    }
}
