//! Variables of the environment, read by one rule.
//!
//! A variable that is empty or blank counts as not set. One that is not UTF-8 text is an error that names it,
//! unless it is a path, which need not be text. Variables are read through a function, so that a test, or a
//! program with its own configuration, never touches the environment of the process.
//!
//! Public for the SDK and the program built on this crate, so that all variables are read by one rule. Not promised to others,
//! but for [`ReadVariable`] and [`process_environment`], which [`crate::identity`] gives out.

use std::ffi::OsString;

/// Reads one variable; `None` when it is not set.
pub type ReadVariable<'a> = &'a (dyn Fn(&str) -> Option<OsString> + Send + Sync);

/// Reads a variable of this process.
#[must_use]
pub fn process_environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// The value of a variable is not UTF-8 text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the value of {name} is not UTF-8 text")]
pub struct NotText<'a> {
    /// The variable.
    pub name: &'a str,
}

/// The text of the variable as it is, or `None` when it is not set.
///
/// # Errors
/// [`NotText`] when the value is not UTF-8.
pub fn text<'a>(read: ReadVariable<'_>, name: &'a str) -> Result<Option<String>, NotText<'a>> {
    match read(name).map(OsString::into_string) {
        Some(Err(_)) => Err(NotText { name }),
        Some(Ok(text)) if !text.trim().is_empty() => Ok(Some(text)),
        _ => Ok(None),
    }
}
