//! Variables of the environment, read by one rule: empty or blank is not set, and what is no text is refused.

use super::Source;
use crate::failure::Failure;
use std::{ffi::OsString, path::PathBuf};

/// Where variables are looked up: the process, or a table in tests.
pub(crate) type Lookup<'a> = &'a (dyn Fn(&str) -> Option<OsString> + Send + Sync);

/// A variable of this process.
pub(crate) fn process_variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// The text of a variable, without white space at its ends. Empty or blank counts as not set; what is not UTF-8 is
/// refused.
pub(crate) fn text(variable: Lookup<'_>, name: &'static str) -> Result<Option<String>, Failure> {
    match variable(name).map(OsString::into_string) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Some(Err(_)) => Err(Failure::usage(
            format!(
                "the value of {} cannot be used: it is not UTF-8 text",
                Source::Environment(name).in_words()
            ),
            format!("Set {name} anew, or unset it."),
        )),
    }
}

/// A tag as the client takes it; told here, where its place is known.
pub(super) fn language(text: &str) -> Result<String, String> {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match (1..=32).contains(&text.len()) && text.bytes().all(is_usual) {
        true => Ok(text.to_owned()),
        false => Err("it is not a tag such as en_US (1 to 32 letters, digits, - or _)".to_owned()),
    }
}

/// The path in a variable. Empty or blank counts as not set.
pub(super) fn path(variable: Lookup<'_>, name: &str) -> Option<PathBuf> {
    let value = variable(name)?;
    match value.to_str().map(str::trim) {
        Some("") => None,
        Some(text) => Some(PathBuf::from(text)),
        None => Some(PathBuf::from(value)),
    }
}
