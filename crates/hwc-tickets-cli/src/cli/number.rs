//! Whole numbers as people type them, and which of them are taken.

use clap::builder::TypedValueParser;
use hwc_tickets::api::{Operation, Unit, Value};
use std::{ffi::OsStr, fmt, str::FromStr};

/// How often a call is retried.
pub(crate) const RETRIES: Integers<u32> = Integers::new(0, u32::MAX);
/// How many of something; none is a number, too.
pub(super) const COUNT: Integers<u64> = Integers::new(0, u64::MAX);
/// How many of something, where none of it would be no command.
pub(super) const AT_LEAST_ONE: Integers<u64> = Integers::new(1, u64::MAX);
/// Which part of a text.
pub(super) const PART: Integers<usize> = Integers::new(1, usize::MAX);
/// Numbers whose limits only the service knows.
pub(crate) const ANY_INTEGER: Integers<i64> = Integers::new(i64::MIN, i64::MAX);

/// The whole numbers that an option, a variable or a key of the configuration file takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Integers<T> {
    least: T,
    most: T,
}

impl<T> Integers<T> {
    pub(super) const fn new(least: T, most: T) -> Self {
        Self { least, most }
    }
}

impl Integers<i64> {
    /// Those that the documents have for a value; any, where they have no range.
    pub(super) fn documented(operation: &Operation, value: &Value) -> Self {
        let mut limits = operation.limits(value);
        let limit = limits.find(|limit| limit.unit == Unit::Value);
        limit.map_or(ANY_INTEGER, |limit| Self::within(limit.min, limit.max))
    }

    /// Those within a limit, which may have one end alone.
    fn within(min: Option<i64>, max: Option<i64>) -> Self {
        Self::new(min.unwrap_or(i64::MIN), max.unwrap_or(i64::MAX))
    }
}

impl<T: Copy + PartialOrd + FromStr + fmt::Display> Integers<T> {
    /// Reads one of them. The reason of a refusal says which there are, and does not repeat what was typed.
    pub(crate) fn read(self, text: &str) -> Result<T, String> {
        let number: Option<T> = text.trim().parse().ok();
        number
            .filter(|number| (self.least..=self.most).contains(number))
            .ok_or_else(|| format!("it must be {self}"))
    }
}

/// `a whole number from 1 to 9`.
impl<T: fmt::Display> fmt::Display for Integers<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {} to {}", self.least, self.most)
    }
}

/// Reads one from the command line.
impl<T> TypedValueParser for Integers<T>
where
    T: Copy + PartialOrd + FromStr + fmt::Display + Send + Sync + 'static,
{
    type Value = T;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        text: &OsStr,
    ) -> Result<T, clap::Error> {
        let numbers = *self;
        let read = move |text: &str| numbers.read(text);
        TypedValueParser::parse_ref(&read, command, argument, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_of_a_range_is_told_the_range() {
        let digit = Integers::<u32>::new(1, 9);
        for (text, expected) in [
            ("1", Some(1)),
            (" 9 ", Some(9)),
            ("0", None),
            ("10", None),
            ("-1", None),
            ("1.5", None),
            ("99999999999999999999", None),
            ("", None),
            ("many", None),
        ] {
            let refusal = || "it must be a whole number from 1 to 9".to_owned();
            assert_eq!(digit.read(text), expected.ok_or_else(refusal), "{text:?}");
        }
    }

    /// What is documented of one end holds without the other.
    #[test]
    fn a_limit_may_have_one_end() {
        for (min, max, least, most) in [
            (Some(1), Some(9), 1, 9),
            (Some(1), None, 1, i64::MAX),
            (None, Some(9), i64::MIN, 9),
            (None, None, i64::MIN, i64::MAX),
        ] {
            let numbers = Integers::within(min, max);
            assert_eq!((numbers.least, numbers.most), (least, most));
        }
    }

    /// The ends of what a type holds are numbers of it.
    #[test]
    fn both_ends_are_taken() {
        for (text, is_taken) in [
            ("-9223372036854775808", true),
            ("9223372036854775807", true),
            ("-9223372036854775809", false),
            ("9223372036854775808", false),
        ] {
            assert_eq!(ANY_INTEGER.read(text).is_ok(), is_taken, "{text}");
        }
        let most = RETRIES.read("4294967295");
        assert_eq!((most, RETRIES.read("0")), (Ok(u32::MAX), Ok(0)));
        assert!(RETRIES.read("4294967296").is_err());
    }
}
