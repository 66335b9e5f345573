//! The verifier of the operating system, made when the first certificate comes.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use rustls::{
    DigitallySignedStruct, Error, OtherError, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use rustls_platform_verifier::Verifier;

/// The operating system names no authority to trust.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("this machine trusts no certificate authority")]
pub(super) struct NoAuthorities;

/// Checks certificates as the operating system does. Reading its authorities takes milliseconds, which a
/// program that only talks to this machine itself, or only prints its help, need not spend.
pub(super) struct LateVerifier {
    provider: Arc<CryptoProvider>,
    extra: Vec<CertificateDer<'static>>,
    made: Late<Verifier>,
}

/// Made when it is first needed. A failure is not kept: the authorities of a machine that just started may come later.
struct Late<T>(OnceLock<T>);

impl<T> Late<T> {
    fn get_or_make<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
        match self.0.get() {
            Some(made) => Ok(made),
            None => {
                let made = make()?;
                Ok(self.0.get_or_init(|| made))
            }
        }
    }
}

impl LateVerifier {
    pub(super) fn new(provider: Arc<CryptoProvider>, extra: Vec<CertificateDer<'static>>) -> Self {
        Self {
            provider,
            extra,
            made: Late(OnceLock::new()),
        }
    }

    fn made(&self) -> Result<&Verifier, Error> {
        self.made.get_or_make(|| {
            let provider = Arc::clone(&self.provider);
            if self.extra.is_empty() {
                Verifier::new(provider)
            } else {
                Verifier::new_with_extra_roots(self.extra.iter().cloned(), provider)
            }
            .map_err(|_| Error::Other(OtherError(Arc::new(NoAuthorities))))
        })
    }
}

impl fmt::Debug for LateVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LateVerifier")
            .field("extra", &self.extra.len())
            .finish_non_exhaustive()
    }
}

impl ServerCertVerifier for LateVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.made()?
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_not_kept_and_what_was_made_is() {
        let late = Late(OnceLock::new());
        assert_eq!(late.get_or_make(|| Err("none yet")), Err("none yet"));
        assert_eq!(late.get_or_make(|| Ok::<_, &str>(1)), Ok(&1));
        assert_eq!(late.get_or_make(|| Err("gone")), Ok(&1));
    }
}
