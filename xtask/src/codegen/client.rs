//! The files of the wire crate: one for each tag, one for what several tags use, and the index of operations.

use super::{generator, requests, structs::Struct};
use crate::{
    problem::{Problem, Problems, Result},
    spec::{
        lower::{Lowered, requests as objects},
        operation::{Operation, operations},
        read::Description,
    },
};
use serde_yaml::Value;
use std::collections::{BTreeMap, BTreeSet};
use syn::Item;

/// Where stands what several tags use.
const SHARED: &str = "shared";
/// Modules of the client that are not those of a tag.
const TABLES: &[&str] = &["error_codes", "index", "limits", "operations"];

/// A file of the client.
pub struct File {
    /// Its module.
    pub module: String,
    /// What it is, for its first line.
    pub about: String,
    /// Its text.
    pub text: String,
}

/// The operations and the structs that they are made of, before they are printed.
pub struct Parts<'l> {
    /// The corrected description.
    pub root: &'l Value,
    /// In the order of the description.
    pub operations: Vec<Operation<'l>>,
    /// As the generator gives them.
    pub structs: Vec<Struct>,
    /// The module of each struct.
    pub homes: BTreeMap<String, String>,
}

impl<'l> Parts<'l> {
    /// Runs the generator.
    ///
    /// # Errors
    /// The generator refuses the document, or gives what is not expected.
    pub fn new(lowered: &'l Lowered, document: &str) -> Result<Self> {
        let mut found = Vec::new();
        let root = &lowered.corrected;
        let operations = operations(root);
        let mut structs = Struct::all(generator::generate(document)?, &mut found);
        let (named, schemas) = (by_name(&operations), requests::schemas(root));
        for item in &mut structs {
            let name = item.name().to_string();
            match named.get(&name) {
                Some((_, operation)) => {
                    for file in requests::files(operation, root) {
                        item.is_file(&file);
                    }
                    item.order = requests::order(operation, root);
                }
                None => {
                    let schema = schemas.get(&name);
                    item.order = schema
                        .map(|schema| requests::properties(schema))
                        .unwrap_or_default();
                }
            }
        }
        let homes = homes(&operations, root, &structs);
        Problems::unless_empty(
            found,
            Self {
                root,
                operations,
                structs,
                homes,
            },
        )
    }

    /// The struct of this name.
    #[must_use]
    pub fn item(&self, name: &str) -> Option<&Struct> {
        self.structs.iter().find(|item| *item.name() == name)
    }

    /// The modules that hold structs.
    #[must_use]
    pub fn modules(&self) -> Vec<&str> {
        let homes: BTreeSet<&str> = (self.structs.iter())
            .map(|item| self.home(&item.name().to_string()))
            .collect();
        homes.into_iter().collect()
    }

    /// The module of a struct.
    #[must_use]
    pub fn home(&self, name: &str) -> &str {
        self.homes.get(name).map_or(SHARED, String::as_str)
    }
}

/// The files of the client, and last the list of their modules.
///
/// # Errors
/// A struct lacks what its operation needs, or a tag cannot be a module.
pub fn files(description: &Description, parts: Parts<'_>) -> Result<Vec<File>> {
    let mut found = Vec::new();
    let Parts {
        root,
        operations,
        structs,
        homes,
    } = parts;
    let answers: BTreeSet<String> = operations
        .iter()
        .filter_map(|operation| requests::answer(operation, root))
        .collect();
    let mut files: BTreeMap<&str, Vec<Item>> = BTreeMap::new();
    let mut rows = BTreeMap::new();
    let named = by_name(&operations);
    for item in structs {
        let name = item.name().to_string();
        let home = homes.get(&name).map_or(SHARED, String::as_str);
        let mut added: Vec<Item> = named
            .get(&name)
            .map(|(index, operation)| {
                rows.insert(
                    *index,
                    format!("    Entry::of::<super::{home}::{name}>(),\n"),
                );
                requests::implementation(description, root, operation, &item, &mut found)
            })
            .into_iter()
            .collect();
        if answers.contains(&name) {
            added.extend(requests::list(&item));
        }
        let file = files.entry(home).or_default();
        file.extend(item.items());
        file.append(&mut added);
    }
    names(description, &operations, &mut found);
    if rows.len() != operations.len() {
        found.push(Problem::general(
            format!(
                "{} operations, and {} structs for them",
                operations.len(),
                rows.len()
            ),
            "give each operation an operationId in lowerCamelCase",
        ));
    }
    let mut modules: Vec<&str> = files
        .keys()
        .copied()
        .chain(TABLES.iter().copied())
        .collect();
    modules.sort_unstable();
    let list = modules
        .iter()
        .map(|module| format!("pub mod {module};\n"))
        .collect();
    let index = format!(
        "use crate::Entry;\n\n/// Every operation, in the order of the description.\npub static INDEX: &[Entry] = &[\n{}];\n",
        rows.into_values().collect::<String>()
    );
    let mut printed: Vec<File> = files
        .into_iter()
        .map(|(module, items)| {
            let imports = if module == SHARED {
                ""
            } else {
                "use super::shared::*;\n\n"
            };
            let file = syn::File {
                shebang: None,
                frontmatter: None,
                attrs: Vec::new(),
                items,
            };
            File {
                module: module.to_owned(),
                about: match module {
                    SHARED => "What the operations of several tags are made of.".to_owned(),
                    tag => format!("The operations of tag `{tag}`, and what they are made of."),
                },
                text: format!("{imports}{}", prettyplease::unparse(&file)),
            }
        })
        .collect();
    printed.push(File {
        module: "index".to_owned(),
        about: "The operations, from JSON to JSON.".to_owned(),
        text: index,
    });
    printed.push(File {
        module: String::new(),
        about: "The service word for word.".to_owned(),
        text: list,
    });
    Problems::unless_empty(found, printed)
}

/// The operations by the names of their structs, each with its place in the description.
fn by_name<'l>(operations: &[Operation<'l>]) -> BTreeMap<String, (usize, Operation<'l>)> {
    let numbered = operations.iter().enumerate();
    numbered
        .map(|(index, operation)| (objects::name(operation), (index, *operation)))
        .collect()
}

fn tag<'d>(operation: &Operation<'d>) -> &'d str {
    operation.tag().unwrap_or(SHARED)
}

/// The module of each struct: that of the tag that uses it, and of those that several use, the shared one.
fn homes(
    operations: &[Operation<'_>],
    root: &Value,
    structs: &[Struct],
) -> BTreeMap<String, String> {
    let uses: BTreeMap<String, BTreeSet<String>> = structs
        .iter()
        .map(|item| (item.name().to_string(), item.uses()))
        .collect();
    let mut homes: BTreeMap<String, String> = BTreeMap::new();
    for operation in operations {
        let tag = tag(operation);
        let mut open = vec![objects::name(operation)];
        open.extend(requests::answer(operation, root));
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop() {
            let Some(inner) = uses.get(&name) else {
                continue;
            };
            if seen.insert(name.clone()) {
                let home = homes.entry(name).or_insert_with(|| tag.to_owned());
                if home != tag {
                    SHARED.clone_into(home);
                }
                open.extend(inner.iter().cloned());
            }
        }
    }
    homes
}

/// Tags are names of modules.
fn names(description: &Description, operations: &[Operation<'_>], found: &mut Vec<Problem>) {
    for operation in operations {
        let tag = tag(operation);
        let taken = TABLES.contains(&tag) || tag == SHARED;
        if taken || syn::parse_str::<syn::Ident>(tag).is_err() {
            found.push(description.problem(
                &operation.pointer(),
                format!("the tag `{tag}` cannot be the name of a module of the client"),
                "choose another word for the tag",
            ));
        }
    }
}
