//! Whether anybody still reads standard output, found out without writing.

use std::future::pending;

/// Completes when the reader of standard output is gone: the other end of a pipe or a socket was closed. For a file,
/// never.
#[cfg(unix)]
pub(crate) async fn reader_gone() {
    use rustix::{
        event::{PollFd, PollFlags, poll},
        io::Errno,
    };
    let (told, gone) = tokio::sync::oneshot::channel();
    let watch = std::thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || {
            let output = std::io::stdout();
            // Nothing is asked for: an error and a hang-up are told without.
            let mut waits = [PollFd::new(&output, PollFlags::empty())];
            while let Err(error) = poll(&mut waits, None) {
                if error != Errno::INTR {
                    return;
                }
            }
            // Following may have ended by itself.
            let _ = told.send(());
        });
    if watch.is_err() || gone.await.is_err() {
        // It is found out by the next message.
        pending().await
    }
}

/// Completes when the reader of standard output is gone. Not known on this system until something is written.
#[cfg(not(unix))]
pub(crate) async fn reader_gone() {
    pending().await
}
