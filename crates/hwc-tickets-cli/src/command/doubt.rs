//! What is sent once, where it is not known whether it was done, or where a key says that it was begun before. The same words
//! for a message and for a ticket.

use crate::{
    context::Context,
    exit::Exit,
    failure::{Failure, advice::Once},
    pending_files::{self, Held, PendingFiles, Record},
    render::Screen,
};
use hwc_core::file::shell_quoted;
use hwc_tickets::{
    AttachmentId, Client, Delivery, Error, Origin, Pending, PendingTicket, submit::Unrecorded,
};
use std::{io, path::Path};

/// Where what is sent is written down first, unless it is to go out without a record.
pub(super) fn records(without: bool, context: &Context) -> Result<PendingFiles, Failure> {
    let files = context.pending_files.clone();
    if without {
        return Ok(files.without_record());
    }
    // What is not written down first could be lost without a trace.
    context.settings.places.pending()?;
    Ok(files)
}

/// How an error is told of which it is not known whether the thing was done, with its file. Another one comes back.
pub(super) fn told(error: Error, context: &Context) -> Result<Failure, Error> {
    if error.delivery() != Delivery::Unknown {
        return Err(error);
    }
    let of_forgotten = (error.pending().and_then(advice_of_forgotten))
        .or_else(|| error.pending_ticket().and_then(advice_of_forgotten));
    if let Some(advice) = of_forgotten {
        return Ok(Failure::Advised {
            error: Box::new(error),
            advice,
        });
    }
    let files = &context.pending_files;
    let (record, file) = match (error.pending(), error.pending_ticket()) {
        (Some(pending), _) => {
            let file = files.hand_over(pending.id());
            context.warn_of_unreadable_records();
            (serde_json::to_string(pending), file)
        }
        (None, Some(pending)) => (
            serde_json::to_string(pending),
            files.hand_over_ticket(pending.id()),
        ),
        (None, None) => return Err(error),
    };
    let Once {
        noun, done, again, ..
    } = Once::of(&error);
    Ok(match record {
        // It could not be written before it was sent: then it is shown, and kept by the one who reads it.
        Ok(record) if !file.exists() => Failure::own(
            Exit::Unknown,
            format!("it is not known whether {done}: {error}; its record: {record}"),
            format!(
                "Do not {again} it again yet. Put the record into a file (chmod 600), and find out later with: hwc-tickets \
                 {noun} reconcile FILE"
            ),
        ),
        _ => Failure::Unknown {
            error: Box::new(error),
            file,
        },
    })
}

/// What is to be done about a key whose record was forgotten; `None` where it was not.
fn advice_of_forgotten<R: Record>(record: &R) -> Option<String> {
    let key = record.key().filter(|_| record.is_forgotten())?;
    let Once { noun, again, .. } = R::ONCE;
    let key = shell_quoted(Path::new(key));
    Some(format!(
        "Look whether it is there: `hwc-tickets {noun} reconcile {}` looks once more. If it is not, {again} it after: \
         hwc-tickets {noun} reconcile --release {key}",
        record.id()
    ))
}

/// A key stands for something that was forgotten while nobody knew what became of it. Nothing is uploaded or sent.
pub(super) fn refuse_forgotten<R: Record>(record: &R) -> Result<(), Failure> {
    let Some(advice) = advice_of_forgotten(record) else {
        return Ok(());
    };
    let noun = R::ONCE.noun;
    let what = format!(
        "the {noun} with this key was forgotten while its outcome was not known, so nothing was sent"
    );
    Err(Failure::own(Exit::Unknown, what, advice))
}

/// Ends the doubt about the record at `path`, which may be one that cannot be read. One of the program's own that has a key stays
/// for that alone: then the words come back that say so.
pub(super) fn forget<R: Record>(
    path: &Path,
    record: Option<&R>,
    context: &Context,
) -> Result<Option<String>, Failure> {
    let files = &context.pending_files;
    let is_own =
        |record: &&R| files.holds(path) && pending_files::id_of::<R>(path) == Some(record.id());
    let kept = (record.filter(is_own)).and_then(|record| Some((record, record.key()?)));
    let Some((record, key)) = kept else {
        let removed = pending_files::remove(path);
        removed.map_err(|error| Failure::file("remove", path, &error))?;
        return Ok(None);
    };
    let forgotten = files.forget(record);
    forgotten.map_err(|error| Failure::file("write to", path, &error))?;
    let noun = R::ONCE.noun;
    let key = shell_quoted(Path::new(key));
    Ok(Some(format!(
        "Its key stays taken, so the same command sends nothing. To send it again, give the key free: hwc-tickets {noun} \
         reconcile --release {key}"
    )))
}

/// A record could not be written or read, and nothing was sent.
pub(super) fn unstored(error: Error, has_key: bool, context: &Context) -> Failure {
    let Once { noun, again, .. } = Once::of(&error);
    let files = &context.pending_files;
    let is_unreadable = !files.unreadable().is_empty()
        || files
            .all::<PendingTicket>()
            .is_ok_and(|entries| entries.iter().any(|entry| entry.pending.is_err()));
    let advice = match has_key {
        // What stands under a key is read from all records.
        true if is_unreadable => format!(
            "Nothing was sent. Fix the file, move it out of the directory, or discard it unread with: hwc-tickets {noun} \
             reconcile FILE --forget"
        ),
        true => "Nothing was sent. Free some space or set XDG_STATE_HOME to a directory that can be written."
            .to_owned(),
        false => format!(
            "Nothing was sent. Free some space or set XDG_STATE_HOME to a directory that can be written, or {again} it \
             with --without-record: then nothing is left to find out with if its answer is lost."
        ),
    };
    Failure::Advised {
        error: Box::new(error),
        advice,
    }
}

/// Whether something is on its way, or may be there, of which the outcome is not known.
pub(super) fn is_open(context: &Context) -> bool {
    let files = &context.pending_files;
    files.has_unwritten() || files.has_begun()
}

/// The program is to end while something may be on its way. `before` says that it was not, `look` how to find out without a record.
pub(super) fn interrupted(once: &Once, before: &str, look: &str, context: &Context) -> Failure {
    let files = context.pending_files.hand_over_all();
    let Once { noun, done, .. } = once;
    let what = match files.first() {
        None if context.pending_files.has_unwritten() => format!(
            "interrupted; it is not known whether {done}, and it has no record. Look with: {look}"
        ),
        None => before.to_owned(),
        Some(file) => {
            if *once == Once::MESSAGE {
                context.warn_of_unreadable_records();
            }
            format!(
                "interrupted; it is not known whether {done}. Find out with: hwc-tickets {noun} reconcile {}",
                shell_quoted(file)
            )
        }
    };
    Failure::Interrupted { what: Some(what) }
}

/// What goes out is written down first, and cannot be.
pub(super) fn nowhere(place: &Path, error: &io::Error) -> Failure {
    Failure::own(
        Exit::Failure,
        format!("cannot write to {}: {error}", place.display()),
        "Nothing was sent. Check the permissions and the free space, or set XDG_STATE_HOME to a directory that can be written.",
    )
}

/// Takes a key for this run: a record under it that another run still works on looks like one that was left.
pub(super) fn hold_key(once: &Once, key: &str, context: &Context) -> Result<Held, Failure> {
    let Once { noun, doing, .. } = once;
    let place = context.settings.places.pending()?;
    let held = context.pending_files.hold_key(key);
    let held = held.map_err(|error| nowhere(place, &error))?;
    held.ok_or_else(|| {
        Failure::own(
            Exit::Failure,
            format!("another run of this program is still {doing} the {noun} with this key"),
            format!("Wait until it has ended: it says itself what became of the {noun}."),
        )
    })
}

/// The key stands for something else. `what` says what else that is.
pub(super) fn of_another(once: &Once, what: &str) -> Failure {
    let noun = once.noun;
    Failure::usage(
        format!("the key is that of another {noun}: {what}"),
        format!(
            "Take another key, or give this one free: hwc-tickets {noun} reconcile --release KEY. Nothing was sent."
        ),
    )
}

/// A record was begun with another account or at another address: nothing that this account shows tells what became of it.
pub(super) fn check_account(
    record: Option<&Origin>,
    client: &Client,
    noun: &str,
) -> Result<(), Failure> {
    let Some(record) = record.filter(|record| client.origin().is_another(record)) else {
        return Ok(());
    };
    let advice = format!(
        "Nothing was read. Find out with the profile or the credentials it was sent with. Where those are gone, look in the \
         console; then end the doubt with: hwc-tickets {noun} reconcile ID --forget"
    );
    let what = format!(
        "it is of another account, which alone can tell what became of it: {}",
        client.origin().difference(record)
    );
    Err(Failure::own(Exit::Unknown, what, advice))
}

/// A key stands for what was sent with another account or to another address. Nothing is uploaded, read or sent.
pub(super) fn check_key(
    record: Option<&Origin>,
    client: &Client,
    noun: &str,
) -> Result<(), Failure> {
    let Some(record) = record.filter(|record| client.origin().is_another(record)) else {
        return Ok(());
    };
    Err(Failure::usage(
        format!(
            "the key belongs to another account: {}",
            client.origin().difference(record)
        ),
        format!(
            "Take another key for this account, or the profile it was used with. Nothing was sent. If that {noun} is of no \
             interest any more: hwc-tickets {noun} reconcile --release KEY"
        ),
    ))
}

/// How a record whose outcome is not known is listed. `client`: `None` where there are no credentials to compare with.
pub(super) fn state(record: Option<&Origin>, client: Option<&Client>) -> &'static str {
    let is_another = record
        .zip(client)
        .is_some_and(|(record, client)| client.origin().is_another(record));
    match is_another {
        true => "other account",
        false => "unknown",
    }
}

/// Files that were uploaded while another run used the same key, for what that one sent with files of its own.
pub(super) fn warn_of_unused(files: &[AttachmentId], screen: &Screen) {
    let ids: Vec<&str> = files.iter().map(AttachmentId::as_str).collect();
    if !ids.is_empty() {
        screen.warn(&format!(
            "another run used the same key meanwhile; uploaded here, and attached to nothing: {}",
            ids.join(", ")
        ));
    }
}

/// It was done, and its record could not be marked so.
pub(super) fn warn_of_unrecorded(once: &Once, unrecorded: Option<&Unrecorded>, screen: &Screen) {
    let Some(Unrecorded { id, error, .. }) = unrecorded else {
        return;
    };
    let Once {
        noun, done, again, ..
    } = once;
    screen.warn(&format!(
        "{done}, but its pending file could not be marked so and says still that this is not known: {error}. Do not {again} it \
         again. Free some space; then let it be looked for and settled with: hwc-tickets {noun} reconcile {id}"
    ));
}

/// The outcome is known: a file outside of the directory is the user's copy and has done its work, and one inside says so by now.
pub(super) fn clear_away<R: Record>(path: &Path, context: &Context) {
    let problem = if context.pending_files.holds(path) {
        let is_open = pending_files::read::<R>(path).is_ok_and(|record| !record.is_settled());
        is_open.then(|| "it could not be marked as settled".to_owned())
    } else {
        pending_files::remove(path)
            .err()
            .map(|error| format!("it cannot be removed: {error}"))
    };
    if let Some(problem) = problem {
        context.screen.warn(&format!(
            "{}: {problem}; it will be looked at again",
            path.display()
        ));
    }
}

/// The outcome of one of several records is known, and could not be written down.
pub(super) fn warn_of_unsettled(unrecorded: Option<&Unrecorded>, screen: &Screen) {
    if let Some(Unrecorded { id, error, .. }) = unrecorded {
        screen.warn(&format!(
            "{id}: it could not be marked as settled: {error}; it will be looked at again"
        ));
    }
}

/// A client that settles records.
pub(super) fn client(context: &Context) -> Result<Client, Failure> {
    context.finish(context.builder()?.outbox(context.pending_files.clone()))
}

/// The outcome under a key need not be kept any more.
pub(super) fn release(key: &str, context: &Context) -> Result<(), Failure> {
    // Looked at before: then nothing shows it any more.
    let was_kept = is_kept::<Pending>(key, context) || is_kept::<PendingTicket>(key, context);
    client(context)?.acknowledge(key)?;
    context.screen.note(match was_kept {
        true => "The key is free.",
        false => "No message and no ticket is kept under this key, so there was nothing to give free. Look at how it is written.",
    });
    Ok(())
}

/// Whether anything is kept under `key`.
fn is_kept<R: Record>(key: &str, context: &Context) -> bool {
    let entries = context.pending_files.all::<R>().unwrap_or_default();
    let mut records = entries.into_iter().filter_map(|entry| entry.pending.ok());
    records.any(|record| record.is_under(key))
}
