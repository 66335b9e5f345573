//! Calls any operation of the wire crate by name, and says what came of it.
//!
//! The one table below is written by hand: an operation that the description gains and the table lacks fails every
//! test that goes through all operations.

use crate::{exchange, exchange::Verdict, request::without_empty_lists};
use hwc_core::{
    CallOptions, Fault, FaultKind, Idempotency, Operation, Pipeline, PipelineBuilder, ProxyChoice,
    Sent,
    identity::Token,
    testing::{FakeClock, ScriptedTransport, Step},
};
use hwc_tickets_wire::{Answer, Call, ERROR_CODES, Undecodable, WireClient, operations};
use percent_encoding::percent_decode_str;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

/// The token of every test.
pub const TOKEN: &str = "token-of-the-contract-tests";

/// The operation `name` of the generated table.
#[must_use]
pub fn operation(name: &str) -> &'static Operation {
    let mut all = operations::ALL.iter();
    all.find(|operation| operation.name == name)
        .unwrap_or_else(|| panic!("the wire crate has no operation {name}"))
}

/// Settings of a pipeline to `url`, with what every test wants.
pub fn pipeline(url: &str) -> PipelineBuilder {
    pipeline_as(TOKEN, url)
}

/// The same with another token.
pub fn pipeline_as(token: &str, url: &str) -> PipelineBuilder {
    Pipeline::builder(url.parse().expect("an address"))
        .identity(Token::new(&token.into()).expect("a token"))
        .error_codes(ERROR_CODES)
        .proxy(ProxyChoice::Direct)
}

/// The calls of a client over `pipeline`, one attempt each.
#[must_use]
pub fn calls(pipeline: PipelineBuilder) -> Call {
    let pipeline = pipeline.build().expect("good settings");
    let mut options = CallOptions::default();
    options.max_attempts = Some(1);
    WireClient::new(Arc::new(pipeline)).with(options)
}

/// A client of the wire without a network: each call gets the answer that is set for it.
#[derive(Debug)]
pub struct Unplugged {
    call: Call,
    clock: FakeClock,
    transport: ScriptedTransport,
}

impl Default for Unplugged {
    fn default() -> Self {
        let clock = FakeClock::new();
        let transport = ScriptedTransport::new(&clock);
        let pipeline = pipeline("https://osm.example")
            .clock(Arc::new(clock.clone()))
            .transport(Arc::new(transport.clone()));
        Self {
            call: calls(pipeline),
            clock,
            transport,
        }
    }
}

impl Unplugged {
    /// What comes of the good request `arguments` of `operation` when the answer is `step`.
    ///
    /// # Errors
    /// The fault that the call ends with.
    pub fn ask(&self, operation: &Operation, arguments: &Arguments, step: Step) -> Outcome {
        let _ = self.transport.clone().then(step);
        let outcome = self
            .clock
            .run(call(&self.call, operation, arguments.clone()));
        assert_eq!(self.transport.steps_left(), 0, "nothing was asked");
        outcome.expect("a good request")
    }
}

/// The arguments of the recorded success of each operation, which must have one.
#[must_use]
pub fn good_arguments() -> BTreeMap<&'static str, Arguments> {
    let exchanges = exchange::recorded();
    let good = operations::ALL.iter().map(|operation| {
        let name = format!("{}/success", operation.name);
        let good = exchanges.iter().find(|exchange| exchange.name == name);
        let good = good.unwrap_or_else(|| panic!("record spec/examples/{name}.json"));
        let arguments = Arguments::of(operation, &good.request);
        (operation.name, arguments.expect("a good request"))
    });
    good.collect()
}

/// The arguments of a call, as a recorded request has them.
#[derive(Debug, Clone)]
pub struct Arguments {
    path: BTreeMap<String, String>,
    query: Vec<(String, String)>,
    body: Option<Value>,
}

/// A request that the types of the wire crate cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inexpressible(pub String);

impl Arguments {
    /// The arguments of `request`.
    ///
    /// # Errors
    /// It is not a request of `operation`, or has a body that is not JSON.
    pub fn of(operation: &Operation, request: &exchange::Request) -> Result<Self, Inexpressible> {
        let path = path_values(operation.path, &request.path)
            .ok_or_else(|| Inexpressible("another path".to_owned()))?;
        if request.body_text.is_some() {
            return Err(Inexpressible("a body that is not JSON".to_owned()));
        }
        Ok(Self {
            path,
            query: request.query.clone(),
            body: request.body.clone(),
        })
    }

    fn path(&self, name: &str) -> String {
        self.path[name].clone()
    }

    fn take(&mut self, name: &str) -> Vec<String> {
        let (taken, left) = self.query.drain(..).partition(|(known, _)| known == name);
        self.query = left;
        let taken: Vec<(String, String)> = taken;
        taken.into_iter().map(|(_, value)| value).collect()
    }

    fn optional<T: std::str::FromStr>(&mut self, name: &str) -> Result<Option<T>, Inexpressible> {
        let values = self.take(name);
        let [value] = values.as_slice() else {
            return match values.len() {
                0 => Ok(None),
                _ => Err(Inexpressible(format!("{name} twice"))),
            };
        };
        let parsed = value.parse().map(Some);
        parsed.map_err(|_| Inexpressible(format!("{name} of another type")))
    }

    fn required<T: std::str::FromStr>(&mut self, name: &str) -> Result<T, Inexpressible> {
        self.optional(name)?
            .ok_or_else(|| Inexpressible(format!("no {name}")))
    }

    fn list(&mut self, name: &str) -> Result<Vec<String>, Inexpressible> {
        match self.take(name) {
            values if values.is_empty() => Err(Inexpressible(format!("no {name}"))),
            values => Ok(values),
        }
    }

    fn body<T: DeserializeOwned + Serialize>(&mut self) -> Result<T, Inexpressible> {
        let body = self.body.take();
        let value = body.ok_or_else(|| Inexpressible("no body".to_owned()))?;
        let typed: T = serde_json::from_value(value.clone())
            .map_err(|error| Inexpressible(format!("a body of another form: {error}")))?;
        let again = serde_json::to_value(&typed).expect("a body is JSON");
        if without_empty_lists(again) == without_empty_lists(value) {
            Ok(typed)
        } else {
            Err(Inexpressible("a body with other fields".to_owned()))
        }
    }

    /// Nothing may be left that the method has no place for.
    fn end(&self) -> Result<(), Inexpressible> {
        match (&self.query.first(), &self.body) {
            (None, None) => Ok(()),
            (Some((name, _)), _) => Err(Inexpressible(format!("the query has {name}"))),
            (_, Some(_)) => Err(Inexpressible("there is a body".to_owned())),
        }
    }
}

/// A decoded success.
#[derive(Debug)]
pub struct Decoded {
    /// The decoded body, written as JSON again.
    pub body: Value,
    /// What could not be decoded.
    pub undecodable: Vec<Undecodable>,
    /// Request id.
    pub request_id: Option<String>,
}

/// How a call ended.
pub type Outcome = Result<Decoded, Fault>;

fn decoded<T: Serialize>(answer: Answer<T>) -> Decoded {
    Decoded {
        body: serde_json::to_value(&answer.body).expect("an answer is JSON"),
        undecodable: answer.undecodable,
        request_id: answer.request_id,
    }
}

/// Calls `operation` with `arguments`.
///
/// # Errors
/// The types of the wire crate cannot say these arguments. Nothing was called.
pub async fn call(
    call: &Call,
    operation: &Operation,
    mut arguments: Arguments,
) -> Result<Outcome, Inexpressible> {
    let given = &mut arguments;
    Ok(match operation.name {
        "createMessages" => {
            let (case_id, body) = (given.path("case_id"), given.body()?);
            given.end()?;
            call.create_messages(&case_id, &body).await.map(decoded)
        }
        "listMessages" => {
            let case_id = given.path("case_id");
            let group_id: Option<String> = given.optional("group_id")?;
            let limit = given.optional("limit")?;
            let offset = given.optional("offset")?;
            let trim = given.optional("trim_osm_rich_text_label")?;
            given.end()?;
            call.list_messages(&case_id, group_id.as_deref(), limit, offset, trim)
                .await
                .map(decoded)
        }
        "listMoreInstantMessages" => {
            let case_id = given.path("case_id");
            let create_time: String = given.required("create_time")?;
            let group_id: Option<String> = given.optional("group_id")?;
            let limit = given.required("limit")?;
            let trim = given.optional("trim_osm_rich_text_label")?;
            let type_ = given.required("type")?;
            given.end()?;
            call.list_more_instant_messages(
                &case_id,
                &create_time,
                group_id.as_deref(),
                limit,
                trim,
                type_,
            )
            .await
            .map(decoded)
        }
        "listNewInstantMessages" => {
            let case_ids = given.list("case_ids")?;
            let group_id: Option<String> = given.optional("group_id")?;
            let cursor: Option<String> = given.optional("last_message_time_id")?;
            let trim = given.optional("trim_osm_rich_text_label")?;
            given.end()?;
            call.list_new_instant_messages(&case_ids, group_id.as_deref(), cursor.as_deref(), trim)
                .await
                .map(decoded)
        }
        "listUnreadNewInstantMessages" => {
            let case_ids = given.list("case_ids")?;
            let group_id: Option<String> = given.optional("group_id")?;
            given.end()?;
            call.list_unread_new_instant_messages(&case_ids, group_id.as_deref())
                .await
                .map(decoded)
        }
        "updateNewInstantMessagesRead" => {
            let (case_id, body) = (given.path("case_id"), given.body()?);
            given.end()?;
            call.update_new_instant_messages_read(&case_id, &body)
                .await
                .map(decoded)
        }
        "revokeMessage" => {
            let (case_id, message_id) = (given.path("case_id"), given.path("message_id"));
            given.end()?;
            call.revoke_message(&case_id, &message_id)
                .await
                .map(decoded)
        }
        "showCaseDetail" => {
            let case_id = given.path("case_id");
            let group_id: Option<String> = given.optional("group_id")?;
            let trim = given.optional("trim_osm_rich_text_label")?;
            given.end()?;
            call.show_case_detail(&case_id, group_id.as_deref(), trim)
                .await
                .map(decoded)
        }
        "showCaseStatus" => {
            let case_id = given.path("case_id");
            given.end()?;
            call.show_case_status(&case_id).await.map(decoded)
        }
        other => panic!("the contract tests cannot call {other}: add it to tests/src/wire.rs"),
    })
}

/// What a caller has to make of `outcome`, in the words of a recorded exchange.
#[must_use]
pub fn verdict(effect: Idempotency, outcome: &Outcome) -> Verdict {
    let fault = match outcome {
        Ok(_) => return Verdict::Success,
        Err(fault) => fault,
    };
    match (fault.kind, fault.sent) {
        (FaultKind::Protocol, Sent::Maybe) => Verdict::Protocol,
        (FaultKind::Unavailable, Sent::Maybe) => Verdict::Unavailable,
        (
            FaultKind::Refused
            | FaultKind::Forbidden
            | FaultKind::NotFound
            | FaultKind::Unauthorized
            | FaultKind::Throttled
            | FaultKind::RequestTooLarge,
            sent,
        ) => match sent {
            Sent::Refused => Verdict::Refused,
            // What was not done matters only where something is done.
            _ if effect == Idempotency::Safe => Verdict::Refused,
            _ => Verdict::Unavailable,
        },
        (kind, sent) => panic!("an answer was judged {kind:?}, {sent:?}: {fault}"),
    }
}

fn path_values(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let (wanted, found): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    if wanted.len() != found.len() {
        return None;
    }
    let mut values = BTreeMap::new();
    for (wanted, found) in wanted.into_iter().zip(found) {
        match wanted.strip_prefix('{') {
            Some(name) => {
                let value = percent_decode_str(found).decode_utf8().ok()?;
                values.insert(name.trim_end_matches('}').to_owned(), value.into_owned());
            }
            None if wanted == found => {}
            None => return None,
        }
    }
    Some(values)
}
