//! The agreements that are published, and who signed them.

use std::collections::BTreeMap;

use super::command::{Outcome, Refusal};
use super::rules::{SignAgain, UnknownAgreement};
use super::world::World;

/// The kind of agreement for new tickets of common users. It is also the one that is meant when none is named.
const FOR_TICKETS: &str = "0";

/// A published agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Agreement {
    /// Its id. Only 1 to 32 can be signed (D-96).
    pub id: u32,
    /// Its kind: `0` for new tickets, `1` for new tickets of software vendors, `2` for authorizations.
    pub kind: String,
    /// Its version. Of one kind the highest is the newest.
    pub version: u32,
    /// Its text.
    pub content: String,
}

impl Agreement {
    /// An agreement of a kind.
    pub fn new(id: u32, kind: &str, version: u32) -> Self {
        Agreement {
            id,
            kind: kind.to_owned(),
            version,
            content: format!("The text of agreement {id}, version {version}. It binds nobody."),
        }
    }
}

/// What a customer does with agreements.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgreementCommand {
    /// Reads the newest one of a kind (showLatestPublishedAgreement).
    Latest {
        /// Kind.
        kind: Option<String>,
    },
    /// Asks whether the newest one of a kind is signed (showSignedLatestPublishedAgreement).
    Signed {
        /// Kind.
        kind: Option<String>,
    },
    /// Signs one (signPublishedAgreement).
    Sign {
        /// Id of the agreement.
        agreement: u32,
    },
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgreementOutcome {
    /// The newest one.
    Latest(Agreement),
    /// Whether it is signed.
    Signed(bool),
    /// It was signed.
    Recorded {
        /// Id of the record.
        record: u32,
    },
}

/// What is published, and signed.
#[derive(Clone, Debug, Default)]
pub(super) struct Agreements {
    published: BTreeMap<u32, Agreement>,
    /// The record of each signature, by the index of the customer and the id of the agreement.
    signed: BTreeMap<(u32, u32), u32>,
    last_record: u32,
}

impl World {
    pub(super) fn agreement(
        &mut self,
        by: &str,
        what: &AgreementCommand,
    ) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        let outcome = match what {
            AgreementCommand::Latest { kind } => {
                AgreementOutcome::Latest(self.latest_agreement(kind.as_deref())?.clone())
            }
            AgreementCommand::Signed { kind } => {
                let latest = self.latest_agreement(kind.as_deref())?.id;
                AgreementOutcome::Signed(self.agreements.signed.contains_key(&(person, latest)))
            }
            AgreementCommand::Sign { agreement } => AgreementOutcome::Recorded {
                record: self.sign(person, *agreement)?,
            },
        };
        Ok(Outcome::Agreement(outcome))
    }

    /// Publishes an agreement, or another one in its place, which nobody has signed.
    pub(super) fn publish(&mut self, agreement: Agreement) {
        let id = agreement.id;
        let before = self.agreements.published.insert(id, agreement);
        if before.as_ref() != self.agreements.published.get(&id) {
            self.agreements.signed.retain(|(_, of), _| *of != id);
        }
    }

    /// All published agreements, in the order of their ids.
    pub fn published_agreements(&self) -> Vec<Agreement> {
        self.agreements.published.values().cloned().collect()
    }

    /// The newest agreement of a kind. The example of the documents asks for a kind without a name and gets the agreement
    /// for new tickets (D-99).
    fn latest_agreement(&self, kind: Option<&str>) -> Result<&Agreement, Refusal> {
        let kind = kind.unwrap_or(FOR_TICKETS);
        let newest = |kind: &str| {
            let published = self.agreements.published.values();
            let of_kind = published.filter(|agreement| agreement.kind == kind);
            of_kind.max_by_key(|agreement| (agreement.version, agreement.id))
        };
        let other = || match self.rules.unknown_agreement {
            UnknownAgreement::ForTickets => newest(FOR_TICKETS),
            UnknownAgreement::Refused => None,
        };
        newest(kind).or_else(other).ok_or(Refusal::NoSuchAgreement)
    }

    fn sign(&mut self, person: u32, agreement: u32) -> Result<u32, Refusal> {
        let Agreements {
            published,
            signed,
            last_record,
        } = &mut self.agreements;
        if !published.contains_key(&agreement) {
            return Err(Refusal::NoSuchAgreement);
        }
        let before = signed.get(&(person, agreement)).copied();
        match (before, self.rules.sign_again) {
            (Some(record), SignAgain::SameRecord) => Ok(record),
            (Some(_), SignAgain::Refused) => Err(Refusal::SignedAlready),
            _ => {
                *last_record = last_record.saturating_add(1);
                signed.insert((person, agreement), *last_record);
                Ok(*last_record)
            }
        }
    }
}
