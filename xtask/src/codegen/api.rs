//! The methods that people call, printed into the SDK: one file for each resource, and the table of all operations.
//!
//! Everything that can be written once stands in `crates/hwc-tickets/src/api`, by hand; printed is what differs from one
//! operation to the next: names, arguments, optional values, documentation, and what pages are made of.

mod operation;
mod table;
mod words;

use self::operation::Method;
use super::{
    client::{File, Parts},
    requests,
};
use crate::spec::{
    pointer,
    read::Description,
    sdk::{self, Sdk, Shape, TICKET},
};
use heck::ToPascalCase as _;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_yaml::Value;
use std::collections::BTreeMap;
use syn::{Item, parse_quote};

/// The files of the printed calls, and last the list of their modules.
#[must_use]
pub fn files(description: &Description, parts: &Parts<'_>) -> Vec<File> {
    let mut resources: BTreeMap<String, Resource<'_>> = BTreeMap::new();
    let mut rows = Vec::new();
    let schemas = requests::schemas(&description.root);
    for (described, operation) in description.operations().into_iter().zip(&parts.operations) {
        // The rules have refused an operation without it.
        let Some(Ok(sdk)) = sdk::of(&described) else {
            continue;
        };
        let method = Method::new(description, parts, &schemas, described, operation, &sdk);
        rows.push(table::row(description, parts, &described, operation, &sdk));
        let resource = resources.entry(sdk.resource.clone()).or_default();
        let tag = described.tag();
        if resource.about.is_none() || tag == Some(&sdk.resource) {
            resource.about = Some(about(&description.root, tag.unwrap_or_default()));
        }
        resource.methods.push((sdk, method));
    }
    let mut modules: Vec<&str> = resources.keys().map(String::as_str).collect();
    modules.push(table::MODULE);
    let mut list: String = modules
        .iter()
        .map(|module| format!("mod {module};\n"))
        .collect();
    list.push_str("\npub use table::OPERATIONS;\n");
    for name in resources.keys().filter(|name| *name != TICKET) {
        list.push_str(&format!("pub use {name}::{};\n", name.to_pascal_case()));
    }
    let tags: Vec<&str> = parts.modules();
    list.push_str(&format!(
        "/// Requests and answers, in the service's own words: one module for each tag of the description.\npub mod models {{\n    pub use hwc_tickets_wire::{{{}}};\n}}\n",
        tags.join(", ")
    ));
    let mut files: Vec<File> = resources
        .iter()
        .map(|(name, resource)| File {
            module: name.clone(),
            about: match name.as_str() {
                TICKET => "What can be done with one ticket.".to_owned(),
                _ => resource.about.clone().unwrap_or_default(),
            },
            text: resource.text(name),
        })
        .collect();
    files.push(File {
        module: table::MODULE.to_owned(),
        about:
            "The operations as data: what a menu or a program that knows no type needs to call one."
                .to_owned(),
        text: table::text(&rows),
    });
    files.push(File {
        module: String::new(),
        about: "The calls that follow from the description.".to_owned(),
        text: list,
    });
    files
}

/// What the description says of a tag.
fn about(root: &Value, tag: &str) -> String {
    let mut tags = pointer::items(root.get("tags"));
    let named = tags.find(|one| one.get("name").and_then(Value::as_str) == Some(tag));
    let text = named.and_then(|tag| tag.get("description"));
    text.and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Everything that hangs on one handle.
#[derive(Default)]
struct Resource<'d> {
    about: Option<String>,
    methods: Vec<(Sdk, Method<'d>)>,
}

impl Resource<'_> {
    fn text(&self, name: &str) -> String {
        let mut items: Vec<Item> = vec![
            parse_quote!(
                use crate::api::{Call, Caller, Described};
            ),
            parse_quote!(
                use hwc_tickets_wire as wire;
            ),
        ];
        let printed = || {
            let own = self.methods.iter();
            own.filter(|(sdk, _)| sdk.shape == Shape::Generated)
                .map(|(_, method)| method)
        };
        let functions = |of_ticket, caller: TokenStream| {
            let functions = printed().map(|method| method.function(of_ticket, &caller));
            functions.collect::<Vec<_>>()
        };
        if name == TICKET {
            let methods = functions(true, quote!(crate::Client));
            let blocking = functions(true, quote!(crate::blocking::Client));
            items.push(parse_quote! {
                /// Calls that follow from the description.
                impl crate::Ticket { #(#methods)* }
            });
            items.push(parse_quote! {
                /// Calls that follow from the description.
                #[cfg(feature = "blocking")]
                impl crate::blocking::Ticket { #(#blocking)* }
            });
        } else {
            items.extend(self.handle(name, &functions(false, quote!(C))));
        }
        for (_, method) in &self.methods {
            items.extend(method.items());
        }
        let file = syn::File {
            shebang: None,
            frontmatter: None,
            attrs: Vec::new(),
            items,
        };
        prettyplease::unparse(&file)
    }

    /// The handle, and how a client gives it.
    fn handle(&self, name: &str, methods: &[syn::ImplItemFn]) -> Vec<Item> {
        let (handle, way) = (
            format_ident!("{}", name.to_pascal_case()),
            format_ident!("{name}"),
        );
        let about = self.about.clone().unwrap_or_default();
        let mut items: Vec<Item> = vec![
            parse_quote! {
                #[doc = #about]
                #[derive(Debug, Clone)]
                pub struct #handle<C = crate::Client> { pub(crate) client: C }
            },
            parse_quote! {
                /// Calls that follow from the description.
                impl crate::Client {
                    #[doc = #about]
                    #[must_use]
                    pub fn #way(&self) -> #handle { #handle { client: self.clone() } }
                }
            },
            parse_quote! {
                /// Calls that follow from the description.
                #[cfg(feature = "blocking")]
                impl crate::blocking::Client {
                    #[doc = #about]
                    #[must_use]
                    pub fn #way(&self) -> #handle<Self> { #handle { client: self.clone() } }
                }
            },
        ];
        if !methods.is_empty() {
            items.push(parse_quote! {
                impl<C: Caller> #handle<C> { #(#methods)* }
            });
        }
        items
    }
}

/// A documentation comment of one paragraph and more.
fn docs(paragraphs: &[&str]) -> Vec<syn::Attribute> {
    let text = paragraphs
        .iter()
        .filter(|text| !text.is_empty())
        .map(|text| text.trim())
        .collect::<Vec<_>>()
        .join("\n\n");
    vec![parse_quote!(#[doc = #text])]
}

/// Tokens of a path to a struct of the wire crate.
fn wire(parts: &Parts<'_>, name: &str) -> TokenStream {
    let (home, name) = (
        format_ident!("{}", parts.home(name)),
        format_ident!("{name}"),
    );
    quote!(wire::#home::#name)
}
