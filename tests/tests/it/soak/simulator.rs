//! The simulator that is followed, a process of its own, and what its control tells.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hwc_tickets::{
    Client, ProxyChoice, TicketId,
    transport::{HttpTransport, Transport as _},
};
use hwc_tickets_sim::Credentials;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

/// The simulator, until this is dropped.
pub(super) struct Simulator {
    process: Child,
    endpoint: String,
    line: HttpTransport,
}

impl Simulator {
    pub(super) fn start(program: &str) -> Self {
        let mut process = Command::new(program)
            .args(["--listen", "127.0.0.1:0", "--control", "--no-log"])
            .args(["--engineers", "silent"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = process.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let endpoint = line.trim_end().strip_prefix("listening on ");
        Self {
            process,
            endpoint: endpoint.unwrap().to_owned(),
            line: HttpTransport::builder()
                .proxy(ProxyChoice::Direct)
                .build()
                .unwrap(),
        }
    }

    /// Asks its control.
    async fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = match body {
            Value::Null => Bytes::new(),
            body => Bytes::from(body.to_string()),
        };
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}/_sim/{path}", self.endpoint))
            .header("content-type", "application/json")
            .body(body.into())
            .unwrap();
        let (head, body) = self.line.send(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let told = String::from_utf8_lossy(&body);
        assert!(head.status.is_success(), "{method} {path}: {told}");
        serde_json::from_str(&told).unwrap_or_default()
    }

    pub(super) async fn open_ticket(&self) -> TicketId {
        let opened = json!({ "content": "soak" });
        let opened = self.ask("POST", "ticket", &opened).await;
        TicketId::new(opened["ticket"].as_str().unwrap()).unwrap()
    }

    /// An engineer writes.
    pub(super) async fn reply(&self, ticket: &TicketId, content: &str) {
        let reply = json!({ "ticket": ticket.as_str(), "content": content });
        self.ask("POST", "reply", &reply).await;
    }

    pub(super) async fn set_fault(&self, rule: &Value) {
        self.ask("POST", "fault", rule).await;
    }

    /// How many faults are set and have struck nothing yet: a rule that is used up is none any more.
    pub(super) async fn open_faults(&self) -> usize {
        let told = self.ask("GET", "fault", &Value::Null).await;
        told["faults"].as_array().unwrap().len()
    }

    pub(super) async fn clear_faults(&self) {
        self.ask("DELETE", "fault", &Value::Null).await;
    }

    pub(super) async fn ledger(&self, tickets: &[TicketId]) -> Ledger {
        let mut ledger = Ledger::default();
        for ticket in tickets {
            let path = format!("ledger?ticket={ticket}");
            let told = self.ask("GET", &path, &Value::Null).await;
            for arrival in told["arrivals"].as_array().unwrap() {
                let text = arrival["text"].as_str().unwrap();
                match text.split_once(' ') {
                    Some(("reply", _)) => {
                        *ledger.replies.entry(ticket.to_string()).or_default() += 1;
                    }
                    Some(("submit", number)) => {
                        *ledger.own.entry(number.parse().unwrap()).or_default() += 1;
                    }
                    _ => {}
                }
            }
        }
        ledger
    }

    pub(super) fn client(&self) -> Client {
        let builder = Client::builder()
            .endpoint(&*self.endpoint)
            .proxy(ProxyChoice::Direct)
            .token(Credentials::demo().token);
        builder.build().unwrap()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What really arrived.
#[derive(Default)]
pub(super) struct Ledger {
    /// Replies of each ticket.
    pub(super) replies: BTreeMap<String, u64>,
    /// How often each message of the customer stands there, by its number.
    pub(super) own: BTreeMap<u64, u32>,
}
