//! Recognises a text that was sent, without keeping it.

use super::{
    canonical::{DOCUMENTED_HEAD, canonical, is_alterable},
    fold::{folded, skeleton},
    random::{NoRandom, random},
    units::{head, units},
};
use crate::ids::AttachmentId;
use ring::hmac;
use std::fmt;

/// What the digests of folded forms are made for.
const FOLDED_TEXT: &[u8] = b"folded text";
const FOLDED_HEAD: &[u8] = b"folded head";

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
    /// Of the folded form. `None`: it has none, or an older version wrote the record.
    pub(crate) folded: Option<Folded>,
    /// Of its letters and digits alone. `None`: an older version wrote the record.
    pub(crate) skeleton: Option<Digest>,
    pub(crate) attachments: Vec<Digest>,
}

/// Keyed digests of the folded form of a text, and of its first 400 UTF-16 units folded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Folded {
    /// Length of the whole in UTF-16 units.
    pub(crate) units: u64,
    pub(crate) whole: Digest,
    pub(crate) head: Digest,
}

/// The forms of a text that are compared: made once, however many submits it is compared with.
pub(crate) struct Forms {
    canonical: String,
    units: u64,
    /// The folded form, and that of the first 400 units.
    folded: Option<(String, String)>,
    skeleton: String,
}

/// How long the text is, and nothing of it.
impl fmt::Debug for Forms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forms")
            .field("units", &self.units)
            .finish_non_exhaustive()
    }
}

impl Forms {
    pub(crate) fn of(text: &str) -> Self {
        let mut canonical = canonical(text);
        // A pair of units cut in its middle arrives as a replacement character.
        let whole = canonical.trim_end_matches('\u{fffd}').trim_end().len();
        canonical.truncate(whole);
        Self {
            units: units(&canonical) as u64,
            folded: folded(&canonical).zip(folded(beginning(&canonical))),
            skeleton: skeleton(&canonical),
            canonical,
        }
    }
}

impl Fingerprint {
    pub(crate) fn of(text: &str, attachments: &[AttachmentId]) -> Result<Self, NoRandom> {
        let canonical = canonical(text);
        let key = random()?;
        let signer = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let forms = folded(&canonical).zip(folded(beginning(&canonical)));
        Ok(Self {
            whole: digest(&signer, b"text", &canonical),
            head: digest(&signer, b"head", beginning(&canonical)),
            units: units(&canonical) as u64,
            alterable: is_alterable(&canonical),
            folded: forms.map(|(whole, head)| Folded {
                units: units(&whole) as u64,
                whole: digest(&signer, FOLDED_TEXT, &whole),
                head: digest(&signer, FOLDED_HEAD, &head),
            }),
            skeleton: Some(digest(&signer, b"skeleton", &skeleton(&canonical))),
            attachments: attachments
                .iter()
                .map(|id| digest(&signer, b"file", id.as_str()))
                .collect(),
            key,
        })
    }

    /// Whether a message whose text has these forms could be taken for this one.
    pub(crate) fn matches_forms(&self, forms: &Forms) -> bool {
        self.matches_canonical(forms) || self.matches_folded(forms) || self.may_become(forms)
    }

    /// Whether a service that strips, alters or cuts texts may show this one so. It only ever speaks against
    /// a conclusion.
    pub(crate) fn may_become(&self, forms: &Forms) -> bool {
        let is_stripped = match self.skeleton {
            Some(own) => digest(&self.signer(), b"skeleton", &forms.skeleton) == own,
            None => self.alterable,
        };
        is_stripped || self.shares_head(forms)
    }

    /// Whether `text` is this one, apart from line ends, outer white space and entities.
    pub(crate) fn is_of(&self, text: &str) -> bool {
        self.matches_canonical(&Forms::of(text))
    }

    /// The same, of the whole of it: a service may cut a text, a caller does not.
    pub(crate) fn is_whole(&self, text: &str) -> bool {
        let canonical = canonical(text);
        units(&canonical) as u64 == self.units
            && digest(&self.signer(), b"text", &canonical) == self.whole
    }

    fn signer(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.key)
    }

    pub(crate) fn matches_canonical(&self, forms: &Forms) -> bool {
        let text = &forms.canonical;
        if forms.units == self.units && digest(&self.signer(), b"text", text) == self.whole {
            return true;
        }
        self.is_cut_at(forms.units) && digest(&self.signer(), b"head", beginning(text)) == self.head
    }

    pub(crate) fn matches_folded(&self, forms: &Forms) -> bool {
        let (Some(own), Some((whole, head))) = (self.folded, &forms.folded) else {
            return false;
        };
        if own.units == units(whole) as u64
            && digest(&self.signer(), FOLDED_TEXT, whole) == own.whole
        {
            return true;
        }
        self.is_cut_at(forms.units) && digest(&self.signer(), FOLDED_HEAD, head) == own.head
    }

    /// Whether this text would be shown with `length` units where texts are cut at the documented limit: then
    /// the heads decide. A longer text with the same head is shown in full as far as anybody knows, and has
    /// another end.
    fn is_cut_at(&self, length: u64) -> bool {
        let limit = DOCUMENTED_HEAD as u64;
        self.units > limit && (limit - 2..=limit).contains(&length)
    }

    /// Whether the text and this one begin alike and are so long that one of them may be the other, cut
    /// anywhere.
    fn shares_head(&self, forms: &Forms) -> bool {
        let limit = DOCUMENTED_HEAD as u64;
        if self.units.max(forms.units) <= limit || self.units.min(forms.units) + 2 < limit {
            return false;
        }
        let signer = self.signer();
        digest(&signer, b"head", beginning(&forms.canonical)) == self.head
            || (self.folded.zip(forms.folded.as_ref()))
                .is_some_and(|(own, (_, head))| digest(&signer, FOLDED_HEAD, head) == own.head)
    }

    /// Whether `files`, in this order, may be those that were sent along. `None`: a file whose id is not known yet.
    pub(crate) fn may_be_of_files<'a>(
        &self,
        files: impl ExactSizeIterator<Item = Option<&'a AttachmentId>>,
    ) -> bool {
        let signer = self.signer();
        let is_it = |id: &AttachmentId, own: &Digest| digest(&signer, b"file", id.as_str()) == *own;
        files.len() == self.attachments.len()
            && (files.zip(&self.attachments)).all(|(id, own)| id.is_none_or(|id| is_it(id, own)))
    }

    /// Whether the file `id` was sent along.
    pub(crate) fn holds_file(&self, id: &str) -> bool {
        (self.attachments).contains(&digest(&self.signer(), b"file", id))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_text_is_another_text() {
        let long = "x".repeat(500);
        let part = "x".repeat(400);
        let print = Fingerprint::of(&long, &[]).unwrap();
        assert!(print.is_whole(&long) && print.is_of(&part));
        assert!(!print.is_whole(&part));
        let odd = "cut\u{fffd}";
        assert!(Fingerprint::of(odd, &[]).unwrap().is_whole(odd));
    }

    #[test]
    fn forms_show_no_text() {
        let shown = format!("{:?}", Forms::of("The disk is full."));
        assert_eq!(shown, "Forms { units: 17, .. }");
    }
}
