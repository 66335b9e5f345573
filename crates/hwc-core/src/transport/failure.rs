//! Why a request got no answer, or only half of one.

use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt};

/// Where the connection failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportFaultKind {
    /// The name of the host could not be resolved.
    Resolve,
    /// No connection: refused, unreachable, proxy said no, or too slow.
    Connect,
    /// No connection, because the proxy wants a user name and a password.
    ProxyLogin,
    /// The TLS handshake failed. Trying again would fail again.
    Tls(TlsFlaw),
    /// The line broke after the connection stood.
    Interrupted,
    /// What came back is not HTTP.
    Malformed,
    /// The head of the answer is larger than any this service sends.
    HeadTooLarge,
    /// More interim answers (1xx) came before the answer than any service sends.
    TooManyInterim,
    /// The transport cannot send such a request at all. Nothing was sent.
    Unsendable,
    /// The source of the request's body failed while it was read. The request was broken off.
    Source,
}

/// What is wrong with the other side's TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TlsFlaw {
    /// The certificate has run out.
    Expired,
    /// The certificate is not valid yet. Often the local clock is wrong.
    NotYetValid,
    /// The certificate is for another host name.
    WrongHost,
    /// No trusted authority signed the certificate: self-signed, or a private authority.
    UnknownAuthority,
    /// This machine names no authority to trust, so no certificate can be checked.
    NoAuthorities,
    /// The certificate was withdrawn by its issuer.
    Revoked,
    /// The certificate is broken or not made for a server.
    BadCertificate,
    /// No common protocol version or cipher. Below TLS 1.2 nothing is spoken.
    NoCommonProtocol,
    /// The other side does not speak TLS on this port.
    NotTls,
    /// Another failure of the handshake. What a later version stored and this one has no name for is read so.
    #[serde(other)]
    Handshake,
}

impl TlsFlaw {
    /// What is wrong, in a few words.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Expired => "the certificate of the server has expired",
            Self::NotYetValid => "the certificate of the server is not valid yet",
            Self::WrongHost => "the certificate of the server is for another host",
            Self::UnknownAuthority => {
                "the certificate of the server is self-signed or from an unknown authority"
            }
            Self::NoAuthorities => "this machine has no CA certificates to check the server with",
            Self::Revoked => "the certificate of the server was revoked",
            Self::BadCertificate => "the certificate of the server is not acceptable",
            Self::NoCommonProtocol => "the server offers no TLS version or cipher that is accepted",
            Self::NotTls => "the server does not speak TLS on this port",
            Self::Handshake => "the TLS handshake failed",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::Expired => {
                "check the clock of this machine; if it is right, the operator of the server or of an inspecting proxy must renew the certificate"
            }
            Self::NotYetValid => "check the clock and the date of this machine",
            Self::WrongHost => {
                "check the endpoint for a typing mistake; a proxy or captive portal may be answering in its place"
            }
            Self::UnknownAuthority => {
                "if your network inspects TLS, give the certificate of its authority as extra CA file; otherwise somebody else is answering"
            }
            Self::NoAuthorities => {
                "install the ca-certificates package of the operating system, set SSL_CERT_FILE, or name an extra CA file"
            }
            Self::Revoked => "do not send credentials to this server; tell its operator",
            Self::BadCertificate => {
                "check the endpoint; the operator of the server or of an inspecting proxy must replace the certificate"
            }
            Self::NoCommonProtocol => {
                "the server or an inspecting proxy is too old: TLS 1.2 or newer is needed"
            }
            Self::NotTls => {
                "check the port of the endpoint and the proxy settings; plain HTTP answers where HTTPS is expected"
            }
            Self::Handshake => "check the endpoint and the proxy settings, and try again later",
        }
    }
}

/// Why a request got no answer, or only half of one.
///
/// Its texts hold no address but that of a proxy, no header and no body. Made by transports, read by the pipeline, and found as
/// the source of a [`Fault`](crate::Fault).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TransportFault {
    /// Where the connection failed.
    pub kind: TransportFaultKind,
    /// Whether the service may have got the request.
    pub body_started: bool,
    /// The system's own words, e.g. `Connection refused`, and the proxy on the way, without its login. No other
    /// address, no header, no body text.
    pub detail: Cow<'static, str>,
}

impl TransportFault {
    /// A failure of `kind`. Before the connection stood nothing can have arrived; after that the
    /// request may have, until [`TransportFault::not_arrived`] says otherwise.
    #[cold]
    pub fn new(kind: TransportFaultKind, detail: impl Into<Cow<'static, str>>) -> Self {
        let body_started = matches!(
            kind,
            TransportFaultKind::Interrupted
                | TransportFaultKind::Malformed
                | TransportFaultKind::HeadTooLarge
                | TransportFaultKind::TooManyInterim
                | TransportFaultKind::Source
        );
        Self {
            kind,
            body_started,
            detail: detail.into(),
        }
    }

    /// A failure before the connection stood.
    pub(super) fn connect(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(TransportFaultKind::Connect, detail)
    }

    /// The same, with the proof that the service cannot have got the request.
    #[must_use]
    pub fn not_arrived(mut self) -> Self {
        self.body_started = false;
        self
    }
}

impl fmt::Display for TransportFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            TransportFaultKind::Resolve => "cannot resolve the name of the host",
            TransportFaultKind::Connect | TransportFaultKind::ProxyLogin => "cannot connect",
            TransportFaultKind::Tls(flaw) => flaw.meaning(),
            TransportFaultKind::Interrupted if self.body_started => {
                "the connection broke before the whole answer was there"
            }
            TransportFaultKind::Interrupted => "the connection broke before the request was sent",
            TransportFaultKind::Malformed => "the answer is not HTTP",
            TransportFaultKind::HeadTooLarge => {
                "the head of the answer is larger than 64 KiB, or has more than 100 header lines"
            }
            TransportFaultKind::TooManyInterim => {
                "the answer did not come, only more than 100 interim answers (1xx)"
            }
            TransportFaultKind::Unsendable => "the request cannot be sent",
            TransportFaultKind::Source => "the body of the request could not be read to its end",
        };
        formatter.write_str(what)?;
        if !self.detail.is_empty() {
            write!(formatter, " ({})", self.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for TransportFault {}
