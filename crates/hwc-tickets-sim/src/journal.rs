//! What was asked, in order, and what was answered. Holds no message text, and of a credential only the name of its header.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use http::Method;
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::fault::Fault;
use crate::operation::Operation;

/// Entries that are kept; older ones are forgotten, so that memory stays bounded.
const KEPT: usize = 100_000;

/// One request and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// Number of the request, from 1, in the order of arrival.
    pub number: u64,
    /// When it arrived.
    #[serde(serialize_with = "as_text")]
    pub at: Timestamp,
    /// Its `X-Request-Id`.
    pub request_id: String,
    /// Method.
    #[serde(serialize_with = "as_text")]
    pub method: Method,
    /// Path, without the query.
    pub path: String,
    /// The operation; `None` for a path the service does not have.
    pub operation: Option<Operation>,
    /// Names of the headers that carried a credential, each as often as it arrived; their values are nowhere.
    pub credentials: Vec<&'static str>,
    /// Id of the calling customer, once known.
    #[serde(serialize_with = "as_maybe_text")]
    pub caller: Option<Arc<str>>,
    /// Whether the call got past the gateway and the checks: the world was changed or read, or an example was given.
    pub acted: bool,
    /// Which example was the answer, where the operation only has an example; `None` for an answer of the world.
    pub example: Option<Example>,
    /// HTTP status of the answer; `None` as long as there is none.
    pub status: Option<u16>,
    /// `error_code` of the answer.
    pub error_code: Option<String>,
    /// The fault that struck it.
    pub fault: Option<Fault>,
}

/// An answer that is not that of the simulated service: the operation is only described. The header `x-simulated` tells
/// the client so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum Example {
    /// The example that the description has.
    #[serde(rename = "described-example")]
    Described,
    /// An example made from the schema of the answer, because the description has none.
    #[serde(rename = "synthesised-example")]
    Synthesised,
}

impl Example {
    /// Its name in the header and in the journal.
    pub fn name(self) -> &'static str {
        match self {
            Example::Described => "described-example",
            Example::Synthesised => "synthesised-example",
        }
    }
}

/// The journal of a simulator.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: VecDeque<Entry>,
    last: u64,
}

impl Journal {
    /// Opens an entry and gives its number, and the entry that is forgotten for it.
    pub(crate) fn open(&mut self, mut entry: Entry) -> (u64, Option<Entry>) {
        self.last += 1;
        entry.number = self.last;
        let forgotten = (self.entries.len() >= KEPT).then(|| self.entries.pop_front());
        self.entries.push_back(entry);
        (self.last, forgotten.flatten())
    }

    /// Changes an entry that is still there.
    pub(crate) fn amend(&mut self, number: u64, change: impl FnOnce(&mut Entry)) {
        let back = self.last.saturating_sub(number);
        let index = usize::try_from(back)
            .ok()
            .and_then(|back| self.entries.len().checked_sub(back + 1));
        if let Some(entry) = index.and_then(|index| self.entries.get_mut(index)) {
            change(entry);
        }
    }

    /// The entries after a number, in order.
    pub(crate) fn after(&self, number: u64) -> Vec<Entry> {
        self.entries
            .iter()
            .filter(|entry| entry.number > number)
            .cloned()
            .collect()
    }

    pub(crate) fn get(&self, number: u64) -> Option<Entry> {
        self.entries
            .iter()
            .rev()
            .find(|entry| entry.number == number)
            .cloned()
    }

    pub(crate) fn last(&self) -> u64 {
        self.last
    }
}

fn as_text<S: Serializer>(shown: &impl fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(shown)
}

fn as_maybe_text<S: Serializer>(text: &Option<Arc<str>>, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_deref().serialize(serializer)
}
