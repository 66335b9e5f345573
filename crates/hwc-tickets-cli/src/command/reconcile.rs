//! `hwc-tickets message reconcile`.

mod ending;
mod fate;
mod list;

use super::{
    doubt,
    parts::{PartOf, Unread},
    target::{self, Doomed, Target},
};
use crate::{
    cli::{Form, message::Reconcile},
    context::{Context, interruptible},
    exit::Exit,
    failure::{Failure, telling},
    pending_files,
    render::{self, Cell, List, Row, Titles},
};
use ending::Ending;
use fate::{Fate, Record, Told};
use hwc_core::file::shell_quoted;
use hwc_tickets::{
    ErrorKind, Outcome, Pending,
    submit::{PendingId, Reconciled},
};
use list::{list, short_ids};
use serde::Serialize;
use std::{collections::BTreeSet, path::Path};

pub(crate) async fn run(args: Reconcile, context: &Context) -> Result<(), Failure> {
    context.pending_files.sweep();
    if let Some(key) = &args.release {
        return doubt::release(key, context);
    }
    match args.pending {
        None if args.all => interruptible(settle_all(context)).await,
        None => list(context),
        Some(named) if args.forget => forget(&target::find_to_forget(&named, context)?, context),
        Some(named) => interruptible(settle(&target::find(&named, context)?, context)).await,
    }
}

/// Ends the doubt because a person says so. Nothing is read or sent.
fn forget(doomed: &Doomed<Pending>, context: &Context) -> Result<(), Failure> {
    let Doomed { path, pending, .. } = doomed;
    if let Ok(pending) = pending
        && pending.is_settled()
    {
        return already_known(pending, path, context);
    }
    let of_key = doubt::forget(path, pending.as_ref().ok(), context)?;
    let client = doubt::client(context).ok();
    let part = (pending.as_ref().ok().zip(client.as_ref()))
        .and_then(|(pending, client)| PartOf::of(pending, client, context, &mut Unread::default()));
    let (record, about) = match pending {
        Ok(pending) => (
            Record::of(pending),
            "Whether that message is in the ticket was not looked at.",
        ),
        Err(reason) => (
            Record::unreadable(pending_files::id_of::<Pending>(path), reason),
            "It could not be read: which message it was of, and whether that one is in its ticket, is not known.",
        ),
    };
    let what = match pending {
        Ok(pending) if of_key.is_some() => {
            format!("the doubt about a message to {} is ended", pending.ticket())
        }
        Ok(pending) => format!("the record of {} is removed", pending.ticket()),
        Err(_) => format!("{} is removed", path.display()),
    };
    let fate = Fate::forgotten(record).of_part(part.as_ref());
    telling(what, || tell(&fate, path, context))?;
    context.screen.note(about);
    if let Some(words) = of_key {
        context.screen.note(&words);
    }
    if let Some(part) = &part {
        let unknown = Outcome::Unknown(Vec::new());
        context.screen.note(&part.going_on(&unknown));
    }
    Ok(())
}

/// It is known that the message arrived. Its record stays until it has done its work: others would take the message for theirs.
fn already_known(pending: &Pending, path: &Path, context: &Context) -> Result<(), Failure> {
    let ticket = pending.ticket();
    let fate = Fate::known(pending);
    let (what, known) = match pending.recalled() {
        Some(_) => (
            format!("the message was in ticket {ticket} and was taken back"),
            "It was known before that the message was in the ticket and was taken back.",
        ),
        None => (
            format!("the message is in ticket {ticket}"),
            "It was known before that the message is in the ticket.",
        ),
    };
    telling(what, || tell(&fate, path, context))?;
    let screen = &context.screen;
    screen.note(&format!(
        "{known} Nothing was read or removed; its record goes by itself."
    ));
    Ok(())
}

/// The outcome of one message, whose record is at `path`.
fn tell(fate: &Fate<'_>, path: &Path, context: &Context) -> Result<(), Failure> {
    let zone = context.settings.time_zone.value;
    context.screen.show(&Told { fate, path, zone })
}

async fn settle(target: &Target<Pending>, context: &Context) -> Result<(), Failure> {
    let pending = &target.pending;
    if pending.is_settled() {
        return already_known(pending, &target.path, context);
    }
    let client = doubt::client(context)?;
    doubt::check_account(pending.origin(), &client, "message")?;
    let found = match render::wait("reading the ticket", client.reconcile(pending)).await {
        Err(error) if error.kind() == ErrorKind::Storage => {
            return Err(not_confirmed(&error.to_string()));
        }
        found => found?,
    };
    let part = PartOf::of(pending, &client, context, &mut Unread::default());
    let fate = Fate::of(pending, &found).of_part(part.as_ref());
    if fate.outcome != "unknown" {
        doubt::clear_away::<Pending>(&target.path, context);
    }
    let ticket = pending.ticket();
    let tell = || tell(&fate, &target.path, context);
    let written = match &found {
        Outcome::Confirmed(_) => telling(format_args!("the message is in ticket {ticket}"), tell),
        Outcome::Recalled(_) => {
            let what = format_args!("the message was in ticket {ticket} and was taken back");
            telling(what, tell)
        }
        Outcome::Absent => telling(format_args!("the message is not in ticket {ticket}"), tell),
        _ => tell(),
    };
    if let Some(part) = &part {
        context.screen.note(&part.going_on(&found));
    }
    match &found {
        Outcome::Confirmed(_) => written,
        Outcome::Recalled(_) => {
            written?;
            let screen = &context.screen;
            screen.note(
                "The message was in the ticket and was taken back. Nothing is to be sent again.",
            );
            Ok(())
        }
        Outcome::Absent => {
            written?;
            if part.is_none() {
                let screen = &context.screen;
                screen.note("The message is not in the ticket. It can be sent again.");
            }
            Ok(())
        }
        _ => {
            let rivals = others_in_doubt(pending, context);
            let open = open_one(target, context, &fate, &rivals);
            Err(match written {
                Ok(()) => open,
                Err(failure) => failure.beside(open),
            })
        }
    }
}

/// All that is pending and not being sent, each ticket read once for all of its messages.
async fn settle_all(context: &Context) -> Result<(), Failure> {
    let screen = &context.screen;
    let entries = target::open::<Pending>(context)?;
    let mut records = Vec::new();
    let mut unreadable = Vec::new();
    let is_empty = entries.is_empty();
    for entry in entries {
        let path = entry.path.display();
        match (entry.pending, entry.under_way) {
            (_, true) => screen.note(&format!("{path}: still being sent")),
            (Ok(pending), false) => records.push(pending),
            (Err(reason), false) => {
                screen.warn(&format!("{path} cannot be read: {reason}"));
                unreadable.push(entry.path);
            }
        }
    }
    let client = doubt::client(context)?;
    let work = async { Ok::<_, hwc_tickets::Error>(client.reconcile_all(records).await) };
    let reconciled = render::wait("reading the tickets", work).await?;
    let mut unread = Unread::default();
    for one in &reconciled {
        doubt::warn_of_unsettled(one.unrecorded.as_ref(), screen);
        let part = PartOf::of(&one.pending, &client, context, &mut unread);
        if let (Some(part), Ok(outcome)) = (part, &one.outcome) {
            let going_on = part.going_on(outcome);
            screen.note(&format!("{}: {going_on}", one.pending.ticket()));
        }
    }
    let ending = Ending::of(&reconciled, &unreadable);
    let open = ending.failure();
    let tell = || all_outcomes(context, &reconciled, is_empty);
    let written = match &open {
        None => telling(ending.done(), tell),
        Some(_) => tell(),
    };
    if let Err(Failure::Own { .. }) = &written {
        // Their files are gone: nothing else would tell any more what became of them.
        for one in &reconciled {
            let id = one.pending.id();
            screen.note(&format!(
                "{id} of {}: {}",
                one.pending.ticket(),
                Fate::of_one(one).outcome
            ));
        }
    }
    match (open, written) {
        (None, written) => written,
        (Some(open), Ok(())) => Err(open),
        (Some(open), Err(failure)) => Err(failure.beside(open)),
    }
}

/// A pending file that cannot be read may be that of the message that was found.
fn not_confirmed(what: &str) -> Failure {
    Failure::own(
        Exit::Unknown,
        what.to_owned(),
        "Move the file that cannot be read away, out of the directory of pending files; then try again.",
    )
}

/// Other messages to the same ticket that are in doubt, by their ids: what is found could be theirs.
fn others_in_doubt(pending: &Pending, context: &Context) -> Vec<PendingId> {
    let entries = context.pending_files.entries().unwrap_or_default();
    (entries.into_iter())
        .filter_map(|entry| entry.pending.ok())
        .filter(|other| other.ticket() == pending.ticket() && other.id() != pending.id())
        .map(|other| other.id())
        .collect()
}

/// One message of which it is still not known. `rivals` are those that are in doubt beside it.
fn open_one(
    target: &Target<Pending>,
    context: &Context,
    fate: &Fate<'_>,
    rivals: &[PendingId],
) -> Failure {
    let path = &target.path;
    let named = match context.pending_files.holds(path) {
        true => target.pending.id().to_string(),
        false => shell_quoted(path),
    };
    let mut advice = match fate.candidates.is_empty() {
        true => format!("Try again in a minute: hwc-tickets message reconcile {named}"),
        false => format!(
            "The messages above could be it.{} Look at the ticket; then end the doubt with: hwc-tickets message reconcile \
             {named} --forget",
            why_not_the_equal_one(&target.pending, fate, rivals)
        ),
    };
    if let Some(beside) = beside(rivals) {
        advice = format!("{beside} {advice}");
    }
    let what = format!(
        "it is still not known whether the message arrived; the pending file stays: {}",
        path.display()
    );
    Failure::own(Exit::Unknown, what, advice)
}

/// Why a message with the same text is not taken for the one in doubt, in words that follow others.
fn why_not_the_equal_one(pending: &Pending, fate: &Fate<'_>, rivals: &[PendingId]) -> &'static str {
    match fate.has_equal() {
        false => "",
        true if !pending.has_baseline() => {
            " One has the same text, but the ticket could not be read before the message was sent, so nothing tells whether it was \
             there already."
        }
        // They are told of by themselves.
        true if !rivals.is_empty() => "",
        true => {
            " One has the same text, but may be another one of yours: a message that was sent to this ticket about that time is not \
             seen there in its own words, and the service may show it altered; or one like it stood there before."
        }
    }
}

/// What other doubts about the same ticket mean for one.
fn beside(rivals: &[PendingId]) -> Option<String> {
    let first = rivals.first()?;
    let others = match rivals.len() {
        1 => format!("Another message to this ticket is in doubt, too ({first})"),
        number => {
            format!("{number} other messages to this ticket are in doubt, too ({first} is one)")
        }
    };
    Some(format!(
        "{others}: as long as that is so, a message that is found may be that one, and keeps this doubt open. End those \
         doubts you can tell about; then try this one again."
    ))
}

/// What became of each. `is_empty`: there was nothing to look into, and nothing else that is pending.
fn all_outcomes(
    context: &Context,
    reconciled: &[Reconciled],
    is_empty: bool,
) -> Result<(), Failure> {
    let screen = &context.screen;
    let mut causes = BTreeSet::new();
    let ids = short_ids(reconciled.iter().map(|one| one.pending.id()));
    let rows: Vec<Settled> = (reconciled.iter().zip(ids))
        .map(|(one, short)| Settled {
            fate: Fate::of_one(one),
            one,
            short,
            is_told: one.outcome.as_ref().is_err_and(|error| {
                !causes.insert((error.kind().as_str(), error.code(), error.host()))
            }),
        })
        .collect();
    let titles = Titles::fitted(["ID", "TICKET", "OUTCOME", "NOTE"]);
    List::whole(screen, titles, "reconciled", &rows)?;
    if is_empty && screen.is_for_people() {
        screen.note("Nothing is pending.");
    }
    Ok(())
}

/// What became of one of several messages.
#[derive(Serialize)]
#[serde(transparent)]
struct Settled<'a> {
    fate: Fate<'a>,
    #[serde(skip)]
    one: &'a Reconciled,
    #[serde(skip)]
    short: String,
    /// A row above has the same reason.
    #[serde(skip)]
    is_told: bool,
}

impl Row for Settled<'_> {
    fn cells(&self, form: Form) -> Vec<Cell> {
        let note = match &self.one.outcome {
            Ok(_) => match self.fate.candidates.len() {
                0 => String::new(),
                number => format!("{number} could be it"),
            },
            // The same reason for each of them is read once. Programs find it in every row.
            Err(_) if self.is_told && form == Form::Table => "as above".to_owned(),
            Err(error) => error.to_string(),
        };
        let ticket = self.one.pending.ticket().to_string();
        let cells = [
            self.short.clone(),
            ticket,
            self.fate.outcome.to_owned(),
            note,
        ];
        cells.map(Some).into()
    }
}
