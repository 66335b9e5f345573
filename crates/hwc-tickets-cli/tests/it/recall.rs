//! `message recall`: what is taken back is told before, and can be repeated by its id.

use crate::stage::{FOREVER, Ran, Stage, unavailable};
use hwc_tickets_sim::{Fault, FaultRule, Operation};
use std::time::Duration;

const TICKET: &str = "TT202611210001";
const LAST: [&str; 4] = ["message", "recall", TICKET, "--last"];

/// Two messages of ours, young enough to be taken back.
fn two() -> Stage {
    let stage = Stage::new();
    for text in ["first slip\nwith a second line", "second slip"] {
        let sent = stage.run(&["message", "send", TICKET, text]);
        assert_eq!(sent.code, 0, "{}", sent.stderr);
        stage.sim().advance(Duration::from_secs(1));
    }
    stage
}

/// The command that is told for repeating, as arguments.
fn repeat(ran: &Ran) -> Vec<String> {
    let line =
        (ran.stderr.lines()).find_map(|line| line.strip_prefix("To repeat it: hwc-tickets "));
    let line = line.unwrap_or_else(|| panic!("nothing to repeat: {}", ran.stderr));
    let command = line.split(" (").next().unwrap();
    command.split(' ').map(str::to_owned).collect()
}

fn again(stage: &Stage, args: &[String]) -> Ran {
    stage.run(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn what_is_taken_back_is_told_before() {
    let stage = two();
    let ran = stage.run(&LAST);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let first_line = ran.stderr.lines().next().unwrap();
    for said in ["Recalling msg-", "2026-11-21 14:00:01 GMT+8", "second slip"] {
        assert!(first_line.contains(said), "{said}: {}", ran.stderr);
    }
    assert!(
        ran.stderr.contains("--last it would be the message before"),
        "{}",
        ran.stderr
    );
    for said in ["second slip", "2026-11-21 14:00:01 GMT+8"] {
        assert!(ran.stdout.contains(said), "{said}: {}", ran.stdout);
    }
    // Repeated by what was told, nothing else goes; with --last, the one before does, and that is told, too.
    let repeated = again(&stage, &repeat(&ran));
    assert_eq!(repeated.code, 3, "{}", repeated.golden());
    let shown = stage.run(&["message", "history", TICKET]).stdout;
    assert!(
        shown.contains("first slip") && !shown.contains("second slip"),
        "{shown}"
    );
    let before = stage.run(&LAST);
    assert_eq!(before.code, 0, "{}", before.stderr);
    let first_line = before.stderr.lines().next().unwrap();
    assert!(first_line.contains("first slip …"), "{}", before.stderr);
    assert!(!first_line.contains("second line"), "{}", before.stderr);
}

#[test]
fn by_id_it_is_told_as_well() {
    let stage = two();
    let ids = stage
        .run(&["message", "history", TICKET, "--ids", "-o", "json"])
        .json();
    let id = ids["messages"][1]["message"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let ran = stage.run(&["message", "recall", TICKET, &id, "-o", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.contains(&format!("Recalling {id} of ")),
        "{}",
        ran.stderr
    );
    assert_eq!(
        ran.json()["message"]["content"],
        "first slip\nwith a second line"
    );
    assert_eq!(ran.json()["message_id"], id);
}

/// What is refused is refused again: nobody is told how to repeat it.
#[test]
fn a_refusal_is_not_to_be_repeated() {
    let stage = Stage::new();
    for args in [
        &["message", "recall", "case-123", "--last"][..],
        &["message", "recall", "case-123", "msg-0000000003"],
    ] {
        let ran = stage.run(args);
        assert_eq!(ran.code, 5, "{}", ran.golden());
        assert!(ran.stderr.contains("Recalling msg-"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("To repeat it"), "{}", ran.stderr);
    }
}

/// The answer is lost and nothing can be looked at: the id is told, and by it the recall is done or found done.
#[test]
fn a_lost_answer_leaves_the_id() {
    for acts in [true, false] {
        let stage = two();
        let lost = FaultRule::new(Operation::RevokeMessage, Fault::Close).times(FOREVER);
        stage
            .sim()
            .fault(if acts { lost.after_commit() } else { lost });
        stage.sim().fault(
            FaultRule::new(Operation::ShowCaseDetail, unavailable())
                .skipping(1)
                .times(FOREVER),
        );
        let ran = stage.run(&[&LAST[..], &["--timeout", "2s", "--retries", "0"]].concat());
        assert_ne!(ran.code, 0, "{}", ran.golden());
        let by_id = repeat(&ran);
        // Whether it was done is not known, and only by its id is it safe to do again.
        let advice = format!("does no harm: hwc-tickets {}", by_id.join(" "));
        assert!(ran.stderr.contains(&advice), "{}", ran.stderr);
        assert!(
            !ran.stderr.contains("Nothing was changed"),
            "{}",
            ran.stderr
        );
        stage.sim().clear_faults();
        let repeated = again(&stage, &by_id);
        assert_eq!(
            repeated.code,
            if acts { 3 } else { 0 },
            "{}",
            repeated.golden()
        );
        let shown = stage.run(&["message", "history", TICKET]).stdout;
        assert!(
            shown.contains("first slip") && !shown.contains("second slip"),
            "{shown}"
        );
    }
}
