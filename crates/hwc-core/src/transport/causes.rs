//! The causes of an error, down to the innermost.

use std::{error::Error, io};

/// The cause of an error. `io::Error::source` skips the error it wraps, which is the one wanted here.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    if let Some(inner) = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        return Some(inner);
    }
    error.source()
}

/// The outermost error of this type: `error` itself or one of its causes.
pub(super) fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = cause(error);
    }
    None
}

/// The words of the innermost cause: the engine's outer layers say the same less clearly.
pub(super) fn root_words(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(deeper) = cause(innermost) {
        innermost = deeper;
    }
    innermost.to_string()
}
