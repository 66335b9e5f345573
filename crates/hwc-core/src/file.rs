//! Small files of settings, secrets and records: looked at before they are opened, read with a limit, without a byte
//! order mark.
//!
//! Opening a named pipe waits for its writer, and a device may never end: neither is opened unless a caller says that
//! it will do.
//!
//! Public for the SDK and the program built on this crate, so that all files are read by one rule, and what a killed run left
//! is swept by one, and all locks are given back alike. Not promised to others, but for [`Unreadable`], which the root of the
//! crate gives out.

mod leftovers;
mod lock;

pub use leftovers::{
    DRAFT_END, DRAFT_LETTERS, directory_of, hold, release, sweep, sweep_drafts, sweep_drafts_beside,
};
pub use lock::{FileLock, is_still_at};

use std::{
    fmt,
    fs::{File, Metadata},
    io::{self, ErrorKind, Read, Seek, SeekFrom},
    path::Path,
};

use secrecy::zeroize::Zeroizing;

use crate::foreign::is_active;

/// What a file must be to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    limit: u64,
    private: bool,
    link: bool,
    stream: bool,
}

impl Rules {
    /// A plain file, or a symbolic link to one, of at most so many bytes.
    #[must_use]
    pub const fn up_to(limit: u64) -> Self {
        Self {
            limit,
            private: false,
            link: true,
            stream: false,
        }
    }

    /// Others must have no access to it. Not looked at where the system has no modes.
    #[must_use]
    pub const fn private(self) -> Self {
        Self {
            private: true,
            ..self
        }
    }

    /// It must not be a symbolic link, which somebody else may redirect.
    #[must_use]
    pub const fn no_link(self) -> Self {
        Self {
            link: false,
            ..self
        }
    }

    /// A pipe, a terminal or a device will do, too, as for a text that a person names. Opening one may wait.
    #[must_use]
    pub const fn or_stream(self) -> Self {
        Self {
            stream: true,
            ..self
        }
    }
}

/// Why a file is not read. The words do not repeat its path or its content.
#[derive(Debug)]
#[non_exhaustive]
pub enum Unreadable {
    /// There is none.
    Absent,
    /// The system says no.
    System(io::Error),
    /// A symbolic link where none is allowed.
    Link,
    /// A directory, a named pipe, a device or a socket; which.
    NotAFile(&'static str),
    /// Others may read or write it.
    Shared {
        /// Its mode, 0 to 0o777.
        mode: u32,
    },
    /// It holds more than the system says, as what is made while it is read, e.g. in `/proc`.
    Untold {
        /// Its length, as the system says.
        length: u64,
    },
    /// Exchanged between looking and opening.
    Replaced,
    /// Larger than the limit, in bytes.
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// It begins with the mark of UTF-16 or UTF-32.
    Wide(&'static str),
    /// It is not UTF-8 where text is expected.
    NotText,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => formatter.write_str("it does not exist"),
            Self::System(error) => write!(formatter, "{error}"),
            Self::Link => {
                formatter.write_str("it is a symbolic link, which somebody else may redirect")
            }
            Self::NotAFile(sort) => write!(formatter, "it is {sort}, not a file"),
            Self::Shared { mode } => write!(
                formatter,
                "other users of this machine have access to it (mode {mode:03o})"
            ),
            Self::Untold { length } => write!(
                formatter,
                "it holds more than the {length} bytes that the system says it has"
            ),
            Self::Replaced => formatter.write_str("it was replaced while it was read"),
            Self::TooLarge { limit } if limit % (1024 * 1024) == 0 => {
                write!(formatter, "it is larger than {} MiB", limit / 1024 / 1024)
            }
            Self::TooLarge { limit } => {
                write!(formatter, "it is larger than {} KiB", limit / 1024)
            }
            Self::Wide(form) => write!(formatter, "it is {form} text, not UTF-8"),
            Self::NotText => formatter.write_str("it is not UTF-8 text"),
        }
    }
}

impl std::error::Error for Unreadable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::System(error) => Some(error),
            _ => None,
        }
    }
}

impl Unreadable {
    /// What to do about the file at `path`, as the end of a sentence: no capital letter, no full stop.
    #[must_use]
    pub fn help(&self, path: &Path) -> String {
        match self {
            Self::Absent => "correct the path".to_owned(),
            Self::System(_) => {
                "check that the file and its directory can be read by you".to_owned()
            }
            Self::Link => "name the file it points to".to_owned(),
            Self::NotAFile(_) => "name a plain file".to_owned(),
            Self::Untold { .. } => "copy what it holds into a plain file, and name that".to_owned(),
            Self::Shared { .. } => format!("run: chmod 600 {}", shell_quoted(path)),
            Self::Replaced => "try again".to_owned(),
            Self::TooLarge { .. } => "check that the path names the right file".to_owned(),
            Self::Wide(form) => format!(
                "save it as UTF-8, for example with: iconv -f {form} -t UTF-8 {}",
                shell_quoted(path)
            ),
            Self::NotText => "save it as UTF-8".to_owned(),
        }
    }
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::Absent,
            _ => Self::System(error),
        }
    }
}

/// The bytes of a file without a byte order mark. They are wiped when they are dropped.
///
/// # Errors
/// The file breaks a rule, is UTF-16 or UTF-32, or cannot be read.
pub fn read(path: &Path, rules: Rules) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
    let (file, length) = open(path, rules)?;
    read_stream(file, rules.limit, length)
}

/// A file that is open for reading, and its length in bytes. Only a plain file, or a symbolic link to one, is opened.
///
/// # Errors
/// It is no plain file, it holds more than the system says, or the system does not open it.
pub(crate) fn open_plain(path: &Path) -> Result<(File, u64), Unreadable> {
    let (mut file, length) = open(path, Rules::up_to(u64::MAX))?;
    refuse_untold(&mut file, length)?;
    Ok((file, length))
}

/// What the system makes while it is read has no length before, and would go out as nothing.
fn refuse_untold(file: &mut File, length: u64) -> Result<(), Unreadable> {
    file.seek(SeekFrom::Start(length))?;
    let mut more = Vec::new();
    Read::by_ref(file).take(1).read_to_end(&mut more)?;
    // One that has grown says so.
    if !more.is_empty() && file.metadata()?.len() == length {
        return Err(Unreadable::Untold { length });
    }
    Ok(())
}

fn open(path: &Path, rules: Rules) -> Result<(File, u64), Unreadable> {
    let before = if rules.link {
        path.metadata()?
    } else {
        path.symlink_metadata()?
    };
    if before.is_symlink() {
        return Err(Unreadable::Link);
    }
    let is_stream = rules.stream && !before.is_dir();
    if !before.is_file() && !is_stream {
        return Err(Unreadable::NotAFile(sort(&before)));
    }
    if rules.private {
        refuse_shared(&before)?;
    }
    let file = File::open(path)?;
    let opened = file.metadata()?;
    if !is_same_file(&before, &opened) {
        return Err(Unreadable::Replaced);
    }
    Ok((file, opened.len()))
}

/// The same as text.
///
/// # Errors
/// What [`read`] gives, or it is not UTF-8.
pub fn read_text(path: &Path, rules: Rules) -> Result<Zeroizing<String>, Unreadable> {
    text(&read(path, rules)?)
}

/// The text of an open stream, such as standard input, by the same rules.
///
/// # Errors
/// It cannot be read, has more than `limit` bytes, or is not UTF-8.
pub fn read_text_from(stream: impl Read, limit: u64) -> Result<Zeroizing<String>, Unreadable> {
    text(&read_stream(stream, limit, 0)?)
}

/// The byte order mark of UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// `bytes` without the byte order mark of UTF-8.
#[must_use]
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK).unwrap_or(bytes)
}

/// Whether `bytes` are as much of the byte order mark of UTF-8 as came: nothing, a part of it, or all of it.
pub(crate) fn may_become_mark(bytes: &[u8]) -> bool {
    MARK.starts_with(bytes)
}

/// A path as it can be pasted into a shell. What is not shown as it is, because a terminal would act on it or it is not UTF-8,
/// stands in the form `$'caf\351'`, which all but the plainest shells know.
#[must_use]
pub fn shell_quoted(path: &Path) -> String {
    let text = path.display().to_string();
    if path.to_str().is_none() || text.chars().any(is_active) {
        return escaped(path.as_os_str().as_encoded_bytes());
    }
    let is_plain =
        |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | ',' | ':' | '@');
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Bytes between `$'` and `'`. Three octal digits are always the whole of a byte; hexadecimal ones may go on in some shells.
fn escaped(bytes: &[u8]) -> String {
    fn octal(bytes: &[u8]) -> impl Iterator<Item = String> {
        bytes.iter().map(|byte| format!("\\{byte:03o}"))
    }
    let mut text = "$'".to_owned();
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '\'' | '\\' => text.extend(['\\', letter]),
                _ if is_active(letter) => {
                    text.extend(octal(letter.encode_utf8(&mut [0; 4]).as_bytes()));
                }
                _ => text.push(letter),
            }
        }
        text.extend(octal(chunk.invalid()));
    }
    text.push('\'');
    text
}

/// Makes what was done to the names in `directory` durable: what was put there, replaced or removed stays so when the power fails.
///
/// # Errors
/// The system failed to. That it cannot do so for directories at all, as not every system can, is no error. One that may be written
/// and not read is: nothing makes its names durable then, and whoever keeps a record must not believe that it will be there.
#[cfg(unix)]
pub fn sync_directory(directory: &Path) -> io::Result<()> {
    match File::open(directory).and_then(|directory| directory.sync_all()) {
        Err(error) if is_impossible(&error) => Ok(()),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(io::Error::new(
            ErrorKind::PermissionDenied,
            format!(
                "the directory {} may not be read, so that what is written there may be lost when the power fails: {error}",
                directory.display()
            ),
        )),
        synced => synced,
    }
}

/// What file systems say that cannot make a directory durable, as far as the standard library has no name for it: ENOTTY, and
/// ENOTSUP and EOPNOTSUPP as Linux, the BSDs and macOS number them. None of these numbers stands for a failed write elsewhere.
#[cfg(unix)]
const IMPOSSIBLE: [i32; 4] = [25, 95, 45, 102];

/// Whether this says that a directory cannot be made durable at all, and not that doing so has failed.
#[cfg(unix)]
fn is_impossible(error: &io::Error) -> bool {
    let is_named = matches!(
        error.kind(),
        ErrorKind::InvalidInput | ErrorKind::Unsupported
    );
    is_named || (error.raw_os_error()).is_some_and(|code| IMPOSSIBLE.contains(&code))
}

/// Elsewhere there is no way to.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

fn text(bytes: &[u8]) -> Result<Zeroizing<String>, Unreadable> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(Unreadable::NotText),
    }
}

/// Files up to this size get room for the limit at once: a buffer that grows leaves copies of a secret behind.
const SMALL: u64 = 64 * 1024;

fn read_stream(
    stream: impl Read,
    limit: u64,
    expected: u64,
) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
    let room = if limit <= SMALL {
        limit
    } else {
        expected.min(limit)
    };
    let room = usize::try_from(room)
        .unwrap_or(usize::MAX)
        .saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    stream
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| match error.kind() {
            // Standard input, which nobody could look at before it was opened.
            ErrorKind::IsADirectory => Unreadable::NotAFile(DIRECTORY),
            _ => Unreadable::System(error),
        })?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(Unreadable::TooLarge { limit });
    }
    // The longer marks first: that of UTF-32 begins like one of UTF-16.
    match bytes.as_slice() {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Err(Unreadable::Wide("UTF-32")),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Err(Unreadable::Wide("UTF-16")),
        _ => {}
    }
    let mark = bytes.len() - without_mark(&bytes).len();
    bytes.drain(..mark);
    Ok(bytes)
}

/// The sort of file that a directory is.
const DIRECTORY: &str = "a directory";

#[cfg(unix)]
fn sort(meta: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = meta.file_type();
    if kind.is_dir() {
        DIRECTORY
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn sort(meta: &Metadata) -> &'static str {
    if meta.is_dir() { DIRECTORY } else { "a device" }
}

#[cfg(unix)]
fn refuse_shared(meta: &Metadata) -> Result<(), Unreadable> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = meta.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(Unreadable::Shared { mode })
    }
}

/// Elsewhere the permissions of a home directory are trusted: there is no simple mode to look at.
#[cfg(not(unix))]
fn refuse_shared(_: &Metadata) -> Result<(), Unreadable> {
    Ok(())
}

/// Whether the opened file is the one that was looked at.
#[cfg(unix)]
fn is_same_file(before: &Metadata, opened: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    before.dev() == opened.dev() && before.ino() == opened.ino() && before.mode() == opened.mode()
}

/// Elsewhere there is no number to compare.
#[cfg(not(unix))]
fn is_same_file(_: &Metadata, opened: &Metadata) -> bool {
    opened.is_file()
}

/// The mode of a file or directory that others than its owner have access to. `None` when they have not, or where the
/// system has no modes.
#[must_use]
pub fn shared_mode(meta: &Metadata) -> Option<u32> {
    match refuse_shared(meta) {
        Err(Unreadable::Shared { mode }) => Some(mode),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn marks_and_limits() {
        let read = |bytes: &[u8]| {
            read_text_from(bytes, 8)
                .map(|text| text.to_string())
                .map_err(|why| why.to_string())
        };
        for (bytes, expected) in [
            (&b"12345678"[..], Ok("12345678")),
            (b"", Ok("")),
            (b"\xef\xbb\xbf", Ok("")),
            (b"\xef\xbb\xbfabc", Ok("abc")),
            (b"\xef\xbb\xbf\xef\xbb\xbf", Ok("\u{feff}")),
            (b"123456789", Err("larger than 0 KiB")),
            (b"\xff\xfea\0", Err("UTF-16")),
            (b"\xfe\xff\0a", Err("UTF-16")),
            (b"\xff\xfe\0\0a\0\0\0", Err("UTF-32")),
            (b"\0\0\xfe\xff\0\0\0a", Err("UTF-32")),
            (b"caf\xe9", Err("not UTF-8")),
        ] {
            match (read(bytes), expected) {
                (Ok(text), Ok(expected)) => assert_eq!(text, expected),
                (Err(why), Err(expected)) => assert!(why.contains(expected), "{why}"),
                (got, _) => panic!("{bytes:?}: {got:?}"),
            }
        }
    }

    /// A stream that never ends costs no more than the limit.
    #[test]
    fn a_stream_without_end_is_cut_off() {
        let why = read_text_from(io::repeat(b'x'), 1024 * 1024).unwrap_err();
        assert_eq!(why.to_string(), "it is larger than 1 MiB");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_plain_file_is_not_opened() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let rules = Rules::up_to(64);
        let why = |path: &Path, rules: Rules| read(path, rules).unwrap_err().to_string();
        assert!(matches!(
            read(&path("none"), rules),
            Err(Unreadable::Absent)
        ));
        let made = std::process::Command::new("mkfifo")
            .arg(path("pipe"))
            .status();
        assert!(made.unwrap().success());
        assert_eq!(why(&path("pipe"), rules), "it is a named pipe, not a file");
        assert_eq!(
            why(directory.path(), rules),
            "it is a directory, not a file"
        );
        let also_streams = why(directory.path(), rules.or_stream());
        assert_eq!(also_streams, "it is a directory, not a file");
        // As standard input, it is open before anybody looks at it.
        let opened = File::open(directory.path()).unwrap();
        let streamed = read_text_from(opened, 64).unwrap_err().to_string();
        assert_eq!(streamed, "it is a directory, not a file");
        assert_eq!(
            why(Path::new("/dev/zero"), rules),
            "it is a device, not a file"
        );
        let endless = why(Path::new("/dev/zero"), rules.or_stream());
        assert_eq!(endless, "it is larger than 0 KiB");

        io::Write::write_all(&mut File::create_new(path("file")).unwrap(), b"x").unwrap();
        symlink(path("file"), path("link")).unwrap();
        assert_eq!(read(&path("link"), rules).unwrap().as_slice(), b"x");
        assert!(why(&path("link"), rules.no_link()).contains("symbolic link"));
        for (mode, is_refused) in [(0o600, false), (0o400, false), (0o640, true), (0o602, true)] {
            fs::set_permissions(path("file"), fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(read(&path("file"), rules.private()).is_err(), is_refused);
            let meta = fs::metadata(path("file")).unwrap();
            assert_eq!(shared_mode(&meta).is_some(), is_refused);
        }
    }

    /// Not every file system can make a directory durable; that one which can has failed is told.
    #[cfg(unix)]
    #[test]
    fn what_cannot_be_done_for_directories_is_no_failure() {
        for (code, is_no_failure) in [
            (22, true),
            (25, true),
            (45, true),
            (95, true),
            (5, false),
            (13, false),
            (28, false),
        ] {
            let error = io::Error::from_raw_os_error(code);
            assert_eq!(is_impossible(&error), is_no_failure, "{error}");
        }
        let place = tempfile::tempdir().unwrap();
        assert!(sync_directory(place.path()).is_ok());
        let nowhere = sync_directory(&place.path().join("nowhere"));
        assert_eq!(nowhere.unwrap_err().kind(), ErrorKind::NotFound);
    }

    /// Without the right to read it nobody can make it durable: that is told, with what it means.
    #[cfg(unix)]
    #[test]
    fn a_directory_that_may_not_be_read_is_not_durable() {
        use std::os::unix::fs::PermissionsExt as _;
        let place = tempfile::tempdir().unwrap();
        let mode = |mode| {
            fs::set_permissions(place.path(), fs::Permissions::from_mode(mode)).unwrap();
        };
        mode(0o300);
        // Whoever may read everything can.
        let may_read = File::open(place.path()).is_ok();
        let synced = sync_directory(place.path());
        mode(0o700);
        assert_eq!(synced.is_ok(), may_read);
        if let Err(error) = synced {
            assert_eq!(error.kind(), ErrorKind::PermissionDenied);
            assert!(error.to_string().contains("may not be read"), "{error}");
        }
    }

    #[test]
    fn paths_are_quoted_when_a_shell_would_split_them() {
        for (path, quoted) in [
            ("/home/a/.config/x.toml", "/home/a/.config/x.toml"),
            ("it's mine", r"'it'\''s mine'"),
            ("-rf", "'-rf'"),
            ("a b", "'a b'"),
            ("it's\n\\1", r"$'it\'s\012\\1'"),
            // Shown, these would be written out as `\u{..}`, which no shell reads.
            ("a\u{202e}b", r"$'a\342\200\256b'"),
            ("\u{feff}磁盘", r"$'\357\273\277磁盘'"),
            ("a\u{2028}b", r"$'a\342\200\250b'"),
            ("磁盘 工", "'磁盘 工'"),
        ] {
            assert_eq!(shell_quoted(Path::new(path)), quoted);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_utf_8_is_quoted_byte_by_byte() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
        let path = Path::new(OsStr::from_bytes(b"notes/caf\xe91.log"));
        assert_eq!(shell_quoted(path), r"$'notes/caf\3511.log'");
    }
}
