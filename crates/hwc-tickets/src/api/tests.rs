//! Lists of kinds that the description does not have yet, and calls whose group has no place: each borrows the wire of another
//! operation.

use super::{
    Call, Caller, Described, Interrupted, List, Paged, PagedBy,
    described::sealed,
    models::tickets::{IncidentInfoV2, ListCases, ListCasesResponse},
    rows::Rows,
};
use crate::{Client, ErrorKind, GroupId};
use hwc_core::testing::{FakeClock, ScriptedTransport, Step};
use hwc_tickets_wire::{Measured, MeasuredPath, Parts, Request, Unit};
use serde_json::{Value, json};
use std::{future::IntoFuture as _, sync::Mutex};

/// An operation of its own on the wire of `listCases`.
macro_rules! trial {
    ($name:ident, $by:expr, $has_id:literal, $at:expr, $size:expr) => {
        #[derive(Debug, Clone, Default)]
        struct $name(ListCases);

        impl Request for $name {
            const OPERATION: &'static hwc_core::Operation = ListCases::OPERATION;
            type Response = ListCasesResponse;
            fn write(&self, parts: &mut Parts) {
                self.0.write(parts);
            }
        }
        impl Measured for $name {
            fn measure(
                &self,
                path: &mut MeasuredPath,
                see: &mut (dyn FnMut(&str, Unit, i64) + '_),
            ) {
                self.0.measure(path, see);
            }
        }
        impl sealed::Described for $name {}
        impl Described for $name {
            type Answer<C: Caller> = ListCasesResponse;
            fn answer<C: Caller>(body: Self::Response, _: &C) -> Self::Answer<C> {
                body
            }
            fn rows(&self, answer: &Self::Response) -> Option<Rows> {
                Some(Rows::of(self, answer))
            }
        }
        impl Paged for $name {
            type Item = IncidentInfoV2;
            const BY: PagedBy = $by;
            const LIST: &'static str = "incident_info_list";
            const AT: Option<&'static str> = $at;
            const SIZE: Option<&'static str> = $size;
            const HAS_ID: bool = $has_id;
            fn begins(&self) -> (Option<i64>, Option<i64>) {
                (self.0.offset, self.0.limit)
            }
            fn ask(&mut self, at: i64, size: i64) {
                if $by != PagedBy::Whole {
                    (self.0.offset, self.0.limit) = (Some(at), Some(size));
                }
            }
            fn total(answer: &Self::Response) -> Option<i64> {
                answer.total_count
            }
            fn list(answer: Self::Response) -> Option<Vec<Self::Item>> {
                answer.incident_info_list
            }
            fn count(answer: &Self::Response) -> Option<usize> {
                answer.incident_info_list.as_ref().map(Vec::len)
            }
            fn id(item: &Self::Item) -> Option<String> {
                item.incident_id.clone().filter(|_| $has_id)
            }
        }
    };
}

trial!(Whole, PagedBy::Whole, true, None, None);
trial!(WholeWithoutIds, PagedBy::Whole, false, None, None);
trial!(
    OffsetsWithoutIds,
    PagedBy::Offset,
    false,
    Some("offset"),
    Some("limit")
);
trial!(
    NumbersWithoutIds,
    PagedBy::Number,
    false,
    Some("offset"),
    Some("limit")
);

fn client(clock: &FakeClock, network: &ScriptedTransport) -> Client {
    Client::builder()
        .token("token-for-tests")
        .clock(clock.clone())
        .transport(network.clone())
        .group(GroupId::new("of-client").unwrap())
        .build()
        .unwrap()
}

/// A service with `count` rows, of which two are added at the top or taken from it before a request.
fn listing(
    clock: &FakeClock,
    by: PagedBy,
    count: usize,
    has_total: bool,
    change: Option<(usize, bool)>,
) -> ScriptedTransport {
    let state = Mutex::new((0, (0..count).collect::<Vec<usize>>()));
    ScriptedTransport::new(clock).answering(move |request| {
        let query = request.uri.query().unwrap_or_default();
        let value = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let found = pairs.find(|(own, _)| *own == name);
            found.map(|(_, value)| value.parse::<usize>().unwrap())
        };
        let mut state = state.lock().unwrap();
        let (number, rows) = &mut *state;
        match change {
            Some((at, true)) if *number == at => {
                rows.splice(0..0, [100, 101]);
            }
            Some((at, false)) if *number == at => {
                rows.drain(0..2);
            }
            _ => {}
        }
        *number += 1;
        let (at, size) = match (by, value("offset"), value("limit")) {
            (PagedBy::Offset, Some(at), Some(size)) => (at, size),
            (PagedBy::Number, Some(at), Some(size)) => ((at - 1) * size, size),
            (_, at, size) => {
                assert_eq!(
                    (at, size),
                    (None, None),
                    "a list that comes whole has no place"
                );
                (0, usize::MAX)
            }
        };
        let page: Vec<Value> = (rows.iter().skip(at).take(size))
            .map(|row| json!({"incident_id": row.to_string()}))
            .collect();
        let mut body = json!({"incident_info_list": page});
        if has_total {
            body["total_count"] = json!(rows.len());
        }
        Step::json(200, body.to_string())
    })
}

fn numbered(count: usize) -> Vec<Value> {
    let rows = (0..count).map(|row| json!({"incident_id": row.to_string()}));
    rows.collect()
}

/// A service with these rows, three to a page, which states a total by the offset that is asked for.
fn stating(
    clock: &FakeClock,
    rows: Vec<Value>,
    total: impl Fn(usize) -> i64 + Send + Sync + 'static,
) -> ScriptedTransport {
    ScriptedTransport::new(clock).answering(move |request| {
        let query = request.uri.query().unwrap_or_default();
        let offset = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("offset="));
        let offset: usize = offset.unwrap().parse().unwrap();
        let page: Vec<&Value> = rows.iter().skip(offset).take(3).collect();
        let body = json!({"incident_info_list": page, "total_count": total(offset)});
        Step::json(200, body.to_string())
    })
}

type Outcome = Result<List<IncidentInfoV2>, Interrupted<IncidentInfoV2>>;

fn collect<R: Paged<Item = IncidentInfoV2>>(
    clock: &FakeClock,
    network: &ScriptedTransport,
    request: R,
) -> Outcome {
    clock.run(client(clock, network).call(request).items().collect())
}

fn ids(list: &List<IncidentInfoV2>) -> Vec<usize> {
    let ids = list.items.iter().map(|item| item.incident_id.as_deref());
    ids.map(|id| id.unwrap().parse().unwrap()).collect()
}

fn three() -> ListCases {
    let mut request = ListCases::default();
    request.limit = Some(3);
    request
}

#[test]
fn a_whole_list_is_one_answer() {
    for count in [0, 1, 5] {
        for has_total in [false, true] {
            let clock = FakeClock::new();
            let network = listing(&clock, PagedBy::Whole, count, has_total, None);
            let list = collect(&clock, &network, Whole::default()).unwrap();
            let without = collect(&clock, &network, WholeWithoutIds::default()).unwrap();
            for list in [&list, &without] {
                assert_eq!(ids(list), (0..count).collect::<Vec<_>>());
                assert!(list.report.complete && !list.report.possible_gap);
            }
            assert_eq!(network.requests().len(), 2);
        }
    }
}

#[test]
fn a_whole_list_that_is_not_whole_says_so() {
    for (body, items, gap) in [
        (
            r#"{"incident_info_list":[{"incident_id":"1"}],"total_count":2}"#,
            1,
            true,
        ),
        // The same row twice is one, if it has an id.
        (
            r#"{"incident_info_list":[{"incident_id":"1"},{"incident_id":"1"}],"total_count":2}"#,
            1,
            false,
        ),
        (
            r#"{"incident_info_list":[{"incident_id":"1"},7],"total_count":2}"#,
            1,
            false,
        ),
        (r#"{"total_count":0}"#, 0, false),
    ] {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, body));
        let list = collect(&clock, &network, Whole::default()).unwrap();
        let report = &list.report;
        assert_eq!(
            (list.items.len(), report.possible_gap, report.complete),
            (items, gap, true),
            "{body}"
        );
    }
    for body in [
        "{}",
        r#"{"total_count":2}"#,
        r#"{"incident_info_list":7}"#,
        r#"{"incident_info_list":[],"error_msg":"failed"}"#,
    ] {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, body));
        let interrupted = collect(&clock, &network, Whole::default()).unwrap_err();
        assert_eq!(interrupted.error.kind(), ErrorKind::Protocol, "{body}");
        let call = client(&clock, &network).call(Whole::default());
        assert!(clock.run(call.into_future()).is_err(), "{body}");
    }
}

#[test]
fn items_without_an_id_come_in_order_and_to_their_end() {
    for count in 0..10 {
        for has_total in [false, true] {
            let clock = FakeClock::new();
            let by_offset = listing(&clock, PagedBy::Offset, count, has_total, None);
            let offsets = collect(&clock, &by_offset, OffsetsWithoutIds(three())).unwrap();
            let by_number = listing(&clock, PagedBy::Number, count, has_total, None);
            let numbers = collect(&clock, &by_number, NumbersWithoutIds(three())).unwrap();
            for list in [&offsets, &numbers] {
                assert_eq!(
                    ids(list),
                    (0..count).collect::<Vec<_>>(),
                    "{count} {has_total}"
                );
                let report = &list.report;
                assert!(
                    report.complete && !report.possible_gap,
                    "{count} {report:?}"
                );
            }
        }
    }
}

/// A total that is less than what came is none; and a service that says the same at every place is left, with a gap.
#[test]
fn items_without_an_id_and_totals_that_lie() {
    let clock = FakeClock::new();
    for total in [0, 1, 5] {
        let network = stating(&clock, numbered(8), move |_| total);
        let list = collect(&clock, &network, OffsetsWithoutIds(three())).unwrap();
        assert_eq!(ids(&list), (0..8).collect::<Vec<_>>(), "{total}");
        assert!(list.report.complete, "{total}");
    }
    let same = ScriptedTransport::new(&clock).otherwise(Step::json(
        200,
        r#"{"incident_info_list":[{"incident_id":"1"}],"total_count":1000000000}"#,
    ));
    let list = collect(&clock, &same, OffsetsWithoutIds(three())).unwrap();
    assert!(!list.report.complete && list.report.possible_gap);
    assert!(same.requests().len() < 200, "{}", same.requests().len());
}

/// One that said less than came is not taken for the end when it happens to fit later.
#[test]
fn a_total_that_lied_is_no_end() {
    let clock = FakeClock::new();
    for first in [0, 2] {
        // As many as came with the second page.
        let total = move |offset: usize| if offset == 0 { first } else { 6 };
        let network = stating(&clock, numbered(8), total);
        let list = collect(&clock, &network, OffsetsWithoutIds(three())).unwrap();
        assert_eq!(ids(&list), (0..8).collect::<Vec<_>>(), "{first}");
        assert!(list.report.complete, "{first}");
    }
}

/// A service that gives the same row at every place, with which nothing can be done.
#[test]
fn rows_that_cannot_be_read_and_come_again_end_the_reading() {
    let clock = FakeClock::new();
    for body in [
        r#"{"incident_info_list":[7]}"#,
        r#"{"incident_info_list":[7,8,9]}"#,
        r#"{"incident_info_list":[7],"total_count":1000000}"#,
    ] {
        let same = ScriptedTransport::new(&clock).otherwise(Step::json(200, body));
        let mut reports = Vec::new();
        let offsets = collect(&clock, &same, OffsetsWithoutIds(three())).unwrap();
        reports.push(offsets.report);
        let numbers = collect(&clock, &same, NumbersWithoutIds(three())).unwrap();
        reports.push(numbers.report);
        reports.push(collect(&clock, &same, three()).unwrap().report);
        for report in reports {
            assert!(
                report.possible_gap && !report.complete,
                "{body}: {report:?}"
            );
            assert!(report.pages <= 110, "{body}: {report:?}");
            assert!(report.undecodable > 0 && report.yielded == 0, "{report:?}");
        }
    }
}

/// A page begins with the last row that can be known again. What stood behind that comes again, too, and is told once: else one
/// row counted twice would stand for one that never came.
#[test]
fn rows_behind_the_last_known_one_are_told_once() {
    for odd in [json!({"simple_description": "no id"}), json!(7)] {
        for place in 0..7 {
            for (total, gap) in [(7, false), (8, true)] {
                let clock = FakeClock::new();
                let mut rows = numbered(7);
                rows[place] = odd.clone();
                let network = stating(&clock, rows, move |_| total);
                let list = collect(&clock, &network, three()).unwrap();
                let report = &list.report;
                let told = report.yielded + report.undecodable;
                assert_eq!(told, 7, "{odd} {place} {report:?}");
                assert_eq!(list.items.len() as u64, report.yielded, "{odd} {place}");
                assert!(report.complete, "{odd} {place} {report:?}");
                assert_eq!(report.possible_gap, gap, "{odd} {place} {report:?}");
            }
        }
    }
}

#[test]
fn items_without_an_id_that_shift_are_not_lost_in_silence() {
    for at in 1..4 {
        for (is_added, has_total) in [(true, true), (true, false), (false, true)] {
            let clock = FakeClock::new();
            let change = Some((at, is_added));
            let by_offset = listing(&clock, PagedBy::Offset, 10, has_total, change);
            let offsets = collect(&clock, &by_offset, OffsetsWithoutIds(three())).unwrap();
            let by_number = listing(&clock, PagedBy::Number, 10, has_total, change);
            let numbers = collect(&clock, &by_number, NumbersWithoutIds(three())).unwrap();
            for list in [&offsets, &numbers] {
                let mut read = ids(list);
                read.retain(|id| *id < 100);
                // What came again cannot be known again.
                read.dedup();
                read.sort_unstable();
                read.dedup();
                let is_whole = read == (0..10).collect::<Vec<_>>();
                assert!(
                    is_whole || list.report.possible_gap,
                    "{at} {is_added} {list:?}"
                );
                assert!(is_whole || !is_added, "{at} {read:?}");
            }
        }
    }
}

/// A call whose group stands in a body that the caller has to give.
#[derive(Debug, Clone, Default)]
struct OfBody(Option<ListCases>);

impl Request for OfBody {
    const OPERATION: &'static hwc_core::Operation = ListCases::OPERATION;
    type Response = ListCasesResponse;
    fn write(&self, parts: &mut Parts) {
        self.0.clone().unwrap_or_default().write(parts);
    }
}
impl Measured for OfBody {
    fn measure(&self, _: &mut MeasuredPath, _: &mut (dyn FnMut(&str, Unit, i64) + '_)) {}
}
impl sealed::Described for OfBody {}
impl Described for OfBody {
    type Answer<C: Caller> = ListCasesResponse;
    fn answer<C: Caller>(body: Self::Response, _: &C) -> Self::Answer<C> {
        body
    }
    fn group(&self) -> Option<&str> {
        self.0.as_ref().and_then(|body| body.group_id.as_deref())
    }
    fn set_group(&mut self, group: &str) -> bool {
        let Some(body) = &mut self.0 else {
            return false;
        };
        body.group_id = Some(group.to_owned());
        true
    }
}

#[test]
fn a_group_without_a_place_is_refused_when_the_call_names_it() {
    let group = |name: &str| GroupId::new(name).unwrap();
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, "{}"));
    let client = client(&clock, &network);
    let of_handle = group("of-handle");
    let call = |body: Option<ListCases>| Call::new(&client, Some(&of_handle), OfBody(body));
    let named = |body| {
        let mut call = call(body);
        call.about.group = Some(group("of-call"));
        call
    };
    // Neither the handle's nor the client's makes a body.
    clock.run(call(None).into_future()).unwrap();
    clock
        .run(call(Some(ListCases::default())).into_future())
        .unwrap();
    clock
        .run(named(Some(ListCases::default())).into_future())
        .unwrap();
    let error = clock.run(named(None).into_future()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(
        error.to_string().contains("the group cannot be sent"),
        "{error}"
    );
    let asked: Vec<_> = (network.requests().iter())
        .map(|request| request.uri.query().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(asked, ["", "group_id=of-handle", "group_id=of-call"]);
}
