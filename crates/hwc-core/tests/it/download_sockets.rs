//! Files over real connections: what proves that one is whole, and what breaks it.

use bytes::Bytes;
use http::Request;
use hwc_core::{CallOptions, Fault, FaultKind};

use crate::{
    given::{FETCH, real},
    server::Server,
};

/// Downloads from a server that reads the request, sends `answer`, and closes.
async fn fetch(answer: Vec<u8>) -> (Vec<u8>, Result<(), Fault>) {
    let server = Server::start(move |_, connection| {
        if connection.read_request().is_some() {
            connection.send(&answer);
        }
    });
    let pipeline = real(&server.http()).build().unwrap();
    let request = Request::get("/v1/files/F-1").body(Bytes::new()).unwrap();
    let options = CallOptions::default().with_max_attempts(1);
    let mut bytes = Vec::new();
    let mut download = match pipeline.download(request, &FETCH, &options).await {
        Ok(download) => download,
        Err(fault) => return (bytes, Err(fault)),
    };
    loop {
        match download.chunk().await {
            Ok(Some(piece)) => bytes.extend_from_slice(&piece),
            Ok(None) => return (bytes, Ok(())),
            Err(fault) => {
                assert_eq!(fault.received, Some(bytes.len() as u64));
                return (bytes, Err(fault));
            }
        }
    }
}

/// The file, or why it is none.
type Expected = Result<&'static str, FaultKind>;

const BROKEN: Expected = Err(FaultKind::Interrupted);
const FOREIGN: Expected = Err(FaultKind::Protocol);

/// (row, head, body on the wire, the file or its end)
const ROWS: &[(&str, &str, &str, Expected)] = &[
    ("length", "content-length: 5\r\n", "12345", Ok("12345")),
    (
        "length, twice the same",
        "content-length: 5\r\ncontent-length: 5\r\n",
        "12345",
        Ok("12345"),
    ),
    ("length 0", "content-length: 0\r\n", "", Ok("")),
    (
        "length, and more follows",
        "content-length: 5\r\n",
        "12345HTTP/1.1 200",
        Ok("12345"),
    ),
    ("length, cut", "content-length: 5\r\n", "1234", BROKEN),
    ("length, nothing", "content-length: 5\r\n", "", BROKEN),
    (
        "two lengths",
        "content-length: 5\r\ncontent-length: 4\r\n",
        "12345",
        FOREIGN,
    ),
    (
        "chunks",
        "transfer-encoding: chunked\r\n",
        "2\r\n12\r\n3\r\n345\r\n0\r\n\r\n",
        Ok("12345"),
    ),
    (
        "chunks with a trailer",
        "transfer-encoding: chunked\r\n",
        "5\r\n12345\r\n0\r\nx: y\r\n\r\n",
        Ok("12345"),
    ),
    (
        "chunks without the last",
        "transfer-encoding: chunked\r\n",
        "5\r\n12345\r\n",
        BROKEN,
    ),
    (
        "a chunk cut",
        "transfer-encoding: chunked\r\n",
        "5\r\n123",
        BROKEN,
    ),
    (
        "the last chunk cut",
        "transfer-encoding: chunked\r\n",
        "5\r\n12345\r\n0\r\n",
        BROKEN,
    ),
    (
        "no chunk at all",
        "transfer-encoding: chunked\r\n",
        "",
        BROKEN,
    ),
    ("until it closes", "", "12345", BROKEN),
    (
        "until it closes, said",
        "connection: close\r\n",
        "12345",
        BROKEN,
    ),
    ("until it closes, nothing", "", "", BROKEN),
    (
        "compressed",
        "content-encoding: gzip\r\ncontent-length: 5\r\n",
        "12345",
        FOREIGN,
    ),
    (
        "a page",
        "content-type: text/html\r\ncontent-length: 6\r\n",
        "<html>",
        FOREIGN,
    ),
    (
        "an error until it closes",
        "content-type: application/json\r\n",
        "{\"error_code\":\"THG.1015\"}",
        Err(FaultKind::NotFound),
    ),
];

#[tokio::test]
async fn only_a_proven_end_makes_a_file() {
    for (row, head, body, expected) in ROWS {
        let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n{body}");
        let (bytes, end) = fetch(answer.into_bytes()).await;
        match expected {
            Ok(file) => {
                assert!(end.is_ok(), "{row}: {end:?}");
                assert_eq!(bytes, file.as_bytes(), "{row}");
            }
            Err(kind) => {
                let got = end.map_err(|fault| fault.kind);
                assert_eq!(got, Err(*kind), "{row}");
            }
        }
    }
}

/// Where chunks and a length contradict each other, nothing is taken for whole.
#[tokio::test]
async fn chunks_with_another_length_are_no_file() {
    for length in [3, 7] {
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n"
        );
        let (bytes, end) = fetch(answer.into_bytes()).await;
        assert!(end.is_err() || bytes == b"12345", "{length}: {bytes:?}");
    }
}

/// Every place where a long file can be cut.
#[tokio::test]
async fn a_file_cut_anywhere_is_an_error_with_the_number_of_its_bytes() {
    let body: Vec<u8> = (0..300_000_u32)
        .map(|number| (number % 251) as u8)
        .collect();
    for keep in [0, 1, 1_000, 65_535, 65_536, 65_537, 200_000, 299_999] {
        let mut answer = b"HTTP/1.1 200 OK\r\ncontent-length: 300000\r\n\r\n".to_vec();
        answer.extend_from_slice(&body[..keep]);
        let (bytes, end) = fetch(answer).await;
        let fault = end.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Interrupted, "{keep}");
        assert!(
            bytes == body[..bytes.len()] && bytes.len() <= keep,
            "{keep}"
        );
        if !bytes.is_empty() {
            let words = format!("after {} of 300000 bytes", bytes.len());
            assert!(fault.to_string().contains(&words), "{fault}");
        }
    }
}

/// A download that is dropped gives up its connection; the next call is not disturbed.
#[tokio::test]
async fn a_dropped_download_closes_its_connection() {
    let (closed, wait) = std::sync::mpsc::channel();
    let closed = std::sync::Mutex::new(closed);
    let server = Server::start(move |_, connection| {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n");
        while connection.send([0_u8; 65_536]) {}
        closed.lock().unwrap().send(()).unwrap();
    });
    let pipeline = real(&server.http()).build().unwrap();
    let request = Request::get("/v1/files/F-1").body(Bytes::new()).unwrap();
    let options = CallOptions::default();
    let mut download = pipeline.download(request, &FETCH, &options).await.unwrap();
    download.chunk().await.unwrap().unwrap();
    drop(download);
    // The connection closes on a task of the engine.
    tokio::task::spawn_blocking(move || wait.recv_timeout(crate::given::HANG_GUARD))
        .await
        .unwrap()
        .unwrap();
}
