//! TLS: rustls with the ring provider, trusting what the operating system trusts.

use std::{error::Error, io, path::PathBuf, sync::Arc};

use rustls::{
    AlertDescription, CertificateError, ClientConfig, crypto::CryptoProvider,
    pki_types::CertificateDer,
};
use rustls_platform_verifier::Verifier;

use super::failure::TlsFlaw;

/// Why TLS could not be set up on this machine.
#[derive(Debug, thiserror::Error)]
pub(super) enum TlsSetup {
    #[error("cannot read the CA file {}: {source}; check the path and its permissions", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("the CA file {} holds no certificate; it must be PEM with `BEGIN CERTIFICATE`", path.display())]
    NoCertificate { path: PathBuf },
    #[error(
        "no trusted CA certificates on this machine ({0}); install the ca-certificates package or name an extra CA file"
    )]
    NoRoots(rustls::Error),
    #[error("the TLS provider refuses its own defaults ({0})")]
    Provider(rustls::Error),
}

/// The TLS settings of every connection: version 1.2 or newer, HTTP/1.1, certificates always checked.
///
/// The provider is given explicitly, so nothing depends on a process-wide default unless asked for.
pub(super) fn client_config(extra_ca: &[PathBuf]) -> Result<ClientConfig, TlsSetup> {
    let provider = provider();
    let mut extra = Vec::new();
    for path in extra_ca {
        extra.extend(certificates(path)?);
    }
    let verifier = if extra.is_empty() {
        Verifier::new(Arc::clone(&provider))
    } else {
        Verifier::new_with_extra_roots(extra, Arc::clone(&provider))
    }
    .map_err(TlsSetup::NoRoots)?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(TlsSetup::Provider)?
        .dangerous() // The name of the step only: the verifier is the platform's, nothing is skipped.
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The cryptography behind TLS: ring, which builds faster and smaller than aws-lc-rs.
fn provider() -> Arc<CryptoProvider> {
    #[cfg(feature = "installed-tls-provider")]
    if let Some(installed) = CryptoProvider::get_default() {
        return Arc::clone(installed);
    }
    Arc::new(rustls::crypto::ring::default_provider())
}

fn certificates(path: &PathBuf) -> Result<Vec<CertificateDer<'static>>, TlsSetup> {
    use rustls::pki_types::pem::PemObject;
    let text = std::fs::read(path).map_err(|source| TlsSetup::Unreadable {
        path: path.clone(),
        source,
    })?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&text)
        .filter_map(Result::ok)
        .collect();
    if found.is_empty() {
        Err(TlsSetup::NoCertificate { path: path.clone() })
    } else {
        Ok(found)
    }
}

/// The flaw behind an error of the HTTP engine, if TLS is what failed.
pub(super) fn flaw(error: &(dyn Error + 'static)) -> Option<TlsFlaw> {
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
pub(super) fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
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
