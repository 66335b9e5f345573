//! The pass over the generator's output: what its settings cannot say.
//!
//! - Fields of answers decode leniently, and every answer type has a `Default`.
//! - `Debug` shows the shape of a value, never a text.
//! - Answers know their lists, so that one bad element does not lose a page, and one odd field not its element.
//! - `Client::new` goes: it would build an HTTP client that follows redirects.
//! - `#[allow]`s go: one at the `mod` line, with a reason, stands for all.

use crate::problem::{Place, Problem, Problems, Result};
use quote::quote;
use std::collections::BTreeSet;
use syn::{
    Attribute, Fields, File, GenericArgument, ImplItem, Item, ItemMod, ItemStruct, PathArguments,
    Signature, Type, parse_quote, punctuated::Punctuated, visit_mut::VisitMut,
};

/// The polished client.
pub struct Client {
    /// Its source text.
    pub text: String,
    /// Its methods, one per operation.
    pub methods: Vec<Method>,
}

/// A generated method.
pub struct Method {
    /// Its documentation.
    pub docs: Vec<Attribute>,
    /// Its signature.
    pub signature: Signature,
    /// What a successful answer decodes into.
    pub answer: Type,
}

/// Polishes the generator's output.
///
/// # Errors
/// The output does not have the form this pass knows, as after a change of the generator's version.
pub fn polish(mut file: File) -> Result<Client> {
    let mut found = Vec::new();
    DropAllows.visit_file_mut(&mut file);
    for item in &mut file.items {
        if let Item::Mod(module) = item
            && module.ident == "types"
        {
            polish_types(module, &mut found);
        }
    }
    drop_constructor(&mut file, &mut found);
    let methods = methods(&file, &mut found);
    let text = prettyplease::unparse(&file);
    Problems::unless_empty(found, Client { text, methods })
}

fn unexpected(what: impl Into<String>) -> Problem {
    Problem::at(
        Place::file("xtask/src/codegen/polish.rs"),
        what,
        "the generator's output has changed its form: adapt this pass, or add a correction to xtask/src/spec/lower.rs",
    )
}

struct DropAllows;

impl VisitMut for DropAllows {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        attributes.retain(|attribute| !attribute.path().is_ident("allow"));
    }
}

fn drop_constructor(file: &mut File, found: &mut Vec<Problem>) {
    let mut dropped = 0;
    for item in &mut file.items {
        if let Item::Impl(block) = item {
            let all = block.items.len();
            block.items.retain(
                |item| !matches!(item, ImplItem::Fn(function) if function.sig.ident == "new"),
            );
            dropped += all - block.items.len();
        }
    }
    if dropped != 1 {
        found.push(unexpected(format!(
            "expected one `Client::new` to drop, found {dropped}"
        )));
    }
}

fn methods(file: &File, found: &mut Vec<Problem>) -> Vec<Method> {
    let mut methods = Vec::new();
    for item in &file.items {
        let Item::Impl(block) = item else { continue };
        for item in &block.items {
            let ImplItem::Fn(function) = item else {
                continue;
            };
            if function.sig.asyncness.is_none() {
                continue;
            }
            let name = &function.sig.ident;
            let answer = match &function.sig.output {
                syn::ReturnType::Type(_, output) => {
                    argument(output, "Result").and_then(|ok| argument(ok, "ResponseValue"))
                }
                syn::ReturnType::Default => None,
            };
            match answer {
                Some(answer) => methods.push(Method {
                    docs: function
                        .attrs
                        .iter()
                        .filter(|a| a.path().is_ident("doc"))
                        .cloned()
                        .collect(),
                    signature: function.sig.clone(),
                    answer: answer.clone(),
                }),
                None => found.push(unexpected(format!(
                    "`{name}` does not return a ResponseValue"
                ))),
            }
        }
    }
    methods
}

/// The first generic argument of `ty`, if its last segment is `name`.
fn argument<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(inner) if last.ident == name => Some(inner),
        _ => None,
    }
}

/// The last segment of a path type.
fn last_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        _ => None,
    }
}

fn polish_types(module: &mut ItemMod, found: &mut Vec<Problem>) {
    let Some((_, items)) = &mut module.content else {
        return;
    };
    let structs: BTreeSet<String> = items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) => Some(item.ident.to_string()),
            _ => None,
        })
        .collect();
    let mut polished = Vec::with_capacity(items.len() * 3);
    for mut item in items.drain(..) {
        let mut added = Vec::new();
        match &mut item {
            Item::Struct(item) => added = polish_struct(item, &structs, found),
            Item::Enum(item) => found.push(unexpected(format!(
                "the enum `{}` was generated; answers with closed choices do not decode what is new",
                item.ident
            ))),
            _ => {}
        }
        polished.push(item);
        polished.extend(added);
    }
    *items = polished;
}

/// Changes the struct; returns the implementations that belong to it.
fn polish_struct(
    item: &mut ItemStruct,
    structs: &BTreeSet<String>,
    found: &mut Vec<Problem>,
) -> Vec<Item> {
    let name = item.ident.clone();
    let Fields::Named(fields) = &mut item.fields else {
        found.push(unexpected(format!(
            "`{name}` is not a struct with named fields"
        )));
        return Vec::new();
    };
    // Only schemas of answers keep unknown fields: the lowering gives them, and nothing else, an `extra` map.
    let is_answer = fields
        .named
        .iter()
        .any(|field| field.ident.as_ref().is_some_and(|ident| ident == "extra"));
    let (mut shown, mut lists) = (Vec::new(), Vec::new());
    let mut all_optional = true;
    for field in &mut fields.named {
        let Some(ident) = field.ident.clone() else {
            continue;
        };
        let label = ident.to_string();
        shown.push(quote!(.field(#label, &crate::redact::shape(&self.#ident))));
        if ident == "extra" {
            continue;
        }
        let inner = argument(&field.ty, "Option").cloned();
        all_optional &= inner.is_some();
        if !is_answer {
            continue;
        }
        let Some(inner) = inner else {
            found.push(unexpected(format!(
                "the field `{label}` of the answer `{name}` is not optional"
            )));
            continue;
        };
        let key =
            serde_name(&field.attrs).unwrap_or_else(|| label.trim_start_matches("r#").to_owned());
        let item = argument(&inner, "Vec");
        let element = last_name(item.unwrap_or(&inner)).unwrap_or_default();
        let decoder = match (element.as_str(), item.is_some()) {
            ("String", false) => Some("crate::lenient::text"),
            ("String", true) => Some("crate::lenient::texts"),
            ("i64", false) => Some("crate::lenient::integer"),
            ("i64", true) => Some("crate::lenient::integers"),
            ("f64", false) => Some("crate::lenient::decimal"),
            ("f64", true) => Some("crate::lenient::decimals"),
            ("bool", false) => Some("crate::lenient::flag"),
            ("bool", true) => Some("crate::lenient::flags"),
            _ => None,
        };
        match decoder {
            Some(decoder) => field
                .attrs
                .push(parse_quote!(#[serde(default, deserialize_with = #decoder)])),
            None => field.attrs.push(parse_quote!(#[serde(default)])),
        }
        if structs.contains(&element) {
            let ty = item.unwrap_or(&inner);
            lists.push(match item {
                Some(_) => quote!(crate::page::list::<#ty>(value, #key, lost);),
                None => quote!(crate::page::object::<#ty>(value, #key, lost);),
            });
        }
    }
    derives(&mut item.attrs, all_optional);
    let label = name.to_string();
    let mut added = vec![
        parse_quote! {
            impl ::std::fmt::Debug for #name {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.debug_struct(#label) #(#shown)* .finish()
                }
            }
        },
        parse_quote! {
            impl crate::redact::Shape for #name {
                fn shape(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    ::std::fmt::Debug::fmt(self, f)
                }
            }
        },
    ];
    if is_answer {
        let (value, lost) = if lists.is_empty() {
            (quote!(_), quote!(_))
        } else {
            (quote!(value), quote!(lost))
        };
        added.push(parse_quote! {
            impl crate::page::Prune for #name {
                fn prune(#value: &mut ::serde_json::Value, #lost: &mut ::std::vec::Vec<crate::Undecodable>) {
                    #(#lists)*
                }
            }
        });
    }
    added
}

/// The `rename` of a field.
fn serde_name(attributes: &[Attribute]) -> Option<String> {
    let mut name = None;
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
    {
        // What else stands there is of no interest, so an error only ends the search.
        let _ = attribute.parse_nested_meta(|meta| {
            if let Ok(value) = meta.value() {
                let text: syn::LitStr = value.parse()?;
                if meta.path.is_ident("rename") {
                    name = Some(text.value());
                }
            }
            Ok(())
        });
    }
    name
}

/// Takes `Debug` out of the derives, and puts `Default` in where it can be.
fn derives(attributes: &mut [Attribute], all_optional: bool) {
    for attribute in attributes
        .iter_mut()
        .filter(|attribute| attribute.path().is_ident("derive"))
    {
        let parsed =
            attribute.parse_args_with(Punctuated::<syn::Path, syn::Token![,]>::parse_terminated);
        let mut derives: Vec<syn::Path> = parsed
            .into_iter()
            .flatten()
            .filter(|path| !path.is_ident("Debug"))
            .collect();
        if all_optional && !derives.iter().any(|path| path.is_ident("Default")) {
            derives.push(parse_quote!(Default));
        }
        *attribute = parse_quote!(#[derive(#(#derives),*)]);
    }
}
