//! A text in the editor of the user.

use crate::{editor, exit::Exit, failure::Failure, input};
use std::io::Write as _;

/// The text as the editor leaves it. The file that it works on is readable for the user only, and goes at the end.
pub(super) fn edited(text: &str) -> Result<String, Failure> {
    let failed = |what: &str, why: &dyn std::fmt::Display| {
        Failure::own(
            Exit::Failure,
            format!("{what}: {why}"),
            "Type the text, or give it with --description-file.",
        )
    };
    let file = tempfile::Builder::new().suffix(".txt").tempfile();
    let mut file =
        file.map_err(|error| failed("there is no place for a temporary file", &error))?;
    (file.as_file_mut().write_all(text.as_bytes()))
        .map_err(|error| failed("a temporary file cannot be written", &error))?;
    editor::open(file.path())?;
    input::file(file.path())
}
