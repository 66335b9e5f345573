//! What is done with the labels of an account, and with those of a ticket.

use std::collections::BTreeSet;

use super::World;
use crate::domain::command::{Outcome, Refusal};
use crate::domain::label::{Label, LabelAction};
use crate::domain::rules::Repeated;

/// Greatest id of a label (D-56).
const GREATEST_ID: u32 = i32::MAX.unsigned_abs();

impl World {
    /// All labels, in the order of their ids.
    pub fn labels(&self) -> Vec<Label> {
        self.labels.values().cloned().collect()
    }

    /// The labels of a ticket, in the order of their ids.
    pub(super) fn labels_of(&self, ids: &BTreeSet<u32>) -> Vec<Label> {
        let labels = ids.iter().filter_map(|id| self.labels.get(id));
        labels.cloned().collect()
    }

    pub(super) fn on_labels(&mut self, by: &str, action: LabelAction) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        let account = self.user(person).map(|user| user.account.clone());
        let account = account.unwrap_or_default();
        match action {
            LabelAction::Create { name, color } => self.create_label(account, name, color),
            LabelAction::Update { label, name, color } => {
                self.own_label(&account, label)?;
                self.check_name(&account, &name, Some(label))?;
                let label = self.labels.get_mut(&label).ok_or(Refusal::NoSuchLabel)?;
                label.name = name;
                label.color = color;
                Ok(Outcome::Done)
            }
            LabelAction::Delete { label } => {
                self.own_label(&account, label)?;
                self.labels.remove(&label);
                for ticket in self.tickets.values_mut() {
                    ticket.labels.remove(&label);
                }
                Ok(Outcome::Done)
            }
            LabelAction::List {
                name,
                label,
                offset,
                limit,
            } => Ok(self.list_labels(&account, name, label, offset, limit)),
            LabelAction::OfTicket { ticket } => {
                // None of the operations on the labels of a ticket has a place for the group (D-101).
                let (ticket, _) = self.reachable(person, &ticket)?;
                let labels = self.labels_of(&ticket.labels);
                Ok(Outcome::Labels {
                    total: labels.len(),
                    labels,
                })
            }
            LabelAction::PutOn { ticket, labels } => {
                self.put_on(person, &account, &ticket, &labels)
            }
            LabelAction::TakeOff { ticket, labels } => self.take_off(person, &ticket, &labels),
        }
    }

    fn list_labels(
        &self,
        account: &str,
        name: Option<String>,
        id: Option<u32>,
        offset: usize,
        limit: usize,
    ) -> Outcome {
        let name = name.unwrap_or_default().to_lowercase();
        let fits = |label: &&Label| {
            label.account == account
                && label.name.to_lowercase().contains(&name)
                && id.is_none_or(|id| label.id == id)
        };
        let fitting: Vec<&Label> = self.labels.values().filter(fits).collect();
        let page = fitting.iter().skip(offset).take(limit);
        Outcome::Labels {
            total: fitting.len(),
            labels: page.map(|label| (*label).clone()).collect(),
        }
    }

    /// The account has this label.
    fn own_label(&self, account: &str, label: u32) -> Result<(), Refusal> {
        let own = self.labels.get(&label);
        let own = own.filter(|label| label.account == account);
        own.map(|_| ()).ok_or(Refusal::NoSuchLabel)
    }

    /// The name may be that of a label; `except` is the label that has it already.
    fn check_name(&self, account: &str, name: &str, except: Option<u32>) -> Result<(), Refusal> {
        let taken = |label: &Label| {
            label.account == account && label.name == name && Some(label.id) != except
        };
        if !self.rules.equal_label_names && self.labels.values().any(taken) {
            return Err(Refusal::Invalid);
        }
        Ok(())
    }

    fn create_label(
        &mut self,
        account: String,
        name: String,
        color: String,
    ) -> Result<Outcome, Refusal> {
        self.check_name(&account, &name, None)?;
        let own = |label: &&Label| label.account == account;
        if self.labels.values().filter(own).count() >= self.rules.label_limit {
            return Err(Refusal::Full);
        }
        // An id is never given out twice, and others may have put labels at ids of their choice.
        let next = self.last_label.saturating_add(1);
        let id = (next..=GREATEST_ID).find(|id| !self.labels.contains_key(id));
        let id = id.ok_or(Refusal::Full)?;
        self.last_label = id;
        let label = Label {
            id,
            account,
            name,
            color,
        };
        self.labels.insert(id, label);
        Ok(Outcome::Done)
    }

    fn put_on(
        &mut self,
        by: u32,
        account: &str,
        ticket: &str,
        labels: &BTreeSet<u32>,
    ) -> Result<Outcome, Refusal> {
        let (known, _) = self.reachable(by, ticket)?;
        for label in labels {
            self.own_label(account, *label)?;
        }
        if self.rules.label_again == Repeated::Refused && !labels.is_disjoint(&known.labels) {
            return Err(Refusal::Invalid);
        }
        let after = &known.labels | labels;
        if after.len() > self.quirks.ticket_label_limit.max(known.labels.len()) {
            return Err(Refusal::Invalid);
        }
        self.set_labels(ticket, after)
    }

    fn take_off(
        &mut self,
        by: u32,
        ticket: &str,
        labels: &BTreeSet<u32>,
    ) -> Result<Outcome, Refusal> {
        let (known, _) = self.reachable(by, ticket)?;
        if self.rules.label_gone == Repeated::Refused && !labels.is_subset(&known.labels) {
            return Err(Refusal::NoSuchLabel);
        }
        let after = &known.labels - labels;
        self.set_labels(ticket, after)
    }

    fn set_labels(&mut self, ticket: &str, labels: BTreeSet<u32>) -> Result<Outcome, Refusal> {
        let ticket = self.tickets.get_mut(ticket).ok_or(Refusal::NoSuchTicket)?;
        ticket.labels = labels;
        Ok(Outcome::Done)
    }
}
