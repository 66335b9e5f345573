//! The page at `/`: the tickets, the conversation live, and everything under `/_sim` to click on.
//!
//! Plain files from the directory beside this one. What they show comes from `/_sim`; without control there is a page
//! that says how to get it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};

use crate::state::Shared;

/// Nothing but the page's own files, nothing inline, no text that becomes markup, no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

const WHOLE: &str = include_str!("page/index.html");
const CLOSED: &str = include_str!("page/closed.html");

/// Path, type and text of each file.
const FILES: [(&str, &str, &str); 15] = [
    (
        "/page/icon.svg",
        "image/svg+xml",
        include_str!("page/icon.svg"),
    ),
    ("/page/base.css", CSS, include_str!("page/base.css")),
    ("/page/page.css", CSS, include_str!("page/page.css")),
    ("/page/clock.js", SCRIPT, include_str!("page/clock.js")),
    ("/page/control.js", SCRIPT, include_str!("page/control.js")),
    (
        "/page/conversation.js",
        SCRIPT,
        include_str!("page/conversation.js"),
    ),
    ("/page/faults.js", SCRIPT, include_str!("page/faults.js")),
    ("/page/files.js", SCRIPT, include_str!("page/files.js")),
    ("/page/journal.js", SCRIPT, include_str!("page/journal.js")),
    ("/page/ledger.js", SCRIPT, include_str!("page/ledger.js")),
    ("/page/node.js", SCRIPT, include_str!("page/node.js")),
    ("/page/page.js", SCRIPT, include_str!("page/page.js")),
    ("/page/text.js", SCRIPT, include_str!("page/text.js")),
    ("/page/tickets.js", SCRIPT, include_str!("page/tickets.js")),
    ("/page/words.js", SCRIPT, include_str!("page/words.js")),
];

/// Adds the page and its files.
pub(crate) fn add_routes(mut router: Router<Arc<Shared>>, shared: &Shared) -> Router<Arc<Shared>> {
    let index = if shared.control { WHOLE } else { CLOSED };
    router = router.route("/", get(async move || file(HTML, index, POLICY)));
    for (path, kind, text) in FILES {
        router = router.route(path, get(async move || file(kind, text, POLICY)));
    }
    router
}

/// A file, with everything that keeps a browser from being clever about it.
pub(crate) fn file(
    kind: &'static str,
    body: impl Into<Body>,
    policy: &'static str,
) -> Response<Body> {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    let fixed: [(HeaderName, &'static str); 7] = [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        // Another version may run on this port tomorrow.
        (CACHE_CONTROL, "no-cache"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
