//! The one module that reads and writes the program's own files: private to the user but for what is to be read by
//! everybody,
//! whole or not at all.

mod draft;
mod leftovers;

pub(crate) use draft::Draft;
pub(crate) use leftovers::{sweep_drafts, sweep_drafts_beside, sweep_locks};

use crate::failure::Failure;
use hwc_core::file::{self, Rules};
pub(crate) use hwc_core::file::{FileLock as Lock, Unreadable, directory_of};
use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// Larger files are none of this program's.
const MOST_BYTES: u64 = 1024 * 1024;

/// Reads a file. With `private`, refuses one that others may read or write.
pub(crate) fn read(path: &Path, private: bool) -> Result<String, Unreadable> {
    let rules = Rules::up_to(MOST_BYTES);
    let rules = if private { rules.private() } else { rules };
    file::read_text(path, rules).map(|text| text.to_string())
}

/// Reads a file that may hold as much as is taken from elsewhere.
pub(crate) fn read_up_to(path: &Path, most_bytes: u64) -> Result<String, Unreadable> {
    file::read_text(path, Rules::up_to(most_bytes)).map(|text| text.to_string())
}

/// Why a file was not read, and what to do, for people.
pub(crate) fn unreadable(path: &Path, why: &Unreadable) -> Failure {
    Failure::usage(
        format!("cannot read {}: {why}", path.display()),
        why.help(path),
    )
}

/// Where a file really is when `path` is a symbolic link, so that writing leaves the link in its place.
pub(crate) fn behind_links(path: &Path) -> Result<PathBuf, Failure> {
    if !fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink()) {
        return Ok(path.to_owned());
    }
    fs::canonicalize(path).map_err(|error| {
        Failure::usage(
            format!(
                "{} is a symbolic link that cannot be followed: {error}",
                path.display()
            ),
            "Make the file it points to, or remove the link.",
        )
    })
}

/// Whether others than the owner may read or write it.
pub(crate) fn is_shared(meta: &fs::Metadata) -> bool {
    file::shared_mode(meta).is_some()
}

/// Refuses a directory of records that others could change: a symbolic link, or one that they have access to.
pub(crate) fn refuse_shared_directory(path: &Path) -> io::Result<()> {
    let reason = match fs::symlink_metadata(path) {
        // What is not there is shared with nobody.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(());
        }
        Err(error) => {
            let place = path.display();
            return Err(io::Error::new(
                error.kind(),
                format!("cannot look at {place}: {error}"),
            ));
        }
        Ok(meta) if meta.is_symlink() => {
            "is a symbolic link, which somebody else may redirect; put a directory in its place"
                .to_owned()
        }
        Ok(meta) if !meta.is_dir() => "is not a directory; remove it".to_owned(),
        Ok(meta) => match file::shared_mode(&meta) {
            None => return Ok(()),
            Some(mode) => format!(
                "can be read or changed by other users of this machine (mode {mode:03o}); run: chmod 700 {}",
                file::shell_quoted(path)
            ),
        },
    };
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        format!("{} {reason}", path.display()),
    ))
}

/// Puts `bytes` in the place of `path` at once, readable for the user only. Makes the directory, with mode 0700. What is no
/// plain file is never replaced: root could put a file in the place of a device.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.is_symlink()) {
        return Err(not_plain("it is not a plain file"));
    }
    make_directory(directory_of(path))?;
    replace(path, bytes, Readers::User)
}

/// The same for everybody to read (mode 0644), in a directory that is there. A link is not replaced either.
pub(crate) fn publish(path: &Path, bytes: &[u8]) -> io::Result<()> {
    refuse_unplain(path)?;
    replace(path, bytes, Readers::Everybody)
}

/// Refuses what is there and no plain file, a link included.
pub(crate) fn refuse_unplain(path: &Path) -> io::Result<()> {
    let kind = match fs::symlink_metadata(path) {
        Ok(meta) => meta.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if kind.is_file() {
        return Ok(());
    }
    Err(not_plain(if kind.is_symlink() {
        "it is a symbolic link"
    } else if kind.is_dir() {
        "it is a directory"
    } else {
        "it is a pipe, a socket or a device"
    }))
}

fn not_plain(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Readers {
    User,
    Everybody,
}

/// A draft beside `path` that takes its name when it is whole.
fn replace(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let directory = directory_of(path);
    let mut file = leftovers::draft_in(directory)?;
    file.write_all(bytes)?;
    if readers == Readers::Everybody {
        open_to_everybody(file.as_file())?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    let synced = sync_directory(directory);
    match readers {
        Readers::User => synced,
        // It is whole and has its name, wherever that is.
        Readers::Everybody => Ok(()),
    }
}

/// Removes a file for good: it does not come back when the power fails. Not being there is fine.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Ok(()) => sync_directory(directory_of(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
thread_local! {
    /// Directories whose names this thread has made durable: short of a power failure, nothing else shows it.
    static SYNCED: std::cell::RefCell<Vec<PathBuf>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Makes what was done to the names in `directory` durable.
fn sync_directory(directory: &Path) -> io::Result<()> {
    #[cfg(test)]
    SYNCED.with_borrow_mut(|synced| synced.push(directory.to_owned()));
    file::sync_directory(directory)
}

/// Directories whose names were made durable on this thread since this was last asked.
#[cfg(test)]
pub(crate) fn synced() -> Vec<PathBuf> {
    SYNCED.take()
}

#[cfg(unix)]
fn open_to_everybody(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

/// Elsewhere the directory decides.
#[cfg(not(unix))]
fn open_to_everybody(_: &File) -> io::Result<()> {
    Ok(())
}

/// Makes a directory and those above it; new ones are for the user only.
pub(crate) fn make_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    let made = missing(path);
    builder.create(path)?;
    for directory in made {
        // The directory above may be one that only its owner can do this for.
        let _ = sync_directory(directory_of(directory));
    }
    Ok(())
}

/// What keeps a directory from being there or made: the first, from it upwards, that is there and no directory.
pub(crate) fn obstacle(directory: &Path) -> Option<&Path> {
    directory
        .ancestors()
        .find(|path| path.exists() && !path.is_dir())
}

/// Refuses the path of a file that is to be written where there is no directory. What else may be wrong with it is told when it
/// is written.
pub(crate) fn refuse_without_directory(path: &Path) -> Result<(), Failure> {
    let named = path.components().as_path();
    let end = path.as_os_str().as_encoded_bytes().last();
    // With a separator at its end, the path names a directory itself.
    let directory = match end.is_some_and(|end| std::path::is_separator(char::from(*end))) {
        true => named,
        false => directory_of(named),
    };
    let why = match obstacle(directory) {
        Some(other) => format!("{} is not a directory", other.display()),
        None if directory.try_exists().is_ok_and(|is_there| !is_there) => {
            format!("there is no directory {}", directory.display())
        }
        None => return Ok(()),
    };
    Err(Failure::usage(
        format!("cannot write {}: {why}", path.display()),
        "Make the directory, or name another place. Nothing was sent.",
    ))
}

/// `path` and those above it that are not there.
fn missing(path: &Path) -> Vec<&Path> {
    path.ancestors()
        .take_while(|path| !path.as_os_str().is_empty() && !path.exists())
        .collect()
}

/// Whether files can be written in a directory, which need not be there yet. Leaves nothing behind.
pub(crate) fn probe(directory: &Path) -> io::Result<()> {
    let missing = missing(directory);
    let written = make_directory(directory).and_then(|()| leftovers::draft_in(directory).map(drop));
    for path in missing {
        // Another run may have put something there meanwhile; then it stays.
        let _ = fs::remove_dir(path);
    }
    written
}

/// Takes the lock of the file at `path`, which is made when it does not exist; `None` when another process holds it.
pub(crate) fn lock(path: &Path) -> io::Result<Option<Lock>> {
    if fs::symlink_metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{} is a symbolic link or not a plain file", path.display()),
        ));
    }
    let mut options = File::options();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    for _ in 0..MOST_TRIES {
        match Lock::exclusive(options.open(path)?)? {
            // Swept away between opening and locking: another one would lock another file.
            Some(lock) if !file::is_still_at(lock.file(), path) => {}
            Some(lock) => return Ok(Some(lock)),
            // A sweep holds it for a moment.
            None => std::thread::yield_now(),
        }
    }
    Ok(None)
}

/// A sweep of another run holds a lock for a few calls of the system; whoever works on a message, much longer.
const MOST_TRIES: u32 = 1_000;

/// Whether somebody holds the lock `path`. Looking hinders nobody else who looks, and none who sweeps.
pub(crate) fn is_locked(path: &Path) -> io::Result<bool> {
    let file = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => File::open(path),
        Ok(_) => Err(io::Error::other("it is not a plain file")),
        Err(error) => Err(error),
    };
    let file = match file {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        file => file?,
    };
    Ok(Lock::shared(file)?.is_none())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn written_for_the_user_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/b/file");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(read(&path, true).unwrap(), "two");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    /// What is written down, replaced or removed is so for good, also when the power fails.
    #[test]
    fn names_are_durable() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("a/b");
        let path = directory.join("file");
        synced();
        write(&path, b"one").unwrap();
        let made = [place.path().join("a"), place.path().to_owned()];
        assert_eq!(
            synced(),
            [&made[..], std::slice::from_ref(&directory)].concat()
        );
        write(&path, b"two").unwrap();
        assert_eq!(synced(), std::slice::from_ref(&directory));
        remove(&path).unwrap();
        assert_eq!(synced(), [directory]);
        remove(&path).unwrap();
        assert!(synced().is_empty() && !path.exists());
    }

    /// A program that is being started, as an editor, has a copy of each open file for a moment.
    #[test]
    fn what_was_let_go_is_not_locked() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.lock");
        let held = lock(&path).unwrap().unwrap();
        let copy = held.file().try_clone().unwrap();
        assert!(is_locked(&path).unwrap());
        drop(held);
        assert!(!is_locked(&path).unwrap());
        assert!(lock(&path).unwrap().is_some());
        drop(copy);
    }

    #[test]
    fn shared_files_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        write(&path, b"secret").unwrap();
        for mode in [0o640, 0o604, 0o660, 0o666] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(
                matches!(read(&path, true), Err(Unreadable::Shared { .. })),
                "{mode:o}"
            );
            assert_eq!(read(&path, false).unwrap(), "secret");
        }
        assert!(matches!(
            read(&directory.path().join("none"), true),
            Err(Unreadable::Absent)
        ));
        assert!(matches!(
            read(directory.path(), true),
            Err(Unreadable::NotAFile("a directory"))
        ));
    }

    #[test]
    fn a_directory_of_records_is_for_the_user_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("records");
        refuse_shared_directory(&path).unwrap();
        make_directory(&path).unwrap();
        refuse_shared_directory(&path).unwrap();
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let told = refuse_shared_directory(&link).unwrap_err().to_string();
        assert!(told.contains("link is a symbolic link"), "{told}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).unwrap();
        let told = refuse_shared_directory(&path).unwrap_err().to_string();
        assert!(told.contains("(mode 750); run: chmod 700 "), "{told}");
    }
}
