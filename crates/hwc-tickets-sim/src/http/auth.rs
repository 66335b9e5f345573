//! Who is calling: tokens, keys and passwords the simulator knows, and the check the gateway makes.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE, HeaderName, PROXY_AUTHORIZATION};
use http::request::Parts;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::form::Payload;
use super::hex::hex;
use super::signature::Authorization;

/// Tokens that are kept; the oldest ones are forgotten.
const KEPT: usize = 10_000;

/// Longest token the service takes.
const LONGEST_TOKEN: usize = 5000;

/// Headers that may carry a credential, whether the service takes it there or not.
static CREDENTIALS: [HeaderName; 5] = [
    AUTHORIZATION,
    COOKIE,
    PROXY_AUTHORIZATION,
    HeaderName::from_static("x-auth-token"),
    HeaderName::from_static("x-security-token"),
];

/// The names of the headers with a credential, each as often as it is there.
pub(super) fn credentials(headers: &HeaderMap) -> Vec<&'static str> {
    let found =
        |name: &'static HeaderName| headers.get_all(name).iter().map(move |_| name.as_str());
    CREDENTIALS.iter().flat_map(found).collect()
}

/// A key pair of a customer.
#[derive(Clone)]
struct Key {
    access: String,
    secret: String,
    user: Arc<str>,
}

/// A token of a customer.
#[derive(Clone)]
struct Token {
    text: String,
    user: Arc<str>,
    /// `None` does not expire by time.
    expires: Option<Timestamp>,
    revoked: bool,
}

/// A name and a password of a customer.
#[derive(Clone)]
struct Login {
    account: String,
    name: String,
    password: String,
    user: String,
}

/// Everything that lets somebody in. `Debug` shows numbers only.
#[derive(Clone, Default)]
pub(crate) struct Keyring {
    keys: Vec<Key>,
    tokens: VecDeque<Token>,
    logins: Vec<Login>,
    issued: u64,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Keyring {
            keys,
            tokens,
            logins,
            issued,
        } = self;
        write!(
            f,
            "Keyring({} keys, {} tokens, {} passwords, {issued} tokens issued)",
            keys.len(),
            tokens.len(),
            logins.len()
        )
    }
}

/// Why the gateway does not let a request in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denied {
    /// No credential, or a wrong one.
    Unknown,
    /// A token that was good once.
    Expired,
}

impl Denied {
    /// The code it is answered with; the status is 401.
    pub(super) fn code(self) -> &'static str {
        match self {
            Denied::Unknown => "APIGW.0301",
            Denied::Expired => "APIGW.0307",
        }
    }
}

impl Keyring {
    pub(crate) fn add_key(&mut self, access: &str, secret: &str, user: &str) {
        self.keys.push(Key {
            access: access.to_owned(),
            secret: secret.to_owned(),
            user: user.into(),
        });
    }

    pub(crate) fn add_token(&mut self, text: &str, user: &str, expires: Option<Timestamp>) {
        if self.tokens.len() >= KEPT {
            self.tokens.pop_front();
        }
        self.tokens.push_back(Token {
            text: text.to_owned(),
            user: user.into(),
            expires,
            revoked: false,
        });
    }

    pub(crate) fn add_login(&mut self, account: &str, name: &str, password: &str, user: &str) {
        let (account, name, password, user) = (
            account.to_owned(),
            name.to_owned(),
            password.to_owned(),
            user.to_owned(),
        );
        self.logins.push(Login {
            account,
            name,
            password,
            user,
        });
    }

    /// From now on no token that was ever given out is good.
    pub(crate) fn revoke_tokens(&mut self) {
        for token in &mut self.tokens {
            token.revoked = true;
        }
    }

    /// The token a request carries is no longer good.
    pub(super) fn revoke_token_of(&mut self, parts: &Parts) {
        let text = parts
            .headers
            .get("x-auth-token")
            .and_then(|value| value.to_str().ok());
        for token in self
            .tokens
            .iter_mut()
            .filter(|token| Some(token.text.as_str()) == text)
        {
            token.revoked = true;
        }
    }

    /// The customer behind a name and a password.
    pub(super) fn log_in(&self, account: &str, name: &str, password: &str) -> Option<&str> {
        let known = self
            .logins
            .iter()
            .find(|login| login.account == account && login.name == name)?;
        (known.password == password).then_some(known.user.as_str())
    }

    /// Makes a new token. Earlier ones stay good.
    pub(super) fn issue(&mut self, seed: u64, user: &str, expires: Timestamp) -> String {
        self.issued += 1;
        // Real tokens are about this long, and clients with small buffers should notice.
        let mut text = String::from("MIISIM");
        for part in 0..24_u8 {
            let digest = Sha256::digest(format!("{seed}/{}/{user}/{part}", self.issued));
            text.push_str(&hex(&digest));
        }
        self.add_token(&text, user, Some(expires));
        text
    }

    /// Checks the credential of a request and gives the customer's id.
    pub(super) fn check(
        &self,
        parts: &Parts,
        body: &Payload,
        now: Timestamp,
    ) -> Result<Arc<str>, Denied> {
        let value = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        if let Some(token) = value("x-auth-token") {
            return self.check_token(token, now);
        }
        let authorization = value("authorization")
            .and_then(Authorization::parse)
            .ok_or(Denied::Unknown)?;
        let key = self
            .keys
            .iter()
            .find(|key| key.access == authorization.access_key)
            .ok_or(Denied::Unknown)?;
        if authorization.is_valid(parts, body, &key.secret, now) {
            Ok(Arc::clone(&key.user))
        } else {
            Err(Denied::Unknown)
        }
    }

    fn check_token(&self, text: &str, now: Timestamp) -> Result<Arc<str>, Denied> {
        if text.len() > LONGEST_TOKEN {
            return Err(Denied::Unknown);
        }
        let token = self
            .tokens
            .iter()
            .rev()
            .find(|token| token.text == text)
            .ok_or(Denied::Unknown)?;
        let expired = token.revoked || token.expires.is_some_and(|expires| expires <= now);
        if expired {
            Err(Denied::Expired)
        } else {
            Ok(Arc::clone(&token.user))
        }
    }
}
