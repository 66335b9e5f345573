//! A caller's key: what holds for it, whatever was sent under it.

use super::part_key::{PART, of_part, part_of};
use crate::{
    error::{Advice, Error, ErrorKind, Result},
    outbox::Unrecorded,
};
use std::io;

/// Longest key, in bytes.
const MAX_KEY: usize = 256;

/// Why something cannot be begun.
#[derive(Debug)]
pub(crate) enum Hindrance {
    /// The outbox cannot be read or written.
    Outbox(io::Error),
    /// The same key is under way, here or elsewhere.
    KeyTaken,
    /// One of these, and the record that was written before could not be removed.
    Unremoved(Box<Self>, Unrecorded),
}

/// What was kept under a key.
pub(crate) enum UnderKey<R> {
    Nothing,
    /// It is being carried out by this client.
    UnderWay,
    Record(Box<R>),
}

/// Refuses a key of a caller that is one of a part of another text: neither could be told from the other.
pub(crate) fn refuse_of_part(key: &str) -> Result<()> {
    if part_of(key).is_none() {
        return Ok(());
    }
    let why = format!("the key ends in `{PART}` and a number, as those of the parts of a text do");
    Err(Error::local(ErrorKind::InvalidInput, why).with_help("Use a key that ends in another way."))
}

/// Whether a text in so many parts can be sent under `key`: with each of them it is that with a number behind it.
pub(crate) fn check_of_parts(key: &str, parts: usize, is_durable: bool) -> Result<()> {
    check(key, is_durable)?;
    refuse_of_part(key)?;
    if of_part(key, parts).len() <= MAX_KEY {
        return Ok(());
    }
    let most = MAX_KEY.saturating_sub(of_part("", parts).len());
    let why = format!("a key of a text in {parts} parts has 1 to {most} bytes");
    Err(Error::local(ErrorKind::InvalidInput, why))
}

/// Whether `key` can be used by a client whose records are durable or not.
pub(crate) fn check(key: &str, is_durable: bool) -> Result<()> {
    let refused = |why: String| Error::local(ErrorKind::InvalidInput, why);
    if key.is_empty() || key.len() > MAX_KEY {
        return Err(refused(format!("a key has 1 to {MAX_KEY} bytes")));
    }
    if !is_durable {
        let why = "a key needs an outbox that outlives the program, and this client has none";
        return Err(refused(why.to_owned())
            .with_help("Set up the client with an outbox, or leave the key out."));
    }
    Ok(())
}

impl Hindrance {
    /// The same, with the record that could not be removed, if that is so.
    pub(crate) fn beside(self, unremoved: Option<Unrecorded>) -> Self {
        match unremoved {
            Some(record) => Self::Unremoved(Box::new(self), record),
            None => self,
        }
    }

    /// As an error: nothing was sent.
    pub(crate) fn error(self) -> Error {
        match self {
            Self::Outbox(error) => Error::local(
                ErrorKind::Storage,
                format!("the outbox cannot be written, so nothing was sent: {error}"),
            )
            .with_source(error),
            Self::KeyTaken => taken(),
            Self::Unremoved(hindrance, record) => hindrance.error().with_unrecorded(Some(record)),
        }
    }
}

/// The same key is under way.
pub(crate) fn taken() -> Error {
    let why = "the same key is being used at this moment, so nothing was sent";
    Error::local(ErrorKind::Locked, why).with_help("Try again a little later, with the same key.")
}

/// The key stands for something else.
pub(crate) fn of_another() -> Error {
    let why = "the key was used for something else, so nothing was sent";
    Error::local(ErrorKind::InvalidInput, why)
        .with_help("Use a key of its own for everything that is sent.")
}

/// A person has ended the doubt about what the key stands for, of which nobody knows what became.
pub(crate) fn forgotten(what: &str) -> Error {
    let why = format!(
        "the {what} with this key was forgotten while its outcome was not known, so nothing was sent"
    );
    let help = "Look whether it is there. If it is not, give the key free (`acknowledge`) and send it again; if it is, nothing is \
                left to be done.";
    Error::local(ErrorKind::InvalidInput, why)
        .with_help(help)
        .with_advice(Advice::Given)
}

/// What the outbox holds under the key cannot be read.
pub(crate) fn unreadable(error: io::Error) -> Error {
    Error::local(
        ErrorKind::Storage,
        format!("the outbox cannot be read, so nothing was sent: {error}"),
    )
    .with_source(error)
}
