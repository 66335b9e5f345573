//! How much a message that was read looks like one that was sent.

use crate::{
    doubt::fingerprint::{Fingerprint, Forms},
    messages::message::{Message, MessageKind, Role},
};

/// How much a message that was read looks like one that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// It holds the tag of the one that was sent: no other does.
    Proven,
    /// The same text from the customer's side.
    Same,
    /// The same words from the customer's side, in another form.
    Folded,
    /// Another text from the customer's side, or from a side that was not told. It could still be the one
    /// that was sent, in a form that cannot be recognised.
    Possible,
    /// From the support's side.
    Different,
}

impl Fingerprint {
    /// How much `message`, whose text has these forms, looks like this one. `author`: the caller's own
    /// replier id, when known; `reference`: the visible tag, when the text has one.
    pub(crate) fn likeness(
        &self,
        message: &Message,
        forms: &Forms,
        author: Option<&str>,
        reference: Option<&str>,
    ) -> Likeness {
        let is_tagged = reference.is_some_and(|tag| message.content.contains(tag));
        if is_support(message) {
            // A side can be told wrongly: what has the text or the tag is no proof that the message is missing.
            let is_alike = is_tagged || self.matches_canonical(forms) || self.matches_folded(forms);
            return match is_alike && self.units > 0 {
                true => Likeness::Possible,
                false => Likeness::Different,
            };
        }
        let other_author = match (author, message.author.id.as_deref()) {
            (Some(own), Some(theirs)) => own != theirs,
            _ => false,
        };
        if other_author {
            return Likeness::Possible;
        }
        if is_tagged {
            return Likeness::Proven;
        }
        if self.matches_canonical(forms) {
            self.likeness_of_files(message, Likeness::Same)
        } else if self.matches_folded(forms) {
            self.likeness_of_files(message, Likeness::Folded)
        } else {
            Likeness::Possible
        }
    }

    /// `text`: how much the texts are alike.
    fn likeness_of_files(&self, message: &Message, text: Likeness) -> Likeness {
        let known = |id: &str| self.holds_file(id);
        if message.attachments_unknown {
            // Whatever is attached, nothing speaks against it; a text besides speaks for it.
            return match self.units {
                0 => Likeness::Possible,
                _ => text,
            };
        }
        match (self.attachments.is_empty(), message.attachments.is_empty()) {
            (true, true) => text,
            // Answers list at most five files, and maybe none at first: what is listed must be ours.
            (false, true) if self.units > 0 => text,
            (false, false) if message.attachments.iter().all(|file| known(&file.raw_id)) => text,
            _ => Likeness::Possible,
        }
    }
}

/// Whether `message` is from the support's side for sure. Where its fields contradict each other or are
/// left out, it is not.
fn is_support(message: &Message) -> bool {
    message.kind == MessageKind::Support && message.author.role != Role::Customer
}

#[cfg(test)]
mod tests;
