//! What is done, the same by every way.

use clap::ValueEnum;

use crate::world::World;

/// Calls that are in flight at once.
pub(crate) const FLIGHT: usize = 64;

/// One piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Work {
    /// The newest message.
    Page1,
    /// A page of 10 messages.
    Page10,
    /// A page of 100 messages.
    Page100,
    /// A page of 10 messages; the SDK signs the request, the others send a token.
    Signed,
    /// A page of 10 messages, 64 calls in flight.
    Flight,
    /// How much is unread, over all tickets.
    Unread,
    /// One message.
    Submit,
    /// A long conversation to its beginning.
    History,
    /// The newest message of every ticket, and what is new in all of them.
    Follow,
    /// A long conversation, decoded out of memory: no network is asked.
    Decode,
    /// Every ticket.
    List,
    /// A large file up.
    Upload,
    /// A large file down.
    Download,
}

impl Work {
    /// Its name on the command line.
    pub(crate) fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// Messages of the page it reads.
    pub(crate) fn page(self) -> Option<usize> {
        match self {
            Self::Page1 => Some(1),
            Self::Page10 | Self::Signed | Self::Flight => Some(10),
            Self::Page100 => Some(100),
            _ => None,
        }
    }

    /// How much comes of doing it once: messages, tickets or bytes. A way that brings less did not do it.
    pub(crate) fn least(self, world: &World) -> usize {
        match self {
            Self::Submit => 1,
            Self::Unread | Self::Follow => world.tickets,
            Self::History | Self::Decode => world.history,
            Self::List => world.listed,
            Self::Upload | Self::Download => world.file,
            _ => self.page().unwrap_or_default(),
        }
    }

    /// Rounds, and calls of each way in each of them.
    pub(crate) fn rounds(self, quick: bool) -> (usize, usize) {
        match self {
            Self::Flight if quick => (5, 4 * FLIGHT),
            Self::Flight => (20, 20 * FLIGHT),
            // The simulator keeps every file until it ends.
            Self::Upload => (if quick { 1 } else { 3 }, 1),
            // How much of it each look at the socket finds is chance: few downloads differ by a fifth.
            Self::Download => (if quick { 5 } else { 40 }, 1),
            Self::History | Self::Decode | Self::Follow => (if quick { 3 } else { 15 }, 1),
            Self::List => (if quick { 3 } else { 5 }, 1),
            Self::Unread => (if quick { 5 } else { 20 }, 2),
            _ if quick => (10, 50),
            _ => (60, 100),
        }
    }
}
