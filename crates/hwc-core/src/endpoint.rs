//! Where requests go: a checked base address.

use std::{fmt, str::FromStr};

use http::uri::{Authority, Scheme};
use url::{Host, Url};

/// Domains that Huawei Cloud serves its interfaces under.
///
/// Sources: the region tables of the official SDKs (for Python, Go, Java and PHP, all services), which know
/// `.com` for all regions, `.cn` for some services in China, this one among them (D-28), and `.eu` for
/// `eu-west-101`; their manuals, "IAM endpoint configuration", with `iam.eu-west-101.myhuaweicloud.eu`;
/// `myhwclouds.com` is the name of the first years, still served for storage.
const HUAWEI_CLOUD: [&str; 5] = [
    "myhuaweicloud.com",
    "myhuaweicloud.eu",
    "myhuaweicloud.cn",
    "huaweicloud.com",
    "myhwclouds.com",
];

/// The base address of a service: scheme, host and port, nothing else.
///
/// Always `https`, with one exception: `http` to this machine itself (`localhost`, `127.0.0.0/8`,
/// `[::1]`), which needs no flag. Credentials are sent to this address only.
///
/// ```
/// use hwc_core::Endpoint; // the same as `hwc_tickets::Endpoint`
/// let endpoint: Endpoint = "https://osm.cn-south-1.myhuaweicloud.com".parse()?;
/// assert!(endpoint.is_huawei_cloud());
/// assert!("http://example.com".parse::<Endpoint>().is_err());
/// # Ok::<(), hwc_core::endpoint::InvalidEndpoint>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    scheme: Scheme,
    authority: Authority,
    /// Host without port, lower case, IPv6 in brackets.
    host: String,
    loopback: bool,
}

/// Why a text is not the address of a service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEndpoint {
    /// Not an absolute address.
    #[error("the endpoint is not an address; write it as `https://host` or `https://host:port`")]
    NotAnAddress,
    /// Credentials would travel in the clear.
    #[error(
        "the endpoint must begin with `https://`; plain `http://` is only for this machine itself (localhost)"
    )]
    NotHttps,
    /// A user name or password stands in the address.
    #[error("the endpoint must not hold a user name or password; give credentials separately")]
    UserInfo,
    /// A path, query or fragment follows the host.
    #[error("the endpoint must end after host and port; leave path, query and fragment out")]
    MoreThanAHost,
    /// The address came from the environment or a profile and is neither Huawei Cloud nor this machine.
    #[error(
        "the endpoint {host} is not a host of Huawei Cloud (below {domains}), and an address from a variable or a file is trusted with credentials only if it is", domains = HUAWEI_CLOUD.join(", ")
    )]
    NotTrusted {
        /// The host that was named.
        host: String,
    },
}

impl Endpoint {
    /// Reads an address that the user named explicitly. Any `https` host is allowed.
    ///
    /// # Errors
    /// [`InvalidEndpoint`] says what the address must look like.
    pub fn parse(text: &str) -> Result<Self, InvalidEndpoint> {
        let url = Url::parse(text.trim()).map_err(|_| InvalidEndpoint::NotAnAddress)?;
        let loopback = match url.host() {
            None => return Err(InvalidEndpoint::NotAnAddress),
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
        };
        let scheme = match url.scheme() {
            "https" => Scheme::HTTPS,
            "http" if loopback => Scheme::HTTP,
            "http" => return Err(InvalidEndpoint::NotHttps),
            _ => return Err(InvalidEndpoint::NotHttps),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidEndpoint::UserInfo);
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidEndpoint::MoreThanAHost);
        }
        let host = url
            .host_str()
            .ok_or(InvalidEndpoint::NotAnAddress)?
            .to_owned();
        let authority = match url.port() {
            Some(port) => Authority::from_maybe_shared(format!("{host}:{port}")),
            None => Authority::from_maybe_shared(host.clone()),
        }
        .map_err(|_| InvalidEndpoint::NotAnAddress)?;
        Ok(Self {
            scheme,
            authority,
            host,
            loopback,
        })
    }

    /// Reads an address found in the environment or a profile file: only hosts of Huawei
    /// Cloud and this machine itself, because whoever can set a variable must not be able to collect
    /// credentials.
    ///
    /// # Errors
    /// [`InvalidEndpoint`], with [`InvalidEndpoint::NotTrusted`] for any other host.
    pub fn parse_from_environment(text: &str) -> Result<Self, InvalidEndpoint> {
        let endpoint = Self::parse(text)?;
        if endpoint.is_huawei_cloud() || endpoint.is_loopback() {
            Ok(endpoint)
        } else {
            Err(InvalidEndpoint::NotTrusted {
                host: endpoint.host,
            })
        }
    }

    /// Whether this is the machine itself.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Whether the host stands under a domain of Huawei Cloud.
    #[must_use]
    pub fn is_huawei_cloud(&self) -> bool {
        HUAWEI_CLOUD.iter().any(|domain| {
            self.host
                .strip_suffix(domain)
                .is_some_and(|front| front.ends_with('.'))
        })
    }

    /// The host without port.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// `https`, or `http` for this machine itself.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Host, and port where it is not the usual one.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Whether `uri` goes to this address: scheme, host and port.
    #[must_use]
    pub fn is_origin_of(&self, uri: &http::Uri) -> bool {
        let usual = if self.scheme == Scheme::HTTPS {
            443
        } else {
            80
        };
        uri.scheme() == Some(&self.scheme)
            && uri
                .host()
                .is_some_and(|host| host.eq_ignore_ascii_case(&self.host))
            && uri.port_u16().unwrap_or(usual) == self.authority.port_u16().unwrap_or(usual)
            && uri
                .authority()
                .is_some_and(|authority| !authority.as_str().contains('@'))
    }
}

impl FromStr for Endpoint {
    type Err = InvalidEndpoint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// Without a slash at its end.
impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme, self.authority)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Endpoint({self})")
    }
}
