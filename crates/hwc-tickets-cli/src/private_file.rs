//! The one room that reads and writes the program's own files: private to the user, whole or not at all.

use fs4::{FileExt, TryLockError};
use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::Path,
};

/// Larger files are none of this program's.
const MOST_BYTES: u64 = 1024 * 1024;

/// Why a file that may hold secrets is not read.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// It is not there.
    Absent,
    /// Others may read or write it.
    Shared,
    /// It is no plain file, or too large, or the system says no.
    Other(io::Error),
}

/// Reads a file. With `private`, refuses one that others may read or write.
pub(crate) fn read(path: &Path, private: bool) -> Result<String, Unreadable> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Unreadable::Absent,
        _ => Unreadable::Other(error),
    })?;
    // Asked of the open file, so that nobody can exchange it in between.
    let meta = file.metadata().map_err(Unreadable::Other)?;
    if !meta.is_file() {
        return Err(Unreadable::Other(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is not a plain file",
        )));
    }
    if private && is_shared(&meta) {
        return Err(Unreadable::Shared);
    }
    let mut text = String::new();
    let read = file
        .take(MOST_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(Unreadable::Other)?;
    if u64::try_from(read).unwrap_or(u64::MAX) > MOST_BYTES {
        return Err(Unreadable::Other(io::Error::new(
            io::ErrorKind::InvalidData,
            "it is larger than 1 MiB",
        )));
    }
    Ok(text)
}

/// Whether others than the owner may read or write it.
#[cfg(unix)]
pub(crate) fn is_shared(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    meta.permissions().mode() & 0o077 != 0
}

/// Whether others than the owner may read or write it. Not known on this system: its lists of rights are left to the user.
#[cfg(not(unix))]
pub(crate) fn is_shared(_: &fs::Metadata) -> bool {
    false
}

/// Puts `bytes` in the place of `path` at once, readable for the user only. Makes the directory, with mode 0700.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    make_directory(directory)?;
    // Made with mode 0600 under a random name, never through a link that lies in wait.
    let mut file = tempfile::Builder::new()
        .prefix(".hwc-tickets-")
        .tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // Makes the new name durable. Not every system can do it for directories.
    let _ = File::open(directory).and_then(|directory| directory.sync_all());
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
    builder.create(path)
}

/// Whether files can be written in a directory, which need not be there yet. Leaves nothing behind.
pub(crate) fn probe(directory: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = directory
        .ancestors()
        .take_while(|path| !path.as_os_str().is_empty() && !path.exists())
        .collect();
    let written = make_directory(directory).and_then(|()| {
        tempfile::Builder::new()
            .prefix(".hwc-tickets-")
            .tempfile_in(directory)
            .map(drop)
    });
    for path in missing {
        // Another run may have put something there meanwhile; then it stays.
        let _ = fs::remove_dir(path);
    }
    written
}

/// A lock that is held as long as this value lives; the system frees it when the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Takes the lock of the file at `path`, which is made when it does not exist; `None` when another process holds it.
pub(crate) fn lock(path: &Path) -> io::Result<Option<Lock>> {
    let mut options = File::options();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = options.open(path)?;
    match FileExt::try_lock(&file) {
        Ok(()) => Ok(Some(Lock { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
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

    #[test]
    fn shared_files_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        write(&path, b"secret").unwrap();
        for mode in [0o640, 0o604, 0o660, 0o666] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(
                matches!(read(&path, true), Err(Unreadable::Shared)),
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
            Err(Unreadable::Other(_))
        ));
    }
}
