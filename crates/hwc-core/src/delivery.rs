//! What is known about the effect of a call that failed.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What is known about the effect of a call that did not return `Ok`, all its attempts together.
///
/// Ordered by how much may have happened. This crate itself never says [`Delivery::Absent`]: no answer proves that, only a
/// look at the service can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Delivery {
    /// Nothing of it can have been acted on. It is safe to do it again.
    NotSent,
    /// The service or its gateway answered, and the answer proves that nothing was done.
    Rejected,
    /// What it was to do was looked for, more than once and over the consistency window: it is not there.
    Absent,
    /// It may have been done. A write must not simply be repeated: that may double it. What a later version stored and this
    /// one has no name for is read so.
    #[serde(other)]
    Unknown,
}

impl Delivery {
    /// Its name in logs and in what is stored, e.g. `not_sent`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Rejected => "rejected",
            Self::Absent => "absent",
            Self::Unknown => "unknown",
        }
    }
}

/// The name.
impl fmt::Display for Delivery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// From the name.
impl FromStr for Delivery {
    type Err = UnknownDelivery;

    fn from_str(text: &str) -> Result<Self, UnknownDelivery> {
        [Self::NotSent, Self::Rejected, Self::Absent, Self::Unknown]
            .into_iter()
            .find(|delivery| delivery.as_str() == text)
            .ok_or(UnknownDelivery)
    }
}

/// A text is not the name of a [`Delivery`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a delivery: not_sent, rejected, absent or unknown is expected")]
pub struct UnknownDelivery;

#[cfg(test)]
mod tests {
    use super::*;

    /// From the least that may have happened to the most; a log names them as what is stored does.
    #[test]
    fn the_order_and_the_names() {
        let all = [
            Delivery::NotSent,
            Delivery::Rejected,
            Delivery::Absent,
            Delivery::Unknown,
        ];
        assert!(all.is_sorted_by(|less, more| less < more));
        let names = all.map(|delivery| delivery.as_str());
        assert_eq!(names, ["not_sent", "rejected", "absent", "unknown"]);
        for delivery in all {
            assert_eq!(delivery.to_string(), delivery.as_str());
            assert_eq!(delivery.as_str().parse(), Ok(delivery));
            let stored = serde_json::to_value(delivery).unwrap();
            assert_eq!(stored, delivery.as_str());
            assert_eq!(
                serde_json::from_value::<Delivery>(stored).unwrap(),
                delivery
            );
        }
    }
}
