//! The real transport: reqwest with rustls. The one room that builds HTTP clients.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};
use http_body_util::BodyExt;
use url::Url;

use crate::variables::process_environment;

use super::{
    AnswerBody, InvalidProxy, ProxyRoute, ProxyRules, Resolve, SendProgress, Sending, TlsFlaw,
    Transport, TransportFault, TransportFaultKind,
    body::WatchedBody,
    proxy::is_near,
    resolve::Adapter,
    tls::{self, TlsSetup},
};

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
        let engine = self.engine(tls.clone()).https_only(true);
        let proxied = match rules.address() {
            Some(address) => {
                let proxy = reqwest::Proxy::all(address.clone())
                    .map_err(|error| InvalidTransport::Engine(root_words(&error.without_url())))?;
                engine.no_proxy().proxy(proxy)
            }
            None if rules.is_system_asked() => engine,
            None => engine.no_proxy(),
        };
        Ok(HttpTransport {
            proxied: finish(proxied)?,
            direct: finish(self.engine(tls).no_proxy())?,
            rules: Arc::new(rules),
        })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one room that builds HTTP clients"
    )]
    fn engine(&self, tls: rustls::ClientConfig) -> reqwest::ClientBuilder {
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            // Redirects would carry the credentials to another host.
            .redirect(reqwest::redirect::Policy::none())
            // Whether a request may be repeated is decided in `retry`, and only there.
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(self.connect.unwrap_or(Duration::from_secs(3)))
            // Idle connections are dropped before most servers do it, so that fewer writes meet a
            // connection that the other side is just closing.
            .pool_idle_timeout(Duration::from_secs(20))
            .pool_max_idle_per_host(8);
        match &self.resolver {
            Some(resolver) => builder.dns_resolver(Arc::new(Adapter(Arc::clone(resolver)))),
            None => builder,
        }
    }
}

fn finish(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, InvalidTransport> {
    builder.build().map_err(|error| {
        let error = error.without_url();
        InvalidTransport::Engine(root_words(&error))
    })
}

/// The real transport: HTTP/1.1 over TLS 1.2 or newer, through the proxy of the surroundings.
///
/// It follows no redirect, repeats nothing, offers no compression, and sends plain HTTP only to this
/// machine itself and to the link-local metadata service, both without a proxy. Cheap to clone; clones
/// share their connections.
#[derive(Clone)]
pub struct HttpTransport {
    /// Through the proxy, https only.
    proxied: reqwest::Client,
    /// Never through a proxy.
    direct: reqwest::Client,
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

    fn engine_for(&self, url: &Url) -> Result<&reqwest::Client, TransportFault> {
        let unsendable = |why| TransportFault::new(TransportFaultKind::Unsendable, why);
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(unsendable("the address names no host"));
        };
        if url.scheme() != "https" && !is_near(&host) {
            return Err(unsendable("plain HTTP is only sent to this machine itself"));
        }
        match self.rules.is_proxied(&host, port) {
            true => Ok(&self.proxied),
            false => Ok(&self.direct),
        }
    }

    fn prepare(
        &self,
        request: Request<Bytes>,
    ) -> Result<(reqwest::Client, reqwest::Request, SendProgress), TransportFault> {
        let (head, body) = request.into_parts();
        let unsendable = || {
            TransportFault::new(
                TransportFaultKind::Unsendable,
                "the address is not absolute",
            )
        };
        let (scheme, authority) = head
            .uri
            .scheme_str()
            .zip(head.uri.authority())
            .ok_or_else(unsendable)?;
        let target = head
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str());
        let address = [scheme, "://", authority.as_str(), target].concat();
        let url = Url::parse(&address).map_err(|_| unsendable())?;
        let engine = self.engine_for(&url)?.clone();
        let progress = head
            .extensions
            .get::<SendProgress>()
            .cloned()
            .unwrap_or_default();
        let mut out = reqwest::Request::new(head.method, url);
        *out.headers_mut() = head.headers;
        // A body that is never asked for proves that nothing was sent; `body()` stays empty for an
        // empty one, so that no length is declared on a GET.
        let watched = WatchedBody::new(body.clone(), progress.clone());
        if !body.is_empty() {
            *out.body_mut() = Some(reqwest::Body::wrap(watched));
        } else if matches!(*out.method(), Method::POST | Method::PUT | Method::PATCH) {
            // The engine leaves the length out then, and some gateways answer 411 to that.
            out.headers_mut()
                .insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        Ok((engine, out, progress))
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request<Bytes>) -> Sending {
        let prepared = self.prepare(request);
        Box::pin(async move {
            let (engine, request, progress) = prepared?;
            let response = engine
                .execute(request)
                .await
                .map_err(|error| fault(error, progress.may_have_arrived()))?;
            let (head, body) = Response::<reqwest::Body>::from(response).into_parts();
            let body = AnswerBody::from_body(body.map_err(|error| fault(error, true)));
            Ok(Response::from_parts(head, body))
        })
    }
}

/// Sorts an error of the engine, and takes the address out of it.
fn fault(error: reqwest::Error, may_have_arrived: bool) -> TransportFault {
    let error = error.without_url();
    let kind = if error.is_builder() {
        TransportFaultKind::Unsendable
    } else if error.is_dns() {
        TransportFaultKind::Resolve
    } else if error.is_connect() {
        match tls::flaw(&error) {
            Some(flaw) => TransportFaultKind::Tls(flaw),
            None => TransportFaultKind::Connect,
        }
    } else if engine_error(&error).is_some_and(hyper::Error::is_parse) {
        TransportFaultKind::Malformed
    } else {
        TransportFaultKind::Interrupted
    };
    let detail = match kind {
        // The flaw has its own sentence; the engine's words can hold names from the certificate.
        TransportFaultKind::Tls(flaw) if flaw != TlsFlaw::Handshake => String::new(),
        TransportFaultKind::Connect if error.is_timeout() => {
            "no connection within the connect limit".to_owned()
        }
        _ => root_words(&error),
    };
    let fault = TransportFault::new(kind, detail);
    if may_have_arrived {
        fault
    } else {
        fault.not_arrived()
    }
}

fn engine_error(error: &reqwest::Error) -> Option<&hyper::Error> {
    let mut next = tls::cause(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<hyper::Error>() {
            return Some(found);
        }
        next = tls::cause(error);
    }
    None
}

/// The words of the innermost cause: the engine's outer layers say the same less clearly.
fn root_words(error: &reqwest::Error) -> String {
    let mut innermost: &(dyn std::error::Error + 'static) = error;
    while let Some(deeper) = tls::cause(innermost) {
        innermost = deeper;
    }
    innermost.to_string()
}
