//! The error-code table, from the catalogue.

use super::literal;
use crate::{
    problem::{Place, Problem, Problems, Result},
    spec::{ERRORS, lint::generated::is_hidden, read::yaml},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The catalogue, read strictly.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// The rows.
    pub errors: Vec<Entry>,
}

/// One row of the catalogue.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// As it stands in answers.
    pub code: String,
    /// Documented HTTP status.
    pub http_status: u16,
    /// What it is about.
    pub category: Category,
    /// When the same call may be made again.
    pub repeatable: Repeatable,
    /// The documented text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Further documented texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_messages: Vec<String>,
    /// What it means, in own words.
    pub meaning: String,
    /// Whether a write was done is not known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_doubt: bool,
    /// The document.
    pub source: String,
    /// The number follows from its neighbour in the document.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub code_inferred: bool,
    /// Operations it is known to concern.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<String>,
    /// No source names the operations.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub operations_inferred: bool,
    /// Why nothing in the state of the simulator leads there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreachable: Option<String>,
}

/// The variants of `hwc_core::Category`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "explained at the top of the catalogue")]
pub enum Category {
    Validation,
    Permission,
    NotFound,
    Authentication,
    Throttling,
    Quota,
    State,
    Internal,
    Unknown,
}

/// When the same call may be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "explained at the top of the catalogue")]
pub enum Repeatable {
    Never,
    Later,
    AfterRenewal,
    IfIdempotent,
}

/// Reads the catalogue strictly.
///
/// # Errors
/// Syntax, unknown or missing fields, a pair of code and status that stands twice.
pub fn read(text: &str) -> Result<Catalogue> {
    let (_, places) = yaml(ERRORS, text)?;
    let catalogue: Catalogue = serde_yaml::from_str(text).map_err(|error| {
        let place = match error.location() {
            Some(location) => Place::line(ERRORS, location.line()),
            None => Place::file(ERRORS),
        };
        Problem::at(
            place,
            error.to_string(),
            "the fields and their values are explained at the top of the file",
        )
    })?;
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (index, entry) in catalogue.errors.iter().enumerate() {
        let pointer = format!("/errors/{index}");
        let mut problem = |what: String, remedy: &str| {
            let place = Place {
                line: places.line(&pointer),
                ..Place::pointer(ERRORS, &pointer)
            };
            found.push(Problem::at(place, what, remedy));
        };
        if !seen.insert((&entry.code, entry.http_status)) {
            problem(
                format!(
                    "{} with HTTP status {} stands twice",
                    entry.code, entry.http_status
                ),
                "merge the two entries; further texts go into other_messages",
            );
        }
        if entry.code.trim().is_empty()
            || entry.meaning.trim().is_empty()
            || entry.source.trim().is_empty()
        {
            problem(
                format!("{} lacks its code, meaning or source", entry.code),
                "fill it in",
            );
        }
        if entry.operations_inferred && entry.operations.is_empty() {
            problem(
                format!("{} infers its operations, and has none", entry.code),
                "name them in `operations`, or take `operations_inferred` out",
            );
        }
        let why = entry.unreachable.as_deref();
        if why.is_some_and(|why| why.trim().is_empty()) {
            problem(
                format!("{} is unreachable, but not why", entry.code),
                "say why nothing in the simulator leads there, or reach it with a line in `errors` of its tests",
            );
        }
        let texts = [&entry.code, &entry.meaning, &entry.source];
        let hidden = texts
            .into_iter()
            .chain(&entry.message)
            .chain(&entry.other_messages)
            .chain(&entry.unreachable)
            .flat_map(|text| text.chars())
            .find(|c| is_hidden(*c));
        if let Some(hidden) = hidden {
            problem(
                format!(
                    "{} holds U+{:04X}, which is not seen",
                    entry.code.escape_default(),
                    u32::from(hidden)
                ),
                "delete the character",
            );
        }
        if !(100..600).contains(&entry.http_status) {
            problem(
                format!("{} is no HTTP status", entry.http_status),
                "use the documented status",
            );
        }
    }
    Problems::unless_empty(found, catalogue)
}

/// The catalogue as JSON, in its own order: `errors.json`.
///
/// # Errors
/// It has no JSON form.
pub fn json(catalogue: &Catalogue) -> Result<String> {
    crate::spec::bundle::json(catalogue)
}

/// The body of `error_codes.rs`.
pub fn text(catalogue: &Catalogue) -> String {
    let mut rows: Vec<&Entry> = catalogue.errors.iter().collect();
    rows.sort_by(|a, b| (&a.code, a.http_status).cmp(&(&b.code, b.http_status)));
    let mut text = String::from(
        "use hwc_core::{Category, ErrorCode};\n\n/// The documented error codes, sorted by code and HTTP status. The set is open.\npub const ERROR_CODES: &[ErrorCode] = &[\n",
    );
    for row in rows {
        text.push_str(&format!(
            "    ErrorCode::new(\n        {},\n        {},\n        Category::{:?},\n        {},\n    ){},\n",
            literal(&row.code),
            row.http_status,
            row.category,
            literal(&row.meaning),
            if row.in_doubt { ".with_doubt()" } else { "" },
        ));
    }
    text.push_str("];\n");
    text
}
