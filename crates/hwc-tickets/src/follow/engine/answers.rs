//! What is new in an answer, and what was handed out before.

use super::{CHECKPOINT_EVERY, Engine, Event, GroupNumber, Out, Start};
use crate::{
    detail::TicketStatus,
    error::Result,
    follow::{
        catch_up::Past,
        cursor::usable_position,
        dedupe::{Occurrences, ShortKey, Verdict, second_of},
        job::{Answer, Jobs},
        roster::{CatchUp, Polled},
    },
    ids::TicketId,
    message::{Message, MessageKind},
};
use jiff::Timestamp;
use std::{collections::HashMap, sync::Arc, time::Duration};

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
        let Answer { news, asked_at } = answer;
        let Some(group) = self.roster.groups.get_mut(&number) else {
            return;
        };
        group.under_way = false;
        let is_first = !group.begun;
        if is_first {
            begin(
                group,
                self.start,
                asked_at,
                self.jobs.client.parts().consistency_window,
            );
        }
        let lists = news.messages.len();
        let total: usize = news
            .messages
            .iter()
            .map(|(_, messages)| messages.len())
            .sum();
        let mut new = 0;
        // A ticket may be named twice in one answer.
        let mut occurrences: HashMap<TicketId, Occurrences> = HashMap::new();
        for (id, messages) in news.messages {
            let Some(followed) = (group.tickets.iter_mut()).find(|own| own.id.as_str() == id)
            else {
                continue;
            };
            let messages = oldest_first(messages);
            if followed.catch_up.is_some() {
                Occurrences::merge(&mut followed.held, messages);
                continue;
            }
            let occurrences = occurrences.entry(followed.id.clone()).or_default();
            for message in messages {
                let key = ShortKey::of(&message);
                let verdict = followed.seen.judge(&message, key, occurrences.next(key));
                if verdict != Verdict::New {
                    continue;
                }
                if is_first && is_before(&message, asked_at) {
                    // From now on: what was there before is known, and not handed out.
                    Arc::make_mut(&mut followed.seen).add(&message);
                    continue;
                }
                new += 1;
                if new % CHECKPOINT_EVERY == 0 {
                    self.queue.push_back(Out::Checkpoint);
                }
                let skip = self.skip_own && is_own(&self.jobs, &followed.id, &message);
                self.queue.push_back(Out::Message {
                    group: number,
                    ticket: followed.id.clone(),
                    message: Box::new(message),
                    skip,
                });
            }
        }
        let undecodable = news.undecodable.into_iter();
        self.queue
            .extend(undecodable.map(|item| Out::Event(Event::Undecodable(item))));
        // Missing or empty: the old one stays.
        let position = usable_position(news.cursor).or_else(|| group.position.clone());
        // Old messages count too: behind them there may be new ones.
        let advanced = total > 0 && group.position != position;
        let is_full = advanced && (total >= FULL_ANSWER || lists >= FULL_ANSWER);
        group.at_once = if is_full { group.at_once + 1 } else { 0 };
        let wait = if is_full && (new > 0 || group.at_once < MOST_AT_ONCE) {
            Duration::ZERO
        } else if new > 0 || advanced {
            group.cadence.after_traffic(now)
        } else {
            group.cadence.after_quiet(now, fastrand::f64())
        };
        group.due = now.saturating_add(wait);
        self.queue.push_back(Out::Advance {
            group: number,
            position,
        });
    }

    /// Sorts out the history of a ticket, and what polls brought meanwhile.
    pub(super) fn take_history(&mut self, number: GroupNumber, ticket: TicketId, past: Past) {
        self.trouble.is_over();
        // The group may have been split or joined meanwhile.
        let number = self.group_of(&ticket).unwrap_or(number);
        let Some(followed) = self.roster.ticket(number, &ticket) else {
            return;
        };
        let held = std::mem::take(&mut followed.held);
        let history = past.messages;
        if past.possible_gap {
            let ticket = ticket.clone();
            self.queue
                .push_back(Out::Event(Event::PossibleGap { ticket }));
        }
        if let Some(CatchUp::Tail(_)) = followed.catch_up
            && let Some(oldest) = history.iter().find_map(second_of)
        {
            Arc::make_mut(&mut followed.seen).raise_floor(oldest.saturating_sub(1));
        }
        let mut in_history = Occurrences::default();
        let mut in_held = Occurrences::default();
        let mut new = Vec::new();
        for message in history {
            let key = ShortKey::of(&message);
            if followed.seen.judge(&message, key, in_history.next(key)) == Verdict::New {
                new.push(message);
            }
        }
        for message in oldest_first(held) {
            let key = ShortKey::of(&message);
            let occurrence = in_held.next(key);
            if occurrence > in_history.so_far(key)
                && followed.seen.judge(&message, key, occurrence) == Verdict::New
            {
                new.push(message);
            }
        }
        for (place, message) in oldest_first(new).into_iter().enumerate() {
            if place > 0 && place % CHECKPOINT_EVERY == 0 {
                self.queue.push_back(Out::Checkpoint);
            }
            let skip = self.skip_own && is_own(&self.jobs, &ticket, &message);
            self.queue.push_back(Out::Message {
                group: number,
                ticket: ticket.clone(),
                message: Box::new(message),
                skip,
            });
        }
        self.queue.push_back(Out::CaughtUp {
            group: number,
            ticket,
        });
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

/// The first answer of a group came: from here on, and as far back as was asked for.
fn begin(group: &mut Polled, start: Start, asked_at: Option<Timestamp>, window: Duration) {
    let slack = i64::try_from(window.as_secs())
        .unwrap_or(0)
        .saturating_add(1);
    for followed in &mut group.tickets {
        let seen = Arc::make_mut(&mut followed.seen);
        match start {
            Start::Now | Start::Tail(0) => {
                // What was made before and shows late is new all the same.
                if let Some(asked_at) = asked_at {
                    seen.raise_floor(asked_at.as_second().saturating_sub(slack));
                }
            }
            Start::Since(since) => {
                let since = since.as_second();
                seen.raise_floor(since.saturating_sub(1));
                followed.catch_up = Some(CatchUp::Since(since));
            }
            Start::Tail(messages) => followed.catch_up = Some(CatchUp::Tail(messages)),
        }
    }
}

/// Whether the message was there before. So is, in a first answer, what cannot be told.
fn is_before(message: &Message, moment: Option<Timestamp>) -> bool {
    match (second_of(message), moment) {
        (Some(second), Some(moment)) => second < moment.as_second(),
        _ => true,
    }
}

fn is_own(jobs: &Jobs, ticket: &TicketId, message: &Message) -> bool {
    let parts = jobs.client.parts();
    if message.kind == MessageKind::Support {
        return false;
    }
    match (&parts.author_id, &message.author.id) {
        // A colleague may well write the same words.
        (Some(own), Some(author)) => own == author,
        _ => parts.own.recognises(ticket, message),
    }
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
