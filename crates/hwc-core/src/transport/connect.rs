//! Makes connections: name, TCP, the tunnel through a proxy, TLS, all within one limit.

use std::{
    error::Error,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{Uri, uri::Scheme};
use hyper_util::{
    client::{
        legacy::connect::HttpConnector,
        proxy::matcher::{Intercept, Matcher},
    },
    rt::TokioIo,
};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio_rustls::TlsConnector;
use tower_service::Service;
use url::Host;

use super::{
    ProxyRules, TlsFlaw, TransportFault, TransportFaultKind,
    causes::{find, root_words},
    proxy::{borrowed, is_near},
    resolve::Resolver,
    stream::{Line, Stream},
    tls, tunnel,
};

/// Makes the connections of an HTTP engine. Cheap to clone.
#[derive(Clone)]
pub(super) struct Connector(Arc<Way>);

/// How to get to a host.
struct Way {
    tcp: HttpConnector<Resolver>,
    tls: TlsConnector,
    /// As `tls`, but without a word about the protocol inside.
    proxy_tls: TlsConnector,
    rules: Arc<ProxyRules>,
    proxy: Option<Proxy>,
    limit: Duration,
}

/// The proxy behind [`ProxyRules`].
pub(super) enum Proxy {
    /// This one, for every host that the rules send there.
    Named(Arc<Upstream>),
    /// What the operating system says about the host.
    System(Box<Matcher>),
}

/// One proxy.
pub(super) struct Upstream {
    place: Intercept,
    /// Its address, without its login.
    name: Arc<str>,
}

impl From<Intercept> for Upstream {
    fn from(place: Intercept) -> Self {
        let uri = place.uri();
        let scheme = uri.scheme_str().unwrap_or("http");
        let host = uri.host().unwrap_or_default();
        let name = match uri.port_u16() {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        };
        Self {
            name: name.into(),
            place,
        }
    }
}

impl Connector {
    pub(super) fn new(
        resolver: Resolver,
        config: ClientConfig,
        rules: Arc<ProxyRules>,
        proxy: Option<Proxy>,
        limit: Duration,
    ) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(resolver);
        tcp.set_nodelay(true);
        // Addresses are tried one after the other, and share this: one that does not answer leaves the others
        // their time.
        tcp.set_connect_timeout(Some(limit));
        // A peer that is gone without a word is noticed.
        tcp.set_keepalive(Some(Duration::from_secs(15)));
        tcp.set_keepalive_interval(Some(Duration::from_secs(15)));
        tcp.set_keepalive_retries(Some(3));
        #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
        tcp.set_tcp_user_timeout(Some(Duration::from_secs(30)));
        let mut proxy_config = config.clone();
        proxy_config.alpn_protocols.clear();
        Self(Arc::new(Way {
            tcp,
            tls: Arc::new(config).into(),
            proxy_tls: Arc::new(proxy_config).into(),
            rules,
            proxy,
            limit,
        }))
    }

    /// The proxy on the way to `target`, without its login.
    pub(super) fn proxy_to(&self, target: &Uri) -> Option<Arc<str>> {
        let proxy = self.0.proxy_to(target).ok().flatten()?;
        Some(Arc::clone(&proxy.name))
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Line>;
    type Error = TransportFault;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<Line>, TransportFault>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportFault>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let way = Arc::clone(&self.0);
        Box::pin(async move {
            let proxy = way.proxy_to(&target)?;
            #[expect(
                clippy::disallowed_methods,
                reason = "real connections take real time; the limits of a call are raced in the pipeline"
            )]
            let made =
                tokio::time::timeout(way.limit, way.connect(&target, proxy.as_deref())).await;
            match made {
                Ok(stream) => Ok(TokioIo::new(Line::new(stream?))),
                Err(_) => {
                    let fault = TransportFault::connect("no connection within the connect limit");
                    Err(match &proxy {
                        Some(proxy) => through(proxy, fault),
                        None => fault,
                    })
                }
            }
        })
    }
}

impl Way {
    async fn connect(
        &self,
        target: &Uri,
        proxy: Option<&Upstream>,
    ) -> Result<Stream, TransportFault> {
        let (host, port) = place(target)?;
        let host = borrowed(&host);
        if target.scheme() != Some(&Scheme::HTTPS) {
            if !is_near(&host) {
                return Err(unsendable("plain HTTP is only sent to this machine itself"));
            }
            return self.tcp(&host, port).await;
        }
        let Some(proxy) = proxy else {
            let stream = self.tcp(&host, port).await?;
            return secure(&self.tls, &host, stream).await;
        };
        let stream = self.tunnel(proxy, &host, port).await?;
        // Whatever is wrong at the end of the tunnel: the proxy stands in between, and may be the end of it.
        let secured = secure(&self.tls, &host, stream).await;
        secured.map_err(|fault| through(proxy, fault))
    }

    /// The proxy on the way to `target`, if there is one.
    fn proxy_to(&self, target: &Uri) -> Result<Option<Arc<Upstream>>, TransportFault> {
        let Some(proxy) = &self.proxy else {
            return Ok(None);
        };
        if target.scheme() != Some(&Scheme::HTTPS) {
            return Ok(None);
        }
        let (host, port) = place(target)?;
        if !self.rules.is_proxied(&borrowed(&host), port) {
            return Ok(None);
        }
        let found = match proxy {
            Proxy::Named(proxy) => Some(Arc::clone(proxy)),
            Proxy::System(matcher) => {
                let place = matcher.intercept(target);
                place.map(|place| Arc::new(place.into()))
            }
        };
        let is_http = |proxy: &Upstream| {
            let scheme = proxy.place.uri().scheme();
            scheme == Some(&Scheme::HTTP) || scheme == Some(&Scheme::HTTPS)
        };
        match found {
            Some(proxy) if !is_http(&proxy) => Err(TransportFault::connect(
                "the proxy of this system is none for HTTP",
            )),
            found => Ok(found),
        }
    }

    async fn tcp(&self, host: &Host<&str>, port: u16) -> Result<Stream, TransportFault> {
        let stream = self.tcp.clone().call(address("http", host, port)?).await;
        let stream = stream.map_err(|error| fault(&error))?;
        Ok(Stream::Tcp(stream.into_inner()))
    }

    /// Gets a tunnel to `port` of `host` from the proxy.
    async fn tunnel(
        &self,
        proxy: &Upstream,
        host: &Host<&str>,
        port: u16,
    ) -> Result<Stream, TransportFault> {
        let (proxy_host, proxy_port) = place(proxy.place.uri())?;
        let proxy_host = borrowed(&proxy_host);
        let to_proxy = |fault| at_proxy(proxy, fault);
        let mut stream = self.tcp(&proxy_host, proxy_port).await.map_err(to_proxy)?;
        if proxy.place.uri().scheme() == Some(&Scheme::HTTPS) {
            let secured = secure(&self.proxy_tls, &proxy_host, stream).await;
            stream = secured.map_err(to_proxy)?;
        }
        let target = format!("{host}:{port}");
        let asked = tunnel::ask(&mut stream, &target, proxy.place.basic_auth());
        asked.await.map_err(to_proxy)?;
        Ok(stream)
    }
}

/// As a failure of the proxy itself.
fn at_proxy(proxy: &Upstream, fault: TransportFault) -> TransportFault {
    at(format!("the proxy {}", proxy.name), fault)
}

/// As a failure on the way through the proxy, or behind it.
fn through(proxy: &Upstream, fault: TransportFault) -> TransportFault {
    at(format!("through the proxy {}", proxy.name), fault)
}

fn at(place: String, mut fault: TransportFault) -> TransportFault {
    fault.detail = match fault.detail.is_empty() {
        true => place.into(),
        false => format!("{place}: {}", fault.detail).into(),
    };
    fault
}

/// TLS with `host` on `stream`.
async fn secure(
    connector: &TlsConnector,
    host: &Host<&str>,
    stream: Stream,
) -> Result<Stream, TransportFault> {
    let name = match host {
        Host::Domain(name) => ServerName::try_from((*name).to_owned())
            .map_err(|_| TransportFault::connect("no certificate can hold the name of the host"))?,
        Host::Ipv4(address) => ServerName::from(std::net::IpAddr::from(*address)),
        Host::Ipv6(address) => ServerName::from(std::net::IpAddr::from(*address)),
    };
    let stream = connector.connect(name, stream).await;
    Ok(Stream::Tls(Box::new(
        stream.map_err(|error| fault(&error))?,
    )))
}

/// Host and port of an address.
fn place(address: &Uri) -> Result<(Host<String>, u16), TransportFault> {
    let nowhere = || unsendable("the address names no host");
    let host = address.host().ok_or_else(nowhere)?;
    let host = Host::parse(host).map_err(|_| nowhere())?;
    let usual = match address.scheme() == Some(&Scheme::HTTPS) {
        true => 443,
        false => 80,
    };
    Ok((host, address.port_u16().unwrap_or(usual)))
}

fn address(scheme: &str, host: &Host<&str>, port: u16) -> Result<Uri, TransportFault> {
    Uri::builder()
        .scheme(scheme)
        .authority(format!("{host}:{port}"))
        .path_and_query("/")
        .build()
        .map_err(|_| unsendable("the address names no host"))
}

fn unsendable(why: &'static str) -> TransportFault {
    TransportFault::new(TransportFaultKind::Unsendable, why)
}

/// Why there is no connection.
fn fault(error: &(dyn Error + 'static)) -> TransportFault {
    if let Some(known) = find::<TransportFault>(error) {
        return known.clone();
    }
    match tls::flaw(error) {
        // The flaw has its own sentence; the engine's words can hold names from the certificate.
        Some(flaw) if flaw != TlsFlaw::Handshake => {
            TransportFault::new(TransportFaultKind::Tls(flaw), "")
        }
        Some(flaw) => TransportFault::new(TransportFaultKind::Tls(flaw), root_words(error)),
        None => TransportFault::connect(root_words(error)),
    }
}
