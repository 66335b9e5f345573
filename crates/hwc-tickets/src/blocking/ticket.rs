//! One ticket of a blocking client.

use super::{Client, Messages, Rows};
use crate::{
    attachments::Saved,
    error::{Error, Result},
    ids::{GroupId, MessageId, TicketId},
    messages::{
        history::History,
        mark_read::{Drain, Drained},
        message::Message,
        recall::{LastMessage, Recalled},
        submit::Sent,
    },
    tickets::{
        contact::SetContact,
        detail::{TicketDetail, TicketStatus},
        end::Ended,
        entry::LogEntry,
        rating::Rating,
        score::Scored,
    },
};
use std::{future::IntoFuture, path::PathBuf};

/// A handle of one ticket whose calls wait for their end. Cheap to clone; making one sends nothing.
///
/// Every verb does what the one of the same name does on [`crate::Ticket`], with the same errors; and
/// inside an asynchronous runtime it fails with
/// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) before anything is sent.
#[derive(Debug, Clone)]
pub struct Ticket {
    ticket: crate::Ticket,
    client: Client,
}

impl Ticket {
    pub(super) fn new(ticket: crate::Ticket, client: Client) -> Self {
        Self { ticket, client }
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &TicketId {
        self.ticket.id()
    }

    /// The group the calls act for: its own, or else that of the client.
    #[must_use]
    pub fn group(&self) -> Option<&GroupId> {
        self.ticket.group()
    }

    /// Acts for `group`, as a colleague's ticket needs it (D-32).
    #[must_use]
    pub fn with_group(mut self, group: GroupId) -> Self {
        self.ticket = self.ticket.with_group(group);
        self
    }

    /// The client it belongs to.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Waits for any call of the asynchronous ticket: so each option that a call has, it has here.
    ///
    /// ```no_run
    /// # fn example(ticket: hwc_tickets::blocking::Ticket) -> hwc_tickets::Result<()> {
    /// use std::time::Duration;
    /// ticket.block_on(|ticket| ticket.submit("Please restart node 7").with_reference())?;
    /// ticket.block_on(|ticket| ticket.mark_read().timeout(Duration::from_secs(5)))?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of the call; [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) inside an
    /// asynchronous runtime.
    pub fn block_on<'a, C, T, E>(
        &'a self,
        call: impl FnOnce(&'a crate::Ticket) -> C,
    ) -> Result<T, E>
    where
        C: IntoFuture<Output = Result<T, E>>,
        E: From<Error>,
    {
        self.client.block_on(|_| call(&self.ticket))
    }

    /// Submits a message: see [`Ticket::submit`](crate::Ticket::submit). For attachments, confirmation,
    /// long texts and more see [`Ticket::block_on`].
    ///
    /// # Errors
    /// As of [`Submit`](crate::Submit): look at [`Error::delivery`] before sending anything again.
    pub fn submit(&self, text: impl Into<String>) -> Result<Sent> {
        self.block_on(|ticket| ticket.submit(text))
    }

    /// Reads the conversation, the newest message first: see [`Ticket::history`](crate::Ticket::history).
    ///
    /// # Errors
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime); those of the read come as an item.
    pub fn history(&self) -> Result<Messages> {
        self.history_with(|history| history)
    }

    /// Reads the conversation, with options.
    ///
    /// ```no_run
    /// # fn example(ticket: hwc_tickets::blocking::Ticket) -> hwc_tickets::Result<()> {
    /// for message in ticket.history_with(|history| history.oldest_first().limit(20))? {
    ///     println!("{}", message?.content);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As of [`Ticket::history`].
    pub fn history_with(&self, options: impl FnOnce(History) -> History) -> Result<Messages> {
        self.client.runtime.check()?;
        let history = options(self.ticket.history());
        Ok(Messages::new(history, &self.client.runtime))
    }

    /// Marks all messages of the ticket as read: see [`Ticket::mark_read`](crate::Ticket::mark_read).
    ///
    /// # Errors
    /// As of [`MarkRead`](crate::mark_read::MarkRead).
    pub fn mark_read(&self) -> Result<()> {
        self.block_on(crate::Ticket::mark_read)
    }

    /// Hands every unread message of the support to `handler`, at least once, and marks the ticket read
    /// after it succeeded for all: see [`Ticket::drain_unread`](crate::Ticket::drain_unread). The handler
    /// runs outside the runtime, so it may make blocking calls itself.
    ///
    /// ```no_run
    /// # fn print(_: hwc_tickets::Message) -> hwc_tickets::Result<()> { Ok(()) }
    /// # fn example(ticket: hwc_tickets::blocking::Ticket) -> hwc_tickets::Result<()> {
    /// let drained = ticket.drain_unread(|message| print(message))?;
    /// println!("{} handled", drained.handled);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As of [`Ticket::drain_unread`](crate::Ticket::drain_unread).
    pub fn drain_unread<F, E>(&self, mut handler: F) -> Result<Drained, E>
    where
        F: FnMut(Message) -> Result<(), E>,
        E: From<Error>,
    {
        let mut drain = Drain::new(self.ticket.clone());
        let mut handled = 0;
        while let Some(messages) = self.client.runtime.wait(drain.next())?? {
            for message in messages {
                handler(message)?;
                handled += 1;
            }
        }
        Ok(drain.drained(handled))
    }

    /// Takes message `id` back: see [`Ticket::recall`](crate::Ticket::recall).
    ///
    /// # Errors
    /// As of [`Recall`](crate::recall::Recall).
    pub fn recall<T>(&self, id: T) -> Result<Recalled>
    where
        T: TryInto<MessageId>,
        Error: From<T::Error>,
    {
        self.block_on(|ticket| ticket.recall(id))
    }

    /// Takes the last message of the caller back: see [`Ticket::recall_last`](crate::Ticket::recall_last).
    ///
    /// # Errors
    /// As of [`RecallLast`](crate::recall::RecallLast).
    pub fn recall_last(&self) -> Result<MessageId> {
        self.block_on(crate::Ticket::recall_last)
    }

    /// Finds the caller's last message: see [`Ticket::find_last`](crate::Ticket::find_last).
    ///
    /// # Errors
    /// As of [`FindLast`](crate::recall::FindLast).
    pub fn find_last(&self) -> Result<LastMessage> {
        self.block_on(crate::Ticket::find_last)
    }

    /// Reads the ticket as a whole: see [`Ticket::detail`](crate::Ticket::detail).
    ///
    /// # Errors
    /// As of [`Detail`](crate::tickets::detail::Detail).
    pub fn detail(&self) -> Result<TicketDetail> {
        self.block_on(crate::Ticket::detail)
    }

    /// Reads the status: see [`Ticket::status`](crate::Ticket::status).
    ///
    /// # Errors
    /// As of [`StatusQuery`](crate::tickets::detail::StatusQuery).
    pub fn status(&self) -> Result<TicketStatus> {
        self.block_on(crate::Ticket::status)
    }

    /// Closes the ticket: see [`Ticket::close`](crate::Ticket::close). To say or rate something with it: [`Ticket::block_on`].
    ///
    /// # Errors
    /// As of [`Close`](crate::tickets::end::Close).
    pub fn close(&self) -> Result<Ended> {
        self.block_on(crate::Ticket::close)
    }

    /// Confirms the result of the ticket, which closes it: see [`Ticket::confirm`](crate::Ticket::confirm).
    ///
    /// # Errors
    /// As of [`ConfirmResult`](crate::tickets::end::ConfirmResult).
    pub fn confirm(&self) -> Result<Ended> {
        self.block_on(crate::Ticket::confirm)
    }

    /// Takes the ticket back: see [`Ticket::cancel`](crate::Ticket::cancel).
    ///
    /// # Errors
    /// As of [`Cancel`](crate::tickets::end::Cancel).
    pub fn cancel(&self) -> Result<Ended> {
        self.block_on(crate::Ticket::cancel)
    }

    /// Deletes the ticket: see [`Ticket::delete`](crate::Ticket::delete).
    ///
    /// # Errors
    /// As of [`Delete`](crate::tickets::end::Delete).
    pub fn delete(&self) -> Result<Ended> {
        self.block_on(crate::Ticket::delete)
    }

    /// Asks the service to hurry: see [`Ticket::urge`](crate::Ticket::urge).
    ///
    /// # Errors
    /// As of [`Urge`](crate::tickets::urge::Urge): look at [`Error::delivery`] before urging again.
    pub fn urge(&self) -> Result<()> {
        self.block_on(crate::Ticket::urge)
    }

    /// Rates the ticket: see [`Ticket::score`](crate::Ticket::score).
    ///
    /// # Errors
    /// As of [`Score`](crate::tickets::score::Score): look at [`Error::delivery`] before rating again.
    pub fn score(&self, rating: Rating) -> Result<Scored> {
        self.block_on(|ticket| ticket.score(rating))
    }

    /// Changes whom to reach about the ticket: see [`Ticket::set_contact`](crate::Ticket::set_contact).
    ///
    /// ```no_run
    /// # fn example(ticket: hwc_tickets::blocking::Ticket) -> hwc_tickets::Result<()> {
    /// ticket.set_contact(|contact| contact.mail("me@example.com"))?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As of [`SetContact`].
    pub fn set_contact(&self, change: impl FnOnce(SetContact) -> SetContact) -> Result<()> {
        self.block_on(|ticket| change(ticket.set_contact()))
    }

    /// What was done to the ticket: see [`Ticket::log`](crate::Ticket::log).
    ///
    /// # Errors
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime); those of the read come as an item.
    pub fn log(&self) -> Result<Rows<LogEntry>> {
        self.client.runtime.check()?;
        Ok(Rows::new(self.ticket.log().items(), &self.client.runtime))
    }

    /// Saves the ticket as a file as `path`, where nothing may stand yet: see
    /// [`Ticket::export`](crate::Ticket::export).
    ///
    /// # Errors
    /// As of [`Export::to`](crate::tickets::export::Export::to).
    pub fn export(&self, path: impl Into<PathBuf> + Send) -> Result<Saved> {
        self.block_on(|ticket| ticket.export().to(path))
    }

    /// The messages with their ids: see
    /// [`Ticket::messages_with_ids`](crate::Ticket::messages_with_ids).
    ///
    /// # Errors
    /// Every kind of a read.
    pub fn messages_with_ids(&self) -> Result<Vec<Message>> {
        self.block_on(crate::Ticket::messages_with_ids)
    }

    /// The id of `message`: see [`Ticket::find_id`](crate::Ticket::find_id).
    ///
    /// # Errors
    /// Every kind of a read.
    pub fn find_id(&self, message: &Message) -> Result<Option<MessageId>> {
        self.block_on(|ticket| ticket.find_id(message))
    }
}
