//! The API reference under `/docs`: the description, its error codes and its discrepancies, to read and to try.
//!
//! Swagger UI renders the description; it comes whole inside a package, so nothing is fetched when the page is opened.

mod description;
mod papers;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header::CONTENT_TYPE;
use http::{Request, Response, StatusCode};
use swagger_ui_dist::{ApiDefinition, OpenApiSource, generate_routes};
use tower_service::Service;

use crate::page::file;
use crate::state::Shared;

/// Swagger UI carries its icons as data. Everything else of it is files like our own.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// For pages that are only read.
const PAPER_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                            frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json";

const INDEX: &str = include_str!("reference/index.html");
const STYLE: &str = include_str!("reference/docs.css");
const START: &str = include_str!("reference/start.js");

/// Path, type and policy of what is made once and stays the same.
type Made = (
    &'static str,
    &'static str,
    &'static str,
    &'static LazyLock<String>,
);

static DESCRIPTION: LazyLock<String> = LazyLock::new(description::served);
static ERRORS: LazyLock<String> = LazyLock::new(papers::errors);
static DISCREPANCIES: LazyLock<String> = LazyLock::new(papers::discrepancies);

const MADE: [Made; 3] = [
    ("/docs/openapi.json", JSON, PAPER_POLICY, &DESCRIPTION),
    ("/docs/errors", HTML, PAPER_POLICY, &ERRORS),
    ("/docs/discrepancies", HTML, PAPER_POLICY, &DISCREPANCIES),
];

/// What is taken from the renderer.
const RENDERER: [(&str, &str); 2] = [("swagger-ui.css", CSS), ("swagger-ui-bundle.js", SCRIPT)];

/// Adds everything under `/docs`.
pub(crate) fn add_routes(mut router: Router<Arc<Shared>>) -> Router<Arc<Shared>> {
    for (path, kind, text) in [
        ("/docs", HTML, INDEX),
        ("/docs/docs.css", CSS, STYLE),
        ("/docs/start.js", SCRIPT, START),
    ] {
        router = router.route(path, get(async move || file(kind, text, POLICY)));
    }
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

/// A file of the renderer, with the headers of our own files.
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
