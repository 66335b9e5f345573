//! Changes of the configuration file. What is not changed stays as it stands, comments included.

use super::profile::document_at;
use crate::{
    clock,
    exit::Exit,
    failure::Failure,
    private_file::{self, Lock},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

/// The table of a profile, made when it is not there; `None` when something else stands in its place.
pub(crate) fn profile<'a>(
    document: &'a mut DocumentMut,
    name: &str,
) -> Option<&'a mut dyn TableLike> {
    document
        .entry("profiles")
        .or_insert_with(implicit)
        .as_table_like_mut()?
        .entry(name)
        .or_insert_with(implicit)
        .as_table_like_mut()
}

/// Something else stands in the place of a profile.
pub(crate) fn out_of_place(path: &Path, profile: &str) -> Failure {
    Failure::usage(
        format!(
            "{} has something else in place of [profiles.{profile}]",
            path.display()
        ),
        "Correct the file.",
    )
}

/// A table whose header is written once something stands in it.
fn implicit() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}

/// Puts a value into a table. Comments around the one before it are kept.
pub(crate) fn put(table: &mut dyn TableLike, name: &str, value: impl Into<Value>) {
    let mut value = value.into();
    match table.get_mut(name) {
        Some(item) => {
            if let Some(before) = item.as_value() {
                *value.decor_mut() = before.decor().clone();
            }
            *item = Item::Value(value);
        }
        None => {
            table.insert(name, Item::Value(value));
        }
    }
}

/// Stands beside the file while it is changed: a name that nobody gives to another file.
const LOCK: &str = ".hwc-tickets-config-lock";
/// How often a file is tried that another run changes, and how long after each try.
const TRIES: u32 = 500;
const BETWEEN: Duration = Duration::from_millis(10);

/// Changes the file at `path`, which is made when it is not there. Gives what `change` gives: whether there is something to
/// write. Of runs that change it at the same time each one sees what the one before has written.
///
/// # Errors
/// It cannot be read or written, `change` fails, or another run does not come to an end with it.
pub(crate) fn change(
    path: &Path,
    change: impl FnOnce(&mut DocumentMut) -> Result<bool, Failure>,
) -> Result<bool, Failure> {
    let place = private_file::behind_links(path)?;
    let _turn = Turn::take(path)?;
    let mut document = document_at(path)?.unwrap_or_default();
    let is_changed = change(&mut document)?;
    if is_changed {
        write(&place, &document)?;
    }
    Ok(is_changed)
}

/// The same for what takes something out: where no file is, there is nothing to do.
///
/// # Errors
/// As of [`change`].
pub(crate) fn take_out(
    path: &Path,
    take_out: impl FnOnce(&mut DocumentMut) -> bool,
) -> Result<bool, Failure> {
    match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        _ => change(path, |document| Ok(take_out(document))),
    }
}

/// The right to change a file, as long as this value lives.
#[derive(Debug)]
struct Turn {
    path: PathBuf,
    _lock: Lock,
}

impl Turn {
    /// Waits for the runs before. `None`: there can be no lock, as in a directory that cannot be written; that is told when it
    /// comes to that.
    fn take(file: &Path) -> Result<Option<Self>, Failure> {
        let path = file.with_file_name(LOCK);
        let directory = private_file::directory_of(file);
        if private_file::make_directory(directory).is_err() {
            return Ok(None);
        }
        for _ in 0..TRIES {
            match private_file::lock(&path) {
                Ok(Some(lock)) => return Ok(Some(Self { path, _lock: lock })),
                Ok(None) => clock::pause(BETWEEN),
                Err(_) => return Ok(None),
            }
        }
        Err(Failure::own(
            Exit::Failure,
            format!("another run of this program is changing {}", file.display()),
            "Nothing was stored. Try again when it has ended.",
        ))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Still held: nobody else has it. Who waits for it makes another one.
        let _ = fs::remove_file(&self.path);
    }
}

/// Puts the file into its place, readable for the user only.
fn write(place: &Path, document: &DocumentMut) -> Result<(), Failure> {
    private_file::write(place, document.to_string().as_bytes())
        .map_err(|error| Failure::file("write", place, &error))?;
    // A run that was killed may have left a secret there. Nothing is removed before the new file stands.
    private_file::sweep_drafts_beside(place);
    Ok(())
}
