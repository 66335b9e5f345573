//! Our signer and our decoders against those of the official Python SDK, on what its scripts draw by a seed. The environment is that
//! of the judge of the same name; the tests are those of the crates, which compare when a file is named.

use crate::{
    file::Workspace,
    interop::{self, Judge},
    problem::{Problem, Result},
    programs::{self, Built, Kind, Verdict, succeeds},
};
use std::process::Command;

/// What is compared.
struct Comparison {
    /// The script below `tests/interop/python-official`.
    script: &'static str,
    /// How many it draws.
    count: u32,
    /// The package with the test.
    package: &'static str,
    /// The variable that names the file to the test.
    variable: &'static str,
}

const COMPARISONS: [Comparison; 2] = [
    Comparison {
        script: "signed",
        count: 10_000,
        package: "hwc-core",
        variable: "OFFICIAL_SIGNATURES",
    },
    // Of each operation.
    Comparison {
        script: "answers",
        count: 40,
        package: "hwc-tickets-wire",
        variable: "OFFICIAL_ANSWERS",
    },
];

/// What the names of the tests begin with.
const FILTER: &str = "official::";

/// The variable that says to the test how many were drawn.
const COUNT: &str = "OFFICIAL_COUNT";

/// Compares both.
///
/// # Errors
/// They differ, or the Python SDK cannot be had here.
pub fn run(workspace: &Workspace, seed: u64) -> Result<String> {
    match ask(workspace, seed)? {
        Verdict::Content => Ok(format!("they agree on what seed {seed} draws")),
        Verdict::Absent(why) => Err(interop::absent(why).into()),
    }
}

/// The same; what cannot be had is no failure.
///
/// # Errors
/// They differ, or something does not start.
pub fn ask(workspace: &Workspace, seed: u64) -> Result<Verdict> {
    let environment = match interop::environment(workspace, Judge::PythonOfficial)? {
        Ok(environment) => environment,
        Err(why) => return Ok(Verdict::Absent(why)),
    };
    let root = programs::absolute(workspace);
    let built = programs::build(workspace)?;
    for comparison in &COMPARISONS {
        let Comparison { script, count, .. } = comparison;
        let file = environment.join(format!("{script}.jsonl"));
        let source = format!("tests/interop/python-official/{script}.py");
        let mut draw = Command::new(interop::program(&environment, "python"));
        draw.current_dir(&environment)
            .env("HOME", &environment)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .args(["-W", "ignore"])
            .arg(root.join(&source))
            .args([seed.to_string(), count.to_string()])
            .arg(&file);
        if !succeeds(&mut draw) {
            let remedy = "mend the script, or remove target/interop/python-official and try again";
            return Err(Problem::general(format!("{source} fails"), remedy).into());
        }
        let mut test = test(&built, comparison.package)?;
        let directory = root.join("crates").join(comparison.package);
        test.current_dir(directory)
            .env(comparison.variable, &file)
            .env(COUNT, count.to_string());
        if !succeeds(&mut test) {
            let what = format!(
                "{} and the official Python SDK differ; how is above (seed {seed})",
                comparison.package
            );
            let remedy = "mend ours, or write a D-nn where theirs is wrong";
            return Err(Problem::general(what, remedy).into());
        }
    }
    Ok(Verdict::Content)
}

/// The tests of a package that compare. They say how many they have compared.
fn test(built: &Built, package: &str) -> Result<Command> {
    let tests = built.path(package, Kind::Tests, "it")?;
    if !programs::has_test(&tests, FILTER) {
        return Err(Problem::general(
            format!("{package} has no test whose name holds `{FILTER}`"),
            "name in xtask/src/differential.rs what its tests are called",
        )
        .into());
    }
    let mut test = Command::new(tests);
    test.args([FILTER, "--nocapture"]);
    Ok(test)
}
