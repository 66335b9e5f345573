//! `hwc-tickets message mark-read`.

use crate::{
    cli::{Form, message::MarkRead},
    context::{Context, interruptible, ticket_id},
    failure::Failure,
    render,
};
use serde_json::json;
use std::future::IntoFuture as _;

pub(crate) async fn run(args: MarkRead, context: &Context) -> Result<(), Failure> {
    let ticket = context.client()?.ticket(ticket_id(&args.ticket)?)?;
    let work = async { Ok(render::wait("marking read", ticket.mark_read().into_future()).await?) };
    interruptible(work).await?;
    let screen = &context.screen;
    let written = match screen.form() {
        Form::Json | Form::Ndjson => {
            screen.document(&json!({ "ticket": ticket.id(), "outcome": "read" }))
        }
        Form::Table | Form::Plain => screen.facts(&[
            ("ticket", ticket.id().to_string()),
            ("outcome", "read".to_owned()),
        ]),
    };
    written.map_err(|failure| failure.after("the messages are marked as read"))
}
