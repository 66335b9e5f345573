//! Which record is meant: a file, or the beginning of an id.

use super::list;
use crate::{context::Context, exit::Exit, failure::Failure, pending_files};
use hwc_core::file::shell_quoted;
use hwc_tickets::Pending;
use std::path::{Path, PathBuf};

/// Fewer digits would be a slip of the hand rather than an id.
const LEAST: usize = 4;
/// How to see what there is.
const LIST: &str = "`hwc-tickets message reconcile` without a file lists what is pending.";

/// A record and its file.
pub(super) struct Target {
    pub(super) path: PathBuf,
    pub(super) pending: Pending,
}

/// The record named so, unless it is still being sent. It may be settled: then it is known what became of the message.
pub(super) fn find(named: &str, context: &Context) -> Result<Target, Failure> {
    let path = path_of(named, context)?;
    let pending = pending_files::read(&path).map_err(|reason| unusable(&path, &reason, LIST))?;
    if !pending.is_settled() {
        refuse_under_way(&path)?;
    }
    Ok(Target { path, pending })
}

/// A file that is to be removed, and its record, or why that cannot be read.
pub(super) struct Doomed {
    pub(super) path: PathBuf,
    pub(super) pending: Result<Pending, String>,
}

/// The same for a record that is to be forgotten. One that cannot be read has to be named in full: nothing else says
/// that it is the one that is meant.
pub(super) fn find_to_forget(named: &str, context: &Context) -> Result<Doomed, Failure> {
    let path = path_of(named, context)?;
    let pending = pending_files::read(&path);
    match &pending {
        Ok(pending) if pending.is_settled() => {
            return Ok(Doomed {
                path,
                pending: Ok(pending.clone()),
            });
        }
        Ok(_) => {}
        Err(reason) if path.symlink_metadata().is_err() => {
            return Err(unusable(&path, reason, LIST));
        }
        Err(reason) if path.is_dir() && !path.is_symlink() => {
            let advice = "It is not removed here: move it away yourself.";
            return Err(unusable(&path, reason, advice));
        }
        Err(reason) => {
            let id = pending_files::id_of(&path).filter(|_| context.pending_files.holds(&path));
            let Some(id) = id else {
                return Err(unusable(
                    &path,
                    reason,
                    "It is not one of the pending files of this program, so it is not removed here.",
                ));
            };
            if !named.ends_with(".json") && named.parse() != Ok(id) {
                let advice = format!(
                    "To remove it unread, name it in full: hwc-tickets message reconcile {} --forget",
                    shell_quoted(&path)
                );
                return Err(unusable(&path, reason, &advice));
            }
        }
    }
    refuse_under_way(&path)?;
    Ok(Doomed { path, pending })
}

fn path_of(named: &str, context: &Context) -> Result<PathBuf, Failure> {
    let path = Path::new(named);
    let is_id = is_beginning_of_id(named);
    match path.symlink_metadata() {
        // A directory of that name is not meant where an id can be.
        Ok(meta) if !(is_id && meta.is_dir()) => Ok(path.to_owned()),
        _ if is_id => by_beginning(named, context),
        _ if named.contains(['/', '.']) => {
            Err(Failure::usage(format!("there is no file {named}"), LIST))
        }
        _ => Err(Failure::usage(
            format!("there is no file {named}, and it is not the beginning of an id"),
            format!("An id has {LEAST} to 32 digits from 0 to 9 and a to f. {LIST}"),
        )),
    }
}

fn unusable(path: &Path, reason: &str, advice: &str) -> Failure {
    Failure::usage(
        format!("{} cannot be used: {reason}", path.display()),
        advice,
    )
}

fn refuse_under_way(path: &Path) -> Result<(), Failure> {
    if !pending_files::is_under_way(path) {
        return Ok(());
    }
    Err(Failure::own(
        Exit::Failure,
        "another run of this program is still sending this message",
        "Wait until it has ended: it says itself what became of the message.",
    ))
}

fn is_beginning_of_id(named: &str) -> bool {
    (LEAST..=32).contains(&named.len()) && named.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn by_beginning(named: &str, context: &Context) -> Result<PathBuf, Failure> {
    let beginning = named.to_ascii_lowercase();
    let is_meant = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(&beginning))
    };
    let open = list::entries(context)?.into_iter();
    let mut meant: Vec<PathBuf> = open.map(|entry| entry.path).filter(is_meant).collect();
    if meant.is_empty() {
        // Nothing is in doubt under that id: it may be one whose outcome is known.
        meant = list::settled(context)?;
        meant.retain(is_meant);
    }
    let mut meant = meant.into_iter();
    match (meant.next(), meant.count()) {
        (Some(path), 0) => Ok(path),
        (Some(_), more) => Err(Failure::usage(
            format!(
                "{} pending messages have an id that begins with {named}",
                more + 1
            ),
            "Give more digits of it.",
        )),
        (None, _) => Err(Failure::usage(
            format!("no pending message has an id that begins with {named}"),
            format!(
                "A record goes some minutes after its message is known to be in the ticket. {LIST}"
            ),
        )),
    }
}
