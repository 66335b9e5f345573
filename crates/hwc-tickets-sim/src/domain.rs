//! The service itself, without a network and without a clock.
//!
//! Everything that happens is a [`Command`] applied to a [`World`] at a time that the caller gives. The same commands at
//! the same times make the same world. How commands travel and how outcomes look on the wire is the business of `http`.

mod agreement;
mod blob;
pub mod catalog;
mod command;
mod contact;
mod engineer;
mod file;
mod label;
mod ledger;
mod link;
mod message;
mod overview;
mod people;
mod record;
mod relation;
mod rules;
mod seed;
mod spool;
mod text;
mod ticket;
mod tickets;
mod verification;
mod world;

pub use agreement::{Agreement, AgreementCommand, AgreementOutcome};
pub use blob::Blob;
pub use command::{Command, MessageView, Outcome, Position, Refusal, TicketView, UnreadView};
pub use contact::{
    Contact, ContactCommand, ContactFilter, ContactOutcome, ContactWay, VerifiedContact,
};
pub use file::{FileAction, FileView, UploadLimits};
pub use label::{Label, LabelAction};
pub use ledger::Arrival;
pub use link::FileLink;
pub use message::{Author, MessageId};
pub use overview::TicketOverview;
pub use people::{User, Writer};
pub use record::{Act, Action, ContactInfo, LogLine, NewTicket, Rating, Subject, Values};
pub use relation::{RelatedTicket, RelationAction};
pub use rules::{
    Engineers, FirstPoll, LabelFilter, LeftOut, MoreBoundary, RecallAgain, Repeated, Rules,
    ScoreAgain, SignAgain, UnknownAgreement, UnknownChoice, UnknownTicket, ValuesAgain,
};
pub use seed::{COLLEAGUE, DEMO, GROUP, STRANGER, SeedMessage, TicketSeed};
pub use text::Text;
pub use ticket::Status;
pub use tickets::{TicketFilter, TicketLine};
pub use world::World;
