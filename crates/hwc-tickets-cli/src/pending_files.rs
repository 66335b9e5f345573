//! Pending files: one for each message that is on its way or whose outcome is not known, and one for each such ticket.
//!
//! A file appears before the first byte of its message goes out, so that neither a crash nor Ctrl-C loses one. It goes
//! when the message is known not to have arrived; of one that arrived it stays for some minutes, marked as settled, so
//! that another run does not take that message for its own. It holds no text. Several runs of the program share the
//! directory; a run holds a lock beside each of its files as long as it works on it, so that no other run judges a
//! message that is still on its way.

use crate::{
    failure::advice::Once,
    private_file::{self, Lock, Unreadable},
};
use hwc_tickets::{Outbox, Pending, PendingTicket, Removal, TicketId, submit::PendingId};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::{BTreeMap, BTreeSet, btree_map},
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
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
    /// Files of what this run has begun, outcome not known yet.
    /// The lock is held as long as this run works on it.
    begun: BTreeMap<PathBuf, Option<Held>>,
    /// Files found at the start: they belong to other runs.
    found: BTreeSet<PathBuf>,
    /// Files that could not be written, of what this run has begun all the same and does not know the outcome of.
    unwritten: BTreeSet<PathBuf>,
    /// Files that could not be written when the outcome was known, and say still that it is not.
    unrecorded: BTreeSet<PathBuf>,
}

/// What such a file holds.
pub(crate) trait Record: Clone + Serialize + DeserializeOwned {
    /// How the name of its file ends, after its id.
    const END: &'static str;
    /// What it is of, in words.
    const ONCE: Once;

    fn id(&self) -> PendingId;

    /// The key that it was sent with.
    fn key(&self) -> Option<&str>;

    /// Whether it was sent with `key`, or is a part of a text that was.
    fn is_under(&self, key: &str) -> bool;

    /// Whether its outcome is known.
    fn is_settled(&self) -> bool;

    /// Whether a person has ended the doubt about it, so that it stands for its key alone.
    fn is_forgotten(&self) -> bool;

    /// The same record, forgotten.
    fn forgotten(self) -> Self;

    /// Whether its outcome is not known, and somebody wants to know it.
    fn is_in_doubt(&self) -> bool {
        !self.is_settled() && !self.is_forgotten()
    }
}

impl Record for Pending {
    const END: &'static str = ".json";
    const ONCE: Once = Once::MESSAGE;

    fn id(&self) -> PendingId {
        Pending::id(self)
    }

    fn key(&self) -> Option<&str> {
        Pending::key(self)
    }

    fn is_under(&self, key: &str) -> bool {
        Pending::is_under(self, key)
    }

    fn is_settled(&self) -> bool {
        Pending::is_settled(self)
    }

    fn is_forgotten(&self) -> bool {
        Pending::is_forgotten(self)
    }

    fn forgotten(self) -> Self {
        Pending::forgotten(self)
    }
}

impl Record for PendingTicket {
    const END: &'static str = ".ticket.json";
    const ONCE: Once = Once::TICKET;

    fn id(&self) -> PendingId {
        PendingTicket::id(self)
    }

    fn key(&self) -> Option<&str> {
        PendingTicket::key(self)
    }

    fn is_under(&self, key: &str) -> bool {
        PendingTicket::key(self) == Some(key)
    }

    fn is_settled(&self) -> bool {
        PendingTicket::is_settled(self)
    }

    fn is_forgotten(&self) -> bool {
        PendingTicket::is_forgotten(self)
    }

    fn forgotten(self) -> Self {
        PendingTicket::forgotten(self)
    }
}

/// A file in the directory and what it holds.
#[derive(Debug)]
pub(crate) struct Entry<R = Pending> {
    pub(crate) path: PathBuf,
    /// What the file is named for.
    pub(crate) id: PendingId,
    /// The record, or why it cannot be read.
    pub(crate) pending: Result<R, String>,
    /// Another run is still working on it.
    pub(crate) under_way: bool,
}

impl<R: Record> Entry<R> {
    /// Whether it is in doubt. One that cannot be read may be.
    pub(crate) fn is_open(&self) -> bool {
        !(self.pending.as_ref()).is_ok_and(|record| !record.is_in_doubt())
    }
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

    /// The file of a message.
    pub(crate) fn path(&self, id: PendingId) -> PathBuf {
        self.path_of::<Pending>(id)
    }

    fn path_of<R: Record>(&self, id: PendingId) -> PathBuf {
        let directory = self.directory.as_deref().unwrap_or(Path::new(""));
        directory.join(name_of::<R>(id))
    }

    /// Files of what this run has begun and does not know the outcome of, as it ends: from now on other runs may
    /// look into them.
    pub(crate) fn hand_over_all(&self) -> Vec<PathBuf> {
        let begun: Vec<PathBuf> = self.lock().begun.keys().cloned().collect();
        for path in &begun {
            self.release(path);
        }
        begun
    }

    /// Whether this run has begun something of which it does not know the outcome.
    pub(crate) fn has_begun(&self) -> bool {
        !self.lock().begun.is_empty()
    }

    /// Whether this run is sending a message to `ticket` whose first byte may have gone out: its record is there, and was not handed
    /// over. A record that cannot be read may be of it.
    pub(crate) fn is_sending_to(&self, ticket: &TicketId) -> bool {
        let known = self.lock();
        let mut held = known.begun.iter().filter(|(_, held)| held.is_some());
        let is_of_it =
            |path: &Path| !read::<Pending>(path).is_ok_and(|record| record.ticket() != ticket);
        !known.unwritten.is_empty() || held.any(|(path, _)| is_of_it(path))
    }

    /// Whether something is on its way, or of unknown outcome, that could not be written down.
    pub(crate) fn has_unwritten(&self) -> bool {
        !self.lock().unwritten.is_empty()
    }

    /// Files of which this run knows more than they say.
    pub(crate) fn unrecorded(&self) -> Vec<PathBuf> {
        self.lock().unrecorded.iter().cloned().collect()
    }

    /// All pending files of messages in doubt, readable or not, oldest name first.
    pub(crate) fn entries(&self) -> io::Result<Vec<Entry>> {
        let mut entries = self.all::<Pending>()?;
        entries.retain(Entry::is_open);
        Ok(entries)
    }

    /// All records of a sort, readable or not, those whose outcome is known among them.
    pub(crate) fn all<R: Record>(&self) -> io::Result<Vec<Entry<R>>> {
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
                if let Some(id) = id_of::<R>(&path) {
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
                has_lock(&lock.with_extension("json")) || is_lock_of_key(lock)
            });
        }
    }

    /// The file of a message whose sending ended in doubt: from now on other runs may look into it.
    pub(crate) fn hand_over(&self, id: PendingId) -> PathBuf {
        let path = self.path(id);
        self.release(&path);
        path
    }

    /// The same of a ticket.
    pub(crate) fn hand_over_ticket(&self, id: PendingId) -> PathBuf {
        let path = self.path_of::<PendingTicket>(id);
        self.release(&path);
        path
    }

    /// Ends the doubt about a record that has a key: it stays for that alone. One that is gone by now does not come back.
    pub(crate) fn forget<R: Record>(&self, record: &R) -> io::Result<()> {
        self.note_found(std::slice::from_ref(record));
        self.write(&record.clone().forgotten())
    }

    /// Takes a key that a user has given, for this run alone; `None` when another run has it.
    pub(crate) fn hold_key(&self, key: &str) -> io::Result<Option<Held>> {
        let Some(directory) = self.directory.as_deref() else {
            return Err(no_home());
        };
        private_file::refuse_shared_directory(directory)?;
        private_file::make_directory(directory)?;
        // The key itself may be no name of a file. Two keys with one print wait for each other, no more.
        let mut print = DefaultHasher::new();
        key.hash(&mut print);
        let path = directory.join(format!("{KEY}{:016x}.lock", print.finish()));
        hold(path)
    }

    /// This run works on it no longer.
    fn release(&self, path: &Path) {
        if let Some(held) = self.lock().begun.get_mut(path) {
            *held = None;
        }
    }

    /// Records that this run did not begin belong to others.
    fn note_found<R: Record>(&self, all: &[R]) {
        let mut known = self.lock();
        let of_others: Vec<PathBuf> = (all.iter().map(|record| self.path_of::<R>(record.id())))
            .filter(|path| !known.begun.contains_key(path))
            .collect();
        known.found.extend(of_others);
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lock of a key or a record that this run uses, and no other as long as this value lives.
#[derive(Debug)]
pub(crate) struct Held {
    path: PathBuf,
    lock: Lock,
}

impl Drop for Held {
    fn drop(&mut self) {
        // A run that took it between giving back and removing would lose its file, and the next one would take another.
        self.lock.remove(&self.path);
    }
}

/// How the names of locks of keys begin.
const KEY: &str = "key-";

fn is_lock_of_key(lock: &Path) -> bool {
    let name = lock.file_stem().and_then(|name| name.to_str());
    name.and_then(|name| name.strip_prefix(KEY))
        .is_some_and(|print| {
            print.len() == 16 && print.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

fn no_home() -> io::Error {
    io::Error::new(
        io::ErrorKind::NotFound,
        "no home directory is known; set HOME or XDG_STATE_HOME to an absolute path",
    )
}

/// The name of the file of a record.
fn name_of<R: Record>(id: PendingId) -> String {
    format!("{id}{}", R::END)
}

/// The id that a pending file is named for, if `path` is named like one.
pub(crate) fn id_of<R: Record>(path: &Path) -> Option<PendingId> {
    let name = path.file_name()?.to_str()?;
    name.strip_suffix(R::END)?.parse().ok()
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

/// The record at `path`, for this run alone, read when no other run works on it any more: that one may just have found out.
#[derive(Debug)]
pub(crate) struct Taken<R> {
    pub(crate) record: Result<R, String>,
    /// `None`: a copy under another name has no lock, and where none can be made nothing can be written either.
    pub(crate) held: Option<Held>,
}

/// Takes a record; `None` while another run works on it, and where that cannot be told.
pub(crate) fn take<R: Record>(path: &Path) -> Option<Taken<R>> {
    let held = match has_lock(path).then(|| hold(lock_of(path))) {
        None => None,
        Some(Ok(Some(held))) => Some(held),
        Some(Err(_)) if !is_under_way(path) => None,
        Some(Ok(None) | Err(_)) => return None,
    };
    Some(Taken {
        record: read(path),
        held,
    })
}

/// The lock at `path`; `None` while another run has it.
fn hold(path: PathBuf) -> io::Result<Option<Held>> {
    let lock = private_file::lock(&path)?;
    Ok(lock.map(|lock| Held { path, lock }))
}

/// Removes a pending file whose outcome is known, for good: one that came back when the power fails would stand for its key, or for a
/// doubt that has ended. Not being there is fine.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    private_file::remove(path)?;
    // Last: where there is no lock file, another run makes a new one, and would take a record that is about to go.
    if has_lock(path)
        && let Err(error) = fs::remove_file(lock_of(path))
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    Ok(())
}

/// Whether a file is named like a record. A copy under another name has no lock: what is called so beside it is
/// somebody's.
fn has_lock(path: &Path) -> bool {
    id_of::<Pending>(path).is_some() || id_of::<PendingTicket>(path).is_some()
}

fn lock_of(path: &Path) -> PathBuf {
    path.with_extension("lock")
}

/// Reads a pending file.
pub(crate) fn read<R: Record>(path: &Path) -> Result<R, String> {
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
fn begin(path: &Path) -> io::Result<Held> {
    private_file::make_directory(path.parent().unwrap_or(path))?;
    hold(lock_of(path))?.ok_or_else(|| io::Error::other("another run has begun the same message"))
}

impl PendingFiles {
    /// Writes a record down, unless it may go without.
    fn keep<R: Record>(&self, record: &R) -> io::Result<()> {
        let written = self.write(record);
        if written.is_ok() {
            return Ok(());
        }
        let path = self.path_of::<R>(record.id());
        let is_there = path.exists();
        let mut known = self.lock();
        if record.is_settled() || !is_there {
            // This run knows what became of it, or has nothing to look into.
            known.begun.remove(&path);
        }
        if record.is_settled() {
            known.unwritten.remove(&path);
            if is_there {
                known.unrecorded.insert(path);
                // A file that says less than is known is told of, also where none was asked for.
                return written;
            }
        } else if self.without_record && !is_there {
            known.unwritten.insert(path);
        }
        if self.without_record { Ok(()) } else { written }
    }

    fn write<R: Record>(&self, record: &R) -> io::Result<()> {
        let Some(directory) = self.directory.as_deref() else {
            return Err(no_home());
        };
        private_file::refuse_shared_directory(directory)?;
        self.write_to(record, directory).map_err(|error| {
            let place = directory.display();
            io::Error::new(
                error.kind(),
                format!("cannot write to {place}: {error}; make it writable, or set XDG_STATE_HOME to a directory that is"),
            )
        })
    }

    /// Writes the file of a record that this run has begun, or that another has left.
    fn write_to<R: Record>(&self, record: &R, directory: &Path) -> io::Result<()> {
        let path = directory.join(name_of::<R>(record.id()));
        let mut known = self.lock();
        if known.found.contains(&path) {
            // Another run's: if that run has settled it by now, it must not come back.
            if !path.exists() {
                return Ok(());
            }
        } else if let btree_map::Entry::Vacant(place) = known.begun.entry(path.clone()) {
            place.insert(Some(begin(&path)?));
        }
        let mut text = serde_json::to_vec_pretty(record)?;
        text.push(b'\n');
        private_file::write(&path, &text)?;
        if record.is_settled() {
            known.begun.remove(&path);
            known.unrecorded.remove(&path);
        }
        Ok(())
    }

    fn remove_record<R: Record>(&self, id: PendingId) -> io::Result<()> {
        let path = self.path_of::<R>(id);
        let mut known = self.lock();
        // Held until the record is gone.
        let _held = known.begun.remove(&path);
        known.unwritten.remove(&path);
        known.unrecorded.remove(&path);
        remove(&path)
    }

    /// All records without exception.
    fn list_records<R: Record>(&self) -> io::Result<Vec<R>> {
        let unreadable = |path: &Path, reason: &str| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{}: {reason}", path.display()),
            )
        };
        let all: Vec<R> = (self.all::<R>()?.into_iter())
            .map(|entry| (entry.pending).map_err(|reason| unreadable(&entry.path, &reason)))
            .collect::<io::Result<_>>()?;
        self.note_found(&all);
        Ok(all)
    }
}

impl Outbox for PendingFiles {
    fn put(&self, pending: &Pending) -> io::Result<()> {
        self.keep(pending)
    }

    fn remove(&self, id: &PendingId) -> io::Result<()> {
        self.remove_record::<Pending>(*id)
    }

    fn list(&self) -> io::Result<Vec<Pending>> {
        // One file that cannot be read must not keep people from sending; `message reconcile` names it.
        let all: Vec<Pending> = self
            .all::<Pending>()?
            .into_iter()
            .filter_map(|entry| entry.pending.ok())
            .collect();
        self.note_found(&all);
        Ok(all)
    }

    fn list_all(&self) -> io::Result<Vec<Pending>> {
        self.list_records()
    }

    fn put_ticket(&self, pending: &PendingTicket) -> io::Result<()> {
        self.keep(pending)
    }

    fn remove_ticket(&self, id: &PendingId, _: Removal) -> io::Result<()> {
        self.remove_record::<PendingTicket>(*id)
    }

    fn list_tickets(&self) -> io::Result<Vec<PendingTicket>> {
        self.list_records()
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ticket(is_settled: bool) -> PendingTicket {
        let digits = "0".repeat(64);
        let print = json!({ "length": 4, "key": digits, "digest": digits, "head_digest": digits });
        let record = json!({
            "hwc_tickets_pending_ticket": 1,
            "id": "a".repeat(32),
            "problem_type": "kind-1",
            "begun_at": "2026-03-01T02:00:00Z",
            "description": print,
            "settled": is_settled.then(|| json!({ "wall": "2026-03-01T02:00:01Z" })),
            "made": is_settled.then(|| json!({ "ticket": "case-1", "is_told": true })),
        });
        serde_json::from_value(record).unwrap()
    }

    /// What it does not read, nobody brings inputs to.
    #[test]
    fn the_fuzz_target_reads_each_kind_of_record() {
        let target = include_str!("fuzz/targets.rs");
        let lines = include_str!("pending_files.rs").lines();
        let kinds: Vec<&str> = lines
            .filter_map(|line| line.strip_prefix("impl Record for ")?.strip_suffix(" {"))
            .collect();
        assert!(kinds.contains(&"PendingTicket"), "{kinds:?}");
        for kind in kinds {
            let read = format!("pending_files::read::<{kind}>(");
            assert!(target.contains(&read), "`pending_file` has no {read}");
        }
    }

    /// Two runs have two values: one of them has a key, and what a killed one left is swept.
    #[test]
    fn a_key_is_held_by_one() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("pending");
        let [one, other] = [(); 2].map(|()| PendingFiles::new(Some(&directory)));
        let key = "outage/17 ".repeat(20);
        let held = one.hold_key(&key).unwrap().unwrap();
        assert!(other.hold_key(&key).unwrap().is_none());
        assert!(other.hold_key("another").unwrap().is_some());
        other.sweep();
        assert!(
            other.hold_key(&key).unwrap().is_none(),
            "a sweep frees none"
        );
        drop(held);
        assert!(other.hold_key(&key).unwrap().is_some());
        let left = directory.join("key-0123456789abcdef.lock");
        private_file::write(&left, b"").unwrap();
        other.sweep();
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
        assert!(PendingFiles::new(None).hold_key(&key).is_err());
    }

    /// What another run has begun is its own, also where it has no file, and where this one began it before.
    #[test]
    fn the_lock_of_another_run_stays() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("pending");
        let [one, other] = [(); 2].map(|()| PendingFiles::new(Some(&directory)));
        let record = ticket(false);
        one.put_ticket(&record).unwrap();
        let path = one.path_of::<PendingTicket>(record.id());
        fs::remove_file(&path).unwrap();
        assert!(other.put_ticket(&record).is_err());
        assert!(is_under_way(&path));
        one.put_ticket(&record).unwrap();
        one.hand_over_ticket(record.id());
        let taken = take::<PendingTicket>(&path).unwrap();
        one.put_ticket(&ticket(true)).unwrap();
        assert!(is_under_way(&path));
        drop(taken);
        assert!(!lock_of(&path).exists());
    }

    /// A record that a run works on: its files, and where it stands in them.
    fn begun(place: &tempfile::TempDir) -> (PathBuf, PendingFiles, PathBuf) {
        let directory = place.path().join("pending");
        let files = PendingFiles::new(Some(&directory));
        let record = ticket(false);
        files.put_ticket(&record).unwrap();
        let path = files.path_of::<PendingTicket>(record.id());
        (directory, files, path)
    }

    /// Its lock goes after it: as long as it is there, no other run takes it from the one that removes it.
    #[test]
    fn a_record_that_cannot_be_removed_stays_held() {
        let place = tempfile::tempdir().unwrap();
        let (_, _files, path) = begun(&place);
        // A directory is removed by nobody who means a file.
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(remove(&path).is_err());
        assert!(is_under_way(&path));
        fs::remove_dir(&path).unwrap();
        remove(&path).unwrap();
        assert!(!lock_of(&path).exists());
    }

    /// What is to be forgotten is held, so that no other run takes it, and read only then.
    #[test]
    fn a_record_is_taken_by_one_and_read_when_it_is() {
        let place = tempfile::tempdir().unwrap();
        let (directory, files, path) = begun(&place);
        let taken = || take::<PendingTicket>(&path);
        assert!(taken().is_none(), "the run that has begun it works on it");
        files.put_ticket(&ticket(true)).unwrap();
        let Taken { record, held } = taken().unwrap();
        assert!(held.is_some() && record.unwrap().is_settled());
        assert!(taken().is_none() && is_under_way(&path));
        drop(held);
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
        // A copy under another name has no lock, and gets none.
        let copy = directory.join("copy.json");
        fs::copy(&path, &copy).unwrap();
        let Taken { record, held } = take::<PendingTicket>(&copy).unwrap();
        assert!(held.is_none() && record.is_ok());
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 2);
    }

    #[test]
    fn tickets_are_kept_beside_messages() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("pending");
        let names = || {
            let files = fs::read_dir(&directory).unwrap();
            let mut names: Vec<String> = files
                .map(|file| file.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        let files = PendingFiles::new(Some(&directory));
        let record = ticket(false);
        files.put_ticket(&record).unwrap();
        let id = "a".repeat(32);
        let (file, lock) = (format!("{id}.ticket.json"), format!("{id}.ticket.lock"));
        assert_eq!(names(), [file.clone(), lock.clone()]);
        assert!(files.list_all().unwrap().is_empty() && files.entries().unwrap().is_empty());
        let other = PendingFiles::new(Some(&directory));
        assert_eq!(other.list_tickets().unwrap()[0].id(), record.id());
        other.sweep();
        assert_eq!(names(), [file.clone(), lock]);
        assert_eq!(files.hand_over_all(), [directory.join(&file)]);
        assert_eq!(names(), [file]);
        files.put_ticket(&ticket(true)).unwrap();
        assert!(other.list_tickets().unwrap()[0].is_settled());
        private_file::synced();
        other.remove_ticket(&record.id(), Removal::Over).unwrap();
        assert!(names().is_empty());
        // Also not when the power fails: what was removed is so for good.
        assert_eq!(private_file::synced().last(), Some(&directory));
        // Of another run, and gone: it does not come back.
        other.put_ticket(&record).unwrap();
        assert!(names().is_empty() && files.list_tickets().unwrap().is_empty());
    }
}
