//! The operations as data: for a menu, a command line, or a program that knows no type.

mod arguments;
mod json_pages;
mod way;

pub use arguments::Arguments;
pub use json_pages::JsonPages;
pub(crate) use way::{Row, Way};

use crate::{
    api::{Content, Exceeded, Limit, OPERATIONS, Response},
    client::Client,
    error::{Error, ErrorKind, Result},
};
use hwc_tickets_wire::limits_of;
use std::time::Duration;

/// An operation, as the description has it.
///
/// The program `hwc-tickets` makes a command of every one that has a [`command`](Self::command) and is not written by hand.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Operation {
    /// The service's own name, e.g. `updateLabels`.
    pub name: &'static str,
    /// The handle that has the method: a plural, or `ticket` for one ticket.
    pub resource: &'static str,
    /// Name of the method.
    pub method: &'static str,
    /// Noun and verb of its command.
    pub command: Option<&'static str>,
    /// Whether method and command are written by hand; this is then the plain form of them.
    pub is_by_hand: bool,
    /// Whether a program asks before it does it.
    pub asks: bool,
    /// What the kind of thing is that it is about, in one line.
    pub topic: &'static str,
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
    /// The value with the length of a page, of a list that comes in pages.
    pub size: Option<&'static str>,
    /// The fields worth showing: of an item of the list, else of the answer.
    pub columns: &'static [Column],
    /// What it takes.
    pub values: &'static [Value],
    /// How it is called.
    pub(crate) way: Way,
}

/// Names are unique.
impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Operation {}

/// What a success brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// A JSON object.
    Object,
    /// A file.
    File,
}

/// A field of an answer that is worth showing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Values that a source names, and their names. Others may come as well.
    pub known: &'static [(&'static str, &'static str)],
    /// Whether it, or anything in it, must not be shown where somebody may look on, or logged.
    pub is_sensitive: bool,
}

/// A value that an operation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Value {
    /// The way to it in [`Arguments`], e.g. `["body", "message", "content"]`.
    pub path: &'static [&'static str],
    /// What it is; of a list, what its items are.
    pub kind: Kind,
    /// Whether it is a list.
    pub is_list: bool,
    /// Whether nothing goes without it.
    pub is_mandatory: bool,
    /// Whether it, or anything in it, must never be shown or logged.
    pub is_sensitive: bool,
    /// Whether it names the group to act for: left out, it is that of the client.
    pub is_group: bool,
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
    /// A file: given by [`Arguments::file`].
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

    /// The read that shows whether a write of this kind was done, e.g. the list of what it makes: to be called when an answer was
    /// lost, before it is done again. `None` where no read is known to show it.
    #[must_use]
    pub fn shown_by(&self) -> Option<&'static Self> {
        let mut reads = OPERATIONS
            .iter()
            .filter(|read| read.is_safe && read.resource == self.resource);
        let by = |is_it: &dyn Fn(&&Self) -> bool| reads.clone().find(is_it);
        let thing = self.method.split_once('_').map(|(_, thing)| thing);
        let shown =
            by(&|read| thing == Some(read.method) || read.method == format!("{}ed", self.method));
        if shown.is_some() || (thing.is_some() && self.resource != "ticket") {
            // Of a thing that no read is called after, e.g. a code that was sent, no list of other things tells.
            return shown;
        }
        by(&|read| read.method == "list")
            .or_else(|| by(&|read| read.method == "detail"))
            .or_else(|| {
                reads.find(|read| {
                    let is_called_list = |command: &str| command.ends_with(" list");
                    read.command.is_some_and(is_called_list)
                })
            })
    }

    /// The documented limits of one of its values; where the field of a limit ends with `[]`, it is that of each item.
    pub fn limits(&self, value: &Value) -> impl Iterator<Item = &'static Limit> {
        let field = value.field();
        limits_of(self.name).iter().copied().filter(move |limit| {
            limit.enforced && limit.field.strip_suffix("[]").unwrap_or(limit.field) == field
        })
    }

    /// The value that a documented limit is about; `None` if it is none of this operation's.
    #[must_use]
    pub fn value_of(&self, limit: &Limit) -> Option<&'static Value> {
        let is_own = |value: &&Value| {
            let field = value.field();
            let rest = limit.field.strip_prefix(field.as_str());
            // A value that is given as JSON has limits of what is in it.
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        self.values.iter().find(is_own)
    }

    /// The first documented limit that the arguments do not keep to. Every call makes sure of it; this is for a program that
    /// says it in its own words, before anything else happens.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] when the arguments are none of this operation.
    pub fn exceeded(&self, arguments: impl Into<Arguments>) -> Result<Option<Exceeded>> {
        (self.way.exceeded)(arguments.into())
    }

    /// Calls it. As of every call, limits are checked before anything is sent, and the group is that of the client unless the
    /// arguments name one. A list is one page; see [`Operation::pages`].
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] when the arguments are none of this operation; else as every call.
    pub async fn call(
        &self,
        client: &Client,
        arguments: impl Into<Arguments>,
        timeout: Option<Duration>,
    ) -> Result<Response<Content>> {
        (self.way.call)(client, arguments.into(), timeout).await
    }

    /// The pages of a list, read as [`Pages`](crate::api::Pages) are: from where the arguments begin, to the end. `timeout` is
    /// that of each page.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] when it is no list, or the arguments are none of this operation.
    pub fn pages(
        &self,
        client: &Client,
        arguments: impl Into<Arguments>,
        timeout: Option<Duration>,
    ) -> Result<JsonPages> {
        let pages = self.way.pages.ok_or_else(|| {
            Error::local(ErrorKind::InvalidInput, "it is not a paged list")
                .with_operation(self.name)
        })?;
        pages(client, arguments.into(), timeout)
    }
}

impl Value {
    /// The name of the field, as a limit has it: that of a parameter, or the way to it in the body, e.g. `message.content`.
    #[must_use]
    pub fn field(&self) -> String {
        match self.path {
            ["body", path @ ..] if !path.is_empty() => path.join("."),
            path => path.join("."),
        }
    }
}
