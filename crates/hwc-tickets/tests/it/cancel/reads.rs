//! What only reads: the client goes on afterwards.

use super::{
    Halting, each_await, nothing_is_left, poll_at_most,
    rules::{Counter, draft},
};
use crate::{
    attachments::desk::Desk as FileDesk,
    office::{Office, Row},
    reading::desk::{Desk, Rules},
};
use futures_util::FutureExt as _;
use hwc_tickets::{Client, Message, Result, TicketId};
use serde_json::json;
use std::{collections::BTreeMap, fmt::Debug, pin::Pin, time::Duration};

const S: fn(u64) -> Duration = Duration::from_secs;

type Read = fn(&Client) -> Pin<Box<dyn Future<Output = Vec<String>>>>;

fn ids(names: &[&str]) -> Vec<TicketId> {
    let id = |name: &&str| TicketId::new(*name).unwrap();
    names.iter().map(id).collect()
}

fn contents(messages: Vec<Message>) -> Vec<String> {
    let messages = messages.into_iter();
    messages.map(|message| message.content).collect()
}

/// A read of one value, all of which counts.
fn shown<T: Debug + 'static>(
    read: impl Future<Output = Result<T>> + 'static,
) -> Pin<Box<dyn Future<Output = Vec<String>>>> {
    let shown = read.map(|value| vec![format!("{:?}", value.unwrap())]);
    shown.boxed_local()
}

fn counts(unread: BTreeMap<TicketId, u64>) -> Vec<String> {
    let unread = unread.into_iter();
    unread.map(|(id, count)| format!("{id} {count}")).collect()
}

fn desk() -> Desk {
    let desk = Desk::new(Rules::default());
    for number in 0..35 {
        desk.state().post("a", number % 2, &format!("{number}"));
        desk.clock.advance(S(2));
    }
    desk.state().post("b", 1, "other");
    desk.state().status.insert("a".to_owned(), 1);
    desk.clock.advance(S(2));
    desk
}

/// A client of a conversation.
fn conversation() -> Place {
    let desk = desk();
    let line = Halting::new(&desk.line, &desk.clock);
    Place {
        client: desk.builder().transport(line).build().unwrap(),
        clock: desk.clock,
    }
}

/// A client of a service that opens tickets by its rules.
fn counter() -> Place {
    let service = Counter::new().service;
    let line = Halting::new(&service.line, &service.clock);
    Place {
        client: service.builder().transport(line).build().unwrap(),
        clock: service.clock,
    }
}

/// Drops a read at each await, and reads with the same client then.
fn each_read(name: &str, least: usize, read: Read, begin: impl Fn() -> Place) {
    let undisturbed = begin();
    let expected = undisturbed.clock.run(read(&undisturbed.client));
    assert!(!expected.is_empty(), "{name}");
    each_await(name, least, |polls| {
        let place = begin();
        let done = place.clock.run(poll_at_most(read(&place.client), polls));
        nothing_is_left(&place.clock, name, polls);
        let again = place.clock.run(read(&place.client));
        assert_eq!(again, expected, "{name}, {polls} polls");
        done.is_some()
    });
}

struct Place {
    client: Client,
    clock: hwc_core::testing::FakeClock,
}

#[test]
fn a_conversation_and_what_is_unread() {
    let history: Read = |client| {
        let history = client.ticket("a").unwrap().history().page_size(10);
        let read = history.collect();
        let read = read.map(|read| contents(read.unwrap().messages));
        read.boxed_local()
    };
    each_read("history", 6, history, conversation);
    let unread: Read = |client| {
        let unread = client.unread(ids(&["a", "b"])).fetch();
        let unread = unread.map(|unread| counts(unread.into_result().unwrap()));
        unread.boxed_local()
    };
    each_read("unread", 1, unread, conversation);
}

#[test]
fn a_ticket_its_status_and_the_id_of_a_message() {
    let status: Read = |client| {
        let status = client.ticket("a").unwrap().status().into_future();
        let status = status.map(|status| vec![status.unwrap().to_string()]);
        status.boxed_local()
    };
    each_read("status", 1, status, conversation);
    let detail: Read = |client| {
        let detail = client.ticket("a").unwrap().detail().into_future();
        let detail = detail.map(|detail| contents(detail.unwrap().messages));
        detail.boxed_local()
    };
    each_read("detail", 1, detail, conversation);
    let find_id: Read = |client| {
        let ticket = client.ticket("a").unwrap();
        let find = async move {
            let history = ticket.history().page_size(10).collect().await.unwrap();
            let id = ticket.find_id(&history.messages[3]).await.unwrap();
            vec![id.unwrap().to_string()]
        };
        find.boxed_local()
    };
    each_read("find id", 8, find_id, conversation);
    let find_last: Read = |client| {
        let last = client.ticket("a").unwrap().find_last().into_future();
        let last = last.map(|last| vec![last.unwrap().id.to_string()]);
        last.boxed_local()
    };
    each_read("find last", 3, find_last, conversation);
}

#[test]
fn what_the_service_says_of_a_draft() {
    let check: Read = |client| {
        let client = client.clone();
        let check = async move {
            let check = client.check_ticket(&draft("words")).await.unwrap();
            assert!(check.unchecked.is_empty(), "{check:?}");
            vec![format!("{check:?}")]
        };
        check.boxed_local()
    };
    each_read("check", 10, check, counter);
}

/// What is kept of an answer is all of it or nothing. Those of an agreement are two.
#[test]
fn each_look_up_of_what_a_ticket_can_be_opened_with() {
    let reads: [(&str, Read); 9] = [
        ("categories", |client| {
            let it = client.lookups();
            shown(async move { it.categories().await })
        }),
        ("products", |client| {
            let it = client.lookups();
            shown(async move { it.products(None).await })
        }),
        ("problem types", |client| {
            let it = client.lookups();
            shown(async move { it.problem_types(Some("123"), Some("0")).await })
        }),
        ("templates", |client| {
            let it = client.lookups();
            shown(async move { it.templates("kind-1").await })
        }),
        ("severities", |client| {
            let it = client.lookups();
            shown(async move { it.severities("123", "kind-1").await })
        }),
        ("regions", |client| {
            let it = client.lookups();
            shown(async move { it.regions().await })
        }),
        ("extra fields", |client| {
            let it = client.lookups();
            shown(async move { it.extra_fields("kind-1", Some("123"), Some("0")).await })
        }),
        ("quota", |client| {
            let it = client.lookups();
            shown(async move { it.quota("kind-1", Some("123")).await })
        }),
        ("agreement", |client| {
            let it = client.lookups();
            shown(async move { it.agreement().await })
        }),
    ];
    for (name, read) in reads {
        let least = if name == "agreement" { 3 } else { 1 };
        each_read(name, least, read, counter);
    }
}

#[test]
fn the_limits_of_files() {
    let begin = || {
        let desk = FileDesk::new();
        let line = Halting::new(&desk.service.line, desk.clock());
        Place {
            client: desk.builder().transport(line).build().unwrap(),
            clock: desk.clock().clone(),
        }
    };
    let limits: Read = |client| {
        let client = client.clone();
        shown(async move { client.upload_limits().await })
    };
    each_read("upload limits", 1, limits, begin);
}

#[test]
fn the_list_the_log_and_what_is_unread_in_all_of_it() {
    let begin = || {
        let row = |number: u32| Row {
            unread: Some(u64::from(number) % 3),
            ..Row::new(&format!("TT{number}"), 1, number)
        };
        let office = Office::new((0..25).map(row).collect());
        let entry = |number: u32| json!({ "incident_log_id": format!("log-{number}") });
        office.state().log = (0..25).map(entry).collect();
        let line = Halting::new(&office.line, &office.clock);
        Place {
            client: office.builder().transport(line).build().unwrap(),
            clock: office.clock,
        }
    };
    let list: Read = |client| {
        let list = client.tickets().list().page_size(10).items().collect();
        let list = list.map(|list| {
            let rows = list.unwrap().items.into_iter();
            rows.map(|row| row.raw_id).collect::<Vec<String>>()
        });
        list.boxed_local()
    };
    each_read("list", 4, list, begin);
    let unread: Read = |client| {
        let unread = client.unread_all().fetch();
        let unread = unread.map(|unread| counts(unread.into_result().unwrap()));
        unread.boxed_local()
    };
    each_read("unread of all", 3, unread, begin);
    let log: Read = |client| {
        let log = client.ticket("TT1").unwrap().log();
        let log = log.page_size(10).items().collect().map(|log| {
            let entries = log.unwrap().items.into_iter();
            entries
                .map(|entry| format!("{entry:?}"))
                .collect::<Vec<String>>()
        });
        log.boxed_local()
    };
    each_read("log", 4, log, begin);
}
