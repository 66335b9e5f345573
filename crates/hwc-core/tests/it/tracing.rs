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
    CallOptions, Form, Source,
    identity::Token,
    testing::{FakeClock, ScriptedTransport, Step},
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::given::{FETCH, SUBMIT, UPLOAD, scripted};

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
        .otherwise(Step::json(200, r#"{"trace_id":"canary-1"}"#).header("set-cookie", "canary"));
    let pipeline = scripted(&clock, &network)
        .identity(Token::new(&"canary-token".into()).unwrap())
        .build()
        .unwrap();
    let notes = Notes::default();
    heard_by(&notes, || {
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
        "DEBUG attempt=1 status=429 outcome=Throttled delivery=\"rejected\"",
        "DEBUG attempt=2 outcome=Connect delivery=\"not_sent\"",
        "DEBUG attempt=3 status=302 outcome=Protocol delivery=\"unknown\"",
        "DEBUG attempt=1 status=200 outcome=\"success\"",
    ] {
        assert!(text.contains(event), "{event} is not in\n{text}");
    }
}

/// Runs `work` with what it logs noted.
///
/// With a single listener in the process, `tracing` asks the thread that first comes to a place whether anybody listens.
/// That may be a thread of another test, where nobody does; so there are two.
fn heard_by(notes: &Notes, work: impl FnOnce()) {
    let _second = tracing::Dispatch::new(notes.clone());
    tracing::subscriber::with_default(notes.clone(), work);
}

/// Of files a log gets to see how many bytes there were: no content, no name, no boundary.
#[test]
fn a_file_leaves_only_numbers_in_the_log() {
    let clock = FakeClock::new();
    let file = || {
        Step::answer(200)
            .header("content-disposition", "attachment; filename=canary.log")
            .body("canary-content")
    };
    let network = ScriptedTransport::new(&clock)
        .then(file())
        .then(file().cut(7))
        .then(Step::json(
            200,
            r#"{"error_code":"THG.1015","error_msg":"canary"}"#,
        ))
        .otherwise(Step::json(200, "{}"));
    let pipeline = scripted(&clock, &network).build().unwrap();
    let notes = Notes::default();
    let mut shown = String::new();
    heard_by(&notes, || {
        clock.run(async {
            let options = CallOptions::default();
            for _ in 0..3 {
                let request = Request::get("/v1/files/canary-id").body(()).unwrap();
                match pipeline.download(request, &FETCH, &options).await {
                    Ok(mut download) => loop {
                        write!(shown, "{download:?}").unwrap();
                        match download.chunk().await {
                            Ok(Some(_)) => {}
                            Ok(None) => break,
                            Err(fault) => {
                                write!(shown, "{fault} {fault:?}").unwrap();
                                break;
                            }
                        }
                    },
                    Err(fault) => write!(shown, "{fault} {fault:?}").unwrap(),
                }
            }
            let form = Form::new()
                .text("canary-name", "canary-text")
                .file("file", Source::bytes("canary-content").named("canary.log"));
            let request = Request::post("/v1/files").body(form).unwrap();
            pipeline.call(request, &UPLOAD, &options).await.unwrap();
        });
    });
    let text = notes.text.lock().unwrap().clone();
    assert!(
        !text.contains("canary") && !text.contains("boundary"),
        "{text}"
    );
    assert!(!shown.contains("canary"), "{shown}");
    for event in [
        "operation=\"fetchFile\" bytes=14 outcome=\"success\"",
        "operation=\"fetchFile\" bytes=7 outcome=Interrupted",
        "status=200 outcome=NotFound delivery=\"rejected\"",
        "span call operation=\"uploadFile\"",
    ] {
        assert!(text.contains(event), "{event} is not in\n{text}");
    }
}
