//! What became of a submit in doubt, and what could be its message.

use crate::{ids::MessageId, messages::message::Message, setters::setters};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// What became of a submit in doubt.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It is in the ticket: this is it. More exactly, such a message stands in the ticket since the submit
    /// began, and no other submit that this client or its outbox knows of can have made it.
    Confirmed(Box<Message>),
    /// It is not in the ticket: at least two reads that lie apart by the consistency window agree.
    /// A service that shows a message later than that would still prove this wrong, so sending it again
    /// stays the caller's decision.
    Absent,
    /// It was in the ticket, and this caller took it back since: its message had this id. Nothing is to be sent again.
    Recalled(MessageId),
    /// Not known yet. Ask again later, or let a person decide: these messages could be it, the most alike
    /// first, 20 at most. Then [`Client::forget`](crate::Client::forget) ends the doubt.
    Unknown(Vec<Candidate>),
}

/// As it was written. What a later version wrote and this one cannot read is not known: nothing is guessed.
impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Known {
            Confirmed(Box<Message>),
            Absent,
            Recalled(MessageId),
            Unknown(Vec<Candidate>),
        }
        let written = Value::deserialize(deserializer)?;
        Ok(match Known::deserialize(written) {
            Ok(Known::Confirmed(message)) => Self::Confirmed(message),
            Ok(Known::Absent) => Self::Absent,
            Ok(Known::Recalled(message)) => Self::Recalled(message),
            Ok(Known::Unknown(candidates)) => Self::Unknown(candidates),
            Err(_) => Self::Unknown(Vec::new()),
        })
    }
}

/// A message of the ticket that could be the one in doubt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Candidate {
    /// The message.
    pub message: Message,
    /// How much it looks like the one in doubt.
    pub resemblance: Resemblance,
    /// Whether it was made while the message in doubt was on its way or at most the consistency window
    /// later, by the clock of the service. `None`: that cannot be told. Clocks may be wrong: no proof.
    pub in_time: Option<bool>,
}

impl Candidate {
    /// A message that looks like the one in doubt this much; whether it was made in time is not known.
    #[must_use]
    pub fn new(message: Message, resemblance: Resemblance) -> Self {
        Self {
            message,
            resemblance,
            in_time: None,
        }
    }
}

setters! {
    Candidate {}
    optional { in_time: bool }
}

/// How much a message looks like one in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Resemblance {
    /// The same text.
    SameText,
    /// The same words; white space, quotes, Unicode form or the like differ.
    SimilarText,
    /// Another text. A service that alters what it stores could still show the one in doubt like this. What a later version
    /// stored and this one has no name for is read so.
    #[serde(other)]
    OtherText,
}
