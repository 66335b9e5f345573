//! Runs one program of tests, until one fails.

use std::{
    io::{self, BufRead as _, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// How a run of tests ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    Passed,
    /// The first test that failed, if it was named.
    Failed(Option<String>),
    TimedOut,
}

/// Runs a program of tests until it ends, one of them fails, or it takes too long; tells how long each test took.
///
/// # Errors
/// It cannot be run: that says nothing of a mutant.
pub(super) fn ended(
    mut command: Command,
    limit: Duration,
    took: &(impl Fn(&str, Duration) + Sync),
) -> io::Result<End> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn()?;
    let said = child.stdout.take();
    let said = said.ok_or_else(|| io::Error::other("it has no output"))?;
    let (tell, told) = mpsc::channel();
    thread::scope(|scope| {
        // It ends with the program, which is ended below.
        scope.spawn(move || tell.send(failed(said, took)));
        match told.recv_timeout(limit) {
            Ok(None) => Ok(match child.wait()?.success() {
                true => End::Passed,
                false => End::Failed(None),
            }),
            Ok(test) => {
                stop(&mut child);
                Ok(End::Failed(test))
            }
            Err(_) => {
                stop(&mut child);
                Ok(End::TimedOut)
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
    use std::sync::Mutex;

    #[test]
    fn the_first_failure_is_named_and_what_passed_is_timed() {
        type Times<'a> = &'a [(String, Duration)];
        let quarter = [("a::b".to_owned(), Duration::from_millis(250))];
        let rows: &[(&str, Option<&str>, Times<'_>)] = &[
            (
                "\nrunning 3 tests\ntest a::b ... ok <0.250s>\ntest c ... FAILED <0.1s>\ntest d ... FAILED\n",
                Some("c"),
                &quarter,
            ),
            ("test a::b - should panic ... ok <0.250s>\n", None, &quarter),
            ("test a::b - should panic ... FAILED\n", Some("a::b"), &[]),
            ("test a ... ok\ntest result: FAILED. 1 passed\n", None, &[]),
            ("test a ... ignored\n", None, &[]),
            ("", None, &[]),
        ];
        for (said, test, times) in rows {
            let told = Mutex::new(Vec::new());
            let took = |test: &str, took: Duration| {
                told.lock().unwrap().push((test.to_owned(), took));
            };
            assert_eq!(failed(said.as_bytes(), &took).as_deref(), *test);
            assert_eq!(told.into_inner().unwrap(), *times, "{said}");
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
        let ended = |command: Command, limit| ended(command, limit, &|_, _| {}).unwrap();
        let soon = Duration::from_millis(50);
        let long = Duration::from_secs(60);
        assert_eq!(ended(shell("exit 0"), long), End::Passed);
        assert_eq!(ended(shell("exit 101"), long), End::Failed(None));
        // Neither of these is waited for.
        assert_eq!(ended(shell("sleep 1000 & wait"), soon), End::TimedOut);
        let failing = ended(shell("echo 'test a ... FAILED'; sleep 1000"), long);
        assert_eq!(failing, End::Failed(Some("a".to_owned())));
    }

    #[test]
    fn a_program_that_is_not_there_notices_nothing() {
        let place = tempfile::tempdir().unwrap();
        let absent = Command::new(place.path().join("tests"));
        assert!(ended(absent, Duration::from_secs(60), &|_, _| {}).is_err());
    }
}
