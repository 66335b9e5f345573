//! A running simulator, and the handle tests hold it by.

mod builder;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

pub use self::builder::{SimulatorBuilder, StartError};
use crate::credentials::Credentials;
use crate::domain::{
    Agreement, AgreementCommand, Arrival, Author, Blob, Command, Contact, ContactCommand, FileView,
    Label, Outcome, Refusal, Rules, Status, Text, TicketSeed, World,
};
use crate::fault::FaultRule;
use crate::http::serve::Server;
use crate::journal::Entry;
use crate::quirks::Quirks;
use crate::state::Shared;

/// A running simulator. It stops when it is dropped.
///
/// Everything a test may want to do or ask goes directly, not over the network.
#[derive(Debug)]
pub struct Simulator {
    shared: Arc<Shared>,
    server: Server,
}

impl Simulator {
    /// Starts a simulator with the usual world on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// [`StartError::Listen`] when this machine lets nobody listen.
    pub async fn start() -> Result<Self, StartError> {
        Simulator::builder().start().await
    }

    /// A simulator with other settings.
    pub fn builder() -> SimulatorBuilder {
        SimulatorBuilder::new()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Base address of the service and of IAM for clients on this machine, such as `http://127.0.0.1:8480`. Listening on
    /// every address (`0.0.0.0`, `[::]`) is no address to call: then it is the loopback one.
    pub fn endpoint(&self) -> String {
        self.server.endpoint()
    }

    /// Address of the page at which a person sees everything and plays the engineer. `None` without control, and without the
    /// feature `page`.
    pub fn page(&self) -> Option<String> {
        let is_there = cfg!(feature = "page") && self.shared.control;
        is_there.then(|| format!("{}/", self.endpoint()))
    }

    /// What lets `demo` in, to whom most tickets of the usual world belong.
    pub fn credentials(&self) -> Credentials {
        Credentials::demo()
    }

    /// What lets the colleague in.
    pub fn colleague(&self) -> Credentials {
        Credentials::colleague()
    }

    /// Lets the next calls that fit go wrong. Rules are used up in the order they were given.
    pub fn fault(&self, rule: FaultRule) {
        self.shared.lock().fault_rules.add(rule);
        self.shared.changed();
    }

    /// Fault rules that are still open.
    pub fn faults(&self) -> Vec<FaultRule> {
        self.shared.lock().fault_rules.open().to_vec()
    }

    /// Removes all fault rules.
    pub fn clear_faults(&self) {
        self.shared.lock().fault_rules.clear();
        self.shared.changed();
    }

    /// An engineer gives the next planned answer now, in this ticket. `false` when none is planned.
    pub fn trigger(&self, ticket: &str) -> bool {
        self.apply(Command::Trigger {
            ticket: Some(ticket.to_owned()),
        }) == Outcome::Answered(1)
    }

    /// The engineers give every planned answer now. Says how many.
    pub fn trigger_all(&self) -> usize {
        let mut given = 0;
        while self.apply(Command::Trigger { ticket: None }) == Outcome::Answered(1) {
            given += 1;
        }
        given
    }

    /// An engineer writes a message. Gives its id.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoSuchTicket`] when there is no such ticket.
    pub fn reply_as_engineer(
        &self,
        ticket: &str,
        text: impl Into<Text>,
    ) -> Result<String, Refusal> {
        match self.apply(Command::Reply {
            ticket: ticket.to_owned(),
            content: text.into(),
            attachments: Vec::new(),
        }) {
            Outcome::Stored { message } => Ok(message),
            Outcome::Refused(refusal) => Err(refusal),
            _ => Err(Refusal::Invalid),
        }
    }

    /// An engineer moves a ticket to another state.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoSuchTicket`] when there is no such ticket.
    pub fn set_status(&self, ticket: &str, status: Status) -> Result<(), Refusal> {
        done(self.apply(Command::SetStatus {
            ticket: ticket.to_owned(),
            status,
        }))
    }

    /// Opens a ticket.
    ///
    /// # Errors
    ///
    /// [`Refusal::Invalid`] when the id is taken or empty, [`Refusal::NoSuchCustomer`] when the owner does not exist.
    pub fn open(&self, ticket: TicketSeed) -> Result<(), Refusal> {
        done(self.apply(Command::Open(ticket)))
    }

    /// Makes an attachment known, so that messages can carry its id.
    pub fn attach(&self, id: &str, file_name: &str) {
        self.attach_file(id, file_name, Blob::default());
    }

    /// The same with bytes of its own.
    pub fn attach_file(&self, id: &str, file_name: &str, content: impl Into<Blob>) {
        self.apply(Command::Attach {
            id: id.to_owned(),
            name: file_name.to_owned(),
            content: content.into(),
        });
    }

    /// A file that was uploaded or attached.
    pub fn file(&self, id: &str) -> Option<FileView> {
        self.shared.lock().world.file(id)
    }

    /// Makes a label known; `account` is the name of the account it belongs to.
    pub fn add_label(&self, label: Label) {
        self.apply(Command::AddLabel(label));
    }

    /// All labels, in the order of their ids.
    pub fn labels(&self) -> Vec<Label> {
        self.shared.lock().world.labels()
    }

    /// Makes two tickets belong together.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoSuchTicket`] when one of them does not exist, or both are the same.
    pub fn relate(&self, ticket: &str, related: &str) -> Result<(), Refusal> {
        done(self.apply(Command::Relate {
            ticket: ticket.to_owned(),
            related: related.to_owned(),
        }))
    }

    /// Ids of the tickets that belong to a ticket, in order.
    pub fn related(&self, ticket: &str) -> Vec<String> {
        self.shared.lock().world.related(ticket)
    }

    /// The newest verification code on its way to a phone number or a mail address, as its owner would read it there.
    pub fn verification_code(&self, contact: &str) -> Option<String> {
        self.apply(Command::Tick);
        let code = self.shared.lock().world.verification_code(contact);
        code.map(String::from)
    }

    /// Has a code of the test's own on its way to a contact of a customer.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoSuchCustomer`] when there is none of that id.
    pub fn expect_code(
        &self,
        customer: &str,
        contact: Contact,
        code: impl Into<Text>,
    ) -> Result<(), Refusal> {
        let code = code.into();
        done(self.apply(Command::Contact {
            by: customer.to_owned(),
            what: ContactCommand::Expect { contact, code },
        }))
    }

    /// Publishes an agreement, perhaps in the place of another. Of one kind the highest version is the newest.
    pub fn publish_agreement(&self, agreement: Agreement) {
        self.apply(Command::Publish(agreement));
    }

    /// Has a customer sign an agreement, as a call would, without one.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoSuchCustomer`] or [`Refusal::NoSuchAgreement`]; [`Refusal::SignedAlready`] where the rules say so.
    pub fn sign_agreement(&self, customer: &str, agreement: u32) -> Result<(), Refusal> {
        done(self.apply(Command::Agreement {
            by: customer.to_owned(),
            what: AgreementCommand::Sign { agreement },
        }))
    }

    /// Every message that reached a ticket, recalled ones and the history it was opened with included.
    pub fn ledger(&self, ticket: &str) -> Vec<Arrival> {
        self.shared.lock().world.ledger(ticket)
    }

    /// The texts customers sent to a ticket while the simulator ran, in the order of arrival.
    pub fn arrived(&self, ticket: &str) -> Vec<String> {
        let sent = |arrival: &Arrival| !arrival.history && arrival.author == Author::Customer;
        self.ledger(ticket)
            .into_iter()
            .filter(sent)
            .map(|arrival| arrival.text.into())
            .collect()
    }

    /// The requests, in order; the latest 100,000 are kept.
    pub fn journal(&self) -> Vec<Entry> {
        self.shared.lock().journal.after(0)
    }

    /// The simulator's time.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// Puts the clock forward. Answers become due, tokens and signatures expire, delays end.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
        self.apply(Command::Tick);
    }

    /// From now on every token given out so far is expired.
    pub fn expire_tokens(&self) {
        self.shared.lock().keyring.revoke_tokens();
        self.shared.changed();
    }

    /// Changes the documented oddities.
    pub fn set_quirks(&self, quirks: Quirks) {
        self.shared.lock().world.set_quirks(quirks);
        self.shared.changed();
    }

    /// Changes the choices where the documents are silent.
    pub fn set_rules(&self, rules: Rules) {
        self.shared.lock().world.set_rules(rules);
        self.shared.changed();
    }

    /// Back to the beginning: world, faults, journal, tokens. The clock stays where it is.
    pub fn reset(&self) {
        self.shared.reset(None);
    }

    /// Applies a command to the world, at the simulator's time.
    pub fn apply(&self, command: Command) -> Outcome {
        let now = self.shared.clock.now();
        let outcome = self.shared.lock().world.apply(command, now);
        self.shared.changed();
        outcome
    }

    /// A copy of the world as it is now.
    pub fn world(&self) -> World {
        self.shared.lock().world.clone()
    }

    /// Counts up whenever something may have changed; for whoever shows the world live.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.shared.changes()
    }

    /// Stops listening, lets calls under way finish for up to a second, and ends hanging ones.
    pub async fn shutdown(self) {
        self.server.shutdown().await;
    }
}

fn done(outcome: Outcome) -> Result<(), Refusal> {
    match outcome {
        Outcome::Refused(refusal) => Err(refusal),
        _ => Ok(()),
    }
}
