//! What is read from files and standard input: texts, lists of ids, JSON bodies.

use crate::failure::Failure;
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// More than this is no message, no list of ids and no request.
const MOST_BYTES: u64 = 12 * 1024 * 1024;

/// Standard input, to its end. One line break at the end is not part of it.
pub(crate) fn standard_input() -> Result<String, Failure> {
    read(io::stdin().lock(), Path::new("standard input"))
}

/// A file, to its end. One line break at the end is not part of it.
pub(crate) fn file(path: &Path) -> Result<String, Failure> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    read(file, path)
}

fn read(source: impl Read, path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    source
        .take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(path, &error))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MOST_BYTES {
        return Err(Failure::usage(
            format!(
                "{} is larger than {} MiB",
                path.display(),
                MOST_BYTES / 1024 / 1024
            ),
            "Give less at once.",
        ));
    }
    let mut text = String::from_utf8(bytes).map_err(|_| {
        Failure::usage(
            format!("{} is not UTF-8 text", path.display()),
            "Convert it, for example with iconv.",
        )
    })?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(
        format!("cannot read {}: {error}", path.display()),
        "Check the path and the permissions.",
    )
}
