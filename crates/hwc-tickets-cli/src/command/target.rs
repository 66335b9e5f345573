//! Which record is meant by whoever reconciles: a file, or the beginning of an id. The same for messages and tickets.

use crate::{
    context::Context,
    exit::Exit,
    failure::{Failure, advice::Once},
    pending_files::{self, Entry, Held, Record, Taken},
};
use hwc_core::file::shell_quoted;
use std::path::{Path, PathBuf};

/// Fewer digits would be a slip of the hand rather than an id.
const LEAST: usize = 4;

/// A record and its file.
pub(super) struct Target<R> {
    pub(super) path: PathBuf,
    pub(super) pending: R,
}

/// A file that is to be removed, and its record, or why that cannot be read. No run that has begun it works on it as long as this
/// value lives.
pub(super) struct Doomed<R> {
    pub(super) path: PathBuf,
    pub(super) pending: Result<R, String>,
    pub(super) held: Option<Held>,
}

/// All records, those whose outcome is known among them.
pub(super) fn entries<R: Record>(context: &Context) -> Result<Vec<Entry<R>>, Failure> {
    let entries = context.pending_files.all();
    entries.map_err(|error| match context.settings.places.pending() {
        Ok(place) => Failure::file("read", place, &error),
        Err(failure) => failure,
    })
}

/// Those that are in doubt, readable or not.
pub(super) fn open<R: Record>(context: &Context) -> Result<Vec<Entry<R>>, Failure> {
    let mut entries = entries(context)?;
    entries.retain(Entry::is_open);
    Ok(entries)
}

/// The record named so, unless it is still being worked on. It may be settled: then its outcome is known.
pub(super) fn find<R: Record>(named: &str, context: &Context) -> Result<Target<R>, Failure> {
    let path = path_of::<R>(named, context)?;
    let pending: R =
        pending_files::read(&path).map_err(|reason| unusable(&path, &reason, &list::<R>()))?;
    if !pending.is_settled() {
        refuse_under_way::<R>(&path)?;
    }
    Ok(Target { path, pending })
}

/// The same for a record that is to be forgotten. One that cannot be read has to be named in full: nothing else says
/// that it is the one that is meant.
pub(super) fn find_to_forget<R: Record>(
    named: &str,
    context: &Context,
) -> Result<Doomed<R>, Failure> {
    let path = path_of::<R>(named, context)?;
    let pending = pending_files::read::<R>(&path);
    if pending.as_ref().is_ok_and(R::is_settled) {
        return Ok(Doomed {
            path,
            pending,
            held: None,
        });
    }
    match &pending {
        Ok(_) => {}
        Err(reason) if path.symlink_metadata().is_err() => {
            return Err(unusable(&path, reason, &list::<R>()));
        }
        Err(reason) if path.is_dir() && !path.is_symlink() => {
            let advice = "It is not removed here: move it away yourself.";
            return Err(unusable(&path, reason, advice));
        }
        Err(reason) => {
            let own = context.pending_files.holds(&path);
            let Some(id) = pending_files::id_of::<R>(&path).filter(|_| own) else {
                let noun = R::ONCE.noun;
                let advice = format!(
                    "It is not one of the pending files of {noun}s of this program, so it is not removed here."
                );
                return Err(unusable(&path, reason, &advice));
            };
            if !named.ends_with(".json") && named.parse() != Ok(id) {
                let advice = format!(
                    "To remove it unread, name it in full: hwc-tickets {} reconcile {} --forget",
                    R::ONCE.noun,
                    shell_quoted(&path)
                );
                return Err(unusable(&path, reason, &advice));
            }
        }
    }
    let Some(Taken { record, held }) = pending_files::take::<R>(&path) else {
        return Err(under_way::<R>());
    };
    match record {
        // It was in the ticket after all, or it was not and its record is gone, or it is another one by now.
        Err(reason) if pending.is_ok() => Err(unusable(&path, &reason, &list::<R>())),
        pending => Ok(Doomed {
            path,
            pending,
            held,
        }),
    }
}

fn path_of<R: Record>(named: &str, context: &Context) -> Result<PathBuf, Failure> {
    let path = Path::new(named);
    let is_id = is_beginning_of_id(named);
    match path.symlink_metadata() {
        // A directory of that name is not meant where an id can be.
        Ok(meta) if !(is_id && meta.is_dir()) => Ok(path.to_owned()),
        _ if is_id => by_beginning::<R>(named, context),
        _ if named.contains(['/', '.']) => Err(Failure::usage(
            format!("there is no file {named}"),
            list::<R>(),
        )),
        _ => Err(Failure::usage(
            format!("there is no file {named}, and it is not the beginning of an id"),
            format!(
                "An id has {LEAST} to 32 digits from 0 to 9 and a to f. {}",
                list::<R>()
            ),
        )),
    }
}

fn unusable(path: &Path, reason: &str, advice: &str) -> Failure {
    Failure::usage(
        format!("{} cannot be used: {reason}", path.display()),
        advice,
    )
}

fn refuse_under_way<R: Record>(path: &Path) -> Result<(), Failure> {
    match pending_files::is_under_way(path) {
        true => Err(under_way::<R>()),
        false => Ok(()),
    }
}

fn under_way<R: Record>() -> Failure {
    let Once { noun, doing, .. } = R::ONCE;
    Failure::own(
        Exit::Failure,
        format!("another run of this program is still {doing} this {noun}"),
        format!("Wait until it has ended: it says itself what became of the {noun}."),
    )
}

/// How to see what there is.
pub(super) fn list<R: Record>() -> String {
    let noun = R::ONCE.noun;
    format!("`hwc-tickets {noun} reconcile` without a file lists what is pending.")
}

fn is_beginning_of_id(named: &str) -> bool {
    (LEAST..=32).contains(&named.len()) && named.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn by_beginning<R: Record>(named: &str, context: &Context) -> Result<PathBuf, Failure> {
    let noun = R::ONCE.noun;
    let beginning = named.to_ascii_lowercase();
    let mut meant: Vec<Entry<R>> = entries(context)?;
    meant.retain(|entry| entry.id.to_string().starts_with(&beginning));
    if meant.iter().any(Entry::is_open) {
        // Of one whose outcome is known, or was forgotten, is asked only where nothing is in doubt under that id.
        meant.retain(Entry::is_open);
    }
    let mut meant = meant.into_iter();
    match (meant.next(), meant.count()) {
        (Some(entry), 0) => Ok(entry.path),
        (Some(_), more) => Err(Failure::usage(
            format!(
                "{} pending {noun}s have an id that begins with {named}",
                more + 1
            ),
            "Give more digits of it.",
        )),
        (None, _) => Err(Failure::usage(
            format!("no pending {noun} has an id that begins with {named}"),
            format!(
                "A record goes some minutes after its outcome is known. {}",
                list::<R>()
            ),
        )),
    }
}
