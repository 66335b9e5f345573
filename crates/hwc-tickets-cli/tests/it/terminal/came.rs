//! What a program on a terminal has written, and waiting for more of it.

use std::{
    io::Read,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What came from the program, and who waits for more of it.
pub(super) struct Output {
    came: Mutex<Came>,
    more: Condvar,
}

/// What came from the program so far.
pub(super) struct Came {
    pub(super) screen: vt100::Parser,
    /// Everything that was written, as it came.
    written: Vec<u8>,
    /// How often something came; the end counts, too.
    pub(super) reads: u64,
    pub(super) is_over: bool,
}

impl Output {
    pub(super) fn new(rows: u16, cols: u16) -> Self {
        Self {
            came: Mutex::new(Came {
                screen: vt100::Parser::new(rows, cols, 0),
                written: Vec::new(),
                reads: 0,
                is_over: false,
            }),
            more: Condvar::new(),
        }
    }

    /// A test that failed while it looked shows the screen all the same.
    pub(super) fn came(&self) -> MutexGuard<'_, Came> {
        self.came.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what comes, and wakes who waits for it.
    pub(super) fn take_in(&self, mut reader: impl Read) {
        let mut buffer = [0; 4096];
        // The other end closes with an error on some systems.
        while let Ok(read @ 1..) = reader.read(&mut buffer) {
            let mut came = self.came();
            came.screen.process(&buffer[..read]);
            came.written.extend_from_slice(&buffer[..read]);
            came.reads += 1;
            self.more.notify_all();
        }
        let mut came = self.came();
        came.reads += 1;
        came.is_over = true;
        self.more.notify_all();
    }

    /// Waits for more than came in so many reads. `false`: the time is up.
    pub(super) fn wait(&self, reads: u64, longest: Duration) -> bool {
        let waited = self
            .more
            .wait_timeout_while(self.came(), longest, |came| came.reads == reads);
        let (came, _) = waited.unwrap_or_else(PoisonError::into_inner);
        came.reads != reads
    }
}

impl Came {
    /// The screen without spaces and lines at its end.
    pub(super) fn screen(&self) -> String {
        let text = self.screen.screen().contents();
        text.lines()
            .map(|line| format!("{}\n", line.trim_end()))
            .collect::<String>()
            .trim_end()
            .to_owned()
    }

    pub(super) fn written(&self) -> String {
        String::from_utf8_lossy(&self.written).into_owned()
    }
}
