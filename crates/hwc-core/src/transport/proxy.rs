//! Which way a request goes: through a proxy or directly.
//!
//! Decided here and nowhere else, from the text of the variables; the HTTP engine reads none of them. Whoever
//! reports the way ([`HttpTransport::route_to`](super::HttpTransport::route_to)) reports this decision.

mod address;
mod exceptions;

use std::fmt;

use url::{Host, Url};

use self::exceptions::Exceptions;
use crate::variables::{self, ReadVariable};

/// Variables that name a proxy for https, in the order they count.
const PROXY: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// Variables that name hosts without a proxy, in the order they count.
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// What is said about proxies: the proxy, and the hosts it is not used for.
///
/// Read from `HTTPS_PROXY`, `https_proxy`, `ALL_PROXY`, `all_proxy` (the first that is set counts) and
/// `NO_PROXY`, `no_proxy`. A variable that is empty or blank counts as not set. `HTTP_PROXY` is for plain http,
/// which only goes to this machine itself, so it is not read; `REQUEST_METHOD` changes nothing, because no
/// header of a web request can set the others.
///
/// - The proxy is `http://host:port` or `https://host:port`, with or without a user and password; without a
///   scheme it is http. White space around it is cut off. In user and password `%XX` is decoded, and everything
///   else but `/`, `?`, `#` and a lone `%` may stand as it is. SOCKS is not supported.
/// - The entries of `NO_PROXY` are separated by commas or blanks: a domain with everything below it (`d`, `.d`
///   and `*.d` are the same, and so is a dot at the end), an address, a network (`10.0.0.0/8`), or a pattern
///   with `*`. `*` alone is every host and address. With `:port` an entry holds for that port only.
///
/// What cannot be used is an [`InvalidProxy`]; it never counts as not set.
#[derive(Clone)]
pub struct ProxyRules {
    named: Option<Named>,
    exceptions: Exceptions,
    /// When no variable names a proxy, the settings of the operating system apply.
    is_system_asked: bool,
}

/// A proxy and who named it.
#[derive(Clone)]
struct Named {
    setting: &'static str,
    /// With the login in it.
    address: Url,
}

/// The way of a request. Shows no password.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyRoute {
    /// Directly: no proxy is named.
    NoProxy,
    /// Directly: it is this machine itself or its metadata service. A proxy that is named by `unused` is not
    /// for them.
    Near {
        /// What names the proxy, if anything.
        unused: Option<&'static str>,
    },
    /// Directly: the host is an exception.
    Excepted {
        /// What names the proxy.
        unused: &'static str,
        /// The variable with the exceptions.
        setting: &'static str,
        /// The entry that fits.
        entry: String,
    },
    /// Through this proxy.
    Proxy {
        /// What names it.
        setting: &'static str,
        /// Its address without user and password.
        address: String,
        /// Whether a user, and perhaps a password, is sent to it.
        has_login: bool,
    },
    /// As the settings of the operating system say: no variable names a proxy.
    System,
}

/// A setting about proxies that cannot be used. Never shows a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} cannot be used: {flaw}")]
pub struct InvalidProxy {
    setting: &'static str,
    flaw: String,
}

impl InvalidProxy {
    fn new(setting: &'static str, flaw: impl Into<String>) -> Self {
        Self {
            setting,
            flaw: flaw.into(),
        }
    }

    /// The variable, or `the proxy address` for one that the program gave.
    #[must_use]
    pub fn setting(&self) -> &'static str {
        self.setting
    }
}

impl ProxyRules {
    /// Never a proxy.
    pub(super) fn direct() -> Self {
        Self {
            named: None,
            exceptions: Exceptions::default(),
            is_system_asked: false,
        }
    }

    /// Always this proxy, which the program names.
    pub(super) fn given(address: &str) -> Result<Self, InvalidProxy> {
        const SETTING: &str = "the proxy address";
        let named = Named {
            setting: SETTING,
            address: address::parse(SETTING, address)?,
        };
        Ok(Self {
            named: Some(named),
            ..Self::direct()
        })
    }

    /// What the variables say, looked up with `read`.
    ///
    /// # Errors
    /// [`InvalidProxy`] names the variable that cannot be used, and says why.
    pub fn from_variables(read: ReadVariable<'_>) -> Result<Self, InvalidProxy> {
        let Some((setting, text)) = first(read, &PROXY)? else {
            return Ok(Self {
                is_system_asked: cfg!(any(windows, target_os = "macos")),
                ..Self::direct()
            });
        };
        let address = address::parse(setting, &text)?;
        // Without a proxy there is nothing to except.
        let exceptions = match first(read, &NO_PROXY)? {
            Some((setting, text)) => Exceptions::parse(setting, &text)?,
            None => Exceptions::default(),
        };
        Ok(Self {
            named: Some(Named { setting, address }),
            exceptions,
            is_system_asked: false,
        })
    }

    /// Whether the settings of the operating system apply.
    pub(super) fn is_system_asked(&self) -> bool {
        self.is_system_asked
    }

    /// The address of the proxy with its login.
    pub(super) fn address(&self) -> Option<&Url> {
        self.named.as_ref().map(|named| &named.address)
    }

    /// The way to `port` of `host`.
    fn route(&self, host: &Host<&str>, port: u16) -> ProxyRoute {
        let named = self.named.as_ref();
        if is_near(host) {
            return ProxyRoute::Near {
                unused: named.map(|named| named.setting),
            };
        }
        let Some(named) = named else {
            return match self.is_system_asked {
                true => ProxyRoute::System,
                false => ProxyRoute::NoProxy,
            };
        };
        if let Some((setting, entry)) = self.exceptions.entry_for(host, port) {
            return ProxyRoute::Excepted {
                unused: named.setting,
                setting,
                entry: entry.to_owned(),
            };
        }
        let mut address = named.address.clone();
        let has_login = !address.username().is_empty() || address.password().is_some();
        // An address with a host takes both.
        let _ = address.set_username("");
        let _ = address.set_password(None);
        ProxyRoute::Proxy {
            setting: named.setting,
            address: address.as_str().trim_end_matches('/').to_owned(),
            has_login,
        }
    }

    /// The way to `port` of `host`. `None` when `host` is not one.
    #[must_use]
    pub fn route_to(&self, host: &str, port: u16) -> Option<ProxyRoute> {
        let host = match host.parse() {
            Ok(address) => Host::Ipv6(address),
            Err(_) => Host::parse(host).ok()?,
        };
        Some(self.route(&borrowed(&host), port))
    }

    /// Whether the way to `port` of `host` may lead through a proxy.
    pub(super) fn is_proxied(&self, host: &Host<&str>, port: u16) -> bool {
        !is_near(host)
            && (self.is_system_asked || self.named.is_some())
            && self.exceptions.entry_for(host, port).is_none()
    }
}

/// The same host without its own text.
pub(super) fn borrowed(host: &Host<String>) -> Host<&str> {
    match host {
        Host::Domain(name) => Host::Domain(name.as_str()),
        Host::Ipv4(address) => Host::Ipv4(*address),
        Host::Ipv6(address) => Host::Ipv6(*address),
    }
}

/// This machine itself and the link-local metadata service: never through a proxy.
pub(super) fn is_near(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback() || address.is_link_local(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// The first variable that is set, and its text.
fn first(
    read: ReadVariable<'_>,
    names: &[&'static str],
) -> Result<Option<(&'static str, String)>, InvalidProxy> {
    for &name in names {
        let text = variables::text(read, name).map_err(|_| {
            InvalidProxy::new(name, "it is not UTF-8 text; set it again, or unset it")
        })?;
        if let Some(text) = text {
            return Ok(Some((name, text)));
        }
    }
    Ok(None)
}

/// Without the login.
impl fmt::Debug for ProxyRules {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ProxyRules")
            .field("named_by", &self.named.as_ref().map(|named| named.setting))
            .finish_non_exhaustive()
    }
}

/// As people read it.
impl fmt::Display for ProxyRoute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProxy | Self::Near { unused: None } => formatter.write_str("none"),
            Self::Near {
                unused: Some(unused),
            } => write!(
                formatter,
                "none: {unused} is not used for this machine itself"
            ),
            Self::Excepted {
                unused,
                setting,
                entry,
            } => write!(
                formatter,
                "none: {setting} excepts this host ({entry}), so {unused} is not used"
            ),
            Self::Proxy {
                setting,
                address,
                has_login,
            } => {
                let login = if *has_login { ", with a login" } else { "" };
                write!(formatter, "{address}, from {setting}{login}")
            }
            Self::System => formatter.write_str("as the settings of this system say"),
        }
    }
}
