//! What is uploaded, what a message takes along, and what is downloaded.

use crate::{
    api::Source,
    error::{Error, ErrorKind, Result},
    ids::{AttachmentId, InvalidId},
    messages::message::Attachment,
};
use hwc_core::{Clock, offload::off_the_runtime};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Name of downloading in errors.
pub(crate) const DOWNLOAD: &str = "download attachment";

/// A file to upload: a path, or a [`Source`]. A path is opened when the upload begins, and named as its last part.
///
/// A name that is not UTF-8 text would arrive as another one, so it is refused. Give one with
/// [`Upload::named`](crate::attachments::Upload::named), or with [`Source::named`], which also goes where a message takes a
/// file along. A name that holds U+FFFD is refused as well: that stands in the name of a source for what is not UTF-8.
///
/// ```
/// use hwc_tickets::{api::Source, attachments::FileSource};
///
/// let on_disk = FileSource::from("/var/log/disk.log");
/// let in_memory = FileSource::from(Source::bytes("disk full").named("disk.log"));
/// ```
#[derive(Clone)]
pub struct FileSource(Origin);

#[derive(Clone)]
enum Origin {
    Path(PathBuf),
    Source(Source),
}

impl FileSource {
    /// Opens what is a path, where that holds up no other task.
    pub(super) async fn open(self, clock: &Arc<dyn Clock>) -> Result<Source> {
        let path = match self.0 {
            Origin::Path(path) => path,
            Origin::Source(source) => return Ok(source),
        };
        let opened = off_the_runtime(Arc::clone(clock), move || Ok(Source::file(path)));
        match opened.await {
            Ok(source) => Ok(source?),
            Err(error) => {
                let why = "the file was not opened, because the runtime ends";
                Err(Error::local(ErrorKind::Storage, why).with_source(error))
            }
        }
    }
}

/// What a message takes along: a file to upload, or one that was uploaded before.
///
/// ```
/// use hwc_tickets::{AttachmentId, attachments::AttachmentSource};
///
/// let before = AttachmentSource::from(AttachmentId::new("file-0001")?);
/// let now = AttachmentSource::from("/var/log/disk.log");
/// # Ok::<(), hwc_tickets::InvalidId>(())
/// ```
#[derive(Clone)]
pub struct AttachmentSource(pub(super) What);

#[derive(Clone)]
pub(super) enum What {
    Uploaded(AttachmentId),
    File(FileSource),
}

impl AttachmentSource {
    /// The id, if it was uploaded before.
    pub(crate) fn id(&self) -> Option<&AttachmentId> {
        match &self.0 {
            What::Uploaded(id) => Some(id),
            What::File(_) => None,
        }
    }
}

impl From<Source> for FileSource {
    fn from(source: Source) -> Self {
        Self(Origin::Source(source))
    }
}

impl From<PathBuf> for FileSource {
    fn from(path: PathBuf) -> Self {
        Self(Origin::Path(path))
    }
}

/// From what is a path.
macro_rules! from_path {
    ($($type:ty),*) => {
        $(
            impl From<$type> for FileSource {
                fn from(path: $type) -> Self {
                    Self::from(PathBuf::from(path))
                }
            }

            impl From<$type> for AttachmentSource {
                fn from(path: $type) -> Self {
                    FileSource::from(path).into()
                }
            }
        )*
    };
}
from_path!(&Path, &PathBuf, &str, String, &String);

impl From<PathBuf> for AttachmentSource {
    fn from(path: PathBuf) -> Self {
        FileSource::from(path).into()
    }
}

impl From<Source> for AttachmentSource {
    fn from(source: Source) -> Self {
        FileSource::from(source).into()
    }
}

impl From<FileSource> for AttachmentSource {
    fn from(file: FileSource) -> Self {
        Self(What::File(file))
    }
}

impl From<AttachmentId> for AttachmentSource {
    fn from(id: AttachmentId) -> Self {
        Self(What::Uploaded(id))
    }
}

impl From<&AttachmentId> for AttachmentSource {
    fn from(id: &AttachmentId) -> Self {
        Self::from(id.clone())
    }
}

/// Neither name nor content.
impl fmt::Debug for FileSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Origin::Path(_) => f.write_str("<file on the disk>"),
            Origin::Source(source) => write!(f, "<file of {} bytes>", source.length()),
        }
    }
}

/// The id alone of what has one.
impl fmt::Debug for AttachmentSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            What::Uploaded(id) => fmt::Debug::fmt(id, f),
            What::File(file) => fmt::Debug::fmt(file, f),
        }
    }
}

/// What is downloaded: an id, or an [`Attachment`] of a message, which also knows the name of its file.
#[derive(Clone)]
pub struct DownloadSource {
    /// As far as it is one.
    pub(super) id: Result<AttachmentId, InvalidId>,
    /// The name that the file has in its message.
    pub(super) name: Option<String>,
}

impl From<AttachmentId> for DownloadSource {
    fn from(id: AttachmentId) -> Self {
        Self {
            id: Ok(id),
            name: None,
        }
    }
}

impl From<&AttachmentId> for DownloadSource {
    fn from(id: &AttachmentId) -> Self {
        Self::from(id.clone())
    }
}

impl From<&Attachment> for DownloadSource {
    fn from(attachment: &Attachment) -> Self {
        let id = match &attachment.id {
            Some(id) => Ok(id.clone()),
            None => AttachmentId::lenient(&attachment.raw_id),
        };
        let name = Some(attachment.file_name.clone());
        Self {
            id,
            name: name.filter(|name| !name.is_empty()),
        }
    }
}

impl From<Attachment> for DownloadSource {
    fn from(attachment: Attachment) -> Self {
        Self::from(&attachment)
    }
}

/// Shows the id alone.
impl fmt::Debug for DownloadSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DownloadSource")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
