//! How a client is set up: the builder, and what it refuses.

mod environment;
pub(crate) mod submit_type;

pub use submit_type::SubmitType;

use self::environment::Variables;
use crate::{
    attachments, catalog,
    client::{Client, Parts},
    doubt::origin::Origin,
    error::{Advice, CallAdvice, Error, ErrorKind, Result},
    ids::GroupId,
    messages::{self, submit::MAX_TEXT_UNITS},
    names::names,
    outbox::Outbox,
    service::{self, Service},
    tickets,
    time::ZoneOffset,
};
use hwc_core::{
    Clock, Endpoint, Pipeline, PipelineBuilder, ProxyChoice, RateLimit, RetryPolicy, Timeouts,
    Transport,
    identity::{Identity, Keys, ProvideIdentity, Token},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::{ffi::OsString, fmt, marker::PhantomData, path::PathBuf, sync::Arc, time::Duration};

/// How long an accepted message may stay invisible to reads, unless the builder is told otherwise.
const CONSISTENCY_WINDOW: Duration = Duration::from_secs(10);

/// Which of the two separate clouds the account belongs to. Sent as `X-Site`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Site {
    /// The China site: region `cn-south-1`, host `osm.cn-south-1.myhuaweicloud.com` (D-28).
    #[default]
    China,
    /// The International site: region `ap-southeast-3`, host `osm.ap-southeast-3.myhuaweicloud.com`.
    International,
}

names! {
    Site: "a site" { China = "china", International = "international" }
}

impl Site {
    /// The region the ticket service of this site runs in.
    #[must_use]
    pub fn region(self) -> &'static str {
        match self {
            Self::China => "cn-south-1",
            Self::International => "ap-southeast-3",
        }
    }

    /// The documented address of the ticket service of this site.
    #[must_use]
    pub fn endpoint(self) -> &'static str {
        match self {
            Self::China => "https://osm.cn-south-1.myhuaweicloud.com",
            Self::International => "https://osm.ap-southeast-3.myhuaweicloud.com",
        }
    }

    /// The official variable that overrides the address.
    #[must_use]
    pub fn endpoint_variable(self) -> &'static str {
        match self {
            Self::China => "HUAWEICLOUD_SDK_REGION_OSM_CN_SOUTH_1",
            Self::International => "HUAWEICLOUD_SDK_REGION_OSM_AP_SOUTHEAST_3",
        }
    }

    /// Value of `X-Site`.
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::China => 0,
            Self::International => 1,
        }
    }
}

impl Client {
    /// Starts a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client as the environment describes it: see [`ClientBuilder::from_env`] for what is read.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] names each place where credentials
    /// were looked for; [`ErrorKind::InvalidInput`] names every setting
    /// that cannot be used, all at once.
    // Asynchronous from the start, so that a source that must be asked over the network can be added.
    #[expect(
        clippy::unused_async,
        reason = "part of the contract; see the comment above"
    )]
    pub async fn from_env() -> Result<Self> {
        Self::builder().from_env().build()
    }
}

/// Sets up a [`Client`]. Nothing is sent and nothing is read before [`ClientBuilder::build`], which
/// reports every problem at once.
///
/// ```no_run
/// # fn example() -> hwc_tickets::Result<()> {
/// use hwc_tickets::{Client, Site};
/// let client = Client::builder().site(Site::International).from_env().build()?;
/// # Ok(()) }
/// ```
///
/// Everything by hand:
///
/// ```no_run
/// use hwc_tickets::{
///     Client, FileOutbox, RateLimit, Result, RetryPolicy, Timeouts, Transport, identity::ProvideIdentity,
/// };
/// use std::time::Duration;
///
/// fn tuned(vault: impl ProvideIdentity, network: impl Transport) -> Result<Client> {
///     Client::builder()
///         .time_zone("GMT+8".parse()?)
///         .identity(vault)
///         .transport(network)
///         .timeouts(Timeouts::default().total(Duration::from_secs(20)))
///         .retry(RetryPolicy::standard().max_attempts(4))
///         .rate_limit(RateLimit::per_second(5.0))
///         .outbox(FileOutbox::open("outbox")?)
///         .build()
/// }
/// ```
///
/// `C` is the client that it makes: that of `blocking::Client::builder` (feature `blocking`) makes a blocking one.
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder<C = Client> {
    endpoint: Option<String>,
    site: Option<Site>,
    language: Option<String>,
    time_zone: ZoneOffset,
    group: Option<GroupId>,
    identity: Option<Arc<dyn ProvideIdentity>>,
    timeouts: Timeouts,
    retry: RetryPolicy,
    rate_limit: Option<RateLimit>,
    max_connections: Option<usize>,
    proxy: Option<ProxyChoice>,
    ca_files: Vec<PathBuf>,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    text_limit: Option<usize>,
    submit_type: SubmitType,
    user_agent: Option<String>,
    outbox: Option<Arc<dyn Outbox>>,
    consistency_window: Option<Duration>,
    author_id: Option<String>,
    account: Option<String>,
    variables: Option<Variables>,
    /// What is wrong with credentials that were given.
    problems: Vec<String>,
    makes: PhantomData<fn() -> C>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl ClientBuilder {
    /// Makes the client. Opens no connection.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] when there are none: the error names each place that was looked at.
    /// [`ErrorKind::InvalidInput`] for settings that cannot be used: the error names all of them.
    /// [`ErrorKind::Storage`] when the outbox cannot be read.
    pub fn build(self) -> Result<Client> {
        self.client()
    }
}

impl<C> ClientBuilder<C> {
    pub(crate) fn new() -> Self {
        Self {
            endpoint: None,
            site: None,
            language: None,
            time_zone: ZoneOffset::default(),
            group: None,
            identity: None,
            timeouts: Timeouts::default(),
            retry: RetryPolicy::default(),
            rate_limit: None,
            max_connections: None,
            proxy: None,
            ca_files: Vec::new(),
            transport: None,
            clock: None,
            text_limit: None,
            submit_type: SubmitType::default(),
            user_agent: None,
            outbox: None,
            consistency_window: None,
            author_id: None,
            account: None,
            variables: None,
            problems: Vec::new(),
            makes: PhantomData,
        }
    }

    /// The address of the service, e.g. `https://osm.cn-south-1.myhuaweicloud.com`. Any `https` host may
    /// be named here; plain `http` only for this machine itself. Default: that of the site.
    pub fn endpoint(mut self, address: impl Into<String>) -> Self {
        self.endpoint = Some(address.into());
        self
    }

    /// Which cloud the account belongs to: sets the address and `X-Site`. Default: [`Site::China`].
    pub fn site(mut self, site: Site) -> Self {
        self.site = Some(site);
        self
    }

    /// Language of names in answers, e.g. `en-us`, sent as `X-Language`. Not sent by default: the service
    /// then uses `zh-cn`.
    pub fn language(mut self, tag: impl Into<String>) -> Self {
        self.language = Some(tag.into());
        self
    }

    /// Zone of times in answers, sent as `X-Time-Zone`. Only how the service writes them changes: every
    /// [`MessageTime`](crate::MessageTime) is an instant. Default: GMT+8.
    pub fn time_zone(mut self, zone: ZoneOffset) -> Self {
        self.time_zone = zone;
        self
    }

    /// The user group to act for, needed for colleagues' tickets (D-32). Each call may name another.
    pub fn group(mut self, group: GroupId) -> Self {
        self.group = Some(group);
        self
    }

    /// A token of IAM that is used as it is. It is not renewed: most live 24 hours.
    pub fn token(mut self, token: impl Into<SecretString>) -> Self {
        match Token::new(&token.into()) {
            Ok(token) => self.identity = Some(Arc::new(Identity::from(token))),
            Err(error) => self
                .problems
                .push(format!("the token cannot be used: {error}")),
        }
        self
    }

    /// An access key and its secret: requests are signed (SDK-HMAC-SHA256).
    pub fn keys(
        mut self,
        access: impl Into<SecretString>,
        secret: impl Into<SecretString>,
    ) -> Self {
        match Keys::new(&access.into(), secret.into()) {
            Ok(keys) => self.identity = Some(Arc::new(Identity::from(keys))),
            Err(error) => self
                .problems
                .push(format!("the keys cannot be used: {error}")),
        }
        self
    }

    /// Any other source of identity: IAM password login, temporary keys, a vault.
    pub fn identity(mut self, provider: impl ProvideIdentity) -> Self {
        self.identity = Some(Arc::new(provider));
        self
    }

    /// How long each part of a call may take. Default: 30 s in all.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// How calls are repeated that may be repeated. A submit that may have arrived never is, whatever
    /// stands here.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Most requests per second of this client and its clones together. Default: no limit.
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.rate_limit = Some(limit);
        self
    }

    /// Most requests under way at the same time of this client and its clones together, each on a connection of its own.
    /// Default 64. Of each host as many idle connections are kept; one that nobody used for 20 s is not used again, and is closed
    /// within 20 s more. A call that finds no place waits for one within its deadline; if none becomes free it ends as
    /// [`ErrorKind::Timeout`], and nothing was sent.
    ///
    /// # Errors
    /// [`ClientBuilder::build`] refuses 0.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = Some(connections);
        self
    }

    /// The proxy to use. Default: as the environment says, by the rules of
    /// [`ProxyRules`](crate::transport::ProxyRules). A variable that cannot be used is an error of
    /// [`ClientBuilder::build`] that names it.
    pub fn proxy(mut self, choice: ProxyChoice) -> Self {
        self.proxy = Some(choice);
        self
    }

    /// Trusts the certificates in this PEM file besides those of the system, e.g. of a proxy that opens
    /// the line.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_files.push(path.into());
        self
    }

    /// Sends through another transport: an own HTTP stack, or a scripted one in tests.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Takes the time from another clock. For tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Most UTF-16 units of a text. Default 2000, as documented; some documents say 10000 (D-03).
    pub fn text_limit(mut self, units: usize) -> Self {
        self.text_limit = Some(units);
        self
    }

    /// What to do about the unexplained field `type` of a submit (D-01). Default: send 0.
    pub fn submit_type(mut self, choice: SubmitType) -> Self {
        self.submit_type = choice;
        self
    }

    /// Names the program in `User-Agent`, after name and version of this crate, e.g. `my-bridge/1.2`.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = Some(name.into());
        self
    }

    /// Writes every submit, and every ticket that is opened, down before it is sent, so that a crash loses none: see
    /// [`FileOutbox`](crate::FileOutbox) and [`Client::reconcile_outbox`].
    pub fn outbox(mut self, outbox: impl Outbox) -> Self {
        self.outbox = Some(Arc::new(outbox));
        self
    }

    /// How long a message that the service has taken may stay invisible to reads. Only when two reads
    /// that lie this far apart do not show it, a submit in doubt counts as absent. Default 10 s.
    pub fn consistency_window(mut self, window: Duration) -> Self {
        self.consistency_window = Some(window);
        self
    }

    /// The replier id under which messages of these credentials appear, when it is known. It tells own
    /// messages from those of colleagues with the same text.
    ///
    /// # Errors
    /// [`ClientBuilder::build`] refuses a blank one: no message would count as the caller's own.
    pub fn author_id(mut self, id: impl Into<String>) -> Self {
        self.author_id = Some(id.into());
        self
    }

    /// Names the account of the credentials, in words of your own, where they do not name it themselves: a token, or credentials
    /// of a vault. It is sent nowhere. Records of what was sent hold it and say by it whose they are ([`Client::origin`]), so that a
    /// key or a doubt of one account is never taken for one of another. With an access key it takes the place of the account id: give
    /// it where keys are renewed.
    ///
    /// # Errors
    /// [`ClientBuilder::build`] refuses a blank one: all who leave theirs blank would be one account.
    pub fn account(mut self, name: impl Into<String>) -> Self {
        self.account = Some(name.into());
        self
    }

    /// Takes from the environment what was not set on the builder:
    ///
    /// - address: `HWC_TICKETS_ENDPOINT`, else `HUAWEICLOUD_SDK_REGION_OSM_CN_SOUTH_1` (China) or
    ///   `HUAWEICLOUD_SDK_REGION_OSM_AP_SOUTHEAST_3` (International). Only hosts of Huawei Cloud (below
    ///   `myhuaweicloud.com`, `.eu`, `.cn`, `huaweicloud.com` or `myhwclouds.com`) and this machine: another
    ///   host has to be named by [`ClientBuilder::endpoint`].
    /// - credentials: `HWC_TICKETS_TOKEN`, else `HUAWEICLOUD_SDK_AK` and `HUAWEICLOUD_SDK_SK`, else
    ///   `HWC_IAM_USER`, `HWC_IAM_PASSWORD` and `HWC_IAM_ACCOUNT`, else `~/.huaweicloud/credentials`. When the service
    ///   is on this machine, user and password also need `HUAWEICLOUD_SDK_IAM_ENDPOINT`: they do not go to the real IAM.
    ///
    /// A variable that is empty or blank counts as not set. One that cannot be used, because it is not UTF-8 for
    /// example, is an error that names it; nothing else takes its place.
    ///
    /// Read when [`ClientBuilder::build`] is called.
    pub fn from_env(self) -> Self {
        self.from_variables(|name| std::env::var_os(name))
    }

    /// Like [`ClientBuilder::from_env`], with variables from elsewhere: a test, or a program with its own
    /// configuration.
    pub fn from_variables(
        mut self,
        read: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static,
    ) -> Self {
        self.variables = Some(Variables::new(read));
        self
    }

    /// The client, asynchronous as every one is inside.
    pub(crate) fn client(mut self) -> Result<Client> {
        let mut problems = std::mem::take(&mut self.problems);
        let site = self.site.unwrap_or_default();
        let endpoint = self
            .find_endpoint(site)
            .map_err(|problem| problems.push(problem))
            .ok();
        let user_agent = self.checked_user_agent(&mut problems);
        let language = self.checked_language(&mut problems);
        self.check_rest(&mut problems);
        let identity = match (self.identity.take(), &self.variables) {
            (Some(identity), _) => Ok(identity),
            (None, Some(variables)) => variables.identity(endpoint.as_ref()),
            (None, None) => Err(no_credentials()),
        };
        // What is wrong with the address says nothing of the other settings.
        let address = endpoint
            .clone()
            .map_or_else(|| Endpoint::parse(site.endpoint()), Ok);
        let pipeline = address.map(|address| self.pipeline(address, site, user_agent, language));
        if let Ok(pipeline) = &pipeline
            && (!problems.is_empty() || identity.is_err())
        {
            problems.extend(pipeline.problems());
        }
        // Missing credentials are an error of their own kind, but only when nothing else is wrong.
        let identity = match identity {
            Ok(identity) if problems.is_empty() => identity,
            Err(error) if problems.is_empty() => return Err(error),
            Err(error) => {
                problems.push(error.to_string());
                return Err(invalid(&problems));
            }
            Ok(_) => return Err(invalid(&problems)),
        };
        let (Some(endpoint), Ok(pipeline)) = (endpoint, pipeline) else {
            return Err(invalid(&problems));
        };
        let description = format!("{site:?}, {endpoint}");
        let host = endpoint.authority().to_string();
        let pipeline = pipeline.identity(identity).build();
        let pipeline = Arc::new(pipeline.map_err(|error| invalid(&error.problems))?);

        let mut principal = pipeline.principal();
        if let Some(name) = &self.account {
            principal = principal.with_account("stated", name);
        }
        let consistency_window = self.consistency_window.unwrap_or(CONSISTENCY_WINDOW);
        let tickets = tickets::State::new(self.outbox.clone(), consistency_window);
        let messages = messages::State::new(self.outbox, consistency_window).map_err(|error| {
            Error::local(
                ErrorKind::Storage,
                format!("the outbox cannot be read: {error}"),
            )
            .with_source(error)
        })?;
        Ok(Client::from_parts(Parts {
            clock: pipeline.clock(),
            service: Service::new(pipeline, self.time_zone, self.submit_type),
            group: self.group,
            deadline: self.timeouts.total,
            text_limit: self.text_limit.unwrap_or(MAX_TEXT_UNITS),
            consistency_window,
            author_id: self.author_id,
            origin: Origin::new(host, &principal),
            messages,
            attachments: attachments::State::default(),
            tickets,
            catalog: catalog::State::default(),
            description,
        }))
    }

    /// What carries the calls, but for the identity.
    fn pipeline(
        &mut self,
        address: Endpoint,
        site: Site,
        user_agent: String,
        language: Option<String>,
    ) -> PipelineBuilder {
        let mut pipeline = Pipeline::builder(address)
            .timeouts(self.timeouts)
            .retry(self.retry.clone())
            .error_codes(service::error_codes())
            .default_header("x-site", site.code().to_string())
            .default_header("x-time-zone", self.time_zone.to_string())
            .user_agent(user_agent);
        if let Some(language) = language {
            pipeline = pipeline.default_header("x-language", language);
        }
        if let Some(limit) = self.rate_limit {
            pipeline = pipeline.rate_limit(limit);
        }
        if let Some(connections) = self.max_connections {
            pipeline = pipeline.max_connections(connections);
        }
        if let Some(choice) = self.proxy.take() {
            pipeline = pipeline.proxy(choice);
        }
        for path in std::mem::take(&mut self.ca_files) {
            pipeline = pipeline.ca_file(path);
        }
        if let Some(transport) = self.transport.take() {
            pipeline = pipeline.transport(transport);
        }
        if let Some(clock) = self.clock.take() {
            pipeline = pipeline.clock(clock);
        }
        pipeline
    }

    /// What is wrong with the settings that only this crate knows.
    fn check_rest(&self, problems: &mut Vec<String>) {
        if self.text_limit == Some(0) {
            problems.push("the text limit is 0: no message could be sent".to_owned());
        }
        if let SubmitType::Value(value @ 2..) = self.submit_type {
            problems.push(format!(
                "the submit type is {value}: the documented values are 0 and 1"
            ));
        }
        for (what, name) in [("account", &self.account), ("author id", &self.author_id)] {
            if name.as_ref().is_some_and(|name| name.trim().is_empty()) {
                problems.push(format!(
                    "the {what} is blank: name it, or leave it out where it is not known"
                ));
            }
        }
    }

    fn find_endpoint(&self, site: Site) -> Result<Endpoint, String> {
        if let Some(address) = &self.endpoint {
            return Endpoint::parse(address).map_err(|error| error.to_string());
        }
        match self
            .variables
            .as_ref()
            .and_then(|variables| variables.endpoint(site))
        {
            Some(found) => found,
            None => Endpoint::parse(site.endpoint()).map_err(|error| error.to_string()),
        }
    }

    fn checked_user_agent(&self, problems: &mut Vec<String>) -> String {
        let own = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
        match &self.user_agent {
            None => own.to_owned(),
            Some(name) => {
                if name.is_empty()
                    || name.len() > 128
                    || !name.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
                {
                    problems
                        .push("the user agent is not 1 to 128 visible ASCII characters".to_owned());
                    return own.to_owned();
                }
                format!("{own} {name}")
            }
        }
    }

    fn checked_language(&self, problems: &mut Vec<String>) -> Option<String> {
        let tag = self.language.clone()?;
        if tag.is_empty()
            || tag.len() > 32
            || !tag
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        {
            problems.push(
                "the language is not a tag such as en-us (1 to 32 letters, digits, - or _)"
                    .to_owned(),
            );
            return None;
        }
        Some(tag)
    }
}

fn invalid(problems: &[String]) -> Error {
    Error::local(ErrorKind::InvalidInput, problems.join("; ")).with_operation("build client")
}

fn no_credentials() -> Error {
    Error::local(
        ErrorKind::Credentials,
        "no credentials: none were given to the builder, and the environment was not read",
    )
    .with_operation("build client")
    .with_advice(Advice::Call(CallAdvice::GiveCredentials))
    .with_help("Give a token, keys or another identity to the builder, or call from_env() on it.")
}

/// Shows no credentials.
impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("endpoint", &self.endpoint)
            .field("site", &self.site)
            .field("has_identity", &self.identity.is_some())
            .field("from_environment", &self.variables.is_some())
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}
