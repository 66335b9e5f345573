//! What may block for longer, where it holds up no other task.
//!
//! Public for the SDK built on this crate. Not promised to others.

use std::{io, sync::Arc};

use crate::Clock;

/// A clock that is held until this is dropped.
struct Held(Arc<dyn Clock>);

impl Held {
    fn new(clock: Arc<dyn Clock>) -> Self {
        clock.hold();
        Self(clock)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.release();
    }
}

/// Runs what may block for longer where it holds up no other task. Without a runtime, here. The clock stands still
/// meanwhile, if it is one of tests.
///
/// Dropping the future does not stop `work`: what it gives is dropped when it ends.
///
/// # Errors
/// Those of `work`; [`io::ErrorKind::Interrupted`] when the runtime ends first.
pub async fn off_the_runtime<T: Send + 'static>(
    clock: Arc<dyn Clock>,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => {
            let _held = Held::new(clock);
            match runtime.spawn_blocking(work).await {
                Ok(done) => done,
                // The runtime ends.
                Err(_) => Err(io::ErrorKind::Interrupted.into()),
            }
        }
        Err(_) => work(),
    }
}
