//! What is new in an answer, and what was handed out before.

use super::{CHECKPOINT_EVERY, Engine, Event, GroupNumber, Out, Start};
use crate::{
    detail::TicketStatus,
    error::Result,
    follow::{
        catch_up::Past,
        cursor::is_usable,
        dedupe::{Occurrences, ShortKey, Verdict, second_of},
        job::Answer,
        roster::{CatchUp, Followed, Held, Polled, Source},
    },
    ids::TicketId,
    message::Message,
    service::News,
};
use jiff::Timestamp;
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
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
        group.is_innocent &= !behind;
        if let Some(error) = group.refused.take() {
            self.lose_position(number, error);
        }
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
        let goes_on = group.opening && advanced;
        let wait = if goes_on || (is_full && (new > 0 || group.at_once < MOST_AT_ONCE)) {
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

    /// Notes that the group was answered. Gives whether this is its first answer ever.
    fn begin(&mut self, number: GroupNumber, asked_at: Option<Timestamp>) -> bool {
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
        for followed in &mut group.tickets {
            let from = match self.start {
                Start::Now | Start::Tail(0) => asked_at.map(Timestamp::as_second),
                Start::Since(since) => {
                    let since = since.as_second();
                    followed.catch_up = Some(CatchUp::Since(since));
                    Some(since)
                }
                Start::Tail(messages) => {
                    followed.catch_up = Some(CatchUp::Tail(messages));
                    None
                }
            };
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

    /// Sorts out the history of a ticket, and what polls brought meanwhile.
    pub(super) fn take_history(&mut self, number: GroupNumber, ticket: TicketId, past: Past) {
        self.trouble.is_over();
        self.look_for_own(self.clock.elapsed());
        // The group may have been split or joined meanwhile.
        let number = self.group_of(&ticket).unwrap_or(number);
        let Some(followed) = self.roster.ticket(number, &ticket) else {
            return;
        };
        let held = std::mem::take(&mut followed.held);
        let history = past.messages;
        let mut is_gap = past.possible_gap;
        if let Some(CatchUp::Tail(_)) = followed.catch_up {
            // Of an empty ticket everything is of interest.
            let oldest = history.iter().find_map(second_of);
            Arc::make_mut(&mut followed.seen).from = Some(oldest.unwrap_or(i64::MIN));
        }
        let from = followed.seen.from;
        let (mut in_history, mut in_held) = (Occurrences::default(), Occurrences::default());
        let (mut new, mut old) = (Vec::new(), Vec::new());
        for message in history {
            let key = ShortKey::of(&message);
            let occurrence = in_history.next(key);
            match followed.seen.judge(&message, key, occurrence) {
                Verdict::New => new.push(message),
                Verdict::InDoubt => is_gap |= followed.doubted.add(key, occurrence),
                Verdict::Known => {}
            }
        }
        for Held {
            message,
            from: source,
        } in held
        {
            let key = ShortKey::of(&message);
            let occurrence = in_held.next(key);
            if occurrence <= in_history.so_far(key) {
                continue;
            }
            match followed.seen.judge(&message, key, occurrence) {
                // One without a time is of interest wherever history is asked for.
                Verdict::New
                    if source == Source::News
                        || second_of(&message).is_none()
                        || is_since(&message, from) =>
                {
                    new.push(message);
                }
                Verdict::New => {
                    is_gap |= source == Source::Opening;
                    old.push(message);
                }
                Verdict::InDoubt => is_gap |= followed.doubted.add(key, occurrence),
                Verdict::Known => {}
            }
        }
        if is_gap {
            self.possible_gap(ticket.clone());
        }
        for (place, message) in oldest_first(new).into_iter().enumerate() {
            if place > 0 && place % CHECKPOINT_EVERY == 0 {
                self.queue.push_back(Out::Checkpoint);
            }
            self.queue_message(number, ticket.clone(), message);
        }
        self.queue
            .extend(old.into_iter().map(|message| Out::Message {
                group: number,
                ticket: ticket.clone(),
                message: Box::new(message),
                skip: true,
            }));
        self.queue.push_back(Out::CaughtUp {
            group: number,
            ticket,
        });
    }

    fn queue_message(&mut self, group: GroupNumber, ticket: TicketId, message: Message) {
        let client = &self.jobs.client;
        let skip = (self.own.as_ref()).is_some_and(|own| own.wrote(client, &ticket, &message));
        self.queue.push_back(Out::Message {
            group,
            ticket,
            message: Box::new(message),
            skip,
        });
    }

    fn look_for_own(&mut self, now: Duration) {
        if let Some(own) = &mut self.own {
            own.look(&self.jobs.client, now);
        }
    }

    pub(super) fn take_status(&mut self, ticket: TicketId, result: Result<TicketStatus>) {
        let now = self.clock.elapsed();
        let Some(watch) = &mut self.status else {
            return;
        };
        match result {
            Ok(status) => {
                if watch.learn(&ticket, status) {
                    self.queue
                        .push_back(Out::Event(Event::Status { ticket, status }));
                }
            }
            Err(error) => {
                let wait = watch.failed(now, error.retry_after());
                self.degraded(error, wait);
            }
        }
    }
}

/// What an answer came to.
#[derive(Debug, Default)]
struct Sorted {
    new: Vec<(TicketId, Message)>,
    /// Messages that were not known: new, old or in doubt.
    unknown: usize,
    /// Tickets with a message that may be new and is not handed out.
    gaps: BTreeSet<TicketId>,
}

/// Sorts out one message of a ticket whose history is not being read.
fn sort_out(
    followed: &mut Followed,
    message: Message,
    source: Source,
    is_first: bool,
    occurrences: &mut Occurrences,
    sorted: &mut Sorted,
) {
    let key = ShortKey::of(&message);
    let occurrence = occurrences.next(key);
    let verdict = followed.seen.judge(&message, key, occurrence);
    let may_be_old = is_first || source == Source::Opening;
    match verdict {
        Verdict::Known => return,
        Verdict::InDoubt => {
            if followed.doubted.add(key, occurrence) {
                sorted.gaps.insert(followed.id.clone());
                sorted.unknown += 1;
            }
            return;
        }
        Verdict::New if may_be_old && !is_since(&message, followed.seen.from) => {
            // From now on: what was there before is known, and not handed out.
            Arc::make_mut(&mut followed.seen).add(&message);
            if !is_first {
                sorted.gaps.insert(followed.id.clone());
            }
        }
        Verdict::New => sorted.new.push((followed.id.clone(), message)),
    }
    sorted.unknown += 1;
}

/// Keeps what an answer brings until the history of the ticket is read. The same message may come with every
/// answer. Gives how many were not known.
fn hold(followed: &mut Followed, answer: Vec<Message>, source: Source) -> usize {
    let (mut in_held, mut in_answer) = (Occurrences::default(), Occurrences::default());
    for held in &followed.held {
        in_held.next(ShortKey::of(&held.message));
    }
    let before = followed.held.len();
    for message in answer {
        let key = ShortKey::of(&message);
        let occurrence = in_answer.next(key);
        if occurrence > in_held.so_far(key)
            && followed.seen.judge(&message, key, occurrence) != Verdict::Known
        {
            let from = source;
            followed.held.push(Held { message, from });
        }
    }
    followed.held.len() - before
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

/// Whether a message was made at `from` or later; not so without a time of both.
fn is_since(message: &Message, from: Option<i64>) -> bool {
    matches!((second_of(message), from), (Some(second), Some(from)) if second >= from)
}

/// In order of time; messages of one second, and those without a time, keep their order.
fn oldest_first(mut messages: Vec<Message>) -> Vec<Message> {
    let mut times = messages
        .iter()
        .filter_map(|message| message.created_at.instant());
    let descending =
        matches!((times.next(), times.next_back()), (Some(first), Some(last)) if first > last);
    if descending {
        messages.reverse();
    }
    let mut previous = Timestamp::MIN;
    let mut dated: Vec<(Timestamp, Message)> = (messages.into_iter())
        .map(|message| {
            previous = message.created_at.instant().unwrap_or(previous);
            (previous, message)
        })
        .collect();
    dated.sort_by_key(|(time, _)| *time);
    dated.into_iter().map(|(_, message)| message).collect()
}
