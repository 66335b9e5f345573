//! What the history of a ticket brings, and what waited for it.

use super::{
    CHECKPOINT_EVERY, Engine, GroupNumber, Out,
    sort::{is_since, oldest_first},
};
use crate::{
    ids::TicketId,
    messages::follow::{
        catch_up::Past,
        dedupe::{Occurrences, ShortKey, Verdict, second_of},
        roster::{CatchUp, Held, Source},
    },
};
use std::sync::{Arc, atomic::Ordering};

impl Engine {
    /// Sorts out the history of a ticket, and what polls brought meanwhile.
    pub(super) fn take_history(&mut self, number: GroupNumber, ticket: TicketId, past: Past) {
        self.trouble.is_over();
        self.look_for_own(self.clock.elapsed());
        if past.local_clock {
            self.told.local_clock.store(true, Ordering::Release);
        }
        // The group may have been split or joined meanwhile.
        let number = if self.roster.ticket(number, &ticket).is_some() {
            number
        } else {
            self.group_of(&ticket).unwrap_or(number)
        };
        let Some(followed) = self.roster.ticket(number, &ticket) else {
            return;
        };
        let held = std::mem::take(&mut followed.held);
        let history = past.messages;
        let mut is_gap = past.possible_gap | std::mem::take(&mut followed.was_held_short);
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
            key,
            message,
            from: source,
        } in held
        {
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
}
