//! Which messages of an answer are new, which are to wait, and in which order they come.

use crate::{
    ids::TicketId,
    messages::{
        follow::{
            dedupe::{Occurrences, ShortKey, Verdict, second_of},
            roster::{Followed, Held, Source},
        },
        message::Message,
    },
};
use jiff::Timestamp;
use std::{collections::BTreeSet, sync::Arc};

/// Messages of one ticket that wait while its history cannot be read. Of more the oldest go: history shows them
/// as far as times tell.
const MOST_HELD: usize = 10_000;

/// What an answer came to.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    pub(super) new: Vec<(TicketId, Message)>,
    /// Messages that were not known: new, old or in doubt.
    pub(super) unknown: usize,
    /// Tickets with a message that may be new and is not handed out.
    pub(super) gaps: BTreeSet<TicketId>,
}

/// Sorts out one message of a ticket whose history is not being read.
pub(super) fn sort_out(
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
pub(super) fn hold(followed: &mut Followed, answer: Vec<Message>, source: Source) -> usize {
    let (mut in_held, mut in_answer) = (Occurrences::default(), Occurrences::default());
    for held in &followed.held {
        in_held.next(held.key);
    }
    let before = followed.held.len();
    for message in answer {
        let key = ShortKey::of(&message);
        let occurrence = in_answer.next(key);
        if occurrence > in_held.so_far(key)
            && followed.seen.judge(&message, key, occurrence) != Verdict::Known
        {
            let from = source;
            followed.held.push(Held { key, message, from });
        }
    }
    let unknown = followed.held.len() - before;
    let beyond = followed.held.len().saturating_sub(MOST_HELD);
    followed.held.drain(..beyond);
    followed.was_held_short |= beyond > 0;
    unknown
}

/// Whether a message was made at `from` or later; not so without a time of both.
pub(super) fn is_since(message: &Message, from: Option<i64>) -> bool {
    matches!((second_of(message), from), (Some(second), Some(from)) if second >= from)
}

/// In order of time; messages of one second, and those without a time, keep their order.
pub(super) fn oldest_first(mut messages: Vec<Message>) -> Vec<Message> {
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
