//! Asks a simulator what a recorded exchange asks, byte for byte; and holds what a simulator answers to the description.

use crate::{
    compare::{Judge, Misfit, listed},
    description::{Description, Operation},
    exchange::{self, Exchange},
};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hwc_core::{
    HttpTransport, ProxyChoice, Transport,
    transport::{RequestBody, ResponseBody, Sending},
};
use hwc_tickets_sim::{
    Agreement, Command, Contact, ContactWay, DEMO, Label, LabelAction, Outcome, RelationAction,
    Rules, Simulator, Status, TicketSeed, UnknownChoice,
};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, LazyLock, Mutex},
};

/// An answer as it came.
#[derive(Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers that a description may speak of.
    pub headers: BTreeMap<String, String>,
    /// Body.
    pub body: Bytes,
}

impl Answer {
    fn new(head: &http::response::Parts, body: Bytes) -> Self {
        let headers = head.headers.iter();
        Self {
            status: head.status.as_u16(),
            headers: headers
                .filter(|(name, _)| !NOT_OF_SERVICE.contains(&name.as_str()))
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                .collect(),
            body,
        }
    }

    /// An `error_code` that tells of a failure: neither an empty one nor 0 (D-92).
    #[must_use]
    pub fn error_code(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        let code = body["error_code"].as_str();
        let code = code.filter(|code| !matches!(*code, "" | "0"));
        code.map(str::to_owned)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        write!(
            f,
            "{} {}",
            self.status,
            body.chars().take(200).collect::<String>()
        )
    }
}

/// Headers that belong to HTTP, or are the simulator's mark of an example, and not to the description of a service.
const NOT_OF_SERVICE: [&str; 6] = [
    "content-length",
    "date",
    "connection",
    "server",
    "transfer-encoding",
    "x-simulated",
];

/// Sends recorded requests to a simulator.
#[derive(Debug)]
pub struct Asker(HttpTransport);

impl Default for Asker {
    fn default() -> Self {
        Self(direct())
    }
}

fn direct() -> HttpTransport {
    let transport = HttpTransport::builder().proxy(ProxyChoice::Direct);
    transport.build().expect("a transport")
}

impl Asker {
    /// Sends `request` as the usual customer.
    pub async fn ask(&self, simulator: &Simulator, request: &exchange::Request) -> Answer {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&request.query);
        let query = query.finish();
        let mark = if query.is_empty() { "" } else { "?" };
        let mut asked = http::Request::builder()
            .method(request.method.as_str())
            .uri(format!(
                "{}{}{mark}{query}",
                simulator.endpoint(),
                request.path
            ))
            .header("X-Auth-Token", simulator.credentials().token);
        for (name, value) in &request.headers {
            asked = asked.header(name, value);
        }
        let body = request.bytes();
        if let Some(kind) = request.content_type() {
            asked = asked.header("Content-Type", kind);
        }
        let asked = asked.body(Bytes::from(body).into()).expect("a request");
        let answer = self.0.send(asked).await.expect("an answer");
        let (head, body) = answer.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        Answer::new(&head, body)
    }
}

/// What an answer of a simulator must not differ in: nothing, but for limits that are only recorded, and for the one
/// field that a document shows and its table lacks (D-08).
#[must_use]
pub fn real_misfits(found: impl IntoIterator<Item = Misfit>) -> Vec<Misfit> {
    static ECHO: LazyLock<BTreeSet<Misfit>> =
        LazyLock::new(|| listed(&exchange::named("updateNewInstantMessagesRead/documented")));
    let found = found.into_iter();
    found
        .filter(|misfit| !misfit.rule.starts_with("documented-") && !ECHO.contains(misfit))
        .collect()
}

/// A transport that fails the test when the simulator answers what is not in the description.
///
/// Injected faults are not looked at: another status, a page, a body that breaks off.
#[derive(Debug, Clone)]
pub struct Watched {
    line: Arc<HttpTransport>,
    description: &'static Description,
    judge: Arc<Mutex<Judge>>,
}

impl Default for Watched {
    fn default() -> Self {
        // All watch for the same, and to compile a schema takes longer than to use it.
        static JUDGE: LazyLock<Arc<Mutex<Judge>>> = LazyLock::new(Arc::default);
        Self {
            line: Arc::new(direct()),
            description: Description::shared(),
            judge: Arc::clone(&JUDGE),
        }
    }
}

impl Watched {
    fn judge(&self, method: &http::Method, path: &str, answer: &Answer) {
        let fits = |operation: &&Operation| {
            operation.method == method.as_str() && operation.path_values(path).is_some()
        };
        let operations = self.description.operations().filter(fits);
        // A path without a parameter wins (D-46).
        let Some(operation) =
            operations.min_by_key(|operation| operation.parameters_in("path").count())
        else {
            return;
        };
        let found = self.judge.lock().unwrap().answer_misfits(
            operation,
            answer.status,
            &answer.headers,
            &answer.body,
        );
        let weather = |misfit: &Misfit| {
            ["/response/status", "/response/content_type"].contains(&misfit.place.as_str())
        };
        if !found.iter().any(weather) {
            let found = real_misfits(found);
            assert!(
                found.is_empty(),
                "{}: {found:?} in {answer:?}",
                operation.id
            );
        }
    }
}

impl Transport for Watched {
    fn send(&self, request: http::Request<RequestBody>) -> Sending {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let watched = self.clone();
        let sending = self.line.send(request);
        Box::pin(async move {
            let (head, body) = sending.await?.into_parts();
            let body = body.collect().await?.to_bytes();
            watched.judge(&method, &path, &Answer::new(&head, body.clone()));
            Ok(http::Response::from_parts(head, ResponseBody::full(body)))
        })
    }
}

/// Rules of a simulator that looks at no more than the description: made exchanges have ids of the right length that no list
/// of the service gives, and contacts that nobody verified.
#[must_use]
pub fn permissive() -> Rules {
    let mut rules = Rules::default();
    rules.unknown_choice = UnknownChoice::Accepted;
    rules.contacts_verified = false;
    rules
}

/// Makes the tickets, files and labels that a request names and that are not there yet, as the usual customer's, publishes
/// its agreement, and has its code on its way. Gives the request, with the id of a message that is there in place of the
/// recorded one.
pub fn furnish(simulator: &Simulator, exchange: &Exchange) -> exchange::Request {
    let mut request = exchange.request.clone();
    let mut segments = request.path.split('/').skip(3);
    let kind = segments.next().unwrap_or_default();
    let in_path: Vec<&str> = segments.collect();
    let first = percent_decode_str(in_path.first().copied().unwrap_or_default());
    let first = first.decode_utf8_lossy().into_owned();
    let related = request
        .body
        .as_ref()
        .and_then(|body| body["related_id"].as_str());
    let in_query = request.query.iter().filter(|(name, _)| name == "case_ids");
    let tickets = in_query.map(|(_, id)| id.as_str()).chain(related);
    let own = (kind == "cases").then_some(first.as_str());
    for id in tickets.chain(own) {
        let now = simulator.now();
        let ticket = TicketSeed::new(id, DEMO, now).customer(now, "It is broken.");
        // An id that is empty, or there already, is refused.
        let _ = simulator.open(ticket);
    }
    if let Some(status) = wanted(exchange) {
        let _ = simulator.set_status(&first, status);
    }
    if let Some(related) = related {
        // A ticket that is not there, or this one itself, cannot be related.
        let _ = simulator.relate(&first, related);
    }
    make_several(simulator, &exchange.request, &first);
    match (kind, first.parse()) {
        ("accessorys", _) => {
            for id in first.split(',').filter(|id| !id.is_empty()) {
                simulator.attach_file(id, "file.txt", "bytes of a file");
            }
        }
        ("labels", Ok(id)) => simulator.add_label(Label::new(id, "demo", "old", "#ffffff")),
        ("agreements", Ok(id)) => simulator.publish_agreement(Agreement::new(id, "0", 1)),
        ("verifycodes", _) if first.is_empty() => expect_code(simulator, &request),
        _ => {}
    }
    let mut deviations = exchange.deviations.iter();
    let good_path = !deviations.any(|deviation| deviation.place.starts_with("/request/path"));
    if let ([ticket, _, _, "withdraw"], true) = (in_path.as_slice(), good_path) {
        let submit = Command::Submit {
            by: DEMO.to_owned(),
            ticket: (*ticket).to_owned(),
            group: None,
            content: "It is broken again.".into(),
            attachments: Vec::new(),
            confidential: false,
        };
        if let Outcome::Stored { message } = simulator.apply(submit) {
            request.path =
                format!("/v2/servicerequest/cases/{ticket}/instant-messages/{message}/withdraw");
        }
    }
    request
}

/// Has the code that a request says on its way to the contact that it names, if it names one.
fn expect_code(simulator: &Simulator, request: &exchange::Request) {
    let body = request.body.as_ref().unwrap_or(&Value::Null);
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    let way = body["contact_way"].as_i64().and_then(ContactWay::of);
    let contact = way.map(|way| Contact::new(way, text("contact_value"), text("area_code")));
    if let Some(contact) = contact {
        let expected = simulator.expect_code(DEMO, contact, text("verify_code"));
        expected.expect("the usual customer");
    }
}

/// Makes what a request names in a list of tickets to relate, of files or of labels. `ticket` is the one that it is about.
fn make_several(simulator: &Simulator, request: &exchange::Request, ticket: &str) {
    let command = |command: Command| drop(simulator.apply(command));
    let by = || DEMO.to_owned();
    let related = request.body.as_ref();
    let related = related.and_then(|body| body["related_id_list"].as_array());
    for id in related.into_iter().flatten().filter_map(Value::as_str) {
        let _ = simulator.open(TicketSeed::new(id, DEMO, simulator.now()));
        // A ticket can have three: those that it has make room.
        for related in simulator.related(ticket) {
            let group = None;
            command(Command::Relations {
                by: by(),
                ticket: ticket.to_owned(),
                action: RelationAction::Delete { related, group },
            });
        }
    }
    let in_query = |wanted: &'static str| {
        let pairs = request.query.iter();
        pairs.filter(move |(name, _)| name == wanted)
    };
    for (_, id) in in_query("accessory_ids") {
        simulator.attach_file(id, "file.txt", "bytes of a file");
    }
    for files in ["/message/accessory_ids", "/accessory_ids"] {
        let files = request.body.as_ref().and_then(|body| body.pointer(files));
        for id in files.and_then(Value::as_array).into_iter().flatten() {
            simulator.attach(id.as_str().unwrap_or_default(), "file");
        }
    }
    let labels = in_query("label_ids").filter_map(|(_, id)| id.parse().ok());
    let labels: BTreeSet<u32> = labels.collect();
    for id in &labels {
        simulator.add_label(Label::new(*id, "demo", "old", "#ffffff"));
    }
    if request.method == "DELETE" {
        let ticket = ticket.to_owned();
        command(Command::Labels {
            by: by(),
            action: LabelAction::PutOn { ticket, labels },
        });
    }
}

/// The state in which the ticket of a request has to be, if that matters.
fn wanted(exchange: &Exchange) -> Option<Status> {
    let mut query = exchange.request.query.iter();
    let action = query.find(|(name, _)| name == "action_id");
    let action = action.map(|(_, word)| word.as_str());
    match (exchange.operation(), action) {
        ("createScores", _) | ("updateCases", Some("delete")) => Some(Status::Completed),
        ("updateCases", Some("cancel")) => Some(Status::Waiting),
        _ => None,
    }
}
