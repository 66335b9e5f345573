//! Host names to addresses: the seam for other resolvers and for tests of their failures.

use std::{fmt::Debug, future::Future, io, net::IpAddr, pin::Pin, sync::Arc};

/// Turns the name of a host into addresses. The default asks the operating system.
pub trait Resolve: Debug + Send + Sync + 'static {
    /// The addresses of `host`, in the order to try them.
    ///
    /// The future fails when there is none. It may be slow: the connect limit covers it.
    fn resolve(&self, host: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
}

/// Lets the HTTP engine ask a [`Resolve`].
pub(super) struct Adapter(pub(super) Arc<dyn Resolve>);

impl reqwest::dns::Resolve for Adapter {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let resolving = self.0.resolve(name.as_str());
        Box::pin(async move {
            let addresses = resolving.await?;
            // Port 0: the engine puts the port of the address there.
            let addresses: reqwest::dns::Addrs =
                Box::new(addresses.into_iter().map(|address| (address, 0).into()));
            Ok(addresses)
        })
    }
}
