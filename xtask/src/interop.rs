//! Programs of others against the simulator: each judge gets an environment of its own below `target/` and a simulator
//! of its own. Needs Python 3 with `venv`, and the Python package index the first time. `clients` are those that generators make.

pub mod clients;

use crate::{
    file::Workspace,
    linters,
    problem::{Problem, Result},
    programs::{self, Verdict, succeeds},
};
use clients::{Stage, Table};
use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// Somebody else's program that judges the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Judge {
    /// The official Python SDK calls every operation, and tells a story for each group of them with a state, signed.
    PythonOfficial,
    /// schemathesis holds answers against the description.
    Schemathesis,
    /// openapi-spec-validator holds the description, as it is published and as it is served, to its specification.
    SpecValidator,
    /// Linters of others hold what is published to every rule of theirs: the same as `cargo xtask linters`.
    Lint,
    /// The client of openapi-python-client, with mypy.
    Python,
    /// The clients of openapi-typescript with openapi-fetch, and of @hey-api/openapi-ts, with tsc.
    Typescript,
    /// The client of openapi-generator with its native library, with javac.
    Java,
    /// The client of openapi-generator in Go, with `go vet`.
    Go,
}

impl Judge {
    /// Programs that are there as they are.
    pub const ALL: [Judge; 3] = [
        Judge::PythonOfficial,
        Judge::Schemathesis,
        Judge::SpecValidator,
    ];

    /// Clients that generators make.
    pub const CLIENTS: [Judge; 4] = [Judge::Python, Judge::Typescript, Judge::Java, Judge::Go];

    /// Those of them that the step `clients` of `ci` asks. Each of the others takes longer, and has a proof of its own in `assurance`.
    pub const QUICK_CLIENTS: [Judge; 2] = [Judge::Python, Judge::Typescript];

    /// Its name on the command line, and of its directory below `tests/interop`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Judge::PythonOfficial => "python-official",
            Judge::Schemathesis => "schemathesis",
            Judge::SpecValidator => "spec-validator",
            Judge::Lint => "lint",
            Judge::Python => "python",
            Judge::Typescript => "typescript",
            Judge::Java => "java",
            Judge::Go => "go",
        }
    }

    /// What it is asked: arguments of the simulator, then a program of the environment with its arguments.
    fn questions(self, root: &Path) -> Vec<Question> {
        let file = |path: &str| root.join(path).display().to_string();
        match self {
            Judge::PythonOfficial => ["conversation.py", "operations.py", "stories.py"]
                .into_iter()
                .map(|script| Question {
                    simulator: &["--seed", "7", "--control", "--engineers", "manual"],
                    program: "python",
                    arguments: vec![file(&format!("tests/interop/python-official/{script}"))],
                    endpoint_flag: None,
                })
                .collect(),
            // Once with whatever comes to its mind, once with good data about tickets the simulator has.
            Judge::Schemathesis => [("any.toml", "all"), ("known-ticket.toml", "positive")]
                .into_iter()
                .map(|(config, mode)| Question {
                    simulator: &["--seed", "7", "--no-log"],
                    program: "schemathesis",
                    arguments: vec![
                        "--config-file".to_owned(),
                        file(&format!("tests/interop/schemathesis/{config}")),
                        "run".to_owned(),
                        "--mode".to_owned(),
                        mode.to_owned(),
                        file("spec/dist/openapi.json"),
                    ],
                    endpoint_flag: Some("--url"),
                })
                .collect(),
            Judge::SpecValidator => vec![Question {
                simulator: &["--seed", "7", "--no-log"],
                program: "python",
                arguments: vec![file("tests/interop/spec-validator/validate.py")],
                endpoint_flag: None,
            }],
            // These are asked in ways of their own.
            Judge::Lint | Judge::Python | Judge::Typescript | Judge::Java | Judge::Go => Vec::new(),
        }
    }
}

struct Question {
    simulator: &'static [&'static str],
    program: &'static str,
    arguments: Vec<String>,
    endpoint_flag: Option<&'static str>,
}

/// Asks one judge, or every one.
///
/// # Errors
/// A judge is not content, or cannot be asked here.
pub fn run(workspace: &Workspace, only: Option<Judge>) -> Result<String> {
    let every = || [&Judge::ALL[..], &Judge::CLIENTS[..]].concat();
    let judges = only.map_or_else(every, |judge| vec![judge]);
    let mut said = Vec::new();
    for judge in judges {
        let verdict = match judge {
            Judge::Lint => linters::ask(workspace)?,
            client if Judge::CLIENTS.contains(&client) => {
                Stage::set(workspace)?.ask(client, Table::Write)?
            }
            judge => ask(workspace, judge)?,
        };
        match verdict {
            Verdict::Content => said.push(judge.name().to_owned()),
            // A JDK and a toolchain of Go are large: who asks every judge gets the others without them.
            Verdict::Absent(why) if matches!(judge, Judge::Java | Judge::Go) && only.is_none() => {
                said.push(format!("{} SKIPPED: {why}", judge.name()));
            }
            Verdict::Absent(why) => return Err(absent(why).into()),
        }
    }
    Ok(format!("content: {}", said.join(", ")))
}

/// Asks one judge.
///
/// # Errors
/// It is not content, or the simulator does not build or start.
pub fn ask(workspace: &Workspace, judge: Judge) -> Result<Verdict> {
    let environment = match environment(workspace, judge)? {
        Ok(environment) => environment,
        Err(why) => return Ok(Verdict::Absent(why)),
    };
    let simulator = programs::build(workspace)?.simulator()?;
    let root = programs::absolute(workspace);
    for question in judge.questions(&root) {
        let running = Simulator::start(&simulator, question.simulator)?;
        let mut command = Command::new(program(&environment, question.program));
        command
            // Whatever it writes into its home and its directory stays below target/.
            .current_dir(&environment)
            .env("HOME", &environment)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .args(&question.arguments)
            .args(question.endpoint_flag)
            .arg(&running.endpoint)
            .stdin(Stdio::null());
        let status = command
            .status()
            .map_err(|error| broken(judge, &error.to_string()))?;
        if !status.success() {
            let what = format!(
                "{} is not content with the simulator; its own words are above",
                judge.name()
            );
            let remedy = "mend crates/hwc-tickets-sim or the description, whichever is wrong";
            return Err(Problem::general(what, remedy).into());
        }
    }
    Ok(Verdict::Content)
}

/// Where the packages of a judge are pinned.
#[must_use]
pub fn requirements(judge: Judge) -> String {
    format!("tests/interop/{}/requirements.txt", judge.name())
}

/// The Python environment of a judge, made when it is missing or its requirements changed; or why there is none.
///
/// # Errors
/// A file cannot be read or written.
pub fn environment(
    workspace: &Workspace,
    judge: Judge,
) -> Result<std::result::Result<PathBuf, String>> {
    let requirements = requirements(judge);
    let wanted = workspace.read(&requirements)?;
    let place = format!("target/interop/{}", judge.name());
    let installed = format!("{place}/installed.txt");
    let root = workspace
        .root()
        .canonicalize()
        .unwrap_or_else(|_| workspace.root().to_owned());
    let environment = root.join(&place);
    if workspace.read_if_there(&installed)?.as_deref() == Some(&wanted) {
        return Ok(Ok(environment));
    }
    let python = if cfg!(windows) { "python" } else { "python3" };
    if !succeeds(
        Command::new(python)
            .args(["-m", "venv", "--clear"])
            .arg(&environment),
    ) {
        return Ok(Err(format!("`{python} -m venv` does not work here")));
    }
    let mut pip = Command::new(program(&environment, "python"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
    ]);
    if !succeeds(pip.arg(root.join(&requirements))) {
        return Ok(Err(format!("pip cannot install {requirements}")));
    }
    workspace.replace(&[(installed, wanted)])?;
    Ok(Ok(environment))
}

/// A program of a Python environment.
#[must_use]
pub fn program(environment: &Path, name: &str) -> PathBuf {
    let directory = if cfg!(windows) { "Scripts" } else { "bin" };
    environment.join(directory).join(name)
}

/// A running simulator; stopped when it goes out of scope.
struct Simulator {
    process: Child,
    endpoint: String,
}

impl Simulator {
    fn start(program: &Path, arguments: &[&str]) -> Result<Self> {
        let failed = |what: String| {
            let remedy = "run `cargo run -p hwc-tickets-sim` and mend what it says";
            Problem::general(format!("the simulator does not start: {what}"), remedy)
        };
        let mut process = Command::new(program)
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let mut line = String::new();
        if let Some(out) = process.stdout.take() {
            let read = BufReader::new(out).read_line(&mut line);
            read.map_err(|error| failed(error.to_string()))?;
        }
        let mut running = Self {
            process,
            endpoint: String::new(),
        };
        let endpoint = line.trim_end().strip_prefix("listening on ");
        running.endpoint = endpoint
            .ok_or_else(|| failed(format!("it says `{}`", line.trim_end())))?
            .to_owned();
        Ok(running)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// That a judge cannot be asked here.
#[must_use]
pub fn absent(why: String) -> Problem {
    let remedy = "install Python 3 with venv, Node.js 20 with npm, and a JDK, and let pip and npm reach their registries";
    Problem::general(why, remedy)
}

fn broken(judge: Judge, why: &str) -> Problem {
    let remedy = format!("remove target/interop/{} and try again", judge.name());
    Problem::general(format!("{} does not start: {why}", judge.name()), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{assurance::PROOFS, ci::STEPS};
    use clap::ValueEnum as _;

    /// Where nobody asks a judge but by hand, nobody hears what it finds.
    #[test]
    fn every_judge_is_asked_by_a_step() {
        for &judge in Judge::value_variants() {
            let name = judge.name();
            let step = match judge {
                Judge::Lint => Some("linters"),
                _ if Judge::ALL.contains(&judge) => Some("interop"),
                _ if Judge::QUICK_CLIENTS.contains(&judge) => Some("clients"),
                _ => None,
            };
            let proof = format!("interop-{name}");
            let is_asked = match step {
                Some(step) => STEPS.iter().any(|known| known.name == step),
                None => PROOFS.iter().any(|known| known.name == proof),
            };
            assert!(
                is_asked,
                "no step of `ci` asks {name}, and no proof is called {proof}"
            );

            // One that is asked nothing is content with everything.
            let has_way_of_its_own = judge == Judge::Lint || Judge::CLIENTS.contains(&judge);
            let has_questions = !judge.questions(Path::new("")).is_empty();
            assert_ne!(has_questions, has_way_of_its_own, "{name}");
            assert_eq!(has_questions, Judge::ALL.contains(&judge), "{name}");
        }
    }
}
