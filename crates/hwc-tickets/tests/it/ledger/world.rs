//! What the service stores, and how it answers.

use super::{
    alter::Alteration,
    faults::{Fault, ReadFault},
    json, route,
};
use hwc_core::{
    Clock as _,
    testing::{CapturedRequest, FakeClock, Step},
};
use jiff::{SignedDuration, Timestamp, tz::Offset};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// Message ids of the customer's own account.
pub const OWN: &str = "own-user";

/// A stored message.
#[derive(Debug, Clone)]
pub struct Stored {
    pub text: String,
    /// 0 customer, 1 support.
    pub kind: i64,
    pub replier: String,
    /// By the clock of the service, to the second.
    pub created: Timestamp,
    /// From this moment of the monotonic clock on reads show it.
    pub visible_at: Duration,
    pub attachments: Vec<String>,
    pub recalled: bool,
    /// The operation that made it.
    pub op: Option<u64>,
}

/// How this service renders contents and lists.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    pub oldest_first: bool,
    pub escape: bool,
    pub trim: bool,
    pub crlf: bool,
    pub cut_at: Option<usize>,
    pub strip_tags: bool,
    /// Stored in three bytes a character: what needs four becomes question marks.
    pub three_bytes: bool,
    /// Leave `type` out (D-18).
    pub no_type: bool,
    /// What is stored or shown is not what was sent.
    pub altered: Alteration,
    /// Fewer rows than asked for.
    pub page_cap: Option<usize>,
    pub total: Total,
}

/// What `count` of an answer means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Total {
    /// Messages of the ticket.
    #[default]
    Messages,
    /// Rows of the page.
    Rows,
    /// It is not there.
    LeftOut,
}

/// Pages of an earlier time.
#[derive(Debug, Clone, Copy)]
pub struct Copied {
    /// When they were made, by the monotonic clock.
    pub at: Duration,
    /// They come with an `Age` and the date of the answer, else with the date at which they were made.
    pub tells_age: bool,
}

pub struct World {
    clock: FakeClock,
    /// Time of the service when the monotonic clock showed zero.
    origin: Timestamp,
    pub tickets: BTreeMap<String, Vec<Stored>>,
    pub manner: Manner,
    /// What happens to the next POSTs; then all is well.
    pub faults: VecDeque<Fault>,
    /// What happens to the next reads; then all is well.
    pub read_faults: VecDeque<ReadFault>,
    /// What happens to all reads after those.
    pub every_read: ReadFault,
    /// What a machine on the way kept of the pages, and answers all reads with.
    pub copy: Option<Copied>,
    /// From the POST until reads show the message.
    pub lag: Duration,
    /// How far the clock that stamps messages is ahead of the one that stamps answers.
    pub stamps_ahead: SignedDuration,
    /// Messages with this text have these fields instead.
    pub odd_fields: Option<(&'static str, Value)>,
    /// POSTs of each operation that the service got to see.
    pub posts: BTreeMap<u64, u32>,
}

impl World {
    pub fn new(clock: FakeClock) -> Self {
        Self {
            origin: "2026-03-01T02:00:00Z".parse().unwrap(),
            clock,
            tickets: BTreeMap::new(),
            manner: Manner::default(),
            faults: VecDeque::new(),
            read_faults: VecDeque::new(),
            every_read: ReadFault::None,
            copy: None,
            lag: Duration::ZERO,
            stamps_ahead: SignedDuration::ZERO,
            odd_fields: None,
            posts: BTreeMap::new(),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.origin + SignedDuration::try_from(self.clock.elapsed()).unwrap()
    }

    /// Both clocks of the service are set.
    pub fn step(&mut self, by: SignedDuration) {
        self.origin += by;
    }

    /// Stores a message as somebody else.
    pub fn post(&mut self, ticket: &str, kind: i64, replier: &str, text: &str) {
        let visible_at = self.clock.elapsed();
        self.store(
            ticket,
            kind,
            replier,
            text,
            Vec::new(),
            None,
            Duration::ZERO,
            visible_at,
        );
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "a row of the ledger has that many columns"
    )]
    fn store(
        &mut self,
        ticket: &str,
        kind: i64,
        replier: &str,
        text: &str,
        attachments: Vec<String>,
        op: Option<u64>,
        later: Duration,
        visible_at: Duration,
    ) {
        let created = self.now() + SignedDuration::try_from(later).unwrap() + self.stamps_ahead;
        let created = Timestamp::from_second(created.as_second()).unwrap();
        self.tickets
            .entry(ticket.to_owned())
            .or_default()
            .push(Stored {
                text: text.to_owned(),
                kind,
                replier: replier.to_owned(),
                created,
                visible_at,
                attachments,
                recalled: false,
                op,
            });
    }

    /// How often `op` stands in the ledger.
    pub fn arrived(&self, op: u64) -> usize {
        self.tickets
            .values()
            .flatten()
            .filter(|message| message.op == Some(op))
            .count()
    }

    /// The texts of a ticket.
    pub fn texts(&self, ticket: &str) -> Vec<String> {
        self.tickets
            .get(ticket)
            .into_iter()
            .flatten()
            .map(|message| message.text.clone())
            .collect()
    }

    pub fn serve(&mut self, request: &CapturedRequest, op: Option<u64>) -> Step {
        let ticket = request
            .uri
            .path()
            .split('/')
            .nth(4)
            .unwrap_or_default()
            .to_owned();
        match (request.method.as_str(), route(request)) {
            ("POST", "message") => {
                if let Some(op) = op {
                    *self.posts.entry(op).or_default() += 1;
                }
                let fault = self.faults.pop_front().unwrap_or(Fault::None);
                self.submit(request, &ticket, op, &fault)
            }
            ("GET", "messages") => {
                let answer = self.list(request, &ticket);
                let fault = self.read_faults.pop_front();
                let answer = fault.as_ref().unwrap_or(&self.every_read).answer(answer);
                let now = self.clock.elapsed();
                let (made, age) = match self.copy {
                    Some(copy) if copy.tells_age => (now, Some("30")),
                    Some(copy) => (copy.at, None),
                    None => (now, None),
                };
                let answer = answer.header("date", self.http_date(made));
                match age {
                    Some(age) => answer.header("age", age),
                    None => answer,
                }
            }
            ("GET", last) if last == ticket => self.detail(request, &ticket),
            ("POST", "withdraw") => {
                let id = request.uri.path().split('/').nth(6);
                let number = id.and_then(|id| id.strip_prefix("m-")?.parse::<usize>().ok());
                let stored = self.tickets.get_mut(&ticket);
                stored.unwrap()[number.unwrap()].recalled = true;
                json(200, json!({}))
            }
            other => panic!("the test service has no route for {other:?}"),
        }
    }

    /// The ticket as a whole: its messages have ids here.
    fn detail(&self, request: &CapturedRequest, ticket: &str) -> Step {
        let zone = zone_of(request.header("x-time-zone").unwrap());
        let stored = self.tickets.get(ticket).into_iter().flatten();
        let rows: Vec<Value> = (stored.enumerate())
            .filter(|(_, message)| self.is_shown(message, self.clock.elapsed()))
            .map(|(number, message)| {
                let mut row = self.render(message, zone);
                row["message_id"] = format!("m-{number}").into();
                row
            })
            .collect();
        let detail = json!({
            "incident_id": ticket,
            "status": 1,
            "create_time": "2026-02-28 08:00:00",
            "message_list": rows,
        });
        json(200, json!({ "incident_detail_info": detail }))
    }

    fn is_shown(&self, message: &Stored, now: Duration) -> bool {
        message.visible_at <= now && !message.recalled
    }

    /// Ids of the messages of the own account that the ticket shows.
    pub fn own_ids(&self, ticket: &str) -> Vec<String> {
        let stored = self.tickets.get(ticket).into_iter().flatten();
        let own = stored.enumerate().filter(|(_, message)| {
            message.replier == OWN && self.is_shown(message, self.clock.elapsed())
        });
        own.map(|(number, _)| format!("m-{number}")).collect()
    }

    fn http_date(&self, elapsed: Duration) -> String {
        (self.origin + SignedDuration::try_from(elapsed).unwrap())
            .to_zoned(jiff::tz::TimeZone::UTC)
            .strftime("%a, %d %b %Y %H:%M:%S GMT")
            .to_string()
    }

    fn submit(
        &mut self,
        request: &CapturedRequest,
        ticket: &str,
        op: Option<u64>,
        fault: &Fault,
    ) -> Step {
        if fault.acts() {
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            let text = body["message"]["content"].as_str().unwrap().to_owned();
            let files = body["message"]["accessory_ids"]
                .as_array()
                .into_iter()
                .flatten();
            let files = files.map(|id| id.as_str().unwrap().to_owned()).collect();
            let later = fault.acts_after();
            let visible_at = self.clock.elapsed() + later + self.lag;
            self.store(ticket, 0, OWN, &text, files, op, later, visible_at);
        }
        fault
            .answer()
            .header("date", self.http_date(self.clock.elapsed()))
            .header("x-request-id", "request-7")
    }

    fn list(&self, request: &CapturedRequest, ticket: &str) -> Step {
        let query: BTreeMap<&str, &str> = request
            .uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .collect();
        let number = |name: &str, default: usize| {
            query
                .get(name)
                .map_or(default, |text| text.parse().unwrap())
        };
        let now = self.copy.map_or(self.clock.elapsed(), |copy| copy.at);
        let zone = zone_of(request.header("x-time-zone").unwrap());
        let mut shown: Vec<&Stored> = self
            .tickets
            .get(ticket)
            .into_iter()
            .flatten()
            .filter(|message| self.is_shown(message, now))
            .collect();
        shown.sort_by_key(|message| message.created);
        if !self.manner.oldest_first {
            shown.reverse();
        }
        let most = self.manner.page_cap.unwrap_or(usize::MAX);
        let page: Vec<Value> = (shown.iter())
            .skip(number("offset", 0))
            .take(number("limit", 10).min(most))
            .map(|message| self.render(message, zone))
            .collect();
        let count = match self.manner.total {
            Total::Messages => Some(shown.len().min(65535)),
            Total::Rows => Some(page.len()),
            Total::LeftOut => None,
        };
        match count {
            Some(count) => json(200, json!({"count": count, "message_list": page})),
            None => json(200, json!({"message_list": page})),
        }
    }

    fn render(&self, message: &Stored, zone: Offset) -> Value {
        let wall = zone
            .to_datetime(message.created)
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string();
        let files: Vec<Value> = message
            .attachments
            .iter()
            .map(|id| json!({"accessory_id": id, "file_actual_name": "a.txt"}))
            .collect();
        let mut value = json!({
            "replier": message.replier,
            "replier_type": message.kind,
            "content": self.manner.render(&message.text),
            "create_time": wall,
            "is_first_message": 0,
            "accessory_list": files,
        });
        if !self.manner.no_type {
            value["type"] = message.kind.into();
        }
        if let Some((text, fields)) = &self.odd_fields
            && message.text == *text
        {
            for (name, field) in fields.as_object().unwrap() {
                value[name] = field.clone();
            }
        }
        value
    }
}

impl Manner {
    fn render(&self, text: &str) -> String {
        let mut text = self.altered.apply(text);
        if self.strip_tags {
            let mut inside = false;
            text.retain(|c| {
                inside = (inside || c == '<') && c != '>';
                !inside && c != '>'
            });
        }
        if self.three_bytes {
            text = text.replace(|c: char| c.len_utf8() > 3, "?");
        }
        if self.crlf {
            text = text.replace('\n', "\r\n");
        }
        if self.trim {
            text = text.trim().to_owned();
        }
        if let Some(limit) = self.cut_at {
            let units: Vec<u16> = text.encode_utf16().take(limit).collect();
            text = String::from_utf16_lossy(&units);
        }
        if self.escape {
            text = text
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&#34;");
        }
        text
    }
}

/// Reads `GMT+8` or `GMT-03:30`.
fn zone_of(header: &str) -> Offset {
    let rest = header.strip_prefix("GMT").unwrap();
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let sign = if hours.starts_with('-') { -1 } else { 1 };
    let hours: i32 = hours.parse::<i32>().unwrap().abs();
    Offset::from_seconds(sign * (hours * 3600 + minutes.parse::<i32>().unwrap() * 60)).unwrap()
}
