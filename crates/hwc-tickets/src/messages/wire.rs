//! The calls about messages.

pub(crate) mod convert;

use crate::{
    config::submit_type::SubmitType,
    ids::{AttachmentId, MessageId, TicketId},
    messages::message::{Message, Undecodable},
    service::{About, Response, Service, rows},
};
use hwc_core::{CallOptions, Fault};
use hwc_tickets_wire::{
    ListAnswer,
    messages::{
        CreateMessageDoV2, CreateMessageV2Req, CreateMessages, ListMessages,
        ListMoreInstantMessages, ListNewInstantMessages, ListUnreadNewInstantMessages,
        QueryMessageInfoV2, RevokeMessage, UpdateNewInstantMessagesRead,
        UpdateUnreadNewInstantMsgV2Req,
    },
};
use secrecy::{ExposeSecret as _, SecretString};

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
    /// New messages of each ticket that has some. The ticket id is as the service sent it, and one that was asked for wherever there
    /// are messages.
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

impl Service {
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
        body.type_ = match self.submit_type() {
            SubmitType::Value(value) => Some(i64::from(value)),
            SubmitType::LeaveOut => None,
        };
        let request = CreateMessages::new(ticket.as_str(), body);
        let answer = self.send(&request, about.options).await?;
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
        let answer = self.send(&request, about.options).await?;
        self.page(answer, |body| (body.message_list.as_deref(), body.count))
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
        let answer = self.send(&request, about.options).await?;
        self.page(answer, |body| (body.message_list.as_deref(), body.count))
    }

    /// `listNewInstantMessages`: at most [`MAX_TICKETS`] tickets; `cursor` as the last answer gave it.
    pub(crate) async fn news(
        &self,
        tickets: &[TicketId],
        cursor: Option<&str>,
        about: About<'_>,
    ) -> Result<Response<News>, Fault> {
        let ids = texts(tickets);
        let mut request = ListNewInstantMessages::new(ids);
        request.group_id = about.group();
        request.last_message_time_id = cursor.map(str::to_owned);
        let answer = self.send(&request, about.options).await?;
        answer.needs("immsg")?;
        let body = &answer.body;
        let is_answered = body.imstatus.is_some() || body.last_message_time_id.is_some();
        if body.immsg.is_none() && (answer.partial_failure || !is_answered) {
            return Err(answer.unlike("there is no immsg, and nothing says that it would be empty"));
        }
        let has_lost = !answer.undecodable.is_empty();
        refuse_none(&answer, "immsg", body.immsg.as_deref(), has_lost)?;
        let lost = answer.undecodable.clone();
        Ok(answer.map(|body| {
            let mut undecodable = rows::undecodable(&lost, "immsg");
            let mut messages = Vec::new();
            let rows = rows::placed(body.immsg.unwrap_or_default(), &undecodable);
            for (place, ticket) in rows {
                let lost = convert::undecodable_news(&lost, place);
                match convert::news(ticket, lost, self.zone()) {
                    Ok((id, readable)) => {
                        // The position of the answer lies behind them: they do not come again, so that they came is told. An entry without
                        // messages is left out in silence: with it nothing is lost.
                        match convert::stray(&id, tickets) {
                            Some(reason) if !readable.messages.is_empty() => {
                                undecodable.push(Undecodable::new(place, reason));
                            }
                            _ => messages.push((id, readable.messages)),
                        }
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
        let ids = texts(tickets);
        let mut request = ListUnreadNewInstantMessages::new(ids);
        request.group_id = about.group();
        let answer = self.send(&request, about.options).await?;
        answer.needs("imunread")?;
        if answer.body.imunread.is_none() {
            return Err(answer.unlike("there is no imunread"));
        }
        let mut undecodable = rows::undecodable(&answer.undecodable, "imunread");
        let list = answer.body.imunread.as_deref();
        refuse_none(&answer, "imunread", list, !undecodable.is_empty())?;
        Ok(answer.map(|body| {
            let rows = body.imunread.unwrap_or_default();
            let mut counts = Vec::with_capacity(rows.len());
            let rows = rows::placed(rows, &undecodable);
            for (place, count) in rows {
                // Of an id that has no reading nobody knows whose number it is.
                if let Some(odd) = rows::set_aside(&count.extra, "incident_id") {
                    let reason = rows::odd_field("imunread", "incident_id", odd);
                    undecodable.push(Undecodable::new(place, reason));
                    continue;
                }
                let ticket = count.incident_id.unwrap_or_default();
                if ticket.is_empty() {
                    let reason = convert::without_id("imunread");
                    undecodable.push(Undecodable::new(place, reason));
                    continue;
                }
                counts.push(UnreadCount {
                    ticket,
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
        let answer = self.send(&request, about.options).await?;
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
        let answer = self.send(&request, options).await?;
        Ok(answer.map(drop))
    }

    /// The page in an answer, of whose list and total `of` tells. One that says nothing of its list is none.
    fn page<T>(
        &self,
        answer: Response<T>,
        of: impl FnOnce(&T) -> (Option<&[QueryMessageInfoV2]>, Option<i64>),
    ) -> Result<Response<MessagePage>, Fault>
    where
        T: ListAnswer<Item = QueryMessageInfoV2>,
    {
        answer.needs(T::LIST)?;
        let (list, count) = of(&answer.body);
        if list.is_none() && (answer.partial_failure || count.is_none()) {
            return Err(
                answer.unlike("there is no message_list, and nothing says that it would be empty")
            );
        }
        let lost = rows::undecodable(&answer.undecodable, T::LIST);
        refuse_none(&answer, T::LIST, list, !lost.is_empty())?;
        let has_list = list.is_some();
        // The facts of the call are moved once: there are many of them.
        Ok(answer.map(|body| {
            let rows = body.list().unwrap_or_default();
            let readable = convert::messages(rows, lost, self.zone());
            MessagePage {
                has_list,
                messages: readable.messages,
                undecodable: readable.undecodable,
                count: count.and_then(|count| u64::try_from(count).ok()),
            }
        }))
    }
}

/// Refuses an answer that reports a failure while its list `field` is left out or empty: neither says that there is nothing.
/// With `has_lost` there was something that could not be read.
fn refuse_none<T, R>(
    answer: &Response<T>,
    field: &str,
    list: Option<&[R]>,
    has_lost: bool,
) -> Result<(), Fault> {
    if answer.partial_failure && !has_lost && list.is_none_or(<[R]>::is_empty) {
        return Err(answer.unlike(format_args!("it reports a failure, and {field} is empty")));
    }
    Ok(())
}

/// The ids as a request names them. There may be a hundred, so none goes through what formats.
fn texts(tickets: &[TicketId]) -> Vec<String> {
    tickets.iter().map(|id| id.as_str().to_owned()).collect()
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
