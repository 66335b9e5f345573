//! The agreements that are published, and who signed them.

use std::collections::BTreeMap;

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
    pub(super) published: BTreeMap<u32, Agreement>,
    /// The record of each signature, by the index of the customer and the id of the agreement.
    pub(super) signed: BTreeMap<(u32, u32), u32>,
    pub(super) last_record: u32,
}
