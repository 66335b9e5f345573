//! The written form of what a text is recognised by.

use super::fingerprint::{Digest, Fingerprint, Folded};
use crate::hex;
use serde::{Deserialize, Serialize, de};
use std::borrow::Cow;

/// The digests of the folded form.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredFolded {
    pub(crate) length: u64,
    pub(crate) digest: HexDigest,
    pub(crate) head_digest: HexDigest,
}

/// All of it, as a value of its own.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredFingerprint {
    length: u64,
    key: HexDigest,
    digest: HexDigest,
    head_digest: HexDigest,
    #[serde(default)]
    alterable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    folded: Option<StoredFolded>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skeleton: Option<HexDigest>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<HexDigest>,
}

/// A digest as hexadecimal digits.
pub(crate) struct HexDigest(pub(crate) Digest);

impl Serialize for HexDigest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for HexDigest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        let mut digest = [0; 32];
        hex::decode_into(&text, &mut digest)
            .ok_or_else(|| de::Error::custom("a digest of 64 hexadecimal digits is expected"))?;
        Ok(Self(digest))
    }
}

impl From<Folded> for StoredFolded {
    fn from(folded: Folded) -> Self {
        Self {
            length: folded.units,
            digest: HexDigest(folded.whole),
            head_digest: HexDigest(folded.head),
        }
    }
}

impl From<StoredFolded> for Folded {
    fn from(stored: StoredFolded) -> Self {
        Self {
            units: stored.length,
            whole: stored.digest.0,
            head: stored.head_digest.0,
        }
    }
}

impl From<Fingerprint> for StoredFingerprint {
    fn from(fingerprint: Fingerprint) -> Self {
        Self {
            length: fingerprint.units,
            key: HexDigest(fingerprint.key),
            digest: HexDigest(fingerprint.whole),
            head_digest: HexDigest(fingerprint.head),
            alterable: fingerprint.alterable,
            folded: fingerprint.folded.map(StoredFolded::from),
            skeleton: fingerprint.skeleton.map(HexDigest),
            attachments: fingerprint.attachments.into_iter().map(HexDigest).collect(),
        }
    }
}

impl From<StoredFingerprint> for Fingerprint {
    fn from(stored: StoredFingerprint) -> Self {
        let digest = |HexDigest(digest)| digest;
        Self {
            key: stored.key.0,
            whole: stored.digest.0,
            head: stored.head_digest.0,
            units: stored.length,
            alterable: stored.alterable,
            folded: stored.folded.map(Folded::from),
            skeleton: stored.skeleton.map(digest),
            attachments: stored.attachments.into_iter().map(digest).collect(),
        }
    }
}
