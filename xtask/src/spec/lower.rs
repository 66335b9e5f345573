//! The lowered form: what the generator gets. A list of small named corrections, each with its reason and date.
//!
//! The limits that go here are not lost: the tables in [`crate::tables`] are made from the full description.

mod answers;
mod calls;
pub mod requests;
mod schemas;

pub(super) use answers::{answer_schemas, responses, separate};

use crate::problem::{Place, Problem, Problems, Result};
use serde_yaml::Value;

/// What one correction is expected to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// At least one place. Nothing to do means the correction is out of date: an error.
    Something,
    /// It stands guard: the description does not use the construct today, but may tomorrow.
    Guard,
}

/// One change to the description on its way to the generator.
#[derive(Debug)]
pub struct Correction {
    /// Name, as it stands in messages.
    pub name: &'static str,
    /// Day it was introduced.
    pub since: &'static str,
    /// Why the generator must not see this.
    pub reason: &'static str,
    /// Whether finding nothing is an error.
    pub expect: Expect,
    /// Applies it; returns the number of places changed.
    pub apply: fn(&mut Value) -> usize,
}

/// The corrections, in the order they are applied.
pub const CORRECTIONS: &[Correction] = &[
    Correction {
        name: "drop_security",
        since: "2026-11-21",
        reason: "the generator ignores security; the pipeline authenticates below the generated code",
        expect: Expect::Something,
        apply: calls::drop_security,
    },
    Correction {
        name: "drop_pipeline_headers",
        since: "2026-11-21",
        reason: "X-Site, X-Language and X-Time-Zone are sent with every call by the pipeline, so requests must not have them",
        expect: Expect::Something,
        apply: calls::drop_pipeline_headers,
    },
    Correction {
        name: "keep_one_success",
        since: "2026-11-21",
        reason: "one answer has one type; failures are taken out below the generated code",
        expect: Expect::Something,
        apply: calls::keep_one_success,
    },
    Correction {
        name: "drop_response_headers",
        since: "2026-11-21",
        reason: "the pipeline hands all headers on",
        expect: Expect::Guard,
        apply: calls::drop_response_headers,
    },
    Correction {
        name: "drop_examples",
        since: "2026-11-21",
        reason: "examples are for people and tests; without them a changed example changes no generated code",
        expect: Expect::Something,
        apply: calls::drop_examples,
    },
    Correction {
        name: "drop_extensions",
        since: "2026-11-21",
        reason: "x- fields are evidence for people; the tables read them from the full description",
        expect: Expect::Something,
        apply: schemas::drop_extensions,
    },
    Correction {
        name: "drop_defaults",
        since: "2026-11-21",
        reason: "a default would be filled into requests that left the field out",
        expect: Expect::Guard,
        apply: schemas::drop_defaults,
    },
    Correction {
        name: "drop_limits",
        since: "2026-11-21",
        reason: "limits become newtypes that refuse real answers; they are checked on the way out, from the limits table",
        expect: Expect::Something,
        apply: schemas::drop_limits,
    },
    Correction {
        name: "drop_enums",
        since: "2026-11-21",
        reason: "a closed enum refuses a whole answer for one new value",
        expect: Expect::Guard,
        apply: schemas::drop_enums,
    },
    Correction {
        name: "drop_text_formats",
        since: "2026-11-21",
        reason: "the service's times have no zone and a blank for the T: a date-time type would refuse them",
        expect: Expect::Guard,
        apply: schemas::drop_text_formats,
    },
    Correction {
        name: "widen_integers",
        since: "2026-11-21",
        reason: "the width comes from documented ranges, which real answers exceed",
        expect: Expect::Something,
        apply: schemas::widen_integers,
    },
    Correction {
        name: "widen_decimals",
        since: "2026-11-28",
        reason: "a number of single precision is sent as another number than the caller wrote",
        expect: Expect::Guard,
        apply: schemas::widen_decimals,
    },
    Correction {
        name: "inline_plain_schemas",
        since: "2026-11-21",
        reason: "a named schema for a text or a number becomes a newtype without use",
        expect: Expect::Guard,
        apply: schemas::inline_plain_schemas,
    },
    Correction {
        name: "separate_answers",
        since: "2026-11-21",
        reason: "a schema on both sides would make the request as lenient as the answer",
        expect: Expect::Guard,
        apply: separate,
    },
    Correction {
        name: "open_answers",
        since: "2026-11-21",
        reason: "real answers leave fields out, send null and add fields: all of that must decode, and be kept",
        expect: Expect::Something,
        apply: answers::open,
    },
    Correction {
        name: "tell_empty_from_absent",
        since: "2026-11-21",
        reason: "without it an optional list or map of a request cannot be left out, or not be sent empty, as a documented example does",
        expect: Expect::Guard,
        apply: schemas::tell_empty_from_absent,
    },
    Correction {
        name: "type_of_submit_may_be_left_out",
        since: "2026-11-21",
        reason: "newer documents no longer have it, so a caller can choose to leave it out (D-01)",
        expect: Expect::Something,
        apply: calls::type_of_submit_may_be_left_out,
    },
    Correction {
        name: "drop_unused_components",
        since: "2026-11-21",
        reason: "what only failures and headers used would become dead code",
        expect: Expect::Something,
        apply: schemas::drop_unused_components,
    },
];

/// The lowered description.
#[derive(Debug)]
pub struct Lowered {
    /// With its operations: what the requests are printed from.
    pub corrected: Value,
    /// The document as the generator gets it.
    pub document: Value,
}

/// The lowered description.
///
/// # Errors
/// A correction that must find something found nothing, or an operation cannot become a schema.
pub fn lower(root: &Value) -> Result<Lowered> {
    let corrected = apply(root, CORRECTIONS)?;
    let document = requests::as_schemas(&corrected)?;
    Ok(Lowered {
        corrected,
        document,
    })
}

/// Applies `corrections` in order to a copy of `root`.
///
/// # Errors
/// A correction that must find something found nothing.
pub fn apply(root: &Value, corrections: &[Correction]) -> Result<Value> {
    let mut lowered = root.clone();
    let mut found = Vec::new();
    for correction in corrections {
        let count = (correction.apply)(&mut lowered);
        if count == 0 && correction.expect == Expect::Something {
            found.push(Problem::at(
                Place::file("xtask/src/spec/lower.rs"),
                format!(
                    "the correction `{}` of {} found nothing to do (it is there because {})",
                    correction.name, correction.since, correction.reason
                ),
                "delete it if the description no longer needs it, mark it `Expect::Guard` if it must stay ready, or mend the description",
            ));
        }
    }
    Problems::unless_empty(found, lowered)
}
