//! `ticket list` without arguments: what needs an answer first, for programs with `--inbox`. Else it is the list of the service.

use crate::stage::{FOREVER, Ran, Stage, unavailable};
use hwc_tickets_sim::{Fault, FaultRule, Operation, Status};
use serde_json::Value;

fn listed(stage: &Stage) -> Ran {
    let ran = stage.run(&["ticket", "list"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    ran
}

/// Id of the ticket, and what stands in front of it, of each line below the titles.
fn lines(ran: &Ran) -> Vec<(String, String)> {
    let lines = ran.stdout.lines().skip(1);
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let (todo, unread) = (words.next().unwrap(), words.next().unwrap());
            (words.next().unwrap().to_owned(), format!("{todo} {unread}"))
        })
        .collect()
}

#[test]
fn what_needs_an_answer_comes_first() {
    let stage = Stage::new();
    stage
        .sim()
        .set_status("case-123", Status::ToConfirm)
        .unwrap();
    let ran = listed(&stage);
    insta::assert_snapshot!("ticket_list_for_you", ran.golden());
    let first = lines(&ran);
    assert_eq!(first[0].0, "case-123", "{}", ran.golden());
    assert!(first[0].1.starts_with("confirm "), "{first:?}");
    // First what has to be done, then what is unread, then the rest.
    let rank = |told: &str| match told.split_once(' ').unwrap() {
        ("-", "-" | "?") => 2,
        ("-", _) => 1,
        _ => 0,
    };
    let ranks: Vec<u8> = first.iter().map(|(_, told)| rank(told)).collect();
    assert!(ranks.is_sorted(), "{}", ran.golden());
    assert!(ranks.contains(&1), "{}", ran.golden());
    // What is over is not there; what the service lists has it.
    assert!(!ran.stdout.contains("completed"), "{}", ran.stdout);
    let all = stage.run(&["ticket", "list", "--limit", "100"]);
    assert!(all.stdout.contains("completed"), "{}", all.stdout);
    assert!(all.stdout.starts_with("INCIDENT ID"), "{}", all.stdout);
}

/// Programs and those who ask for something get what the service lists, in its order.
#[test]
fn everybody_else_gets_what_the_service_lists() {
    let stage = Stage::new();
    for form in ["json", "ndjson", "plain"] {
        let without = stage.run(&["ticket", "list", "-o", form]);
        let with = stage.run(&["ticket", "list", "-o", form, "--limit", "1000"]);
        assert_eq!(without.code, 0, "{}", without.golden());
        let (without, with) = (without.stdout.lines(), with.stdout.lines());
        assert_eq!(without.count(), with.count(), "{form}");
    }
}

/// Without its counts the list is there all the same, and an unknown number is not 0.
#[test]
fn unread_messages_that_cannot_be_counted_are_told() {
    let stage = Stage::new();
    let fault = FaultRule::new(Operation::ListUnreadNewInstantMessages, unavailable());
    stage.sim().fault(fault.times(FOREVER));
    let ran = stage.run(&["ticket", "list", "--retries", "0"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert!(
        lines(&ran).iter().all(|(_, told)| told.ends_with('?')),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stderr.contains("could not be counted"),
        "{}",
        ran.stderr
    );
}

/// A ticket that changes its state between two questions may be in neither answer.
#[test]
fn a_ticket_that_the_first_pass_does_not_show_is_there() {
    let stage = Stage::new();
    let before = stage.requests();
    let all = lines(&listed(&stage));
    let usual = stage.requests() - before;
    let nothing = Fault::Body {
        status: 200,
        content_type: "application/json".to_owned(),
        body: r#"{"total_count":0,"incident_info_list":[]}"#.to_owned(),
    };
    stage
        .sim()
        .fault(FaultRule::new(Operation::ListCases, nothing).times(5));
    let before = stage.requests();
    let ran = stage.run(&["ticket", "list", "--inbox", "-o", "json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.golden());
    let answer = ran.json();
    let tickets = answer["tickets"].as_array().unwrap();
    assert_eq!(tickets.len(), all.len(), "{answer}");
    assert_eq!(answer["complete"], true, "{answer}");
    // One pass more.
    assert!(stage.requests() - before > usual);
}

/// Programs have the same as people, when they ask for it.
#[test]
fn programs_have_it_by_its_option() {
    let stage = Stage::new();
    stage
        .sim()
        .set_status("case-123", Status::ToConfirm)
        .unwrap();
    let table = listed(&stage);
    let inbox = |more: &[&str]| stage.run(&[&["ticket", "list", "--inbox"][..], more].concat());
    assert_eq!(inbox(&[]).golden(), table.golden());
    let ids: Vec<String> = lines(&table).into_iter().map(|(id, _)| id).collect();
    let json = inbox(&["-o", "json"]);
    assert_eq!((json.code, json.stderr.as_str()), (0, ""));
    let answer = json.json();
    let tickets = answer["tickets"].as_array().unwrap();
    let id = |row: &Value| row["ticket"]["incident_id"].as_str().unwrap().to_owned();
    assert_eq!(tickets.iter().map(id).collect::<Vec<_>>(), ids);
    assert_eq!(tickets[0]["todo"], "confirm", "{answer}");
    assert!(tickets[0]["unread"].is_u64(), "{answer}");
    assert_eq!(answer["complete"], true, "{answer}");
    let rows = inbox(&["-o", "ndjson"]).stdout;
    let rows = rows.lines().map(|line| serde_json::from_str(line).unwrap());
    assert_eq!(&rows.collect::<Vec<Value>>(), tickets);
    let plain = inbox(&["-o", "plain"]).stdout;
    let fields = plain.lines().map(|line| line.split('\t').nth(2).unwrap());
    assert_eq!(fields.collect::<Vec<_>>(), ids);
    assert!(plain.starts_with("confirm\t"), "{plain}");
    for filter in [&["--limit", "3"][..], &["--status", "completed"]] {
        assert_eq!(inbox(filter).code, 2, "{filter:?}");
    }
    let failing = FaultRule::new(Operation::ListCases, unavailable());
    stage.sim().fault(failing.times(FOREVER));
    let ran = inbox(&["-o", "json", "--retries", "0"]);
    assert_eq!(ran.code, 1, "{}", ran.golden());
    assert_eq!(ran.json()["complete"], false, "{}", ran.golden());
}
