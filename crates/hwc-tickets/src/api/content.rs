//! What an operation brings whose type nobody knows.

use super::Download;

/// The body of an answer whose type nobody knows: of [`Operation::call`](super::Operation::call).
#[derive(Debug)]
pub enum Content {
    /// An object.
    Json(serde_json::Value),
    /// A file under way.
    File(Box<Download>),
}
