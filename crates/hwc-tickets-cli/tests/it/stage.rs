//! The stage of a test: a simulator whose clock stands still, an empty home, and the built program.

use hwc_tickets_sim::{Fault, FaultRule, Operation, Simulator, Time};
use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::LazyLock,
    time::Duration,
};

/// The time on every stage.
pub(crate) const NOW: &str = "2026-11-21T06:00:00Z";

/// The zone of times on every stage: that of the machine must not matter.
pub(crate) const ZONE: (&str, &str) = ("HWC_TICKETS_TIME_ZONE", "GMT+8");

/// How long a test waits for what comes at once: only a broken program needs it.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// For as good as ever.
pub(crate) const FOREVER: u32 = u32::MAX;

/// Variables of settings that are text.
pub(crate) const SETTINGS: [&str; 10] = [
    "HWC_TICKETS_ENDPOINT",
    "HWC_TICKETS_SITE",
    "HWC_TICKETS_GROUP",
    "HWC_TICKETS_LANGUAGE",
    "HWC_TICKETS_TIME_ZONE",
    "HWC_TICKETS_TIMEOUT",
    "HWC_TICKETS_RETRIES",
    "HWC_TICKETS_OUTPUT",
    "HWC_TICKETS_PROFILE",
    "HWC_TICKETS_TOKEN",
];

/// The service cannot be reached behind its gateway.
pub(crate) fn unavailable() -> Fault {
    Fault::Status {
        status: 503,
        code: None,
        retry_after: None,
    }
}

/// What is asked may not be known. Whoever looks for what is in doubt gives up at the first such answer, where it would
/// look again and again for one that may pass.
pub(crate) fn forbidden() -> Fault {
    Fault::Status {
        status: 403,
        code: None,
        retry_after: None,
    }
}

/// Writes a file that only the user may read, and the directories above it.
pub(crate) fn private(path: &Path, bytes: &[u8]) -> PathBuf {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    path.to_owned()
}

/// A pending file that cannot be read, named with 32 times the same digit.
pub(crate) fn damage(stage: &Stage, digit: &str) -> PathBuf {
    private_directory(&stage.pending());
    let name = format!("{}.json", digit.repeat(32));
    private(&stage.pending().join(name), b"damaged")
}

/// The directory of pending files as the program makes it.
pub(crate) fn private_directory(path: &Path) {
    std::fs::create_dir_all(path).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
}

/// A simulator and a home directory. Nothing of the environment reaches the program.
pub(crate) struct Stage {
    runtime: tokio::runtime::Runtime,
    sim: Option<Simulator>,
    home: tempfile::TempDir,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    /// With a simulator whose clock shows the time of this machine: `doctor` compares them.
    pub(crate) fn of_today() -> Self {
        Self::with(|builder| builder.time(Time::Wall))
    }

    /// With a simulator of other settings.
    pub(crate) fn with(
        change: impl FnOnce(hwc_tickets_sim::SimulatorBuilder) -> hwc_tickets_sim::SimulatorBuilder,
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let builder = Simulator::builder()
            .seed(7)
            .time(Time::Manual(NOW.parse().unwrap()));
        let sim = runtime.block_on(change(builder).start()).unwrap();
        let home = tempfile::Builder::new().prefix("home").tempdir().unwrap();
        Self {
            runtime,
            sim: Some(sim),
            home,
        }
    }

    pub(crate) fn sim(&self) -> &Simulator {
        self.sim.as_ref().unwrap()
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.home().join(".config/hwc-tickets/config.toml")
    }

    pub(crate) fn pending(&self) -> PathBuf {
        self.home().join(".local/state/hwc-tickets/pending")
    }

    pub(crate) fn write_config(&self, text: &str) {
        private(&self.config(), text.as_bytes());
    }

    /// Sends a message whose answer is lost, while the ticket may not be read; `reads` go well before.
    pub(crate) fn in_doubt(&self, ticket: &str, text: &str, acted: bool, reads: u32) -> Ran {
        let lost = FaultRule::new(Operation::CreateMessages, Fault::Close);
        self.sim()
            .fault(if acted { lost.after_commit() } else { lost });
        self.sim().fault(
            FaultRule::new(Operation::ListMessages, forbidden())
                .skipping(reads)
                .times(FOREVER),
        );
        let ran = self.run(&["message", "send", ticket, text, "--timeout", "2s"]);
        assert_eq!(ran.code, 6, "{}", ran.stderr);
        self.sim().clear_faults();
        ran
    }

    /// The pending files, in the order of their names.
    pub(crate) fn pending_files(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.pending()).into_iter().flatten();
        let mut files: Vec<PathBuf> = files
            .map(|file| file.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "json"))
            .collect();
        files.sort();
        files
    }

    /// The one pending file.
    pub(crate) fn pending_file(&self) -> PathBuf {
        let files = self.pending_files();
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].clone()
    }

    /// Requests that reached the simulator.
    pub(crate) fn requests(&self) -> usize {
        self.sim().journal().len()
    }

    /// The program with nothing but its home.
    pub(crate) fn bare(&self, args: &[&str]) -> Command {
        let mut command = with_default_signals(program());
        command
            .args(args)
            .env_clear()
            .env("HOME", self.home())
            .env(ZONE.0, ZONE.1)
            .stdin(Stdio::null());
        command
    }

    /// The program, pointed at the simulator.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.bare(args);
        command
            .env("HWC_TICKETS_ENDPOINT", self.sim().endpoint())
            .env("HWC_TICKETS_TOKEN", self.sim().credentials().token);
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.finish(&mut self.command(args))
    }

    pub(crate) fn run_with_input(&self, args: &[&str], input: &str) -> Ran {
        self.given(&mut self.command(args), input.as_bytes())
    }

    /// A run with standard input.
    pub(crate) fn given(&self, command: &mut Command, input: &[u8]) -> Ran {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It may have ended before it read: then what it says is looked at, not what it was told.
        let _ = child.stdin.take().unwrap().write_all(input);
        self.ran(child.wait_with_output().unwrap())
    }

    /// A run whose output goes to a full disk.
    #[cfg(target_os = "linux")]
    pub(crate) fn onto_a_full_disk(&self, args: &[&str]) -> Ran {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut child = self
            .command(args)
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        until(&format!("the end of {args:?}"), || {
            child.try_wait().unwrap().is_some()
        });
        self.ran(child.wait_with_output().unwrap())
    }

    /// The same command where no file can grow, as on a full disk.
    #[cfg(unix)]
    pub(crate) fn on_a_full_disk(&self, command: &Command, input: &[u8]) -> Ran {
        self.given(&mut Self::where_no_file_grows(command), input)
    }

    /// The same command, not run yet.
    #[cfg(unix)]
    pub(crate) fn where_no_file_grows(command: &Command) -> Command {
        let mut limited = Command::new("sh");
        limited
            .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""])
            .arg(command.get_program())
            .args(command.get_args())
            .env_clear()
            .envs(
                command
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            );
        limited
    }

    /// A run where no file can grow, that is interrupted when what it does has happened.
    #[cfg(unix)]
    pub(crate) fn interrupted_on_a_full_disk(
        &self,
        args: &[&str],
        has_happened: impl FnMut() -> bool,
    ) -> Ran {
        let mut command = Self::where_no_file_grows(&self.command(args));
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        until(&format!("{args:?} to happen"), has_happened);
        let process = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
        self.ran(child.wait_with_output().unwrap())
    }

    /// A run whose output goes into a pipe whose reader was gone before it began.
    #[cfg(unix)]
    pub(crate) fn unread(&self, args: &[&str]) -> Ran {
        let mut gone = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
        let pipe = gone.stdin.take().unwrap();
        gone.wait().unwrap();
        self.finish(self.command(args).stdout(pipe))
    }

    pub(crate) fn spawn(&self, args: &[&str]) -> Child {
        self.command(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    pub(crate) fn finish(&self, command: &mut Command) -> Ran {
        self.ran(command.output().unwrap())
    }

    pub(crate) fn ran(&self, output: Output) -> Ran {
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: self.stable(&String::from_utf8(output.stdout).unwrap()),
            stderr: self.stable(&String::from_utf8(output.stderr).unwrap()),
        }
    }

    /// Without what differs from run to run: port, home, request ids.
    pub(crate) fn stable(&self, text: &str) -> String {
        let mut text = text.replace(&self.sim().address().to_string(), "127.0.0.1:PORT");
        text = text.replace(&self.home().display().to_string(), "~");
        for entry in self.sim().journal() {
            text = text.replace(&entry.request_id, "REQUEST-ID");
        }
        hexadecimal(&durations(&text))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(sim) = self.sim.take() {
            self.runtime.block_on(sim.shutdown());
        }
    }
}

impl Ran {
    /// As it stands in a golden file.
    pub(crate) fn golden(&self) -> String {
        format!(
            "exit code {}\n--- stdout\n{}--- stderr\n{}",
            self.code, self.stdout, self.stderr
        )
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

/// The built program.
pub(crate) fn program() -> &'static str {
    env!("CARGO_BIN_EXE_hwc-tickets")
}

/// That of GNU coreutils can do what is asked of it here. By its path: commands have another `PATH`, or none.
const ENV: &str = "/usr/bin/env";
/// Lets what `env` starts begin with none of these signals ignored.
const DEFAULT_SIGNALS: &str = "--default-signal=HUP,INT,QUIT";

/// A program that is told to end by signals, not run yet. Whoever started the tests may have had some ignored, as `nohup` does, and a
/// shell that runs a script does for what it has in the background. Programs inherit that: one that leaves an ignored signal
/// ignored would never end. What is started in a terminal has none ignored: the crate of the terminal sees to that.
pub(crate) fn with_default_signals(program: &str) -> Command {
    /// SIGHUP, SIGINT and SIGQUIT are the signals 1 to 3: the lowest bits.
    const MASK: u64 = 0b111;
    static ARE_IGNORED: LazyLock<bool> = LazyLock::new(|| {
        // It is there on Linux only.
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = status
            .lines()
            .find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
        ignored.is_some_and(|ignored| ignored & MASK != 0)
    });
    if !*ARE_IGNORED {
        return Command::new(program);
    }
    assert!(
        env_sets_signals(),
        "the tests were started with SIGHUP, SIGINT or SIGQUIT ignored, and programs would inherit that: start the tests in \
         the foreground of a terminal and without `nohup`, or install GNU coreutils 8.31 or later as {ENV}"
    );
    let mut command = Command::new(ENV);
    // The number of the process stays: `env` becomes the program.
    command.args([DEFAULT_SIGNALS, program]);
    command
}

/// Whether programs can be started with signals heard that the tests have ignored.
pub(crate) fn env_sets_signals() -> bool {
    static SETS: LazyLock<bool> = LazyLock::new(|| {
        let tried = Command::new(ENV).args([DEFAULT_SIGNALS, "true"]).output();
        tried.is_ok_and(|tried| tried.status.success())
    });
    *SETS
}

/// What is measured: `within 299 ms`.
fn durations(text: &str) -> String {
    // In words, and in JSON, which stays JSON.
    let measured = [("within ", "N"), ("\"nanos\":", "0"), ("\"nanos\": ", "0")];
    measured
        .iter()
        .fold(text.to_owned(), |text, (before, stands)| {
            let mut parts = text.split(before);
            let mut stable = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
                stable.push_str(before);
                stable.push_str(if part.len() == rest.len() { "" } else { stands });
                stable.push_str(rest);
            }
            stable
        })
}

/// Names of pending files and keys of messages: 32 or 64 hexadecimal digits. Keys are stable, names are random.
fn hexadecimal(text: &str) -> String {
    let mut stable = String::new();
    let mut digits = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_digit() || ('a'..='f').contains(&c) {
            digits.push(c);
            continue;
        }
        stable.push_str(if digits.len() == 32 {
            "PENDING-ID"
        } else {
            &digits
        });
        digits.clear();
        stable.push(c);
    }
    stable.pop();
    stable
}

/// Waits until `done` says so, where nothing tells when that is worth asking: files, processes, the simulator. Gives up
/// after a minute. A terminal tells: see `Terminal::until`.
pub(crate) fn until(what: &str, mut done: impl FnMut() -> bool) {
    /// The processors are left to the programs that are waited for.
    const BETWEEN_LOOKS: Duration = Duration::from_millis(1);
    let started = std::time::Instant::now();
    while !done() {
        assert!(
            started.elapsed() < LONGEST_WAIT,
            "waited too long for: {what}"
        );
        std::thread::park_timeout(BETWEEN_LOOKS);
    }
}

/// As a file is called while it is being written.
pub(crate) const DRAFT: &str = ".hwc-tickets-draft-aB3xYz0123456789.tmp";

/// The names in a directory, sorted.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let files = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
