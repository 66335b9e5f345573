//! A long conversation, streamed.

use hwc_core::{
    testing::FakeClock,
    transport::{RequestBody, ResponseBody, Sending, Transport},
};
use hwc_tickets::{Client, SecretString};
use std::fmt::Write as _;

use crate::{HEAP, MIB, alone};

/// A conversation of so many messages, one every second: pages are made when asked for.
#[derive(Debug)]
struct Endless {
    messages: i64,
}

/// 2020-07-08T16:00:00Z
const START: i64 = 1_594_224_000_000;

impl Transport for Endless {
    fn send(&self, request: http::Request<RequestBody>) -> Sending {
        let query = request.uri().query().unwrap_or_default();
        let value = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.parse::<i64>().unwrap())
        };
        // Strictly before the given time.
        let before = (value("create_time").unwrap() - START + 999) / 1000;
        let last = before.min(self.messages);
        let mut body = format!(
            "{{\"count\":{},\"message_list\":[",
            self.messages.min(65_535)
        );
        for second in ((last - value("limit").unwrap()).max(0)..last).rev() {
            let comma = if second + 1 == last { "" } else { "," };
            write!(
                body,
                r#"{comma}{{"type":{},"replier":"engineer","replier_name":"E","content":"Message {second} of a long conversation","create_time":"{}","is_first_message":{}}}"#,
                second % 2,
                START + second * 1000,
                i64::from(second == 0),
            )
            .unwrap();
        }
        body.push_str("]}");
        Box::pin(async move { Ok(http::Response::new(ResponseBody::full(body))) })
    }
}

/// Reads all, newest first. Gives the number of messages and the extra heap in bytes.
fn stream(messages: i64) -> (u64, usize) {
    let clock = FakeClock::new();
    let client = Client::builder()
        .token(SecretString::from("token-for-tests"))
        .clock(clock.clone())
        .transport(Endless { messages })
        .build()
        .unwrap();
    let ticket = client.ticket("case-123").unwrap();
    clock.run(async {
        let form = hwc_tickets::history::TimeForm::EpochMillis;
        let mut stream = ticket.history().time_form(form).stream();
        // The first page warms up what is made once.
        stream.next().await.unwrap().unwrap();
        HEAP.reset_peak_usage();
        let before = HEAP.current_usage();
        let mut last = None;
        while let Some(message) = stream.next().await {
            let time = message.unwrap().created_at.instant().unwrap();
            assert!(
                last.is_none_or(|last| time < last),
                "the newest first, each once"
            );
            last = Some(time);
        }
        let report = stream.report();
        assert!(report.complete && !report.possible_gap);
        (report.yielded, HEAP.peak_usage().saturating_sub(before))
    })
}

/// So many that eight bytes kept of each are above [`MOST`] by themselves: a list that doubles as it grows has room for 524,288 of
/// them, which are [`MOST`], and has the half of it besides while it moves. A text or a time kept of each is far above it.
const MESSAGES: i64 = 300_000;
/// Most bytes of extra heap, however many messages there are.
const MOST: usize = 4 * MIB;

#[test]
fn hundreds_of_thousands_of_messages_cost_no_more_memory_than_a_few() {
    let _alone = alone();
    let messages = match std::env::var("HWC_TICKETS_MESSAGES") {
        Ok(text) => text.parse().unwrap(),
        Err(_) => MESSAGES,
    };
    let (number, extra) = stream(messages);
    println!("{number} messages, {extra} bytes of extra heap at most");
    assert_eq!(number, messages.unsigned_abs());
    assert!(extra <= MOST, "{extra} bytes");
}
