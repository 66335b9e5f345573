//! The header `Date`, made once for each second.

use std::sync::{Mutex, PoisonError};

use http::header::HeaderValue;
use jiff::fmt::rfc2822::DateTimePrinter;

use crate::clock::Clock;

/// The time as answers tell it. Every answer tells that of this clock, whoever gives it: whatever is on the connection is one
/// service. A recorded answer keeps the time that was recorded.
#[derive(Debug)]
pub(super) struct Dates {
    clock: Clock,
    /// The last one, and its second: most answers are given in the same second as the one before.
    last: Mutex<Option<(Second, HeaderValue)>>,
}

/// A second on a clock. Before 1970 it lies on the other side of the number it begins with.
type Second = (i64, bool);

impl Dates {
    pub(super) fn of(clock: Clock) -> Self {
        Dates {
            clock,
            last: Mutex::default(),
        }
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// That of now.
    pub(super) fn now(&self) -> Option<HeaderValue> {
        let now = self.clock.now();
        let second = (now.as_second(), now.subsec_nanosecond() < 0);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, date)) = &*last
            && *known == second
        {
            return Some(date.clone());
        }
        let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
        let date = HeaderValue::try_from(text.ok()?).ok()?;
        *last = Some((second, date.clone()));
        Some(date)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Time;

    /// Each second has its own date, also where it lies before 1970 and is counted backwards.
    #[test]
    fn a_date_is_that_of_its_second() {
        let start = "1969-12-31T23:59:57.5Z".parse().unwrap();
        let dates = Dates::of(Clock::new(Time::Manual(start)));
        let mut told = Vec::new();
        for _ in 0..7 {
            told.push(dates.now().unwrap());
            dates.clock.advance(Duration::from_millis(500));
        }
        let expected = [
            "Wed, 31 Dec 1969 23:59:57 GMT",
            "Wed, 31 Dec 1969 23:59:58 GMT",
            "Wed, 31 Dec 1969 23:59:58 GMT",
            "Wed, 31 Dec 1969 23:59:59 GMT",
            "Wed, 31 Dec 1969 23:59:59 GMT",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "Thu, 01 Jan 1970 00:00:00 GMT",
        ];
        assert_eq!(told, expected);
    }
}
