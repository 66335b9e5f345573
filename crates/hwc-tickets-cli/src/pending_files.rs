//! Pending files: one for each message that is on its way or whose fate is not known.
//!
//! A file appears before the first byte of its message goes out and goes when the fate is known, so that neither a crash
//! nor Ctrl-C loses one. It holds no text. Several runs of the program share the directory; a run holds a lock beside each
//! of its files as long as it works on it, so that no other run judges a message that is still on its way.

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
    directory: PathBuf,
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    /// Begun by this run, fate not known yet.
    /// The lock is held as long as this run works on it.
    begun: BTreeMap<PendingId, Option<Lock>>,
    /// Found at the start: they belong to other runs.
    found: BTreeSet<PendingId>,
}

/// A file in the directory and what it holds.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) path: PathBuf,
    /// The record, or why it cannot be read.
    pub(crate) pending: Result<Pending, String>,
    /// Another run is still working on it.
    pub(crate) under_way: bool,
}

impl PendingFiles {
    pub(crate) fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            known: Arc::default(),
        }
    }

    /// The file of a record.
    pub(crate) fn path(&self, id: PendingId) -> PathBuf {
        self.directory.join(format!("{id}.json"))
    }

    /// Files of messages that this run has begun and does not know the fate of, as it ends: from now on other runs may
    /// look into them.
    pub(crate) fn hand_over_all(&self) -> Vec<PathBuf> {
        let begun: Vec<PendingId> = self.lock().begun.keys().copied().collect();
        begun.into_iter().map(|id| self.hand_over(id)).collect()
    }

    /// All pending files, readable or not, oldest name first.
    pub(crate) fn entries(&self) -> io::Result<Vec<Entry>> {
        private_file::refuse_shared_directory(&self.directory)?;
        let listing = match fs::read_dir(&self.directory) {
            Ok(listing) => listing,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut entries = Vec::new();
        for file in listing {
            let path = file?.path();
            let id = path.file_name().and_then(|name| {
                name.to_str()?
                    .strip_suffix(".json")?
                    .parse::<PendingId>()
                    .ok()
            });
            if id.is_some() {
                entries.push(Entry {
                    pending: read(&path),
                    under_way: is_under_way(&path),
                    path,
                });
            }
        }
        entries.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(entries)
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

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether another run is still working on the message of a pending file.
pub(crate) fn is_under_way(path: &Path) -> bool {
    let lock = lock_of(path);
    lock.exists() && matches!(private_file::lock(&lock), Ok(None))
}

/// Removes a pending file whose fate is known. Not being there is fine.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    for path in [lock_of(path), path.to_owned()] {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn lock_of(path: &Path) -> PathBuf {
    path.with_extension("lock")
}

/// Reads one pending file.
pub(crate) fn read(path: &Path) -> Result<Pending, String> {
    let text = private_file::read(path, true).map_err(|problem| match problem {
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

impl Outbox for PendingFiles {
    fn put(&self, pending: &Pending) -> io::Result<()> {
        private_file::refuse_shared_directory(&self.directory)?;
        let path = self.path(pending.id());
        let mut known = self.lock();
        if known.found.contains(&pending.id()) {
            // Another run's: if that run has settled it by now, it must not come back.
            if !path.exists() {
                return Ok(());
            }
        } else if let btree_map::Entry::Vacant(place) = known.begun.entry(pending.id()) {
            private_file::make_directory(&self.directory)?;
            let lock = private_file::lock(&lock_of(&path))?
                .ok_or_else(|| io::Error::other("another run has begun the same message"))?;
            place.insert(Some(lock));
        }
        let mut text = serde_json::to_vec_pretty(pending)?;
        text.push(b'\n');
        private_file::write(&path, &text)
    }

    fn remove(&self, id: &PendingId) -> io::Result<()> {
        let mut known = self.lock();
        known.begun.remove(id);
        remove(&self.path(*id))
    }

    fn list(&self) -> io::Result<Vec<Pending>> {
        // One file that cannot be read must not keep people from sending; `message reconcile` names it.
        let all: Vec<Pending> = self
            .entries()?
            .into_iter()
            .filter_map(|entry| entry.pending.ok())
            .collect();
        self.lock().found.extend(all.iter().map(Pending::id));
        Ok(all)
    }
}
