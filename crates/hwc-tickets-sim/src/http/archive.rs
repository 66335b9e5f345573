//! Several files as one answer: a ZIP archive, not compressed (D-53).

use std::collections::BTreeSet;
use std::io::Write;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::domain::{Blob, FileView};

/// The archive of `files`. `None`: it would not fit into the format, or the disk does not take it or give a file back.
pub(super) fn of(files: &[FileView]) -> Option<Blob> {
    let mut archive = ZipWriter::new(Blob::writer());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut names = BTreeSet::new();
    for file in files {
        // Two files may have one name; an archive must not lose one of them.
        let mut name = file.name.clone();
        if name.is_empty() || names.contains(&name) {
            name = format!("{}-{name}", file.id);
        }
        names.insert(name.clone());
        archive.start_file(name, options).ok()?;
        for piece in file.content.pieces() {
            archive.write_all(&piece.ok()?).ok()?;
        }
    }
    Blob::written(archive.finish().ok()?).ok()
}
