//! One recorded exchange as a file: its form, and the places in it.

use crate::{
    file::Workspace,
    problem::{Place, Problem, Problems, Result},
    spec::{places::Places, pointer::segments},
};
use exchanges::exchange::{Exchange, Verdict};
use serde_json::Value;

/// The JSON Schema of an exchange.
const FORM: &str = "spec/exchange.schema.json";

/// A recorded exchange with its file.
pub(super) struct Record {
    pub(super) exchange: Exchange,
    path: String,
    places: Places,
}

impl Record {
    /// Its file, without directory and ending.
    pub(super) fn file_name(&self) -> &str {
        self.exchange.name.rsplit('/').next().unwrap_or_default()
    }

    /// A problem at `pointer`, or at the nearest thing around it that the file has.
    pub(super) fn problem(
        &self,
        pointer: &str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Problem {
        problem(&self.path, &self.places, pointer, what, remedy)
    }

    /// A non-empty `error_code` in an answer that is a failure, with the HTTP status.
    pub(super) fn error_code(&self) -> Option<(&str, u16)> {
        let refused = matches!(
            self.exchange.verdict,
            Verdict::Refused | Verdict::Unavailable
        );
        let code = self.exchange.error_code().filter(|_| refused)?;
        Some((code, self.exchange.response.status))
    }
}

fn problem(
    path: &str,
    places: &Places,
    pointer: &str,
    what: impl Into<String>,
    remedy: impl Into<String>,
) -> Problem {
    let place = Place {
        file: path.to_owned(),
        line: places.line(pointer),
        pointer: (!pointer.is_empty()).then(|| pointer.to_owned()),
    };
    Problem::at(place, what, remedy)
}

/// Reads every exchange below `directory`. Those that do not have the form are problems, not exchanges.
pub(super) fn read_all(
    workspace: &Workspace,
    directory: &str,
) -> Result<(Vec<Record>, Vec<Problem>)> {
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
    let (mut records, mut found) = (Vec::new(), Vec::new());
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
        match read(workspace, &path, &format!("{operation}/{name}"), &form) {
            Ok(record) => records.push(record),
            Err(problems) => found.extend(problems.into_vec()),
        }
    }
    Ok((records, found))
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
    name: &str,
    form: &jsonschema::Validator,
) -> Result<Record> {
    let text = workspace.read(path)?;
    let places = Places::scan(&text);
    let value: Value = serde_json::from_str(&text).map_err(|error| {
        Problem::at(
            Place::line(path, error.line()),
            format!("is not JSON: {error}"),
            "mend the syntax in that line",
        )
    })?;
    let mut found = Vec::new();
    for (pointer, line, first) in &places.repeated {
        let key = segments(pointer).last().unwrap_or_default();
        found.push(Problem::at(
            Place::line(path, *line),
            format!("the key `{key}` stands twice in one object (first in line {first})"),
            "delete one of the two",
        ));
    }
    const REMEDY: &str = "the form is explained in spec/README.md, \"Recorded exchanges\"";
    for error in form.iter_errors(&value) {
        found.push(problem(
            path,
            &places,
            error.instance_path().as_str(),
            format!("has not the form of an exchange: {error}"),
            REMEDY,
        ));
    }
    let constructed = value.get("source").and_then(Value::as_str) == Some("constructed");
    if constructed && value.get("follows").is_none() {
        found.push(problem(
            path,
            &places,
            "/source",
            "constructed, but from what?",
            "name the table under `follows`",
        ));
    }
    let exchange = Exchange::of(name, value).map_err(|error| {
        let what = format!("has not the form of an exchange: {error}");
        problem(path, &places, "", what, REMEDY)
    });
    let exchange = match exchange {
        Ok(exchange) => exchange,
        // What is wrong with the form has been told already, with its place.
        Err(problem) => {
            return Err(match found.pop() {
                Some(last) => Problems::found(last, found),
                None => problem.into(),
            });
        }
    };
    let record = Record {
        exchange,
        path: path.to_owned(),
        places,
    };
    Problems::unless_empty(found, record)
}
