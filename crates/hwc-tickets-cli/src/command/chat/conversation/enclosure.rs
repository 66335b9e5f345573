//! A file that goes with a message of the chat.

use crate::render::foreign;
use hwc_tickets::AttachmentId;
use std::path::PathBuf;

/// A file that goes with a message.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Enclosure {
    pub(crate) path: PathBuf,
    /// Its id, when it was uploaded for a message that did not arrive: it is not uploaded again.
    pub(crate) uploaded: Option<AttachmentId>,
}

/// The name of a file may be as confidential as what is in it.
impl std::fmt::Debug for Enclosure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enclosure")
            .field("uploaded", &self.uploaded)
            .finish_non_exhaustive()
    }
}

impl Enclosure {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            uploaded: None,
        }
    }

    /// What it is called.
    pub(crate) fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        foreign::line(&name.to_string_lossy())
    }
}

/// The same files for the next try; the first of those that had to be uploaded were.
pub(super) fn again(mut files: Vec<Enclosure>, uploaded: Vec<AttachmentId>) -> Vec<Enclosure> {
    let known: Vec<AttachmentId> = files
        .iter()
        .filter_map(|file| file.uploaded.clone())
        .collect();
    let uploaded = uploaded.into_iter().filter(|id| !known.contains(id));
    let missing = files.iter_mut().filter(|file| file.uploaded.is_none());
    for (file, id) in missing.zip(uploaded) {
        file.uploaded = Some(id);
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_uploaded_is_not_uploaded_again() {
        let id = |id: &str| AttachmentId::new(id).unwrap();
        let file = |path: &str, uploaded: Option<&str>| Enclosure {
            path: path.into(),
            uploaded: uploaded.map(id),
        };
        let files = vec![file("a", None), file("b", Some("1")), file("c", None)];
        assert_eq!(
            again(files.clone(), vec![id("1"), id("2")]),
            [file("a", Some("2")), file("b", Some("1")), file("c", None)]
        );
        assert_eq!(again(files.clone(), Vec::new()), files);
    }
}
