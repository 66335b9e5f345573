//! The real transport: hyper with rustls. The one module that builds HTTP clients.

use std::{error::Error, fmt, path::PathBuf, sync::Arc, time::Duration};

use http::{HeaderValue, Method, Request, Uri, header};
use http_body_util::BodyExt;
use hyper_util::{
    client::{
        legacy::{self, ResponseFuture, connect::capture_connection},
        proxy::matcher::Matcher,
    },
    rt::{TokioExecutor, TokioTimer},
};

use crate::{headers, variables::process_environment};

use super::{
    InvalidProxy, ProxyRoute, ProxyRules, RequestBody, Resolve, ResponseBody, SendProgress,
    Sending, Transport, TransportFault, TransportFaultKind,
    body::WatchedBody,
    causes::{find, root_words},
    connect::{Connector, Proxy},
    interim::Interim,
    progress::Passage,
    resolve::Resolver,
    tls::{self, TlsSetup},
};

/// So much the engine reads ahead at most, in bytes, heads and bodies, for each connection. A head that is longer ends there; the limit of heads is
/// smaller, and is kept by who asks: see `headers`. With much less at once, a large file takes many more calls of the system. The engine would also hold as many
/// bytes that go out, and does not, for they come in small pieces: see `body`.
const READ_AHEAD: usize = 400 * 1024;

/// Connections that a pipeline has under way at most, and that are kept open for the next call, per host, unless said otherwise. With
/// fewer kept, callers that go on side by side would open a new one for most calls.
pub(crate) const MOST_CONNECTIONS: usize = 64;

/// Whether requests go through a proxy.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum ProxyChoice {
    /// What `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say, as [`ProxyRules`] reads them; on macOS and Windows
    /// the settings of the system when no variable names a proxy. The default.
    #[default]
    System,
    /// Never.
    Direct,
    /// This proxy for every request, e.g. `http://proxy.example:3128`. May hold a user and password. Written
    /// as [`ProxyRules`] says.
    Address(String),
}

/// Without the address: it may hold a password.
impl fmt::Debug for ProxyChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::System => "System",
            Self::Direct => "Direct",
            Self::Address(_) => "Address(..)",
        })
    }
}

/// Why an [`HttpTransport`] could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTransport {
    /// TLS cannot be set up: an extra CA file is not usable.
    #[error("{0}")]
    Tls(String),
    /// What is said about proxies cannot be used.
    #[error(transparent)]
    Proxy(#[from] InvalidProxy),
    /// The HTTP engine refused its settings.
    #[error("the HTTP client cannot be set up: {0}")]
    Engine(String),
}

impl From<TlsSetup> for InvalidTransport {
    fn from(problem: TlsSetup) -> Self {
        Self::Tls(problem.to_string())
    }
}

/// Settings of an [`HttpTransport`].
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is built before `build`"]
pub struct HttpTransportBuilder {
    connect: Option<Duration>,
    extra_ca: Vec<PathBuf>,
    proxy: ProxyChoice,
    resolver: Option<Arc<dyn Resolve>>,
    idle_connections: Option<usize>,
}

impl HttpTransportBuilder {
    /// The limit for name resolution, TCP, proxy and TLS together. Default 3 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect = Some(limit);
        self
    }

    /// Trusts the authorities in this PEM file besides those of the operating system.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.extra_ca.push(path.into());
        self
    }

    /// Through which proxy, if any.
    pub fn proxy(mut self, choice: ProxyChoice) -> Self {
        self.proxy = choice;
        self
    }

    /// Asks this resolver instead of the operating system.
    pub fn resolver(mut self, resolver: Arc<dyn Resolve>) -> Self {
        self.resolver = Some(resolver);
        self
    }

    /// The most connections that are kept open for the next call, per host. Default 64. One that nobody used for 20 s is not used
    /// again, and is closed within 20 s more. With 0 every call opens its own.
    pub fn idle_connections(mut self, most: usize) -> Self {
        self.idle_connections = Some(most);
        self
    }

    /// Builds the transport. Opens no connection; reads the extra CA files. The authorities of the
    /// operating system are read when the first certificate comes.
    ///
    /// # Errors
    /// [`InvalidTransport`] when a CA file is not usable, or a proxy address or variable: it is named.
    pub fn build(self) -> Result<HttpTransport, InvalidTransport> {
        let tls = tls::client_config(&self.extra_ca)?;
        let rules = match &self.proxy {
            ProxyChoice::System => ProxyRules::from_variables(&process_environment)?,
            ProxyChoice::Direct => ProxyRules::direct(),
            ProxyChoice::Address(address) => ProxyRules::given(address)?,
        };
        let rules = Arc::new(rules);
        let connector = Connector::new(
            Resolver::new(self.resolver),
            tls,
            Arc::clone(&rules),
            proxy(&rules)?,
            self.connect.unwrap_or(Duration::from_secs(3)),
        );
        Ok(HttpTransport {
            engine: engine(
                connector.clone(),
                self.idle_connections.unwrap_or(MOST_CONNECTIONS),
            ),
            connector,
            rules,
        })
    }
}

/// The proxy that `rules` name.
fn proxy(rules: &ProxyRules) -> Result<Option<Proxy>, InvalidTransport> {
    let Some(address) = rules.address() else {
        let is_system_asked = rules.is_system_asked();
        return Ok(is_system_asked.then(|| Proxy::System(Box::new(Matcher::from_system()))));
    };
    let proxy = Matcher::builder().all(address.as_str()).build();
    match proxy.intercept(&Uri::from_static("https://any.example/")) {
        Some(proxy) => Ok(Some(Proxy::Named(Arc::new(proxy.into())))),
        None => Err(InvalidTransport::Engine(
            "it refuses the address of the proxy".to_owned(),
        )),
    }
}

type Engine = legacy::Client<Connector, WatchedBody>;

#[expect(
    clippy::disallowed_methods,
    reason = "the one module that builds HTTP clients"
)]
fn engine(connector: Connector, idle_connections: usize) -> Engine {
    legacy::Client::builder(TokioExecutor::new())
        // Only what a kept connection gave back untouched, because it had ended: no byte of it was written, so it
        // is the same attempt, on another connection. Each of these uses a dead one up; a new one is not given
        // this grace. Whether anything else may be repeated is decided in `retry`, and only there.
        .retry_canceled_requests(true)
        // Idle connections are dropped before most servers do it, so that fewer writes meet a
        // connection that the other side is just closing.
        .pool_idle_timeout(Duration::from_secs(20))
        .pool_timer(TokioTimer::new())
        .pool_max_idle_per_host(idle_connections)
        .http1_max_buf_size(READ_AHEAD)
        // Of header lines it takes 100, as it does unless told otherwise; Python's client, on which the official SDK stands,
        // takes no more either. A test on a socket holds the number. Told any number, the same one too, the engine writes its
        // room for them full before it reads a head, 64 bytes for each line.
        .build(connector)
}

/// The real transport: HTTP/1.1 over TLS 1.2 or newer, through the proxy of the environment.
///
/// It follows no redirect, offers no compression, and sends plain HTTP only to this machine itself and to
/// the link-local metadata service, both without a proxy. It repeats nothing of which a byte was sent: only
/// a request that an ended kept connection gave back untouched goes out on another. Cheap to clone; clones
/// share their connections.
#[derive(Clone)]
pub struct HttpTransport {
    engine: Engine,
    connector: Connector,
    rules: Arc<ProxyRules>,
}

/// Without the engine's own settings: a proxy address can hold a password.
impl fmt::Debug for HttpTransport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpTransport")
            .finish_non_exhaustive()
    }
}

impl HttpTransport {
    /// Settings to start from.
    pub fn builder() -> HttpTransportBuilder {
        HttpTransportBuilder::default()
    }

    /// The way to `port` of `host`: through which proxy, or why directly. The same decision that sending
    /// follows. `None` when `host` is not one.
    #[must_use]
    pub fn route_to(&self, host: &str, port: u16) -> Option<ProxyRoute> {
        self.rules.route_to(host, port)
    }
}

/// Gives the request the headers that it needs besides.
fn prepare(request: &mut Request<RequestBody>) -> Result<(), TransportFault> {
    if request.uri().scheme().is_none() || request.uri().authority().is_none() {
        return Err(not_absolute());
    }
    let has_length = request.body().length() > 0;
    let may_have_body = matches!(
        *request.method(),
        Method::POST | Method::PUT | Method::PATCH
    );
    if !has_length && may_have_body {
        // The engine leaves the length out then, and some gateways answer 411 to that.
        let none = HeaderValue::from_static("0");
        headers::put(request.headers_mut(), header::CONTENT_LENGTH, none);
    }
    let any = HeaderValue::from_static("*/*");
    headers::put_default(request.headers_mut(), header::ACCEPT, any);
    Ok(())
}

#[cold]
#[inline(never)]
fn not_absolute() -> TransportFault {
    let why = "the address is not absolute";
    TransportFault::new(TransportFaultKind::Unsendable, why)
}

impl HttpTransport {
    /// Hands the request to the engine, watched: a body that is never asked for proves that nothing was sent.
    fn begin(
        &self,
        mut request: Request<RequestBody>,
    ) -> Result<(Passage, ResponseFuture, Interim), TransportFault> {
        prepare(&mut request)?;
        let progress = request.extensions().get::<SendProgress>();
        let progress = progress.cloned().unwrap_or_default();
        let connection = capture_connection(&mut request);
        let proxy = self.connector.proxy_to(request.uri());
        let has_body = request.body().length() > 0;
        let passage = progress.send(has_body, proxy, connection.clone())?;
        let interim = Interim::count(&mut request, connection);
        let request = request.map(|body| WatchedBody::new(body, passage.turn()));
        Ok((passage, self.engine.request(request), interim))
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request<RequestBody>) -> Sending {
        let begun = self.begin(request);
        Box::pin(async move {
            let (passage, sending, interim) = begun?;
            let response = match sending.await {
                Ok(response) => response,
                Err(error) => return Err(failed(&error, passage)),
            };
            passage.answered();
            interim.check()?;
            Ok(response
                .map(|body| ResponseBody::from_body(body.map_err(|error| fault(&error, false)))))
        })
    }
}

/// What failed, and whether the request arrived.
#[cold]
#[inline(never)]
fn failed(error: &legacy::Error, passage: Passage) -> TransportFault {
    let fault = fault(error, error.is_connect());
    let is_untouched = error.is_connect() || is_untouched(error);
    match passage.failed(is_untouched) {
        true => fault.not_arrived(),
        false => fault,
    }
}

/// Sorts an error of the engine. No part of it names an address.
#[cold]
#[inline(never)]
fn fault(error: &(dyn Error + 'static), is_connect: bool) -> TransportFault {
    if let Some(known) = find::<TransportFault>(error) {
        return known.clone();
    }
    let kind = match find::<hyper::Error>(error) {
        _ if is_connect => TransportFaultKind::Connect,
        Some(error) if is_too_large(error) => TransportFaultKind::HeadTooLarge,
        Some(error) if error.is_parse() => TransportFaultKind::Malformed,
        _ => TransportFaultKind::Interrupted,
    };
    TransportFault::new(kind, root_words(error))
}

/// Whether the request was still waiting for its connection when that ended. The engine says "canceled" of no other.
fn is_untouched(error: &(dyn Error + 'static)) -> bool {
    find::<hyper::Error>(error).is_some_and(hyper::Error::is_canceled)
}

/// The engine tells this by a method only to servers. A test on a socket holds the words.
fn is_too_large(error: &hyper::Error) -> bool {
    error.is_parse() && error.to_string().contains("head is too large")
}

#[cfg(test)]
mod tests;
