//! Which issuer is asked right now, so that who stops waiting can tell for what.

use std::sync::{Arc, Mutex, PoisonError};

use super::exchange::silence;
use crate::transport::SendProgress;

/// The question that is under way, if there is one. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asking(Arc<Mutex<Option<(&'static str, SendProgress)>>>);

/// A question under way. Dropping it ends it.
#[must_use]
pub(super) struct Question(Asking);

impl Asking {
    pub(super) fn begin(&self, issuer: &'static str, progress: SendProgress) -> Question {
        self.set(Some((issuer, progress)));
        Question(self.clone())
    }

    /// What is still missing.
    pub(crate) fn silence(&self) -> Option<String> {
        let asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (issuer, progress) = asked.as_ref()?;
        Some(silence(issuer, progress))
    }

    fn set(&self, asked: Option<(&'static str, SendProgress)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = asked;
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        self.0.set(None);
    }
}
