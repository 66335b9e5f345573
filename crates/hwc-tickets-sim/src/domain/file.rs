//! The files of tickets and messages: uploaded, given back byte for byte.

use std::collections::BTreeSet;

use super::blob::Blob;

/// A stored file.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) content: Blob,
    /// Index of the customer who uploaded it; `None` for a file that was there already.
    pub(super) owner: Option<u32>,
    /// Tickets with a message that has it.
    pub(super) tickets: BTreeSet<String>,
}

/// What a customer does with files.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FileAction {
    /// Stores one (uploadAccessory, uploadJsonAccessories).
    Upload {
        /// Its name.
        name: String,
        /// Its bytes.
        content: Blob,
    },
    /// Fetches some (downloadAccessories).
    Download {
        /// Ids of the files.
        files: Vec<String>,
        /// Group under which the customer acts on a colleague's ticket.
        group: Option<String>,
    },
    /// Fetches one to show it (downloadImages).
    Show {
        /// Id of the file.
        file: String,
        /// Group under which the customer acts on a colleague's ticket.
        group: Option<String>,
    },
    /// Deletes one that no message has (deleteAccessories).
    Delete {
        /// Id of the file.
        file: String,
    },
    /// Asks what may be uploaded (showAccessoryLimits).
    Limits,
    /// Asks for links to some (listAccessoryAccessUrls).
    Links {
        /// Ids of the files.
        files: Vec<String>,
        /// Group under which the customer acts on a colleague's ticket.
        group: Option<String>,
    },
    /// Asks for a link to one, for which there is no place for the group (showDownloadAccessoryUrl).
    Link {
        /// Id of the file.
        file: String,
    },
}

/// What may be uploaded, as the service tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadLimits {
    /// Most files of a ticket or a message.
    pub count: usize,
    /// Largest file, in MB.
    pub megabytes: usize,
    /// How the names of files end, with commas between them.
    pub kinds: String,
}

/// A file as it is given back.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FileView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub content: Blob,
}

impl File {
    pub(super) fn view(&self, id: &str) -> FileView {
        FileView {
            id: id.to_owned(),
            name: self.name.clone(),
            content: self.content.clone(),
        }
    }
}
