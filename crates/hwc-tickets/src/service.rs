//! The one room that names the wire crate for what is shaped by hand: nine calls, turned into this crate's own types.
//!
//! Nothing here decides whether an answer is a success (that is done below the generated code), and
//! nothing here repeats a call. `group_id` goes along wherever the interface takes it (D-32).

mod convert;

use crate::{
    config::SubmitType,
    detail::{TicketDetail, TicketStatus},
    ids::{AttachmentId, GroupId, MessageId, TicketId},
    message::{Message, Undecodable},
    time::ZoneOffset,
};
#[cfg(feature = "raw")]
use hwc_core::Operation;
use hwc_core::{CallOptions, ErrorCode, Fault, Pipeline, retry::after};
pub(crate) use hwc_tickets_wire::Response;
#[cfg(feature = "raw")]
use hwc_tickets_wire::operations;
use hwc_tickets_wire::{
    Client as Wire, ERROR_CODES, Limit, Request, limits,
    messages::{
        CreateMessageDoV2, CreateMessageV2Req, CreateMessages, ListMessages,
        ListMoreInstantMessages, ListNewInstantMessages, ListUnreadNewInstantMessages,
        QueryMessageInfoV2, RevokeMessage, UpdateNewInstantMessagesRead,
        UpdateUnreadNewInstantMsgV2Req,
    },
    tickets::{ShowCaseDetail, ShowCaseStatus},
};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use std::{sync::Arc, time::Duration};

/// Most UTF-16 units of a text (D-03).
pub(crate) const MAX_TEXT: usize = most(limits::CREATE_MESSAGES_MESSAGE_CONTENT);
/// Most UTF-16 units of a confidential note.
pub(crate) const MAX_CONFIDENTIAL: usize =
    most(limits::CREATE_MESSAGES_MESSAGE_AUTHORIZATION_CONTENT);
/// Most attachments of one message (D-29).
pub(crate) const MAX_ATTACHMENTS: usize = most(limits::CREATE_MESSAGES_MESSAGE_ACCESSORY_IDS);
/// Longest id (D-06).
pub(crate) const MAX_ID: usize = most(limits::CREATE_MESSAGES_CASE_ID);
/// Most rows of one page.
pub(crate) const MAX_PAGE: u64 = most(limits::LIST_MESSAGES_LIMIT) as u64;
/// Most tickets of one poll or unread call.
pub(crate) const MAX_TICKETS: usize = most(limits::LIST_NEW_INSTANT_MESSAGES_CASE_IDS);

/// The documented maximum. A field without one fails the build.
#[expect(clippy::panic, reason = "runs when the crate is built, not on data")]
const fn most(limit: Limit) -> usize {
    match limit.max {
        Some(max) if max > 0 => max as usize,
        _ => panic!("the description states no maximum here"),
    }
}

/// The described operation that a call of `method` on `path` is. Where two fit, the one with more words of its own is meant.
#[cfg(feature = "raw")]
pub(crate) fn described(method: &str, path: &str) -> Option<&'static Operation> {
    let fits = |known: &&Operation| known.method == method && known.matches_path(path);
    let all = operations::ALL.iter().filter(fits);
    all.min_by_key(|known| known.path.matches('{').count())
}

/// The nine calls.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    wire: Wire,
    /// The zone that is asked for, and so the zone of times without one.
    zone: ZoneOffset,
    submit_type: SubmitType,
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
    /// Whether the answer holds a list at all, be it an empty one.
    pub(crate) has_list: bool,
}

impl MessagePage {
    /// Whether it says that there are no rows. A list that is left out beside no total says nothing.
    pub(crate) fn says_none(&self) -> bool {
        self.returned() == 0 && (self.has_list || self.count == Some(0))
    }

    /// Items in the answer, readable or not.
    pub(crate) fn returned(&self) -> usize {
        self.messages.len() + self.undecodable.len()
    }
}

/// Answer of the polling call.
#[derive(Debug, Clone, Default)]
pub(crate) struct News {
    /// New messages of each ticket that has some. The ticket id is as the service sent it.
    pub(crate) messages: Vec<(String, Vec<Message>)>,
    /// Opaque: to be sent back byte for byte. `None` when the answer has none or an empty one.
    pub(crate) cursor: Option<String>,
    /// Tickets that the answer names by their read state, as the service sent them.
    pub(crate) named: Vec<String>,
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

impl<'a> About<'a> {
    fn group(self) -> Option<String> {
        self.group.map(GroupId::to_string)
    }
}

impl Service {
    pub(crate) fn new(pipeline: Arc<Pipeline>, zone: ZoneOffset, submit_type: SubmitType) -> Self {
        Self {
            wire: Wire::new(pipeline),
            zone,
            submit_type,
        }
    }

    /// Waits for credentials, `limit` at most: a token exchange may take longer than a call should.
    pub(crate) async fn sign_in(&self, limit: Duration) -> Result<(), Fault> {
        self.wire.pipeline().sign_in(limit).await
    }

    /// Any operation as a value.
    pub(crate) async fn send<R: Request + Sync>(
        &self,
        request: &R,
        options: &CallOptions,
    ) -> Result<Response<R::Response>, Fault> {
        self.wire.send(request, options).await
    }

    /// What carries the calls, for calls this crate has no verb for.
    #[cfg(feature = "raw")]
    pub(crate) fn pipeline(&self) -> &Pipeline {
        self.wire.pipeline()
    }

    /// The zone that times without one are read in.
    pub(crate) fn zone(&self) -> ZoneOffset {
        self.zone
    }

    /// `createMessages`.
    pub(crate) async fn submit(
        &self,
        ticket: &TicketId,
        outgoing: Outgoing<'_>,
        about: About<'_>,
    ) -> Result<Response<()>, Fault> {
        let Outgoing {
            text,
            attachments,
            confidential,
        } = outgoing;
        let mut message = CreateMessageDoV2::new(text);
        message.accessory_ids = (!attachments.is_empty())
            .then(|| attachments.iter().map(AttachmentId::to_string).collect());
        message.authorization_content = confidential.map(|note| note.expose_secret().to_owned());
        message.is_authorized = confidential.map(|_| 1);
        let mut body = CreateMessageV2Req::new(message);
        body.group_id = about.group();
        body.type_ = match self.submit_type {
            SubmitType::Value(value) => Some(i64::from(value)),
            SubmitType::LeaveOut => None,
        };
        let request = CreateMessages::new(ticket.as_str(), body);
        let answer = self.wire.send(&request, about.options).await?;
        Ok(answer.map(drop))
    }

    /// `listMessages`: rows `offset..offset + limit`, in an order no document states.
    pub(crate) async fn messages(
        &self,
        ticket: &TicketId,
        offset: u64,
        limit: u64,
        about: About<'_>,
    ) -> Result<Response<MessagePage>, Fault> {
        let mut request = ListMessages::new(ticket.as_str());
        request.group_id = about.group();
        request.limit = Some(whole(limit));
        request.offset = Some(whole(offset));
        let answer = self.wire.send(&request, about.options).await?;
        self.page(answer, |body| (body.message_list, body.count))
    }

    /// `listMoreInstantMessages`: messages before `before` (text as the service writes times), where
    /// `kind` is the side (0 customer, 1 support) of the oldest message known.
    pub(crate) async fn more(
        &self,
        ticket: &TicketId,
        before: &str,
        kind: i64,
        limit: u64,
        about: About<'_>,
    ) -> Result<Response<MessagePage>, Fault> {
        let mut request = ListMoreInstantMessages::new(ticket.as_str(), before, kind, whole(limit));
        request.group_id = about.group();
        let answer = self.wire.send(&request, about.options).await?;
        self.page(answer, |body| (body.message_list, body.count))
    }

    /// `listNewInstantMessages`: at most [`MAX_TICKETS`] tickets; `cursor` as the last answer gave it.
    pub(crate) async fn news(
        &self,
        tickets: &[TicketId],
        cursor: Option<&str>,
        about: About<'_>,
    ) -> Result<Response<News>, Fault> {
        let ids = tickets.iter().map(TicketId::to_string).collect();
        let mut request = ListNewInstantMessages::new(ids);
        request.group_id = about.group();
        request.last_message_time_id = cursor.map(str::to_owned);
        let answer = self.wire.send(&request, about.options).await?;
        answer.needs("immsg")?;
        let body = &answer.body;
        let is_answered = body.imstatus.is_some() || body.last_message_time_id.is_some();
        if body.immsg.is_none() && (answer.complains || !is_answered) {
            return Err(answer.unlike("there is no immsg, and nothing says that it would be empty"));
        }
        if answer.complains && answer.undecodable.is_empty() && has_none(body.immsg.as_deref()) {
            return Err(answer.unlike("it says failure, and immsg is empty"));
        }
        let lost = answer.undecodable.clone();
        Ok(answer.map(|body| {
            let mut undecodable = convert::undecodable(&lost, "immsg");
            let mut messages = Vec::new();
            let rows = convert::placed(body.immsg.unwrap_or_default(), &undecodable);
            for (place, ticket) in rows {
                let lost = convert::undecodable_news(&lost, place);
                match convert::news(ticket, lost, self.zone) {
                    Ok((id, readable)) => {
                        messages.push((id, readable.messages));
                        undecodable.extend(readable.undecodable);
                    }
                    Err(reason) => undecodable.push(Undecodable::new(place, reason)),
                }
            }
            News {
                messages,
                // Read states, not the tickets' status (D-20): they only tell which tickets there are.
                named: (body.imstatus.unwrap_or_default().into_iter())
                    .filter_map(|state| state.incident_id)
                    .collect(),
                cursor: body
                    .last_message_time_id
                    .filter(|cursor| !cursor.is_empty()),
                undecodable,
            }
        }))
    }

    /// `listUnreadNewInstantMessages`: at most [`MAX_TICKETS`] tickets.
    pub(crate) async fn unread(
        &self,
        tickets: &[TicketId],
        about: About<'_>,
    ) -> Result<Response<UnreadCounts>, Fault> {
        let ids = tickets.iter().map(TicketId::to_string).collect();
        let mut request = ListUnreadNewInstantMessages::new(ids);
        request.group_id = about.group();
        let answer = self.wire.send(&request, about.options).await?;
        answer.needs("imunread")?;
        if answer.body.imunread.is_none() {
            return Err(answer.unlike("there is no imunread"));
        }
        let mut undecodable = convert::undecodable(&answer.undecodable, "imunread");
        if answer.complains && undecodable.is_empty() && has_none(answer.body.imunread.as_deref()) {
            return Err(answer.unlike("it says failure, and imunread is empty"));
        }
        Ok(answer.map(|body| {
            let mut counts = Vec::new();
            let rows = convert::placed(body.imunread.unwrap_or_default(), &undecodable);
            for (place, count) in rows {
                // Of an id that has no reading nobody knows whose number it is.
                if let Some(odd) = convert::set_aside(&count.extra, "incident_id") {
                    let reason = convert::odd_field("imunread", "incident_id", odd);
                    undecodable.push(Undecodable::new(place, reason));
                    continue;
                }
                counts.push(UnreadCount {
                    ticket: count.incident_id.unwrap_or_default(),
                    unread: count
                        .unread_num
                        .and_then(|number| u64::try_from(number).ok()),
                });
            }
            undecodable.sort_by_key(|item| item.index);
            UnreadCounts {
                counts,
                undecodable,
            }
        }))
    }

    /// `updateNewInstantMessagesRead`.
    pub(crate) async fn mark_read(
        &self,
        ticket: &TicketId,
        about: About<'_>,
    ) -> Result<Response<()>, Fault> {
        let mut body = UpdateUnreadNewInstantMsgV2Req::default();
        body.group_id = about.group();
        let request = UpdateNewInstantMessagesRead::new(ticket.as_str(), body);
        let answer = self.wire.send(&request, about.options).await?;
        Ok(answer.map(drop))
    }

    /// `revokeMessage`. The interface takes no group.
    pub(crate) async fn recall(
        &self,
        ticket: &TicketId,
        message: &MessageId,
        options: &CallOptions,
    ) -> Result<Response<()>, Fault> {
        let request = RevokeMessage::new(ticket.as_str(), message.as_str());
        let answer = self.wire.send(&request, options).await?;
        Ok(answer.map(drop))
    }

    /// `showCaseDetail`: the only read that shows message ids.
    pub(crate) async fn detail(
        &self,
        ticket: &TicketId,
        about: About<'_>,
    ) -> Result<Response<TicketDetail>, Fault> {
        let mut request = ShowCaseDetail::new(ticket.as_str());
        request.group_id = about.group();
        let answer = self.wire.send(&request, about.options).await?;
        answer.needs("incident_detail_info")?;
        if answer.body.incident_detail_info.is_none() {
            return Err(answer.unlike("there is no incident_detail_info"));
        }
        let lost = convert::undecodable(&answer.undecodable, "message_list");
        Ok(answer.map(|body| {
            convert::detail(
                body.incident_detail_info.unwrap_or_default(),
                lost,
                self.zone,
            )
        }))
    }

    /// `showCaseStatus`. The interface takes no group.
    pub(crate) async fn status(
        &self,
        ticket: &TicketId,
        options: &CallOptions,
    ) -> Result<Response<TicketStatus>, Fault> {
        let request = ShowCaseStatus::new(ticket.as_str());
        let answer = self.wire.send(&request, options).await?;
        // A status without a reading is not "the service did not say", and an answer without one is none.
        answer.needs("status")?;
        if answer.body.status.is_none() {
            return Err(answer.unlike("there is no status"));
        }
        Ok(answer.map(|body| TicketStatus::from_code(body.status)))
    }

    /// The page in an answer. One that says nothing of its list is none.
    fn page<T>(
        &self,
        answer: Response<T>,
        of: impl FnOnce(T) -> (Option<Vec<QueryMessageInfoV2>>, Option<i64>),
    ) -> Result<Response<MessagePage>, Fault> {
        answer.needs("message_list")?;
        let answer = answer.map(of);
        let (list, count) = &answer.body;
        if list.is_none() && (answer.complains || count.is_none()) {
            return Err(
                answer.unlike("there is no message_list, and nothing says that it would be empty")
            );
        }
        let lost = convert::undecodable(&answer.undecodable, "message_list");
        if answer.complains && lost.is_empty() && has_none(list.as_deref()) {
            return Err(answer.unlike("it says failure, and message_list is empty"));
        }
        Ok(answer.map(|(list, count)| {
            let has_list = list.is_some();
            let readable = convert::messages(list.unwrap_or_default(), lost, self.zone);
            MessagePage {
                has_list,
                messages: readable.messages,
                undecodable: readable.undecodable,
                count: count.and_then(|count| u64::try_from(count).ok()),
            }
        }))
    }
}

/// The service's own time (`Date` header), to the second.
pub(crate) fn date<T>(answer: &Response<T>) -> Option<Timestamp> {
    after::date(&answer.headers)
}

/// Whether a machine on the way had stored the answer, and gave it once more.
pub(crate) fn is_stored<T>(answer: &Response<T>) -> bool {
    after::is_stored(&answer.headers)
}

/// Whether a list is left out or empty. Beside a complaint neither says that there is nothing.
fn has_none<T>(list: Option<&[T]>) -> bool {
    list.is_none_or(<[T]>::is_empty)
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The service's error codes, for the pipeline.
pub(crate) fn error_codes() -> &'static [ErrorCode] {
    ERROR_CODES
}
