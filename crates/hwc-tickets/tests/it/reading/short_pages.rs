//! A service that gives fewer rows than it is asked for: a short page is not the last one.

use super::{
    desk::{Count, Desk, Listing, Rules},
    follow::{desk, ids, last_checkpoint},
};
use hwc_core::testing::Step;
use hwc_tickets::{ErrorKind, history::Conversation};
use jiff::Timestamp;
use std::time::Duration;

const TICKET: &str = "case-123";
const COUNTS: [Count; 4] = [Count::Ticket, Count::Older, Count::Page, Count::Nothing];

fn fill(rules: Rules, number: usize, per_second: usize) -> Desk {
    let desk = Desk::new(rules);
    for n in 0..number {
        desk.state().post(TICKET, (n % 2) as i64, &format!("{n}"));
        if (n + 1) % per_second == 0 {
            desk.clock.advance(Duration::from_secs(1));
        }
    }
    desk
}

fn read(desk: &Desk, page_size: u8) -> Conversation {
    let ticket = desk.client().ticket(TICKET).unwrap();
    desk.clock
        .run(ticket.history().page_size(page_size).collect())
        .unwrap()
}

fn texts(conversation: &Conversation) -> Vec<&str> {
    let mut texts: Vec<&str> = (conversation.messages.iter())
        .map(|message| message.content.as_str())
        .collect();
    texts.sort_unstable_by_key(|text| text.parse::<u64>().unwrap());
    texts
}

#[test]
fn eighty_rows_of_a_hundred_are_not_the_end() {
    for count in COUNTS {
        for names_first in [true, false] {
            for up_to in [false, true] {
                let rules = Rules {
                    page_cap: 80,
                    count,
                    names_first,
                    up_to,
                    ..Rules::default()
                };
                let desk = fill(rules.clone(), 1452, 3);
                let read = read(&desk, 100);
                let told = format!("{rules:?} {:?}", read.report);
                assert_eq!(read.messages.len(), 1452, "{told}");
                assert!(read.report.complete && !read.report.possible_gap, "{told}");
            }
        }
    }
}

/// Every cap, every page size: nothing is missing, or the report says so.
#[test]
fn every_cap_is_followed_to_the_beginning() {
    for cap in [1, 2, 5, 7, 20, 80, 99] {
        for per_second in [1, 3, 9] {
            for (place, count) in COUNTS.into_iter().enumerate() {
                for page_size in [5, 100] {
                    let rules = Rules {
                        page_cap: cap,
                        count,
                        names_first: cap % 2 == 0,
                        up_to: (place + cap) % 2 == 0,
                        ..Rules::default()
                    };
                    let desk = fill(rules.clone(), 150, per_second);
                    let read = read(&desk, page_size);
                    let told = format!("{rules:?} {per_second} {page_size} {:?}", read.report);
                    let all: Vec<String> = (0..150).map(|n| n.to_string()).collect();
                    if !read.report.possible_gap {
                        assert_eq!(texts(&read), all, "{told}");
                    } else {
                        // Only a second that no page holds.
                        assert!(cap <= per_second, "{told}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_total_above_what_was_read_is_a_possible_gap() {
    let rules = Rules {
        names_first: false,
        listing: Listing::Refused,
        ..Rules::default()
    };
    let desk = fill(rules, 30, 1);
    // The last ten never show, and the total knows of them. Other totals come with other pages.
    let mut page = 0;
    desk.on_request(move |state, asked| {
        let mut answer = state.answer(asked);
        page += 1;
        answer["count"] = (40 + page % 2).into();
        Some(Step::json(200, answer.to_string()))
    });
    let read = read(&desk, 100);
    assert_eq!(read.messages.len(), 30);
    assert!(read.report.possible_gap, "{:?}", read.report);
}

#[test]
fn a_whole_conversation_costs_no_more_requests_than_before() {
    let desk = fill(Rules::default(), 30, 1);
    assert_eq!(read(&desk, 100).messages.len(), 30);
    assert_eq!(desk.count("more"), 1, "the first message says that it is");
    let rules = Rules {
        names_first: false,
        count: Count::Nothing,
        ..Rules::default()
    };
    let desk = fill(rules, 30, 1);
    assert_eq!(read(&desk, 100).messages.len(), 30);
    let asked = desk.count("more") + desk.count("list");
    assert!(asked <= 6, "{asked} requests to be sure of the end");
}

#[test]
fn a_follower_begins_with_all_of_a_history_of_short_pages() {
    for count in COUNTS {
        let desk = desk(
            &["a"],
            Rules {
                page_cap: 80,
                count,
                ..Rules::default()
            },
        );
        for n in 0..400 {
            desk.state().post("a", 1, &format!("{n}"));
            desk.clock.advance(Duration::from_secs(1));
        }
        desk.clock.run(async {
            let follow = desk
                .client()
                .follow(ids(&["a"]))
                .since(Timestamp::UNIX_EPOCH);
            let (texts, _) =
                last_checkpoint(&mut follow.stream(), &desk, Duration::from_secs(60)).await;
            let all: Vec<String> = (0..400).map(|n| n.to_string()).collect();
            assert_eq!(texts, all, "{count:?}");
            let follow = desk.client().follow(ids(&["a"])).tail(250);
            let (texts, _) =
                last_checkpoint(&mut follow.stream(), &desk, Duration::from_secs(60)).await;
            assert_eq!(texts, all[150..], "{count:?}");
        });
    }
}

#[test]
fn a_drain_hands_over_what_short_pages_hide() {
    for count in COUNTS {
        let rules = Rules {
            page_cap: 20,
            count,
            ..Rules::default()
        };
        let desk = Desk::new(rules);
        for n in 0..130 {
            desk.state().post(TICKET, 1, &format!("{n}"));
            desk.clock.advance(Duration::from_secs(60));
        }
        let ticket = desk.client().ticket(TICKET).unwrap();
        let mut handed = Vec::new();
        desk.clock
            .run(ticket.drain_unread(|message| {
                handed.push(message.content);
                async { Ok::<(), hwc_tickets::Error>(()) }
            }))
            .unwrap();
        let all: Vec<String> = (0..130).map(|n| n.to_string()).collect();
        assert_eq!(handed, all, "{count:?}");
    }
}

/// A detail that shows only the newest messages proves nothing about an older one.
#[test]
fn a_recall_is_not_judged_by_a_part_of_the_ticket() {
    let desk = Desk::new(Rules {
        detail_cap: 10,
        ..Rules::default()
    });
    for n in 0..30 {
        desk.state().post(TICKET, 0, &format!("{n}"));
        desk.clock.advance(Duration::from_secs(5));
    }
    desk.on_request(|_, asked| (asked.operation() == "recall").then(Step::reset));
    let ticket = desk.client().ticket(TICKET).unwrap();
    let error = desk
        .clock
        .run(async { ticket.recall("m-5").await })
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "m-5 is still there");
    // The newest own message is not known either when the list may be cut at its end.
    let error = desk
        .clock
        .run(async { ticket.recall_last().await })
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(desk.count("recall"), 1);
}
