//! What a call costs the client, against reqwest used by hand with the same decoding. Run with `cargo bench -p hwc-core`. Reported, not asserted.
//!
//! Both ways run in turns on one thread against one server on another thread, and the time the client's
//! own thread was on a processor is counted. Where the system does not tell that, wall time is.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement: it prints, reads the real clock, and builds the client it compares with"
)]

use std::{
    hint::black_box,
    io::{Read, Write},
    net::TcpListener,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use hwc_core::{CallOptions, Idempotency, Makes, Operation, Pipeline, identity::Token};

const READ: Operation = Operation::new(
    "readMessages",
    "GET",
    "/v2/cases/{case_id}/messages",
    Idempotency::Safe,
)
.with_makes(Makes::Nothing);
const TARGET: &str = "/v2/cases/TT202611210001/messages?limit=10&offset=0";
const ROUNDS: usize = 60;
const CALLS_PER_ROUND: u32 = 100;

#[derive(serde::Deserialize)]
struct Page {
    count: u64,
    message_list: Vec<Message>,
}

#[derive(serde::Deserialize)]
struct Message {
    content: String,
    create_time: String,
    replier_id: String,
    r#type: i64,
}

fn page(messages: usize) -> String {
    let list: Vec<_> = (0..messages)
        .map(|number| {
            serde_json::json!({
                "content": format!("The disk of node {number} is full again, since 磁盘 03:12. Please have a look at it."),
                "create_time": "2020-07-09 00:00:00",
                "replier_id": "0123456789abcdef0123456789abcdef",
                "type": 0,
            })
        })
        .collect();
    serde_json::json!({ "count": messages, "message_list": list }).to_string()
}

/// Answers every request with the same page.
fn serve(page: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: 4f1c\r\ndate: Sat, 21 Nov 2026 00:00:00 GMT\r\ncontent-length: {}\r\n\r\n{page}",
        page.len()
    );
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || {
                let mut stream = stream;
                let _ = stream.set_nodelay(true);
                let mut buffer = [0; 4096];
                let mut filled = 0;
                // Requests come one at a time and have no body.
                while let Ok(read @ 1..) = stream.read(buffer.get_mut(filled..).unwrap_or_default())
                {
                    filled += read;
                    if buffer
                        .get(..filled)
                        .is_some_and(|seen| seen.ends_with(b"\r\n\r\n"))
                    {
                        filled = 0;
                        if stream.write_all(answer.as_bytes()).is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    address
}

/// Time this thread was on a processor.
fn on_processor(start: Instant) -> Duration {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok())
        .map_or_else(|| start.elapsed(), Duration::from_nanos)
}

fn decode(body: &[u8]) -> usize {
    let page: Page = serde_json::from_slice(body).expect("a page");
    let text: usize = page
        .message_list
        .iter()
        .map(|message| {
            message.content.len()
                + message.create_time.len()
                + message.replier_id.len()
                + usize::from(message.r#type == 0)
        })
        .sum();
    text + usize::from(page.count > 0)
}

fn compare(messages: usize) {
    let page = page(messages);
    let address = serve(&page);
    let token = "t".repeat(1_500);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let by_hand = reqwest::Client::builder()
        .timeout(Duration::from_secs(30))
        .user_agent("by-hand/1.0")
        .no_proxy()
        .build()
        .expect("a client");
    let pipeline = Arc::new(
        Pipeline::builder(address.parse().expect("an endpoint"))
            .identity(Token::new(&token.clone().into()).expect("a token"))
            .default_header("X-Site", "0")
            .default_header("X-Language", "en-us")
            .build()
            .expect("a pipeline"),
    );
    let start = Instant::now();
    let mut spent = [Vec::new(), Vec::new()];
    let url = format!("{address}{TARGET}");
    for round in 0..ROUNDS {
        for way in [round % 2, (round + 1) % 2] {
            let before = on_processor(start);
            runtime.block_on(async {
                for _ in 0..CALLS_PER_ROUND {
                    let size = if way == 0 {
                        let response = by_hand
                            .get(&url)
                            .header("x-auth-token", &token)
                            .header("x-site", "0")
                            .header("x-language", "en-us")
                            .send()
                            .await
                            .expect("an answer")
                            .error_for_status()
                            .expect("a success");
                        decode(&response.bytes().await.expect("a body"))
                    } else {
                        let request = http::Request::get(TARGET)
                            .body(Bytes::new())
                            .expect("a request");
                        let options = CallOptions::default();
                        let reply = pipeline
                            .call(request, &READ, &options)
                            .await
                            .expect("a reply");
                        decode(&reply.body)
                    };
                    black_box(size);
                }
            });
            if let Some(times) = spent.get_mut(way) {
                times.push((on_processor(start) - before) / CALLS_PER_ROUND);
            }
        }
    }
    let [by_hand, ours] = spent.map(|mut times| {
        times.sort_unstable();
        // The slow rounds are those in which the machine did something else too.
        times.get(times.len() / 10).copied().unwrap_or_default()
    });
    println!(
        "{messages:>4} messages ({:>6} bytes): by hand {by_hand:>9.2?}, pipeline {ours:>9.2?}, ratio {:.3}",
        page.len(),
        ours.as_secs_f64() / by_hand.as_secs_f64()
    );
}

fn main() {
    // By hand one needs this; the pipeline brings its provider along.
    rustls::crypto::ring::default_provider()
        .install_default()
        .expect("no other provider");
    // `cargo test --benches` starts benchmarks too; it wants to know that they start, not how long they take.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let start = Instant::now();
    black_box(
        hwc_core::HttpTransport::builder()
            .build()
            .expect("a transport"),
    );
    println!("building a transport: {:.2?}", start.elapsed());
    for messages in [1, 10, 100] {
        compare(messages);
    }
}
