//! The beginning of a ticket that was not followed before: what history holds.

use super::roster::CatchUp;
use crate::{
    client::Client,
    error::Result,
    ids::{GroupId, TicketId},
    messages::{
        history::{Manner, Reader, Since, TimeForm, WalkOptions},
        message::Message,
    },
    service::MAX_PAGE,
    tickets::ticket::Ticket,
};
use hwc_core::CallOptions;
use jiff::Timestamp;

/// Most messages of one ticket that are held at once.
const MOST_HELD: usize = 100_000;

/// What history holds of a ticket.
#[derive(Debug)]
pub(super) struct Past {
    /// The oldest first.
    pub(super) messages: Vec<Message>,
    /// Whether a message may be missing.
    pub(super) possible_gap: bool,
    /// Whether it was read from where the clock of this machine says.
    pub(super) local_clock: bool,
}

/// Reads the history of a ticket back to `reach`.
pub(super) async fn read(
    client: &Client,
    ticket: &TicketId,
    group: Option<GroupId>,
    options: CallOptions,
    reach: CatchUp,
) -> Result<Past> {
    let ticket = Ticket {
        client: client.clone(),
        id: ticket.clone(),
        group,
    };
    let (since, limit) = match reach {
        CatchUp::Since(second) => (Timestamp::from_second(second).ok().map(Since::At), None),
        CatchUp::Tail(messages) => (None, Some(messages)),
    };
    let walk_options = WalkOptions {
        page_size: limit.map_or(MAX_PAGE, |limit| limit.clamp(1, MAX_PAGE)),
        since,
        form: TimeForm::default(),
        zone: client.parts().service.zone(),
    };
    let manner = Manner {
        oldest_first: false,
        limit,
        buffer: MOST_HELD,
    };
    let mut reader = Reader::new(ticket, options, walk_options, manner);
    let mut messages = reader.collect().await?;
    messages.reverse();
    let report = reader.take_report();
    Ok(Past {
        messages,
        possible_gap: report.possible_gap,
        local_clock: report.local_clock,
    })
}
