//! An outbox in one file: a journal of JSON lines, private to the user, held by one process.

use super::{Outbox, Pending, PendingId, PendingTicket, Removal};
use crate::{
    error::{Error, ErrorKind, Result},
    files::{Lock, named, open_private, replace_private},
};
use hwc_core::file;
use serde::{Deserialize, Serialize};
use std::{
    collections::VecDeque,
    fmt,
    fs::File,
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The version this crate writes. A new kind of line is a new version: a build that does not know it says so, and not that the
/// file is none.
const VERSION: u32 = 2;
/// The oldest that is read: it had no tickets.
const OLDEST: u32 = 1;
/// How its first line begins.
const BEGINNING: &[u8] = b"{\"hwc_tickets_outbox\":";
/// Larger files are not an outbox.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// A file of so many bytes takes no new record, and one of so many is written anew: so it can always be read again.
const FULL: u64 = MOST_BYTES / 2;
const LARGE: u64 = MOST_BYTES / 4 * 3;
/// Lines that may be out of date before the file is written anew.
const MOST_OLD_LINES: usize = 256;
/// What to do about a file that cannot be read. A line is written only when the one before is on the disk.
const UNREADABLE: &str = "Keep a copy of the file: it tells what is in doubt. Where its last line alone cannot be read, the machine may have gone down \
    while that was written: nothing had been sent for it then, and without it the file can be used.";
/// Removals that are remembered.
const MOST_REMOVED: usize = 100;

/// An outbox in one file.
///
/// The file has mode 0600 and holds no text (see [`Pending`]). A second file with `.lock` at its end is there and
/// locked as long as this value lives, so that two processes never share an outbox; leave it alone. It stays as long as the
/// outbox has records, and on some systems for good. Every record is on the disk before the first byte of its submit goes
/// out. Where nothing can be written and no file be made, as on a full disk, an outbox with records opens all the same:
/// they can be reconciled, and a submit is not sent. So it is of an outbox of 32 MiB, which only keys that nobody acknowledges
/// make that large.
pub struct FileOutbox {
    path: PathBuf,
    journal: Mutex<Journal>,
    lock_file: Lock,
}

struct Journal {
    file: File,
    records: Records,
    lines: usize,
    /// The last write failed: the file may end in half a line.
    torn: bool,
}

/// What the file holds.
#[derive(Default)]
struct Records {
    open: Vec<Pending>,
    tickets: Vec<PendingTicket>,
    /// The last removals, oldest first.
    removed: VecDeque<Removed>,
}

impl Records {
    /// Takes in a line.
    fn take(&mut self, number: usize, line: Line) -> io::Result<()> {
        match (number, line) {
            (1, Line::HwcTicketsOutbox(OLDEST..=VERSION)) => {}
            (1, Line::HwcTicketsOutbox(version)) => {
                return Err(bad(format!(
                    "it has version {version}, this crate reads up to {VERSION}: use a newer version of it"
                )));
            }
            (1, _) | (_, Line::HwcTicketsOutbox(_)) => {
                return Err(bad(format!("line {number} is not of an outbox")));
            }
            (_, Line::Open(pending)) => self.put(*pending),
            (_, Line::OpenTicket(pending)) => self.put_ticket(*pending),
            (_, Line::Removed(removed)) => self.remove(removed),
            (_, Line::Closed(id)) => self.remove(Removed {
                id,
                why: Removal::Other,
            }),
        }
        Ok(())
    }

    fn put(&mut self, pending: Pending) {
        self.open.retain(|other| other.id() != pending.id());
        self.open.push(pending);
    }

    fn put_ticket(&mut self, pending: PendingTicket) {
        self.tickets.retain(|other| other.id() != pending.id());
        self.tickets.push(pending);
    }

    fn remove(&mut self, removed: Removed) {
        self.open.retain(|pending| pending.id() != removed.id);
        self.tickets.retain(|pending| pending.id() != removed.id);
        self.removed.push_back(removed);
        if self.removed.len() > MOST_REMOVED {
            self.removed.pop_front();
        }
    }

    fn holds(&self, id: PendingId) -> bool {
        self.open.iter().any(|pending| pending.id() == id)
            || self.tickets.iter().any(|pending| pending.id() == id)
    }

    /// How many are open.
    fn active(&self) -> usize {
        self.open.len() + self.tickets.len()
    }
}

/// A record that was removed, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Removed {
    /// The record.
    pub id: PendingId,
    /// Why it was removed.
    pub why: Removal,
}

/// One line of the file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// First line: the version.
    HwcTicketsOutbox(u32),
    Open(Box<Pending>),
    OpenTicket(Box<PendingTicket>),
    Removed(Removed),
    /// Of an earlier version of this crate, which told no reason.
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
        let records = read(&mut file).map_err(|error| {
            let is_content = error.kind() == io::ErrorKind::InvalidData;
            let error = storage(named(&path, error));
            match is_content {
                true => error.with_help(UNREADABLE),
                false => error,
            }
        })?;
        let outbox = Self {
            path,
            journal: Mutex::new(Journal {
                file,
                records,
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
        for removed in &journal.records.removed {
            text.extend(line(&Line::Removed(*removed))?);
        }
        for pending in &journal.records.open {
            text.extend(line(&Line::Open(Box::new(pending.clone())))?);
        }
        for pending in &journal.records.tickets {
            text.extend(line(&Line::OpenTicket(Box::new(pending.clone())))?);
        }
        let replaced = replace_private(&self.path, &text);
        if replaced.is_err() && !file::is_still_at(&journal.file, &self.path) {
            // Its name was taken before it failed: what is added to the old file is lost.
            journal.torn = true;
        }
        journal.file = replaced?;
        // Removals are no old lines: they stay.
        journal.lines = journal.records.active() + 1;
        journal.torn = false;
        Ok(())
    }

    fn append(&self, journal: &mut Journal, entry: &Line) -> io::Result<()> {
        let is_old = journal.lines > 2 * journal.records.active() + MOST_OLD_LINES;
        if journal.torn || is_old || journal.file.metadata()?.len() >= LARGE {
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

    /// Refuses a new record where there is no room for it.
    fn make_room(&self, journal: &mut Journal, id: PendingId) -> io::Result<()> {
        if journal.records.holds(id) || journal.file.metadata()?.len() < FULL {
            return Ok(());
        }
        self.rewrite(journal).map_err(|error| self.named(&error))?;
        if journal.file.metadata()?.len() < FULL {
            return Ok(());
        }
        let reason = "it is full: acknowledge keys, or settle what is in doubt";
        Err(self.named(&io::Error::new(io::ErrorKind::StorageFull, reason)))
    }

    /// The last records that were removed, and why, oldest first: a hundred at most. The file keeps them across restarts.
    #[must_use]
    pub fn removed(&self) -> Vec<Removed> {
        self.lock().records.removed.iter().copied().collect()
    }

    fn remove_record(&self, id: &PendingId, why: Removal) -> io::Result<()> {
        let mut journal = self.lock();
        if !journal.records.holds(*id) {
            return Ok(());
        }
        let removed = Removed { id: *id, why };
        self.append(&mut journal, &Line::Removed(removed))?;
        journal.records.remove(removed);
        Ok(())
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
        self.make_room(&mut journal, pending.id())?;
        self.append(&mut journal, &Line::Open(Box::new(pending.clone())))?;
        journal.records.put(pending.clone());
        Ok(())
    }

    fn remove(&self, id: &PendingId) -> io::Result<()> {
        self.remove_record(id, Removal::Other)
    }

    fn remove_because(&self, id: &PendingId, why: Removal) -> io::Result<()> {
        self.remove_record(id, why)
    }

    fn list(&self) -> io::Result<Vec<Pending>> {
        Ok(self.lock().records.open.clone())
    }

    fn put_ticket(&self, pending: &PendingTicket) -> io::Result<()> {
        let mut journal = self.lock();
        self.make_room(&mut journal, pending.id())?;
        let entry = Line::OpenTicket(Box::new(pending.clone()));
        self.append(&mut journal, &entry)?;
        journal.records.put_ticket(pending.clone());
        Ok(())
    }

    fn remove_ticket(&self, id: &PendingId, why: Removal) -> io::Result<()> {
        self.remove_record(id, why)
    }

    fn list_tickets(&self) -> io::Result<Vec<PendingTicket>> {
        Ok(self.lock().records.tickets.clone())
    }
}

impl Drop for FileOutbox {
    fn drop(&mut self) {
        let journal = self
            .journal
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        // Whoever wants to know what became of these must get in, also where no new lock file can be made.
        let Records { open, tickets, .. } = &journal.records;
        self.lock_file.keep(!open.is_empty() || !tickets.is_empty());
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

/// The open records of a file. A last line without its end was being written when the process died: its submit had not begun,
/// so it is left out where it is cut. One that is whole counts: an editor may have taken the end of a line away, and a record
/// too many does no harm.
fn read(file: &mut File) -> io::Result<Records> {
    if file.metadata()?.len() > MOST_BYTES {
        return Err(bad(format!("it is larger than {MOST_BYTES} bytes")));
    }
    let mut bytes = Vec::new();
    file.rewind()?;
    file.take(MOST_BYTES).read_to_end(&mut bytes)?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let mut records = Records::default();
    for (number, text) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let number = number + 1;
        let is_ended = text.ends_with(b"\n");
        match serde_json::from_slice(text) {
            Ok(entry) => records.take(number, entry)?,
            // Also in the middle of a letter.
            Err(_) if !is_ended && (number > 1 || is_half_a_head(text)) => {}
            Err(error) => {
                return Err(bad(format!(
                    "line {number} is not of an outbox ({:?} at column {})",
                    error.classify(),
                    error.column()
                )));
            }
        }
    }
    Ok(records)
}

/// Whether it is cut out of the first line of an outbox. What is left out is written over: it has to be ours.
fn is_half_a_head(text: &[u8]) -> bool {
    BEGINNING.starts_with(text)
        || (text.strip_prefix(BEGINNING)).is_some_and(|rest| rest.iter().all(u8::is_ascii_digit))
}

/// An error about what stands in the file.
fn bad(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}
