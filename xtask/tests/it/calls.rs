//! The calls of the SDK, as they are printed.

use crate::house::{House, real};
use std::{collections::BTreeSet, fs, path::Path};
use syn::{ImplItem, Item, Type, UseTree, Visibility};
use xtask::{
    file::Workspace,
    spec::{
        read,
        sdk::{self, IN_API, ON_CLIENT, ON_TICKET, Shape},
        verb::{self, VERBS},
    },
};

/// The body of the write may be left out.
const OPTIONAL_BODY: (&str, &str) = (
    "requestBody:\n        required: true",
    "requestBody:\n        required: false",
);

/// What is printed for `messages` and `tickets`, in one line.
fn printed(edits: &[(&str, &str)]) -> String {
    let house = House::new();
    for (from, to) in edits {
        house.edit("spec/openapi.yaml", from, to);
    }
    let run = house.xtask(&["codegen"]);
    assert!(run.passed, "{}", run.said);
    let file = |name: &str| {
        let text = house.read(&format!("crates/hwc-tickets/src/api/generated/{name}.rs"));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    format!("{} {}", file("tickets"), file("messages"))
}

fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
}

/// With a group in the body of the write.
fn with_group(required: &'static str) -> (&'static str, String) {
    (
        "required: [message, type]\n      properties:\n",
        format!(
            "required: {required}\n      properties:\n        group_id:\n          type: string\n          description: Id of a group.\n"
        ),
    )
}

#[test]
fn a_body_that_nothing_was_put_into_is_not_made() {
    let (from, to) = with_group("[type]");
    let text = printed(&[OPTIONAL_BODY, (from, &to)]);
    has(
        &text,
        &[
            "fn group(&self) -> Option<&str> { self.body.as_ref().and_then(|body| body.group_id.as_deref()) }",
            "self.body.get_or_insert_default().group_id = Some(group.to_owned()); true",
            "pub fn group(",
        ],
    );
}

#[test]
fn a_body_with_mandatory_fields_takes_a_group() {
    let (from, to) = with_group("[message, type]");
    let text = printed(&[OPTIONAL_BODY, (from, &to)]);
    has(
        &text,
        &[
            "pub fn body(mut self, body: wire::messages::CreateMessageV2Req) -> Self",
            "let Some(body) = &mut self.body else { return false",
            "body.group_id = Some(group.to_owned()); true",
            "pub fn group(",
            "without one, the call is refused before anything is sent",
        ],
    );
    // In the query it has a place always.
    let in_query = (
        "        - name: limit\n",
        "        - name: group_id\n          in: query\n          description: Id of a group.\n          schema: {type: string}\n        - name: limit\n",
    );
    let text = printed(&[in_query]);
    has(
        &text,
        &[
            "fn group(&self) -> Option<&str> { self.group_id.as_deref() }",
            "self.group_id = Some(group.to_owned()); true",
        ],
    );
}

#[test]
fn a_map_that_may_be_left_out_is_no_argument() {
    let map = (
        "        message:\n          $ref",
        "        extends_map:\n          type: object\n          description: More of it.\n        message:\n          $ref",
    );
    let text = printed(&[map]);
    has(
        &text,
        &[
            "///More of it. pub fn extends_map( mut self, extends_map: ::serde_json::Map<::std::string::String, ::serde_json::Value>, ) -> Self { self.request.body.extends_map = Some(extends_map); self }",
        ],
    );
    assert!(!text.contains("- `extends_map`"), "{text}");
}

#[test]
fn documentation_tells_arguments_known_values_and_limits() {
    let text = printed(&[(
        "description: A kind.\n",
        "description: A kind.\n          x-known-values: [0, 1]\n          x-enum-varnames: [Customer, Support]\n",
    )]);
    has(
        &text,
        &[
            "///A kind. Known values: `0` is Customer, `1` is Support; others may be good as well. 0 to 1. pub fn type_(",
            "///Most messages to give. 0 to 100. Left out, the service takes `10`. pub fn limit(",
            "- `case_ids`: Ids of the tickets. 1 to 3 items.",
            "- `case_id`: Id of the ticket. 1 to 64 characters.",
        ],
    );
}

/// What is shaped by hand can have a value of any name: it is set in the struct.
#[test]
fn a_value_that_is_a_method_of_every_call_is_set_in_the_struct() {
    let house = House::new();
    for (from, to) in [
        ("name: limit\n", "name: timeout\n"),
        (
            "method: list\n        command: message list\n",
            "method: list\n        shape: hand\n        command: message list\n",
        ),
    ] {
        house.edit("spec/openapi.yaml", from, to);
    }
    let run = house.xtask(&["codegen"]);
    assert!(run.passed, "{}", run.said);
    let wire = house.read("crates/hwc-tickets-wire/src/generated/messages.rs");
    assert!(wire.contains("pub timeout: "), "{wire}");
    let calls = house.read("crates/hwc-tickets/src/api/generated/messages.rs");
    assert!(!calls.contains("fn timeout"), "{calls}");
}

/// What is described later breaks nobody: a struct of a request or an answer is no literal in another crate, and no pattern there
/// names all its fields.
#[test]
fn structs_of_requests_and_answers_may_gain_fields() {
    let house = House::new();
    assert!(house.xtask(&["codegen"]).passed);
    let wire = house.read("crates/hwc-tickets-wire/src/generated/messages.rs");
    for kind in ["request! {", "answer! {"] {
        assert!(wire.contains(kind), "no {kind} in {wire}");
    }
    for item in syn::parse_file(&wire).unwrap().items {
        let Item::Struct(item) = item else { continue };
        let mut attributes = item.attrs.iter();
        let is_open = attributes.any(|attribute| attribute.path().is_ident("non_exhaustive"));
        assert!(is_open, "{} is not #[non_exhaustive]", item.ident);
    }
}

/// The names of functions in blocks of `owner` without a trait, and the names that `api` gives out.
fn by_hand(directory: &Path, owner: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("api/generated") || path.ends_with("api/generated.rs") {
            continue;
        }
        if path.is_dir() {
            by_hand(&path, owner, found);
            continue;
        }
        let file = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
        for item in file.items {
            let Item::Impl(block) = item else { continue };
            let Type::Path(of) = &*block.self_ty else {
                continue;
            };
            let is_own = of
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident == owner);
            if !is_own || block.trait_.is_some() {
                continue;
            }
            for item in block.items {
                if let ImplItem::Fn(function) = item
                    && !matches!(function.vis, Visibility::Inherited)
                {
                    found.insert(function.sig.ident.to_string());
                }
            }
        }
    }
}

fn names(tree: &UseTree, found: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(path) => names(&path.tree, found),
        UseTree::Name(name) => {
            found.insert(name.ident.to_string());
        }
        UseTree::Rename(name) => {
            found.insert(name.rename.to_string());
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| names(tree, found)),
        UseTree::Glob(_) => {}
    }
}

/// The rules know every name that is written by hand: a printed one beside it would not compile, or hide it.
#[test]
fn the_rules_know_what_is_written_by_hand() {
    let source = real().join("crates/hwc-tickets/src");
    for (owner, known) in [("Client", ON_CLIENT), ("Ticket", ON_TICKET)] {
        let mut found = BTreeSet::new();
        by_hand(&source, owner, &mut found);
        assert!(found.contains("group"), "{found:?}");
        found.retain(|name| !known.contains(&name.as_str()));
        assert!(found.is_empty(), "add to xtask/src/spec/sdk.rs: {found:?}");
    }
    let mut found = BTreeSet::new();
    let api = fs::read_to_string(source.join("api.rs")).unwrap();
    for item in syn::parse_file(&api).unwrap().items {
        match item {
            Item::Use(item) => names(&item.tree, &mut found),
            Item::Mod(item) => {
                found.insert(item.ident.to_string());
            }
            _ => {}
        }
    }
    let known: BTreeSet<String> = IN_API.iter().map(|name| name.replace('_', "")).collect();
    // Modules inside the printed one clash with nothing.
    let inner = ["operations", "pages", "response", "tests", "walk"];
    found.retain(|name| {
        let name = name.to_lowercase();
        !known.contains(&name) && !inner.contains(&name.as_str())
    });
    assert!(found.is_empty(), "add to xtask/src/spec/sdk.rs: {found:?}");
}

/// A verb is that of a method that there is, and what is shaped by hand has one.
#[test]
fn the_verbs_are_those_of_operations() {
    let description = read::read(&Workspace::new(real())).unwrap();
    let calls: Vec<_> = description
        .operations()
        .iter()
        .map(|operation| sdk::of(operation).unwrap().unwrap())
        .collect();
    for ((resource, method), _) in VERBS {
        let is_there = |call: &&sdk::Sdk| call.resource == *resource && call.method == *method;
        assert!(
            calls.iter().any(|call| is_there(&call)),
            "{resource}.{method} is gone"
        );
    }
    for call in calls.iter().filter(|call| call.shape == Shape::Hand) {
        let verbs = verb::links(call);
        assert!(verbs.contains("](crate::"), "no verb of {}", call.method);
    }
    let list = calls.iter().find(|call| call.method == "list_cases");
    assert_eq!(
        verb::links(list.unwrap()),
        "[`Tickets::list`](crate::api::Tickets::list)"
    );
}
