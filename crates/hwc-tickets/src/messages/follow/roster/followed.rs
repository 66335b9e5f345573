//! One ticket that is followed: what was handed out of it, and what is still to be read.

use crate::{
    ids::TicketId,
    messages::{
        follow::{
            cursor::{Mark, TicketDigest},
            dedupe::{Doubted, Seen, ShortKey},
        },
        message::Message,
    },
    tickets::detail::TicketStatus,
};
use std::{sync::Arc, time::Duration};

/// One ticket.
#[derive(Debug)]
pub(in crate::messages::follow) struct Followed {
    pub(in crate::messages::follow) id: TicketId,
    digest: TicketDigest,
    pub(in crate::messages::follow) seen: Arc<Seen>,
    /// What is to be read of its history before polls are handed out.
    pub(in crate::messages::follow) catch_up: Option<CatchUp>,
    /// What polls brought meanwhile.
    pub(in crate::messages::follow) held: Vec<Held>,
    /// More came than can wait.
    pub(in crate::messages::follow) was_held_short: bool,
    pub(in crate::messages::follow) doubted: Doubted,
    /// When a gap was told for a lost position, on the monotonic clock. `None`: something was handed out since.
    pub(in crate::messages::follow) gap_told_at: Option<Duration>,
    /// A gap was found and is not handed out yet. One of a position that was lost shortly after another is left for
    /// later.
    pub(in crate::messages::follow) owes_gap: bool,
    /// The status that was handed out last.
    pub(in crate::messages::follow) status: Option<TicketStatus>,
    /// The cursor knew of more tickets that were left out than it could hold: this may be one of them.
    pub(in crate::messages::follow) may_be_forgotten: bool,
}

/// A message that waits for the history of its ticket.
#[derive(Debug)]
pub(in crate::messages::follow) struct Held {
    pub(in crate::messages::follow) key: ShortKey,
    pub(in crate::messages::follow) message: Message,
    pub(in crate::messages::follow) from: Source,
}

/// Where a poll's message comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::messages::follow) enum Source {
    /// The answer to a poll without a position: it may have been there before.
    First,
    /// Behind the position of a first answer that may have been cut: so may this.
    Opening,
    /// Behind a position: it is new unless it is known.
    News,
}

/// How far back a ticket is read at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::messages::follow) enum CatchUp {
    /// From this second on.
    Since(i64),
    /// So many messages.
    Tail(u64),
}

impl CatchUp {
    /// As the follower was told to start. Nothing is read while it stands so: it is put into numbers first.
    pub(in crate::messages::follow) const FROM_START: Self = Self::Since(i64::MIN);
}

impl Followed {
    pub(super) fn new(id: TicketId) -> Self {
        Self {
            digest: TicketDigest::of(&id),
            id,
            seen: Arc::default(),
            catch_up: None,
            held: Vec::new(),
            was_held_short: false,
            doubted: Doubted::default(),
            gap_told_at: None,
            owes_gap: false,
            status: None,
            may_be_forgotten: false,
        }
    }

    pub(super) fn resumed(id: TicketId, mark: &Mark) -> Self {
        let mut followed = Self::new(id);
        followed.seen = Arc::clone(&mark.seen);
        followed.owes_gap = mark.owes_gap;
        followed.status = mark.status;
        if mark.catching_up {
            let known = followed.reach_of_what_is_known();
            followed.catch_up = Some(known.unwrap_or(CatchUp::FROM_START));
        }
        followed
    }

    /// Where history is read from when only what was handed out tells: what is known of it is left out.
    /// `None`: nothing tells.
    pub(in crate::messages::follow) fn reach_of_what_is_known(&self) -> Option<CatchUp> {
        self.seen.told_apart_from().map(CatchUp::Since)
    }

    /// Whether [`Followed::mark`] would be the same as `mark`. What was seen is the same where it is shared: it is never changed
    /// in place as long as a mark shares it.
    pub(super) fn is_as(&self, mark: &Mark) -> bool {
        mark.ticket == self.digest
            && mark.catching_up == self.catch_up.is_some()
            && mark.owes_gap == self.owes_gap
            && mark.status == self.status
            && Arc::ptr_eq(&mark.seen, &self.seen)
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            ticket: self.digest,
            catching_up: self.catch_up.is_some(),
            owes_gap: self.owes_gap,
            status: self.status,
            seen: Arc::clone(&self.seen),
        }
    }
}
