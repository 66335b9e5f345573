//! The description of the service, as data: which operations there are, what may be in their requests, and what an answer
//! looks like.
//!
//! `spec/operations.json` is the table of operations, `spec/openapi.json` has the schemas and the examples. Both are put
//! into this package by `cargo xtask codegen`.

mod named;
mod schema;

use std::sync::LazyLock;

use http::{HeaderName, Method};
use serde::Deserialize;
use serde_json::Value;

pub(crate) use self::named::Names;
pub use self::named::UnknownOperation;
use self::schema::resolve;
pub(crate) use self::schema::{Field, Kind, Schema};
use crate::operation::Operation;

const OPERATIONS: &str = include_str!("../spec/operations.json");
const DOCUMENT: &str = include_str!("../spec/openapi.json");

/// The operations of a service, and IAM's one beside them.
#[derive(Debug, Default)]
pub(crate) struct Description {
    rows: Vec<Row>,
}

/// An operation.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) operation: Operation,
    pub(crate) method: Method,
    /// With `{name}` for each value in it.
    pub(crate) path: String,
    pub(crate) summary: String,
    /// What stands in the path, the query and the headers.
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Body,
    pub(crate) success: Success,
    /// Of a list that comes in pages.
    pub(crate) pages: Option<Pages>,
}

/// How the pages of a list are asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct Pages {
    pub(crate) by: By,
    /// The parameter that names the page.
    pub(crate) at: Option<String>,
    /// The parameter with its length.
    pub(crate) size: Option<String>,
    /// The field of the answer with the items.
    pub(crate) list: String,
    /// The field of the answer with their number.
    pub(crate) total: Option<String>,
}

/// What names a page.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    /// The number of items before it.
    Offset,
    /// Its number, from 1 on.
    Number,
    /// Nothing: there is one.
    Whole,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) place: Place,
    pub(crate) field: Field,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    /// Under the name of the parameter, as it is looked for; `None` for one that no header can have.
    Header(Option<HeaderName>),
}

/// The body of a request.
#[derive(Debug)]
pub(crate) enum Body {
    None,
    Json { required: bool, schema: Schema },
    Form(Schema),
    Bytes { required: bool },
}

/// The answer of success.
#[derive(Debug)]
pub(crate) struct Success {
    pub(crate) status: u16,
    /// Its media type, schema and example, if it has a body. The first type is the one that is meant.
    pub(crate) content: Option<Content>,
}

#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) media: String,
    pub(crate) schema: Schema,
    /// What the description shows.
    pub(crate) example: Option<Value>,
}

/// What `operations.json` says.
#[derive(Deserialize)]
struct Table {
    operations: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    method: String,
    path: String,
    summary: String,
    response: Answered,
    #[serde(default)]
    sdk: Sdk,
}

#[derive(Default, Deserialize)]
struct Sdk {
    pages: Option<Pages>,
}

#[derive(Deserialize)]
struct Answered {
    content: Vec<String>,
}

impl Description {
    /// The description of Service Tickets.
    pub(crate) fn documented() -> &'static Description {
        static DOCUMENTED: LazyLock<Description> = LazyLock::new(|| {
            // A test holds the files to be read whole.
            Description::read(OPERATIONS, DOCUMENT).unwrap_or_default()
        });
        &DOCUMENTED
    }

    /// A description out of a table of operations and the OpenAPI document that it is the table of.
    pub(crate) fn read(operations: &str, document: &str) -> Result<Self, serde_json::Error> {
        let table: Table = serde_json::from_str(operations)?;
        let document: Value = serde_json::from_str(document)?;
        let rows = table.operations.into_iter();
        let mut rows: Vec<Row> = rows.map(|listed| Row::read(listed, &document)).collect();
        rows.push(Row::of_iam());
        Ok(Description { rows })
    }

    /// Every operation, IAM's at the end.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }
}

impl Row {
    fn read(listed: Listed, document: &Value) -> Self {
        let path = document
            .get("paths")
            .and_then(|paths| paths.get(&listed.path));
        let operation = path
            .and_then(|path| path.get(listed.method.to_ascii_lowercase()))
            .unwrap_or(&Value::Null);
        let parameters = operation.get("parameters").and_then(Value::as_array);
        Row {
            // Read once, and then there as long as the process: the journal is full of them.
            operation: Operation::new(Box::leak(listed.name.into_boxed_str())),
            method: Method::from_bytes(listed.method.as_bytes()).unwrap_or_default(),
            path: listed.path,
            summary: listed.summary,
            parameters: parameters
                .into_iter()
                .flatten()
                .filter_map(|parameter| Parameter::read(document, parameter))
                .collect(),
            body: Body::read(document, operation),
            success: Success::read(document, operation, &listed.response.content),
            pages: listed.sdk.pages,
        }
    }

    /// IAM's operation, which no document of the service describes. What is in its request is read by `iam`.
    fn of_iam() -> Self {
        Row {
            operation: Operation::CreateToken,
            method: Method::POST,
            path: "/v3/auth/tokens".to_owned(),
            summary: "Makes a token of a password.".to_owned(),
            parameters: Vec::new(),
            body: Body::None,
            success: Success::default(),
            pages: None,
        }
    }

    /// Names of the values in the path, in their order.
    pub(crate) fn path_names(&self) -> impl Iterator<Item = &str> {
        let segments = self.path.split('/');
        segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Whether its request may be as large as an upload.
    pub(crate) fn uploads(&self) -> bool {
        matches!(self.body, Body::Form(_) | Body::Bytes { .. })
    }
}

impl Parameter {
    fn read(document: &Value, value: &Value) -> Option<Self> {
        let value = resolve(document, value);
        let name = value.get("name")?.as_str()?;
        let place = match value.get("in")?.as_str()? {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" => Place::Header(HeaderName::from_bytes(name.as_bytes()).ok()),
            _ => return None,
        };
        let schema = value.get("schema").unwrap_or(&Value::Null);
        let field = Field {
            name: name.to_owned(),
            required: is_required(value),
            schema: Schema::read(document, schema),
        };
        Some(Parameter { place, field })
    }
}

impl Body {
    fn read(document: &Value, operation: &Value) -> Self {
        let Some(body) = operation.get("requestBody") else {
            return Body::None;
        };
        let body = resolve(document, body);
        let required = is_required(body);
        let content = body.get("content").and_then(Value::as_object);
        let Some((media, content)) = content.and_then(|content| content.iter().next()) else {
            return Body::None;
        };
        let schema = content.get("schema").unwrap_or(&Value::Null);
        let schema = Schema::read(document, schema);
        match media.as_str() {
            "multipart/form-data" => Body::Form(schema),
            "application/json" => Body::Json { required, schema },
            _ => Body::Bytes { required },
        }
    }
}

impl Success {
    /// `listed` has the media types in the order of the description, which an object of JSON need not keep.
    fn read(document: &Value, operation: &Value, listed: &[String]) -> Self {
        let responses = operation.get("responses").and_then(Value::as_object);
        let success = responses
            .into_iter()
            .flatten()
            .find(|(status, _)| status.starts_with('2'));
        let Some((status, response)) = success else {
            return Success::default();
        };
        let response = resolve(document, response);
        let content = listed.first().and_then(|media| {
            let content = response.get("content")?.get(media)?;
            let schema = content.get("schema").unwrap_or(&Value::Null);
            Some(Content {
                media: media.clone(),
                schema: Schema::read(document, schema),
                example: example(document, content).cloned(),
            })
        });
        Success {
            status: status.parse().unwrap_or(200),
            content,
        }
    }
}

impl Default for Success {
    fn default() -> Self {
        Success {
            status: 200,
            content: None,
        }
    }
}

/// The example of a document, else another one of the description.
fn example<'d>(document: &'d Value, content: &'d Value) -> Option<&'d Value> {
    if let Some(example) = content.get("example") {
        return Some(example);
    }
    let examples = content.get("examples")?.as_object()?;
    let value = |example: &'d Value| resolve(document, example).get("value");
    let documented = examples.get("documented").and_then(value);
    // Beside it stands what any answer may be in the place of a success.
    let is_success = |value: &&Value| {
        let code = value.get("error_code").and_then(Value::as_str);
        code.is_none_or(str::is_empty)
    };
    documented.or_else(|| examples.values().filter_map(value).find(is_success))
}

fn is_required(value: &Value) -> bool {
    value.get("required").and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_description_is_read_whole() {
        let table: Table = serde_json::from_str(OPERATIONS).expect("the table has its form");
        let rows = Description::documented().rows();
        assert_eq!(rows.len(), table.operations.len() + 1, "and IAM");
        for (row, listed) in rows.iter().zip(&table.operations) {
            let name = &listed.name;
            assert_eq!(row.operation.name(), name);
            assert_eq!(row.method.as_str(), listed.method);
            assert_eq!(row.operation.path(), listed.path);
            let in_path = |parameter: &&Parameter| parameter.place == Place::Path;
            let described = row.parameters.iter().filter(in_path).count();
            assert_eq!(row.path_names().count(), described, "{name}");
            let answer = row.success.content.as_ref().expect("an answer");
            assert!(answer.example.is_some(), "{name}");
            assert!(!matches!(answer.schema.kind, Kind::Any), "{name}");
        }
    }
}
