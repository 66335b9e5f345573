//! The tickets that are followed, in groups that share a position of the service.
//!
//! Positions are opaque, so they are never mixed: a ticket keeps the position of the group it was polled
//! with, and groups are joined only when their positions are the same.

use super::{
    cadence::Cadence,
    cursor::{Cursor, Group, Mark, TicketDigest},
    dedupe::Seen,
};
use crate::{
    ids::{GroupId, TicketId},
    message::Message,
    service::MAX_TICKETS,
    unread::batch,
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

/// Names a group within one run.
pub(super) type GroupNumber = u64;

/// Tickets that are polled together.
#[derive(Debug)]
pub(super) struct Polled {
    pub(super) tickets: Vec<Followed>,
    /// Opaque, as the service gave it last.
    pub(super) position: Option<String>,
    /// Whether a first answer came, in this run or an earlier one.
    pub(super) begun: bool,
    pub(super) cadence: Cadence,
    /// When to poll next, on the monotonic clock.
    pub(super) due: Duration,
    pub(super) under_way: bool,
    /// Full answers in a row.
    pub(super) at_once: u32,
}

/// One ticket.
#[derive(Debug)]
pub(super) struct Followed {
    pub(super) id: TicketId,
    digest: TicketDigest,
    pub(super) seen: Arc<Seen>,
    /// What is to be read of its history before polls are handed out.
    pub(super) catch_up: Option<CatchUp>,
    /// What polls brought meanwhile.
    pub(super) held: Vec<Message>,
}

/// How far back a ticket is read at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CatchUp {
    /// From this second on.
    Since(i64),
    /// So many messages.
    Tail(u64),
}

impl CatchUp {
    /// As the follower was told to start.
    pub(super) const FROM_START: Self = Self::Since(i64::MIN);
}

impl Followed {
    fn new(id: TicketId) -> Self {
        Self {
            digest: TicketDigest::of(&id),
            id,
            seen: Arc::default(),
            catch_up: None,
            held: Vec::new(),
        }
    }
}

/// All groups.
#[derive(Debug)]
pub(super) struct Roster {
    pub(super) groups: BTreeMap<GroupNumber, Polled>,
    next_number: GroupNumber,
    pace: Cadence,
    /// Most tickets of a group: fewer, once the service found a request too large.
    pub(super) most: usize,
}

impl Roster {
    /// `tickets` as the cursor knows them; the others begin anew.
    pub(super) fn new(
        tickets: Vec<TicketId>,
        cursor: Option<&Cursor>,
        group: Option<&GroupId>,
        pace: Cadence,
    ) -> Self {
        let mut roster = Self {
            groups: BTreeMap::new(),
            next_number: 0,
            pace,
            most: MAX_TICKETS,
        };
        let mut unknown: HashMap<TicketDigest, TicketId> = HashMap::new();
        let mut order = Vec::new();
        for ticket in tickets {
            let digest = TicketDigest::of(&ticket);
            if unknown.insert(digest, ticket).is_none() {
                order.push(digest);
            }
        }
        for stored in cursor.iter().flat_map(|cursor| &cursor.groups) {
            let mut known: HashMap<TicketId, &Mark> = HashMap::new();
            let mut ids = Vec::new();
            for mark in &stored.marks {
                if let Some(id) = unknown.remove(&mark.ticket) {
                    known.insert(id.clone(), mark);
                    ids.push(id);
                }
            }
            // Grouped anew: another group id makes longer requests.
            for ids in batch::batches(ids, group) {
                let tickets = ids.into_iter().map(|id| {
                    let mark = known.get(&id);
                    let mut followed = Followed::new(id);
                    if let Some(mark) = mark {
                        followed.seen = Arc::clone(&mark.seen);
                        // It is read on from the last second that was handed out.
                        followed.catch_up = (mark.catching_up).then(|| {
                            mark.seen
                                .newest()
                                .map_or(CatchUp::FROM_START, CatchUp::Since)
                        });
                    }
                    followed
                });
                let tickets = tickets.collect();
                roster.add(tickets, stored.position.clone(), true);
            }
        }
        let new = order
            .into_iter()
            .filter_map(|digest| unknown.remove(&digest));
        for ids in batch::batches(new, group) {
            roster.add(ids.into_iter().map(Followed::new).collect(), None, false);
        }
        roster.join();
        roster
    }

    fn add(&mut self, tickets: Vec<Followed>, position: Option<String>, begun: bool) {
        let number = self.next_number;
        self.next_number += 1;
        let polled = Polled {
            tickets,
            position,
            begun,
            cadence: self.pace.clone(),
            due: Duration::ZERO,
            under_way: false,
            at_once: 0,
        };
        self.groups.insert(number, polled);
    }

    pub(super) fn len(&self) -> usize {
        self.groups.values().map(|group| group.tickets.len()).sum()
    }

    pub(super) fn ticket(&mut self, number: GroupNumber, id: &TicketId) -> Option<&mut Followed> {
        let group = self.groups.get_mut(&number)?;
        group.tickets.iter_mut().find(|ticket| ticket.id == *id)
    }

    /// Puts `parts` of a group in its place; they are polled at once, from the same position.
    pub(super) fn split(&mut self, number: GroupNumber, parts: &[Vec<TicketId>]) {
        let Some(group) = self.groups.remove(&number) else {
            return;
        };
        let mut tickets: HashMap<TicketId, Followed> = (group.tickets.into_iter())
            .map(|ticket| (ticket.id.clone(), ticket))
            .collect();
        for part in parts {
            let own: Vec<Followed> = part.iter().filter_map(|id| tickets.remove(id)).collect();
            if !own.is_empty() {
                self.add(own, group.position.clone(), group.begun);
            }
        }
    }

    /// Takes a group of tickets out.
    pub(super) fn remove(&mut self, number: GroupNumber) {
        self.groups.remove(&number);
    }

    /// Takes one ticket out.
    pub(super) fn remove_ticket(&mut self, number: GroupNumber, id: &TicketId) {
        if let Some(group) = self.groups.get_mut(&number) {
            group.tickets.retain(|ticket| ticket.id != *id);
            if group.tickets.is_empty() {
                self.groups.remove(&number);
            }
        }
    }

    /// Joins groups that stand at the same position: fewer requests.
    pub(super) fn join(&mut self) {
        if self.groups.len() <= self.len().div_ceil(self.most) {
            return;
        }
        let mut open: HashMap<String, GroupNumber> = HashMap::new();
        let numbers: Vec<GroupNumber> = self.groups.keys().copied().collect();
        for number in numbers {
            let Some(group) = self.groups.get(&number) else {
                continue;
            };
            let Some(position) = group.position.clone().filter(|_| !group.under_way) else {
                continue;
            };
            let Some(first) = open.get(&position).copied() else {
                open.insert(position, number);
                continue;
            };
            let room = self
                .groups
                .get(&first)
                .map_or(0, |group| self.most.saturating_sub(group.tickets.len()));
            if group.tickets.len() > room || !self.fits(first, number) {
                continue;
            }
            if let Some(joined) = self.groups.remove(&number)
                && let Some(group) = self.groups.get_mut(&first)
            {
                group.due = group.due.min(joined.due);
                group.tickets.extend(joined.tickets);
            }
        }
    }

    /// Whether the ids of two groups make one request of a sound length.
    fn fits(&self, one: GroupNumber, other: GroupNumber) -> bool {
        let groups = [one, other]
            .into_iter()
            .filter_map(|number| self.groups.get(&number));
        let ids = groups.flat_map(|group| group.tickets.iter().map(|ticket| ticket.id.clone()));
        batch::batches(ids, None).len() <= 1
    }

    /// Where everything stands now.
    pub(super) fn cursor(&self) -> Cursor {
        let groups = self.groups.values().filter(|group| group.begun);
        Cursor {
            groups: groups
                .map(|group| Group {
                    position: group.position.clone(),
                    marks: (group.tickets.iter())
                        .map(|ticket| Mark {
                            ticket: ticket.digest,
                            catching_up: ticket.catch_up.is_some(),
                            seen: Arc::clone(&ticket.seen),
                        })
                        .collect(),
                })
                .collect(),
        }
    }
}
