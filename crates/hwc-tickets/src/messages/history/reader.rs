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
use hwc_core::{CallOptions, Fault};
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

    /// The report at the end of the read. There is no other after it.
    pub(crate) fn take_report(&mut self) -> ReadReport {
        let mut report = self.walk.take_report();
        report.yielded = self.yielded;
        report
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
        loop {
            if let Some(message) = self.next_held() {
                return Ok(Some(message));
            }
            let Some(new) = self.read_page().await? else {
                return Ok(None);
            };
            self.keep(new)?;
        }
    }

    /// What [`Reader::next`] would give without a request. `None`: there is nothing more, or it takes one.
    pub(crate) fn next_held(&mut self) -> Option<Message> {
        if self.stop_at_limit() || !self.has_next_held() {
            return None;
        }
        self.yielded += 1;
        match self.manner.oldest_first {
            true => self.held.pop_back(),
            false => self.held.pop_front(),
        }
    }

    /// Reads on until [`Reader::next_held`] has a message to give, or there is none any more.
    ///
    /// After an error, asking again repeats the failed page.
    #[cfg(feature = "blocking")]
    pub(crate) async fn fill(&mut self) -> Result<()> {
        while !self.has_next_held()
            && let Some(new) = self.read_page().await?
        {
            self.keep(new)?;
        }
        Ok(())
    }

    /// Whether no page will be asked for any more.
    #[cfg(feature = "blocking")]
    pub(crate) fn has_read_all(&self) -> bool {
        self.walk.has_ended()
    }

    /// Whether a message is held whose turn it is. The oldest is known at the end of the walk only.
    fn has_next_held(&self) -> bool {
        !self.held.is_empty() && (!self.manner.oldest_first || self.walk.has_ended())
    }

    /// All messages that [`Reader::next`] would give from here on, where none was asked for before. With the newest first whole pages are
    /// handed on: a message is large.
    ///
    /// Fails as [`Reader::hold`] where there are more than may be held.
    pub(crate) async fn collect(&mut self) -> Result<Vec<Message>> {
        let mut messages = Vec::new();
        while !self.stop_at_limit() {
            let wanted = self.wanted();
            let Some(mut new) = self.read_page().await? else {
                self.collect_held(&mut messages)?;
                break;
            };
            if self.manner.oldest_first {
                self.keep(new)?;
                continue;
            }
            if let Some(wanted) = wanted.and_then(|wanted| usize::try_from(wanted).ok()) {
                new.truncate(wanted);
            }
            self.hold(messages.len().saturating_add(new.len()))?;
            self.yielded += new.len() as u64;
            match messages.is_empty() {
                true => messages = new,
                false => messages.append(&mut new),
            }
        }
        Ok(messages)
    }

    /// What is held once the walk has ended: all of a conversation of which the oldest message comes first.
    #[inline(never)]
    fn collect_held(&mut self, messages: &mut Vec<Message>) -> Result<()> {
        while !self.stop_at_limit()
            && let Some(message) = self.held.pop_back()
        {
            self.yielded += 1;
            self.hold(messages.len().saturating_add(1))?;
            messages.push(message);
        }
        Ok(())
    }

    /// Ends the read where as many messages were handed out as are wanted.
    fn stop_at_limit(&mut self) -> bool {
        let is_reached = self.manner.limit.is_some_and(|limit| self.yielded >= limit);
        if is_reached {
            self.held.clear();
            self.walk.stop();
        }
        is_reached
    }

    /// Reads one page, and gives what is new in it. `None`: the walk has ended.
    async fn read_page(&mut self) -> Result<Option<Vec<Message>>> {
        let Some(ask) = self.walk.next() else {
            return Ok(None);
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
        match answer {
            Ok(answer) => {
                match service::date(&answer) {
                    Some(date) if self.walk.starts_too_early(date) => {
                        // This machine's clock is behind: the newest messages need not be in the answer.
                        self.walk.start_again(date);
                        return Ok(Some(Vec::new()));
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
                let wanted = self.wanted();
                Ok(Some(self.walk.accept(answer.body, wanted)))
            }
            Err(fault) => self.without_page(&ask, fault),
        }
    }

    /// What comes of a page that could not be read.
    #[cold]
    #[inline(never)]
    fn without_page(&mut self, ask: &Ask, fault: Fault) -> Result<Option<Vec<Message>>> {
        let error = Error::from_fault(OPERATION, fault).with_ticket(self.ticket.id());
        // Where no message should stand, asking may fail each time.
        let is_needed = error.is_retryable() && !self.walk.asks_behind_the_end();
        if matches!(ask, Ask::Before { .. }) || is_needed {
            return Err(error);
        }
        // Reading by row numbers only mends what times cannot tell.
        self.walk.no_rows();
        Ok(Some(Vec::new()))
    }

    /// Takes up the messages of a page.
    #[inline(never)]
    fn keep(&mut self, new: Vec<Message>) -> Result<()> {
        if self.manner.oldest_first {
            self.hold(self.held.len().saturating_add(new.len()))?;
        }
        if self.held.is_empty() {
            // Nothing is moved: a message is large.
            self.held = new.into();
        } else {
            self.held.extend(new);
        }
        Ok(())
    }

    /// How many messages of the next page end the read; `None` where none does before the beginning of the conversation.
    fn wanted(&self) -> Option<u64> {
        let limit = self.manner.limit.filter(|_| !self.manner.oldest_first)?;
        Some(limit.saturating_sub(self.yielded.saturating_add(self.held.len() as u64)))
    }

    /// Checks that so many messages may be held at once.
    fn hold(&self, messages: usize) -> Result<()> {
        let limit = self.manner.buffer;
        match messages <= limit {
            true => Ok(()),
            false => Err(self.too_many(limit)),
        }
    }

    #[cold]
    fn too_many(&self, limit: usize) -> Error {
        let detail =
            format!("the conversation has more than the {limit} messages that may be held at once");
        Error::local(ErrorKind::LimitExceeded, detail)
            .with_operation(OPERATION)
            .with_ticket(self.ticket.id())
            .with_advice(Advice::ReadLess)
    }
}

#[cfg(test)]
mod tests;
