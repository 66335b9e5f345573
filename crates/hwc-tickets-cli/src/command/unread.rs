//! `hwc-tickets message unread`.

use crate::{
    cli::{Form, message::Unread},
    context::{Context, interruptible},
    exit::Exit,
    failure::{Failure, error_json},
    input,
    render::{
        self, Cell, Part, Show, Titles,
        table::{Column, ColumnWidth},
    },
};
use hwc_tickets::{TicketId, unread::Digest};
use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::{Value, json};

pub(crate) async fn run(args: Unread, context: &Context) -> Result<(), Failure> {
    let tickets = input::tickets(&args.ticket)?;
    let client = context.client()?;
    let work = async {
        Ok(render::wait("counting unread messages", client.unread(tickets).fetch()).await)
    };
    let digest = interruptible(work).await?;
    context.screen.show(&Counted(&digest))?;
    outcome(digest, context)
}

/// The digest of the SDK, with its sum; on lines, a ticket each.
struct Counted<'a>(&'a Digest);

impl Serialize for Counted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(digest) = self;
        let mut value = serde_json::to_value(digest).map_err(S::Error::custom)?;
        if let Some(object) = value.as_object_mut() {
            object.insert("total".to_owned(), digest.total().into());
            let failed = digest.failed.iter().map(
                |failed| json!({ "tickets": failed.tickets, "error": error_json(&failed.error) }),
            );
            object.insert("failed".to_owned(), failed.collect());
        }
        value.serialize(serializer)
    }
}

impl Show for Counted<'_> {
    fn parts(&self, _: Form) -> Vec<Part> {
        let Self(digest) = self;
        // Nothing at all was answered: the error says it, and a table of question marks says nothing more.
        if digest.unread.is_empty() && digest.unanswered.is_empty() {
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
        vec![Part::Rows(titles, counts(digest).map(row).collect())]
    }

    fn lines(&self) -> Option<Vec<Value>> {
        let line = |(number, ticket): (Option<u64>, &TicketId)| json!({ "ticket": ticket, "unread": number });
        Some(counts(self.0).map(line).collect())
    }
}

/// Every ticket that was asked about, and its number where that is known.
fn counts(digest: &Digest) -> impl Iterator<Item = (Option<u64>, &TicketId)> {
    let known = digest.unread.iter();
    let known = known.map(|(ticket, number)| (Some(*number), ticket));
    known.chain(unknown(digest).map(|ticket| (None, ticket)))
}

/// Tickets whose number is not known. It is not 0.
fn unknown(digest: &Digest) -> impl Iterator<Item = &TicketId> {
    let failed = digest.failed.iter().flat_map(|failed| &failed.tickets);
    digest.unanswered.iter().chain(failed)
}

fn outcome(digest: Digest, context: &Context) -> Result<(), Failure> {
    let failed: usize = digest
        .failed
        .iter()
        .map(|failed| failed.tickets.len())
        .sum();
    if failed > 0 && !digest.unread.is_empty() {
        context
            .screen
            .warn(&format!("{failed} tickets could not be asked about"));
    }
    if let Some(failed) = digest.failed.into_iter().next() {
        return Err(failed.error.into());
    }
    match digest.unanswered.len() {
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
