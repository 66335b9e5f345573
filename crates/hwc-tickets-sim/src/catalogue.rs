//! The error codes, read from `spec/errors.yaml`: the data is shared with the rest of the project, the code is not.

use std::sync::LazyLock;

/// The catalogue as it stands in the repository.
const SOURCE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../spec/errors.yaml"
));

static CODES: LazyLock<Vec<Code>> = LazyLock::new(|| read(SOURCE));

/// One entry of the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) http_status: u16,
    pub(crate) category: String,
    /// The documented text; the meaning where no source shows one.
    pub(crate) message: String,
    pub(crate) meaning: String,
    /// When the same call may be made again.
    pub(crate) repeatable: String,
    /// The document it is in.
    pub(crate) source: String,
    /// Operations it is known to concern.
    pub(crate) operations: Vec<String>,
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

/// Reads the one form of YAML the catalogue is written in: a list of flat entries, one key a line. A test compares the
/// result with that of a real YAML reader.
fn read(source: &str) -> Vec<Code> {
    let mut codes: Vec<Code> = Vec::new();
    for line in source.lines() {
        let line = line.trim_end();
        if let Some(code) = line.strip_prefix("  - code: ") {
            codes.push(Code {
                code: scalar(code),
                ..Code::default()
            });
        }
        let (Some(entry), Some(line)) = (codes.last_mut(), line.strip_prefix("    ")) else {
            continue;
        };
        match line.split_once(": ") {
            Some(("http_status", value)) => entry.http_status = value.trim().parse().unwrap_or(0),
            Some(("category", value)) => entry.category = scalar(value),
            Some(("message", value)) => entry.message = scalar(value),
            Some(("meaning", value)) => entry.meaning = scalar(value),
            Some(("repeatable", value)) => entry.repeatable = scalar(value),
            Some(("source", value)) => entry.source = scalar(value),
            Some(("operations", value)) => entry.operations = list(value),
            _ => {}
        }
    }
    for code in codes.iter_mut().filter(|code| code.message.is_empty()) {
        code.message.clone_from(&code.meaning);
    }
    codes
}

/// A scalar, plain or in double quotes.
fn scalar(value: &str) -> String {
    let value = value.trim();
    let quoted = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'));
    quoted.map_or_else(
        || value.to_owned(),
        |value| value.replace("\\\"", "\"").replace("\\\\", "\\"),
    )
}

/// A list of plain scalars in square brackets.
fn list(value: &str) -> Vec<String> {
    let inside = value.trim().trim_start_matches('[').trim_end_matches(']');
    inside.split(',').map(scalar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_real_reader_reads() {
        let real: serde_yaml::Value = serde_yaml::from_str(SOURCE).expect("the catalogue is YAML");
        let real = real["errors"].as_sequence().expect("a list");
        assert_eq!(real.len(), CODES.len());
        for (entry, real) in CODES.iter().zip(real) {
            let text = |key: &str| real[key].as_str().unwrap_or_default().to_owned();
            let message = if real["message"].is_null() {
                text("meaning")
            } else {
                text("message")
            };
            assert_eq!(entry.code, text("code"));
            assert_eq!(
                Some(u64::from(entry.http_status)),
                real["http_status"].as_u64(),
                "{}",
                entry.code
            );
            assert_eq!(entry.category, text("category"), "{}", entry.code);
            assert_eq!(entry.message, message, "{}", entry.code);
            for (read, key) in [
                (&entry.meaning, "meaning"),
                (&entry.repeatable, "repeatable"),
                (&entry.source, "source"),
            ] {
                assert_eq!(*read, text(key), "{}", entry.code);
            }
            let operations = real["operations"]
                .as_sequence()
                .cloned()
                .unwrap_or_default();
            let operations: Vec<&str> =
                operations.iter().filter_map(|name| name.as_str()).collect();
            assert_eq!(entry.operations, operations, "{}", entry.code);
        }
    }
}
