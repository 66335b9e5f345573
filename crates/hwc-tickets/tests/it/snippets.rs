//! The snippets under `examples/snippets` do what they show, against the simulator.

#[path = "../../examples/snippets/attachment.rs"]
mod attachment;
#[path = "../../examples/snippets/drain_unread.rs"]
mod drain_unread;
#[path = "../../examples/snippets/first_message.rs"]
mod first_message;
#[path = "../../examples/snippets/follow.rs"]
mod follow;
#[path = "../../examples/snippets/lost_answer.rs"]
mod lost_answer;
#[path = "../../examples/snippets/own_settings.rs"]
mod own_settings;
#[path = "../../examples/snippets/submit_all.rs"]
mod submit_all;
#[path = "../../examples/snippets/unread_counts.rs"]
mod unread_counts;
#[path = "../../examples/snippets/whole_conversation.rs"]
mod whole_conversation;
#[cfg(feature = "blocking")]
#[path = "../../examples/snippets/without_async.rs"]
mod without_async;

use hwc_tickets::{Client, Delivery, Draft, Outcome, SecretString, TicketId};
use hwc_tickets_sim::{Fault, FaultRule, Operation, Simulator};
use std::{env, io::Write as _, process::Command, time::Duration};

const TICKET: &str = "case-123";

async fn start() -> (Simulator, Client) {
    let service = Simulator::builder().seed(7).start().await.unwrap();
    let client = Client::builder()
        .endpoint(service.endpoint())
        .token(SecretString::from(service.credentials().token))
        .build()
        .unwrap();
    (service, client)
}

fn id(text: &str) -> TicketId {
    TicketId::try_from(text).unwrap()
}

/// Runs a test of this program that is otherwise ignored, with the settings of `service` in its environment.
async fn in_environment(service: &Simulator, test: &str) {
    let mut program = Command::new(env::current_exe().unwrap());
    program
        .args(["--exact", test, "--ignored"])
        .env("HWC_TICKETS_ENDPOINT", service.endpoint())
        .env("HWC_TICKETS_TOKEN", service.credentials().token);
    let output = tokio::task::spawn_blocking(move || program.output());
    let output = output.await.unwrap().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("1 passed"), "{told}");
}

#[tokio::test]
async fn first_message_is_in_the_ticket() {
    let (service, _) = start().await;
    in_environment(&service, "snippets::first_message_from_environment").await;
    assert_eq!(service.arrived(TICKET), ["The disk is full again."]);
}

#[tokio::test]
#[ignore = "started by first_message_is_in_the_ticket"]
async fn first_message_from_environment() {
    let sent = first_message::first_message().await.unwrap();
    assert_eq!(sent.attempts, 1);
}

#[tokio::test]
async fn a_lost_answer_is_found_out_later() {
    let (service, client) = start().await;
    service.fault(FaultRule::new(Operation::CreateMessages, Fault::Close).after_commit());
    let refused = Fault::Status {
        status: 403,
        code: None,
        retry_after: None,
    };
    let reads = FaultRule::new(Operation::ListMessages, refused);
    service.fault(reads.skipping(1).times(100));
    let mut kept = String::new();
    let outcome = lost_answer::lost_answer(&client, |pending| {
        pending.clone_into(&mut kept);
        service.clear_faults();
    });
    let outcome = outcome.await.unwrap();
    assert!(
        matches!(&outcome, Some(Outcome::Confirmed(message)) if message.content == "Please restart node 7"),
        "{outcome:?}"
    );
    assert!(!kept.is_empty() && !kept.contains("restart"));
    assert_eq!(service.arrived(TICKET), ["Please restart node 7"]);
}

#[tokio::test]
async fn the_conversation_is_whole() {
    let (service, client) = start().await;
    let ticket = client.ticket(TICKET).unwrap();
    let report = whole_conversation::whole_conversation(&ticket).await;
    let report = report.unwrap();
    assert!(report.complete);
    assert_eq!(report.yielded, service.ledger(TICKET).len() as u64);
}

#[tokio::test]
async fn following_goes_on_after_a_restart_and_leaves_out_own_messages() {
    let (service, client) = start().await;
    let directory = tempfile::tempdir().unwrap();
    let cursor = directory.path().join("cursor.json");
    let interval = (Duration::from_millis(10), Duration::from_millis(20));
    let own = client.ticket(TICKET).unwrap().submit("my own words");
    own.await.unwrap();

    let history: Vec<String> = (service.ledger(TICKET).into_iter())
        .filter(|arrival| arrival.history)
        .map(|arrival| arrival.text.into())
        .collect();
    let tickets = vec![id(TICKET)];
    let first = follow::follow(&client, tickets.clone(), &cursor, interval, history.len());
    assert_eq!(first.await.unwrap(), history);

    service.reply_as_engineer(TICKET, "while away").unwrap();
    let second = follow::follow(&client, tickets, &cursor, interval, 1);
    assert_eq!(second.await.unwrap(), ["while away"]);
}

#[tokio::test]
async fn a_thousand_tickets_take_ten_requests() {
    let (service, client) = start().await;
    let mut thousand: Vec<TicketId> = (1..1000).map(|n| id(&format!("other-{n}"))).collect();
    thousand.push(id(TICKET));
    let unread_counts = unread_counts::unread_counts(&client, thousand).await;
    assert_eq!(unread_counts.unread[&id(TICKET)], 1);
    assert_eq!(unread_counts.unanswered.len(), 999);
    assert!(unread_counts.failed.is_empty());
    assert_eq!(service.journal().len(), 10);
}

#[tokio::test]
async fn each_of_many_messages_has_its_own_outcome() {
    let (service, client) = start().await;
    let drafts = ["case-123", "TT202611210002", "no-such-ticket"];
    let drafts = drafts.map(|ticket| Draft::new(id(ticket), "Any news?"));
    let failed = submit_all::submit_all(&client, drafts.to_vec()).await;
    let [(draft, delivery)] = &failed[..] else {
        panic!("{failed:?}");
    };
    assert_eq!(draft.ticket.as_str(), "no-such-ticket");
    assert_eq!(*delivery, Delivery::NotSent);
    for ticket in ["case-123", "TT202611210002"] {
        assert_eq!(service.arrived(ticket), ["Any news?"]);
    }
}

#[cfg(feature = "blocking")]
#[tokio::test]
async fn a_script_needs_no_runtime() {
    let (service, _) = start().await;
    in_environment(&service, "snippets::without_async_from_environment").await;
    assert_eq!(service.arrived(TICKET), ["Hello from a script"]);
}

#[cfg(feature = "blocking")]
#[test]
#[ignore = "started by a_script_needs_no_runtime"]
fn without_async_from_environment() {
    without_async::without_async().unwrap();
}

#[tokio::test]
async fn own_settings_are_used() {
    let (service, _) = start().await;
    let directory = tempfile::tempdir().unwrap();
    let outbox = directory.path().join("outbox");
    let vault = own_settings::Vault {
        token: SecretString::from(service.credentials().token),
    };
    let client = own_settings::own_settings(&service.endpoint(), vault, &outbox).unwrap();
    let ticket = client.ticket(TICKET).unwrap();
    ticket.submit("written down first").await.unwrap();
    assert_eq!(service.arrived(TICKET), ["written down first"]);
    assert!(outbox.exists());
    assert!(client.pending().is_empty(), "its outcome is known");
}

#[tokio::test]
async fn a_file_goes_along_with_a_message_and_comes_back() {
    let (service, client) = start().await;
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("disk.log");
    let text = b"\0 is part of it, and so is \xff";
    std::fs::File::create_new(&log)
        .and_then(|mut file| file.write_all(text))
        .unwrap();
    let back = attachment::attachment(&client, &log).await.unwrap();
    assert_eq!(back, text);
    assert_eq!(service.arrived(TICKET), ["Here is the log."]);
    let messages = client.ticket(TICKET).unwrap().history().limit(1);
    let newest = messages.collect().await.unwrap().messages.pop().unwrap();
    assert_eq!(newest.attachments.len(), 1);
    let missing = attachment::attachment(&client, &directory.path().join("none.log")).await;
    assert!(missing.unwrap_err().to_string().contains("none.log"));
}

#[tokio::test]
async fn unread_messages_are_marked_after_they_were_handled() {
    let (service, client) = start().await;
    let ticket = client.ticket(TICKET).unwrap();
    let mut jira = drain_unread::Jira {
        is_down: true,
        ..Default::default()
    };
    let unread = || async { client.unread([id(TICKET)]).fetch().await.total() };
    drain_unread::drain_unread(&ticket, &jira)
        .await
        .unwrap_err();
    assert_eq!(unread().await, 1, "not handled, not marked");
    jira.is_down = false;
    assert_eq!(drain_unread::drain_unread(&ticket, &jira).await.unwrap(), 1);
    assert_eq!(unread().await, 0);
    let posts = jira.posts.into_inner().unwrap();
    let newest = service.ledger(TICKET).pop().unwrap();
    assert_eq!(posts, [String::from(newest.text)]);
}
