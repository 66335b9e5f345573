//! What an operation is called with, by a program that knows no type.

use crate::api::Upload;
use serde_json::{Map, Value};
use std::fmt;

/// What an operation is called with: an object with a field for each parameter, and `body`; and files.
///
/// ```
/// use hwc_tickets::api::{Arguments, Source};
/// let file = Source::bytes("disk full").named("disk.log");
/// let arguments = Arguments::from(serde_json::json!({"form_data": r#"{"accessFrom":"message"}"#}))
///     .file("file", file);
/// ```
#[derive(Clone, Default)]
pub struct Arguments {
    pub(super) values: Value,
    pub(super) files: Vec<(String, Upload)>,
}

impl Arguments {
    /// With a file in the place of the value that is called so. A call with two files of one name, or with a file and a value,
    /// is refused.
    #[must_use]
    pub fn file(mut self, name: impl Into<String>, file: impl Into<Upload>) -> Self {
        self.files.push((name.into(), file.into()));
        self
    }

    /// With a value at the end of a path, as [`Value::path`](crate::api::Value::path) has it.
    #[must_use]
    pub fn value(mut self, path: &[&str], value: impl Into<Value>) -> Self {
        put(&mut self.values, path, value.into());
        self
    }

    /// The values, without files.
    #[must_use]
    pub fn values(&self) -> &Value {
        &self.values
    }
}

/// No value: it may be confidential.
impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Arguments");
        shown.field("files", &self.files).finish_non_exhaustive()
    }
}

/// The object, with a field for each parameter.
impl From<Value> for Arguments {
    fn from(values: Value) -> Self {
        let files = Vec::new();
        Self { values, files }
    }
}

fn put(within: &mut Value, path: &[&str], value: Value) {
    let [first, rest @ ..] = path else {
        *within = value;
        return;
    };
    if !within.is_object() {
        *within = Value::Object(Map::new());
    }
    if let Some(object) = within.as_object_mut() {
        put(object.entry(*first).or_insert(Value::Null), rest, value);
    }
}
