//! The header `Date`, made once for each second.

use std::sync::{Mutex, PoisonError};

use http::Response;
use http::header::{AGE, DATE, HeaderValue};
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::domain::Rules;

/// The time as answers tell it. Every answer tells that of this clock, whoever gives it: whatever is on the connection is one
/// service. A recorded answer keeps the time that was recorded, and one of the service tells what its [`Rules`] say.
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
        let date = written(&now)?;
        *last = Some((second, date.clone()));
        Some(date)
    }

    /// Tells it with an answer, unless that tells another time, or is not to tell any.
    pub(super) fn write<B>(&self, response: &mut Response<B>) {
        if response.extensions().get::<Untold>().is_some() {
            return;
        }
        if let Some(now) = self.now() {
            response.headers_mut().entry(DATE).or_insert(now);
        }
    }
}

fn written(time: &Timestamp) -> Option<HeaderValue> {
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(time);
    HeaderValue::try_from(text.ok()?).ok()
}

/// The mark of an answer that tells no time.
#[derive(Clone, Copy, Debug)]
struct Untold;

/// What an answer of the service tells of the time: by the rules, also nothing, or another time than that of the clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Telling {
    tells_time: bool,
    /// In seconds.
    ahead: i64,
    /// Seconds since it was stored on the way.
    stored_for: u64,
}

impl Telling {
    /// By these rules. Only what reads is ever stored.
    pub(super) fn by(rules: &Rules, is_read: bool) -> Self {
        Telling {
            tells_time: rules.tells_time,
            ahead: rules.date_ahead,
            stored_for: if is_read {
                rules.stored_for.as_secs()
            } else {
                0
            },
        }
    }

    /// Tells it with an answer of now.
    pub(super) fn write<B>(self, clock: &Clock, response: &mut Response<B>) {
        if self.stored_for > 0 {
            let age = HeaderValue::from(self.stored_for);
            response.headers_mut().insert(AGE, age);
        }
        let stored_for = i64::try_from(self.stored_for).unwrap_or(i64::MAX);
        let by = self.ahead.saturating_sub(stored_for);
        if self.tells_time && by == 0 {
            // That of every answer.
            return;
        }
        let time = clock.now().checked_add(SignedDuration::from_secs(by)).ok();
        match time
            .filter(|_| self.tells_time)
            .and_then(|time| written(&time))
        {
            Some(date) => {
                response.headers_mut().insert(DATE, date);
            }
            // A time that nobody can write is not told either.
            None => {
                response.extensions_mut().insert(Untold);
            }
        }
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
