//! Certificates made in the test: good ones of an authority of its own, and flawed ones.

use std::{io::Write, path::PathBuf, sync::Arc};

use hwc_core::transport::TlsFlaw;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    date_time_ymd,
};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

pub(crate) const HOST: &str = "things.example.com";

/// An authority of the test's own, and the file that makes a client trust it.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    directory: tempfile::TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let directory = tempfile::tempdir().unwrap();
        Write::write_all(
            &mut std::fs::File::create_new(directory.path().join("ca.pem")).unwrap(),
            issuer.pem().as_bytes(),
        )
        .unwrap();
        Self { issuer, directory }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    pub(crate) fn sign(&self, change: impl FnOnce(&mut CertificateParams)) -> Arc<ServerConfig> {
        let (mut params, key) = leaf();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        config(certificate.der().to_vec(), &key)
    }
}

fn leaf() -> (CertificateParams, KeyPair) {
    let mut params = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    (params, KeyPair::generate().unwrap())
}

fn self_signed() -> Arc<ServerConfig> {
    let (params, key) = leaf();
    let certificate = params.self_signed(&key).unwrap();
    config(certificate.der().to_vec(), &key)
}

fn config(certificate: Vec<u8>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.into()], key)
            .unwrap();
    Arc::new(config)
}

/// What is wrong with a certificate, a server that has it, and what the client calls it.
pub(super) fn flawed(authority: &Authority) -> [(&'static str, Arc<ServerConfig>, TlsFlaw); 6] {
    [
        (
            "expired",
            authority.sign(|params| {
                params.not_before = date_time_ymd(2001, 1, 1);
                params.not_after = date_time_ymd(2002, 1, 1);
            }),
            TlsFlaw::Expired,
        ),
        (
            "not yet valid",
            authority.sign(|params| {
                params.not_before = date_time_ymd(2140, 1, 1);
                params.not_after = date_time_ymd(2150, 1, 1);
            }),
            TlsFlaw::NotYetValid,
        ),
        (
            "wrong host",
            authority.sign(|params| {
                *params = CertificateParams::new(vec!["elsewhere.example".to_owned()]).unwrap();
            }),
            TlsFlaw::WrongHost,
        ),
        ("self-signed", self_signed(), TlsFlaw::UnknownAuthority),
        (
            "unknown authority",
            Authority::new().sign(|_| ()),
            TlsFlaw::UnknownAuthority,
        ),
        (
            "for clients only",
            authority.sign(|params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            }),
            TlsFlaw::BadCertificate,
        ),
    ]
}
