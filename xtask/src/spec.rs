//! The service description: strict reading, rules, the published, the tolerant, the newer and the lowered form, the recorded
//! examples, and the kit that is made of them.

pub mod bundle;
pub mod content;
pub mod defects;
pub mod diff;
pub mod every_operation;
pub mod examples;
pub mod facts;
pub mod grammar;
pub mod kit;
pub mod lint;
pub mod lower;
pub mod operation;
pub mod places;
pub mod pointer;
pub mod publish;
pub mod read;
pub mod sdk;
pub mod tolerant;
pub mod upgrade;
pub mod verb;

/// The hand-maintained description.
pub const OPENAPI: &str = "spec/openapi.yaml";
/// The error-code catalogue.
pub const ERRORS: &str = "spec/errors.yaml";
/// Where the sources disagree.
pub const DISCREPANCIES: &str = "spec/discrepancies.md";
/// What the documents say, to hold the description to.
pub const FACTS: &str = "spec/facts";
/// How to read and change the description; explains every `x-` field.
pub const README: &str = "spec/README.md";
/// Where the documents for other languages and for the generator are.
pub const DIST: &str = "spec/dist";
/// The bundled description, for other languages.
pub const BUNDLED: &str = "spec/dist/openapi.json";
/// The same for clients that validate answers: nothing in an answer is refused for being null or of another type.
pub const TOLERANT: &str = "spec/dist/openapi.tolerant.json";
/// The same in OpenAPI 3.1.
pub const UPGRADED: &str = "spec/dist/openapi-3.1.json";
/// The description as the generator gets it.
pub const LOWERED: &str = "spec/dist/openapi.codegen.json";
/// The catalogue of error codes, for other languages.
pub const ERRORS_JSON: &str = "spec/dist/errors.json";
/// The operations by name, method and path, for other languages.
pub const OPERATIONS_JSON: &str = "spec/dist/operations.json";
/// Where the simulator has its copies: a package carries everything it is made of.
pub const SIMULATOR: &str = "crates/hwc-tickets-sim/spec";
