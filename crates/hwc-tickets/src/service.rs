//! The one room that names the wire crate: nine calls, turned into this crate's own types.
//!
//! Nothing here decides whether an answer is a success (that is done below the generated code), and
//! nothing here repeats a call. `group_id` goes along wherever the interface takes it (D-32).

use crate::{
    config::{Site, SubmitType},
    detail::{TicketDetail, TicketStatus},
    ids::{AttachmentId, GroupId, MessageId, TicketId},
    message::{Message, Undecodable},
    time::ZoneOffset,
};
use hwc_core::{CallOptions, Fault, Pipeline};
use jiff::Timestamp;
use secrecy::SecretString;
use std::sync::Arc;

/// What every call of one client sends along.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    pub(crate) site: Site,
    pub(crate) language: Option<String>,
    pub(crate) zone: ZoneOffset,
    pub(crate) submit_type: SubmitType,
}

/// The nine calls.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pipeline: Arc<Pipeline>,
    manner: Manner,
}

/// An answer, and what is known about the call that brought it.
#[derive(Debug, Clone)]
pub(crate) struct Told<T> {
    pub(crate) body: T,
    pub(crate) facts: Facts,
}

/// Facts about a call that succeeded.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// The service's own time (`Date` header), to the second.
    pub(crate) date: Option<Timestamp>,
    pub(crate) request_id: Option<String>,
    pub(crate) attempts: u32,
}

/// What a submit sends.
pub(crate) struct Outgoing<'a> {
    pub(crate) text: &'a str,
    pub(crate) attachments: &'a [AttachmentId],
    pub(crate) confidential: Option<&'a SecretString>,
}

/// One page of messages, in the order of the answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct MessagePage {
    pub(crate) messages: Vec<Message>,
    pub(crate) undecodable: Vec<Undecodable>,
    /// The total the service states; ends at 65535.
    pub(crate) count: Option<u64>,
}

impl MessagePage {
    /// Items in the answer, readable or not.
    pub(crate) fn returned(&self) -> usize {
        self.messages.len() + self.undecodable.len()
    }
}

/// Answer of the polling call.
#[derive(Debug, Clone, Default)]
pub(crate) struct News {
    /// New messages of each ticket that has some. The ticket id is as the service sent it.
    pub(crate) messages: Vec<(String, MessagePage)>,
    /// Read state of each ticket named in the answer: 0 unread, 1 read (D-20). Not the ticket's status.
    pub(crate) read_states: Vec<(String, Option<i64>)>,
    /// Opaque: to be sent back byte for byte.
    pub(crate) cursor: Option<String>,
    pub(crate) undecodable: Vec<Undecodable>,
}

/// Unread messages of one ticket.
#[derive(Debug, Clone)]
pub(crate) struct UnreadCount {
    /// As the service sent it.
    pub(crate) ticket: String,
    /// `None`: the service did not say.
    pub(crate) unread: Option<u64>,
}

/// Answer of the unread call.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnreadCounts {
    pub(crate) counts: Vec<UnreadCount>,
    pub(crate) undecodable: Vec<Undecodable>,
}

/// What one call is about: the group it acts for, and its options.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) group: Option<&'a GroupId>,
    pub(crate) options: &'a CallOptions,
}

impl Service {
    pub(crate) fn new(pipeline: Arc<Pipeline>, manner: Manner) -> Self {
        Self { pipeline, manner }
    }

    pub(crate) fn manner(&self) -> &Manner {
        &self.manner
    }

    /// `createMessages`.
    pub(crate) async fn submit(
        &self,
        ticket: &TicketId,
        outgoing: Outgoing<'_>,
        about: About<'_>,
    ) -> Result<Told<()>, Fault> {
        let _ = (
            &self.pipeline,
            ticket,
            outgoing.text,
            outgoing.attachments,
            outgoing.confidential,
            about,
        );
        todo!()
    }

    /// `listMessages`: rows `offset..offset + limit`, in an order no document states.
    pub(crate) async fn messages(
        &self,
        ticket: &TicketId,
        offset: u64,
        limit: u64,
        about: About<'_>,
    ) -> Result<Told<MessagePage>, Fault> {
        let _ = (ticket, offset, limit, about);
        todo!()
    }

    /// `listMoreInstantMessages`: messages before `before` (text as the service writes times), whose
    /// oldest known neighbour has kind `kind`.
    pub(crate) async fn more(
        &self,
        ticket: &TicketId,
        before: &str,
        kind: i64,
        limit: u64,
        about: About<'_>,
    ) -> Result<Told<MessagePage>, Fault> {
        let _ = (ticket, before, kind, limit, about);
        todo!()
    }

    /// `listNewInstantMessages`: at most 100 tickets; `cursor` as the last answer gave it.
    pub(crate) async fn news(
        &self,
        tickets: &[TicketId],
        cursor: Option<&str>,
        about: About<'_>,
    ) -> Result<Told<News>, Fault> {
        let _ = (tickets, cursor, about);
        todo!()
    }

    /// `listUnreadNewInstantMessages`: at most 100 tickets.
    pub(crate) async fn unread(
        &self,
        tickets: &[TicketId],
        about: About<'_>,
    ) -> Result<Told<UnreadCounts>, Fault> {
        let _ = (tickets, about);
        todo!()
    }

    /// `updateNewInstantMessagesRead`.
    pub(crate) async fn mark_read(
        &self,
        ticket: &TicketId,
        about: About<'_>,
    ) -> Result<Told<()>, Fault> {
        let _ = (ticket, about);
        todo!()
    }

    /// `revokeMessage`. The interface takes no group.
    pub(crate) async fn recall(
        &self,
        ticket: &TicketId,
        message: &MessageId,
        options: &CallOptions,
    ) -> Result<Told<()>, Fault> {
        let _ = (ticket, message, options);
        todo!()
    }

    /// `showCaseDetail`: the only read that shows message ids.
    pub(crate) async fn detail(
        &self,
        ticket: &TicketId,
        about: About<'_>,
    ) -> Result<Told<TicketDetail>, Fault> {
        let _ = (ticket, about);
        todo!()
    }

    /// `showCaseStatus`. The interface takes no group.
    pub(crate) async fn status(
        &self,
        ticket: &TicketId,
        options: &CallOptions,
    ) -> Result<Told<TicketStatus>, Fault> {
        let _ = (ticket, options);
        todo!()
    }
}

/// What an error code means, from the generated table.
pub(crate) fn meaning_of(code: &str) -> Option<&'static str> {
    let _ = code;
    None
}
