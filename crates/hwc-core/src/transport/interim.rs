//! Interim answers (1xx): a bound on how many come before the answer.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use http::{Extensions, Request};
use hyper_util::client::legacy::connect::CaptureConnection;

use super::{
    TransportFault,
    cut::{Cut, too_many},
};

/// Most interim answers to one request. A server that works for long sends one every few seconds.
const MOST: usize = 100;

/// Counts the interim answers to one request.
pub(super) struct Interim(Arc<AtomicUsize>);

impl Interim {
    /// Counts from here on, on `connection`. When there are too many, nothing more is read from the connection: its other
    /// side can send faster than anybody looks at a clock.
    pub(super) fn count<B>(request: &mut Request<B>, connection: CaptureConnection) -> Self {
        let seen = Arc::new(AtomicUsize::new(0));
        let counted = Self(Arc::clone(&seen));
        hyper::ext::on_informational(request, move |_| {
            // With each one too many: with the first the connection may not be known yet.
            if seen.fetch_add(1, Ordering::Relaxed) >= MOST {
                end(&connection);
            }
        });
        counted
    }

    /// Fails if the answer came only after too many. It may have come with them, in the same bytes.
    pub(super) fn check(&self) -> Result<(), TransportFault> {
        match self.0.load(Ordering::Relaxed) > MOST {
            true => Err(too_many()),
            false => Ok(()),
        }
    }
}

fn end(connection: &CaptureConnection) {
    let metadata = connection.connection_metadata();
    let Some(connected) = metadata.as_ref() else {
        return;
    };
    // For no further request.
    connected.poison();
    let mut extensions = Extensions::new();
    connected.get_extras(&mut extensions);
    if let Some(cut) = extensions.get::<Cut>() {
        cut.cut();
    }
}
