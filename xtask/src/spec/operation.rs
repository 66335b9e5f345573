//! An operation of the description, with what belongs to it.

use super::pointer;
use serde_yaml::Value;

/// An operation with what belongs to it.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'d> {
    /// Path template.
    pub path: &'d str,
    /// Method, lower case as in the document.
    pub method: &'d str,
    /// The path item.
    pub item: &'d Value,
    /// The operation itself.
    pub value: &'d Value,
}

impl<'d> Operation<'d> {
    /// JSON pointer to it.
    #[must_use]
    pub fn pointer(&self) -> String {
        pointer::join(&pointer::join("/paths", self.path), self.method)
    }

    /// Its `operationId`; empty if it has none.
    #[must_use]
    pub fn id(&self) -> &'d str {
        self.value
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// Its tag, the first one.
    #[must_use]
    pub fn tag(&self) -> Option<&'d str> {
        pointer::items(self.value.get("tags")).find_map(Value::as_str)
    }

    /// Its parameters, those of the path included, with their pointers; `$ref`s followed.
    #[must_use]
    pub fn parameters(&self, root: &'d Value) -> Vec<(String, &'d Value)> {
        let path = pointer::join("/paths", self.path);
        [(path, self.item), (self.pointer(), self.value)]
            .into_iter()
            .flat_map(|(at, owner)| {
                let at = pointer::join(&at, "parameters");
                pointer::items(owner.get("parameters"))
                    .enumerate()
                    .filter_map(move |(index, parameter)| {
                        Some((
                            pointer::join(&at, &index.to_string()),
                            pointer::resolve(root, parameter)?,
                        ))
                    })
            })
            .collect()
    }

    /// The schema of its request body; `$ref` of the body followed, not that of the schema.
    #[must_use]
    pub fn body_schema(&self, root: &'d Value) -> Option<&'d Value> {
        let body = pointer::resolve(root, self.value.get("requestBody")?)?;
        let (_, media) = media(body).next()?;
        media.get("schema")
    }

    /// The field of a success with the id of what was made, as `x-makes` says.
    #[must_use]
    pub fn makes(&self) -> Option<&'d str> {
        self.value.get("x-makes")?.as_str()
    }

    /// What doing it twice does; `None` if it does not say so, or in another form.
    #[must_use]
    pub fn idempotency(&self) -> Option<Idempotency<'d>> {
        let said = self.value.get("x-idempotency")?;
        Some(match said.as_str() {
            Some("safe") => Idempotency::Safe,
            Some("idempotent") => Idempotency::Idempotent,
            Some("idempotent-in-effect") => Idempotency::IdempotentInEffect,
            Some("no") => Idempotency::No,
            Some(_) => return None,
            None => {
                let mut keys = pointer::entries(Some(said));
                let (Some(("depends-on", name)), None) = (keys.next(), keys.next()) else {
                    return None;
                };
                Idempotency::DependsOn(name.as_str()?)
            }
        })
    }
}

/// What doing an operation twice does, in the words of RFC 9110 and two more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency<'d> {
    /// It changes nothing.
    Safe,
    /// Twice is the same as once, and answered the same.
    Idempotent,
    /// Twice leaves the same as once, but the second answer may differ: what is gone cannot be deleted again.
    IdempotentInEffect,
    /// The value of this parameter decides.
    DependsOn(&'d str),
    /// Twice is more than once.
    No,
}

impl<'d> Idempotency<'d> {
    /// Its word in the description and in `operations.json`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Idempotency::Safe => "safe",
            Idempotency::Idempotent => "idempotent",
            Idempotency::IdempotentInEffect => "idempotent-in-effect",
            Idempotency::DependsOn(_) => "depends-on",
            Idempotency::No => "no",
        }
    }

    /// The parameter that decides.
    #[must_use]
    pub const fn parameter(self) -> Option<&'d str> {
        match self {
            Idempotency::DependsOn(name) => Some(name),
            _ => None,
        }
    }
}

/// The media types of a request body or response with what they hold, the one that is meant first.
pub fn media(holder: &Value) -> impl Iterator<Item = (&str, &Value)> {
    pointer::entries(holder.get("content"))
}

/// The schema of the JSON content of a request body or response.
#[must_use]
pub fn json_schema(holder: &Value) -> Option<&Value> {
    holder
        .get("content")?
        .get("application/json")?
        .get("schema")
}

/// The methods a path item can have.
pub const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The operations of a document, in its order.
#[must_use]
pub fn operations(root: &Value) -> Vec<Operation<'_>> {
    pointer::entries(root.get("paths"))
        .filter(|(path, _)| !path.starts_with("x-"))
        .flat_map(|(path, item)| {
            pointer::entries(Some(item))
                .filter(|(key, _)| METHODS.contains(key))
                .map(move |(method, value)| Operation {
                    path,
                    method,
                    item,
                    value,
                })
        })
        .collect()
}
