//! The rules of the description, all of them in one run.

mod content;
pub(crate) mod evidence;
mod examples;
pub(crate) mod generated;
mod idempotency;
mod operations;
mod published;
mod references;
mod schemas;
mod sdk;
mod structure;

use super::{
    grammar::{Kind, Node},
    operation::Operation,
    pointer,
    read::{self, Description},
};
use crate::{
    file::Workspace,
    problem::{Problem, Problems, Result},
    threads::both,
};
use serde_yaml::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the rules look at.
struct Subject<'d> {
    description: &'d Description,
    root: &'d Value,
    nodes: Vec<Node<'d>>,
    operations: Vec<Operation<'d>>,
    /// Pointers of the schemas that answers are made of.
    in_answers: BTreeSet<String>,
    /// Pointers of the schemas that requests are made of.
    in_requests: BTreeSet<String>,
    discrepancies: String,
    readme: String,
    errors: String,
}

impl<'d> Subject<'d> {
    fn of(&self, kind: Kind) -> impl Iterator<Item = &Node<'d>> {
        self.nodes
            .iter()
            .filter(move |node| node.kind == kind && pointer::reference(node.value).is_none())
    }

    fn problem(
        &self,
        pointer: &str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Problem {
        self.description.problem(pointer, what, remedy)
    }
}

type Rule = fn(&Subject<'_>, &mut Vec<Problem>);

/// The rules of form, which take about as long as all the others. The last one looks at what those before it found.
const FORM: &[Rule] = &[
    structure::version,
    structure::published_schema,
    structure::round_trip,
];

/// Every other rule. Each looks at the whole and reports all it finds, and at nothing that another one found.
const RULES: &[Rule] = &[
    references::targets,
    references::siblings,
    references::unused,
    operations::paths,
    operations::ids,
    operations::path_parameters,
    operations::parameters,
    operations::bodies_and_responses,
    content::media_types,
    content::bytes,
    content::one_style,
    operations::tags,
    operations::security,
    operations::one_credential,
    operations::servers,
    operations::evidence,
    idempotency::words,
    sdk::calls,
    schemas::types,
    schemas::keywords,
    schemas::bounds,
    schemas::names,
    schemas::answers,
    examples::either_or,
    examples::answered,
    examples::valid,
    evidence::extensions,
    evidence::discrepancies,
    evidence::documented,
    evidence::descriptions,
    evidence::error_codes,
    published::told,
    published::free_names,
    published::pagination,
    generated::fields,
    generated::schemas,
    generated::parameters,
    generated::operations,
    generated::value_names,
    generated::texts,
];

/// The description, read strictly and with every rule checked.
///
/// # Errors
/// Everything that is wrong with it.
pub fn checked(workspace: &Workspace) -> Result<Description> {
    let description = read::read(workspace)?;
    let found = found(workspace, &description)?;
    Problems::unless_empty(found, description)
}

/// Everything that is wrong with a description that was read; what stands beside it is read anew.
pub(super) fn found(workspace: &Workspace, description: &Description) -> Result<Vec<Problem>> {
    let root = &description.root;
    let operations = description.operations();
    let nodes = description.nodes();
    let answers = nodes
        .iter()
        .filter(|node| node.kind == Kind::Response)
        .map(|node| node.pointer.clone());
    let requests = operations.iter().flat_map(|operation| {
        let at = operation.pointer();
        let path = pointer::parent(&at).unwrap_or_default().to_owned();
        [
            pointer::join(&path, "parameters"),
            pointer::join(&at, "parameters"),
            pointer::join(&at, "requestBody"),
        ]
    });
    let by_pointer: BTreeMap<&str, &Node<'_>> = nodes
        .iter()
        .map(|node| (node.pointer.as_str(), node))
        .collect();
    let in_answers = schemas_below(root, &by_pointer, answers.collect());
    let in_requests = schemas_below(root, &by_pointer, requests.collect());
    let subject = Subject {
        description,
        root,
        in_answers,
        in_requests,
        nodes,
        operations,
        discrepancies: workspace.read(super::DISCREPANCIES)?,
        readme: workspace.read(super::README)?,
        errors: workspace.read(super::ERRORS)?,
    };
    let broken = |rules: &[Rule]| {
        let mut found = Vec::new();
        for rule in rules {
            rule(&subject, &mut found);
        }
        found
    };
    let (others, mut found) = both(|| broken(RULES), || broken(FORM));
    found.extend(others);
    // A slip early in a file often breaks several rules at one place; the first word on it is the best one.
    let mut said = BTreeSet::new();
    found.retain(|problem| said.insert((problem.place.clone(), problem.what.clone())));
    Ok(found)
}

/// The schemas that can be reached from `start`, followed through every `$ref`.
fn schemas_below(
    root: &Value,
    nodes: &BTreeMap<&str, &Node<'_>>,
    start: Vec<String>,
) -> BTreeSet<String> {
    let mut open = start;
    let mut entered = BTreeSet::new();
    let mut schemas = BTreeSet::new();
    while let Some(at) = open.pop() {
        if !entered.insert(at.clone()) {
            continue;
        }
        let below = format!("{at}/");
        let inner = nodes
            .range::<&str, _>(below.as_str()..)
            .map_while(|(pointer, node)| pointer.starts_with(&below).then_some(node));
        for node in nodes.get(at.as_str()).into_iter().chain(inner) {
            if let Some(target) =
                pointer::reference(node.value).and_then(|target| target.strip_prefix('#'))
            {
                if pointer::get(root, target).is_some() {
                    open.push(target.to_owned());
                }
            } else if node.kind == Kind::Schema {
                schemas.insert(node.pointer.clone());
            }
        }
    }
    schemas
}

fn items_of<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    pointer::items(value.get(key))
}

/// `names` as a readable list.
fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names
        .into_iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
