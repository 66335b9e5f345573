//! What is printed for one operation: its method, the setters of what is optional, and its facts.

use super::{docs, wire, words::said};
use crate::{
    codegen::{
        client::Parts,
        requests,
        structs::{Field, Struct, is_text},
    },
    spec::{
        content::{self, Sends},
        lower::requests as objects,
        operation::Operation,
        pointer,
        read::Description,
        sdk::{By, GROUP, ON_CALL, Pages, Sdk, TICKET, TICKET_ID},
        verb,
    },
};
use heck::{ToPascalCase as _, ToSnakeCase as _};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_yaml::Value;
use std::collections::{BTreeMap, BTreeSet};
use syn::{Ident, ImplItem, ImplItemFn, Item, Type, parse_quote};

/// An operation on its way to a method.
pub(super) struct Method<'d> {
    description: &'d str,
    summary: &'d str,
    /// Links to the verbs that are written by hand for it.
    verbs: String,
    name: Ident,
    /// The struct of the request.
    request: TokenStream,
    /// What the method takes, what each is, and what the struct is made of.
    arguments: Vec<TokenStream>,
    about_arguments: Vec<String>,
    made: TokenStream,
    setters: Vec<ImplItemFn>,
    /// Where the group stands in the request.
    groups: Vec<(Holder, Ident)>,
    /// The struct that a success brings; `None` of a file.
    answer: Option<TokenStream>,
    pages: Option<Item>,
}

/// What holds a value of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    /// The request itself.
    Request,
    /// The body, which is always there.
    Body,
    /// The body, which is made with the first value that is set.
    NewBody,
    /// The body, which is there only if the caller gave it: it has values that are mandatory.
    GivenBody,
}

impl Holder {
    /// Where its fields are written.
    fn way(self) -> TokenStream {
        match self {
            Self::Request => TokenStream::new(),
            Self::Body | Self::GivenBody => quote!(body.),
            Self::NewBody => quote!(body.get_or_insert_default().),
        }
    }
}

/// A value: how it is taken, and how it is given on.
fn argument(field: &Field, parts: &Parts<'_>) -> (TokenStream, TokenStream) {
    let Field { ident, ty, .. } = field;
    if field.is_file && field.element().is_none() {
        return (quote!(#ident: impl Into<wire::Upload>), quote!(#ident));
    }
    if is_text(ty) {
        return (quote!(#ident: impl Into<String>), quote!(#ident));
    }
    match field.element() {
        Some(element) if is_text(element) => (
            quote!(#ident: impl IntoIterator<Item = impl Into<String>>),
            quote!(#ident.into_iter().map(Into::into).collect()),
        ),
        Some(element) => {
            let element = named(element, parts);
            (
                quote!(#ident: impl IntoIterator<Item = #element>),
                quote!(#ident.into_iter().collect()),
            )
        }
        None => {
            let ty = named(ty, parts);
            (quote!(#ident: #ty), quote!(#ident))
        }
    }
}

/// A type as it is named outside of the wire crate.
fn named(ty: &Type, parts: &Parts<'_>) -> TokenStream {
    if let Type::Path(path) = ty
        && let Some(ident) = path.path.get_ident()
        && parts.item(&ident.to_string()).is_some()
    {
        return wire(parts, &ident.to_string());
    }
    if let Type::Path(path) = ty
        && path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "Upload")
    {
        return quote!(wire::Upload);
    }
    quote!(#ty)
}

/// The mandatory fields of a struct, in the order of its `new`.
fn mandatory(item: &Struct) -> Vec<&Field> {
    let mut fields = item.in_order();
    fields.retain(|field| !field.is_optional);
    fields
}

impl<'d> Method<'d> {
    /// Reads what is to be printed. `schemas`: those of the description, by the names of their structs.
    pub(super) fn new(
        description: &'d Description,
        parts: &Parts<'_>,
        schemas: &BTreeMap<String, &Value>,
        described: Operation<'d>,
        operation: &Operation<'_>,
        sdk: &Sdk,
    ) -> Self {
        let text = |key: &str| {
            let text = described.value.get(key).and_then(Value::as_str);
            text.unwrap_or_default()
        };
        let own = objects::name(operation);
        let request = wire(parts, &own);
        let mut method = Self {
            description: text("description"),
            summary: text("summary"),
            verbs: verb::links(sdk),
            name: format_ident!("{}", sdk.method),
            arguments: Vec::new(),
            about_arguments: Vec::new(),
            made: quote!(#request::default()),
            request,
            setters: Vec::new(),
            groups: Vec::new(),
            answer: requests::answer(operation, parts.root).map(|name| wire(parts, &name)),
            pages: None,
        };
        let Some(item) = parts.item(&own) else {
            return method;
        };
        let body = match content::sends(operation, parts.root) {
            Ok(Sends::Json(schema, required)) => pointer::reference(schema)
                .and_then(|target| target.rsplit('/').next())
                .and_then(|name| parts.item(&name.to_pascal_case()))
                .map(|body| (body, required)),
            _ => None,
        };
        let docs = |wire: &str, of: Option<&Struct>| {
            let body = of.and_then(|of| schemas.get(&of.name().to_string()));
            said(described, &description.root, body.copied(), wire)
        };
        method.take(parts, sdk, item, body, &docs);
        let mut names: BTreeSet<String> = ON_CALL.iter().map(|name| (*name).to_owned()).collect();
        let mut optional = |field: &Field, holder: Holder, of: Option<&Struct>| {
            if field.wire.to_snake_case() == GROUP && is_text(&field.ty) {
                method.groups.push((holder, field.ident.clone()));
                return;
            }
            // The rules refuse such a name, but of what is shaped by hand: there the struct has the value, and is enough.
            if holder == Holder::GivenBody || !names.insert(field.ident.to_string()) {
                return;
            }
            let about = docs(&field.wire, of);
            method.setters.push(setter(field, holder, &about, parts));
        };
        for field in item.fields.iter().filter(|field| field.is_optional) {
            let of_body = body.filter(|_| field.wire == "body");
            let holder = of_body.map(|(body, _)| match mandatory(body).is_empty() {
                true => Holder::NewBody,
                false => Holder::GivenBody,
            });
            if holder != Some(Holder::NewBody) {
                optional(field, Holder::Request, None);
            }
            if let Some((holder, (body, _))) = holder.zip(of_body) {
                for field in body.fields.iter().filter(|field| field.is_optional) {
                    optional(field, holder, Some(body));
                }
            }
        }
        if let Some((body, true)) = body {
            for field in body.fields.iter().filter(|field| field.is_optional) {
                optional(field, Holder::Body, Some(body));
            }
        }
        method.pages = sdk
            .pages
            .as_ref()
            .and_then(|pages| paged(parts, operation, pages, item, &method.request));
        method
    }

    /// The arguments, and how the request is made of them.
    fn take(
        &mut self,
        parts: &Parts<'_>,
        sdk: &Sdk,
        item: &Struct,
        body: Option<(&Struct, bool)>,
        docs: &dyn Fn(&str, Option<&Struct>) -> String,
    ) {
        let mut given = Vec::new();
        let mut say = |field: &Field, of: Option<&Struct>| {
            let about = docs(&field.wire, of);
            let line = format!("- `{}`: {about}", field.ident);
            self.about_arguments.push(line);
        };
        for field in mandatory(item) {
            if sdk.resource == TICKET && field.wire == TICKET_ID {
                given.push(quote!(self.id().as_str()));
                continue;
            }
            let inner = body.filter(|_| field.wire == "body");
            let Some((inner, _)) = inner else {
                let (taken, value) = argument(field, parts);
                say(field, None);
                self.arguments.push(taken);
                given.push(value);
                continue;
            };
            let mut values = Vec::new();
            for field in mandatory(inner) {
                let (taken, value) = argument(field, parts);
                say(field, Some(inner));
                self.arguments.push(taken);
                values.push(value);
            }
            let path = wire(parts, &inner.name().to_string());
            given.push(match values.is_empty() {
                true => quote!(#path::default()),
                false => quote!(#path::new(#(#values),*)),
            });
        }
        if !given.is_empty() {
            let request = &self.request;
            self.made = quote!(#request::new(#(#given),*));
        }
    }

    /// The method of the handle.
    pub(super) fn function(&self, of_ticket: bool, caller: &TokenStream) -> ImplItemFn {
        let (name, request, made) = (&self.name, &self.request, &self.made);
        let arguments = &self.arguments;
        let verbs = match self.verbs.as_str() {
            "" => String::new(),
            verbs => format!("Prefer {verbs}: this is the plain call, as the service has it."),
        };
        let about = docs(&[
            self.summary,
            &verbs,
            self.description,
            &self.about_arguments.join("\n"),
            "# Errors\nWhen awaited, as every call: [`Error`](crate::Error) says what failed and what is known of its effect. A value beyond a documented limit is refused before anything is sent.",
        ]);
        let client = match of_ticket {
            true => quote!(self.client()),
            false => quote!(&self.client),
        };
        let group = match of_ticket {
            true => quote!(self.group()),
            false => quote!(None),
        };
        parse_quote! {
            #(#about)*
            pub fn #name(&self, #(#arguments),*) -> Call<#request, #caller> {
                Call::new(#client, #group, #made)
            }
        }
    }

    /// The setters and the facts.
    pub(super) fn items(&self) -> Vec<Item> {
        let request = &self.request;
        let mut items: Vec<Item> = Vec::new();
        let group: Option<ImplItemFn> = (!self.groups.is_empty()).then(|| {
            let place = match self.has_sure_place() {
                true => "",
                false => "It stands in the body: without one, the call is refused before anything is sent.",
            };
            let about = docs(&[
                "Acts for `group`, and not for that of the ticket or the client (D-32).",
                place,
            ]);
            parse_quote! {
                #(#about)*
                pub fn group(mut self, group: crate::GroupId) -> Self {
                    self.about.group = Some(group);
                    self
                }
            }
        });
        if !self.setters.is_empty() || group.is_some() {
            let setters = self.setters.iter().chain(&group);
            items.push(parse_quote! {
                impl<C> Call<#request, C> { #(#setters)* }
            });
        }
        items.push(parse_quote! {
            impl crate::api::described::sealed::Described for #request {}
        });
        let (answer, groups, rows) = (self.answer(), self.group(), self.rows());
        items.push(parse_quote! {
            impl Described for #request { #(#answer)* #(#groups)* #rows }
        });
        items.extend(self.pages.clone());
        items
    }

    /// Whether there is a place for a group, whatever the caller gave.
    fn has_sure_place(&self) -> bool {
        let mut holders = self.groups.iter().map(|(holder, _)| *holder);
        holders.any(|holder| holder != Holder::GivenBody)
    }

    /// What a success brings.
    fn answer(&self) -> Vec<ImplItem> {
        match &self.answer {
            Some(answer) => vec![
                parse_quote!(type Answer<C: Caller> = #answer;),
                parse_quote! {
                    fn answer<C: Caller>(body: Self::Response, _: &C) -> Self::Answer<C> { body }
                },
            ],
            None => vec![
                parse_quote!(
                    type Answer<C: Caller> = crate::api::Download<C>;
                ),
                parse_quote! {
                    fn answer<C: Caller>(body: Self::Response, caller: &C) -> Self::Answer<C> {
                        crate::api::Download::of::<Self>(body, caller)
                    }
                },
            ],
        }
    }

    /// How the group is asked for, and put in.
    fn group(&self) -> Vec<ImplItemFn> {
        let Some(((holder, ident), more)) = self.groups.split_first() else {
            return Vec::new();
        };
        let get = |holder: &Holder, ident: &Ident| match holder {
            Holder::Request => quote!(self.#ident.as_deref()),
            Holder::Body => quote!(self.body.#ident.as_deref()),
            Holder::NewBody | Holder::GivenBody => {
                quote!(self.body.as_ref().and_then(|body| body.#ident.as_deref()))
            }
        };
        let (first, more) = (
            get(holder, ident),
            more.iter().map(|(holder, ident)| get(holder, ident)),
        );
        let is_sure = self.has_sure_place();
        let set = self.groups.iter().map(|(holder, ident)| match holder {
            Holder::GivenBody if is_sure => quote! {
                if let Some(body) = &mut self.body { body.#ident = Some(group.to_owned()); }
            },
            Holder::GivenBody => quote! {
                let Some(body) = &mut self.body else { return false };
                body.#ident = Some(group.to_owned());
            },
            holder => {
                let way = holder.way();
                quote!(self.#way #ident = Some(group.to_owned());)
            }
        });
        vec![
            parse_quote! {
                fn group(&self) -> Option<&str> { #first #(.or_else(|| #more))* }
            },
            parse_quote! {
                fn set_group(&mut self, group: &str) -> bool { #(#set)* true }
            },
        ]
    }

    /// What an answer holds of its list.
    fn rows(&self) -> Option<ImplItemFn> {
        self.pages.as_ref().map(|_| {
            parse_quote! {
                fn rows(&self, answer: &Self::Response) -> Option<crate::api::rows::Rows> {
                    Some(crate::api::rows::Rows::of(self, answer))
                }
            }
        })
    }
}

/// The setter of an optional value.
fn setter(field: &Field, holder: Holder, about: &str, parts: &Parts<'_>) -> ImplItemFn {
    let way = holder.way();
    let ident = &field.ident;
    let (taken, value) = argument(field, parts);
    let value = match is_text(&field.ty) || field.is_file && field.element().is_none() {
        true => quote!(#value.into()),
        false => value,
    };
    let about = docs(&[about]);
    parse_quote! {
        #(#about)*
        pub fn #ident(mut self, #taken) -> Self {
            self.request.#way #ident = Some(#value);
            self
        }
    }
}

/// How a list comes in pages.
fn paged(
    parts: &Parts<'_>,
    operation: &Operation<'_>,
    pages: &Pages,
    request: &Struct,
    path: &TokenStream,
) -> Option<Item> {
    let answer = parts.item(&requests::answer(operation, parts.root)?)?;
    let list = answer.field(&pages.list)?;
    let element = list.element()?;
    let item = named(element, parts);
    let (wire_name, list) = (&pages.list, &list.ident);
    let total = match pages.total.as_ref().and_then(|total| answer.field(total)) {
        Some(Field { ident, .. }) => quote!(answer.#ident),
        None => quote!(None),
    };
    let id = pages.id.as_ref().and_then(|id| {
        let Type::Path(path) = element else {
            return None;
        };
        let element = parts.item(&path.path.get_ident()?.to_string())?;
        let field = element.field(id)?;
        Some((
            field.ident.clone(),
            matches!(&field.ty, Type::Path(path) if path.path.is_ident("i64")),
        ))
    });
    let id = match id {
        Some((ident, true)) => quote!(item.#ident.map(|id| id.to_string())),
        Some((ident, false)) => quote!(item.#ident.clone()),
        None => quote!({
            let _ = item;
            None
        }),
    };
    let set = |name: &Option<String>, argument: TokenStream| {
        let field = request.field(name.as_ref()?)?;
        let ident = &field.ident;
        Some(match field.is_optional {
            true => quote!(self.#ident = Some(#argument);),
            false => quote!(self.#ident = #argument;),
        })
    };
    let get = |name: &Option<String>| {
        let field = request.field(name.as_ref()?)?;
        let ident = &field.ident;
        Some(match field.is_optional {
            true => quote!(self.#ident),
            false => quote!(Some(self.#ident)),
        })
    };
    let by = match pages.by {
        By::Offset => quote!(crate::api::PagedBy::Offset),
        By::Number => quote!(crate::api::PagedBy::Number),
        By::Whole => quote!(crate::api::PagedBy::Whole),
    };
    let (at, size) = (set(&pages.at, quote!(at)), set(&pages.size, quote!(size)));
    let (begin, asked) = (
        get(&pages.at).unwrap_or_else(|| quote!(None)),
        get(&pages.size).unwrap_or_else(|| quote!(None)),
    );
    let named = |name: &Option<String>| match name {
        Some(name) => quote!(Some(#name)),
        None => quote!(None),
    };
    let (at_name, size_name) = (named(&pages.at), named(&pages.size));
    let has_id = pages.id.is_some();
    Some(parse_quote! {
        #[allow(unused_variables, reason = "a list may have no place, no total and no ids")]
        impl crate::api::Paged for #path {
            type Item = #item;
            const BY: crate::api::PagedBy = #by;
            const LIST: &'static str = #wire_name;
            const AT: Option<&'static str> = #at_name;
            const SIZE: Option<&'static str> = #size_name;
            const HAS_ID: bool = #has_id;
            fn begins(&self) -> (Option<i64>, Option<i64>) { (#begin, #asked) }
            fn ask(&mut self, at: i64, size: i64) { #at #size }
            fn total(answer: &Self::Response) -> Option<i64> { #total }
            fn list(answer: Self::Response) -> Option<Vec<Self::Item>> { answer.#list }
            fn count(answer: &Self::Response) -> Option<usize> { answer.#list.as_ref().map(Vec::len) }
            fn id(item: &Self::Item) -> Option<String> { #id }
        }
    })
}
