//! What can be checked without the network: files, credentials, what is pending.

use super::{Check, Verdict};
use crate::{context::Context, credentials, private_file};
use std::{fs, io, path::Path};

pub(super) fn checks(context: &Context) -> Vec<Check> {
    vec![
        configuration(context),
        permissions(context),
        credentials_found(context),
        pending(context),
    ]
}

/// A broken file has ended the program before; here it is readable or absent.
fn configuration(context: &Context) -> Check {
    let path = &context.settings.places.config;
    let profile = &context.settings.profile_name.value;
    match path.exists() {
        true => Check::ok(
            "configuration",
            format!("{}, profile {profile}", path.display()),
        ),
        false => Check::ok(
            "configuration",
            format!("no file at {}; not needed", path.display()),
        ),
    }
}

fn permissions(context: &Context) -> Check {
    let places = &context.settings.places;
    let mut seen = Vec::new();
    for path in [places.config.as_path(), places.pending.as_path()] {
        match shared(path) {
            Ok(None) => {}
            Ok(Some(false)) => seen.push(path.display().to_string()),
            Ok(Some(true)) => {
                let mode = if path.is_dir() { 700 } else { 600 };
                return Check::new(
                    "permissions",
                    Verdict::Warn,
                    format!("others may read or write {}", path.display()),
                    format!("Run: chmod {mode} {}", path.display()),
                );
            }
            Err(error) => {
                return Check::new(
                    "permissions",
                    Verdict::Fail,
                    format!("cannot look at {}: {error}", path.display()),
                    "Check the owner and the permissions of the directory.",
                );
            }
        }
    }
    match seen.is_empty() {
        true => Check::ok("permissions", "no files of this program yet"),
        false => Check::ok("permissions", format!("for you only: {}", seen.join(", "))),
    }
}

/// Whether others have rights on it; `None` when it is not there.
fn shared(path: &Path) -> io::Result<Option<bool>> {
    match fs::metadata(path) {
        Ok(meta) => Ok(Some(private_file::is_shared(&meta))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn credentials_found(context: &Context) -> Check {
    match credentials::find(&context.settings) {
        Ok(credential) => Check::ok(
            "credentials",
            format!("{}, from {}", credential.kind, credential.source),
        ),
        Err(failure) => {
            let told = failure.told(false).unwrap_or_default();
            Check::new(
                "credentials",
                Verdict::Fail,
                told.what,
                told.advice.unwrap_or_default(),
            )
        }
    }
}

fn pending(context: &Context) -> Check {
    match context.pending_files.entries() {
        Err(error) => Check::new(
            "pending",
            Verdict::Fail,
            format!(
                "cannot read {}: {error}",
                context.settings.places.pending.display()
            ),
            "Check the permissions of the directory.",
        ),
        Ok(entries) if entries.is_empty() => Check::ok("pending", "no message with unknown fate"),
        Ok(entries) => Check::new(
            "pending",
            Verdict::Warn,
            format!("{} of your messages with unknown fate", entries.len()),
            "Run `hwc-tickets message reconcile` to see them.",
        ),
    }
}
