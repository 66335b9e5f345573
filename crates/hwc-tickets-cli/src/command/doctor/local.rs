//! What can be checked without the network: files, credentials, what is pending.

use super::{Check, Verdict};
use crate::{context::Context, credentials, private_file};
use hwc_core::file::shell_quoted;
use std::{fs, io, path::Path};

pub(super) fn checks(context: &Context) -> Vec<Check> {
    vec![
        configuration(context),
        permissions(context),
        writable(context),
        credentials_found(context),
        pending(context),
    ]
}

/// A broken file has ended the program before; here it is readable or absent.
fn configuration(context: &Context) -> Check {
    let settings = &context.settings;
    let profile = &settings.profile_name.value;
    if let Some(unseen) = &settings.unseen {
        return Check::new(
            "configuration",
            Verdict::Warn,
            format!("{unseen}; no profile is used"),
            "Set HOME or XDG_CONFIG_HOME to a directory of your own.",
        );
    }
    match settings.places.config.as_deref() {
        Some(path) if path.exists() => Check::ok(
            "configuration",
            format!("{}, profile {profile}", path.display()),
        ),
        Some(path) => Check::ok(
            "configuration",
            format!("no file at {}; not needed", path.display()),
        ),
        None => Check::skipped("configuration", "no home directory is known"),
    }
}

fn permissions(context: &Context) -> Check {
    let places = &context.settings.places;
    let mut seen = Vec::new();
    for path in [places.config.as_deref(), places.pending.as_deref()]
        .into_iter()
        .flatten()
    {
        match shared(path) {
            Ok(None) => {}
            Ok(Some(false)) => seen.push(path.display().to_string()),
            Ok(Some(true)) => {
                let mode = if path.is_dir() { 700 } else { 600 };
                return Check::new(
                    "permissions",
                    Verdict::Warn,
                    format!("others may read or write {}", path.display()),
                    format!("Run: chmod {mode} {}", shell_quoted(path)),
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
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound
                    | io::ErrorKind::NotADirectory
                    | io::ErrorKind::PermissionDenied
            ) =>
        {
            // Not reachable: others check whether that matters.
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whether a message can be written down before it is sent.
fn writable(context: &Context) -> Check {
    let place = match context.settings.places.pending() {
        Ok(place) => place,
        Err(failure) => {
            let mut check = Check::failed("pending directory", &failure);
            check.detail.push_str("; messages cannot be sent");
            return check;
        }
    };
    match private_file::probe(place) {
        Ok(()) => Check::ok(
            "pending directory",
            format!("{} is writable", place.display()),
        ),
        Err(error) => Check::new(
            "pending directory",
            Verdict::Fail,
            format!(
                "cannot write to {}: {error}; messages cannot be sent",
                place.display()
            ),
            "Make it writable, or set XDG_STATE_HOME to a directory that is.",
        ),
    }
}

fn credentials_found(context: &Context) -> Check {
    match credentials::find(&context.settings) {
        Ok(credential) => {
            let issuer = credential
                .issuer
                .map(|address| format!("; signs in at {address}"))
                .unwrap_or_default();
            let ignored = credentials::not_used_in_words(&context.settings)
                .map(|words| format!("; {words}"))
                .unwrap_or_default();
            Check::ok(
                "credentials",
                format!(
                    "{}, from {}{issuer}{ignored}",
                    credential.kind, credential.source
                ),
            )
        }
        Err(failure) => Check::failed("credentials", &failure),
    }
}

fn pending(context: &Context) -> Check {
    match context.pending_files.entries() {
        Err(error) => Check::new(
            "pending",
            Verdict::Fail,
            match context.settings.places.pending() {
                Ok(place) => format!("cannot read {}: {error}", place.display()),
                Err(_) => error.to_string(),
            },
            "Check the permissions of the directory.",
        ),
        Ok(entries) if entries.is_empty() => {
            Check::ok("pending", "no message with unknown outcome")
        }
        Ok(entries) => Check::new(
            "pending",
            Verdict::Warn,
            format!("{} of your messages with unknown outcome", entries.len()),
            "Run `hwc-tickets message reconcile` to see them.",
        ),
    }
}
