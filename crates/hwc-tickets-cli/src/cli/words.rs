//! A command that the user names, as the words of a shell without the shell.

use std::{fmt, str::FromStr};

/// Program and arguments. Quotes and backslashes keep words together as in a shell; nothing is expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) program: String,
    pub(crate) arguments: Vec<String>,
}

/// A text is not a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidWords {
    Empty,
    /// A quote or a backslash without its other half.
    Open,
}

impl fmt::Display for InvalidWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "no command: give a program, and its arguments behind it",
            Self::Open => "a quote is not closed, or nothing follows a backslash",
        })
    }
}

impl std::error::Error for InvalidWords {}

impl FromStr for Words {
    type Err = InvalidWords;

    fn from_str(text: &str) -> Result<Self, InvalidWords> {
        let mut words = shell_words::split(text)
            .map_err(|_| InvalidWords::Open)?
            .into_iter();
        match words.next().filter(|program| !program.is_empty()) {
            Some(program) => Ok(Self {
                program,
                arguments: words.collect(),
            }),
            None => Err(InvalidWords::Empty),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_shell_without_a_shell() {
        for (text, words) in [
            ("true", &["true"][..]),
            (
                " notify-send  -a 'my tickets' ",
                &["notify-send", "-a", "my tickets"],
            ),
            ("a \"b c\"d e\\ f", &["a", "b cd", "e f"]),
            (
                "a $HOME ~ * `b` $(c) | d > e",
                &["a", "$HOME", "~", "*", "`b`", "$(c)", "|", "d", ">", "e"],
            ),
            ("a ''", &["a", ""]),
        ] {
            let read: Words = text.parse().expect(text);
            let all: Vec<&str> = [read.program.as_str()]
                .into_iter()
                .chain(read.arguments.iter().map(String::as_str))
                .collect();
            assert_eq!(all, words, "{text}");
        }
        for (text, error) in [
            ("", InvalidWords::Empty),
            ("  ", InvalidWords::Empty),
            ("'' a", InvalidWords::Empty),
            ("a 'b", InvalidWords::Open),
            ("a \"b", InvalidWords::Open),
        ] {
            assert_eq!(text.parse::<Words>(), Err(error), "{text:?}");
        }
    }
}
