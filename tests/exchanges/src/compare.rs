//! Where an exchange leaves the description, in the words of `spec/README.md`.

use crate::{
    description::{Answer, BYTES, FORM, Operation, Parameter},
    exchange::{Deviation, Exchange},
    schema::{Schemas, typed},
};
use serde_json::Value;
use std::{
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

/// One half of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What is asked.
    Request,
    /// What is answered.
    Response,
}

/// Compares exchanges, answers and values with the description.
#[derive(Debug, Default)]
pub struct Judge {
    schemas: Schemas,
}

impl Judge {
    /// Everything in `exchange` that the description of its `operation` does not have.
    pub fn misfits(&mut self, operation: &Operation, exchange: &Exchange) -> BTreeSet<Misfit> {
        let mut found = self.misfits_of(Side::Request, operation, exchange);
        found.extend(self.misfits_of(Side::Response, operation, exchange));
        found
    }

    /// The same, of one side alone.
    pub fn misfits_of(
        &mut self,
        side: Side,
        operation: &Operation,
        exchange: &Exchange,
    ) -> BTreeSet<Misfit> {
        let mut look = self.look();
        match side {
            Side::Request => look.request(operation, exchange),
            Side::Response => look.response(operation, exchange),
        }
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
        look.answer(operation, status, headers, body);
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

    fn request(&mut self, operation: &Operation, exchange: &Exchange) {
        const AT: &str = "/request/body";
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

        let form = request.form_fields();
        let given = form.is_some() || request.body.is_some() || request.body_text.is_some();
        match (given, &operation.body) {
            (false, Some(body)) if body.required => self.add(AT, "required"),
            (false, _) => {}
            (true, None) => self.add(AT, "undocumented"),
            (true, Some(body)) => match (form, body.media == FORM) {
                (Some(form), true) => self.value(&body.schema, &form, AT),
                (None, false) => self.json(&body.schema, &request.bytes(), AT),
                // A form for JSON, or the reverse.
                _ => self.add(AT, "syntax"),
            },
        }
    }

    fn response(&mut self, operation: &Operation, exchange: &Exchange) {
        let response = &exchange.response;
        let mut headers = response.headers.clone();
        headers
            .entry("Content-Type".to_owned())
            .or_insert_with(|| response.media_type().to_owned());
        self.answer(operation, response.status, &headers, &response.bytes());
    }

    fn answer(
        &mut self,
        operation: &Operation,
        status: u16,
        headers: &BTreeMap<String, String>,
        body: &[u8],
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
        } else if body.is_empty() {
            self.add("/response/body", "required");
        } else {
            self.json(schema, body, "/response/body");
        }
    }

    fn parameters(&mut self, operation: &Operation, place: &str, given: &[(String, String)]) {
        let same = |a: &str, b: &str| a == b || (place == "header" && a.eq_ignore_ascii_case(b));
        for (name, _) in given {
            if !operation
                .parameters_in(place)
                .any(|known| same(&known.name, name))
            {
                self.add(&format!("/request/{place}/{name}"), "undocumented");
            }
        }
        for known in operation.parameters_in(place) {
            let values: Vec<&str> = given
                .iter()
                .filter(|(name, _)| same(&known.name, name))
                .map(|(_, value)| value.as_str())
                .collect();
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

    fn json(&mut self, schema: &Value, body: &[u8], at: &str) {
        match serde_json::from_slice(body) {
            Ok(value) => self.value(schema, &value, at),
            Err(_) => self.add(at, "syntax"),
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
