//! What plain code asks for and how it reads the answers: the same with and without `async`.

use serde::de::DeserializeOwned;
use std::time::Duration;

pub(crate) use crate::bounds::{AGENT, DEADLINE, LIMIT, page_of};
use crate::{
    bounds::CASES,
    failure::{Failure, Result},
    models::{Messages, Written},
    world::World,
};

/// The time a file may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(600);
/// Bytes of a file that are held at once.
pub(crate) const PIECE: usize = 64 * 1024;
/// Most tickets of one request.
pub(crate) const BATCH: usize = 100;
/// Most rows of one page.
pub(crate) const PAGE: usize = 100;
/// Where files go and come from.
pub(crate) const FILES: &str = "/v2/servicerequest/accessorys";
const BOUNDARY: &str = "benchmark-7d1f0c";

/// The messages before those of a page, as the service wants it. Nothing comes before an empty one.
pub(crate) fn older(ticket: &str, page: &Messages) -> Option<String> {
    let oldest = page.message_list.last()?;
    let before = oldest.create_time.as_deref().unwrap_or_default();
    let before = before.replace(' ', "%20").replace(':', "%3A");
    let side = oldest.kind.or(oldest.replier_type).unwrap_or_default();
    Some(format!(
        "{CASES}/{ticket}/instant-messages/more?create_time={before}&limit={PAGE}&type={side}"
    ))
}

/// How much is unread in these tickets.
pub(crate) fn unread_in(tickets: &[String]) -> String {
    format!("{CASES}/instant-messages/unread?{}", named(tickets))
}

/// What is new in these tickets.
pub(crate) fn news_of(tickets: &[String]) -> String {
    format!("{CASES}/instant-messages?{}", named(tickets))
}

/// The tickets after so many.
pub(crate) fn tickets_after(seen: usize) -> String {
    format!("{CASES}?limit={PAGE}&offset={seen}")
}

/// One message: where it goes, and the body.
pub(crate) fn message() -> (String, String) {
    let body = serde_json::json!({ "message": { "content": "The disk is full again." } });
    let target = format!("{CASES}/{}/message", World::SUBMIT);
    (target, body.to_string())
}

/// That a write was done.
pub(crate) fn was_done(answer: &[u8]) -> Result<()> {
    let written: Written = decode(answer)?;
    match written.error_code.as_deref() {
        None | Some("") => Ok(()),
        Some(code) => Err(code.into()),
    }
}

/// The id of a file that was uploaded.
pub(crate) fn id_of(answer: &[u8]) -> Result<String> {
    let written: Written = decode(answer)?;
    written.accessory_id.ok_or_else(|| "no id".into())
}

/// What is around a file that is uploaded.
pub(crate) struct Form {
    /// Its content type.
    pub(crate) kind: String,
    pub(crate) head: String,
    pub(crate) tail: String,
}

impl Form {
    pub(crate) fn new() -> Self {
        Self {
            kind: format!("multipart/form-data; boundary={BOUNDARY}"),
            head: format!(
                "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"form_data\"\r\n\r\n{{\"accessFrom\":\"message\"}}\r\n\
                 --{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"core.zip\"\r\n\
                 content-type: application/octet-stream\r\n\r\n"
            ),
            tail: format!("\r\n--{BOUNDARY}--\r\n"),
        }
    }

    /// Bytes of the whole, with a file of so many bytes.
    pub(crate) fn length(&self, file: usize) -> usize {
        self.head.len() + file + self.tail.len()
    }
}

/// What an answer says.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(Failure::from)
}

fn named(ids: &[String]) -> String {
    let pairs: Vec<String> = ids.iter().map(|id| format!("case_ids={id}")).collect();
    pairs.join("&")
}
