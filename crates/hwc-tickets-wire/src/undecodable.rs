//! What of an answer could not be read.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A list element that could not be read. It can be stored, and read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Undecodable {
    /// The list it stood in, e.g. `message_list`; of nested lists the inner one.
    pub list: Cow<'static, str>,
    /// Its place in that list, counted from 0.
    pub index: usize,
    /// JSON pointer to it in the answer, e.g. `/immsg/2/message_list/0`.
    pub pointer: String,
    /// Why, without any value.
    pub reason: String,
}
