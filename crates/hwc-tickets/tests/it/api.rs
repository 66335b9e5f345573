//! The calls that follow from the description.

use hwc_tickets::{
    Client, ErrorKind, GroupId, SecretString,
    api::{
        Answer, Arguments, Content, Kind, List, ListReport, OPERATIONS, Operation, Page, Paged,
        Source,
        models::tickets::{IncidentInfoV2, ListCases, ListOrderIncident},
    },
    testing::{FakeClock, ScriptedTransport, Step},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    future::IntoFuture as _,
    sync::{Arc, Mutex},
    time::Duration,
};

fn client(clock: &FakeClock, network: &ScriptedTransport) -> Client {
    Client::builder()
        .token(SecretString::from("token-for-tests"))
        .clock(clock.clone())
        .transport(network.clone())
        .group(GroupId::new("of-client").unwrap())
        .build()
        .unwrap()
}

fn queries(network: &ScriptedTransport) -> Vec<String> {
    let requests = network.requests().into_iter();
    requests
        .map(|request| request.uri.query().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn a_call_has_what_is_mandatory_and_setters_for_the_rest() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, "{}"));
    let client = client(&clock, &network);
    clock.run(async {
        client
            .labels()
            .update(7, "urgent", "#ff0000")
            .await
            .unwrap();
        let ticket = client.ticket("t1").unwrap();
        ticket.remove_related("t2").await.unwrap();
        let other = ticket.with_group(GroupId::new("of-ticket").unwrap());
        other.remove_related("t3").await.unwrap();
        let own = GroupId::new("of-call").unwrap();
        let call = other.remove_related("t4").group(own);
        assert!(!format!("{call:?}").contains("t4"), "{call:?}");
        call.await.unwrap();
        let list = client.tickets().list_cases();
        let list = list.search_key(["a b", "c"]).limit(3).await;
        // An answer without the list is none.
        assert_eq!(list.unwrap_err().kind(), ErrorKind::Protocol);
    });
    let requests = network.requests();
    let told: Vec<(String, Value)> = requests
        .iter()
        .map(|request| {
            let body = serde_json::from_slice(&request.body).unwrap_or_default();
            (format!("{} {}", request.method, request.uri.path()), body)
        })
        .collect();
    let relation = |ticket: &str, group: &str| {
        (
            "DELETE /v2/servicerequest/cases/t1/relations".to_owned(),
            json!({"related_id": ticket, "group_id": group}),
        )
    };
    assert_eq!(
        told[..4],
        [
            (
                "PUT /v2/servicerequest/labels/7".to_owned(),
                json!({"name": "urgent", "color": "#ff0000"})
            ),
            relation("t2", "of-client"),
            relation("t3", "of-ticket"),
            relation("t4", "of-call"),
        ]
    );
    let query = queries(&network).pop().unwrap();
    assert_eq!(
        query,
        "group_id=of-client&limit=3&search_key=a%20b&search_key=c"
    );
}

#[test]
fn a_value_beyond_its_limit_is_not_sent() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock);
    let client = client(&clock, &network);
    let long = "x".repeat(65);
    let labels = client.labels();
    let ends = clock.run(async {
        [
            labels.update(7, "", "red").await.unwrap_err(),
            labels.update(7, &long, "red").await.unwrap_err(),
            labels.update(-1, "a", "red").await.unwrap_err(),
            // Two units of UTF-16 each.
            labels
                .update(7, "a", "\u{1f600}".repeat(4))
                .await
                .unwrap_err(),
        ]
    });
    let says = [
        "name has 0 characters, and the least is 1",
        "name has 65 characters, and the most is 64",
        "label_id is -1, and the least is 0",
        "color has 8 characters, and the most is 7",
    ];
    for (error, says) in ends.iter().zip(says) {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert!(error.to_string().contains(says), "{error}");
        assert!(error.to_string().starts_with("updateLabels"), "{error}");
    }
    assert!(network.requests().is_empty());
}

#[test]
fn a_failure_in_a_success_is_an_error_here_too() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock)
        .otherwise(Step::json(200, r#"{"error_code":"OSM.01010015"}"#));
    let client = client(&clock, &network);
    let call = client
        .labels()
        .update(1, "a", "b")
        .timeout(Duration::from_secs(5));
    let error = clock.run(call.into_future()).unwrap_err();
    assert_eq!(error.code(), Some("OSM.01010015"));
}

/// A list of tickets that changes while it is read.
type Rows = Arc<Mutex<Vec<usize>>>;

/// A service with these rows; `before` is told the number of the request, and may change them.
fn listing(
    clock: &FakeClock,
    rows: &Rows,
    total: impl Fn(usize) -> Option<usize> + Send + Sync + 'static,
    before: impl Fn(usize, &mut Vec<usize>) + Send + Sync + 'static,
) -> ScriptedTransport {
    let (rows, number) = (Arc::clone(rows), Mutex::new(0));
    ScriptedTransport::new(clock).answering(move |request| {
        let query: BTreeMap<String, usize> = request
            .uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                Some((name.to_owned(), value.parse().ok()?))
            })
            .collect();
        let mut rows = rows.lock().unwrap();
        let mut number = number.lock().unwrap();
        before(*number, &mut rows);
        *number += 1;
        let by_page = query.contains_key("pageNo");
        let (at, size) = match by_page {
            true => ((query["pageNo"] - 1) * query["pageSize"], query["pageSize"]),
            false => (query["offset"], query["limit"]),
        };
        let page = rows.iter().skip(at).take(size);
        let (list, id, count) = match by_page {
            true => ("incidentInfoList", "incidentId", "totalCount"),
            false => ("incident_info_list", "incident_id", "total_count"),
        };
        let page: Vec<Value> = page.map(|row| json!({id: row.to_string()})).collect();
        let mut body = json!({list: page});
        if let Some(total) = total(rows.len()) {
            body[count] = json!(total);
        }
        Step::json(200, body.to_string())
    })
}

/// What was handed out, and whether anything may be missing.
fn read(clock: &FakeClock, network: &ScriptedTransport) -> (Vec<usize>, bool, u64) {
    let items = client(clock, network)
        .tickets()
        .list_cases()
        .limit(3)
        .items();
    let List { items, report, .. } = clock.run(items.collect()).unwrap();
    assert!(report.complete, "{report:?}");
    assert_eq!(report.yielded, items.len() as u64);
    let ids = items.iter().map(|item| item.incident_id.clone().unwrap());
    let ids = ids.map(|id| id.parse().unwrap()).collect();
    (ids, report.possible_gap, report.duplicates_dropped)
}

fn rows(count: usize) -> Rows {
    Arc::new(Mutex::new((0..count).collect()))
}

#[test]
fn every_item_comes_once_whatever_the_number_of_rows() {
    for count in 0..12 {
        for has_total in [true, false] {
            let clock = FakeClock::new();
            let total = move |rows| has_total.then_some(rows);
            let network = listing(&clock, &rows(count), total, |_, _| {});
            let (ids, gap, _) = read(&clock, &network);
            assert_eq!(ids, (0..count).collect::<Vec<_>>(), "{count}");
            assert!(!gap, "{count}");
        }
    }
}

#[test]
fn rows_that_shift_are_neither_doubled_nor_lost() {
    for at in 1..5 {
        // New ones at the top, and others gone from it.
        let clock = FakeClock::new();
        let added = move |number, rows: &mut Vec<usize>| {
            if number == at {
                rows.splice(0..0, [100, 101]);
            }
        };
        let network = listing(&clock, &rows(10), Some, added);
        let (mut ids, gap, dropped) = read(&clock, &network);
        ids.retain(|id| *id < 100);
        assert_eq!((ids, gap), ((0..10).collect(), false), "added before {at}");
        assert!(dropped > 0);

        let clock = FakeClock::new();
        let removed = move |number, rows: &mut Vec<usize>| {
            if number == at {
                rows.drain(0..2);
            }
        };
        let network = listing(&clock, &rows(10), Some, removed);
        let (mut ids, _, _) = read(&clock, &network);
        // What is gone may have been read before.
        ids.sort_unstable();
        assert_eq!(ids, (0..10).collect::<Vec<_>>(), "removed before {at}");
    }
}

#[test]
fn a_service_that_does_not_go_on_is_asked_no_longer() {
    for body in [
        r#"{"incident_info_list":[{"incident_id":"a"},{"incident_id":"b"}]}"#,
        r#"{"incident_info_list":[{"incident_id":"a"}],"total_count":9}"#,
        r#"{"incidentInfoList":[{"incidentId":"a"},{"incidentId":"b"}],"totalCount":3}"#,
    ] {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, body));
        let tickets = client(&clock, &network).tickets();
        let (items, report) = match body.contains("incident_id") {
            true => {
                let list = tickets.list_cases().items();
                let List { items, report, .. } = clock.run(list.collect()).unwrap();
                (items.len(), report)
            }
            false => {
                let items = tickets.order_incidents().items();
                let List { items, report, .. } = clock.run(items.collect()).unwrap();
                (items.len(), report)
            }
        };
        assert_eq!(items as u64, report.yielded);
        assert!(
            items <= 2 && report.possible_gap && !report.complete,
            "{report:?}"
        );
        assert!(
            network.requests().len() <= 1100,
            "{}",
            network.requests().len()
        );
    }
}

#[test]
fn rows_that_end_before_their_total_are_a_possible_gap() {
    let clock = FakeClock::new();
    let network = listing(&clock, &rows(4), |rows| Some(rows + 1), |_, _| {});
    let (ids, gap, _) = read(&clock, &network);
    assert_eq!((ids.len(), gap), (4, true));
}

#[test]
fn numbered_pages_are_read_to_their_end() {
    for (count, more) in [(0, 0), (1, 0), (3, 0), (4, 0), (7, 1)] {
        let clock = FakeClock::new();
        let network = listing(
            &clock,
            &rows(count),
            move |rows| Some(rows + more),
            |_, _| {},
        );
        let items = client(&clock, &network)
            .tickets()
            .order_incidents()
            .page_size(3);
        let List { items, report, .. } = clock.run(items.items().collect()).unwrap();
        assert_eq!(
            (items.len(), report.possible_gap),
            (count, more > 0),
            "{count}"
        );
        assert!(queries(&network)[0].contains("pageNo=1&pageSize=3"));
    }
    let clock = FakeClock::new();
    let network = listing(&clock, &rows(7), Some, |_, _| {});
    let items = client(&clock, &network).tickets().order_incidents();
    let items = items.page_size(3).page_no(2).items();
    let List { items, report, .. } = clock.run(items.collect()).unwrap();
    assert_eq!(
        (items.len(), report.possible_gap),
        (4, false),
        "from the second page on"
    );
}

#[test]
fn rows_that_change_places_are_not_lost_in_silence() {
    let clock = FakeClock::new();
    let moved = |number, rows: &mut Vec<usize>| {
        if number == 1 {
            *rows = vec![2, 3, 4, 0, 1, 5];
        }
    };
    let network = listing(&clock, &rows(6), Some, moved);
    let (mut ids, gap, _) = read(&clock, &network);
    ids.sort_unstable();
    assert!(gap || ids == (0..6).collect::<Vec<_>>(), "{ids:?}");
}

#[test]
fn an_empty_list_that_is_left_out_behind_the_last_row_is_the_end() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).answering(|request| {
        let query = request.uri.query().unwrap_or_default();
        let offset = query.rsplit_once("offset=").unwrap().1.parse().unwrap();
        let page = (0..4).skip(offset);
        let page: Vec<Value> = page
            .map(|id| json!({"incident_id": id.to_string()}))
            .collect();
        let body = match page.is_empty() {
            true => json!({"total_count": 4}),
            false => json!({"total_count": 4, "incident_info_list": page}),
        };
        Step::json(200, body.to_string())
    });
    let (ids, gap, _) = read(&clock, &network);
    assert_eq!((ids.len(), gap), (4, false));
}

#[test]
fn what_is_no_list_is_no_end() {
    for (body, is_error) in [
        ("{}", true),
        (r#"{"incident_info_list":"none"}"#, true),
        (r#"{"incident_info_list":[],"error_msg":"failed"}"#, true),
        (r#"{"total_count":0}"#, false),
    ] {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, body));
        let items = client(&clock, &network).tickets().list_cases().items();
        let ended = clock.run(items.collect());
        assert_eq!(ended.is_err(), is_error, "{body}: {ended:?}");
    }
}

#[test]
fn an_odd_row_costs_itself_and_an_error_ends_the_reading() {
    let rows = [
        json!({"incident_id": "a"}),
        json!(7),
        json!({"incident_id": "b"}),
    ];
    for fails in [false, true] {
        let clock = FakeClock::new();
        let rows = rows.clone();
        let network = ScriptedTransport::new(&clock).answering(move |request| {
            let query = request.uri.query().unwrap_or_default();
            let offset = query.rsplit_once("offset=").unwrap().1.parse().unwrap();
            let page: Vec<&Value> = rows.iter().skip(offset).take(3).collect();
            let body = match fails && offset > 0 {
                true => json!({"error_code": "OSM.01010015"}),
                false => json!({"incident_info_list": page}),
            };
            Step::json(200, body.to_string())
        });
        let mut pages = client(&clock, &network)
            .tickets()
            .list_cases()
            .limit(3)
            .pages();
        clock.run(async {
            let page = pages.next().await.unwrap().unwrap();
            assert_eq!((page.items.len(), page.undecodable.len()), (2, 1));
            assert_eq!(pages.next().await.is_some_and(|page| page.is_err()), fails);
            assert!(pages.next().await.is_none());
        });
        let report = pages.report();
        assert_eq!(
            (report.yielded, report.undecodable, report.complete),
            (2, 1, !fails)
        );
    }
}

/// Told as what is lost of the list itself, and once, although the row comes again at the border of two pages.
#[test]
fn what_is_lost_inside_of_a_row_is_told() {
    let rows = [
        json!({"incident_id": "a", "label_list": [{}, 7]}),
        json!({"incident_id": "b", "label_list": [8, {}, 9]}),
        json!({"incident_id": "c"}),
    ];
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).answering(move |request| {
        let query = request.uri.query().unwrap_or_default();
        let offset = query.rsplit_once("offset=").unwrap().1.parse().unwrap();
        let page: Vec<&Value> = rows.iter().skip(offset).take(2).collect();
        Step::json(200, json!({"incident_info_list": page}).to_string())
    });
    let mut pages = client(&clock, &network)
        .tickets()
        .list_cases()
        .limit(2)
        .pages();
    let first = clock.run(pages.next()).unwrap().unwrap();
    let pointers: Vec<&str> = first.within.iter().map(|lost| &*lost.pointer).collect();
    assert_eq!(
        pointers,
        [
            "/incident_info_list/0/label_list/1",
            "/incident_info_list/1/label_list/0",
            "/incident_info_list/1/label_list/2",
        ]
    );
    assert!(first.undecodable.is_empty());
    // Who takes one item is told of what that one lacks.
    let mut one = first.clone();
    one.truncate(1);
    assert_eq!((one.items.len(), one.within.len()), (1, 1));
    while let Some(page) = clock.run(pages.next()) {
        assert!(page.unwrap().within.is_empty());
    }
    let report = pages.report();
    assert_eq!(
        (
            report.yielded,
            report.undecodable,
            report.undecodable_within
        ),
        (3, 0, 3)
    );
    assert!(report.complete && !report.possible_gap, "{report:?}");
}

/// Of the first items of a page, what could not be read behind them is nobody's loss.
#[test]
fn a_page_that_is_cut_off_tells_of_what_stays() {
    let rows = json!([7, {"incident_id": "a"}, 8, {"incident_id": "b"}, 9]);
    let body = json!({"incident_info_list": rows}).to_string();
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, body));
    let mut pages = client(&clock, &network)
        .tickets()
        .list_cases()
        .limit(5)
        .pages();
    let page = clock.run(pages.next()).unwrap().unwrap();
    for (most, places) in [(0, &[][..]), (1, &[0]), (2, &[0, 2]), (3, &[0, 2, 4])] {
        let mut page = page.clone();
        page.truncate(most);
        let told: Vec<usize> = page.undecodable.iter().map(|lost| lost.index).collect();
        assert_eq!((page.items.len(), &*told), (most.min(2), places));
    }
}

#[test]
fn the_last_row_that_can_be_named_is_no_end() {
    let clock = FakeClock::new();
    let network = listing(&clock, &rows(65_540), |_| None, |_, _| {});
    // The documented maximum of the offset.
    let call = client(&clock, &network)
        .tickets()
        .list_cases()
        .offset(65_535);
    let List { items, report, .. } = clock.run(call.items().collect()).unwrap();
    assert!(
        items.len() == 5 && !report.complete && report.possible_gap,
        "{report:?}"
    );
    assert_eq!(ListCases::AT, Some("offset"));
}

#[test]
fn operations_can_be_called_as_data() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, r#"{"count":1}"#));
    let client = client(&clock, &network);
    let update = Operation::named("updateLabels").unwrap();
    assert_eq!((update.resource, update.method), ("labels", "update"));
    let paths: Vec<_> = update
        .values
        .iter()
        .map(|value| value.path.join("/"))
        .collect();
    assert_eq!(paths, ["label_id", "body/name", "body/color"]);
    let arguments = json!({"label_id": 7, "body": {"name": "a", "color": "b"}});
    let answer = clock.run(update.call(&client, arguments, None)).unwrap();
    assert!(matches!(answer.body, Content::Json(body) if body == json!({"count": 1})));
    let error = clock
        .run(update.call(&client, json!({"label": 7}), None))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(network.requests().len(), 1);
    let download = Operation::named("downloadAccessories").unwrap();
    assert_eq!(download.answer, Answer::File);
    assert!(OPERATIONS.len() >= 15);
    let create = Operation::named("createMessages").unwrap();
    let sensitive: Vec<_> = (create.values.iter())
        .filter(|value| value.is_sensitive)
        .collect();
    assert_eq!(sensitive.len(), 1, "the confidential note");
    let kind = create
        .values
        .iter()
        .find(|value| value.path == ["body", "type"]);
    assert!(!kind.unwrap().is_mandatory, "newer documents have none");
}

/// None of two files goes up in the place of the other.
#[test]
fn a_file_that_is_given_twice_is_refused() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock);
    let client = client(&clock, &network);
    let upload = Operation::named("uploadAccessory").unwrap();
    let form = json!({"form_data": "{}"});
    let file = |name: &str| Source::bytes("a log").named(name);
    let twice = Arguments::from(form.clone())
        .file("file", file("a.log"))
        .file("file", file("b.log"));
    let mut both = form;
    both["file"] = json!({"content": "text"});
    let both = Arguments::from(both).file("file", file("a.log"));
    for arguments in [twice, both] {
        assert!(upload.exceeded(arguments.clone()).is_err());
        let error = clock
            .run(upload.call(&client, arguments, None))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("file is given twice"), "{error}");
    }
    assert!(network.requests().is_empty());
}

/// After a lost answer it is looked for where it would stand.
#[test]
fn a_write_is_shown_by_a_read_of_the_same_things() {
    for (write, read) in [
        ("createLabels", Some("listLabels")),
        ("createCaseLabels", Some("listCaseLabels")),
        ("createRelations", Some("listRelation")),
        ("createCases", Some("listCases")),
        ("updateCases", Some("showCaseDetail")),
        ("createCaseExtendsParam", Some("showCaseExtendsParam")),
        ("checkVerifyCodes", Some("listHasVerifiedContacts")),
        // No list of other things tells of a code or a login.
        ("sendVerifyCodes", None),
        ("checkHosts", None),
        (
            "signPublishedAgreement",
            Some("showSignedLatestPublishedAgreement"),
        ),
        ("createFeedback", None),
    ] {
        let operation = Operation::named(write).unwrap();
        let shown = operation.shown_by().map(|read| read.name);
        assert_eq!(shown, read, "{write}");
    }
}

/// As of every call, also where the arguments are made by somebody who knows no type.
#[test]
fn limits_are_checked_for_what_is_called_as_data() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock);
    let client = client(&clock, &network);
    let update = Operation::named("updateLabels").unwrap();
    let arguments = |name: &str| {
        let start = Arguments::default().value(&["label_id"], 7);
        let start = start.value(&["body", "name"], name);
        start.value(&["body", "color"], "b")
    };
    assert_eq!(update.exceeded(arguments("a")).unwrap(), None);
    let exceeded = update.exceeded(arguments("")).unwrap().unwrap();
    assert_eq!((exceeded.measure, exceeded.limit.min), (0, Some(1)));
    let value = update.value_of(exceeded.limit).unwrap();
    assert_eq!(value.path, ["body", "name"]);
    let limits: Vec<_> = update.limits(value).map(|limit| limit.max).collect();
    assert_eq!(limits, [Some(64)]);
    assert!(update.exceeded(json!({"label": 1})).is_err());
    let error = clock.run(update.call(&client, arguments(""), None));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput);
    let list = Operation::named("listCases").unwrap();
    let long = json!({"search_key": ["a", "x".repeat(70_000)]});
    if let Some(exceeded) = list.exceeded(long).unwrap() {
        let value = list.value_of(exceeded.limit).unwrap();
        assert_eq!(value.path, ["search_key"], "that of each item");
    }
    assert!(network.requests().is_empty());
    // Every limit that is checked is that of a value.
    for operation in OPERATIONS {
        for value in operation.values {
            for limit in operation.limits(value) {
                assert_eq!(operation.value_of(limit), Some(value), "{limit:?}");
            }
        }
    }
}

/// The group of the client goes along wherever an operation takes one, and an explicit one wins.
#[test]
fn the_group_goes_along_with_what_is_called_as_data() {
    let mut checked = 0;
    for operation in OPERATIONS {
        let Some(group) = operation.values.iter().find(|value| value.is_group) else {
            continue;
        };
        let mandatory = operation.values.iter().filter(|value| value.is_mandatory);
        let mandatory = mandatory.fold(Arguments::default(), |arguments, value| {
            let given = match (value.kind, value.is_list) {
                (Kind::Integer, false) => json!(1),
                (Kind::Integer, true) => json!([1]),
                (_, true) => json!(["1"]),
                _ => json!("1"),
            };
            arguments.value(value.path, given)
        });
        for (given, expected) in [
            (mandatory.clone(), "of-client"),
            (mandatory.value(group.path, "own"), "own"),
        ] {
            let clock = FakeClock::new();
            let network = ScriptedTransport::new(&clock).otherwise(Step::reset());
            let client = client(&clock, &network);
            let answer = clock.run(operation.call(&client, given, None));
            let error = answer.unwrap_err();
            let mut mandatory = operation.values.iter().filter(|value| value.is_mandatory);
            let has_inner = mandatory.any(|value| value.kind == Kind::Json);
            if error.kind() == ErrorKind::InvalidInput && has_inner {
                // What is mandatory within it is not known here.
                continue;
            }
            let request = network.requests().into_iter().next();
            let request = request.unwrap_or_else(|| panic!("{} is not sent", operation.name));
            let name = group.path.last().unwrap();
            let sent = match group.path.len() {
                1 => request.uri.query().unwrap_or_default().to_owned(),
                _ => String::from_utf8(request.body.to_vec()).unwrap(),
            };
            let is_there = sent.contains(&format!("{name}={expected}"))
                || sent.contains(&format!(r#""{name}":"{expected}""#));
            assert!(is_there, "{}: {sent}", operation.name);
            checked += 1;
        }
    }
    assert!(checked >= 20, "{checked}");
}

/// A complaint beside rows leaves open what the answer lacks; and what is shown of an answer has no text.
#[test]
fn a_complaint_beside_rows_is_a_gap_and_debug_shows_no_text() {
    let clock = FakeClock::new();
    let body =
        r#"{"incident_info_list":[{"incident_id":"CANARY"}],"total_count":1,"error_msg":"CANARY"}"#;
    let network = ScriptedTransport::new(&clock)
        .then(Step::json(200, body))
        .otherwise(Step::json(
            200,
            r#"{"incident_info_list":[],"total_count":1}"#,
        ));
    let client = client(&clock, &network);
    let list = Operation::named("listCases").unwrap();
    let mut pages = list.pages(&client, json!({"limit": 2}), None).unwrap();
    let page = clock.run(pages.next()).unwrap().unwrap();
    assert_eq!(page.items.len(), 1);
    assert!(pages.report().possible_gap);
    assert!(!format!("{page:?}").contains("CANARY"), "{page:?}");
    let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, body));
    let client = crate::api::client(&clock, &network);
    let answer = clock.run(list.call(&client, json!({}), None)).unwrap();
    assert!(!format!("{answer:?}").contains("CANARY"), "{answer:?}");
}

/// Read as the typed pages are: over their borders, every item once, with what is known of gaps.
#[test]
fn a_list_comes_in_pages_as_data() {
    for (operation, id) in [
        ("listCases", "incident_id"),
        ("listOrderIncident", "incidentId"),
    ] {
        let clock = FakeClock::new();
        let network = listing(&clock, &rows(10), Some, |_, _| {});
        let client = client(&clock, &network);
        let operation = Operation::named(operation).unwrap();
        let size = operation.size.unwrap();
        let mut pages = operation.pages(&client, json!({size: 3}), None).unwrap();
        let mut ids = Vec::new();
        clock.run(async {
            while let Some(page) = pages.next().await {
                let page = page.unwrap();
                assert!(page.items.len() <= 3);
                ids.extend(
                    page.items
                        .iter()
                        .map(|item| item[id].as_str().unwrap().to_owned()),
                );
            }
        });
        let expected: Vec<String> = (0..10).map(|row: u32| row.to_string()).collect();
        assert_eq!(ids, expected);
        let report = pages.report();
        assert!(report.complete && !report.possible_gap, "{report:?}");
    }
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock);
    let client = client(&clock, &network);
    let update = Operation::named("updateLabels").unwrap();
    let error = update.pages(&client, json!({}), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

/// Any bytes under any name, not a text alone.
#[test]
fn a_file_goes_up_as_data() {
    let clock = FakeClock::new();
    let network =
        ScriptedTransport::new(&clock).otherwise(Step::json(200, r#"{"accessory_id":"a"}"#));
    let client = client(&clock, &network);
    let upload = Operation::named("uploadAccessory").unwrap();
    let file = Source::bytes(vec![0_u8, 255, 13, 10, 254]).named("five.bin");
    let form = json!({"form_data": "{}"});
    let arguments = Arguments::from(form.clone()).file("file", file.clone());
    let shown = format!("{arguments:?}");
    assert!(
        !shown.contains("five.bin") && !shown.contains("{}"),
        "{shown}"
    );
    clock.run(upload.call(&client, arguments, None)).unwrap();
    let requests = network.requests();
    let body = &requests.first().unwrap().body;
    assert!(body.windows(5).any(|bytes| bytes == [0, 255, 13, 10, 254]));
    assert!(String::from_utf8_lossy(body).contains(r#"filename="five.bin""#));
    for flawed in [
        Arguments::from(form.clone()),
        Arguments::from(form).file("other", file),
    ] {
        let error = clock.run(upload.call(&client, flawed, None)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
    assert_eq!(network.requests().len(), 1);
}

/// It would arrive as another name.
#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf_8_is_not_altered() {
    use hwc_tickets::raw::Form;
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(OsStr::from_bytes(b"caf\xe9.log"));
    if std::fs::write(&path, "from the disk").is_err() {
        return; // This system has no such names.
    }
    let clock = FakeClock::new();
    let network =
        ScriptedTransport::new(&clock).otherwise(Step::json(200, r#"{"accessory_id":"a"}"#));
    let client = client(&clock, &network);
    let source = || Source::file(&path).unwrap();
    let upload = Operation::named("uploadAccessory").unwrap();
    let as_data = |file: Source| {
        let arguments = Arguments::from(json!({"form_data": "{}"})).file("file", file);
        clock.run(upload.call(&client, arguments, None)).map(drop)
    };
    let raw = |file: Source| {
        let form = Form::new().text("form_data", "{}").file("file", file);
        let call = client.raw("POST", "/v2/files").unwrap().form(form);
        clock.run(call.into_future()).map(drop)
    };
    for refused in [as_data(source()), raw(source())] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert_eq!(error.delivery(), hwc_tickets::Delivery::NotSent, "{error}");
        assert!(error.to_string().contains("not UTF-8 text"), "{error}");
        assert!(error.help().contains("another name"), "{}", error.help());
    }
    assert!(network.requests().is_empty());
    as_data(source().named("café.log")).unwrap();
    raw(source().named("café.log")).unwrap();
    assert_eq!(network.requests().len(), 2);
}

/// The plain form and the pages of a list look at an answer in one way.
#[test]
fn one_page_refuses_what_all_pages_refuse() {
    for (body, is_error) in [
        (r#"{"incident_info_list":[{"incident_id":"a"}]}"#, false),
        (r#"{"incident_info_list":[]}"#, false),
        (r#"{"total_count":0}"#, false),
        ("{}", true),
        (r#"{"total_count":3}"#, true),
        (r#"{"total_count":-1}"#, true),
        (r#"{"incident_info_list":null}"#, true),
        (r#"{"incident_info_list":"none"}"#, true),
        (r#"{"incident_info_list":[],"error_msg":"failed"}"#, true),
        (r#"{"total_count":0,"error_msg":"failed"}"#, true),
    ] {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, body));
        let client = client(&clock, &network);
        let list = || client.tickets().list_cases();
        let one = clock.run(list().into_future());
        let value = clock.run(client.call(ListCases::default()).into_future());
        let all = clock.run(list().items().collect());
        assert_eq!(
            (one.is_err(), value.is_err(), all.is_err()),
            (is_error, is_error, is_error),
            "{body}"
        );
        if let (Err(one), Err(all)) = (one, all) {
            assert_eq!(one.kind(), ErrorKind::Protocol, "{body}");
            assert_eq!(one.to_string(), all.error.to_string(), "{body}");
            assert!(one.to_string().starts_with("listCases: "), "{one}");
        }
    }
}

#[test]
fn behind_the_last_row_a_list_that_is_left_out_is_empty() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).answering(|request| {
        let query = request.uri.query().unwrap_or_default();
        let total = match query.contains("pageNo") {
            true => "totalCount",
            false => "total_count",
        };
        Step::json(200, json!({total: 4}).to_string())
    });
    let tickets = client(&clock, &network).tickets();
    for (offset, is_error) in [(0, true), (3, true), (4, false), (5, false)] {
        let page = clock.run(tickets.list_cases().offset(offset).into_future());
        assert_eq!(page.is_err(), is_error, "{offset}");
    }
    let numbered = tickets.order_incidents();
    for (number, size, is_error) in [
        (1, Some(2), true),
        (2, Some(2), true),
        (3, Some(2), false),
        // Nobody knows how many rows stand before it.
        (3, None, true),
    ] {
        let page = numbered.clone().page_no(number);
        let page = match size {
            Some(size) => page.page_size(size),
            None => page,
        };
        let page = clock.run(page.into_future());
        assert_eq!(page.is_err(), is_error, "{number} {size:?}");
    }
}

#[test]
fn the_group_of_a_call_wins_over_that_of_the_value_and_that_over_the_client() {
    let group = |name: &str| GroupId::new(name).unwrap();
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).otherwise(Step::json(
        200,
        r#"{"incidentInfoList":[],"incident_info_list":[]}"#,
    ));
    let client = client(&clock, &network);
    let mut cases = ListCases::default();
    cases.group_id = Some("of-value".to_owned());
    let mut incidents = ListOrderIncident::default();
    incidents.group_id = Some("of-value".to_owned());
    clock.run(async {
        let tickets = client.tickets();
        tickets.list_cases().await.unwrap();
        tickets.list_cases().group(group("of-call")).await.unwrap();
        client.call(cases.clone()).await.unwrap();
        let own = client.call(cases).group(group("of-call"));
        own.await.unwrap();
        tickets.order_incidents().await.unwrap();
        let own = tickets.order_incidents().group(group("of-call"));
        own.await.unwrap();
        client.call(incidents).await.unwrap();
        assert!(tickets.order_incidents().items().next().await.is_none());
    });
    let named: Vec<String> = queries(&network)
        .iter()
        .map(|query| {
            let mut pairs = query.split('&');
            pairs
                .find(|pair| pair.starts_with("group"))
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(
        named,
        [
            "group_id=of-client",
            "group_id=of-call",
            "group_id=of-value",
            "group_id=of-call",
            "groupId=of-client",
            "groupId=of-call",
            "groupId=of-value",
            "groupId=of-client",
        ]
    );
}

#[test]
fn what_was_read_before_an_error_is_given_back() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).answering(|request| {
        let query = request.uri.query().unwrap_or_default();
        let body = match query.contains("offset=0") {
            true => json!({"incident_info_list": [{"incident_id": "a"}, {"incident_id": "b"}]}),
            false => json!({"error_code": "OSM.01010015", "error_msg": "canary-text"}),
        };
        Step::json(200, body.to_string())
    });
    let items = client(&clock, &network)
        .tickets()
        .list_cases()
        .limit(2)
        .items();
    let interrupted = clock.run(items.collect()).unwrap_err();
    let ids: Vec<_> = (interrupted.read.items.iter())
        .map(|item| item.incident_id.as_deref().unwrap())
        .collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(interrupted.read.report.yielded, 2);
    assert!(!interrupted.read.report.complete);
    let shown = format!("{interrupted} {interrupted:?}");
    assert!(shown.contains("2 item(s) were read before"), "{shown}");
    assert!(!shown.contains("canary-text"), "{shown}");
    let error = hwc_tickets::Error::from(interrupted);
    assert_eq!(error.code(), Some("OSM.01010015"));
}

#[test]
fn numbered_pages_that_shift_lose_nothing_in_silence() {
    for at in 1..4 {
        // New ones at the top: rows come again, and none is lost.
        let clock = FakeClock::new();
        let added = move |number, rows: &mut Vec<usize>| {
            if number == at {
                rows.splice(0..0, [100, 101]);
            }
        };
        let network = listing(&clock, &rows(10), Some, added);
        let items = client(&clock, &network).tickets().order_incidents();
        let items = items.page_size(3).items();
        let List { items, report, .. } = clock.run(items.collect()).unwrap();
        let mut ids: Vec<usize> = (items.iter())
            .map(|item| item.incident_id.as_deref().unwrap().parse().unwrap())
            .collect();
        ids.retain(|id| *id < 100);
        assert_eq!(ids, (0..10).collect::<Vec<_>>(), "added before {at}");
        assert!(
            report.complete && report.duplicates_dropped > 0,
            "{report:?}"
        );

        // Others gone from it: one slips onto a page that was read, and the total tells.
        let clock = FakeClock::new();
        let removed = move |number, rows: &mut Vec<usize>| {
            if number == at {
                rows.drain(0..2);
            }
        };
        let network = listing(&clock, &rows(10), Some, removed);
        let items = client(&clock, &network).tickets().order_incidents();
        let items = items.page_size(3).items();
        let List { items, report, .. } = clock.run(items.collect()).unwrap();
        assert!(items.len() < 10 && report.possible_gap, "{at}: {report:?}");
    }
}

#[test]
fn an_odd_field_is_an_error_of_this_crate() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).otherwise(Step::json(
        200,
        r#"{"incident_info_list":[{"incident_id":"a"}],"total_count":{}}"#,
    ));
    let call = client(&clock, &network).tickets().list_cases();
    let answer = clock.run(call.into_future()).unwrap();
    answer.needs("incident_info_list").unwrap();
    let error = answer.needs("total_count").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(
        error.to_string().contains("total_count is an object"),
        "{error}"
    );
    let error = answer.unlike("it is odd");
    assert_eq!(error.operation(), Some("listCases"));
    assert_eq!(answer.into_list().unwrap().body.len(), 1);
}

#[test]
fn pages_and_audits_can_be_written_down() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).otherwise(Step::json(
        200,
        r#"{"incident_info_list":[{"incident_id":"a"},7],"total_count":2}"#,
    ));
    let mut pages = client(&clock, &network).tickets().list_cases().pages();
    let page: Page<IncidentInfoV2> = clock.run(pages.next()).unwrap().unwrap();
    let page = serde_json::to_value(&page).unwrap();
    assert_eq!(page["items"], json!([{"incident_id": "a"}]));
    assert_eq!(page["undecodable"][0]["index"], 1);
    let written = serde_json::to_string(pages.report()).unwrap();
    let report: ListReport = serde_json::from_str(&written).unwrap();
    assert_eq!((&report, report.yielded), (pages.report(), 1));
    let older: ListReport = serde_json::from_str(r#"{"yielded":3}"#).unwrap();
    assert_eq!((older.yielded, older.complete), (3, false));
}

#[test]
fn a_file_that_cannot_be_uploaded_is_an_error_like_others() {
    let directory = tempfile::tempdir().unwrap();
    let refuse = |path| -> hwc_tickets::Result<Source> { Ok(Source::file(path)?) };
    let error = refuse(directory.path().join("none.log")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(error.delivery(), hwc_tickets::Delivery::NotSent);
    assert!(error.to_string().contains("none.log"), "{error}");
    assert!(!error.help().is_empty());
}

/// A service with one file, which breaks off after so many bytes.
fn with_file(clock: &FakeClock, after: Option<usize>) -> ScriptedTransport {
    let file = Step::answer(200)
        .header("content-type", "application/octet-stream")
        .body(vec![7_u8; 100_000]);
    ScriptedTransport::new(clock).otherwise(match after {
        Some(after) => file.cut(after),
        None => file,
    })
}

#[test]
fn a_file_comes_piece_by_piece_and_breaks_off_with_an_error_of_this_crate() {
    let clock = FakeClock::new();
    let network = with_file(&clock, None);
    let call = client(&clock, &network).attachments().download("a-1");
    let answer = clock.run(call.into_future()).unwrap();
    assert_eq!(answer.status.as_u16(), 200);
    let mut file = answer.body;
    let mut count = 0;
    while let Some(piece) = clock.run(file.chunk()).unwrap() {
        count += piece.len();
    }
    assert_eq!((count, file.received()), (100_000, 100_000));

    let network = with_file(&clock, Some(70_000));
    let call = client(&clock, &network).attachments().download("a-1");
    let file = clock.run(call.into_future()).unwrap().body;
    let error = clock.run(file.bytes(1_000_000)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert!(
        error.to_string().starts_with("downloadAccessories: "),
        "{error}"
    );

    let network = with_file(&clock, None);
    let download = Operation::named("downloadAccessories").unwrap();
    let client = client(&clock, &network);
    let answer = clock.run(download.call(&client, json!({"accessory_id": "a-1"}), None));
    let Content::File(file) = answer.unwrap().body else {
        panic!("no file");
    };
    assert_eq!(clock.run(file.bytes(1_000_000)).unwrap().len(), 100_000);
}

#[cfg(feature = "blocking")]
#[test]
fn a_blocking_client_reads_a_file() {
    use std::io::Read as _;
    let clock = FakeClock::new();
    let blocking = |network: &ScriptedTransport| {
        Client::builder()
            .token(SecretString::from("token-for-tests"))
            .clock(clock.clone())
            .transport(network.clone())
            .build_blocking()
            .unwrap()
    };
    let client = blocking(&with_file(&clock, None));
    let file = || client.attachments().download("a-1").call().unwrap().body;
    assert_eq!(file().bytes(1_000_000).unwrap().len(), 100_000);
    let mut pieces = file();
    let mut count = 0;
    while let Some(piece) = pieces.chunk().unwrap() {
        count += piece.len();
    }
    assert_eq!(count, 100_000);
    // A little, a piece, and the rest: each byte once.
    let mut mixed = file();
    let mut three = [0; 3];
    mixed.read_exact(&mut three).unwrap();
    let piece = mixed.chunk().unwrap().map_or(0, |piece| piece.len());
    let mut two = [0; 2];
    let two = mixed.read(&mut two).unwrap();
    let rest = mixed.bytes(1_000_000).unwrap().len();
    assert_eq!(3 + piece + two + rest, 100_000);
    // The limit is of what is left.
    for (limit, fits) in [(99_997, true), (99_996, false)] {
        let mut rest = file();
        rest.read_exact(&mut three).unwrap();
        match rest.bytes(limit) {
            Ok(rest) => assert!(fits && rest.len() == limit, "{limit}"),
            Err(error) => assert!(!fits && error.kind() == ErrorKind::BodyTooLarge, "{error}"),
        }
    }

    let client = blocking(&with_file(&clock, Some(70_000)));
    let mut file = client.attachments().download("a-1").call().unwrap().body;
    let mut read = Vec::new();
    let error = file.read_to_end(&mut read).unwrap_err();
    let error = error
        .get_ref()
        .unwrap()
        .downcast_ref::<hwc_tickets::Error>();
    assert_eq!(error.unwrap().kind(), ErrorKind::Interrupted);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let error = runtime.block_on(async { file.chunk().unwrap_err() });
    assert_eq!(error.kind(), ErrorKind::InsideRuntime);
}

#[cfg(feature = "blocking")]
#[test]
fn one_page_without_async_is_looked_at_too() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, "{}"));
    let client = Client::builder()
        .token(SecretString::from("token-for-tests"))
        .clock(clock.clone())
        .transport(network)
        .build_blocking()
        .unwrap();
    let error = client.tickets().list_cases().call().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
}

#[cfg(feature = "blocking")]
#[test]
fn the_same_calls_without_async() {
    let clock = FakeClock::new();
    let network = listing(&clock, &rows(7), Some, |_, _| {});
    let client = Client::builder()
        .token(SecretString::from("token-for-tests"))
        .clock(clock.clone())
        .transport(network.clone())
        .build_blocking()
        .unwrap();
    let mut items = client.tickets().list_cases().limit(3).items().unwrap();
    assert_eq!(items.by_ref().map(Result::unwrap).count(), 7);
    assert!(items.report().complete && !items.report().possible_gap);
    let pages = client.tickets().list_cases().limit(3).pages().unwrap();
    let paged: usize = pages.map(|page| page.unwrap().items.len()).sum();
    assert_eq!(paged, 7);
    let mut page = ListCases::default();
    (page.offset, page.limit) = (Some(2), Some(3));
    let answer = client.call(page).call().unwrap();
    assert_eq!(answer.body.incident_info_list.unwrap().len(), 3);
    let ticket = client.ticket("t1").unwrap();
    let error = ticket.remove_related("x".repeat(65)).call().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}
