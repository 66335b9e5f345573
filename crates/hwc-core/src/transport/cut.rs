//! The end of a connection on which too many interim answers came.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{TransportFault, TransportFaultKind};

/// Ends a connection from outside: after that nothing more is read from it.
#[derive(Debug, Clone, Default)]
pub(super) struct Cut(Arc<AtomicBool>);

impl Cut {
    pub(super) fn cut(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(super) fn fault(&self) -> Option<TransportFault> {
        self.0.load(Ordering::Acquire).then(too_many)
    }
}

/// What the request on it fails with.
pub(super) fn too_many() -> TransportFault {
    TransportFault::new(TransportFaultKind::TooManyInterim, "")
}
