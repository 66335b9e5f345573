//! Makes connections: name, TCP, the tunnel through a proxy, TLS, all within one limit.

use std::{
    borrow::Cow,
    error::Error,
    future::{Ready, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{Uri, uri::Scheme};
use hyper_util::{
    client::{
        legacy::connect::{HttpConnector, proxy::Tunnel},
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
    status_line::StatusLine,
    stream::{Line, Stream},
    tls,
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
    Named(Intercept),
    /// What the operating system says about the host.
    System(Matcher),
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
            #[expect(
                clippy::disallowed_methods,
                reason = "real connections take real time; the limits of a call are raced in the pipeline"
            )]
            let made = tokio::time::timeout(way.limit, way.connect(&target)).await;
            match made {
                Ok(stream) => Ok(TokioIo::new(Line::new(stream?))),
                Err(_) => Err(connect_fault("no connection within the connect limit")),
            }
        })
    }
}

impl Way {
    async fn connect(&self, target: &Uri) -> Result<Stream, TransportFault> {
        let (host, port) = place(target)?;
        let host = borrowed(&host);
        if target.scheme() != Some(&Scheme::HTTPS) {
            if !is_near(&host) {
                return Err(unsendable("plain HTTP is only sent to this machine itself"));
            }
            return self.tcp(&host, port).await;
        }
        let stream = match self.proxy_for(&host, port, target)? {
            Some(proxy) => self.tunnel(proxy, &host, port).await?,
            None => self.tcp(&host, port).await?,
        };
        secure(&self.tls, &host, stream).await
    }

    /// The proxy on the way to `port` of `host`, if there is one.
    fn proxy_for(
        &self,
        host: &Host<&str>,
        port: u16,
        target: &Uri,
    ) -> Result<Option<Intercept>, TransportFault> {
        if !self.rules.is_proxied(host, port) {
            return Ok(None);
        }
        let found = match &self.proxy {
            Some(Proxy::Named(proxy)) => Some(proxy.clone()),
            Some(Proxy::System(matcher)) => matcher.intercept(target),
            None => None,
        };
        let is_http = |proxy: &Intercept| {
            let scheme = proxy.uri().scheme();
            scheme == Some(&Scheme::HTTP) || scheme == Some(&Scheme::HTTPS)
        };
        match found {
            Some(proxy) if !is_http(&proxy) => {
                Err(connect_fault("the proxy of this system is none for HTTP"))
            }
            found => Ok(found),
        }
    }

    async fn tcp(&self, host: &Host<&str>, port: u16) -> Result<Stream, TransportFault> {
        let stream = self.tcp.clone().call(address("http", host, port)?).await;
        let stream = stream.map_err(|error| fault(&error))?;
        Ok(Stream::Tcp(stream.into_inner()))
    }

    /// Asks the proxy for a tunnel to `port` of `host`.
    async fn tunnel(
        &self,
        proxy: Intercept,
        host: &Host<&str>,
        port: u16,
    ) -> Result<Stream, TransportFault> {
        let name = name(&proxy);
        let (proxy_host, proxy_port) = place(proxy.uri())?;
        let proxy_host = borrowed(&proxy_host);
        let to_proxy = |fault| at_proxy(&name, fault);
        let mut stream = self.tcp(&proxy_host, proxy_port).await.map_err(to_proxy)?;
        if proxy.uri().scheme() == Some(&Scheme::HTTPS) {
            let secured = secure(&self.proxy_tls, &proxy_host, stream).await;
            stream = secured.map_err(to_proxy)?;
        }
        let (stream, answer) = StatusLine::heard(stream);
        let mut tunnel = Tunnel::new(proxy.uri().clone(), Made(Some(TokioIo::new(stream))));
        if let Some(login) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(login.clone());
        }
        match tunnel.call(address("https", host, port)?).await {
            Ok(stream) => Ok(stream.into_inner().into_stream()),
            Err(error) => Err(to_proxy(match answer.status() {
                Some(407) => connect_fault(
                    "it answered CONNECT with status 407: proxy authorization required",
                ),
                // The tunnel is unsuccessful for every status but these.
                Some(status) if status != 200 => {
                    connect_fault(format!("it answered CONNECT with status {status}"))
                }
                _ => fault(&error),
            })),
        }
    }
}

/// The address of a proxy, without its login.
fn name(proxy: &Intercept) -> String {
    let uri = proxy.uri();
    let scheme = uri.scheme_str().unwrap_or("http");
    let host = uri.host().unwrap_or_default();
    match uri.port_u16() {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    }
}

/// As a failure of the proxy on the way.
fn at_proxy(name: &str, mut fault: TransportFault) -> TransportFault {
    let detail = match fault.detail.is_empty() {
        true => format!("the proxy {name}"),
        false => format!("the proxy {name}: {}", fault.detail),
    };
    fault.detail = detail.into();
    fault
}

fn connect_fault(detail: impl Into<Cow<'static, str>>) -> TransportFault {
    TransportFault::new(TransportFaultKind::Connect, detail)
}

/// A connection that is already there.
struct Made(Option<TokioIo<StatusLine>>);

impl Service<Uri> for Made {
    type Response = TokioIo<StatusLine>;
    type Error = TransportFault;
    type Future = Ready<Result<TokioIo<StatusLine>, TransportFault>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportFault>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let stream = self.0.take();
        ready(stream.ok_or_else(|| unsendable("the connection is used up")))
    }
}

/// TLS with `host` on `stream`.
async fn secure(
    connector: &TlsConnector,
    host: &Host<&str>,
    stream: Stream,
) -> Result<Stream, TransportFault> {
    let name = match host {
        Host::Domain(name) => ServerName::try_from((*name).to_owned()).map_err(|_| {
            TransportFault::new(
                TransportFaultKind::Connect,
                "no certificate can hold the name of the host",
            )
        })?,
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
        None => connect_fault(root_words(error)),
    }
}
