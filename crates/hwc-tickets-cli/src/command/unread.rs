//! `hwc-tickets message unread`.

use crate::{
    cli::{Form, message::Unread},
    context::{Context, interruptible},
    exit::Exit,
    failure::{Failure, error_json},
    input,
    render::{
        self, Cell, Part, Show, Titles,
        json::with_fields,
        table::{Column, ColumnWidth},
    },
};
use hwc_tickets::{TicketId, unread::UnreadCounts};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

pub(crate) async fn run(args: Unread, context: &Context) -> Result<(), Failure> {
    let tickets = input::tickets(&args.ticket)?;
    let client = context.client()?;
    let work = async {
        Ok(render::wait("counting unread messages", client.unread(tickets).fetch()).await)
    };
    let unread_counts = interruptible(work).await?;
    context.screen.show(&Counted(&unread_counts))?;
    outcome(unread_counts, context)
}

/// The counts of the SDK, with its sum; on lines, a ticket each.
struct Counted<'a>(&'a UnreadCounts);

impl Serialize for Counted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(unread_counts) = self;
        let failed = unread_counts
            .failed
            .iter()
            .map(|failed| json!({ "tickets": failed.tickets, "error": error_json(&failed.error) }));
        let fields = [
            ("total", Value::from(unread_counts.total())),
            ("failed", failed.collect()),
        ];
        with_fields(unread_counts, fields, serializer)
    }
}

impl Show for Counted<'_> {
    fn parts(&self, _: Form) -> Vec<Part> {
        let Self(unread_counts) = self;
        // Nothing at all was answered: the error says it, and a table of question marks says nothing more.
        if unread_counts.unread.is_empty() && unread_counts.unanswered.is_empty() {
            return Vec::new();
        }
        let row = |(number, ticket): (Option<u64>, &TicketId)| -> Vec<Cell> {
            let number = number.map_or_else(|| "?".to_owned(), |number| number.to_string());
            vec![Some(number), Some(ticket.to_string())]
        };
        let titles = Titles::new([
            Column::new("UNREAD", ColumnWidth::Fit),
            Column::new("TICKET", ColumnWidth::Fit),
        ]);
        vec![Part::Rows(titles, counts(unread_counts).map(row).collect())]
    }

    fn lines(&self) -> Option<Vec<Value>> {
        let line = |(number, ticket): (Option<u64>, &TicketId)| json!({ "ticket": ticket, "unread": number });
        Some(counts(self.0).map(line).collect())
    }
}

/// Every ticket that was asked about, and its number where that is known.
fn counts(unread_counts: &UnreadCounts) -> impl Iterator<Item = (Option<u64>, &TicketId)> {
    let known = unread_counts.unread.iter();
    let known = known.map(|(ticket, number)| (Some(*number), ticket));
    known.chain(unknown(unread_counts).map(|ticket| (None, ticket)))
}

/// Tickets whose number is not known. It is not 0.
fn unknown(unread_counts: &UnreadCounts) -> impl Iterator<Item = &TicketId> {
    let failed = unread_counts
        .failed
        .iter()
        .flat_map(|failed| &failed.tickets);
    unread_counts.unanswered.iter().chain(failed)
}

fn outcome(unread_counts: UnreadCounts, context: &Context) -> Result<(), Failure> {
    let failed: usize = unread_counts
        .failed
        .iter()
        .map(|failed| failed.tickets.len())
        .sum();
    if failed > 0 && !unread_counts.unread.is_empty() {
        context
            .screen
            .warn(&format!("{failed} tickets could not be asked about"));
    }
    if let Some(failed) = unread_counts.failed.into_iter().next() {
        return Err(failed.error.into());
    }
    match unread_counts.unanswered.len() {
        0 => Ok(()),
        number => Err(Failure::own(
            Exit::NotFound,
            format!(
                "the service did not answer for {number} of the tickets; their number is not known"
            ),
            "Check the ids marked with `?`. A colleague's ticket needs --group.",
        )),
    }
}
