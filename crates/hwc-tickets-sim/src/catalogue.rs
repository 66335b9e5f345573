//! The error codes, out of the catalogue of the description: the data is shared with the rest of the project, the code
//! is not.

use std::sync::LazyLock;

use serde::Deserialize;

/// The catalogue, put into this package by `cargo xtask codegen`.
const SOURCE: &str = include_str!("../spec/errors.json");

static CODES: LazyLock<Vec<Code>> = LazyLock::new(|| read(SOURCE));

/// One entry of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) http_status: u16,
    pub(crate) category: String,
    /// The documented text; the meaning where no source shows one.
    #[serde(default)]
    pub(crate) message: String,
    pub(crate) meaning: String,
    /// Whether a write was done is not known. [`read`] puts it into the meaning.
    #[serde(default)]
    pub(crate) in_doubt: bool,
    /// When the same call may be made again.
    pub(crate) repeatable: String,
    /// The document it is in.
    pub(crate) source: String,
    /// Operations it is known to concern.
    #[serde(default)]
    pub(crate) operations: Vec<String>,
    /// Why nothing in the state of the simulator leads there.
    #[serde(default)]
    pub(crate) unreachable: Option<String>,
}

/// All entries.
#[cfg(feature = "page")]
pub(crate) fn all() -> &'static [Code] {
    &CODES
}

/// Entries known to concern an operation.
#[cfg(feature = "page")]
pub(crate) fn concerning(operation: &str) -> impl Iterator<Item = &'static Code> {
    CODES
        .iter()
        .filter(move |code| code.operations.iter().any(|name| name == operation))
}

/// The entry of a code of the service.
pub(crate) fn business(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|entry| entry.code == code)
}

/// The entry of a gateway code with an HTTP status: one code stands for several causes (D-43).
pub(crate) fn gateway(code: &str, status: u16) -> Option<&'static Code> {
    CODES
        .iter()
        .find(|entry| entry.code == code && entry.http_status == status)
}

/// A gateway code that is documented with an HTTP status.
pub(crate) fn for_status(status: u16) -> Option<&'static Code> {
    CODES
        .iter()
        .find(|entry| entry.http_status == status && entry.code.starts_with("APIGW."))
}

#[derive(Deserialize)]
struct File {
    errors: Vec<Code>,
}

/// Reads the catalogue. The test below holds the file to its form, so an empty list never comes of it.
fn read(source: &str) -> Vec<Code> {
    let mut codes =
        serde_json::from_str::<File>(source).map_or_else(|_| Vec::new(), |file| file.errors);
    for code in &mut codes {
        if code.in_doubt {
            code.meaning
                .push_str(" Whether a write was done is not known.");
        }
        if code.message.is_empty() {
            code.message.clone_from(&code.meaning);
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_read_whole() {
        let file: serde_json::Value = serde_json::from_str(SOURCE).expect("JSON");
        let rows = file["errors"].as_array().expect("a list");
        assert!(rows.len() > 40 && rows.len() == CODES.len());
        for (code, row) in CODES.iter().zip(rows) {
            assert_eq!(row["code"], code.code.as_str());
            assert_eq!(row["http_status"], code.http_status, "{}", code.code);
            assert!(!code.message.is_empty() && !code.category.is_empty());
            assert!(!code.repeatable.is_empty() && !code.source.is_empty());
        }
    }
}
