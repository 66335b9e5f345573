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
    sync::{Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

/// What the tests get for one of them at least: a machine may have other work.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// How much longer than without a mutant.
const LONGER: u32 = 5;
/// How many schedules each kind runs for one of them: as many as notice most in a second.
pub(super) const SCHEDULES: (&str, &str) = ("HWC_TICKETS_SCHEDULES", "50");
/// As `.cargo/config.toml` has it: tests wait more than they compute.
const THREADS: (&str, &str) = ("RUST_TEST_THREADS", "4");

/// How many of them run at once.
const WORKERS: u32 = 4;
/// A test that takes longer is asked last.
const SLOW: Duration = Duration::from_secs(2);

/// How a run of tests ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    Passed,
    /// The first test that failed, if it was named.
    Failed(Option<String>),
    TimedOut,
}

/// Which tests are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Those about the area.
    First,
    /// All but the slow ones.
    Fast,
    Slow,
}

/// The tests of a package, with mutants in them.
pub(super) struct Trial<'a> {
    built: &'a Built,
    first: &'static [&'static str],
    package: &'a str,
    /// Where the tests put files of their own.
    room: PathBuf,
    /// The slow tests of each program.
    slow: Vec<Vec<String>>,
    limits: [Duration; 3],
}

impl<'a> Trial<'a> {
    /// Runs all tests without a mutant: they pass, and take their time.
    ///
    /// # Errors
    /// One fails.
    pub(super) fn new(workspace: &Workspace, part: &'a Chosen, built: &'a Built) -> Result<Self> {
        let mut trial = Self {
            built,
            first: part.first,
            package: &part.package,
            room: programs::absolute(workspace).join(PLACE).join("tmp"),
            slow: built.binaries.iter().map(|_| Vec::new()).collect(),
            // Nobody knows yet.
            limits: [PATIENCE * 60; 3],
        };
        let times = Mutex::new(Vec::new());
        trial.passes(trial.asked_of(None, Stage::Fast, 0, &times))?;
        let (mut fast, mut slow) = (Duration::ZERO, Duration::ZERO);
        for (place, test, took) in times.into_inner().unwrap_or_default() {
            match trial.slow.get_mut(place) {
                Some(tests) if took > SLOW => {
                    tests.push(test);
                    slow += took;
                }
                _ => fast += took,
            }
        }
        trial.passes(trial.asked(None, Stage::First, 0))?;
        trial.limits = [fast, fast, slow].map(|took| (took * LONGER / WORKERS).max(PATIENCE));
        Ok(trial)
    }

    /// How long the tests about the area may take, and all of them.
    pub(super) fn limits(&self) -> [Duration; 2] {
        let [first, fast, slow] = self.limits;
        [first, fast + slow]
    }

    fn limit(&self, stage: Stage) -> Duration {
        let [first, fast, slow] = self.limits;
        match stage {
            Stage::First => first,
            Stage::Fast => fast,
            Stage::Slow => slow,
        }
    }

    fn passes(&self, end: End) -> Result<()> {
        let test = match end {
            End::Passed => return Ok(()),
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

    /// Asks tests about a mutant. `worker` tells apart who asks at the same time.
    pub(super) fn asked(&self, mutant: Option<usize>, stage: Stage, worker: usize) -> End {
        self.asked_of(mutant, stage, worker, &Mutex::new(Vec::new()))
    }

    fn asked_of(
        &self,
        mutant: Option<usize>,
        stage: Stage,
        worker: usize,
        times: &Mutex<Vec<(usize, String, Duration)>>,
    ) -> End {
        for (place, (binary, slow)) in self.built.binaries.iter().zip(&self.slow).enumerate() {
            let has_none = stage == Stage::Slow && slow.is_empty();
            if has_none || (stage == Stage::First && !binary.is_first) {
                continue;
            }
            let took = |test: &str, took: Duration| {
                let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
                times.push((place, test.to_owned(), took));
            };
            let end = self.asked_one(mutant, stage, worker, (binary, slow), &took);
            if end != End::Passed {
                return end;
            }
        }
        End::Passed
    }

    /// Asks one program. A test that fails has to fail alone too: some do not stand the company of others on a machine with much to do.
    fn asked_one(
        &self,
        mutant: Option<usize>,
        stage: Stage,
        worker: usize,
        (binary, slow): (&Binary, &[String]),
        took: &(impl Fn(&str, Duration) + Sync),
    ) -> End {
        let mut apart: Vec<String> = Vec::new();
        loop {
            let mut command = self.command(binary, mutant);
            match stage {
                Stage::First => {
                    let (variable, count) = SCHEDULES;
                    command.env(variable, count).args(self.first);
                }
                Stage::Fast => {
                    command.arg("--exact");
                    command.args(slow.iter().flat_map(|test| ["--skip", test]));
                }
                Stage::Slow => {
                    command.arg("--exact").args(slow);
                }
            }
            command.args(apart.iter().flat_map(|test| ["--skip", test]));
            let limit = self.limit(stage);
            let end = self.in_room(command, limit, worker, took);
            let End::Failed(Some(test)) = &end else {
                return end;
            };
            if apart.contains(test) {
                return end;
            }
            let mut command = self.command(binary, mutant);
            command.args(["--exact", test]);
            if self.in_room(command, limit, worker, took) != End::Passed {
                return end;
            }
            apart.push(test.clone());
        }
    }

    /// Runs it with a directory for its files, which goes with it: what is stopped does not clear up.
    fn in_room(
        &self,
        mut command: Command,
        limit: Duration,
        worker: usize,
        took: &(impl Fn(&str, Duration) + Sync),
    ) -> End {
        let room = self.room.join(worker.to_string());
        let _ = fs::create_dir_all(&room);
        command.env("TMPDIR", &room);
        let end = ended(command, limit, took);
        let _ = fs::remove_dir_all(&room);
        end
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
            // How long each test takes is told to those who may use what is not stable.
            .env("RUSTC_BOOTSTRAP", "1")
            .args(["-Zunstable-options", "--report-time"])
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

/// Runs a program of tests until it ends, one of them fails, or it takes too long; tells how long each test took.
fn ended(mut command: Command, limit: Duration, took: &(impl Fn(&str, Duration) + Sync)) -> End {
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
    thread::scope(|scope| {
        // It ends with the program, which is ended below.
        scope.spawn(move || tell.send(failed(said, took)));
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
    })
}

/// The first test that fails, as soon as it does.
fn failed(said: impl Read, took: &impl Fn(&str, Duration)) -> Option<String> {
    let mut lines = BufReader::new(said);
    let mut line = Vec::new();
    loop {
        line.clear();
        if !matches!(lines.read_until(b'\n', &mut line), Ok(length) if length > 0) {
            return None;
        }
        let text = String::from_utf8_lossy(&line);
        let test = text
            .strip_prefix("test ")
            .and_then(|text| text.split_once(" ... "));
        let Some((test, end)) = test else { continue };
        let test = test.trim_end_matches(" - should panic");
        if end.starts_with("FAILED") {
            return Some(test.to_owned());
        }
        let seconds = end
            .split_once('<')
            .and_then(|(_, end)| end.split_once("s>"));
        if let Some(Ok(seconds)) = seconds.map(|(seconds, _)| seconds.parse()) {
            took(
                test,
                Duration::try_from_secs_f64(seconds).unwrap_or_default(),
            );
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
            ("test a::b - should panic ... FAILED\n", Some("a::b")),
            ("test a ... ok\ntest result: FAILED. 1 passed\n", None),
            ("", None),
        ] {
            let times = Mutex::new(Vec::new());
            let took = |test: &str, took: Duration| {
                times.lock().unwrap().push((test.to_owned(), took));
            };
            assert_eq!(failed(said.as_bytes(), &took).as_deref(), test);
            let times = times.into_inner().unwrap();
            let known = [("a::b".to_owned(), Duration::from_millis(250))];
            assert!(times.is_empty() || times == known);
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
        let ended = |command: Command, limit| ended(command, limit, &|_, _| {});
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
