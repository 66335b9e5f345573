//! The same over real connections: the ledger of the simulator tells what arrived.

use super::log;
use hwc_tickets::{Advice, AttachmentId, Client, Delivery, ErrorKind, Outcome, api::Source};
use hwc_tickets_sim::{Fault, FaultRule, Operation, Rules, Simulator};
use std::{collections::BTreeSet, time::Duration};

const TICKET: &str = "case-123";
const MIB: usize = 1024 * 1024;

async fn start() -> (Simulator, Client) {
    let mut rules = Rules::default();
    rules.upload_limits_hold = true;
    rules.upload_megabytes = 1;
    let simulator = Simulator::builder().rules(rules).start().await.unwrap();
    let client = hwc_tickets::sim::client(&simulator)
        .consistency_window(Duration::from_millis(50))
        .build()
        .unwrap();
    (simulator, client)
}

fn files(simulator: &Simulator) -> BTreeSet<String> {
    simulator.world().file_ids().into_iter().collect()
}

/// How often the simulator was asked for `operation`.
fn asked(simulator: &Simulator, operation: Operation) -> usize {
    let entries = simulator.journal();
    let asked = (entries.iter()).filter(|entry| entry.operation == Some(operation));
    asked.count()
}

#[tokio::test]
async fn whatever_goes_wrong_no_file_is_in_two_messages() {
    let close = || (Fault::Close, "close");
    let reset = || (Fault::Reset, "reset");
    let cut = || {
        let fault = Fault::Cut {
            keep: Some(3),
            chunked: false,
        };
        (fault, "cut")
    };
    for operation in [Operation::UploadAccessory, Operation::CreateMessages] {
        for (fault, name) in [close(), reset(), cut()] {
            for (acts, second) in [(false, 0), (true, 0), (true, 1)] {
                let case = format!("{operation:?} {name}, acts: {acts}, after {second}");
                let (simulator, client) = start().await;
                let before = files(&simulator);
                let rule = FaultRule::new(operation, fault.clone()).skipping(second);
                simulator.fault(if acts { rule.after_commit() } else { rule });
                let ticket = client.ticket(TICKET).unwrap();
                let names = ["disk.log", "other.log"];
                let mut uploaded: Vec<AttachmentId> = Vec::new();
                let mut lost = 0;
                let mut is_sent = false;
                for _ in 0..4 {
                    let submit = uploaded
                        .iter()
                        .fold(ticket.submit("logs"), |submit, id| submit.attach(id));
                    let rest = names.iter().skip(uploaded.len());
                    let submit =
                        rest.fold(submit, |submit, name| submit.attach(log().named(*name)));
                    let Err(error) = submit.await else {
                        is_sent = true;
                        break;
                    };
                    lost += usize::from(error.advice() == Advice::OrphanedUpload);
                    uploaded.extend_from_slice(error.uploaded());
                    if error.delivery() == Delivery::Unknown {
                        let pending = error.into_pending().unwrap();
                        let outcome = client.reconcile(&pending).await.unwrap();
                        is_sent = matches!(outcome, Outcome::Confirmed(_));
                        assert!(is_sent || outcome == Outcome::Absent, "{case}");
                        if is_sent {
                            break;
                        }
                    }
                }
                assert!(is_sent && lost <= 1, "{case}");
                let arrivals = simulator.ledger(TICKET);
                let sent: Vec<_> = (arrivals.iter())
                    .filter(|arrival| arrival.text == "logs")
                    .collect();
                assert_eq!(sent.len(), 1, "{case}");
                assert_eq!(sent[0].file_names, names, "{case}");
                let used: BTreeSet<String> = sent[0].attachments.iter().cloned().collect();
                assert_eq!(used.len(), 2, "{case}");
                let orphans = files(&simulator).difference(&before).count() - used.len();
                assert!(orphans <= lost, "{case}: {orphans} orphans, {lost} told");
            }
        }
    }
}

#[tokio::test]
async fn both_sides_agree_on_the_limits() {
    let (simulator, client) = start().await;
    let of = |name: &str, length: usize| Source::bytes(vec![b'x'; length]).named(name);
    client.upload(of("disk.LOG", MIB)).await.unwrap();
    for file in [of("disk.log", MIB + 1), of("disk.exe", 1), of("disk", 1)] {
        let uploads = asked(&simulator, Operation::UploadAccessory);
        let error = client.upload(file.clone()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert_eq!(asked(&simulator, Operation::UploadAccessory), uploads);
        // Asked all the same, the service refuses it.
        let error = client.upload(file).skip_limits().await.unwrap_err();
        assert_eq!(error.delivery(), Delivery::Rejected, "{error}");
        assert_eq!(asked(&simulator, Operation::UploadAccessory), uploads + 1);
    }
    // Once for all, and once more before each refusal: what was kept may be old.
    assert_eq!(asked(&simulator, Operation::ShowAccessoryLimits), 4);
    // Six files are one too many.
    let ticket = client.ticket(TICKET).unwrap();
    let six = (0..6).fold(ticket.submit("x"), |submit, _| submit.attach(log()));
    let uploads = asked(&simulator, Operation::UploadAccessory);
    assert_eq!(six.await.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(asked(&simulator, Operation::UploadAccessory), uploads);
}

#[tokio::test]
async fn what_the_message_shows_is_saved_under_its_name() {
    let (simulator, client) = start().await;
    let directory = tempfile::tempdir().unwrap();
    let ticket = client.ticket(TICKET).unwrap();
    let name = "磁盘 1.log";
    let bytes: Vec<u8> = (0..MIB).map(|place| (place % 251) as u8).collect();
    let file = Source::bytes(bytes.clone()).named(name);
    ticket.submit("the log").attach(file).await.unwrap();
    let newest = ticket.history().limit(1).collect().await.unwrap();
    let attachment = &newest.messages[0].attachments[0];
    // Cut after most of it, and nothing is left.
    let cut = Fault::Cut {
        keep: Some(MIB - 10),
        chunked: true,
    };
    simulator.fault(FaultRule::new(Operation::DownloadAccessories, cut));
    let save = || client.download(attachment).into_directory(directory.path());
    let error = save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    let saved = save().await.unwrap();
    assert_eq!(saved.path, directory.path().join(name));
    assert_eq!(std::fs::read(&saved.path).unwrap(), bytes);
    assert_eq!(save().await.unwrap_err().kind(), ErrorKind::Storage);
    // By the id alone, the name is that of the answer.
    let other = tempfile::tempdir().unwrap();
    let id = attachment.id.clone().unwrap();
    let saved = client.download(id).into_directory(other.path());
    let saved = saved.await.unwrap();
    assert_eq!(saved.bytes, bytes.len() as u64);
    assert_eq!(saved.path.parent(), Some(other.path()));
}
