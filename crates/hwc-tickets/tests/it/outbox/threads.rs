//! One file under the clones of a client on several threads at once, against the simulator, whose ledger says what arrived.

use futures_util::future::join_all;
use hwc_tickets::{
    Client, Confirm, Delivery, ErrorKind, FileOutbox, Outbox as _, Outcome, Pending, Receipt,
    Result, Sent, Timeouts, sim,
};
use hwc_tickets_sim::{DEMO, Fault, FaultRule, Operation, Simulator, TicketSeed};
use std::{collections::BTreeSet, fs, path::Path, sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::sync::Barrier;

const SUBMITS: usize = 48;
/// The first of them are used by two submits each.
const KEYS: usize = 32;
/// The keys from here on are given free as soon as their message is there, while others are still being written.
const GIVEN_FREE: usize = 24;
const TICKETS: usize = 4;
/// Of so many answers the first is lost.
const OF_WHICH_ONE_IS_LOST: usize = 4;
/// So many are. Each key makes one call at least: who comes second with one finds the record of the first.
const LOST: usize = KEYS.div_ceil(OF_WHICH_ONE_IS_LOST);

fn ticket(number: usize) -> String {
    format!("case-shared-{}", number % TICKETS)
}

fn text(number: usize) -> String {
    format!("The disk of node {number} is full.")
}

fn key(number: usize) -> String {
    format!("job-{number}")
}

async fn start() -> Simulator {
    let service = Simulator::builder().seed(7).start().await.unwrap();
    for number in 0..TICKETS {
        let ticket = TicketSeed::new(&ticket(number), DEMO, service.now());
        service.open(ticket).unwrap();
    }
    for number in 0..LOST {
        let fault = [Fault::Close, Fault::Reset][usize::from(number % 4 > 1)].clone();
        // A call that meets one rule is not counted by those behind it.
        let spared = u32::try_from((OF_WHICH_ONE_IS_LOST - 1) * number).unwrap();
        let rule = FaultRule::new(Operation::CreateMessages, fault).skipping(spared);
        // The service has acted or not, in turns.
        service.fault([rule.clone(), rule.after_commit()][usize::from(number % 2 > 0)].clone());
    }
    service
}

fn open(service: &Simulator, path: &Path) -> Client {
    let patience = Timeouts::default().total;
    open_with(service, path, Duration::from_millis(50), patience)
}

/// `patience`: how long it looks for what is in doubt.
fn open_with(service: &Simulator, path: &Path, window: Duration, patience: Duration) -> Client {
    let builder = sim::client(service).account("of the tests");
    let builder = builder.timeouts(Timeouts::default().total(patience));
    let outbox = FileOutbox::open(path).unwrap();
    let builder = builder.consistency_window(window).outbox(outbox);
    builder.build().unwrap()
}

async fn submit(client: &Client, number: usize) -> Result<Sent> {
    let ticket = client.ticket(ticket(number).as_str()).unwrap();
    let submit = ticket.submit(text(number)).key(key(number));
    submit.confirm(Confirm::Never).await
}

/// How often the message stands in its ticket.
fn stands(service: &Simulator, number: usize) -> usize {
    let texts = service.arrived(&ticket(number));
    texts.iter().filter(|it| **it == text(number)).count()
}

/// Submits all at once. Gives those whose message is there, as they were told.
async fn submit_all_at_once(client: &Client) -> BTreeSet<usize> {
    let gate = Arc::new(Barrier::new(SUBMITS));
    let tasks: Vec<_> = (0..SUBMITS)
        .map(|submitted| {
            let (client, gate) = (client.clone(), Arc::clone(&gate));
            tokio::spawn(async move {
                let number = submitted % KEYS;
                gate.wait().await;
                let sent = submit(&client, number).await;
                if sent.is_ok() && number >= GIVEN_FREE {
                    client.acknowledge(&key(number)).unwrap();
                }
                (number, sent)
            })
        })
        .collect();
    let (mut there, mut doubts) = (BTreeSet::new(), 0);
    for task in tasks {
        let (number, sent) = task.await.unwrap();
        match sent {
            Ok(_) => {
                there.insert(number);
            }
            Err(error) if error.delivery() == Delivery::Unknown => doubts += 1,
            // The other one with its key is on its way, or its message is in doubt.
            Err(error) => assert!(
                error.kind() == ErrorKind::Locked || error.pending().is_some(),
                "{number}: {error:?}"
            ),
        }
    }
    assert!(doubts > 0, "no answer was lost");
    there
}

fn number_of(record: &Pending) -> usize {
    let is_it = |number: &usize| record.key() == Some(key(*number).as_str());
    (0..KEYS).find(is_it).unwrap()
}

fn no_line_is_torn(path: &Path) {
    let lines = fs::read_to_string(path).unwrap();
    assert!(lines.ends_with('\n'), "the last line is torn");
    for (number, line) in lines.lines().enumerate() {
        let read = serde_json::from_str::<serde_json::Value>(line);
        assert!(read.is_ok_and(|it| it.is_object()), "line {number} is torn");
    }
}

/// Each line of the file is whole, and what is under each key is what was told.
fn is_in_order(path: &Path, there: &BTreeSet<usize>) {
    no_line_is_torn(path);
    let records = FileOutbox::open(path).unwrap().list().unwrap();
    for number in 0..KEYS {
        let is_of_key = |record: &&Pending| record.key() == Some(key(number).as_str());
        let of_key: Vec<&Pending> = records.iter().filter(is_of_key).collect();
        let is_there = there.contains(&number);
        if is_there && number >= GIVEN_FREE {
            assert!(of_key.is_empty(), "key {number} was given free: {of_key:?}");
            continue;
        }
        assert_eq!(of_key.len(), 1, "key {number}: {of_key:?}");
        assert!(of_key[0].is_of(&text(number)), "key {number}: {of_key:?}");
        assert_eq!(of_key[0].is_settled(), is_there, "key {number}: {of_key:?}");
    }
}

/// What is found out is true, and all that is not found out is kept.
///
/// A lost message keeps the other doubts of its ticket open, and messages that came after it keep its own open: what was found
/// could be the lost one, altered. So which of them stay depends on the order in which all went out.
async fn what_is_found_out_is_true(service: &Simulator, path: &Path, in_doubt: usize) {
    let patience = Duration::from_secs(10);
    let client = open_with(service, path, Duration::from_millis(50), patience);
    let found = client.reconcile_outbox().await;
    assert_eq!(found.len(), in_doubt, "{found:?}");
    let mut left = BTreeSet::new();
    for found in found {
        let number = number_of(&found.pending);
        let stood = stands(service, number);
        match found.outcome {
            Ok(Outcome::Confirmed(message)) => {
                assert_eq!((stood, message.content), (1, text(number)));
            }
            Ok(Outcome::Absent) => assert_eq!(stood, 0, "{number}"),
            Ok(Outcome::Unknown(_)) => assert!(left.insert(number), "{number} is there twice"),
            other => panic!("{number}: {other:?}"),
        }
    }
    let kept: BTreeSet<usize> = client.pending().iter().map(number_of).collect();
    assert_eq!(kept, left);
}

/// The same key again sends nothing while its message is in doubt, whether it is there or not.
async fn nothing_is_sent_in_doubt(service: &Simulator, path: &Path) {
    // Its patience ends before anything could be found absent.
    let [window, patience] = [60, 2].map(Duration::from_secs);
    let client = open_with(service, path, window, patience);
    let all = client.pending();
    let again = join_all(all.iter().map(|record| {
        let (number, client) = (number_of(record), &client);
        let stood = stands(service, number);
        async move { (number, stood, record.id(), submit(client, number).await) }
    }));
    for (number, stood, id, sent) in again.await {
        assert_eq!(stands(service, number), stood, "{number} was sent again");
        match sent {
            // It was found.
            Ok(sent) => assert!(stood == 1 && sent.is_confirmed(), "{number}: {sent:?}"),
            Err(error) => {
                let kept = error.pending().map(Pending::id);
                assert_eq!(kept, Some(id), "{number}: {error:?}");
            }
        }
    }
}

/// A person looks into the tickets, and ends the doubts about what is not there; then the others can be told. Gives those whose
/// doubt a person had to end.
async fn a_person_decides(service: &Simulator, path: &Path) -> BTreeSet<usize> {
    // Where the ticket changed while it was read before a submit, nothing tells what came since.
    let records = FileOutbox::open(path).unwrap().list().unwrap();
    let without = records.iter().filter(|record| !record.has_baseline());
    let blind: BTreeSet<&str> = without.map(|record| record.ticket().as_str()).collect();
    let client = open(service, path);
    let (told, ended): (Vec<Pending>, Vec<Pending>) =
        (client.pending().into_iter()).partition(|record| {
            stands(service, number_of(record)) == 1 && !blind.contains(record.ticket().as_str())
        });
    for record in &ended {
        client.forget(record.id()).unwrap();
    }
    for found in client.reconcile_all(told).await {
        let is_told = matches!(found.outcome, Ok(Outcome::Confirmed(_)));
        assert!(is_told, "{found:?}");
    }
    assert!(client.pending().is_empty());
    ended.iter().map(number_of).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn clones_on_several_threads_share_one_file() {
    let service = start().await;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("outbox");
    let client = open(&service, &path);
    let there = submit_all_at_once(&client).await;
    drop(client);
    assert!(service.faults().is_empty(), "{:?}", service.faults());
    for number in 0..KEYS {
        let stood = stands(&service, number);
        assert!(stood <= 1, "{number} is there {stood} times");
        assert!(stood == 1 || !there.contains(&number), "{number} is lost");
    }
    is_in_order(&path, &there);
    // As after a start, each time.
    what_is_found_out_is_true(&service, &path, KEYS - there.len()).await;
    nothing_is_sent_in_doubt(&service, &path).await;
    let ended = a_person_decides(&service, &path).await;
    let client = open(&service, &path);
    // Whose key was given free would be sent again.
    let is_free = |number: &usize| there.contains(number) && *number >= GIVEN_FREE;
    for number in (0..KEYS).filter(|number| !is_free(number)) {
        let stood = stands(&service, number);
        if ended.contains(&number) {
            let refused = submit(&client, number).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::InvalidInput, "{refused:?}");
            client.acknowledge(&key(number)).unwrap();
            if stood == 1 {
                continue;
            }
        }
        let sent = submit(&client, number).await.unwrap();
        assert_eq!(sent.receipt == Receipt::Kept, stood == 1, "{number}");
        client.acknowledge(&key(number)).unwrap();
    }
    for number in 0..KEYS {
        assert_eq!(stands(&service, number), 1, "{number}");
    }
    assert!(client.pending().is_empty());
    drop(client);
    no_line_is_torn(&path);
}
