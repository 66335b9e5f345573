//! What is asked on the terminal: a secret, which nothing shows, and whether something is to be done.
//!
//! The terminal is as before, however a prompt ends.

use crate::{exit::Exit, failure::Failure, render};
use secrecy::SecretString;
use std::io::{self, IsTerminal as _};

/// Whether somebody is there to be asked.
pub(crate) fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks whether something is to be done. `name` is the command; `what` says what it does, and to what.
pub(crate) fn confirm(
    name: &str,
    what: &str,
    is_possible: bool,
    question: impl FnOnce(&str) -> io::Result<Option<String>>,
) -> Result<(), Failure> {
    if !is_possible {
        return Err(Failure::usage(
            format!("`{name}` needs confirmation, and there is no terminal to ask on"),
            "Add --yes. Nothing was sent.",
        ));
    }
    let typed = question(&format!("{what} Continue? [y/N] ")).map_err(|error| {
        let what = format!("the terminal cannot be used: {error}");
        Failure::own(Exit::Failure, what, "Add --yes.")
    })?;
    match is_yes(&typed.unwrap_or_default()) {
        true => Ok(()),
        false => Err(not_confirmed(name)),
    }
}

/// Whether this answer is a yes.
pub(crate) fn is_yes(typed: &str) -> bool {
    matches!(typed.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

/// There was no yes.
pub(crate) fn not_confirmed(name: &str) -> Failure {
    Failure::own(
        Exit::Failure,
        format!("`{name}` was not confirmed"),
        "Nothing was sent.",
    )
}

/// Why a prompt gave no secret.
#[derive(Debug)]
pub(crate) enum NoSecret {
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D, or the terminal is gone.
    End,
    /// A key that no secret has, such as a tabulator or an arrow.
    Key(char),
    /// More was pasted than one line.
    LineBreak,
    /// The terminal cannot be used.
    Terminal(io::Error),
}

impl From<io::Error> for NoSecret {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::Interrupted => Self::Interrupted,
            io::ErrorKind::UnexpectedEof => Self::End,
            _ => Self::Terminal(error),
        }
    }
}

#[cfg(unix)]
pub(crate) use unix::secret;

/// Asks for a secret. With `is_last`, more than one line is refused: what a person pastes stays together.
#[cfg(not(unix))]
pub(crate) fn secret(label: &str, _is_last: bool) -> Result<SecretString, NoSecret> {
    Ok(render::prompt(label)?)
}

#[cfg(unix)]
mod unix {
    use super::{NoSecret, SecretString, render};
    use crate::{
        signal,
        terminal_modes::{self, is_ready},
    };
    use rustix::{
        event::{PollFlags, Timespec},
        termios::{self, LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex},
    };
    use std::{
        fs::File,
        io::{self, Read},
        sync::{
            Arc,
            atomic::{AtomicU32, Ordering},
        },
    };

    /// The rest of a paste is there by then.
    const PASTE: Timespec = Timespec {
        tv_sec: 0,
        tv_nsec: 50_000_000,
    };

    /// Gives the terminal back when the prompt ends, by a panic, too.
    struct Silent;

    impl Silent {
        fn begin(terminal: &File) -> io::Result<Self> {
            let modes = termios::tcgetattr(terminal)?;
            let mut silent = modes.clone();
            // Key by key: a terminal keeps no line longer than 4095 bytes, and a token may be longer. Keys that
            // raise signals come as keys, so that none can stop the program while nothing is echoed.
            silent.local_modes.remove(
                LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG,
            );
            silent.special_codes[SpecialCodeIndex::VMIN] = 1;
            silent.special_codes[SpecialCodeIndex::VTIME] = 0;
            signal::quit_too();
            // Kept before they are changed, and both at once: a signal may come at any time.
            let mut before = terminal_modes::before();
            *before = Some((terminal.try_clone()?, modes));
            let changed = termios::tcsetattr(terminal, OptionalActions::Now, &silent);
            drop(before);
            let begun = Self;
            changed?;
            Ok(begun)
        }
    }

    impl Drop for Silent {
        fn drop(&mut self) {
            drop(terminal_modes::give_back());
        }
    }

    /// The keys, with a note of the first that the editor of the line would drop without a word.
    struct Keys {
        terminal: File,
        odd: Arc<AtomicU32>,
    }

    impl Read for Keys {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = self.terminal.read(buffer)?;
            for byte in buffer.get(..read).unwrap_or_default() {
                // Ctrl-C, Ctrl-D, backspace, line ends, Ctrl-U, Ctrl-W and delete are keys that edit.
                let is_edit = matches!(byte, 3 | 4 | 8 | b'\n' | b'\r' | 0x15 | 0x17 | 0x7f);
                if byte.is_ascii_control() && !is_edit {
                    let _ = self.odd.compare_exchange(
                        0,
                        u32::from(*byte).saturating_add(1),
                        Ordering::SeqCst,
                        Ordering::SeqCst,
                    );
                }
            }
            Ok(read)
        }
    }

    /// Asks for a secret. With `is_last`, more than one line is refused: what a person pastes stays together.
    pub(crate) fn secret(label: &str, is_last: bool) -> Result<SecretString, NoSecret> {
        let terminal = File::options().read(true).write(true).open("/dev/tty")?;
        let silent = Silent::begin(&terminal)?;
        let odd = Arc::new(AtomicU32::new(0));
        let keys = Keys {
            terminal: terminal.try_clone()?,
            odd: Arc::clone(&odd),
        };
        let typed = render::prompt(label, terminal.try_clone()?, keys)?;
        // A terminal that is gone ends the line as Enter does, and only half of it may be there.
        termios::tcgetattr(&terminal).map_err(|_| NoSecret::End)?;
        let has_more = is_last && is_ready(&terminal, PollFlags::IN, PASTE)?;
        if has_more {
            // It is for this program, not for the shell that comes next.
            let _ = termios::tcflush(&terminal, QueueSelector::IFlush);
        }
        drop(silent);
        match odd
            .load(Ordering::SeqCst)
            .checked_sub(1)
            .and_then(char::from_u32)
        {
            Some(key) => Err(NoSecret::Key(key)),
            None if has_more => Err(NoSecret::LineBreak),
            None => Ok(typed),
        }
    }
}
