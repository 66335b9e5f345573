//! Moments on the clocks that play a part in a doubt, and what they tell together.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How far the clock that stamps what is made may differ from the one that stamps answers, both told in whole seconds. Within
/// that, a time does not tell whether something was made before the baseline or after it.
pub(crate) const FOREIGN_CLOCK: SignedDuration = SignedDuration::from_secs(5);

/// A time by the clock of the service: from the start of the POST to the moment of doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Span {
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

/// A moment on the two clocks that processes share. Either may be wrong or be set: only what both say
/// counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Moment {
    /// By the clock of this machine.
    pub(crate) wall: Timestamp,
    /// By the clock of the service, when it told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) service: Option<Timestamp>,
}

impl Moment {
    /// Whether both clocks say that this moment lies before `other` by more than `by`.
    pub(crate) fn is_before(self, other: Self, by: Duration) -> bool {
        let earlier = |one: Timestamp, other: Timestamp| {
            SignedDuration::try_from(by).is_ok_and(|by| other.duration_since(one) > by)
        };
        earlier(self.wall, other.wall)
            && self
                .service
                .zip(other.service)
                .is_some_and(|(one, other)| earlier(one, other))
    }
}

/// What the clock of the service showed, and when the head of the answer with it came, on the monotonic clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServiceClock {
    date: Timestamp,
    at: Duration,
}

impl ServiceClock {
    /// It showed `date` at the moment `at`.
    pub(crate) fn new(date: Timestamp, at: Duration) -> Self {
        Self { date, at }
    }

    /// What it shows at `moment` of the monotonic clock.
    pub(crate) fn at(self, moment: Duration) -> Option<Timestamp> {
        let since = SignedDuration::try_from(moment)
            .ok()?
            .checked_sub(SignedDuration::try_from(self.at).ok()?)?;
        self.date.checked_add(since).ok()
    }
}

/// When a POST was under way, on the monotonic clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Posting {
    pub(crate) from: Duration,
    pub(crate) until: Duration,
}

impl Posting {
    /// The same by the clock of the service. The wall clock of this machine plays no part in it.
    pub(crate) fn by(self, clock: ServiceClock) -> Option<Span> {
        Some(Span {
            from: clock.at(self.from)?,
            until: clock.at(self.until)?,
        })
    }
}
