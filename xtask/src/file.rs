//! Reading and writing files: the only room that writes. A file is replaced whole or not at all.

use crate::problem::{Place, Problem, Result};
use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// The workspace, by its root.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace at `root`.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The root directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The text of the file at `path` (below the root).
    ///
    /// # Errors
    /// The file is missing, not readable, or not UTF-8.
    pub fn read(&self, path: &str) -> Result<String> {
        fs::read_to_string(self.root.join(path)).map_err(|error| {
            Problem::at(
                Place::file(path),
                format!("cannot be read: {error}"),
                "restore the file (`git checkout -- <file>`), or run the command in a full checkout",
            )
            .into()
        })
    }

    /// The text of the file at `path`, `None` if there is none.
    ///
    /// # Errors
    /// The file is there but not readable, or not UTF-8.
    pub fn read_if_there(&self, path: &str) -> Result<Option<String>> {
        match fs::metadata(self.root.join(path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            _ => self.read(path).map(Some),
        }
    }

    /// The files below `directory` whose name ends in `suffix`, sorted; empty if there is no such directory.
    ///
    /// # Errors
    /// A directory is not readable.
    pub fn files(&self, directory: &str, suffix: &str) -> Result<Vec<String>> {
        let mut found = Vec::new();
        self.collect(directory, suffix, &mut found)?;
        found.sort();
        Ok(found)
    }

    /// The names at the top level, sorted.
    ///
    /// # Errors
    /// The root is not readable.
    pub fn top(&self) -> Result<Vec<String>> {
        let failed = |error: io::Error| {
            Problem::at(
                Place::file("."),
                format!("cannot be listed: {error}"),
                "make it readable",
            )
        };
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.root).map_err(failed)? {
            names.push(
                entry
                    .map_err(failed)?
                    .file_name()
                    .to_string_lossy()
                    .into_owned(),
            );
        }
        names.sort();
        Ok(names)
    }

    fn collect(&self, directory: &str, suffix: &str, found: &mut Vec<String>) -> Result<()> {
        let failed = |error: io::Error| {
            Problem::at(
                Place::file(directory),
                format!("cannot be listed: {error}"),
                "make the directory readable",
            )
        };
        let entries = match fs::read_dir(self.root.join(directory)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other.map_err(failed)?,
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = match directory {
                "" => name.clone(),
                _ => format!("{directory}/{name}"),
            };
            if entry.file_type().map_err(failed)?.is_dir() {
                // Build results and version control are not part of the project.
                if !(name == "target" || name == ".git") {
                    self.collect(&path, suffix, found)?;
                }
            } else if name.ends_with(suffix) {
                found.push(path);
            }
        }
        Ok(())
    }

    /// Brings each file to its text. All are written beside their places first and renamed only when every
    /// one is on disk, so a failure leaves the old files. Returns the paths that were different.
    ///
    /// # Errors
    /// A file cannot be written; then nothing was replaced, unless a rename itself failed.
    pub fn replace(&self, files: &[(String, String)]) -> Result<Vec<String>> {
        let mut staged = Vec::new();
        for (path, text) in files {
            if self.read_if_there(path)?.as_ref() == Some(text) {
                continue;
            }
            let stage = || -> io::Result<tempfile::NamedTempFile> {
                let target = self.root.join(path);
                let directory = target.parent().unwrap_or(&self.root);
                fs::create_dir_all(directory)?;
                let mut builder = tempfile::Builder::new();
                #[cfg(unix)]
                builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
                let mut file = builder.prefix(".xtask-").tempfile_in(directory)?;
                file.write_all(text.as_bytes())?;
                file.as_file().sync_all()?;
                Ok(file)
            };
            staged.push((path, stage().map_err(|error| cannot_write(path, &error))?));
        }
        let mut replaced = Vec::new();
        for (path, file) in staged {
            file.persist(self.root.join(path))
                .map_err(|error| cannot_write(path, &error.error))?;
            replaced.push(path.clone());
        }
        Ok(replaced)
    }

    /// A copy of everything that is not built, in the place of what is in `directory`.
    ///
    /// # Errors
    /// A file cannot be copied.
    pub fn copied(&self, directory: &Path) -> Result<Self> {
        let failed = |error: io::Error| cannot_write(&directory.display().to_string(), &error);
        match fs::remove_dir_all(directory) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(error).into());
            }
            _ => {}
        }
        for path in self.files("", "")? {
            let target = directory.join(&path);
            fs::create_dir_all(target.parent().unwrap_or(directory)).map_err(failed)?;
            fs::copy(self.root.join(&path), &target).map_err(failed)?;
        }
        Ok(Self::new(directory))
    }

    /// Removes a file.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove(&self, path: &str) -> Result<()> {
        fs::remove_file(self.root.join(path)).map_err(|error| cannot_write(path, &error).into())
    }
}

/// Writes files into a directory that is empty or not there.
///
/// # Errors
/// There is something in it, or a file cannot be written.
pub fn fill(directory: &Path, files: &[(String, String)]) -> Result<()> {
    let shown = directory.display().to_string();
    let failed = |error: io::Error| cannot_write(&shown, &error);
    fs::create_dir_all(directory).map_err(failed)?;
    if fs::read_dir(directory).map_err(failed)?.next().is_some() {
        return Err(Problem::at(
            Place::file(&shown),
            "is not empty",
            "name a directory that is empty or not there",
        )
        .into());
    }
    for (path, text) in files {
        let target = directory.join(path);
        fs::create_dir_all(target.parent().unwrap_or(directory)).map_err(failed)?;
        let mut file = fs::File::create_new(&target).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
    }
    Ok(())
}

/// Writes files as one ZIP archive, not compressed, in the place of what was there. The same files give the same bytes.
///
/// # Errors
/// It cannot be written; then nothing was replaced.
pub fn archive(target: &Path, files: &[(String, String)]) -> Result<()> {
    let beside = target.parent().filter(|path| !path.as_os_str().is_empty());
    let beside = beside.unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        fs::create_dir_all(beside)?;
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let mut archive = ZipWriter::new(builder.prefix(".xtask-").tempfile_in(beside)?);
        for (path, text) in files {
            let options =
                SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
            archive.start_file(path.as_str(), options)?;
            archive.write_all(text.as_bytes())?;
        }
        let file = archive.finish()?;
        file.as_file().sync_all()?;
        file.persist(target).map_err(|error| error.error)?;
        Ok(())
    };
    let failed = |error| cannot_write(&target.display().to_string(), &error);
    Ok(write().map_err(failed)?)
}

fn cannot_write(path: &str, error: &io::Error) -> Problem {
    Problem::at(
        Place::file(path),
        format!("cannot be written: {error}"),
        "make the directory writable, then run the command again",
    )
}
