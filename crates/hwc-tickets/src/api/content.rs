//! What an operation brings whose type nobody knows.

use super::Download;
use crate::client::Client;
use hwc_tickets_wire as wire;

/// The body of an answer whose type nobody knows: of [`Operation::call`](super::Operation::call).
#[derive(Debug)]
pub enum Content {
    /// An object.
    Json(serde_json::Value),
    /// A file under way.
    File(Box<Download>),
}

impl Content {
    pub(super) fn of(operation: &'static str, client: &Client, body: wire::Content) -> Self {
        match body {
            wire::Content::Json(body) => Self::Json(body),
            wire::Content::File(file) => {
                Self::File(Box::new(Download::new(*file, operation, client.clone())))
            }
        }
    }
}
