//! Ctrl-C, SIGTERM and SIGHUP: an orderly end where one is possible, and an end in any case.
//!
//! A thread waits for them from the first moment on, because the first process of a container is deaf for a signal
//! that has no handler. Where a command listens (see [`interrupt`]), it ends in its own order; it has [`GRACE`] for
//! that. Where none does, as while standard input is read, the program ends at once.

use crate::exit::Exit;
use std::sync::{
    LazyLock, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU32, Ordering},
};
use tokio::sync::watch;

/// What asked the program to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// The terminal is gone.
    HangUp,
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-\, only while the terminal does not echo.
    Quit,
    /// A supervisor, `kill`, `docker stop`.
    Terminate,
}

/// 128 and the number of the signal, as shells count.
impl From<Signal> for Exit {
    fn from(signal: Signal) -> Self {
        match signal {
            Signal::HangUp => Self::HungUp,
            Signal::Interrupt => Self::Interrupted,
            Signal::Quit => Self::Quit,
            Signal::Terminate => Self::Terminated,
        }
    }
}

/// What came so far.
#[derive(Debug, Clone, Copy, Default)]
struct Received {
    first: Option<Signal>,
    /// How often Ctrl-C was pressed, the first signal included.
    presses: u32,
}

static RECEIVED: LazyLock<watch::Sender<Received>> = LazyLock::new(watch::Sender::default);
/// Parts of the program that end in their own order.
static LISTENERS: AtomicU32 = AtomicU32::new(0);

/// The signal that ends this run, if one came.
pub(crate) fn received() -> Option<Signal> {
    RECEIVED.borrow().first
}

/// Completes when the program is to end; at once, when it was told so before.
pub(crate) async fn interrupt() {
    told(|received| received.first.is_some()).await;
}

/// Completes when Ctrl-C is pressed after the program was told to end. Other signals come twice by themselves:
/// `timeout` sends SIGTERM to the program and to its group.
pub(crate) async fn interrupt_again() {
    told(|received| received.presses > 1).await;
}

/// As long as this value lives, a signal is left to who holds it.
#[derive(Debug)]
pub(crate) struct Listening(());

impl Listening {
    pub(crate) fn begin() -> Self {
        LISTENERS.fetch_add(1, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENERS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What is to be said when a signal ends the program just now.
#[derive(Debug, Clone)]
pub(crate) enum Last {
    /// What was done, and is being told. It may be told by what never ends, such as a filter.
    Done(String),
    /// What is kept for the user.
    Kept(String),
}

static LAST: Mutex<Option<Last>> = Mutex::new(None);

fn last() -> MutexGuard<'static, Option<Last>> {
    LAST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As long as this value lives, a signal does not end the program without these words. One at a time: the newest counts.
#[derive(Debug)]
pub(crate) struct LastWords(());

impl LastWords {
    /// What is done by now, and is about to be told: a signal ends the program at once, with the code that says so.
    pub(crate) fn done(what: String) -> Self {
        *last() = Some(Last::Done(what));
        Self(())
    }

    /// What is kept for the user.
    pub(crate) fn kept(what: String) -> Self {
        *last() = Some(Last::Kept(what));
        Self(())
    }
}

impl Drop for LastWords {
    fn drop(&mut self) {
        *last() = None;
    }
}

/// Parts of the program that have lent the terminal to another program.
static LENT: AtomicU32 = AtomicU32::new(0);

/// As long as this value lives, Ctrl-C is for another program that has the terminal, such as an editor.
#[derive(Debug)]
pub(crate) struct Lent(());

impl Lent {
    pub(crate) fn begin() -> Self {
        LENT.fetch_add(1, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        LENT.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether a signal is for another program.
fn is_for_another(signal: Signal) -> bool {
    signal == Signal::Interrupt && LENT.load(Ordering::SeqCst) > 0
}

async fn told(enough: impl FnMut(&Received) -> bool) {
    let _listening = Listening::begin();
    // The sender lives as long as the program.
    let _ = RECEIVED.subscribe().wait_for(enough).await;
}

fn note(signal: Signal) {
    RECEIVED.send_modify(|received| {
        received.first.get_or_insert(signal);
        if signal == Signal::Interrupt {
            received.presses = received.presses.saturating_add(1);
        }
    });
}

#[cfg(unix)]
pub(crate) use unix::{begin, quit_too};

#[cfg(unix)]
mod unix {
    use super::{LISTENERS, Last, Signal, is_for_another, last, note, received};
    use crate::{clock, exit::Exit, terminal_modes};
    use signal_hook::{
        consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM},
        iterator::{Handle, Signals},
    };
    use std::{
        io,
        sync::{OnceLock, atomic::Ordering, mpsc},
        thread,
        time::Duration,
    };

    /// How long an orderly end may take. It waits for no network; a blocked pipe must not hold it for ever.
    const GRACE: Duration = Duration::from_secs(5);

    /// How long last words may take: standard error may be a pipe that nobody reads.
    const LAST_WORDS: Duration = Duration::from_secs(1);

    static HANDLE: OnceLock<Handle> = OnceLock::new();
    static SAY: OnceLock<fn(&Last)> = OnceLock::new();

    /// Handles signals from now on. `say` says last words.
    ///
    /// # Errors
    /// The system gives no handler, no pipe or no thread.
    pub(crate) fn begin(say: fn(&Last)) -> io::Result<()> {
        SAY.get_or_init(|| say);
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        if !is_hang_up_ignored() {
            signals.add_signal(SIGHUP)?;
        }
        HANDLE.get_or_init(|| signals.handle());
        thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || {
                for number in signals.forever() {
                    take(match number {
                        SIGHUP => Signal::HangUp,
                        SIGQUIT => Signal::Quit,
                        SIGTERM => Signal::Terminate,
                        _ => Signal::Interrupt,
                    });
                }
            })?;
        Ok(())
    }

    /// Ctrl-\ from now on, too: its own end would leave a terminal without echo.
    pub(crate) fn quit_too() {
        if let Some(handle) = HANDLE.get() {
            // Without it that one key is as it was.
            let _ = handle.add_signal(SIGQUIT);
        }
    }

    fn take(signal: Signal) {
        if is_for_another(signal) {
            return;
        }
        let is_first = received().is_none();
        // Asked before anybody is told: whoever listens may be done at once.
        let is_heard = LISTENERS.load(Ordering::SeqCst) > 0;
        note(signal);
        if is_first {
            // Nobody hears it while what was done is told.
            let is_telling = matches!(*last(), Some(Last::Done(_)));
            if !is_heard || is_telling {
                leave(signal);
            }
            // What comes now is only counted: the orderly end is under way, and it ends in time.
            let watch = thread::Builder::new().spawn(move || {
                clock::pause(GRACE);
                leave(signal);
            });
            if watch.is_err() {
                leave(signal);
            }
        }
    }

    fn leave(signal: Signal) -> ! {
        // Held to the end, so that no prompt begins any more.
        let _terminal = terminal_modes::give_back();
        let words = last().clone();
        let exit = match words {
            Some(Last::Done(_)) => Exit::Unwritten,
            Some(Last::Kept(_)) | None => Exit::from(signal),
        };
        if let Some(words) = words {
            say(words);
        }
        std::process::exit(i32::from(exit as u8))
    }

    fn say(words: Last) {
        let Some(say) = SAY.get() else { return };
        let (told, heard) = mpsc::channel();
        let speaking = thread::Builder::new().spawn(move || {
            say(&words);
            // It may have taken too long.
            let _ = told.send(());
        });
        if speaking.is_ok() {
            let _ = heard.recv_timeout(LAST_WORDS);
        }
    }

    /// Whether the program was started to outlive its terminal, as `nohup` does. Known on Linux only; elsewhere a
    /// hang-up is left to the system, which keeps to it.
    fn is_hang_up_ignored() -> bool {
        let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
            return true;
        };
        let mask = status.lines().find_map(|line| {
            let digits = line.strip_prefix("SigIgn:")?.trim();
            u64::from_str_radix(digits, 16).ok()
        });
        // SIGHUP is signal 1, the lowest bit.
        mask.is_none_or(|mask| mask & 1 == 1)
    }
}

/// Handles Ctrl-C from now on. It needs the runtime, and here the system ends what does not listen, without last words.
#[cfg(not(unix))]
pub(crate) fn begin(_: fn(&Last)) -> std::io::Result<()> {
    Ok(())
}

/// Listens for Ctrl-C inside the runtime, where no thread does it.
#[cfg(not(unix))]
pub(crate) fn begin_in_runtime() {
    tokio::spawn(async {
        while tokio::signal::ctrl_c().await.is_ok() {
            if is_for_another(Signal::Interrupt) {
                continue;
            }
            note(Signal::Interrupt);
        }
    });
}
