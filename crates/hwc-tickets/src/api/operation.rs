//! The operations as data: for a menu, a command line, or a program that knows no type.

use crate::{
    api::{Content, OPERATIONS, Response},
    client::Client,
    error::{Error, ErrorKind, Result},
};
use hwc_core::CallOptions;
use hwc_tickets_wire::INDEX;
use std::time::Duration;

/// An operation, as the description has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The service's own name, e.g. `updateLabels`.
    pub name: &'static str,
    /// The handle that has the method: a plural, or `ticket` for one ticket.
    pub resource: &'static str,
    /// Name of the method.
    pub method: &'static str,
    /// Noun and verb that a command would have. The program `hwc-tickets` has only those that are written by hand.
    pub command: Option<&'static str>,
    /// Whether method and command are written by hand; this is then the plain form of them.
    pub is_by_hand: bool,
    /// Whether a program asks before it does it.
    pub asks: bool,
    /// What it does, in one line.
    pub summary: &'static str,
    /// What it does, in full.
    pub description: &'static str,
    /// Whether it changes nothing.
    pub is_safe: bool,
    /// What a success brings.
    pub answer: Answer,
    /// The field of the answer with the items, of a list.
    pub list: Option<&'static str>,
    /// The value that names the page, of a list that comes in pages.
    pub at: Option<&'static str>,
    /// The fields worth showing: of an item of the list, else of the answer.
    pub columns: &'static [&'static str],
    /// What it takes.
    pub values: &'static [Value],
}

/// What a success brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// A JSON object.
    Object,
    /// A file.
    File,
}

/// A value that an operation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Value {
    /// The way to it in the arguments of [`Operation::call`], e.g. `["body", "message", "content"]`.
    pub path: &'static [&'static str],
    /// What it is; of a list, what its items are.
    pub kind: Kind,
    /// Whether it is a list.
    pub is_list: bool,
    /// Whether nothing goes without it.
    pub is_mandatory: bool,
    /// Whether it must never be shown or logged.
    pub is_sensitive: bool,
    /// Values that a source names, and their names. Others may be good as well.
    pub known: &'static [(&'static str, &'static str)],
    /// What it is, in words.
    pub about: &'static str,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Flag,
    /// A file.
    File,
    /// Anything in JSON.
    Json,
}

impl Operation {
    /// The operation of this name, in the service's words.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        OPERATIONS.iter().find(|operation| operation.name == name)
    }

    /// Calls it: `arguments` is an object with a field for each parameter, and `body`. Limits are left to the service, and the
    /// client's group is not put in. A file is `{"name": .., "content": ..}` with a text as its content.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] when the arguments are none of this operation; else as every call.
    pub async fn call(
        &self,
        client: &Client,
        arguments: serde_json::Value,
        timeout: Option<Duration>,
    ) -> Result<Response<Content>> {
        let mut index = INDEX.iter();
        let entry = index.find(|entry| entry.operation.name == self.name);
        let entry = entry.ok_or_else(|| {
            Error::local(ErrorKind::InvalidInput, "there is no such operation")
                .with_operation(self.name)
        })?;
        let mut options = CallOptions::default();
        options.deadline = timeout;
        let service = &client.parts().service;
        let answer = service.send_json(entry, arguments, &options).await;
        let answer = answer.map_err(|fault| Error::from_fault(self.name, fault))?;
        let answer = answer.map(|body| Content::of(self.name, client, body));
        Ok(Response::of(self.name, answer))
    }
}
