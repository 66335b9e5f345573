//! An outbox in one file: a journal of JSON lines, private to the user, held by one process.

use super::{Outbox, Pending, PendingId};
use crate::{
    error::{Error, ErrorKind, Result},
    files::{Lock, named, open_private, replace_private},
};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    fs::File,
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The version this crate writes.
const VERSION: u32 = 1;
/// Larger files are not an outbox.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// Lines that may be out of date before the file is written anew.
const MOST_OLD_LINES: usize = 256;

/// An outbox in one file.
///
/// The file has mode 0600 and holds no text (see [`Pending`]). A second file with `.lock` at its end is there and
/// locked as long as this value lives, so that two processes never share an outbox; leave it alone. It stays as long as the
/// outbox has records, and on some systems for good. Every record is on the disk before the first byte of its submit goes
/// out. Where nothing can be written and no file be made, as on a full disk, an outbox with records opens all the same:
/// they can be reconciled, and a submit is not sent.
pub struct FileOutbox {
    path: PathBuf,
    journal: Mutex<Journal>,
    lock_file: Lock,
}

struct Journal {
    file: File,
    open: Vec<Pending>,
    lines: usize,
    /// The last write failed: the file may end in half a line.
    torn: bool,
}

/// One line of the file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// First line: the version.
    HwcTicketsOutbox(u32),
    Open(Box<Pending>),
    Closed(PendingId),
}

impl FileOutbox {
    /// Opens the outbox at `path`, or makes it. The directory must exist.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] when another process holds it; [`ErrorKind::Storage`] when the file cannot
    /// be used, is readable for others, or is not an outbox: the error says which.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_owned();
        let mut lock_file = Lock::acquire(&path)?;
        // Until it is known what the outbox holds: one that cannot be read now may be mended.
        lock_file.keep(lock_file.was_there());
        let shown = path.display().to_string();
        let storage = |error: io::Error| {
            Error::local(
                ErrorKind::Storage,
                format!("the outbox file {shown} cannot be used: {error}"),
            )
            .with_source(error)
        };
        let mut file = open_private(&path).map_err(storage)?;
        let open = read(&mut file).map_err(|error| storage(named(&path, error)))?;
        let outbox = Self {
            path,
            journal: Mutex::new(Journal {
                file,
                open,
                lines: 0,
                torn: false,
            }),
            lock_file,
        };
        let mut journal = outbox.lock();
        // What is there can be looked into all the same. It is tried again before the next line.
        journal.torn = outbox.rewrite(&mut journal).is_err();
        drop(journal);
        Ok(outbox)
    }

    /// Writes the whole file anew and puts it in place of the old one.
    fn rewrite(&self, journal: &mut Journal) -> io::Result<()> {
        let mut text = line(&Line::HwcTicketsOutbox(VERSION))?;
        for pending in &journal.open {
            text.extend(line(&Line::Open(Box::new(pending.clone())))?);
        }
        journal.file = replace_private(&self.path, &text)?;
        journal.lines = journal.open.len() + 1;
        journal.torn = false;
        Ok(())
    }

    fn append(&self, journal: &mut Journal, entry: &Line) -> io::Result<()> {
        if journal.torn || journal.lines > 2 * journal.open.len() + MOST_OLD_LINES {
            self.rewrite(journal).map_err(|error| self.named(&error))?;
        }
        let text = line(entry)?;
        let written = journal
            .file
            .write_all(&text)
            .and_then(|()| journal.file.sync_data());
        journal.torn = written.is_err();
        journal.lines += 1;
        written.map_err(|error| self.named(&error))
    }

    /// An error that names the file.
    fn named(&self, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("{}: {error}", self.path.display()))
    }

    fn lock(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outbox for FileOutbox {
    fn put(&self, pending: &Pending) -> io::Result<()> {
        let mut journal = self.lock();
        self.append(&mut journal, &Line::Open(Box::new(pending.clone())))?;
        journal.open.retain(|other| other.id() != pending.id());
        journal.open.push(pending.clone());
        Ok(())
    }

    fn remove(&self, id: &PendingId) -> io::Result<()> {
        let mut journal = self.lock();
        if !journal.open.iter().any(|pending| pending.id() == *id) {
            return Ok(());
        }
        self.append(&mut journal, &Line::Closed(*id))?;
        journal.open.retain(|pending| pending.id() != *id);
        Ok(())
    }

    fn list(&self) -> io::Result<Vec<Pending>> {
        Ok(self.lock().open.clone())
    }
}

impl Drop for FileOutbox {
    fn drop(&mut self) {
        let journal = self
            .journal
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        // Whoever wants to know what became of these must get in, also where no new lock file can be made.
        self.lock_file.keep(!journal.open.is_empty());
    }
}

/// Shows the path and no record.
impl fmt::Debug for FileOutbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileOutbox")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

fn line(entry: &Line) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(entry)?;
    text.push(b'\n');
    Ok(text)
}

/// The open records of a file. A last line without its end was being written when the process died:
/// its submit had not begun, so it is left out.
fn read(file: &mut File) -> io::Result<Vec<Pending>> {
    let bad = |reason: String| io::Error::new(io::ErrorKind::InvalidData, reason);
    if file.metadata()?.len() > MOST_BYTES {
        return Err(bad(format!("it is larger than {MOST_BYTES} bytes")));
    }
    let mut text = String::new();
    file.rewind()?;
    file.take(MOST_BYTES).read_to_string(&mut text)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let complete = text.rfind('\n').map_or(0, |end| end + 1);
    let mut open: Vec<Pending> = Vec::new();
    for (number, text) in text.get(..complete).unwrap_or_default().lines().enumerate() {
        let number = number + 1;
        let entry = serde_json::from_str(text).map_err(|error| {
            bad(format!(
                "line {number} is not of an outbox ({:?} at column {})",
                error.classify(),
                error.column()
            ))
        })?;
        match (number, entry) {
            (1, Line::HwcTicketsOutbox(VERSION)) => {}
            (1, Line::HwcTicketsOutbox(version)) => {
                return Err(bad(format!(
                    "it has version {version}, this crate reads {VERSION}: use a newer version of it"
                )));
            }
            (1, _) | (_, Line::HwcTicketsOutbox(_)) => {
                return Err(bad(format!("line {number} is not of an outbox")));
            }
            (_, Line::Open(pending)) => {
                open.retain(|other| other.id() != pending.id());
                open.push(*pending);
            }
            (_, Line::Closed(id)) => open.retain(|pending| pending.id() != id),
        }
    }
    Ok(open)
}
