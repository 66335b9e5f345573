//! The same verbs without `async`, for scripts and for programs without a runtime.
//!
//! Needs the feature `blocking`. A blocking client is the asynchronous one and one thread: what happens
//! on the wire, the deadlines, the errors and the types are the same, and so are their documents. Calls
//! with options go through [`Ticket::block_on`] and [`Client::block_on`].
//!
//! ```no_run
//! # fn example() -> hwc_tickets::Result<()> {
//! use hwc_tickets::{Confirm, blocking::Client};
//!
//! let ticket = Client::from_env()?.ticket("case-123")?;
//! ticket.submit("Hello from a script")?;
//! ticket.block_on(|ticket| ticket.submit("And again").confirm(Confirm::Always))?;
//! for message in ticket.history()? {
//!     println!("{}", message?.content);
//! }
//! # Ok(()) }
//! ```
//!
//! Inside an asynchronous runtime a blocking call would hold up everything else, so there it is refused
//! with [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) before anything is sent. A closure
//! of `spawn_blocking` counts as inside, because it cannot be told from a task; a thread of the standard
//! library does not. Making, cloning and dropping clients and tickets is allowed everywhere.

mod iterate;
mod lookups;
mod runtime;
mod ticket;

pub use iterate::{
    AllEvents, Events, Items, Messages, Outcomes, Pages, RowPages, Rows, TicketEvents,
};
pub use lookups::Lookups;
pub use ticket::Ticket;

use self::runtime::Runtime;
use crate::{
    api::{self, Call, Caller, Described, Paged, call::answered, described::sealed::Sealed},
    attachments::{DownloadSource, FileSource, Saved, UploadLimits, Uploaded},
    config::ClientBuilder,
    doubt::origin::Origin,
    error::{Error, Result},
    ids::{GroupId, TicketId},
    messages::{
        follow::Follow,
        submit::{Draft, Outcome, Pending, PendingId, Reconciled, SubmitAll},
        unread::{AllUnread, UnreadAll, UnreadCounts, UnreadQuery},
    },
    tickets::{
        create::{
            CreateTicket, Created, DraftCheck, PendingTicket, ReconciledTicket, TicketDraft,
            TicketOutcome,
        },
        follow_all::FollowAll,
        follow_new::FollowNew,
        list::ListTickets,
        listed::ListedTicket,
    },
};
use futures_util::stream;
use std::{fmt, future::IntoFuture, path::PathBuf, sync::Arc};

/// A client of Huawei Cloud Service Tickets whose calls wait for their end.
///
/// Cheap to clone; clones share connections, credentials, limits and the one thread behind them, which
/// lives as long as the last clone or ticket and also renews credentials in the background. Threads may
/// use one client at the same time. `Debug` shows no secret.
#[derive(Clone)]
pub struct Client {
    client: crate::Client,
    runtime: Arc<Runtime>,
}

impl ClientBuilder {
    /// Makes a blocking client. Opens no connection; starts a thread.
    ///
    /// # Errors
    /// As of [`ClientBuilder::build`];
    /// [`ErrorKind::LimitExceeded`](crate::ErrorKind::LimitExceeded) when the system gives no thread.
    pub fn build_blocking(self) -> Result<Client> {
        blocking(self)
    }
}

impl ClientBuilder<Client> {
    /// Makes the client. Opens no connection; starts a thread.
    ///
    /// # Errors
    /// As of [`ClientBuilder::build_blocking`].
    pub fn build(self) -> Result<Client> {
        blocking(self)
    }
}

fn blocking<C>(builder: ClientBuilder<C>) -> Result<Client> {
    Ok(Client {
        client: builder.client()?,
        runtime: Arc::new(Runtime::start()?),
    })
}

impl Client {
    /// Starts a client: its `build` makes a blocking one.
    ///
    /// ```
    /// use hwc_tickets::{SecretString, blocking::Client};
    /// let client: Client = Client::builder().token(SecretString::from("t")).build()?;
    /// # Ok::<(), hwc_tickets::Error>(())
    /// ```
    pub fn builder() -> ClientBuilder<Self> {
        ClientBuilder::new()
    }

    /// A client as the environment describes it: see [`ClientBuilder::from_env`] for what is read.
    ///
    /// # Errors
    /// As of [`Client::from_env`](crate::Client::from_env);
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) inside an asynchronous runtime.
    pub fn from_env() -> Result<Self> {
        let runtime = Runtime::start()?;
        let client = runtime.wait(crate::Client::from_env())??;
        Ok(Self {
            client,
            runtime: Arc::new(runtime),
        })
    }

    /// A handle of ticket `id`. Checks the id and sends nothing.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when `id` is not a ticket id.
    pub fn ticket<T>(&self, id: T) -> Result<Ticket>
    where
        T: TryInto<TicketId>,
        Error: From<T::Error>,
    {
        let ticket = self.client.ticket(id)?;
        Ok(Ticket::new(ticket, self.clone()))
    }

    /// The group that calls act for unless they say otherwise.
    #[must_use]
    pub fn group(&self) -> Option<&GroupId> {
        self.client.group()
    }

    /// Where it sends, and as whom: see [`Client::origin`](crate::Client::origin).
    #[must_use]
    pub fn origin(&self) -> &Origin {
        self.client.origin()
    }

    /// A call of any operation: see [`Client::call`](crate::Client::call). It is made by [`Call::call`].
    pub fn call<R: Described>(&self, request: R) -> Call<R, Self> {
        Call::new(self, None, request)
    }

    /// Waits for any call of the asynchronous client, e.g. one with options.
    ///
    /// ```no_run
    /// # fn example(client: hwc_tickets::blocking::Client, pending: hwc_tickets::Pending) -> hwc_tickets::Result<()> {
    /// use std::time::Duration;
    /// client.block_on(|client| client.reconcile_within(&pending, Duration::from_secs(60)))?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of the call; [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) inside an
    /// asynchronous runtime.
    pub fn block_on<'a, C, T, E>(
        &'a self,
        call: impl FnOnce(&'a crate::Client) -> C,
    ) -> Result<T, E>
    where
        C: IntoFuture<Output = Result<T, E>>,
        E: From<Error>,
    {
        self.runtime.wait(call(&self.client))?
    }

    /// How many messages of `tickets` this account has not read: see
    /// [`Client::unread`](crate::Client::unread). `options` sets the concurrency and more; `|query| query`
    /// leaves all as it is.
    ///
    /// ```no_run
    /// # fn example(client: hwc_tickets::blocking::Client, ids: Vec<hwc_tickets::TicketId>) -> hwc_tickets::Result<()> {
    /// let unread_counts = client.unread(ids, |query| query.concurrency(8))?;
    /// println!("{} unread", unread_counts.total());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) alone; what could not be answered is
    /// in the result, by name.
    pub fn unread(
        &self,
        tickets: impl IntoIterator<Item = TicketId>,
        options: impl FnOnce(UnreadQuery) -> UnreadQuery,
    ) -> Result<UnreadCounts> {
        self.runtime.wait(options(self.client.unread(tickets)))
    }

    /// How many messages this account has not read, over all its tickets: see
    /// [`Client::unread_all`](crate::Client::unread_all). `|query| query` leaves all as it is.
    ///
    /// # Errors
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) alone; what could not be listed or answered is in the result.
    pub fn unread_all(&self, options: impl FnOnce(UnreadAll) -> UnreadAll) -> Result<AllUnread> {
        self.runtime.wait(options(self.client.unread_all()))
    }

    /// Submits many messages: see [`Client::submit_all`](crate::Client::submit_all). `options` sets the
    /// concurrency and what stops it; `|options| options` leaves them as they are.
    ///
    /// The messages are under way only while the iterator is waited for: take its outcomes without long
    /// pauses. Dropping it begins no further message and cancels those under way.
    ///
    /// ```no_run
    /// # fn example(client: hwc_tickets::blocking::Client, drafts: Vec<hwc_tickets::Draft>) -> hwc_tickets::Result<()> {
    /// use hwc_tickets::ErrorKind;
    /// for item in client.submit_all(drafts, |options| options.stop_on(ErrorKind::Unauthorized))? {
    ///     let (draft, outcome) = item?;
    ///     match outcome {
    ///         Ok(_) => println!("{} ok", draft.ticket),
    ///         Err(error) => println!("{} {:?} {error}", draft.ticket, error.delivery()),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) alone: nothing was sent.
    pub fn submit_all<D>(
        &self,
        drafts: D,
        options: impl FnOnce(SubmitAll) -> SubmitAll,
    ) -> Result<Outcomes>
    where
        D: IntoIterator<Item = Draft>,
        D::IntoIter: Send + 'static,
    {
        self.runtime.check()?;
        let submits = options(self.client.submit_all(stream::iter(drafts)));
        Ok(Outcomes::new(submits, &self.runtime))
    }

    /// Follows `tickets`: see [`Client::follow`](crate::Client::follow). `options` sets where it begins,
    /// the cursor and more; `|follow| follow` leaves all as it is.
    ///
    /// Each step waits until something happens, which may take as long as nobody writes; a
    /// [`StopHandle`](crate::StopHandle) ends the wait from another thread.
    ///
    /// ```no_run
    /// # fn example(client: hwc_tickets::blocking::Client, ids: Vec<hwc_tickets::TicketId>) -> hwc_tickets::Result<()> {
    /// use hwc_tickets::{CursorFile, Event};
    /// let file = CursorFile::open("cursor.json")?;
    /// for event in client.follow(ids, |follow| follow.cursor_file(file).skip_own())? {
    ///     match event {
    ///         Event::Message { ticket, message } => println!("{ticket}: {}", message.content),
    ///         Event::Degraded { error, next_try } => eprintln!("{error}; again in {next_try:?}"),
    ///         Event::Fatal(error) => return Err(error),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) alone; what fails later comes as an
    /// event.
    pub fn follow(
        &self,
        tickets: impl IntoIterator<Item = TicketId>,
        options: impl FnOnce(Follow) -> Follow,
    ) -> Result<Events> {
        self.runtime.check()?;
        let events = options(self.client.follow(tickets)).stream();
        Ok(Events::new(events, &self.runtime))
    }

    /// Follows all tickets of the caller: see [`Client::follow_all`](crate::Client::follow_all). `options` sets the cursor and more;
    /// `|follow| follow` leaves all as it is. Each step waits as that of [`Client::follow`].
    ///
    /// # Errors
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) alone; what fails later comes as an event.
    pub fn follow_all(&self, options: impl FnOnce(FollowAll) -> FollowAll) -> Result<AllEvents> {
        self.runtime.check()?;
        let events = options(self.client.follow_all()).stream();
        Ok(AllEvents::new(events, &self.runtime))
    }

    /// Uploads a file: see [`Client::upload`](crate::Client::upload). Its options go through [`Client::block_on`].
    ///
    /// ```no_run
    /// # fn example(client: hwc_tickets::blocking::Client) -> hwc_tickets::Result<()> {
    /// let file = client.upload("/var/log/disk.log")?;
    /// let ticket = client.ticket("case-123")?;
    /// ticket.block_on(|ticket| ticket.submit("Here is the log.").attach(file))?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As of [`Upload`](crate::attachments::Upload); [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) inside an
    /// asynchronous runtime.
    pub fn upload(&self, file: impl Into<FileSource>) -> Result<Uploaded> {
        let file = file.into();
        self.block_on(|client| client.upload(file))
    }

    /// What may be uploaded: see [`Client::upload_limits`](crate::Client::upload_limits).
    ///
    /// # Errors
    /// Every kind of a read; [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) inside an asynchronous runtime.
    pub fn upload_limits(&self) -> Result<UploadLimits> {
        self.block_on(crate::Client::upload_limits)
    }

    /// Downloads an attachment and saves it as `path`, whole or not at all, and never over a file that is there: see
    /// [`Save`](crate::attachments::Save). Its options go through [`Client::block_on`].
    ///
    /// # Errors
    /// As of [`Save`](crate::attachments::Save); [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) inside an
    /// asynchronous runtime.
    pub fn download_to(
        &self,
        what: impl Into<DownloadSource>,
        path: impl Into<PathBuf>,
    ) -> Result<Saved> {
        self.block_on(|client| client.download(what).to(path))
    }

    /// Downloads an attachment and saves it in `directory` under its own name, made safe: see
    /// [`Download::into_directory`](crate::attachments::Download::into_directory).
    ///
    /// # Errors
    /// As of [`Client::download_to`].
    pub fn download_into(
        &self,
        what: impl Into<DownloadSource>,
        directory: impl Into<PathBuf>,
    ) -> Result<Saved> {
        self.block_on(|client| client.download(what).into_directory(directory))
    }

    /// Finds out what became of a submit whose outcome was not known: see
    /// [`Client::reconcile`](crate::Client::reconcile).
    ///
    /// # Errors
    /// When the ticket could not be read at all. The record stays good: try again later.
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) inside an asynchronous runtime.
    pub fn reconcile(&self, pending: &Pending) -> Result<Outcome> {
        self.block_on(|client| client.reconcile(pending))
    }

    /// Reconciles every record of the outbox: see
    /// [`Client::reconcile_outbox`](crate::Client::reconcile_outbox).
    ///
    /// # Errors
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) alone; each record has its own
    /// outcome.
    pub fn reconcile_outbox(&self) -> Result<Vec<Reconciled>> {
        self.runtime.wait(self.client.reconcile_outbox())
    }

    /// Reconciles many records: see [`Client::reconcile_all`](crate::Client::reconcile_all).
    ///
    /// # Errors
    /// As of any other call of this client: see [`Client::block_on`].
    pub fn reconcile_all(
        &self,
        records: impl IntoIterator<Item = Pending>,
    ) -> Result<Vec<Reconciled>> {
        self.runtime.wait(self.client.reconcile_all(records))
    }

    /// Ends the doubt about a submit: see [`Client::forget`](crate::Client::forget).
    ///
    /// # Errors
    /// [`ErrorKind::Storage`](crate::ErrorKind::Storage) when the outbox cannot remove the record.
    pub fn forget(&self, id: PendingId) -> Result<()> {
        self.client.forget(id)
    }

    /// Opens a ticket: see [`Client::create_ticket`](crate::Client::create_ticket). `options` says what was agreed to, a key and
    /// more; `|create| create` leaves all as it is.
    ///
    /// # Errors
    /// As of [`CreateTicket`]; [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) inside an asynchronous runtime.
    pub fn create_ticket(
        &self,
        draft: TicketDraft,
        options: impl FnOnce(CreateTicket) -> CreateTicket,
    ) -> Result<Created> {
        self.block_on(|client| options(client.create_ticket(draft)))
    }

    /// Says what is wrong with a draft: see [`Client::check_ticket`](crate::Client::check_ticket).
    ///
    /// # Errors
    /// As there; [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) inside an asynchronous runtime.
    pub fn check_ticket(&self, draft: &TicketDraft) -> Result<DraftCheck> {
        self.block_on(|client| client.check_ticket(draft))
    }

    /// Finds out what became of a ticket in doubt: see [`Client::reconcile_ticket`](crate::Client::reconcile_ticket).
    ///
    /// # Errors
    /// As there; [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) inside an asynchronous runtime.
    pub fn reconcile_ticket(&self, pending: &PendingTicket) -> Result<TicketOutcome> {
        self.block_on(|client| client.reconcile_ticket(pending))
    }

    /// Reconciles every record of a ticket: see [`Client::reconcile_tickets`](crate::Client::reconcile_tickets).
    ///
    /// # Errors
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) alone; each record has its own outcome.
    pub fn reconcile_tickets(&self) -> Result<Vec<ReconciledTicket>> {
        self.runtime.wait(self.client.reconcile_tickets())
    }

    /// Reconciles many records of tickets: see [`Client::reconcile_all_tickets`](crate::Client::reconcile_all_tickets).
    ///
    /// # Errors
    /// As of any other call of this client: see [`Client::block_on`].
    pub fn reconcile_all_tickets(
        &self,
        records: impl IntoIterator<Item = PendingTicket>,
    ) -> Result<Vec<ReconciledTicket>> {
        let reconciling = self.client.reconcile_all_tickets(records);
        self.runtime.wait(reconciling)
    }

    /// The tickets whose opening is in doubt: see [`Client::pending_tickets`](crate::Client::pending_tickets).
    #[must_use]
    pub fn pending_tickets(&self) -> Vec<PendingTicket> {
        self.client.pending_tickets()
    }

    /// Ends the doubt about a ticket: see [`Client::forget_ticket`](crate::Client::forget_ticket).
    ///
    /// # Errors
    /// [`ErrorKind::Storage`](crate::ErrorKind::Storage) when the outbox cannot remove the record.
    pub fn forget_ticket(&self, id: PendingId) -> Result<()> {
        self.client.forget_ticket(id)
    }

    /// Takes note of what was kept under a key: see [`Client::acknowledge`](crate::Client::acknowledge).
    ///
    /// # Errors
    /// As there.
    pub fn acknowledge(&self, key: &str) -> Result<()> {
        self.client.acknowledge(key)
    }

    /// The submits whose outcome is not known: see [`Client::pending`](crate::Client::pending).
    #[must_use]
    pub fn pending(&self) -> Vec<Pending> {
        self.client.pending()
    }
}

impl<R: Described> Call<R, Client>
where
    R::Response: Send,
{
    /// Makes the call, and waits for its end.
    ///
    /// # Errors
    /// As every call; [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) inside an asynchronous runtime.
    pub fn call(self) -> Result<api::Response<R::Answer<Client>>> {
        let caller = self.caller.clone();
        caller.block_on(|_| answered(self))
    }
}

impl<R: Paged> Call<R, Client> {
    /// The pages, one after the other: see [`Call::pages`](Call::<R>::pages) of the asynchronous client.
    ///
    /// # Errors
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) alone: nothing was sent.
    pub fn pages(self) -> Result<Pages<R>> {
        self.caller.runtime.check()?;
        let runtime = Arc::clone(&self.caller.runtime);
        Ok(Pages::new(api::Pages::new(self), &runtime))
    }

    /// The items, one after the other: see [`Call::items`](Call::<R>::items) of the asynchronous client.
    ///
    /// # Errors
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) alone: nothing was sent.
    pub fn items(self) -> Result<Items<R>> {
        self.caller.runtime.check()?;
        let runtime = Arc::clone(&self.caller.runtime);
        Ok(Items::new(api::Items::new(self), &runtime))
    }
}

impl api::Tickets<Client> {
    /// Follows the list of tickets: see [`follow_new`](api::Tickets::<crate::Client>::follow_new) of the asynchronous client.
    /// `options` sets where it begins and more; `|follow| follow` leaves all as it is.
    ///
    /// # Errors
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) alone; what fails later comes as an event.
    pub fn follow_new(&self, options: impl FnOnce(FollowNew) -> FollowNew) -> Result<TicketEvents> {
        let runtime = &self.client.runtime;
        runtime.check()?;
        let events = options(FollowNew::new(&self.client.client)).stream();
        Ok(TicketEvents::new(events, runtime))
    }
}

impl ListTickets<Client> {
    /// One page of tickets: as awaiting it for an asynchronous client.
    ///
    /// # Errors
    /// As of [`Tickets::list`](api::Tickets::list); [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) inside an
    /// asynchronous runtime.
    pub fn call(self) -> Result<api::Page<ListedTicket>> {
        let caller = self.caller().clone();
        caller.block_on(|_| self.one())
    }

    /// The tickets, page by page.
    ///
    /// # Errors
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) alone: nothing was sent.
    pub fn pages(self) -> Result<RowPages<ListedTicket>> {
        let runtime = Arc::clone(&self.caller().runtime);
        runtime.check()?;
        Ok(RowPages::new(self.read(), &runtime))
    }

    /// The tickets, one by one.
    ///
    /// # Errors
    /// [`ErrorKind::InsideRuntime`](crate::ErrorKind::InsideRuntime) alone: nothing was sent.
    pub fn items(self) -> Result<Rows<ListedTicket>> {
        let runtime = Arc::clone(&self.caller().runtime);
        runtime.check()?;
        Ok(Rows::new(
            crate::tickets::rows::Rows::new(self.read()),
            &runtime,
        ))
    }
}

impl Sealed for Client {}

impl Caller for Client {
    fn client(&self) -> &crate::Client {
        &self.client
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("blocking::Client")
            .field(&self.client)
            .finish()
    }
}
