//! The list of tickets: typed filters and rows, each ticket once however the list changes, and a gap that is told.

use crate::office::{Office, Row, State};
use hwc_core::testing::{FakeClock, ScriptedTransport, Step};
use hwc_tickets::{
    Client, ErrorKind, ListedTicket, MessageTime, SecretString, TicketId, TicketLabel,
    TicketStatus, ZoneOffset, tickets::list::newest_first,
};
use serde_json::json;
use std::collections::BTreeSet;

/// So many tickets, the newest first.
fn rows(count: u32) -> Vec<Row> {
    let rows = (0..count).rev();
    rows.map(|n| Row::new(&format!("TT{n}"), 1, n)).collect()
}

fn ids(items: &[ListedTicket]) -> Vec<&str> {
    items.iter().map(|ticket| &*ticket.raw_id).collect()
}

#[test]
fn a_row_is_a_type_of_this_crate() {
    let office = Office::new(vec![Row::new("TT1", 17, 90)]);
    let client = office.builder().time_zone(ZoneOffset::UTC).build().unwrap();
    let page = office.clock.run(client.tickets().list().into_future());
    let page = page.unwrap();
    let ticket = &page.items[0];
    assert_eq!(ticket.id.as_ref().unwrap().as_str(), "TT1");
    assert_eq!(ticket.title, "title of TT1");
    assert_eq!(ticket.status, TicketStatus::AwaitingFeedback);
    // In the zone that was asked for.
    let opened = ticket.opened_at.instant().unwrap();
    assert_eq!(opened.to_string(), "2026-02-28T09:30:00Z");
    assert_eq!(ticket.region.as_deref(), Some("cn-north-4"));
    assert_eq!(ticket.owner_id.as_deref(), Some("user-1"));
    assert_eq!(
        ticket.labels,
        [TicketLabel::new(7, "urgent").color("#ff0000")]
    );
    assert_eq!(ticket.extra["of_a_later_version"], json!(true));
    assert_eq!(page.total, Some(1));
    assert!(!format!("{ticket:?} {page:?}").contains("title of"));
    let text = serde_json::to_string(ticket).unwrap();
    assert_eq!(
        serde_json::from_str::<ListedTicket>(&text).unwrap(),
        *ticket
    );
}

#[test]
fn a_row_can_be_built() {
    let opened = MessageTime::read("2026-02-28 08:00:00", ZoneOffset::CHINA);
    let id = TicketId::new("TT1").unwrap();
    let ticket = ListedTicket::new(id, TicketStatus::InProgress, opened)
        .title("disk full")
        .severity("high");
    let text = serde_json::to_string(&ticket).unwrap();
    assert_eq!(serde_json::from_str::<ListedTicket>(&text).unwrap(), ticket);
}

#[test]
fn every_filter_has_the_form_of_the_service() {
    let office = Office::new(Vec::new());
    let client = office.client();
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let list = client
        .tickets()
        .list()
        .status(TicketStatus::AwaitingConfirmation)
        .opened_since(at("2026-02-01T00:00:00Z"))
        .opened_until(at("2026-02-28T16:00:00Z"))
        .label(7)
        .label(8)
        .keyword("disk")
        .keyword("full")
        .text("TT")
        .owner_id("user-1")
        .owner_name("user")
        .group("group-1".parse().unwrap())
        .page_size(5)
        .skip(10);
    let page = office.clock.run(list.into_future()).unwrap();
    assert!(page.items.is_empty());
    let state = office.state();
    let asked = &state.asked[0];
    let told = |name: &str| asked.values(name).join(" ");
    let table = [
        ("status", "2"),
        // In the zone of the client.
        ("query_start_time", "2026-02-01 08:00:00"),
        ("query_end_time", "2026-03-01 00:00:00"),
        ("label_id_list", "7 8"),
        ("search_key", "disk full"),
        ("app_key", "TT"),
        ("x_customer_id", "user-1"),
        ("x_customer_name", "user"),
        ("group_id", "group-1"),
        ("limit", "5"),
        ("offset", "10"),
    ];
    for (name, value) in table {
        assert_eq!(told(name), value, "{name}");
    }
    assert_eq!(asked.query.len(), table.len() + 2, "{:?}", asked.query);
}

#[test]
fn what_cannot_be_asked_for_is_not_asked() {
    let office = Office::new(rows(1));
    let client = office.client();
    let list = || client.tickets().list();
    let long = "x".repeat(65);
    for list in [
        list().status(TicketStatus::Unknown),
        list().text(&long),
        list().keyword("a").keyword("b").keyword("c").keyword("d"),
        list().skip(70_000),
    ] {
        let error = office.clock.run(list.clone().into_future()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        let mut items = list.items();
        office.clock.run(async {
            let error = items.next().await.unwrap().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(items.next().await.is_none());
        });
    }
    assert!(office.state().asked.is_empty());
}

#[test]
fn one_page_is_as_long_as_was_asked_for() {
    for size in [1, 2, 3, 100] {
        let office = Office::new(rows(7));
        let list = office.client().tickets().list().page_size(size);
        let page = office.clock.run(list.into_future()).unwrap();
        assert_eq!(page.items.len(), 7.min(size as usize), "{size}");
        assert_eq!(page.total, Some(7));
        assert_eq!(office.count("list"), 1);
    }
}

#[test]
fn every_ticket_comes_once_and_the_end_is_proven() {
    for count in 0..12 {
        for cap in [None, Some(2)] {
            let office = Office::new(rows(count));
            office.state().page_cap = cap;
            let items = office.client().tickets().list().page_size(3).items();
            let list = office.clock.run(items.collect()).unwrap();
            assert_eq!(list.items.len(), count as usize);
            assert!(list.report.complete && !list.report.possible_gap, "{count}");
        }
    }
}

#[test]
fn a_total_that_lies_is_no_end_and_no_silence() {
    // (what it says beside the truth, possible gap)
    for (lie, gap) in [(-5, false), (-1, false), (0, false), (1, true), (50, true)] {
        let office = Office::new(rows(7));
        office.state().total = Some(7 + lie);
        let items = office.client().tickets().list().page_size(3).items();
        let list = office.clock.run(items.collect()).unwrap();
        assert_eq!(list.items.len(), 7, "{lie}");
        assert_eq!(list.report.possible_gap, gap, "{lie}");
    }
}

/// What a machine on the way had stored may lack the newest tickets.
#[test]
fn a_stored_page_is_a_possible_gap() {
    for age in ["0", "3600"] {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock).answering(move |request| {
            let query = request.uri.query().unwrap_or_default();
            let rows = match query.contains("offset=1") {
                true => "[]",
                false => r#"[{"incident_id":"TT1"}]"#,
            };
            let body = format!(r#"{{"total_count":1,"incident_info_list":{rows}}}"#);
            Step::json(200, body).header("age", age)
        });
        let client = Client::builder()
            .token(SecretString::from("token-for-tests"))
            .clock(clock.clone())
            .transport(network)
            .build()
            .unwrap();
        let items = client.tickets().list().items();
        let list = clock.run(items.collect()).unwrap();
        assert_eq!(list.items.len(), 1, "{age}");
        assert_eq!(list.report.possible_gap, age != "0", "{age}");
    }
}

/// Tickets are opened at the top, deleted anywhere, and change their status, all while the list is read.
#[test]
fn a_list_that_changes_neither_doubles_nor_loses_a_ticket_in_silence() {
    for seed in 0..400 {
        let mut random = fastrand::Rng::with_seed(seed);
        let office = Office::new(rows(random.u32(0..25)));
        let size = random.u32(1..6);
        let mut next = 100;
        let stayed: BTreeSet<String> = (office.state().rows.iter())
            .map(|row| row.id.clone())
            .collect();
        office.before(move |state: &mut State, _| {
            for _ in 0..random.usize(0..3) {
                match random.u8(0..3) {
                    0 => {
                        state
                            .rows
                            .insert(0, Row::new(&format!("TT{next}"), 0, next));
                        next += 1;
                    }
                    1 if !state.rows.is_empty() => {
                        let place = random.usize(0..state.rows.len());
                        state.rows.remove(place);
                    }
                    _ => state.rows.iter_mut().for_each(|row| row.status = 3),
                }
            }
        });
        let items = office.client().tickets().list().page_size(size).items();
        let list = office.clock.run(items.collect()).unwrap();
        let read: BTreeSet<String> = ids(&list.items).into_iter().map(str::to_owned).collect();
        assert_eq!(read.len(), list.items.len(), "a double with seed {seed}");
        let state = office.state();
        let still: BTreeSet<String> = state.rows.iter().map(|row| row.id.clone()).collect();
        let lost = stayed.intersection(&still).any(|id| !read.contains(id));
        assert!(
            !lost || list.report.possible_gap,
            "a silent loss with seed {seed}: {:?}",
            list.report
        );
    }
}

#[test]
fn one_order_whatever_order_they_came_in() {
    let office = Office::new(vec![
        Row::new("TT1", 1, 5),
        Row::new("TT3", 1, 9),
        Row::new("TT2", 1, 5),
        Row::new("TT4", 1, 0),
    ]);
    let items = office.client().tickets().list().items();
    let mut list = office.clock.run(items.collect()).unwrap();
    assert_eq!(ids(&list.items), ["TT1", "TT3", "TT2", "TT4"]);
    newest_first(&mut list.items);
    assert_eq!(ids(&list.items), ["TT3", "TT2", "TT1", "TT4"]);
}

#[test]
fn an_id_that_is_none_costs_no_row() {
    let office = Office::new(vec![Row::new("a/b", 1, 1), Row::new("TT1", 1, 0)]);
    let page = office
        .clock
        .run(office.client().tickets().list().into_future());
    let items = page.unwrap().items;
    assert_eq!(items[0].id, None);
    assert_eq!(items[0].raw_id, "a/b");
    assert_eq!(items.len(), 2);
}

#[cfg(feature = "blocking")]
#[test]
fn the_same_without_async() {
    let office = Office::new(rows(7));
    let client = office.builder().build_blocking().unwrap();
    let list = || client.tickets().list().page_size(3);
    let mut items = list().items().unwrap();
    assert_eq!(items.by_ref().map(Result::unwrap).count(), 7);
    assert!(items.report().complete);
    let paged = list()
        .pages()
        .unwrap()
        .map(|page| page.unwrap().items.len());
    assert_eq!(paged.sum::<usize>(), 7);
    assert_eq!(list().call().unwrap().items.len(), 3);
    let error = list().status(TicketStatus::Unknown).call().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}
