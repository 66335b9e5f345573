//! History yields each message once, whatever the service leaves undocumented.

use super::desk::{Asked, Count, Desk, Form, Listing, Rules, State, refusal};
use hwc_core::testing::Step;
use hwc_tickets::{ErrorKind, Message, ReadReport, ZoneOffset, history::TimeForm};
use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

const TICKET: &str = "case-123";
/// 2026-02-28T00:00:00Z
const START: i64 = 1_772_236_800_000;

/// A conversation: at each second after the start, so many messages.
fn fill(desk: &Desk, shape: &[(i64, usize)]) {
    let mut state = desk.state();
    for (second, number) in shape {
        for place in 0..*number {
            let millis = START + second * 1000 + place as i64 * 1000 / *number as i64;
            let kind = (place % 2) as i64;
            state.post_at(TICKET, kind, &format!("{second}/{place}"), millis);
        }
    }
}

struct Read {
    texts: Vec<String>,
    report: ReadReport,
    error: Option<ErrorKind>,
    /// What the service shows in the end, sorted.
    shown: Vec<String>,
}

fn read(desk: &Desk, page_size: u8, oldest_first: bool) -> Read {
    let client = desk.client();
    desk.clock.run(async {
        let history = client
            .ticket(TICKET)
            .unwrap()
            .history()
            .page_size(page_size);
        let history = if oldest_first {
            history.oldest_first()
        } else {
            history
        };
        let mut stream = history.stream();
        let mut messages: Vec<Message> = Vec::new();
        let mut error = None;
        while let Some(next) = stream.next().await {
            match next {
                Ok(message) => messages.push(message),
                Err(end) => error = Some(end.kind()),
            }
        }
        let times: Vec<Timestamp> = (messages.iter())
            .filter_map(|message| message.created_at.instant())
            .collect();
        let ordered = times.windows(2).all(|pair| match oldest_first {
            true => pair[0] <= pair[1],
            false => pair[0] >= pair[1],
        });
        assert!(ordered, "page size {page_size}");
        let report = stream.report();
        assert_eq!(report.yielded, messages.len() as u64);
        let texts = messages
            .into_iter()
            .map(|message| message.content)
            .collect();
        let shown = sorted(desk.state().texts(TICKET));
        Read {
            texts,
            report,
            error,
            shown,
        }
    })
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort_unstable();
    texts
}

/// What every service must give: all of it, once, and the knowledge that this is all.
fn check_whole(rules: &Rules, shape: &[(i64, usize)], page_size: u8) {
    let desk = Desk::new(rules.clone());
    fill(&desk, shape);
    let read = read(&desk, page_size, false);
    let told = format!(
        "{rules:?} {shape:?} page size {page_size}: {:?}",
        read.report
    );
    assert_eq!(read.error, None, "{told}");
    assert_eq!(
        sorted(read.texts),
        sorted(desk.state().texts(TICKET)),
        "{told}"
    );
    assert!(!read.report.possible_gap, "{told}");
    assert!(read.report.complete, "{told}");
    let total: usize = shape.iter().map(|(_, number)| number).sum();
    let requests = desk.count("more");
    let most = 3 + 3 * total / usize::from(page_size) + shape.len();
    assert!(requests <= most, "{requests} requests: {told}");
}

const FORMS: [Form; 5] = [
    Form::Text,
    Form::Fraction,
    Form::Utc,
    Form::Millis,
    Form::TextOfMillis,
];

/// What a machine on the way had stored may lack the newest messages, and its totals with them.
#[test]
fn a_stored_answer_is_a_possible_gap() {
    for age in ["0", "3600"] {
        let desk = Desk::new(Rules::default());
        fill(&desk, &[(0, 3), (10, 3)]);
        desk.on_request(move |state, asked| {
            let body = state.answer(asked).to_string();
            Some(state.dated(Step::json(200, body)).header("age", age))
        });
        let read = read(&desk, 100, false);
        assert_eq!(read.texts.len(), 6, "{age}");
        assert_eq!(read.report.possible_gap, age != "0", "{age}");
    }
}

#[test]
fn both_comparisons_and_every_page_size() {
    let shape = [
        (0, 1),
        (1, 3),
        (2, 1),
        (7, 30),
        (8, 5),
        (9, 1),
        (4000, 40),
        (4001, 12),
    ];
    for up_to in [false, true] {
        for page_size in 1..=100 {
            let rules = Rules {
                up_to,
                // Pages in either order, and each form of time, spread over the sizes.
                ascending: page_size % 3 == 0,
                form: FORMS[usize::from(page_size) % FORMS.len()],
                count: [Count::Ticket, Count::Older, Count::Page, Count::Nothing]
                    [usize::from(page_size) % 4],
                ..Rules::default()
            };
            check_whole(&rules, &shape, page_size);
        }
    }
}

#[test]
fn milliseconds_may_be_asked_for_where_only_seconds_are_shown() {
    for page_size in [1, 7, 100] {
        let desk = Desk::new(Rules {
            form: Form::TextOfMillis,
            ..Rules::default()
        });
        fill(&desk, &[(0, 40), (1, 40), (2, 40)]);
        desk.state().rules.reads_millis = true;
        let client = desk.client();
        let history = client
            .ticket(TICKET)
            .unwrap()
            .history()
            .page_size(page_size);
        let read = desk
            .clock
            .run(history.time_form(TimeForm::EpochMillis).collect())
            .unwrap();
        let texts = read
            .messages
            .into_iter()
            .map(|message| message.content)
            .collect();
        assert_eq!(
            sorted(texts),
            sorted(desk.state().texts(TICKET)),
            "page size {page_size}"
        );
        assert!(!read.report.possible_gap);
    }
}

#[test]
fn every_form_of_time_with_every_switch() {
    let shapes: [&[(i64, usize)]; 5] = [
        &[],
        &[(0, 1)],
        &[(0, 99), (1, 1)],
        &[(0, 10), (1, 60), (2, 60), (3, 10)],
        &[(5, 10), (6, 10)],
    ];
    for form in FORMS {
        for up_to in [false, true] {
            for ascending in [false, true] {
                for shape in shapes {
                    for page_size in [1, 10, 100] {
                        let rules = Rules {
                            up_to,
                            ascending,
                            form,
                            ..Rules::default()
                        };
                        let desk = Desk::new(rules.clone());
                        desk.state().tickets.insert(TICKET.to_owned(), Vec::new());
                        check_whole_or_empty(&desk, &rules, shape, page_size);
                    }
                }
            }
        }
    }
}

fn check_whole_or_empty(desk: &Desk, rules: &Rules, shape: &[(i64, usize)], page_size: u8) {
    if shape.is_empty() {
        let read = read(desk, page_size, false);
        assert!(read.texts.is_empty() && read.report.complete && !read.report.possible_gap);
    } else {
        check_whole(rules, shape, page_size);
    }
}

/// Listings that are of no help.
const NO_LISTING: [Listing; 2] = [Listing::OldestFirst, Listing::Refused];

#[test]
fn a_burst_that_no_page_holds_is_read_by_row_numbers() {
    let shapes: [&[(i64, usize)]; 6] = [
        &[(0, 20), (10, 150), (20, 20)],
        &[(0, 150)],
        &[(10, 150), (11, 150), (12, 1)],
        &[(0, 1), (10, 100), (20, 1)],
        &[(0, 1), (10, 101)],
        &[(0, 20), (10, 777), (11, 20)],
    ];
    for shape in shapes {
        for up_to in [false, true] {
            for (form, page_size) in [
                (Form::Text, 1),
                (Form::Millis, 30),
                (Form::TextOfMillis, 100),
            ] {
                let rules = Rules {
                    up_to,
                    form,
                    count: Count::Nothing,
                    ..Rules::default()
                };
                let (read, told) = read_shape(&rules, shape, page_size);
                assert_eq!(sorted(read.texts), read.shown, "{told}");
                assert!(!read.report.possible_gap && read.report.complete, "{told}");
            }
        }
    }
}

#[test]
fn a_burst_is_whole_although_rows_move_while_it_is_read() {
    for seed in 0..60 {
        let mut random = fastrand::Rng::with_seed(seed);
        let rules = Rules {
            up_to: random.bool(),
            count: Count::Nothing,
            ..Rules::default()
        };
        let desk = Desk::new(rules);
        fill(&desk, &[(0, 20), (10, 350), (20, 20)]);
        let mut recalled = Vec::new();
        desk.on_request(move |state, asked| {
            if asked.operation() == "list" && random.u8(..4) == 0 {
                match random.bool() {
                    true => {
                        let place = random.usize(..390);
                        state.tickets.get_mut(TICKET).unwrap()[place].recalled = true;
                        recalled.push(place);
                    }
                    false => {
                        for _ in 0..random.usize(1..20) {
                            state.post(TICKET, 1, "arrived");
                        }
                    }
                }
            }
            None
        });
        let read = read(&desk, 100, false);
        let told = format!("seed {seed} {:?}", read.report);
        let shown: Vec<String> = desk
            .state()
            .texts(TICKET)
            .into_iter()
            .filter(|text| text != "arrived")
            .collect();
        let mut once = sorted(read.texts);
        let number = once.len();
        once.dedup();
        assert_eq!(once.len(), number, "{told}");
        if !read.report.possible_gap {
            for text in shown {
                assert!(once.contains(&text), "{text} is missing: {told}");
            }
        }
    }
}

#[test]
fn a_burst_that_cannot_be_read_whole_is_reported() {
    for listing in NO_LISTING {
        for up_to in [false, true] {
            for count in [Count::Ticket, Count::Nothing] {
                for page_size in [1, 30, 100] {
                    let rules = Rules {
                        up_to,
                        count,
                        listing,
                        ..Rules::default()
                    };
                    let shape = [(0, 20), (10, 150), (20, 20)];
                    let (read, told) = read_shape(&rules, &shape, page_size);
                    // Seconds that fit are whole, the burst gives what can be reached, nothing comes twice.
                    let mut once = sorted(read.texts);
                    once.dedup();
                    assert_eq!(once.len(), 140, "{told}");
                    assert!(read.report.possible_gap, "{told}");
                }
            }
        }
    }
}

#[test]
fn a_full_page_in_one_second_is_no_gap_when_the_total_agrees() {
    for listing in NO_LISTING {
        for up_to in [false, true] {
            for page_size in [1, 100] {
                // Without a total it cannot be excluded.
                for (count, gap) in [(Count::Ticket, false), (Count::Nothing, true)] {
                    let rules = Rules {
                        up_to,
                        count,
                        listing,
                        ..Rules::default()
                    };
                    let (read, told) =
                        read_shape(&rules, &[(0, 20), (10, 100), (20, 20)], page_size);
                    assert_eq!(sorted(read.texts), read.shown, "{told}");
                    assert_eq!(read.report.possible_gap, gap, "{told}");
                }
            }
        }
    }
}

fn read_shape(rules: &Rules, shape: &[(i64, usize)], page_size: u8) -> (Read, String) {
    let desk = Desk::new(rules.clone());
    fill(&desk, shape);
    let read = read(&desk, page_size, false);
    let told = format!("{rules:?} {shape:?} {page_size}: {:?}", read.report);
    (read, told)
}

#[test]
fn a_service_that_gives_less_than_asked_for_is_followed_by_its_total() {
    for count in [Count::Ticket, Count::Older] {
        let rules = Rules {
            page_cap: 7,
            count,
            ..Rules::default()
        };
        let desk = Desk::new(rules);
        fill(&desk, &[(0, 3), (2, 3), (4, 3), (6, 3), (8, 3), (10, 3)]);
        let read = read(&desk, 100, false);
        assert_eq!(
            sorted(read.texts),
            sorted(desk.state().texts(TICKET)),
            "{count:?}"
        );
    }
    // Without a total too: a short page is not the last one.
    let desk = Desk::new(Rules {
        page_cap: 7,
        count: Count::Nothing,
        ..Rules::default()
    });
    fill(&desk, &[(0, 3), (2, 3), (4, 3)]);
    assert_eq!(read(&desk, 100, false).texts.len(), 9);
}

#[test]
fn recalls_and_arrivals_between_pages() {
    for seed in 0..120 {
        let mut random = fastrand::Rng::with_seed(seed);
        let rules = Rules {
            up_to: random.bool(),
            ascending: random.bool(),
            form: FORMS[random.usize(..FORMS.len())],
            count: [Count::Ticket, Count::Older, Count::Page, Count::Nothing][random.usize(..4)],
            ..Rules::default()
        };
        let page_size = random.u8(1..=40);
        let desk = Desk::new(rules.clone());
        let mut second = 0;
        let shape: Vec<(i64, usize)> = (0..random.i64(1..25))
            .map(|_| {
                second += random.i64(1..4);
                (second, random.usize(1..25))
            })
            .collect();
        fill(&desk, &shape);
        let before: BTreeMap<String, u64> = (desk.state().tickets[TICKET].iter())
            .map(|message| (message.text.clone(), message.number))
            .collect();
        let mut inner = fastrand::Rng::with_seed(seed + 1000);
        let recalled = Arc::new(AtomicBool::new(false));
        let recalls = Arc::clone(&recalled);
        desk.on_request(move |state: &mut State, asked: &Asked| {
            if asked.operation() == "more" && state.asked.len() > 1 && inner.u8(..3) == 0 {
                match inner.bool() {
                    true => {
                        let last = state.tickets[TICKET].len();
                        let place = inner.usize(..last);
                        state.tickets.get_mut(TICKET).unwrap()[place].recalled = true;
                        recalls.store(true, Ordering::Relaxed);
                    }
                    false => {
                        state.post(TICKET, 1, &format!("arrived {}", inner.u64(..)));
                    }
                }
            }
            None
        });
        let read = read(&desk, page_size, false);
        let told = format!("seed {seed} {rules:?} {:?}", read.report);
        let mut times: BTreeMap<&str, u32> = BTreeMap::new();
        for text in &read.texts {
            *times.entry(text).or_default() += 1;
        }
        assert!(times.values().all(|times| *times == 1), "{told}");
        let stayed = desk.state().texts(TICKET);
        for text in stayed.iter().filter(|text| before.contains_key(*text)) {
            assert!(
                times.contains_key(text.as_str()),
                "{text} is missing: {told}"
            );
        }
        assert!(read.report.complete, "{told}");
        // A message that was recalled meanwhile is missing from the total, and casts a doubt.
        let steady = !recalled.load(Ordering::Relaxed);
        assert!(!read.report.possible_gap || !steady, "{told}");
    }
}

#[test]
fn equal_messages_count_as_often_as_they_are_there() {
    for up_to in [false, true] {
        let desk = Desk::new(Rules {
            up_to,
            ..Rules::default()
        });
        for second in [0, 0, 0, 1, 1, 5] {
            desk.state()
                .post_at(TICKET, 0, "ping", START + second * 1000);
        }
        for page_size in [1, 2, 3, 4, 100] {
            assert_eq!(
                read(&desk, page_size, false).texts.len(),
                6,
                "page size {page_size}"
            );
        }
    }
}

#[test]
fn oldest_first_gives_the_same_the_other_way_round() {
    let desk = Desk::new(Rules::default());
    fill(&desk, &[(0, 5), (1, 40), (9, 60)]);
    let mut newest = read(&desk, 13, false).texts;
    newest.reverse();
    assert_eq!(read(&desk, 13, true).texts, newest);
}

#[test]
fn oldest_first_ends_at_its_stated_bound() {
    let desk = Desk::new(Rules::default());
    fill(&desk, &[(0, 50), (1, 50)]);
    let client = desk.client();
    let history = client.ticket(TICKET).unwrap().history().page_size(10);
    desk.clock.run(async {
        let mut stream = history.clone().oldest_first().buffer_limit(99).stream();
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LimitExceeded);
        assert!(error.help().contains("since()"), "{error}");
        assert!(stream.next().await.is_none());
        let all = history
            .clone()
            .oldest_first()
            .buffer_limit(100)
            .collect()
            .await
            .unwrap();
        assert_eq!(all.messages.len(), 100);
        let all = history.clone().buffer_limit(100).collect().await.unwrap();
        assert_eq!(all.messages.len(), 100);
        // What a page brings beyond the wanted number is not held.
        let some = history.clone().limit(99).buffer_limit(99);
        assert_eq!(some.collect().await.unwrap().messages.len(), 99);
        let error = history.buffer_limit(99).collect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    });
}

#[test]
fn since_and_limit() {
    let desk = Desk::new(Rules::default());
    fill(&desk, &[(0, 10), (100, 10), (200, 10)]);
    let client = desk.client();
    let history = client.ticket(TICKET).unwrap().history();
    let since = Timestamp::from_millisecond(START + 100_000).unwrap();
    desk.clock.run(async {
        let some = history
            .clone()
            .since(since)
            .page_size(4)
            .collect()
            .await
            .unwrap();
        assert_eq!(some.messages.len(), 20);
        assert!(
            some.messages
                .iter()
                .all(|m| m.created_at.instant().unwrap() >= since)
        );
        assert!(some.report.complete && !some.report.possible_gap);

        let asked = desk.state().asked.len();
        let newest = history.clone().limit(3).collect().await.unwrap();
        let texts: Vec<&str> = newest.messages.iter().map(|m| m.content.as_str()).collect();
        assert_eq!(texts, ["200/9", "200/8", "200/7"]);
        assert!(newest.report.complete && newest.report.yielded == 3);
        assert_eq!(desk.state().asked.len() - asked, 1, "one page is enough");

        let oldest = history
            .clone()
            .oldest_first()
            .limit(3)
            .collect()
            .await
            .unwrap();
        let texts: Vec<&str> = oldest.messages.iter().map(|m| m.content.as_str()).collect();
        assert_eq!(texts, ["0/0", "0/1", "0/2"]);

        let none = history.limit(0).collect().await.unwrap();
        assert!(none.messages.is_empty());
    });
}

/// The oldest messages come with the last page: there a limit says nothing of how large pages should be.
#[test]
fn a_page_is_no_larger_than_a_limit_can_use() {
    let desk = Desk::new(Rules::default());
    fill(&desk, &[(0, 10), (100, 10), (200, 10)]);
    let client = desk.client();
    for (limit, oldest_first, rows) in [(3, false, "3"), (60, false, "50"), (3, true, "50")] {
        desk.state().asked.clear();
        let history = client.ticket(TICKET).unwrap().history();
        let history = history.page_size(50).limit(limit);
        let history = match oldest_first {
            true => history.oldest_first(),
            false => history,
        };
        desk.clock.run(history.collect()).unwrap();
        let told = format!("{limit} {oldest_first}");
        assert_eq!(desk.state().asked[0].value("limit"), Some(rows), "{told}");
    }
}

#[test]
fn a_stream_shows_its_report_and_no_message() {
    let desk = Desk::new(Rules::default());
    fill(&desk, &[(0, 3)]);
    let client = desk.client();
    let mut stream = client.ticket(TICKET).unwrap().history().stream();
    desk.clock.run(stream.next()).unwrap().unwrap();
    let report = stream.report();
    assert_eq!(report.yielded, 1);
    let shown = format!("Messages {{ report: {report:?}, .. }}");
    assert_eq!(format!("{stream:?}"), shown);
}

/// Whatever a limit cuts off, on whichever page: what is collected is the beginning of what a stream gives, and of all there is.
#[test]
fn a_limit_anywhere_gives_the_beginning_of_the_whole() {
    let desk = Desk::new(Rules::default());
    fill(&desk, &[(0, 7), (1, 1), (100, 6), (200, 9)]);
    let client = desk.client();
    let history = client.ticket(TICKET).unwrap().history();
    desk.clock.run(async {
        for history in [history.clone(), history.oldest_first()] {
            let whole = history.clone().collect().await.unwrap().messages;
            assert_eq!(whole.len(), 23);
            for (page_size, limit) in [3, 8, 100].into_iter().flat_map(|size| {
                let limits = 0..=24;
                limits.map(move |limit| (size, limit))
            }) {
                let some = history.clone().page_size(page_size).limit(limit);
                let mut stream = some.clone().stream();
                let mut streamed = Vec::new();
                while let Some(message) = stream.next().await {
                    streamed.push(message.unwrap());
                }
                let number = whole.len().min(usize::try_from(limit).unwrap());
                assert_eq!(streamed, whole[..number], "{page_size} {limit}");
                let collected = some.collect().await.unwrap();
                assert_eq!(collected.messages, streamed, "{page_size} {limit}");
                assert_eq!(collected.report, stream.report(), "{page_size} {limit}");
                assert!(collected.report.complete && !collected.report.possible_gap);
            }
        }
    });
}

fn times(messages: &[Message]) -> impl Iterator<Item = Option<Timestamp>> {
    messages.iter().map(|message| message.created_at.instant())
}

/// The same where rows or their times cannot be read, and where the read has a beginning.
#[test]
fn a_limit_beside_what_cannot_be_read_cuts_off_nothing_else() {
    let since = Timestamp::from_millisecond(START + 1000).unwrap();
    let counts = [Count::Ticket, Count::Page, Count::Nothing];
    for (count, ascending, is_undated) in counts.into_iter().flat_map(|count| {
        let orders = [(false, false), (true, false), (false, true)];
        orders.map(|(ascending, is_undated)| (count, ascending, is_undated))
    }) {
        let desk = Desk::new(Rules {
            count,
            ascending,
            ..Rules::default()
        });
        fill(&desk, &[(0, 7), (1, 1), (100, 6), (200, 9)]);
        for place in [0, 6, 13, 18, 22] {
            desk.state().tickets.get_mut(TICKET).unwrap()[place].broken = true;
        }
        desk.on_request(move |state, asked| {
            let mut answer = state.answer(asked);
            for row in answer["message_list"].as_array_mut().unwrap() {
                if is_undated && row["content"] == "200/5" {
                    row["create_time"] = "yesterday".into();
                }
            }
            Some(Step::json(200, answer.to_string()))
        });
        let client = desk.client();
        let history = client.ticket(TICKET).unwrap().history();
        let newer = history.clone().since(since);
        desk.clock.run(async {
            for history in [
                history.clone(),
                history.oldest_first(),
                newer.clone(),
                newer.oldest_first(),
            ] {
                let whole = history.clone().collect().await.unwrap().messages;
                for (page_size, limit) in [3, 100].into_iter().flat_map(|size| {
                    let limits = [0, 1, 2, 4, 9, 17, 18, 19];
                    limits.map(|limit| (size, limit))
                }) {
                    let told = format!("{count:?} {ascending} {is_undated} {page_size} {limit}");
                    let some = history.clone().page_size(page_size).limit(limit);
                    let mut stream = some.clone().stream();
                    let mut streamed = Vec::new();
                    while let Some(message) = stream.next().await {
                        streamed.push(message.unwrap());
                    }
                    let collected = some.collect().await.unwrap();
                    assert_eq!(collected.messages, streamed, "{told}");
                    assert_eq!(collected.report, stream.report(), "{told}");
                    // One without a time may stand elsewhere where pages end elsewhere, and so may those of one second
                    // where the service turns pages round: a page that lies within a second does not show that it is turned.
                    let number = whole.len().min(usize::try_from(limit).unwrap());
                    if !is_undated && !ascending {
                        assert_eq!(streamed, whole[..number], "{told}");
                    } else if !is_undated {
                        assert!(times(&streamed).eq(times(&whole[..number])), "{told}");
                    }
                }
            }
        });
    }
}

/// A row of a second that is read by row numbers is not lost in silence, also where no total would miss it.
#[test]
fn what_cannot_be_read_within_a_burst_is_told() {
    for count in [Count::Ticket, Count::Nothing] {
        for place in [25, 60, 100, 160] {
            let desk = Desk::new(Rules {
                count,
                ..Rules::default()
            });
            fill(&desk, &[(0, 20), (10, 150), (20, 20)]);
            desk.state().tickets.get_mut(TICKET).unwrap()[place].broken = true;
            let read = read(&desk, 100, false);
            let report = &read.report;
            assert_eq!(read.texts.len(), 189, "{count:?} {place}: {report:?}");
            assert!(
                report.undecodable > 0 || report.possible_gap,
                "{count:?} {place}: {report:?}"
            );
        }
    }
}

#[test]
fn what_cannot_be_read_costs_itself_alone() {
    for page_size in [1, 2, 3, 10, 100] {
        let desk = Desk::new(Rules::default());
        fill(&desk, &[(0, 5), (1, 5), (2, 5), (3, 5), (4, 5)]);
        for place in [0, 3, 11, 12, 24] {
            desk.state().tickets.get_mut(TICKET).unwrap()[place].broken = true;
        }
        let read = read(&desk, page_size, false);
        assert_eq!(read.error, None);
        assert_eq!(
            read.texts.len(),
            20,
            "page size {page_size}: {:?}",
            read.report
        );
        assert_eq!(
            read.report.undecodable, 5,
            "page size {page_size}: {:?}",
            read.report
        );
        assert!(
            !read.report.unreadable[0].reason.contains('/'),
            "no content in reasons"
        );
        assert!(
            !read.report.possible_gap,
            "page size {page_size}: {:?}",
            read.report
        );
        // A stream tells the same as a read that collects.
        let ticket = desk.client().ticket(TICKET).unwrap();
        let history = ticket.history().page_size(page_size);
        let whole = desk.clock.run(history.collect()).unwrap();
        assert_eq!(whole.report, read.report, "page size {page_size}");
    }
}

#[test]
fn times_that_cannot_be_read_lose_no_message() {
    let desk = Desk::new(Rules::default());
    fill(&desk, &[(0, 5), (1, 5), (2, 5)]);
    desk.on_request(|state, asked| {
        let mut answer = state.answer(asked);
        for row in answer["message_list"].as_array_mut().unwrap() {
            if ["1/2", "2/4", "0/0"].contains(&row["content"].as_str().unwrap()) {
                row["create_time"] = "yesterday".into();
            }
        }
        Some(Step::json(200, answer.to_string()))
    });
    for page_size in [1, 4, 100] {
        let read = read(&desk, page_size, false);
        assert_eq!(
            sorted(read.texts),
            sorted(desk.state().texts(TICKET)),
            "{page_size}"
        );
    }
}

/// A row without a time comes with each page, and after a while there are two that are alike: the second one is handed out, and
/// neither of them again with the page after that.
#[test]
fn equal_rows_without_a_time_are_counted_page_after_page() {
    let desk = Desk::new(Rules {
        count: Count::Nothing,
        ..Rules::default()
    });
    let seconds: Vec<(i64, usize)> = (0..30).map(|second| (second, 1)).collect();
    fill(&desk, &seconds);
    // A row is forgotten after three pages, so that the fourth is the last one that knows the first row.
    let mut pages = [1, 1, 1, 2, 2].into_iter();
    desk.on_request(move |state, asked| {
        let mut answer = state.answer(asked);
        if let Some(number) = pages.next() {
            let rows = answer["message_list"].as_array_mut().unwrap();
            let mut row = rows[0].clone();
            row["content"] = "undated".into();
            row["create_time"] = "".into();
            for _ in 0..number {
                rows.insert(0, row.clone());
            }
        }
        Some(Step::json(200, answer.to_string()))
    });
    let read = read(&desk, 1, false);
    assert!(desk.count("more") > 5, "{:?}", read.report);
    let is_undated = |text: &&String| *text == "undated";
    assert_eq!(read.texts.iter().filter(is_undated).count(), 2);
    let dated = read.texts.into_iter().filter(|text| text != "undated");
    assert_eq!(sorted(dated.collect()), read.shown);
}

#[test]
fn rows_in_no_order_are_put_in_order() {
    for page_size in [1, 3, 10, 100] {
        let desk = Desk::new(Rules::default());
        fill(&desk, &[(0, 5), (1, 5), (2, 5), (3, 20), (4, 5)]);
        let mut random = fastrand::Rng::with_seed(u64::from(page_size));
        desk.on_request(move |state, asked| {
            let mut answer = state.answer(asked);
            random.shuffle(answer["message_list"].as_array_mut().unwrap());
            Some(Step::json(200, answer.to_string()))
        });
        // The order is checked where it is read.
        let read = read(&desk, page_size, false);
        assert_eq!(sorted(read.texts), read.shown, "page size {page_size}");
        assert!(!read.report.possible_gap);
    }
}

/// A service that lists what arrived last first, and heeds times only to leave out what is newer than asked for. One of 250 messages,
/// each a minute after the other, has the time of another clock.
#[test]
fn a_message_with_an_old_time_among_the_newest_hides_no_other_in_silence() {
    // Which of them that is, the total, and whether a message may be missing.
    let cases = [
        (None, None, false),
        (Some(200), None, true),
        (Some(200), Some(250), false),
        (Some(120), None, true),
        (Some(120), Some(250), false),
    ];
    for (odd, count, is_gap) in cases {
        let times: Vec<String> = (0..250)
            .map(|place| match Some(place) == odd {
                true => "2026-02-28 08:20:30".to_owned(),
                false => format!("2026-02-28 {:02}:{:02}:00", 8 + place / 60, place % 60),
            })
            .collect();
        let desk = Desk::new(Rules::default());
        desk.on_request(move |state, asked| {
            let number = |name| asked.value(name).map_or(0, |value| value.parse().unwrap());
            let rows = times.iter().enumerate().rev().filter(|(_, time)| {
                (asked.value("create_time")).is_none_or(|bound| time.as_str() <= bound)
            });
            let rows = rows.skip(number("offset")).take(number("limit"));
            let rows: Vec<serde_json::Value> = rows
                .map(|(place, time)| {
                    serde_json::json!({"type": 1, "content": place.to_string(), "create_time": time})
                })
                .collect();
            let body = serde_json::json!({"count": count, "message_list": rows});
            Some(state.dated(Step::json(200, body.to_string())))
        });
        let history = desk.client().ticket(TICKET).unwrap().history();
        let read = desk.clock.run(history.collect()).unwrap();
        let told = format!("{odd:?} {count:?} {:?}", read.report);
        let texts = read.messages.iter().map(|message| message.content.clone());
        let all = (0..250).map(|place| place.to_string());
        assert_eq!(sorted(texts.collect()), sorted(all.collect()), "{told}");
        assert!(times_fall(&read.messages), "{told}");
        assert_eq!(read.report.possible_gap, is_gap, "{told}");
    }
}

fn times_fall(messages: &[Message]) -> bool {
    times(messages).is_sorted_by(|newer, older| newer >= older)
}

#[test]
fn a_page_without_any_time_ends_with_a_doubt() {
    let desk = Desk::new(Rules::default());
    fill(&desk, &[(0, 60), (1, 60)]);
    desk.on_request(|state, asked| {
        let mut answer = state.answer(asked);
        for row in answer["message_list"].as_array_mut().unwrap() {
            row["create_time"] = "".into();
        }
        Some(Step::json(200, answer.to_string()))
    });
    let read = read(&desk, 4, false);
    assert_eq!(read.texts.len(), 100);
    assert!(read.report.possible_gap && !read.report.complete);
}

#[test]
fn a_service_that_ignores_the_time_ends_the_walk() {
    let desk = Desk::new(Rules::default());
    fill(&desk, &[(0, 10), (1, 10), (2, 10)]);
    let first = Asked {
        method: "GET".to_owned(),
        path: format!("/v2/servicerequest/cases/{TICKET}/instant-messages/more"),
        query: [
            ("create_time", "2030-01-01 00:00:00"),
            ("type", "0"),
            ("limit", "10"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .to_vec(),
        uri_length: 0,
        body: serde_json::Value::Null,
    };
    desk.on_request(move |state, _| Some(Step::json(200, state.answer(&first).to_string())));
    let read = read(&desk, 10, false);
    assert_eq!(read.texts.len(), 10, "each once");
    assert!(read.report.possible_gap);
    assert!(desk.count("more") < 6);
}

/// What a service does with the row number it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowNumber {
    Read,
    Ignored,
    /// Ignored, and the number of rows changes with each answer.
    IgnoredUnsteadily,
    /// It refuses one behind the last row.
    RefusedBehindTheEnd,
    /// It breaks on one behind the last row, each time.
    BrokenBehindTheEnd,
    /// Ignored, with pages of changing length, but it refuses one behind the last row.
    IgnoredAndRefusedBehindTheEnd,
}

/// The rows of a burst are all alike, so no page tells whether it goes on.
#[test]
fn equal_rows_by_number_are_read_only_where_numbers_count() {
    use RowNumber::{
        BrokenBehindTheEnd, Ignored, IgnoredAndRefusedBehindTheEnd, IgnoredUnsteadily, Read,
        RefusedBehindTheEnd,
    };
    let shapes: [&[(i64, usize)]; 3] = [
        &[(0, 1), (10, 250)],
        &[(0, 3), (50, 130), (100, 5)],
        &[(0, 120)],
    ];
    for numbers in [
        Read,
        RefusedBehindTheEnd,
        BrokenBehindTheEnd,
        Ignored,
        IgnoredUnsteadily,
        IgnoredAndRefusedBehindTheEnd,
    ] {
        for shape in shapes {
            for page_cap in [1, 2, 3, 7, 100] {
                let desk = Desk::new(Rules {
                    count: Count::Nothing,
                    names_first: false,
                    page_cap,
                    ..Rules::default()
                });
                for (second, number) in shape {
                    for _ in 0..*number {
                        desk.state()
                            .post_at(TICKET, 1, "equal", START + second * 1000);
                    }
                }
                let all = desk.state().texts(TICKET).len();
                let mut number = 0;
                desk.on_request(move |state, asked| {
                    let offset: usize = asked.value("offset")?.parse().unwrap();
                    number += 1;
                    state.rules.page_cap = match numbers {
                        IgnoredUnsteadily | IgnoredAndRefusedBehindTheEnd => page_cap + number % 2,
                        _ => page_cap,
                    };
                    let mut asked = asked.clone();
                    match numbers {
                        Read => {}
                        RefusedBehindTheEnd | IgnoredAndRefusedBehindTheEnd if offset >= all => {
                            return Some(Step::json(200, refusal("OSM.01010002").to_string()));
                        }
                        BrokenBehindTheEnd if offset >= all => {
                            return Some(Step::answer(503));
                        }
                        RefusedBehindTheEnd | BrokenBehindTheEnd => {}
                        Ignored | IgnoredUnsteadily | IgnoredAndRefusedBehindTheEnd => {
                            asked.query.retain(|(name, _)| name != "offset");
                        }
                    }
                    let answer = state.answer(&asked);
                    state.rules.page_cap = page_cap;
                    Some(state.dated(Step::json(200, answer.to_string())))
                });
                let read = read(&desk, 100, false);
                let (rows, pages) = (desk.count("list"), desk.count("more"));
                let told = format!(
                    "{numbers:?} {shape:?} {page_cap} rows: {rows} and {pages} requests, {:?}",
                    read.report
                );
                assert_eq!(read.error, None, "{told}");
                assert!(read.texts.len() <= all, "{told}");
                assert!(
                    read.texts.len() == all || read.report.possible_gap,
                    "{told}"
                );
                if numbers != Read {
                    assert!(rows <= 20 * shape.len() && pages <= 20, "{told}");
                }
                // A page of one row shares none with the next.
                if numbers == Read && page_cap > 1 {
                    assert_eq!(read.texts.len(), all, "{told}");
                    assert!(!read.report.possible_gap, "{told}");
                }
            }
        }
    }
}

#[test]
fn requests_carry_the_time_as_it_was_received() {
    let desk = Desk::new(Rules::default());
    fill(&desk, &[(0, 3), (5, 3)]);
    read(&desk, 3, false);
    let times: Vec<String> = (desk.state().asked.iter())
        .map(|asked| asked.value("create_time").unwrap().to_owned())
        .collect();
    // A day beyond now, then a second after the boundary.
    assert_eq!(times[..2], ["2026-03-02 10:00:00", "2026-02-28 08:00:06"]);

    let desk = Desk::new(Rules {
        form: Form::Millis,
        ..Rules::default()
    });
    fill(&desk, &[(0, 3), (5, 3)]);
    let client = desk.client();
    let history = client.ticket(TICKET).unwrap().history().page_size(3);
    let history = history.time_form(TimeForm::EpochMillis);
    let read = desk.clock.run(history.collect()).unwrap();
    assert_eq!(read.messages.len(), 6);
    let state = desk.state();
    assert!(
        state
            .asked
            .iter()
            .all(|asked| asked.value("create_time").unwrap().len() == 13)
    );
    assert_eq!(state.asked[1].value("type"), Some("0"));
}

#[test]
fn a_clock_that_is_wrong_hides_no_message() {
    // The service keeps its own time.
    for hours in [-24 * 365 * 20, -25, -1, 0, 1, 25, 24 * 365 * 20] {
        let desk = Desk::new(Rules::default());
        fill(&desk, &[(0, 30), (5, 30)]);
        desk.state().post(TICKET, 1, "just now");
        let wrong = jiff::SignedDuration::from_hours(hours);
        desk.clock
            .set_wall_time(hwc_core::Clock::now(&desk.clock) + wrong);
        for page_size in [1, 20, 100] {
            let read = read(&desk, page_size, false);
            assert_eq!(
                sorted(read.texts),
                read.shown,
                "{hours} h, page size {page_size}"
            );
            assert!(read.report.complete && !read.report.possible_gap);
        }
    }
}

/// A day is how far beyond its own clock a machine asks: there, the page would begin at the very second of the service. A service that
/// heeds no zone reads what it is asked with 20 hours earlier.
#[test]
fn a_clock_that_is_behind_by_about_a_day_hides_no_message_of_this_second() {
    let west = ZoneOffset::from_hours(-12).unwrap();
    for (zone, count) in [
        (ZoneOffset::CHINA, Count::Ticket),
        (ZoneOffset::CHINA, Count::Nothing),
        (west, Count::Nothing),
    ] {
        for seconds in [
            -86_406, -86_401, -86_400, -86_399, -18_000, -3_601, -3_600, 0, 86_400,
        ] {
            let desk = Desk::new(Rules {
                count,
                ..Rules::default()
            });
            fill(&desk, &[(0, 3)]);
            // What a `Date` leaves out of its second, and the text of a time too.
            desk.clock.advance(std::time::Duration::from_millis(700));
            desk.state().post(TICKET, 1, "just now");
            let wrong = jiff::SignedDuration::from_secs(seconds);
            desk.clock
                .set_wall_time(hwc_core::Clock::now(&desk.clock) + wrong);
            let client = desk.builder().time_zone(zone).build().unwrap();
            let history = client.ticket(TICKET).unwrap().history();
            let read = desk.clock.run(history.collect()).unwrap();
            let told = format!("{zone} {count:?} {seconds} s");
            let texts: Vec<String> = (read.messages.into_iter())
                .map(|message| message.content)
                .collect();
            assert_eq!(sorted(texts), sorted(desk.state().texts(TICKET)), "{told}");
            assert!(read.report.complete && !read.report.possible_gap, "{told}");
            // A clock that is right, nearly right or ahead costs no request.
            let requests = if seconds < -3_600 { 2 } else { 1 };
            assert_eq!(desk.count("more"), requests, "{told}");
        }
    }
}

/// Each answer is that much later than the one before, by its own word.
#[test]
fn a_date_that_leaps_with_each_answer_is_caught_up_with() {
    for (hours, most) in [(2, 3), (24, 3), (24 * 365, 12)] {
        let desk = Desk::new(Rules::default());
        fill(&desk, &[(0, 3)]);
        let mut ahead = 0_i64;
        desk.on_request(move |state, _| {
            ahead += hours * 3_600_000;
            state.rules.date_ahead = Some(ahead);
            None
        });
        let history = desk.client().ticket(TICKET).unwrap().history();
        let read = desk.clock.run(history.collect()).unwrap();
        let texts: Vec<String> = (read.messages.into_iter())
            .map(|message| message.content)
            .collect();
        assert_eq!(sorted(texts), sorted(desk.state().texts(TICKET)), "{hours}");
        assert!(
            read.report.complete && !read.report.possible_gap,
            "{hours} h"
        );
        let requests = desk.count("more");
        assert!(
            (2..=most).contains(&requests),
            "{hours} h: {requests} requests"
        );
    }
}

#[test]
fn the_group_and_the_deadline_of_a_call() {
    let desk = Desk::new(Rules::default());
    fill(&desk, &[(0, 3)]);
    let client = desk
        .builder()
        .group("group-1".parse().unwrap())
        .build()
        .unwrap();
    let ticket = client.ticket(TICKET).unwrap();
    desk.clock.run(async {
        ticket.history().collect().await.unwrap();
        ticket
            .history()
            .group("group-2".parse().unwrap())
            .collect()
            .await
            .unwrap();
    });
    let groups: Vec<_> = (desk.state().asked.iter())
        .map(|asked| asked.value("group_id").unwrap().to_owned())
        .collect();
    assert_eq!(groups, ["group-1", "group-2"]);

    desk.on_request(|_, _| Some(Step::hang()));
    let limit = std::time::Duration::from_secs(4);
    let before = hwc_core::Clock::elapsed(&desk.clock);
    let error = desk
        .clock
        .run(ticket.history().timeout(limit).collect())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(hwc_core::Clock::elapsed(&desk.clock) - before, limit);
}

#[test]
fn a_dropped_poll_loses_nothing() {
    use futures_util::future::{Either, select};
    let desk = Desk::new(Rules::default());
    fill(&desk, &[(0, 20), (5, 20)]);
    desk.on_request(|state, asked| {
        let body = state.answer(asked).to_string();
        Some(Step::json(200, body).after(std::time::Duration::from_secs(1)))
    });
    let client = desk.client();
    let clock = desk.clock.clone();
    let mut texts = Vec::new();
    desk.clock.run(async {
        let mut stream = client
            .ticket(TICKET)
            .unwrap()
            .history()
            .page_size(7)
            .stream();
        loop {
            let patience = hwc_core::Clock::sleep(&clock, std::time::Duration::from_millis(300));
            match select(std::pin::pin!(stream.next()), patience).await {
                Either::Left((Some(message), _)) => texts.push(message.unwrap().content),
                Either::Left((None, _)) => break,
                Either::Right(_) => {}
            }
        }
    });
    assert_eq!(sorted(texts), sorted(desk.state().texts(TICKET)));
    assert!(desk.count("more") < 12);
}

/// An answer that leaves its list out says nothing: that is no end of the conversation.
#[test]
fn an_answer_without_a_list_is_no_end() {
    // (answer, pages before it, whether it is an end)
    let table = [
        ("{}", 0, false),
        (r#"{"message_list":null}"#, 0, false),
        (r#"{"count":null,"message_list":null}"#, 0, false),
        ("{}", 1, false),
        (r#"{"message_list":null}"#, 1, false),
        (r#"{"message_list":[]}"#, 0, true),
        (r#"{"count":0}"#, 0, true),
        (r#"{"count":0,"message_list":null}"#, 0, true),
        (r#"{"message_list":[]}"#, 1, true),
    ];
    for (answer, before, is_end) in table {
        let desk = Desk::new(Rules {
            count: Count::Nothing,
            names_first: false,
            ..Rules::default()
        });
        fill(&desk, &[(0, 1), (5, 1), (10, 1)]);
        let mut left = before;
        desk.on_request(move |_: &mut State, asked: &Asked| {
            let is_page = asked.operation() == "more";
            let answers = is_page && left == 0;
            left -= usize::from(is_page && left > 0);
            answers.then(|| Step::json(200, answer))
        });
        let ticket = desk.client().ticket(TICKET).unwrap();
        let read = desk.clock.run(ticket.history().page_size(2).collect());
        let told = format!("{answer} after {before}");
        if is_end {
            let report = read.unwrap().report;
            assert!(
                report.complete && !report.possible_gap,
                "{told}: {report:?}"
            );
        } else {
            assert_eq!(read.unwrap_err().kind(), ErrorKind::Protocol, "{told}");
        }
    }
}
