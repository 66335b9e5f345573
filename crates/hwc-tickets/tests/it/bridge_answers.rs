//! The answers of the example `bridge`: which of them wait, which are refused, and what ends the program.

use crate::bridge::example::answer;
use hwc_tickets::{
    ErrorKind, FileOutbox, Timeouts,
    sim::{self, DEMO, Fault, FaultRule, Operation, Simulator, TicketSeed},
};
use std::{fs, path::Path, time::Duration};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_doubt_holds_up_its_own_ticket_and_no_other() {
    let service = Simulator::start().await.unwrap();
    let other = TicketSeed::new("case-new", DEMO, service.now());
    service.open(other).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let answers = folder.path().join("answers");
    fs::create_dir(&answers).unwrap();
    // No absence is proven within the time of a call, so the doubt stays.
    let short = Duration::from_millis(800);
    let timeouts = Timeouts::default().connect(short).attempt(short);
    let client = sim::client(&service)
        .outbox(FileOutbox::open(folder.path().join("outbox")).unwrap())
        .consistency_window(Duration::from_secs(600))
        .timeouts(timeouts.idle_body(short).total(short))
        .build()
        .unwrap();
    service.fault(FaultRule::new(Operation::CreateMessages, Fault::Close));
    for name in ["1.case-123", "2.case-123", "3.case-new", "4.case-none"] {
        fs::write(answers.join(name), name).unwrap();
    }
    for _ in 0..3 {
        answer(&client, &answers).await.unwrap();
    }
    let left = ["1.case-123", "2.case-123", "4.case-none.refused"];
    assert_eq!(names(&answers), left);
    assert_eq!(service.arrived("case-new"), ["3.case-new"]);
    assert!(service.arrived("case-123").is_empty());

    // Credentials that are over say nothing against what waits.
    service.expire_tokens();
    fs::write(answers.join("5.case-new"), "later").unwrap();
    let error = answer(&client, &answers).await.unwrap_err();
    let error = error.downcast::<hwc_tickets::Error>().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(names(&answers), [&left[..], &["5.case-new"]].concat());
}
