//! Names of ticket statuses as people type them.

use clap::builder::{PossibleValue, TypedValueParser};
use hwc_tickets::TicketStatus;
use std::{ffi::OsStr, fmt, str::FromStr};

/// The statuses that can be waited for.
const NAMES: [(&str, TicketStatus); 9] = [
    ("pending", TicketStatus::Pending),
    ("in-progress", TicketStatus::InProgress),
    ("awaiting-confirmation", TicketStatus::AwaitingConfirmation),
    ("completed", TicketStatus::Completed),
    ("canceled", TicketStatus::Canceled),
    ("suspended", TicketStatus::Suspended),
    ("invalid", TicketStatus::Invalid),
    ("deleted", TicketStatus::Deleted),
    ("awaiting-feedback", TicketStatus::AwaitingFeedback),
];

/// A status that is waited for. Underscores count as dashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StatusName(pub(crate) TicketStatus);

/// A text is not the name of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvalidStatus;

impl fmt::Display for InvalidStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        write!(f, "not a status: give one of {}", names.join(", "))
    }
}

impl std::error::Error for InvalidStatus {}

impl FromStr for StatusName {
    type Err = InvalidStatus;

    fn from_str(text: &str) -> Result<Self, InvalidStatus> {
        let wanted = text.trim().to_ascii_lowercase().replace('_', "-");
        NAMES
            .iter()
            .find(|(name, _)| *name == wanted)
            .map(|(_, status)| Self(*status))
            .ok_or(InvalidStatus)
    }
}

/// Reads a [`StatusName`] from the command line, and tells completions which there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct StatusParser;

impl TypedValueParser for StatusParser {
    type Value = StatusName;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<StatusName, clap::Error> {
        StatusName::from_str.parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(
            NAMES.iter().map(|(name, _)| PossibleValue::new(name)),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_typed() {
        for (name, status) in NAMES {
            assert_eq!(crate::view::status_name(status), name);
            assert_eq!(name.parse(), Ok(StatusName(status)));
            assert_eq!(
                name.replace('-', "_").to_uppercase().parse(),
                Ok(StatusName(status))
            );
        }
        assert_eq!("happy".parse::<StatusName>(), Err(InvalidStatus));
    }
}
