//! Where an exchange leaves the description.

use super::exchange::Exchange;
use crate::{
    problem::{Place, Problem, Result},
    spec::{
        OPENAPI,
        pointer::join,
        read::Description,
        validate::{Judge, typed},
    },
};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A place in the taken-apart exchange and the rule that is broken there.
type Misfits = BTreeSet<(String, String)>;

/// The description, ready to compare exchanges with.
pub(super) struct Comparison {
    root: Value,
    judge: Judge,
    operations: BTreeMap<String, Operation>,
}

struct Operation {
    method: String,
    path: String,
    parameters: Vec<Value>,
    value: Value,
}

impl Comparison {
    pub(super) fn new(description: &Description) -> Result<Self> {
        let json = |value: &serde_yaml::Value| {
            serde_json::to_value(value).map_err(|error| {
                Problem::at(
                    Place::file(OPENAPI),
                    format!("cannot be read as JSON: {error}"),
                    "run `cargo xtask spec lint`",
                )
            })
        };
        let root = json(&description.root)?;
        let mut operations = BTreeMap::new();
        for operation in description.operations() {
            let parameters = operation.parameters(&description.root).into_iter();
            let entry = Operation {
                method: operation.method.to_uppercase(),
                path: operation.path.to_owned(),
                parameters: parameters
                    .map(|(_, parameter)| json(parameter))
                    .collect::<std::result::Result<_, _>>()?,
                value: json(operation.value)?,
            };
            operations.insert(operation.id().to_owned(), entry);
        }
        Ok(Self {
            judge: Judge::new(&root),
            root,
            operations,
        })
    }

    /// Every place where `exchange` leaves the description.
    pub(super) fn misfits(&self, exchange: &Exchange) -> std::result::Result<Misfits, Problem> {
        let mut found = Misfits::new();
        let Some(operation) = self.operations.get(&exchange.operation) else {
            return Ok(found);
        };
        self.request(operation, exchange, &mut found)
            .and_then(|()| self.response(operation, exchange, &mut found))
            .map_err(|error| {
                exchange.problem(
                    "",
                    format!("cannot be compared: {error}"),
                    "run `cargo xtask spec lint`",
                )
            })?;
        Ok(found)
    }

    fn resolve<'v>(&'v self, value: &'v Value) -> &'v Value {
        let target = value
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|target| target.strip_prefix('#'));
        target
            .and_then(|target| self.root.pointer(target))
            .unwrap_or(value)
    }

    /// Adds where `value` leaves `schema`, below `at`.
    fn fits(
        &self,
        schema: &Value,
        value: &Value,
        at: &str,
        found: &mut Misfits,
    ) -> std::result::Result<(), String> {
        let misfits = self.judge.misfits(schema, value)?;
        found.extend(
            misfits
                .into_iter()
                .map(|misfit| (format!("{at}{}", misfit.at), misfit.rule)),
        );
        Ok(())
    }

    fn request(
        &self,
        operation: &Operation,
        exchange: &Exchange,
        found: &mut Misfits,
    ) -> std::result::Result<(), String> {
        if exchange.text("/request/method") != Some(&operation.method) {
            note(found, "/request/method", "undocumented");
        }
        match path_values(
            &operation.path,
            exchange.text("/request/path").unwrap_or_default(),
        ) {
            None => note(found, "/request/path", "undocumented"),
            Some(values) => {
                let given: Vec<_> = values
                    .iter()
                    .map(|(name, value)| (name.as_str(), vec![value.as_str()]))
                    .collect();
                self.parameters(operation, "path", &given, found)?;
            }
        }
        let mut query: Vec<(&str, Vec<&str>)> = Vec::new();
        for pair in exchange
            .get("/request/query")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let text = |index: usize| pair.get(index).and_then(Value::as_str).unwrap_or_default();
            match query.iter_mut().find(|(name, _)| *name == text(0)) {
                Some((_, values)) => values.push(text(1)),
                None => query.push((text(0), vec![text(1)])),
            }
        }
        self.parameters(operation, "query", &query, found)?;
        let empty = Map::new();
        let headers = exchange
            .get("/request/headers")
            .and_then(Value::as_object)
            .unwrap_or(&empty);
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), vec![value.as_str().unwrap_or_default()]))
            .collect();
        self.parameters(operation, "header", &headers, found)?;

        let described = operation
            .value
            .get("requestBody")
            .map(|body| self.resolve(body));
        let form = exchange.get("/request/form").is_some();
        let schema = described.and_then(|body| {
            body.pointer(match form {
                true => "/content/multipart~1form-data/schema",
                false => "/content/application~1json/schema",
            })
        });
        match (body(exchange, "request"), schema) {
            (Body::None, None) => {}
            (Body::None, Some(_)) => {
                if described.and_then(|body| body.get("required")) == Some(&Value::Bool(true)) {
                    note(found, "/request/body", "required");
                }
            }
            (_, None) => note(found, "/request/body", "undocumented"),
            (Body::Json(value), Some(schema)) => {
                self.fits(schema, &value, "/request/body", found)?
            }
            (Body::Empty | Body::Text, Some(_)) => note(found, "/request/body", "syntax"),
        }
        Ok(())
    }

    /// Compares the parameters of one place (path, query, header).
    fn parameters(
        &self,
        operation: &Operation,
        place: &str,
        given: &[(&str, Vec<&str>)],
        found: &mut Misfits,
    ) -> std::result::Result<(), String> {
        let text = |parameter: &Value, key: &str| {
            parameter
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let same = |a: &str, b: &str| a == b || (place == "header" && a.eq_ignore_ascii_case(b));
        let declared: Vec<&Value> = operation
            .parameters
            .iter()
            .filter(|parameter| text(parameter, "in") == place)
            .collect();
        for (name, _) in given
            .iter()
            .filter(|(name, _)| !declared.iter().any(|p| same(&text(p, "name"), name)))
        {
            note(
                found,
                &join(&format!("/request/{place}"), name),
                "undocumented",
            );
        }
        for parameter in declared {
            let name = text(parameter, "name");
            let at = join(&format!("/request/{place}"), &name);
            let Some((_, values)) = given.iter().find(|(given, _)| same(&name, given)) else {
                if parameter.get("required") == Some(&Value::Bool(true)) {
                    note(found, &at, "required");
                }
                continue;
            };
            let Some(schema) = parameter.get("schema").map(|schema| self.resolve(schema)) else {
                continue;
            };
            // One key for each value, or all values in one: never both.
            let exploded = parameter.get("explode") != Some(&Value::Bool(false));
            let parts: Vec<&str> = values.iter().flat_map(|text| text.split(',')).collect();
            if schema.get("items").is_none() || exploded {
                self.parameter(schema, values, &at, found)?;
            } else {
                if values.len() > 1 {
                    note(found, &format!("{at}/1"), "undocumented");
                }
                self.parameter(schema, &parts, &at, found)?;
            }
        }
        Ok(())
    }

    fn parameter(
        &self,
        schema: &Value,
        values: &[&str],
        at: &str,
        found: &mut Misfits,
    ) -> std::result::Result<(), String> {
        let mut read = |text: &str, schema: &Value, at: &str| {
            let value = typed(text, schema);
            if value.is_none() {
                note(found, at, "type");
            }
            value
        };
        let value = match schema.get("items") {
            Some(item) => {
                let item = self.resolve(item);
                let items = values.iter().enumerate();
                let items: Option<Vec<Value>> = items
                    .map(|(index, text)| read(text, item, &format!("{at}/{index}")))
                    .collect();
                items.map(Value::from)
            }
            None => values.first().and_then(|text| read(text, schema, at)),
        };
        if schema.get("items").is_none() && values.len() > 1 {
            note(found, &format!("{at}/1"), "undocumented");
        }
        value.map_or(Ok(()), |value| self.fits(schema, &value, at, found))
    }

    fn response(
        &self,
        operation: &Operation,
        exchange: &Exchange,
        found: &mut Misfits,
    ) -> std::result::Result<(), String> {
        let status = exchange
            .get("/response/status")
            .map(ToString::to_string)
            .unwrap_or_default();
        let described = operation
            .value
            .get("responses")
            .and_then(|responses| responses.get(&status));
        let Some(described) = described.map(|response| self.resolve(response)) else {
            note(found, "/response/status", "undocumented");
            return Ok(());
        };
        let content_type = exchange
            .header("response", "Content-Type")
            .unwrap_or("application/json");
        let media = content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let is_bytes = media == "application/octet-stream";
        let Some(media) = described
            .get("content")
            .and_then(|content| content.get(media))
        else {
            note(found, "/response/content_type", "undocumented");
            return Ok(());
        };
        let headers = exchange.get("/response/headers").and_then(Value::as_object);
        for (name, value) in headers
            .into_iter()
            .flatten()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"))
        {
            let at = join("/response/header", name);
            let declared = described
                .get("headers")
                .and_then(Value::as_object)
                .into_iter()
                .flatten();
            let Some((_, header)) = declared
                .into_iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
            else {
                note(found, &at, "undocumented");
                continue;
            };
            if let Some(schema) = self
                .resolve(header)
                .get("schema")
                .map(|schema| self.resolve(schema))
            {
                self.parameter(schema, &[value.as_str().unwrap_or_default()], &at, found)?;
            }
        }
        let Some(schema) = media.get("schema") else {
            return Ok(());
        };
        if is_bytes {
            return Ok(());
        }
        match body(exchange, "response") {
            Body::Json(value) => self.fits(schema, &value, "/response/body", found)?,
            Body::Text => note(found, "/response/body", "syntax"),
            Body::None | Body::Empty => note(found, "/response/body", "required"),
        }
        Ok(())
    }
}

fn note(found: &mut Misfits, at: &str, rule: &str) {
    found.insert((at.to_owned(), rule.to_owned()));
}

/// The body of one side.
enum Body {
    None,
    Empty,
    Json(Value),
    /// Not JSON.
    Text,
}

fn body(exchange: &Exchange, side: &str) -> Body {
    if let Some(value) = exchange.get(&format!("/{side}/body")) {
        return Body::Json(value.clone());
    }
    // The parts of a form as the fields of an object, a file as its content.
    if let Some(form) = exchange
        .get(&format!("/{side}/form"))
        .and_then(Value::as_object)
    {
        let part = |part: &Value| part.get("content").unwrap_or(part).clone();
        return Body::Json(
            form.iter()
                .map(|(name, value)| (name.clone(), part(value)))
                .collect(),
        );
    }
    match exchange.text(&format!("/{side}/body_text")) {
        None => Body::None,
        Some("") => Body::Empty,
        Some(text) => serde_json::from_str(text).map_or(Body::Text, Body::Json),
    }
}

/// The values of the path parameters, decoded. `None`: the path is not one of the template's.
fn path_values(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (wanted, found): (Vec<&str>, Vec<&str>) =
        (template.split('/').collect(), path.split('/').collect());
    if wanted.len() != found.len() {
        return None;
    }
    let mut values = Vec::new();
    for (wanted, found) in wanted.into_iter().zip(found) {
        match wanted
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            Some(name) => values.push((name.to_owned(), percent_decode(found)?)),
            None if wanted == found => {}
            None => return None,
        }
    }
    Some(values)
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
