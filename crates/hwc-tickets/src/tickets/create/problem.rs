//! What is wrong with a ticket before it is opened: the field, and what to do.

use crate::catalog::choices::Agreement;
use std::fmt;

/// One thing that is wrong with a [`TicketDraft`](super::TicketDraft).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DraftProblem {
    /// A value is mandatory and not there.
    Missing {
        /// The field of the draft; of an extra field, `extra.` and its key.
        field: String,
    },
    /// A text is longer than documented, or than the service says.
    TooLong {
        /// The field.
        field: String,
        /// Its length: UTF-16 units of a text, items of a list.
        length: u64,
        /// Most that may be.
        most: u64,
    },
    /// A value has a form that cannot be sent: an empty id, a NUL character, a line end in a single line, a list where one text
    /// is asked for, an attachment that is named twice.
    Form {
        /// The field.
        field: String,
    },
    /// A value is to be a whole number and is none.
    NotInteger {
        /// The field.
        field: String,
    },
    /// A number is less or more than the service says.
    OutOfRange {
        /// The field.
        field: String,
        /// Least number.
        min: Option<i64>,
        /// Greatest number.
        max: Option<i64>,
    },
    /// A value is not among those that the service offers.
    NotOffered {
        /// The field.
        field: String,
    },
    /// There is no such extra field for this kind of problem.
    UnknownField {
        /// The field.
        field: String,
    },
    /// No ticket about this kind of problem can be opened any more.
    QuotaUsedUp {
        /// How many there may be in all, if the service said so.
        total: Option<u64>,
    },
    /// The agreement for new tickets is not signed: this one.
    Unsigned {
        /// The agreement, to be shown to who is to agree.
        agreement: Box<Agreement>,
    },
    /// A contact is neither a registered one nor named with the id under which it was verified.
    Unverified {
        /// The field: `mobile` or `mail`.
        field: String,
    },
}

impl DraftProblem {
    /// The field of the draft it is about, if it is about one.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Missing { field }
            | Self::TooLong { field, .. }
            | Self::Form { field }
            | Self::NotInteger { field }
            | Self::OutOfRange { field, .. }
            | Self::NotOffered { field }
            | Self::UnknownField { field }
            | Self::Unverified { field } => Some(field),
            Self::QuotaUsedUp { .. } | Self::Unsigned { .. } => None,
        }
    }

    /// What to do, in one sentence that fits every program.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Missing { field } => format!("Give a value for {}.", shown(field)),
            Self::TooLong { field, .. } => format!("Shorten {}.", shown(field)),
            Self::Form { field } => format!("Correct {}.", shown(field)),
            Self::NotInteger { field } | Self::OutOfRange { field, .. } => {
                format!("Give a fitting number for {}.", shown(field))
            }
            Self::NotOffered { field } => {
                format!("Choose {} from what the service offers.", shown(field))
            }
            Self::UnknownField { field } => format!("Leave {} out.", shown(field)),
            Self::QuotaUsedUp { .. } => {
                "Use a ticket that is open, or ask for a greater quota in the console.".to_owned()
            }
            Self::Unsigned { .. } => {
                "Read the agreement, and agree to it when the ticket is opened.".to_owned()
            }
            Self::Unverified { field } => format!(
                "Verify {} with a code and name the id of the verified contact, or leave it out.",
                shown(field)
            ),
        }
    }
}

impl fmt::Display for DraftProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { field } => write!(f, "{} is missing", shown(field)),
            Self::TooLong {
                field,
                length,
                most,
            } => write!(
                f,
                "{} has a length of {length}, the most is {most}",
                shown(field)
            ),
            Self::Form { field } => write!(f, "{} cannot be sent as it is", shown(field)),
            Self::NotInteger { field } => write!(f, "{} is not a whole number", shown(field)),
            Self::OutOfRange { field, min, max } => {
                write!(f, "{} is not", shown(field))?;
                if let Some(min) = min {
                    write!(f, " at least {min}")?;
                }
                if min.is_some() && max.is_some() {
                    f.write_str(" and")?;
                }
                match max {
                    Some(max) => write!(f, " at most {max}"),
                    None => Ok(()),
                }
            }
            Self::NotOffered { field } => {
                write!(f, "{} is not one that the service offers", shown(field))
            }
            Self::UnknownField { field } => {
                write!(f, "{} is no field of this kind of problem", shown(field))
            }
            Self::QuotaUsedUp { total: Some(total) } => {
                write!(f, "all {total} tickets of this kind are used up")
            }
            Self::QuotaUsedUp { total: None } => f.write_str("the quota of tickets is used up"),
            Self::Unsigned { .. } => f.write_str("the agreement for new tickets is not signed"),
            Self::Unverified { field } => write!(f, "{} is not verified", shown(field)),
        }
    }
}

/// A key may be foreign text: what is no letter, digit, `.`, `_` or `-` is left out.
fn shown(field: &str) -> String {
    (field.chars())
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
        .take(64)
        .collect()
}

/// All that is wrong with a draft: the cause of the error with which it is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DraftProblems(pub(crate) Vec<DraftProblem>);

impl fmt::Display for DraftProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.0.iter().enumerate() {
            let between = if number == 0 { "" } else { "; " };
            write!(f, "{between}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for DraftProblems {}
