//! The SDK: its verbs, with and without `async`, and the generated calls below them.

use bytes::Bytes;
use hwc_core::{
    CallOptions, Pipeline,
    identity::{Keys, Token},
};
use hwc_tickets::{AttachmentId, Client, Event, TicketId, blocking};
use hwc_tickets_sim::Credentials;
use hwc_tickets_wire::{
    Client as Wire, ERROR_CODES,
    messages::{
        CreateMessageDoV2, CreateMessageV2Req, CreateMessages, ListMessages,
        ListMoreInstantMessagesResponse, ListUnreadNewInstantMessages,
    },
    tickets::ListCases,
};
use std::{
    hint::black_box,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{failure::Result, work::Work, world::World};

/// Most tickets of one request.
const BATCH: usize = 100;
const TEXT: &str = "The disk is full again.";

/// The asynchronous client.
pub(crate) fn client(endpoint: &str, keys: &Credentials) -> Result<Client> {
    let builder = Client::builder().endpoint(endpoint).token(keys.token);
    Ok(builder.build()?)
}

/// The blocking client.
pub(crate) fn blocking(endpoint: &str, keys: &Credentials) -> Result<blocking::Client> {
    let builder = blocking::Client::builder()
        .endpoint(endpoint)
        .token(keys.token);
    Ok(builder.build()?)
}

/// The calls as they are generated, with a token.
pub(crate) fn wire(endpoint: &str, keys: &Credentials) -> Result<Wire> {
    let builder = Pipeline::builder(endpoint.parse()?).identity(Token::new(&keys.token.into())?);
    Ok(Wire::new(Arc::new(
        builder
            .error_codes(ERROR_CODES)
            .default_header("x-site", "0")
            .default_header("x-time-zone", "GMT+8")
            .build()?,
    )))
}

/// The same, signed.
pub(crate) fn signed(endpoint: &str, keys: &Credentials) -> Result<Wire> {
    let keys = Keys::new(&keys.access_key.into(), keys.secret_key.into())?;
    let builder = Pipeline::builder(endpoint.parse()?).identity(keys);
    Ok(Wire::new(Arc::new(
        builder
            .error_codes(ERROR_CODES)
            .default_header("x-site", "0")
            .default_header("x-time-zone", "GMT+8")
            .build()?,
    )))
}

fn tickets(world: &World) -> Result<Vec<TicketId>> {
    let ids = world.ids().into_iter().map(TicketId::new);
    Ok(ids.collect::<std::result::Result<_, _>>()?)
}

/// A verb, once; how much came of it.
pub(crate) async fn verb(
    client: &Client,
    work: Work,
    world: &World,
    file: &Path,
    id: &str,
) -> Result<usize> {
    match work {
        Work::Unread => Ok(client.unread(tickets(world)?).fetch().await.unread.len()),
        Work::Submit => {
            client.ticket(quiet(world))?.submit(TEXT).await?;
            Ok(1)
        }
        // What answers is told apart by the client.
        Work::History | Work::Decode => history(client, world).await,
        Work::Follow => follow(client, world).await,
        Work::List => {
            let mut tickets = client.tickets().list().page_size(100).items();
            let mut seen = 0;
            while let Some(ticket) = tickets.next().await {
                ticket?;
                seen += 1;
            }
            Ok(seen)
        }
        Work::Upload => {
            let uploaded = client.upload(file).skip_limits().await?;
            Ok(usize::try_from(uploaded.bytes)?)
        }
        Work::Download => {
            let mut download = client.download(AttachmentId::new(id)?).await?;
            while download.chunk().await?.is_some() {}
            Ok(usize::try_from(download.received())?)
        }
        _ => {
            let limit = u64::try_from(work.page().unwrap_or_default())?;
            let history = client.ticket(World::PAGE)?.history().limit(limit);
            Ok(history.collect().await?.messages.len())
        }
    }
}

/// The long conversation to its beginning; how many messages it has.
pub(crate) async fn history(client: &Client, world: &World) -> Result<usize> {
    let mut messages = client.ticket(world.conversation)?.history().stream();
    let mut seen = 0;
    while let Some(message) = messages.next().await {
        message?;
        seen += 1;
    }
    Ok(seen)
}

/// Until the newest message of every ticket was told.
async fn follow(client: &Client, world: &World) -> Result<usize> {
    let mut events = client.follow(tickets(world)?).tail(1).stream();
    let mut seen = 0;
    while let Some(event) = events.next().await {
        match event {
            Event::Message { .. } => seen += 1,
            Event::Fatal(error) => return Err(error.into()),
            _ => {}
        }
        if seen >= world.tickets {
            break;
        }
    }
    Ok(seen)
}

/// A verb of the blocking client, once.
pub(crate) fn blocking_verb(
    client: &blocking::Client,
    work: Work,
    world: &World,
    file: &Path,
    id: &str,
) -> Result<usize> {
    match work {
        Work::Unread => Ok(client.unread(tickets(world)?, |query| query)?.unread.len()),
        Work::Submit => {
            client.ticket(quiet(world))?.submit(TEXT)?;
            Ok(1)
        }
        Work::History => count(client.ticket(world.conversation)?.history()?),
        Work::List => count(client.tickets().list().page_size(100).items()?),
        Work::Upload => {
            let uploaded = client.block_on(|client| client.upload(file).skip_limits())?;
            Ok(usize::try_from(uploaded.bytes)?)
        }
        Work::Download => {
            let mut download = client.download(AttachmentId::new(id)?)?;
            while download.chunk()?.is_some() {}
            Ok(usize::try_from(download.received())?)
        }
        _ => {
            let limit = u64::try_from(work.page().unwrap_or_default())?;
            let ticket = client.ticket(World::PAGE)?;
            count(ticket.history_with(|history| history.limit(limit))?)
        }
    }
}

fn count<T>(rows: impl Iterator<Item = hwc_tickets::Result<T>>) -> Result<usize> {
    let mut seen = 0;
    for row in rows {
        row?;
        seen += 1;
    }
    Ok(seen)
}

/// The ticket that the next message goes to. A verb reads what was said within the last minute before it sends: of a ticket that
/// hundreds of messages a second go to, that would be pages.
fn quiet(world: &World) -> String {
    static SENT: AtomicUsize = AtomicUsize::new(0);
    world.quiet(SENT.fetch_add(1, Ordering::Relaxed))
}

/// Whether there is one generated call that does this work, or several of the same kind.
pub(crate) fn is_generated(work: Work) -> bool {
    work.page().is_some() || matches!(work, Work::Unread | Work::Submit | Work::List)
}

/// Decodes the pages of a conversation, as generated calls do; how many messages they hold.
pub(crate) fn decoded(pages: &[Bytes]) -> Result<usize> {
    let mut seen = 0;
    for page in pages {
        let text = simdutf8::basic::from_utf8(page)?;
        let page: ListMoreInstantMessagesResponse = serde_json::from_str(text)?;
        seen += black_box(page).message_list.map_or(0, |rows| rows.len());
    }
    Ok(seen)
}

/// Generated calls that make the same requests as plain code does.
pub(crate) async fn generated(wire: &Wire, work: Work, world: &World) -> Result<usize> {
    let options = CallOptions::default();
    match work {
        Work::Unread => {
            let mut seen = 0;
            for batch in world.ids().chunks(BATCH) {
                let request = ListUnreadNewInstantMessages::new(batch.to_vec());
                let answer = wire.send(&request, &options).await?;
                seen += answer.body.imunread.map_or(0, |counts| counts.len());
            }
            Ok(seen)
        }
        Work::Submit => {
            let body = CreateMessageV2Req::new(CreateMessageDoV2::new(TEXT));
            wire.send(&CreateMessages::new(World::SUBMIT, body), &options)
                .await?;
            Ok(1)
        }
        Work::List => {
            let mut seen = 0_usize;
            loop {
                let mut request = ListCases::default();
                request.limit = Some(100);
                request.offset = Some(i64::try_from(seen)?);
                let answer = wire.send(&request, &options).await?;
                let rows = answer.body.incident_info_list.map_or(0, |rows| rows.len());
                seen += rows;
                if rows < 100 {
                    return Ok(seen);
                }
            }
        }
        _ => {
            let mut request = ListMessages::new(World::PAGE);
            request.limit = Some(i64::try_from(work.page().unwrap_or_default())?);
            request.offset = Some(0);
            let answer = wire.send(&request, &options).await?;
            Ok(answer.body.message_list.map_or(0, |rows| rows.len()))
        }
    }
}
