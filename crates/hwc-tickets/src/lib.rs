//! Rust SDK for Huawei Cloud Service Tickets (OSM v2): messages that are never doubled, never gapped,
//! never misread.
//!
//! An independent community project, checked against the published documents and a simulator, not
//! against the live service.
//!
//! ```no_run
//! # async fn example() -> hwc_tickets::Result<()> {
//! use hwc_tickets::Client;
//!
//! let client = Client::from_env().await?;
//! let sent = client.ticket("case-123")?.submit("The disk is full again.").await?;
//! println!("in the ticket after {} attempt(s)", sent.attempts);
//! # Ok(()) }
//! ```
//!
//! A [`Client`] is made once and cloned freely; [`Client::ticket`] gives a handle of one [`Ticket`].
//!
//! # What it can do
//!
//! | verb | does | more in |
//! |---|---|---|
//! | [`Ticket::submit`] | sends a message once, and tells what became of it | [`docs::delivery`] |
//! | [`Submit::split_long`] | sends a long text in numbered parts | [`submit`] |
//! | [`Client::submit_all`] | sends many messages, each with its own outcome | [`docs::delivery`] |
//! | [`Client::reconcile`], [`Client::reconcile_outbox`], [`Client::forget`] | finds out later what became of a submit, or ends the doubt | [`docs::delivery`] |
//! | [`Ticket::history`] | the conversation as a stream, in either order, with a [`ReadReport`] | [`docs::paging`] |
//! | [`Client::unread`] | how much is unread, over any number of tickets | [`unread`] |
//! | [`Client::unread_all`] | the same over all tickets of the caller, without naming them | [`unread`] |
//! | [`Client::follow`] | new messages as they come, across restarts | [`docs::following`] |
//! | [`Client::follow_all`] | all tickets, old and new, and their messages, with one cursor | [`docs::following`] |
//! | [`Ticket::mark_read`], [`Ticket::drain_unread`] | marks read; handles what is unread first | [`mark_read`] |
//! | [`Ticket::recall`], [`Ticket::recall_last`], [`Ticket::find_last`] | takes a message back | [`recall`] |
//! | [`Client::create_ticket`], [`Client::check_ticket`] | opens a ticket once, and says what is wrong with it before | [`docs::opening`] |
//! | [`Client::lookups`] | what a ticket can be about, typed and kept for a while | [`docs::opening`] |
//! | [`Client::acknowledge`] | with a key of your own: nothing twice across a crash | [`docs::delivery`] |
//! | [`Client::upload`], [`Client::download`], [`Submit::attach`] | files up and down, checked first, whole or not at all | [`docs::attachments`] |
//! | [`Ticket::detail`], [`Ticket::status`] | the ticket itself; the only place with message ids | [`tickets::detail`] |
//! | [`Tickets::list`](api::Tickets::list) | the tickets, each once, with a report of what may be missing | [`docs::paging`] |
//! | [`Ticket::close`], [`Ticket::confirm`], [`Ticket::cancel`], [`Ticket::delete`] | ends a ticket; done twice it is done once | [`tickets::end`] |
//! | [`Ticket::urge`], [`Ticket::score`], [`Ticket::set_contact`], [`Ticket::log`], [`Ticket::export`] | what else is done to a ticket | [`tickets`] |
//! | [`Tickets::follow_new`](api::Tickets::follow_new) | new tickets and changes of their status, across restarts | [`follow_new`] |
//! | [`Client::tickets`], [`Client::labels`], [`Client::attachments`], [`Client::call`] | the other operations, in the service's own words | [`api`] |
//!
//! Every failure is an [`Error`] with a kind, the outcome of the message, and what to do:
//! [`docs::errors`]. Times are instants in the zone that was asked for: [`docs::time`]. Why all this is
//! so: [`docs::design`]. How it compares with the official SDKs: [`docs::compare`]. How to test your own
//! program: [`docs::testing`]. Every operation, with its method and its command: [`docs::operations`].
//!
//! Every call ends within its deadline (30 s unless told otherwise). Dropping a future cancels the call
//! and leaves nothing behind. Nothing is written to disk and nothing is sent anywhere unless asked for.
//!
//! # Runtime
//!
//! Calls run on tokio: inside any kind of its runtime, with I/O and time enabled, as `#[tokio::main]` and `enable_all` do. One thread is
//! enough: `flavor = "current_thread"`, with `rt` in the place of `rt-multi-thread`. Elsewhere a call panics, because tokio does. The feature
//! `blocking` brings a runtime of its own. In `Cargo.toml`:
//!
//! ```toml
//! [dependencies]
//! hwc-tickets = { git = "<address of the repository>" }
//! tokio = { version = "1", features = ["macros", "net", "rt-multi-thread", "time"] }
//! ```
//!
//! # Who you are, and where to
//!
//! [`Client::from_env`] takes address and credentials from the environment; [`Client::builder`] takes them
//! from you: a token, keys, a password, or any [`identity`]. Time limits, repeats, pace, proxy, language and time
//! zone are settings of the [`ClientBuilder`]; many can be changed for one call.
//!
//! # Examples
//!
//! In the folder `examples`; `cargo run -p hwc-tickets --all-features --example NAME` runs one. Those with a star need no account: a simulated
//! service in the same process answers.
//!
//! | example | shows |
//! |---|---|
//! | `conversation` * | a whole conversation: sign in with a password, a lost answer, follow, unread, history, mark read, recall |
//! | `tickets` * | a ticket is opened, listed and closed; what to do after an error |
//! | `snippets` * | the everyday tasks, one in each file: a lost answer, many messages, files, own settings, without `async` |
//! | `test_your_bridge` * | a program of yours against the worst network |
//! | `bridge` | a whole program: mirrors all tickets, takes answers from a folder, and may be killed at any moment |
//! | `talk` | a conversation from the terminal |
//! | `drain` | handles what is unread and marks it read, for a job that runs now and then |
//! | `recall` | sends a message and takes it back |
//! | `blocking` | a script without `async` |
//!
//! # Features
//!
//! None is on by default.
//!
//! - `blocking`: the same verbs without `async`, in `hwc_tickets::blocking`.
//! - `raw`: any call of the service, with its raw answer, in `hwc_tickets::raw`.
//! - `sim`: a local simulator of the service, to test your own program against, in `hwc_tickets::sim`.
//! - `testing`: a scripted network and a clock on which no real time passes, in `hwc_tickets::testing`.
//! - `tracing`: spans and events of every attempt through the `tracing` facade; never ids, queries or text.

mod acknowledge;
pub mod api;
pub mod attachments;
#[cfg(feature = "blocking")]
pub mod blocking;
mod catalog;
pub mod client;
pub mod config;
#[cfg(doc)]
pub mod docs;
mod doubt;
pub mod error;
mod files;
mod hex;
pub mod ids;
mod kept_cursor;
mod messages;
mod names;
mod outbox;
#[cfg(feature = "raw")]
pub mod raw;
mod service;
mod setters;
#[cfg(feature = "sim")]
pub mod sim;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tickets;
pub mod time;
mod verb;

/// The crate of the pieces of files in the signatures here ([`api::Source`], [`api::Download`]), so that yours is the same one.
pub use bytes;
pub use catalog::{choices, lookups};
pub use client::Client;
pub use config::{ClientBuilder, Site, SubmitType};
pub use doubt::origin::Origin;
pub use error::{Advice, CallAdvice, Delivery, Error, ErrorKind, ErrorReport, Result};
pub use follow::{Cursor, CursorFile, Event, Events, Follow, FollowHandle, StopHandle};
pub use history::{Conversation, History, Messages, ReadReport};
/// The crate of requests and answers in the signatures here ([`Transport`], [`identity`]), so that yours is the same one.
pub use http;
pub use hwc_core::{
    Clock, Endpoint, ProxyChoice, RateLimit, RetryPolicy, Timeouts, Transport,
    endpoint::InvalidEndpoint, identity, transport,
};
pub use ids::{AttachmentId, GroupId, InvalidId, MessageId, TicketId};
/// The crate of instants and offsets in the signatures here, so that yours is the same one.
pub use jiff;
pub use message::{Attachment, Author, Message, MessageKey, MessageKind, Role, UserType};
pub use messages::{follow, history, mark_read, message, recall, submit, unread};
pub use names::UnknownName;
pub use recall::{LastMessage, Recalled};
pub use secrecy::SecretString;
pub use submit::{
    Confirm, Draft, FileOutbox, Outbox, Outcome, Pending, Receipt, Removal, Sent, Submit, TextError,
};
pub use tickets::{
    action::{StateRefusal, TicketAction},
    contact::ReachTime,
    create::{
        CreateTicket, Created, DraftProblem, PendingTicket, TicketCandidate, TicketDraft,
        TicketOutcome, TicketReceipt,
    },
    detail::{TicketDetail, TicketStatus},
    end::Ended,
    entry::LogEntry,
    follow_all::{self, AllCursor, AllCursorFile, AllEvent, AllEvents, FollowAll},
    follow_new::{self, FollowNew, TicketEvent, TicketEvents, TicketsCursor, TicketsCursorFile},
    list::ListTickets,
    listed::{ListedTicket, TicketLabel},
    rating::{Points, Rating},
    score::Scored,
    ticket::Ticket,
};
pub use time::{MessageTime, ZoneOffset};
pub use unread::{AllUnread, UnreadAll, UnreadCounts, UnreadQuery};

/// The snippets of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
