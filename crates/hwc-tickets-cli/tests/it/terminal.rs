//! The program on a real pseudo-terminal: what stands on the screen.

use crate::stage::{NOW, Stage, program, until};
use hwc_tickets_sim::{Fault, Operation, Order, Route};
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
    _master: Box<dyn MasterPty + Send>,
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
        std::thread::spawn(move || {
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
            _master: pair.master,
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

    fn end(&mut self) -> u32 {
        self.child.wait().unwrap().exit_code()
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
