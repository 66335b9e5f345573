//! Paths to operations.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{Extension, RawPathParams, State};
use axum::routing::{MethodFilter, on};
use http::{Request, Response};

use super::gateway;
use super::serve::Line;
use crate::control;
use crate::operation::Operation;
use crate::state::Shared;
#[cfg(feature = "page")]
use crate::{page, reference};

/// Everything the simulator answers.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let mut router = Router::new();
    for operation in Operation::ALL {
        // Every method of HTTP has a filter.
        let Ok(filter) = MethodFilter::try_from(operation.method()) else {
            continue;
        };
        let handler = async move |State(shared): State<Arc<Shared>>,
                                  Extension(line): Extension<Line>,
                                  params: Result<RawPathParams, RawPathParamsRejection>,
                                  request: Request<Body>| {
            // Ids that are not UTF-8 are treated as missing: nobody has such an id.
            let params = params
                .iter()
                .flatten()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            gateway::call(&shared, operation, params, &line, request).await
        };
        router = router.route(operation.path(), on(filter, handler));
    }
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

async fn unknown(
    State(shared): State<Arc<Shared>>,
    Extension(line): Extension<Line>,
    request: Request<Body>,
) -> Response<Body> {
    let (parts, _) = request.into_parts();
    gateway::unknown(&shared, &line, &parts)
}
