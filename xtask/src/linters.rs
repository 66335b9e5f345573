//! Linters of others on what is published: every rule that they have. What is off is argued in `tests/linters`. A converter
//! of others besides, which has to make the same form in OpenAPI 3.1.

use crate::{
    file::Workspace,
    problem::{Place, Problem, Result},
    programs::{self, Verdict, on_server, succeeds},
    spec,
};
use serde_json::{Map, Value};
use std::process::Command;

/// Where their packages are listed, and their settings are.
pub(crate) const SETTINGS: &str = "tests/linters";
/// Where their packages go.
pub(crate) const PLACE: &str = "target/linters";

/// What is linted.
const DOCUMENTS: [&str; 3] = [spec::BUNDLED, spec::TOLERANT, spec::UPGRADED];

/// What the converter makes of the first.
const CONVERTED: &str = "target/linters/openapi-3.1.json";

/// Asks the linters.
///
/// # Errors
/// One finds something, or on a server they cannot be had.
pub fn ask(workspace: &Workspace) -> Result<Verdict> {
    match programs::install_npm(workspace, SETTINGS, PLACE)? {
        Ok(()) => {}
        Err(why) if on_server() => return Err(absent(why).into()),
        Err(why) => return Ok(Verdict::Absent(why)),
    }
    is_what_a_converter_makes(workspace)?;
    for document in DOCUMENTS {
        let linters = [
            (
                "Redocly CLI",
                "@redocly/cli/bin/cli.js",
                ["lint", "--config", "redocly.yaml"],
                "--format=stylish",
            ),
            (
                "Spectral",
                "@stoplight/spectral-cli/dist/index.js",
                ["lint", "--ruleset", "spectral.yaml"],
                "--fail-severity=hint",
            ),
        ];
        for (name, program, [command, flag, settings], option) in linters {
            let root = programs::absolute(workspace);
            let mut linter = Command::new("node");
            linter
                .current_dir(root.join(PLACE))
                .env("REDOCLY_TELEMETRY", "off")
                .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
                .arg(root.join(PLACE).join("node_modules").join(program))
                .args([command, flag])
                .arg(root.join(SETTINGS).join(settings))
                .arg(option)
                .arg(root.join(document));
            if !succeeds(&mut linter) {
                let what =
                    format!("{name} is not content with {document}; its own words are above");
                let remedy = format!(
                    "mend the description or xtask/src/spec/publish; a rule that cannot hold is argued in {SETTINGS}/{settings}"
                );
                return Err(Problem::general(what, remedy).into());
            }
        }
    }
    Ok(Verdict::Content)
}

/// Asks the linters, or says why not.
///
/// # Errors
/// One finds something, or they cannot run here.
pub fn run(workspace: &Workspace) -> Result<String> {
    match ask(workspace)? {
        Verdict::Content => Ok(format!("clean: {}", DOCUMENTS.join(", "))),
        Verdict::Absent(why) => Err(absent(why).into()),
    }
}

/// Holds the form in OpenAPI 3.1 to what openapi-format makes of the published one.
fn is_what_a_converter_makes(workspace: &Workspace) -> Result<()> {
    let root = programs::absolute(workspace);
    let mut converter = Command::new("node");
    converter
        .current_dir(root.join(PLACE))
        .arg(
            root.join(PLACE)
                .join("node_modules/openapi-format/bin/cli.js"),
        )
        .arg(root.join(spec::BUNDLED))
        .args(["--convertTo", "3.1", "--no-sort", "--output"])
        .arg(root.join(CONVERTED));
    let failed = |what: String| Problem::at(Place::file(spec::UPGRADED), what, UPGRADE);
    if !succeeds(&mut converter) {
        return Err(failed("openapi-format fails; its own words are above".to_owned()).into());
    }
    let read = |path: &str| -> Result<Value> {
        let text = workspace.read(path)?;
        let value = serde_json::from_str(&text);
        Ok(value.map_err(|error| failed(format!("{path} is no JSON: {error}")))?)
    };
    let (ours, theirs) = (read(spec::UPGRADED)?, read(CONVERTED)?);
    match difference(&as_javascript(ours), &as_javascript(theirs), "") {
        None => Ok(()),
        Some(at) => {
            let what = format!("is not what openapi-format makes of {}", spec::BUNDLED);
            let place = Place::pointer(spec::UPGRADED, at);
            Err(Problem::at(place, what, UPGRADE).into())
        }
    }
}

/// What to do where the two differ.
const UPGRADE: &str =
    "run `cargo xtask codegen`; if that changes nothing, mend xtask/src/spec/upgrade.rs";

/// Numbers as the converter has them: it reads and writes them as JavaScript does.
fn as_javascript(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(items) => items.into_iter().map(as_javascript).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter();
            let fields = fields.map(|(key, value)| (key, as_javascript(value)));
            fields.collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

/// Where the two differ first, as a pointer.
fn difference(ours: &Value, theirs: &Value, at: &str) -> Option<String> {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let mut keys = ours.keys().chain(theirs.keys());
            keys.find_map(|key| {
                let at = spec::pointer::join(at, key);
                match (ours.get(key), theirs.get(key)) {
                    (Some(ours), Some(theirs)) => difference(ours, theirs, &at),
                    _ => Some(at),
                }
            })
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            let mut pairs = ours.iter().zip(theirs).enumerate();
            pairs.find_map(|(index, (ours, theirs))| {
                difference(ours, theirs, &format!("{at}/{index}"))
            })
        }
        _ => (ours != theirs).then(|| at.to_owned()),
    }
}

/// That Node.js or a package cannot be had here.
pub(crate) fn absent(why: String) -> Problem {
    Problem::general(
        why,
        "install Node.js 20 with npm, and let npm reach its registry",
    )
}

#[cfg(test)]
mod tests {
    use super::{as_javascript, difference};
    use serde_json::json;

    #[test]
    fn the_first_difference_is_named_and_great_numbers_are_none() {
        let ours = json!({"a": [1, {"b/c": -9_223_372_036_854_775_808_i64}], "d": 0});
        let theirs = json!({"d": 0.0, "a": [1, {"b/c": -9_223_372_036_854_776_000_f64}]});
        let differs = |theirs| difference(&as_javascript(ours.clone()), &as_javascript(theirs), "");
        assert_eq!(differs(theirs), None);
        for (theirs, at) in [
            (json!({"a": [1, {"b/c": 5}], "d": 0}), "/a/1/b~1c"),
            (json!({"a": [1], "d": 0}), "/a"),
            (json!({"a": [1, {}], "d": 0}), "/a/1/b~1c"),
            (json!([]), ""),
        ] {
            assert_eq!(differs(theirs).as_deref(), Some(at));
        }
    }
}
