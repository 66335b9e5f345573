//! Paths, operations, parameters, bodies, responses, tags, security, servers.

use super::{Subject, listed};
use crate::{
    problem::Problem,
    spec::{
        grammar::Kind,
        pointer::{self, entries, items, join, text},
    },
    tables,
};
use serde_yaml::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The names in a path template.
fn placeholders(path: &str) -> Vec<&str> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .collect()
}

/// Templates are well formed and differ in more than the names of their parameters.
pub(super) fn paths(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let mut shapes: BTreeMap<String, &str> = BTreeMap::new();
    for (path, _) in entries(subject.root.get("paths")).filter(|(path, _)| !path.starts_with("x-"))
    {
        let at = join("/paths", path);
        if !path.starts_with('/')
            || path.ends_with('/')
            || path.contains("//")
            || path.contains('?')
        {
            found.push(subject.problem(
                &at,
                format!("`{path}` is not a path"),
                "begin with one slash, end with none, and leave the query to parameters",
            ));
        }
        let braces = path.matches(['{', '}']).count();
        if braces != placeholders(path).len() * 2 {
            found.push(subject.problem(
                &at,
                format!("the braces in `{path}` do not make whole segments"),
                "a parameter is a segment of its own: `/cases/{case_id}/message`",
            ));
        }
        let shape: Vec<&str> = path
            .split('/')
            .map(|s| if s.starts_with('{') { "{}" } else { s })
            .collect();
        if let Some(other) = shapes.insert(shape.join("/"), path) {
            found.push(subject.problem(
                &at,
                format!("`{path}` and `{other}` are the same path to a router"),
                "put both operations under one of the two",
            ));
        }
    }
}

/// Operation ids are there, unique, and turn into unique names.
pub(super) fn ids(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for operation in &subject.operations {
        let (id, at) = (operation.id(), join(&operation.pointer(), "operationId"));
        let lower_camel = id.starts_with(|c: char| c.is_ascii_lowercase())
            && id.chars().all(|c| c.is_ascii_alphanumeric());
        if id.is_empty() {
            found.push(subject.problem(
                &operation.pointer(),
                "the operation has no operationId",
                "add the vendor's name of it in lowerCamelCase",
            ));
        } else if !lower_camel {
            found.push(subject.problem(
                &at,
                format!("`{id}` is not lowerCamelCase"),
                "use letters and digits only",
            ));
        } else if let Some(first) = seen.insert(tables::method(id), operation.pointer()) {
            let place = subject.description.place(&first);
            found.push(subject.problem(
                &at,
                format!("the operationId `{id}` is used twice, first at {place}"),
                "give each operation its own name",
            ));
        }
    }
}

/// Template and declarations name the same path parameters, all of them mandatory.
pub(super) fn path_parameters(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for operation in &subject.operations {
        let wanted = placeholders(operation.path);
        let mut declared = BTreeSet::new();
        for (at, parameter) in operation.parameters(subject.root) {
            if text(parameter, "in") != "path" {
                continue;
            }
            let name = text(parameter, "name");
            declared.insert(name);
            if !wanted.contains(&name) {
                found.push(subject.problem(
                    &at,
                    format!(
                        "the path parameter `{name}` does not stand in the template `{}`",
                        operation.path
                    ),
                    format!("the template has {}", listed(wanted.iter().copied())),
                ));
            }
            if parameter.get("required").and_then(Value::as_bool) != Some(true) {
                found.push(subject.problem(
                    &at,
                    format!("the path parameter `{name}` is not `required: true`"),
                    "a path without it would be another path: write `required: true`",
                ));
            }
        }
        for name in wanted.iter().filter(|name| !declared.contains(**name)) {
            found.push(subject.problem(
                &operation.pointer(),
                format!("the template has {{{name}}}, but no path parameter `{name}` is declared"),
                format!("declare it: `- name: {name}`, `in: path`, `required: true`"),
            ));
        }
    }
}

/// Parameters: one name once, a known place and style, a schema.
pub(super) fn parameters(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for operation in &subject.operations {
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        let has_body = operation.value.get("requestBody").is_some();
        for (at, parameter) in operation.parameters(subject.root) {
            let name = text(parameter, "name");
            // The generator makes one argument of each name and silently drops the second.
            if let Some(first) = seen.insert(tables::method(name), at.clone()) {
                let place = subject.description.place(&first);
                found.push(subject.problem(
                    &at,
                    format!("the parameter `{name}` is there twice, first at {place}"),
                    "delete one of the two; two parameters of one operation cannot share a name",
                ));
            }
            if has_body && name == "body" {
                found.push(subject.problem(
                    &at,
                    "a parameter named `body` beside a request body",
                    "rename the parameter",
                ));
            }
        }
    }
    for node in subject.of(Kind::Parameter) {
        let style = text(node.value, "style");
        let (place, styles): (&str, &[&str]) = match text(node.value, "in") {
            "path" => ("path", &["simple"]),
            "query" => ("query", &["form"]),
            "header" => ("header", &["simple"]),
            other => {
                found.push(subject.problem(
                    &node.pointer,
                    format!("`in: {other}` is no place for a parameter"),
                    "use path, query or header",
                ));
                continue;
            }
        };
        if !style.is_empty() && !styles.contains(&style) {
            found.push(subject.problem(
                &join(&node.pointer, "style"),
                format!("a {place} parameter cannot have `style: {style}`"),
                format!("use {}, or leave it out", listed(styles.iter().copied())),
            ));
        }
        let Some(schema) = node.value.get("schema") else {
            found.push(subject.problem(
                &node.pointer,
                "the parameter has no schema",
                "add `schema: {type: ...}`",
            ));
            continue;
        };
        let schema = pointer::resolve(subject.root, schema).unwrap_or(schema);
        let is = |kind| super::references::has_type(schema, kind);
        if place == "path" && !is("array") && !is("string") && !is("integer") {
            found.push(subject.problem(
                &node.pointer,
                "a path parameter that is neither a text nor an integer",
                "others are written in more than one way, and another text is another path",
            ));
        }
        if is("array") {
            if place != "query" {
                found.push(subject.problem(
                    &node.pointer,
                    format!("a list in a {place} parameter"),
                    "use a query parameter",
                ));
            } else if style != "form" || node.value.get("explode").is_none() {
                found.push(subject.problem(
                    &node.pointer,
                    "a list in a query without `style` and `explode`",
                    "write both out: clients differ in what they assume",
                ));
            }
        }
    }
}

/// Bodies only where they belong; responses complete; content types real.
pub(super) fn bodies_and_responses(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for operation in &subject.operations {
        let at = operation.pointer();
        if let Some(body) = operation.value.get("requestBody") {
            let body = pointer::resolve(subject.root, body).unwrap_or(body);
            let required = body.get("required").and_then(Value::as_bool) == Some(true);
            match operation.method {
                "get" | "head" => found.push(subject.problem(
                    &join(&at, "requestBody"),
                    format!("{} with a request body", operation.method.to_uppercase()),
                    "move it into query parameters; bodies of such requests are dropped on the way",
                )),
                // Dropped on the way as well. Where it is mandatory, the service notices.
                "delete" if !required => found.push(subject.problem(
                    &join(&at, "requestBody"),
                    "DELETE with a request body that may be missing",
                    "write `required: true`: a body that was dropped on the way must not make another request",
                )),
                _ => {}
            }
        }
        let responses: Vec<&str> = entries(operation.value.get("responses"))
            .map(|(status, _)| status)
            .collect();
        if !responses.iter().any(|status| status.starts_with('2')) {
            found.push(subject.problem(
                &join(&at, "responses"),
                format!("`{}` has no response for success", operation.id()),
                "describe the 200 response",
            ));
        }
        for status in responses.iter().filter(|status| !status.starts_with("x-")) {
            let is_code = status.len() == 3
                && status
                    .parse::<u16>()
                    .is_ok_and(|code| (100..600).contains(&code));
            if !is_code {
                found.push(subject.problem(
                    &join(&join(&at, "responses"), status),
                    format!("`{status}` is not a status code"),
                    "list the statuses one by one: generators take `default` and `5XX` differently or not at all",
                ));
            }
        }
    }
    for node in subject.of(Kind::Response) {
        if text(node.value, "description").trim().is_empty() {
            found.push(subject.problem(
                &node.pointer,
                "the response has no description",
                "say what the answer means",
            ));
        }
    }
}

/// Tags are declared, described, used.
pub(super) fn tags(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let declared: BTreeSet<&str> = items(subject.root.get("tags"))
        .map(|tag| text(tag, "name"))
        .collect();
    let mut used = BTreeSet::new();
    for operation in &subject.operations {
        let tags: Vec<&str> = items(operation.value.get("tags"))
            .filter_map(Value::as_str)
            .collect();
        if tags.is_empty() {
            found.push(subject.problem(
                &operation.pointer(),
                format!("`{}` has no tag", operation.id()),
                format!("add one of {}", listed(declared.iter().copied())),
            ));
        }
        // A part is found by its tag.
        if let Some(part) = subject.description.part(&operation.pointer())
            && let Some(tag) = tags.first().filter(|tag| **tag != part)
        {
            found.push(subject.problem(
                &join(&operation.pointer(), "tags"),
                format!("an operation with the tag `{tag}` in the file of `{part}`"),
                format!("move it to spec/paths/{tag}.yaml"),
            ));
        }
        for (index, tag) in tags.iter().enumerate() {
            used.insert(*tag);
            if !declared.contains(tag) {
                found.push(subject.problem(
                    &join(&join(&operation.pointer(), "tags"), &index.to_string()),
                    format!("the tag `{tag}` is not declared"),
                    "declare it under `tags`, with a description",
                ));
            }
        }
    }
    for (section, members) in entries(subject.root.get("components")) {
        for (name, _) in entries(Some(members)) {
            let at = join(&join("/components", section), name);
            let part = subject.description.part(&at);
            if part.is_some_and(|part| part != "shared" && !declared.contains(part.as_str())) {
                found.push(subject.problem(
                    &at,
                    "the file is named for no tag",
                    "move it to spec/components/<tag>.yaml, or to shared.yaml if several tags use it",
                ));
            }
        }
    }
    for (index, tag) in items(subject.root.get("tags")).enumerate() {
        let name = text(tag, "name");
        let one_word = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if !one_word || !used.contains(name) || text(tag, "description").is_empty() {
            found.push(subject.problem(
                &format!("/tags/{index}"),
                format!("the tag `{name}` must be one lower-case word, described, and used"),
                "it becomes the name of a class in generated clients",
            ));
        }
    }
}

/// Each operation can be authenticated, with a declared scheme; no scheme is an argument too.
pub(super) fn security(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let schemes = subject
        .root
        .get("components")
        .and_then(|c| c.get("securitySchemes"));
    let declared: BTreeSet<&str> = entries(schemes).map(|(name, _)| name).collect();
    let mut check = |at: String, requirements: &Value| {
        for requirement in items(Some(requirements)) {
            for (name, _) in entries(Some(requirement)).filter(|(name, _)| !declared.contains(name))
            {
                found.push(subject.problem(
                    &at,
                    format!("the security scheme `{name}` is not declared"),
                    format!("declared are {}", listed(declared.iter().copied())),
                ));
            }
        }
    };
    let global = subject.root.get("security");
    if let Some(global) = global {
        check("/security".to_owned(), global);
    }
    for operation in &subject.operations {
        if let Some(own) = operation.value.get("security") {
            check(join(&operation.pointer(), "security"), own);
        }
    }
    for operation in &subject.operations {
        let own = operation.value.get("security").or(global);
        if items(own).next().is_none() {
            found.push(subject.problem(
                &operation.pointer(),
                format!(
                    "`{}` needs no credentials by this description",
                    operation.id()
                ),
                "keep `security` at the top of the document",
            ));
        }
        for (at, parameter) in operation.parameters(subject.root) {
            let scheme = entries(schemes).find(|(_, scheme)| {
                text(scheme, "in") == text(parameter, "in")
                    && text(scheme, "name").eq_ignore_ascii_case(text(parameter, "name"))
            });
            if let Some((name, _)) = scheme {
                found.push(subject.problem(
                    &at,
                    format!("the parameter repeats the security scheme `{name}`"),
                    "delete the parameter: clients would send it twice",
                ));
            }
        }
    }
}

/// One credential: generated clients send one for each scheme that is declared.
pub(super) fn one_credential(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    const REMEDY: &str = "keep the scheme of the token alone, and tell other ways in an `x-` field beside it: a client made \
        of two schemes sends both";
    let schemes = subject
        .root
        .get("components")
        .and_then(|components| components.get("securitySchemes"));
    for (name, _) in entries(schemes).skip(1) {
        found.push(subject.problem(
            &join("/components/securitySchemes", name),
            format!("`{name}` is a second security scheme"),
            REMEDY,
        ));
    }
    let operations = subject
        .operations
        .iter()
        .map(|operation| (join(&operation.pointer(), "security"), operation.value));
    for (at, owner) in [("/security".to_owned(), subject.root)]
        .into_iter()
        .chain(operations)
    {
        let Some(requirements) = owner.get("security") else {
            continue;
        };
        let schemes = items(Some(requirements))
            .map(|requirement| entries(Some(requirement)).count())
            .sum::<usize>();
        if schemes > 1 || items(Some(requirements)).count() > 1 {
            found.push(subject.problem(&at, "more than one credential for a request", REMEDY));
        }
    }
}

/// Server variables are declared.
pub(super) fn servers(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    if items(subject.root.get("servers")).next().is_none() {
        found.push(subject.problem(
            "/servers",
            "no server is described",
            "add `servers:` with the published endpoints",
        ));
    }
    for node in subject.of(Kind::Server) {
        let url = text(node.value, "url");
        for name in url
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
        {
            if node
                .value
                .get("variables")
                .and_then(|variables| variables.get(name))
                .is_none()
            {
                found.push(subject.problem(
                    &node.pointer,
                    format!("the server variable `{name}` is not declared"),
                    "declare it under `variables`, with a default",
                ));
            }
        }
    }
}

/// Each operation names its document, and has words for people.
pub(super) fn evidence(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for operation in &subject.operations {
        let (id, at) = (operation.id(), operation.pointer());
        let source = operation.value.get("x-source");
        let named = match source {
            Some(Value::String(one)) => !one.trim().is_empty(),
            list => {
                items(list).next().is_some()
                    && items(list).all(|item| item.as_str().is_some_and(|s| !s.trim().is_empty()))
            }
        };
        if !named {
            found.push(subject.problem(
                &at,
                format!("`{id}` names no source"),
                "add `x-source` with the title of the document and its table",
            ));
        }
        if text(operation.value, "summary").is_empty()
            || text(operation.value, "description").is_empty()
        {
            found.push(subject.problem(
                &at,
                format!("`{id}` lacks a summary or a description"),
                "both become documentation",
            ));
        }
    }
}
