//! Each described field of an answer is read into a typed field of its kind. A decoded answer that is written as JSON again does not
//! show that by itself: what has no typed field is kept beside the others, and comes back all the same. What tells the two apart is a
//! value of another kind, which a typed field alone sets aside.

use contract_tests::{
    description::{Description, JSON},
    sample, wire,
};
use hwc_core::{
    Body, CallOptions, Fault, Operation, Reply,
    testing::{FakeClock, ScriptedTransport, Step},
};
use hwc_tickets_wire::{INDEX, Read, Response, set_aside_name};
use serde_json::{Value, json};
use std::sync::Arc;

/// A field that no version of the service has.
const NEW: &str = "field_of_tomorrow";

/// What reads the answers to an operation. No judge looks at them before, so they may hold every field that is described.
struct Decoder {
    operation: &'static Operation,
    read: fn(&'static Operation, Reply) -> Result<Response<Value>, Fault>,
    /// A good answer, whose body is replaced.
    good: Reply,
}

impl Decoder {
    /// Of each operation that answers with an object.
    fn all() -> Vec<Self> {
        let good = good();
        let decoders = INDEX.iter().filter_map(|entry| match entry.read {
            Read::Object(read) => Some(Self {
                operation: entry.operation,
                read,
                good: good.clone(),
            }),
            Read::File => None,
        });
        decoders.collect()
    }

    fn schema(&self) -> &'static Value {
        let described = Description::shared().operation(self.operation.name);
        &described.responses[&200].content[JSON]
    }

    fn told(&self, answer: &Value) -> Response<Value> {
        let mut reply = self.good.clone();
        reply.body = answer.to_string().into();
        let told = (self.read)(self.operation, reply);
        told.unwrap_or_else(|fault| panic!("{}: {fault}", self.operation.name))
    }
}

/// The answer to some read.
fn good() -> Reply {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).then(Step::json(200, "{}"));
    let pipeline = wire::pipeline("https://osm.example")
        .clock(Arc::new(clock.clone()))
        .transport(Arc::new(network))
        .build()
        .unwrap();
    let read = wire::operation("listCases");
    let request = http::Request::get(read.path).body(Body::empty()).unwrap();
    let options = CallOptions::default();
    let answered = clock.run(pipeline.call(request, read, &options));
    answered.unwrap()
}

/// The places where a decoder does not read what `schema` describes.
fn flaws(decoder: &Decoder, schema: &Value) -> Vec<String> {
    let whole = sample::everything(schema);
    let read = decoder.told(&whole).body;
    let places = sample::places(schema);
    let mut misread: Vec<&str> = Vec::new();
    for (at, _) in &places {
        // What is inside comes first, and is told alone: everything around it differs as well.
        let below = format!("{at}/");
        let is_told = misread.iter().any(|known| known.starts_with(&below));
        // A number that was read as a text, or a whole one as a float, is another value.
        if !is_told && read.pointer(at) != whole.pointer(at) {
            misread.push(at);
        }
    }
    let misread = misread.into_iter();
    let mut found: Vec<String> = misread
        .map(|at| format!("{at} is not read as it is described"))
        .collect();
    for (at, schema) in &places {
        found.extend(untyped(decoder, &whole, at, schema));
    }
    found
}

/// What is wrong where a value of another kind stands at a place of `whole`.
fn untyped(decoder: &Decoder, whole: &Value, at: &str, schema: &Value) -> Option<String> {
    // The answer itself is no field.
    let (around, name) = at.rsplit_once('/')?;
    let other = match schema["type"] == "array" {
        true => json!({}),
        false => json!([]),
    };
    let mut answer = whole.clone();
    *answer.pointer_mut(at).unwrap() = other.clone();
    let holder = answer.pointer_mut(around).unwrap();
    if holder.is_array() {
        let lost = decoder.told(&answer).undecodable;
        let is_noted = lost.iter().any(|lost| lost.pointer == at);
        return (!is_noted).then(|| format!("{at} is an element of no type"));
    }
    // A name that nobody described stands beside it: of that, nothing must be noted.
    holder[NEW] = other.clone();
    let read = decoder.told(&answer).body;
    let holder = read.pointer(around);
    let is_noted = |name: &str| {
        holder.is_some_and(|holder| {
            holder.get(set_aside_name(name)) == Some(&other) && holder.get(name).is_none()
        })
    };
    if !is_noted(name) {
        return Some(format!("{at} has no typed field"));
    }
    is_noted(NEW).then(|| format!("{around}/{NEW} counts as a typed field"))
}

#[test]
fn each_described_field_has_a_typed_one_of_its_kind() {
    let description = Description::shared();
    assert_eq!(INDEX.len(), description.operations().count());
    for entry in INDEX {
        let name = entry.operation.name;
        let is_file = matches!(entry.read, Read::File);
        assert_eq!(
            is_file,
            description.operation(name).answers_bytes(),
            "{name}"
        );
    }
    let mut wrong = Vec::new();
    for decoder in Decoder::all() {
        let flaws = flaws(&decoder, decoder.schema()).into_iter();
        wrong.extend(flaws.map(|flaw| format!("{} {flaw}", decoder.operation.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A field that a struct lacks, or has under another name, and one that it has as another kind.
#[test]
fn slips_are_noticed() {
    let kinds = [
        json!({"type": "string"}),
        json!({"type": "integer"}),
        json!({"type": "number"}),
        json!({"type": "boolean"}),
        json!({"type": "array", "items": {"type": "string"}}),
        json!({"type": "object"}),
    ];
    let decoder = Decoder::all().remove(0);
    // Every answer has the second one, as a text.
    for name in ["field_of_yesterday", "error_msg"] {
        for kind in &kinds {
            let mut schema = decoder.schema().clone();
            if schema["properties"][name]["type"] == kind["type"] {
                continue;
            }
            schema["properties"][name] = kind.clone();
            let found = flaws(&decoder, &schema);
            let is_at_it = |flaw: &String| flaw.starts_with(&format!("/{name}"));
            assert!(
                !found.is_empty() && found.iter().all(is_at_it),
                "{name} as {kind}: {found:?}"
            );
        }
    }
}
