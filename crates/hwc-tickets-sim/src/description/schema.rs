//! What a value may be, and what it may look like.

use serde_json::Value;

/// A value: what it is, and its limits.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) kind: Kind,
    /// Of a text in UTF-16 units, of a list in items, of a number its value.
    pub(crate) least: Option<i64>,
    pub(crate) most: Option<i64>,
    /// The first of the values that a source names.
    pub(crate) known: Option<Value>,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Object(Vec<Field>),
    List(Box<Schema>),
    Text,
    /// The bytes of a file.
    Bytes,
    Integer,
    Number,
    Truth,
    /// The description says nothing.
    Any,
}

/// A field of an object, a part of a form, or a parameter.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) schema: Schema,
}

impl Schema {
    /// The schema that `value` is in `document`. Where it contains itself, nothing more is said.
    pub(crate) fn read(document: &Value, value: &Value) -> Self {
        Schema::inside(document, value, &[])
    }

    /// `around` are the schemas that this one stands in.
    fn inside(document: &Value, value: &Value, around: &[&Value]) -> Self {
        let value = resolve(document, value);
        if around.iter().any(|outer| std::ptr::eq(*outer, value)) {
            return Schema {
                kind: Kind::Any,
                least: None,
                most: None,
                known: None,
            };
        }
        let around = [around, &[value]].concat();
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let format = text("format");
        let kind = match text("type") {
            Some("array") => {
                let items = value.get("items").unwrap_or(&Value::Null);
                Kind::List(Box::new(Schema::inside(document, items, &around)))
            }
            Some("string") if format == Some("binary") => Kind::Bytes,
            Some("string") => Kind::Text,
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            Some("boolean") => Kind::Truth,
            Some("object") => Kind::Object(fields(document, value, &around)),
            _ if value.get("allOf").is_some() => Kind::Object(fields(document, value, &around)),
            _ => Kind::Any,
        };
        let (least, most) = match kind {
            Kind::Text => ("minLength", "maxLength"),
            Kind::List(_) => ("minItems", "maxItems"),
            _ => ("minimum", "maximum"),
        };
        // What a document states is a limit of the service, also where clients are not held to it.
        let limit = |key: &str| {
            let stated = value.get(key);
            let stated = stated.or_else(|| value.get("x-documented-limits")?.get(key));
            stated.and_then(Value::as_i64)
        };
        let small = format == Some("int32");
        Schema {
            kind,
            least: limit(least).or(small.then_some(i64::from(i32::MIN))),
            most: limit(most).or(small.then_some(i64::from(i32::MAX))),
            known: value.pointer("/x-known-values/0").cloned(),
        }
    }

    /// Whether a number or a size keeps to the limits.
    pub(crate) fn allows(&self, size: i64) -> bool {
        self.least.is_none_or(|least| size >= least) && self.most.is_none_or(|most| size <= most)
    }

    /// The size or number within the limits that is nearest to `wanted`.
    pub(crate) fn nearest(&self, wanted: i64) -> i64 {
        let raised = self.least.map_or(wanted, |least| wanted.max(least));
        self.most.map_or(raised, |most| raised.min(most))
    }

    /// Whether a number that need not be whole keeps to the limits.
    pub(crate) fn allows_number(&self, number: f64) -> bool {
        let float = |limit: i64| limit as f64;
        self.least.is_none_or(|least| number >= float(least))
            && self.most.is_none_or(|most| number <= float(most))
    }

    /// The fields; none of what is no object.
    pub(crate) fn fields(&self) -> &[Field] {
        match &self.kind {
            Kind::Object(fields) => fields,
            _ => &[],
        }
    }
}

/// The fields of an object, and of what it is put together from.
fn fields(document: &Value, value: &Value, around: &[&Value]) -> Vec<Field> {
    let required: Vec<&str> = texts(value.get("required")).collect();
    let own = value.get("properties").and_then(Value::as_object);
    let mut found: Vec<Field> = own
        .into_iter()
        .flatten()
        .map(|(name, schema)| Field {
            name: name.clone(),
            required: required.contains(&name.as_str()),
            schema: Schema::inside(document, schema, around),
        })
        .collect();
    let parts = value.get("allOf").and_then(Value::as_array);
    for part in parts.into_iter().flatten() {
        let part = Schema::inside(document, part, around);
        if let Kind::Object(fields) = part.kind {
            found.extend(fields);
        }
    }
    found
}

/// What a reference stands for; everything else is itself.
pub(crate) fn resolve<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let target = value.get("$ref").and_then(Value::as_str);
    target
        .and_then(|target| document.pointer(target.strip_prefix('#')?))
        .unwrap_or(value)
}

fn texts(list: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = list.and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_schema_that_contains_itself_ends() {
        let again = json!({ "$ref": "#/Node" });
        let list = json!({ "type": "array", "items": again });
        let node =
            json!({ "type": "object", "properties": { "one": list, "two": list, "three": again } });
        let document = json!({ "Node": node });
        let schema = Schema::read(&document, &again);
        let names: Vec<&str> = (schema.fields().iter())
            .map(|field| field.name.as_str())
            .collect();
        assert_eq!(names, ["one", "three", "two"]);
        assert!(
            (schema.fields().iter()).all(|field| match &field.schema.kind {
                Kind::List(items) => matches!(items.kind, Kind::Any),
                kind => matches!(kind, Kind::Any),
            })
        );
    }
}
