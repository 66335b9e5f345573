//! How far a file is, on standard error, only on a terminal.

use super::foreign;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal as _};

/// A line that shows how much of a file was moved. Nothing may be printed as long as it is there.
#[derive(Debug)]
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// Of a file of this name and, if it is known, length.
    pub(crate) fn begin(name: &str, bytes: Option<u64>) -> Self {
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = match bytes {
            Some(bytes) => ProgressBar::new(bytes),
            None => ProgressBar::no_length(),
        };
        let bar = bar.with_message(foreign::line(name));
        if let Ok(style) = ProgressStyle::with_template("{msg} {bytes}/{total_bytes} {wide_bar}") {
            bar.set_style(style);
        }
        Self(Some(bar))
    }

    /// Is told how many bytes were moved, and of how many.
    pub(crate) fn observer(&self) -> impl Fn(u64, Option<u64>) + Send + Sync + 'static + use<> {
        let bar = self.0.clone();
        move |moved, total| {
            let Some(bar) = &bar else { return };
            if let Some(total) = total {
                bar.set_length(total);
            }
            bar.set_position(moved);
        }
    }
}

/// The line goes with the value, however the work ends.
impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
