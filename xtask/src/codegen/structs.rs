//! The generator's structs, read into what is printed from them, and changed where its settings cannot say it:
//!
//! - A struct of an answer gets one line, `answer! { .. }`: it decodes whatever comes, keeps what is not described, and has a
//!   `Default`. One of a request gets `request! { .. }`, and `new` with what is mandatory.
//! - Both are `#[non_exhaustive]`: what is described later breaks nobody.
//! - `Debug` shows the shape of a value, never a text.
//! - `#[allow]`s go: one at the `mod` line, with a reason, stands for all.

use crate::problem::{Place, Problem};
use quote::quote;
use std::collections::BTreeSet;
use syn::{
    Attribute, Fields, GenericArgument, Ident, Item, ItemStruct, PathArguments, Type, parse_quote,
    punctuated::Punctuated,
};

/// A struct of the generator.
pub struct Struct {
    item: ItemStruct,
    /// Its fields, but for that of unknown ones.
    pub fields: Vec<Field>,
    /// Whether it is one of an answer: only those keep unknown fields.
    pub is_answer: bool,
    /// The order of the arguments of `new`, by the names on the wire: as a reader of the description meets them.
    pub order: Vec<String>,
}

/// A field of a struct.
pub struct Field {
    /// In Rust.
    pub ident: Ident,
    /// On the wire.
    pub wire: String,
    /// Its type, without `Option`.
    pub ty: Type,
    /// Whether it can be left out.
    pub is_optional: bool,
    /// Whether it is a file, or a list of files.
    pub is_file: bool,
}

impl Field {
    /// The element, if it is a list.
    #[must_use]
    pub fn element(&self) -> Option<&Type> {
        argument(&self.ty, "Vec")
    }
}

/// Types that a field can have, besides structs. Anything else is one that no decoder was written for.
const KNOWN: &[&str] = &["String", "i64", "f64", "bool", "Value", "Map"];

fn unexpected(what: String) -> Problem {
    Problem::at(
        Place::file("xtask/src/codegen/structs.rs"),
        what,
        "the generator's output has changed its form: adapt this pass, or add a correction to xtask/src/spec/lower.rs",
    )
}

impl Struct {
    /// Reads the generator's structs.
    pub fn all(items: Vec<ItemStruct>, found: &mut Vec<Problem>) -> Vec<Self> {
        let names: BTreeSet<String> = items.iter().map(|item| item.ident.to_string()).collect();
        let read = items
            .into_iter()
            .filter_map(|item| Self::of(item, &names, found));
        // What is read reports its flaws on the way.
        read.collect()
    }

    fn of(item: ItemStruct, names: &BTreeSet<String>, found: &mut Vec<Problem>) -> Option<Self> {
        let name = &item.ident;
        let Fields::Named(named) = &item.fields else {
            found.push(unexpected(format!(
                "`{name}` is not a struct with named fields"
            )));
            return None;
        };
        let is_extra = |field: &syn::Field| {
            field.ident.as_ref().is_some_and(|ident| ident == "extra")
                && field
                    .attrs
                    .iter()
                    .any(|attribute| quote!(#attribute).to_string().contains("flatten"))
        };
        let mut fields = Vec::new();
        for field in named.named.iter().filter(|field| !is_extra(field)) {
            let ident = field.ident.clone()?;
            let inner = argument(&field.ty, "Option");
            let ty = inner.unwrap_or(&field.ty).clone();
            let element = argument(&ty, "Vec").unwrap_or(&ty);
            let kind = last_name(element);
            if !KNOWN.contains(&&*kind) && !names.contains(&kind) {
                found.push(unexpected(format!(
                    "`{ident}` of `{name}` is a {}, which nothing here can read",
                    quote!(#element)
                )));
            }
            fields.push(Field {
                wire: wire_name(&ident, &field.attrs),
                ident,
                is_optional: inner.is_some(),
                ty,
                is_file: false,
            });
        }
        let is_answer = named.named.iter().any(is_extra);
        if let Some(field) = fields.iter().find(|field| is_answer && !field.is_optional) {
            found.push(unexpected(format!(
                "the field `{}` of the answer `{name}` is not optional",
                field.ident
            )));
        }
        Some(Self {
            item,
            fields,
            is_answer,
            order: Vec::new(),
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &Ident {
        &self.item.ident
    }

    /// The field that is `wire` on the wire.
    #[must_use]
    pub fn field(&self, wire: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.wire == wire)
    }

    /// Its fields in the order that a reader of the description meets them.
    #[must_use]
    pub fn in_order(&self) -> Vec<&Field> {
        let mut fields: Vec<&Field> = self.fields.iter().collect();
        let place = |field: &&Field| self.order.iter().position(|wire| *wire == field.wire);
        fields.sort_by_key(|field| place(field).unwrap_or(usize::MAX));
        fields
    }

    /// Its only list, if it has one and no other.
    #[must_use]
    pub fn only_list(&self) -> Option<&Field> {
        let mut lists = self.fields.iter().filter(|field| field.element().is_some());
        lists.next().filter(|_| lists.next().is_none())
    }

    /// The names of the structs it is made of.
    #[must_use]
    pub fn uses(&self) -> BTreeSet<String> {
        self.fields
            .iter()
            .map(|field| last_name(field.element().unwrap_or(&field.ty)))
            .collect()
    }

    /// The field that is `wire` on the wire is a file, or a list of files.
    pub fn is_file(&mut self, wire: &str) {
        let Some(index) = self.fields.iter().position(|field| field.wire == wire) else {
            return;
        };
        let Fields::Named(named) = &mut self.item.fields else {
            return;
        };
        let (Some(field), Some(printed)) = (self.fields.get_mut(index), named.named.get_mut(index))
        else {
            return;
        };
        let mut ty: Type = parse_quote!(crate::Upload);
        if field.element().is_some() {
            ty = parse_quote!(::std::vec::Vec<#ty>);
        }
        field.ty = ty.clone();
        field.is_file = true;
        if field.is_optional {
            ty = parse_quote!(::std::option::Option<#ty>);
        }
        printed.ty = ty;
    }

    /// What is printed of it.
    #[must_use]
    pub fn items(mut self) -> Vec<Item> {
        let name = self.item.ident.clone();
        let rows = self.fields.iter().map(|field| {
            let (wire, ident) = (&field.wire, &field.ident);
            quote!(#wire => #ident)
        });
        let rows = quote!(#(#rows),*);
        let all_optional = self.fields.iter().all(|field| field.is_optional);
        let has_file = self.fields.iter().any(|field| field.is_file);
        self.item
            .attrs
            .retain(|attribute| !attribute.path().is_ident("allow"));
        if self.is_answer {
            if let Fields::Named(named) = &mut self.item.fields {
                for field in &mut named.named {
                    field
                        .attrs
                        .retain(|attribute| !attribute.path().is_ident("serde"));
                    if field.ident.as_ref().is_some_and(|ident| ident == "extra") {
                        field.attrs.push(parse_quote!(#[doc = "What is not described, and under `~name` what could not be read."]));
                    }
                }
            }
            derives(
                &mut self.item.attrs,
                &["Debug", "Deserialize", "Serialize"],
                true,
            );
            self.item.attrs.push(parse_quote!(#[non_exhaustive]));
            let line = parse_quote!(crate::model::answer! { #name { #rows } });
            return vec![Item::Struct(self.item), line];
        }
        // A file is read when it is sent: nobody knows whether two are equal, or what one is as JSON.
        let without: &[&str] = if has_file {
            &["Debug", "PartialEq", "Serialize"]
        } else {
            &["Debug"]
        };
        derives(&mut self.item.attrs, without, all_optional);
        self.item.attrs.push(parse_quote!(#[non_exhaustive]));
        let line: Item = parse_quote!(crate::model::request! { #name { #rows } });
        let constructor = (!all_optional).then(|| self.constructor());
        let mut items = vec![Item::Struct(self.item), line];
        items.extend(constructor);
        items
    }

    /// `new`, with what is mandatory.
    fn constructor(&self) -> Item {
        let name = &self.item.ident;
        let (mut arguments, mut values) = (Vec::new(), Vec::new());
        for field in self.in_order() {
            let (ident, ty) = (&field.ident, &field.ty);
            if field.is_optional {
                values.push(quote!(#ident: None));
            } else if is_text(ty) || field.is_file && field.element().is_none() {
                arguments.push(quote!(#ident: impl Into<#ty>));
                values.push(quote!(#ident: #ident.into()));
            } else {
                arguments.push(quote!(#ident: #ty));
                values.push(quote!(#ident));
            }
        }
        parse_quote! {
            impl #name {
                /// With what is mandatory.
                #[must_use]
                pub fn new(#(#arguments),*) -> Self {
                    Self { #(#values),* }
                }
            }
        }
    }
}

/// Whether it is a text.
#[must_use]
pub fn is_text(ty: &Type) -> bool {
    last_name(ty) == "String"
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
fn last_name(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
    .unwrap_or_default()
}

/// The name of a field on the wire: that of its `rename`, or its own.
fn wire_name(ident: &Ident, attributes: &[Attribute]) -> String {
    let mut name = ident.to_string().trim_start_matches("r#").to_owned();
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
    {
        // What else stands there is of no interest, so an error only ends the search.
        let _ = attribute.parse_nested_meta(|meta| {
            if let Ok(value) = meta.value() {
                let text: syn::LitStr = value.parse()?;
                if meta.path.is_ident("rename") {
                    name = text.value();
                }
            }
            Ok(())
        });
    }
    name
}

/// Takes derives out, and puts `Default` in where it can be.
fn derives(attributes: &mut [Attribute], without: &[&str], default: bool) {
    for attribute in attributes
        .iter_mut()
        .filter(|attribute| attribute.path().is_ident("derive"))
    {
        let parsed =
            attribute.parse_args_with(Punctuated::<syn::Path, syn::Token![,]>::parse_terminated);
        let mut derives: Vec<syn::Path> = parsed
            .into_iter()
            .flatten()
            .filter(|path| {
                let last = path.segments.last().map(|last| last.ident.to_string());
                !without.contains(&&*last.unwrap_or_default())
            })
            .collect();
        if default && !derives.iter().any(|path| path.is_ident("Default")) {
            derives.push(parse_quote!(Default));
        }
        *attribute = parse_quote!(#[derive(#(#derives),*)]);
    }
}
