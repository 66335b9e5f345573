//! Files on their way down: what proves the end, which limits hold, and what is never a file.

use std::{future::poll_fn, pin::Pin, time::Duration};

use bytes::Bytes;
use futures_core::Stream;
use http::Request;
use hwc_core::{
    CallOptions, Clock, Delivery, Download, Fault, FaultKind, Pipeline,
    testing::{FakeClock, ScriptedTransport, Step},
};

use crate::given::{FETCH, READ, request, scripted};

const SECOND: Duration = Duration::from_secs(1);

fn asked() -> Request<Bytes> {
    Request::get("/v1/files/F-1").body(Bytes::new()).unwrap()
}

fn file(bytes: impl Into<Bytes>) -> Step {
    Step::answer(200)
        .header("content-type", "application/octet-stream")
        .header("x-request-id", "r-1")
        .body(bytes)
}

fn on(clock: &FakeClock, steps: Vec<Step>) -> (Pipeline, ScriptedTransport) {
    let network = steps
        .into_iter()
        .fold(ScriptedTransport::new(clock), ScriptedTransport::then);
    let pipeline = scripted(clock, &network).build().unwrap();
    (pipeline, network)
}

/// All pieces, and what ended them.
async fn drain(download: &mut Download) -> (Vec<u8>, Result<(), Fault>) {
    let mut bytes = Vec::new();
    loop {
        match download.chunk().await {
            Ok(Some(piece)) => bytes.extend_from_slice(&piece),
            Ok(None) => return (bytes, Ok(())),
            Err(fault) => return (bytes, Err(fault)),
        }
    }
}

fn fetch(options: &CallOptions, steps: Vec<Step>) -> (usize, Result<Vec<u8>, Fault>, Duration) {
    let clock = FakeClock::new();
    let (pipeline, network) = on(&clock, steps);
    let result = clock.run(async {
        let mut download = pipeline.download(asked(), &FETCH, options).await?;
        let (bytes, end) = drain(&mut download).await;
        assert_eq!(download.received(), bytes.len() as u64);
        end.map(|()| bytes)
    });
    assert_eq!(clock.sleepers(), 0, "a timer is left behind");
    (network.requests().len(), result, clock.elapsed())
}

fn long() -> Bytes {
    (0..1_000_000_u32)
        .map(|number| (number % 251) as u8)
        .collect::<Vec<_>>()
        .into()
}

#[test]
fn a_file_comes_as_it_is() {
    for body in [Bytes::new(), Bytes::from_static(b"x"), long()] {
        for step in [
            file(body.clone()),
            file(body.clone()).drip(100_000, SECOND),
            file(body.clone())
                .header("transfer-encoding", "chunked")
                .drip(70_000, SECOND),
        ] {
            let (requests, result, _) = fetch(&CallOptions::default(), vec![step]);
            assert!(result.unwrap() == body);
            assert_eq!(requests, 1);
        }
    }
}

/// Timers cost: a file in a thousand pieces needs one for each idle limit that passes, not one for each piece.
#[test]
fn many_pieces_are_waited_for_with_few_timers() {
    let pause = Duration::from_millis(100);
    let clock = FakeClock::new();
    let (pipeline, _) = on(&clock, vec![file(long()).drip(1_000, pause)]);
    let whole = clock.run(async {
        let options = CallOptions::default();
        let mut download = pipeline.download(asked(), &FETCH, &options).await.unwrap();
        drain(&mut download).await
    });
    whole.1.unwrap();
    assert!(whole.0 == long());
    assert!(clock.elapsed() > 90 * SECOND);
    // The script itself sleeps as long as the pauses.
    let set = clock.asked().iter().filter(|wait| **wait > pause).count();
    assert!(set < 40, "{set} timers");
}

/// Time in which the caller is busy is no pause of the line.
#[test]
fn a_caller_may_take_its_time_between_two_pieces() {
    let clock = FakeClock::new();
    let (pipeline, _) = on(&clock, vec![file(long()).drip(300_000, 3 * SECOND)]);
    clock.run(async {
        let options = CallOptions::default();
        let mut download = pipeline.download(asked(), &FETCH, &options).await.unwrap();
        let mut bytes = Vec::new();
        while let Some(piece) = download.chunk().await.unwrap() {
            bytes.extend_from_slice(&piece);
            clock.sleep(4 * SECOND).await;
        }
        assert!(bytes == long());
    });
    assert_eq!(clock.sleepers(), 0);
}

#[test]
fn what_is_known_of_a_download() {
    let clock = FakeClock::new();
    // The clock did not begin with the call.
    clock.advance(5 * SECOND);
    let (pipeline, network) = on(
        &clock,
        vec![
            Step::refused(),
            file("abc")
                .header("content-disposition", "attachment")
                .after(SECOND),
        ],
    );
    let download = clock
        .run(pipeline.download(asked(), &FETCH, &CallOptions::default()))
        .unwrap();
    assert_eq!(download.status(), 200);
    assert_eq!(download.headers()["content-disposition"], "attachment");
    assert_eq!(download.content_type(), Some("application/octet-stream"));
    assert_eq!((download.length(), download.received()), (Some(3), 0));
    assert_eq!(
        (download.request_id(), download.attempts()),
        (Some("r-1"), 2)
    );
    assert_eq!(download.answered_at(), clock.elapsed());
    assert_eq!(download.elapsed(), clock.elapsed() - 5 * SECOND);
    assert!(download.elapsed() >= SECOND, "{:?}", download.elapsed());
    // Not the content, nor what else the headers say.
    assert_eq!(
        format!("{download:?}"),
        format!(
            "Download {{ status: 200, length: Some(3), received: 0, is_whole: false, \
             request_id: Some(\"r-1\"), attempts: 2, elapsed: {:?}, .. }}",
            download.elapsed()
        )
    );
    assert_eq!(&clock.run(download.bytes(3)).unwrap()[..], b"abc");
    // Nothing here takes a compression off.
    assert_eq!(
        network.requests()[1].header("accept-encoding"),
        Some("identity")
    );
}

/// The limit is for what is still to come: what was taken before is not in memory again.
#[test]
fn a_file_in_memory_has_at_most_as_many_bytes_as_allowed() {
    let declared = file("abcdef").drip(2, SECOND);
    let chunked = declared.clone().header("transfer-encoding", "chunked");
    // Not within the limit is an error that says how many bytes were handed out. A declared length shows it before more
    // of them come.
    for (row, step, taken, limit, expected) in [
        ("declared", &declared, 0, 5, Err(0)),
        ("declared", &declared, 0, 6, Ok("abcdef")),
        ("declared", &declared, 0, 7, Ok("abcdef")),
        ("declared, part taken", &declared, 2, 3, Err(2)),
        ("declared, part taken", &declared, 2, 4, Ok("cdef")),
        ("declared, part taken", &declared, 2, 5, Ok("cdef")),
        ("not declared", &chunked, 0, 3, Err(4)),
        ("not declared", &chunked, 0, 5, Err(6)),
        ("not declared", &chunked, 0, 6, Ok("abcdef")),
        ("not declared", &chunked, 0, 7, Ok("abcdef")),
        ("not declared, part taken", &chunked, 2, 3, Err(6)),
        ("not declared, part taken", &chunked, 2, 4, Ok("cdef")),
    ] {
        let clock = FakeClock::new();
        let (pipeline, _) = on(&clock, vec![step.clone()]);
        let result = clock.run(async {
            let options = CallOptions::default();
            let mut download = pipeline.download(asked(), &FETCH, &options).await.unwrap();
            while download.received() < taken {
                download.chunk().await.unwrap().unwrap();
            }
            download.bytes(limit).await
        });
        match (result, expected) {
            (Ok(bytes), Ok(expected)) => assert_eq!(bytes, expected, "{row}, {limit}"),
            (Err(fault), Err(received)) => assert_eq!(
                (fault.kind, fault.received),
                (FaultKind::BodyTooLarge, Some(received)),
                "{row}, {limit}"
            ),
            (result, _) => panic!("{row}, {limit}: {result:?}"),
        }
    }
}

#[test]
fn a_download_is_a_stream() {
    let clock = FakeClock::new();
    let steps = vec![file(long()).drip(300_000, SECOND), file(long()).cut(10_000)];
    let (pipeline, _) = on(&clock, steps);
    clock.run(async {
        for ends_well in [true, false] {
            let options = CallOptions::default();
            let mut download = pipeline.download(asked(), &FETCH, &options).await.unwrap();
            let mut sizes = Vec::new();
            let mut failed = false;
            while let Some(piece) =
                poll_fn(|context| Pin::new(&mut download).poll_next(context)).await
            {
                match piece {
                    Ok(piece) => sizes.push(piece.len()),
                    Err(_) => failed = true,
                }
            }
            assert_eq!(failed, !ends_well);
            let expected: &[usize] = if ends_well {
                &[300_000, 300_000, 300_000, 100_000]
            } else {
                &[10_000]
            };
            assert_eq!(sizes, expected);
        }
    });
}

/// A cut stream is an error that says how many bytes came, however it was cut.
#[test]
fn a_file_that_does_not_come_whole_is_an_error_with_the_number_of_its_bytes() {
    let body = long();
    for (row, step, came, kind, words) in [
        (
            "cut",
            file(body.clone()).cut(100_000),
            100_000,
            FaultKind::Interrupted,
            "after 100000 of 1000000 bytes",
        ),
        (
            "stalled",
            file(body.clone()).stall(100_000),
            100_000,
            FaultKind::Timeout,
            "no byte within 5 s",
        ),
        (
            "shorter than declared",
            file(body.clone())
                .header("content-length", "1000001")
                .drip(500_000, SECOND),
            1_000_000,
            FaultKind::Interrupted,
            "after 1000000 of 1000001 bytes",
        ),
        (
            "longer than declared",
            file(body.clone())
                .header("content-length", "700000")
                .drip(500_000, SECOND),
            500_000,
            FaultKind::Interrupted,
            "shorter or longer",
        ),
        (
            "closed, and its length never said",
            file(body.clone()).until_close().drip(500_000, SECOND),
            1_000_000,
            FaultKind::Interrupted,
            "nothing shows that the file is whole",
        ),
        (
            "closed, and two lengths said",
            file(body.clone())
                .header("content-length", "1000000, 7")
                .drip(500_000, SECOND),
            1_000_000,
            FaultKind::Interrupted,
            "nothing shows that the file is whole",
        ),
    ] {
        let clock = FakeClock::new();
        let (pipeline, network) = on(&clock, vec![step]);
        clock.run(async {
            let options = CallOptions::default();
            let mut download = pipeline.download(asked(), &FETCH, &options).await.unwrap();
            let (bytes, end) = drain(&mut download).await;
            assert!(bytes == body[..came], "{row}: {}", bytes.len());
            let fault = end.unwrap_err();
            assert_eq!(
                (fault.kind, fault.delivery),
                (kind, Delivery::Unknown),
                "{row}"
            );
            assert_eq!(fault.received, Some(came as u64), "{row}");
            assert!(fault.to_string().contains(words), "{row}: {fault}");
            assert_eq!(
                (fault.operation, fault.attempts),
                (Some("fetchFile"), 1),
                "{row}"
            );
            assert_eq!(fault.request_id.as_deref(), Some("r-1"), "{row}");
            assert_eq!(fault.host.as_deref(), Some("things.example.com"), "{row}");
            assert_eq!(fault.elapsed, clock.elapsed(), "{row}: to its end");
            // Asked again, it does not turn into an end.
            assert_eq!(download.chunk().await.unwrap_err().kind, kind, "{row}");
            assert!(download.bytes(usize::MAX).await.is_err(), "{row}");
        });
        assert_eq!(
            network.requests().len(),
            1,
            "{row}: what has begun is not tried again"
        );
        assert_eq!(clock.sleepers(), 0, "{row}");
    }
}

/// Until a file has begun, a download is repeated as every call.
#[test]
fn what_has_not_begun_is_tried_again() {
    let options = CallOptions::default();
    for step in [
        Step::refused(),
        Step::reset(),
        Step::answer(503),
        Step::hang(),
        Step::json(429, r#"{"error_code":"APIGW.0308"}"#),
        Step::json(200, r#"{"error_code":"THG.1014"}"#),
        file("").until_close(),
        file(long()).stall(0),
        file("abc").cut(0),
        file(r#"{"error_code":"#).cut(10),
        Step::answer(200)
            .header("content-type", "text/html")
            .body("<html>"),
    ] {
        let (requests, result, _) = fetch(&options, vec![step.clone(), file("abc")]);
        assert_eq!(result.unwrap(), b"abc", "{step:?}");
        assert_eq!(requests, 2, "{step:?}");
    }
}

/// An error document is short, and may come in pieces.
#[test]
fn an_error_in_place_of_a_file_is_an_error() {
    let options = CallOptions::default();
    let error = r#"{"error_code":"THG.1015","error_msg":"gone"}"#;
    let marked = format!("\u{feff}{error}");
    for (row, step, kind) in [
        ("JSON", Step::json(200, error), FaultKind::NotFound),
        (
            "in pieces",
            Step::json(200, error).drip(3, SECOND),
            FaultKind::NotFound,
        ),
        (
            "in pieces, the byte order mark too",
            file(marked).drip(1, SECOND),
            FaultKind::NotFound,
        ),
        (
            "called a file",
            file(error)
                .header("content-disposition", "attachment; filename=a")
                .drip(1, SECOND),
            FaultKind::NotFound,
        ),
        (
            "closed without an end",
            file(error).until_close(),
            FaultKind::NotFound,
        ),
        (
            "a status",
            Step::json(404, r#"{"error_code":"APIGW.0101"}"#),
            FaultKind::NotFound,
        ),
        ("nothing said", Step::answer(204), FaultKind::Protocol),
        (
            "a part",
            Step::answer(206)
                .header("content-range", "bytes 0-2/9")
                .body("abc"),
            FaultKind::Protocol,
        ),
        (
            "a redirect",
            Step::answer(302).header("location", "https://elsewhere.example/"),
            FaultKind::Protocol,
        ),
    ] {
        let (requests, result, _) = fetch(&options, vec![step]);
        let fault = result.unwrap_err();
        assert_eq!((fault.kind, requests), (kind, 1), "{row}: {fault}");
        assert_eq!(fault.received, None, "{row}: nothing was handed out");
    }
}

/// Blanks before it and a comment at its beginning leave of a page what shows that it is one, however it comes.
#[test]
fn a_page_in_place_of_a_file_is_one_in_any_pieces() {
    let page = format!("{}<!--{}--><html>", "\n".repeat(600), "-".repeat(600));
    for piece in [1, 7, 1_000, usize::MAX] {
        let step = file(page.clone()).drip(piece, Duration::ZERO);
        let (requests, result, _) = fetch(&CallOptions::default(), vec![step.clone(), step]);
        let fault = result.unwrap_err();
        assert_eq!(
            (fault.kind, fault.received, requests),
            (FaultKind::Protocol, None, 2),
            "{piece}: {fault}"
        );
    }
}

/// What begins like an error document but is longer than any is a file, and none of it is lost.
#[test]
fn a_long_file_that_begins_like_an_error_is_a_file() {
    let log = format!("{{\"error_code\":\"THG.1015\"{}}}", " ".repeat(200_000));
    for step in [
        file(log.clone()),
        file(log.clone()).drip(1_000, Duration::from_millis(1)),
        file(log.clone())
            .header("transfer-encoding", "chunked")
            .drip(50_000, SECOND),
    ] {
        let (_, result, _) = fetch(&CallOptions::default(), vec![step]);
        assert!(result.unwrap() == log.as_bytes());
    }
}

/// Ten bytes every four seconds for over an hour: never still, so it ends well.
#[test]
fn a_download_may_take_as_long_as_it_moves() {
    let body = Bytes::from(vec![7; 10_000]);
    let step = file(body.clone()).drip(10, 4 * SECOND);
    let (_, result, took) = fetch(&CallOptions::default(), vec![step]);
    assert!(result.unwrap() == body);
    assert!(took >= 4_000 * SECOND, "{took:?}");
}

#[test]
fn a_deadline_that_was_set_ends_a_download() {
    let body = Bytes::from(vec![7; 10_000]);
    let step = file(body).drip(10, 4 * SECOND);
    let options = CallOptions::default().with_deadline(60 * SECOND);
    let (_, result, took) = fetch(&options, vec![step]);
    let fault = result.unwrap_err();
    assert_eq!(
        (fault.kind, fault.received),
        (FaultKind::Timeout, Some(140))
    );
    assert_eq!(took, 60 * SECOND);
}

/// The deadline holds also for a caller that lets a fast file wait.
#[test]
fn a_deadline_holds_while_the_caller_waits() {
    let clock = FakeClock::new();
    let (pipeline, _) = on(&clock, vec![file(long()).drip(100_000, Duration::ZERO)]);
    let options = CallOptions::default().with_deadline(10 * SECOND);
    clock.run(async {
        let mut download = pipeline.download(asked(), &FETCH, &options).await.unwrap();
        download.chunk().await.unwrap().unwrap();
        clock.sleep(11 * SECOND).await;
        let fault = download.chunk().await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Timeout);
    });
}

/// The idle limit is for the line, not for who takes the bytes.
#[test]
fn a_slow_caller_is_no_pause_of_the_line() {
    let clock = FakeClock::new();
    let (pipeline, _) = on(&clock, vec![file(long()).drip(100_000, SECOND)]);
    clock.run(async {
        let options = CallOptions::default();
        let mut download = pipeline.download(asked(), &FETCH, &options).await.unwrap();
        while download.chunk().await.unwrap().is_some() {
            clock.sleep(100 * SECOND).await;
        }
        assert_eq!(download.received(), 1_000_000);
    });
}

#[test]
fn a_size_limit_holds_when_one_is_set() {
    for (row, step, limit, came) in [
        ("declared", file(long()), 999_999, None),
        (
            "not declared",
            file(long())
                .header("transfer-encoding", "chunked")
                .drip(400_000, SECOND),
            999_999,
            Some(800_000),
        ),
        (
            "not declared, at once",
            file(long()).header("transfer-encoding", "chunked"),
            10,
            None,
        ),
    ] {
        let options = CallOptions::default().with_body_limit(limit);
        let (requests, result, _) = fetch(&options, vec![step]);
        let fault = result.unwrap_err();
        assert_eq!(
            (fault.kind, fault.received),
            (FaultKind::BodyTooLarge, came),
            "{row}"
        );
        assert_eq!(requests, 1, "{row}");
        assert!(
            fault.to_string().contains(&limit.to_string()),
            "{row}: {fault}"
        );
    }
    let exactly = CallOptions::default().with_body_limit(1_000_000);
    assert!(fetch(&exactly, vec![file(long())]).1.is_ok());
    // Without one, a file may be larger than any object.
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).then(file(long()));
    let pipeline = scripted(&clock, &network).body_limit(10).build().unwrap();
    let download = clock
        .run(pipeline.download(asked(), &FETCH, &CallOptions::default()))
        .unwrap();
    let fault = clock.run(download.bytes(999_999)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::BodyTooLarge);
    // For an object it takes the place of the pipeline's.
    for (limit, fits) in [(1, false), (2, true)] {
        let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, "{}"));
        let pipeline = scripted(&clock, &network).body_limit(1).build().unwrap();
        let options = CallOptions::default().with_body_limit(limit);
        let result = clock.run(pipeline.call(request(&READ), &READ, &options));
        assert_eq!(result.is_ok(), fits);
    }
}

/// A download takes one of the places until it ends, fails or is dropped.
#[test]
fn a_download_holds_its_place() {
    #[derive(Debug, Clone, Copy)]
    enum End {
        Whole,
        Failed,
        Dropped,
    }
    for end in [End::Whole, End::Failed, End::Dropped] {
        let clock = FakeClock::new();
        let steps = match end {
            End::Failed => file(long()).cut(100_000),
            End::Whole | End::Dropped => file(long()).drip(100_000, SECOND),
        };
        let network = ScriptedTransport::new(&clock)
            .then(steps)
            .otherwise(Step::json(200, "{}"));
        let pipeline = scripted(&clock, &network)
            .max_connections(1)
            .build()
            .unwrap();
        clock.run(async {
            let options = CallOptions::default();
            let mut download = pipeline.download(asked(), &FETCH, &options).await.unwrap();
            let refused = pipeline
                .call(request(&READ), &READ, &options)
                .await
                .unwrap_err();
            assert_eq!(
                (refused.kind, refused.delivery),
                (FaultKind::Timeout, Delivery::NotSent)
            );
            let kept = match end {
                End::Dropped => {
                    drop(download);
                    None
                }
                End::Whole | End::Failed => {
                    let _ = drain(&mut download).await;
                    Some(download)
                }
            };
            pipeline
                .call(request(&READ), &READ, &options)
                .await
                .unwrap();
            drop(kept);
        });
        assert_eq!(clock.sleepers(), 0, "{end:?}");
    }
}

#[test]
fn an_operation_that_answers_an_object_is_not_downloaded() {
    let clock = FakeClock::new();
    let (pipeline, network) = on(&clock, vec![Step::json(200, "{}")]);
    let options = CallOptions::default();
    let call = pipeline.download(request(&READ), &READ, &options);
    let fault = clock.run(call).unwrap_err();
    assert_eq!(
        (fault.kind, fault.delivery),
        (FaultKind::InvalidInput, Delivery::NotSent)
    );
    assert!(network.requests().is_empty());
}

/// Dropped at any moment, a download leaves no timer and no task behind.
#[test]
fn a_download_that_is_dropped_leaves_nothing_behind() {
    use std::{
        future::Future,
        pin::pin,
        sync::Arc,
        task::{Context, Waker},
    };
    let mut finished = false;
    let mut steps = 0;
    while !finished {
        let clock = FakeClock::new();
        let (_, network) = on(
            &clock,
            vec![
                Step::refused().after(SECOND),
                file(r#"{"a":"b"} "#.repeat(10)).drip(20, SECOND),
            ],
        );
        let shared: Arc<dyn hwc_core::Transport> = Arc::new(network);
        let pipeline = scripted(&clock, &ScriptedTransport::new(&clock))
            .transport(Arc::clone(&shared))
            .build()
            .unwrap();
        let idle = Arc::strong_count(&shared);
        {
            let options = CallOptions::default();
            let mut whole = pin!(async {
                let mut download = pipeline.download(asked(), &FETCH, &options).await.unwrap();
                drain(&mut download).await.1.unwrap();
            });
            for _ in 0..steps {
                if whole
                    .as_mut()
                    .poll(&mut Context::from_waker(Waker::noop()))
                    .is_ready()
                {
                    finished = true;
                    break;
                }
                clock.advance_to_next();
            }
        }
        assert_eq!(clock.sleepers(), 0, "a timer is left after {steps} steps");
        assert_eq!(Arc::strong_count(&shared), idle, "after {steps} steps");
        steps += 1;
    }
    assert!(steps > 5, "it waited only {steps} times");
}
