//! `hwc-tickets message unread`.

use crate::{
    cli::{Form, message::Unread},
    context::{Context, interruptible},
    exit::Exit,
    failure::Failure,
    input,
    render::{
        self,
        table::{Column, ColumnWidth},
    },
};
use hwc_tickets::{TicketId, unread::Digest};
use serde_json::{Map, Value, json};

pub(crate) async fn run(args: Unread, context: &Context) -> Result<(), Failure> {
    let tickets = input::tickets(&args.ticket)?;
    let client = context.client()?;
    let work = async {
        Ok(render::wait("counting unread messages", client.unread(tickets).fetch()).await)
    };
    let digest = interruptible(work).await?;
    show(&digest, context)?;
    outcome(digest, context)
}

fn show(digest: &Digest, context: &Context) -> Result<(), Failure> {
    let screen = &context.screen;
    match screen.form() {
        Form::Json => screen.document(&json!({
            "unread": digest.unread.iter().map(|(ticket, number)| (ticket.to_string(), json!(number))).collect::<Map<_, _>>(),
            "total": digest.total(),
            "unanswered": digest.unanswered,
            "failed": digest.failed.iter().map(|failed| json!({ "tickets": failed.tickets, "error": failed.error.to_string() })).collect::<Vec<Value>>(),
        })),
        Form::Ndjson => {
            let known = digest.unread.iter().map(|(ticket, number)| json!({ "ticket": ticket, "unread": number }));
            let unknown = unknown(digest).map(|ticket| json!({ "ticket": ticket, "unread": null }));
            known.chain(unknown).try_for_each(|row| screen.event(&row))
        }
        // Nothing at all was answered: the error says it, and a table of question marks says nothing more.
        Form::Table | Form::Plain if digest.unread.is_empty() && digest.unanswered.is_empty() => {
            Ok(())
        }
        Form::Table | Form::Plain => {
            let known = digest.unread.iter().map(|(ticket, number)| vec![number.to_string(), ticket.to_string()]);
            let unknown = unknown(digest).map(|ticket| vec!["?".to_owned(), ticket.to_string()]);
            let rows: Vec<Vec<String>> = known.chain(unknown).collect();
            screen.table(&[Column::new("UNREAD", ColumnWidth::Fit), Column::new("TICKET", ColumnWidth::Fit)], &rows)
        }
    }
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
