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
