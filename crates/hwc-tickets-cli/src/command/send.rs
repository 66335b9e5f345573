//! `hwc-tickets message send`.

mod page;

use super::{doubt, dry_run, parts, target};
use crate::{
    cli::{Form, message::Send},
    context::{Context, interrupt, ticket_id},
    drafts::Draft,
    exit::Exit,
    failure::{
        Failure,
        advice::{self, Once},
        telling,
    },
    input,
    render::{self, Part, Screen, Show},
    signal::{LastWords, Listening},
    view::{Receipt, Receipts},
};
use hwc_core::file::shell_quoted;
use hwc_tickets::{
    AttachmentId, Client, Confirm, Delivery, Error, ErrorKind, Pending, Sent, Submit, TicketId,
    api::Source, error::SentPart,
};
use serde::Serialize;
use serde_json::Value;
use std::{
    future::{Future, IntoFuture as _},
    path::PathBuf,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

pub(crate) async fn run(args: Send, context: &Context) -> Result<(), Failure> {
    let message = Message::of(&args)?;
    let (text, mut draft) = text(&args, &message, context).await?;
    if draft.is_none() && !args.dry_run {
        draft = parts::taken(&message.ticket, &args, context)?;
    }
    let is_own = draft.is_some();
    let outcome = match args.dry_run {
        true => show(&message, &text, &args, context).await,
        false => send(&message, &text, &args, &mut draft, context).await,
    };
    // It is gone by now if the message is in the ticket.
    if let Some(draft) = draft {
        match &outcome {
            // The text is where it was before, too.
            Err(failure) if !is_own && !has_begun(failure) => page::remove(&draft, &context.screen),
            // Whether it arrived is to be found out first.
            Err(failure) if !may_be_sent_again(failure) => page::tell(&draft, &context.screen),
            _ => page::offer(&draft, &message.ticket, &args, &context.screen),
        }
    }
    outcome
}

/// Whether the message is not in the ticket for sure, nor a part of it.
fn may_be_sent_again(failure: &Failure) -> bool {
    let is_part = match failure {
        Failure::Call(error) | Failure::Advised { error, .. } => error.part().is_some(),
        _ => false,
    };
    !is_part
        && !matches!(
            failure,
            Failure::Unknown { .. } | Failure::Interrupted { .. }
        )
        && failure.exit() != Exit::Unknown
}

/// Whether a part may be in the ticket.
fn has_begun(failure: &Failure) -> bool {
    match failure {
        Failure::Call(error) | Failure::Advised { error, .. } => {
            error.delivery() == Delivery::Unknown
                || error.part().is_some_and(|part| part.number > 1)
        }
        Failure::Unknown { .. } | Failure::Interrupted { .. } => true,
        failure => failure.exit() == Exit::Unknown,
    }
}

/// What is to be sent, but for its text.
struct Message {
    ticket: TicketId,
    /// Uploaded before.
    attachments: Vec<AttachmentId>,
    /// To be uploaded.
    files: Vec<Source>,
}

impl Message {
    /// Everything is looked at before anything is written or sent.
    fn of(args: &Send) -> Result<Self, Failure> {
        let ticket = ticket_id(&args.ticket)?;
        let attachments = args.attachment.iter().map(AttachmentId::new);
        let attachments = attachments
            .collect::<Result<Vec<_>, _>>()
            .map_err(Error::from)?;
        Ok(Self {
            ticket,
            attachments,
            files: input::sources(&args.attach, input::UPLOAD)?,
        })
    }

    fn has_files(&self) -> bool {
        !self.attachments.is_empty() || !self.files.is_empty()
    }
}

/// The text, and where it is kept if it was written in an editor.
async fn text(
    args: &Send,
    message: &Message,
    context: &Context,
) -> Result<(String, Option<Draft>), Failure> {
    let given = match (&args.text, &args.file) {
        (_, Some(path)) if path.as_os_str() == "-" => Some(input::standard_input()?),
        (_, Some(path)) => Some(input::file(path)?),
        (Some(dash), None) if dash == "-" => Some(input::standard_input()?),
        (Some(text), None) => Some(text.clone()),
        (None, None) => None,
    };
    // The same editor, whether it was asked for or not.
    let edits = args.editor || given.is_none() && !message.has_files() && page::is_possible();
    if edits {
        let given = given.unwrap_or_default();
        let (text, draft) = page::write(&message.ticket, &given, args, context).await?;
        return Ok((text, Some(draft)));
    }
    match given {
        Some(text) => Ok((text, None)),
        None if message.has_files() => Ok((String::new(), None)),
        None => Err(Failure::usage(
            "there is no text to send",
            "Give it as an argument, with --file FILE, from standard input with -, or write it with --editor.",
        )),
    }
}

/// Stands in a dry run for the id of a file that was not uploaded.
fn stand_in(number: usize) -> String {
    format!("upload-{number}")
}

/// Shows what would be sent.
async fn show(
    message: &Message,
    text: &str,
    args: &Send,
    context: &Context,
) -> Result<(), Failure> {
    let files = message
        .files
        .iter()
        .enumerate()
        .map(|(number, file)| (stand_in(number), dry_run::file(file)));
    let files: Vec<(String, String)> = files.collect();
    let ids = files.iter().map(|(id, _)| AttachmentId::new(id));
    let ids = ids.collect::<Result<Vec<_>, _>>().map_err(Error::from)?;
    let call = |client: Client| {
        let shown = Message {
            ticket: message.ticket.clone(),
            attachments: [message.attachments.as_slice(), &ids].concat(),
            files: Vec::new(),
        };
        let parts = parts_of(&client, &shown, text, args)?;
        let first = first_part(parts, args)?;
        if parts > 1 {
            let note = match parts::is_many(parts, args) {
                true => format!("Part {first} of {parts} is shown. So many are sent with --yes."),
                false => format!("Part {first} of {parts} is shown."),
            };
            context.screen.note(&note);
        }
        let whole = submit(&client, &shown, text, args)?.confirm(Confirm::Never);
        let work = work(whole, args, &Known::default());
        Ok(async move { work.await.map(drop) })
    };
    let inert = |mut body: Value| {
        name_files(&mut body, &files);
        body
    };
    dry_run::run(context, call, inert, &[]).await
}

/// Puts the names of files in the place of their ids, which stand in lists.
fn name_files(within: &mut Value, files: &[(String, String)]) {
    match within {
        Value::Array(items) => {
            for item in items {
                let shown = files
                    .iter()
                    .find(|(id, _)| item.as_str() == Some(id.as_str()));
                match shown {
                    Some((_, shown)) => *item = Value::from(shown.as_str()),
                    None => name_files(item, files),
                }
            }
        }
        Value::Object(fields) => {
            let fields = fields.values_mut();
            fields.for_each(|field| name_files(field, files));
        }
        _ => {}
    }
}

/// A message on its way, or several, where a text is sent in parts.
type Work = Pin<Box<dyn Future<Output = hwc_tickets::Result<Vec<Sent>>> + std::marker::Send>>;

/// Parts that are in the ticket by now.
type Known = Arc<Mutex<Vec<SentPart>>>;

fn work(submit: Submit, args: &Send, known: &Known) -> Work {
    match args.split {
        true => {
            let known = Arc::clone(known);
            let parts = submit.split_long().on_part(move |part| {
                let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
                known.push(part.clone());
            });
            parts.starting_at(args.from_part.unwrap_or(1)).into_future()
        }
        false => Box::pin(async move { submit.await.map(|sent| vec![sent]) }),
    }
}

async fn send(
    message: &Message,
    text: &str,
    args: &Send,
    draft: &mut Option<Draft>,
    context: &Context,
) -> Result<(), Failure> {
    let client = context.client_with(doubt::records(args.without_record, context)?)?;
    let mut whole = submit(&client, message, text, args)?;
    let number = parts_of(&client, message, text, args);
    if let Ok(number) = &number {
        first_part(*number, args)?;
    }
    // What cannot be sent is told where it is sent.
    let number = number.unwrap_or(1);
    parts::agree(number, args)?;
    let held = args.key.as_deref();
    let held = held.map(|key| doubt::hold_key(&Once::MESSAGE, key, context));
    let held = held.transpose()?;
    if let Some(key) = &args.key {
        refuse_key_of_another(key, message, text, context)?;
        whole = whole.key(key);
    } else if draft.is_none() && number > 1 {
        *draft = parts::keep(text, &message.ticket, args, context)?;
    }
    warn_of_doubt(message, args, &client, context);
    // Whatever comes of it is told, also when the program is to end just then.
    let _listening = Listening::begin();
    let known = Known::default();
    let sending = work(whole, args, &known);
    let sent = tokio::select! {
        biased;
        sent = render::wait("sending", sending) => sent,
        () = interrupt() => {
            let parts = known.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let failure = interrupted(message, &parts, context);
            return Err(unsent(message, &[], &parts, failure, &context.screen));
        }
    };
    drop(held);
    match sent {
        Ok(sent) => {
            if !sent.is_empty()
                && let Some(draft) = draft.take()
            {
                page::remove(&draft, &context.screen);
            }
            told(&sent, args, context)
        }
        Err(error) => {
            let uploaded = error.uploaded().to_vec();
            let parts = error.sent_parts().to_vec();
            let failure = failed(error, args, context);
            Err(unsent(message, &uploaded, &parts, failure, &context.screen))
        }
    }
}

/// An earlier message to the ticket is in doubt: what is sent after it may keep it so.
fn warn_of_doubt(message: &Message, args: &Send, client: &Client, context: &Context) {
    // What became of those under the key is found out first.
    let is_of_key = |record: &Pending| args.key.as_deref().is_some_and(|key| record.is_under(key));
    let is_another = |record: &Pending| {
        let origin = record.origin();
        origin.is_some_and(|origin| client.origin().is_another(origin))
    };
    let entries = context.pending_files.entries().unwrap_or_default();
    let mut in_doubt = (entries.into_iter())
        .filter(|entry| !entry.under_way)
        .filter_map(|entry| entry.pending.ok())
        .filter(|record| *record.ticket() == message.ticket)
        .filter(|record| !is_of_key(record) && !is_another(record));
    if let Some(first) = in_doubt.next() {
        context.screen.warn(&format!(
            "an earlier message to this ticket is in doubt, and what is sent after it may keep it so; look first next time: \
             hwc-tickets message reconcile {}",
            first.id()
        ));
    }
}

/// Tells what was done of a message before `failure` ended it.
fn unsent(
    message: &Message,
    uploaded: &[AttachmentId],
    parts: &[SentPart],
    failure: Failure,
    screen: &Screen,
) -> Failure {
    if screen.is_for_people() && !parts.is_empty() {
        screen.warn(&in_the_ticket(parts));
    }
    for part in parts {
        doubt::warn_of_unrecorded(&Once::MESSAGE, part.unrecorded.as_ref(), screen);
    }
    let is_untold = uploaded.is_empty() && parts.is_empty() && failure.exit() != Exit::Unknown;
    if is_untold || screen.is_for_people() {
        return failure;
    }
    // Programs find the ids of what was done, and the record of a doubt, where they look for the receipt.
    let unsent = Unsent {
        ticket: &message.ticket,
        uploaded,
        parts,
        error: failure.json(),
    };
    let words = failure.told(false).map(|told| LastWords::kept(told.what));
    let shown = screen.show(&unsent);
    drop(words);
    match shown {
        Ok(()) => failure,
        Err(unwritten) => unwritten.beside(failure),
    }
}

/// A message that is not known to be in the ticket, for programs.
#[derive(Serialize)]
struct Unsent<'a> {
    ticket: &'a TicketId,
    uploaded: &'a [AttachmentId],
    /// Parts that are in the ticket.
    parts: &'a [SentPart],
    error: Value,
}

impl Show for Unsent<'_> {
    fn parts(&self, _: Form) -> Vec<Part> {
        Vec::new()
    }
}

/// A key is that of one text in one ticket.
///
/// Each part of a text has a key of its own, and is compared where it is sent.
fn refuse_key_of_another(
    key: &str,
    message: &Message,
    text: &str,
    context: &Context,
) -> Result<(), Failure> {
    let is_other = |record: &Pending| {
        let text = match record.reference() {
            Some(tag) if text.is_empty() => tag.to_owned(),
            Some(tag) => format!("{text} {tag}"),
            None => text.to_owned(),
        };
        *record.ticket() != message.ticket || !record.is_of(&text)
    };
    let entries = target::entries::<Pending>(context)?.into_iter();
    let mut records = entries.filter_map(|entry| entry.pending.ok());
    match records.any(|record| record.key() == Some(key) && is_other(&record)) {
        true => Err(doubt::of_another(
            &Once::MESSAGE,
            "to another ticket or with another text",
        )),
        false => Ok(()),
    }
}

/// Which parts of a text are in the ticket, by what they can be told by.
fn in_the_ticket(parts: &[SentPart]) -> String {
    let parts = parts.iter().map(|part| {
        let mut ids = Vec::new();
        ids.extend(part.reference.clone());
        ids.extend((part.request_id.as_ref()).map(|id| format!("request id {id}")));
        match ids.is_empty() {
            true => format!("part {}", part.number),
            false => format!("part {} ({})", part.number, ids.join(", ")),
        }
    });
    let parts: Vec<String> = parts.collect();
    format!("already in the ticket: {}", parts.join(", "))
}

/// Tells what is in the ticket.
fn told(sent: &[Sent], args: &Send, context: &Context) -> Result<(), Failure> {
    let screen = &context.screen;
    let zone = context.settings.time_zone.value;
    for sent in sent {
        if args.confirm && matches!(sent.receipt, hwc_tickets::Receipt::Accepted) {
            screen.warn(&format!(
                "the service accepted the message, but it was not confirmed by reading the ticket; look with: \
                 hwc-tickets message history {}",
                sent.ticket
            ));
        }
        doubt::warn_of_unused(&sent.unused, screen);
        doubt::warn_of_unrecorded(&Once::MESSAGE, sent.unrecorded.as_ref(), screen);
    }
    let receipts = sent.iter();
    let receipts = receipts.map(|sent| Receipt::of(sent, zone, screen.is_verbose()));
    let receipts: Vec<Receipt<'_>> = receipts.collect();
    match receipts.as_slice() {
        [receipt] => {
            let how = receipt.outcome();
            let what = format!("the message is in the ticket ({how})");
            telling(what, || screen.show(receipt))
        }
        parts => {
            let number = parts.len();
            let what = format!("{number} parts are in the ticket");
            telling(what, || screen.show(&Receipts { parts }))
        }
    }
}

/// The part to begin with, of a text of so many.
fn first_part(total: usize, args: &Send) -> Result<usize, Failure> {
    let first = args.from_part.unwrap_or(1);
    if first <= total {
        return Ok(first);
    }
    let advice = match total {
        0 | 1 => "It is sent whole: give 1, or leave --from-part out. Nothing was sent.".to_owned(),
        _ => format!("It has {total}: give a number from 1 to {total}. Nothing was sent."),
    };
    Err(Failure::usage(
        "the text has fewer parts than --from-part says",
        advice,
    ))
}

/// How a message that was not sent for sure is told.
fn failed(error: Error, args: &Send, context: &Context) -> Failure {
    match doubt::told(error, context) {
        Ok(failure) => failure,
        Err(error) if error.kind() == ErrorKind::Storage && !has_done(&error) => {
            doubt::unstored(error, args.key.is_some(), context)
        }
        Err(error) => advised(error, args),
    }
}

/// Whether something was sent before it failed: files, or parts of the text.
fn has_done(error: &Error) -> bool {
    !error.uploaded().is_empty() || error.part().is_some_and(|part| part.number > 1)
}

/// A failure whose outcome is known, with how to go on where something was done already.
fn advised(error: Error, args: &Send) -> Failure {
    let mut more = Vec::new();
    if let Some(part) = error.part().filter(|part| part.number > 1) {
        let number = part.number;
        more.push(format!(
            "The parts before it are in the ticket: go on with --split --from-part {number}."
        ));
    }
    let uploaded: Vec<&str> = error.uploaded().iter().map(AttachmentId::as_str).collect();
    if !uploaded.is_empty() {
        let mut next = vec![format!("--attachment {}", uploaded.join(" --attachment "))];
        // Those under a key may be files that an earlier run uploaded.
        if args.attach.len() > 1 && args.key.is_none() {
            more.push(which(&uploaded, &args.attach));
            let missing = args.attach.iter().skip(uploaded.len());
            next.extend(missing.map(|file| format!("--attach {}", shell_quoted(file))));
        }
        more.push(format!(
            "In place of --attach, give the next try {}; or remove what was uploaded: hwc-tickets attachment \
             delete {}",
            next.join(" "),
            uploaded.join(" ")
        ));
    }
    if more.is_empty() || error.delivery() == Delivery::Unknown {
        return error.into();
    }
    more.insert(0, advice::of(&error).into_owned());
    Failure::Advised {
        advice: more.join(" "),
        error: Box::new(error),
    }
}

/// Which file has which id, as a sentence, and which one failed: they are uploaded in their order, up to the first that fails.
fn which(uploaded: &[&str], files: &[PathBuf]) -> String {
    let pairs = files.iter().zip(uploaded);
    let pairs = pairs.map(|(file, id)| format!("{} is {id}", shell_quoted(file)));
    let pairs: Vec<String> = pairs.collect();
    let failed = files.get(uploaded.len());
    let failed = failed.map(|file| format!("; {} failed", shell_quoted(file)));
    format!("{}{}.", pairs.join(", "), failed.unwrap_or_default())
}

/// How many messages the text makes.
fn parts_of(client: &Client, message: &Message, text: &str, args: &Send) -> Result<usize, Failure> {
    if !args.split {
        return Ok(1);
    }
    // A long text takes a while, and nothing hears a signal meanwhile.
    let words = LastWords::kept("interrupted before anything was sent".to_owned());
    let parts = submit(client, message, text, args)?.split_long().preview();
    drop(words);
    Ok(parts?.len())
}

fn submit(client: &Client, message: &Message, text: &str, args: &Send) -> Result<Submit, Failure> {
    let mut submit = client.ticket(message.ticket.clone())?.submit(text);
    for attachment in &message.attachments {
        submit = submit.attach(attachment);
    }
    for file in &message.files {
        submit = submit.attach(file.clone());
    }
    if args.reference {
        submit = submit.with_reference();
    }
    if args.confirm {
        submit = submit.confirm(Confirm::Always);
    }
    Ok(submit)
}

/// Ctrl-C while sending: the message may be on its way.
fn interrupted(message: &Message, parts: &[SentPart], context: &Context) -> Failure {
    let before = match (parts.last(), message.files.is_empty()) {
        (Some(part), _) => {
            let next = part.number.saturating_add(1);
            format!("interrupted before part {next} was sent; go on with --split --from-part {next}")
        }
        (None, true) => "interrupted before anything was sent".to_owned(),
        (None, false) => {
            "interrupted before the message was sent; a file that was uploaded by then stays in the service without use"
                .to_owned()
        }
    };
    let look = format!("hwc-tickets message history {}", message.ticket);
    doubt::interrupted(&Once::MESSAGE, &before, &look, context)
}
