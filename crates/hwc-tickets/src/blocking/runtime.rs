//! The thread behind blocking clients: it drives connections, timers and renewals in the background,
//! while the calls run on the threads that make them.

use crate::error::{Advice, Error, ErrorKind, Result};
use std::{
    future::IntoFuture,
    pin::{Pin, pin},
};
use tokio::runtime::{Builder, Handle, Runtime as Tokio};

#[derive(Debug)]
pub(super) struct Runtime {
    handle: Handle,
    /// Taken when dropped.
    tokio: Option<Tokio>,
}

impl Runtime {
    pub(super) fn start() -> Result<Self> {
        let tokio = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("hwc-tickets")
            .enable_all()
            .build()
            .map_err(|error| {
                Error::local(
                    ErrorKind::LimitExceeded,
                    "the system cannot start another thread",
                )
                .with_operation("build client")
                .with_source(error)
                .with_help("End other programs, or raise the limit of threads or open files.")
            })?;
        Ok(Self {
            handle: tokio.handle().clone(),
            tokio: Some(tokio),
        })
    }

    /// Runs `call` to its end on this thread.
    pub(super) fn wait<C: IntoFuture>(&self, call: C) -> Result<C::Output> {
        self.check()?;
        let call = pin!(async { call.await });
        // Waiting is compiled for each kind of outcome, not for each call.
        let call: Pin<&mut dyn Future<Output = C::Output>> = call;
        Ok(self.handle.block_on(call))
    }

    /// Refuses to block a thread on which tasks run: tokio would panic there.
    pub(super) fn check(&self) -> Result<()> {
        match Handle::try_current() {
            Err(error) if error.is_missing_context() => Ok(()),
            _ => Err(Error::local(
                ErrorKind::InsideRuntime,
                "a blocking call was made inside an asynchronous runtime, so nothing was sent",
            )
            .with_advice(Advice::LeaveRuntime)
            .with_help(
                "Use hwc_tickets::Client there, or make the blocking call on a thread of std::thread; one of spawn_blocking counts as inside.",
            )),
        }
    }
}

/// Never waits: the last client may be dropped inside another runtime, where waiting would panic.
impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(tokio) = self.tokio.take() {
            tokio.shutdown_background();
        }
    }
}
