//! `ticket list` without arguments: what needs an answer first. With arguments, and for programs, it is the list of the service.

use crate::stage::{FOREVER, Ran, Stage, unavailable};
use hwc_tickets_sim::{FaultRule, Operation, Status};

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
