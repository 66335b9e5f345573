//! What a log gets to see: names, numbers and kinds; never ids, queries, text or secrets.

use std::{
    fmt::{Debug, Write},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use http::Request;
use hwc_core::{
    CallOptions,
    identity::Token,
    testing::{FakeClock, ScriptedTransport, Step},
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::given::{SUBMIT, scripted};

/// Writes everything down, at every level.
#[derive(Clone, Default)]
struct Notes {
    text: Arc<Mutex<String>>,
    spans: Arc<AtomicU64>,
}

struct Writer<'a>(&'a mut String);

impl Visit for Writer<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Notes {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let mut text = self.text.lock().unwrap();
        write!(text, "span {}", attributes.metadata().name()).unwrap();
        attributes.record(&mut Writer(&mut text));
        text.push('\n');
        span::Id::from_u64(self.spans.fetch_add(1, Ordering::SeqCst) + 1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut Writer(&mut self.text.lock().unwrap()));
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = self.text.lock().unwrap();
        write!(text, "{}", event.metadata().level()).unwrap();
        event.record(&mut Writer(&mut text));
        text.push('\n');
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[test]
fn spans_and_events_name_the_operation_and_hold_no_canary() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock)
        .then(
            Step::json(
                429,
                r#"{"error_code":"APIGW.0308","error_msg":"canary-message"}"#,
            )
            .header("x-request-id", "canary-request-id"),
        )
        .then(Step::refused())
        .then(
            Step::answer(302)
                .header("location", "https://canary-host.example/canary")
                .body("canary-page"),
        )
        .otherwise(
            Step::json(200, r#"{"content":"canary-content"}"#).header("set-cookie", "canary"),
        );
    let pipeline = scripted(&clock, &network)
        .identity(Token::new(&"canary-token".into()).unwrap())
        .build()
        .unwrap();
    let notes = Notes::default();
    tracing::subscriber::with_default(notes.clone(), || {
        for _ in 0..2 {
            let request = Request::post("/v1/things/canary-id/message?group_id=canary-group")
                .body(Bytes::from_static(br#"{"content":"canary-text"}"#))
                .unwrap();
            let _ = clock.run(pipeline.call(request, &SUBMIT, &CallOptions::default()));
        }
    });
    let text = notes.text.lock().unwrap().clone();
    assert!(!text.contains("canary"), "{text}");
    assert_eq!(
        text.matches("span call operation=\"submitThing\"").count(),
        2,
        "{text}"
    );
    assert!(
        text.contains("path=\"/v1/things/{thing_id}/message\""),
        "{text}"
    );
    for event in [
        "DEBUG attempt=1 status=429 outcome=Throttled sent=Refused",
        "DEBUG attempt=2 outcome=Connect sent=No",
        "DEBUG attempt=3 status=302 outcome=Protocol sent=Maybe",
        "DEBUG attempt=1 status=200 outcome=\"success\"",
    ] {
        assert!(text.contains(event), "{event} is not in\n{text}");
    }
}
