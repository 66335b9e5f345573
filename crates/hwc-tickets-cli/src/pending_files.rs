//! Pending files: one for each message that is on its way or whose outcome is not known.
//!
//! A file appears before the first byte of its message goes out, so that neither a crash nor Ctrl-C loses one. It goes
//! when the message is known not to have arrived; of one that arrived it stays for some minutes, marked as settled, so
//! that another run does not take that message for its own. It holds no text. Several runs of the program share the
//! directory; a run holds a lock beside each of its files as long as it works on it, so that no other run judges a
//! message that is still on its way.

use crate::private_file::{self, Lock, Unreadable};
use hwc_tickets::{Outbox, Pending, submit::PendingId};
use std::{
    collections::{BTreeMap, BTreeSet, btree_map},
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The directory of pending files. Clones share what they know.
#[derive(Debug, Clone)]
pub(crate) struct PendingFiles {
    /// `None` when no home directory is known.
    directory: Option<PathBuf>,
    known: Arc<Mutex<Known>>,
    /// A message may go out although its record cannot be written.
    without_record: bool,
}

#[derive(Debug, Default)]
struct Known {
    /// Begun by this run, outcome not known yet.
    /// The lock is held as long as this run works on it.
    begun: BTreeMap<PendingId, Option<Lock>>,
    /// Found at the start: they belong to other runs.
    found: BTreeSet<PendingId>,
}

/// A file in the directory and what it holds.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) path: PathBuf,
    /// What the file is named for.
    pub(crate) id: PendingId,
    /// The record, or why it cannot be read.
    pub(crate) pending: Result<Pending, String>,
    /// Another run is still working on it.
    pub(crate) under_way: bool,
}

impl PendingFiles {
    pub(crate) fn new(directory: Option<&Path>) -> Self {
        Self {
            directory: directory.map(Path::to_owned),
            known: Arc::default(),
            without_record: false,
        }
    }

    /// The same; a message goes out even when its record cannot be written.
    pub(crate) fn without_record(mut self) -> Self {
        self.without_record = true;
        self
    }

    /// Whether `path` is one of its files.
    pub(crate) fn holds(&self, path: &Path) -> bool {
        let directory = path.parent().and_then(|parent| parent.canonicalize().ok());
        let own = self.directory.as_deref();
        directory.is_some() && directory == own.and_then(|own| own.canonicalize().ok())
    }

    /// The file of a record.
    pub(crate) fn path(&self, id: PendingId) -> PathBuf {
        let directory = self.directory.as_deref().unwrap_or(Path::new(""));
        directory.join(name_of(id))
    }

    /// Files of messages that this run has begun and does not know the outcome of, as it ends: from now on other runs may
    /// look into them.
    pub(crate) fn hand_over_all(&self) -> Vec<PathBuf> {
        let begun: Vec<PendingId> = self.lock().begun.keys().copied().collect();
        begun.into_iter().map(|id| self.hand_over(id)).collect()
    }

    /// All pending files of messages whose outcome is not known, readable or not, oldest name first.
    pub(crate) fn entries(&self) -> io::Result<Vec<Entry>> {
        let mut entries = self.all()?;
        entries.retain(|entry| !entry.pending.as_ref().is_ok_and(Pending::is_settled));
        Ok(entries)
    }

    /// The same, with those that arrived a moment ago.
    fn all(&self) -> io::Result<Vec<Entry>> {
        // Nothing can have been written where there is no place.
        let Some(directory) = &self.directory else {
            return Ok(Vec::new());
        };
        private_file::refuse_shared_directory(directory)?;
        // A file that is being replaced can be missed by one listing on some systems, not by two.
        let mut paths = BTreeSet::new();
        for _ in 0..2 {
            let listing = match fs::read_dir(directory) {
                Ok(listing) => listing,
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                    ) =>
                {
                    return Ok(Vec::new());
                }
                Err(error) => return Err(of_path(directory, &error)),
            };
            for file in listing {
                let path = file?.path();
                if let Some(id) = id_of(&path) {
                    paths.insert((path, id));
                }
            }
        }
        let mut entries = Vec::new();
        for (path, id) in paths {
            let pending = read(&path);
            // Gone since it was listed: settled by another run.
            if pending.is_ok() || path.symlink_metadata().is_ok() {
                entries.push(Entry {
                    pending,
                    under_way: is_under_way(&path),
                    path,
                    id,
                });
            }
        }
        Ok(entries)
    }

    /// Records that cannot be read, each with its reason: as long as they are there, no message is confirmed that could
    /// be theirs.
    pub(crate) fn unreadable(&self) -> Vec<String> {
        match self.entries() {
            Err(error) => vec![error.to_string()],
            Ok(entries) => (entries.into_iter())
                .filter_map(|entry| {
                    let reason = entry.pending.err()?;
                    Some(format!("{}: {reason}", entry.path.display()))
                })
                .collect(),
        }
    }

    /// Removes what runs that were killed have left behind.
    pub(crate) fn sweep(&self) {
        if let Some(directory) = self.directory.as_deref()
            && private_file::refuse_shared_directory(directory).is_ok()
        {
            private_file::sweep_drafts(directory);
            private_file::sweep_locks(directory, |lock| {
                id_of(&lock.with_extension("json")).is_some()
            });
        }
    }

    /// The file of a message whose sending ended in doubt: from now on other runs may look into it.
    pub(crate) fn hand_over(&self, id: PendingId) -> PathBuf {
        let path = self.path(id);
        if let Some(lock) = self.lock().begun.get_mut(&id)
            && lock.take().is_some()
        {
            // What stays of it is harmless: nobody holds it.
            let _ = fs::remove_file(lock_of(&path));
        }
        path
    }

    /// Records that this run did not begin belong to others.
    fn note_found(&self, all: &[Pending]) {
        let mut known = self.lock();
        let of_others: Vec<PendingId> = (all.iter().map(Pending::id))
            .filter(|id| !known.begun.contains_key(id))
            .collect();
        known.found.extend(of_others);
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of the file of a record.
fn name_of(id: PendingId) -> String {
    format!("{id}.json")
}

/// The id that a pending file is named for, if `path` is named like one.
pub(crate) fn id_of(path: &Path) -> Option<PendingId> {
    let name = path.file_name()?.to_str()?;
    name.strip_suffix(".json")?.parse().ok()
}

/// An error that names its file.
fn of_path(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Whether another run is still working on the message of a pending file.
pub(crate) fn is_under_way(path: &Path) -> bool {
    // What cannot be told counts as under way: nobody judges a message that may still go out.
    has_lock(path) && private_file::is_locked(&lock_of(path)).unwrap_or(true)
}

/// Removes a pending file whose outcome is known. Not being there is fine.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    let lock = has_lock(path).then(|| lock_of(path));
    for path in lock.into_iter().chain([path.to_owned()]) {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Whether a file is named like a record. A copy under another name has no lock: what is called so beside it is
/// somebody's.
fn has_lock(path: &Path) -> bool {
    id_of(path).is_some()
}

fn lock_of(path: &Path) -> PathBuf {
    path.with_extension("lock")
}

/// Reads one pending file.
pub(crate) fn read(path: &Path) -> Result<Pending, String> {
    let text = private_file::read(path, true).map_err(|problem| match problem {
        Unreadable::Absent if path.symlink_metadata().is_ok() => {
            "it is a symbolic link to a file that is not there".to_owned()
        }
        Unreadable::Absent => "there is no such file".to_owned(),
        Unreadable::System(error) => error.to_string(),
        problem => format!("{problem}; {}", problem.help(path)),
    })?;
    // The message of the reader may repeat what stands in the file; its place is enough.
    serde_json::from_str(&text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data if text.contains("hwc_tickets_pending") => {
            "it was written by another version of this program; use that one or a newer one"
                .to_owned()
        }
        _ => format!(
            "it is not a pending file (line {}, column {})",
            error.line(),
            error.column()
        ),
    })
}

/// Takes the lock of a message that this run begins.
fn begin(path: &Path) -> io::Result<Lock> {
    private_file::make_directory(path.parent().unwrap_or(path))?;
    private_file::lock(&lock_of(path))?
        .ok_or_else(|| io::Error::other("another run has begun the same message"))
}

impl PendingFiles {
    fn write(&self, pending: &Pending) -> io::Result<()> {
        let Some(directory) = self.directory.as_deref() else {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "no home directory is known; set HOME or XDG_STATE_HOME to an absolute path",
            ));
        };
        private_file::refuse_shared_directory(directory)?;
        self.write_to(pending, directory).map_err(|error| {
            let place = directory.display();
            io::Error::new(
                error.kind(),
                format!("cannot write to {place}: {error}; make it writable, or set XDG_STATE_HOME to a directory that is"),
            )
        })
    }

    /// Writes the file of a record that this run has begun, or that another has left.
    fn write_to(&self, pending: &Pending, directory: &Path) -> io::Result<()> {
        let id = pending.id();
        let path = directory.join(name_of(id));
        let mut known = self.lock();
        if known.found.contains(&id) {
            // Another run's: if that run has settled it by now, it must not come back.
            if !path.exists() {
                return Ok(());
            }
        } else if let btree_map::Entry::Vacant(place) = known.begun.entry(id) {
            place.insert(Some(begin(&path)?));
        }
        let mut text = serde_json::to_vec_pretty(pending)?;
        text.push(b'\n');
        private_file::write(&path, &text)?;
        if pending.is_settled() && known.begun.remove(&id).is_some() {
            // What stays of it is harmless: nobody holds it.
            let _ = fs::remove_file(lock_of(&path));
        }
        Ok(())
    }
}

impl Outbox for PendingFiles {
    fn put(&self, pending: &Pending) -> io::Result<()> {
        let written = self.write(pending);
        if written.is_err() && !self.path(pending.id()).exists() {
            self.lock().begun.remove(&pending.id());
            let _ = fs::remove_file(lock_of(&self.path(pending.id())));
        }
        if self.without_record { Ok(()) } else { written }
    }

    fn remove(&self, id: &PendingId) -> io::Result<()> {
        let mut known = self.lock();
        known.begun.remove(id);
        remove(&self.path(*id))
    }

    fn list(&self) -> io::Result<Vec<Pending>> {
        // One file that cannot be read must not keep people from sending; `message reconcile` names it.
        let all: Vec<Pending> = self
            .all()?
            .into_iter()
            .filter_map(|entry| entry.pending.ok())
            .collect();
        self.note_found(&all);
        Ok(all)
    }

    fn list_all(&self) -> io::Result<Vec<Pending>> {
        let unreadable = |path: &Path, reason: &str| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{}: {reason}", path.display()),
            )
        };
        let all: Vec<Pending> = (self.all()?.into_iter())
            .map(|entry| (entry.pending).map_err(|reason| unreadable(&entry.path, &reason)))
            .collect::<io::Result<_>>()?;
        self.note_found(&all);
        Ok(all)
    }
}
