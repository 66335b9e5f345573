//! The tickets that everybody works on.

use hwc_tickets_sim::{DEMO, Simulator, TicketSeed};
use jiff::SignedDuration;

use crate::failure::Result;

/// Messages of the ticket of which one page is read.
const PAGE: i64 = 100;
/// Messages of the conversation that is counted.
const SHORT: usize = 10_000;
/// As long as most messages are.
const TEXT: &str = "The disk of node 7 is full again, since 磁盘 03:12. Please have a look at it.";

/// How much there is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct World {
    /// Ticket with the conversation that is read to its beginning.
    pub(crate) conversation: &'static str,
    /// Messages of it.
    pub(crate) history: usize,
    /// Tickets that are asked for what is unread, and followed.
    pub(crate) tickets: usize,
    /// Tickets there are, those among them.
    pub(crate) listed: usize,
    /// Bytes of the file.
    pub(crate) file: usize,
}

impl World {
    /// Ticket with the long conversation.
    const LONG: &'static str = "TT202611219001";
    /// Ticket of which a page is read.
    pub(crate) const PAGE: &'static str = "TT202611219002";
    /// Ticket that messages go to.
    pub(crate) const SUBMIT: &'static str = "TT202611219003";

    /// Ticket with the conversation that is counted.
    const SHORT: &'static str = "TT202611219004";

    /// Always as large: figures of another world would be other figures.
    pub(crate) fn full() -> Self {
        Self {
            conversation: Self::LONG,
            history: 100_000,
            tickets: 1_000,
            listed: 10_000,
            file: 100 << 20,
        }
    }

    /// A small part of the same tickets, as large always, too: for tools below which a program takes some fifty times as long.
    pub(crate) fn small() -> Self {
        Self {
            conversation: Self::SHORT,
            history: SHORT,
            tickets: 100,
            file: 1 << 20,
            ..Self::full()
        }
    }

    /// Ids of the tickets that are followed.
    pub(crate) fn ids(&self) -> Vec<String> {
        (0..self.tickets).map(id).collect()
    }

    /// Id of a ticket that nobody follows. Numbers that follow each other name other tickets, so that each of them rests for long.
    pub(crate) fn quiet(&self, number: usize) -> String {
        let quiet = self.listed.saturating_sub(self.tickets).max(1);
        id(self.tickets.saturating_add(number % quiet))
    }

    /// Opens them all.
    pub(crate) fn fill(&self, simulator: &Simulator) -> Result<()> {
        let now = simulator.now();
        let before = |seconds: i64| now.checked_sub(SignedDuration::from_secs(seconds));
        let conversation = |id: &str, messages: i64| -> Result<TicketSeed> {
            let mut ticket = TicketSeed::new(id, DEMO, before(messages)?);
            for number in 0..messages {
                // A second of its own for each: nobody has to ask whether the last second is complete.
                let at = before(messages - number)?;
                ticket = match number % 2 {
                    0 => ticket.customer(at, TEXT),
                    _ => ticket.engineer(at, TEXT),
                };
            }
            Ok(ticket)
        };
        let mut tickets = vec![
            conversation(Self::LONG, i64::try_from(self.history)?)?,
            conversation(Self::SHORT, i64::try_from(SHORT)?)?,
            conversation(Self::PAGE, PAGE)?,
            conversation(Self::SUBMIT, 1)?,
        ];
        for number in 0..self.listed {
            tickets.push(conversation(&id(number), 2)?.title(TEXT).unread(1));
        }
        for ticket in tickets {
            let id = ticket.id.clone();
            let opened = simulator.open(ticket);
            opened.map_err(|refusal| format!("{id} cannot be opened: {refusal}"))?;
        }
        Ok(())
    }
}

fn id(number: usize) -> String {
    format!("TT-{number:029}")
}
