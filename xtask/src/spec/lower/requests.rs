//! Operations become schemas: the parameters and the body of each are the properties of one object of its name, and no
//! path is left. So the generator prints a request as it prints a model, with its documentation and its names, and never
//! sees a media type, a path value or a second answer that it cannot express.

use super::{answers::reachable, schemas::is_many};
use crate::{
    problem::{Place, Problem, Problems, Result},
    spec::{
        LOWERED,
        content::{self, Answers, Sends},
        operation::{Operation, operations},
        pointer::{entries, reference},
    },
};
use heck::ToPascalCase as _;
use serde_yaml::{Mapping, Value};

/// The name of the struct of an operation.
#[must_use]
pub fn name(operation: &Operation<'_>) -> String {
    operation.id().to_pascal_case()
}

/// The object under construction.
#[derive(Default)]
struct Object {
    properties: Mapping,
    required: Vec<Value>,
}

impl Object {
    /// `false`: there is another property of this name.
    fn add(&mut self, name: &str, schema: Value, docs: Option<&str>, required: bool) -> bool {
        let mut schema = match schema {
            // Beside a reference nothing else counts.
            Value::Mapping(map) if map.contains_key("$ref") => {
                let mut around = Mapping::new();
                around.insert("allOf".into(), vec![Value::Mapping(map)].into());
                around
            }
            Value::Mapping(map) => map,
            other => {
                self.properties.insert(name.into(), other);
                return true;
            }
        };
        if let Some(docs) = docs {
            schema.insert("description".into(), docs.into());
        }
        if is_many(&schema) && !required {
            schema.insert("nullable".into(), true.into());
        }
        if required {
            self.required.push(name.into());
        }
        self.properties.insert(name.into(), schema.into()).is_none()
    }

    fn finish(self, docs: String) -> Value {
        let mut schema = Mapping::new();
        schema.insert("type".into(), "object".into());
        schema.insert("description".into(), docs.into());
        schema.insert("properties".into(), self.properties.into());
        if !self.required.is_empty() {
            schema.insert("required".into(), self.required.into());
        }
        // Without it, no properties means a map; with it, arguments by name are checked.
        schema.insert("additionalProperties".into(), false.into());
        schema.into()
    }
}

/// The document for the generator, from the corrected one.
///
/// # Errors
/// What an operation sends or answers has no type here, or two things would have one name.
pub fn as_schemas(corrected: &Value) -> Result<Value> {
    let mut found = Vec::new();
    let mut schemas: Mapping = entries(schemas_of(corrected))
        .map(|(name, schema)| (name.into(), schema.clone()))
        .collect();
    let mut roots = Vec::new();
    let mut requests = Mapping::new();
    for operation in operations(corrected) {
        let mut problem = |at: &str, what: String, remedy: &str| {
            let pointer = format!("{}{at}", operation.pointer());
            found.push(Problem::at(Place::pointer(LOWERED, pointer), what, remedy));
        };
        let own = name(&operation);
        if schemas.contains_key(own.as_str()) || requests.contains_key(own.as_str()) {
            problem(
                "/operationId",
                format!("`{own}` would be the struct of the operation and that of a schema"),
                "give the schema the name it has in the document of another operation, such as one that ends in Req",
            );
        }
        let (request, odd) = request(&operation, corrected);
        for (at, what) in odd {
            problem(
                &at,
                what,
                "give one of the two another name, or describe one body of a kind in xtask/src/spec/content.rs",
            );
        }
        requests.insert(own.into(), request);
        match content::answers(&operation, corrected) {
            Ok(Answers::Bytes) => {}
            Ok(Answers::Object(schema)) if reference(schema).is_some() => {
                roots.push(schema);
            }
            Ok(Answers::Object(_)) => problem(
                "/responses",
                "an answer whose schema has no name".to_owned(),
                "put it under components/schemas and refer to it",
            ),
            Err((at, what)) => problem(&at, what, "describe a JSON object, or bytes"),
        }
    }
    Problems::unless_empty(found, ())?;
    roots.extend(requests.values());
    let used = reachable(corrected, roots.into_iter());
    schemas.retain(|name, _| {
        let name = name.as_str().unwrap_or_default();
        used.contains(&format!("#/components/schemas/{name}"))
    });
    let sent = reachable(corrected, requests.values());
    for target in &sent {
        let name = target.rsplit('/').next().unwrap_or_default();
        if let Some(schema) = schemas.get_mut(name) {
            close(schema);
        }
    }
    schemas.extend(requests);
    let mut document = corrected.clone();
    if let Some(root) = document.as_mapping_mut() {
        let mut components = Mapping::new();
        components.insert("schemas".into(), schemas.into());
        root.insert("components".into(), components.into());
        root.insert("paths".into(), Mapping::new().into());
    }
    Ok(document)
}

fn schemas_of(root: &Value) -> Option<&Value> {
    root.get("components")?.get("schemas")
}

/// The object of an operation, and what is wrong with it: place below the operation, and what.
fn request(operation: &Operation<'_>, root: &Value) -> (Value, Vec<(String, String)>) {
    let text = |value: &Value, key: &str| -> Option<String> {
        value.get(key).and_then(Value::as_str).map(str::to_owned)
    };
    let mut object = Object::default();
    let mut odd = Vec::new();
    for (_, parameter) in operation.parameters(root) {
        let name = text(parameter, "name").unwrap_or_default();
        let required = parameter.get("required").and_then(Value::as_bool) == Some(true);
        let schema = parameter.get("schema").cloned().unwrap_or_default();
        let docs = text(parameter, "description");
        if !object.add(&name, schema, docs.as_deref(), required) {
            let what = format!("two parameters named `{name}`: the client has one field for both");
            odd.push(("/parameters".to_owned(), what));
        }
    }
    let at = "/requestBody".to_owned();
    let clash = |name: &str| format!("the body has the field `{name}`, and so has a parameter");
    match content::sends(operation, root) {
        Ok(Sends::Nothing) => {}
        Ok(Sends::Json(schema, required)) => {
            if !object.add("body", schema.clone(), Some("The body."), required) {
                odd.push((at, clash("body")));
            }
        }
        Ok(Sends::Bytes) => {
            let mut schema = Mapping::new();
            schema.insert("type".into(), "string".into());
            schema.insert("format".into(), "binary".into());
            if !object.add("body", schema.into(), Some("The bytes."), true) {
                odd.push((at, clash("body")));
            }
        }
        Ok(Sends::Form(form)) => {
            for (name, schema, required) in content::parts(root, form) {
                let element = content::element(root, schema);
                let kind = text(element, "type").unwrap_or_default();
                if !matches!(&*kind, "string" | "integer" | "number" | "boolean") {
                    let what = format!("the part `{name}` of a form is of type {kind}");
                    odd.push((at.clone(), what));
                }
                if !object.add(name, schema.clone(), None, required) {
                    odd.push((at.clone(), clash(name)));
                }
            }
        }
        Err(wrong) => odd.push(wrong),
    }
    let docs = ["summary", "description"].map(|key| text(operation.value, key));
    let docs: Vec<String> = docs.into_iter().flatten().collect();
    (object.finish(docs.join("\n\n")), odd)
}

/// A schema of a request takes no field that is not described: arguments by name are checked.
fn close(schema: &mut Value) {
    let Some(map) = schema.as_mapping_mut() else {
        return;
    };
    if let Some(Value::Mapping(properties)) = map.get_mut("properties") {
        properties.values_mut().for_each(close);
        map.insert("additionalProperties".into(), false.into());
    }
    if let Some(items) = map.get_mut("items") {
        close(items);
    }
}
