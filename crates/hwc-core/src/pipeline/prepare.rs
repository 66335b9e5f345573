//! Turns what a service crate hands over into the request that goes out, or refuses it.

use http::{
    HeaderMap, HeaderValue, Request, Uri, header, request,
    uri::{PathAndQuery, Scheme},
};

use crate::{
    Body, CallOptions, Delivery, Endpoint, Fault, FaultKind, Idempotency, Operation,
    ResponseContent,
    body::Payload,
    headers,
    secret::is_visible_ascii,
    sign::{canonical_query, is_canonical},
};

/// What each attempt of a call sends, before credentials.
pub(super) struct Prepared {
    pub(super) head: request::Parts,
    pub(super) payload: Payload,
}

/// Checks address and headers, puts the default headers on, and writes the query in its canonical form.
///
/// The address must be the endpoint's and the path must be the operation's: a path value that would
/// change the route never reaches the network.
pub(super) fn prepare(
    request: Request<Body>,
    operation: &Operation,
    endpoint: &Endpoint,
    defaults: &HeaderMap,
) -> Result<Prepared, Fault> {
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
    let unusable = || refuse("the path or query is not valid in a URL".to_owned());
    let query = head.uri.query();
    let as_sent =
        head.uri.authority() == Some(endpoint.authority()) && query.is_none_or(is_canonical);
    if !as_sent {
        let target = match (query, head.uri.path_and_query()) {
            (Some(query), Some(target)) if is_canonical(query) => target.clone(),
            (None, Some(target)) => target.clone(),
            (None | Some(""), _) => PathAndQuery::try_from(path).map_err(|_| unusable())?,
            (Some(query), _) => {
                let text = format!("{path}?{}", canonical_query(query));
                PathAndQuery::from_maybe_shared(text).map_err(|_| unusable())?
            }
        };
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(Scheme::clone(endpoint.scheme()));
        parts.authority = Some(endpoint.authority().clone());
        parts.path_and_query = Some(target);
        head.uri = Uri::from_parts(parts).map_err(|_| unusable())?;
    }
    // Before the defaults: those are not made for the kind of this body.
    let payload = body.prepare(operation.request, &mut head.headers)?;
    if operation.response == ResponseContent::Bytes {
        // The bytes as they are: nothing here takes a compression off.
        let plain = HeaderValue::from_static("identity");
        headers::put_default(&mut head.headers, header::ACCEPT_ENCODING, plain);
    }
    for (name, value) in defaults {
        if !head.headers.contains_key(name) {
            headers::put(&mut head.headers, name.clone(), value.clone());
        }
    }
    for (name, value) in &head.headers {
        if !is_visible_ascii(value.as_bytes()) {
            return Err(refuse(format!(
                "the value of header {name} must be visible ASCII: no line break, no control character, no accent"
            )));
        }
    }
    Ok(Prepared { head, payload })
}

/// What doing this call twice does: as the operation says, or as the caller says where the operation leaves it open.
pub(super) fn idempotency(
    operation: &Operation,
    options: &CallOptions,
) -> Result<Idempotency, Fault> {
    match (operation.idempotency, options.idempotency) {
        (Idempotency::DependsOnCall, Some(said)) => Ok(said),
        (known, None) => Ok(known),
        (known, Some(said)) if known == said => Ok(known),
        (known, Some(said)) => Err(refuse(format!(
            "the option `idempotency` says {said:?}, but the operation is {known:?} in every call"
        ))),
    }
}

#[cold]
#[inline(never)]
fn refuse(detail: String) -> Fault {
    Fault::new(FaultKind::InvalidInput, Delivery::NotSent, detail)
}
