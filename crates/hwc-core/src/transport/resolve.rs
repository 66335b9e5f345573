//! Host names to addresses: the seam for other resolvers and for tests of their failures.

use std::{
    fmt::Debug,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    vec,
};

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower_service::Service;

use super::{TransportFault, TransportFaultKind, causes::root_words};

/// Turns the name of a host into addresses. The default asks the operating system.
pub trait Resolve: Debug + Send + Sync + 'static {
    /// The addresses of `host`, in the order to try them.
    ///
    /// The future fails when there is none. It may be slow: the connect limit covers it.
    fn resolve(&self, host: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
}

/// What the HTTP engine asks.
#[derive(Clone)]
pub(super) enum Resolver {
    System(GaiResolver),
    Given(Arc<dyn Resolve>),
}

impl Resolver {
    pub(super) fn new(given: Option<Arc<dyn Resolve>>) -> Self {
        given.map_or_else(|| Self::System(GaiResolver::new()), Self::Given)
    }
}

type Addresses = vec::IntoIter<SocketAddr>;

impl Service<Name> for Resolver {
    type Response = Addresses;
    type Error = TransportFault;
    type Future = Pin<Box<dyn Future<Output = Result<Addresses, TransportFault>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportFault>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let fault =
            |error: io::Error| TransportFault::new(TransportFaultKind::Resolve, root_words(&error));
        match self {
            Self::System(system) => {
                let resolving = system.call(name);
                Box::pin(async move {
                    let addresses: Vec<_> = resolving.await.map_err(fault)?.collect();
                    Ok(addresses.into_iter())
                })
            }
            Self::Given(given) => {
                let resolving = given.resolve(name.as_str());
                Box::pin(async move {
                    let addresses = resolving.await.map_err(fault)?;
                    // Port 0: the engine puts the port of the address there.
                    let addresses: Vec<_> = addresses
                        .into_iter()
                        .map(|address| SocketAddr::from((address, 0)))
                        .collect();
                    Ok(addresses.into_iter())
                })
            }
        }
    }
}
