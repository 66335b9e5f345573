//! What is done with agreements: read, asked for, signed.

use super::World;
use crate::domain::agreement::{Agreement, AgreementCommand, AgreementOutcome, Agreements};
use crate::domain::command::{Outcome, Refusal};
use crate::domain::rules::{SignAgain, UnknownAgreement};

/// The kind of agreement for new tickets of common users. It is also the one that is meant when none is named.
const FOR_TICKETS: &str = "0";

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
