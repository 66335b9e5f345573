//! `hwc-tickets message send`.

mod editor;

use crate::{
    cli::{Form, message::Send},
    context::{Context, interrupt, ticket_id},
    exit::Exit,
    failure::{Failure, advice},
    input,
    render::{self, Part, Show},
    signal::Listening,
    view::{Receipt, Receipts},
};
use editor::Draft;
use hwc_core::file::shell_quoted;
use hwc_tickets::{
    AttachmentId, Client, Confirm, Delivery, Error, ErrorKind, Sent, Submit, TicketId, api::Source,
};
use serde::Serialize;
use serde_json::Value;
use std::{
    future::{Future, IntoFuture as _},
    pin::Pin,
};

pub(crate) async fn run(args: Send, context: &Context) -> Result<(), Failure> {
    let message = Message::of(&args)?;
    let (text, draft) = text(&args, &message, context)?;
    let outcome = match args.dry_run {
        true => show(&message, &text, &args, context).await,
        false => send(&message, &text, &args, context).await,
    };
    if let Some(draft) = draft {
        match &outcome {
            Ok(()) if !args.dry_run => draft.remove(),
            // The message is in the ticket.
            Err(failure) if failure.exit() == Exit::Unwritten => draft.remove(),
            // Whether it arrived is to be found out first.
            Err(failure) if !may_be_sent_again(failure) => draft.tell(&context.screen),
            _ => draft.offer(&message.ticket, &context.screen),
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
        let files = args.attach.iter().map(|path| input::source(path));
        Ok(Self {
            ticket,
            attachments,
            files: files.collect::<Result<_, _>>()?,
        })
    }

    fn has_files(&self) -> bool {
        !self.attachments.is_empty() || !self.files.is_empty()
    }
}

/// The text, and where it is kept if it was written in an editor.
fn text(
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
    let edits = args.editor || given.is_none() && !message.has_files() && editor::is_named();
    if edits {
        let given = given.unwrap_or_default();
        let (text, draft) = editor::edit(&message.ticket, &given, context)?;
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
    let files = message.files.iter().enumerate().map(|(number, file)| {
        let name = file.name().unwrap_or_default();
        let shown = format!("<file {name} of {} bytes>", file.length());
        (stand_in(number), shown)
    });
    let files: Vec<(String, String)> = files.collect();
    let ids = files.iter().map(|(id, _)| AttachmentId::new(id));
    let ids = ids.collect::<Result<Vec<_>, _>>().map_err(Error::from)?;
    let call = |client: Client| {
        let shown = Message {
            ticket: message.ticket.clone(),
            attachments: [message.attachments.as_slice(), &ids].concat(),
            files: Vec::new(),
        };
        if args.split {
            let parts = submit(&client, &shown, text, args)?.split_long();
            let parts = parts.preview()?.len();
            if parts > 1 {
                let first = args.from_part.unwrap_or(1);
                let note = format!("Part {first} of {parts} is shown.");
                context.screen.note(&note);
            }
        }
        let whole = submit(&client, &shown, text, args)?.confirm(Confirm::Never);
        let work = work(whole, args);
        Ok(async move { work.await.map(drop) })
    };
    let inert = |mut body: Value| {
        name_files(&mut body, &files);
        body
    };
    super::dry_run::run(context, call, inert, &[]).await
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

fn work(submit: Submit, args: &Send) -> Work {
    match args.split {
        true => {
            let parts = submit.split_long();
            parts.starting_at(args.from_part.unwrap_or(1)).into_future()
        }
        false => Box::pin(async move { submit.await.map(|sent| vec![sent]) }),
    }
}

async fn send(
    message: &Message,
    text: &str,
    args: &Send,
    context: &Context,
) -> Result<(), Failure> {
    let files = match args.without_record {
        true => context.pending_files.clone().without_record(),
        false => {
            // A message that is not written down first could be lost without a trace.
            context.settings.places.pending()?;
            context.pending_files.clone()
        }
    };
    let client = context.client_with(files)?;
    // Whatever comes of it is told, also when the program is to end just then.
    let _listening = Listening::begin();
    let sending = work(submit(&client, message, text, args)?, args);
    let sent = tokio::select! {
        biased;
        sent = render::wait("sending", sending) => sent,
        () = interrupt() => return Err(interrupted(message, context)),
    };
    match sent {
        Ok(sent) => told(&sent, args, context),
        Err(error) => {
            let uploaded = error.uploaded().to_vec();
            let failure = failed(error, context);
            let screen = &context.screen;
            if uploaded.is_empty() || screen.is_for_people() {
                return Err(failure);
            }
            // Programs find the ids of what was uploaded where they look for the receipt.
            let unsent = Unsent {
                ticket: &message.ticket,
                uploaded: &uploaded,
                error: failure.json(),
            };
            Err(match screen.show(&unsent) {
                Ok(()) => failure,
                Err(unwritten) => unwritten.beside(failure),
            })
        }
    }
}

/// A message that is not known to be in the ticket, for programs.
#[derive(Serialize)]
struct Unsent<'a> {
    ticket: &'a TicketId,
    uploaded: &'a [AttachmentId],
    error: Value,
}

impl Show for Unsent<'_> {
    fn parts(&self, _: Form) -> Vec<Part> {
        Vec::new()
    }
}

/// Tells what is in the ticket.
fn told(sent: &[Sent], args: &Send, context: &Context) -> Result<(), Failure> {
    let screen = &context.screen;
    let zone = context.settings.time_zone.value;
    for sent in sent {
        if args.confirm && !sent.is_confirmed() {
            screen.warn(&format!(
                "the service accepted the message, but it was not confirmed by reading the ticket; look with: \
                 hwc-tickets message history {}",
                sent.ticket
            ));
        }
    }
    let receipts = sent.iter();
    let receipts = receipts.map(|sent| Receipt::of(sent, zone, screen.is_verbose()));
    let receipts: Vec<Receipt<'_>> = receipts.collect();
    match receipts.as_slice() {
        [] => Err(Failure::usage(
            "the text has fewer parts than --from-part says",
            "Nothing was sent.",
        )),
        [receipt] => screen.show(receipt).map_err(|failure| {
            let how = receipt.outcome();
            failure.after(format_args!("the message is in the ticket ({how})"))
        }),
        parts => screen.show(&Receipts { parts }).map_err(|failure| {
            let number = parts.len();
            failure.after(format_args!("{number} parts are in the ticket"))
        }),
    }
}

/// How a message that was not sent for sure is told.
fn failed(error: Error, context: &Context) -> Failure {
    let Some(pending) = error
        .pending()
        .filter(|_| error.delivery() == Delivery::Unknown)
    else {
        return match error.kind() {
            ErrorKind::Storage if !has_begun(&error) => Failure::own(
                Exit::Failure,
                error.to_string(),
                "Nothing was sent. Free some space or set XDG_STATE_HOME to a directory that can be written, or send it \
                 with --without-record: then nothing is left to find out with if its answer is lost.",
            ),
            _ => advised(error),
        };
    };
    let file = context.pending_files.hand_over(pending.id());
    context.warn_of_unreadable_records();
    match serde_json::to_string(pending) {
        // It could not be written before it was sent: then it is shown, and kept by the one who reads it.
        Ok(record) if !file.exists() => Failure::own(
            Exit::Unknown,
            format!("it is not known whether the message arrived: {error}; its record: {record}"),
            "Do not send it again yet. Put the record into a file (chmod 600), and find out later with: hwc-tickets \
             message reconcile FILE",
        ),
        _ => Failure::Unknown {
            error: Box::new(error),
            file,
        },
    }
}

/// Whether something was sent before it failed: files, or parts of the text.
fn has_begun(error: &Error) -> bool {
    !error.uploaded().is_empty() || error.part().is_some_and(|part| part.number > 1)
}

/// A failure whose outcome is known, with how to go on where something was done already.
fn advised(error: Error) -> Failure {
    let mut more = Vec::new();
    if let Some(part) = error.part().filter(|part| part.number > 1) {
        let number = part.number;
        more.push(format!(
            "The parts before it are in the ticket: go on with --split --from-part {number}."
        ));
    }
    let uploaded: Vec<&str> = error.uploaded().iter().map(AttachmentId::as_str).collect();
    if !uploaded.is_empty() {
        more.push(format!(
            "In place of --attach, give the next try --attachment {}; or remove what was uploaded: hwc-tickets attachment \
             delete {}",
            uploaded.join(" --attachment "),
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
fn interrupted(message: &Message, context: &Context) -> Failure {
    let files = context.pending_files.hand_over_all();
    if !files.is_empty() {
        context.warn_of_unreadable_records();
    }
    let what = match files.first() {
        None if context.pending_files.has_unwritten() => format!(
            "interrupted; it is not known whether the message arrived, and it has no record. Look with: hwc-tickets message \
             history {}",
            message.ticket
        ),
        None if !message.files.is_empty() => {
            "interrupted before the message was sent; a file that was uploaded by then stays in the service without use"
                .to_owned()
        }
        None => "interrupted before anything was sent".to_owned(),
        Some(file) => format!(
            "interrupted; it is not known whether the message arrived. Find out with: hwc-tickets message reconcile {}",
            shell_quoted(file)
        ),
    };
    Failure::Interrupted { what: Some(what) }
}
