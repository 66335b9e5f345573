//! Answers: each field in every systematic way, and what every operation can meet.

use super::{
    Broken, ERROR_FIELDS, Edge, complete, edges, exchange, fields, is_in, kind, limit,
    other_scalar, places, with, without,
};
use crate::{
    description::{BYTES, JSON, Operation},
    errors,
    exchange::{Exchange, Response, Verdict},
    sample,
};
use serde_json::{Map, Value, json};

const BODY: &str = "/response/body";

/// A field that no source has.
const NEW_FIELD: &str = "field_of_tomorrow";

pub(super) fn of(operation: &Operation, base: &Exchange) -> Vec<Exchange> {
    let described = &operation.responses[&200].content[JSON];
    let mut cases = Cases {
        operation,
        base,
        made: Vec::new(),
    };
    cases.statuses();
    if operation.answers_bytes() {
        cases.no_file();
        cases.failures_in_place();
        return cases.made;
    }
    cases.no_object();
    cases.failures(described);
    let mut schema = described.clone();
    let fields = schema["properties"].as_object_mut().expect("an object");
    fields.retain(|name, _| !ERROR_FIELDS.contains(&name.as_str()));
    cases.fields(&schema);
    cases.made
}

struct Cases<'o> {
    operation: &'o Operation,
    base: &'o Exchange,
    made: Vec<Exchange>,
}

impl Cases<'_> {
    fn add(
        &mut self,
        name: &str,
        verdict: Verdict,
        broken: Vec<Broken>,
        change: impl FnOnce(&mut Response),
    ) {
        let mut made = exchange(self.base, &format!("answer {name}"), verdict, broken);
        change(&mut made.response);
        self.made.push(made);
    }

    /// An answer in HTTP 200 with this body.
    fn body(&mut self, name: &str, broken: Vec<(String, String)>, body: Value) {
        self.add(name, self.verdict(&body), broken, |response| {
            response.body = Some(body);
        });
    }

    /// What an answer proves. The id of what was made proves that it was made. Where an answer tells nothing, a field that
    /// nobody knows may say that nothing was done.
    fn verdict(&self, body: &Value) -> Verdict {
        let described = &self.operation.responses[&200].content[JSON];
        let mut own = fields(described).filter(|(name, _)| !ERROR_FIELDS.contains(&name.as_str()));
        let tells_nothing = self.operation.idempotency != "safe" && own.next().is_none();
        let is_good = match &self.operation.makes {
            Some(field) => sample::is_id(&body[field]),
            None => !tells_nothing || body.get(NEW_FIELD).is_none(),
        };
        match is_good {
            true => Verdict::Success,
            false => Verdict::Protocol,
        }
    }

    /// Other answers than this service gives, and those of `own`, in the place of what was asked for.
    fn others(&mut self, own: Vec<(&str, Verdict, Vec<Broken>, Response)>) {
        let page = "<!DOCTYPE html><html><body>Please sign in.</body></html>";
        let odd = || broken("/response/content_type", "undocumented");
        let strange = [
            (
                "that is a page",
                Verdict::Protocol,
                odd(),
                answer(200, "text/html; charset=utf-8", page),
            ),
            (
                "that is a page of a gateway",
                Verdict::Unavailable,
                odd(),
                answer(502, "text/html", page),
            ),
            (
                "that leads elsewhere",
                Verdict::Protocol,
                broken("/response/status", "undocumented"),
                answer(302, "text/html", ""),
            ),
        ];
        for (name, verdict, broken, response) in strange.into_iter().chain(own) {
            self.add(name, verdict, broken, |to| *to = response);
        }
    }

    /// What is no object of JSON.
    fn no_object(&mut self) {
        // An empty answer to a write says that it was done (D-36), but not what was made.
        let empty = match (self.operation.idempotency.as_str(), &self.operation.makes) {
            (Some("safe"), _) | (_, Some(_)) => Verdict::Protocol,
            _ => Verdict::Success,
        };
        let json = [
            ("that is null", Verdict::Protocol, "type", "null"),
            ("that is a list", Verdict::Protocol, "type", "[]"),
            (
                "that breaks off",
                Verdict::Protocol,
                "syntax",
                "{\"error_code\": \"OSM.0101",
            ),
            ("that is empty", empty, "required", ""),
        ];
        let json = json.map(|(name, verdict, rule, text)| {
            (name, verdict, broken(BODY, rule), answer(200, JSON, text))
        });
        self.others(json.into());
    }

    /// What is no file, and a file that is easily taken for none.
    fn no_file(&mut self) {
        let files = [
            ("that is an empty file", ""),
            (
                "that is a file of any bytes",
                "\u{0}\u{1}\r\n\u{ff}\u{4f60}",
            ),
        ];
        let files = files
            .map(|(name, text)| (name, Verdict::Success, Vec::new(), answer(200, BYTES, text)));
        self.others(files.into());
    }

    /// A failure with HTTP 200 in the place of a file.
    fn failures_in_place(&mut self) {
        for (code, verdict) in [
            ("OSM.01010015", Verdict::Refused),
            ("OSM.01010014", Verdict::Unavailable),
        ] {
            let body = json!({"error_code": code, "error_msg": "No."});
            self.add(
                &format!("200 with {code}"),
                verdict,
                Vec::new(),
                |response| {
                    response.headers.clear();
                    response.body_text = None;
                    response.body = Some(body);
                },
            );
        }
    }

    /// Every declared status, with each code of the catalogue that comes with it.
    fn statuses(&mut self) {
        let catalogue = errors::catalogue();
        for status in self
            .operation
            .responses
            .keys()
            .filter(|status| **status >= 400)
        {
            let rows = catalogue.iter().filter(|row| row.http_status == *status);
            let mut names = std::collections::BTreeSet::new();
            for row in rows.filter(|row| row.code.starts_with("APIGW.")) {
                if !names.insert(row.code.clone()) {
                    continue;
                }
                // What broke inside may have broken after it was done.
                let verdict = match (*status, row.category.as_str()) {
                    (500.., _) | (_, "internal") => Verdict::Unavailable,
                    _ => Verdict::Refused,
                };
                self.add(
                    &format!("{status} {}", row.code),
                    verdict,
                    Vec::new(),
                    |response| {
                        let id = "7f1c2d3e4b5a69788796a5b4c3d2e1f0";
                        response.status = *status;
                        response.body_text = None;
                        response.headers = [("X-Request-Id".to_owned(), id.to_owned())].into();
                        response.body = Some(json!({
                            "error_code": row.code, "error_msg": "Refused.", "request_id": id,
                        }));
                    },
                );
            }
        }
    }

    /// A failure in HTTP 200, and what looks like one.
    fn failures(&mut self, schema: &Value) {
        let (refused, broken_down) = ("OSM.01010015", "OSM.01010014");
        for (code, verdict) in [
            (refused, Verdict::Refused),
            (broken_down, Verdict::Unavailable),
        ] {
            let body = json!({"error_code": code, "error_msg": "No."});
            self.add(
                &format!("200 with {code}"),
                verdict,
                Vec::new(),
                |response| response.body = Some(body),
            );
        }
        for (what, value) in [("empty", json!("")), ("null", Value::Null)] {
            let broken = match value {
                Value::Null => ERROR_FIELDS
                    .map(|name| (format!("{BODY}/{name}"), "type".to_owned()))
                    .into(),
                _ => Vec::new(),
            };
            let mut body = complete_of(self.base, schema);
            for name in ERROR_FIELDS {
                body[name] = value.clone();
            }
            self.body(&format!("with {what} error fields"), broken, body);
        }
        // A code that is not in the catalogue does not prove that a write was refused.
        let unknown = match self.operation.idempotency.as_str() {
            Some("safe") => Verdict::Refused,
            _ => Verdict::Unavailable,
        };
        let code = |length: i64| {
            let digits = usize::try_from(length - 4).expect("a length");
            json!(format!("OSM.{}", "9".repeat(digits)))
        };
        let properties = &schema["properties"];
        if let Some((most, rule)) = limit(&properties["error_code"], "max") {
            for (name, past) in [("longest", 0), ("too long", 1)] {
                let broken = match past {
                    0 => Vec::new(),
                    _ => vec![(format!("{BODY}/error_code"), rule.clone())],
                };
                let body = json!({"error_code": code(most + past), "error_msg": "No."});
                self.add(
                    &format!("with the {name} code"),
                    unknown,
                    broken,
                    |response| response.body = Some(body),
                );
            }
        }
        if let Some((most, rule)) = limit(&properties["error_msg"], "max") {
            for (name, past) in [("longest", 0), ("too long", 1)] {
                let broken = match past {
                    0 => Vec::new(),
                    _ => vec![(format!("{BODY}/error_msg"), rule.clone())],
                };
                let body = json!({"error_code": refused, "error_msg": super::text(most + past)});
                self.add(
                    &format!("with the {name} error text"),
                    Verdict::Refused,
                    broken,
                    |response| response.body = Some(body),
                );
            }
        }
    }

    /// Each field of the answer of success.
    fn fields(&mut self, schema: &Value) {
        let whole = complete_of(self.base, schema);
        self.body("whole", Vec::new(), whole.clone());
        let mut found = Vec::new();
        places(schema, &whole, String::new(), &mut found);
        for (at, schema) in found {
            let place = format!("{BODY}{at}");
            let list = |length: i64| {
                let length = usize::try_from(length).expect("a length");
                let item = least(&schema["items"]);
                Value::from(vec![item; length])
            };
            for Edge { name, value, rules } in edges(schema, list) {
                let broken = rules
                    .into_iter()
                    .map(|rule| (place.clone(), rule))
                    .collect();
                self.body(&format!("{at} {name}"), broken, with(&whole, &at, value));
            }
            let is_type = || vec![(place.clone(), "type".to_owned())];
            if let Some(other) = other_scalar(schema) {
                self.body(
                    &format!("{at} of another type"),
                    is_type(),
                    with(&whole, &at, other),
                );
            }
            // The elements of a list are not fields, which may be null instead of absent.
            if !at.is_empty() && !at.ends_with("/0") {
                self.body(
                    &format!("{at} null"),
                    is_type(),
                    with(&whole, &at, Value::Null),
                );
            }
            if kind(schema) == "object" {
                self.object(&whole, &at, schema);
            }
        }
    }

    fn object(&mut self, whole: &Value, at: &str, schema: &Value) {
        let required = &schema["x-documented-required"];
        self.body(
            &format!("{at} with what it must have"),
            Vec::new(),
            with(whole, at, least_of(schema, whole.pointer(at))),
        );
        for (name, _) in fields(schema).filter(|(name, _)| is_in(required, name)) {
            let at = format!("{at}/{name}");
            self.body(
                &format!("{at} missing"),
                vec![(format!("{BODY}{at}"), "documented-required".to_owned())],
                without(whole, &at),
            );
        }
        if schema.get("properties").is_none() {
            // A map: every key is a new one.
            return;
        }
        let mut more = whole.clone();
        more.pointer_mut(at).expect("a place")[NEW_FIELD] =
            json!({"list": [1, "two", null], "text": "new"});
        self.body(
            &format!("{at} with an unknown field"),
            vec![(format!("{BODY}{at}/{NEW_FIELD}"), "undocumented".to_owned())],
            more,
        );
    }
}

/// The recorded answer, with everything described in it.
fn complete_of(base: &Exchange, schema: &Value) -> Value {
    let mut schema = schema.clone();
    let fields = schema["properties"].as_object_mut().expect("an object");
    fields.retain(|name, _| !ERROR_FIELDS.contains(&name.as_str()));
    complete(&schema, base.response.body.as_ref())
}

/// The least that fits: what a source calls mandatory.
fn least(schema: &Value) -> Value {
    match kind(schema) {
        "object" => least_of(schema, None),
        _ => super::some(schema),
    }
}

fn least_of(schema: &Value, whole: Option<&Value>) -> Value {
    let fields = fields(schema).filter(|(name, _)| is_in(&schema["x-documented-required"], name));
    fields
        .map(|(name, schema)| {
            let value = whole.and_then(|whole| whole.get(name));
            (name.clone(), complete(schema, value))
        })
        .collect::<Map<_, _>>()
        .into()
}

fn broken(at: &str, rule: &str) -> Vec<Broken> {
    vec![(at.to_owned(), rule.to_owned())]
}

/// An answer of this media type.
fn answer(status: u16, kind: &str, text: &str) -> Response {
    Response {
        status,
        headers: [("Content-Type".to_owned(), kind.to_owned())].into(),
        body: None,
        body_text: Some(text.to_owned()),
    }
}
