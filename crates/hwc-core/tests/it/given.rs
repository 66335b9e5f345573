//! What the tests start from: three operations, a table of codes, a pipeline on a scripted network.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use hwc_core::{
    CallOptions, Category, Clock, Delivery, Endpoint, ErrorCode, Fault, FaultKind, Idempotency,
    Makes, Operation, Pipeline, PipelineBuilder, Reply, RequestContent, ResponseContent,
    RetryPolicy, Timeouts,
    identity::Token,
    pipeline::classify::{Answer, Verdict, judge},
    testing::{FakeClock, ScriptedTransport, Step},
};

pub(crate) const READ: Operation = Operation::new(
    "readThings",
    "GET",
    "/v1/things/{thing_id}",
    Idempotency::Safe,
)
.with_makes(Makes::Nothing);
pub(crate) const MARK: Operation = Operation::new(
    "markThing",
    "POST",
    "/v1/things/{thing_id}/mark",
    Idempotency::Idempotent,
)
.with_request(RequestContent::Json);
pub(crate) const SUBMIT: Operation = Operation::new(
    "submitThing",
    "POST",
    "/v1/things/{thing_id}/message",
    Idempotency::NotIdempotent,
)
.with_request(RequestContent::Json)
.with_makes(Makes::Nothing);

/// A form with files in it.
pub(crate) const UPLOAD: Operation = Operation::new(
    "uploadFile",
    "POST",
    "/v1/files",
    Idempotency::NotIdempotent,
)
.with_request(RequestContent::Multipart)
.with_makes(Makes::Nothing);
/// Bytes that replace what was there.
pub(crate) const STORE: Operation = Operation::new(
    "storeFile",
    "PUT",
    "/v1/files/{file_id}",
    Idempotency::Idempotent,
)
.with_request(RequestContent::Bytes);
pub(crate) const FETCH: Operation =
    Operation::new("fetchFile", "GET", "/v1/files/{file_id}", Idempotency::Safe)
        .with_response(ResponseContent::Bytes)
        .with_makes(Makes::Nothing);
/// A DELETE with a body; the second one finds nothing.
pub(crate) const DELETE: Operation = Operation::new(
    "deleteLink",
    "DELETE",
    "/v1/things/{thing_id}/links",
    Idempotency::IdempotentInEffect,
)
.with_request(RequestContent::Json);
/// What it does is said by a field of its body.
pub(crate) const ACT: Operation = Operation::new(
    "actOnThing",
    "POST",
    "/v1/things/{thing_id}/action",
    Idempotency::DependsOnCall,
)
.with_request(RequestContent::Json);

/// Shaped like the real table: one code with several statuses, and codes that come with HTTP 200.
pub(crate) const CODES: &[ErrorCode] = &[
    row(
        "THG.0001",
        400,
        Category::Validation,
        "a parameter was rejected",
    ),
    row(
        "THG.0002",
        401,
        Category::Authentication,
        "the caller is not authenticated",
    ),
    row(
        "THG.0003",
        403,
        Category::Permission,
        "the operation is not allowed",
    ),
    row("THG.0004", 500, Category::Internal, "the service failed"),
    row(
        "THG.1001",
        200,
        Category::Validation,
        "a parameter is invalid",
    ),
    row(
        "THG.1002",
        200,
        Category::Permission,
        "the caller may not do this",
    ),
    row("THG.1004", 200, Category::Throttling, "asked too often"),
    row("THG.1005", 200, Category::Quota, "the quota is used up"),
    row(
        "THG.1011",
        200,
        Category::Authentication,
        "the token names no customer",
    ),
    row("THG.1014", 200, Category::Internal, "the service failed"),
    row(
        "THG.1015",
        200,
        Category::NotFound,
        "the thing does not exist",
    ),
    row("THG.1016", 200, Category::State, "the thing is closed"),
    row("APIGW.0101", 404, Category::NotFound, "no such path"),
    row(
        "APIGW.0201",
        400,
        Category::Validation,
        "the request is malformed",
    ),
    row(
        "APIGW.0201",
        413,
        Category::Validation,
        "the body is too large",
    ),
    row(
        "APIGW.0201",
        502,
        Category::Internal,
        "the service behind the gateway is down",
    ),
    row(
        "APIGW.0201",
        504,
        Category::Internal,
        "the service behind the gateway is too slow",
    ),
    row(
        "APIGW.0301",
        401,
        Category::Authentication,
        "the signature is wrong",
    ),
    row(
        "APIGW.0302",
        403,
        Category::Permission,
        "the user is blocked",
    ),
    row(
        "APIGW.0307",
        401,
        Category::Authentication,
        "the token has expired",
    ),
    row("APIGW.0308", 429, Category::Throttling, "too many requests"),
];

const fn row(
    code: &'static str,
    http_status: u16,
    category: Category,
    meaning: &'static str,
) -> ErrorCode {
    ErrorCode::new(code, http_status, category, meaning)
}

/// A request of `operation` with one value in its path.
pub(crate) fn request(operation: &Operation) -> Request<Bytes> {
    let path = operation.path.replace("{thing_id}", "T-1");
    let body = match operation.method {
        "GET" => Bytes::new(),
        _ => Bytes::from_static(br#"{"content":"the disk is full"}"#),
    };
    Request::builder()
        .method(operation.method)
        .uri(path)
        .header("content-type", "application/json")
        .body(body)
        .unwrap()
}

/// What the judge says of an answer without headers, to a call with this effect that makes such a thing.
pub(crate) fn judged(effect: Idempotency, makes: Makes, status: u16, body: &str) -> Verdict {
    let (headers, body) = (HeaderMap::new(), Bytes::copy_from_slice(body.as_bytes()));
    let status = StatusCode::from_u16(status).unwrap();
    let mut answer = Answer::new(effect, status, &headers, &body, FakeClock::new().now());
    answer.makes = makes;
    judge(&answer, CODES)
}

pub(crate) fn token() -> Token {
    Token::new(&"a-token-for-tests".into()).unwrap()
}

pub(crate) fn endpoint(text: &str) -> Endpoint {
    text.parse().unwrap()
}

/// Settings for a pipeline on a scripted network.
pub(crate) fn scripted(clock: &FakeClock, network: &ScriptedTransport) -> PipelineBuilder {
    Pipeline::builder(endpoint("https://things.example.com"))
        .identity(token())
        .clock(Arc::new(clock.clone()))
        .transport(Arc::new(network.clone()))
        .error_codes(CODES)
}

/// Settings for a pipeline with the real transport, with limits that a slow machine does not reach,
/// and pauses that a person does not notice.
pub(crate) fn real(address: &str) -> PipelineBuilder {
    Pipeline::builder(endpoint(address))
        .identity(token())
        .error_codes(CODES)
        .retry(RetryPolicy::standard().base_wait(Duration::from_millis(2)))
        .timeouts(
            Timeouts::default()
                .connect(HANG_GUARD)
                .attempt(HANG_GUARD)
                .idle_body(HANG_GUARD)
                .total(HANG_GUARD * 4),
        )
}

/// No socket test gets here unless something hangs.
pub(crate) const HANG_GUARD: Duration = Duration::from_secs(20);

/// What came of one call on a scripted network.
pub(crate) struct Outcome {
    pub(crate) result: Result<Reply, Fault>,
    /// Requests on the wire.
    pub(crate) requests: usize,
    /// Time that passed on the clock.
    pub(crate) took: Duration,
    /// Timers left behind.
    pub(crate) sleepers: usize,
}

/// Calls `operation` once; every request gets `step`.
pub(crate) fn call_with(operation: &Operation, step: &Step) -> Outcome {
    call_through(operation, |network| network.otherwise(step.clone()))
}

/// Calls `operation` once on a scripted network.
pub(crate) fn call_through(
    operation: &Operation,
    script: impl FnOnce(ScriptedTransport) -> ScriptedTransport,
) -> Outcome {
    let clock = FakeClock::new();
    let network = script(ScriptedTransport::new(&clock));
    let pipeline = scripted(&clock, &network).build().unwrap();
    let result = clock.run(pipeline.call(request(operation), operation, &CallOptions::default()));
    Outcome {
        result,
        requests: network.requests().len(),
        took: clock.elapsed(),
        sleepers: clock.sleepers(),
    }
}

/// What a row of the fault matrix expects of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    /// A success after so many requests.
    Ok(usize),
    /// This failure after so many requests.
    Fails(FaultKind, Delivery, usize),
}

impl Outcome {
    /// Fails the test unless this is what was expected, within the deadline, with nothing left behind.
    #[track_caller]
    pub(crate) fn expect(self, row: &str, expected: Expect) -> Option<Fault> {
        let (fault, got) = match self.result {
            Ok(reply) => {
                assert_eq!(reply.attempts as usize, self.requests, "{row}");
                (None, Expect::Ok(self.requests))
            }
            Err(fault) => {
                assert_eq!(fault.attempts as usize, self.requests, "{row}");
                assert!(!fault.help().is_empty(), "{row}");
                let got = Expect::Fails(fault.kind, fault.delivery, self.requests);
                (Some(fault), got)
            }
        };
        assert_eq!(got, expected, "{row}: {fault:?}");
        assert!(
            self.took <= Timeouts::default().total,
            "{row} took {:?}",
            self.took
        );
        assert_eq!(self.sleepers, 0, "{row} left a timer behind");
        fault
    }
}
