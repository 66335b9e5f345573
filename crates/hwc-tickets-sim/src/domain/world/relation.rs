//! Tickets that belong together. A relation holds for both of them.

use super::World;
use crate::domain::command::{Outcome, Refusal};
use crate::domain::rules::RelationGone;

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
        for (one, other) in [(one, other), (other, one)] {
            if let Some(ticket) = self.tickets.get_mut(one) {
                ticket.related.insert(other.to_owned());
            }
        }
        true
    }

    pub(super) fn delete_relation(
        &mut self,
        by: &str,
        ticket: &str,
        related: &str,
        group: Option<&str>,
    ) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        let known = self
            .access(person, ticket, group)?
            .related
            .contains(related);
        if !known {
            return match self.rules.relation_gone {
                RelationGone::Refused => Err(Refusal::NoSuchRelation),
                RelationGone::Accepted => Ok(Outcome::Done),
            };
        }
        for (one, other) in [(ticket, related), (related, ticket)] {
            if let Some(ticket) = self.tickets.get_mut(one) {
                ticket.related.remove(other);
            }
        }
        Ok(Outcome::Done)
    }
}
