//! Where an exchange leaves the description, in the words of `spec/README.md`.

use crate::{
    description::{Answer, BYTES, FORM, JSON, Operation, Parameter},
    exchange::{Deviation, Exchange},
    schema::{Schemas, typed},
};
use serde_json::Value;
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
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
    exchange.deviations.iter().map(Misfit::from).collect()
}

impl From<&Deviation> for Misfit {
    fn from(deviation: &Deviation) -> Self {
        Self {
            place: deviation.place.clone(),
            rule: deviation.rule.clone(),
        }
    }
}

impl Misfit {
    /// The part of the exchange it is in.
    #[must_use]
    pub fn part(&self) -> Part {
        if self.place.starts_with(BODY) {
            Part::Body
        } else if self.place.starts_with("/request/") {
            Part::Head
        } else {
            Part::Answer
        }
    }
}

/// The place of the body of a request.
const BODY: &str = "/request/body";

/// A part of an exchange: none has to do with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Of what is asked, the method, the path and the parameters.
    Head,
    /// The body of what is asked.
    Body,
    /// What is answered.
    Answer,
}

/// The value that the schema of the body is held against, if the request has one.
#[must_use]
pub fn asked<'e>(operation: &'e Operation, exchange: &'e Exchange) -> Option<Cow<'e, Value>> {
    match held(operation, exchange) {
        Held::Value(_, value) => Some(value),
        Held::Nothing | Held::Wrong(_) => None,
    }
}

/// The value that the schema of a good answer is held against, if the answer has one.
#[must_use]
pub fn answered(exchange: &Exchange) -> Option<Cow<'_, Value>> {
    let response = &exchange.response;
    let is_good = response.status == 200 && response.media_type().eq_ignore_ascii_case(JSON);
    let content = Content::of(response.body.as_ref(), response.body_text.as_deref());
    content.read().filter(|_| is_good)
}

/// The values that a request gives a parameter. `None`: it has another path.
#[must_use]
pub fn given(
    operation: &Operation,
    parameter: &Parameter,
    exchange: &Exchange,
) -> Option<Vec<String>> {
    let request = &exchange.request;
    let pairs = match parameter.place.as_str() {
        "path" => operation.path_values(&request.path)?,
        "query" => request.query.clone(),
        _ => request.headers.clone().into_iter().collect(),
    };
    let values = values_of(parameter, &pairs).into_iter();
    Some(values.map(str::to_owned).collect())
}

fn values_of<'g>(parameter: &Parameter, given: &'g [(String, String)]) -> Vec<&'g str> {
    let own = |(name, _): &&(String, String)| parameter.is_called(name);
    let given = given.iter().filter(own);
    given.map(|(_, value)| value.as_str()).collect()
}

/// What a request has for a body.
enum Held<'e> {
    /// None, and none is missing.
    Nothing,
    /// What breaks this rule.
    Wrong(&'static str),
    /// A value, and the schema that it is held against.
    Value(&'e Value, Cow<'e, Value>),
}

fn held<'e>(operation: &'e Operation, exchange: &'e Exchange) -> Held<'e> {
    let request = &exchange.request;
    let form = request.form_fields();
    let given = form.is_some() || request.body.is_some() || request.body_text.is_some();
    let body = match (given, &operation.body) {
        (false, Some(body)) if body.required => return Held::Wrong("required"),
        (false, _) => return Held::Nothing,
        (true, None) => return Held::Wrong("undocumented"),
        (true, Some(body)) => body,
    };
    let value = match (form, body.media == FORM) {
        (Some(form), true) => Some(Cow::Owned(form)),
        (None, false) => Content::of(request.body.as_ref(), request.body_text.as_deref()).read(),
        // A form for JSON, or the reverse.
        _ => None,
    };
    value.map_or(Held::Wrong("syntax"), |value| {
        Held::Value(&body.schema, value)
    })
}

/// A body, as it came or as it was read already.
#[derive(Clone, Copy)]
enum Content<'b> {
    Bytes(&'b [u8]),
    Read(&'b Value),
}

impl<'b> Content<'b> {
    fn of(body: Option<&'b Value>, text: Option<&'b str>) -> Self {
        match body {
            Some(value) => Self::Read(value),
            None => Self::Bytes(text.unwrap_or_default().as_bytes()),
        }
    }

    /// `None`: it is no JSON.
    fn read(self) -> Option<Cow<'b, Value>> {
        match self {
            Self::Bytes(bytes) => serde_json::from_slice(bytes).ok().map(Cow::Owned),
            Self::Read(value) => Some(Cow::Borrowed(value)),
        }
    }
}

/// Compares exchanges, answers and values with the description.
#[derive(Debug, Default)]
pub struct Judge {
    schemas: Schemas,
}

impl Judge {
    /// Everything in `exchange` that the description of its `operation` does not have.
    pub fn misfits(&mut self, operation: &Operation, exchange: &Exchange) -> BTreeSet<Misfit> {
        let parts = [Part::Head, Part::Body, Part::Answer].into_iter();
        parts
            .flat_map(|part| self.misfits_of(part, operation, exchange))
            .collect()
    }

    /// The same, of one part alone.
    pub fn misfits_of(
        &mut self,
        part: Part,
        operation: &Operation,
        exchange: &Exchange,
    ) -> BTreeSet<Misfit> {
        let mut look = self.look();
        match part {
            Part::Head => look.head(operation, exchange),
            Part::Body => look.body(operation, exchange),
            Part::Answer => look.response(operation, exchange),
        }
        look.found
    }

    /// Where these values of a parameter leave it.
    pub fn parameter_misfits(
        &mut self,
        parameter: &Parameter,
        values: &[String],
    ) -> BTreeSet<Misfit> {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let mut look = self.look();
        look.parameter(parameter, &values, "");
        look.found
    }

    /// Everything in an answer to `operation` that the description does not have.
    pub fn answer_misfits(
        &mut self,
        operation: &Operation,
        status: u16,
        headers: &BTreeMap<String, String>,
        body: &[u8],
    ) -> BTreeSet<Misfit> {
        let mut look = self.look();
        look.answer(operation, status, headers, Content::Bytes(body));
        look.found
    }

    /// Where `value` leaves `schema`, which holds no references. Places are below the value.
    pub fn value_misfits(&mut self, schema: &Value, value: &Value) -> BTreeSet<Misfit> {
        let mut look = self.look();
        look.value(schema, value, "");
        look.found
    }

    fn look(&mut self) -> Look<'_> {
        Look {
            schemas: &mut self.schemas,
            found: BTreeSet::new(),
        }
    }
}

/// One look, and what it found.
struct Look<'j> {
    schemas: &'j mut Schemas,
    found: BTreeSet<Misfit>,
}

impl Look<'_> {
    fn add(&mut self, place: &str, rule: &str) {
        self.found.insert(Misfit {
            place: place.to_owned(),
            rule: rule.to_owned(),
        });
    }

    fn head(&mut self, operation: &Operation, exchange: &Exchange) {
        let request = &exchange.request;
        if request.method != operation.method {
            self.add("/request/method", "undocumented");
        }
        match operation.path_values(&request.path) {
            None => self.add("/request/path", "undocumented"),
            Some(values) => self.parameters(operation, "path", &values),
        }
        self.parameters(operation, "query", &request.query);
        let headers: Vec<_> = request.headers.clone().into_iter().collect();
        self.parameters(operation, "header", &headers);
    }

    fn body(&mut self, operation: &Operation, exchange: &Exchange) {
        match held(operation, exchange) {
            Held::Nothing => {}
            Held::Wrong(rule) => self.add(BODY, rule),
            Held::Value(schema, value) => self.value(schema, &value, BODY),
        }
    }

    fn response(&mut self, operation: &Operation, exchange: &Exchange) {
        let response = &exchange.response;
        let mut headers = response.headers.clone();
        headers
            .entry("Content-Type".to_owned())
            .or_insert_with(|| response.media_type().to_owned());
        let body = Content::of(response.body.as_ref(), response.body_text.as_deref());
        self.answer(operation, response.status, &headers, body);
    }

    fn answer(
        &mut self,
        operation: &Operation,
        status: u16,
        headers: &BTreeMap<String, String>,
        body: Content<'_>,
    ) {
        let Some(Answer {
            content,
            headers: described,
        }) = operation.responses.get(&status)
        else {
            return self.add("/response/status", "undocumented");
        };
        let header = |wanted: &str| {
            let mut headers = headers.iter();
            headers.find_map(|(name, value)| name.eq_ignore_ascii_case(wanted).then_some(value))
        };
        let media =
            header("content-type").map_or("", |value| value.split(';').next().unwrap_or(""));
        let media = media.trim().to_ascii_lowercase();
        let Some(schema) = content.get(&media) else {
            return self.add("/response/content_type", "undocumented");
        };
        for (name, value) in headers {
            if name.eq_ignore_ascii_case("content-type") {
                continue;
            }
            let place = format!("/response/header/{name}");
            let mut described = described.iter();
            match described.find(|(known, _)| known.eq_ignore_ascii_case(name)) {
                None => self.add(&place, "undocumented"),
                Some((_, schema)) => self.text(schema, value, &place),
            }
        }
        if media == BYTES {
            // Any bytes fit, and none at all are an empty file.
        } else if matches!(body, Content::Bytes([])) {
            self.add("/response/body", "required");
        } else {
            self.json(schema, body, "/response/body");
        }
    }

    fn parameters(&mut self, operation: &Operation, place: &str, given: &[(String, String)]) {
        for (name, _) in given {
            if !operation
                .parameters_in(place)
                .any(|known| known.is_called(name))
            {
                self.add(&format!("/request/{place}/{name}"), "undocumented");
            }
        }
        for known in operation.parameters_in(place) {
            let values = values_of(known, given);
            self.parameter(known, &values, &format!("/request/{place}/{}", known.name));
        }
    }

    fn parameter(&mut self, known: &Parameter, values: &[&str], at: &str) {
        let kind = known.schema.get("type").and_then(Value::as_str);
        match (kind, values) {
            (_, []) if known.required => self.add(at, "required"),
            (_, []) => {}
            (Some("array"), values) => {
                let item = known.schema.get("items").unwrap_or(&Value::Null);
                let values: Vec<Value> = values.iter().map(|text| typed(item, text)).collect();
                self.value(&known.schema, &values.into(), at);
            }
            (_, [value]) => self.text(&known.schema, value, at),
            _ => self.add(&format!("{at}/1"), "undocumented"),
        }
    }

    fn text(&mut self, schema: &Value, text: &str, at: &str) {
        self.value(schema, &typed(schema, text), at);
    }

    fn json(&mut self, schema: &Value, body: Content<'_>, at: &str) {
        match body.read() {
            Some(value) => self.value(schema, &value, at),
            None => self.add(at, "syntax"),
        }
    }

    fn value(&mut self, schema: &Value, value: &Value, at: &str) {
        match self.schemas.broken(schema, value) {
            Ok(broken) => {
                for (place, rule) in broken {
                    self.add(&format!("{at}{place}"), &rule);
                }
            }
            // Nothing fits what is no schema.
            Err(_) => self.add(at, "schema"),
        }
    }
}
