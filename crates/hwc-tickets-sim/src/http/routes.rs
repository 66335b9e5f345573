//! Paths to operations.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{Extension, RawPathParams, State};
use axum::routing::{MethodFilter, on};
use http::{Request, Response};

use super::gateway;
use super::linked;
use super::serve::Line;
use crate::control;
use crate::description::Row;
use crate::state::Shared;
#[cfg(feature = "page")]
use crate::{page, reference};

/// Everything the simulator answers.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let mut router = Router::new();
    for (path, row) in routed(shared.description.rows()) {
        // Every method of HTTP has a filter.
        let Ok(filter) = MethodFilter::try_from(row.method.clone()) else {
            continue;
        };
        let handler = async move |State(shared): State<Arc<Shared>>,
                                  Extension(line): Extension<Line>,
                                  params: Result<RawPathParams, RawPathParamsRejection>,
                                  request: Request<Body>| {
            // Ids that are not UTF-8 are treated as missing: nobody has such an id.
            let values = params.iter().flatten().map(|(_, value)| value.to_owned());
            let params = row.path_names().zip(values).collect();
            gateway::call(&shared, row, params, &line, request).await
        };
        router = router.route(&path, on(filter, handler));
    }
    router = router.route(linked::PATH, on(MethodFilter::GET, linked::follow));
    if shared.control {
        router = control::add_routes(router, &shared);
    }
    #[cfg(feature = "page")]
    let router = reference::add_routes(page::add_routes(router, &shared));
    router
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .with_state(shared)
}

/// Every operation with its path. A router takes one name for one place, and descriptions may have several: places are named
/// by their number. Of two operations with one path and method the first one is routed.
fn routed(rows: &'static [Row]) -> Vec<(String, &'static Row)> {
    let mut routed: Vec<(String, &'static Row)> = Vec::new();
    for row in rows {
        let segments = row.path.split('/').enumerate();
        let segments = segments.map(|(index, segment)| match segment.starts_with('{') {
            true => format!("{{value{index}}}"),
            false => segment.to_owned(),
        });
        let path = segments.collect::<Vec<_>>().join("/");
        let same = |(other, one): &(String, &Row)| *other == path && one.method == row.method;
        if !routed.iter().any(same) {
            routed.push((path, row));
        }
    }
    routed
}

async fn unknown(
    State(shared): State<Arc<Shared>>,
    Extension(line): Extension<Line>,
    request: Request<Body>,
) -> Response<Body> {
    let (parts, _) = request.into_parts();
    gateway::unknown(&shared, &line, &parts)
}
