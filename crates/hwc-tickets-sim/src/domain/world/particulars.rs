//! Whom to reach about a ticket, the values of its extra fields, and its log.

use serde_json::Value;

use super::World;
use crate::domain::catalog;
use crate::domain::command::{Outcome, Refusal};
use crate::domain::message::{Author, timestamp};
use crate::domain::record::{Act, ContactInfo, LogLine, Logged, Values};
use crate::domain::rules::{LeftOut, ValuesAgain};

impl World {
    pub(super) fn set_contact(
        &mut self,
        by: &str,
        ticket: &str,
        group: Option<&str>,
        mut contact: ContactInfo,
        further: &Values,
    ) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        let known = self.access(person, ticket, group)?.record.contact.clone();
        contact.copies = self.copies(further)?;
        let contact = match self.rules.contact_left_out {
            LeftOut::Kept => known.with(contact),
            LeftOut::Emptied => contact,
        };
        if let Some(ticket) = self.tickets.get_mut(ticket) {
            ticket.record.contact = contact;
        }
        Ok(Outcome::Done)
    }

    /// The mail addresses for copies, where there are any.
    pub(super) fn copies(&self, further: &Values) -> Result<Option<String>, Refusal> {
        let text = match further.get(&self.rules.copies_key) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            Some(Value::String(text)) => text,
            Some(_) => return Err(Refusal::BadCopy),
        };
        let addresses: Vec<&str> = text.split([',', ';']).map(str::trim).collect();
        if addresses.len() > catalog::COPIES || !addresses.iter().all(|it| is_address(it)) {
            return Err(Refusal::BadCopy);
        }
        Ok(Some(text.clone()))
    }

    pub(super) fn set_values(
        &mut self,
        by: &str,
        ticket: &str,
        group: Option<&str>,
        values: Values,
    ) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        self.access(person, ticket, group)?;
        let again = self.rules.values_again;
        if let Some(ticket) = self.tickets.get_mut(ticket) {
            match again {
                ValuesAgain::Replace => ticket.record.values = values,
                ValuesAgain::Add => ticket.record.values.add(values),
            }
        }
        Ok(Outcome::Done)
    }

    pub(super) fn values(
        &self,
        by: &str,
        ticket: &str,
        group: Option<&str>,
    ) -> Result<Outcome, Refusal> {
        let ticket = self.access(self.customer(by)?, ticket, group)?;
        Ok(Outcome::Values(ticket.record.values.clone()))
    }

    pub(super) fn log(
        &self,
        by: &str,
        ticket: &str,
        group: Option<&str>,
        offset: usize,
        limit: usize,
    ) -> Result<Outcome, Refusal> {
        let ticket = self.access(self.customer(by)?, ticket, group)?;
        let log = &ticket.record.log;
        let newest_first = log.iter().enumerate().rev();
        let page = newest_first.skip(offset).take(limit);
        let lines = page.map(|(index, entry)| self.log_line(index.saturating_add(1), entry));
        Ok(Outcome::Log {
            total: log.len(),
            lines: lines.collect(),
        })
    }

    fn log_line(&self, number: usize, entry: &Logged) -> LogLine {
        let by_engineer = entry.act == Act::Moved;
        let author = if by_engineer {
            Author::Engineer
        } else {
            Author::Customer
        };
        let (operator, operator_name) = self.named(author, entry.person);
        LogLine {
            number,
            act: entry.act,
            by_engineer,
            operator,
            operator_name,
            words: entry.words.clone(),
            at: timestamp(entry.at_millis),
        }
    }
}

/// Whether a text has the form of a mail address.
fn is_address(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
        && !text.contains(char::is_whitespace)
}
