//! What is wrong with a draft, in the words of this program: its options, and where values are looked up.

use crate::failure::Failure;
use hwc_tickets::DraftProblem;

/// Where what a field takes is looked up.
const PLACES: [(&str, &str); 11] = [
    ("category", "catalog categories"),
    ("product", "catalog products"),
    ("problem_type", "catalog problem-types"),
    ("severity", "catalog severities"),
    ("region", "catalog regions"),
    ("area_code", "catalog area-codes"),
    ("extra", "catalog extra-fields"),
    ("mobile", "contact list"),
    ("mail", "contact list"),
    ("verified_mobile", "contact list"),
    ("verified_mail", "contact list"),
];

/// All of it at once.
pub(super) fn failure(problems: &[DraftProblem]) -> Failure {
    let (missing, wrong): (Vec<&DraftProblem>, Vec<&DraftProblem>) =
        (problems.iter()).partition(|problem| matches!(problem, DraftProblem::Missing { .. }));
    let missing: Vec<String> = (missing.into_iter().filter_map(DraftProblem::field))
        .map(option)
        .collect();
    let is_missing = |problem: &&DraftProblem| {
        (problem.field()).is_some_and(|field| missing.contains(&option(field)))
    };
    let wrong = wrong.into_iter().filter(|problem| !is_missing(problem));
    let wrong: Vec<String> = wrong.map(told).collect();
    let mut what = Vec::new();
    if !missing.is_empty() {
        what.push(format!("missing: {}", missing.join(", ")));
    }
    what.extend(wrong);
    Failure::usage(what.join("; "), advice(problems))
}

/// One that is more than missing.
pub(super) fn told(problem: &DraftProblem) -> String {
    match problem {
        DraftProblem::Unsigned { agreement } => format!(
            "the agreement for new tickets is not signed: {} (id {})",
            agreement.name, agreement.id
        ),
        problem => problem.to_string(),
    }
}

fn advice(problems: &[DraftProblem]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut add = |part: String| {
        if !parts.contains(&part) {
            parts.push(part);
        }
    };
    for problem in problems {
        if let DraftProblem::Unsigned { agreement } = problem {
            add(format!(
                "Read it with `hwc-tickets agreement latest`, and agree to it with --agree {}.",
                agreement.id
            ));
            continue;
        }
        match problem.field().and_then(place) {
            Some(place) => add(format!("`hwc-tickets {place}` shows what there is.")),
            None => add(problem.help()),
        }
    }
    add("Nothing was sent.".to_owned());
    parts.join(" ")
}

/// Where it is looked up, if there is a place.
fn place(field: &str) -> Option<&'static str> {
    let field = field.split('.').next().unwrap_or_default();
    let mut places = PLACES.into_iter();
    places.find_map(|(name, place)| (name == field).then_some(place))
}

/// The option of a field.
fn option(field: &str) -> String {
    match field.split_once('.') {
        Some(("extra", key)) => format!("--extra {key}=VALUE"),
        _ => format!("--{}", field.replace('_', "-")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_missing_stands_in_one_line_with_its_places() {
        let missing = |field: &str| DraftProblem::Missing {
            field: field.to_owned(),
        };
        let problems = [
            missing("problem_type"),
            missing("description"),
            missing("extra.disk_id"),
            DraftProblem::NotOffered {
                field: "region".to_owned(),
            },
            DraftProblem::NotOffered {
                field: "product".to_owned(),
            },
        ];
        let told = failure(&problems).told(false).unwrap();
        assert_eq!(
            told.what,
            "missing: --problem-type, --description, --extra disk_id=VALUE; region is not one that the service offers; \
             product is not one that the service offers"
        );
        let advice = told.advice.unwrap();
        for part in [
            "`hwc-tickets catalog problem-types`",
            "Give a value for description.",
            "`hwc-tickets catalog extra-fields`",
            "`hwc-tickets catalog regions`",
            "`hwc-tickets catalog products`",
            "Nothing was sent.",
        ] {
            assert!(advice.contains(part), "{part}: {advice}");
        }
    }
}
