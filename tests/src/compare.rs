//! Where an exchange leaves the description, in the words of `spec/README.md`.
//!
//! A second opinion: `cargo xtask spec examples` asks the same of the sources, and shares no code with this.

use crate::{
    description::{Answer, BYTES, FORM, Operation, Parameter},
    exchange::Exchange,
};
use jsonschema::{Draft, ValidationError, Validator, error::ValidationErrorKind};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
};

/// A place in the taken-apart exchange, and the rule that is broken there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Misfit {
    /// JSON pointer.
    pub place: String,
    /// The rule.
    pub rule: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.rule, self.place)
    }
}

/// The deviations that an exchange lists.
#[must_use]
pub fn listed(exchange: &Exchange) -> BTreeSet<Misfit> {
    let listed = exchange.deviations.iter();
    listed
        .map(|deviation| Misfit {
            place: deviation.place.clone(),
            rule: deviation.rule.clone(),
        })
        .collect()
}

impl Misfit {
    /// The half of the exchange it is in.
    #[must_use]
    pub fn side(&self) -> Side {
        if self.place.starts_with("/request/") {
            Side::Request
        } else {
            Side::Response
        }
    }
}

/// Compares exchanges and answers with the description.
#[derive(Debug, Default)]
pub struct Judge {
    /// Compiling a schema takes longer than using it.
    validators: HashMap<Value, [Validator; 2]>,
}

/// One half of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What is asked.
    Request,
    /// What is answered.
    Response,
}

/// Which statements of a schema count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Statements {
    /// Those that JSON Schema knows; a field that is not described is not allowed.
    Enforced,
    /// `x-documented-limits`, `x-documented-required` and `x-known-values`.
    Recorded,
}

impl Judge {
    /// Everything in `exchange` that the description of its `operation` does not have.
    pub fn misfits(&mut self, operation: &Operation, exchange: &Exchange) -> BTreeSet<Misfit> {
        let mut found = Found::default();
        self.request(operation, exchange, &mut found);
        self.response(operation, exchange, &mut found);
        found.0
    }

    /// The same, of one side alone.
    pub fn misfits_of(
        &mut self,
        side: Side,
        operation: &Operation,
        exchange: &Exchange,
    ) -> BTreeSet<Misfit> {
        let mut found = Found::default();
        match side {
            Side::Request => self.request(operation, exchange, &mut found),
            Side::Response => self.response(operation, exchange, &mut found),
        }
        found.0
    }

    /// Everything in an answer to `operation` that the description does not have.
    pub fn answer_misfits(
        &mut self,
        operation: &Operation,
        status: u16,
        headers: &BTreeMap<String, String>,
        body: &[u8],
    ) -> BTreeSet<Misfit> {
        let mut found = Found::default();
        self.answer(operation, status, headers, body, &mut found);
        found.0
    }

    fn request(&mut self, operation: &Operation, exchange: &Exchange, found: &mut Found) {
        let request = &exchange.request;
        if request.method != operation.method {
            found.add("/request/method", "undocumented");
        }
        match operation.path_values(&request.path) {
            None => found.add("/request/path", "undocumented"),
            Some(values) => self.parameters(operation, "path", &values, found),
        }
        self.parameters(operation, "query", &request.query, found);
        let headers: Vec<_> = request.headers.clone().into_iter().collect();
        self.parameters(operation, "header", &headers, found);

        const AT: &str = "/request/body";
        let form = request.form_fields();
        let given = form.is_some() || request.body.is_some() || request.body_text.is_some();
        match (given, &operation.body) {
            (false, Some(body)) if body.required => found.add(AT, "required"),
            (false, _) => {}
            (true, None) => found.add(AT, "undocumented"),
            (true, Some(body)) => match (form, body.media == FORM) {
                (Some(form), true) => self.value(&body.schema, &form, AT, found),
                (None, false) => self.json(&body.schema, &request.bytes(), AT, found),
                // A form for JSON, or the reverse.
                _ => found.add(AT, "syntax"),
            },
        }
    }

    fn response(&mut self, operation: &Operation, exchange: &Exchange, found: &mut Found) {
        let response = &exchange.response;
        let mut headers = response.headers.clone();
        headers
            .entry("Content-Type".to_owned())
            .or_insert_with(|| response.media_type().to_owned());
        self.answer(
            operation,
            response.status,
            &headers,
            &response.bytes(),
            found,
        );
    }

    fn answer(
        &mut self,
        operation: &Operation,
        status: u16,
        headers: &BTreeMap<String, String>,
        body: &[u8],
        found: &mut Found,
    ) {
        let Some(Answer {
            content,
            headers: described,
        }) = operation.responses.get(&status)
        else {
            return found.add("/response/status", "undocumented");
        };
        let header = |wanted: &str| {
            let mut headers = headers.iter();
            headers.find_map(|(name, value)| name.eq_ignore_ascii_case(wanted).then_some(value))
        };
        let media =
            header("content-type").map_or("", |value| value.split(';').next().unwrap_or(""));
        let media = media.trim().to_ascii_lowercase();
        let Some(schema) = content.get(&media) else {
            return found.add("/response/content_type", "undocumented");
        };
        for (name, value) in headers {
            if name.eq_ignore_ascii_case("content-type") {
                continue;
            }
            let place = format!("/response/header/{name}");
            let mut described = described.iter();
            match described.find(|(known, _)| known.eq_ignore_ascii_case(name)) {
                None => found.add(&place, "undocumented"),
                Some((_, schema)) => self.text(schema, value, &place, found),
            }
        }
        if media == BYTES {
            // Any bytes fit, and none at all are an empty file.
        } else if body.is_empty() {
            found.add("/response/body", "required");
        } else {
            self.json(schema, body, "/response/body", found);
        }
    }

    fn parameters(
        &mut self,
        operation: &Operation,
        place: &str,
        given: &[(String, String)],
        found: &mut Found,
    ) {
        let same = |a: &str, b: &str| a == b || (place == "header" && a.eq_ignore_ascii_case(b));
        for (name, _) in given {
            if !operation
                .parameters_in(place)
                .any(|known| same(&known.name, name))
            {
                found.add(&format!("/request/{place}/{name}"), "undocumented");
            }
        }
        for known in operation.parameters_in(place) {
            let values: Vec<&str> = given
                .iter()
                .filter(|(name, _)| same(&known.name, name))
                .map(|(_, value)| value.as_str())
                .collect();
            self.parameter(
                known,
                &values,
                &format!("/request/{place}/{}", known.name),
                found,
            );
        }
    }

    fn parameter(&mut self, known: &Parameter, values: &[&str], at: &str, found: &mut Found) {
        match (known.schema["type"].as_str(), values) {
            (_, []) if known.required => found.add(at, "required"),
            (_, []) => {}
            (Some("array"), values) => {
                let item = &known.schema["items"];
                let values: Vec<Value> = values.iter().map(|text| typed(item, text)).collect();
                self.value(&known.schema, &values.into(), at, found);
            }
            (_, [value]) => self.text(&known.schema, value, at, found),
            _ => found.add(&format!("{at}/1"), "undocumented"),
        }
    }

    fn text(&mut self, schema: &Value, text: &str, at: &str, found: &mut Found) {
        self.value(schema, &typed(schema, text), at, found);
    }

    fn json(&mut self, schema: &Value, body: &[u8], at: &str, found: &mut Found) {
        match serde_json::from_slice(body) {
            Ok(value) => self.value(schema, &value, at, found),
            Err(_) => found.add(at, "syntax"),
        }
    }

    fn value(&mut self, schema: &Value, value: &Value, at: &str, found: &mut Found) {
        let mut misfits = Found::default();
        for (statements, validator) in STATEMENTS.iter().zip(self.validators(schema)) {
            for error in validator.iter_errors(value) {
                misfits.add_error(&error, *statements, at);
            }
        }
        // Where the type is another one, its values and limits say nothing.
        let wrong: Vec<String> = misfits
            .0
            .iter()
            .filter(|misfit| misfit.rule == "type")
            .map(|misfit| misfit.place.clone())
            .collect();
        let beside = |misfit: &Misfit| misfit.rule != "type" && wrong.contains(&misfit.place);
        found
            .0
            .extend(misfits.0.into_iter().filter(|misfit| !beside(misfit)));
    }

    fn validators(&mut self, schema: &Value) -> &[Validator; 2] {
        if !self.validators.contains_key(schema) {
            let made = STATEMENTS.map(|statements| {
                jsonschema::options()
                    .with_draft(Draft::Draft4)
                    .should_validate_formats(false)
                    .build(&convert(schema, statements))
                    .expect("the description holds schemas")
            });
            self.validators.insert(schema.clone(), made);
        }
        &self.validators[schema]
    }
}

const STATEMENTS: [Statements; 2] = [Statements::Enforced, Statements::Recorded];

#[derive(Debug, Default)]
struct Found(BTreeSet<Misfit>);

impl Found {
    fn add(&mut self, place: &str, rule: &str) {
        self.0.insert(Misfit {
            place: place.to_owned(),
            rule: rule.to_owned(),
        });
    }

    fn add_error(&mut self, error: &ValidationError<'_>, statements: Statements, at: &str) {
        let place = format!("{at}{}", error.instance_path());
        let below = |name: &str| format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
        let rule = match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                for name in unexpected {
                    self.add(&below(name), "undocumented");
                }
                return;
            }
            ValidationErrorKind::Required { property } => {
                let rule = prefixed("required", statements);
                return self.add(&below(property.as_str().unwrap()), &rule);
            }
            ValidationErrorKind::Type { .. } => return self.add(&place, "type"),
            ValidationErrorKind::Enum { .. } => "value",
            ValidationErrorKind::MinLength { .. } => "minLength",
            ValidationErrorKind::MaxLength { .. } => "maxLength",
            ValidationErrorKind::Minimum { .. } => "minimum",
            ValidationErrorKind::Maximum { .. } => "maximum",
            ValidationErrorKind::MinItems { .. } => "minItems",
            ValidationErrorKind::MaxItems { .. } => "maxItems",
            other => panic!("the description uses a keyword that exchanges do not know: {other:?}"),
        };
        self.add(&place, &prefixed(rule, statements));
    }
}

fn prefixed(rule: &str, statements: Statements) -> String {
    match statements {
        Statements::Enforced => rule.to_owned(),
        Statements::Recorded => format!("documented-{rule}"),
    }
}

/// The JSON Schema that makes `statements` of an OpenAPI schema.
fn convert(schema: &Value, statements: Statements) -> Value {
    let mut made = Map::new();
    let mut take = |name: &str, value: Value| {
        // JSON Schema has no empty list of mandatory fields.
        if value != json!([]) {
            made.insert(name.to_owned(), value);
        }
    };
    for (name, value) in schema.as_object().expect("a schema is an object") {
        let enforced = statements == Statements::Enforced;
        match name.as_str() {
            "type" if enforced => take(name, value.clone()),
            "items" => take(name, convert(value, statements)),
            "properties" => {
                let fields = value.as_object().unwrap().iter();
                let fields: Map<_, _> = fields
                    .map(|(name, schema)| (name.clone(), convert(schema, statements)))
                    .collect();
                take(name, fields.into());
                if enforced {
                    take("additionalProperties", json!(false));
                }
            }
            "x-documented-limits" if !enforced => {
                for (limit, value) in value.as_object().unwrap() {
                    take(limit, value.clone());
                }
            }
            "x-documented-required" if !enforced => take("required", value.clone()),
            "x-known-values" if !enforced => take("enum", value.clone()),
            name if name.starts_with("x-") => {}
            "description" | "format" | "example" | "type" => {}
            _ if enforced => take(name, value.clone()),
            _ => {}
        }
    }
    made.into()
}

/// The text of a parameter as a value of the type that `schema` names; itself if it is none.
fn typed(schema: &Value, text: &str) -> Value {
    let value = match schema["type"].as_str() {
        Some("integer") => text.parse::<i64>().ok().map(Value::from),
        Some("number") => text.parse::<f64>().ok().map(Value::from),
        Some("boolean") => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    value.unwrap_or_else(|| text.into())
}
