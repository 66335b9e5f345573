//! A sign of life on standard error while something takes longer than a second, only on a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use std::{
    future::Future,
    io::{self, IsTerminal as _},
    pin::pin,
    time::Duration,
};

/// Shorter waits show nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// Waits for `work`. It must not print: what it says would run into the sign of life.
pub(crate) async fn wait<T>(what: &'static str, work: impl Future<Output = T>) -> T {
    if !io::stderr().is_terminal() {
        return work.await;
    }
    let mut work = pin!(work);
    tokio::select! {
        biased;
        done = &mut work => return done,
        () = crate::clock::sleep(PATIENCE) => {}
    }
    let spinner = ProgressBar::new_spinner().with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(Duration::from_millis(120));
    let done = work.await;
    spinner.finish_and_clear();
    done
}
