//! The bundled description, `spec/dist/openapi.json`, as another language would read it.

use crate::exchange::spec;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fs};

/// Where a shared part stood before it was put in.
pub const COMPONENT: &str = "x-component";

/// The description with every reference put in.
#[derive(Debug, Clone)]
pub struct Description {
    operations: BTreeMap<String, Operation>,
}

/// One operation of the description.
#[derive(Debug, Clone)]
pub struct Operation {
    /// `operationId`.
    pub id: String,
    /// In capitals.
    pub method: String,
    /// Path template.
    pub path: String,
    /// Parameters in the order of the description.
    pub parameters: Vec<Parameter>,
    /// Request body.
    pub body: Option<Body>,
    /// Answers by status.
    pub responses: BTreeMap<u16, Answer>,
}

/// A parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// `path`, `query` or `header`.
    pub place: String,
    /// Whether it must be there.
    pub required: bool,
    /// Its schema.
    pub schema: Value,
    /// The shared parameter that it is.
    pub component: Option<String>,
}

/// A form with a file.
pub const FORM: &str = "multipart/form-data";
/// Bytes.
pub const BYTES: &str = "application/octet-stream";
/// The usual kind of body.
pub const JSON: &str = "application/json";

/// The body of a request.
#[derive(Debug, Clone)]
pub struct Body {
    /// Whether it must be there.
    pub required: bool,
    /// [`JSON`] or [`FORM`].
    pub media: String,
    /// Its schema.
    pub schema: Value,
}

/// A described answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Schemas by media type.
    pub content: BTreeMap<String, Value>,
    /// Schemas of the headers by name.
    pub headers: BTreeMap<String, Value>,
}

impl Description {
    /// Reads `spec/dist/openapi.json`.
    #[must_use]
    pub fn read() -> Self {
        let file = spec().join("dist/openapi.json");
        let text = fs::read_to_string(&file).unwrap_or_else(|error| {
            panic!("{}: {error}; run `cargo xtask codegen`", file.display())
        });
        let root: Value = serde_json::from_str(&text).expect("the description is JSON");
        let mut operations = BTreeMap::new();
        for (path, methods) in object(&root["paths"]) {
            for (method, value) in object(methods) {
                let operation = operation(&resolve(&root, value, 0), path, method);
                operations.insert(operation.id.clone(), operation);
            }
        }
        Self { operations }
    }

    /// Every operation, by name.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }

    /// The operation `id`.
    #[must_use]
    pub fn operation(&self, id: &str) -> &Operation {
        self.operations
            .get(id)
            .unwrap_or_else(|| panic!("the description has no operation {id}"))
    }
}

impl Operation {
    /// The parameters of one place.
    pub fn parameters_in<'o>(&'o self, place: &'o str) -> impl Iterator<Item = &'o Parameter> {
        self.parameters
            .iter()
            .filter(move |parameter| parameter.place == place)
    }

    /// Whether its success is bytes. A JSON object is then a failure in their place.
    #[must_use]
    pub fn answers_bytes(&self) -> bool {
        self.responses
            .get(&200)
            .is_some_and(|answer| answer.content.contains_key(BYTES))
    }

    /// The decoded values of the path parameters. `None`: `path` is not one of this operation.
    #[must_use]
    pub fn path_values(&self, path: &str) -> Option<Vec<(String, String)>> {
        let (wanted, found): (Vec<_>, Vec<_>) =
            (self.path.split('/').collect(), path.split('/').collect());
        if wanted.len() != found.len() {
            return None;
        }
        let mut values = Vec::new();
        for (wanted, found) in wanted.into_iter().zip(found) {
            match wanted
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'))
            {
                Some(name) => {
                    let value = percent_decode_str(found).decode_utf8().ok()?;
                    values.push((name.to_owned(), value.into_owned()));
                }
                None if wanted == found => {}
                None => return None,
            }
        }
        Some(values)
    }
}

fn operation(value: &Value, path: &str, method: &str) -> Operation {
    let parameters = value["parameters"].as_array().into_iter().flatten();
    let responses = object(&value["responses"]).map(|(status, answer)| {
        let content = object(&answer["content"])
            .map(|(media, content)| (media.clone(), content["schema"].clone()));
        let headers = object(&answer["headers"])
            .map(|(name, header)| (name.clone(), header["schema"].clone()));
        let answer = Answer {
            content: content.collect(),
            headers: headers.collect(),
        };
        (
            status.parse().expect("statuses are listed one by one"),
            answer,
        )
    });
    Operation {
        id: text(&value["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        parameters: parameters
            .map(|parameter| Parameter {
                name: text(&parameter["name"]),
                place: text(&parameter["in"]),
                required: parameter["required"] == true,
                schema: parameter["schema"].clone(),
                component: parameter[COMPONENT].as_str().map(str::to_owned),
            })
            .collect(),
        body: value.get("requestBody").map(|body| {
            let mut content = object(&body["content"]);
            let (media, content) = content.next().expect("a body has a content");
            Body {
                required: body["required"] == true,
                media: media.clone(),
                schema: content["schema"].clone(),
            }
        }),
        responses: responses.collect(),
    }
}

/// `value` with every reference replaced by what it names.
fn resolve(root: &Value, value: &Value, depth: usize) -> Value {
    assert!(
        depth < 64,
        "a reference in the description leads back to itself"
    );
    match value {
        Value::Object(fields) => match fields.get("$ref") {
            Some(target) => {
                let target = target.as_str().expect("a reference is a text");
                let found = target.strip_prefix('#').and_then(|at| root.pointer(at));
                let found = found.expect("a reference leads somewhere");
                let mut found = resolve(root, found, depth + 1);
                found[COMPONENT] = target.into();
                found
            }
            None => {
                // Texts for people only make comparing slower. A field of that name would be an object.
                let is_text =
                    |(name, value): &(&String, &Value)| *name == "description" && value.is_string();
                let fields = fields.iter().filter(|field| !is_text(field));
                fields
                    .map(|(name, value)| (name.clone(), resolve(root, value, depth + 1)))
                    .collect::<Map<_, _>>()
                    .into()
            }
        },
        Value::Array(items) => {
            let items = items.iter();
            items.map(|item| resolve(root, item, depth + 1)).collect()
        }
        scalar => scalar.clone(),
    }
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
