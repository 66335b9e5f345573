//! What is done with contacts: codes are sent to them, and verify them.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{World, used_up};
use crate::domain::command::{Outcome, Refusal};
use crate::domain::contact::{
    Contact, ContactCommand, ContactFilter, ContactOutcome, VerifiedContact,
};
use crate::domain::message::timestamp;
use crate::domain::people::User;
use crate::domain::text::Text;
use crate::domain::verification::{GOOD_FOR, Sent, Verification, of, put};

/// Milliseconds between two codes to one contact.
const APART: i64 = 60 * 1000;

/// The addresses for copies: what was named last, and what there is to choose from.
const COPIES: [&str; 2] = ["operations@example.com", "on-call@example.com"];

impl World {
    pub(super) fn contact(&mut self, by: &str, what: ContactCommand) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        match what {
            ContactCommand::Check(contact) => Ok(self.check_contact(person, &contact)),
            ContactCommand::Send(contact) => self.send_code(person, contact),
            ContactCommand::Verify { contact, code } => self.verify(person, contact, &code),
            ContactCommand::List {
                filter,
                offset,
                limit,
            } => Ok(self.verified(person, &filter, offset, limit)),
            ContactCommand::Copies => Ok(self.list_copies(person)),
            ContactCommand::Expect { contact, code } => {
                self.expect_code(person, contact, code);
                Ok(Outcome::Done)
            }
        }
    }

    /// The newest code on its way to a phone number or a mail address, whoever asked for it.
    pub fn verification_code(&self, contact: &str) -> Option<Text> {
        let codes = self.contacts.codes.iter();
        codes
            .filter(|((_, it), sent)| &*it.value == contact && sent.is_good(self.now))
            .filter_map(|(_, sent)| Some((sent.at, sent.code.as_ref()?)))
            .max_by_key(|(at, _)| *at)
            .map(|(_, code)| code.clone())
    }

    /// Whether a contact is one of the customer that needs no code.
    pub(super) fn is_registered(&self, person: u32, contact: &Contact) -> bool {
        let user = self.user(person);
        user.is_some_and(|user| user.contacts.iter().any(|own| own.reaches(contact)))
    }

    /// Whether the customer verified a contact under this id, and that still holds.
    pub(super) fn is_verified(&self, person: u32, contact: &Contact, id: &str) -> bool {
        let mut verified = of(&self.contacts.verified, person, contact);
        verified.any(|(_, it)| &*it.id == id && self.now < it.until)
    }

    fn check_contact(&self, person: u32, contact: &Contact) -> Outcome {
        let now = self.now;
        if self.is_registered(person, contact) {
            return Outcome::Contact(ContactOutcome::Needed {
                needed: false,
                until: None,
            });
        }
        let verified = of(&self.contacts.verified, person, contact).map(|(_, it)| it.until);
        let verified = verified.filter(|until| now < *until).max();
        let codes = of(&self.contacts.codes, person, contact).map(|(_, sent)| sent);
        let codes = codes.filter(|sent| sent.code.is_some() && sent.is_good(now));
        let code = codes.map(|sent| sent.at.saturating_add(GOOD_FOR)).max();
        Outcome::Contact(ContactOutcome::Needed {
            needed: verified.is_none(),
            until: Some(timestamp(verified.or(code).unwrap_or(now))),
        })
    }

    fn send_code(&mut self, person: u32, contact: Contact) -> Result<Outcome, Refusal> {
        let now = self.now;
        let too_soon = |(_, sent): (_, &Sent)| now.saturating_sub(sent.at) < APART;
        if of(&self.contacts.codes, person, &contact).any(too_soon) {
            return Err(Refusal::CodeTooSoon);
        }
        let (day, sent) = used_up(&self.contacts.sent, person, now);
        let sent = sent.saturating_add(1);
        if self.rules.daily_codes.is_some_and(|most| sent > most) {
            return Err(Refusal::NoMoreCodes);
        }
        self.contacts.sent.insert(person, (day, sent));
        self.contacts.codes_made = self.contacts.codes_made.saturating_add(1);
        let code = code(self.seed, self.contacts.codes_made);
        self.expect_code(person, contact, code);
        Ok(Outcome::Done)
    }

    fn expect_code(&mut self, person: u32, contact: Contact, code: Text) {
        let now = self.now;
        self.contacts.codes.retain(|_, sent| sent.is_good(now));
        let sent = Sent {
            code: Some(code),
            at: now,
        };
        put(&mut self.contacts.codes, person, contact, sent);
    }

    fn verify(&mut self, person: u32, contact: Contact, code: &Text) -> Result<Outcome, Refusal> {
        let now = self.now;
        let good = |sent: &Sent| sent.code.as_ref() == Some(code) && sent.is_good(now);
        let sent = of(&self.contacts.codes, person, &contact).find(|(_, sent)| good(sent));
        // What the code was sent to is known better than what is said now.
        let sent_to = sent.map(|(sent_to, _)| sent_to.clone());
        let contact = sent_to.ok_or(Refusal::NotVerified)?;
        if let Some(sent) = self.contacts.codes.get_mut(&(person, contact.clone())) {
            sent.code = None;
        }
        let lifetime = self.rules.verification_lifetime.as_millis();
        let lifetime = i64::try_from(lifetime).unwrap_or(i64::MAX);
        self.contacts.verified.retain(|_, it| now < it.until);
        self.contacts.verifications = self.contacts.verifications.saturating_add(1);
        let number = self.contacts.verifications;
        let verification = Verification {
            id: format!("verified-{number:06}").into(),
            number,
            until: now.saturating_add(lifetime),
        };
        put(&mut self.contacts.verified, person, contact, verification);
        Ok(Outcome::Done)
    }

    fn verified(
        &self,
        person: u32,
        filter: &ContactFilter,
        offset: usize,
        limit: usize,
    ) -> Outcome {
        let id = |id: &String| self.user(person).is_some_and(|user| user.id == *id);
        let whose = (filter.account.as_ref()).is_none_or(|it| *it == self.account_id(person))
            && filter.sub_user.as_ref().is_none_or(id);
        let own = self.contacts.verified.iter();
        let own = own.filter(|((of, _), it)| whose && *of == person && self.now < it.until);
        let mut fitting: Vec<(u64, VerifiedContact)> = own
            .map(|((_, contact), it)| {
                let verified = VerifiedContact {
                    id: it.id.clone(),
                    contact: contact.clone(),
                    until: timestamp(it.until),
                };
                (it.number, verified)
            })
            .filter(|(_, verified)| filter.fits(verified))
            .collect();
        fitting.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
        let total = fitting.len();
        let page = fitting.into_iter().skip(offset).take(limit);
        Outcome::Contact(ContactOutcome::Verified {
            total,
            contacts: page.map(|(_, verified)| verified).collect(),
        })
    }

    fn list_copies(&self, person: u32) -> Outcome {
        let [last, ..] = COPIES;
        Outcome::Contact(ContactOutcome::Copies {
            user: (self.user(person)).map_or_else(String::new, |user| user.id.clone()),
            account: self.account_id(person),
            last: last.into(),
            others: COPIES.into_iter().map(Text::from).collect(),
        })
    }

    /// Id of the account of a customer: that of its owner.
    fn account_id(&self, person: u32) -> String {
        let Some(user) = self.user(person) else {
            return String::new();
        };
        let owner = |other: &&Arc<User>| other.account == user.account && !other.sub_user;
        let owner = self.customers.iter().find(owner);
        owner.unwrap_or(user).id.clone()
    }
}

/// Six digits that look random and follow from the seed.
fn code(seed: u64, number: u64) -> Text {
    let digest = Sha256::digest(format!("code/{seed}/{number}"));
    let digits = (digest.iter().take(4)).fold(0_u32, |sum, byte| {
        sum.wrapping_mul(256).wrapping_add(u32::from(*byte))
    });
    format!("{:06}", digits % 1_000_000).into()
}
