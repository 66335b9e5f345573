//! `hwc-tickets message send`.

use crate::{
    cli::message::Send,
    context::{Context, interrupt, ticket_id},
    exit::Exit,
    failure::Failure,
    input, render,
    signal::Listening,
    view::Receipt,
};
use hwc_core::file::shell_quoted;
use hwc_tickets::{AttachmentId, Confirm, Delivery, Error, ErrorKind, Submit, TicketId};
use std::future::IntoFuture as _;

pub(crate) async fn run(args: Send, context: &Context) -> Result<(), Failure> {
    let ticket = ticket_id(&args.ticket)?;
    let attachments = args
        .attachment
        .iter()
        .map(AttachmentId::new)
        .collect::<Result<Vec<_>, _>>()
        .map_err(Error::from)?;
    let text = match (&args.text, &args.file) {
        (_, Some(path)) if path.as_os_str() == "-" => input::standard_input()?,
        (_, Some(path)) => input::file(path)?,
        (Some(dash), None) if dash == "-" => input::standard_input()?,
        (Some(text), None) => text.clone(),
        (None, None) => String::new(),
    };
    if args.dry_run {
        let submit = |client| {
            let submit = submit(&client, ticket, &text, attachments, &args)?;
            Ok(async move { submit.confirm(Confirm::Never).await.map(drop) })
        };
        return super::dry_run::run(context, submit, |body| body, &[]).await;
    }
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
    let sending = submit(&client, ticket, &text, attachments, &args)?.into_future();
    let sent = tokio::select! {
        biased;
        sent = render::wait("sending", sending) => sent,
        () = interrupt() => return Err(interrupted(context)),
    };
    match sent {
        Ok(sent) => {
            let screen = &context.screen;
            if args.confirm && !sent.is_confirmed() {
                screen.warn(&format!(
                    "the service accepted the message, but it was not confirmed by reading the ticket; look with: \
                     hwc-tickets message history {}",
                    sent.ticket
                ));
            }
            let zone = context.settings.time_zone.value;
            let receipt = Receipt::of(&sent, zone, screen.is_verbose());
            screen.show(&receipt).map_err(|failure| {
                let how = receipt.outcome();
                failure.after(format_args!("the message is in the ticket ({how})"))
            })
        }
        Err(error) => Err(failed(error, context)),
    }
}

/// How a message that was not sent for sure is told.
fn failed(error: Error, context: &Context) -> Failure {
    let Some(pending) = error
        .pending()
        .filter(|_| error.delivery() == Delivery::Unknown)
    else {
        return match error.kind() {
            ErrorKind::Storage => Failure::own(
                Exit::Failure,
                error.to_string(),
                "Nothing was sent. Free some space or set XDG_STATE_HOME to a directory that can be written, or send it \
                 with --without-record: then nothing is left to find out with if its answer is lost.",
            ),
            _ => error.into(),
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

fn submit(
    client: &hwc_tickets::Client,
    ticket: TicketId,
    text: &str,
    attachments: Vec<AttachmentId>,
    args: &Send,
) -> Result<Submit, Failure> {
    let mut submit = client.ticket(ticket)?.submit(text);
    for attachment in attachments {
        submit = submit.attach(attachment);
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
fn interrupted(context: &Context) -> Failure {
    let files = context.pending_files.hand_over_all();
    if !files.is_empty() {
        context.warn_of_unreadable_records();
    }
    let what = match files.first() {
        None => "interrupted before anything was sent".to_owned(),
        Some(file) => format!(
            "interrupted; it is not known whether the message arrived. Find out with: hwc-tickets message reconcile {}",
            shell_quoted(file)
        ),
    };
    Failure::Interrupted { what: Some(what) }
}
