//! One method per operation on the wire crate's `Call`: checks path values, sends, and settles the answer.

use super::polish::{Client, Method};
use crate::{
    problem::{Place, Problem, Problems, Result},
    spec::{
        pointer,
        read::{Description, Operation},
    },
    tables,
};
use heck::ToShoutySnakeCase;
use quote::{format_ident, quote};
use serde_yaml::Value;
use syn::{FnArg, ImplItem, Pat, parse_quote};

/// The body of `calls.rs`.
///
/// # Errors
/// A generated method belongs to no operation, or a path parameter has no argument of its name.
pub fn text(description: &Description, client: &Client) -> Result<String> {
    let operations = description.operations();
    let mut found = Vec::new();
    let mut methods = Vec::new();
    for method in &client.methods {
        let name = method.signature.ident.to_string();
        match operations
            .iter()
            .find(|operation| tables::method(operation.id()) == name)
        {
            Some(operation) => methods.push(call(description, operation, method, &mut found)),
            None => found.push(Problem::at(
                Place::file("xtask/src/codegen/calls.rs"),
                format!("the generated method `{name}` belongs to no operation"),
                "give the operation an operationId in lowerCamelCase",
            )),
        }
    }
    let file: syn::File = parse_quote! {
        use super::{operations, types};
        use crate::{Answer, Call};
        use hwc_core::Fault;

        impl Call {
            #(#methods)*
        }
    };
    Problems::unless_empty(found, prettyplease::unparse(&file))
}

fn call(
    description: &Description,
    operation: &Operation<'_>,
    method: &Method,
    found: &mut Vec<Problem>,
) -> ImplItem {
    let mut signature = method.signature.clone();
    let answer = &method.answer;
    let name = &signature.ident;
    let arguments: Vec<_> = signature
        .inputs
        .iter()
        .filter_map(|input| match input {
            FnArg::Typed(argument) => match &*argument.pat {
                Pat::Ident(pattern) => Some(pattern.ident.clone()),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        })
        .collect();
    let path_values: Vec<_> = operation
        .parameters(&description.root)
        .into_iter()
        .filter(|(_, parameter)| parameter.get("in").and_then(Value::as_str) == Some("path"))
        .filter_map(|(pointer, parameter)| {
            let text = parameter.get("name").and_then(Value::as_str)?;
            let argument = arguments.iter().find(|argument| *argument == text);
            if argument.is_none() {
                found.push(description.problem(
                    &pointer,
                    format!("the generated method `{name}` has no argument `{text}` to check"),
                    "name path parameters in snake_case",
                ));
            }
            let schema = parameter
                .get("schema")
                .and_then(|schema| pointer::resolve(&description.root, schema));
            let is_text = schema
                .and_then(|schema| schema.get("type"))
                .and_then(Value::as_str)
                == Some("string");
            Some(if is_text {
                quote!((#text, #argument))
            } else {
                quote!((#text, #argument.to_string().as_str()))
            })
        })
        .collect();
    let constant = format_ident!("{}", operation.id().to_shouty_snake_case());
    // An argument may be called as this is.
    let mut open = format_ident!("open");
    while arguments.contains(&open) {
        open = format_ident!("{open}_");
    }
    let body = quote! {
        let #open = self.open(&operations::#constant, &[#(#path_values),*])?;
        let result = #open.client.#name(#(#arguments),*).await;
        #open.settle(result)
    };
    signature.output = parse_quote!(-> Result<Answer<#answer>, Fault>);
    let docs = &method.docs;
    parse_quote! {
        #(#docs)*
        ///
        /// # Errors
        /// A [`Fault`] says what failed and whether the call may have had an effect.
        pub #signature { #body }
    }
}
