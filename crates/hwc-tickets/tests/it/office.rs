//! A service of tickets in memory: what it lists, what is done to them, and what goes wrong on the way.
//!
//! Written for these tests alone; it shares no code with the client.

use hwc_core::testing::{CapturedRequest, FakeClock, ScriptedTransport, Step};
use hwc_tickets::{Client, ClientBuilder, RetryPolicy, SecretString};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard};

/// A ticket.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub id: String,
    pub status: i64,
    /// Minutes since a certain morning.
    pub opened: u32,
    pub title: String,
    /// `None`: the service does not count it.
    pub unread: Option<u64>,
    pub judgement: String,
    pub points: Vec<(i64, i64)>,
    pub urged: u32,
    /// As it came.
    pub contact: Value,
}

impl Row {
    pub fn new(id: &str, status: i64, opened: u32) -> Self {
        Self {
            id: id.to_owned(),
            status,
            opened,
            title: format!("title of {id}"),
            unread: Some(0),
            ..Self::default()
        }
    }
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub body: Value,
}

impl Asked {
    pub fn value(&self, name: &str) -> Option<&str> {
        let pair = self.query.iter().find(|(key, _)| key == name);
        pair.map(|(_, value)| value.as_str())
    }

    pub fn values(&self, name: &str) -> Vec<&str> {
        let pairs = self.query.iter().filter(|(key, _)| key == name);
        pairs.map(|(_, value)| value.as_str()).collect()
    }

    /// The operation, told by method and end of the path.
    pub fn operation(&self) -> &'static str {
        let segments: Vec<&str> = self.path.split('/').skip(4).collect();
        match (self.method.as_str(), segments.as_slice()) {
            ("GET", []) => "list",
            ("GET", ["export"]) => "export",
            ("GET", ["instant-messages", "unread"]) => "unread",
            ("GET", [_, "status"]) => "status",
            ("GET", [_, "operate-logs"]) => "log",
            ("GET", [_]) => "detail",
            ("POST", [_, "action"]) => "action",
            ("POST", [_, "score"]) => "score",
            ("PUT", [_, "contact-info"]) => "contact",
            _ => "unknown",
        }
    }

    fn ticket(&self) -> String {
        self.path.split('/').nth(4).unwrap_or_default().to_owned()
    }
}

type Before = Box<dyn FnMut(&mut State, &Asked) + Send>;
type After = Box<dyn FnMut(&Asked) -> Option<Step> + Send>;

#[derive(Default)]
pub struct State {
    /// In the order in which they are listed.
    pub rows: Vec<Row>,
    /// What the total is told to be.
    pub total: Option<i64>,
    /// Most rows of a page, whatever was asked for.
    pub page_cap: Option<usize>,
    pub log: Vec<Value>,
    pub asked: Vec<Asked>,
    before: Option<Before>,
    after: Option<After>,
}

/// The service, its clock and the line to it.
#[derive(Clone)]
pub struct Office {
    pub clock: FakeClock,
    state: Arc<Mutex<State>>,
    pub line: ScriptedTransport,
}

impl Office {
    pub fn new(rows: Vec<Row>) -> Self {
        let clock = FakeClock::showing("2026-03-01T02:00:00Z".parse().unwrap());
        let state = Arc::new(Mutex::new(State {
            rows,
            ..State::default()
        }));
        let served = Arc::clone(&state);
        let line = ScriptedTransport::new(&clock)
            .answering(move |request| served.lock().unwrap().serve(request));
        Self { clock, state, line }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Settings of a client of this service; calls are not repeated.
    pub fn builder(&self) -> ClientBuilder {
        Client::builder()
            .token(SecretString::from("token-for-tests"))
            .clock(self.clock.clone())
            .transport(self.line.clone())
            .retry(RetryPolicy::never())
    }

    pub fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// Called before a request takes effect.
    pub fn before(&self, hook: impl FnMut(&mut State, &Asked) + Send + 'static) {
        self.state().before = Some(Box::new(hook));
    }

    /// Called after a request took effect; may answer in place of the service, whose answer is lost then.
    pub fn after(&self, hook: impl FnMut(&Asked) -> Option<Step> + Send + 'static) {
        self.state().after = Some(Box::new(hook));
    }

    pub fn count(&self, operation: &str) -> usize {
        let state = self.state();
        let asked = state.asked.iter();
        asked.filter(|asked| asked.operation() == operation).count()
    }
}

impl State {
    pub fn row(&mut self, id: &str) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.id == id)
    }

    fn serve(&mut self, request: &CapturedRequest) -> Step {
        let decode = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
        let query = request.uri.query().unwrap_or_default();
        let asked = Asked {
            method: request.method.to_string(),
            path: decode(request.uri.path()),
            query: (query.split('&').filter(|pair| !pair.is_empty()))
                .map(|pair| {
                    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (decode(key), decode(value))
                })
                .collect(),
            body: serde_json::from_slice(&request.body).unwrap_or(Value::Null),
        };
        self.asked.push(asked.clone());
        if let Some(mut hook) = self.before.take() {
            hook(self, &asked);
            self.before = Some(hook);
        }
        let answer = self.answer(&asked);
        if let Some(mut hook) = self.after.take() {
            let step = hook(&asked);
            self.after = Some(hook);
            if let Some(step) = step {
                return step;
            }
        }
        Step::json(200, answer.to_string())
    }

    fn answer(&mut self, asked: &Asked) -> Value {
        let ticket = asked.ticket();
        match asked.operation() {
            "list" => self.list(asked),
            "unread" => self.unread(asked),
            "log" => {
                let number = |name: &str| asked.value(name).map(|v| v.parse::<usize>().unwrap());
                let rows = self.log.iter().skip(number("offset").unwrap_or(0));
                let rows: Vec<&Value> = rows.take(number("limit").unwrap_or(10)).collect();
                json!({ "total_count": self.log.len(), "incident_operate_log_list": rows })
            }
            other => {
                let Some(row) = self.row(&ticket) else {
                    return refusal("OSM.01010015");
                };
                match other {
                    "status" => json!({ "status": row.status }),
                    "detail" => detail(row),
                    "action" => act(row, asked),
                    "score" => score(row, asked),
                    "contact" => {
                        row.contact = asked.body.clone();
                        json!({})
                    }
                    other => panic!("the office does not know {other}"),
                }
            }
        }
    }

    fn list(&self, asked: &Asked) -> Value {
        let number = |name: &str| asked.value(name).map(|v| v.parse::<usize>().unwrap());
        let status: Option<i64> = asked.value("status").map(|v| v.parse().unwrap());
        let fitting: Vec<&Row> = (self.rows.iter())
            .filter(|row| status.is_none_or(|status| status == row.status))
            .collect();
        let most = number("limit").unwrap_or(10);
        let page = fitting
            .iter()
            .skip(number("offset").unwrap_or(0))
            .take(most.min(self.page_cap.unwrap_or(usize::MAX)));
        let page: Vec<Value> = page.map(|row| listed(row)).collect();
        let total = self.total.unwrap_or(fitting.len() as i64);
        json!({ "total_count": total, "incident_info_list": page })
    }

    fn unread(&self, asked: &Asked) -> Value {
        let counts: Vec<Value> = (asked.values("case_ids").into_iter())
            .filter_map(|id| {
                let row = self.rows.iter().find(|row| row.id == id)?;
                Some(json!({ "incident_id": id, "unread_num": row.unread? }))
            })
            .collect();
        json!({ "imunread": counts })
    }
}

fn listed(row: &Row) -> Value {
    json!({
        "incident_id": row.id,
        "status": row.status,
        "business_type_name": "problem",
        "incident_type_name": "kind",
        "customer_id": "account",
        "xcustomer_id": "user-1",
        "xcustomer_name": "user",
        "dc_name": "cn-north-4",
        "simple_description": row.title,
        "create_time": time(row.opened),
        "label_list": [{ "label_id": 7, "name": "urgent", "color": "#ff0000" }],
        "of_a_later_version": true,
    })
}

fn time(minutes: u32) -> String {
    format!("2026-02-28 {:02}:{:02}:00", 8 + minutes / 60, minutes % 60)
}

fn detail(row: &Row) -> Value {
    let points: Vec<Value> = (row.points.iter())
        .map(|(id, value)| json!({ "satisfaction_id": id, "satisfaction_value": value }))
        .collect();
    json!({ "incident_detail_info": {
        "incident_id": row.id,
        "status": row.status,
        "create_time": time(row.opened),
        "simple_description": row.title,
        "judgement": row.judgement,
        "incident_satisfaction": points,
        "message_list": [],
    } })
}

fn act(row: &mut Row, asked: &Asked) -> Value {
    let (allowed, then): (&[i64], Option<i64>) = match asked.value("action_id") {
        Some("cancel") => (&[0], Some(4)),
        Some("close") => (&[1, 2], Some(3)),
        Some("press") => (&[0, 1], None),
        Some("delete") => (&[3, 4, 12], Some(13)),
        _ => return refusal("OSM.01010013"),
    };
    if !allowed.contains(&row.status) {
        return refusal("OSM.01010002");
    }
    match then {
        Some(status) => row.status = status,
        None => row.urged += 1,
    }
    rate(row, asked);
    json!({})
}

fn score(row: &mut Row, asked: &Asked) -> Value {
    if row.status != 3 {
        return refusal("OSM.01010002");
    }
    rate(row, asked);
    json!({})
}

fn rate(row: &mut Row, asked: &Asked) {
    if let Some(words) = asked.body["judgement"].as_str() {
        row.judgement = words.to_owned();
    }
    if let Some(points) = asked.body["incident_satisfaction_list"].as_array() {
        let number = |of: &Value, name: &str| of[name].as_i64().unwrap();
        let points = points.iter().map(|of| {
            (
                number(of, "satisfaction_id"),
                number(of, "satisfaction_value"),
            )
        });
        row.points = points.collect();
    }
}

pub fn refusal(code: &str) -> Value {
    json!({ "error_code": code, "error_msg": "refused" })
}
