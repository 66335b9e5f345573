//! `hwc-tickets attachment ...`, as far as it is written by hand.

mod delete;
mod download;
mod list;
mod upload;

use crate::{
    cli::attachment::Attachment,
    context::{Context, ticket_id},
    failure::{Failure, ended, telling},
    render::{List, Screen},
};
use hwc_tickets::{AttachmentId, Error};
use serde_json::{Map, Value};

pub(crate) async fn run(args: Attachment, context: &Context) -> Result<(), Failure> {
    match args {
        Attachment::List(args) => list::run(ticket_id(&args.ticket)?, context).await,
        Attachment::Upload(args) => upload::run(args, context).await,
        Attachment::Download(args) => download::run(args, context).await,
        Attachment::Delete(args) => delete::run(args, context).await,
    }
}

/// A group that was asked for and has no place would change whom the call is for, in silence.
fn refuse_group(name: &str, context: &Context) -> Result<(), Failure> {
    match context.settings.group.of_flag() {
        None => Ok(()),
        Some(_) => Err(Failure::usage(
            format!("`{name}` takes no group, as far as is known"),
            "Leave --group out. Nothing was sent.",
        )),
    }
}

/// The ids as they were typed. All are checked before anything is asked.
fn ids(typed: &[String]) -> Result<Vec<AttachmentId>, Failure> {
    let ids = typed.iter().map(AttachmentId::lenient);
    let ids = ids.collect::<Result<Vec<_>, _>>().map_err(Error::from)?;
    Ok(ids)
}

/// The end of the list of what was done to several files; `done` says it again in case that it cannot be told by the list, and
/// `failed` what ended it early.
fn end(
    list: List<'_>,
    failed: Option<Failure>,
    done: &[String],
    screen: &Screen,
) -> Result<(), Failure> {
    let fields = failed
        .iter()
        .map(|failure| ("error".to_owned(), failure.json()));
    let fields: Map<String, Value> = fields.collect();
    let done = done.join(", ");
    let told = match failed.is_none() && !done.is_empty() {
        true => telling(&done, || list.end(&fields)),
        false => list.end(&fields),
    };
    let told = match (&failed, told) {
        (Some(_), Err(untold)) if !done.is_empty() => {
            screen.warn(&done);
            Err(untold)
        }
        (_, told) => told,
    };
    ended(failed.map_or(Ok(()), Err), told)
}
