//! The steps that every change must pass, the same here and on a server.

use crate::{
    clock::timed,
    codegen, completions, differential,
    file::Workspace,
    fixture, fuzz,
    interop::{
        self, Judge,
        clients::{Stage, Table},
    },
    linters, page,
    problem::{Place, Problem, Problems, Result},
    programs::{self, Verdict, must_pass},
    site, soak, spec, supply, tidy,
};
use std::{
    collections::BTreeSet,
    process::{Command, Stdio},
    thread,
};

/// How a step ended when it did not fail.
pub enum Outcome {
    /// It passed; what to say about it.
    Passed(String),
    /// It could not run here; why.
    Skipped(String),
}

/// One step.
pub struct Step {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it checks.
    pub about: &'static str,
    run: fn(&Workspace) -> Result<Outcome>,
}

/// The steps of every run, in their order.
pub const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        about: "the form of the sources",
        run: fmt,
    },
    Step {
        name: "tidy",
        about: "rules of the house that no compiler knows",
        run: tidy,
    },
    Step {
        name: "spec",
        about: "the description, its rules, its facts, its recorded exchanges, and what changed since its last tag",
        run: spec,
    },
    Step {
        name: "codegen",
        about: "generated files are what the description gives",
        run: codegen,
    },
    Step {
        name: "clippy",
        about: "lints, of every target with every feature",
        run: clippy,
    },
    Step {
        name: "docs",
        about: "documentation builds without a warning",
        run: docs,
    },
    Step {
        name: "deps",
        about: "number of crates that a user of hwc-tickets gets",
        run: deps,
    },
    Step {
        name: "deny",
        about: "licences, bans and sources of dependencies",
        run: deny,
    },
    Step {
        name: "msrv",
        about: "the oldest supported compiler",
        run: msrv,
    },
    Step {
        name: "interop",
        about: "programs of others against the simulator",
        run: interop,
    },
    Step {
        name: "differential",
        about: "signer and decoders against the official Python SDK",
        run: compare,
    },
    Step {
        name: "clients",
        about: "what generators of others make of the description, against the simulator and every exchange",
        run: clients,
    },
    Step {
        name: "linters",
        about: "what is published keeps to the rules of others",
        run: lint,
    },
    Step {
        name: "site",
        about: "the description as a page to read",
        run: readable,
    },
    Step {
        name: "completions",
        about: "completions in bash, zsh and fish",
        run: shells,
    },
    Step {
        name: "page",
        about: "the simulator's page in a real browser",
        run: page,
    },
    Step {
        name: "fixture",
        about: "what follows from a description, without a line by hand",
        run: |workspace| fixture::run(workspace).map(Outcome::Passed),
    },
    Step {
        name: "fuzz",
        about: "inputs that nobody would write, for a minute",
        run: |workspace| fuzz::run(workspace, FUZZ_SECONDS, None).map(Outcome::Passed),
    },
    Step {
        name: "soak",
        about: "hundreds of tickets followed with a fault each second, for a minute",
        run: |workspace| soak::run(workspace, SOAK_SECONDS).map(Outcome::Passed),
    },
];

/// What a server may go without: building cargo-deny takes longer than most steps (`cargo xtask assurance deny` does it), and the
/// oldest compiler comes from rustup alone. `.ci/run` names both.
const MAY_BE_SKIPPED: [&str; 2] = ["deny", "msrv"];

/// What the step `differential` draws.
const SEED: u64 = 7;

/// For how long each fuzz target goes on here: all of them together for about a minute.
const FUZZ_SECONDS: u64 = 3;

/// For how long tickets are followed here.
const SOAK_SECONDS: u64 = 60;

/// Most crates in the normal tree of hwc-tickets with default features, own crates not counted.
const MOST_CRATES: usize = 105;

/// The steps and what each checks, a line for each: for the help of the command.
pub fn help() -> String {
    let width = STEPS.iter().map(|step| step.name.len()).max();
    let width = width.unwrap_or_default();
    let lines = STEPS
        .iter()
        .map(|step| format!("\n  {:width$}  {}", step.name, step.about));
    format!("Steps:{}", lines.collect::<String>())
}

/// Runs the step `only`, or all of [`STEPS`]; `say` gets a line for each, and another one with how it ended and, unless it was skipped, how long it took.
///
/// # Errors
/// No such step, or at least one failed. A failing step does not keep the others from running.
pub fn run(workspace: &Workspace, only: Option<&str>, mut say: impl FnMut(&str)) -> Result<String> {
    let is_meant = |step: &&Step| only.is_none_or(|only| step.name == only);
    let steps: Vec<&Step> = STEPS.iter().filter(is_meant).collect();
    if steps.is_empty() {
        let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return Err(Problem::general(
            "there is no such step",
            format!("use one of {}", names.join(", ")),
        )
        .into());
    }
    let mut found = Vec::new();
    for step in &steps {
        say(&format!("{:11} {}", step.name, step.about));
        let (took, ended) = timed(|| (step.run)(workspace));
        let seconds = took.as_secs();
        match ended.and_then(|outcome| allowed(step.name, outcome, programs::on_server())) {
            Ok(Outcome::Passed(what)) => {
                say(&format!("            passed in {seconds} s: {what}"));
            }
            Ok(Outcome::Skipped(why)) => say(&format!("            SKIPPED: {why}")),
            Err(problems) => {
                say(&format!("            FAILED in {seconds} s"));
                found.extend(problems.into_vec());
            }
        }
    }
    Problems::unless_empty(found, "every step that could run here passed".to_owned())
}

/// What cannot run on a server fails there: nobody reads the lines of a run that passed.
fn allowed(step: &str, outcome: Outcome, is_server: bool) -> Result<Outcome> {
    match outcome {
        Outcome::Skipped(why) if is_server && !MAY_BE_SKIPPED.contains(&step) => {
            let what = format!("`{step}` cannot run on this server: {why}");
            let remedy = "install what is missing, and let it reach its registry";
            Err(Problem::general(what, remedy).into())
        }
        outcome => Ok(outcome),
    }
}

fn cargo(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut command = programs::cargo(workspace);
    command.args(arguments);
    command
}

fn fmt(workspace: &Workspace) -> Result<Outcome> {
    let line = ["fmt", "--all", "--check"];
    must_pass(
        cargo(workspace, &line),
        "cargo fmt --all --check",
        "run `cargo fmt --all`",
    )?;
    Ok(Outcome::Passed("formatted".to_owned()))
}

fn tidy(workspace: &Workspace) -> Result<Outcome> {
    tidy::check(workspace).map(|files| Outcome::Passed(format!("{files} files")))
}

fn spec(workspace: &Workspace) -> Result<Outcome> {
    let description = spec::lint::checked(workspace)?;
    let exchanges = spec::examples::Records::read(workspace)?.check(&description)?;
    let changes = spec::diff::since_release(workspace)?;
    let facts = spec::facts::check(workspace, &description)?;
    let operations = description.operations().len();
    Ok(Outcome::Passed(format!(
        "{operations} operations, {exchanges} recorded exchanges, {facts} facts; {changes}"
    )))
}

fn codegen(workspace: &Workspace) -> Result<Outcome> {
    codegen::check(workspace).map(|()| Outcome::Passed("no drift".to_owned()))
}

fn clippy(workspace: &Workspace) -> Result<Outcome> {
    let line = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    must_pass(
        cargo(workspace, &line),
        &format!("cargo {}", line.join(" ")),
        "mend what clippy names",
    )?;
    Ok(Outcome::Passed("no warning".to_owned()))
}

fn docs(workspace: &Workspace) -> Result<Outcome> {
    let line = [
        "doc",
        "--workspace",
        "--no-deps",
        "--all-features",
        "--locked",
    ];
    let mut command = cargo(workspace, &line);
    command.env("RUSTDOCFLAGS", "-D warnings");
    must_pass(
        command,
        &format!("cargo {}", line.join(" ")),
        "mend the documentation that rustdoc names",
    )?;
    Ok(Outcome::Passed("no warning".to_owned()))
}

fn deps(workspace: &Workspace) -> Result<Outcome> {
    let line = [
        "tree",
        "--package",
        "hwc-tickets",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--no-dedupe",
        "--locked",
        "--format",
        "{p}",
    ];
    let tree = cargo(workspace, &line)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| {
            Problem::general(
                format!("`cargo tree` does not start: {error}"),
                "install cargo",
            )
        })?;
    let text = String::from_utf8_lossy(&tree.stdout);
    // Own crates are named with their directory.
    let foreign = text
        .lines()
        .filter(|line| !line.contains('(') || line.contains("(proc-macro)"));
    let crates: BTreeSet<&str> = foreign
        .map(|line| line.trim_end_matches(" (proc-macro)").trim())
        .filter(|line| !line.is_empty())
        .collect();
    let count = crates.len();
    if !tree.status.success() || count == 0 {
        return Err(Problem::general(
            "`cargo tree` failed; its own words are above",
            "run `cargo tree -p hwc-tickets`",
        )
        .into());
    }
    if count > MOST_CRATES {
        return Err(Problem::at(
            Place::file("crates/hwc-tickets/Cargo.toml"),
            format!("a user of hwc-tickets gets {count} crates, more than {MOST_CRATES}"),
            "look at `cargo tree -p hwc-tickets -e normal`: drop a feature or a dependency",
        )
        .into());
    }
    Ok(Outcome::Passed(format!(
        "{count} crates of at most {MOST_CRATES}"
    )))
}

fn deny(workspace: &Workspace) -> Result<Outcome> {
    supply::deny::ask(workspace).map(|verdict| ended(verdict, "licences, bans, sources"))
}

fn interop(workspace: &Workspace) -> Result<Outcome> {
    // So that there is one build that they do not wait for each other with.
    programs::build(workspace)?;
    at_once(&Judge::ALL, |judge| interop::ask(workspace, judge))
}

fn compare(workspace: &Workspace) -> Result<Outcome> {
    differential::ask(workspace, SEED).map(|verdict| ended(verdict, "they agree"))
}

fn clients(workspace: &Workspace) -> Result<Outcome> {
    let stage = Stage::set(workspace)?;
    // Those in Java and Go take longer: `cargo xtask interop java`.
    at_once(&Judge::QUICK_CLIENTS, |judge| {
        stage.ask(judge, Table::Check)
    })
}

/// Asks several judges at the same time, for each takes minutes.
fn at_once(judges: &[Judge], ask: impl Fn(Judge) -> Result<Verdict> + Sync) -> Result<Outcome> {
    let ask = &ask;
    let asked: Vec<_> = thread::scope(|scope| {
        let begun: Vec<_> = judges
            .iter()
            .map(|&judge| (judge, scope.spawn(move || ask(judge))))
            .collect();
        let ended = begun.into_iter();
        ended.map(|(judge, asked)| (judge, asked.join())).collect()
    });
    let mut verdicts = Vec::new();
    for (judge, verdict) in asked {
        let verdict = verdict.unwrap_or_else(|_| {
            let what = format!("asking {} broke off", judge.name());
            let remedy = format!("run `cargo xtask interop {}`", judge.name());
            Err(Problem::general(what, remedy).into())
        });
        verdicts.push((judge, verdict?));
    }
    Ok(together(verdicts))
}

/// What several judges say: it counts when each of them could be asked.
fn together(verdicts: Vec<(Judge, Verdict)>) -> Outcome {
    let (mut content, mut absent) = (Vec::new(), Vec::new());
    for (judge, verdict) in verdicts {
        match verdict {
            Verdict::Content => content.push(judge.name().to_owned()),
            Verdict::Absent(why) => absent.push(format!("{}: {why}", judge.name())),
        }
    }
    match absent.is_empty() {
        true => Outcome::Passed(content.join(", ")),
        false => Outcome::Skipped(absent.join("; ")),
    }
}

fn lint(workspace: &Workspace) -> Result<Outcome> {
    linters::ask(workspace).map(|verdict| ended(verdict, "neither error nor warning"))
}

fn readable(workspace: &Workspace) -> Result<Outcome> {
    site::ask(workspace).map(|verdict| ended(verdict, site::PAGE))
}

fn shells(workspace: &Workspace) -> Result<Outcome> {
    completions::ask(workspace).map(|verdict| ended(verdict, "every shell"))
}

fn page(workspace: &Workspace) -> Result<Outcome> {
    page::ask(workspace).map(|verdict| ended(verdict, "every test"))
}

/// A step that asks programs of others.
fn ended(verdict: Verdict, content: &str) -> Outcome {
    match verdict {
        Verdict::Content => Outcome::Passed(content.to_owned()),
        Verdict::Absent(why) => Outcome::Skipped(why),
    }
}

fn msrv(workspace: &Workspace) -> Result<Outcome> {
    supply::msrv::ask(workspace).map(|verdict| ended(verdict, "every crate compiles with it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_run_fails_on_a_server_unless_its_script_names_it() {
        let root = Workspace::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let script = root.read(".ci/run").unwrap();
        for Step { name, .. } in STEPS {
            let skipped = || Outcome::Skipped("it is not here".to_owned());
            let is_excepted = script.contains(&format!("`{name}`"));
            assert_eq!(
                allowed(name, skipped(), true).is_ok(),
                is_excepted,
                "{name}"
            );
            assert!(allowed(name, skipped(), false).is_ok(), "{name}");
            let passed = Outcome::Passed("it is here".to_owned());
            assert!(allowed(name, passed, true).is_ok(), "{name}");
        }
        for name in MAY_BE_SKIPPED {
            assert!(STEPS.iter().any(|step| step.name == name), "{name}");
        }
    }
}
