//! Everything of one's own: a vault, a transport, limits, and an outbox.
//!
//! With the feature `tracing`, install any subscriber (for example
//! `tracing_subscriber::fmt().with_env_filter("hwc_core=debug").init()`) to see every attempt, and no secret.

use hwc_tickets::{
    Client, FileOutbox, RateLimit, RetryPolicy, SecretString, Timeouts, ZoneOffset,
    identity::{
        CachedIdentity, FetchIdentity, Fetched, Identity, IdentityContext, IdentityFuture, Token,
    },
    transport::HttpTransport,
};
use std::{error::Error, path::Path, time::Duration};

/// Where this company keeps its tokens.
#[derive(Debug)]
pub(crate) struct Vault {
    pub(crate) token: SecretString,
}

impl FetchIdentity for Vault {
    fn fetch<'a>(&'a self, _: &'a IdentityContext) -> IdentityFuture<'a, Fetched> {
        Box::pin(async move {
            let token = Token::new(&self.token)?;
            Ok(Fetched::lasting(
                Identity::token(token),
                Duration::from_secs(3600),
            ))
        })
    }
}

pub(crate) fn own_settings(
    endpoint: &str,
    vault: Vault,
    outbox: &Path,
) -> Result<Client, Box<dyn Error>> {
    let transport = HttpTransport::builder()
        .connect_timeout(Duration::from_secs(2))
        .build()?;
    let client = Client::builder()
        .endpoint(endpoint)
        .time_zone(ZoneOffset::from_hours(8)?)
        .identity(CachedIdentity::new(vault))
        .transport(transport)
        .timeouts(Timeouts::default().total(Duration::from_secs(20)))
        .retry(RetryPolicy::standard().max_attempts(4))
        .rate_limit(RateLimit::per_second(50.0))
        .outbox(FileOutbox::open(outbox)?)
        .build()?;
    Ok(client)
}
