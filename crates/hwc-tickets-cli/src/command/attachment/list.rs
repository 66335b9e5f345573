//! `hwc-tickets attachment list`.

use crate::{
    cli::Form,
    context::{Context, interruptible},
    failure::Failure,
    render::{
        self, Cell, List, Row, Titles,
        table::{Column, ColumnWidth, QUIET, STRONG},
    },
    view,
    zone::Zone,
};
use hwc_tickets::{Attachment, Message, MessageId, MessageTime, TicketId};
use serde::Serialize;
use serde_json::Map;
use std::future::IntoFuture as _;

pub(super) async fn run(id: TicketId, context: &Context) -> Result<(), Failure> {
    let ticket = context.client()?.ticket(id)?;
    let (screen, zone) = (&context.screen, context.settings.time_zone.value);
    let reading = async {
        let detail = render::wait("reading the ticket", ticket.detail().into_future()).await;
        detail.map_err(Failure::from)
    };
    let detail = interruptible(reading).await?;
    let fields = Map::from_iter([("ticket".to_owned(), ticket.id().as_str().into())]);
    let mut list = List::begin(screen, titles(zone), &fields, "attachments")?;
    let mut messages: Vec<&Message> = detail.messages.iter().collect();
    messages.sort_by_key(|message| message.created_at.instant());
    let rows = messages.iter().flat_map(|message| {
        let files = message.attachments.iter();
        files.map(move |attachment| Listed::of(message, attachment, zone))
    });
    let rows: Vec<Listed<'_>> = rows.collect();
    list.items(&rows)?;
    let unknown = messages
        .iter()
        .filter(|message| message.attachments_unknown);
    let unknown = unknown.count();
    let is_complete = unknown == 0 && detail.undecodable.is_empty();
    let fields = Map::from_iter([("complete".to_owned(), is_complete.into())]);
    list.end(&fields)?;
    if rows.is_empty() && screen.form() == Form::Table {
        screen.note("No file is attached.");
    }
    if unknown > 0 {
        screen.warn(&format!(
            "{unknown} messages have files that cannot be read from the answer"
        ));
    }
    if !detail.undecodable.is_empty() {
        screen.warn(&format!(
            "{} messages could not be read",
            detail.undecodable.len()
        ));
    }
    Ok(())
}

/// A file and the message that has it. In JSON the file is as the SDK writes it.
#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    attachment: &'a Attachment,
    message_id: Option<&'a MessageId>,
    created_at: &'a MessageTime,
    from: &'static str,
    author: Option<&'a str>,
    #[serde(skip)]
    message: &'a Message,
    #[serde(skip)]
    zone: Zone,
}

impl<'a> Listed<'a> {
    fn of(message: &'a Message, attachment: &'a Attachment, zone: Zone) -> Self {
        Self {
            attachment,
            message_id: message.id.as_ref(),
            created_at: &message.created_at,
            from: view::side(message),
            author: message.author.name.as_deref(),
            message,
            zone,
        }
    }
}

impl Row for Listed<'_> {
    fn cells(&self, form: Form) -> Vec<Cell> {
        let time = match form {
            Form::Table => view::clock_time(self.message, self.zone),
            _ => view::time(self.created_at, self.zone, form),
        };
        vec![
            Some(time),
            Some(view::author(self.message)),
            self.message_id.map(ToString::to_string),
            Some(self.attachment.raw_id.clone()),
            Some(self.attachment.file_name.clone()),
        ]
    }
}

fn titles(zone: Zone) -> Titles {
    Titles::new([
        Column::new(format!("TIME ({zone})"), ColumnWidth::Fit).styled(QUIET),
        Column::new("FROM", ColumnWidth::Fit).styled(STRONG),
        Column::new("MESSAGE", ColumnWidth::Fit).styled(QUIET),
        Column::new("ID", ColumnWidth::Fit),
        Column::new("FILE", ColumnWidth::Rest),
    ])
    .legend(format!("Times in {zone}"))
}
