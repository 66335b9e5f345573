//! What is new in an answer to a poll, and what was handed out before.

use super::{
    CHECKPOINT_EVERY, Engine, Event, GroupNumber, Out, Start,
    sort::{Sorted, hold, oldest_first, sort_out},
};
use crate::{
    error::{ErrorKind, Result},
    ids::TicketId,
    messages::{
        follow::{
            cursor::is_usable,
            dedupe::Occurrences,
            job::Answer,
            roster::{CatchUp, Polled, Source},
            trouble::Trouble,
        },
        message::Message,
        wire::News,
    },
    tickets::detail::TicketStatus,
    time::earlier,
};
use jiff::Timestamp;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// An answer with so many messages may have been cut: the next poll comes at once.
const FULL_ANSWER: usize = 100;
/// Full answers in a row without anything new after which the next poll waits: a service that answers the
/// same over and over is not polled without a pause.
const MOST_AT_ONCE: u32 = 100;

impl Engine {
    /// Sorts out the answer to a poll.
    pub(super) fn take_news(&mut self, number: GroupNumber, answer: Answer) {
        self.trouble.is_over();
        let now = self.clock.elapsed();
        self.look_for_own(now);
        let Answer {
            news,
            asked_at,
            behind,
        } = answer;
        let Some(group) = self.roster.groups.get_mut(&number) else {
            return;
        };
        group.under_way = false;
        if behind {
            group.is_innocent = false;
        }
        let refused = group.refused.take();
        let pause = refused.and_then(|error| self.lose_position(number, error));
        self.tell_owed_gaps(Some(number));
        let is_first = self.begin(number, asked_at);
        let Some(group) = self.roster.groups.get_mut(&number) else {
            return;
        };
        self.to_ask_after.extend(unheard_of(group, &news));
        let source = match (group.opening, behind) {
            (_, false) => Source::First,
            (true, true) => Source::Opening,
            (false, true) => Source::News,
        };
        let lists = news.messages.len();
        let total: usize = news
            .messages
            .iter()
            .map(|(_, messages)| messages.len())
            .sum();
        let mut sorted = Sorted::default();
        // A ticket may be named twice in one answer.
        let mut occurrences: HashMap<TicketId, Occurrences> = HashMap::new();
        for (id, messages) in news.messages {
            let Some(followed) = (group.tickets.iter_mut()).find(|own| own.id.as_str() == id)
            else {
                continue;
            };
            let messages = oldest_first(messages);
            if followed.catch_up.is_some() {
                sorted.unknown += hold(followed, messages, source);
                continue;
            }
            let occurrences = occurrences.entry(followed.id.clone()).or_default();
            for message in messages {
                sort_out(
                    followed,
                    message,
                    source,
                    is_first,
                    occurrences,
                    &mut sorted,
                );
            }
        }
        let is_progress = sorted.unknown > 0;
        let new = sorted.new.len();
        group.opening = group.opening && is_progress;
        let (position, too_long) = next_position(group, news.cursor);
        // Old messages count too: behind them there may be new ones.
        let advanced = total > 0 && group.position != position;
        let is_full = advanced && (total >= FULL_ANSWER || lists >= FULL_ANSWER);
        group.at_once = if is_full { group.at_once + 1 } else { 0 };
        // What could not wait for its history may come round again, as if it were unknown.
        let was_held_short = group.tickets.iter().any(|ticket| ticket.was_held_short);
        let goes_on = group.opening && advanced && !was_held_short;
        let wait = if let Some(pause) = pause {
            pause
        } else if goes_on || (is_full && (new > 0 || group.at_once < MOST_AT_ONCE)) {
            Duration::ZERO
        } else if new > 0 || advanced {
            group.cadence.after_traffic(now)
        } else {
            group.cadence.after_quiet(now, fastrand::f64())
        };
        group.due = now.saturating_add(wait);
        let mut gaps = sorted.gaps;
        if too_long {
            gaps.extend(group.tickets.iter().map(|ticket| ticket.id.clone()));
        }
        gaps.into_iter()
            .for_each(|ticket| self.possible_gap(ticket));
        for (place, (ticket, message)) in sorted.new.into_iter().enumerate() {
            if (place + 1) % CHECKPOINT_EVERY == 0 {
                self.queue.push_back(Out::Checkpoint);
            }
            self.queue_message(number, ticket, message);
        }
        let undecodable = news.undecodable.into_iter();
        self.queue
            .extend(undecodable.map(|item| Out::Event(Event::Undecodable(item))));
        self.queue.push_back(Out::Advance {
            group: number,
            position,
        });
    }

    /// Makes the age that tickets begin with a moment, once one begins: the same for all, whenever they come.
    fn settle_start(&mut self, number: GroupNumber, asked_at: Option<Timestamp>) {
        let (Start::MaxAge(age), Some(group)) = (self.start, self.roster.groups.get(&number))
        else {
            return;
        };
        let mut waiting = group.tickets.iter().map(|ticket| ticket.catch_up);
        if group.begun && !waiting.any(|reach| reach == Some(CatchUp::FROM_START)) {
            return;
        }
        let now = self.clock.elapsed();
        let began = self.began.unwrap_or(now);
        let began_at = if let Some(asked_at) = asked_at {
            // Of tickets that came later, that is when they came.
            let asked_from = group.added_at.unwrap_or(began);
            earlier(asked_at, asked_from.saturating_sub(began))
        } else {
            // It may be off, so that it counts is told.
            self.told.local_clock.store(true, Ordering::Release);
            earlier(self.clock.now(), now.saturating_sub(began))
        };
        self.start = Start::Since(earlier(began_at, age));
        let reach = self.start.catch_up();
        let groups = self.roster.groups.values_mut();
        for ticket in groups.flat_map(|group| &mut group.tickets) {
            if ticket.catch_up == Some(CatchUp::FROM_START) {
                ticket.catch_up = reach;
            }
        }
    }

    /// Notes that the group was answered. Gives whether this is its first answer ever.
    fn begin(&mut self, number: GroupNumber, asked_at: Option<Timestamp>) -> bool {
        self.settle_start(number, asked_at);
        let Some(group) = self.roster.groups.get_mut(&number) else {
            return false;
        };
        if !group.answered {
            group.answered = true;
            // One checkpoint at least in each run: so a cursor that cannot be written is told.
            self.changed = true;
        }
        if group.begun {
            return false;
        }
        group.opening = true;
        let mut unsure = Vec::new();
        let catch_up = self.start.catch_up();
        let from = match catch_up {
            None => asked_at.map(Timestamp::as_second),
            Some(CatchUp::Since(second)) => Some(second),
            Some(CatchUp::Tail(_)) => None,
        };
        for followed in &mut group.tickets {
            followed.catch_up = catch_up.or(followed.catch_up);
            Arc::make_mut(&mut followed.seen).from = from;
            if std::mem::take(&mut followed.may_be_forgotten) {
                unsure.push(followed.id.clone());
            }
        }
        unsure
            .into_iter()
            .for_each(|ticket| self.possible_gap(ticket));
        true
    }

    pub(super) fn queue_message(&mut self, group: GroupNumber, ticket: TicketId, message: Message) {
        let client = &self.jobs.client;
        let skip = (self.own.as_ref()).is_some_and(|own| own.wrote(client, &ticket, &message));
        self.queue.push_back(Out::Message {
            group,
            ticket,
            message: Box::new(message),
            skip,
        });
    }

    pub(super) fn look_for_own(&mut self, now: Duration) {
        if let Some(own) = &mut self.own {
            own.look(&self.jobs.client, now);
        }
    }

    pub(super) fn take_status(
        &mut self,
        ticket: TicketId,
        result: Result<(TicketStatus, Option<Timestamp>)>,
    ) {
        let now = self.clock.elapsed();
        let is_followed = self.group_of(&ticket).is_some();
        let Some(watch) = &mut self.status else {
            return;
        };
        match result {
            Ok((status, at)) => {
                let is_news = watch.learn(&ticket, status);
                if !is_followed {
                    // Taken out meanwhile.
                    watch.forget(&ticket);
                } else if is_news {
                    self.queue
                        .push_back(Out::Event(Event::Status { ticket, status, at }));
                }
            }
            // Who may read messages need not be one who may read statuses: messages go on without them.
            Err(error) if error.kind() == ErrorKind::Forbidden => {
                let of_all = Trouble::is_about_the_caller(&error);
                let wait = watch.refused(now, &ticket, of_all);
                self.degraded(error, wait);
            }
            Err(error) => {
                let wait = watch.failed(now, error.retry_after());
                self.degraded(error, wait);
            }
        }
    }
}

/// The position to go on from, and whether one was refused for its length for the first time.
fn next_position(group: &mut Polled, told: Option<String>) -> (Option<String>, bool) {
    match told {
        Some(position) if is_usable(&position) => (Some(position), false),
        // Missing or empty: the old one stays.
        None => (group.position.clone(), false),
        Some(_) => {
            let is_news = !group.was_too_long;
            group.was_too_long = true;
            (group.position.clone(), is_news)
        }
    }
}

/// Tickets that the first answer of a run does not name.
fn unheard_of(group: &mut Polled, news: &News) -> Vec<TicketId> {
    if std::mem::replace(&mut group.was_asked_after, true) {
        return Vec::new();
    }
    let named: HashSet<&str> = (news.named.iter().map(String::as_str))
        .chain(news.messages.iter().map(|(ticket, _)| ticket.as_str()))
        .collect();
    let unheard = (group.tickets.iter()).filter(|ticket| !named.contains(ticket.id.as_str()));
    unheard.map(|ticket| ticket.id.clone()).collect()
}
