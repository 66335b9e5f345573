//! TLS: rustls with the ring provider, trusting what the operating system trusts.

mod flaw;
mod verifier;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{ClientConfig, crypto::CryptoProvider, pki_types::CertificateDer};

pub(super) use self::flaw::flaw;
use self::verifier::LateVerifier;
use crate::file::{self, Rules};

/// Largest CA file that is read, in bytes. The bundle of a whole system has a few hundred KiB.
const LARGEST_CA_FILE: u64 = 16 * 1024 * 1024;

/// Why TLS could not be set up on this machine.
#[derive(Debug, thiserror::Error)]
pub(super) enum TlsSetup {
    #[error("cannot read the CA file {}: {source}; {}", path.display(), source.help(path))]
    Unreadable {
        path: PathBuf,
        source: file::Unreadable,
    },
    #[error("the CA file {} holds no certificate; it must be PEM with `BEGIN CERTIFICATE`", path.display())]
    NoCertificate { path: PathBuf },
    #[error("the CA file {} is damaged: its certificate number {number} cannot be read as PEM", path.display())]
    Damaged { path: PathBuf, number: usize },
    #[error("a certificate in the CA file {} is not usable ({source}); it must be the certificate of an authority", path.display())]
    BadCertificate {
        path: PathBuf,
        source: rustls::Error,
    },
    #[error("the TLS provider refuses its own defaults ({0})")]
    Provider(rustls::Error),
}

/// The TLS settings of every connection: version 1.2 or newer, HTTP/1.1, certificates always checked.
///
/// The provider is given explicitly, so nothing depends on a process-wide default unless asked for.
pub(super) fn client_config(extra_ca: &[PathBuf]) -> Result<ClientConfig, TlsSetup> {
    let provider = provider();
    let mut extra = Vec::new();
    // An authority that cannot be parsed must be told now, not at the first connection.
    let mut store = rustls::RootCertStore::empty();
    for path in extra_ca {
        for certificate in certificates(path)? {
            let path = path.clone();
            store
                .add(certificate.clone())
                .map_err(|source| TlsSetup::BadCertificate { path, source })?;
            extra.push(certificate);
        }
    }
    let verifier = LateVerifier::new(Arc::clone(&provider), extra);
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

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsSetup> {
    use rustls::pki_types::pem::PemObject;
    let text =
        file::read(path, Rules::up_to(LARGEST_CA_FILE)).map_err(|source| TlsSetup::Unreadable {
            path: path.to_owned(),
            source,
        })?;
    // One that is passed over would be missed only when a connection fails.
    let mut found = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(&text) {
        found.push(certificate.map_err(|_| TlsSetup::Damaged {
            path: path.to_owned(),
            number: found.len().saturating_add(1),
        })?);
    }
    if found.is_empty() {
        Err(TlsSetup::NoCertificate {
            path: path.to_owned(),
        })
    } else {
        Ok(found)
    }
}
