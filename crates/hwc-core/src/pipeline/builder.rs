//! Settings of a pipeline, checked all at once.

use std::{fmt, path::PathBuf, sync::Arc};

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{Pipeline, places::Places, skew::Skew};
use crate::{
    Clock, Endpoint, ErrorCode, RateLimit, RetryPolicy, SystemClock, Timeouts,
    identity::{IdentityContext, ProvideIdentity},
    rate::Turns,
    retry::budget::Budget,
    secret::is_visible_ascii,
    transport::{
        HttpTransport, InvalidTransport, MOST_CONNECTIONS, ProxyChoice, Resolve, Transport,
    },
};

/// The largest answer that is read, unless said otherwise: 8 MiB.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// Settings of a [`Pipeline`]. Only the identity has no default.
#[derive(Debug)]
#[must_use = "nothing is built before `build`"]
pub struct PipelineBuilder {
    endpoint: Endpoint,
    identity: Option<Arc<dyn ProvideIdentity>>,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    timeouts: Timeouts,
    retry: RetryPolicy,
    rate: Option<RateLimit>,
    codes: &'static [ErrorCode],
    headers: Vec<(String, String)>,
    user_agent: Option<String>,
    body_limit: usize,
    max_connections: usize,
    proxy: ProxyChoice,
    ca_files: Vec<PathBuf>,
    resolver: Option<Arc<dyn Resolve>>,
}

/// Why a pipeline could not be built: every problem that was found, not only the first.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuildError {
    /// One sentence each: what is wrong and what to do.
    pub problems: Vec<String>,
}

impl fmt::Display for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.problems.join("; "))
    }
}

impl std::error::Error for BuildError {}

impl PipelineBuilder {
    pub(super) fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            identity: None,
            transport: None,
            clock: None,
            timeouts: Timeouts::default(),
            retry: RetryPolicy::standard(),
            rate: None,
            codes: &[],
            headers: Vec::new(),
            user_agent: None,
            body_limit: BODY_LIMIT,
            max_connections: MOST_CONNECTIONS,
            proxy: ProxyChoice::System,
            ca_files: Vec::new(),
            resolver: None,
        }
    }

    /// Who the caller is. Required. An `Arc` of a provider is one too.
    pub fn identity(mut self, identity: impl ProvideIdentity) -> Self {
        self.identity = Some(Arc::new(identity));
        self
    }

    /// How long each part of a call may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// How to repeat.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// A limit on the requests per second, kept on this side. Default: none.
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.rate = Some(limit);
        self
    }

    /// Another clock, for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Another transport. Proxy, CA files, resolver and connect limit are then its own business.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The error-code table of the service.
    pub fn error_codes(mut self, codes: &'static [ErrorCode]) -> Self {
        self.codes = codes;
        self
    }

    /// A header for every request that does not bring its own. Visible ASCII only.
    pub fn default_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The `User-Agent`, e.g. `my-bridge/1.2`. Default: name and version of this crate.
    pub fn user_agent(mut self, value: impl Into<String>) -> Self {
        self.user_agent = Some(value.into());
        self
    }

    /// The largest answer that is read, in bytes. Default 8 MiB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// The most requests under way at the same time, each on a connection of its own. Default 64.
    ///
    /// Of each host as many idle connections are kept for the next calls. One that nobody used for 20 s is not used again, and is
    /// closed within 20 s more; a transport of your own has its own rule. A call that finds no place waits for one, in
    /// order, within its deadline; if none becomes free it ends as [`Timeout`](crate::FaultKind::Timeout) with
    /// [`Delivery::NotSent`](crate::Delivery::NotSent). So any number of callers may share a pipeline without using up the
    /// descriptors of the process: it takes this many at most, and as many for each host it has talked to in the last 40 s.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = connections;
        self
    }

    /// Through which proxy, if any. Default: what the environment says.
    pub fn proxy(mut self, choice: ProxyChoice) -> Self {
        self.proxy = choice;
        self
    }

    /// Trusts the authorities in this PEM file besides those of the operating system.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_files.push(path.into());
        self
    }

    /// Asks this resolver instead of the operating system.
    pub fn resolver(mut self, resolver: Arc<dyn Resolve>) -> Self {
        self.resolver = Some(resolver);
        self
    }

    /// What is wrong with the settings, a missing identity aside: for whoever looks for one and tells all problems at once.
    /// Opens no connection; reads the CA files.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let _ = self.checked(&mut problems);
        problems
    }

    /// Checks everything and builds. Opens no connection.
    ///
    /// # Errors
    /// [`BuildError`] with every problem found: a missing identity, a header that cannot be sent, a CA
    /// file or proxy that is not usable, a zero limit.
    pub fn build(self) -> Result<Pipeline, BuildError> {
        let mut problems = Vec::new();
        let (headers, transport) = self.checked(&mut problems);
        if self.identity.is_none() {
            problems.push("no identity is set; give a token, keys, or a provider".to_owned());
        }
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        match (self.identity, transport) {
            (Some(identity), Some(transport)) if problems.is_empty() => Ok(Pipeline {
                context: IdentityContext::new(Arc::clone(&clock), Arc::clone(&transport)),
                endpoint: self.endpoint,
                identity,
                transport,
                clock,
                timeouts: self.timeouts,
                budget: Budget::new(self.retry.budget),
                retry: self.retry,
                turns: self.rate.map(Turns::new),
                codes: self.codes,
                headers,
                body_limit: self.body_limit,
                places: Places::new(self.max_connections),
                skew: Skew::default(),
            }),
            _ => Err(BuildError { problems }),
        }
    }

    /// The headers and the transport that were asked for, as far as they can be used.
    fn checked(&self, problems: &mut Vec<String>) -> (HeaderMap, Option<Arc<dyn Transport>>) {
        let headers = self.checked_headers(problems);
        let timeouts = self.timeouts;
        for (name, limit) in [
            ("connect", timeouts.connect),
            ("attempt", timeouts.attempt),
            ("idle_body", timeouts.idle_body),
            ("total", timeouts.total),
        ] {
            if limit.is_zero() {
                problems.push(format!("the limit `{name}` is zero; give it some time"));
            }
        }
        if self.body_limit == 0 {
            problems.push("the body limit is zero; give it some bytes".to_owned());
        }
        if self.max_connections == 0 {
            problems.push("the limit `max_connections` is zero; allow at least one".to_owned());
        }
        let transport = self
            .transport_in_use()
            .map_err(|problem| problems.push(problem.to_string()));
        (headers, transport.ok())
    }

    /// The transport that was given, or the real one.
    fn transport_in_use(&self) -> Result<Arc<dyn Transport>, InvalidTransport> {
        if let Some(given) = &self.transport {
            return Ok(Arc::clone(given));
        }
        let mut builder = HttpTransport::builder()
            .connect_timeout(self.timeouts.connect)
            .idle_connections(self.max_connections)
            .proxy(self.proxy.clone());
        for path in &self.ca_files {
            builder = builder.ca_file(path);
        }
        if let Some(resolver) = &self.resolver {
            builder = builder.resolver(Arc::clone(resolver));
        }
        Ok(Arc::new(builder.build()?))
    }

    fn checked_headers(&self, problems: &mut Vec<String>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let own = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")).to_owned();
        let user_agent = (
            header::USER_AGENT.as_str().to_owned(),
            self.user_agent.clone().unwrap_or(own),
        );
        for (name, value) in self.headers.iter().chain([&user_agent]) {
            let parsed = HeaderName::try_from(name.as_str()).ok().zip(
                HeaderValue::try_from(value.as_str())
                    .ok()
                    .filter(|value| is_visible_ascii(value.as_bytes())),
            );
            match parsed {
                Some((name, value)) => {
                    headers.insert(name, value);
                }
                None => problems.push(format!(
                    "the header {} cannot be sent; names are tokens, values visible ASCII without line breaks",
                    name.escape_debug()
                )),
            }
        }
        headers
    }
}
