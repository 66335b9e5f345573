//! The API reference under `/docs`: the description, its error codes, its discrepancies and the guides, to read; and under
//! `/docs/try` the description with forms, to try requests.
//!
//! The first is the page that `cargo xtask docs` makes, by the same renderer, Redoc, which the package carries packed. Swagger UI
//! renders the second; it comes whole inside a package. Nothing is fetched when a page is opened.

mod description;
mod papers;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderValue, Request, Response, StatusCode};
use swagger_ui_dist::{ApiDefinition, OpenApiSource, generate_routes};
use tower_service::Service;

use crate::page::file;
use crate::state::Shared;

/// Swagger UI carries its icons as data. Everything else of it is files like our own.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Redoc writes its styles into the page, and searches in a worker that it makes of a text.
const SITE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                           font-src data:; connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; \
                           frame-ancestors 'none'";

/// For pages that are only read.
const PAPER_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                            frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json";

/// Redoc, packed with gzip: every browser unpacks it, and nothing else asks for it.
const REDOC: &[u8] = include_bytes!("../redoc/redoc.js.gz");

/// Path, type, policy and text of each file that stays as it is.
const FILES: [(&str, &str, &str, &str); 7] = [
    (
        "/docs",
        HTML,
        SITE_POLICY,
        include_str!("reference/site.html"),
    ),
    (
        "/docs/site.css",
        CSS,
        PAPER_POLICY,
        include_str!("reference/site.css"),
    ),
    (
        "/docs/site.js",
        SCRIPT,
        PAPER_POLICY,
        include_str!("reference/site.js"),
    ),
    (
        "/docs/language.js",
        SCRIPT,
        PAPER_POLICY,
        include_str!("reference/language.js"),
    ),
    (
        "/docs/try",
        HTML,
        POLICY,
        include_str!("reference/try.html"),
    ),
    (
        "/docs/try.js",
        SCRIPT,
        POLICY,
        include_str!("reference/try.js"),
    ),
    (
        "/docs/docs.css",
        CSS,
        POLICY,
        include_str!("reference/docs.css"),
    ),
];

/// Path, type and policy of what is made once and stays the same.
type Made = (
    &'static str,
    &'static str,
    &'static str,
    &'static LazyLock<String>,
);

static DESCRIPTION: LazyLock<String> = LazyLock::new(description::served);
static SITE: LazyLock<String> = LazyLock::new(description::with_sections);
static ERRORS: LazyLock<String> = LazyLock::new(papers::errors);
static DISCREPANCIES: LazyLock<String> = LazyLock::new(papers::discrepancies);

const MADE: [Made; 4] = [
    ("/docs/openapi.json", JSON, PAPER_POLICY, &DESCRIPTION),
    ("/docs/site.json", JSON, PAPER_POLICY, &SITE),
    ("/docs/errors", HTML, PAPER_POLICY, &ERRORS),
    ("/docs/discrepancies", HTML, PAPER_POLICY, &DISCREPANCIES),
];

/// What is taken from Swagger UI.
const RENDERER: [(&str, &str); 2] = [("swagger-ui.css", CSS), ("swagger-ui-bundle.js", SCRIPT)];

/// Adds everything under `/docs`.
pub(crate) fn add_routes(mut router: Router<Arc<Shared>>) -> Router<Arc<Shared>> {
    for (path, kind, policy, text) in FILES {
        router = router.route(path, get(async move || file(kind, text, policy)));
    }
    router = router.route("/docs/redoc.js", get(async || packed(SCRIPT, REDOC)));
    for (path, kind, policy, text) in MADE {
        router = router.route(path, get(async move || file(kind, text.as_str(), policy)));
    }
    let renderer = generate_routes(ApiDefinition {
        uri_prefix: "/ui",
        api_definition: OpenApiSource::Uri("/docs/openapi.json"),
        title: None,
    });
    for (name, kind) in RENDERER {
        let renderer = renderer.clone();
        router = router.route(
            &format!("/docs/{name}"),
            get(async move || rendered_by(renderer, name, kind).await),
        );
    }
    router
}

/// A file that is packed with gzip.
fn packed(kind: &'static str, bytes: &'static [u8]) -> Response<Body> {
    let mut response = file(kind, bytes, PAPER_POLICY);
    let headers = response.headers_mut();
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response
}

/// A file of Swagger UI, with the headers of our own files.
async fn rendered_by(
    mut renderer: Router,
    name: &'static str,
    kind: &'static str,
) -> Response<Body> {
    let Ok(request) = Request::get(format!("/ui/{name}")).body(Body::empty()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // A router always answers.
    let (parts, body) = renderer
        .call(request)
        .await
        .unwrap_or_else(|never| match never {})
        .into_parts();
    let mut response = file(kind, body, POLICY);
    *response.status_mut() = parts.status;
    if !parts.status.is_success() {
        response.headers_mut().remove(CONTENT_TYPE);
    }
    response
}
