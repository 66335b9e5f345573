//! Who the caller is: tokens, keys, and where they come from.
//!
//! A [`ProvideIdentity`] is asked before every attempt and gives an [`Identity`]: a token, or keys to
//! sign with. A fixed identity provides itself; whatever must be fetched stands behind a
//! [`CachedIdentity`], which fetches once for many callers. How a request is signed is in
//! [`crate::sign`]; what an answer of the service means is not decided here.

use std::{
    fmt::{self, Debug},
    future::Future,
    pin::Pin,
    sync::Arc,
};

use http::{HeaderMap, HeaderName, header};
use jiff::Timestamp;

use crate::{
    clock::Clock,
    sign::X_SDK_DATE,
    transport::{RequestBody, Transport},
};

mod asking;
mod cache;
mod chain;
mod environment;
mod error;
mod exchange;
mod found;
mod iam;
mod keys;
mod metadata;
mod principal;
mod profile;
mod token;

use asking::Asking;
pub use cache::{CachedIdentity, FetchIdentity, Fetched};
pub use chain::IdentityChain;
pub use error::{IdentityError, IdentityErrorKind, Tried};
pub use found::Found;
pub use iam::{IamPassword, IamScope, IamUser, iam_endpoint};
pub use keys::Keys;
pub use metadata::MetadataKeys;
pub use principal::Principal;
pub use token::Token;

#[doc(inline)]
pub use crate::variables::{ReadVariable, process_environment};

/// Carries a token.
pub const X_AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
/// Carries the security token of temporary keys.
pub const X_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-security-token");
/// Names the account the keys act for.
pub const X_DOMAIN_ID: HeaderName = HeaderName::from_static("x-domain-id");
/// Names the project the keys act for.
pub const X_PROJECT_ID: HeaderName = HeaderName::from_static("x-project-id");

/// The headers of identity.
static OF_IDENTITY: [HeaderName; 6] = [
    header::AUTHORIZATION,
    X_AUTH_TOKEN,
    X_SDK_DATE,
    X_SECURITY_TOKEN,
    X_DOMAIN_ID,
    X_PROJECT_ID,
];

/// A boxed future of a provider.
pub type IdentityFuture<'a, T> =
    Pin<Box<dyn Future<Output = Result<T, IdentityError>> + Send + 'a>>;

/// Gives the identity to use, for example out of a vault.
///
/// For something that must be fetched, implement [`FetchIdentity`] and wrap it in a [`CachedIdentity`]:
/// it brings early renewal and a single fetch for many callers.
pub trait ProvideIdentity: Debug + Send + Sync + 'static {
    /// The identity to use now: cached, renewed early, fetched once for many callers.
    ///
    /// # Errors
    /// [`IdentityError`] when there is none: what was tried, and what to do.
    fn identity<'a>(&'a self, context: &'a IdentityContext) -> IdentityFuture<'a, Identity>;

    /// The service refused `identity`: drop that generation of it, and no newer one.
    ///
    /// `true` when asking again can give another one. A fixed token or fixed keys give `false`.
    fn refused(&self, identity: &Identity) -> bool;

    /// The service took `identity`: it answered a call that was made with it.
    ///
    /// Called after each such call, so it should be cheap. A provider that grows suspicious after
    /// refusals learns here that its credentials work. Does nothing by default.
    fn accepted(&self, _identity: &Identity) {}

    /// Who the credentials are of, as far as it is known without asking anybody. The same for as long as the provider lives.
    /// Unknown by default.
    fn principal(&self) -> Principal {
        Principal::unknown()
    }
}

impl<P: ProvideIdentity + ?Sized> ProvideIdentity for Arc<P> {
    fn identity<'a>(&'a self, context: &'a IdentityContext) -> IdentityFuture<'a, Identity> {
        (**self).identity(context)
    }

    fn refused(&self, identity: &Identity) -> bool {
        (**self).refused(identity)
    }

    fn accepted(&self, identity: &Identity) {
        (**self).accepted(identity);
    }

    fn principal(&self) -> Principal {
        (**self).principal()
    }
}

/// What a provider may use: the time and the network of the pipeline that asks.
#[derive(Debug, Clone)]
pub struct IdentityContext {
    /// The time, and sleeping.
    pub clock: Arc<dyn Clock>,
    /// The network.
    pub transport: Arc<dyn Transport>,
    /// For whoever stops waiting.
    pub(crate) asking: Asking,
}

impl IdentityContext {
    /// A context of this clock and this transport.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, transport: Arc<dyn Transport>) -> Self {
        Self {
            clock,
            transport,
            asking: Asking::default(),
        }
    }
}

/// One identity, as it was at one moment. Cheap to clone; its parts always belong together.
#[derive(Clone)]
pub struct Identity {
    material: Arc<Material>,
    generation: u64,
}

impl From<Token> for Identity {
    fn from(token: Token) -> Self {
        Self::token(token)
    }
}

impl From<Keys> for Identity {
    fn from(keys: Keys) -> Self {
        Self::keys(keys)
    }
}

/// What proves an identity.
enum Material {
    Token(Token),
    Keys(Keys),
}

impl Identity {
    /// An identity proven by a token.
    #[must_use]
    pub fn token(token: Token) -> Self {
        Self {
            material: Arc::new(Material::Token(token)),
            generation: 0,
        }
    }

    /// An identity proven by signing with keys.
    #[must_use]
    pub fn keys(keys: Keys) -> Self {
        Self {
            material: Arc::new(Material::Keys(keys)),
            generation: 0,
        }
    }

    /// The same identity as the `generation`-th of its provider. A cache counts from 1.
    #[must_use]
    pub fn with_generation(self, generation: u64) -> Self {
        Self { generation, ..self }
    }

    /// Which fetch of its provider it came from; 0 when it was not fetched.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// When it ends, by the clock of who issued it; `None` when that is not known.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        match &*self.material {
            Material::Token(token) => token.expires_at(),
            Material::Keys(keys) => keys.expires_at(),
        }
    }

    /// The identity, or why a fixed one cannot be used any more.
    fn unless_ended(self, clock: &dyn Clock) -> Result<Self, IdentityError> {
        match self.expires_at().filter(|end| *end <= clock.now()) {
            None => Ok(self),
            Some(end) => Err(IdentityError::expired(self.is_signed(), end)),
        }
    }

    /// Whether requests are signed, and so depend on the clock.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        matches!(&*self.material, Material::Keys(_))
    }

    /// Puts the identity on a request: the token, or the signature of exactly what will be sent.
    ///
    /// Call it anew for each attempt, as the last step before sending: a signature holds for 15 minutes
    /// around its time. Whatever an earlier attempt or the caller put into the headers of identity is
    /// replaced. A body that is streamed is not signed, and the request says so. For signing, the query is brought into canonical form and a `Host` header is added.
    /// `now` is the time of the service as well as it is known.
    ///
    /// # Errors
    /// [`IdentityErrorKind::Insecure`] when the address is plain `http` to anything but this machine,
    /// [`IdentityErrorKind::Invalid`] when the request cannot be signed. The request is then not to be sent.
    pub fn authorize(
        &self,
        request: &mut http::Request<RequestBody>,
        now: Timestamp,
    ) -> Result<(), IdentityError> {
        refuse_plain_http(request.uri())?;
        let headers = request.headers_mut();
        if OF_IDENTITY.iter().any(|name| headers.contains_key(name)) {
            take_off(headers);
        }
        match &*self.material {
            Material::Token(token) => token.put_on(headers),
            Material::Keys(keys) => keys.sign(request, now)?,
        }
        Ok(())
    }
}

/// A fixed identity: gives itself until it ends, and is never renewed.
impl ProvideIdentity for Identity {
    fn identity<'a>(&'a self, context: &'a IdentityContext) -> IdentityFuture<'a, Identity> {
        Box::pin(std::future::ready(
            self.clone().unless_ended(&*context.clock),
        ))
    }

    fn refused(&self, _: &Identity) -> bool {
        false
    }

    fn principal(&self) -> Principal {
        match &*self.material {
            Material::Token(_) => Principal::unknown(),
            Material::Keys(keys) => keys.whose(),
        }
    }
}

/// A fixed token: gives itself until it ends, and is never renewed.
impl ProvideIdentity for Token {
    fn identity<'a>(&'a self, context: &'a IdentityContext) -> IdentityFuture<'a, Identity> {
        let identity = Identity::token(self.clone());
        Box::pin(std::future::ready(identity.unless_ended(&*context.clock)))
    }

    fn refused(&self, _: &Identity) -> bool {
        false
    }
}

/// Fixed keys: give themselves until they end, and are never renewed.
impl ProvideIdentity for Keys {
    fn identity<'a>(&'a self, context: &'a IdentityContext) -> IdentityFuture<'a, Identity> {
        let identity = Identity::keys(self.clone());
        Box::pin(std::future::ready(identity.unless_ended(&*context.clock)))
    }

    fn refused(&self, _: &Identity) -> bool {
        false
    }

    fn principal(&self) -> Principal {
        self.whose()
    }
}

impl Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.is_signed() {
            "Identity::Keys"
        } else {
            "Identity::Token"
        };
        formatter
            .debug_struct(name)
            .field("generation", &self.generation)
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}

/// Takes off whatever an earlier attempt or the caller put into the headers of identity.
#[cold]
#[inline(never)]
fn take_off(headers: &mut HeaderMap) {
    for name in &OF_IDENTITY {
        headers.remove(name);
    }
}

/// Refuses to hand a credential to a line anybody can read.
fn refuse_plain_http(uri: &http::Uri) -> Result<(), IdentityError> {
    match uri.scheme_str() == Some("http") && !uri.host().is_some_and(is_loopback) {
        true => Err(plain_http()),
        false => Ok(()),
    }
}

#[cold]
#[inline(never)]
fn plain_http() -> IdentityError {
    IdentityError::new(
        IdentityErrorKind::Insecure,
        "the address is plain http, and credentials are not sent over it",
        "use an https address; plain http is for this machine only (localhost, 127.0.0.1, [::1])",
    )
}

/// Whether a host, as it stands in an address, is this machine.
fn is_loopback(host: &str) -> bool {
    // As it is written nearly always: no address is read then.
    if matches!(host, "localhost" | "127.0.0.1") {
        return true;
    }
    let bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host);
    bare.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
