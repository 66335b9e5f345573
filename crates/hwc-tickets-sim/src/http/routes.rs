//! Paths to operations.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::routing::{MethodFilter, on};
use http::{Method, Request, Response};
use percent_encoding::percent_decode_str;

use super::asked::Params;
use super::gateway;
use super::linked;
use super::serve::{Answers, Line};
use crate::control;
use crate::description::Row;
use crate::state::Shared;
#[cfg(feature = "page")]
use crate::{page, reference};

/// Everything the simulator answers.
pub(crate) struct Routes {
    shared: Arc<Shared>,
    /// The operations of each path. Most calls are for one of them, and go to it straight.
    operations: matchit::Router<Vec<&'static Row>>,
    /// All the rest, and what is said of a method that a path does not have.
    others: Router,
}

impl Answers for Routes {
    async fn answer(&self, request: Request<Body>, line: &Line) -> Response<Body> {
        let operation = self.operation(request.method(), request.uri().path());
        match operation {
            Some((row, params)) => gateway::call(&self.shared, row, params, line, request).await,
            None => self.others.answer(request, line).await,
        }
    }
}

impl Routes {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let mut operations = matchit::Router::new();
        let mut others = Router::new();
        for (path, rows) in by_path(shared.description.rows()) {
            // Every method of HTTP has a filter. A call of one of these comes here only as HEAD, for which the router takes GET
            // too, and the service does not.
            let filters = rows.iter().map(|row| row.method.clone());
            for filter in filters.flat_map(MethodFilter::try_from) {
                others = others.route(&path, on(filter, unknown));
            }
            // The other router, which is made of the same paths, has refused what cannot be routed.
            let _ = operations.insert(path, rows);
        }
        others = others.route(linked::PATH, on(MethodFilter::GET, linked::follow));
        if shared.control {
            others = control::add_routes(others, &shared);
        }
        #[cfg(feature = "page")]
        let others = reference::add_routes(page::add_routes(others, &shared));
        let others = others
            .fallback(unknown)
            .method_not_allowed_fallback(unknown)
            .with_state(Arc::clone(&shared));
        Routes {
            shared,
            operations,
            others,
        }
    }

    /// The operation of a method and a path, and the values in the path.
    fn operation(&self, method: &Method, path: &str) -> Option<(&'static Row, Params)> {
        let found = self.operations.at(path).ok()?;
        let row = *found.value.iter().find(|row| row.method == *method)?;
        let values = found.params.iter();
        let values = values.map(|(_, value)| percent_decode_str(value).decode_utf8());
        let named = row.path_names().zip(values);
        let named = named.map(|(name, value)| value.map(|value| (name, value.into_owned())));
        let params: Result<Params, _> = named.collect();
        // Ids that are not UTF-8 are treated as missing: nobody has such an id.
        Some((row, params.unwrap_or_default()))
    }
}

/// The operations of each path. A router takes one name for one place, and descriptions may have several: places are named
/// by their number. Of two operations with one path and method the first one is routed.
fn by_path(rows: &'static [Row]) -> BTreeMap<String, Vec<&'static Row>> {
    let mut paths: BTreeMap<String, Vec<&'static Row>> = BTreeMap::new();
    for row in rows {
        let segments = row.path.split('/').enumerate();
        let segments = segments.map(|(index, segment)| match segment.starts_with('{') {
            true => format!("{{value{index}}}"),
            false => segment.to_owned(),
        });
        let path = segments.collect::<Vec<_>>().join("/");
        let routed = paths.entry(path).or_default();
        if !routed.iter().any(|one| one.method == row.method) {
            routed.push(row);
        }
    }
    paths
}

async fn unknown(
    State(shared): State<Arc<Shared>>,
    Extension(line): Extension<Line>,
    request: Request<Body>,
) -> Response<Body> {
    let (parts, _) = request.into_parts();
    gateway::unknown(&shared, &line, &parts)
}
