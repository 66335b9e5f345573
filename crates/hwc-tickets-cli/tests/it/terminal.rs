//! The program on a real pseudo-terminal: what stands on the screen.

mod came;

use crate::stage::{LONGEST_WAIT, Stage, ZONE, program, until};
use came::Output;
use hwc_tickets_sim::{Fault, FaultRule, Route};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::{
    io::Write,
    sync::Arc,
    time::{Duration, Instant},
};

/// A terminal with the program on it.
pub(crate) struct Terminal {
    output: Arc<Output>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    reading: Option<std::thread::JoinHandle<()>>,
    master: Box<dyn MasterPty + Send>,
    /// How the terminal was set before the program began.
    modes: String,
}

impl Terminal {
    pub(crate) fn run(stage: &Stage, rows: u16, cols: u16, args: &[&str]) -> Self {
        Self::with(stage, rows, cols, args, &[])
    }

    /// With more variables.
    pub(crate) fn with(
        stage: &Stage,
        rows: u16,
        cols: u16,
        args: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let mut command = Self::on_stage(stage, CommandBuilder::new(program()));
        command.args(args);
        for (name, value) in variables {
            command.env(name, value);
        }
        Self::of(command, rows, cols)
    }

    /// A script of a shell that has the terminal, with the program as `$0`.
    pub(crate) fn in_a_shell(stage: &Stage, rows: u16, cols: u16, script: &str) -> Self {
        let mut command = Self::on_stage(stage, CommandBuilder::new("/bin/sh"));
        command.args(["-c", script]);
        command.arg(program());
        Self::of(command, rows, cols)
    }

    /// A command that knows nothing but the stage.
    fn on_stage(stage: &Stage, mut command: CommandBuilder) -> CommandBuilder {
        command.env_clear();
        command.env("HOME", stage.home());
        command.env("TERM", "xterm-256color");
        command.env(ZONE.0, ZONE.1);
        command.env("HWC_TICKETS_ENDPOINT", stage.sim().endpoint());
        command.env("HWC_TICKETS_TOKEN", stage.sim().credentials().token);
        command
    }

    /// Any command.
    pub(crate) fn of(command: CommandBuilder, rows: u16, cols: u16) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize {
                rows,
                cols,
                pixel_width: 0,
                pixel_height: 0,
            })
            .unwrap();
        let modes = modes(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let output = Arc::new(Output::new(rows, cols));
        let reader = pair.master.try_clone_reader().unwrap();
        let taking = Arc::clone(&output);
        let reading = std::thread::spawn(move || taking.take_in(reader));
        let keyboard = pair.master.take_writer().unwrap();
        Self {
            output,
            keyboard,
            child,
            reading: Some(reading),
            master: pair.master,
            modes,
        }
    }

    /// The screen without spaces and lines at its end.
    pub(crate) fn screen(&self) -> String {
        self.output.came().screen()
    }

    /// The screen when nothing is half drawn, for a program that marks the begin and the end of each drawing.
    pub(crate) fn drawn(&self) -> Option<String> {
        let came = self.output.came();
        let written = came.written();
        let count = |mark: &str| written.matches(mark).count();
        (count("\u{1b}[?2026h") <= count("\u{1b}[?2026l")).then(|| came.screen())
    }

    /// Waits until `done` says so of what the program has written: it is asked when something came, and the processors
    /// are left to the program meanwhile. Gives up after a minute, and when nothing can come any more.
    pub(crate) fn until(&self, what: &str, mut done: impl FnMut() -> bool) {
        let deadline = Instant::now() + LONGEST_WAIT;
        loop {
            // Before `done` looks: what comes while it does is looked at again.
            let (reads, is_over) = {
                let came = self.output.came();
                (came.reads, came.is_over)
            };
            if done() {
                return;
            }
            assert!(!is_over, "the program ended without: {what}");
            let left = deadline.saturating_duration_since(Instant::now());
            let has_come = self.output.wait(reads, left);
            assert!(has_come, "waited too long for: {what}");
        }
    }

    /// Waits until all of it stands on the screen at once, and gives the screen.
    pub(crate) fn shows_all(&self, texts: &[&str]) -> String {
        let mut shown = None;
        self.until(&texts.join(", "), || {
            shown = self
                .drawn()
                .filter(|screen| texts.iter().all(|text| screen.contains(text)));
            shown.is_some()
        });
        shown.unwrap()
    }

    /// Another size, as when people pull at the window.
    pub(crate) fn resize(&self, rows: u16, cols: u16) {
        let mut came = self.output.came();
        came.screen.screen_mut().set_size(rows, cols);
        drop(came);
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.master.resize(size).unwrap();
    }

    /// Text, look as attributes of SVG, and whether it is wide; `None` for what a wide character covers.
    pub(crate) fn cell(&self, row: u16, column: u16) -> Option<(String, String, bool)> {
        let came = self.output.came();
        let cell = came.screen.screen().cell(row, column)?;
        if cell.is_wide_continuation() {
            return None;
        }
        let text = match cell.contents() {
            "" => " ",
            text => text,
        };
        let mut look = match cell.fgcolor() {
            vt100::Color::Idx(1) => " fill=\"#f47067\"",
            vt100::Color::Idx(2) => " fill=\"#6bc46d\"",
            vt100::Color::Idx(3) => " fill=\"#daaa3f\"",
            vt100::Color::Idx(5) => " fill=\"#d2a8ff\"",
            vt100::Color::Idx(6) => " fill=\"#76e3ea\"",
            _ => "",
        }
        .to_owned();
        if cell.bold() {
            look.push_str(" font-weight=\"bold\"");
        }
        if cell.dim() {
            look.push_str(" opacity=\"0.6\"");
        }
        Some((text.to_owned(), look, cell.is_wide()))
    }

    /// The process of the program.
    pub(crate) fn process(&self) -> rustix::process::Pid {
        let id = self.child.process_id().unwrap();
        rustix::process::Pid::from_raw(id.try_into().unwrap()).unwrap()
    }

    /// Row and column, from 0.
    pub(crate) fn cursor(&self) -> (u16, u16) {
        self.output.came().screen.screen().cursor_position()
    }

    /// Whether everything the program may have changed is as it was.
    pub(crate) fn is_as_before(&self) -> bool {
        let came = self.output.came();
        let screen = came.screen.screen();
        !screen.alternate_screen()
            && !screen.bracketed_paste()
            && !screen.hide_cursor()
            && modes(self.master.as_ref()) == self.modes
    }

    pub(crate) fn shows(&self, text: &str) {
        self.until(text, || self.screen().contains(text));
    }

    pub(crate) fn type_in(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Whether the terminal shows what is typed.
    pub(crate) fn echoes(&self) -> bool {
        /// `ECHO`, the same bit on Linux and macOS.
        const ECHO: u32 = 0o10;
        let flags = self.master.get_termios().unwrap().local_flags.bits();
        u64::from(flags) & u64::from(ECHO) != 0
    }

    /// Waits for its end, and until all it wrote is on the screen.
    pub(crate) fn end(&mut self) -> u32 {
        let code = self.child.wait().unwrap().exit_code();
        self.reading.take().unwrap().join().unwrap();
        code
    }

    pub(crate) fn written(&self) -> String {
        self.output.came().written()
    }
}

/// A test that fails shows the screen.
impl Drop for Terminal {
    #[expect(clippy::print_stderr, reason = "the report of a failed test")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the screen was:\n{}", self.screen());
        }
    }
}

/// What the system keeps about the terminal: echo, lines, signals.
fn modes(terminal: &dyn MasterPty) -> String {
    format!("{:?}", terminal.get_termios())
}

#[test]
fn the_width_of_the_terminal_is_kept() {
    let stage = Stage::new();
    for (name, cols) in [("wide", 100), ("narrow", 40)] {
        let mut terminal = Terminal::run(
            &stage,
            24,
            cols,
            &[
                "message",
                "history",
                "TT202611210003",
                "--oldest-first",
                "--color",
                "never",
            ],
        );
        assert_eq!(terminal.end(), 0);
        terminal.shows("建议先检查");
        insta::assert_snapshot!(format!("terminal_history_{name}"), terminal.screen());
    }
}

#[test]
fn colour_on_a_terminal() {
    let stage = Stage::new();
    let mut terminal = Terminal::run(&stage, 24, 80, &["message", "history", "case-123"]);
    assert_eq!(terminal.end(), 0);
    terminal.shows("The disk of node 7");
    assert!(terminal.written().contains("\u{1b}["));
}

/// Longer than a second: a sign of life, which goes when the answer is there.
#[test]
fn a_sign_of_life() {
    let stage = Stage::new();
    // The simulator's clock stands still, and with it the delay.
    stage.sim().fault(FaultRule::new(
        Route::Any,
        Fault::Delay {
            by: Duration::from_secs(3600),
        },
    ));
    let mut terminal = Terminal::run(
        &stage,
        24,
        80,
        &["ticket", "status", "case-123", "--timeout", "5m"],
    );
    terminal.shows("reading the status");
    stage.sim().advance(Duration::from_secs(3600));
    assert_eq!(terminal.end(), 0);
    terminal.shows("in-progress");
    terminal.until("the sign of life to go", || {
        !terminal.screen().contains("reading the status")
    });
}

/// Nothing echoes what is typed at a prompt, and nothing else shows it.
#[test]
fn a_secret_is_typed_without_echo() {
    let stage = Stage::new();
    let mut terminal = Terminal::run(&stage, 24, 80, &["auth", "login"]);
    terminal.shows("Token:");
    until("no echo", || !terminal.echoes());
    terminal.type_in("TOKENEXAMPLE\r");
    assert_eq!(terminal.end(), 0);
    terminal.shows("Stored for profile default");
    assert!(!terminal.written().contains("TOKENEXAMPLE"));
    assert!(
        std::fs::read_to_string(stage.config())
            .unwrap()
            .contains("TOKENEXAMPLE")
    );
}

/// A Chinese and an English message arrive while somebody looks, in 40 and in 100 columns; then Ctrl-C.
#[test]
fn follow_on_a_terminal() {
    let stage = Stage::new();
    for (name, cols) in [("wide", 100), ("narrow", 40)] {
        let args = [
            "message",
            "follow",
            "TT202611210003",
            "--tail",
            "1",
            "--interval",
            "10ms",
            "--color",
            "never",
        ];
        let mut terminal = Terminal::run(&stage, 24, cols, &args);
        terminal.shows("建议先检查");
        stage.sim().advance(Duration::from_secs(60));
        stage
            .sim()
            .reply_as_engineer(
                "TT202611210003",
                "连接池已调整，请再试一次，谢谢！👍 \u{1b}[31m\u{202e}",
            )
            .unwrap();
        terminal.shows("202e}");
        let screen = terminal.screen();
        terminal.type_in("\u{3}");
        assert_eq!(terminal.end(), 130);
        assert!(!terminal.written().contains("\u{1b}[31m"));
        insta::assert_snapshot!(format!("terminal_follow_{name}"), screen);
        stage.sim().reset();
    }
}
