//! Variables of the environment, read by the one rule of `hwc_core`, and told in the words of the program.

use crate::failure::Failure;
use hwc_core::variables;
use std::path::PathBuf;

pub(crate) use hwc_core::variables::{
    ReadVariable as Lookup, process_environment as process_variable,
};

/// The text of a variable, without white space at its ends. Empty or blank counts as not set; what is not UTF-8 is
/// refused.
pub(crate) fn text(variable: Lookup<'_>, name: &'static str) -> Result<Option<String>, Failure> {
    match variables::text(variable, name) {
        Ok(text) => Ok(text.map(|text| text.trim().to_owned())),
        Err(_) => Err(Failure::usage(
            format!("the value of {name} cannot be used: it is not UTF-8 text"),
            format!("Set {name} again, or unset it."),
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
