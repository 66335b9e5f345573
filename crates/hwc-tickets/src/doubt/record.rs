//! What the records of everything that was sent have in common, whatever it was.

use super::{
    id::PendingId,
    moment::{Moment, Span},
};
use crate::outbox::{Outbox, Removal};
use std::{collections::BTreeSet, io};

/// What is written down of something before it is sent.
pub(crate) trait Record: Clone {
    /// What this client knows of one that it began itself, besides what is written down.
    type More;

    fn id(&self) -> PendingId;

    /// The caller's key.
    fn key(&self) -> Option<&str>;

    /// When it was begun, by both clocks.
    fn begun(&self) -> Moment;

    /// When it was under way, by the clock of the service.
    fn span(&self) -> Option<Span>;

    /// When its outcome was found out. `None`: it is not known.
    fn settled_at(&self) -> Option<Moment>;

    /// Whether a person has ended the doubt about it: it stands for its key alone.
    fn is_forgotten(&self) -> bool;

    /// What changes while it is kept.
    fn fields(&mut self) -> Fields<'_>;

    /// Takes over what another process has found out about it by now, as `stored` tells, besides that it was forgotten.
    fn heed(&mut self, stored: &Self) {
        let _ = stored;
    }

    /// Which of two with one key counts. A process that is killed at the wrong moment leaves both.
    fn later(one: Self, other: Self) -> Self;

    fn put(&self, outbox: &dyn Outbox) -> io::Result<()>;

    fn remove(outbox: &dyn Outbox, id: PendingId, why: Removal) -> io::Result<()>;

    /// All that can be read.
    fn list(outbox: &dyn Outbox) -> io::Result<Vec<Self>>;

    /// All without exception.
    fn list_all(outbox: &dyn Outbox) -> io::Result<Vec<Self>>;

    /// Whether its outcome is known.
    fn is_settled(&self) -> bool {
        self.settled_at().is_some()
    }

    /// Whether its outcome is not known, and somebody wants to know it.
    fn is_in_doubt(&self) -> bool {
        !self.is_settled() && !self.is_forgotten()
    }

    /// When its POST had ended, if that is known. By this machine's clock it is told when it was begun.
    fn ended(&self) -> Option<Moment> {
        Some(Moment {
            wall: self.begun().wall,
            service: Some(self.span()?.until),
        })
    }
}

/// What of a record changes while it is kept.
pub(crate) struct Fields<'r> {
    pub(crate) key: &'r mut Option<String>,
    pub(crate) span: &'r mut Option<Span>,
    /// Others whose outcome was not known when it was begun.
    pub(crate) rivals: &'r mut BTreeSet<PendingId>,
    pub(crate) forgotten: &'r mut bool,
}

/// What a record tells by fields that each kind has, as part of its [`Record`].
macro_rules! told_by_fields {
    () => {
        fn id(&self) -> PendingId {
            self.id
        }

        fn key(&self) -> Option<&str> {
            self.key.as_deref()
        }

        fn span(&self) -> Option<Span> {
            self.span
        }

        fn settled_at(&self) -> Option<Moment> {
            self.settled
        }

        fn is_forgotten(&self) -> bool {
            self.forgotten
        }

        fn fields(&mut self) -> Fields<'_> {
            Fields {
                key: &mut self.key,
                span: &mut self.span,
                rivals: &mut self.rivals,
                forgotten: &mut self.forgotten,
            }
        }
    };
}

pub(crate) use told_by_fields;
