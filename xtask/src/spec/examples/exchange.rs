//! One recorded exchange: its form, and what kind of answer it shows.

use crate::{
    file::Workspace,
    problem::{Place, Problem, Result},
    spec::{places::Places, pointer::segments},
};
use serde_json::Value;

/// The JSON Schema of an exchange.
const FORM: &str = "spec/exchange.schema.json";

/// A recorded exchange.
pub(super) struct Exchange {
    /// The operation, by its directory.
    pub(super) operation: String,
    /// Its file, without the ending.
    pub(super) name: String,
    /// The whole file, repetitions put in.
    pub(super) value: Value,
    path: String,
    places: Places,
}

impl Exchange {
    /// What `pointer` points to.
    pub(super) fn get(&self, pointer: &str) -> Option<&Value> {
        self.value.pointer(pointer)
    }

    /// The text at `pointer`.
    pub(super) fn text(&self, pointer: &str) -> Option<&str> {
        self.get(pointer).and_then(Value::as_str)
    }

    /// The text of a header, by its name in any case.
    pub(super) fn header(&self, side: &str, name: &str) -> Option<&str> {
        let headers = self.get(&format!("/{side}/headers"))?.as_object()?;
        headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .and_then(|(_, value)| value.as_str())
    }

    /// A problem at `pointer`, or at the nearest thing around it that the file has.
    pub(super) fn problem(
        &self,
        pointer: &str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Problem {
        let place = Place {
            file: self.path.clone(),
            line: self.places.line(pointer),
            pointer: (!pointer.is_empty()).then(|| pointer.to_owned()),
        };
        Problem::at(place, what, remedy)
    }

    /// The listed deviations: place and rule.
    pub(super) fn deviations(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let text = |value: &Value, key: &str| {
            value
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let list = self
            .get("/deviations")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        list.map(move |deviation| (text(deviation, "where"), text(deviation, "rule")))
    }

    /// Every discrepancy it names.
    pub(super) fn discrepancies(&self) -> impl Iterator<Item = &str> {
        let listed = self
            .get("/deviations")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let listed = listed.filter_map(|deviation| deviation.get("discrepancy"));
        listed
            .chain(self.get("/sdk/discrepancy"))
            .filter_map(Value::as_str)
    }

    fn status(&self) -> u16 {
        let status = self.get("/response/status").and_then(Value::as_u64);
        status
            .and_then(|status| u16::try_from(status).ok())
            .unwrap_or_default()
    }

    /// A non-empty `error_code` in the answer, with the HTTP status.
    pub(super) fn error_code(&self) -> Option<(&str, u16)> {
        let refused = matches!(self.text("/verdict"), Some("refused" | "unavailable"));
        let code = self
            .text("/response/body/error_code")
            .filter(|code| refused && !code.is_empty())?;
        Some((code, self.status()))
    }

    pub(super) fn is_success(&self) -> bool {
        self.text("/verdict") == Some("success") && self.status() == 200
    }
}

/// Reads every exchange below `directory`. Those that do not have the form are problems, not exchanges.
pub(super) fn read_all(
    workspace: &Workspace,
    directory: &str,
) -> Result<(Vec<Exchange>, Vec<Problem>)> {
    let form = workspace.read(FORM)?;
    let form = serde_json::from_str(&form)
        .map_err(|error| error.to_string())
        .and_then(|form: Value| jsonschema::validator_for(&form).map_err(|error| error.to_string()))
        .map_err(|error| {
            Problem::at(
                Place::file(FORM),
                format!("is no JSON Schema: {error}"),
                "mend it",
            )
        })?;
    let (mut exchanges, mut found) = (Vec::new(), Vec::new());
    for path in workspace.files(directory, "")? {
        let parts: Vec<&str> = path
            .strip_prefix(directory)
            .unwrap_or(&path)
            .split('/')
            .skip(1)
            .collect();
        let [operation, file] = parts.as_slice() else {
            found.push(misplaced(&path));
            continue;
        };
        let Some(name) = file.strip_suffix(".json") else {
            found.push(misplaced(&path));
            continue;
        };
        match read(workspace, &path, (operation, name), &form) {
            Ok(exchange) => exchanges.push(exchange),
            Err(problems) => found.extend(problems.into_vec()),
        }
    }
    Ok((exchanges, found))
}

fn misplaced(path: &str) -> Problem {
    Problem::at(
        Place::file(path),
        "is no recorded exchange",
        "call it spec/examples/<operationId>/<name>.json, or move it out",
    )
}

fn read(
    workspace: &Workspace,
    path: &str,
    (operation, name): (&str, &str),
    form: &jsonschema::Validator,
) -> Result<Exchange> {
    let text = workspace.read(path)?;
    let places = Places::scan(&text);
    let value: Value = serde_json::from_str(&text).map_err(|error| {
        Problem::at(
            Place::line(path, error.line()),
            format!("is not JSON: {error}"),
            "mend the syntax in that line",
        )
    })?;
    let exchange = Exchange {
        operation: operation.to_owned(),
        name: name.to_owned(),
        value: expand(&value),
        path: path.to_owned(),
        places,
    };
    let mut found = Vec::new();
    for (pointer, line, first) in &exchange.places.repeated {
        let key = segments(pointer).last().unwrap_or_default();
        found.push(Problem::at(
            Place::line(path, *line),
            format!("the key `{key}` stands twice in one object (first in line {first})"),
            "delete one of the two",
        ));
    }
    for error in form.iter_errors(&value) {
        found.push(exchange.problem(
            error.instance_path().as_str(),
            format!("has not the form of an exchange: {error}"),
            "the form is explained in spec/README.md, \"Recorded exchanges\"",
        ));
    }
    if exchange.text("/source") == Some("constructed") && exchange.get("/follows").is_none() {
        found.push(exchange.problem(
            "/source",
            "constructed, but from what?",
            "name the table under `follows`",
        ));
    }
    crate::problem::Problems::unless_empty(found, exchange)
}

/// `value` with `$repeat` and `$list` put in.
fn expand(value: &Value) -> Value {
    // Longer ones are slips: nothing documented is above 65535.
    const MOST: u64 = 1 << 17;
    let pair = |key: &str| {
        let pair = value
            .as_object()
            .filter(|map| map.len() == 1)?
            .get(key)?
            .as_array()?;
        let [item, count] = pair.as_slice() else {
            return None;
        };
        Some((item, usize::try_from(count.as_u64()?.min(MOST)).ok()?))
    };
    if let Some((item, count)) = pair("$repeat") {
        return Value::from(item.as_str().unwrap_or_default().repeat(count));
    }
    if let Some((item, count)) = pair("$list") {
        return Value::from(vec![expand(item); count]);
    }
    match value {
        Value::Array(items) => items.iter().map(expand).collect(),
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, value)| (key.clone(), expand(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}
