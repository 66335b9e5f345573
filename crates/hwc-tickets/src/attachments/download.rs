//! Downloading an attachment: as a stream, or into a file.

mod save;

pub use save::Save;

use self::save::Target;
use super::source::{DOWNLOAD as OPERATION, DownloadSource};
use crate::{
    api,
    client::Client,
    error::{Error, Result},
    ids::GroupId,
    service::About,
};
use hwc_core::CallOptions;
use std::{
    future::{Future, IntoFuture},
    path::PathBuf,
    pin::Pin,
    time::Duration,
};

/// A download about to begin. Nothing happens before it is awaited: then it gives the file as a stream. With
/// [`Download::to`] and [`Download::into_directory`] it goes into a file.
///
/// # Errors
/// When awaited: every kind of a read. What stands in the place of a file, an error document or a page, is an error. What comes
/// later is told by the stream: see [`api::Download`].
#[derive(Debug)]
#[must_use = "nothing is sent before it is awaited"]
pub struct Download {
    client: Client,
    what: DownloadSource,
    group: Option<GroupId>,
    timeout: Option<Duration>,
}

impl Client {
    /// Downloads an attachment, by its id or as a message has it: await what this returns for a stream, or say where to
    /// save it.
    ///
    /// ```no_run
    /// # async fn example(client: hwc_tickets::Client, message: hwc_tickets::Message) -> hwc_tickets::Result<()> {
    /// for attachment in &message.attachments {
    ///     let saved = client.download(attachment).into_directory("downloads").await?;
    ///     println!("{} bytes in {}", saved.bytes, saved.path.display());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn download(&self, what: impl Into<DownloadSource>) -> Download {
        Download {
            client: self.clone(),
            what: what.into(),
            group: None,
            timeout: None,
        }
    }
}

impl Download {
    /// Acts for `group`, as a colleague's ticket needs it (D-32).
    pub fn group(mut self, group: GroupId) -> Self {
        self.group = Some(group);
        self
    }

    /// Total deadline. Default: none. As long as bytes come it goes on; a pause is bounded by
    /// [`Timeouts::idle_body`](crate::Timeouts::idle_body).
    pub fn timeout(mut self, total: Duration) -> Self {
        self.timeout = Some(total);
        self
    }

    /// Saves it as `path`.
    pub fn to(self, path: impl Into<PathBuf>) -> Save {
        Save::new(self, Target::File(path.into()))
    }

    /// Saves it in `directory`, which must be there, under its own name, made safe by [`safe_name`](super::safe_name): the
    /// name that the attachment has in its message, else that which the answer tells, else its id.
    pub fn into_directory(self, directory: impl Into<PathBuf>) -> Save {
        Save::new(self, Target::Directory(directory.into()))
    }

    /// Begins it: the head of the answer was judged, and its beginning is that of a file.
    pub(crate) async fn open(&self) -> Result<hwc_core::Download> {
        let parts = self.client.parts();
        let id = match &self.what.id {
            Ok(id) => id,
            Err(invalid) => return Err(Error::from(*invalid).with_operation(OPERATION)),
        };
        let mut options = CallOptions::default();
        options.deadline = self.timeout;
        let about = About {
            group: self.group.as_ref().or(self.client.group()),
            options: &options,
        };
        let answer = parts.service.download(id, about).await;
        let answer = answer.map_err(|fault| Error::from_fault(OPERATION, fault))?;
        Ok(answer.body)
    }

    async fn stream(self) -> Result<api::Download> {
        let file = self.open().await?;
        Ok(api::Download::new(file, OPERATION, self.client))
    }
}

impl IntoFuture for Download {
    type Output = Result<api::Download>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.stream())
    }
}
