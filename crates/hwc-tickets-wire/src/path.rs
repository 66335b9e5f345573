//! Values that become part of a path. The generator's encoding lets `..`, an empty value and `\` through, any of which
//! would turn the request into one of another operation.

use hwc_core::{Fault, FaultKind, Operation, Sent};

/// Checks the values of one call.
///
/// # Errors
/// A value that could change the route. Nothing was sent.
pub(crate) fn check(
    operation: &'static Operation,
    values: &[(&'static str, &str)],
) -> Result<(), Fault> {
    for (name, value) in values {
        if let Some(flaw) = flaw(value) {
            return Err(invalid(operation, format!("{name} {flaw}")));
        }
    }
    Ok(())
}

/// What is wrong with a value; never shows the value.
fn flaw(value: &str) -> Option<&'static str> {
    match value {
        "" => Some("is empty"),
        "." | ".." => Some("is a dot segment, which is no id"),
        _ if value.contains(['/', '\\', '%', '?', '#']) => {
            Some("holds one of / \\ % ? #, which no id has")
        }
        _ if value.chars().any(char::is_control) => Some("holds a control character"),
        _ => None,
    }
}

/// Whether `path` is one that the template gives: as many segments, the fixed ones equal, none empty.
pub(crate) fn matches(template: &str, path: &str) -> bool {
    let (mut wanted, mut found) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted.starts_with('{') => {
                if found.is_empty() {
                    return false;
                }
            }
            (Some(wanted), Some(found)) if wanted == found => {}
            _ => return false,
        }
    }
}

/// The fault for input that makes no request.
pub(crate) fn invalid(
    operation: &'static Operation,
    detail: impl Into<std::borrow::Cow<'static, str>>,
) -> Fault {
    Fault::new(FaultKind::InvalidInput, Sent::No, detail).of(operation)
}
