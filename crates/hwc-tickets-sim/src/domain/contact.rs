//! Phone numbers and mail addresses, and what can be asked about them.

use jiff::Timestamp;

use super::text::Text;

/// What kind of contact it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ContactWay {
    /// A phone, which gets text messages.
    Phone,
    /// A mail address.
    Mail,
}

impl ContactWay {
    /// The kind that a number means.
    pub fn of(number: i64) -> Option<Self> {
        match number {
            0 => Some(ContactWay::Phone),
            1 => Some(ContactWay::Mail),
            _ => None,
        }
    }

    /// Its number.
    pub fn number(self) -> i64 {
        match self {
            ContactWay::Phone => 0,
            ContactWay::Mail => 1,
        }
    }
}

/// A phone number or a mail address. `Debug` does not show it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Contact {
    /// Kind.
    pub way: ContactWay,
    /// Number or address.
    pub value: Text,
    /// Country code of a phone, such as `86`. May be empty.
    pub area_code: String,
}

impl Contact {
    /// A contact of a kind.
    pub fn new(way: ContactWay, value: impl Into<Text>, area_code: impl Into<String>) -> Self {
        Contact {
            way,
            value: value.into(),
            area_code: area_code.into(),
        }
    }

    /// A mail address.
    pub fn mail(address: impl Into<Text>) -> Self {
        Contact::new(ContactWay::Mail, address, "")
    }

    /// A phone number with its country code.
    pub fn phone(area_code: &str, number: impl Into<Text>) -> Self {
        Contact::new(ContactWay::Phone, number, area_code)
    }

    /// Whether both reach the same. Only a phone has a country code, and not everybody says it (D-94).
    pub(super) fn reaches(&self, other: &Contact) -> bool {
        let unsaid = self.area_code.is_empty() || other.area_code.is_empty();
        let area = self.way == ContactWay::Mail || unsaid || self.area_code == other.area_code;
        self.way == other.way && self.value == other.value && area
    }
}

/// A contact that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifiedContact {
    /// Id of the verification, which stands for the contact. `Debug` does not show it.
    pub id: Text,
    /// The contact.
    pub contact: Contact,
    /// When the verification ends.
    pub until: Timestamp,
}

/// Which verified contacts are meant. What is absent is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContactFilter {
    /// Kind.
    pub way: Option<ContactWay>,
    /// Number or address, whole.
    pub value: Option<Text>,
    /// Country code.
    pub area_code: Option<String>,
    /// Id of the verification.
    pub id: Option<Text>,
    /// Id of the account.
    pub account: Option<String>,
    /// Id of the user inside the account.
    pub sub_user: Option<String>,
    /// A time at which the verification still holds (D-95).
    pub holds_at: Option<Timestamp>,
}

impl ContactFilter {
    /// Whether a contact of the right person fits.
    pub(super) fn fits(&self, verified: &VerifiedContact) -> bool {
        let VerifiedContact { id, contact, until } = verified;
        self.way.is_none_or(|way| way == contact.way)
            && self.value.as_ref().is_none_or(|it| *it == contact.value)
            && (self.area_code.as_ref()).is_none_or(|code| *code == contact.area_code)
            && self.id.as_ref().is_none_or(|wanted| wanted == id)
            && self.holds_at.is_none_or(|time| time <= *until)
    }
}

/// What a customer does with contacts.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ContactCommand {
    /// Asks whether a contact has to be verified (checkNeedVerify).
    Check(Contact),
    /// Has a code sent to a contact (sendVerifyCodes).
    Send(Contact),
    /// Says which code came (checkVerifyCodes).
    Verify {
        /// Where it came.
        contact: Contact,
        /// The code.
        code: Text,
    },
    /// Lists verified contacts, newest first (listHasVerifiedContacts).
    List {
        /// Which of them.
        filter: ContactFilter,
        /// Contacts to skip.
        offset: usize,
        /// Contacts to give.
        limit: usize,
    },
    /// Asks for the mail addresses that get copies (listCaseCcEmails).
    Copies,
    /// Has this code on its way to a contact, whatever was sent before. No operation does it.
    Expect {
        /// Where it goes.
        contact: Contact,
        /// The code.
        code: Text,
    },
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ContactOutcome {
    /// Whether a contact has to be verified.
    Needed {
        /// Whether it has to.
        needed: bool,
        /// When the verification ends, or the code on its way; that time is over if there is neither. A contact that is
        /// registered has none.
        until: Option<Timestamp>,
    },
    /// A page of verified contacts.
    Verified {
        /// All contacts that fit, not capped.
        total: usize,
        /// The page, newest first.
        contacts: Vec<VerifiedContact>,
    },
    /// Mail addresses for copies.
    Copies {
        /// Id of the customer.
        user: String,
        /// Id of the account.
        account: String,
        /// What was named last.
        last: Text,
        /// Addresses to choose from.
        others: Vec<Text>,
    },
}
