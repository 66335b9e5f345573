//! What a customer does to a ticket as a whole, and how it is rated.

use super::World;
use crate::domain::catalog;
use crate::domain::command::{Outcome, Refusal};
use crate::domain::record::{Act, Action, Rating};
use crate::domain::rules::{ScoreAgain, UnknownChoice};
use crate::domain::text::Text;
use crate::domain::ticket::{Status, Ticket};

impl World {
    pub(super) fn act(
        &mut self,
        by: &str,
        ticket: &str,
        group: Option<&str>,
        action: Action,
        words: Text,
        rating: Rating,
    ) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        let found = self.access(person, ticket, group)?;
        self.allows(found, action)?;
        let closing = action == Action::Close && !rating.is_empty();
        if closing {
            self.can_rate(&rating)?;
        }
        let now = self.now;
        let ticket = self.tickets.get_mut(ticket).ok_or(Refusal::NoSuchTicket)?;
        match action {
            Action::Cancel => ticket.status = Status::Cancelled,
            Action::Delete => ticket.status = Status::Deleted,
            Action::Urge => ticket.record.urged = Some(now),
            Action::Close => {
                ticket.status = Status::Completed;
                ticket.record.confirmed = Some(now);
            }
        }
        ticket.record.note(Act::Done(action), person, words, now);
        if closing {
            ticket.record.rate(rating, person, now);
        }
        Ok(Outcome::Done)
    }

    pub(super) fn score(
        &mut self,
        by: &str,
        ticket: &str,
        group: Option<&str>,
        rating: Rating,
    ) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        let found = self.access(person, ticket, group)?;
        if !self.rules.score_in.contains(&found.status) {
            return Err(Refusal::WrongState);
        }
        let mut log = found.record.log.iter();
        let again = log.any(|entry| entry.act == Act::Rated);
        if again && self.rules.score_again == ScoreAgain::Refused {
            return Err(Refusal::ScoredAlready);
        }
        self.can_rate(&rating)?;
        let now = self.now;
        let ticket = self.tickets.get_mut(ticket).ok_or(Refusal::NoSuchTicket)?;
        ticket.record.rate(rating, person, now);
        Ok(Outcome::Done)
    }

    /// Whether the state of a ticket, and the time, allow an action.
    fn allows(&self, ticket: &Ticket, action: Action) -> Result<(), Refusal> {
        let rules = &self.rules;
        let states = match action {
            Action::Cancel => &rules.cancel_in,
            Action::Close => &rules.close_in,
            Action::Urge => &rules.urge_in,
            Action::Delete => &rules.delete_in,
        };
        if !states.contains(&ticket.status) {
            return Err(Refusal::WrongState);
        }
        if action != Action::Urge {
            return Ok(());
        }
        let passed = |since: i64, wait: std::time::Duration| {
            let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            self.now.saturating_sub(since) >= wait
        };
        if !passed(ticket.opened.as_millisecond(), rules.urge_after) {
            return Err(Refusal::UrgedTooSoon);
        }
        match ticket.record.urged {
            Some(last) if !passed(last, rules.urge_interval) => Err(Refusal::UrgedTooOften),
            _ => Ok(()),
        }
    }

    /// Whether everything that is rated can be rated so.
    fn can_rate(&self, rating: &Rating) -> Result<(), Refusal> {
        let good = |(id, points): &(i64, i64)| {
            catalog::dimension(*id).is_some_and(|dimension| {
                (0..=dimension.points).contains(points)
                    && points.checked_rem(dimension.step) == Some(0)
            })
        };
        let lenient = self.rules.unknown_choice == UnknownChoice::Accepted;
        if lenient || rating.points.iter().all(good) {
            Ok(())
        } else {
            Err(Refusal::Invalid)
        }
    }
}
