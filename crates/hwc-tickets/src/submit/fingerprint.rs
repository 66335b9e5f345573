//! Recognises a message that was sent, without keeping its text.

use super::{
    canonical::{DOCUMENTED_HEAD, canonical, is_alterable},
    text::{head, units},
};
use crate::{
    error::{Error, ErrorKind, Result},
    ids::AttachmentId,
    message::{Message, MessageKind},
};
use ring::{
    hmac,
    rand::{SecureRandom as _, SystemRandom},
};

/// A digest made with a key of its own.
pub(crate) type Digest = [u8; 32];

/// Length and keyed digests of a canonical text and of its head, and of its attachments.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    pub(crate) key: [u8; 32],
    /// Of the whole canonical text.
    pub(crate) whole: Digest,
    /// Of its first 400 UTF-16 units.
    pub(crate) head: Digest,
    /// Length of the canonical text in UTF-16 units.
    pub(crate) units: u64,
    /// Whether the service may return the text in a form that cannot be recognised.
    pub(crate) alterable: bool,
    pub(crate) attachments: Vec<Digest>,
}

/// How much a message that was read looks like one that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// It holds the tag of the one that was sent: no other does.
    Proven,
    /// The same text from the customer's side.
    Same,
    /// It could be it, in a form that cannot be recognised.
    Possible,
    /// Another one.
    Different,
}

impl Fingerprint {
    pub(crate) fn of(text: &str, attachments: &[AttachmentId]) -> Result<Self> {
        let canonical = canonical(text);
        let key = random()?;
        let signer = hmac::Key::new(hmac::HMAC_SHA256, &key);
        Ok(Self {
            whole: digest(&signer, b"text", &canonical),
            head: digest(&signer, b"head", beginning(&canonical)),
            units: units(&canonical) as u64,
            alterable: is_alterable(&canonical),
            attachments: attachments
                .iter()
                .map(|id| digest(&signer, b"file", id.as_str()))
                .collect(),
            key,
        })
    }

    /// Whether a message with `text` could be taken for this one.
    pub(crate) fn matches_text(&self, text: &str) -> bool {
        self.matches_canonical(&canonical(text))
    }

    fn matches_canonical(&self, canonical: &str) -> bool {
        let signer = hmac::Key::new(hmac::HMAC_SHA256, &self.key);
        let length = units(canonical) as u64;
        let limit = DOCUMENTED_HEAD as u64;
        if length == self.units && digest(&signer, b"text", canonical) == self.whole {
            return true;
        }
        // Either side may be cut: then the heads decide.
        self.units.max(length) > limit
            && self.units.min(length) + 2 >= limit
            && digest(&signer, b"head", beginning(canonical)) == self.head
    }

    /// How much `message` looks like this one. `author`: the caller's own replier id, when known;
    /// `reference`: the visible tag, when the text has one.
    pub(crate) fn likeness(
        &self,
        message: &Message,
        author: Option<&str>,
        reference: Option<&str>,
    ) -> Likeness {
        let other_author = match (author, message.author.id.as_deref()) {
            (Some(own), Some(theirs)) => own != theirs,
            _ => false,
        };
        if message.kind == MessageKind::Support || other_author {
            return Likeness::Different;
        }
        if reference.is_some_and(|tag| message.content.contains(tag)) {
            return Likeness::Proven;
        }
        let canonical = canonical(&message.content);
        // A pair of units cut in its middle arrives as a replacement character.
        let canonical = canonical.trim_end_matches('\u{fffd}').trim_end();
        if self.matches_canonical(canonical) {
            self.likeness_of_files(message)
        } else if self.alterable || message.lossy {
            Likeness::Possible
        } else {
            Likeness::Different
        }
    }

    fn likeness_of_files(&self, message: &Message) -> Likeness {
        let signer = hmac::Key::new(hmac::HMAC_SHA256, &self.key);
        let known = |id: &str| self.attachments.contains(&digest(&signer, b"file", id));
        if message.attachments_unknown {
            // Whatever is attached, nothing speaks against it; a text besides speaks for it.
            return match self.units {
                0 => Likeness::Possible,
                _ => Likeness::Same,
            };
        }
        match (self.attachments.is_empty(), message.attachments.is_empty()) {
            (true, true) => Likeness::Same,
            // Answers list at most five files, and maybe none at first: what is listed must be ours.
            (false, true) if self.units > 0 => Likeness::Same,
            (false, true) => Likeness::Possible,
            (true, false) => Likeness::Different,
            (false, false) if message.attachments.iter().all(|file| known(&file.raw_id)) => {
                Likeness::Same
            }
            (false, false) if message.attachments.iter().any(|file| known(&file.raw_id)) => {
                Likeness::Possible
            }
            (false, false) => Likeness::Different,
        }
    }
}

/// The first 400 units, as a cut text looks after its outer white space is gone.
fn beginning(canonical: &str) -> &str {
    head(canonical, DOCUMENTED_HEAD).trim_end()
}

fn digest(key: &hmac::Key, what: &[u8], text: &str) -> Digest {
    let mut context = hmac::Context::with_key(key);
    context.update(what);
    context.update(&[0]);
    context.update(text.as_bytes());
    let tag = context.sign();
    let mut digest = [0; 32];
    digest
        .iter_mut()
        .zip(tag.as_ref())
        .for_each(|(to, from)| *to = *from);
    digest
}

/// Random bytes of the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Error::local(ErrorKind::Unavailable, "the system gave no random numbers"))?;
    Ok(bytes)
}
