//! Who credentials are of, as far as they say it themselves: digests to be compared, of nothing that is secret, and the name of the account.

use ring::digest;
use std::{
    fmt::{self, Debug},
    sync::Arc,
};

/// The kind of an account that is named by its id, as the header of keys says it.
pub(super) const ACCOUNT_ID: &str = "x-domain-id";
/// Length of a digest, in bytes.
const LENGTH: usize = 32;

/// Who credentials are of, as far as they say it without anybody being asked.
///
/// The name or id of the account, and two digests: of it, and of the access key or the user in it. Neither a secret key nor a password nor a token is part
/// of them. They are no secrets, and names can be guessed by them, so a file that holds them is private. A token that was given says
/// nothing of whom it is of, and neither do temporary keys, but for the account they are used with.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Principal {
    account_name: Option<Arc<str>>,
    account: Option<[u8; LENGTH]>,
    credential: Option<[u8; LENGTH]>,
}

impl Principal {
    /// Nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self::default()
    }

    /// The same of this account. `kind` says what `name` is, such as an id: two of different kinds are never equal.
    #[must_use]
    pub fn with_account(self, kind: &str, name: &str) -> Self {
        Self {
            account_name: Some(Arc::from(name)),
            account: Some(digest_of(&[kind, name])),
            ..self
        }
    }

    /// The same of this access key, or this user. `parts` together name it in public.
    #[must_use]
    pub fn with_credential(self, kind: &str, parts: &[&str]) -> Self {
        let all: Vec<&str> = [kind].into_iter().chain(parts.iter().copied()).collect();
        Self {
            credential: Some(digest_of(&all)),
            ..self
        }
    }

    /// The account as it was named, for people: its id, its name, or what stands for it, such as a project. No secret.
    #[must_use]
    pub fn account_name(&self) -> Option<&str> {
        self.account_name.as_deref()
    }

    /// Digest of the account (SHA-256), if it is known.
    #[must_use]
    pub fn account(&self) -> Option<&[u8; LENGTH]> {
        self.account.as_ref()
    }

    /// Digest of the access key or the user (SHA-256), if there is a lasting one.
    #[must_use]
    pub fn credential(&self) -> Option<&[u8; LENGTH]> {
        self.credential.as_ref()
    }
}

/// Each part with its length, so that no two lists of parts are the same bytes.
fn digest_of(parts: &[&str]) -> [u8; LENGTH] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part.len().to_string().as_bytes());
        context.update(b":");
        context.update(part.as_bytes());
    }
    let mut to = [0; LENGTH];
    for (to, from) in to.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    to
}

/// Shows what is known, and neither a name nor a digest.
impl Debug for Principal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Principal")
            .field("has_account", &self.account.is_some())
            .field("has_credential", &self.credential.is_some())
            .finish()
    }
}
