//! The modes of the terminal while a prompt has changed them, so that whatever ends the program can put them back.

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    termios::{self, OptionalActions, Termios},
};
use std::{
    fs::File,
    io::{self, Write as _},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The terminal and its modes before the prompt, as long as one is there.
static BEFORE: Mutex<Option<(File, Termios)>> = Mutex::new(None);

/// What is to be put back, held against others.
pub(crate) fn before() -> MutexGuard<'static, Option<(File, Termios)>> {
    BEFORE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts the modes of the terminal back, if a prompt has changed them. As long as the value lives, none can
/// change them again.
pub(crate) fn give_back() -> impl Drop {
    let mut before = before();
    if let Some((mut terminal, modes)) = before.take() {
        // Nobody can be told when it is gone.
        let _ = termios::tcsetattr(&terminal, OptionalActions::Now, &modes);
        // A terminal that was stopped with Ctrl-S would hold the program for ever.
        if is_ready(&terminal, PollFlags::OUT, Timespec::default()).unwrap_or(false) {
            let _ = terminal.write_all(b"\n");
        }
    }
    before
}

/// Whether the terminal can be read or written within `patience`.
pub(crate) fn is_ready(terminal: &File, what: PollFlags, patience: Timespec) -> io::Result<bool> {
    let mut waits = [PollFd::new(terminal, what)];
    loop {
        match poll(&mut waits, Some(&patience)) {
            Ok(_) => return Ok(waits.iter().any(|wait| wait.revents().contains(what))),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
