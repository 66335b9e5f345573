//! Which keys each object of an OpenAPI 3.0.3 document may have, as one table, and a walk by it.
//!
//! Source: OpenAPI Specification 3.0.3, the "Fixed Fields" table of each object.

use super::pointer;
use serde_yaml::Value;

/// The kind of an object in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(
    missing_docs,
    reason = "the names are those of the OpenAPI specification"
)]
pub enum Kind {
    Document,
    Info,
    Contact,
    License,
    Server,
    ServerVariable,
    PathItem,
    Operation,
    Parameter,
    Header,
    RequestBody,
    MediaType,
    Encoding,
    Response,
    Example,
    Link,
    Components,
    Schema,
    Discriminator,
    SecurityScheme,
    Tag,
    ExternalDocs,
}

/// What stands below a key.
#[derive(Debug, Clone, Copy)]
enum Below {
    /// Nothing this table knows.
    Any,
    One(Kind),
    List(Kind),
    Map(Kind),
}

use Below::{Any, List, Map, One};
use Kind::{
    Components, Contact, Discriminator, Document, Encoding, Example, ExternalDocs, Header, Info,
    License, Link, MediaType, Operation, Parameter, PathItem, RequestBody, Response, Schema,
    SecurityScheme, Server, ServerVariable, Tag,
};

impl Kind {
    /// What a person calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Document => "the document",
            Info => "info",
            Contact => "contact",
            License => "license",
            Server => "a server",
            ServerVariable => "a server variable",
            PathItem => "a path",
            Operation => "an operation",
            Parameter => "a parameter",
            Header => "a header",
            RequestBody => "a request body",
            MediaType => "a media type",
            Encoding => "an encoding",
            Response => "a response",
            Example => "an example",
            Link => "a link",
            Components => "components",
            Schema => "a schema",
            Discriminator => "a discriminator",
            SecurityScheme => "a security scheme",
            Tag => "a tag",
            ExternalDocs => "external documentation",
        }
    }

    /// The section of `components` that holds this kind.
    #[must_use]
    pub const fn section(self) -> Option<&'static str> {
        Some(match self {
            Schema => "schemas",
            Response => "responses",
            Parameter => "parameters",
            Example => "examples",
            RequestBody => "requestBodies",
            Header => "headers",
            SecurityScheme => "securitySchemes",
            Link => "links",
            _ => return None,
        })
    }

    const fn fields(self) -> &'static [(&'static str, Below)] {
        match self {
            Document => &[
                ("openapi", Any),
                ("info", One(Info)),
                ("servers", List(Server)),
                ("paths", Map(PathItem)),
                ("components", One(Components)),
                ("security", Any),
                ("tags", List(Tag)),
                ("externalDocs", One(ExternalDocs)),
            ],
            Info => &[
                ("title", Any),
                ("description", Any),
                ("termsOfService", Any),
                ("contact", One(Contact)),
                ("license", One(License)),
                ("version", Any),
            ],
            Contact => &[("name", Any), ("url", Any), ("email", Any)],
            License => &[("name", Any), ("url", Any)],
            Server => &[
                ("url", Any),
                ("description", Any),
                ("variables", Map(ServerVariable)),
            ],
            ServerVariable => &[("enum", Any), ("default", Any), ("description", Any)],
            PathItem => &[
                ("summary", Any),
                ("description", Any),
                ("get", One(Operation)),
                ("put", One(Operation)),
                ("post", One(Operation)),
                ("delete", One(Operation)),
                ("options", One(Operation)),
                ("head", One(Operation)),
                ("patch", One(Operation)),
                ("trace", One(Operation)),
                ("servers", List(Server)),
                ("parameters", List(Parameter)),
            ],
            Operation => &[
                ("tags", Any),
                ("summary", Any),
                ("description", Any),
                ("externalDocs", One(ExternalDocs)),
                ("operationId", Any),
                ("parameters", List(Parameter)),
                ("requestBody", One(RequestBody)),
                ("responses", Map(Response)),
                ("callbacks", Any),
                ("deprecated", Any),
                ("security", Any),
                ("servers", List(Server)),
            ],
            Parameter => &[
                ("name", Any),
                ("in", Any),
                ("description", Any),
                ("required", Any),
                ("deprecated", Any),
                ("allowEmptyValue", Any),
                ("style", Any),
                ("explode", Any),
                ("allowReserved", Any),
                ("schema", One(Schema)),
                ("example", Any),
                ("examples", Map(Example)),
                ("content", Map(MediaType)),
            ],
            Header => &[
                ("description", Any),
                ("required", Any),
                ("deprecated", Any),
                ("style", Any),
                ("explode", Any),
                ("schema", One(Schema)),
                ("example", Any),
                ("examples", Map(Example)),
                ("content", Map(MediaType)),
            ],
            RequestBody => &[
                ("description", Any),
                ("content", Map(MediaType)),
                ("required", Any),
            ],
            MediaType => &[
                ("schema", One(Schema)),
                ("example", Any),
                ("examples", Map(Example)),
                ("encoding", Map(Encoding)),
            ],
            Encoding => &[
                ("contentType", Any),
                ("headers", Map(Header)),
                ("style", Any),
                ("explode", Any),
                ("allowReserved", Any),
            ],
            Response => &[
                ("description", Any),
                ("headers", Map(Header)),
                ("content", Map(MediaType)),
                ("links", Map(Link)),
            ],
            Example => &[
                ("summary", Any),
                ("description", Any),
                ("value", Any),
                ("externalValue", Any),
            ],
            Link => &[
                ("operationRef", Any),
                ("operationId", Any),
                ("parameters", Any),
                ("requestBody", Any),
                ("description", Any),
                ("server", One(Server)),
            ],
            Components => &[
                ("schemas", Map(Schema)),
                ("responses", Map(Response)),
                ("parameters", Map(Parameter)),
                ("examples", Map(Example)),
                ("requestBodies", Map(RequestBody)),
                ("headers", Map(Header)),
                ("securitySchemes", Map(SecurityScheme)),
                ("links", Map(Link)),
                ("callbacks", Any),
            ],
            Schema => &[
                ("title", Any),
                ("multipleOf", Any),
                ("maximum", Any),
                ("exclusiveMaximum", Any),
                ("minimum", Any),
                ("exclusiveMinimum", Any),
                ("maxLength", Any),
                ("minLength", Any),
                ("pattern", Any),
                ("maxItems", Any),
                ("minItems", Any),
                ("uniqueItems", Any),
                ("maxProperties", Any),
                ("minProperties", Any),
                ("required", Any),
                ("enum", Any),
                ("type", Any),
                ("allOf", List(Schema)),
                ("oneOf", List(Schema)),
                ("anyOf", List(Schema)),
                ("not", One(Schema)),
                ("items", One(Schema)),
                ("properties", Map(Schema)),
                ("additionalProperties", One(Schema)),
                ("description", Any),
                ("format", Any),
                ("default", Any),
                ("nullable", Any),
                ("discriminator", One(Discriminator)),
                ("readOnly", Any),
                ("writeOnly", Any),
                ("xml", Any),
                ("externalDocs", One(ExternalDocs)),
                ("example", Any),
                ("deprecated", Any),
            ],
            Discriminator => &[("propertyName", Any), ("mapping", Any)],
            SecurityScheme => &[
                ("type", Any),
                ("description", Any),
                ("name", Any),
                ("in", Any),
                ("scheme", Any),
                ("bearerFormat", Any),
                ("flows", Any),
                ("openIdConnectUrl", Any),
            ],
            Tag => &[
                ("name", Any),
                ("description", Any),
                ("externalDocs", One(ExternalDocs)),
            ],
            ExternalDocs => &[("description", Any), ("url", Any)],
        }
    }

    /// Whether an object of this kind may have the key.
    #[must_use]
    pub fn allows(self, key: &str) -> bool {
        key.starts_with("x-") || self.fields().iter().any(|(name, _)| *name == key)
    }

    /// The allowed key that `key` is probably a slip of.
    #[must_use]
    pub fn nearest(self, key: &str) -> Option<&'static str> {
        self.fields()
            .iter()
            .map(|(name, _)| (similar::TextDiff::from_chars(*name, key).ratio(), *name))
            .filter(|(ratio, _)| *ratio > 0.6)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, name)| name)
    }
}

/// An object of the document.
#[derive(Debug, Clone)]
pub struct Node<'v> {
    /// JSON pointer to it.
    pub pointer: String,
    /// What it is.
    pub kind: Kind,
    /// Its value; may be a `$ref`.
    pub value: &'v Value,
}

/// Every object of the document that the table knows, in document order.
#[must_use]
pub fn walk(root: &Value) -> Vec<Node<'_>> {
    let mut nodes = Vec::new();
    visit(root, Document, String::new(), &mut nodes);
    nodes
}

fn visit<'v>(value: &'v Value, kind: Kind, pointer: String, nodes: &mut Vec<Node<'v>>) {
    nodes.push(Node {
        pointer: pointer.clone(),
        kind,
        value,
    });
    if pointer::reference(value).is_some() {
        return;
    }
    for (key, child) in pointer::entries(Some(value)) {
        let Some((_, below)) = kind.fields().iter().find(|(name, _)| *name == key) else {
            continue;
        };
        let at = pointer::join(&pointer, key);
        match below {
            Any => {}
            // `additionalProperties: true` is no schema.
            One(_) if child.is_bool() => {}
            One(kind) => visit(child, *kind, at, nodes),
            List(kind) => {
                for (index, item) in pointer::items(Some(child)).enumerate() {
                    visit(item, *kind, pointer::join(&at, &index.to_string()), nodes);
                }
            }
            Map(kind) => {
                for (name, item) in pointer::entries(Some(child)) {
                    // `paths` and `responses` may carry extensions, which are no members.
                    if !(name.starts_with("x-") && matches!(kind, PathItem | Response)) {
                        visit(item, *kind, pointer::join(&at, name), nodes);
                    }
                }
            }
        }
    }
}
