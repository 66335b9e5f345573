//! What is wrong with the other side's TLS, out of the errors of the engine.

use std::error::Error;

use rustls::{AlertDescription, CertificateError};

use super::verifier::NoAuthorities;
use crate::transport::{causes::find, failure::TlsFlaw};

/// The flaw behind an error of the HTTP engine, if TLS is what failed.
pub(in crate::transport) fn flaw(error: &(dyn Error + 'static)) -> Option<TlsFlaw> {
    find(error).map(flaw_of)
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
