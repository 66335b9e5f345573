//! The bundled description, `spec/dist/openapi.json`, as another language would read it.

use crate::{exchange::spec, path};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fs, sync::LazyLock};

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
    /// What doing it twice does, in the words of the description.
    pub idempotency: Value,
    /// The field of a success with the id of what was made.
    pub makes: Option<String>,
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
    /// Reads `spec/dist/openapi.json`, for tests.
    ///
    /// # Panics
    /// It cannot be read.
    #[must_use]
    #[expect(
        clippy::panic,
        clippy::expect_used,
        reason = "tests call it, and fail by panicking"
    )]
    pub fn read() -> Self {
        let file = spec().join("dist/openapi.json");
        let text = fs::read_to_string(&file).unwrap_or_else(|error| {
            panic!("{}: {error}; run `cargo xtask codegen`", file.display())
        });
        let root = serde_json::from_str(&text).expect("the description is JSON");
        Self::of(&root).expect("the description keeps to its rules")
    }

    /// The same, read once for everything in a program that changes nothing in it.
    ///
    /// # Panics
    /// It cannot be read.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Description> = LazyLock::new(Description::read);
        &SHARED
    }

    /// The description `root`, bundled into one document.
    ///
    /// # Errors
    /// Something is missing that every operation has, or a reference leads nowhere: `cargo xtask spec lint` says what.
    pub fn of(root: &Value) -> Result<Self, String> {
        let mut operations = BTreeMap::new();
        for (path, methods) in object(root.get("paths")) {
            for (method, value) in object(Some(methods)) {
                let operation = operation(&resolved(root, value)?, path, method)
                    .map_err(|error| format!("{method} {path}: {error}"))?;
                operations.insert(operation.id.clone(), operation);
            }
        }
        Ok(Self { operations })
    }

    /// Every operation, by name.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }

    /// The operation `id`, if there is one.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Operation> {
        self.operations.get(id)
    }

    /// The operation `id`, for tests.
    ///
    /// # Panics
    /// There is none.
    #[must_use]
    #[expect(clippy::panic, reason = "tests call it, and fail by panicking")]
    pub fn operation(&self, id: &str) -> &Operation {
        self.get(id)
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
        path::values(&self.path, path)
    }
}

impl Parameter {
    /// Whether a value with this name is one of it.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let is_header = self.place == "header";
        self.name == name || (is_header && self.name.eq_ignore_ascii_case(name))
    }
}

fn operation(value: &Value, path: &str, method: &str) -> Result<Operation, String> {
    let mut responses = BTreeMap::new();
    for (status, answer) in object(value.get("responses")) {
        let status: u16 = status
            .parse()
            .map_err(|_| format!("`{status}` is no status"))?;
        let schemas = |key: &str| {
            let holders = object(answer.get(key));
            holders
                .filter_map(|(name, holder)| Some((name.clone(), holder.get("schema")?.clone())))
                .collect()
        };
        let answer = Answer {
            content: schemas("content"),
            headers: schemas("headers"),
        };
        responses.insert(status, answer);
    }
    let mut parameters = Vec::new();
    for parameter in value
        .get("parameters")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        parameters.push(Parameter {
            name: text(parameter, "name")?,
            place: text(parameter, "in")?,
            required: parameter.get("required") == Some(&Value::Bool(true)),
            schema: parameter
                .get("schema")
                .cloned()
                .ok_or("a parameter without a schema")?,
            component: parameter
                .get(COMPONENT)
                .and_then(Value::as_str)
                .map(str::to_owned),
        });
    }
    Ok(Operation {
        id: text(value, "operationId")?,
        method: method.to_uppercase(),
        path: path.to_owned(),
        idempotency: value.get("x-idempotency").cloned().unwrap_or_default(),
        makes: (value.get("x-makes").and_then(Value::as_str)).map(str::to_owned),
        parameters,
        body: value.get("requestBody").map(body).transpose()?,
        responses,
    })
}

fn body(value: &Value) -> Result<Body, String> {
    let (media, content) = object(value.get("content"))
        .next()
        .ok_or("a body without a content")?;
    Ok(Body {
        required: value.get("required") == Some(&Value::Bool(true)),
        media: media.clone(),
        schema: content
            .get("schema")
            .cloned()
            .ok_or("a body without a schema")?,
    })
}

/// `value` with every reference replaced by what it names; the name of the component is kept beside it as [`COMPONENT`].
///
/// # Errors
/// A reference leads nowhere, or back to itself.
pub fn resolved(root: &Value, value: &Value) -> Result<Value, String> {
    resolve(root, value, 0)
}

fn resolve(root: &Value, value: &Value, depth: usize) -> Result<Value, String> {
    if depth >= 64 {
        return Err("a reference leads back to itself".to_owned());
    }
    match value {
        Value::Object(fields) => match fields.get("$ref").and_then(Value::as_str) {
            Some(target) => {
                let found = target
                    .strip_prefix('#')
                    .and_then(|at| root.pointer(at))
                    .ok_or_else(|| format!("the reference {target} leads nowhere"))?;
                let mut found = resolve(root, found, depth + 1)?;
                if let Some(fields) = found.as_object_mut() {
                    fields.insert(COMPONENT.to_owned(), target.into());
                }
                Ok(found)
            }
            None => {
                // Texts for people only make comparing slower. A field of that name would be an object.
                let is_text =
                    |(name, value): &(&String, &Value)| *name == "description" && value.is_string();
                let mut made = Map::new();
                for (name, value) in fields.iter().filter(|field| !is_text(field)) {
                    made.insert(name.clone(), resolve(root, value, depth + 1)?);
                }
                Ok(made.into())
            }
        },
        Value::Array(items) => {
            let items = items.iter();
            items.map(|item| resolve(root, item, depth + 1)).collect()
        }
        scalar => Ok(scalar.clone()),
    }
}

fn object(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn text(value: &Value, name: &str) -> Result<String, String> {
    let text = value.get(name).and_then(Value::as_str);
    text.map(str::to_owned)
        .ok_or_else(|| format!("`{name}` is missing or no text"))
}
