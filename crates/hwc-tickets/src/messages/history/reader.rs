//! Reads a conversation page by page: the walk, the calls, and the wanted order.

use super::{
    report::ReadReport,
    walk::{Ask, Walk, WalkOptions},
};
use crate::{
    error::{Advice, Error, ErrorKind, Result},
    messages::message::Message,
    service::{self, About, MAX_PAGE},
    tickets::ticket::Ticket,
};
use hwc_core::CallOptions;
use std::collections::VecDeque;

/// What this crate calls the operation in errors.
const OPERATION: &str = "read history";

/// How messages are handed out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) oldest_first: bool,
    /// Most messages that are handed out.
    pub(crate) limit: Option<u64>,
    /// Most messages that are held at once, where messages have to be held.
    pub(crate) buffer: usize,
}

/// A conversation being read.
#[derive(Debug)]
pub(crate) struct Reader {
    ticket: Ticket,
    options: CallOptions,
    walk: Walk,
    manner: Manner,
    /// Read and not handed out: in the order of handing out, or all of them while the walk runs.
    held: VecDeque<Message>,
    yielded: u64,
}

impl Reader {
    /// Starts at the newest message. Nothing is sent yet.
    pub(crate) fn new(
        ticket: Ticket,
        options: CallOptions,
        walk_options: WalkOptions,
        manner: Manner,
    ) -> Self {
        let now = ticket.client.parts().clock.now();
        Self {
            ticket,
            options,
            walk: Walk::new(walk_options, now),
            manner,
            held: VecDeque::new(),
            yielded: 0,
        }
    }

    pub(crate) fn report(&self) -> ReadReport {
        ReadReport {
            yielded: self.yielded,
            ..self.walk.report().clone()
        }
    }

    /// Brings a report up to date that was told before. From one message to the next only numbers change, mostly.
    pub(crate) fn tell(&self, told: &mut ReadReport) {
        let ReadReport {
            reported,
            yielded: _,
            duplicates_dropped,
            undecodable,
            unreadable,
            pages,
            possible_gap,
            local_clock,
            complete,
        } = self.walk.report();
        // It only grows.
        if told.unreadable.len() != unreadable.len() {
            told.unreadable.clone_from(unreadable);
        }
        told.reported = *reported;
        told.yielded = self.yielded;
        told.duplicates_dropped = *duplicates_dropped;
        told.undecodable = *undecodable;
        told.pages = *pages;
        told.possible_gap = *possible_gap;
        told.local_clock = *local_clock;
        told.complete = *complete;
    }

    /// Whether a message may have been gone past, other than by a total that does not fit.
    pub(crate) fn may_have_skipped(&self) -> bool {
        self.walk.may_have_skipped()
    }

    /// Whether an answer was one that a machine on the way had stored.
    pub(crate) fn is_stale(&self) -> bool {
        self.walk.is_stale()
    }

    /// The next message; `None` at the end. After an error, asking again repeats the failed page.
    ///
    /// Dropping the future loses nothing: the page is asked for again.
    pub(crate) async fn next(&mut self) -> Result<Option<Message>> {
        if self.manner.limit.is_some_and(|limit| self.yielded >= limit) {
            self.held.clear();
            self.walk.stop();
            return Ok(None);
        }
        loop {
            if !self.manner.oldest_first || self.walk.next().is_none() {
                let message = match self.manner.oldest_first {
                    true => self.held.pop_back(),
                    false => self.held.pop_front(),
                };
                if let Some(message) = message {
                    self.yielded += 1;
                    return Ok(Some(message));
                }
            }
            if !self.read_page().await? {
                return Ok(None);
            }
        }
    }

    /// Reads one page into `held`. `false`: the walk has ended.
    async fn read_page(&mut self) -> Result<bool> {
        let Some(ask) = self.walk.next() else {
            return Ok(false);
        };
        let about = About {
            group: self.ticket.group(),
            options: &self.options,
        };
        let service = &self.ticket.client.parts().service;
        let id = &self.ticket.id;
        let answer = match &ask {
            Ask::Before { time, kind, limit } => service.more(id, time, *kind, *limit, about).await,
            Ask::Rows(first) => service.messages(id, *first, MAX_PAGE, about).await,
        };
        let new = match answer {
            Ok(answer) => {
                match service::date(&answer) {
                    Some(date) if self.walk.starts_too_early(date) => {
                        // This machine's clock is behind: the newest messages need not be in the answer.
                        self.walk.start_again(date);
                        return Ok(true);
                    }
                    Some(_) => {}
                    None => self.walk.take_for_untold(),
                }
                if self.walk.is_to_reckon() {
                    let own = self.ticket.client.parts().clock.now();
                    self.walk.reckon(service::fresh_date(&answer), own);
                }
                if service::is_stored(&answer) {
                    self.walk.take_for_stored();
                }
                self.walk.accept(answer.body)
            }
            Err(fault) => {
                let error = Error::from_fault(OPERATION, fault).with_ticket(id);
                // Where no message should stand, asking may fail each time.
                let is_needed = error.is_retryable() && !self.walk.asks_behind_the_end();
                if matches!(ask, Ask::Before { .. }) || is_needed {
                    return Err(error);
                }
                // Reading by row numbers only mends what times cannot tell.
                self.walk.no_rows();
                return Ok(true);
            }
        };
        if self.manner.oldest_first {
            self.hold(self.held.len().saturating_add(new.len()))?;
        }
        if self.held.is_empty() {
            // Nothing is moved: a message is large.
            self.held = new.into();
        } else {
            self.held.extend(new);
        }
        Ok(true)
    }

    /// Checks that so many messages may be held at once.
    pub(crate) fn hold(&self, messages: usize) -> Result<()> {
        let limit = self.manner.buffer;
        if messages <= limit {
            return Ok(());
        }
        let detail =
            format!("the conversation has more than the {limit} messages that may be held at once");
        Err(Error::local(ErrorKind::LimitExceeded, detail)
            .with_operation(OPERATION)
            .with_ticket(self.ticket.id())
            .with_advice(Advice::ReadLess))
    }
}
