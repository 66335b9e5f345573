//! What is wrong with the other side's TLS, out of the errors of the engine.

use std::{error::Error, io};

use rustls::{AlertDescription, CertificateError};

use super::verifier::NoAuthorities;
use crate::transport::failure::TlsFlaw;

/// The flaw behind an error of the HTTP engine, if TLS is what failed.
pub(in crate::transport) fn flaw(error: &(dyn Error + 'static)) -> Option<TlsFlaw> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(flaw_of(tls));
        }
        next = cause(error);
    }
    None
}

/// The cause of an error. `io::Error::source` skips the error it wraps, which is the one wanted here.
pub(in crate::transport) fn cause<'a>(
    error: &'a (dyn Error + 'static),
) -> Option<&'a (dyn Error + 'static)> {
    if let Some(inner) = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        return Some(inner);
    }
    error.source()
}

fn flaw_of(error: &rustls::Error) -> TlsFlaw {
    match error {
        rustls::Error::InvalidCertificate(flaw) => flaw_of_certificate(flaw),
        rustls::Error::InvalidMessage(_)
        | rustls::Error::InappropriateMessage { .. }
        | rustls::Error::PeerSentOversizedRecord => TlsFlaw::NotTls,
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(
            AlertDescription::ProtocolVersion
            | AlertDescription::HandshakeFailure
            | AlertDescription::InsufficientSecurity
            | AlertDescription::NoApplicationProtocol,
        ) => TlsFlaw::NoCommonProtocol,
        rustls::Error::AlertReceived(AlertDescription::UnrecognisedName)
        | rustls::Error::UnsupportedNameType => TlsFlaw::WrongHost,
        rustls::Error::NoCertificatesPresented => TlsFlaw::BadCertificate,
        rustls::Error::Other(other) if other.0.is::<NoAuthorities>() => TlsFlaw::NoAuthorities,
        _ => TlsFlaw::Handshake,
    }
}

fn flaw_of_certificate(flaw: &CertificateError) -> TlsFlaw {
    match flaw {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFlaw::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFlaw::NotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsFlaw::WrongHost
        }
        CertificateError::Revoked => TlsFlaw::Revoked,
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            TlsFlaw::UnknownAuthority
        }
        // A self-signed authority that presents itself as the server.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            TlsFlaw::UnknownAuthority
        }
        _ => TlsFlaw::BadCertificate,
    }
}
