//! Calls any operation of the wire crate by name, through its index, and says what came of it.

use crate::{
    description::{self, Description},
    exchange::{self, Verdict},
};
use exchanges::typed;
use hwc_core::{
    CallOptions, Delivery, Fault, FaultKind, Idempotency, Operation, Pipeline, PipelineBuilder,
    ProxyChoice,
    identity::Token,
    testing::{FakeClock, ScriptedTransport, Step},
};
use hwc_tickets_wire::{Client, Content, ERROR_CODES, Entry, INDEX, Undecodable, operations};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// The token of every test.
pub const TOKEN: &str = "token-of-the-contract-tests";

/// Most bytes of a file in a test.
const MOST_BYTES: usize = 1 << 20;

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

/// A client over `pipeline`.
#[must_use]
pub fn client(pipeline: PipelineBuilder) -> Client {
    let pipeline = pipeline.build().expect("good settings");
    Client::new(Arc::new(pipeline))
}

/// A client of the wire without a network: each call gets the answer that is set for it.
#[derive(Debug)]
pub struct Unplugged {
    client: Client,
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
            client: client(pipeline),
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
            .run(call(&self.client, operation, arguments.clone()));
        assert_eq!(self.transport.steps_left(), 0, "nothing was asked");
        outcome
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

/// The arguments of a call, as the index takes them.
#[derive(Debug, Clone)]
pub struct Arguments(Value);

/// A request that the types of the wire crate cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inexpressible(pub String);

impl Arguments {
    /// The arguments of `request`.
    ///
    /// # Errors
    /// It is not a request of `operation`, or not one that its types can say.
    pub fn of(operation: &Operation, request: &exchange::Request) -> Result<Self, Inexpressible> {
        let described = Description::shared().operation(operation.name);
        let path = described
            .path_values(&request.path)
            .ok_or_else(|| Inexpressible("another path".to_owned()))?;
        if request.body_text.is_some() {
            return Err(Inexpressible("a body that is not JSON".to_owned()));
        }
        let mut arguments = Map::new();
        for (place, pairs) in [("path", &path), ("query", &request.query)] {
            for (name, value) in pairs {
                let mut known = described.parameters_in(place);
                let parameter = known
                    .find(|parameter| parameter.name == *name)
                    .ok_or_else(|| Inexpressible(format!("the {place} has {name}")))?;
                add(&mut arguments, parameter, value)?;
            }
        }
        for (name, part) in request.form.iter().flatten() {
            let part = match part {
                exchange::Part::Text(text) => json!(text),
                exchange::Part::File(file) => json!({"name": file.name, "content": file.content}),
            };
            arguments.insert(name.clone(), part);
        }
        if let Some(body) = &request.body {
            if has_null(body) {
                return Err(Inexpressible(
                    "a null, where fields are left out".to_owned(),
                ));
            }
            arguments.insert("body".to_owned(), body.clone());
        }
        let arguments = Value::from(arguments);
        match (entry(operation).parts)(arguments.clone()) {
            Ok(_) => Ok(Self(arguments)),
            Err(fault) => Err(Inexpressible(fault.to_string())),
        }
    }

    /// Arguments from an object of the index.
    #[must_use]
    pub fn from_json(arguments: Value) -> Self {
        Self(arguments)
    }
}

/// Adds the text of a parameter as the type that is described.
fn add(
    arguments: &mut Map<String, Value>,
    parameter: &description::Parameter,
    text: &str,
) -> Result<(), Inexpressible> {
    let name = &parameter.name;
    let other = || Inexpressible(format!("{name} of another type"));
    // Without a type, or with one that is no scalar, it is text.
    let is_text = |schema: &Value| {
        let kind = schema["type"].as_str();
        !matches!(kind, Some("integer" | "number" | "boolean"))
    };
    let scalar = |schema: &Value| match typed(schema, text) {
        Value::String(_) if !is_text(schema) => Err(other()),
        value => Ok(value),
    };
    if parameter.schema["type"] == "array" {
        let item = scalar(&parameter.schema["items"])?;
        let list = arguments.entry(name).or_insert_with(|| json!([]));
        list.as_array_mut().expect("a list").push(item);
        return Ok(());
    }
    match arguments.insert(name.clone(), scalar(&parameter.schema)?) {
        None => Ok(()),
        Some(_) => Err(Inexpressible(format!("{name} twice"))),
    }
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(fields) => fields.values().any(has_null),
        _ => false,
    }
}

/// The row of `operation` in the index.
fn entry(operation: &Operation) -> &'static Entry {
    let mut rows = INDEX.iter();
    rows.find(|entry| entry.operation.name == operation.name)
        .unwrap_or_else(|| panic!("the index has no {}", operation.name))
}

/// A decoded success.
#[derive(Debug)]
pub struct Decoded {
    /// The decoded body, written as JSON again; of a file, its bytes as a text.
    pub body: Value,
    /// What could not be decoded.
    pub undecodable: Vec<Undecodable>,
    /// Request id.
    pub request_id: Option<String>,
}

/// How a call ended.
pub type Outcome = Result<Decoded, Fault>;

/// Calls `operation` with `arguments`, in one attempt.
///
/// # Errors
/// The fault that the call ends with.
pub async fn call(client: &Client, operation: &Operation, arguments: Arguments) -> Outcome {
    let options = CallOptions::default().with_max_attempts(1);
    let answer = client.send_json(entry(operation), arguments.0, &options);
    let answer = answer.await?;
    let body = match answer.body {
        Content::Json(body) => body,
        Content::File(file) => {
            let bytes = file.bytes(MOST_BYTES).await?;
            String::from_utf8_lossy(&bytes).into_owned().into()
        }
    };
    Ok(Decoded {
        body,
        undecodable: answer.undecodable,
        request_id: answer.request_id,
    })
}

/// What a caller has to make of `outcome`, in the words of a recorded exchange.
#[must_use]
pub fn verdict(effect: Idempotency, outcome: &Outcome) -> Verdict {
    let fault = match outcome {
        Ok(_) => return Verdict::Success,
        Err(fault) => fault,
    };
    match (fault.kind, fault.delivery) {
        (FaultKind::Protocol, Delivery::Unknown) => Verdict::Protocol,
        (FaultKind::Unavailable, Delivery::Unknown) => Verdict::Unavailable,
        (
            FaultKind::Refused
            | FaultKind::Forbidden
            | FaultKind::NotFound
            | FaultKind::Unauthorized
            | FaultKind::Throttled
            | FaultKind::RequestTooLarge,
            delivery,
        ) => match delivery {
            Delivery::Rejected => Verdict::Refused,
            // What was not done matters only where something is done.
            _ if effect == Idempotency::Safe => Verdict::Refused,
            _ => Verdict::Unavailable,
        },
        (kind, delivery) => panic!("an answer was judged {kind:?}, {delivery:?}: {fault}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_another_type_takes_no_text() {
        for (schema, text, expected) in [
            (json!({}), "text", Some(json!("text"))),
            (json!({"type": "string"}), "7", Some(json!("7"))),
            (json!({"type": "integer"}), "7", Some(json!(7))),
            (json!({"type": "integer"}), "text", None),
            (json!({"type": "number"}), "text", None),
            (json!({"type": "boolean"}), "text", None),
            (
                json!({"type": "array", "items": {}}),
                "text",
                Some(json!(["text"])),
            ),
        ] {
            let parameter = description::Parameter {
                name: "thing".to_owned(),
                place: "query".to_owned(),
                required: false,
                schema,
                component: None,
            };
            let mut arguments = Map::new();
            let added = add(&mut arguments, &parameter, text).is_ok();
            assert_eq!(arguments.get("thing"), expected.as_ref());
            assert_eq!(added, expected.is_some());
        }
    }
}
