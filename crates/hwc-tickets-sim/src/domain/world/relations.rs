//! What is done with relations: asked for, added, ended.

use std::collections::BTreeSet;

use super::World;
use crate::domain::command::{Outcome, Refusal};
use crate::domain::message::Author;
use crate::domain::relation::{RelatedTicket, RelationAction};
use crate::domain::rules::Repeated;
use crate::domain::ticket::{Status, Ticket};

impl World {
    /// Ids of the tickets that belong to a ticket, in order.
    pub fn related(&self, ticket: &str) -> Vec<String> {
        let ticket = self.tickets.get(ticket);
        ticket
            .map(|ticket| ticket.related.iter().cloned().collect())
            .unwrap_or_default()
    }

    /// Makes two tickets belong together; `false` when one of them does not exist, or both are the same.
    pub(super) fn relate(&mut self, one: &str, other: &str) -> bool {
        if one == other || ![one, other].iter().all(|id| self.tickets.contains_key(*id)) {
            return false;
        }
        for (one, other) in self.ways(one, other) {
            if let Some(ticket) = self.tickets.get_mut(one) {
                ticket.related.insert(other.to_owned());
            }
        }
        true
    }

    pub(super) fn on_relations(
        &mut self,
        by: &str,
        ticket: &str,
        action: RelationAction,
    ) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        match action {
            RelationAction::List => {
                // It has no place for the group (D-101).
                let (ticket, _) = self.reachable(person, ticket)?;
                let related = self.shown_relations(ticket);
                let related = related.map(|ticket| self.related_ticket(ticket));
                Ok(Outcome::Related(related.collect()))
            }
            RelationAction::Create { related, group } => {
                self.create_relations(person, ticket, &related, group.as_deref())
            }
            RelationAction::Delete { related, group } => {
                self.delete_relation(person, ticket, &related, group.as_deref())
            }
        }
    }

    /// The tickets that belong to a ticket, without those that are deleted.
    fn shown_relations<'w>(&'w self, ticket: &'w Ticket) -> impl Iterator<Item = &'w Ticket> {
        let related = ticket
            .related
            .iter()
            .filter_map(move |id| self.tickets.get(id));
        related.filter(|ticket| ticket.status != Status::Deleted)
    }

    fn related_ticket(&self, ticket: &Ticket) -> RelatedTicket {
        let (_, owner_name) = self.named(Author::Customer, ticket.owner);
        RelatedTicket {
            id: ticket.id.clone(),
            title: ticket.title.clone(),
            owner_name,
        }
    }

    fn create_relations(
        &mut self,
        by: u32,
        ticket: &str,
        related: &BTreeSet<String>,
        group: Option<&str>,
    ) -> Result<Outcome, Refusal> {
        let has = &self.access(by, ticket, group)?.related;
        for other in related {
            self.access(by, other, group)?;
        }
        let again = self.rules.relation_again == Repeated::Refused && !related.is_disjoint(has);
        if again || related.contains(ticket) {
            return Err(Refusal::Invalid);
        }
        let new = related.iter().filter(|other| !has.contains(*other));
        let new: Vec<&String> = new.collect();
        // Where a relation holds for both tickets, so does the limit.
        let ways = new.iter().flat_map(|other| self.ways(ticket, other));
        let ways: Vec<(&str, &str)> = ways.collect();
        let is_crowded = |one: &str| {
            let ticket = self.tickets.get(one);
            let shown = ticket.map_or(0, |ticket| self.shown_relations(ticket).count());
            let more = ways.iter().filter(|(from, _)| *from == one).count();
            shown.saturating_add(more) > self.rules.related_limit
        };
        if ways.iter().any(|(one, _)| is_crowded(one)) {
            return Err(Refusal::Invalid);
        }
        for other in new {
            self.relate(ticket, other);
        }
        Ok(Outcome::Done)
    }

    fn delete_relation(
        &mut self,
        by: u32,
        ticket: &str,
        related: &str,
        group: Option<&str>,
    ) -> Result<Outcome, Refusal> {
        let known = self.access(by, ticket, group)?.related.contains(related);
        if !known {
            return match self.rules.relation_gone {
                Repeated::Refused => Err(Refusal::NoSuchRelation),
                Repeated::Accepted => Ok(Outcome::Done),
            };
        }
        for (one, other) in self.ways(ticket, related) {
            if let Some(ticket) = self.tickets.get_mut(one) {
                ticket.related.remove(other);
            }
        }
        Ok(Outcome::Done)
    }

    /// From which ticket to which a relation between two holds.
    fn ways<'t>(
        &self,
        one: &'t str,
        other: &'t str,
    ) -> impl Iterator<Item = (&'t str, &'t str)> + use<'t> {
        let count = if self.rules.relations_one_way { 1 } else { 2 };
        [(one, other), (other, one)].into_iter().take(count)
    }
}
