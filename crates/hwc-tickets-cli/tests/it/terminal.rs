//! The program on a real pseudo-terminal: what stands on the screen.

use crate::stage::{Stage, program, until};
use hwc_tickets_sim::{Fault, Order, Route};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::{
    io::{Read as _, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

/// A terminal with the program on it.
struct Terminal {
    screen: Arc<Mutex<vt100::Parser>>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// Everything that was written, as it came.
    written: Arc<Mutex<Vec<u8>>>,
    reading: Option<std::thread::JoinHandle<()>>,
    master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    fn run(stage: &Stage, rows: u16, cols: u16, args: &[&str]) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize {
                rows,
                cols,
                pixel_width: 0,
                pixel_height: 0,
            })
            .unwrap();
        let mut command = CommandBuilder::new(program());
        command.args(args);
        command.env_clear();
        command.env("HOME", stage.home());
        command.env("TERM", "xterm-256color");
        command.env("HWC_TICKETS_ENDPOINT", stage.sim().endpoint());
        command.env("HWC_TICKETS_TOKEN", stage.sim().credentials().token);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(rows, cols, 0)));
        let written = Arc::new(Mutex::new(Vec::new()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (shown, kept) = (Arc::clone(&screen), Arc::clone(&written));
        let reading = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The other end closes with an error on some systems.
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                shown.lock().unwrap().process(&buffer[..read]);
                kept.lock().unwrap().extend_from_slice(&buffer[..read]);
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        Self {
            screen,
            keyboard,
            child,
            written,
            reading: Some(reading),
            master: pair.master,
        }
    }

    /// The screen without spaces and lines at its end.
    fn screen(&self) -> String {
        let text = self.screen.lock().unwrap().screen().contents();
        text.lines()
            .map(|line| format!("{}\n", line.trim_end()))
            .collect::<String>()
            .trim_end()
            .to_owned()
    }

    fn shows(&self, text: &str) {
        until(text, || self.screen().contains(text));
    }

    fn type_in(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Whether the terminal shows what is typed.
    fn echoes(&self) -> bool {
        /// `ECHO`, the same bit on Linux and macOS.
        const ECHO: u32 = 0o10;
        let flags = self.master.get_termios().unwrap().local_flags.bits();
        u64::from(flags) & u64::from(ECHO) != 0
    }

    /// Waits for its end, and until all it wrote is on the screen.
    fn end(&mut self) -> u32 {
        let code = self.child.wait().unwrap().exit_code();
        self.reading.take().unwrap().join().unwrap();
        code
    }

    fn written(&self) -> String {
        String::from_utf8_lossy(&self.written.lock().unwrap()).into_owned()
    }
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
    stage.sim().fault(Order::new(
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
    terminal.shows("processing");
    until("the sign of life to go", || {
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
