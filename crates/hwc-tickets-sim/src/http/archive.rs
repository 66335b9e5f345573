//! Several files as one answer: a ZIP archive, not compressed (D-53).

use std::collections::BTreeSet;
use std::io::{self, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::domain::{Blob, FileView};

/// Why there is no archive.
#[derive(Debug)]
pub(super) enum Unarchived {
    /// It would not fit into the format.
    Format,
    /// The disk does not take it, or does not give a file back.
    Disk,
}

impl From<ZipError> for Unarchived {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(_) => Unarchived::Disk,
            _ => Unarchived::Format,
        }
    }
}

impl From<io::Error> for Unarchived {
    fn from(_: io::Error) -> Self {
        Unarchived::Disk
    }
}

/// The archive of `files`. Reads and writes all of them: nothing to do while others wait.
pub(super) fn of(files: &[FileView]) -> Result<Blob, Unarchived> {
    let mut archive = ZipWriter::new(Blob::writer());
    let mut names = BTreeSet::new();
    for file in files {
        // Two files may have one name; an archive must not lose one of them.
        let mut name = file.name.clone();
        if name.is_empty() || names.contains(&name) {
            name = format!("{}-{name}", file.id);
        }
        if u16::try_from(name.len()).is_err() {
            return Err(Unarchived::Format);
        }
        names.insert(name.clone());
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(u32::try_from(file.content.len()).is_err());
        archive.start_file(name, options)?;
        for piece in file.content.pieces() {
            archive.write_all(&piece?)?;
        }
    }
    Ok(archive.finish()?.into_blob())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, content: Blob) -> FileView {
        FileView {
            id: "id".to_owned(),
            name: name.to_owned(),
            content,
        }
    }

    #[test]
    fn what_is_too_much_for_the_format_is_told_from_what_is_too_much_for_the_disk() {
        let broken = || Blob::watched("bytes", || Err(io::ErrorKind::Other.into()));
        let good = || file("a", Blob::from("bytes"));
        assert!(of(&[good(), good()]).is_ok());
        assert!(matches!(
            of(&[good(), file("b", broken())]),
            Err(Unarchived::Disk)
        ));
        let longest = usize::from(u16::MAX);
        assert!(of(&[good(), file(&"n".repeat(longest), Blob::default())]).is_ok());
        assert!(matches!(
            of(&[good(), file(&"n".repeat(longest + 1), Blob::default())]),
            Err(Unarchived::Format)
        ));
    }
}
