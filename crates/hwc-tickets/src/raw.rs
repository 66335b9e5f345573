//! Calls this crate has no verb for: authenticated, judged and limited like all others, answered raw.
//!
//! Needs the feature `raw`. The way out for an operation that is newer than this crate; for everything
//! else the verbs are safer, because they know what may be repeated.

pub use crate::api::Download as RawFile;
pub use hwc_core::{FilePart, Form, Source, body::SourceError};

use crate::{
    api,
    client::Client,
    error::{Error, ErrorKind, Result},
    service,
};
use bytes::Bytes;
use http::{Request, header};
use hwc_core::{
    Body, CallOptions, Idempotency, Makes, Operation, Reply, RequestContent, ResponseContent,
    retry::after,
};
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

/// Name of this operation in errors.
const OPERATION: &str = "raw call";

/// Path templates by number of segments, so that each value is checked to be one segment.
const TEMPLATES: [&str; 12] = [
    "/{1}",
    "/{1}/{2}",
    "/{1}/{2}/{3}",
    "/{1}/{2}/{3}/{4}",
    "/{1}/{2}/{3}/{4}/{5}",
    "/{1}/{2}/{3}/{4}/{5}/{6}",
    "/{1}/{2}/{3}/{4}/{5}/{6}/{7}",
    "/{1}/{2}/{3}/{4}/{5}/{6}/{7}/{8}",
    "/{1}/{2}/{3}/{4}/{5}/{6}/{7}/{8}/{9}",
    "/{1}/{2}/{3}/{4}/{5}/{6}/{7}/{8}/{9}/{10}",
    "/{1}/{2}/{3}/{4}/{5}/{6}/{7}/{8}/{9}/{10}/{11}",
    "/{1}/{2}/{3}/{4}/{5}/{6}/{7}/{8}/{9}/{10}/{11}/{12}",
];

/// Methods that can be called.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// A call about to be made. Nothing happens before it is awaited.
///
/// # Errors
/// When awaited: as every call. An answer with an `error_code` that is none of success is an error here
/// too, whatever its HTTP status. To a write that the description of the service has and that must not be done twice, an
/// answer with anything in it that such an answer is not known to hold is one as well; to another write it may hold
/// anything that says no failure.
#[must_use = "a call does nothing until it is awaited"]
pub struct RawCall {
    client: Client,
    /// What the description has of it.
    known: Option<&'static Operation>,
    operation: Operation,
    path: String,
    query: String,
    body: Body,
    timeout: Option<Duration>,
}

/// A good answer as it came.
pub struct RawResponse(Reply);

impl Client {
    /// A call of `method` (`GET`, `POST`, `PUT`, `PATCH`, `DELETE`, in any case) on `path`, which begins
    /// with `/` and holds values ready for a path, percent-encoded where that is needed.
    ///
    /// A call that the service's description has counts as it says there: a read, or a write that may be done twice, is
    /// repeated after passing failures. Of the others, `GET` counts as a read. All else counts as a write that must not be
    /// done twice: it is repeated only when it is proven that nothing was done.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for a method or path that is not sent. Nothing was sent.
    pub fn raw(&self, method: &str, path: &str) -> Result<RawCall> {
        let method = METHODS
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(method))
            .ok_or_else(|| invalid("the method must be GET, POST, PUT, PATCH or DELETE"))?;
        let template = path
            .strip_prefix('/')
            .and_then(|rest| rest.split('/').count().checked_sub(1))
            .and_then(|last| TEMPLATES.get(last).copied())
            .filter(|_| path.bytes().all(may_stand_in_path))
            .ok_or_else(|| {
                invalid(
                    "the path must begin with / and have 1 to 12 segments of letters, digits, -._~!$&'()*+,;=:@ and %XX; the query is given separately",
                )
            })?;
        let described = service::described(method, path);
        let idempotency = match described {
            Some(known) => known.idempotency,
            None if method == "GET" => Idempotency::Safe,
            None => Idempotency::NotIdempotent,
        };
        let operation = Operation::new("rawCall", method, template, idempotency)
            .with_request(RequestContent::Json)
            .with_makes(described.map_or(Makes::Unknown, |known| known.makes));
        if !operation.matches_path(path) {
            return Err(invalid(
                "a segment of the path is empty, a dot segment, or holds an encoded separator",
            ));
        }
        Ok(RawCall {
            client: self.clone(),
            known: described,
            operation,
            path: path.to_owned(),
            query: String::new(),
            body: Body::empty(),
            timeout: None,
        })
    }
}

fn invalid(what: &'static str) -> Error {
    Error::local(ErrorKind::InvalidInput, what).with_operation(OPERATION)
}

fn may_stand_in_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@%".contains(&byte)
}

impl RawCall {
    /// Adds a query parameter; it is encoded here. May be called again with the same name.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query
            .extend(utf8_percent_encode(name, NON_ALPHANUMERIC));
        self.query.push('=');
        self.query
            .extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
        self
    }

    /// The JSON body.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] when it is not valid JSON: the error says where, not what.
    pub fn json(mut self, body: impl Into<Vec<u8>>) -> Result<Self> {
        let body = body.into();
        serde_json::from_slice::<serde::de::IgnoredAny>(&body).map_err(|error| {
            Error::local(
                ErrorKind::InvalidInput,
                format!(
                    "the body is not valid JSON (line {}, column {})",
                    error.line(),
                    error.column()
                ),
            )
            .with_operation(OPERATION)
        })?;
        self.operation.request = RequestContent::Json;
        self.body = Body::json(Bytes::from(body));
        Ok(self)
    }

    /// A form with texts and files (`multipart/form-data`) in place of JSON. Files are streamed.
    pub fn form(mut self, form: Form) -> Self {
        self.operation.request = RequestContent::Multipart;
        self.body = Body::form(form);
        self
    }

    /// Bytes in place of JSON, streamed.
    pub fn bytes(mut self, source: impl Into<Source>) -> Self {
        self.operation.request = RequestContent::Bytes;
        self.body = Body::bytes(source);
        self
    }

    /// Total deadline of this call. Default: that of the client (30 s).
    pub fn timeout(mut self, total: Duration) -> Self {
        self.timeout = Some(total);
        self
    }

    /// The operation that this call is, as the description has it; `None` of one that is newer than this crate.
    #[must_use]
    pub fn described(&self) -> Option<&'static api::Operation> {
        self.known
            .and_then(|known| api::Operation::named(known.name))
    }

    /// Whether the description says that this call answers a file: then [`RawCall::download`] is for it. An operation that
    /// is newer than this crate is not known.
    #[must_use]
    pub fn answers_file(&self) -> bool {
        self.known
            .is_some_and(|known| known.response == ResponseContent::Bytes)
    }

    /// Makes the call, and gives its answer as a file. An error in the place of the file is an error here.
    ///
    /// A total deadline holds for the file as well, but only if [`RawCall::timeout`] sets one; without it the file may
    /// take as long as pieces come.
    ///
    /// # Errors
    /// As every call.
    pub async fn download(mut self) -> Result<RawFile> {
        self.operation.response = ResponseContent::Bytes;
        let client = self.client.clone();
        let (request, operation, options) = self.prepare("*/*")?;
        let pipeline = client.parts().service.pipeline();
        pipeline
            .download(request, &operation, &options)
            .await
            .map(|file| RawFile::new(file, OPERATION, client.clone()))
            .map_err(|fault| Error::from_fault(OPERATION, fault))
    }

    async fn run(self) -> Result<RawResponse> {
        let client = self.client.clone();
        let (request, operation, options) = self.prepare("application/json")?;
        let pipeline = client.parts().service.pipeline();
        pipeline
            .call(request, &operation, &options)
            .await
            .map(RawResponse)
            .map_err(|fault| Error::from_fault(OPERATION, fault))
    }

    fn prepare(self, accept: &'static str) -> Result<(Request<Body>, Operation, CallOptions)> {
        let target = match self.query.as_str() {
            "" => self.path,
            query => format!("{}?{query}", self.path),
        };
        let request = Request::builder()
            .method(self.operation.method)
            .uri(target)
            .header(header::ACCEPT, accept)
            .body(self.body)
            .map_err(|error| invalid("the path is not valid in a URL").with_source(error))?;
        let mut options = CallOptions::default();
        options.deadline = self.timeout;
        Ok((request, self.operation, options))
    }
}

impl IntoFuture for RawCall {
    type Output = Result<RawResponse>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<RawResponse>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// Shows neither path, query nor body: they may hold ids and texts.
impl fmt::Debug for RawCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawCall")
            .field("method", &self.operation.method)
            .finish_non_exhaustive()
    }
}

impl RawResponse {
    /// HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.0.status.as_u16()
    }

    /// The body as it came: JSON, or nothing.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// A header, if it is there and plain text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers.get(name)?.to_str().ok()
    }

    /// The service's own time, to the second.
    #[must_use]
    pub fn date(&self) -> Option<Timestamp> {
        after::date(&self.0.headers)
    }

    /// The request id, if the answer has one.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Attempts on the wire.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Time from the start of the call to its end.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }
}

/// Without the body: it holds messages of customers.
impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RawResponse").field(&self.0).finish()
    }
}

#[cfg(all(test, feature = "testing"))]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::{
        SecretString,
        testing::{FakeClock, ScriptedTransport, Step},
    };

    fn client(clock: &FakeClock, network: &ScriptedTransport) -> Client {
        Client::builder()
            .token(SecretString::from("token-for-tests"))
            .clock(clock.clone())
            .transport(network.clone())
            .build()
            .unwrap()
    }

    #[test]
    fn what_goes_out_and_what_comes_back() {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock).then(Step::json(200, r#"{"new":1}"#));
        let client = client(&clock, &network);
        let call = client
            .raw("post", "/v2/new/thing%2C1")
            .unwrap()
            .query("name", "a b&c")
            .query("name", "工")
            .json("{\"x\":1}")
            .unwrap();
        let answer = clock.run(call.into_future()).unwrap();
        assert_eq!((answer.status(), answer.body()), (200, &b"{\"new\":1}"[..]));
        let requests = network.requests();
        let request = requests.first().unwrap();
        assert_eq!(request.method.as_str(), "POST");
        let target = request.uri.path_and_query().unwrap().as_str();
        assert_eq!(target, "/v2/new/thing%2C1?name=a%20b%26c&name=%E5%B7%A5");
        assert_eq!(request.headers["content-type"], "application/json");
        assert_eq!(request.headers["x-auth-token"], "token-for-tests");
        assert_eq!(&*request.body, b"{\"x\":1}");
    }

    #[test]
    fn a_failing_code_is_an_error_and_a_write_is_not_repeated() {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock)
            .then(Step::json(200, r#"{"error_code":"OSM.01010017"}"#))
            .then(Step::json(200, "{}"));
        let client = client(&clock, &network);
        let error = clock
            .run(client.raw("PUT", "/v2/a").unwrap().into_future())
            .unwrap_err();
        assert_eq!(error.code(), Some("OSM.01010017"));
        assert_eq!(network.requests().len(), 1);
    }

    /// An answer to a described write holds what is known of it. Of another nobody knows anything.
    #[test]
    fn what_a_write_answers_is_known_only_where_it_is_described() {
        let body = r#"{"type":"error"}"#;
        for (path, is_good) in [
            ("/v2/servicerequest/cases/case-123/message", false),
            ("/v2/new", true),
        ] {
            let clock = FakeClock::new();
            let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, body));
            let call = client(&clock, &network).raw("POST", path).unwrap();
            let answer = clock.run(call.into_future());
            assert_eq!(answer.is_ok(), is_good, "{path}");
            assert_eq!(network.requests().len(), 1, "{path}");
            // It is in doubt, so it is not done again by itself.
            let network = ScriptedTransport::new(&clock).otherwise(Step::reset());
            let call = client(&clock, &network).raw("POST", path).unwrap();
            clock.run(call.into_future()).unwrap_err();
            assert_eq!(network.requests().len(), 1, "{path}");
        }
    }

    #[test]
    fn a_file_goes_up_as_a_form_and_comes_down_as_a_stream() {
        let clock = FakeClock::new();
        let file = || Step::answer(200).header("content-type", "application/octet-stream");
        let network = ScriptedTransport::new(&clock)
            .then(Step::json(200, r#"{"accessory_id":"a"}"#))
            .then(file().body("the file"))
            .then(file().body(vec![7_u8; 300_000]).cut(200_000))
            .then(Step::json(200, r#"{"error_code":"OSM.01010015"}"#));
        let client = client(&clock, &network);
        let log = Source::bytes("a log").named("disk.log");
        let form = Form::new().text("form_data", "{}").file("file", log);
        let upload = client.raw("POST", "/v2/files").unwrap().form(form);
        clock.run(upload.into_future()).unwrap();
        let requests = network.requests();
        let request = requests.first().unwrap();
        let kind = request.headers["content-type"].to_str().unwrap();
        assert!(kind.starts_with("multipart/form-data; boundary="), "{kind}");
        let body = String::from_utf8_lossy(&request.body);
        assert!(body.contains("filename=\"disk.log\"") && body.contains("\r\n\r\na log\r\n"));

        let download = || {
            client
                .raw("GET", "/v2/files/a")
                .unwrap()
                .timeout(Duration::from_secs(9))
        };
        let whole = clock.run(async { download().download().await?.bytes(100).await });
        assert_eq!(whole.unwrap(), "the file");
        let cut = clock.run(async { download().download().await?.bytes(1 << 20).await });
        assert_eq!(cut.unwrap_err().kind(), ErrorKind::Interrupted);
        let error = clock.run(download().download()).unwrap_err();
        assert_eq!(error.code(), Some("OSM.01010015"));
    }

    /// Whichever body was given last is sent.
    #[test]
    fn a_body_takes_the_place_of_one_before() {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, "{}"));
        let client = client(&clock, &network);
        let call = || client.raw("POST", "/v2/new").unwrap();
        let form = || Form::new().text("a", "b");
        for (call, kind) in [
            (call().form(form()).json("{}").unwrap(), "application/json"),
            (
                call().json("{}").unwrap().form(form()),
                "multipart/form-data",
            ),
            (
                call().form(form()).bytes(Source::bytes("x")),
                "application/octet-stream",
            ),
        ] {
            clock.run(call.into_future()).unwrap();
            let request = network.requests().pop().unwrap();
            let told = request.headers["content-type"].to_str().unwrap();
            assert!(told.starts_with(kind), "{told}");
        }
    }

    #[test]
    fn which_calls_answer_a_file() {
        let clock = FakeClock::new();
        let client = client(&clock, &ScriptedTransport::new(&clock));
        let files = "/v2/servicerequest/accessorys";
        for (method, path, is_file) in [
            ("GET", format!("{files}/a"), true),
            ("get", format!("{files}/a,b%2C1"), true),
            ("POST", format!("{files}/a"), false),
            ("GET", files.to_owned(), false),
            ("GET", format!("{files}/a/b"), false),
            ("GET", "/v2/servicerequest/cases/a".to_owned(), false),
            ("GET", "/v2/unknown/a".to_owned(), false),
        ] {
            let call = client.raw(method, &path).unwrap();
            assert_eq!(call.answers_file(), is_file, "{method} {path}");
        }
    }

    #[test]
    fn what_is_not_sent() {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock);
        let client = client(&clock, &network);
        for (method, path) in [
            ("TRACE", "/v2/a"),
            ("GET", ""),
            ("GET", "v2/a"),
            ("GET", "https://elsewhere.example/v2"),
            ("GET", "//elsewhere.example/v2"),
            ("GET", "/v2/../a"),
            ("GET", "/v2/%2e%2E/a"),
            ("GET", "/v2/a%2fb"),
            ("GET", "/v2//a"),
            ("GET", "/v2/a?b=c"),
            ("GET", "/v2/a#b"),
            ("GET", "/v2/a b"),
            ("GET", "/v2/a\r\nx: y"),
            ("GET", "/v2/工"),
            ("GET", "/1/2/3/4/5/6/7/8/9/10/11/12/13"),
        ] {
            let error = client.raw(method, path).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{method} {path}");
        }
        let call = client.raw("POST", "/v2/a").unwrap();
        assert!(call.json("{x}").is_err());
        assert!(network.requests().is_empty());
    }
}
