//! The service itself, without a network and without a clock.
//!
//! Everything that happens is a [`Command`] applied to a [`World`] at a time that the caller gives. The same commands at
//! the same times make the same world. How commands travel and how outcomes look on the wire is the business of `http`.

mod acting;
mod blob;
pub mod catalog;
mod command;
mod engineer;
mod file;
mod label;
mod ledger;
mod message;
mod opening;
mod overview;
mod particulars;
mod people;
mod read;
mod record;
mod relation;
mod rules;
mod seed;
mod spool;
mod text;
mod ticket;
mod tickets;
mod world;
mod write;

pub use blob::Blob;
pub use command::{Command, MessageView, Outcome, Position, Refusal, TicketView, UnreadView};
pub use file::FileView;
pub use label::Label;
pub use ledger::Arrival;
pub use message::Author;
pub use overview::TicketOverview;
pub use people::User;
pub use record::{Act, Action, Contact, LogLine, NewTicket, Rating, Subject, Values};
pub use rules::{
    Engineers, FirstPoll, LabelFilter, LeftOut, MoreBoundary, RecallAgain, RelationGone, Rules,
    ScoreAgain, UnknownChoice, UnknownTicket, ValuesAgain,
};
pub use seed::{COLLEAGUE, DEMO, GROUP, STRANGER, SeedMessage, TicketSeed};
pub use text::Text;
pub use ticket::Status;
pub use tickets::{TicketFilter, TicketLine};
pub use world::World;
