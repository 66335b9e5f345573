//! Taking a message back, so that doing it twice is the same as doing it once.

pub(crate) mod memory;

use crate::{
    error::{Advice, CallAdvice, Delivery, Error, ErrorKind, Result},
    ids::MessageId,
    messages::{
        message::{Message, MessageKey, MessageKind},
        submit::recalled::before_recall,
        wire::MessagePage,
    },
    service::{self, About, MAX_PAGE},
    tickets::{detail::TicketDetail, ticket::Ticket},
    verb::{verb, within},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

const OPERATION: &str = "recall message";

/// How a recall ended. Whichever way, no message with this id is in the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Recalled {
    /// The service took it back now.
    Now,
    /// This client took it back before, and it is not in the ticket. Checked by reading the ticket.
    Already,
    /// It is not in the ticket, and nothing shows that it ever was: taken back before, taken back by an
    /// attempt whose answer was lost, or never there because the id is a wrong one. Checked by reading the
    /// ticket. If you have seen the message under this id, it is gone; if not, check the id.
    Absent,
    /// A way that this version has no name for: a later one stored it.
    #[serde(other)]
    Other,
}

verb! {
    /// Takes a message back: made by [`Ticket::recall`].
    ///
    /// # Errors
    /// When awaited: [`ErrorKind::InvalidInput`] when the id is none; [`ErrorKind::Refused`] or
    /// [`ErrorKind::Forbidden`] when the service does not let it go, because it is not the caller's or
    /// too old (the time limit is not documented); [`ErrorKind::Storage`] when a submit to the ticket is in doubt and the outbox
    /// cannot take note of the recall (nothing is taken back then); every kind of a call.
    Recall { id: Result<MessageId> } -> Recalled, recall,
    group: "Acts for `group` when the ticket is read to confirm. Recalling itself takes no group (D-39)."
}

verb! {
    /// Takes the caller's last message back: made by [`Ticket::recall_last`].
    ///
    /// # Errors
    /// When awaited: [`ErrorKind::NotFound`] when there is no own message to take back;
    /// [`ErrorKind::InvalidInput`] when it cannot be told which one is the caller's last; what [`Recall`]
    /// ends with.
    RecallLast {} -> MessageId, recall_last,
    group: "Acts for `group` when the ticket is read. Recalling itself takes no group (D-39)."
}

verb! {
    /// Finds the caller's last message, which can be taken back by its id: made by [`Ticket::find_last`].
    ///
    /// # Errors
    /// When awaited: [`ErrorKind::NotFound`] when there is no own message to take back;
    /// [`ErrorKind::InvalidInput`] when it cannot be told which one is the caller's last; every kind of a read.
    FindLast {} -> LastMessage, find_last,
    group: "Acts for `group`, as a colleague's ticket needs it (D-32)."
}

/// The caller's last message in a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LastMessage {
    /// The id to take it back by, as often as it takes.
    pub id: MessageId,
    /// The message.
    pub message: Message,
}

impl LastMessage {
    /// This message, which has this id.
    #[must_use]
    pub fn new(id: MessageId, message: Message) -> Self {
        Self { id, message }
    }
}

impl Ticket {
    /// Takes message `id` back. Safe to repeat: one that is not in the ticket any more is no error, but
    /// [`Recalled::Already`] or [`Recalled::Absent`]. No document names the code of that case, so after a
    /// refusal or a doubt the ticket is read: the message is gone when the ticket shows all of its messages,
    /// each with an id, and none has this one. A wrong id is [`Recalled::Absent`] too.
    ///
    /// While a submit to this ticket is in doubt ([`Client::pending`](crate::Client::pending)), the ticket is read before, for the
    /// message may be the one that is sought: once it is gone, nobody can tell. If it must be that one, the doubt ends as
    /// [`Outcome::Recalled`](crate::Outcome), else it is never called absent.
    ///
    /// Ids are shown by the ticket detail only: [`Ticket::messages_with_ids`], [`Ticket::find_id`].
    ///
    /// ```no_run
    /// # async fn example(ticket: hwc_tickets::Ticket) -> hwc_tickets::Result<()> {
    /// ticket.recall("message-123").await?;
    /// # Ok(()) }
    /// ```
    pub fn recall<T>(&self, id: T) -> Recall
    where
        T: TryInto<MessageId>,
        Error: From<T::Error>,
    {
        Recall {
            ticket: self.clone(),
            timeout: None,
            id: id.try_into().map_err(Error::from),
        }
    }

    /// Takes the last message of the caller back, and gives its id.
    ///
    /// Own are the messages of the author id that the builder was given; without one, those that this
    /// client or its outbox submitted; and failing that, all of the customer's side if they have one
    /// author. With several authors nothing is taken back by guess. The first message of a ticket is the
    /// ticket itself and does not count.
    ///
    /// Not safe to repeat: done again, after a failure as well, it may take the message before back. To be able to
    /// repeat it, or to show what is about to go, take [`Ticket::find_last`] and then [`Ticket::recall`] by id.
    pub fn recall_last(&self) -> RecallLast {
        RecallLast {
            ticket: self.clone(),
            timeout: None,
        }
    }

    /// Finds the message that [`Ticket::recall_last`] would take back, and takes nothing back.
    ///
    /// ```no_run
    /// # async fn example(ticket: hwc_tickets::Ticket) -> hwc_tickets::Result<()> {
    /// let last = ticket.find_last().await?;
    /// println!("taking back {} of {:?}", last.id, last.message.created_at);
    /// ticket.recall(&last.id).await?; // after a failure: this line again, never the first one
    /// # Ok(()) }
    /// ```
    pub fn find_last(&self) -> FindLast {
        FindLast {
            ticket: self.clone(),
            timeout: None,
        }
    }
}

async fn recall(ticket: Ticket, deadline: Duration, id: Result<MessageId>) -> Result<Recalled> {
    let id = id.map_err(|error| error.with_operation(OPERATION))?;
    let parts = ticket.client.parts();
    let began = parts.clock.elapsed();
    let left = || deadline.saturating_sub(parts.clock.elapsed().saturating_sub(began));
    // A message that is in doubt can be found only as long as it shows.
    let in_doubt = before_recall(&ticket, &id, deadline / 4).await;
    let in_doubt = in_doubt.map_err(|error| error.with_operation(OPERATION))?;
    let is_gone = || {
        for record in &in_doubt {
            parts.messages.own.recalled(*record, &id);
        }
    };
    // The rest is for reading the ticket, should the answer leave a doubt.
    let options = within(left() - left() / 4);
    let fault = match parts.service.recall(&ticket.id, &id, &options).await {
        Ok(_) => {
            parts.messages.recalls.add(&ticket.id, &id);
            is_gone();
            return Ok(Recalled::Now);
        }
        Err(fault) => fault,
    };
    let error = Error::from_fault(OPERATION, fault);
    if !may_be_gone(&error) {
        return Err(error);
    }
    let Ok(detail) = ticket.detail().timeout(left()).await else {
        return Err(error);
    };
    let proves = detail.proves_absence_of(&id)
        && matches!(whole_list(&ticket, &detail, left()).await, Ok(Some(_)));
    if proves {
        // It stood there before: so it was taken back, by a recall whose answer was lost.
        is_gone();
        Ok(match parts.messages.recalls.holds(&ticket.id, &id) {
            true => Recalled::Already,
            false => Recalled::Absent,
        })
    } else {
        // The message is there and the service does not let it go.
        let error = match error.kind() {
            ErrorKind::Refused | ErrorKind::Forbidden => error.with_advice(Advice::TooLateToRecall),
            _ => error,
        };
        Err(error.with_elapsed(parts.clock.elapsed().saturating_sub(began)))
    }
}

/// The rows of the list of messages, when the detail shows as many: no document says that its own list is
/// whole. `None`: the list has more, or its end is not proven. Neither a short page nor a total that counts
/// the page alone is such a proof, nor a page that a machine on the way had stored.
async fn whole_list(
    ticket: &Ticket,
    detail: &TicketDetail,
    deadline: Duration,
) -> Result<Option<Vec<Message>>> {
    let parts = ticket.client.parts();
    let until = parts.clock.elapsed().saturating_add(deadline);
    let shown = detail.messages.len() + detail.undecodable.len();
    let mut rows = Vec::new();
    let mut seen = 0;
    loop {
        let about = About {
            group: ticket.group(),
            options: &within(until.saturating_sub(parts.clock.elapsed())),
        };
        let answer = parts
            .service
            .messages(&ticket.id, seen as u64, MAX_PAGE, about);
        let answer = answer
            .await
            .map_err(|fault| Error::from_fault(OPERATION, fault))?;
        if service::is_stored(&answer) {
            return Ok(None);
        }
        let page = answer.body;
        let returned = page.returned();
        if returned == 0 {
            // A list that has nothing of what the detail shows proves nothing.
            let proves = page.says_none() && (seen > 0 || shown == 0);
            return Ok(proves.then_some(rows));
        }
        seen += returned;
        let total = page.count.unwrap_or(0);
        if seen > shown || total > shown as u64 {
            return Ok(None);
        }
        let is_end = ends_with_first(&page) || (total > returned as u64 && total == seen as u64);
        rows.extend(page.messages);
        if is_end {
            return Ok(Some(rows));
        }
    }
}

/// Whether the last row is the first message of the ticket: then the newest come first, and none is behind it.
fn ends_with_first(page: &MessagePage) -> bool {
    let returned = page.returned();
    page.messages.last().is_some_and(|last| last.is_first)
        && (page.undecodable.iter()).all(|item| item.index + 1 < returned)
        && (returned > 1 || page.count == Some(1))
}

/// Whether the detail shows every message of the customer's side in `rows` that is not older than `chosen`,
/// and `rows` hold `chosen`: then it was chosen among all that could be the last one.
fn is_last_of(rows: &[Message], detail: &TicketDetail, chosen: &Message) -> bool {
    let mut shown: BTreeMap<MessageKey, usize> = BTreeMap::new();
    for message in &detail.messages {
        *shown.entry(message.key()).or_default() += 1;
    }
    let since = chosen.created_at.instant();
    let is_as_new = |message: &&Message| {
        message.kind != MessageKind::Support
            && message
                .created_at
                .instant()
                .is_none_or(|at| Some(at) >= since)
    };
    let mut newest = rows.iter().filter(is_as_new).map(Message::key);
    let is_shown = |key: MessageKey| match shown.get_mut(&key) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    };
    let chosen = chosen.key();
    rows.iter().any(|row| row.key() == chosen) && newest.all(is_shown)
}

/// Whether the message may be gone in spite of the error. No document says which code a second recall
/// is answered with, so every refusal by the service itself is looked into.
fn may_be_gone(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::Refused | ErrorKind::Forbidden => true,
        ErrorKind::Interrupted
        | ErrorKind::Timeout
        | ErrorKind::Unavailable
        | ErrorKind::Protocol
        | ErrorKind::BodyTooLarge => error.attempts() > 0,
        // An answer that proves nothing, whatever it says.
        _ => error.delivery() == Delivery::Unknown,
    }
}

async fn recall_last(ticket: Ticket, deadline: Duration) -> Result<MessageId> {
    let parts = ticket.client.parts();
    let began = parts.clock.elapsed();
    // The rest is for the recall.
    let last = find_last(ticket.clone(), deadline - deadline / 4).await?;
    let left = deadline.saturating_sub(parts.clock.elapsed().saturating_sub(began));
    let recalled = ticket.recall(last.id.clone()).timeout(left).await;
    match recalled {
        Ok(_) => Ok(last.id),
        // Only by its id it is safe to repeat: `recall_last` would name another message by then.
        Err(error) if error.advice() == Advice::Call(CallAdvice::RepeatSafely) => {
            Err(error.with_advice(Advice::NameMessage))
        }
        Err(error) => Err(error),
    }
}

async fn find_last(ticket: Ticket, deadline: Duration) -> Result<LastMessage> {
    let parts = ticket.client.parts();
    let began = parts.clock.elapsed();
    let detail = ticket.detail().timeout(deadline - deadline / 3).await;
    let detail = detail.map_err(|error| error.with_operation(OPERATION))?;
    let left = deadline.saturating_sub(parts.clock.elapsed().saturating_sub(began));
    let chosen = last_own(&ticket, &detail.messages).map_err(|problem| problem.error())?;
    let Some(id) = &chosen.id else {
        return Err(Problem::NoneOwn.error());
    };
    let rows = whole_list(&ticket, &detail, left).await?;
    if !rows.is_some_and(|rows| is_last_of(&rows, &detail, chosen)) {
        return Err(Problem::Partial.error());
    }
    Ok(LastMessage {
        id: id.clone(),
        message: chosen.clone(),
    })
}

/// Why the last own message cannot be named.
enum Problem {
    NoneOwn,
    UnknownAuthor,
    SameSecond,
    Partial,
}

impl Problem {
    fn error(&self) -> Error {
        let (kind, detail) = match self {
            Self::NoneOwn => (
                ErrorKind::NotFound,
                "the ticket shows no message of the caller that could be recalled",
            ),
            Self::UnknownAuthor => (
                ErrorKind::InvalidInput,
                "it is not known which messages of the customer's side are the caller's own",
            ),
            Self::SameSecond => (
                ErrorKind::InvalidInput,
                "two messages of the same second could be the last one",
            ),
            Self::Partial => (
                ErrorKind::InvalidInput,
                "the list of messages and the detail of the ticket do not show the same messages, or not provably all: \
                 the last one may not be among them",
            ),
        };
        Error::local(kind, detail)
            .with_operation(OPERATION)
            .with_advice(Advice::NameMessage)
    }
}

/// The newest message of the caller.
fn last_own<'a>(ticket: &Ticket, messages: &'a [Message]) -> Result<&'a Message, Problem> {
    let parts = ticket.client.parts();
    let customers: Vec<&Message> = (messages.iter())
        .filter(|message| message.kind == MessageKind::Customer)
        .collect();
    // The first message is the ticket itself.
    let can_go = |message: &&&Message| message.id.is_some() && !message.is_first;
    let own: Vec<&&Message> = match &parts.author_id {
        Some(author) => (customers.iter())
            .filter(|message| message.author.id.as_ref() == Some(author))
            .filter(can_go)
            .collect(),
        None => {
            let listed = parts.messages.own.listed();
            let submitted: Vec<&&Message> = (customers.iter())
                .filter(|message| parts.messages.own.recognises(&listed, &ticket.id, message))
                .filter(can_go)
                .collect();
            let first = customers.first().and_then(|one| one.author.id.as_ref());
            let is_of_first = |message: &&Message| {
                message.author.id.is_some() && message.author.id.as_ref() == first
            };
            if !submitted.is_empty() {
                submitted
            } else if customers.iter().all(is_of_first) {
                customers.iter().filter(can_go).collect()
            } else {
                return Err(Problem::UnknownAuthor);
            }
        }
    };
    let newest = own
        .iter()
        .filter_map(|message| message.created_at.instant());
    let newest = newest.max();
    let mut last = (own.iter()).filter(|message| message.created_at.instant() == newest);
    // Which of one second is the last one, the order of the list tells.
    let mut times = (messages.iter()).filter_map(|message| message.created_at.instant());
    let (oldest_place, newest_place) = (times.next(), times.next_back());
    let last = match (last.next(), last.next_back()) {
        (only, None) => only,
        (_, Some(last)) if oldest_place < newest_place => Some(last),
        (first, Some(_)) if newest_place.is_some() && oldest_place > newest_place => first,
        _ => return Err(Problem::SameSecond),
    };
    last.map(|message| **message).ok_or(Problem::NoneOwn)
}
