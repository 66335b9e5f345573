//! Runs tests with one mutant in force, until one fails.

use super::{
    PLACE,
    areas::Chosen,
    build::{Binary, Built},
    rewrite::VARIABLE,
};
use crate::{
    file::Workspace,
    problem::{Problem, Result},
    programs,
};
use std::{
    fs,
    io::{BufRead as _, BufReader, Read},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// What the tests get for one of them at least: a machine may have other work.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// How much longer than without a mutant.
const LONGER: u32 = 5;
/// How many schedules each kind runs for one of them: as many as notice most in a second.
pub(super) const SCHEDULES: (&str, &str) = ("HWC_TICKETS_SCHEDULES", "50");
/// As `.cargo/config.toml` has it: tests wait more than they compute.
const THREADS: (&str, &str) = ("RUST_TEST_THREADS", "4");

/// How a run of tests ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    Passed,
    /// The first test that failed, if it was named.
    Failed(Option<String>),
    TimedOut,
}

/// The tests of a package, with mutants in them.
pub(super) struct Trial<'a> {
    built: &'a Built,
    first: &'static [&'static str],
    package: &'a str,
    /// Where the tests put files of their own.
    room: PathBuf,
    /// How long the tests about the area may take, and all of them.
    pub(super) limits: [Duration; 2],
}

impl<'a> Trial<'a> {
    /// Runs them without a mutant: they pass, and take their time.
    ///
    /// # Errors
    /// One fails.
    pub(super) fn new(workspace: &Workspace, part: &'a Chosen, built: &'a Built) -> Result<Self> {
        let mut trial = Self {
            built,
            first: part.first,
            package: &part.package,
            room: programs::absolute(workspace).join(PLACE).join("tmp"),
            // Nobody knows yet.
            limits: [PATIENCE * 60, PATIENCE * 60],
        };
        let (first, all) = (trial.timed(true)?, trial.timed(false)?);
        trial.limits = [first, all].map(|took| (took * LONGER).max(PATIENCE));
        Ok(trial)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "how long real tests take is what is asked"
    )]
    fn timed(&self, is_first: bool) -> Result<Duration> {
        let began = Instant::now();
        match self.asked(None, is_first, 0) {
            End::Passed => Ok(began.elapsed()),
            end => {
                let test = match end {
                    End::Failed(Some(test)) => test,
                    _ => "a program of tests".to_owned(),
                };
                Err(Problem::general(
                    format!("{test} of {} fails without a mutant", self.package),
                    format!(
                        "run `cargo test --package {}` in {PLACE}/tree",
                        self.package
                    ),
                )
                .into())
            }
        }
    }

    /// Asks the tests about the area, or every test. `worker` tells apart who asks at the same time.
    pub(super) fn asked(&self, mutant: Option<usize>, is_first: bool, worker: usize) -> End {
        let limit = self.limits[usize::from(!is_first)];
        for binary in &self.built.binaries {
            if is_first && !binary.is_first {
                continue;
            }
            let room = self.room.join(worker.to_string());
            let _ = fs::create_dir_all(&room);
            let mut command = self.command(binary, mutant);
            command.env("TMPDIR", &room);
            if is_first && !self.first.is_empty() {
                let (variable, count) = SCHEDULES;
                command.env(variable, count).args(self.first);
            }
            let end = ended(command, limit);
            // What is stopped does not clear up.
            let _ = fs::remove_dir_all(&room);
            if end != End::Passed {
                return end;
            }
        }
        End::Passed
    }

    /// As cargo starts it.
    fn command(&self, binary: &Binary, mutant: Option<usize>) -> Command {
        let place = self.built.copy.root().join("crates").join(self.package);
        let mut command = Command::new(&binary.path);
        command
            .current_dir(&place)
            .env("CARGO_MANIFEST_DIR", &place)
            .env("CARGO_PKG_NAME", self.package)
            .env("INSTA_UPDATE", "no")
            // Nobody reads where a mutant panics.
            .env("RUST_BACKTRACE", "0")
            .env_remove(VARIABLE);
        let (variable, count) = THREADS;
        if std::env::var_os(variable).is_none() {
            command.env(variable, count);
        }
        if let Some(mutant) = mutant {
            command.env(VARIABLE, mutant.to_string());
        }
        command
    }
}

/// Runs a program of tests until it ends, one of them fails, or it takes too long.
fn ended(mut command: Command, limit: Duration) -> End {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let Ok(mut child) = command.spawn() else {
        return End::Failed(None);
    };
    let Some(said) = child.stdout.take() else {
        return End::Failed(None);
    };
    let (tell, told) = mpsc::channel();
    // It ends with the program, which is ended below.
    thread::spawn(move || tell.send(failed(said)));
    match told.recv_timeout(limit) {
        Ok(None) => match child.wait() {
            Ok(status) if status.success() => End::Passed,
            _ => End::Failed(None),
        },
        Ok(test) => {
            stop(&mut child);
            End::Failed(test)
        }
        Err(_) => {
            stop(&mut child);
            End::TimedOut
        }
    }
}

/// The first test that fails, as soon as it does.
fn failed(said: impl Read) -> Option<String> {
    let mut lines = BufReader::new(said);
    let mut line = Vec::new();
    loop {
        line.clear();
        if !matches!(lines.read_until(b'\n', &mut line), Ok(length) if length > 0) {
            return None;
        }
        let text = String::from_utf8_lossy(&line);
        let test = text.trim_end().strip_suffix(" ... FAILED");
        if let Some(test) = test.and_then(|test| test.strip_prefix("test ")) {
            return Some(test.to_owned());
        }
    }
}

/// Ends a program with what it started.
fn stop(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_is_named() {
        for (said, test) in [
            (
                "\nrunning 2 tests\ntest a::b ... ok\ntest c ... FAILED\ntest d ... FAILED\n",
                Some("c"),
            ),
            (
                "test a::b - should panic ... FAILED\n",
                Some("a::b - should panic"),
            ),
            ("test a ... ok\ntest result: FAILED. 1 passed\n", None),
            ("", None),
        ] {
            assert_eq!(failed(said.as_bytes()).as_deref(), test);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_program_ends_with_what_it_started() {
        let shell = |text: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", text]);
            command
        };
        let soon = Duration::from_millis(50);
        let long = Duration::from_secs(60);
        assert_eq!(ended(shell("exit 0"), long), End::Passed);
        assert_eq!(ended(shell("exit 101"), long), End::Failed(None));
        // Neither of these is waited for.
        assert_eq!(ended(shell("sleep 1000 & wait"), soon), End::TimedOut);
        let failing = ended(shell("echo 'test a ... FAILED'; sleep 1000"), long);
        assert_eq!(failing, End::Failed(Some("a".to_owned())));
    }
}
