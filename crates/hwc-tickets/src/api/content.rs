//! What an operation brings whose type nobody knows.

use super::Download;
use std::fmt;

/// The body of an answer whose type nobody knows: of [`Operation::call`](super::Operation::call).
#[non_exhaustive]
pub enum Content {
    /// An object.
    Json(serde_json::Value),
    /// A file under way.
    File(Box<Download>),
}

/// How many fields there are, never a text.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(body) => {
                let fields = body.as_object().map_or(0, serde_json::Map::len);
                write!(f, "Json({fields} fields)")
            }
            Self::File(file) => f.debug_tuple("File").field(file).finish(),
        }
    }
}
