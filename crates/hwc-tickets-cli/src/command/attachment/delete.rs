//! `hwc-tickets attachment delete`.

use crate::{
    cli::{Form, attachment::Delete},
    context::{Context, interruptible},
    failure::{Failure, telling},
    prompt,
    render::{self, Cell, List, Row, Titles},
};
use hwc_tickets::AttachmentId;
use serde::Serialize;
use serde_json::Map;
use std::future::IntoFuture as _;

pub(super) async fn run(args: Delete, context: &Context) -> Result<(), Failure> {
    super::refuse_group("attachment delete", context)?;
    let ids = super::ids(&args.id)?;
    if !args.yes {
        let what = format!(
            "`attachment delete` {}: nothing brings them back.",
            args.id.join(" ")
        );
        let is_possible = prompt::is_possible();
        prompt::confirm("attachment delete", &what, is_possible, render::question)?;
    }
    let client = context.client()?;
    let titles = Titles::fitted(["ID", "OUTCOME"]);
    let mut list = List::begin(&context.screen, titles, &Map::new(), "attachments")?;
    let (mut done, mut failed) = (Vec::new(), None);
    for id in &ids {
        let call = client.attachments().delete(id.as_str()).into_future();
        let work = async {
            let done = render::wait("waiting for the answer", call).await;
            done.map(drop).map_err(Failure::from)
        };
        if let Err(failure) = interruptible(work).await {
            failed = Some(named(id, failure));
            break;
        }
        let deleted = Deleted {
            id,
            outcome: "deleted",
        };
        done.push(format!("{id} is deleted"));
        telling(done.join(", "), || list.item(&deleted))?;
    }
    super::end(list, failed, &done, &context.screen)
}

/// A failure says of which file it is.
fn named(id: &AttachmentId, failure: Failure) -> Failure {
    match failure {
        Failure::Call(error) => Failure::Request {
            request: format!("delete attachment {id}"),
            error,
        },
        Failure::Interrupted { what: None } => Failure::Interrupted {
            what: Some(format!(
                "interrupted: it is not known whether {id} was deleted; done again it does no harm"
            )),
        },
        failure => failure,
    }
}

/// What was done.
#[derive(Serialize)]
struct Deleted<'a> {
    id: &'a AttachmentId,
    outcome: &'static str,
}

impl Row for Deleted<'_> {
    fn cells(&self, _: Form) -> Vec<Cell> {
        vec![Some(self.id.to_string()), Some(self.outcome.to_owned())]
    }
}
