//! Turns what a service crate hands over into the request that goes out, or refuses it.

use bytes::Bytes;
use http::{
    HeaderMap, Request, Uri,
    uri::{PathAndQuery, Scheme},
};

use crate::{Endpoint, Fault, FaultKind, Operation, Sent, sign::canonical_query};

/// Checks address and headers, puts the default headers on, and writes the query in its canonical form.
///
/// The address must be the endpoint's and the path must be the operation's: a path value that would
/// change the route never reaches the network.
pub(super) fn prepare(
    request: Request<Bytes>,
    operation: &Operation,
    endpoint: &Endpoint,
    defaults: &HeaderMap,
) -> Result<Request<Bytes>, Fault> {
    let refuse = |detail: String| Fault::new(FaultKind::InvalidInput, Sent::No, detail);
    let (mut head, body) = request.into_parts();
    if head.uri.authority().is_some() && !endpoint.is_origin_of(&head.uri) {
        return Err(refuse(
            "the request goes to another host than the endpoint; credentials are bound to the endpoint"
                .to_owned(),
        ));
    }
    if head.method.as_str() != operation.method {
        return Err(refuse(format!(
            "the method of the request is not {}",
            operation.method
        )));
    }
    let path = head.uri.path();
    if !operation.matches_path(path) {
        return Err(refuse(format!(
            "a value in the path does not fit {}: it is empty, a dot segment, or holds a separator",
            operation.path
        )));
    }
    let target = match head.uri.query() {
        None | Some("") => path.to_owned(),
        Some(query) => format!("{path}?{}", canonical_query(query)),
    };
    let target = PathAndQuery::from_maybe_shared(target)
        .map_err(|_| refuse("the path or query cannot stand in an address".to_owned()))?;
    let mut parts = http::uri::Parts::default();
    parts.scheme = Some(Scheme::clone(endpoint.scheme()));
    parts.authority = Some(endpoint.authority().clone());
    parts.path_and_query = Some(target);
    head.uri = Uri::from_parts(parts)
        .map_err(|_| refuse("the path or query cannot stand in an address".to_owned()))?;
    for (name, value) in defaults {
        if !head.headers.contains_key(name) {
            head.headers.insert(name, value.clone());
        }
    }
    for (name, value) in &head.headers {
        if !is_visible_ascii(value.as_bytes()) {
            return Err(refuse(format!(
                "the value of header {name} must be visible ASCII: no line break, no control character, no accent"
            )));
        }
    }
    Ok(Request::from_parts(head, body))
}

/// Visible ASCII and inner spaces.
pub(super) fn is_visible_ascii(value: &[u8]) -> bool {
    value
        .iter()
        .all(|byte| byte.is_ascii_graphic() || *byte == b' ')
}
