//! Facts of the documents, in `spec/facts`: the description is held to them in both directions, so that a slip in it
//! meets something that was not copied from it.

mod compare;
mod form;
mod recorded;

use super::{
    DISCREPANCIES, ERRORS, FACTS,
    operation::{self, Operation},
    places::Places,
    pointer::{self, entries, items, join, text},
    read::{self, Description},
};
use crate::{
    file::Workspace,
    problem::{Place, Problem, Problems, Result},
};
use compare::Comparison;
use serde_yaml::{Mapping, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What is said of the whole, its words included.
const SERVICE: &[&str] = &[
    "openapi",
    "info",
    "externalDocs",
    "servers",
    "security",
    "tags",
];
/// What a row of an operation has that the description has elsewhere or in other words, and what the description has
/// that is our own choice: how it is called, and why.
const OF_OPERATIONS: &[&str] = &[
    "method",
    "path",
    "parameters",
    "responses",
    "examples",
    "recorded",
    "leaves-out",
    "operationId",
    "x-sdk",
    "x-idempotency-reason",
];
/// Words that are free. What a row has of them is compared all the same.
const WORDS: &[&str] = &[
    "description",
    "summary",
    "example",
    "examples",
    "externalDocs",
];

/// A file of facts.
struct File {
    path: String,
    value: Value,
    places: Places,
}

/// One thing that the facts tell of, with what they say.
struct Row<'f> {
    file: &'f File,
    /// Pointer in the file.
    at: String,
    value: &'f Value,
}

impl<'f> Row<'f> {
    fn place(&self) -> Place {
        Place {
            file: self.file.path.clone(),
            line: self.file.places.line(&self.at),
            pointer: Some(self.at.clone()),
        }
    }

    /// The rows under `key`, by their names.
    fn below(&self, key: &str) -> BTreeMap<&'f str, Row<'f>> {
        let at = join(&self.at, key);
        entries(self.value.get(key))
            .map(|(name, value)| {
                let row = Row {
                    file: self.file,
                    at: join(&at, name),
                    value,
                };
                (name, row)
            })
            .collect()
    }
}

/// The catalogue of error codes, as it was read.
pub struct Codes {
    /// The file.
    pub value: Value,
    places: Places,
}

impl Codes {
    /// Reads `spec/errors.yaml`.
    ///
    /// # Errors
    /// It is missing, or not YAML as it is written here.
    pub fn read(workspace: &Workspace) -> Result<Self> {
        let (value, places) = read::yaml(ERRORS, &workspace.read(ERRORS)?)?;
        Ok(Self { value, places })
    }
}

/// The facts.
pub struct Facts {
    files: Vec<File>,
}

impl Facts {
    /// Reads them.
    ///
    /// # Errors
    /// There are none, or they are not in the form that `spec/README.md` tells.
    pub fn read(workspace: &Workspace) -> Result<Self> {
        let mut files = Vec::new();
        let paths = workspace.files(FACTS, ".yaml")?;
        for (path, read) in read::yamls(workspace, paths)? {
            let (value, places) = read?;
            files.push(File {
                path,
                value,
                places,
            });
        }
        let facts = Self { files };
        let mut found = form::wrong(&facts, &workspace.read(DISCREPANCIES)?);
        if facts.files.is_empty() {
            found.push(Problem::at(
                Place::file(FACTS),
                "there are no facts to hold the description to",
                format!("restore the files (`git checkout -- {FACTS}`)"),
            ));
        }
        Problems::unless_empty(found, facts)
    }

    /// How many things they tell of.
    #[must_use]
    pub fn count(&self) -> usize {
        let rows = ["operations", "schemas", "errors"].map(|section| self.rows(section));
        let below = rows.iter().flat_map(BTreeMap::values).map(|row| {
            row.below("parameters").len()
                + row.below("properties").len()
                + row.below("examples").len()
        });
        below.sum::<usize>() + rows.iter().map(BTreeMap::len).sum::<usize>()
    }

    /// Where the description or the catalogue leaves them.
    #[must_use]
    pub fn differences(&self, description: &Description, codes: &Codes) -> Vec<Problem> {
        let mut comparison = Comparison::new(WORDS, move |at| description.place(at));
        self.operations(description, &mut comparison);
        self.components(description, &mut comparison);
        let mut found = comparison.found;
        found.extend(self.service(description));
        found.extend(self.errors(codes));
        found
    }

    /// The rows of a section, by their names.
    fn rows(&self, section: &str) -> BTreeMap<&str, Row<'_>> {
        let files = self.files.iter().map(|file| Row {
            file,
            at: String::new(),
            value: &file.value,
        });
        files.flat_map(|whole| whole.below(section)).collect()
    }

    /// What stands once under `key`.
    fn one(&self, key: &str) -> Option<Row<'_>> {
        self.files.iter().find_map(|file| {
            let at = join("", key);
            let value = pointer::get(&file.value, &at)?;
            Some(Row { file, at, value })
        })
    }

    fn operations<'d>(&self, description: &'d Description, comparison: &mut Comparison<'d>) {
        let mut rows = self.rows("operations");
        let every = self.one("every-operation");
        for operation in description.operations() {
            let at = operation.pointer();
            if text(operation.value, "description").trim().is_empty() {
                comparison.wrong(&at, "the operation says nothing about itself");
            }
            match rows.remove(operation.id()) {
                Some(row) => {
                    one_operation(description, &operation, &row, every.as_ref(), comparison)
                }
                None => comparison.no_fact(&at, operation.id()),
            }
        }
        comparison.not_described(&rows);
    }

    /// Schemas, and the answers and headers that operations share.
    fn components<'d>(&self, description: &'d Description, comparison: &mut Comparison<'d>) {
        let every = self.one("every-operation");
        let success = every.as_ref().and_then(|every| every.value.get("success"));
        let fields = success.and_then(|success| success.get("properties"));
        let answers = answers(description);
        let failure = self.one("failure");
        let of_failures = |key: &str| failure.as_ref().and_then(|row| row.value.get(key));
        for section in ["schemas", "responses", "headers", "securitySchemes"] {
            let at = join("/components", section);
            let mut rows = self.rows(section);
            for (name, is) in entries(pointer::get(&description.root, &at)) {
                let at = join(&at, name);
                let Some(row) = rows.remove(name) else {
                    comparison.no_fact(&at, name);
                    continue;
                };
                let wanted = match section {
                    "schemas" if answers.contains(name) => with(row.value, "properties", fields),
                    "responses" => {
                        let wanted = with(row.value, "headers", of_failures("headers"));
                        with(&wanted, "content", of_failures("content"))
                    }
                    _ => row.value.clone(),
                };
                comparison.mapping(&row, &at, &wanted, is, &[]);
            }
            comparison.not_described(&rows);
        }
    }

    fn service(&self, description: &Description) -> Vec<Problem> {
        let mut comparison = Comparison::new(&[], move |at| description.place(at));
        for key in SERVICE {
            let at = join("", key);
            match (self.one(key), description.root.get(*key)) {
                (Some(row), Some(is)) if is.is_mapping() => {
                    comparison.mapping(&row, &at, row.value, is, &["version"]);
                }
                (Some(row), Some(is)) => comparison.value(&row, &at, row.value, is),
                (Some(row), None) => comparison.lacks(&row, "", key, row.value),
                (None, _) => comparison.no_fact(&at, key),
            }
        }
        comparison.found
    }

    fn errors(&self, codes: &Codes) -> Vec<Problem> {
        let mut comparison = Comparison::new(WORDS, move |at| Place {
            line: codes.places.line(at),
            ..Place::pointer(ERRORS, at)
        });
        let mut rows = self.rows("errors");
        for (index, is) in items(codes.value.get("errors")).enumerate() {
            let at = format!("/errors/{index}");
            let status = is.get("http_status").and_then(Value::as_u64);
            let name = format!("{} {}", text(is, "code"), status.unwrap_or_default());
            match rows.remove(name.as_str()) {
                Some(row) => {
                    let own = ["code", "http_status", "meaning", "unreachable"];
                    comparison.mapping(&row, &at, row.value, is, &own);
                }
                None => comparison.no_fact(&at, &name),
            }
        }
        comparison.not_described(&rows);
        comparison.found
    }
}

/// Holds `description` and the catalogue to the facts; returns how many things those tell of.
///
/// # Errors
/// All differences, or something cannot be read.
pub fn check(workspace: &Workspace, description: &Description) -> Result<usize> {
    let facts = Facts::read(workspace)?;
    let mut found = facts.differences(description, &Codes::read(workspace)?);
    found.extend(recorded::differences(&facts, workspace)?);
    Problems::unless_empty(found, facts.count())
}

fn one_operation<'d>(
    description: &'d Description,
    operation: &Operation<'d>,
    row: &Row<'_>,
    every: Option<&Row<'_>>,
    comparison: &mut Comparison<'d>,
) {
    let at = operation.pointer();
    for (key, is) in [("method", operation.method), ("path", operation.path)] {
        let wanted = text(row.value, key);
        if wanted != is {
            comparison.differs(row, &at, &wanted.into(), &is.into());
        }
    }
    comparison.mapping(row, &at, row.value, operation.value, OF_OPERATIONS);

    let left_out: BTreeSet<&str> = items(row.value.get("leaves-out"))
        .filter_map(Value::as_str)
        .collect();
    let shared = |key: &str| shared(every, key, &left_out);

    let mut wanted = row.below("parameters");
    for (name, row) in shared("parameters") {
        wanted.entry(name).or_insert(row);
    }
    for (at, is) in operation.parameters(&description.root) {
        let name = format!("{} {}", text(is, "in"), text(is, "name"));
        match wanted.remove(name.as_str()) {
            Some(row) => comparison.mapping(&row, &at, row.value, is, &["in", "name"]),
            None => comparison.no_fact(&at, &name),
        }
    }
    comparison.all_lack(&at, &wanted);

    let mut wanted = row.below("responses");
    let has_body = row.value.get("requestBody").is_some();
    let mut of_every = shared("responses");
    if has_body {
        of_every.extend(shared("responses-to-a-body"));
    }
    for (name, row) in of_every {
        wanted.entry(name).or_insert(row);
    }
    let success = every.and_then(|every| every.value.get("success"));
    let headers = success.and_then(|success| success.get("headers"));
    let responses = join(&at, "responses");
    for (status, is) in entries(operation.value.get("responses")) {
        let at = join(&responses, status);
        match wanted.remove(status) {
            Some(row) if status.starts_with('2') => {
                let wanted = with(row.value, "headers", headers);
                comparison.mapping(&row, &at, &wanted, is, &[]);
            }
            Some(row) => comparison.mapping(&row, &at, row.value, is, &[]),
            None => comparison.no_fact(&at, status),
        }
    }
    comparison.all_lack(&responses, &wanted);

    let mut wanted: BTreeMap<(String, String), Row<'_>> = BTreeMap::new();
    for (name, example) in row.below("examples") {
        // Where it is shown stands below the name that parts of one exchange share.
        let places = entries(Some(example.value)).map(|(place, value)| {
            let row = Row {
                file: example.file,
                at: join(&example.at, place),
                value,
            };
            ((name.to_owned(), place.to_owned()), row)
        });
        wanted.extend(places);
    }
    for (name, place, at, is) in shown(description, operation) {
        match wanted.remove(&(name.to_owned(), place)) {
            Some(row) => comparison.value(&row, &at, row.value, is),
            None => comparison.no_fact(&at, name),
        }
    }
    for ((name, _), row) in &wanted {
        comparison.lacks(row, &at, name, row.value);
    }
}

/// What every operation has under `key`, unless it is left out.
fn shared<'f>(
    every: Option<&Row<'f>>,
    key: &str,
    left_out: &BTreeSet<&str>,
) -> Vec<(&'f str, Row<'f>)> {
    let rows = every.map(|every| every.below(key)).unwrap_or_default();
    // The name of a shared parameter stands behind its place.
    let is_left_out = |name: &str| {
        name.rsplit(' ')
            .next()
            .is_some_and(|last| left_out.contains(last))
    };
    rows.into_iter()
        .filter(|(name, _)| !is_left_out(name))
        .collect()
}

/// Whether an example is one of a document, by its name, and not made up.
pub(super) fn is_documented(example: &str) -> bool {
    !example.starts_with("constructed") && example != "failure"
}

/// The examples of an operation that are not made up: name, what is shown, pointer to the value, and the value.
fn shown<'d>(
    description: &'d Description,
    operation: &Operation<'d>,
) -> Vec<(&'d str, String, String, &'d Value)> {
    let root = &description.root;
    let mut holders: Vec<(String, String, &'d Value)> = operation
        .parameters(root)
        .into_iter()
        .map(|(at, is)| (format!("{} {}", text(is, "in"), text(is, "name")), at, is))
        .collect();
    let at = operation.pointer();
    let body = operation.value.get("requestBody");
    let body = body.map(|body| ("body", join(&at, "requestBody"), body));
    let responses = join(&at, "responses");
    let answers = entries(operation.value.get("responses"))
        .filter(|(status, _)| status.starts_with('2'))
        .map(|(status, answer)| ("answer", join(&responses, status), answer));
    for (what, at, holder) in body.into_iter().chain(answers) {
        let at = join(&at, "content");
        let media =
            operation::media(holder).map(|(name, media)| (what.to_owned(), join(&at, name), media));
        holders.extend(media);
    }
    let mut shown = Vec::new();
    for (what, at, holder) in holders {
        let at = join(&at, "examples");
        for (name, example) in
            entries(holder.get("examples")).filter(|(name, _)| is_documented(name))
        {
            if let Some(value) = example.get("value") {
                let at = join(&join(&at, name), "value");
                shown.push((name, what.clone(), at, value));
            }
        }
    }
    shown
}

/// The schemas of answers of success: the fields that every answer has are put into them.
fn answers(description: &Description) -> BTreeSet<&str> {
    let mut answers = BTreeSet::new();
    for operation in description.operations() {
        let own = entries(operation.value.get("responses"));
        for (_, response) in own.filter(|(status, _)| status.starts_with('2')) {
            let media = operation::media(response).filter(|(name, _)| *name == "application/json");
            let schemas = media.filter_map(|(_, media)| pointer::reference(media.get("schema")?));
            answers
                .extend(schemas.filter_map(|target| target.strip_prefix("#/components/schemas/")));
        }
    }
    answers
}

/// `own` with what `shared` has and its `key` lacks.
fn with(own: &Value, key: &str, shared: Option<&Value>) -> Value {
    let mut whole = own.clone();
    if let (Value::Mapping(map), Some(Value::Mapping(shared))) = (&mut whole, shared) {
        let target = map
            .entry(key.into())
            .or_insert_with(|| Mapping::new().into());
        if let Value::Mapping(target) = target {
            for (name, value) in shared {
                if !target.contains_key(name) {
                    target.insert(name.clone(), value.clone());
                }
            }
        }
    }
    whole
}
