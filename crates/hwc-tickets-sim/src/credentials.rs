//! What lets somebody in.

/// What lets a customer in. These are examples, not secrets: they open nothing but simulators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// Access key, for signed requests.
    pub access_key: &'static str,
    /// Secret key that belongs to it.
    pub secret_key: &'static str,
    /// A token that does not expire by itself.
    pub token: &'static str,
    /// User name, for asking IAM for a token.
    pub user: &'static str,
    /// Password of the user.
    pub password: &'static str,
    /// Account the user belongs to; IAM calls it a domain.
    pub account: &'static str,
}

impl Credentials {
    /// The customer to whom most tickets of the usual world belong.
    pub const fn demo() -> Self {
        Credentials {
            access_key: "AKEXAMPLE",
            secret_key: "SKEXAMPLE",
            token: "TOKENEXAMPLE",
            user: "demo",
            password: "demo",
            account: "demo",
        }
    }

    /// A colleague in the same account and in group [`GROUP`](crate::GROUP).
    pub const fn colleague() -> Self {
        Credentials {
            access_key: "AKCOLLEAGUE",
            secret_key: "SKCOLLEAGUE",
            token: "TOKENCOLLEAGUE",
            user: "li.wei",
            password: "li.wei",
            account: "demo",
        }
    }

    /// A customer of another account.
    pub const fn stranger() -> Self {
        Credentials {
            access_key: "AKSTRANGER",
            secret_key: "SKSTRANGER",
            token: "TOKENSTRANGER",
            user: "stranger",
            password: "stranger",
            account: "elsewhere",
        }
    }
}
