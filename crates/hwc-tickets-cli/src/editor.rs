//! The editor of the user: which one it is, and a file in it.

use crate::{cli::Words, exit::Exit, failure::Failure, signal::Lent};
use std::{path::Path, process::Command};

/// Variables that name it, the more wanted one first.
const VARIABLES: [&str; 2] = ["VISUAL", "EDITOR"];
/// The editor when none does.
const USUAL: &str = if cfg!(windows) { "notepad" } else { "vi" };

/// Whether a variable names one.
pub(crate) fn is_named() -> bool {
    named().is_some()
}

/// The variable, and what it says.
fn named() -> Option<(&'static str, String)> {
    VARIABLES.into_iter().find_map(|name| {
        let value = std::env::var(name).ok()?;
        (!value.trim().is_empty()).then_some((name, value))
    })
}

/// Opens a file in the editor, and waits for its end. Ctrl-C is the editor's until then.
pub(crate) fn open(path: &Path) -> Result<(), Failure> {
    let (name, value) = named().unwrap_or_else(|| ("the usual editor", USUAL.to_owned()));
    let words: Words = value.parse().map_err(|error| {
        Failure::usage(
            format!("{name} cannot be used: {error}"),
            "Name an editor and its arguments, as a shell takes them. Nothing was sent.",
        )
    })?;
    let ended = {
        let _lent = Lent::begin();
        let mut command = Command::new(&words.program);
        command.args(&words.arguments).arg(path).status()
    };
    let what = match ended {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => format!("the editor {} failed: {status}", words.program),
        Err(error) => format!("the editor {} does not start: {error}", words.program),
    };
    Err(Failure::own(
        Exit::Failure,
        what,
        "Set VISUAL or EDITOR to one that works. Nothing was sent.",
    ))
}
