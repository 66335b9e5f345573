//! The catalogue of error codes, `spec/dist/errors.json`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "only tests call this, and a test fails by panicking"
)]

use crate::exchange::spec;
use serde::Deserialize;
use std::fs;

/// One row of the catalogue.
#[derive(Debug, Clone, Deserialize)]
pub struct Row {
    /// The code.
    pub code: String,
    /// The HTTP status it comes with.
    pub http_status: u16,
    /// What it is about.
    pub category: String,
    /// The operations it concerns; none listed: all.
    #[serde(default)]
    pub operations: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    errors: Vec<Row>,
}

/// Every row of the catalogue.
#[must_use]
pub fn catalogue() -> Vec<Row> {
    let text = fs::read_to_string(spec().join("dist/errors.json")).expect("the catalogue is there");
    let file: File = serde_json::from_str(&text).expect("the catalogue has its form");
    file.errors
}
