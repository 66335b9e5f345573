//! How people call an operation: `x-sdk`. What is printed for people (a method of the client, a command of the program)
//! follows from it.

use super::{
    content::{self, Answers, Sends},
    operation::Operation,
    pointer::{self, entries},
};
use heck::ToSnakeCase as _;
use serde::{Deserialize, Serialize};
use serde_yaml::Value;

/// The key in an operation.
pub const KEY: &str = "x-sdk";

/// The resource whose methods hang on one ticket: the path value `case_id` is the ticket's own.
pub const TICKET: &str = "ticket";

/// The path value that names the ticket.
pub const TICKET_ID: &str = "case_id";

/// The value that names the group a call acts for, in snake_case.
pub const GROUP: &str = "group_id";

/// What every call has: a setter of such a name would be a second method.
pub const ON_CALL: &[&str] = &[
    "call",
    "group",
    "into_future",
    "items",
    "new",
    "pages",
    "request",
    "timeout",
];

/// What clients have by hand: a handle of such a name would be a second method.
pub const ON_CLIENT: &[&str] = &[
    "acknowledge",
    "block_on",
    "builder",
    "call",
    "check_ticket",
    "client",
    "create_ticket",
    "download",
    "download_into",
    "download_to",
    "follow",
    "follow_all",
    "forget",
    "forget_ticket",
    "from_env",
    "from_parts",
    "group",
    "look_for",
    "lookups",
    "origin",
    "parts",
    "pending",
    "pending_tickets",
    "raw",
    "reconcile",
    "reconcile_all",
    "reconcile_all_tickets",
    "reconcile_outbox",
    "reconcile_ticket",
    "reconcile_tickets",
    "reconcile_within",
    "submit_all",
    "ticket",
    "unread",
    "unread_all",
    "upload",
    "upload_limits",
];

/// What tickets have by hand.
pub const ON_TICKET: &[&str] = &[
    "block_on",
    "cancel",
    "client",
    "close",
    "confirm",
    "delete",
    "detail",
    "drain_unread",
    "export",
    "find_id",
    "find_last",
    "group",
    "history",
    "history_with",
    "id",
    "log",
    "mark_read",
    "messages_with_ids",
    "new",
    "recall",
    "recall_last",
    "score",
    "set_contact",
    "status",
    "submit",
    "urge",
    "with_group",
];

/// What stands by hand beside the handles, in snake_case: types and modules of `api`.
pub const IN_API: &[&str] = &[
    "answer",
    "breach",
    "arguments",
    "call",
    "caller",
    "column",
    "content",
    "described",
    "download",
    "exceeded",
    "generated",
    "held",
    "interrupted",
    "items",
    "json_pages",
    "kind",
    "limit",
    "list",
    "list_answer",
    "list_report",
    "models",
    "operation",
    "operations",
    "page",
    "paged",
    "paged_by",
    "pages",
    "response",
    "rows",
    "source",
    "source_error",
    "table",
    "undecodable",
    "unit",
    "unreadable",
    "upload",
    "value",
];

/// `x-sdk` of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sdk {
    /// The handle that has the method: `labels`, or `ticket` for one ticket.
    pub resource: String,
    /// Name of the method.
    pub method: String,
    /// Noun and verb of the command; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Who makes the method and the command.
    #[serde(default, skip_serializing_if = "Shape::is_generated")]
    pub shape: Shape,
    /// How it answers in pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<Pages>,
    /// The fields worth showing, in this order: of an item of the list, else of the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Whether the program asks before it does it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
}

/// Who makes the method and the command.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// They are printed.
    #[default]
    Generated,
    /// They are written by hand; the operation can still be called by its name.
    Hand,
}

impl Shape {
    fn is_generated(&self) -> bool {
        *self == Self::Generated
    }
}

/// How an operation answers in pages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Pages {
    /// What names a page.
    pub by: By,
    /// The field of the answer with the items.
    pub list: String,
    /// The field of the answer with the number of items in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<String>,
    /// The field of an item that tells it from all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The parameter that names the page, unless the list comes whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The parameter with the size of a page, unless the list comes whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
}

/// What names a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The number of items before it.
    Offset,
    /// Its number; the first one is 1.
    Number,
    /// Nothing: there is one.
    Whole,
}

/// `x-sdk` of `operation`; `None` if it has none.
///
/// # Errors
/// What is wrong with its form.
pub fn of(operation: &Operation<'_>) -> Option<Result<Sdk, String>> {
    let said = operation.value.get(KEY)?.clone();
    Some(serde_yaml::from_value(said).map_err(|error| error.to_string()))
}

/// The values of an operation, as a method takes them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// Its arguments.
    pub mandatory: Vec<String>,
    /// Those that are set one by one, the group aside.
    pub optional: Vec<String>,
}

/// The values of `operation`, by the names that they have on the wire.
#[must_use]
pub fn values(operation: &Operation<'_>, root: &Value, sdk: &Sdk) -> Values {
    let mut values = Values::default();
    let mut add = |name: &str, is_mandatory: bool| match is_mandatory {
        true => values.mandatory.push(name.to_owned()),
        false if name.to_snake_case() != GROUP => values.optional.push(name.to_owned()),
        false => {}
    };
    for (_, parameter) in operation.parameters(root) {
        let name = parameter.get("name").and_then(Value::as_str);
        let name = name.unwrap_or_default();
        let is_own = sdk.resource == TICKET && name == TICKET_ID;
        if !is_own {
            let required = parameter.get("required").and_then(Value::as_bool);
            add(name, required == Some(true));
        }
    }
    match content::sends(operation, root) {
        Ok(Sends::Json(schema, is_mandatory)) => {
            let schema = pointer::resolve(root, schema).unwrap_or(schema);
            let required: Vec<&str> = pointer::items(schema.get("required"))
                .filter_map(Value::as_str)
                .collect();
            if is_mandatory || required.is_empty() {
                for (name, _) in entries(schema.get("properties")) {
                    add(name, required.contains(&name));
                }
            } else {
                add("body", false);
            }
        }
        Ok(Sends::Form(form)) => {
            for (name, _, is_mandatory) in content::parts(root, form) {
                add(name, is_mandatory);
            }
        }
        Ok(Sends::Bytes) => add("body", true),
        Ok(Sends::Nothing) | Err(_) => {}
    }
    values
}

/// The schema of what `operation` answers; `None` of a file.
#[must_use]
pub fn answer<'d>(operation: &Operation<'d>, root: &'d Value) -> Option<&'d Value> {
    match content::answers(operation, root) {
        Ok(Answers::Object(schema)) => pointer::resolve(root, schema),
        _ => None,
    }
}

/// A property of a schema, `$ref` followed.
#[must_use]
pub fn property<'d>(root: &'d Value, schema: &'d Value, name: &str) -> Option<&'d Value> {
    let (_, property) = entries(schema.get("properties")).find(|(own, _)| *own == name)?;
    pointer::resolve(root, property)
}

/// How deep a secret is looked for: a description may name itself.
pub const DEPTH_OF_SECRETS: usize = 16;

/// Whether a value, or anything in it down to `depth`, is a secret.
#[must_use]
pub fn is_sensitive(root: &Value, schema: &Value, depth: usize) -> bool {
    let own = pointer::resolve(root, schema).unwrap_or(schema);
    let is_marked = |holder: &Value| {
        let mark = holder.get("x-sensitive").and_then(Value::as_bool);
        mark == Some(true)
    };
    if is_marked(schema) || is_marked(own) {
        return true;
    }
    let inner = |schema: &Value| depth > 0 && is_sensitive(root, schema, depth - 1);
    ["items", "additionalProperties"]
        .iter()
        .filter_map(|key| own.get(key))
        .any(inner)
        || entries(own.get("properties")).any(|(_, schema)| inner(schema))
}

/// What a row is made of: the items of the list, else the answer itself.
#[must_use]
pub fn row<'d>(operation: &Operation<'d>, root: &'d Value, sdk: &Sdk) -> Option<&'d Value> {
    let answer = answer(operation, root)?;
    let Some(pages) = &sdk.pages else {
        return Some(answer);
    };
    let list = property(root, answer, &pages.list)?;
    Some(content::element(root, list)).filter(|_| list.get("items").is_some())
}
