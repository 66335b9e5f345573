//! `hwc-tickets message send`.

use crate::{
    cli::message::Send,
    context::{Context, interrupt, ticket_id},
    failure::Failure,
    input, render, view,
};
use hwc_tickets::{AttachmentId, Confirm, Delivery, Error, Submit, TicketId};
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
        let submit = |client| submit(&client, ticket, &text, attachments, &args);
        return super::dry_run::run(context, submit).await;
    }
    let client = context.finish(context.builder()?.outbox(context.pending_files.clone()))?;
    let sending = submit(&client, ticket, &text, attachments, &args)?.into_future();
    let sent = tokio::select! {
        biased;
        sent = render::wait("sending", sending) => sent,
        () = interrupt() => return Err(interrupted(context)),
    };
    match sent {
        Ok(sent) => view::sent(&context.screen, &sent, context.settings.time_zone.value),
        Err(error) => match error
            .pending()
            .map(|pending| context.pending_files.hand_over(pending.id()))
        {
            Some(file) if error.delivery() == Delivery::Unknown => Err(Failure::Unknown {
                error: Box::new(error),
                file,
            }),
            _ => Err(error.into()),
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
    let what = match files.first() {
        None => "interrupted before anything was sent".to_owned(),
        Some(file) => format!(
            "interrupted; it is not known whether the message arrived. Find out with: hwc-tickets message reconcile {}",
            file.display()
        ),
    };
    Failure::Interrupted { what: Some(what) }
}
