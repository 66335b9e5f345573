//! When the engineers answer.

use super::{Draft, World};
use crate::domain::command::Outcome;
use crate::domain::engineer::{NEVER, Planned, STEPS, draw, index_for};
use crate::domain::message::Author;
use crate::domain::rules::Engineers;

impl World {
    /// An engineer takes up a ticket to which the customer has just written. One answer is ready at a time: whoever
    /// writes three lines gets one answer, not three.
    pub(super) fn plan_answer(&mut self, id: &str, chinese: bool) {
        let (seed, now) = (self.seed, self.now);
        let Some(ticket) = self
            .tickets
            .get_mut(id)
            .filter(|ticket| !ticket.answer_planned)
        else {
            return;
        };
        ticket.answer_planned = true;
        let ordinal = ticket.answers;
        ticket.answers += 1;
        let due = match self.rules.engineers {
            Engineers::Timed { min, max } => {
                let span = max.saturating_sub(min).as_millis();
                let span = u64::try_from(span).unwrap_or(u64::MAX).saturating_add(1);
                let wait = min
                    .as_millis()
                    .saturating_add(u128::from(draw(seed, id, ordinal, 1) % span));
                now.saturating_add(i64::try_from(wait).unwrap_or(i64::MAX))
            }
            Engineers::Silent | Engineers::Manual => NEVER,
        };
        self.plans += 1;
        self.planned.insert(
            (due, self.plans),
            Planned {
                ticket: id.to_owned(),
                ordinal,
                chinese,
            },
        );
    }

    /// Gives the answer that was planned first, in one ticket or anywhere.
    pub(super) fn trigger(&mut self, ticket: Option<&str>) -> Outcome {
        let key = self
            .planned
            .iter()
            .find(|(_, planned)| ticket.is_none_or(|ticket| planned.ticket == ticket))
            .map(|(key, _)| *key);
        let given = key
            .and_then(|key| self.planned.remove(&key))
            .is_some_and(|planned| self.give(&planned));
        Outcome::Answered(usize::from(given))
    }

    /// Gives the answer that is due first.
    pub(super) fn give_next(&mut self) {
        if let Some((_, planned)) = self.planned.pop_first() {
            self.give(&planned);
        }
    }

    /// `false` when the ticket is closed by now: then the engineer keeps quiet.
    fn give(&mut self, planned: &Planned) -> bool {
        let Some(ticket) = self.tickets.get_mut(&planned.ticket) else {
            return false;
        };
        ticket.answer_planned = false;
        let open = ticket.status.is_open();
        if !open || self.stored >= self.rules.capacity {
            return false;
        }
        let step = usize::try_from(planned.ordinal % 4)
            .ok()
            .and_then(|index| STEPS.get(index));
        let Some(step) = step else { return false };
        let words = if planned.chinese {
            &step.chinese
        } else {
            &step.english
        };
        let pick = draw(self.seed, &planned.ticket, planned.ordinal, 2) % 3;
        let text = usize::try_from(pick)
            .ok()
            .and_then(|pick| words.get(pick))
            .copied()
            .unwrap_or_default();
        let draft = Draft {
            person: index_for(self.seed, &planned.ticket),
            author: Author::Engineer,
            rich: text.contains('<'),
            confidential: false,
            history: false,
            content: text.into(),
            attachments: Vec::new(),
        };
        let stored = self.store(&planned.ticket, draft, self.now, 0).is_some();
        let (now, person) = (self.now, index_for(self.seed, &planned.ticket));
        if let Some(ticket) = self.tickets.get_mut(&planned.ticket) {
            ticket.move_to(step.after, person, now);
        }
        stored
    }
}
