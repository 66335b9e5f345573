//! A draft against the documented limits, and against what the service says of new tickets.

use super::{
    draft::TicketDraft,
    problem::{DraftProblem, DraftProblems},
};
use crate::{
    catalog::{
        choices::{AgreementState, Choices, ExtraField, FieldKind, Quota},
        lookups::Lookups,
    },
    doubt::units::units,
    error::{Error, ErrorKind, Result},
    tickets::wire,
};
use hwc_core::Clock;
use serde_json::Value;
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// What a check of a draft told.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DraftCheck {
    /// What is wrong. Empty: nothing that is known.
    pub problems: Vec<DraftProblem>,
    /// How many tickets of this kind can be opened, if that could be read.
    pub quota: Option<Quota>,
    /// How the caller stands to the agreement for new tickets, if that could be read.
    pub agreement: Option<AgreementState>,
    /// What could not be checked, because its rules could not be read in time: names of fields of the draft, and `extra`, `quota`,
    /// `agreement`.
    pub unchecked: Vec<&'static str>,
}

impl DraftCheck {
    /// Whether nothing is wrong and everything was checked.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.problems.is_empty() && self.unchecked.is_empty()
    }
}

/// How far a check goes.
pub(super) struct Checking<'a> {
    pub(super) lookups: Lookups,
    pub(super) clock: &'a Arc<dyn Clock>,
    /// On the monotonic clock: what is not read by then stays unchecked.
    pub(super) until: Duration,
    /// Id of the agreement that was agreed to.
    pub(super) agreed: Option<&'a str>,
}

/// What is wrong with a draft by the documents alone. Sends nothing.
pub(super) fn by_documents(draft: &TicketDraft) -> Vec<DraftProblem> {
    let mut problems = Vec::new();
    for (field, value) in [
        ("problem_type", &draft.problem_type),
        ("description", &draft.description),
    ] {
        if value.trim().is_empty() {
            problems.push(missing(field));
        }
    }
    if draft.description.contains('\0') {
        problems.push(DraftProblem::Form {
            field: "description".to_owned(),
        });
    }
    let mut files = BTreeSet::new();
    if !draft.attachments.iter().all(|id| files.insert(id)) {
        problems.push(DraftProblem::Form {
            field: "attachments".to_owned(),
        });
    }
    if let Some(breach) = wire::breach(draft) {
        problems.push(breach);
    }
    problems
}

/// An error that says all that is wrong.
pub(super) fn refused(problems: Vec<DraftProblem>) -> Error {
    let help: Vec<String> = problems.iter().map(DraftProblem::help).collect();
    let problems = DraftProblems(problems);
    Error::local(ErrorKind::InvalidInput, problems.to_string())
        .with_help(help.join(" "))
        .with_source(problems)
}

impl Checking<'_> {
    /// Checks all that can be checked. An error that would meet the ticket itself too ends it.
    pub(super) async fn run(&self, draft: &TicketDraft) -> Result<DraftCheck> {
        let check = self.once(draft).await?;
        let documented = by_documents(draft).len();
        let is_by_rules = (check.problems.iter().skip(documented)).any(is_of_kept_rules);
        if !is_by_rules || !self.lookups.gave_kept() {
            return Ok(check);
        }
        // What was kept may be out of date: nobody is refused by it, unless it cannot be asked anew.
        let anew = Checking {
            lookups: self.lookups.clone().no_older_than(Duration::ZERO),
            clock: self.clock,
            until: self.until,
            agreed: self.agreed,
        };
        let told = anew.once(draft).await?;
        Ok(match told.unchecked == check.unchecked {
            true => told,
            false => check,
        })
    }

    async fn once(&self, draft: &TicketDraft) -> Result<DraftCheck> {
        let mut check = DraftCheck {
            problems: by_documents(draft),
            quota: None,
            agreement: None,
            unchecked: Vec::new(),
        };
        if is_wrong(&check, &["problem_type", "product", "category"]) {
            // What they name cannot be asked for.
            return Ok(check);
        }
        self.subject(draft, &mut check).await?;
        if !is_wrong(&check, &["product", "category"]) {
            self.extra(draft, &mut check).await?;
        }
        self.permission(draft, &mut check).await?;
        self.contacts(draft, &mut check).await?;
        Ok(check)
    }

    /// Category, product, kind of problem, region, severity.
    async fn subject(&self, draft: &TicketDraft, check: &mut DraftCheck) -> Result<()> {
        let product = draft.product.as_deref();
        let category = draft.category.as_deref();
        if product.is_some() || category.is_some() {
            let lookups = self.lookups();
            let read = lookups.categories().await;
            if let Some(categories) = told(read, "product", check)? {
                let known: Vec<_> = (categories.iter())
                    .filter(|it| category.is_none_or(|id| it.id == id))
                    .collect();
                if known.is_empty() {
                    not_offered("category", &categories, check);
                } else if let Some(id) = product
                    && !(known.iter()).any(|it| it.products.iter().any(|it| it.id == id))
                {
                    not_offered("product", &categories, check);
                }
            }
        }
        // Lists of a product that is not offered are empty: what is right of another product would be refused as well.
        let is_offered = !is_wrong(check, &["product", "category"]);
        let mut is_fault = None;
        if is_offered {
            let lookups = self.lookups();
            let read = lookups.problem_types(product, category).await;
            if let Some(kinds) = told(read, "problem_type", check)? {
                match kinds.iter().find(|kind| kind.id == draft.problem_type) {
                    Some(kind) => is_fault = kind.is_fault,
                    None => not_offered("problem_type", &kinds, check),
                }
            }
        }
        match &draft.region {
            None if is_fault == Some(true) => check.problems.push(missing("region")),
            None => {}
            Some(region) => {
                let lookups = self.lookups();
                let read = lookups.regions().await;
                if let Some(regions) = told(read, "region", check)?
                    && !regions.iter().any(|it| it.id == *region)
                {
                    not_offered("region", &regions, check);
                }
            }
        }
        if is_offered && let (Some(severity), Some(product)) = (&draft.severity, product) {
            let lookups = self.lookups();
            let read = lookups.severities(product, &draft.problem_type).await;
            if let Some(severities) = told(read, "severity", check)?
                && !severities.choices.iter().any(|it| it.id == *severity)
            {
                not_offered("severity", &severities.choices, check);
            }
        }
        Ok(())
    }

    async fn extra(&self, draft: &TicketDraft, check: &mut DraftCheck) -> Result<()> {
        let (product, category) = (draft.product.as_deref(), draft.category.as_deref());
        let lookups = self.lookups();
        let read = lookups.extra_fields(&draft.problem_type, product, category);
        let Some(fields) = told(read.await, "extra", check)? else {
            return Ok(());
        };
        for field in fields.iter() {
            match draft.extra.get(&field.key) {
                Some(value) if !is_empty(value) => {
                    if let Some(problem) = of_value(field, value) {
                        check.problems.push(problem);
                    }
                }
                _ if field.is_required => check.problems.push(missing(&named(&field.key))),
                _ => {}
            }
        }
        if fields.is_whole {
            let unknown =
                (draft.extra.keys()).filter(|key| !fields.iter().any(|field| field.key == **key));
            check
                .problems
                .extend(unknown.map(|key| DraftProblem::UnknownField { field: named(key) }));
        }
        Ok(())
    }

    /// Quota and agreement.
    async fn permission(&self, draft: &TicketDraft, check: &mut DraftCheck) -> Result<()> {
        let lookups = self.lookups();
        let read = lookups.quota(&draft.problem_type, draft.product.as_deref());
        if let Some(quota) = told(read.await, "quota", check)? {
            if quota.left == Some(0) {
                let total = quota.total;
                check.problems.push(DraftProblem::QuotaUsedUp { total });
            }
            check.quota = Some(quota);
        }
        let lookups = self.lookups();
        if let Some(state) = told(lookups.agreement().await, "agreement", check)? {
            if let AgreementState::Unsigned(agreement) = &state
                && self.agreed != Some(agreement.id.as_str())
            {
                check.problems.push(DraftProblem::Unsigned {
                    agreement: agreement.clone(),
                });
            }
            check.agreement = Some(state);
        }
        Ok(())
    }

    /// Contacts that are named without the id under which they were verified.
    async fn contacts(&self, draft: &TicketDraft, check: &mut DraftCheck) -> Result<()> {
        let code = draft.area_code.as_deref();
        for (field, contact, verified, is_phone) in [
            ("mobile", &draft.mobile, &draft.verified_mobile, true),
            ("mail", &draft.mail, &draft.verified_mail, false),
        ] {
            let (Some(contact), None) = (contact, verified) else {
                continue;
            };
            let lookups = self.lookups();
            let read = lookups.needs_verification(contact, is_phone, code).await;
            if told(read, field, check)? == Some(Some(true)) {
                let field = field.to_owned();
                check.problems.push(DraftProblem::Unverified { field });
            }
        }
        Ok(())
    }

    /// The look-ups, with the time that is left.
    fn lookups(&self) -> Lookups {
        let left = self.until.saturating_sub(self.clock.elapsed());
        self.lookups.clone().timeout(left)
    }
}

/// Whether the service says what is wrong in an answer that may have been kept, and not each time.
fn is_of_kept_rules(problem: &DraftProblem) -> bool {
    !matches!(
        problem,
        DraftProblem::QuotaUsedUp { .. }
            | DraftProblem::Unsigned { .. }
            | DraftProblem::Unverified { .. }
    )
}

/// What a look-up told; without an answer, `name` is unchecked.
fn told<T>(read: Result<T>, name: &'static str, check: &mut DraftCheck) -> Result<Option<T>> {
    match read {
        Ok(told) => Ok(Some(told)),
        Err(error) if forbids_sending(error.kind()) => Err(error),
        Err(_) => {
            check.unchecked.push(name);
            Ok(None)
        }
    }
}

/// Whether a look-up that failed so says that opening the ticket would fail too.
fn forbids_sending(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Credentials | ErrorKind::Connect | ErrorKind::Tls | ErrorKind::Unauthorized
    )
}

/// Only of a list that is whole something that is not in it is known to be wrong.
fn not_offered<T>(field: &str, choices: &Choices<T>, check: &mut DraftCheck) {
    if choices.is_whole {
        let field = field.to_owned();
        check.problems.push(DraftProblem::NotOffered { field });
    }
}

/// Whether something is wrong with one of these fields.
fn is_wrong(check: &DraftCheck, fields: &[&str]) -> bool {
    let mut wrong = check.problems.iter().filter_map(DraftProblem::field);
    wrong.any(|field| fields.contains(&field))
}

fn missing(field: &str) -> DraftProblem {
    DraftProblem::Missing {
        field: field.to_owned(),
    }
}

fn named(key: &str) -> String {
    format!("extra.{key}")
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// What is wrong with the value of an extra field.
fn of_value(field: &ExtraField, value: &Value) -> Option<DraftProblem> {
    let name = named(&field.key);
    match field.kind {
        FieldKind::Integer => return of_number(field, value, name),
        // Of these no document says what they take.
        FieldKind::Agreement | FieldKind::Other(_) | FieldKind::Unknown => return None,
        FieldKind::Line | FieldKind::Lines | FieldKind::OneOf | FieldKind::SomeOf => {}
    }
    let texts: Vec<&str> = match (field.kind, value) {
        (FieldKind::SomeOf, Value::Array(items)) => {
            items.iter().filter_map(Value::as_str).collect()
        }
        (_, Value::String(text)) => vec![text.as_str()],
        // A choice may be a number or a switch; how it is sent is not documented.
        (FieldKind::Line | FieldKind::Lines, _) => return Some(DraftProblem::Form { field: name }),
        _ => return None,
    };
    if field.kind == FieldKind::Line && texts.iter().any(|text| text.contains(['\n', '\r', '\0'])) {
        return Some(DraftProblem::Form { field: name });
    }
    let has_choices = matches!(field.kind, FieldKind::OneOf | FieldKind::SomeOf);
    if has_choices && !texts.iter().all(|text| field.may_offer(text)) {
        return Some(DraftProblem::NotOffered { field: name });
    }
    let length = texts.iter().map(|text| units(text) as u64).max()?;
    let most = field.length.filter(|most| length > *most && !has_choices)?;
    Some(DraftProblem::TooLong {
        field: name,
        length,
        most,
    })
}

fn of_number(field: &ExtraField, value: &Value, name: String) -> Option<DraftProblem> {
    let number = match value {
        Value::String(text) => text.trim().parse::<i64>().ok(),
        other => other.as_i64(),
    };
    let Some(number) = number else {
        return Some(DraftProblem::NotInteger { field: name });
    };
    let is_within =
        field.min.is_none_or(|min| number >= min) && field.max.is_none_or(|max| number <= max);
    (!is_within).then_some(DraftProblem::OutOfRange {
        field: name,
        min: field.min,
        max: field.max,
    })
}
