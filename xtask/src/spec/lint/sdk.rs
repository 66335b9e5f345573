//! How people call each operation: said once, in words that can be printed, and for nothing else.

use super::{Subject, listed};
use crate::{
    problem::Problem,
    spec::{
        operation::Operation,
        pointer::{entries, join, resolve, text},
        sdk::{
            self, By, DEPTH_OF_SECRETS, IN_API, KEY, ON_CALL, ON_CLIENT, ON_TICKET, Sdk, Shape,
            TICKET, TICKET_ID,
        },
    },
};
use heck::ToSnakeCase as _;
use serde_yaml::Value;
use std::collections::BTreeMap;

/// Each operation says it, and no two the same.
pub(super) fn calls(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let mut methods: BTreeMap<(String, String), (Shape, String)> = BTreeMap::new();
    let mut commands: BTreeMap<String, String> = BTreeMap::new();
    for operation in &subject.operations {
        let (id, at) = (operation.id(), join(&operation.pointer(), KEY));
        let sdk = match sdk::of(operation) {
            Some(Ok(sdk)) => sdk,
            Some(Err(why)) => {
                found.push(subject.problem(
                    &at,
                    format!("`{KEY}` of `{id}` cannot be read: {why}"),
                    "spec/README.md has its keys and their words",
                ));
                continue;
            }
            None => {
                found.push(subject.problem(
                    &operation.pointer(),
                    format!("`{id}` does not say how people call it"),
                    format!("add `{KEY}` with `resource`, `method` and `command`; spec/README.md says what each means"),
                ));
                continue;
            }
        };
        names(subject, operation, &sdk, found);
        pages(subject, operation, &sdk, found);
        columns(subject, operation, &sdk, found);
        clashes(subject, operation, &sdk, found);
        let method = (sdk.resource.clone(), sdk.method.clone());
        match methods.get(&method) {
            // One verb may be made of several operations.
            Some((Shape::Hand, _)) if sdk.shape == Shape::Hand => {}
            Some((_, first)) => {
                let place = subject.description.place(first);
                found.push(subject.problem(
                    &join(&at, "method"),
                    format!(
                        "`{}` of `{}` is there twice, first at {place}",
                        sdk.method, sdk.resource
                    ),
                    "give one of the two another name",
                ));
            }
            None => {
                methods.insert(method, (sdk.shape, operation.pointer()));
            }
        }
        if let Some(command) = sdk.command.filter(|_| sdk.shape == Shape::Generated)
            && let Some(first) = commands.insert(command.clone(), operation.pointer())
        {
            let place = subject.description.place(&first);
            found.push(subject.problem(
                &join(&at, "command"),
                format!("the command `{command}` is there twice, first at {place}"),
                "give one of the two another verb",
            ));
        }
    }
}

/// The names can be names: of Rust, and of a command line.
fn names(subject: &Subject<'_>, operation: &Operation<'_>, sdk: &Sdk, found: &mut Vec<Problem>) {
    let at = join(&operation.pointer(), KEY);
    for (key, name) in [("resource", &sdk.resource), ("method", &sdk.method)] {
        let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
            && *name == name.to_snake_case()
            && syn::parse_str::<syn::Ident>(name).is_ok();
        if !is_name {
            found.push(subject.problem(
                &join(&at, key),
                format!("`{name}` is no name of a {key}"),
                "use a word in snake_case that is no keyword of Rust",
            ));
        }
    }
    let is_word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_lowercase())
            && (word.chars()).all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    if let Some(command) = &sdk.command {
        let words: Vec<&str> = command.split(' ').collect();
        if words.len() != 2 || !words.iter().all(|word| is_word(word)) {
            found.push(subject.problem(
                &join(&at, "command"),
                format!("`{command}` is no command"),
                "write a noun and a verb in lower case: `label list`",
            ));
        }
    }
    let has_ticket = operation.path.contains(&format!("{{{TICKET_ID}}}"));
    if sdk.resource == TICKET && !has_ticket {
        found.push(subject.problem(
            &join(&at, "resource"),
            format!("the path has no {{{TICKET_ID}}}, so the operation is none of one ticket"),
            "name the handle of its kind of thing, e.g. `tickets`",
        ));
    }
}

/// No printed name is that of something else.
fn clashes(subject: &Subject<'_>, operation: &Operation<'_>, sdk: &Sdk, found: &mut Vec<Problem>) {
    let at = join(&operation.pointer(), KEY);
    let (resource, method) = (&*sdk.resource, &*sdk.method);
    if resource != TICKET {
        let is_taken = [
            (ON_CLIENT, "clients have a method of that name by hand"),
            (IN_API, "`api` has something of that name by hand"),
        ];
        let taken = is_taken.iter().find(|(names, _)| names.contains(&resource));
        if let Some((_, why)) = taken {
            found.push(subject.problem(
                &join(&at, "resource"),
                format!("`{resource}` cannot be a handle: {why}"),
                "name the kind of thing it is about, in the plural, e.g. `labels`",
            ));
        }
    }
    if sdk.shape == Shape::Hand {
        // Its values are those of a struct, and nothing else is printed.
        return;
    }
    if resource == TICKET && ON_TICKET.contains(&method) {
        found.push(subject.problem(
            &join(&at, "method"),
            format!("tickets have `{method}` by hand"),
            "give the method another name, or say `shape: hand` if it is that one",
        ));
    }
    let values = sdk::values(operation, subject.root, sdk);
    for (names, what, taken) in [
        (&values.mandatory, "arguments of the method", &[][..]),
        (&values.optional, "methods of the call", ON_CALL),
    ] {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for name in names {
            let printed = name.to_snake_case();
            if taken.contains(&&*printed) {
                found.push(subject.problem(
                    &at,
                    format!("the value `{name}` would be a method that every call has"),
                    "such a name cannot be printed: shape the operation by hand (`shape: hand`)",
                ));
            }
            if let Some(other) = seen.insert(printed, name) {
                found.push(subject.problem(
                    &at,
                    format!("the values `{other}` and `{name}` would be two {what} of one name"),
                    "such names cannot be printed: shape the operation by hand (`shape: hand`)",
                ));
            }
        }
    }
}

/// The parameters of a page and of its length, as the service calls them.
const OF_PAGES: [[&str; 2]; 2] = [["offset", "limit"], ["page_no", "page_size"]];

/// What comes in pages says so: else its method gives the first page for the whole list. A file has none, and what is shaped by
/// hand pages as it is written.
fn unpaged(subject: &Subject<'_>, operation: &Operation<'_>, sdk: &Sdk, found: &mut Vec<Problem>) {
    if sdk.shape == Shape::Hand || sdk::answer(operation, subject.root).is_none() {
        return;
    }
    let parameters = operation.parameters(subject.root);
    let has = |wanted: &str| {
        let mut names = parameters.iter().map(|(_, it)| text(it, "name"));
        names.any(|name| name.to_snake_case() == wanted)
    };
    if let Some([at, size]) = OF_PAGES
        .iter()
        .find(|pair| pair.iter().all(|name| has(name)))
    {
        found.push(subject.problem(
            &join(&operation.pointer(), KEY),
            format!(
                "`{}` has `{at}` and `{size}`, and no `pages`: its method would take the first page for the whole list",
                operation.id()
            ),
            "add `pages` with `by`, `at`, `size` and `list`, or say `shape: hand`",
        ));
    }
}

/// What pages are made of is there.
fn pages(subject: &Subject<'_>, operation: &Operation<'_>, sdk: &Sdk, found: &mut Vec<Problem>) {
    let at = join(&join(&operation.pointer(), KEY), "pages");
    let Some(pages) = &sdk.pages else {
        unpaged(subject, operation, sdk, found);
        return;
    };
    let root = subject.root;
    let answer = sdk::answer(operation, root);
    let field = |name: &str| answer.and_then(|answer| sdk::property(root, answer, name));
    if field(&pages.list).is_none_or(|list| text(list, "type") != "array") {
        found.push(subject.problem(
            &join(&at, "list"),
            format!("the answer has no list `{}`", pages.list),
            "name the field of the answer that holds the items",
        ));
        return;
    }
    if let Some(total) = &pages.total
        && field(total).is_none_or(|total| text(total, "type") != "integer")
    {
        found.push(subject.problem(
            &join(&at, "total"),
            format!("the answer has no number `{total}`"),
            "name the field with the number of all items, or leave `total` out",
        ));
    }
    if let Some(id) = &pages.id
        && sdk::row(operation, root, sdk)
            .and_then(|row| sdk::property(root, row, id))
            .is_none_or(|id| !matches!(text(id, "type"), "string" | "integer"))
    {
        found.push(subject.problem(
            &join(&at, "id"),
            format!("an item has no text or number `{id}`"),
            "name the field that tells an item from all others, or leave `id` out",
        ));
    }
    for (key, name) in [("at", &pages.at), ("size", &pages.size)] {
        let whole = pages.by == By::Whole;
        let parameters = operation.parameters(root);
        let is_number = |parameter: &Value| {
            let schema = parameter.get("schema");
            let schema = schema.and_then(|schema| resolve(root, schema));
            schema.is_some_and(|schema| text(schema, "type") == "integer")
        };
        let parameter = parameters.iter().find(|(_, parameter)| {
            (name.as_deref()).is_some_and(|name| text(parameter, "name") == name)
                && text(parameter, "in") == "query"
                && is_number(parameter)
        });
        match (name, whole) {
            (None, true) => {}
            (Some(_), true) => found.push(subject.problem(
                &join(&at, key),
                format!("a list that comes whole has no `{key}`"),
                "leave it out, or say what names a page",
            )),
            (_, false) if parameter.is_none() => found.push(subject.problem(
                &join(&at, key),
                format!("`{key}` names no number of the query"),
                "name the parameter: `at` is that of the page, `size` that of its length",
            )),
            _ => {}
        }
    }
}

/// The columns are fields of what is shown.
fn columns(subject: &Subject<'_>, operation: &Operation<'_>, sdk: &Sdk, found: &mut Vec<Problem>) {
    let at = join(&join(&operation.pointer(), KEY), "columns");
    let Some(row) = sdk::row(operation, subject.root, sdk) else {
        if !sdk.columns.is_empty() && sdk.pages.is_none() {
            found.push(subject.problem(&at, "a file has no columns", "leave `columns` out"));
        }
        return;
    };
    for (index, column) in sdk.columns.iter().enumerate() {
        if sdk::property(subject.root, row, column).is_none() {
            let has = entries(row.get("properties")).map(|(name, _)| name);
            found.push(subject.problem(
                &join(&at, &index.to_string()),
                format!("`{column}` is no field of what is shown"),
                format!("it has {}", listed(has)),
            ));
        }
    }
    secrets(subject, row, sdk, &at, found);
}

/// A table hides a sensitive column beside others. So a list with something sensitive has columns, and one of them that is not;
/// where an answer about one thing is all sensitive, it is what was asked for.
fn secrets(subject: &Subject<'_>, row: &Value, sdk: &Sdk, at: &str, found: &mut Vec<Problem>) {
    let root = subject.root;
    let is_secret = |schema: &Value| sdk::is_sensitive(root, schema, DEPTH_OF_SECRETS);
    if sdk.pages.is_none() || !is_secret(row) {
        return;
    }
    if sdk.columns.is_empty() {
        found.push(subject.problem(
            at.trim_end_matches("/columns"),
            "a list with something sensitive has no `columns`: its table would show everything",
            "name the fields worth showing in `columns`",
        ));
        return;
    }
    let mut columns = sdk.columns.iter();
    if columns.all(|column| sdk::property(root, row, column).is_some_and(is_secret)) {
        found.push(subject.problem(
            at,
            "every column of the list is sensitive",
            "add a column that is not: beside it a table hides the others",
        ));
    }
}
