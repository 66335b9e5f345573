//! Texts that were written and not sent: a file of its own for each, for the user only, until what became of it is certain.
//!
//! A file is named for its ticket, for what wrote it, and with a number. A run holds a lock beside each of its files, so that
//! two runs at the same time never write to one: neither loses its text to the other.

use crate::{
    input,
    private_file::{self, Lock, Unreadable},
};
use hwc_tickets::TicketId;
use std::{
    collections::{HashMap, hash_map::Entry},
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// The chat has it again the next time.
    Chat,
    /// The chat was sending it, and it is not known what became of it.
    Doubt,
    /// Written in the editor of `message send`.
    Send,
    /// Sent in parts by `message send`, and not all of them are in the ticket for sure.
    Parts,
}

impl Kind {
    /// As it stands in names of files.
    fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Doubt => "doubt",
            Self::Send => "send",
            Self::Parts => "parts",
        }
    }
}

/// How the names of files with descriptions of tickets begin that are not open yet: no ticket has an id.
const NEW_TICKET: &str = "new-ticket.create.";
/// The same of those of which it is not known whether their ticket is open.
const DOUBTFUL_TICKET: &str = "new-ticket.doubt-create.";

/// The file of a text that this run works on.
#[derive(Debug)]
pub(crate) struct Draft {
    path: PathBuf,
    _lock: Lock,
}

impl Draft {
    /// A file that is not there yet and that no other run takes.
    pub(crate) fn begin(directory: &Path, ticket: &TicketId, kind: Kind) -> io::Result<Self> {
        Self::begin_named(directory, &beginning(ticket, kind))
    }

    /// The same for the description of a ticket that is not open yet.
    pub(crate) fn begin_new(directory: &Path) -> io::Result<Self> {
        Self::begin_named(directory, NEW_TICKET)
    }

    fn begin_named(directory: &Path, beginning: &str) -> io::Result<Self> {
        private_file::refuse_shared_directory(directory)?;
        private_file::make_directory(directory)?;
        sweep(directory);
        for number in 1..u32::MAX {
            let path = directory.join(format!("{beginning}{number}.txt"));
            if path.symlink_metadata().is_err()
                && let Some(draft) = Self::take(path)?
                // Another run may have written it and ended since.
                && draft.path.symlink_metadata().is_err()
            {
                return Ok(draft);
            }
        }
        Err(io::Error::other(
            "too many texts were not sent; remove some",
        ))
    }

    /// The oldest text of a ticket that no run works on. Of those of other runs nothing is read.
    fn resume(
        directory: &Path,
        ticket: &TicketId,
        kind: Kind,
    ) -> io::Result<Option<(Self, String)>> {
        Self::resume_named(directory, &beginning(ticket, kind))
    }

    /// The oldest description of a ticket that was not opened, as far as no run works on it.
    pub(crate) fn resume_new(directory: &Path) -> io::Result<Option<(Self, String)>> {
        Self::resume_named(directory, NEW_TICKET)
    }

    fn resume_named(directory: &Path, beginning: &str) -> io::Result<Option<(Self, String)>> {
        private_file::refuse_shared_directory(directory)?;
        for path in left(directory, beginning)? {
            let Some(draft) = Self::take(path)? else {
                continue;
            };
            match read(&draft.path) {
                Ok(text) => return Ok(Some((draft, text))),
                // Sent by another run meanwhile.
                Err(Unreadable::Absent) => {}
                Err(why) => {
                    let place = draft.path.display();
                    return Err(io::Error::other(format!("cannot read {place}: {why}")));
                }
            }
        }
        Ok(None)
    }

    /// The text of a message in parts to `ticket`, if `path` is one that was kept.
    ///
    /// # Errors
    /// Another run works on it, or has sent it since it was read: sent once more, its parts would stand in the ticket twice.
    pub(crate) fn of_parts(
        directory: &Path,
        ticket: &TicketId,
        path: &Path,
    ) -> io::Result<Option<Self>> {
        let place = private_file::directory_of(path).canonicalize().ok();
        let is_here = place.is_some() && place == directory.canonicalize().ok();
        let name = path.file_name().and_then(|name| name.to_str());
        let beginning = beginning(ticket, Kind::Parts);
        let kept = name.filter(|name| is_here && number_in(name, &beginning).is_some());
        let Some(name) = kept else {
            return Ok(None);
        };
        let draft = Self::take(directory.join(name))?;
        let draft = draft
            .ok_or_else(|| io::Error::other("another run of this program is sending its parts"))?;
        match draft.path.symlink_metadata() {
            Ok(_) => Ok(Some(draft)),
            Err(_) => Err(io::Error::other("another run of this program has sent it")),
        }
    }

    fn take(path: PathBuf) -> io::Result<Option<Self>> {
        let lock = private_file::lock(&path.with_extension("lock"))?;
        Ok(lock.map(|lock| Self { path, _lock: lock }))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn write(&self, text: &str) -> io::Result<()> {
        private_file::write(&self.path, text.as_bytes())
    }

    /// Gives the description of a ticket that may be open another name, under which nothing offers it. Where it is then.
    ///
    /// # Errors
    /// It cannot be renamed: its place, and why.
    pub(crate) fn set_aside(self) -> Result<PathBuf, (PathBuf, io::Error)> {
        let directory = self.path.parent().unwrap_or(Path::new(""));
        let renamed = Self::begin_named(directory, DOUBTFUL_TICKET).and_then(|aside| {
            fs::rename(&self.path, &aside.path)?;
            Ok(aside.path.clone())
        });
        renamed.map_err(|error| (self.path.clone(), error))
    }

    /// It was sent, or nobody wants it. Not being there is fine.
    pub(crate) fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // What stays of it is harmless: nobody holds it.
        let _ = fs::remove_file(self.path.with_extension("lock"));
    }
}

/// Texts of messages to a ticket that may have been sent in parts, and where they are; or what cannot be read, and why.
pub(crate) fn kept(directory: &Path, ticket: &TicketId) -> Vec<Result<(PathBuf, String), String>> {
    if let Err(error) = private_file::refuse_shared_directory(directory) {
        return vec![Err(error.to_string())];
    }
    let mut texts = Vec::new();
    for kind in [Kind::Parts, Kind::Send] {
        let paths = match left(directory, &beginning(ticket, kind)) {
            Ok(paths) => paths,
            Err(error) => {
                texts.push(Err(format!("{}: {error}", directory.display())));
                continue;
            }
        };
        for path in paths {
            match read(&path) {
                Ok(text) => texts.push(Ok((path, text))),
                // Sent by another run meanwhile.
                Err(Unreadable::Absent) => {}
                Err(why) => texts.push(Err(format!("{}: {why}", path.display()))),
            }
        }
    }
    texts
}

/// A text as it was kept: as much may stand there as a text can have.
fn read(path: &Path) -> Result<String, Unreadable> {
    private_file::read_up_to(path, input::MOST_BYTES)
}

/// What a run keeps of several tickets while it is written.
#[derive(Debug)]
pub(crate) struct Drafts {
    /// `None` when no home directory is known: then nothing is kept.
    directory: Option<PathBuf>,
    own: HashMap<(TicketId, Kind), Kept>,
}

/// A text in its file.
#[derive(Debug)]
struct Kept {
    draft: Draft,
    text: String,
}

impl Drafts {
    pub(crate) fn new(directory: Option<&Path>) -> Self {
        Self {
            directory: directory.map(Path::to_owned),
            own: HashMap::new(),
        }
    }

    /// The text that the chat left of a ticket; empty when there is none. From now on it is this run's.
    pub(crate) fn resume(&mut self, ticket: &TicketId) -> io::Result<String> {
        let Some(directory) = &self.directory else {
            return Ok(String::new());
        };
        let Some((draft, text)) = Draft::resume(directory, ticket, Kind::Chat)? else {
            return Ok(String::new());
        };
        let kept = Kept {
            draft,
            text: text.clone(),
        };
        self.own.insert((ticket.clone(), Kind::Chat), kept);
        Ok(text)
    }

    /// Keeps a text; an empty one is forgotten. Gives whether it is kept now: without a home directory there is no place.
    pub(crate) fn keep(&mut self, ticket: &TicketId, kind: Kind, text: &str) -> io::Result<bool> {
        let Some(directory) = &self.directory else {
            return Ok(false);
        };
        let place = (ticket.clone(), kind);
        match self.own.get_mut(&place) {
            Some(kept) if text.is_empty() => {
                kept.draft.remove()?;
                self.own.remove(&place);
            }
            Some(kept) if kept.text == text => {}
            Some(kept) => {
                kept.draft.write(text)?;
                kept.text = text.to_owned();
            }
            None if text.is_empty() => {}
            None => {
                let draft = Draft::begin(directory, ticket, kind)?;
                draft.write(text)?;
                let text = text.to_owned();
                self.own.insert(place, Kept { draft, text });
            }
        }
        Ok(true)
    }

    /// Keeps a text of the chat in a file of its own, where an editor has the other one.
    pub(crate) fn keep_beside(&self, ticket: &TicketId, text: &str) -> io::Result<()> {
        match &self.directory {
            Some(directory) => Draft::begin(directory, ticket, Kind::Chat)?.write(text),
            None => Ok(()),
        }
    }

    /// The file that this run has of a ticket.
    pub(crate) fn path(&self, ticket: &TicketId, kind: Kind) -> Option<&Path> {
        let kept = self.own.get(&(ticket.clone(), kind))?;
        Some(kept.draft.path())
    }

    /// A file with this text for an editor; `None` where there is no place.
    pub(crate) fn lend(&mut self, ticket: &TicketId, text: &str) -> io::Result<Option<PathBuf>> {
        let Some(directory) = &self.directory else {
            return Ok(None);
        };
        let kept = match self.own.entry((ticket.clone(), Kind::Chat)) {
            Entry::Occupied(kept) => kept.into_mut(),
            Entry::Vacant(place) => place.insert(Kept {
                draft: Draft::begin(directory, ticket, Kind::Chat)?,
                text: String::new(),
            }),
        };
        kept.draft.write(text)?;
        kept.text = text.to_owned();
        Ok(Some(kept.draft.path().to_owned()))
    }

    /// What an editor has left in the file that was lent.
    pub(crate) fn edited(&mut self, ticket: &TicketId) -> io::Result<String> {
        let Some(kept) = self.own.get_mut(&(ticket.clone(), Kind::Chat)) else {
            return Ok(String::new());
        };
        kept.text = match read(kept.draft.path()) {
            Ok(text) => text,
            // It was removed in the editor.
            Err(Unreadable::Absent) => String::new(),
            Err(why) => {
                let place = kept.draft.path().display();
                return Err(io::Error::other(format!("cannot read {place}: {why}")));
            }
        };
        Ok(kept.text.clone())
    }

    /// An editor has failed. What it wrote all the same stays in its file, which is given; the text on the screen gets another.
    pub(crate) fn abandon(&mut self, ticket: &TicketId) -> Option<PathBuf> {
        let place = (ticket.clone(), Kind::Chat);
        let lent = self.own.get(&place)?;
        let is_other = match read(lent.draft.path()) {
            Ok(text) => text != lent.text,
            Err(Unreadable::Absent) => {
                self.own.remove(&place);
                return None;
            }
            Err(_) => true,
        };
        let lent = is_other.then(|| self.own.remove(&place)).flatten()?;
        Some(lent.draft.path().to_owned())
    }

    /// Files of texts of a ticket of which the chat did not know whether they were sent, those of other runs.
    pub(crate) fn in_doubt(&self, ticket: &TicketId) -> Vec<PathBuf> {
        let Some(directory) = &self.directory else {
            return Vec::new();
        };
        // What keeps the directory from being listed is told where the text of the chat is read.
        let mut paths = left(directory, &beginning(ticket, Kind::Doubt)).unwrap_or_default();
        paths.retain(|path| Some(path.as_path()) != self.path(ticket, Kind::Doubt));
        paths
    }
}

/// The files whose names begin so, oldest number first.
fn left(directory: &Path, beginning: &str) -> io::Result<Vec<PathBuf>> {
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
        Err(error) => return Err(error),
    };
    let mut paths = Vec::new();
    for file in listing {
        let path = file?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let number = name.and_then(|name| number_in(name, beginning));
        if let Some(number) = number {
            paths.push((number, path));
        }
    }
    paths.sort();
    Ok(paths.into_iter().map(|(_, path)| path).collect())
}

/// The number in the name of a file, if the name begins so and is one of a text.
fn number_in(name: &str, beginning: &str) -> Option<u32> {
    let number = name.strip_prefix(beginning)?.strip_suffix(".txt")?;
    number.parse().ok()
}

/// How the names of files begin, a number follows. Whatever the id is, it is one plain step without a dot.
fn beginning(ticket: &TicketId, kind: Kind) -> String {
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
    format!("{name}.{}.", kind.name())
}

/// Removes what runs that were killed have left beside the texts.
fn sweep(directory: &Path) {
    private_file::sweep_drafts(directory);
    private_file::sweep_locks(directory, |lock| {
        let name = lock.file_stem().and_then(|name| name.to_str());
        let mut parts = name.unwrap_or_default().rsplit('.');
        let number = parts.next().and_then(|number| number.parse::<u32>().ok());
        let kind = parts.next().unwrap_or_default();
        let is_of_new = [NEW_TICKET, DOUBTFUL_TICKET]
            .iter()
            .any(|beginning| name.is_some_and(|name| name.starts_with(beginning)));
        let is_of_ticket = [Kind::Chat, Kind::Doubt, Kind::Send, Kind::Parts]
            .map(Kind::name)
            .contains(&kind);
        number.is_some() && (is_of_new || is_of_ticket)
    });
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
        assert_eq!(drafts.resume(&ticket).unwrap(), "");
        assert!(drafts.keep(&ticket, Kind::Chat, "").unwrap());
        assert!(!directory.exists(), "nothing to keep");
        assert!(drafts.keep(&ticket, Kind::Chat, "磁盘\n又满了").unwrap());
        let path = drafts.path(&ticket, Kind::Chat).unwrap().to_owned();
        assert_eq!(path, directory.join("case-123.chat.1.txt"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&directory)), (0o600, 0o700));
        drop(drafts);

        let mut later = Drafts::new(Some(&directory));
        assert_eq!(later.resume(&id("other")).unwrap(), "");
        assert_eq!(later.resume(&ticket).unwrap(), "磁盘\n又满了");
        later.keep(&ticket, Kind::Chat, "").unwrap();
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);

        fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(later.resume(&ticket).is_err());
        assert!(later.keep(&ticket, Kind::Chat, "x").is_err());
        let mut nowhere = Drafts::new(None);
        assert!(!nowhere.keep(&ticket, Kind::Chat, "x").unwrap());
        assert_eq!(nowhere.resume(&ticket).unwrap(), "");
        assert!(nowhere.lend(&ticket, "x").unwrap().is_none());
    }

    /// Two runs at once: each has a file of its own, and neither text is lost.
    #[test]
    fn two_runs_keep_two_texts() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("drafts");
        let ticket = id("case-123");
        let mut one = Drafts::new(Some(&directory));
        let mut other = Drafts::new(Some(&directory));
        one.keep(&ticket, Kind::Chat, "one").unwrap();
        assert_eq!(other.resume(&ticket).unwrap(), "", "it is the other's");
        other.keep(&ticket, Kind::Chat, "other").unwrap();
        one.keep(&ticket, Kind::Chat, "one again").unwrap();
        let sent = Draft::begin(&directory, &ticket, Kind::Send).unwrap();
        sent.write("of send").unwrap();
        drop((one, other, sent));
        let mut texts = Vec::new();
        let mut later = [(); 3].map(|()| Drafts::new(Some(&directory)));
        for drafts in &mut later {
            texts.push(drafts.resume(&ticket).unwrap());
        }
        assert_eq!(texts, ["one again", "other", ""]);
        let sent = directory.join("case-123.send.1.txt");
        assert_eq!(fs::read_to_string(sent).unwrap(), "of send");
    }

    /// It goes when all of it was sent: only what was kept for this ticket does, and only one run at a time sends it.
    #[test]
    fn a_text_in_parts_is_taken_up_by_one_run() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("drafts");
        let draft = Draft::begin(&directory, &id("case-123"), Kind::Parts).unwrap();
        draft.write("text").unwrap();
        let path = draft.path().to_owned();
        let take = |ticket: &str, path: &Path| Draft::of_parts(&directory, &id(ticket), path);
        assert!(take("case-123", &path).is_err(), "in use");
        drop(draft);
        assert!(take("case-12", &path).unwrap().is_none());
        for other in ["case-123.parts.1.txt", "drafts/case-123.parts.one.txt"] {
            let other = place.path().join(other);
            private_file::write(&other, b"text").unwrap();
            assert!(take("case-123", &other).unwrap().is_none(), "{other:?}");
        }
        // By another name of the same directory.
        let around = directory.join("../drafts/case-123.parts.1.txt");
        let taken = take("case-123", &around).unwrap().unwrap();
        assert_eq!(taken.path(), path);
        taken.remove().unwrap();
        drop(taken);
        assert!(take("case-123", &path).is_err(), "it was sent");
    }

    /// What was kept can be read again, however long it is; what cannot be read is told and hides nothing else.
    #[test]
    fn texts_in_parts_are_found() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("drafts");
        let ticket = id("case-123");
        assert!(kept(&directory, &ticket).is_empty());
        let long = "x".repeat(2 * 1024 * 1024);
        let drafts = ["1", long.as_str(), "3"].map(|text| {
            let draft = Draft::begin(&directory, &ticket, Kind::Parts).unwrap();
            draft.write(text).unwrap();
            draft
        });
        private_file::write(drafts[0].path(), &[0xff, 0xfe, 0xfd]).unwrap();
        let texts = kept(&directory, &ticket);
        assert_eq!(texts.len(), 3);
        let problem = texts[0].as_ref().unwrap_err();
        assert!(problem.contains("case-123.parts.1.txt: "), "{problem}");
        for (read, text) in texts[1..].iter().zip([long.as_str(), "3"]) {
            assert!(read.as_ref().unwrap().1 == text, "{} bytes", text.len());
        }
        drafts[0].remove().unwrap();
        assert_eq!(kept(&directory, &ticket).len(), 2);
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
        let shared = kept(&directory, &ticket);
        assert!(matches!(shared.as_slice(), [Err(_)]));
    }

    /// What a failed editor has written is not lost, and what stands on the screen neither.
    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "an editor writes into the file as it likes"
    )]
    fn a_failed_editor_loses_nothing() {
        let place = tempfile::tempdir().unwrap();
        let ticket = id("case-123");
        let mut drafts = Drafts::new(Some(&place.path().join("drafts")));
        let path = drafts.lend(&ticket, "before").unwrap().unwrap();
        assert_eq!(drafts.abandon(&ticket), None);
        fs::write(&path, "written").unwrap();
        assert_eq!(drafts.abandon(&ticket), Some(path.clone()));
        drafts.keep(&ticket, Kind::Chat, "before").unwrap();
        let other = drafts.path(&ticket, Kind::Chat).unwrap();
        assert_eq!(fs::read_to_string(other).unwrap(), "before");
        assert_eq!(fs::read_to_string(&path).unwrap(), "written");
        let path = drafts.lend(&ticket, "").unwrap().unwrap();
        fs::write(&path, "from the editor").unwrap();
        assert_eq!(drafts.edited(&ticket).unwrap(), "from the editor");
        fs::write(&path, "").unwrap();
        assert_eq!(drafts.edited(&ticket).unwrap(), "");
        drafts.keep(&ticket, Kind::Chat, "").unwrap();
        assert!(!path.exists(), "nothing to keep");
    }

    /// A description has no ticket yet. One of a ticket that may be open is not offered again.
    #[test]
    fn a_description_is_there_for_the_next_run() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("drafts");
        assert!(Draft::resume_new(&directory).unwrap().is_none());
        let first = Draft::begin_new(&directory).unwrap();
        first.write("磁盘满了").unwrap();
        let second = Draft::begin_new(&directory).unwrap();
        assert_ne!(first.path(), second.path());
        assert!(Draft::resume_new(&directory).unwrap().is_none(), "in use");
        drop((first, second));
        let (draft, text) = Draft::resume_new(&directory).unwrap().unwrap();
        assert_eq!(text, "磁盘满了");
        let aside = draft.set_aside().unwrap();
        assert_eq!(fs::read_to_string(&aside).unwrap(), "磁盘满了");
        assert!(Draft::resume_new(&directory).unwrap().is_none());
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
    }

    #[test]
    fn names_are_one_plain_step() {
        for (ticket, name) in [
            ("case-123", "case-123.chat."),
            ("case-123-1", "case-123-1.chat."),
            ("TT_1", "TT_1.chat."),
            ("a.b", "a%2Eb.chat."),
        ] {
            assert_eq!(beginning(&id(ticket), Kind::Chat), name);
        }
    }

    #[test]
    fn what_killed_runs_left_is_swept() {
        let place = tempfile::tempdir().unwrap();
        for (name, stays) in [
            ("case-1.chat.2.lock", false),
            ("case-1.send.1.lock", false),
            ("new-ticket.create.1.lock", false),
            ("new-ticket.doubt-create.1.lock", false),
            ("case-1.lock", true),
            ("case-1.notes.1.lock", true),
            ("case-1.chat.2.txt", true),
        ] {
            let path = place.path().join(name);
            private_file::write(&path, b"").unwrap();
            sweep(place.path());
            assert_eq!(path.exists(), stays, "{name}");
        }
    }
}
