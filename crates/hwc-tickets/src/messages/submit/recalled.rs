//! What taking a message back means for the records of its ticket that are in doubt.
//!
//! A message that was taken back shows no more, so afterwards nothing tells whether it was that of a record in doubt: it would
//! be found to be absent, or stay in doubt for good. So the ticket is looked at before. A record whose message it must be is
//! settled then, in the usual way, and one whose message it could be is never found to be absent.

use super::{
    judge::{Verdict, judge},
    likeness::Likeness,
    newest::Reading,
    pending::{Pending, PendingId},
    snapshot::{Reach, Snapshot},
};
use crate::{
    client::Parts,
    doubt::{account, fingerprint::Forms, moment::Moment},
    error::{Delivery, Error, ErrorKind, Result},
    ids::MessageId,
    messages::message::{Message, MessageKey},
    tickets::ticket::Ticket,
};
use std::time::Duration;

/// Looks at the ticket before its message `id` is taken back, for `time` at most, and tells the records whose message it is: those
/// too that an earlier recall without an answer has told. Where nothing is in doubt, nothing is read.
///
/// # Errors
/// [`ErrorKind::Storage`] when it cannot be written down that a record is never to be found absent.
pub(crate) async fn before_recall(
    ticket: &Ticket,
    id: &MessageId,
    time: Duration,
) -> Result<Vec<PendingId>> {
    let parts = ticket.client().parts();
    let own = &parts.messages.own;
    // What could not be written down as arrived looks like a doubt to the next process.
    own.write_again();
    let mut records = own.unsettled();
    records.extend(own.all_unrecorded());
    records.retain(|record| record.ticket == *ticket.id());
    let mut told: Vec<PendingId> = (own.perhaps_recalled(ticket.id(), id).iter())
        .filter(|record| account::check_record(&parts.origin, record.origin()).is_ok())
        .map(|record| record.id)
        .collect();
    if !records.is_empty() {
        told.extend(look_before(ticket, id, time, records).await?);
    }
    Ok(told)
}

/// The look, with what is in doubt.
async fn look_before(
    ticket: &Ticket,
    id: &MessageId,
    time: Duration,
    mut records: Vec<Pending>,
) -> Result<Vec<PendingId>> {
    let parts = ticket.client().parts();
    let own = &parts.messages.own;
    let until = parts.clock.elapsed().saturating_add(time);
    let left = || until.saturating_sub(parts.clock.elapsed());
    // What cannot be read now could be the message of any of them.
    let shown = ticket.detail().timeout(left() / 2).await;
    let messages = shown.map(|detail| detail.messages).unwrap_or_default();
    let message = (messages.iter()).find(|message| message.id.as_ref() == Some(id));
    if let Some(message) = message {
        let alike = messages.iter().filter(|it| it.key() == message.key());
        let (count, forms) = (alike.count(), Forms::of(&message.content));
        records.retain(|record| could_be(record, message, &forms, count));
    }
    for record in &records {
        own.never_absent(record).map_err(unwritten)?;
    }
    let Some(message) = message else {
        return Ok(Vec::new());
    };
    let is_told = |record: &Pending| {
        !own.is_under_way(record.id)
            && account::check_record(&parts.origin, record.origin()).is_ok()
    };
    records.retain(is_told);
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let reading = Reading {
        parts,
        ticket: ticket.id(),
        group: ticket.group(),
        until,
        attempts: None,
    };
    match Snapshot::read(reading, reach(&records)).await {
        Ok(snapshot) => settle(parts, &records, &snapshot, (message.key(), id)),
        Err(_) => Ok(Vec::new()),
    }
}

/// Whether `message`, of which the ticket shows so many, could be that of `record`: it was not there before.
fn could_be(record: &Pending, message: &Message, forms: &Forms, count: usize) -> bool {
    let baseline = record.baseline.as_ref();
    let was_there = baseline.is_some_and(|baseline| baseline.saw(message.key(), count));
    let reference = record.reference.as_deref();
    let likeness = (record.fingerprint).likeness(message, forms, None, reference);
    !was_there && likeness != Likeness::Different
}

/// As far back as the one that needs most of it.
fn reach(records: &[Pending]) -> Reach {
    let since = (records.iter()).filter_map(|record| Some(record.baseline.as_ref()?.since));
    // `None` comes first in order, and reaches farthest.
    since.min().map_or(Reach::OnePage, Reach::Since)
}

/// Settles those whose message `snapshot` shows, and tells those whose message is the one with this key and id. That it is to be
/// taken back is written down with that: the answer may be lost, and so may this process.
///
/// # Errors
/// [`ErrorKind::Storage`] when that cannot be written down.
fn settle(
    parts: &Parts,
    records: &[Pending],
    snapshot: &Snapshot,
    (key, id): (MessageKey, &MessageId),
) -> Result<Vec<PendingId>> {
    let own = &parts.messages.own;
    let after_look = own.after_look(snapshot);
    let mut recalled = Vec::new();
    for record in records {
        let Verdict::Found { message, .. } = judge(parts, &after_look, record, snapshot) else {
            continue;
        };
        let moment = Moment {
            wall: parts.clock.now(),
            service: snapshot.date,
        };
        let mut record = record.clone();
        let is_it = message.key() == key;
        if is_it {
            record.recalling = Some(id.clone());
            recalled.push(record.id);
        }
        let unrecorded = own.arrived(&record, parts.clock.elapsed(), moment);
        // The others stay in the ticket, and can be looked for again.
        if let Some(unrecorded) = unrecorded.filter(|_| is_it) {
            return Err(unwritten(std::io::Error::other(unrecorded.error)));
        }
    }
    Ok(recalled)
}

fn unwritten(error: std::io::Error) -> Error {
    let why = format!(
        "the message could be one that is in doubt, and the outbox cannot take note that it is taken back, so it was not: \
         {error}"
    );
    Error::local(ErrorKind::Storage, why)
        .with_delivery(Delivery::NotSent)
        .with_source(error)
}
