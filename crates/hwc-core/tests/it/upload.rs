//! Bodies on their way up: what goes out, what is sent again, and which limits hold while bytes move.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::Path,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use http::Request;
use hwc_core::{
    Body, CallOptions, Clock, Delivery, Fault, FaultKind, FilePart, Form, Operation, Reply, Source,
    identity::Keys,
    testing::{CapturedRequest, FakeClock, ScriptedTransport, Step},
};

use crate::given::{FETCH, MARK, READ, STORE, SUBMIT, UPLOAD, scripted};

const SECOND: Duration = Duration::from_secs(1);

/// A stream of these pieces, each after a pause.
pub(crate) struct Pieces {
    pieces: std::vec::IntoIter<io::Result<Bytes>>,
    pause: Option<(FakeClock, Duration)>,
    waits: Option<hwc_core::clock::Sleep>,
}

impl Pieces {
    pub(crate) fn new(pieces: Vec<io::Result<Bytes>>) -> Self {
        Self {
            pieces: pieces.into_iter(),
            pause: None,
            waits: None,
        }
    }

    pub(crate) fn of(pieces: &[&'static str]) -> Self {
        let pieces = pieces
            .iter()
            .map(|piece| Ok(Bytes::from_static(piece.as_bytes())));
        Self::new(pieces.collect())
    }

    fn each_after(mut self, clock: &FakeClock, pause: Duration) -> Self {
        self.pause = Some((clock.clone(), pause));
        self
    }
}

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some((clock, pause)) = self.pause.clone() {
            let timer = self.waits.get_or_insert_with(|| clock.sleep(pause));
            std::task::ready!(timer.as_mut().poll(context));
            self.waits = None;
        }
        Poll::Ready(self.pieces.next())
    }
}

struct Run {
    result: Result<Reply, Fault>,
    requests: Vec<CapturedRequest>,
    took: Duration,
}

fn send(operation: &Operation, body: Body, options: &CallOptions, steps: Vec<Step>) -> Run {
    let clock = FakeClock::new();
    send_on(&clock, operation, body, options, steps)
}

fn send_on(
    clock: &FakeClock,
    operation: &Operation,
    body: Body,
    options: &CallOptions,
    steps: Vec<Step>,
) -> Run {
    let network = steps
        .into_iter()
        .fold(ScriptedTransport::new(clock), ScriptedTransport::then);
    let pipeline = scripted(clock, &network).build().unwrap();
    let result = clock.run(pipeline.call(ask(operation, body), operation, options));
    assert_eq!(clock.sleepers(), 0, "a timer is left behind");
    Run {
        result,
        requests: network.requests(),
        took: clock.elapsed(),
    }
}

pub(crate) fn ask<B>(operation: &Operation, body: B) -> Request<B> {
    let path = operation
        .path
        .replace("{file_id}", "F-1")
        .replace("{thing_id}", "T-1");
    Request::builder()
        .method(operation.method)
        .uri(path)
        .body(body)
        .unwrap()
}

/// The file at `path` has these bytes from now on; it stays the same file.
pub(crate) fn fill(path: &Path, bytes: impl AsRef<[u8]>) {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path);
    file.unwrap().write_all(bytes.as_ref()).unwrap();
}

fn ok() -> Step {
    Step::json(200, "{}")
}

/// An idempotent write with one stream for each attempt, and the number of streams that were made.
fn counted(pieces: &'static [&'static str]) -> (Source, Arc<AtomicUsize>) {
    let opened = Arc::new(AtomicUsize::new(0));
    let length = pieces.iter().map(|piece| piece.len() as u64).sum();
    let source = Source::streams(length, {
        let opened = opened.clone();
        move || {
            opened.fetch_add(1, Ordering::SeqCst);
            Pieces::of(pieces)
        }
    });
    (source.named("counted"), opened)
}

#[test]
fn every_kind_of_source_gives_its_bytes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("disk.log");
    let long = "0123456789abcdef".repeat(12_345);
    fill(&path, &long);
    let whole = Bytes::from(long.clone());
    let halves = vec![whole.slice(..100_000), whole.slice(100_000..)];
    let stream = move || Pieces::new(halves.clone().into_iter().map(Ok).collect());
    let length = long.len() as u64;
    for source in [
        Source::file(&path).unwrap(),
        Source::bytes(long.clone()),
        Source::streams(length, stream.clone()),
        Source::once(length, stream()),
    ] {
        assert_eq!(source.length(), length);
        let run = send(&STORE, source.into(), &CallOptions::default(), vec![ok()]);
        run.result.unwrap();
        let sent = &run.requests[0];
        assert!(sent.body == long, "{} bytes", sent.body.len());
        assert_eq!(
            sent.header("content-type"),
            Some("application/octet-stream")
        );
        assert_eq!(
            run.took,
            Duration::ZERO,
            "no time passes while a file is read"
        );
    }
}

#[test]
fn an_observer_is_told_of_each_piece_and_of_each_attempt() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("disk.log");
    let bytes = vec![b'x'; 150_000];
    fill(&path, &bytes);
    for source in [
        Source::bytes(bytes.clone()),
        Source::file(&path).unwrap(),
        Source::streams(4, || Pieces::of(&["ab", "cd"])),
    ] {
        let length = source.length();
        let told = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&told);
        let source = source.on_progress(move |taken| seen.lock().unwrap().push(taken));
        let steps = vec![Step::reset(), ok()];
        let run = send(&STORE, source.into(), &CallOptions::default(), steps);
        assert_eq!(run.result.unwrap().attempts, 2);
        let told = told.lock().unwrap().clone();
        let attempts: Vec<&[u64]> = told.split_inclusive(|taken| *taken == length).collect();
        assert_eq!(attempts.len(), 2, "{told:?}");
        for attempt in attempts {
            assert_eq!(attempt.first(), Some(&0), "{told:?}");
            assert!(attempt.len() > 1 && attempt.is_sorted(), "{told:?}");
        }
    }
}

/// A stream may give pieces without a byte, also after its last one: nothing is lost by them, and nothing counts them.
#[test]
fn a_piece_without_a_byte_is_no_piece() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&told);
    let source = Source::once(4, Pieces::of(&["", "ab", "", "", "cd", ""]))
        .on_progress(move |taken| seen.lock().unwrap().push(taken));
    let run = send(&STORE, source.into(), &CallOptions::default(), vec![ok()]);
    run.result.unwrap();
    assert_eq!(run.requests[0].body, "abcd");
    assert_eq!(*told.lock().unwrap(), [0, 2, 4]);
}

#[test]
fn a_source_that_can_be_read_again_is_sent_again_from_its_beginning() {
    let (source, opened) = counted(&["first,", "second"]);
    let steps = vec![
        Step::refused(),
        Step::reset(),
        Step::json(200, r#"{"error_code":"THG.1014"}"#),
        ok(),
    ];
    let run = send(&STORE, source.into(), &CallOptions::default(), steps);
    assert_eq!(run.result.unwrap().attempts, 4);
    let bodies: Vec<_> = run.requests.iter().map(|sent| &sent.body[..]).collect();
    let whole = &b"first,second"[..];
    assert_eq!(bodies, [&b""[..], whole, whole, whole]);
    assert_eq!(opened.load(Ordering::SeqCst), 4);
}

/// The stream is touched when its first byte is asked for, not before.
#[test]
fn a_source_that_cannot_be_read_again_is_sent_once_only() {
    let once = || Source::once(4, Pieces::of(&["ab", "cd"])).named("stdin");
    let expired = || Step::json(401, r#"{"error_code":"APIGW.0307"}"#);
    let slow = || Step::json(429, r#"{"error_code":"APIGW.0308"}"#);
    for (steps, requests, ends_well) in [
        (vec![ok()], 1, true),
        (vec![Step::refused(), Step::refused(), ok()], 3, true),
        (vec![Step::closed_before_request(), ok()], 2, true),
        (vec![Step::reset(), ok()], 1, false),
        (vec![slow(), ok()], 1, false),
        (vec![expired(), ok()], 1, false),
        (vec![Step::hang(), ok()], 1, false),
    ] {
        let run = send(&STORE, once().into(), &CallOptions::default(), steps);
        assert_eq!(run.requests.len(), requests);
        match run.result {
            Ok(_) => assert!(ends_well),
            Err(fault) => {
                assert!(!ends_well, "{fault}");
                let words = fault.to_string();
                assert!(words.contains("cannot be read again"), "{words}");
            }
        }
    }
    let spent = once();
    send(
        &STORE,
        spent.clone().into(),
        &CallOptions::default(),
        vec![ok()],
    )
    .result
    .unwrap();
    let again = send(&STORE, spent.into(), &CallOptions::default(), vec![ok()]);
    let fault = again.result.unwrap_err();
    assert_eq!(
        (fault.kind, fault.delivery),
        (FaultKind::InvalidInput, Delivery::NotSent)
    );
    assert!(fault.to_string().contains("`stdin`"), "{fault}");
    assert!(again.requests.is_empty());
}

/// A non-idempotent upload: sent again only when it is proven that nothing was done.
#[test]
fn an_upload_that_may_have_arrived_is_not_sent_twice() {
    for (step, requests, delivery) in [
        (Step::reset(), 1, Delivery::Unknown),
        (Step::answer(502), 1, Delivery::Unknown),
        (Step::hang(), 1, Delivery::Unknown),
        (Step::refused(), 4, Delivery::NotSent),
        (Step::closed_before_request(), 4, Delivery::NotSent),
    ] {
        let form = Form::new().file("file", Source::bytes("a log").named("a.log"));
        let steps = vec![step.clone(); 4];
        let run = send(&UPLOAD, form.into(), &CallOptions::default(), steps);
        let fault = run.result.unwrap_err();
        assert_eq!(
            (run.requests.len(), fault.delivery),
            (requests, delivery),
            "{step:?}"
        );
    }
}

#[test]
fn a_file_that_changed_its_length_is_refused_by_name() {
    let directory = tempfile::tempdir().unwrap();
    for (change, words) in [(&b"1234567890"[..], "from 5 to 10"), (b"1", "from 5 to 1")] {
        let path = directory.path().join("grow\ning.log");
        fill(&path, b"12345");
        let source = Source::file(&path).unwrap();
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock).answering({
            let (path, change) = (path.clone(), change.to_vec());
            move |_| {
                fill(&path, &change);
                Step::answer(503)
            }
        });
        let pipeline = scripted(&clock, &network).build().unwrap();
        let options = CallOptions::default();
        let call = pipeline.call(ask(&STORE, source), &STORE, &options);
        let fault = clock.run(call).unwrap_err();
        // The first attempt may have been acted on.
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::InvalidInput, Delivery::Unknown)
        );
        let said = fault.to_string();
        assert!(
            said.contains(r"`grow\ning.log`") && said.contains(words),
            "{said}"
        );
        assert_eq!(network.requests().len(), 1);
    }
}

/// What goes under the name of the file later is another file.
#[test]
fn the_file_that_was_named_is_the_file_that_is_sent() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.log");
    fill(&path, b"mine");
    let source = Source::file(&path).unwrap();
    fill(&directory.path().join("b.log"), b"other");
    std::fs::rename(directory.path().join("b.log"), &path).unwrap();
    let run = send(&STORE, source.into(), &CallOptions::default(), vec![ok()]);
    assert_eq!(&run.requests[0].body[..], b"mine");
}

#[test]
fn what_is_no_plain_file_is_refused_by_name() {
    let directory = tempfile::tempdir().unwrap();
    for path in [
        directory.path().to_owned(),
        directory.path().join("none"),
        "/dev/zero".into(),
        // It says that it is empty.
        #[cfg(target_os = "linux")]
        "/proc/self/status".into(),
    ] {
        let error = Source::file(&path).unwrap_err();
        assert!(
            error.to_string().contains(&*path.to_string_lossy()),
            "{error}"
        );
        let fault = Fault::from(error);
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::InvalidInput, Delivery::NotSent)
        );
        assert!(!fault.help().is_empty());
    }
}

/// Of what is announced as nothing no byte need be asked for: it is looked at before the request goes out.
#[test]
fn a_source_that_is_called_empty_and_is_not_is_never_sent() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("late.log");
    fill(&path, b"");
    let file = Source::file(&path).unwrap();
    fill(&path, b"late");
    let many = || Source::streams(0, || Pieces::of(&["late"])).named("many");
    let once = || Source::once(0, Pieces::of(&["", "late"])).named("once");
    let form = |source: Source| Body::form(Form::new().file("file", source));
    for (operation, body, name) in [
        (&STORE, Body::bytes(file.clone()), "`late.log`"),
        (&UPLOAD, form(file), "`late.log`"),
        (&STORE, Body::bytes(many()), "`many`"),
        (&UPLOAD, form(many()), "`many`"),
        (&STORE, Body::bytes(once()), "`once`"),
        (&UPLOAD, form(once()), "`once`"),
    ] {
        let run = send(operation, body, &CallOptions::default(), vec![ok()]);
        let fault = run.result.unwrap_err();
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::InvalidInput, Delivery::NotSent),
            "{fault}"
        );
        assert!(fault.to_string().contains(name), "{fault}");
        assert!(run.requests.is_empty(), "{name}");
    }
    // What is empty goes out as nothing.
    let path = directory.path().join("empty.log");
    fill(&path, b"");
    for source in [
        Source::file(&path).unwrap(),
        Source::streams(0, || Pieces::of(&[])),
        Source::once(0, Pieces::of(&[])),
    ] {
        let run = send(&STORE, source.into(), &CallOptions::default(), vec![ok()]);
        run.result.unwrap();
        assert!(run.requests[0].body.is_empty());
    }
}

/// What a source does instead of giving what it announced; the request must never look whole.
#[test]
fn a_source_that_does_not_give_what_it_announced_breaks_the_request_off() {
    let lost = || Err(io::Error::new(io::ErrorKind::BrokenPipe, "canary words"));
    let data = |text: &'static str| Ok(Bytes::from_static(text.as_bytes()));
    for (pieces, words, delivery) in [
        (
            vec![data("abc")],
            "it ended after 3 of 6 bytes",
            Delivery::Unknown,
        ),
        (vec![], "it ended after 0 of 6 bytes", Delivery::NotSent),
        (
            vec![data("abcdefg")],
            "more than the 6 bytes",
            Delivery::NotSent,
        ),
        (
            vec![data("abc"), data("def"), data("g")],
            "more than the 6 bytes",
            Delivery::Unknown,
        ),
        (vec![data("abc"), lost()], "broken pipe", Delivery::Unknown),
        (vec![lost()], "broken pipe", Delivery::NotSent),
    ] {
        let source = Source::once(6, Pieces::new(pieces)).named("odd");
        let clock = FakeClock::new();
        // An answer of success does not change it: the request was not whole.
        let run = send_on(
            &clock,
            &STORE,
            source.into(),
            &CallOptions::default(),
            vec![ok()],
        );
        let fault = run.result.unwrap_err();
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::InvalidInput, delivery),
            "{fault}"
        );
        let said = format!("{fault} {fault:?} {}", fault.help());
        assert!(said.contains("`odd`") && said.contains(words), "{said}");
        assert!(!said.contains("canary"), "{said}");
        assert_eq!(
            said.contains("nothing was sent"),
            delivery == Delivery::NotSent,
            "{said}"
        );
        assert!(run.requests[0].body.len() < 6);
    }
    // No repetition mends it.
    let source = Source::streams(6, || Pieces::of(&["abc"]));
    let run = send(
        &STORE,
        source.into(),
        &CallOptions::default(),
        vec![ok(), ok()],
    );
    assert!(run.result.is_err());
    assert_eq!(run.requests.len(), 1);
}

/// 300 pieces with a pause of 9 s each: far beyond the limits of an attempt and of a call, but never still. That a stream gives
/// all at once does not hide how it moves.
#[test]
fn an_upload_may_take_as_long_as_it_moves() {
    let long = Bytes::from(vec![7; 300 * 64 * 1024]);
    let all = Pieces::new(vec![Ok(long.clone())]);
    for source in [
        Source::bytes(long.clone()),
        Source::once(long.len() as u64, all),
    ] {
        let told = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&told);
        let source = source.on_progress(move |_| {
            seen.fetch_add(1, Ordering::SeqCst);
        });
        let steps = vec![ok().taking_slowly(9 * SECOND).after(9 * SECOND)];
        let run = send(&STORE, source.into(), &CallOptions::default(), steps);
        run.result.unwrap();
        assert!(run.requests[0].body == long);
        assert!(run.took >= 300 * 9 * SECOND, "{:?}", run.took);
        assert_eq!(told.load(Ordering::SeqCst), 301, "and at the beginning");
    }
}

#[test]
fn an_upload_that_stands_still_ends() {
    let long = || Source::bytes(vec![7; 10 * 64 * 1024]);
    for (step, words, took) in [
        (
            ok().taking_no_more_after(2 * 64 * 1024),
            "took no byte of the body within 10 s; 131072 of 655360 bytes",
            10 * SECOND,
        ),
        (Step::hang(), "no answer within 10 s", 10 * SECOND),
        // All of it was on its way when the last piece was taken, at 4 s for each.
        (
            ok().taking_slowly(4 * SECOND).after(100 * SECOND),
            "no answer within 46 s",
            (40 + 46) * SECOND,
        ),
        (
            Step::hang_before_request(),
            "took no byte of the body within 10 s; 0 of 655360 bytes",
            10 * SECOND,
        ),
    ] {
        let options = CallOptions::default().with_max_attempts(1);
        let run = send(&STORE, long().into(), &options, vec![step]);
        let fault = run.result.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Timeout);
        assert!(fault.to_string().contains(words), "{fault}");
        assert_eq!(run.took, took, "{fault}");
    }
    // A source that gives nothing is named as the reason.
    let clock = FakeClock::new();
    let stream = Pieces::of(&["ab", "cd"]).each_after(&clock, 11 * SECOND);
    let source = Source::once(4, stream);
    let run = send_on(
        &clock,
        &STORE,
        source.into(),
        &CallOptions::default(),
        vec![ok()],
    );
    let fault = run.result.unwrap_err();
    assert_eq!(
        (fault.kind, fault.delivery),
        (FaultKind::Timeout, Delivery::NotSent)
    );
    assert!(
        fault
            .to_string()
            .contains("the source of the body gave no byte within 10 s"),
        "{fault}"
    );
}

/// What the system holds when the last piece was taken goes at the pace of the line: of the last MiB, and not at that of the source.
#[test]
fn what_is_still_carried_has_its_time() {
    let long = |pieces: usize| Source::bytes(vec![7; pieces * 64 * 1024]);
    let carried = ok().taking_slowly(2 * SECOND).after(40 * SECOND);
    let run = send(
        &STORE,
        long(40).into(),
        &CallOptions::default(),
        vec![carried],
    );
    assert_eq!(run.result.unwrap().attempts, 1);
    let clock = FakeClock::new();
    let stream = Pieces::of(&["ab", "cd", "ef"]).each_after(&clock, 4 * SECOND);
    let options = CallOptions::default().with_max_attempts(1);
    for (source, step, words) in [
        (
            long(400),
            ok().taking_slowly(2 * SECOND).after(100 * SECOND),
            "no answer within 42 s",
        ),
        (
            Source::once(6, stream),
            ok().after(11 * SECOND),
            "no answer within 10 s",
        ),
    ] {
        let run = send_on(&clock, &STORE, source.into(), &options, vec![step]);
        let fault = run.result.unwrap_err();
        assert_eq!(fault.delivery, Delivery::Unknown);
        assert!(fault.to_string().contains(words), "{fault}");
    }
}

#[test]
fn a_deadline_that_was_set_holds_over_all_of_it() {
    let long = || Source::bytes(vec![7; 100 * 64 * 1024]);
    let options = CallOptions::default().with_deadline(25 * SECOND);
    let steps = vec![ok().taking_slowly(SECOND); 4];
    let run = send(&STORE, long().into(), &options, steps);
    let fault = run.result.unwrap_err();
    assert_eq!(
        (fault.kind, fault.delivery),
        (FaultKind::Timeout, Delivery::Unknown)
    );
    assert!(
        fault
            .to_string()
            .contains("the deadline of the call passed"),
        "{fault}"
    );
    assert_eq!((run.took, run.requests.len()), (25 * SECOND, 0));
}

/// The waits between attempts are bounded by the total limit, however long bytes moved.
#[test]
fn an_upload_is_repeated_after_a_long_attempt_too() {
    let long = || Source::bytes(vec![7; 100 * 64 * 1024]);
    let steps = vec![Step::answer(503).taking_slowly(SECOND), ok()];
    let run = send(&STORE, long().into(), &CallOptions::default(), steps);
    assert_eq!(run.result.unwrap().attempts, 2);
    let wait = Step::answer(503)
        .header("retry-after", "31")
        .taking_slowly(SECOND);
    let run = send(
        &STORE,
        long().into(),
        &CallOptions::default(),
        vec![wait, ok()],
    );
    assert_eq!(run.result.unwrap_err().kind, FaultKind::Unavailable);
    assert!(run.took < 110 * SECOND, "{:?}", run.took);
}

/// Who answers success before the request is whole has not read it.
#[test]
fn a_success_before_the_whole_body_was_sent_is_in_doubt() {
    for operation in [&STORE, &UPLOAD] {
        let source = Source::bytes(vec![7; 10 * 64 * 1024]);
        let body = match operation.name {
            "storeFile" => source.into(),
            _ => Form::new().file("file", source).into(),
        };
        let steps = vec![ok().taking_only(64 * 1024), ok()];
        let run = send(operation, body, &CallOptions::default(), steps);
        let fault = run.result.unwrap_err();
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::Protocol, Delivery::Unknown)
        );
        assert!(
            fault
                .to_string()
                .contains("says success, but came when only"),
            "{fault}"
        );
        assert_eq!(run.requests.len(), 1);
    }
    // An early refusal is one.
    let source = Source::bytes(vec![7; 10 * 64 * 1024]);
    let early = Step::json(413, r#"{"error_code":"APIGW.0201"}"#).taking_only(1);
    let run = send(&STORE, source.into(), &CallOptions::default(), vec![early]);
    assert_eq!(run.result.unwrap_err().kind, FaultKind::RequestTooLarge);
}

#[test]
fn an_expired_token_is_renewed_and_the_body_sent_again() {
    use hwc_core::identity::{
        CachedIdentity, FetchIdentity, Fetched, Identity, IdentityContext, IdentityFuture, Token,
    };
    #[derive(Debug)]
    struct Vault;
    impl FetchIdentity for Vault {
        fn fetch<'a>(&'a self, _: &'a IdentityContext) -> IdentityFuture<'a, Fetched> {
            let identity = Identity::token(Token::new(&"fetched".into()).unwrap());
            Box::pin(std::future::ready(Ok(Fetched::unlimited(identity))))
        }
    }
    let clock = FakeClock::new();
    let expired = Step::json(401, r#"{"error_code":"APIGW.0307"}"#).taking_slowly(SECOND);
    let network = ScriptedTransport::new(&clock).then(expired).then(ok());
    let pipeline = scripted(&clock, &network)
        .identity(CachedIdentity::new(Vault))
        .build()
        .unwrap();
    // The first attempt alone takes longer than the total limit of a call that does not stream.
    let body = Source::bytes(vec![7; 40 * 64 * 1024]);
    let options = CallOptions::default();
    let call = pipeline.call(ask(&STORE, body), &STORE, &options);
    let reply = clock.run(call).unwrap();
    assert_eq!(reply.attempts, 2);
    let sizes: Vec<_> = network
        .requests()
        .iter()
        .map(|sent| sent.body.len())
        .collect();
    assert_eq!(sizes, [40 * 64 * 1024; 2]);
}

/// The header and the word of the official SDKs, in the vectors as V10; a JSON body in memory stays hashed.
#[test]
fn a_streamed_body_is_declared_as_not_signed() {
    let json = || Body::json("{}");
    let form = || Form::new().file("file", Source::bytes("x")).into();
    let named = |kind: &'static str| {
        let mut request = ask(&STORE, Body::bytes(Source::bytes(&br#"{"a":1}"#[..])));
        let kind = http::HeaderValue::from_static(kind);
        request.headers_mut().insert("content-type", kind);
        request
    };
    for (operation, request, declared) in [
        (&MARK, ask(&MARK, json()), None),
        (&UPLOAD, ask(&UPLOAD, form()), Some("UNSIGNED-PAYLOAD")),
        (
            &STORE,
            named("application/octet-stream"),
            Some("UNSIGNED-PAYLOAD"),
        ),
        // Also when it calls itself JSON: its hash is not known before it goes out.
        (&STORE, named("application/json"), Some("UNSIGNED-PAYLOAD")),
    ] {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock).then(ok());
        let keys = Keys::new(&"AKEXAMPLE".into(), "SKEXAMPLE".into()).unwrap();
        let pipeline = scripted(&clock, &network).identity(keys).build().unwrap();
        clock
            .run(pipeline.call(request, operation, &CallOptions::default()))
            .unwrap();
        let sent = network.requests().remove(0);
        assert_eq!(sent.header("x-sdk-content-sha256"), declared);
        let signed = sent.header("authorization").unwrap();
        assert_eq!(
            signed.contains("x-sdk-content-sha256"),
            declared.is_some(),
            "{signed}"
        );
    }
}

#[test]
fn a_body_of_another_kind_is_refused_before_anything_is_sent() {
    type Make = fn() -> Body;
    let kinds: [(&str, Make); 5] = [
        ("nothing", Body::empty),
        ("whole bytes", || Bytes::from_static(b"{}").into()),
        ("json", || Body::json("{}")),
        ("source", || Source::bytes("x").into()),
        ("form", || Form::new().text("a", "b").into()),
    ];
    for (operation, fitting) in [
        (&READ, &["nothing"][..]),
        (&SUBMIT, &["nothing", "whole bytes", "json"]),
        (&UPLOAD, &["form"]),
        (&STORE, &["nothing", "whole bytes", "source"]),
    ] {
        for (name, body) in kinds {
            let run = send(operation, body(), &CallOptions::default(), vec![ok()]);
            let fits = fitting.contains(&name);
            assert_eq!(run.result.is_ok(), fits, "{} with {name}", operation.name);
            assert_eq!(run.requests.len(), usize::from(fits));
            if let Err(fault) = run.result {
                assert_eq!(
                    (fault.kind, fault.delivery),
                    (FaultKind::InvalidInput, Delivery::NotSent)
                );
            }
        }
    }
    let run = send(&FETCH, Body::empty(), &CallOptions::default(), vec![ok()]);
    let fault = run.result.unwrap_err();
    assert_eq!(
        (fault.kind, run.requests.len()),
        (FaultKind::InvalidInput, 0)
    );
}

/// The form on the wire, line by line, read by the rules of RFC 7578.
#[test]
fn a_form_goes_out_as_it_is_written() {
    let form = Form::new()
        .text(
            "form_data",
            "{\"accessFrom\":\"message\"}\r\n--not a boundary",
        )
        .file(
            "file",
            Source::bytes("first").named("a \"quoted\"\r\nX: y 工.log"),
        )
        .file(
            "file",
            FilePart::new(Source::streams(6, || Pieces::of(&["sec", "ond"])))
                .file_name("b.png")
                .content_type("image/png"),
        )
        .file("empty", Source::bytes(Bytes::new()));
    let announced = Body::form(form.clone()).length();
    let run = send(
        &UPLOAD,
        form.clone().into(),
        &CallOptions::default(),
        vec![ok()],
    );
    run.result.unwrap();
    let sent = &run.requests[0];
    let boundary = sent
        .header("content-type")
        .and_then(|kind| kind.strip_prefix("multipart/form-data; boundary="))
        .unwrap();
    let expected = [
        "--B\r\nContent-Disposition: form-data; name=\"form_data\"\r\n\r\n{\"accessFrom\":\"message\"}\r\n--not a boundary\r\n",
        "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a %22quoted%22%0D%0AX: y 工.log\"\r\nContent-Type: application/octet-stream\r\n\r\nfirst\r\n",
        "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.png\"\r\nContent-Type: image/png\r\n\r\nsecond\r\n",
        "--B\r\nContent-Disposition: form-data; name=\"empty\"; filename=\"file\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n",
        "--B--\r\n",
    ];
    let expected = expected.concat().replace("--B", &format!("--{boundary}"));
    assert_eq!(std::str::from_utf8(&sent.body).unwrap(), expected);
    assert_eq!(
        announced,
        expected.len() as u64,
        "the length is known before"
    );
    // Each form has a boundary of its own, which nobody can guess.
    assert!(boundary.len() >= 32);
    let other = send(&UPLOAD, form.into(), &CallOptions::default(), vec![ok()]);
    assert_ne!(
        other.requests[0].header("content-type"),
        sent.header("content-type")
    );
}

#[test]
fn a_form_that_cannot_be_written_is_refused_by_name() {
    let file = || FilePart::new(Source::bytes("x"));
    for (form, words) in [
        (
            Form::new().file("file", file().file_name("a\0b")),
            r"`a\0b`",
        ),
        (Form::new().file("file", file().file_name("")), "``"),
        (Form::new().file("", file()), "``"),
        (Form::new().text("a\u{7f}", "b"), r"`a\u{7f}`"),
        (
            Form::new().file("file", file().content_type("a/b\r\nX: y")),
            "`file`",
        ),
        (Form::new().file("file", file().content_type("")), "`file`"),
    ] {
        let run = send(&UPLOAD, form.into(), &CallOptions::default(), vec![ok()]);
        let fault = run.result.unwrap_err();
        assert_eq!(
            (fault.kind, run.requests.len()),
            (FaultKind::InvalidInput, 0)
        );
        assert!(fault.to_string().contains(words), "{fault}");
    }
}

/// A name that is not UTF-8 would arrive as another one. That of the part alone is the program's own, and text is text.
#[test]
fn a_file_whose_name_is_not_utf_8_is_refused_with_what_to_do() {
    const ALTERED: &str = "caf\u{fffd}.log";
    let source = || Source::bytes("x").named(ALTERED);
    for part in [
        FilePart::new(source()),
        FilePart::new(Source::bytes("x")).file_name(ALTERED),
    ] {
        let form = Form::new().text("a", "b").file("scan", part);
        let run = send(&UPLOAD, form.into(), &CallOptions::default(), vec![ok()]);
        let fault = run.result.unwrap_err();
        assert_eq!(
            (fault.kind, fault.delivery, run.requests.len()),
            (FaultKind::InvalidInput, Delivery::NotSent, 0)
        );
        for words in ["part `scan`", "not UTF-8 text"] {
            assert!(fault.to_string().contains(words), "{fault}");
        }
        assert!(fault.help().contains("another name"), "{}", fault.help());
    }
    let renamed = FilePart::new(source()).file_name("café.log");
    for form in [
        Form::new().text("a", ALTERED).file("file", renamed),
        Form::new().file("file", source().named("café.log")),
    ] {
        let run = send(&UPLOAD, form.into(), &CallOptions::default(), vec![ok()]);
        run.result.unwrap();
        let body = String::from_utf8_lossy(&run.requests[0].body).into_owned();
        assert!(body.contains("filename=\"café.log\""), "{body}");
    }
    // Bytes that are no form go out without a name.
    let run = send(&STORE, source().into(), &CallOptions::default(), vec![ok()]);
    assert_eq!(run.requests.len(), 1);
    run.result.unwrap();
}

#[test]
fn what_is_printed_of_a_body_shows_no_content() {
    let canary = "canary-4711";
    let source = || Source::bytes(canary);
    let form = Form::new().text("a", canary).file("b", source());
    assert_eq!(format!("{form:?}"), r#"{"a": 11, "b": 11}"#);
    let part = FilePart::new(source()).file_name("disk.log");
    assert_eq!(
        format!("{part:?}"),
        "FilePart { source: Source { name: None, length: 11, is_replayable: true }, \
         file_name: Some(\"disk.log\"), content_type: None }"
    );
    let shown = [
        format!("{:?}", Body::json(canary)),
        format!("{:?}", Body::from(Bytes::from(canary))),
        format!("{:?}", Body::bytes(source())),
        format!(
            "{:?}",
            hwc_core::transport::RequestBody::from(Bytes::from(canary))
        ),
    ];
    for text in shown {
        assert!(!text.contains("4711"), "{text}");
    }
}

/// Dropped at any moment, an upload leaves no timer and no task behind.
#[test]
fn an_upload_that_is_dropped_leaves_nothing_behind() {
    use hwc_core::Transport;
    use std::{future::Future, pin::pin, task::Waker};
    let mut finished = false;
    let mut steps = 0;
    while !finished {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock)
            .then(Step::answer(503).taking_slowly(SECOND))
            .then(ok().taking_slowly(SECOND).after(SECOND));
        let shared: Arc<dyn Transport> = Arc::new(network);
        let pipeline = scripted(&clock, &ScriptedTransport::new(&clock))
            .transport(Arc::clone(&shared))
            .build()
            .unwrap();
        let idle = Arc::strong_count(&shared);
        let (source, opened) = counted(&["first,", "second"]);
        {
            let options = CallOptions::default();
            let mut call = pin!(pipeline.call(ask(&STORE, source), &STORE, &options));
            for _ in 0..steps {
                let mut context = Context::from_waker(Waker::noop());
                if let Poll::Ready(result) = call.as_mut().poll(&mut context) {
                    assert_eq!(result.unwrap().attempts, 2);
                    finished = true;
                    break;
                }
                clock.advance_to_next();
            }
        }
        assert_eq!(clock.sleepers(), 0, "a timer is left after {steps} steps");
        assert_eq!(Arc::strong_count(&shared), idle, "after {steps} steps");
        assert!(opened.load(Ordering::SeqCst) <= 2);
        steps += 1;
    }
    assert!(steps > 5, "it waited only {steps} times");
}
