//! Memory of a long upload and a long download: an own program, because it counts every allocation in it, those of
//! the server on the other end of the line too.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a test fails by panicking, and nobody else uses it"
)]

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread::JoinHandle,
};

use bytes::Bytes;
use hwc_core::{
    CallOptions, Form, Idempotency, Makes, Operation, Pipeline, RequestContent, ResponseContent,
    Source, identity::Token,
};
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const MIB: usize = 1024 * 1024;
const LENGTH: usize = 100 * MIB;
/// Most bytes of extra heap.
const MOST: usize = 16 * MIB;

const UPLOAD: Operation = Operation::new(
    "uploadFile",
    "POST",
    "/v1/files",
    Idempotency::NotIdempotent,
)
.with_request(RequestContent::Multipart)
.with_makes(Makes::Nothing);
const FETCH: Operation = Operation::new("fetchFile", "GET", "/v1/files", Idempotency::Safe)
    .with_response(ResponseContent::Bytes)
    .with_makes(Makes::Nothing);

/// The bytes of the file: each piece the same.
fn piece() -> Vec<u8> {
    (0..64 * 1024_u32)
        .map(|number| (number % 251) as u8)
        .collect()
}

/// Answers one request: with the file, or, after it read a body, with an empty object. Gives the bytes it read.
fn serve(listener: TcpListener) -> JoinHandle<usize> {
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        let read = skip(&mut stream, length);
        let mut send = |bytes: &[u8]| stream.write_all(bytes).unwrap();
        if head.starts_with("get") {
            send(format!("HTTP/1.1 200 OK\r\ncontent-length: {LENGTH}\r\n\r\n").as_bytes());
            let piece = piece();
            (0..LENGTH / piece.len()).for_each(|_| send(&piece));
        } else {
            send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        }
        read
    })
}

fn skip(stream: &mut TcpStream, length: usize) -> usize {
    let mut read = 0;
    let mut room = vec![0; 64 * 1024];
    while read < length {
        let most = room.len().min(length - read);
        let more = stream.read(&mut room[..most]).unwrap();
        assert!(more > 0, "it broke off after {read} bytes");
        read += more;
    }
    read
}

fn pipeline(listener: &TcpListener) -> Pipeline {
    let address = format!("http://{}", listener.local_addr().unwrap());
    Pipeline::builder(address.parse().unwrap())
        .identity(Token::new(&"a-token-for-tests".into()).unwrap())
        .build()
        .unwrap()
}

/// The extra heap of `work`, in bytes.
fn measured<T>(name: &str, work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    HEAP.reset_peak_usage();
    let before = HEAP.current_usage();
    let done = runtime.block_on(work);
    let extra = HEAP.peak_usage().saturating_sub(before);
    println!("{name}: {extra} bytes of extra heap at most");
    assert!(extra <= MOST, "{name}: {extra} bytes");
    done
}

/// One test: others at the same time would be counted too.
#[test]
fn a_hundred_mebibytes_up_and_down_cost_no_more_than_sixteen() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("long.log");
    let mut file = std::fs::File::create_new(&path).unwrap();
    let piece = piece();
    (0..LENGTH / piece.len()).for_each(|_| file.write_all(&piece).unwrap());
    drop(file);

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let pipeline = pipeline(&listener);
    let served = serve(listener);
    let form = Form::new()
        .text("form_data", "{}")
        .file("file", Source::file(&path).unwrap());
    measured("upload", async {
        let request = http::Request::post("/v1/files").body(form).unwrap();
        pipeline
            .call(request, &UPLOAD, &CallOptions::default())
            .await
            .unwrap();
    });
    assert!(served.join().unwrap() > LENGTH);

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let pipeline = self::pipeline(&listener);
    let served = serve(listener);
    measured("download", async {
        let request = http::Request::get("/v1/files").body(Bytes::new()).unwrap();
        let mut download = pipeline
            .download(request, &FETCH, &CallOptions::default())
            .await
            .unwrap();
        let mut sum = 0_u64;
        while let Some(piece) = download.chunk().await.unwrap() {
            sum += piece.iter().map(|byte| u64::from(*byte)).sum::<u64>();
        }
        assert_eq!(download.received(), LENGTH as u64);
        let of_one: u64 = piece.iter().map(|byte| u64::from(*byte)).sum();
        assert_eq!(sum, of_one * (LENGTH / piece.len()) as u64);
    });
    served.join().unwrap();
}
