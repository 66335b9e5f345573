//! What is printed for one operation: its method, the setters of what is optional, and its facts.

use super::{docs, wire};
use crate::{
    codegen::{
        client::Parts,
        requests,
        structs::{Field, Struct, is_text},
    },
    problem::Problem,
    spec::{
        content::{self, Sends},
        lower::requests as objects,
        pointer,
        read::{Description, Operation},
        sdk::{self, By, Pages, Sdk, TICKET, TICKET_ID},
    },
};
use heck::{ToPascalCase as _, ToSnakeCase as _};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_yaml::Value;
use syn::{Ident, ImplItemFn, Item, Type, parse_quote};

/// The field that names the group a call acts for.
pub(super) const GROUP: &str = "group_id";

/// What every call has: a value of such a name would be a second method.
const OWN: &[&str] = &[
    "call",
    "into_future",
    "items",
    "new",
    "pages",
    "request",
    "timeout",
    "with_group",
];

/// An operation on its way to a method.
pub(super) struct Method<'d> {
    description: &'d str,
    summary: &'d str,
    name: Ident,
    /// The struct of the request.
    request: TokenStream,
    /// What the method takes, and what the struct is made of.
    arguments: Vec<TokenStream>,
    made: TokenStream,
    setters: Vec<ImplItemFn>,
    /// Where the group stands in the request.
    group: Option<TokenStream>,
    pages: Option<Item>,
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
    /// Reads what is to be printed.
    pub(super) fn new(
        description: &'d Description,
        parts: &Parts<'_>,
        described: Operation<'d>,
        operation: &Operation<'_>,
        sdk: &Sdk,
        found: &mut Vec<Problem>,
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
            name: format_ident!("{}", sdk.method),
            arguments: Vec::new(),
            made: quote!(#request::default()),
            request,
            setters: Vec::new(),
            group: None,
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
        method.take(parts, sdk, item, body);
        let docs = |wire: &str, of: Option<&Struct>| said(described, &description.root, of, wire);
        let mut optional = |field: &Field, way: TokenStream, of: Option<&Struct>| {
            if field.wire.to_snake_case() == GROUP {
                method.group = Some(way);
                return;
            }
            if OWN.contains(&&*field.ident.to_string()) {
                found.push(taken(description, &described, &field.wire));
            }
            let about = docs(&field.wire, of);
            method.setters.push(setter(field, &way, &about, parts));
        };
        for field in item.fields.iter().filter(|field| field.is_optional) {
            let ident = &field.ident;
            match body {
                Some((body, _)) if field.wire == "body" && mandatory(body).is_empty() => {
                    for inner in body.fields.iter().filter(|field| field.is_optional) {
                        let ident = &inner.ident;
                        optional(
                            inner,
                            quote!(body.get_or_insert_default().#ident),
                            Some(body),
                        );
                    }
                }
                _ => optional(field, quote!(#ident), None),
            }
        }
        if let Some((body, true)) = body {
            for inner in body.fields.iter().filter(|field| field.is_optional) {
                let ident = &inner.ident;
                optional(inner, quote!(body.#ident), Some(body));
            }
        }
        method.pages = sdk
            .pages
            .as_ref()
            .and_then(|pages| paged(parts, operation, pages, item, &method.request));
        method
    }

    /// The arguments, and how the request is made of them.
    fn take(&mut self, parts: &Parts<'_>, sdk: &Sdk, item: &Struct, body: Option<(&Struct, bool)>) {
        let mut given = Vec::new();
        for field in mandatory(item) {
            if sdk.resource == TICKET && field.wire == TICKET_ID {
                given.push(quote!(self.id().as_str()));
                continue;
            }
            let inner = body.filter(|_| field.wire == "body");
            let Some((inner, _)) = inner else {
                let (taken, value) = argument(field, parts);
                self.arguments.push(taken);
                given.push(value);
                continue;
            };
            let mut values = Vec::new();
            for field in mandatory(inner) {
                let (taken, value) = argument(field, parts);
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
        let about = docs(&[
            self.summary,
            self.description,
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
        let group: Option<ImplItemFn> = self.group.as_ref().map(|_| {
            parse_quote! {
                /// Acts for `group`, and not for that of the ticket or the client (D-32).
                pub fn with_group(mut self, group: crate::GroupId) -> Self {
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
        let group: Option<ImplItemFn> = self.group.as_ref().map(|way| {
            parse_quote! {
                fn group(&mut self) -> Option<&mut Option<String>> { Some(&mut self.#way) }
            }
        });
        items.push(parse_quote! {
            impl Described for #request { #group }
        });
        items.extend(self.pages.clone());
        items
    }
}

/// A problem of what would be printed for an operation.
fn taken(description: &Description, operation: &Operation<'_>, name: &str) -> Problem {
    description.problem(
        &pointer::join(&operation.pointer(), sdk::KEY),
        format!("the value `{name}` would be a method that every call has"),
        "such a name cannot be printed: shape the operation by hand (`shape: hand`)",
    )
}

/// What the description says of a value.
fn said(described: Operation<'_>, root: &Value, body: Option<&Struct>, wire: &str) -> String {
    let text = |value: &Value| {
        let text = value.get("description").and_then(Value::as_str);
        text.map(str::to_owned)
    };
    let of_body = body.and_then(|body| {
        let schema = requests::schema(root, &body.name().to_string())?;
        let property = schema.get("properties")?.get(wire)?;
        text(property).or_else(|| text(pointer::resolve(root, property)?))
    });
    let of_parameter = || {
        let parameters = described.parameters(root).into_iter();
        let mut parameters = parameters.map(|(_, parameter)| parameter);
        let parameter =
            parameters.find(|one| one.get("name").and_then(Value::as_str) == Some(wire))?;
        text(parameter)
    };
    let of_part = || {
        let Ok(Sends::Form(form)) = content::sends(&described, root) else {
            return None;
        };
        text(form.get("properties")?.get(wire)?)
    };
    of_body
        .or_else(of_parameter)
        .or_else(of_part)
        .unwrap_or_else(|| format!("Sets `{wire}`."))
}

/// The setter of an optional value.
fn setter(field: &Field, way: &TokenStream, about: &str, parts: &Parts<'_>) -> ImplItemFn {
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
            self.request.#way = Some(#value);
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
    let fields = |name: &Option<String>| name.clone().unwrap_or_default();
    let (at_name, size_name) = (fields(&pages.at), fields(&pages.size));
    let has_id = pages.id.is_some();
    Some(parse_quote! {
        impl crate::api::Paged for #path {
            type Item = #item;
            const BY: crate::api::PagedBy = #by;
            const LIST: &'static str = #wire_name;
            const AT: &'static str = #at_name;
            const SIZE: &'static str = #size_name;
            const HAS_ID: bool = #has_id;
            fn begins(&self) -> (Option<i64>, Option<i64>) { (#begin, #asked) }
            #[allow(unused_variables, reason = "a list that comes whole has no place")]
            fn ask(&mut self, at: i64, size: i64) { #at #size }
            fn total(answer: &Self::Response) -> Option<i64> { #total }
            fn list(answer: Self::Response) -> Option<Vec<Self::Item>> { answer.#list }
            fn id(item: &Self::Item) -> Option<String> { #id }
        }
    })
}
