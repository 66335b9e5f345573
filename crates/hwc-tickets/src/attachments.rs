//! The files of tickets and messages: uploaded, taken along by a message, and saved again.
//!
//! [`Client::upload`](crate::Client::upload) and [`Client::download`](crate::Client::download) begin here, and
//! [`Submit::attach`](crate::Submit::attach) uploads what a message takes along. The guide is
//! [`docs::attachments`](crate::docs::attachments). What the service calls these operations is in
//! [`Client::attachments`](crate::Client::attachments), deleting an upload and links to files among it.

mod disposition;
mod download;
mod enclosure;
mod limits;
mod moved;
mod name;
mod source;
mod upload;
mod wire;

pub use download::{Download, Save};
pub(crate) use enclosure::enclose;
pub use limits::UploadLimits;
pub use moved::{Progress, Saved, Uploaded};
pub use name::safe_name;
#[cfg(feature = "blocking")]
pub(crate) use source::DOWNLOAD;
pub use source::{AttachmentSource, DownloadSource, FileSource};
pub use upload::Upload;

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// So long the limits of the service count as known: they are data, and may change.
const LIMITS_KEPT: Duration = Duration::from_secs(300);

/// What a client remembers of attachments.
#[derive(Default)]
pub(crate) struct State {
    /// What may be uploaded, and when the service said so, on the monotonic clock.
    limits: Mutex<Option<(Duration, UploadLimits)>>,
}

impl State {
    /// What may be uploaded, if the service said so a short while ago.
    fn limits(&self, now: Duration) -> Option<UploadLimits> {
        let known = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, limits) = known.as_ref()?;
        (now.saturating_sub(*at) < LIMITS_KEPT).then(|| limits.clone())
    }

    /// What the service says at the moment `now`.
    fn keep(&self, now: Duration, limits: &UploadLimits) {
        let mut known = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((now, limits.clone()));
    }
}
