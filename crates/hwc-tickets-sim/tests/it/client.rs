//! A client with no manners and no opinions: one request, one connection, bytes in, bytes out.

use std::io;
use std::net::SocketAddr;

use hwc_tickets_sim::Simulator;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer, taken apart as little as possible.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn code(&self) -> String {
        self.json()["error_code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

/// Sends bytes and reads until the other side closes.
pub(crate) async fn raw(sim: &Simulator, request: &[u8]) -> io::Result<Vec<u8>> {
    raw_to(sim.address(), request).await
}

async fn raw_to(address: SocketAddr, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// Sends a request and takes the answer apart. An answer that ends early is an error.
pub(crate) async fn send(
    sim: &Simulator,
    method: &str,
    target: &str,
    headers: &str,
    body: &[u8],
) -> io::Result<Answer> {
    send_to(sim.address(), method, target, headers, body).await
}

/// The same to any address.
pub(crate) async fn send_to(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &str,
    body: &[u8],
) -> io::Result<Answer> {
    let length = body.len();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n",
    );
    parse(&raw_to(address, &[head.as_bytes(), body].concat()).await?)
}

/// As `demo`, with the token that never expires.
pub(crate) async fn ask(sim: &Simulator, method: &str, target: &str, body: &str) -> Answer {
    ask_as(sim, "TOKENEXAMPLE", method, target, body).await
}

pub(crate) async fn ask_as(
    sim: &Simulator,
    token: &str,
    method: &str,
    target: &str,
    body: &str,
) -> Answer {
    let target = format!("/v2/servicerequest/cases{target}");
    call_as(sim, token, method, &target, body).await
}

/// The same with the whole path.
pub(crate) async fn call_as(
    sim: &Simulator,
    token: &str,
    method: &str,
    target: &str,
    body: &str,
) -> Answer {
    let headers = format!("x-auth-token: {token}\r\ncontent-type: application/json\r\n");
    send(sim, method, target, &headers, body.as_bytes())
        .await
        .expect("an answer")
}

fn parse(bytes: &[u8]) -> io::Result<Answer> {
    let ends_early = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .ok_or_else(ends_early)?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or_else(ends_early)?;
    let answer = Answer {
        status,
        head,
        body: bytes[end + 4..].to_vec(),
    };
    match answer
        .header("content-length")
        .map(|length| length.parse::<usize>())
    {
        Some(Ok(length)) if length == answer.body.len() => Ok(answer),
        _ => Err(ends_early()),
    }
}
