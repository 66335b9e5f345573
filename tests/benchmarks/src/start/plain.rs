//! What plain code asks for and how it reads the answer, in the programs of this folder.

#[path = "../models.rs"]
mod models;

use crate::{
    failure::Result,
    told::{ROWS, TICKET},
};
use std::{hint::black_box, time::Duration};

/// What plain code calls itself.
pub(crate) const AGENT: &str = "by-hand/1.0";
/// The time a call may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);
/// Most bytes of an answer.
pub(crate) const LIMIT: usize = 16 << 20;

/// Where the page is.
pub(crate) fn page_at(address: &str) -> String {
    format!("{address}/v2/servicerequest/cases/{TICKET}/messages?limit={ROWS}&offset=0")
}

/// The messages of an answer.
pub(crate) fn messages_of(body: &[u8]) -> Result<usize> {
    let page: models::Messages = serde_json::from_slice(body)?;
    Ok(black_box(page).message_list.len())
}
