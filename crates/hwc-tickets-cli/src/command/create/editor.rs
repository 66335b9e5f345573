//! A text in the editor of the user.

use crate::{cli::Words, exit::Exit, failure::Failure, input};
use std::{io::Write as _, process::Command};

/// The text as the editor leaves it. The file that it works on is readable for the user only, and goes at the end.
pub(super) fn edited(text: &str) -> Result<String, Failure> {
    let failed = |what: &str, why: &dyn std::fmt::Display| {
        Failure::own(
            Exit::Failure,
            format!("{what}: {why}"),
            "Type the text, or give it with --description-file.",
        )
    };
    let named = ["VISUAL", "EDITOR"].into_iter();
    let mut named = named.filter_map(|name| std::env::var(name).ok());
    let named = named.find(|named| !named.trim().is_empty());
    let named = named.unwrap_or_else(|| "vi".to_owned());
    let words = named
        .parse::<Words>()
        .map_err(|error| failed("EDITOR cannot be used", &error))?;
    let file = tempfile::Builder::new().suffix(".txt").tempfile();
    let mut file =
        file.map_err(|error| failed("there is no place for a temporary file", &error))?;
    (file.as_file_mut().write_all(text.as_bytes()))
        .map_err(|error| failed("a temporary file cannot be written", &error))?;
    let ended = Command::new(&words.program)
        .args(&words.arguments)
        .arg(file.path())
        .status();
    let ended = ended.map_err(|error| failed("the editor does not start", &error))?;
    if !ended.success() {
        return Err(failed("the editor failed", &ended));
    }
    input::file(file.path())
}
