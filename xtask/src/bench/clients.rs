//! The clients that are measured, each as a program that does a work so many times and ends: for what is told of whole programs.

use super::{
    broken,
    figures::{OFFICIAL, OPENAPI_GENERATOR},
    generated,
    words::OTHERS,
};
use crate::{
    file::Workspace,
    interop::{self, Judge},
    problem::Result,
    programs,
};
use serde::Deserialize;
use std::{
    ffi::OsString,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// Where the script is that calls the official Python SDK.
const SCRIPT: &str = "tests/benchmarks/official/calls.py";

/// Clients of others, those that can be had here.
#[derive(Default)]
pub(super) struct Others {
    /// Interpreter and script of the official Python SDK.
    official: Option<[PathBuf; 2]>,
    /// The program that calls the client of openapi-generator.
    openapi_generator: Option<PathBuf>,
    /// What there is not, and why.
    pub(super) missing: Vec<(&'static str, String)>,
}

impl Others {
    /// Installs, makes and builds them.
    pub(super) fn found(workspace: &Workspace, say: fn(&str)) -> Result<Self> {
        let mut others = Self::default();
        match interop::environment(workspace, Judge::PythonOfficial)? {
            Ok(environment) => {
                let python = interop::program(&environment, "python");
                let script = programs::absolute(workspace).join(SCRIPT);
                others.official = Some([python, script]);
            }
            Err(why) => others.missing.push(("the official Python SDK", why)),
        }
        say("makes and builds the client of openapi-generator");
        match generated::client(workspace)? {
            Ok(program) => others.openapi_generator = Some(program),
            Err(why) => {
                let what = "the client that openapi-generator makes for Rust";
                others.missing.push((what, why));
            }
        }
        Ok(others)
    }

    /// Names them to the measurement.
    pub(super) fn name(&self, command: &mut Command) {
        if let Some(line) = &self.official {
            command.arg("--official").args(line);
        }
        if let Some(program) = &self.openapi_generator {
            command.arg("--openapi-generator").arg(program);
        }
    }

    /// The line of one of them, without the address to call.
    fn line(&self, way: &str) -> Option<Vec<OsString>> {
        let line: &[PathBuf] = match way {
            OFFICIAL => self.official.as_ref()?,
            OPENAPI_GENERATOR => self.openapi_generator.as_slice(),
            _ => return None,
        };
        let line: Vec<OsString> = line.iter().map(OsString::from).collect();
        (!line.is_empty()).then_some(line)
    }
}

/// All of them, and the simulator that they call.
pub(super) struct Clients<'a> {
    /// The program that has every way of this SDK and of plain code.
    pub(super) measures: &'a Path,
    /// Address of the simulator.
    pub(super) simulator: &'a str,
    pub(super) others: &'a Others,
    /// Tells of a client of others that does not do its work here.
    pub(super) say: fn(&str),
}

impl Clients<'_> {
    /// The program that does this work so many times by a way of this SDK or of plain code.
    pub(super) fn own(&self, way: &str, work: &str, calls: u64) -> Program {
        let calls = calls.to_string();
        Program::new(self.measures, &["one", self.simulator, way, work, &calls])
    }

    /// The same by any way; none where that client cannot be had here.
    pub(super) fn program(&self, way: &str, work: &str, calls: u64) -> Result<Option<Program>> {
        if !OTHERS.contains(&way) {
            return Ok(Some(self.own(way, work, calls)));
        }
        let Some(mut line) = self.others.line(way) else {
            return Ok(None);
        };
        line.push(self.simulator.into());
        let calls = calls.to_string();
        let order = Program::new(self.measures, &["order", work, calls.as_str()]);
        let input = order.run(&[])?.stdout;
        Ok(Some(Program { line, input }))
    }

    /// What came of a client; nothing where it is one of others and does not do its work here. Why is said, and the page has no row of it.
    pub(super) fn unless_other<T>(&self, way: &str, outcome: Result<T>) -> Result<Option<T>> {
        match outcome {
            Err(problems) if OTHERS.contains(&way) => {
                (self.say)(&format!("LEFT OUT {way}: {problems}"));
                Ok(None)
            }
            outcome => outcome.map(Some),
        }
    }
}

/// What a program tells of itself when it ends.
#[derive(Deserialize)]
struct Told {
    peak_kib: Option<u64>,
}

/// A program that does its work and ends.
pub(super) struct Program {
    /// Where it is, and its arguments.
    line: Vec<OsString>,
    /// What it reads.
    input: Vec<u8>,
}

impl Program {
    /// One that reads nothing.
    pub(super) fn new(program: &Path, arguments: &[&str]) -> Self {
        let mut line = vec![program.as_os_str().to_owned()];
        line.extend(arguments.iter().map(OsString::from));
        Self {
            line,
            input: Vec::new(),
        }
    }

    /// The same with less of the work. Clients of others know no such thing.
    pub(super) fn smaller(mut self) -> Self {
        self.line.push("--small".into());
        self
    }

    /// How large it is, in bytes.
    pub(super) fn size(&self) -> Option<u64> {
        let facts = fs::metadata(self.line.first()?);
        facts.ok().map(|facts| facts.len())
    }

    /// Runs it to its end, below another program where `below` names one with its arguments; what both say.
    pub(super) fn run(&self, below: &[OsString]) -> Result<Output> {
        let mut line = below.iter().chain(&self.line);
        let program = line.next().ok_or_else(|| broken("a program has no name"))?;
        let mut process = Command::new(program)
            .args(line)
            // As where it is measured by the clock.
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| broken(&error.to_string()))?;
        if let Some(mut input) = process.stdin.take() {
            // One that ends without reading says itself why.
            let _ = input.write_all(&self.input);
        }
        let output = process.wait_with_output();
        let output = output.map_err(|error| broken(&error.to_string()))?;
        match output.status.success() {
            true => Ok(output),
            false => {
                let program = Path::new(program).display();
                let said = String::from_utf8_lossy(&output.stderr);
                Err(broken(&format!("`{program}` fails: {said}")).into())
            }
        }
    }

    /// Runs it; the most memory that it took, in KiB, as it tells itself.
    pub(super) fn peak(&self) -> Result<Option<u64>> {
        let said = self.run(&[])?.stdout;
        let told: Told = serde_json::from_slice(&said)
            .map_err(|error| broken(&format!("a program says what is no JSON: {error}")))?;
        Ok(told.peak_kib)
    }
}
