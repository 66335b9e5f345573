//! What plain code asks for and how it reads the answer, in the programs of this folder.

#[path = "../bounds.rs"]
mod bounds;
#[path = "../models.rs"]
mod models;

pub(crate) use self::bounds::{AGENT, DEADLINE, LIMIT};
use crate::{
    failure::Result,
    told::{ROWS, TICKET},
};
use std::hint::black_box;

/// Where the page is.
pub(crate) fn page_at(address: &str) -> String {
    format!("{address}{}", bounds::page_of(TICKET, ROWS))
}

/// The messages of an answer.
pub(crate) fn messages_of(body: &[u8]) -> Result<usize> {
    let page: models::Messages = serde_json::from_slice(body)?;
    Ok(black_box(page).message_list.len())
}
