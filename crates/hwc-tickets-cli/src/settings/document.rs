//! Changes of the configuration file. What is not changed stays as it stands, comments included.

use crate::{failure::Failure, private_file};
use std::path::Path;
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

/// Puts the file into its place, readable for the user only.
///
/// # Errors
/// It cannot be written.
pub(crate) fn write(path: &Path, document: &DocumentMut) -> Result<(), Failure> {
    let place = private_file::behind_links(path)?;
    private_file::write(&place, document.to_string().as_bytes())
        .map_err(|error| Failure::file("write", &place, &error))?;
    // A run that was killed may have left a secret there. Nothing is removed before the new file stands.
    private_file::sweep_drafts_beside(&place);
    Ok(())
}
