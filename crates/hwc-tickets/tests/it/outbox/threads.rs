//! One file under the clones of a client on several threads at once, against the simulator, whose ledger says what arrived.

use hwc_tickets::{
    Client, Confirm, Delivery, ErrorKind, FileOutbox, Outbox as _, Outcome, Pending, Receipt,
    Result, Sent, sim,
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
    let builder = sim::client(service).account("of the tests");
    let builder = builder.consistency_window(Duration::from_millis(50));
    let outbox = FileOutbox::open(path).unwrap();
    builder.outbox(outbox).build().unwrap()
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

/// Each line of the file is whole, and what is under each key is what was told.
fn is_in_order(path: &Path, there: &BTreeSet<usize>) {
    let lines = fs::read_to_string(path).unwrap();
    assert!(lines.ends_with('\n'), "the last line is torn");
    for (number, line) in lines.lines().enumerate() {
        let read = serde_json::from_str::<serde_json::Value>(line);
        assert!(read.is_ok_and(|it| it.is_object()), "line {number} is torn");
    }
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
    // As after a start.
    let client = open(&service, &path);
    let in_doubt = KEYS - there.len();
    let found = client.reconcile_outbox().await;
    assert_eq!(found.len(), in_doubt, "{found:?}");
    for found in found {
        let number = (0..KEYS).find(|number| found.pending.key() == Some(key(*number).as_str()));
        let stood = stands(&service, number.unwrap());
        match found.outcome {
            Ok(Outcome::Confirmed(_)) => assert_eq!(stood, 1, "{number:?}"),
            Ok(Outcome::Absent) => assert_eq!(stood, 0, "{number:?}"),
            other => panic!("{number:?}: {other:?}"),
        }
    }
    assert!(client.pending().is_empty());
    // Whose key was given free would be sent again.
    let is_free = |number: &usize| there.contains(number) && *number >= GIVEN_FREE;
    for number in (0..KEYS).filter(|number| !is_free(number)) {
        let stood = stands(&service, number);
        let sent = submit(&client, number).await.unwrap();
        assert_eq!(sent.receipt == Receipt::Kept, stood == 1, "{number}");
        client.acknowledge(&key(number)).unwrap();
    }
    for number in 0..KEYS {
        assert_eq!(stands(&service, number), 1, "{number}");
    }
    assert!(client.pending().is_empty());
}
