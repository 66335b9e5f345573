//! One stored message, kept small: a million of them fit into memory.

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::text::Text;

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Author {
    /// A customer (`type` 0).
    Customer,
    /// A support engineer (`type` 1).
    Engineer,
}

/// A place in the order in which messages became visible: time first, then number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// When it became visible, in milliseconds since 1970.
    pub(super) millis: i64,
    /// The number of the message; unique in the world.
    pub(super) number: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Message {
    /// Unique in the world; grows in the order of arrival. `message_id` is made of it.
    pub(super) number: u64,
    /// When it was written, in milliseconds since 1970.
    pub(super) at_millis: i64,
    /// When it became visible; never before the one ahead of it in the ticket.
    pub(super) visible_millis: i64,
    /// Index of the author among customers or engineers.
    pub(super) person: u32,
    pub(super) author: Author,
    /// The engineer wrote mark-up; `trim_osm_rich_text_label` takes it off.
    pub(super) rich: bool,
    pub(super) confidential: bool,
    pub(super) recalled: bool,
    /// It was there when the ticket was opened by the simulator; nobody sent it.
    pub(super) history: bool,
    pub(super) content: Text,
    /// Rarely present, so one pointer when absent.
    pub(super) attachments: Option<Box<[String]>>,
}

impl Message {
    pub(super) fn id(&self) -> MessageId {
        MessageId(self.number)
    }

    pub(super) fn place(&self) -> Place {
        Place {
            millis: self.visible_millis,
            number: self.number,
        }
    }

    pub(super) fn second(&self) -> i64 {
        self.at_millis.div_euclid(1000)
    }

    pub(super) fn at(&self) -> Timestamp {
        timestamp(self.at_millis)
    }

    pub(super) fn attachments(&self) -> &[String] {
        self.attachments.as_deref().unwrap_or_default()
    }
}

/// The id of a message: as text `msg-` and at least ten digits. A copy costs nothing, and the text is made where it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(u64);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "msg-{:010}", self.0)
    }
}

impl Serialize for MessageId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The text of a message id.
pub(super) fn message_id(number: u64) -> String {
    MessageId(number).to_string()
}

/// The number in the text of a message id, if it has exactly the form this service gives out.
pub(super) fn message_number(id: &str) -> Option<u64> {
    let number = id.strip_prefix("msg-")?.parse().ok()?;
    (message_id(number) == id).then_some(number)
}

/// Milliseconds since 1970 as a time; a value outside the range of dates becomes the nearest one.
pub(super) fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// Writes a time as RFC 3339 text.
pub(super) fn serialize_timestamp<S: Serializer>(
    at: &Timestamp,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_small() {
        assert!(size_of::<Message>() <= 72, "{}", size_of::<Message>());
    }

    #[test]
    fn only_ids_that_were_given_out_are_read() {
        for (id, number) in [
            ("msg-0000000007", Some(7)),
            ("msg-12345678901", Some(12_345_678_901)),
            ("msg-7", None),
            ("msg-00000000007", None),
            ("msg-+000000007", None),
            ("7", None),
            ("", None),
        ] {
            assert_eq!(message_number(id), number, "{id}");
        }
    }
}
