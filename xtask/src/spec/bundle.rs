//! The bundled form: one JSON file with the key order of the YAML, for other languages and for the next steps.

use crate::problem::{Place, Problem, Result};
use serde::Serialize;

/// `root` as pretty JSON with a final newline. The same value gives the same bytes.
///
/// # Errors
/// The document holds something JSON cannot express (`.nan`, a mapping with keys that are not text).
pub fn json(root: &impl Serialize) -> Result<String> {
    let mut text = serde_json::to_string_pretty(root).map_err(|error| {
        Problem::at(
            Place::file(super::OPENAPI),
            format!("cannot be written as JSON: {error}"),
            "use text, numbers, booleans, lists and mappings with text keys only",
        )
    })?;
    text.push('\n');
    Ok(text)
}
