//! Builds the tests once, with every mutant in them. Mutants that do not compile are taken out, a round after the other.

use super::{
    PLACE,
    areas::Chosen,
    listed::Mutant,
    rewrite::{self, Mark, Written},
    tree,
};
use crate::{
    file::Workspace,
    problem::{Problem, Result},
    programs,
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    process::Stdio,
};

/// Rounds until it builds: names first, then types, then borrows, and what each of them hides.
const ROUNDS: usize = 30;
/// What rustc says of a value or a type that does not fit its place, whatever stands around it.
const UNFIT: &[&str] = &[
    "E0061", "E0063", "E0067", "E0107", "E0277", "E0282", "E0283", "E0308", "E0368", "E0369",
    "E0423", "E0425", "E0433", "E0599", "E0600", "E0604", "E0605", "E0606", "E0614",
];

/// Tests with mutants in them.
pub(super) struct Built {
    pub(super) copy: Workspace,
    pub(super) binaries: Vec<Binary>,
    /// What can never compile.
    pub(super) unviable: BTreeSet<usize>,
    /// What has to be built alone.
    pub(super) alone: BTreeSet<usize>,
}

/// A program of tests.
#[derive(Debug)]
pub(super) struct Binary {
    pub(super) path: PathBuf,
    /// The tests of the library, or those called `it`: they are asked first.
    pub(super) is_first: bool,
}

/// Builds the tests of the package with all `mutants`.
///
/// # Errors
/// It does not build for a reason of its own.
pub(super) fn built(
    workspace: &Workspace,
    files: &[String],
    part: &Chosen,
    mutants: &[Mutant],
    say: fn(&str),
) -> Result<Built> {
    let root = format!("crates/{}/src/lib.rs", part.package);
    let mut changed: BTreeSet<String> = mutants.iter().map(|mutant| mutant.file.clone()).collect();
    changed.insert(root.clone());
    let mut built = Built {
        copy: tree::copied(workspace, files, &changed)?,
        binaries: Vec::new(),
        unviable: BTreeSet::new(),
        alone: BTreeSet::new(),
    };
    for round in 1..=ROUNDS {
        let written = written(workspace, &changed, &root, mutants, &mut built)?;
        let messages = messages(&built.copy, part, workspace)?;
        let errors: Vec<&Value> = messages.iter().filter_map(error).collect();
        if errors.is_empty() {
            built.binaries = messages.iter().filter_map(binary).collect();
            break;
        }
        let taken = built.unviable.len() + built.alone.len();
        for error in &errors {
            take(error, &written, mutants, &mut built);
        }
        let taken_now = built.unviable.len() + built.alone.len() - taken;
        say(&format!(
            "{}: round {round}: {} errors, {taken_now} mutants do not compile with the others",
            part.name,
            errors.len()
        ));
        if taken_now == 0 {
            let told = errors
                .iter()
                .find_map(|error| error.get("rendered")?.as_str());
            return Err(broken(format!(
                "an error belongs to no mutant:\n{}",
                told.unwrap_or_default()
            )));
        }
    }
    if built.binaries.is_empty() {
        return Err(broken(format!("{} does not build", part.package)));
    }
    Ok(built)
}

fn broken(what: String) -> crate::problem::Problems {
    Problem::general(
        what,
        format!("run `cargo test --no-run` in {PLACE}/tree, and mend xtask/src/mutants/rewrite.rs"),
    )
    .into()
}

/// Writes the files with the mutants that are not taken out.
fn written(
    workspace: &Workspace,
    changed: &BTreeSet<String>,
    root: &str,
    mutants: &[Mutant],
    built: &mut Built,
) -> Result<BTreeMap<String, Vec<Mark>>> {
    let mut texts = Vec::new();
    let mut marks = BTreeMap::new();
    for file in changed {
        let source = workspace.read(file)?;
        let wanted: Vec<(usize, &Mutant)> = (mutants.iter().enumerate())
            .filter(|(number, mutant)| {
                mutant.file == *file
                    && !built.unviable.contains(number)
                    && !built.alone.contains(number)
            })
            .collect();
        let Written {
            mut text,
            marks: mut found,
            alone,
            never,
        } = rewrite::rewritten(&source, &wanted).map_err(|error| {
            Problem::general(format!("{file} is not read: {error}"), "mend the file")
        })?;
        built.alone.extend(alone);
        built.unviable.extend(never);
        if file == root {
            text.insert_str(0, rewrite::ALLOWED);
            text.push_str(&rewrite::switch());
            for mark in &mut found {
                mark.range.start += rewrite::ALLOWED.len();
                mark.range.end += rewrite::ALLOWED.len();
            }
        }
        texts.push((file.clone(), text));
        marks.insert(file.clone(), found);
    }
    built.copy.replace(&texts)?;
    Ok(marks)
}

/// What cargo says.
fn messages(copy: &Workspace, part: &Chosen, workspace: &Workspace) -> Result<Vec<Value>> {
    let target = programs::absolute(workspace).join(PLACE).join("build");
    let told = programs::cargo(copy)
        .args(["test", "--no-run", "--locked", "--quiet", "--tests"])
        .args(["--package", &part.package, "--message-format", "json"])
        .env("CARGO_TARGET_DIR", target)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| broken(format!("cargo does not start: {error}")))?;
    let text = String::from_utf8_lossy(&told.stdout);
    let messages: Vec<Value> = (text.lines())
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    if !told.status.success() && !messages.iter().any(|message| error(message).is_some()) {
        return Err(broken("cargo fails; why is above".to_owned()));
    }
    Ok(messages)
}

fn error(message: &Value) -> Option<&Value> {
    let told = message.get("message")?;
    let is_error = told.get("level")?.as_str()?.starts_with("error");
    // The last ones only count the others.
    let has_place = !told.get("spans")?.as_array()?.is_empty();
    (is_error && has_place).then_some(told)
}

fn binary(message: &Value) -> Option<Binary> {
    let target = message.get("target")?;
    let is_test = message.pointer("/profile/test")?.as_bool()?;
    let path = PathBuf::from(message.get("executable")?.as_str()?);
    let kind = target.pointer("/kind/0")?.as_str()?;
    is_test.then(|| Binary {
        path,
        is_first: kind == "lib" || target.get("name").is_some_and(|name| name == "it"),
    })
}

/// Takes out the mutants to which an error belongs.
fn take(
    error: &Value,
    written: &BTreeMap<String, Vec<Mark>>,
    mutants: &[Mutant],
    built: &mut Built,
) {
    let Some(mark) = blamed(error, written) else {
        return;
    };
    let code = error.pointer("/code/code").and_then(Value::as_str);
    let is_unfit = code.is_some_and(|code| UNFIT.contains(&code));
    for number in &mark.mutants {
        // What a function returns at once has nothing around it.
        let is_value = mutants
            .get(*number)
            .is_some_and(|mutant| mutant.genre == "FnValue");
        if mark.is_own && (is_unfit || is_value) {
            built.unviable.insert(*number);
        } else {
            built.alone.insert(*number);
        }
    }
}

/// The smallest text of mutants that an error points at: first where it says that it is, then what it says of it besides.
fn blamed<'a>(error: &Value, written: &'a BTreeMap<String, Vec<Mark>>) -> Option<&'a Mark> {
    let spans = error.get("spans")?.as_array()?;
    let is_primary = |span: &&Value| span.get("is_primary").is_some_and(|is| is == true);
    let first = spans.iter().filter(is_primary);
    let rest = spans.iter().filter(|span| !is_primary(span));
    first.chain(rest).find_map(|span| {
        // What a macro wrote stands where it was called.
        let mut places = std::iter::successors(Some(span), |span| span.pointer("/expansion/span"));
        places.find_map(|place| {
            let marks = written.get(place.get("file_name")?.as_str()?)?;
            let start = usize::try_from(place.get("byte_start")?.as_u64()?).ok()?;
            let around = marks
                .iter()
                .filter(|mark| mark.range.start <= start && start < mark.range.end);
            around.min_by_key(|mark| mark.range.len())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn mark(range: std::ops::Range<usize>, mutant: usize) -> Mark {
        Mark {
            range,
            mutants: vec![mutant],
            is_own: true,
        }
    }

    #[test]
    fn an_error_belongs_to_the_smallest_text_around_it() {
        let marks = vec![mark(10..90, 1), mark(20..30, 2), mark(40..50, 3)];
        let written = BTreeMap::from([("a.rs".to_owned(), marks)]);
        let span = |file: &str, start: usize, is_primary: bool| json!({"file_name": file, "byte_start": start, "is_primary": is_primary});
        let mut within_macro = span("other.rs", 25, true);
        within_macro["expansion"] = json!({"span": span("a.rs", 45, false)});
        for (spans, mutant) in [
            (json!([span("a.rs", 25, true)]), Some(2)),
            (json!([span("a.rs", 35, true)]), Some(1)),
            (json!([span("a.rs", 30, true)]), Some(1)),
            (
                json!([span("a.rs", 25, false), span("a.rs", 45, true)]),
                Some(3),
            ),
            (
                json!([span("b.rs", 25, true), span("a.rs", 45, false)]),
                Some(3),
            ),
            (json!([within_macro]), Some(3)),
            (json!([span("a.rs", 95, true)]), None),
        ] {
            let error = json!({"spans": spans});
            let found = blamed(&error, &written).and_then(|mark| mark.mutants.first());
            assert_eq!(found.copied(), mutant, "{error}");
        }
    }

    #[test]
    fn an_error_has_a_place() {
        let message =
            |level: &str, spans: Value| json!({"message": {"level": level, "spans": spans}});
        assert!(error(&message("error", json!([{}]))).is_some());
        assert!(error(&message("error", json!([]))).is_none());
        assert!(error(&message("warning", json!([{}]))).is_none());
    }
}
