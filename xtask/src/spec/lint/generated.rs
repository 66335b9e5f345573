//! What OpenAPI allows and the generated client cannot be made of: it would not compile, or would send something else
//! than the description says.

use super::{Subject, listed};
use crate::{
    problem::Problem,
    spec::{
        grammar::Kind,
        operation::json_schema,
        pointer::{self, entries, items, join},
    },
};
use heck::{ToPascalCase as _, ToShoutySnakeCase as _, ToSnakeCase as _};
use serde_yaml::Value;
use std::collections::BTreeMap;

/// Names that cannot be those of a field.
const NO_FIELDS: &[(&str, &str)] = &[
    ("extra", "the client keeps unknown fields under that name"),
    ("self", "no field of Rust can have that name"),
    ("super", "no field of Rust can have that name"),
    ("crate", "no field of Rust can have that name"),
];

/// Names that printed code uses in another sense: no struct of the client can have one of them.
const NO_STRUCTS: &[&str] = &[
    "Box", "Default", "Err", "From", "Into", "None", "Ok", "Option", "Result", "Self", "Some",
    "String", "ToString", "Vec",
];

/// Fields that have a name of their own in the client.
pub(super) fn fields(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for node in subject.of(Kind::Schema) {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (name, _) in entries(node.value.get("properties")) {
            let at = join(&join(&node.pointer, "properties"), name);
            if let Some((_, why)) = NO_FIELDS.iter().find(|(taken, _)| *taken == name) {
                found.push(subject.problem(
                    &at,
                    format!("a field named `{name}`: {why}"),
                    "the generator has to learn another name for it first: see xtask/src/codegen/structs.rs",
                ));
            }
            if let Some(other) = seen.insert(name.to_snake_case(), name) {
                found.push(subject.problem(
                    &at,
                    format!("`{name}` and `{other}` are one field to the generator"),
                    "check both against the document",
                ));
            }
        }
    }
}

/// Schemas with a form that the client has no type for.
pub(super) fn schemas(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for node in subject.of(Kind::Schema) {
        if let Some(more) = node.value.get("additionalProperties")
            && more.as_bool() != Some(false)
        {
            found.push(subject.problem(
                &join(&node.pointer, "additionalProperties"),
                "fields of any name",
                "delete it: answers keep unknown fields anyway, and requests have those that are described",
            ));
        }
        for key in ["oneOf", "anyOf", "not", "discriminator"] {
            if node.value.get(key).is_some() {
                found.push(subject.problem(
                    &join(&node.pointer, key),
                    format!("`{key}` is a choice, which the client has no type for"),
                    "describe one object with all fields optional, and the choice in words",
                ));
            }
        }
    }
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (name, _) in entries(described_schemas(subject)) {
        let at = join("/components/schemas", name);
        if let Some(other) = seen.insert(name.to_lowercase(), name) {
            found.push(subject.problem(
                &at,
                format!("`{name}` and `{other}` differ in capitals only"),
                "generators name types and files for them: give one another name",
            ));
        }
        if NO_STRUCTS.contains(&name.to_pascal_case().as_str()) {
            found.push(subject.problem(
                &at,
                format!("the client has another `{}`", name.to_pascal_case()),
                "name it for what it holds, such as `TicketResult`",
            ));
        }
        if name.ends_with("InResponse") {
            found.push(subject.problem(
                &at,
                format!("`{name}` is a name that codegen makes"),
                "a schema used on both sides gets a copy of that name: choose another one",
            ));
        }
    }
}

/// Parameters that the client would send in another form.
pub(super) fn parameters(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for node in subject.of(Kind::Parameter) {
        let Some(schema) = node.value.get("schema") else {
            continue;
        };
        let schema = pointer::resolve(subject.root, schema).unwrap_or(schema);
        let kind = |schema: &Value| {
            let schema = pointer::resolve(subject.root, schema).unwrap_or(schema);
            schema
                .get("type")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let is_plain = |kind: &str| matches!(kind, "string" | "integer" | "number" | "boolean");
        let own = kind(schema);
        let element = schema.get("items").map(kind);
        if own == "array" {
            if node.value.get("explode").and_then(Value::as_bool) == Some(false) {
                found.push(subject.problem(
                    &join(&node.pointer, "explode"),
                    "`explode: false`: the client sends one key for each value",
                    "write `explode: true` if the document allows it; else the generator has to learn it first",
                ));
            }
            if element.is_some_and(|element| !is_plain(&element)) {
                found.push(subject.problem(
                    &node.pointer,
                    "a list of lists or objects in a parameter",
                    "a parameter is a text, a number, a truth value, or a list of those",
                ));
            }
        } else if !is_plain(&own) {
            found.push(subject.problem(
                &node.pointer,
                format!("type {own} in a parameter"),
                "a parameter is a text, a number, a truth value, or a list of those",
            ));
        }
        for key in ["allowReserved", "allowEmptyValue"] {
            if node.value.get(key).and_then(Value::as_bool) == Some(true) {
                found.push(subject.problem(
                    &join(&node.pointer, key),
                    format!("`{key}`: the client encodes every value and leaves absent ones out"),
                    "delete it",
                ));
            }
        }
    }
}

fn described_schemas<'d>(subject: &Subject<'d>) -> Option<&'d Value> {
    subject.root.get("components")?.get("schemas")
}

/// Operations that the client has a method and an answer for.
pub(super) fn operations(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let mut folded: BTreeMap<String, &str> = BTreeMap::new();
    for (name, _) in entries(described_schemas(subject)) {
        let of_name = name.to_snake_case().replace('_', "");
        folded.entry(of_name).or_insert(name);
    }
    for operation in &subject.operations {
        if NO_STRUCTS.contains(&operation.id().to_pascal_case().as_str()) {
            found.push(subject.problem(
                &join(&operation.pointer(), "operationId"),
                format!(
                    "the client has another `{}`",
                    operation.id().to_pascal_case()
                ),
                "name it as the vendor does in another document, such as `openCase`",
            ));
        }
        let literal = operation
            .path
            .split('/')
            .filter(|segment| !segment.starts_with('{'))
            .flat_map(str::chars)
            .find(|c| !(c.is_ascii_alphanumeric() || "-._~".contains(*c)));
        if let Some(odd) = literal {
            found.push(subject.problem(
                pointer::parent(&operation.pointer()).unwrap_or_default(),
                format!("{odd:?} in a path would be sent in another form"),
                "letters, digits, `-`, `.`, `_` and `~` stand for themselves",
            ));
        }
        if let Some(name) = folded.get(&operation.id().to_lowercase()) {
            found.push(subject.problem(
                &join(&operation.pointer(), "operationId"),
                format!(
                    "`{}` and the schema `{name}` are one name to generators",
                    operation.id()
                ),
                "give the schema another name: requests end in Req, answers in Response",
            ));
        }
        let responses = join(&operation.pointer(), "responses");
        let second = entries(operation.value.get("responses"))
            .filter(|(status, _)| status.starts_with('2'))
            .nth(1);
        if let Some((status, _)) = second {
            found.push(subject.problem(
                &join(&responses, status),
                "a second answer of success: the client reads one",
                "describe the one that the document shows",
            ));
        }
        for (status, response) in
            entries(operation.value.get("responses")).filter(|(status, _)| status.starts_with('2'))
        {
            let schema = pointer::resolve(subject.root, response)
                .and_then(json_schema)
                .and_then(|schema| pointer::resolve(subject.root, schema));
            let kind = schema
                .and_then(|schema| schema.get("type"))
                .and_then(Value::as_str);
            if kind.is_some_and(|kind| kind != "object") {
                found.push(subject.problem(
                    &join(&responses, status),
                    "an answer of success that is no object",
                    "every answer of this service is one: check it against the document",
                ));
            }
        }
    }
}

/// Names of values: constants in the clients of every language.
pub(super) fn value_names(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for node in &subject.nodes {
        let at = join(&node.pointer, "x-enum-varnames");
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for name in items(node.value.get("x-enum-varnames")).filter_map(Value::as_str) {
            let good = name.starts_with(|c: char| c.is_ascii_uppercase())
                && name.chars().all(|c| c.is_ascii_alphanumeric());
            if !good {
                found.push(subject.problem(
                    &at,
                    format!("`{name}` is no name of a value"),
                    "UpperCamelCase: letters and digits, a letter first",
                ));
            }
            let folded = name.to_shouty_snake_case().replace('_', "");
            if let Some(other) = seen.insert(folded, name) {
                found.push(subject.problem(
                    &at,
                    format!("`{name}` and `{other}` are one name to generators"),
                    "give one of the two another name",
                ));
            }
        }
        let values: Vec<&Value> = items(node.value.get("x-known-values")).collect();
        let repeated: Vec<String> = values
            .iter()
            .enumerate()
            .filter(|(index, value)| values.iter().take(*index).any(|other| other == *value))
            .map(|(_, value)| serde_json::to_string(value).unwrap_or_default())
            .collect();
        if !repeated.is_empty() {
            found.push(subject.problem(
                &join(&node.pointer, "x-known-values"),
                format!(
                    "{} is there twice",
                    listed(repeated.iter().map(String::as_str))
                ),
                "each value once",
            ));
        }
    }
}

/// Whether a character is not seen, or turns what stands around it: compilers refuse some in documentation.
pub(crate) fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Texts are seen as they are, and none becomes code in the documentation. Values of examples may be anything.
pub(super) fn texts(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for node in &subject.nodes {
        for (key, value) in entries(Some(node.value)).filter(|(key, _)| *key != "value") {
            let Some(text) = value.as_str() else { continue };
            let at = || join(&node.pointer, key);
            if let Some(hidden) = text.chars().find(|c| is_hidden(*c)) {
                found.push(subject.problem(
                    &at(),
                    format!(
                        "`{key}` holds U+{:04X}, which is not seen",
                        u32::from(hidden)
                    ),
                    "delete the character; write about it in words",
                ));
            }
            let is_code = text.contains("```") || text.contains("\n ") || text.starts_with(' ');
            if matches!(key, "description" | "summary") && is_code {
                found.push(subject.problem(
                    &at(),
                    format!("a part of the {key} would be code, which is compiled"),
                    "write one paragraph; `>-` joins its lines",
                ));
            }
        }
    }
}
