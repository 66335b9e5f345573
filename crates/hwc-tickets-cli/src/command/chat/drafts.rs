//! Texts that were not sent: a file for each ticket, for the user only, until the text is sent.

use crate::private_file::{self, Unreadable};
use hwc_tickets::TicketId;
use std::{
    collections::HashMap,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

/// The directory of kept texts, and what this run knows to stand in it.
pub(super) struct Drafts {
    /// `None` when no home directory is known: then nothing is kept.
    directory: Option<PathBuf>,
    known: HashMap<TicketId, String>,
}

impl Drafts {
    pub(super) fn new(directory: Option<&Path>) -> Self {
        Self {
            directory: directory.map(Path::to_owned),
            known: HashMap::new(),
        }
    }

    /// The file of a ticket.
    pub(super) fn path(&self, ticket: &TicketId) -> Option<PathBuf> {
        let directory = self.directory.as_ref()?;
        Some(directory.join(name_of(ticket)))
    }

    /// The text that was kept for a ticket; empty when there is none.
    pub(super) fn read(&mut self, ticket: &TicketId) -> io::Result<String> {
        let (Some(directory), Some(path)) = (&self.directory, self.path(ticket)) else {
            return Ok(String::new());
        };
        private_file::refuse_shared_directory(directory)?;
        let text = match private_file::read(&path, false) {
            Ok(text) => text,
            Err(Unreadable::Absent) => String::new(),
            Err(why) => {
                let place = path.display();
                return Err(io::Error::other(format!("cannot read {place}: {why}")));
            }
        };
        self.known.insert(ticket.clone(), text.clone());
        Ok(text)
    }

    /// Keeps a text; an empty one is forgotten. Gives whether it is kept now: without a home directory there is no place.
    pub(super) fn keep(&mut self, ticket: &TicketId, text: &str) -> io::Result<bool> {
        let (Some(directory), Some(path)) = (&self.directory, self.path(ticket)) else {
            return Ok(false);
        };
        let known = self.known.get(ticket).map_or("", String::as_str);
        if known == text {
            return Ok(true);
        }
        private_file::refuse_shared_directory(directory)?;
        if text.is_empty() {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        } else {
            private_file::write(&path, text.as_bytes())?;
        }
        self.known.insert(ticket.clone(), text.to_owned());
        Ok(true)
    }
}

/// The name of the file: whatever the id is, one plain step.
fn name_of(ticket: &TicketId) -> String {
    let mut name = String::new();
    for byte in ticket.as_str().bytes() {
        match byte {
            b'-' | b'_' => name.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => name.push(char::from(byte)),
            // Writing to a string cannot fail.
            byte => {
                let _ = write!(name, "%{byte:02X}");
            }
        }
    }
    name.push_str(".txt");
    name
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn id(text: &str) -> TicketId {
        TicketId::lenient(text).unwrap()
    }

    #[test]
    fn a_text_is_kept_until_it_is_sent() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("state/drafts");
        let ticket = id("case-123");
        let mut drafts = Drafts::new(Some(&directory));
        assert_eq!(drafts.read(&ticket).unwrap(), "");
        assert!(drafts.keep(&ticket, "").unwrap());
        assert!(!directory.exists(), "nothing to keep");
        assert!(drafts.keep(&ticket, "磁盘\n又满了").unwrap());
        let path = drafts.path(&ticket).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&directory)), (0o600, 0o700));

        let mut later = Drafts::new(Some(&directory));
        assert_eq!(later.read(&id("other")).unwrap(), "");
        assert_eq!(later.read(&ticket).unwrap(), "磁盘\n又满了");
        later.keep(&ticket, "").unwrap();
        assert!(!path.exists());

        fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(later.read(&ticket).is_err() && later.keep(&ticket, "x").is_err());
        let mut nowhere = Drafts::new(None);
        assert!(!nowhere.keep(&ticket, "x").unwrap());
        assert_eq!(nowhere.read(&ticket).unwrap(), "");
    }

    #[test]
    fn names_are_one_plain_step() {
        for (ticket, name) in [
            ("case-123", "case-123.txt"),
            ("TT_1", "TT_1.txt"),
            ("a.b", "a%2Eb.txt"),
        ] {
            assert_eq!(name_of(&id(ticket)), name);
        }
    }
}
