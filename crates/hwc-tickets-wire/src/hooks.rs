//! Between the generated client and the pipeline: a request goes down, a judged answer comes up.

use crate::{
    generated::{Client, operations},
    path,
    session::Session,
    shallow,
};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hwc_core::{Fault, FaultKind, Idempotency, Operation, Reply, Sent};
use progenitor_client::{ClientHooks, ClientInfo as _, OperationInfo};

/// The status of a synthetic response that carries a [`Fault`]. No HTTP status has this number, and the generated
/// code takes only 200 for a success.
const VERDICT: u16 = 999;

impl ClientHooks<Session> for Client {
    async fn exec(
        &self,
        request: reqwest::Request,
        info: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        Ok(match call(self.inner(), request, info.operation_id).await {
            Ok(body) => synthetic(200, body, None),
            Err(fault) => synthetic(VERDICT, Bytes::new(), Some(fault)),
        })
    }
}

/// One call through the pipeline. The reply goes into the session, its body to the generated code too.
async fn call(session: &Session, request: reqwest::Request, method: &str) -> Result<Bytes, Fault> {
    let operation = operations::by_method(method).ok_or_else(|| {
        Fault::new(
            FaultKind::InvalidInput,
            Sent::No,
            "the operations table lacks the called method",
        )
    })?;
    let request = convert(operation, request).await?;
    let reply = session
        .pipeline
        .call(request, operation, &session.options)
        .await?;
    if is_crowded(&reply.body) {
        let detail = "the answer holds more values than any page of this service";
        return Err(Fault::new(FaultKind::BodyTooLarge, Sent::Maybe, detail).of(operation));
    }
    let body = documented_form(operation, &reply);
    // A session serves one call, so there is nothing to overwrite.
    let _ = session.reply.set(reply);
    Ok(body)
}

/// The request as the pipeline takes it. The body is not copied.
async fn convert(
    operation: &'static Operation,
    request: reqwest::Request,
) -> Result<http::Request<Bytes>, Fault> {
    let invalid = || path::invalid(operation, "the arguments make no valid HTTP request");
    if !path::matches(operation.path, request.url().path()) {
        return Err(path::invalid(
            operation,
            "the path values make a path of another operation",
        ));
    }
    let request = http::Request::<reqwest::Body>::try_from(request).map_err(|_| invalid())?;
    let (mut head, body) = request.into_parts();
    // The generator adds the version of the description to every call; it is no header of the service.
    head.headers.remove("api-version");
    let body = body.collect().await.map_err(|_| invalid())?.to_bytes();
    Ok(http::Request::from_parts(head, body))
}

/// The body for the generated code. A write that succeeded may answer with nothing.
fn documented_form(operation: &Operation, reply: &Reply) -> Bytes {
    let is_object = || reply.body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if operation.idempotency != Idempotency::Safe && !is_object() {
        return Bytes::from_static(b"{}");
    }
    reply.body.clone()
}

/// Whether decoding would need far more memory than the body has bytes: `{},` is three bytes and a whole message. A page
/// has up to 100 messages; what is let through is more than 6000 times 10 fields, lists count like objects, and costs at most about 16 MiB. The
/// longest list that a document speaks of has 65535 elements: that, and a little more, is let through as well.
fn is_crowded(body: &[u8]) -> bool {
    const OBJECTS: usize = 66_000;
    const VALUES: usize = 1 << 18;
    let count = |mark: u8| body.iter().filter(|byte| **byte == mark).count();
    // A body of fewer bytes cannot hold that many.
    if body.len() <= OBJECTS * 2 || (count(b'{') + count(b'[') <= OBJECTS && count(b',') <= VALUES)
    {
        return false;
    }
    // Texts may hold any number of them: a log that somebody pasted.
    let (containers, commas) = shallow::count(body);
    containers > OBJECTS || commas > VALUES
}

/// A response for the generated code; only its status, its body and its extension are ever looked at.
fn synthetic(status: u16, body: Bytes, fault: Option<Fault>) -> reqwest::Response {
    let mut response = http::Response::new(reqwest::Body::from(body));
    // 999 is in the range that the type allows; should it ever not be, 200 without facts is taken for lost.
    if let Ok(status) = http::StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    if let Some(fault) = fault {
        response.extensions_mut().insert(fault);
    }
    response.into()
}
