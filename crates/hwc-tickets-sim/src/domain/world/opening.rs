//! Opening a ticket: who may, about what, and how many.

use jiff::tz::Offset;

use super::{Draft, World};
use crate::domain::catalog::{self, ProblemKind};
use crate::domain::command::{Outcome, Refusal};
use crate::domain::contact::Contact;
use crate::domain::engineer;
use crate::domain::message::{Author, timestamp};
use crate::domain::record::{ContactInfo, NewTicket, Record, Subject};
use crate::domain::rules::UnknownChoice;
use crate::domain::ticket::{Status, Ticket};

/// The zone in which a ticket id names its day.
const HOME: Offset = Offset::constant(8);

impl World {
    pub(super) fn create(&mut self, new: NewTicket) -> Result<Outcome, Refusal> {
        let owner = self.customer(&new.by)?;
        self.admits(owner, &new)?;
        let copies = self.copies(&new.further)?;
        if self.stored >= self.rules.capacity {
            return Err(Refusal::Full);
        }
        let id = self.free_id();
        let chinese = engineer::is_chinese(&new.description);
        let draft = Draft {
            person: owner,
            author: Author::Customer,
            rich: false,
            confidential: false,
            history: false,
            content: new.description.clone(),
            attachments: new.attachments,
        };
        let opened = timestamp(self.now);
        let mut record = Record::new(new.subject, owner, self.now);
        record.contact = new.contact;
        record.contact.copies = copies;
        record.values = new.values;
        let mut ticket = Ticket::new(&id, owner, opened, record);
        ticket.status = Status::Waiting;
        ticket.title = new.description;
        ticket.group = self
            .user(owner)
            .and_then(|user| user.groups.first().cloned());
        self.tickets.insert(id.clone(), ticket);
        self.store(&id, draft, self.now, 0);
        if self.plans_answers() {
            self.plan_answer(&id, chinese);
        }
        Ok(Outcome::Opened { ticket: id })
    }

    /// How many tickets of a kind of problem and a product the account of a customer may open, and how many are left.
    pub(super) fn quota(&self, by: &str, kind: &str, product: &str) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        let left = self.left(person, kind, product);
        Ok(Outcome::Quota {
            total: self.rules.quota,
            left,
        })
    }

    /// What is left of a quota, if there is one. A ticket that was deleted was opened nevertheless.
    fn left(&self, person: u32, kind: &str, product: &str) -> Option<usize> {
        let quota = self.rules.quota?;
        let account = |person| self.user(person).map(|user| &user.account);
        let own = account(person);
        let counts = |ticket: &&Ticket| {
            let subject = &ticket.record.subject;
            subject.kind == kind && subject.product == product && account(ticket.owner) == own
        };
        let opened = self.tickets.values().filter(counts).count();
        Some(quota.saturating_sub(opened))
    }

    fn admits(&self, owner: u32, new: &NewTicket) -> Result<(), Refusal> {
        let user = self.user(owner).ok_or(Refusal::NoRole)?;
        if user.sub_user && !self.rules.sub_users_open {
            return Err(Refusal::NoRole);
        }
        let kind = self.chosen(new)?;
        if kind.is_some_and(|kind| kind.fault) && !self.rules.support_plan {
            return Err(Refusal::NotInPlan);
        }
        let mandatory = |kind: &ProblemKind| {
            let mut fields = kind.fields.iter().filter(|field| field.required);
            fields.all(|field| new.values.fills(field.key))
        };
        if self.rules.extra_fields_required && !kind.is_none_or(mandatory) {
            return Err(Refusal::Invalid);
        }
        self.reaches(owner, new)?;
        let own = |id: &String| {
            let file = self.files.get(id);
            file.is_some_and(|file| file.owner.is_none_or(|by| by == owner))
        };
        if !new.attachments.iter().all(own) || new.attachments.len() > self.quirks.attachment_limit
        {
            return Err(Refusal::Invalid);
        }
        match self.left(owner, &new.subject.kind, &new.subject.product) {
            Some(0) => Err(Refusal::QuotaUsedUp),
            _ => Ok(()),
        }
    }

    /// The kind of problem, when everything that was chosen is in the catalogue and fits together.
    fn chosen(&self, new: &NewTicket) -> Result<Option<&'static ProblemKind>, Refusal> {
        let Subject {
            subtype,
            product,
            kind,
            region,
            severity,
            ..
        } = &new.subject;
        if kind.is_empty() {
            return Err(Refusal::Invalid);
        }
        let found = catalog::kind(kind);
        if self.rules.unknown_choice == UnknownChoice::Accepted {
            return Ok(found);
        }
        let kind = found.ok_or(Refusal::Invalid)?;
        // Whoever names no product has the documented one, whatever the kind of problem.
        let product = new.names_product.then_some(product.as_str());
        let kinds = catalog::kinds_of(product, subtype.as_deref());
        let region_fits = match region {
            Some(id) => catalog::region(id).is_some(),
            None => !kind.fault,
        };
        if !kinds.iter().any(|it| it.id == kind.id) || !region_fits {
            return Err(Refusal::Invalid);
        }
        match severity {
            Some(id) if catalog::severity(id).is_none() => Err(Refusal::NoSuchSeverity),
            _ => Ok(Some(kind)),
        }
    }

    /// Whether everything by which the owner wants to be reached may be used.
    fn reaches(&self, owner: u32, new: &NewTicket) -> Result<(), Refusal> {
        let ContactInfo {
            area_code,
            mobile,
            mail,
            ..
        } = &new.contact;
        let area_code = area_code.as_deref().unwrap_or_default();
        let phone = mobile.as_deref().map(|it| Contact::phone(area_code, it));
        let mail = mail.as_deref().map(Contact::mail);
        let proven = |contact: Option<Contact>, id: &Option<String>| {
            contact.is_none_or(|contact| self.is_proven(owner, &contact, id.as_deref()))
        };
        if proven(phone, &new.verified_mobile) && proven(mail, &new.verified_mail) {
            Ok(())
        } else {
            Err(Refusal::ContactNotVerified)
        }
    }

    /// Whether a contact is a registered one, or was verified under this id.
    fn is_proven(&self, person: u32, contact: &Contact, id: Option<&str>) -> bool {
        !self.rules.contacts_verified
            || self.is_registered(person, contact)
            || id.is_some_and(|id| self.is_verified(person, contact, id))
    }

    /// `TT`, the day, and a number that grows: the form of real ids.
    fn free_id(&mut self) -> String {
        let day = HOME.to_datetime(timestamp(self.now));
        let day = day.strftime("%Y%m%d").to_string();
        loop {
            self.created = self.created.saturating_add(1);
            let id = format!("TT{day}{:04}", self.created);
            if !self.tickets.contains_key(&id) {
                return id;
            }
        }
    }
}
