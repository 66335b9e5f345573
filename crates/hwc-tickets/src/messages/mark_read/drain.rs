//! Which messages are unread: the newest so many of the support, more on doubt, never fewer.

use super::{Drained, mark_read, memory::Seen};
use crate::{
    doubt::moment::FOREIGN_CLOCK,
    error::{Advice, Error, ErrorKind, Result},
    messages::{
        history::{Manner, Reader, TimeForm, WalkOptions},
        message::{Message, MessageKind},
    },
    service::{self, About, MAX_PAGE},
    tickets::ticket::Ticket,
    time::earlier,
    verb::within,
};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

const OPERATION: &str = "drain unread messages";
/// Marks of one drain. After them messages come faster than they are handled, and the rest simply stays
/// unread.
const MOST_MARKS: u32 = 8;
/// Most messages that are held at once.
const MOST_HELD: usize = 100_000;
/// Where the count of the service ends: "so many or more" (D-33).
const COUNT_END: u64 = 65_535;

/// One drain: what was seen, and how far it is.
pub(crate) struct Drain {
    ticket: Ticket,
    /// How long a message may stay invisible to one read while another shows it.
    window: SignedDuration,
    /// The newest messages at the last look, of this drain or of an earlier one of the same client.
    seen: Option<Seen>,
    has_looked: bool,
    marks: u32,
    /// Whether a read may have gone past a message.
    has_skipped: bool,
    /// Whether the last read showed fewer messages than its own total.
    falls_short: bool,
    /// Whether this drain has waited for what a total counts.
    has_waited: bool,
    /// Messages that are counted as unread beyond all that the conversation shows.
    hidden: u64,
    undecodable: u64,
    /// Of these the caller was told by an earlier drain.
    told_undecodable: u64,
    /// Whether a look began where the clock of this machine says.
    local_clock: bool,
}

/// What the service says about unread messages.
#[derive(Clone, Copy)]
struct Count {
    unread: u64,
    /// A message made later may be shown and not counted yet.
    fresh_from: Timestamp,
    /// A message made later may be counted, and have come after the conversation was read.
    unread_from: Timestamp,
}

/// What the clocks of this machine showed before the conversation was read.
#[derive(Clone, Copy)]
struct Begun {
    wall: Timestamp,
    at: Duration,
}

impl Drain {
    pub(crate) fn new(ticket: Ticket) -> Self {
        let parts = ticket.client.parts();
        let window = parts.consistency_window;
        let seen = parts.messages.drains.of(&ticket.id);
        Self {
            window: SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX),
            told_undecodable: seen.as_ref().map_or(0, |seen| seen.undecodable),
            ticket,
            seen,
            has_looked: false,
            marks: 0,
            has_skipped: false,
            falls_short: false,
            has_waited: false,
            hidden: 0,
            undecodable: 0,
            local_clock: false,
        }
    }

    /// What came of it, once it has ended: so many messages were handled.
    pub(crate) fn drained(&self, handled: u64) -> Drained {
        Drained {
            handled,
            local_clock: self.local_clock,
        }
    }

    /// What is to be handled now, the oldest first; `None` at the end. Asking for more says that what was
    /// given before is handled: then the ticket is marked.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Message>>> {
        if !self.has_looked {
            self.has_looked = true;
            return self.first_look().await;
        }
        if self.hidden > 0 {
            // Counted and not shown: it gets the time that the service may take to show it.
            self.wait().await;
            self.hidden = 0;
            let late = self.look_again().await?;
            if !late.is_empty() {
                return Ok(Some(late));
            }
        }
        if self.has_skipped {
            let detail = "more messages in one second than the service shows at once, or messages in no order of time: some of the unread ones may not have been seen, so they were not marked";
            return Err(limit_exceeded(detail));
        }
        if self.marks >= MOST_MARKS {
            self.remember(false);
            return Ok(None);
        }
        // Before the mark: whatever happens from here on, the next drain looks for what slipped in.
        self.remember(true);
        let deadline = self.ticket.client.parts().deadline;
        mark_read(self.ticket.clone(), deadline).await?;
        self.marks += 1;
        let slipped_in = self.look_again().await?;
        if !slipped_in.is_empty() {
            return Ok(Some(slipped_in));
        }
        self.remember(false);
        self.tell_of_undecodable()?;
        Ok(None)
    }

    async fn first_look(&mut self) -> Result<Option<Vec<Message>>> {
        let begun = self.begun();
        let mut reader = self.reader();
        // The conversation first, then the count: what arrives in between is counted, and so takes
        // nothing away from what was read.
        let first = reader.next().await?;
        let count = self.count(begun, made_at(first.as_ref())).await?;
        let owes = self.seen.as_ref().is_some_and(|seen| seen.marked_since);
        if count.unread == 0 && !owes {
            return Ok(None);
        }
        let before = self.seen.clone();
        let (mut found, mut counted) = self.look(reader, first, count).await?;
        if self.must_wait() {
            self.wait().await;
            self.seen = before;
            let mut reader = self.reader();
            let first = reader.next().await?;
            (found, counted) = self.look(reader, first, count).await?;
        }
        if self.hidden > 0 {
            // It may have arrived between the two requests.
            found.append(&mut self.look_again().await?);
        }
        if !found.is_empty() {
            return Ok(Some(found));
        }
        // All that is counted was handled by an earlier drain that could not mark it: mark it now.
        if counted && count.unread > 0 {
            return Ok(Some(found));
        }
        if owes {
            self.remember(false);
        }
        Ok(None)
    }

    /// What was not there at the last look, the oldest first.
    async fn look_again(&mut self) -> Result<Vec<Message>> {
        let mut found = self.look_once_more().await?;
        if self.must_wait() {
            self.wait().await;
            found.append(&mut self.look_once_more().await?);
        }
        Ok(found)
    }

    async fn look_once_more(&mut self) -> Result<Vec<Message>> {
        let mut reader = self.reader();
        let first = reader.next().await?;
        let nothing = Count {
            unread: 0,
            fresh_from: Timestamp::MAX,
            unread_from: Timestamp::MIN,
        };
        let hidden = self.hidden;
        let (found, _) = self.look(reader, first, nothing).await?;
        self.hidden = hidden.saturating_sub(found.len() as u64);
        Ok(found)
    }

    /// Whether the service shows fewer messages than it counts, and was not given time yet. After that it
    /// is believed: no document says what it counts (D-48).
    fn must_wait(&mut self) -> bool {
        let first = self.falls_short && !self.has_waited;
        self.has_waited |= first;
        first
    }

    /// Gives the service the time that it may take to show a message.
    async fn wait(&self) {
        let parts = self.ticket.client.parts();
        parts.clock.sleep(parts.consistency_window).await;
    }

    /// Reads from the newest message down: to all that is counted as unread, and to where the last look
    /// is complete. Gives what is to be handled, the oldest first, and whether all that is counted was
    /// found.
    async fn look(
        &mut self,
        mut reader: Reader,
        first: Option<Message>,
        count: Count,
    ) -> Result<(Vec<Message>, bool)> {
        let newest = made_at(first.as_ref());
        let known_down_to = self.seen.as_ref().map(|seen| seen.down_to);
        // Without a time in the conversation the service tells one with its count, which may come long after. Where it does not, nothing tells
        // what was there before: all of it is looked at.
        let down_to = match newest {
            Some(newest) => earlier(newest, self.window),
            None => known_down_to.unwrap_or(count.unread_from),
        };
        let floor = known_down_to.map_or(down_to, |known| known.min(down_to));
        let mut seen = Seen::new(floor);
        let mut found = Vec::new();
        let mut missing = count.unread;
        let mut shown = 0_u64;
        let mut last_counted = None;
        let mut next = first;
        while let Some(message) = next {
            let instant = message.created_at.instant();
            let is_near = instant.is_none_or(|instant| instant >= floor);
            // In one second the order says nothing.
            let is_counted = missing > 0
                || count.unread >= COUNT_END
                || (instant.is_some() && instant == last_counted);
            if !is_counted && !is_near {
                break;
            }
            shown += 1;
            let occurrence = if is_near { seen.add(&message) } else { 0 };
            let known = self.seen.as_ref().map_or(0, |seen| seen.count(&message));
            let is_known = is_near && occurrence <= known;
            let is_since =
                known_down_to.is_some_and(|known| instant.is_none_or(|instant| instant >= known));
            // Without an earlier look, a fresh message may not be counted yet, and one of another kind may
            // never be: it is handed over without taking the place of one that is.
            let is_settled = instant.is_some_and(|instant| instant <= count.fresh_from);
            if message.kind == MessageKind::Support && (is_settled || is_since) && missing > 0 {
                missing -= 1;
                last_counted = instant;
            }
            if message.kind != MessageKind::Customer && !is_known && (is_counted || is_since) {
                if found.len() >= MOST_HELD {
                    let detail = "more unread messages than can be held at once (100,000)";
                    return Err(limit_exceeded(detail));
                }
                found.push(message);
            }
            next = reader.next().await?;
        }
        if reader.is_stale() {
            // What came since cannot be handed over, and a mark would hide it.
            return Err(Error::from_fault(OPERATION, service::stored()));
        }
        let report = reader.report();
        self.has_skipped |= reader.may_have_skipped();
        self.falls_short = report.possible_gap && !reader.may_have_skipped();
        self.undecodable = self.undecodable.max(report.undecodable);
        self.local_clock |= report.local_clock;
        self.hidden = count.unread.saturating_sub(shown);
        if let Some(before) = self.seen.take() {
            seen.add_all(before);
        }
        seen.raise(down_to);
        self.seen = Some(seen);
        found.reverse();
        Ok((found, missing == 0))
    }

    fn remember(&mut self, marked_since: bool) {
        if let Some(seen) = &mut self.seen {
            seen.marked_since = marked_since;
            seen.undecodable = self.undecodable;
            let drains = &self.ticket.client.parts().messages.drains;
            drains.store(&self.ticket.id, seen.clone());
        }
    }

    /// An item that cannot be decoded cannot be handed over, but it shall not pass in silence either.
    fn tell_of_undecodable(&self) -> Result<()> {
        if self.undecodable <= self.told_undecodable {
            return Ok(());
        }
        let number = self.undecodable;
        // Nobody gets a `Drained` that would tell it.
        let clock = match self.local_clock {
            true => {
                "; and the service told no time: if the clock of this machine is behind by more than a day, the newest messages were marked unseen"
            }
            false => "",
        };
        let detail = format!(
            "all else is handled and marked, but {number} items near the unread messages could not be decoded{clock}"
        );
        Err(Error::local(ErrorKind::Protocol, detail)
            .with_operation(OPERATION)
            .with_advice(Advice::LookInConsole))
    }

    fn reader(&self) -> Reader {
        let parts = self.ticket.client.parts();
        let walk_options = WalkOptions {
            page_size: MAX_PAGE,
            since: None,
            form: TimeForm::default(),
            zone: parts.service.zone(),
        };
        let manner = Manner {
            oldest_first: false,
            limit: None,
            buffer: MOST_HELD,
        };
        Reader::new(
            self.ticket.clone(),
            within(parts.deadline),
            walk_options,
            manner,
        )
    }

    fn begun(&self) -> Begun {
        let clock = &self.ticket.client.parts().clock;
        Begun {
            wall: clock.now(),
            at: clock.elapsed(),
        }
    }

    /// How long ago that was at least. The wall clock alone goes on while the machine sleeps; where it was set ahead, this is only longer.
    fn passed_since(&self, begun: Begun) -> SignedDuration {
        let clock = &self.ticket.client.parts().clock;
        let passed = clock.elapsed().saturating_sub(begun.at);
        let passed = SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX);
        passed.max(clock.now().duration_since(begun.wall))
    }

    /// How many messages are unread, when the conversation was read since `begun`, and its first message was made at `newest`.
    async fn count(&self, begun: Begun, newest: Option<Timestamp>) -> Result<Count> {
        let parts = self.ticket.client.parts();
        let about = About {
            group: self.ticket.group(),
            options: &within(parts.deadline),
        };
        let ticket = self.ticket.id.clone();
        let answer = parts.service.unread(&[ticket], about).await;
        let answer = answer.and_then(service::fresh);
        let answer = answer.map_err(|fault| Error::from_fault(OPERATION, fault))?;
        // Where the service does not tell its time, it is no earlier than what it showed. The clock of this machine may be ahead.
        let date = service::date(&answer);
        let now = date.or(newest).unwrap_or(Timestamp::MIN);
        let read_from = date.map(|date| earlier(date, self.passed_since(begun)));
        let read_from = read_from.unwrap_or(Timestamp::MIN);
        let counts = answer.body.counts.into_iter();
        let own = counts.filter(|count| count.ticket == self.ticket.id.as_str());
        match own.filter_map(|count| count.unread).max() {
            Some(unread) => Ok(Count {
                unread,
                fresh_from: earlier(now, self.window),
                unread_from: earlier(read_from, self.window.max(FOREIGN_CLOCK)),
            }),
            None => {
                let detail = "the service does not say how many messages are unread";
                Err(Error::local(ErrorKind::NotFound, detail)
                    .with_operation(OPERATION)
                    .with_help("Check the ticket id. A colleague's ticket needs the group id."))
            }
        }
    }
}

/// When the first message that was read was made: the newest one.
fn made_at(first: Option<&Message>) -> Option<Timestamp> {
    first.and_then(|message| message.created_at.instant())
}

fn limit_exceeded(detail: &'static str) -> Error {
    Error::local(ErrorKind::LimitExceeded, detail)
        .with_operation(OPERATION)
        .with_advice(Advice::ReadThenMark)
}
