//! What a blocking iterator asks of a reader, step by step.

use crate::{Client, SecretString};
use hwc_core::testing::{FakeClock, ScriptedTransport, Step};

#[test]
fn a_reader_is_filled_page_by_page_until_it_has_read_all() {
    let clock = FakeClock::new();
    let row = |second: u8| {
        format!(r#"{{"type":0,"content":"words","create_time":"2026-02-28 08:00:0{second}"}}"#)
    };
    let first = format!(r#"{{"message_list":[{},{}]}}"#, row(2), row(1));
    let network = ScriptedTransport::new(&clock)
        .then(Step::json(200, first))
        .then(Step::json(200, r#"{"message_list":[]}"#));
    let client = Client::builder()
        .token(SecretString::from("token-for-tests"))
        .clock(clock.clone())
        .transport(network.clone())
        .build()
        .unwrap();
    let history = client.ticket("case-123").unwrap().history();
    let mut reader = history.page_size(2).reader();
    assert!(!reader.has_read_all());
    // What a filling brings, the pages that were asked for until then, and whether that is all.
    for (number, pages, is_all) in [(2, 1, false), (0, 2, true), (0, 2, true)] {
        clock.run(reader.fill()).unwrap();
        assert_eq!(reader.has_read_all(), is_all);
        // What is held is given first.
        clock.run(reader.fill()).unwrap();
        let given = std::iter::from_fn(|| reader.next_held()).count();
        assert_eq!((given, network.requests().len()), (number, pages));
        let report = reader.report();
        assert_eq!((report.yielded, report.pages), (2, pages as u64));
    }
}
