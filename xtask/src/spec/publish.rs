//! What other languages get, `dist/openapi.json`: the description with all that generators and readers look for and that
//! is not typed in the sources. Sentences come from the machine hints and the limits, examples of failures from the
//! catalogue of error codes, names of schemas from what generators leave free.

mod failures;
pub mod hints;
pub mod names;
mod papers;
mod parameters;
pub mod words;

use crate::tables::error_codes::Catalogue;
use serde_yaml::Value;

/// The description as it is published.
#[must_use]
pub fn published(root: &Value, catalogue: &Catalogue) -> Value {
    let mut published = root.clone();
    words::tell(&mut published);
    parameters::describe(&mut published);
    hints::put_in(&mut published);
    papers::put_in(&mut published);
    failures::show(&mut published, catalogue);
    names::rename(&mut published);
    published
}
