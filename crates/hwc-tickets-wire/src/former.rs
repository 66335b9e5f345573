//! The HTTP client that forms requests for the generated code and never sends one.

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use std::sync::{Arc, OnceLock};

/// The former of requests. It trusts no authority, so it could not even be misused to connect: sending is the
/// pipeline's business. `None` if the HTTP library refuses to start, which no known machine does.
pub(crate) fn former() -> Option<reqwest::Client> {
    static FORMER: OnceLock<Option<reqwest::Client>> = OnceLock::new();
    FORMER.get_or_init(build).clone()
}

#[expect(
    clippy::disallowed_methods,
    reason = "this client only forms requests; the pipeline sends them"
)]
fn build() -> Option<reqwest::Client> {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .build()
        .ok()
}
