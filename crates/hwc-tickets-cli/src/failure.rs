//! What can go wrong in the program, and how it is told.

use crate::exit::Exit;
use std::{io, path::Path};

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something of this program's own.
    Own {
        /// What failed, on one line.
        what: String,
        /// What to do.
        advice: Option<String>,
        /// How the program ends.
        exit: Exit,
    },
    /// Ctrl-C.
    Interrupted,
    /// The reader of standard output is gone: nothing failed, and there is nobody to tell.
    ClosedPipe,
}

/// A failure in words.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) what: String,
    pub(crate) advice: Option<String>,
    /// Further lines: name and value.
    pub(crate) facts: Vec<(&'static str, String)>,
}

impl Failure {
    /// The command line or a setting is wrong.
    pub(crate) fn usage(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::own(Exit::Usage, what, advice)
    }

    pub(crate) fn own(exit: Exit, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Own {
            what: what.into(),
            advice: Some(advice.into()),
            exit,
        }
    }

    /// A file could not be read or written.
    pub(crate) fn file(doing: &str, path: &Path, error: &io::Error) -> Self {
        Self::own(
            Exit::Failure,
            format!("cannot {doing} {}: {error}", path.display()),
            "Check the path, the permissions and the free space.",
        )
    }

    pub(crate) fn unserialisable(error: serde_json::Error) -> Self {
        Self::own(
            Exit::Failure,
            format!("the result cannot be written as JSON: {error}"),
            "Use another form with --output.",
        )
    }

    /// How the program ends.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Own { exit, .. } => *exit,
            Self::Interrupted => Exit::Interrupted,
            Self::ClosedPipe => Exit::Ok,
        }
    }

    /// In words; `None` when there is nothing to say.
    pub(crate) fn told(&self, _verbose: bool) -> Option<Told> {
        match self {
            Self::Own { what, advice, .. } => Some(Told {
                what: what.clone(),
                advice: advice.clone(),
                facts: Vec::new(),
            }),
            Self::Interrupted | Self::ClosedPipe => None,
        }
    }
}

/// Failures of standard output. Files have [`Failure::file`].
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::own(
                Exit::Failure,
                format!("cannot write the output: {error}"),
                "Check where the output goes.",
            ),
        }
    }
}
