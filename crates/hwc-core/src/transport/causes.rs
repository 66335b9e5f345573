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
    without_manual(&innermost.to_string())
}

/// The words without the address of a manual for programmers: whoever reads the message did not write this program.
fn without_manual(words: &str) -> String {
    let Some((said, address)) = words.split_once("https://docs.rs/") else {
        return words.to_owned();
    };
    let said = said.trim_end_matches([':', '(', ' ']);
    let rest = address.split_once(' ').map(|(_, rest)| rest);
    match rest {
        Some(rest) => format!("{said} {rest}"),
        None => said.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_manual_for_programmers() {
        for (words, said) in [
            ("the line broke", "the line broke"),
            (
                "the line broke: https://docs.rs/x/latest/y.html#z",
                "the line broke",
            ),
            ("broken (https://docs.rs/x) for good", "broken for good"),
            (
                "not https://things.example.com/",
                "not https://things.example.com/",
            ),
        ] {
            let error = io::Error::other(words);
            assert_eq!(root_words(&error), said);
        }
    }
}
