//! Which issuers are asked right now, so that who stops waiting can tell for what.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::exchange::silence;
use crate::transport::SendProgress;

/// The questions that are under way, the latest last. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asking(Arc<Mutex<Vec<Asked>>>);

type Asked = (&'static str, SendProgress);

/// A question under way. Dropping it ends it.
#[must_use]
pub(super) struct Question {
    asking: Asking,
    progress: SendProgress,
}

impl Asking {
    pub(super) fn begin(&self, issuer: &'static str, progress: SendProgress) -> Question {
        self.all().push((issuer, progress.clone()));
        Question {
            asking: self.clone(),
            progress,
        }
    }

    /// What is still missing: the answer to the latest question.
    pub(crate) fn silence(&self) -> Option<String> {
        let asked = self.all();
        let (issuer, progress) = asked.last()?;
        Some(silence(issuer, progress))
    }

    fn all(&self) -> MutexGuard<'_, Vec<Asked>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        let mut asked = self.asking.all();
        asked.retain(|(_, progress)| !progress.is(&self.progress));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two logins at once: the end of one is not the end of the other.
    #[test]
    fn a_question_ends_only_itself() {
        for first_ends in [true, false] {
            let asking = Asking::default();
            let first = asking.begin("IAM", SendProgress::new());
            let second = asking.begin("the agent", SendProgress::new());
            let (ended, left, issuer) = match first_ends {
                true => (first, second, "the agent"),
                false => (second, first, "IAM"),
            };
            drop(ended);
            let silence = asking.silence().unwrap();
            assert_eq!(silence, format!("{issuer} did not answer"));
            drop(left);
            assert_eq!(asking.silence(), None);
        }
    }
}
