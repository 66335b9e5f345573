//! `hwc-tickets message history`.

use super::age;
use crate::{
    cli::{Moment, Span, message::History},
    clock,
    context::{Context, interruptible, ticket_id},
    failure::Failure,
    render,
    view::{Conversation, Extras, Happened, MessageJson, id_width},
};
use hwc_tickets::{MessageId, MessageKey, Ticket, history::ReadReport};
use serde_json::{Map, json};
use std::collections::{BTreeMap, VecDeque};

pub(crate) async fn run(args: History, context: &Context) -> Result<(), Failure> {
    let id = ticket_id(&args.ticket)?;
    let ticket = context.client()?.ticket(id)?;
    let ids = match args.ids {
        true => Some(interruptible(render::wait("reading the ticket", known_ids(&ticket))).await?),
        false => None,
    };
    let extras = Extras {
        ids: ids.as_ref().map(|ids| id_width(ids.values().flatten())),
        ..Extras::default()
    };
    let fields = Map::from_iter([("ticket".to_owned(), json!(ticket.id()))]);
    let (screen, zone) = (&context.screen, context.settings.time_zone.value);
    let mut shown = Conversation::begin(screen, &fields, "messages", zone, extras)?;
    let mut report = ReadReport::default();
    let reading = read(
        &args,
        context,
        &ticket,
        ids.unwrap_or_default(),
        &mut shown,
        &mut report,
    );
    let outcome = interruptible(reading).await;
    let outcome = end(shown, &report, outcome);
    if outcome.is_ok() && report.possible_gap {
        context.screen.warn(
            "a message may be missing: the service counts more than it shows, one second holds more than it gives at once, it does not give them in order of time, or an answer had been stored on the way",
        );
    }
    if report.local_clock {
        // A stored page is no proof of an age, and is always told as a gap as well.
        let is_age = matches!(args.since, Some(Moment::Ago(_)));
        match is_age && report.possible_gap {
            true => age::untold_or_stored(context),
            false => age::untold(context),
        }
    }
    if report.undecodable > 0 {
        context.screen.warn(&format!(
            "{} messages could not be read",
            report.undecodable
        ));
    }
    outcome
}

type Ids = BTreeMap<MessageKey, VecDeque<MessageId>>;

async fn read(
    args: &History,
    context: &Context,
    ticket: &Ticket,
    mut ids: Ids,
    shown: &mut Conversation<'_>,
    report: &mut ReadReport,
) -> Result<(), Failure> {
    let mut history = ticket.history();
    if let Some(moment) = args.since {
        let zone = context.settings.time_zone.value;
        history = match moment {
            Moment::Ago(Span(age)) => history.max_age(age),
            Moment::Instant(_) | Moment::Wall(_) => {
                history.since(moment.instant(clock::now(), zone))
            }
        };
    }
    if let Some(limit) = args.limit {
        history = history.limit(limit);
    }
    if args.oldest_first {
        history = history.oldest_first();
    }
    let mut messages = history.stream();
    loop {
        let next = render::wait("reading messages", messages.next()).await;
        *report = messages.report();
        let Some(message) = next else { return Ok(()) };
        let mut message = message?;
        if let Some(same) = ids.get_mut(&message.key()) {
            // Equal messages stand oldest first.
            message.id = if args.oldest_first {
                same.pop_front()
            } else {
                same.pop_back()
            };
        }
        shown.add(&Happened::Message {
            ticket: ticket.id(),
            message: MessageJson(&message),
        })?;
    }
}

/// The ids that the ticket detail shows, by message. Equal messages keep their order.
async fn known_ids(ticket: &Ticket) -> Result<Ids, Failure> {
    let mut messages = ticket.detail().await?.messages;
    messages.sort_by_key(|message| message.created_at.instant());
    let mut ids = Ids::new();
    for message in messages {
        if let Some(id) = message.id.clone() {
            ids.entry(message.key()).or_default().push_back(id);
        }
    }
    Ok(ids)
}

/// Ends the output; also when reading has failed, so that the document is whole.
fn end(
    shown: Conversation<'_>,
    report: &ReadReport,
    outcome: Result<(), Failure>,
) -> Result<(), Failure> {
    let report = in_output(report);
    let list = shown.into_list();
    list.end_of_reading(report.complete, &report, outcome)
}

/// The report as the output has it.
fn in_output(report: &ReadReport) -> ReadReport {
    let mut report = report.clone();
    // Who reads only the one word must not take a conversation for the whole one that has a gap, or begins where nothing proves that it
    // was to begin.
    report.complete &= !report.possible_gap && !report.local_clock;
    // Their number is enough here.
    report.unreadable.clear();
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_proven_is_complete_in_one_word() {
        let whole = ReadReport::default().complete(true);
        assert!(in_output(&whole).complete);
        assert!(!in_output(&whole.clone().possible_gap(true)).complete);
        assert!(!in_output(&whole.local_clock(true)).complete);
        assert!(!in_output(&ReadReport::default()).complete);
    }
}
