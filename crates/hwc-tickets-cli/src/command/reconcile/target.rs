//! Which record is meant: a file, or the beginning of an id.

use super::list;
use crate::{context::Context, exit::Exit, failure::Failure, pending_files};
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

/// The record named so, unless it is still being sent.
pub(super) fn find(named: &str, context: &Context) -> Result<Target, Failure> {
    let path = match is_beginning_of_id(named) && !Path::new(named).exists() {
        true => by_beginning(named, context)?,
        false => PathBuf::from(named),
    };
    let pending = pending_files::read(&path).map_err(|reason| {
        Failure::usage(format!("{} cannot be used: {reason}", path.display()), LIST)
    })?;
    if pending.is_settled() {
        return Err(Failure::usage(
            format!(
                "the message of {} is known to be in the ticket",
                path.display()
            ),
            LIST,
        ));
    }
    if pending_files::is_under_way(&path) {
        return Err(Failure::own(
            Exit::Failure,
            "another run of this program is still sending this message",
            "Wait until it has ended: it says itself what became of the message.",
        ));
    }
    Ok(Target { path, pending })
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
    let mut meant = (list::entries(context)?.into_iter())
        .map(|entry| entry.path)
        .filter(is_meant);
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
            LIST,
        )),
    }
}
