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
//! - [`Client`] is made once and cloned freely; [`Client::ticket`] gives a handle of one ticket.
//! - [`Ticket::submit`] sends a message once and tells what became of it: [`docs::delivery`].
//! - Every failure is an [`Error`]: [`docs::errors`]. Times are instants: [`docs::time`].
//!
//! Every call ends within its deadline (30 s unless told otherwise). Dropping a future cancels the call
//! and leaves nothing behind. Nothing is written to disk and nothing is sent anywhere unless asked for.

#[cfg(feature = "blocking")]
pub mod blocking;
pub mod client;
pub mod config;
pub mod detail;
#[cfg(doc)]
pub mod docs;
pub mod error;
mod files;
pub mod follow;
mod hex;
pub mod history;
pub mod ids;
pub mod mark_read;
pub mod message;
#[cfg(feature = "raw")]
pub mod raw;
pub mod recall;
mod service;
#[cfg(feature = "sim")]
pub mod sim;
pub mod submit;
#[cfg(feature = "testing")]
pub mod testing;
pub mod ticket;
pub mod time;
pub mod unread;
mod verb;

pub use client::Client;
pub use config::{ClientBuilder, Site, SubmitType};
pub use detail::{TicketDetail, TicketStatus};
pub use error::{Delivery, Error, ErrorKind, Result};
pub use follow::{Cursor, CursorFile, Event, Events, Follow, StopHandle};
pub use history::{Audit, Conversation, History, Messages};
pub use hwc_core::{
    Clock, Endpoint, ProxyChoice, RateLimit, RetryPolicy, Timeouts, Transport, identity, transport,
};
pub use ids::{AttachmentId, GroupId, InvalidId, MessageId, TicketId};
pub use message::{Attachment, Author, Message, MessageKey, MessageKind, Role};
pub use recall::Recalled;
pub use secrecy::SecretString;
pub use submit::{
    Confirm, Draft, FileOutbox, Outbox, Outcome, Pending, Receipt, Sent, Submit, TextError,
};
pub use ticket::Ticket;
pub use time::{MessageTime, ZoneOffset};
pub use unread::{Digest, UnreadQuery};
