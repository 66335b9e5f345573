//! A ticket service in memory: what is undocumented about reading is a switch here.
//!
//! Written for these tests alone; it shares no code with the client.

use hwc_core::{
    Clock as _,
    testing::{CapturedRequest, FakeClock, ScriptedTransport, Step},
};
use hwc_tickets::{Client, ClientBuilder, RetryPolicy, SecretString};
use jiff::{SignedDuration, Timestamp, tz::Offset};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

/// Replier id of the customer's own account.
pub const OWN: &str = "own-user";
/// Replier id of the support.
pub const ENGINEER: &str = "engineer";

/// How times are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `2020-07-09 00:00:00` in GMT+8.
    Text,
    /// With milliseconds.
    Fraction,
    /// `2020-07-08T16:00:00Z`.
    Utc,
    /// Milliseconds, as text.
    Millis,
    /// Shown to the second, compared with milliseconds.
    TextOfMillis,
}

/// What is not documented.
#[derive(Debug, Clone)]
pub struct Rules {
    /// `more` compares with `<=` rather than `<`.
    pub up_to: bool,
    /// Pages of `more` hold the oldest message first.
    pub ascending: bool,
    pub form: Form,
    /// Times in requests are milliseconds, whatever answers have.
    pub reads_millis: bool,
    /// `count` of `more`: the ticket's, those that old, or the rows of the page.
    pub count: Count,
    /// Most rows of a page, whatever was asked for.
    pub page_cap: usize,
    /// Most messages of the detail of a ticket: the newest.
    pub detail_cap: usize,
    /// The first message of a ticket says that it is.
    pub names_first: bool,
    /// How far the `Date` header is ahead of the clock that stamps messages, in milliseconds; `None`: there
    /// is no such header.
    pub date_ahead: Option<i64>,
    /// How rows are listed by number.
    pub listing: Listing,
    /// What a poll without a cursor answers.
    pub first_poll: FirstPoll,
    /// Most messages of a poll.
    pub poll_limit: usize,
    /// Polls also answer the last message before the cursor.
    pub inclusive_cursor: bool,
    /// Polls and unread queries with an unknown ticket are refused as a whole.
    pub refuse_unknown: bool,
    /// Most tickets of one query before it is refused with this status.
    pub most_tickets: Option<(usize, u16)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    Ticket,
    Older,
    Page,
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    NewestFirst,
    OldestFirst,
    Refused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstPoll {
    Unread,
    Nothing,
    Everything,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            up_to: false,
            ascending: false,
            form: Form::Text,
            reads_millis: false,
            count: Count::Ticket,
            page_cap: 100,
            detail_cap: usize::MAX,
            names_first: true,
            date_ahead: Some(0),
            listing: Listing::NewestFirst,
            first_poll: FirstPoll::Unread,
            poll_limit: 200,
            inclusive_cursor: false,
            refuse_unknown: false,
            most_tickets: None,
        }
    }
}

/// A stored message.
#[derive(Debug, Clone)]
pub struct Stored {
    pub number: u64,
    pub millis: i64,
    /// 0 customer, 1 support.
    pub kind: i64,
    pub replier: String,
    pub text: String,
    pub recalled: bool,
    /// Answered in a form that cannot be read.
    pub broken: bool,
    pub read: bool,
}

type Hook = Box<dyn FnMut(&mut State, &Asked) -> Option<Step> + Send>;

pub struct State {
    clock: FakeClock,
    /// What the clock of the service showed at its start. That of the client's machine may be set meanwhile; this one is not.
    origin: Timestamp,
    pub rules: Rules,
    pub tickets: BTreeMap<String, Vec<Stored>>,
    pub status: BTreeMap<String, i64>,
    next_number: u64,
    /// The time of the service, where its clock stands still.
    pub fixed_now: Option<i64>,
    pub asked: Vec<Asked>,
    hook: Option<Hook>,
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub uri_length: usize,
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
            ("GET", ["instant-messages"]) => "poll",
            ("GET", ["instant-messages", "unread"]) => "unread",
            ("GET", [_, "messages"]) => "list",
            ("GET", [_, "instant-messages", "more"]) => "more",
            ("GET", [_, "status"]) => "status",
            ("GET", [_]) => "detail",
            ("POST", [_, "message"]) => "submit",
            ("POST", [_, "instant-messages", "unread"]) => "mark_read",
            ("POST", [_, "instant-messages", _, "withdraw"]) => "recall",
            _ => "unknown",
        }
    }

    fn segment(&self, place: usize) -> String {
        self.path
            .split('/')
            .nth(place)
            .unwrap_or_default()
            .to_owned()
    }
}

/// The service, its clock and the line to it.
#[derive(Clone)]
pub struct Desk {
    pub clock: FakeClock,
    state: Arc<Mutex<State>>,
    pub line: ScriptedTransport,
}

impl Desk {
    pub fn new(rules: Rules) -> Self {
        let clock = FakeClock::showing("2026-03-01T02:00:00Z".parse().unwrap());
        let state = Arc::new(Mutex::new(State {
            clock: clock.clone(),
            origin: clock.now(),
            rules,
            tickets: BTreeMap::new(),
            status: BTreeMap::new(),
            next_number: 1,
            fixed_now: None,
            asked: Vec::new(),
            hook: None,
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

    /// Called before each request is answered; may answer in place of the service.
    pub fn on_request(
        &self,
        hook: impl FnMut(&mut State, &Asked) -> Option<Step> + Send + 'static,
    ) {
        self.state().hook = Some(Box::new(hook));
    }

    pub fn count(&self, operation: &str) -> usize {
        let state = self.state();
        let asked = state.asked.iter();
        asked.filter(|asked| asked.operation() == operation).count()
    }
}

impl State {
    pub fn now_millis(&self) -> i64 {
        let now = || self.running().as_millisecond();
        self.fixed_now.unwrap_or_else(now)
    }

    fn running(&self) -> Timestamp {
        self.origin + SignedDuration::try_from(self.clock.elapsed()).unwrap()
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now_millis()).unwrap()
    }

    /// Stores a message made now.
    pub fn post(&mut self, ticket: &str, kind: i64, text: &str) -> u64 {
        let millis = self.now_millis();
        self.post_at(ticket, kind, text, millis)
    }

    /// Stores a message made at `millis`.
    pub fn post_at(&mut self, ticket: &str, kind: i64, text: &str, millis: i64) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        self.tickets
            .entry(ticket.to_owned())
            .or_default()
            .push(Stored {
                number,
                millis,
                kind,
                replier: if kind == 0 { OWN } else { ENGINEER }.to_owned(),
                text: text.to_owned(),
                recalled: false,
                broken: false,
                read: kind == 0,
            });
        number
    }

    pub fn texts(&self, ticket: &str) -> Vec<String> {
        let stored = self.tickets.get(ticket).into_iter().flatten();
        stored
            .filter(|m| !m.recalled)
            .map(|m| m.text.clone())
            .collect()
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
            uri_length: request.uri.to_string().len(),
            body: serde_json::from_slice(&request.body).unwrap_or(Value::Null),
        };
        self.asked.push(asked.clone());
        if let Some(mut hook) = self.hook.take() {
            let answer = hook(self, &asked);
            self.hook = Some(hook);
            if let Some(answer) = answer {
                return answer;
            }
        }
        let body = self.answer(&asked);
        self.dated(Step::json(200, body.to_string()))
    }

    /// With the header that tells the time.
    pub fn dated(&self, step: Step) -> Step {
        let Some(ahead) = self.rules.date_ahead else {
            return step;
        };
        let date = Timestamp::from_millisecond(self.now_millis() + ahead).unwrap();
        let date = jiff::fmt::strtime::format("%a, %d %b %Y %H:%M:%S GMT", date).unwrap();
        step.header("date", date)
    }

    pub fn answer(&mut self, asked: &Asked) -> Value {
        let ticket = asked.segment(4);
        match asked.operation() {
            "more" => self.more(&ticket, asked),
            "poll" => self.poll(asked),
            "unread" => self.unread(asked),
            "mark_read" => {
                let stored = self.tickets.get_mut(&ticket).into_iter().flatten();
                stored.for_each(|message| message.read = true);
                json!({ "group_id": "123456" })
            }
            "recall" => self.recall(&ticket, &asked.segment(6)),
            "detail" => self.detail(&ticket),
            "status" => match self.status.get(&ticket) {
                Some(status) => json!({ "incident_id": ticket, "status": status }),
                None => refusal("OSM.01010015"),
            },
            "list" => self.list(&ticket, asked),
            "submit" => {
                let text = asked.body["message"]["content"]
                    .as_str()
                    .unwrap()
                    .to_owned();
                self.post(&ticket, 0, &text);
                json!({})
            }
            other => panic!("the desk does not know {other}"),
        }
    }

    fn shown<'a>(&'a self, ticket: &str) -> Vec<&'a Stored> {
        let stored = self.tickets.get(ticket).into_iter().flatten();
        let mut shown: Vec<&Stored> = stored.filter(|message| !message.recalled).collect();
        shown.sort_by_key(|message| (message.millis, message.number));
        shown
    }

    fn more(&self, ticket: &str, asked: &Asked) -> Value {
        if !self.tickets.contains_key(ticket) {
            return refusal("OSM.01010015");
        }
        let limit: usize = asked.value("limit").unwrap().parse().unwrap();
        assert!((1..=100).contains(&limit), "a limit of {limit}");
        assert!(matches!(asked.value("type"), Some("0" | "1")));
        let Some(bound) = self.read_time(asked.value("create_time").unwrap()) else {
            return refusal("OSM.01010001");
        };
        let stored = self.shown(ticket);
        let old: Vec<&&Stored> = (stored.iter().rev())
            .filter(|message| {
                let millis = self.compared(message.millis);
                if self.rules.up_to {
                    millis <= bound
                } else {
                    millis < bound
                }
            })
            .collect();
        let mut page: Vec<Value> = (old.iter())
            .take(limit.min(self.rules.page_cap))
            .map(|message| self.render(message))
            .collect();
        if self.rules.ascending {
            page.reverse();
        }
        let count = match self.rules.count {
            Count::Ticket => Some(stored.len()),
            Count::Older => Some(old.len()),
            Count::Page => Some(page.len()),
            Count::Nothing => None,
        };
        json!({ "count": count.map(|count| count.min(65_535)), "message_list": page })
    }

    fn list(&self, ticket: &str, asked: &Asked) -> Value {
        if !self.tickets.contains_key(ticket) {
            return refusal("OSM.01010015");
        }
        let number = |name, otherwise| asked.value(name).map_or(otherwise, |v| v.parse().unwrap());
        let mut stored = self.shown(ticket);
        match self.rules.listing {
            Listing::NewestFirst => stored.reverse(),
            Listing::OldestFirst => {}
            Listing::Refused => return refusal("OSM.01010002"),
        }
        let rows = stored
            .iter()
            .skip(number("offset", 0))
            .take(number("limit", 10).min(self.rules.page_cap));
        let rows: Vec<Value> = rows.map(|message| self.render(message)).collect();
        let count = match self.rules.count {
            Count::Ticket | Count::Older => Some(stored.len()),
            Count::Page => Some(rows.len()),
            Count::Nothing => None,
        };
        json!({ "count": count, "message_list": rows })
    }

    fn asked_for(&self, asked: &Asked) -> Result<Vec<String>, Value> {
        let ids = asked.values("case_ids");
        assert!((1..=100).contains(&ids.len()), "{} tickets", ids.len());
        let known = |id: &&&str| self.tickets.contains_key(**id);
        if self.rules.refuse_unknown && ids.iter().filter(known).count() < ids.len() {
            return Err(refusal("OSM.01010001"));
        }
        Ok(ids
            .iter()
            .filter(known)
            .map(|id| (*id).to_owned())
            .collect())
    }

    fn poll(&self, asked: &Asked) -> Value {
        let tickets = match self.asked_for(asked) {
            Ok(tickets) => tickets,
            Err(refusal) => return refusal,
        };
        let since: Option<u64> = asked.value("last_message_time_id").map(|cursor| {
            let number = cursor
                .strip_prefix("@ ")
                .and_then(|n| n.strip_suffix("+=&"));
            number
                .expect("the cursor comes back byte for byte")
                .parse()
                .unwrap()
        });
        let mut news: Vec<(&str, &Stored)> = Vec::new();
        for ticket in &tickets {
            for message in self.tickets.get(ticket).into_iter().flatten() {
                let wanted = match (since, self.rules.first_poll) {
                    (Some(since), _) if self.rules.inclusive_cursor => message.number >= since,
                    (Some(since), _) => message.number > since,
                    (None, FirstPoll::Unread) => !message.read,
                    (None, FirstPoll::Everything) => true,
                    (None, FirstPoll::Nothing) => false,
                };
                if wanted && !message.recalled {
                    news.push((ticket, message));
                }
            }
        }
        news.sort_by_key(|(_, message)| message.number);
        let complete = news.len() <= self.rules.poll_limit;
        news.truncate(self.rules.poll_limit);
        let reached = match news.last() {
            Some((_, last)) if !complete => last.number,
            _ => self.next_number - 1,
        };
        let lists: Vec<Value> = (tickets.iter())
            .filter_map(|ticket| {
                let own = news.iter().filter(|(owner, _)| owner == ticket);
                let list: Vec<Value> = own.map(|(_, message)| self.render(message)).collect();
                let found = !list.is_empty();
                found.then(|| json!({ "incident_id": ticket, "message_list": list }))
            })
            .collect();
        json!({
            "immsg": lists,
            "imstatus": tickets.iter().map(|id| json!({ "incident_id": id, "status": 0 })).collect::<Vec<_>>(),
            // Characters that must survive the way there and back.
            "last_message_time_id": format!("@ {}+=&", since.unwrap_or(0).max(reached)),
        })
    }

    fn unread(&self, asked: &Asked) -> Value {
        if asked.values("case_ids").len()
            > self.rules.most_tickets.map_or(usize::MAX, |(most, _)| most)
        {
            return refusal("OSM.01010001");
        }
        let tickets = match self.asked_for(asked) {
            Ok(tickets) => tickets,
            Err(refusal) => return refusal,
        };
        let list: Vec<Value> = (tickets.iter())
            .map(|id| {
                let unread = self
                    .shown(id)
                    .iter()
                    .filter(|message| !message.read)
                    .count();
                json!({ "incident_id": id, "unread_num": unread, "status": 1 })
            })
            .collect();
        json!({ "imunread": list })
    }

    fn recall(&mut self, ticket: &str, message: &str) -> Value {
        let number = message
            .strip_prefix("m-")
            .and_then(|number| number.parse().ok());
        let stored = self.tickets.get_mut(ticket).into_iter().flatten();
        let mut found = stored.filter(|message| Some(message.number) == number);
        match found.next() {
            Some(message) if message.kind != 0 => refusal("OSM.01010002"),
            Some(message) if !message.recalled => {
                message.recalled = true;
                json!({})
            }
            _ => refusal("OSM.01010099"),
        }
    }

    fn detail(&self, ticket: &str) -> Value {
        if !self.tickets.contains_key(ticket) {
            return refusal("OSM.01010015");
        }
        let shown = self.shown(ticket);
        let cut = shown.len().saturating_sub(self.rules.detail_cap);
        let list: Vec<Value> = (shown.iter().skip(cut))
            .map(|message| {
                let mut row = self.render(message);
                let fields = row.as_object_mut().unwrap();
                fields.insert(
                    "message_id".to_owned(),
                    format!("m-{}", message.number).into(),
                );
                fields.remove("replier_type");
                fields.remove("iam_user_type");
                row
            })
            .collect();
        json!({ "incident_detail_info": {
            "incident_id": ticket,
            "status": self.status.get(ticket),
            "create_time": "2026-02-28 08:00:00",
            "simple_description": "disk full",
            "message_list": list,
        } })
    }

    pub fn render(&self, message: &Stored) -> Value {
        if message.broken {
            return json!({ "type": [], "content": { "text": message.text } });
        }
        json!({
            "type": message.kind,
            "replier_type": message.kind,
            "replier": message.replier,
            "replier_name": "Somebody",
            "content": message.text,
            "create_time": self.written(message.millis),
            "is_first_message": i32::from(self.rules.names_first && message.number == 1),
            "iam_user_type": 0,
            "accessory_list": [],
        })
    }

    /// A time as the service compares it.
    fn compared(&self, millis: i64) -> i64 {
        match self.rules.form {
            Form::Fraction | Form::Millis | Form::TextOfMillis => millis,
            Form::Text | Form::Utc => millis.div_euclid(1000) * 1000,
        }
    }

    fn written(&self, millis: i64) -> String {
        let instant = Timestamp::from_millisecond(self.compared(millis)).unwrap();
        let wall = Offset::constant(8).to_datetime(instant);
        match self.rules.form {
            Form::Text | Form::TextOfMillis => wall.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            Form::Fraction => wall.strftime("%Y-%m-%d %H:%M:%S.%3f").to_string(),
            Form::Utc => instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            Form::Millis => instant.as_millisecond().to_string(),
        }
    }

    /// Reads a time in its own form only. What lies beyond now may have the documented form: before the
    /// first answer a client knows no other. By a clock that was set, that may be any time.
    fn read_time(&self, text: &str) -> Option<i64> {
        let zone_less = |text: &str| {
            let wall: jiff::civil::DateTime = text.replace(' ', "T").parse().ok()?;
            Offset::constant(8).to_timestamp(wall).ok()
        };
        let is_set = self.clock.now() != self.running();
        let instant = match self.rules.form {
            _ if self.rules.reads_millis => Timestamp::from_millisecond(text.parse().ok()?).ok(),
            _ if zone_less(text).is_some_and(|time| time > self.now() || is_set) => zone_less(text),
            Form::Text | Form::TextOfMillis if text.len() == 19 => zone_less(text),
            Form::Fraction if text.len() == 23 => zone_less(text),
            Form::Utc if text.ends_with('Z') => text.parse().ok(),
            Form::Millis => Timestamp::from_millisecond(text.parse().ok()?).ok(),
            _ => None,
        };
        instant.map(Timestamp::as_millisecond)
    }
}

pub fn refusal(code: &str) -> Value {
    json!({ "error_code": code, "error_msg": "refused" })
}
