//! Signed calls over a real socket: what arrives carries a signature of exactly what arrives.
//!
//! The check is written from the published description with other libraries than the signer uses.

use std::collections::BTreeMap;

use bytes::Bytes;
use hmac::{Hmac, Mac};
use hwc_core::{
    CallOptions, Endpoint, Idempotency, Operation, Pipeline, RequestContent, identity::Keys,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::canonical::independent_canonical_query;

const SECRET: &str = "SKEXAMPLE";

/// A request as it came in.
#[derive(Clone)]
struct Arrived {
    method: String,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Arrived {
    fn parse(raw: &[u8]) -> Option<Self> {
        let end = raw.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&raw[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap().split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        assert_eq!(
            (words.next(), words.next()),
            (Some("HTTP/1.1"), None),
            "no raw space in the target"
        );
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers = BTreeMap::new();
        for line in lines {
            let (name, value) = line.split_once(':').unwrap();
            let old = headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
            assert_eq!(old, None, "header {name} is there once");
        }
        let body = raw[end + 4..].to_vec();
        let length = headers
            .get("content-length")
            .map_or(0, |text| text.parse().unwrap());
        (body.len() >= length).then(|| Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body,
        })
    }

    /// The headers the signature says it covers.
    fn signed_headers(&self) -> Vec<&str> {
        let text = &self.headers["authorization"];
        let (_, rest) = text.split_once("SignedHeaders=").unwrap();
        rest.split_once(',').unwrap().0.split(';').collect()
    }

    /// Whether the signature fits the request.
    fn is_signed_by(&self, secret: &str) -> bool {
        const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
            .remove(b'-')
            .remove(b'_')
            .remove(b'.')
            .remove(b'~');
        let hex = |bytes: &[u8]| {
            bytes
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        let path = percent_decode_str(&self.path).decode_utf8().unwrap();
        let mut segments: Vec<String> = path
            .split('/')
            .map(|segment| utf8_percent_encode(segment, ENCODED).to_string())
            .collect();
        if segments.last().is_some_and(|last| !last.is_empty()) {
            segments.push(String::new());
        }
        let names = self.signed_headers();
        let lines: String = names
            .iter()
            .map(|name| format!("{name}:{}\n", self.headers[*name]))
            .collect();
        let canonical = [
            self.method.clone(),
            segments.join("/"),
            independent_canonical_query(&self.query),
            lines,
            names.join(";"),
            hex(&Sha256::digest(&self.body)),
        ]
        .join("\n");
        let to_sign = format!(
            "SDK-HMAC-SHA256\n{}\n{}",
            self.headers["x-sdk-date"],
            hex(&Sha256::digest(canonical))
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(to_sign.as_bytes());
        let expected = format!(
            "SDK-HMAC-SHA256 Access=AKEXAMPLE, SignedHeaders={}, Signature={}",
            names.join(";"),
            hex(&mac.finalize().into_bytes())
        );
        self.headers["authorization"] == expected
    }
}

/// Sends one call to a socket of this machine and gives back what arrived there.
async fn send(request: http::Request<Bytes>, operation: Operation, keys: Keys) -> Arrived {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut raw = Vec::new();
        let arrived = loop {
            assert_ne!(
                socket.read_buf(&mut raw).await.unwrap(),
                0,
                "the request is cut off"
            );
            if let Some(arrived) = Arrived::parse(&raw) {
                break arrived;
            }
        };
        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{\"count\":0}";
        socket.write_all(answer).await.unwrap();
        (address, arrived)
    });
    let endpoint: Endpoint = format!("http://{address}").parse().unwrap();
    let pipeline = Pipeline::builder(endpoint)
        .identity(keys)
        .default_header("X-Language", "zh-cn")
        .default_header("X-Time-Zone", "GMT+8")
        .default_header("X-Site", "0")
        .build()
        .unwrap();
    let reply = pipeline
        .call(request, &operation, &CallOptions::default())
        .await
        .unwrap();
    assert_eq!(&*reply.body, b"{\"count\":0}");
    let (address, arrived) = server.await.unwrap();
    assert_eq!(arrived.headers["host"], address.to_string());
    arrived
}

fn keys() -> Keys {
    Keys::new(&"AKEXAMPLE".into(), SECRET.into())
        .unwrap()
        .with_security_token(&"STS+/==".into())
        .unwrap()
        .with_domain_id("d0m41n")
        .unwrap()
}

fn read(path: &'static str) -> Operation {
    Operation::new("read", "GET", path, Idempotency::Safe)
}

fn write(path: &'static str) -> Operation {
    Operation::new("write", "POST", path, Idempotency::Idempotent)
        .with_request(RequestContent::Json)
}

#[tokio::test]
async fn every_query_arrives_in_the_form_that_was_signed() {
    let table = [
        ("", ""),
        ("limit=10&offset=0", "limit=10&offset=0"),
        (
            "create_time=2020-07-09+00%3A00%3A00&type=0",
            "create_time=2020-07-09%2000%3A00%3A00&type=0",
        ),
        (
            "create_time=2020-07-09%2000:00:00",
            "create_time=2020-07-09%2000%3A00%3A00",
        ),
        ("a=1%2B1&a=1+1&a=~", "a=1%201&a=1%2B1&a=~"),
        (
            "case_ids=%E5%B7%A5%E5%8D%95%E4%B8%80&case_ids=case~1&case_ids=A%2BB/C%3DD%26E&group_id=*",
            "case_ids=A%2BB%2FC%3DD%26E&case_ids=case~1&case_ids=%E5%B7%A5%E5%8D%95%E4%B8%80&group_id=%2A",
        ),
        (
            "z=%27%22%3C%3E%5C%60%7B%7C%7D&flag",
            "flag=&z=%27%22%3C%3E%5C%60%7B%7C%7D",
        ),
        ("q=100%25&q=%2e%2E", "q=..&q=100%25"),
    ];
    for (query, expected) in table {
        let target = if query.is_empty() {
            "/v2/x".to_owned()
        } else {
            format!("/v2/x?{query}")
        };
        let request = http::Request::get(target).body(Bytes::new()).unwrap();
        let arrived = send(request, read("/v2/x"), keys()).await;
        assert_eq!(arrived.query, expected);
        assert!(arrived.is_signed_by(SECRET), "{query}");
    }
}

#[tokio::test]
async fn paths_and_bodies_are_signed_as_they_arrive() {
    let path = "/v2/servicerequest/cases/case%201%E4%B8%AD%2B%25~%2A/message";
    for (body, kind) in [
        (
            r#"{"message":{"content":"数据库连接失败，请协助。"}}"#,
            Some("application/json"),
        ),
        ("", Some("application/json")),
        ("", None),
    ] {
        let mut request = http::Request::post(path).body(Bytes::from(body)).unwrap();
        if let Some(kind) = kind {
            request
                .headers_mut()
                .insert("content-type", http::HeaderValue::from_static(kind));
        }
        let operation = write("/v2/servicerequest/cases/{case_id}/message");
        let arrived = send(request, operation, keys()).await;
        assert_eq!(arrived.path, path);
        assert_eq!(arrived.body, body.as_bytes());
        assert!(arrived.is_signed_by(SECRET), "{body:?} {kind:?}");
    }
}

/// Everything that names the caller or changes the meaning is covered: changing it breaks the signature.
#[tokio::test]
async fn nothing_that_counts_is_left_unsigned() {
    let request = http::Request::post("/v2/x?a=1&b=2")
        .header("content-type", "application/json")
        .body(Bytes::from_static(b"{}"))
        .unwrap();
    let arrived = send(request, write("/v2/x"), keys()).await;
    assert_eq!(
        arrived.signed_headers(),
        [
            "content-type",
            "host",
            "x-domain-id",
            "x-language",
            "x-sdk-date",
            "x-security-token",
            "x-site",
            "x-time-zone"
        ]
    );
    assert!(arrived.is_signed_by(SECRET));
    assert!(!arrived.is_signed_by("SKOTHER"));
    for name in arrived.signed_headers() {
        let mut changed = arrived.clone();
        changed.headers.get_mut(name).unwrap().push('1');
        assert!(!changed.is_signed_by(SECRET), "{name}");
    }
    for change in [
        (|arrived| arrived.method = "PUT".to_owned()) as fn(&mut Arrived),
        |arrived| arrived.path.push_str("/y"),
        |arrived| arrived.query.push_str("&c=3"),
        |arrived| arrived.body.push(b' '),
    ] {
        let mut changed = arrived.clone();
        change(&mut changed);
        assert!(!changed.is_signed_by(SECRET));
    }
}
