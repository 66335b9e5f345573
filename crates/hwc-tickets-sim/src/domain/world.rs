//! The whole service as a value: `apply` is the only way to change it.
//!
//! No clock, no randomness, no I/O. The same commands at the same times make the same world.

mod acting;
mod agreements;
mod contacts;
mod demo;
mod engineers;
mod files;
mod labels;
mod links;
mod opening;
mod particulars;
mod privileges;
mod read;
mod relations;
mod tickets;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::agreement::Agreements;
use super::catalog;
use super::command::{Command, MessageView, Outcome, Position, Refusal};
use super::engineer::{self, Engineer, Planned};
use super::file::File;
use super::label::Label;
use super::message::{Author, Message, Place};
use super::people::{User, Writer};
use super::record::{Record, Subject};
use super::rules::{Engineers, Rules};
use super::seed::TicketSeed;
use super::text::Text;
use super::ticket::{Status, Ticket};
use super::verification::Contacts;
use crate::quirks::Quirks;

/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Tickets, people, messages, and the engineers' plans.
#[derive(Clone, Debug)]
pub struct World {
    pub(super) seed: u64,
    pub(super) rules: Rules,
    pub(super) quirks: Quirks,
    pub(super) customers: Vec<Arc<User>>,
    pub(super) tickets: BTreeMap<String, Ticket>,
    pub(super) files: BTreeMap<String, File>,
    pub(super) last_file: u64,
    /// By customer: the day of the last upload, and how many bytes came on it.
    pub(super) uploaded: BTreeMap<u32, (i64, usize)>,
    pub(super) labels: BTreeMap<u32, Label>,
    pub(super) contacts: Contacts,
    pub(super) agreements: Agreements,
    /// The greatest id that a customer's label was given.
    pub(super) last_label: u32,
    /// Answers the engineers have ready, by the time they are due and the order in which they were planned.
    pub(super) planned: BTreeMap<(i64, u64), Planned>,
    /// How many answers were ever planned.
    pub(super) plans: u64,
    /// Messages that do not show yet: when they will, and where they are.
    pub(super) hidden: BTreeMap<Place, String>,
    pub(super) last_number: u64,
    pub(super) stored: usize,
    /// How many tickets customers opened, for their ids.
    pub(super) created: u64,
    /// The last place anything was shown at.
    pub(super) latest: Place,
    /// The latest time seen. The world's time does not run backwards.
    pub(super) now: i64,
}

impl World {
    /// A world without people and tickets. `seed` fixes what the engineers say and when.
    pub fn empty(seed: u64, rules: Rules, quirks: Quirks) -> Self {
        World {
            seed,
            rules,
            quirks,
            customers: Vec::new(),
            tickets: BTreeMap::new(),
            files: BTreeMap::new(),
            last_file: 0,
            uploaded: BTreeMap::new(),
            labels: BTreeMap::new(),
            contacts: Contacts::default(),
            agreements: Agreements::default(),
            last_label: 0,
            planned: BTreeMap::new(),
            plans: 0,
            hidden: BTreeMap::new(),
            last_number: 0,
            stored: 0,
            created: 0,
            latest: Place::default(),
            now: i64::MIN,
        }
    }

    /// Applies a command at a time. A time before an earlier one counts as that earlier one.
    ///
    /// Whatever became due in the meantime happens first, each thing at its own time.
    pub fn apply(&mut self, command: Command, now: Timestamp) -> Outcome {
        let now = self.now.max(now.as_millisecond());
        self.mature(now);
        self.now = now;
        let result = match command {
            Command::Submit {
                by,
                ticket,
                group,
                content,
                attachments,
                confidential,
            } => self.submit(
                &by,
                &ticket,
                group.as_deref(),
                content,
                attachments,
                confidential,
            ),
            Command::List {
                by,
                ticket,
                group,
                offset,
                limit,
            } => self.list(&by, &ticket, group.as_deref(), offset, limit),
            Command::More {
                by,
                ticket,
                group,
                before,
                limit,
            } => self.more(&by, &ticket, group.as_deref(), before, limit),
            Command::Poll {
                by,
                tickets,
                group,
                since,
            } => self.poll(&by, tickets.as_deref(), group.as_deref(), since),
            Command::Unread { by, tickets, group } => {
                self.unread(&by, tickets.as_deref(), group.as_deref())
            }
            Command::MarkRead { by, ticket, group } => {
                self.mark_read(&by, &ticket, group.as_deref())
            }
            Command::Recall {
                by,
                ticket,
                message,
            } => self.recall(&by, &ticket, &message),
            Command::Detail { by, ticket, group } => self.detail(&by, &ticket, group.as_deref()),
            Command::Status { by, ticket } => self.status(&by, &ticket),
            Command::Tickets {
                by,
                group,
                filter,
                offset,
                limit,
            } => self.tickets(&by, group.as_deref(), &filter, offset, limit),
            Command::Create(new) => self.create(*new),
            Command::Act {
                by,
                ticket,
                group,
                action,
                words,
                rating,
            } => self.act(&by, &ticket, group.as_deref(), action, words, rating),
            Command::Score {
                by,
                ticket,
                group,
                rating,
            } => self.score(&by, &ticket, group.as_deref(), rating),
            Command::Counts { by, filter } => self.counts(&by, &filter),
            Command::Log {
                by,
                ticket,
                group,
                offset,
                limit,
            } => self.log(&by, &ticket, group.as_deref(), offset, limit),
            Command::SetContact {
                by,
                ticket,
                group,
                contact,
                further,
            } => self.set_contact(&by, &ticket, group.as_deref(), contact, &further),
            Command::SetValues {
                by,
                ticket,
                group,
                values,
            } => self.set_values(&by, &ticket, group.as_deref(), values),
            Command::Values { by, ticket, group } => self.values(&by, &ticket, group.as_deref()),
            Command::LookUp(question) => Ok(Outcome::Found(catalog::find(
                &question,
                self.rules.support_plan,
            ))),
            Command::Quota { by, kind, product } => self.quota(&by, &kind, &product),
            Command::Files { by, action } => self.on_files(&by, action),
            Command::Labels { by, action } => self.on_labels(&by, action),
            Command::Relations { by, ticket, action } => self.on_relations(&by, &ticket, action),
            Command::Contact { by, what } => self.contact(&by, what),
            Command::Agreement { by, what } => self.agreement(&by, &what),
            Command::Privilege { by, privilege } => self.privilege(&by, &privilege),
            Command::Tick => Ok(Outcome::Done),
            Command::Trigger { ticket } => Ok(self.trigger(ticket.as_deref())),
            Command::Reply {
                ticket,
                content,
                attachments,
            } => self.reply(&ticket, content, attachments),
            Command::SetStatus { ticket, status } => self.set_status(&ticket, status),
            Command::Open(seed) => self.open(seed),
            Command::Attach { id, name, content } => {
                self.attach(id, name, content, None);
                Ok(Outcome::Done)
            }
            Command::AddLabel(label) => {
                self.labels.insert(label.id, label);
                Ok(Outcome::Done)
            }
            Command::Publish(agreement) => {
                self.publish(agreement);
                Ok(Outcome::Done)
            }
            Command::Relate { ticket, related } => match self.relate(&ticket, &related) {
                true => Ok(Outcome::Done),
                false => Err(Refusal::NoSuchTicket),
            },
            Command::Enrol(user) => {
                self.enrol(user);
                Ok(Outcome::Done)
            }
        };
        result.unwrap_or_else(Outcome::Refused)
    }

    /// Rules in force.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Changes the rules. What happened stays as it happened.
    pub fn set_rules(&mut self, rules: Rules) {
        self.rules = rules;
    }

    /// Oddities in force.
    pub fn quirks(&self) -> &Quirks {
        &self.quirks
    }

    /// Changes the oddities.
    pub fn set_quirks(&mut self, quirks: Quirks) {
        self.quirks = quirks;
    }

    /// Ids of all tickets, in order.
    pub fn ticket_ids(&self) -> Vec<String> {
        self.tickets.keys().cloned().collect()
    }

    /// The customers.
    pub fn users(&self) -> &[Arc<User>] {
        &self.customers
    }

    /// Messages stored, recalled ones included.
    pub fn stored(&self) -> usize {
        self.stored
    }

    /// Answers the engineers have ready.
    pub fn planned(&self) -> usize {
        self.planned.len()
    }

    /// When something will happen by itself, if anything will.
    pub fn next_due(&self) -> Option<Timestamp> {
        let answer = self.next_answer();
        let show = self.hidden.keys().next().map(|place| place.millis);
        let due = match (answer, show) {
            (Some(answer), Some(show)) => Some(answer.min(show)),
            (answer, show) => answer.or(show),
        };
        due.map(super::message::timestamp)
    }

    /// Index of a customer.
    pub(super) fn customer(&self, id: &str) -> Result<u32, Refusal> {
        let index = self
            .customers
            .iter()
            .position(|user| user.id == id)
            .ok_or(Refusal::NoSuchCustomer)?;
        u32::try_from(index).map_err(|_| Refusal::NoSuchCustomer)
    }

    pub(super) fn user(&self, index: u32) -> Option<&Arc<User>> {
        usize::try_from(index)
            .ok()
            .and_then(|index| self.customers.get(index))
    }

    /// Id and name of a person by the index among customers or engineers; empty for a customer who is not there.
    pub(super) fn named(&self, author: Author, person: u32) -> (String, String) {
        let writer = self.writer(author, person);
        (writer.id().to_owned(), writer.name().to_owned())
    }

    fn writer(&self, author: Author, person: u32) -> Writer {
        match author {
            Author::Customer => Writer::Customer(self.user(person).cloned()),
            Author::Engineer => {
                let Engineer { id, name } = engineer::by_index(person);
                Writer::Engineer { id, name }
            }
        }
    }

    pub(super) fn view(&self, ticket: &Ticket, message: &Message) -> MessageView {
        // A file may be gone that the message was sent with.
        let name = |id: &String| Some((id.clone(), self.files.get(id)?.name.clone()));
        MessageView {
            id: message.id(),
            author: message.author,
            writer: self.writer(message.author, message.person),
            content: message.content.clone(),
            rich: message.rich,
            at: message.at(),
            first: ticket.first_number() == Some(message.number),
            attachments: message.attachments().iter().filter_map(name).collect(),
        }
    }

    /// The ticket as far as `by` may act on it. `group` is what the caller says it acts for.
    pub(super) fn access(
        &self,
        by: u32,
        id: &str,
        group: Option<&str>,
    ) -> Result<&Ticket, Refusal> {
        let (ticket, own) = self.reachable(by, id)?;
        let named = group.is_some() && group == ticket.group.as_deref();
        if own || named || !self.quirks.group_required {
            Ok(ticket)
        } else {
            Err(Refusal::NotAllowed)
        }
    }

    /// The ticket if it is the caller's own, or one of a group the caller is a member of; and whether it is own.
    pub(super) fn reachable(&self, by: u32, id: &str) -> Result<(&Ticket, bool), Refusal> {
        let ticket = self
            .tickets
            .get(id)
            .filter(|ticket| ticket.status != Status::Deleted)
            .ok_or(Refusal::NoSuchTicket)?;
        if ticket.owner == by {
            return Ok((ticket, true));
        }
        let caller = self.user(by).ok_or(Refusal::NotAllowed)?;
        if self
            .user(ticket.owner)
            .is_none_or(|owner| owner.account != caller.account)
        {
            return Err(Refusal::NoSuchTicket);
        }
        let shared = ticket
            .group
            .as_deref()
            .is_some_and(|group| caller.is_member_of(group));
        if shared {
            Ok((ticket, false))
        } else {
            Err(Refusal::NotAllowed)
        }
    }

    /// Stores a message written at `at`; it shows once `lag` has passed.
    pub(super) fn store(&mut self, ticket: &str, draft: Draft, at: i64, lag: i64) -> Option<u64> {
        let number = self.last_number.saturating_add(1);
        let message = Message {
            number,
            at_millis: at,
            visible_millis: at.saturating_add(lag),
            person: draft.person,
            author: draft.author,
            rich: draft.rich,
            confidential: draft.confidential,
            recalled: false,
            history: draft.history,
            content: draft.content,
            attachments: (!draft.attachments.is_empty())
                .then(|| draft.attachments.into_boxed_slice()),
        };
        let target = self.tickets.get_mut(ticket)?;
        for id in message.attachments() {
            if let Some(file) = self.files.get_mut(id) {
                file.tickets.insert(target.id.clone());
            }
        }
        self.last_number = number;
        self.stored += 1;
        if lag > 0 {
            self.hidden.insert(message.place(), target.id.clone());
            target.hidden.push(message);
        } else {
            let place = target.show(message);
            self.latest = self.latest.max(place);
        }
        Some(number)
    }

    /// Lets everything happen that is due by `now`, in the order of time.
    fn mature(&mut self, now: i64) {
        loop {
            let show = self
                .hidden
                .first_key_value()
                .map(|(place, _)| place.millis)
                .filter(|due| *due <= now);
            let answer = self.next_answer().filter(|due| *due <= now);
            match (show, answer) {
                (None, None) => return,
                (Some(show), answer) if answer.is_none_or(|answer| show <= answer) => {
                    self.show_next()
                }
                (_, Some(due)) => {
                    self.now = self.now.max(due);
                    self.give_next();
                }
                (Some(_), None) => self.show_next(),
            }
        }
    }

    /// When the next answer is given without being triggered.
    fn next_answer(&self) -> Option<i64> {
        self.planned
            .keys()
            .next()
            .map(|(due, _)| *due)
            .filter(|due| *due != engineer::NEVER)
    }

    fn show_next(&mut self) {
        let Some((place, id)) = self.hidden.pop_first() else {
            return;
        };
        let Some(ticket) = self.tickets.get_mut(&id) else {
            return;
        };
        let Some(index) = ticket
            .hidden
            .iter()
            .position(|message| message.number == place.number)
        else {
            return;
        };
        let message = ticket.hidden.remove(index);
        let shown = ticket.show(message);
        self.latest = self.latest.max(shown);
    }

    fn enrol(&mut self, user: User) {
        match self.customers.iter_mut().find(|known| known.id == user.id) {
            Some(known) => *known = Arc::new(user),
            None => self.customers.push(Arc::new(user)),
        }
    }

    fn open(&mut self, seed: TicketSeed) -> Result<Outcome, Refusal> {
        if self.tickets.contains_key(&seed.id) || seed.id.is_empty() {
            return Err(Refusal::Invalid);
        }
        let owner = self.customer(&seed.owner)?;
        let record = Record::new(Subject::usual(), owner, seed.opened.as_millisecond());
        let mut ticket = Ticket::new(&seed.id, owner, seed.opened, record);
        ticket.group = seed.group;
        ticket.status = seed.status;
        ticket.title = seed.title;
        ticket.messages.reserve_exact(seed.messages.len());
        ticket.labels = seed.labels.into_iter().collect();
        self.tickets.insert(seed.id.clone(), ticket);
        let mut last = i64::MIN;
        for message in seed.messages {
            last = last.max(message.at.as_millisecond());
            let person = match (message.author, &message.by) {
                (Author::Engineer, _) => engineer::index_for(self.seed, &seed.id),
                (Author::Customer, Some(by)) => self.customer(by).unwrap_or(owner),
                (Author::Customer, None) => owner,
            };
            let draft = Draft {
                person,
                author: message.author,
                rich: message.rich,
                confidential: false,
                history: true,
                content: message.content,
                attachments: message.attachments,
            };
            self.store(&seed.id, draft, last, 0);
        }
        if let Some(ticket) = self.tickets.get_mut(&seed.id) {
            let read = ticket.from_engineers.saturating_sub(seed.unread);
            let readers: Vec<u32> =
                (0..u32::try_from(self.customers.len()).unwrap_or(u32::MAX)).collect();
            for reader in readers {
                ticket.read.insert(reader, read);
            }
        }
        Ok(Outcome::Done)
    }

    /// The position a poll gives when it gave everything.
    pub(super) fn latest_position(&self) -> Position {
        Position {
            millis: self.latest.millis,
            number: self.latest.number,
        }
    }

    pub(super) fn plans_answers(&self) -> bool {
        self.rules.engineers != Engineers::Silent
    }
}

/// The day of UTC that `now` is in, and what a person used up on it. Kept is each person's last day.
fn used_up<N: Copy + Default>(used: &BTreeMap<u32, (i64, N)>, person: u32, now: i64) -> (i64, N) {
    let day = now.div_euclid(DAY);
    match used.get(&person) {
        Some((last, amount)) if *last == day => (day, *amount),
        _ => (day, N::default()),
    }
}

/// A message about to be stored.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) person: u32,
    pub(super) author: Author,
    pub(super) rich: bool,
    pub(super) confidential: bool,
    pub(super) history: bool,
    pub(super) content: Text,
    pub(super) attachments: Vec<String>,
}
