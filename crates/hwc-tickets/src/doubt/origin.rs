//! Where something was sent, and as whom, as far as that is known without a secret.

use super::{fingerprint::Digest, written::HexDigest};
use hwc_core::identity::Principal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where something was sent, and as whom, as far as that is known without asking anybody.
///
/// The address of the service, the account by its name or id and by a digest, and a digest of the access key or the user: what the
/// credentials say themselves ([`Principal`](crate::identity::Principal)), or
/// [`ClientBuilder::account`](crate::ClientBuilder::account). Never a secret. A token says nothing of whom it is of.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Stored", from = "Stored")]
pub struct Origin {
    /// Host, and port where it is not the usual one.
    host: String,
    /// For people. `None`: it is not known, or an earlier version wrote the record.
    account_name: Option<String>,
    account: Option<Digest>,
    credential: Option<Digest>,
}

/// How a record stands to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kinship {
    /// Sent there, and as the same.
    Same,
    /// Nothing says that it is the same, and nothing says the contrary.
    Unknown,
    /// Sent elsewhere, or as somebody else.
    Another,
}

impl Origin {
    pub(crate) fn new(host: String, principal: &Principal) -> Self {
        Self {
            host,
            account_name: principal.account_name().map(str::to_owned),
            account: principal.account().copied(),
            credential: principal.credential().copied(),
        }
    }

    /// The host of the service, and its port where it is not the usual one.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The account as it was named, for people. `None`: nothing names it, or an earlier version of this crate wrote the record.
    #[must_use]
    pub fn account_name(&self) -> Option<&str> {
        self.account_name.as_deref()
    }

    /// In words, where and as whom `record` was sent, and how this one differs from that. Names are quoted and escaped; no secret is
    /// among them.
    #[must_use]
    pub fn difference(&self, record: &Self) -> String {
        let (sent, here) = (record.whose(), self.whose());
        match self.host == record.host {
            true => format!("it was sent with {sent}, and this client has {here}"),
            false => format!(
                "it was sent to {} with {sent}, and this client goes to {} with {here}",
                record.host, self.host
            ),
        }
    }

    /// Whose the credentials are, in words.
    fn whose(&self) -> String {
        let nameless = match (&self.account_name, self.account, self.credential) {
            // Somebody may have written the record by hand: nothing in a name is to act on a terminal.
            (Some(name), ..) => return format!("credentials of the account {name:?}"),
            (None, Some(_), _) => "credentials of an account that the record does not name",
            (None, None, Some(_)) => "an access key or a user of no named account",
            (None, None, None) => "a token or temporary keys without a named account",
        };
        nameless.to_owned()
    }

    /// Whether `other` is known to be elsewhere, or somebody else. `false` as well where nobody can tell.
    #[must_use]
    pub fn is_another(&self, other: &Self) -> bool {
        self.kinship(Some(other)) == Kinship::Another
    }

    /// How a record of `other` stands to this one.
    pub(crate) fn kinship(&self, other: Option<&Self>) -> Kinship {
        let Some(other) = other else {
            return Kinship::Unknown;
        };
        if self.host != other.host {
            return Kinship::Another;
        }
        let credentials = self.credential.zip(other.credential);
        if credentials.is_some_and(|(one, other)| one == other) {
            return Kinship::Same;
        }
        match self.account.zip(other.account) {
            Some((one, other)) if one != other => Kinship::Another,
            // Two users of one account may see different tickets.
            Some(_) if self.credential.is_some() || other.credential.is_some() => Kinship::Unknown,
            Some(_) => Kinship::Same,
            None if credentials.is_some() => Kinship::Another,
            None => Kinship::Unknown,
        }
    }
}

/// Shows neither a name nor a digest.
impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Origin")
            .field("host", &self.host)
            .field("has_account", &self.account.is_some())
            .field("has_credential", &self.credential.is_some())
            .finish()
    }
}

/// The written form.
#[derive(Serialize, Deserialize)]
struct Stored {
    host: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<HexDigest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<HexDigest>,
}

impl From<Origin> for Stored {
    fn from(origin: Origin) -> Self {
        Self {
            host: origin.host,
            account_name: origin.account_name,
            account: origin.account.map(HexDigest),
            credential: origin.credential.map(HexDigest),
        }
    }
}

impl From<Stored> for Origin {
    fn from(stored: Stored) -> Self {
        let digest = |HexDigest(digest)| digest;
        Self {
            host: stored.host,
            account_name: stored.account_name,
            account: stored.account.map(digest),
            credential: stored.credential.map(digest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_the_same_and_who_is_another() {
        let nobody = Principal::unknown;
        let key = |key: &str| nobody().with_credential("access-key", &[key]);
        let at = |host: &str, principal: &Principal| Origin::new(host.to_owned(), principal);
        for (one, other, kinship) in [
            (nobody(), nobody(), Kinship::Unknown),
            (nobody(), key("a"), Kinship::Unknown),
            (key("a"), key("a"), Kinship::Same),
            (key("a"), key("b"), Kinship::Another),
            // A key that names its account from now on is the same key.
            (key("a"), key("a").with_account("id", "1"), Kinship::Same),
            (
                key("a").with_account("id", "1"),
                key("b").with_account("id", "1"),
                Kinship::Unknown,
            ),
            (
                nobody().with_account("id", "1"),
                nobody().with_account("id", "1"),
                Kinship::Same,
            ),
            (
                nobody().with_account("id", "1"),
                nobody().with_account("id", "2"),
                Kinship::Another,
            ),
            (
                nobody().with_account("id", "1"),
                nobody().with_account("name", "1"),
                Kinship::Another,
            ),
        ] {
            for (one, other) in [(&one, &other), (&other, &one)] {
                let own = at("osm.example", one);
                assert_eq!(own.kinship(Some(&at("osm.example", other))), kinship);
                let elsewhere = at("osm.example:8443", other);
                assert_eq!(own.kinship(Some(&elsewhere)), Kinship::Another);
                assert_eq!(own.kinship(None), Kinship::Unknown);
            }
        }
    }

    #[test]
    fn what_is_written_names_the_account_alone() {
        let principal = (Principal::unknown().with_account("stated", "one"))
            .with_credential("access-key", &["CANARY"]);
        let origin = Origin::new("osm.example".to_owned(), &principal);
        let text = serde_json::to_string(&origin).unwrap();
        assert!(text.contains(r#""account_name":"one""#), "{text}");
        assert!(!text.contains("CANARY"), "{text}");
        assert!(!format!("{origin:?}").contains("one"), "{origin:?}");
        assert_eq!(serde_json::from_str::<Origin>(&text).unwrap(), origin);
        let bare: Origin = serde_json::from_str(r#"{"host":"osm.example"}"#).unwrap();
        assert_eq!((bare.host(), bare.account_name()), ("osm.example", None));
        assert_eq!(bare.kinship(Some(&origin)), Kinship::Unknown);
    }

    #[test]
    fn a_difference_is_told_in_words() {
        let nobody = Principal::unknown;
        let key = nobody().with_credential("access-key", &["CANARY"]);
        let at = |host: &str, principal: &Principal| Origin::new(host.to_owned(), principal);
        let own = at("osm.example", &nobody().with_account("stated", "one\u{1b}"));
        let mut unnamed = own.clone();
        unnamed.account_name = None;
        for (record, words) in [
            (
                at("osm.example", &nobody().with_account("id", "two")),
                "the account \"two\"",
            ),
            (
                at("osm.example", &key),
                "an access key or a user of no named account",
            ),
            (unnamed, "an account that the record does not name"),
            (at("osm.elsewhere", &nobody()), "a token or temporary keys"),
            (at("osm.elsewhere", &nobody()), "to osm.elsewhere with"),
        ] {
            let told = own.difference(&record);
            assert!(told.contains(words), "{told}");
            assert!(
                told.ends_with("credentials of the account \"one\\u{1b}\""),
                "{told}"
            );
            assert!(!told.contains("CANARY"), "{told}");
        }
    }
}
