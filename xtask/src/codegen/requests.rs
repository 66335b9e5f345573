//! How the values of a request become an HTTP request: one `impl Request` for each operation.

use super::structs::{Field, Struct};
use crate::{
    problem::Problem,
    spec::{
        content::{self, Answers, Sends},
        operation::Operation,
        pointer,
        read::Description,
    },
};
use heck::{ToPascalCase as _, ToShoutySnakeCase as _};
use quote::{format_ident, quote};
use serde_yaml::Value;
use std::collections::BTreeMap;
use syn::{Item, Type, parse_quote};

/// The name of the struct that a success of `operation` brings; `None`: a file.
#[must_use]
pub fn answer(operation: &Operation<'_>, root: &Value) -> Option<String> {
    match content::answers(operation, root) {
        Ok(Answers::Object(schema)) => {
            let target = pointer::reference(schema)?;
            Some(target.rsplit('/').next()?.to_pascal_case())
        }
        _ => None,
    }
}

/// The names of the fields that are files.
#[must_use]
pub fn files(operation: &Operation<'_>, root: &Value) -> Vec<String> {
    match content::sends(operation, root) {
        Ok(Sends::Bytes) => vec!["body".to_owned()],
        Ok(Sends::Form(form)) => content::parts(root, form)
            .into_iter()
            .filter(|(_, schema, _)| content::is_file(root, content::element(root, schema)))
            .map(|(name, _, _)| name.to_owned())
            .collect(),
        _ => Vec::new(),
    }
}

/// The names of the values, the order of the path first, that of the description next, the body last.
#[must_use]
pub fn order(operation: &Operation<'_>, root: &Value) -> Vec<String> {
    let in_path = operation.path.split('{').skip(1);
    let in_path = in_path.filter_map(|rest| rest.split('}').next());
    let mut order: Vec<String> = in_path.map(str::to_owned).collect();
    for (_, parameter) in operation.parameters(root) {
        let name = parameter.get("name").and_then(Value::as_str);
        order.extend(name.map(str::to_owned));
    }
    if let Ok(Sends::Form(form)) = content::sends(operation, root) {
        let parts = content::parts(root, form).into_iter();
        order.extend(parts.map(|(name, _, _)| name.to_owned()));
    }
    order.push("body".to_owned());
    order
}

/// The schemas by the names of the structs that they become.
#[must_use]
pub fn schemas(root: &Value) -> BTreeMap<String, &Value> {
    let schemas = root.get("components").and_then(|all| all.get("schemas"));
    pointer::entries(schemas)
        .map(|(name, schema)| (name.to_pascal_case(), schema))
        .collect()
}

/// The names of the properties of a schema that became a struct, in the order of the description: a reader meets what is
/// mandatory in that order.
#[must_use]
pub fn properties(schema: &Value) -> Vec<String> {
    pointer::entries(schema.get("properties"))
        .map(|(property, _)| property.to_owned())
        .collect()
}

/// The `impl Request` of `operation`, whose struct is `item`. `root` is the corrected description.
pub fn implementation(
    description: &Description,
    root: &Value,
    operation: &Operation<'_>,
    item: &Struct,
    found: &mut Vec<Problem>,
) -> Item {
    let name = item.name();
    let mut steps = Vec::new();
    let mut missing = Vec::new();
    let mut rest = operation.path;
    while let Some((before, after)) = rest.split_once('{') {
        let (value, after) = after.split_once('}').unwrap_or((after, ""));
        steps.push(quote!(parts.path(#before);));
        match item.field(value) {
            Some(Field { ident, .. }) => steps.push(quote!(parts.segment(#value, &self.#ident);)),
            None => missing.push(value.to_owned()),
        }
        rest = after;
    }
    if !rest.is_empty() {
        steps.push(quote!(parts.path(#rest);));
    }
    // In the order of a signature, so that nothing is left to sort.
    let text = |value: &Value, key: &str| {
        let text = value.get(key).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let parameters = operation.parameters(root).into_iter();
    let mut parameters: Vec<_> = parameters
        .map(|(_, parameter)| (text(parameter, "name"), text(parameter, "in")))
        .filter(|(_, place)| place != "path")
        .collect();
    parameters.sort();
    for (wire, place) in &parameters {
        let Some(field) = item.field(wire) else {
            missing.push(wire.clone());
            continue;
        };
        let (ident, is_list) = (&field.ident, field.element().is_some());
        steps.push(match place.as_str() {
            "header" => quote!(parts.header(#wire, &self.#ident);),
            _ if is_list && !field.is_optional => quote!(parts.list(#wire, &self.#ident);),
            _ => quote!(parts.query(#wire, &self.#ident);),
        });
    }
    match content::sends(operation, root) {
        Ok(Sends::Json(_, true)) => steps.push(quote!(parts.json(&self.body);)),
        Ok(Sends::Json(_, false)) => {
            steps.push(quote!(if let Some(body) = &self.body {
                parts.json(body);
            }));
        }
        Ok(Sends::Bytes) => steps.push(quote!(parts.bytes(&self.body);)),
        Ok(Sends::Form(form)) => {
            for (wire, _, _) in content::parts(root, form) {
                let Some(Field { ident, is_file, .. }) = item.field(wire) else {
                    missing.push(wire.to_owned());
                    continue;
                };
                steps.push(if *is_file {
                    quote!(parts.file(#wire, &self.#ident);)
                } else {
                    quote!(parts.text(#wire, &self.#ident);)
                });
            }
        }
        // The lowering has refused what has no kind.
        Ok(Sends::Nothing) | Err(_) => {}
    }
    found.extend(missing.into_iter().map(|wire| {
        description.problem(
            &operation.pointer(),
            format!("the generated struct `{name}` has no field for `{wire}`"),
            "describe every parameter of the path, and give no two things one name",
        )
    }));
    let constant = format_ident!("{}", operation.id().to_shouty_snake_case());
    let response: Type = match answer(operation, root) {
        Some(name) => {
            let name = format_ident!("{name}");
            parse_quote!(#name)
        }
        None => parse_quote!(crate::Download),
    };
    parse_quote! {
        impl crate::Request for #name {
            const OPERATION: &'static ::hwc_core::Operation = &super::operations::#constant;
            type Response = #response;
            fn write(&self, parts: &mut crate::Parts) { #(#steps)* }
        }
    }
}

/// What makes an answer with one list a page.
#[must_use]
pub fn list(item: &Struct) -> Option<Item> {
    let field = item.only_list()?;
    let (name, element) = (item.name(), field.element()?);
    let (wire, ident) = (&field.wire, &field.ident);
    Some(parse_quote! {
        impl crate::ListAnswer for #name {
            type Item = #element;
            const LIST: &'static str = #wire;
            fn list(self) -> ::std::option::Option<::std::vec::Vec<#element>> { self.#ident }
        }
    })
}
