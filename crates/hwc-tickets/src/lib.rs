//! Rust SDK for Huawei Cloud Service Tickets (OSM v2): messages that are never doubled, never gapped,
//! never misread.
//!
//! An independent community project, checked against the published documents and a simulator, not
//! against the live service.

pub mod client;
pub mod config;
pub mod detail;
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
    Clock, ProxyChoice, RateLimit, RetryPolicy, Timeouts, Transport, identity, transport,
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
