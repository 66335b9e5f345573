//! Which requests are due, and when the next one is.

use super::{CatchUp, Engine};
use std::time::Duration;

/// Requests under way at once.
const CONCURRENCY: usize = 4;

impl Engine {
    /// Starts the requests whose time has come. Gives the moment of the next one that may be started.
    pub(super) fn send_what_is_due(&mut self) -> Option<Duration> {
        let now = self.clock.elapsed();
        if now < self.paused_until {
            return Some(self.paused_until);
        }
        let began = *self.began.get_or_insert(now);
        let mut next = None;
        let mut later = |moment: Duration| {
            next = Some(next.map_or(moment, |next: Duration| next.min(moment)));
        };
        for (number, group) in &mut self.roster.groups {
            if group.under_way || self.under_way.len() >= CONCURRENCY {
                continue;
            }
            if now < group.due {
                later(group.due);
                continue;
            }
            group.under_way = true;
            let ids = group
                .tickets
                .iter()
                .map(|ticket| ticket.id.clone())
                .collect();
            let began = group.added_at.unwrap_or(began);
            self.under_way
                .push(self.jobs.poll(*number, ids, group.position_to_ask(), began));
        }
        if !self.to_ask_after.is_empty() && !self.asking_after {
            if now < self.ask_after_due {
                later(self.ask_after_due);
            } else {
                self.asking_after = true;
                let tickets = std::mem::take(&mut self.to_ask_after);
                self.under_way.push(self.jobs.ask_after(tickets));
            }
        }
        if let Some(own) = &mut self.own
            && self.jobs.client.parts().messages.own.has_outbox()
        {
            if now >= own.due {
                own.look(&self.jobs.client, now);
            }
            later(own.due);
        }
        if self.catching_up.is_none() {
            // One at a time: many tickets at the start are no reason for a storm.
            let waiting = (self.roster.groups.iter())
                .filter(|(_, group)| group.begun)
                .find_map(|(number, group)| {
                    let mut tickets = group.tickets.iter();
                    tickets.find_map(|ticket| {
                        // An age waits for the first answer.
                        let reach = ticket.catch_up.filter(|at| *at != CatchUp::FROM_START)?;
                        Some((*number, ticket.id.clone(), reach))
                    })
                });
            if let Some((group, ticket, reach)) = waiting {
                if now < self.catch_up_due {
                    later(self.catch_up_due);
                } else {
                    self.catching_up = Some(ticket.clone());
                    self.under_way
                        .push(self.jobs.catch_up(group, ticket, reach));
                }
            }
        }
        if let Some(status) = &mut self.status
            && !status.under_way
            && !status.is_empty()
        {
            match status.take_due(now) {
                Some(ticket) => self.under_way.push(self.jobs.status(ticket)),
                None => later(status.due),
            }
        }
        next
    }
}
