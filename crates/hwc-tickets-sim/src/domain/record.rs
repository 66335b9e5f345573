//! What a ticket has besides its messages: what it is about, whom to reach, extra values, a rating, and its log.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde_json::Value;

use super::catalog;
use super::text::Text;

/// What a ticket is about, as ids of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subject {
    /// Category.
    pub subtype: Option<String>,
    /// Product.
    pub product: String,
    /// Kind of problem.
    pub kind: String,
    /// Region.
    pub region: Option<String>,
    /// Severity.
    pub severity: Option<String>,
    /// The way it came in.
    pub source: String,
    /// Project.
    pub project: Option<String>,
}

impl Subject {
    /// A ticket about a kind of problem, and about the product of whoever names none.
    pub fn new(kind: &str) -> Self {
        Subject {
            subtype: None,
            product: catalog::USER_CENTRE.to_owned(),
            kind: kind.to_owned(),
            region: None,
            severity: None,
            source: catalog::SOURCE.to_owned(),
            project: None,
        }
    }

    /// What tickets are about that were there before: a fault of a server.
    pub(super) fn usual() -> Self {
        Subject {
            subtype: Some("0".to_owned()),
            product: "123".to_owned(),
            region: Some("cn-south-1".to_owned()),
            severity: Some("123".to_owned()),
            ..Subject::new("7d3e0c52b8f94a1e96c47f20d15ab8e3")
        }
    }
}

/// How the customer of a ticket is to be reached.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContactInfo {
    /// Country code of the phone number.
    pub area_code: Option<String>,
    /// Phone number.
    pub mobile: Option<String>,
    /// Mail address.
    pub mail: Option<String>,
    /// When: `0` at any time, or a span.
    pub time: Option<String>,
    /// Mail addresses that get a copy.
    pub copies: Option<String>,
}

impl ContactInfo {
    /// The same with what `other` says otherwise.
    pub(super) fn with(self, other: ContactInfo) -> ContactInfo {
        ContactInfo {
            area_code: other.area_code.or(self.area_code),
            mobile: other.mobile.or(self.mobile),
            mail: other.mail.or(self.mail),
            time: other.time.or(self.time),
            copies: other.copies.or(self.copies),
        }
    }
}

/// Numbers and addresses do not belong in a log.
impl fmt::Debug for ContactInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContactInfo(..)")
    }
}

/// Values of extra fields by their keys. `Debug` shows their number only: some are secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<String, Value>);

impl Values {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// All keys with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }

    /// Whether a key has a value that is not empty.
    pub(super) fn fills(&self, key: &str) -> bool {
        match self.get(key) {
            None | Some(Value::Null) => false,
            Some(Value::String(text)) => !text.is_empty(),
            Some(_) => true,
        }
    }

    /// Adds values; those of the same keys are replaced.
    pub(super) fn add(&mut self, other: Values) {
        self.0.extend(other.0);
    }
}

impl FromIterator<(String, Value)> for Values {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(values: I) -> Self {
        Values(values.into_iter().collect())
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Values({})", self.0.len())
    }
}

/// What the customer thinks of how a ticket was handled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rating {
    /// In words.
    pub judgement: Text,
    /// Points by the id of what is rated.
    pub points: Vec<(i64, i64)>,
}

impl Rating {
    /// A rating in words and points.
    pub fn new(judgement: impl Into<Text>, points: Vec<(i64, i64)>) -> Self {
        Rating {
            judgement: judgement.into(),
            points,
        }
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.judgement.is_empty() && self.points.is_empty()
    }
}

/// What a customer does to a ticket as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Takes it back.
    Cancel,
    /// Ends it as solved.
    Close,
    /// Urges the service.
    Urge,
    /// Deletes it.
    Delete,
}

/// What was done to a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Act {
    /// It was opened.
    Opened,
    /// The service put it in another state.
    Moved,
    /// The customer did something to it.
    Done(Action),
    /// The customer rated it.
    Rated,
}

/// An entry in the log of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogLine {
    /// Number of the entry in the ticket, from 1.
    pub number: usize,
    /// What was done.
    pub act: Act,
    /// Whether an engineer did it.
    pub by_engineer: bool,
    /// Id of who did it.
    pub operator: String,
    /// Name of who did it.
    pub operator_name: String,
    /// What was said with it.
    pub words: Text,
    /// When.
    pub at: Timestamp,
}

/// A ticket that a customer opens.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NewTicket {
    /// Calling customer.
    pub by: String,
    /// What it is about.
    pub subject: Subject,
    /// Whether the product was named, and so must fit the kind of problem.
    pub names_product: bool,
    /// What the customer says.
    pub description: Text,
    /// Ids of files that exist.
    pub attachments: Vec<String>,
    /// Whom to reach.
    pub contact: ContactInfo,
    /// Id of the verified phone number.
    pub verified_mobile: Option<String>,
    /// Id of the verified mail address.
    pub verified_mail: Option<String>,
    /// Values of extra fields.
    pub values: Values,
    /// Further values, of which only the mail addresses for copies are known.
    pub further: Values,
}

impl NewTicket {
    /// A ticket of a customer about something.
    pub fn new(by: &str, subject: Subject, description: impl Into<Text>) -> Self {
        NewTicket {
            by: by.to_owned(),
            subject,
            names_product: false,
            description: description.into(),
            attachments: Vec::new(),
            contact: ContactInfo::default(),
            verified_mobile: None,
            verified_mail: None,
            values: Values::default(),
            further: Values::default(),
        }
    }
}

/// Everything of it that a ticket keeps.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) subject: Subject,
    pub(super) contact: ContactInfo,
    pub(super) values: Values,
    pub(super) rating: Rating,
    pub(super) log: Vec<Logged>,
    /// When it was urged last, in milliseconds.
    pub(super) urged: Option<i64>,
    /// When the customer closed it, in milliseconds.
    pub(super) confirmed: Option<i64>,
}

/// An entry of the log, with the index of who did it.
#[derive(Clone, Debug)]
pub(super) struct Logged {
    pub(super) act: Act,
    pub(super) person: u32,
    pub(super) words: Text,
    pub(super) at_millis: i64,
}

impl Record {
    pub(super) fn new(subject: Subject, owner: u32, opened: i64) -> Self {
        let opened = Logged {
            act: Act::Opened,
            person: owner,
            words: Text::default(),
            at_millis: opened,
        };
        Record {
            subject,
            contact: ContactInfo::default(),
            values: Values::default(),
            rating: Rating::default(),
            log: vec![opened],
            urged: None,
            confirmed: None,
        }
    }

    /// Keeps a rating in the place of the one before, and notes that there is one.
    pub(super) fn rate(&mut self, rating: Rating, person: u32, at_millis: i64) {
        self.rating = rating;
        self.note(Act::Rated, person, Text::default(), at_millis);
    }

    pub(super) fn note(&mut self, act: Act, person: u32, words: Text, at_millis: i64) {
        self.log.push(Logged {
            act,
            person,
            words,
            at_millis,
        });
    }
}
