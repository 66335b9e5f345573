//! The tickets that are followed, in groups that share a position of the service.
//!
//! Positions are opaque, so they are never mixed: a ticket keeps the position of the group it was polled
//! with, and groups are joined only when their positions are the same.

mod followed;
mod polled;

pub(super) use self::{
    followed::{CatchUp, Followed, Held, Source},
    polled::Polled,
};

use super::{
    cadence::Cadence,
    cursor::{Cursor, Group, Mark, TicketDigest},
};
use crate::{
    ids::{GroupId, TicketId},
    messages::unread::batch,
    service::MAX_TICKETS,
    tickets::detail::TicketStatus,
};
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

/// Names a group within one run.
pub(super) type GroupNumber = u64;

/// All groups.
#[derive(Debug)]
pub(super) struct Roster {
    pub(super) groups: BTreeMap<GroupNumber, Polled>,
    next_number: GroupNumber,
    pace: Cadence,
    /// Most tickets of a group: fewer, once the service found a request too large.
    pub(super) most: usize,
    /// Tickets of the cursor that are not followed, those left out longest first.
    left_out: Vec<Group>,
    forgot_tickets: bool,
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
            left_out: Vec::new(),
            forgot_tickets: cursor.is_some_and(|cursor| cursor.forgot_tickets),
        };
        let mut unknown: HashMap<TicketDigest, TicketId> = HashMap::new();
        let mut order = Vec::new();
        for ticket in tickets {
            let digest = TicketDigest::of(&ticket);
            if unknown.insert(digest, ticket).is_none() {
                order.push(digest);
            }
        }
        // Those that were left out before come first: they stay the ones left out longest.
        let left_out = cursor.iter().flat_map(|cursor| &cursor.left_out);
        let followed = cursor.iter().flat_map(|cursor| &cursor.groups);
        for stored in left_out.chain(followed.map(|group| &**group)) {
            let mut known: HashMap<TicketId, &Mark> = HashMap::new();
            let mut ids = Vec::new();
            let mut left_out = Vec::new();
            for mark in &stored.marks {
                match unknown.remove(&mark.ticket) {
                    Some(id) => {
                        known.insert(id.clone(), mark);
                        ids.push(id);
                    }
                    None => left_out.push(mark.clone()),
                }
            }
            roster.leave_out(stored, left_out);
            // Grouped anew: another group id makes longer requests.
            for ids in batch::batches(ids, group) {
                let tickets = ids.into_iter().map(|id| match known.get(&id) {
                    Some(mark) => Followed::resumed(id, mark),
                    None => Followed::new(id),
                });
                let polled = resumed(tickets.collect(), stored, roster.pace.clone());
                roster.add(polled);
            }
        }
        let new = order
            .into_iter()
            .filter_map(|digest| unknown.remove(&digest));
        for ids in batch::batches(new, group) {
            let mut tickets: Vec<Followed> = ids.into_iter().map(Followed::new).collect();
            for ticket in &mut tickets {
                ticket.may_be_forgotten = roster.forgot_tickets;
            }
            roster.add(Polled::new(tickets, roster.pace.clone()));
        }
        roster.join();
        roster
    }

    /// Keeps the places of tickets that are not followed.
    fn leave_out(&mut self, stored: &Group, marks: Vec<Mark>) {
        if !marks.is_empty() {
            self.left_out.push(Group {
                position: stored.position.clone(),
                opening: stored.opening,
                marks,
            });
        }
    }

    fn add(&mut self, polled: Polled) -> GroupNumber {
        let number = self.next_number;
        self.next_number += 1;
        self.groups.insert(number, polled);
        number
    }

    /// One more ticket, `now` on the monotonic clock: where it stood if it was left out before, else from the beginning.
    pub(super) fn add_ticket(&mut self, id: TicketId, now: Duration) -> GroupNumber {
        let mut polled = match self.take_left_out(TicketDigest::of(&id)) {
            Some((stored, mark)) => {
                let followed = Followed::resumed(id, &mark);
                resumed(vec![followed], &stored, self.pace.clone())
            }
            None => {
                let mut followed = Followed::new(id);
                followed.may_be_forgotten = self.forgot_tickets;
                Polled::new(vec![followed], self.pace.clone())
            }
        };
        polled.added_at = Some(now);
        self.add(polled)
    }

    /// The place that was kept of a ticket.
    fn take_left_out(&mut self, ticket: TicketDigest) -> Option<(Group, Mark)> {
        let mut found = None;
        for group in &mut self.left_out {
            let place = group.marks.iter().position(|mark| mark.ticket == ticket);
            if let Some(place) = place {
                let mark = group.marks.remove(place);
                found = Some((group.clone(), mark));
                break;
            }
        }
        self.left_out.retain(|group| !group.marks.is_empty());
        found
    }

    pub(super) fn len(&self) -> usize {
        self.groups.values().map(|group| group.tickets.len()).sum()
    }

    pub(super) fn ticket(&mut self, number: GroupNumber, id: &TicketId) -> Option<&mut Followed> {
        let group = self.groups.get_mut(&number)?;
        group.tickets.iter_mut().find(|ticket| ticket.id == *id)
    }

    /// A ticket that is followed, in whichever group.
    fn followed(&mut self, id: &TicketId) -> Option<&mut Followed> {
        let groups = self.groups.values_mut();
        let mut followed = groups.flat_map(|group| &mut group.tickets);
        followed.find(|ticket| ticket.id == *id)
    }

    /// Notes whether a gap of a ticket is still to be told, also of one that was taken out. Gives whether that is new.
    pub(super) fn set_owes_gap(&mut self, id: &TicketId, owes: bool) -> bool {
        if let Some(ticket) = self.followed(id) {
            return std::mem::replace(&mut ticket.owes_gap, owes) != owes;
        }
        let mark = self.place_left_out(id);
        mark.is_some_and(|mark| std::mem::replace(&mut mark.owes_gap, owes) != owes)
    }

    /// Notes which status of a ticket was handed out, also of one that was taken out meanwhile. Gives whether that is new.
    pub(super) fn set_status(&mut self, id: &TicketId, status: TicketStatus) -> bool {
        if let Some(ticket) = self.followed(id) {
            return ticket.status.replace(status) != Some(status);
        }
        let mark = self.place_left_out(id);
        mark.is_some_and(|mark| mark.status.replace(status) != Some(status))
    }

    /// The place of a ticket that was taken out, if one is kept.
    fn place_left_out(&mut self, id: &TicketId) -> Option<&mut Mark> {
        let digest = TicketDigest::of(id);
        let left_out = self.left_out.iter_mut();
        let mut marks = left_out.flat_map(|group| &mut group.marks);
        marks.find(|mark| mark.ticket == digest)
    }

    /// Puts `parts` of a group in its place; they are polled at once, from the same position.
    pub(super) fn split(&mut self, number: GroupNumber, parts: &[Vec<TicketId>]) {
        let Some(group) = self.groups.remove(&number) else {
            return;
        };
        let mut group = group;
        let mut tickets: HashMap<TicketId, Followed> = (group.tickets.drain(..))
            .map(|ticket| (ticket.id.clone(), ticket))
            .collect();
        for part in parts {
            let own: Vec<Followed> = part.iter().filter_map(|id| tickets.remove(id)).collect();
            if !own.is_empty() {
                self.add(group.part(own));
            }
        }
    }

    /// Takes one ticket out. A cursor keeps its place: it may be followed again. Gives whether a gap of it is owed.
    pub(super) fn remove_ticket(&mut self, number: GroupNumber, id: &TicketId) -> bool {
        let Some(group) = self.groups.get_mut(&number) else {
            return false;
        };
        let Some(place) = group.tickets.iter().position(|ticket| ticket.id == *id) else {
            return false;
        };
        let removed = group.tickets.remove(place);
        let is_empty = group.tickets.is_empty();
        // One that goes while its first answer is handed out has no position yet: history tells what waited.
        let has_place = group.begun || group.answered;
        let stored = group.stored();
        if has_place {
            self.leave_out(&stored, vec![removed.mark()]);
        }
        if is_empty {
            self.groups.remove(&number);
        }
        removed.owes_gap
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
            // Only those that stand there with everything.
            let is_settled = !group.under_way && !group.opening && group.refused.is_none();
            let position = (group.position.clone())
                .filter(|_| is_settled && group.begun && group.safe == group.position);
            let Some(position) = position else {
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
                group.answered &= joined.answered;
                // What is open of one is open of all.
                group.was_asked_after &= joined.was_asked_after;
                group.was_too_long &= joined.was_too_long;
                group.is_innocent |= joined.is_innocent;
                group.position_lost_at = group.position_lost_at.max(joined.position_lost_at);
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
    pub(super) fn cursor(&mut self) -> Cursor {
        let groups = self.groups.values_mut().filter(|group| group.begun);
        Cursor {
            groups: groups.map(Polled::stored).collect(),
            left_out: self.left_out.clone(),
            forgot_tickets: self.forgot_tickets,
        }
    }
}

/// Tickets that go on where they stood.
fn resumed(tickets: Vec<Followed>, stored: &Group, pace: Cadence) -> Polled {
    let mut polled = Polled::resumed(tickets, stored, pace);
    if polled.position.is_none() {
        // The service gave no position that could be kept: only history tells what was missed, and what it shows is not
        // proven to be all.
        polled.opening = true;
        for ticket in &mut polled.tickets {
            ticket.catch_up = ticket.catch_up.or(ticket.reach_of_what_is_known());
            ticket.owes_gap = true;
        }
    }
    polled
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_cursor_shares_with_the_last_what_did_not_change_and_nothing_else() {
        let changes: [fn(&mut Polled); 7] = [
            |group| group.safe = Some("a position".to_owned()),
            |group| group.opening = true,
            |group| group.tickets[1].catch_up = Some(CatchUp::Tail(1)),
            |group| group.tickets[1].owes_gap = true,
            |group| group.tickets[1].status = Some(TicketStatus::InProgress),
            |group| Arc::make_mut(&mut group.tickets[1].seen).from = Some(7),
            |group| drop(group.tickets.pop()),
        ];
        let tickets = (0..150).map(|number| TicketId::new(format!("case-{number}")).unwrap());
        let pace = Cadence::new(Duration::from_secs(3), Duration::from_secs(60));
        let mut roster = Roster::new(tickets.collect(), None, None, pace);
        for group in roster.groups.values_mut() {
            group.begun = true;
        }
        let mut last = roster.cursor();
        assert_eq!(last.groups.len(), 2);
        for (number, change) in changes.into_iter().enumerate() {
            let same = roster.cursor();
            let mut pairs = same.groups.iter().zip(&last.groups);
            assert!(pairs.all(|(one, other)| Arc::ptr_eq(one, other)));
            let group = roster.groups.values_mut().next().unwrap();
            change(group);
            let marks: Vec<Mark> = group.tickets.iter().map(Followed::mark).collect();
            let next = roster.cursor();
            assert_ne!(next.groups[0], last.groups[0], "change {number}");
            assert_eq!(next.groups[0].marks, marks, "change {number}");
            assert!(Arc::ptr_eq(&next.groups[1], &last.groups[1]));
            last = next;
        }
    }

    /// Somebody takes a ticket out at the moment at which its status is handed out: that is not told again as a change.
    #[test]
    fn a_ticket_that_is_left_out_has_the_status_that_was_told_last() {
        let ticket = TicketId::new("case-1").unwrap();
        let pace = Cadence::new(Duration::from_secs(3), Duration::from_secs(60));
        let mut roster = Roster::new(vec![ticket.clone()], None, None, pace);
        let numbers: Vec<GroupNumber> = roster.groups.keys().copied().collect();
        for number in numbers {
            roster.groups.get_mut(&number).unwrap().begun = true;
            assert!(roster.set_status(&ticket, TicketStatus::InProgress));
            roster.remove_ticket(number, &ticket);
        }
        assert_eq!(roster.len(), 0);
        assert!(roster.set_status(&ticket, TicketStatus::Completed));
        assert!(!roster.set_status(&ticket, TicketStatus::Completed));
        let told = roster.cursor().status(&ticket);
        assert_eq!(told, Some(TicketStatus::Completed));
        let other = TicketId::new("case-2").unwrap();
        assert!(!roster.set_status(&other, TicketStatus::Completed));
    }
}
