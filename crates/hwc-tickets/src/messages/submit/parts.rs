//! A text that is too long for one message, sent as several.

use super::{Sent, Submit, run, text};
use crate::{
    doubt::{
        key::{self, UnderKey},
        part_key::of_part,
    },
    error::{Error, Result, SentPart},
};
use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
};

type Observer = Box<dyn Fn(&SentPart) + Send + Sync>;

/// A text about to be submitted in numbered parts. Nothing happens before it is awaited.
///
/// # Errors
/// When awaited: the error of the first part that failed. [`Error::part`] tells which one; the parts
/// before it are in the ticket ([`Error::sent_parts`] has what is known of them), those after it were not sent. When its delivery is known to have failed,
/// go on with [`SubmitParts::starting_at`]. Under a key ([`Submit::key`]), submit the same text under the same key again, whatever
/// failed: what became of the part in doubt is found out first, and the parts that are missing are sent.
#[must_use = "a submission does nothing until it is awaited"]
pub struct SubmitParts {
    submit: Submit,
    first: usize,
    observer: Option<Observer>,
}

impl SubmitParts {
    pub(super) fn new(submit: Submit) -> Self {
        Self {
            submit,
            first: 1,
            observer: None,
        }
    }

    /// Begins with part `number` (from 1), after an earlier attempt with the same text got so far.
    pub fn starting_at(mut self, number: usize) -> Self {
        self.first = number.max(1);
        self
    }

    /// Told of each part as soon as it is in the ticket: whoever gives up waiting still knows which ones are. Not to block.
    pub fn on_part(mut self, observer: impl Fn(&SentPart) + Send + Sync + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// The parts as they would be sent, without reference tags. Sends nothing.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when the text cannot be sent even in parts.
    pub fn preview(&self) -> Result<Vec<String>> {
        // A tag takes room in every part: ` [ref 7F3K2Q]`.
        let tag = if self.submit.options.reference { 13 } else { 0 };
        let limit = self
            .submit
            .ticket
            .client()
            .parts()
            .text_limit
            .saturating_sub(tag);
        Ok(text::split(&self.submit.text, limit)?)
    }

    async fn run(self) -> Result<Vec<Sent>> {
        let texts = self.preview()?;
        let total = texts.len();
        if total > 1
            && let Some(key) = &self.submit.options.key
        {
            let own = &self.submit.ticket.client().parts().messages.own;
            // Before anything is sent: what holds for the last part holds for all.
            key::check_of_parts(key, total, own.has_outbox())?;
            match own.kept(key).map_err(key::unreadable)? {
                UnderKey::Nothing => {}
                UnderKey::UnderWay => return Err(key::taken()),
                // A whole message.
                UnderKey::Record(_) => return Err(key::of_another()),
            }
        }
        let Submit {
            ticket,
            mut options,
            ..
        } = self.submit;
        let mut sent: Vec<Sent> = Vec::new();
        let mut before: Vec<SentPart> = Vec::new();
        for (index, text) in texts.into_iter().enumerate() {
            let number = index + 1;
            let mut mine = options.clone();
            if total > 1 {
                mine.key = mine.key.map(|key| of_part(&key, number));
                mine.is_part = true;
            }
            options.attachments.clear();
            options.confidential = None;
            if number < self.first {
                continue;
            }
            match run::submit(ticket.clone(), text, mine).await {
                Ok(part) => {
                    let mut known = SentPart::new(number);
                    known.request_id.clone_from(&part.request_id);
                    known.reference.clone_from(&part.reference);
                    known.unrecorded.clone_from(&part.unrecorded);
                    if let Some(observer) = &self.observer {
                        observer(&known);
                    }
                    before.push(known);
                    sent.push(part);
                }
                Err(error) if total > 1 => {
                    return Err(error.with_part(number, total).with_sent_parts(before));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(sent)
    }
}

impl IntoFuture for SubmitParts {
    type Output = Result<Vec<Sent>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// Shows neither the text nor the confidential note.
impl fmt::Debug for SubmitParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubmitParts")
            .field("submit", &self.submit)
            .field("first", &self.first)
            .finish_non_exhaustive()
    }
}
