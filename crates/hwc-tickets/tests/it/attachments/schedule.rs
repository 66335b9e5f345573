//! Random schedules of messages with files: lost answers, kills and restarts, clocks that jump, and downloads. Every end that the
//! client tells is compared with the ledger.
//!
//! `HWC_TICKETS_SCHEDULES=100000` runs more of them, `HWC_TICKETS_SEED=n` runs one.

use super::desk::{Desk, Lost, TICKET};
use crate::{
    folder::folder,
    jumps::Jumps,
    ledger::{faults::Fault, shelf::Shelf},
    schedules::{Tally, run_all},
};
use futures_util::future::{Either, select};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{Advice, AttachmentId, Client, Confirm, Delivery, Outcome, Pending, api::Source};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    future::{Future, IntoFuture},
    time::Duration,
};

/// Most files of one message.
const MOST_FILES: usize = 3;
/// Tries of one message.
const TRIES: usize = 4;
const JUMPS_APART: Duration = Duration::from_secs(8);

/// A file of a message, and its id once it is known.
struct File {
    name: String,
    id: Option<AttachmentId>,
}

/// What the schedule was told of a message in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Sent,
    NotSent,
    Open,
}

struct Run {
    seed: u64,
    rng: fastrand::Rng,
    desk: Desk,
    shelf: Shelf,
    client: Client,
    jumps: Jumps,
    /// Ids that errors and records told.
    told: BTreeSet<String>,
    /// Uploads of which an error said that the file may have been stored.
    lost: usize,
    /// Runs that were killed.
    killed: usize,
}

fn client_of(desk: &Desk, shelf: &Shelf) -> Client {
    desk.builder().outbox(shelf.clone()).build().unwrap()
}

impl Run {
    fn new(seed: u64) -> Self {
        let desk = Desk::new();
        let shelf = Shelf::default();
        let client = client_of(&desk, &shelf);
        Self {
            seed,
            rng: fastrand::Rng::with_seed(seed),
            jumps: Jumps::new(desk.clock(), seed),
            desk,
            shelf,
            client,
            told: BTreeSet::new(),
            lost: 0,
            killed: 0,
        }
    }

    fn run(&mut self, tally: &mut Tally) {
        let mut ends = Vec::new();
        for number in 0..self.rng.usize(1..4) {
            let files: Vec<File> = (0..self.rng.usize(1..=MOST_FILES))
                .map(|place| File {
                    name: format!("log-{number}-{place}.log"),
                    id: None,
                })
                .collect();
            let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
            let text = format!("Report number {number}.");
            let end = self.send(&text, files);
            tally.add(
                match end {
                    End::Sent => "sent",
                    End::NotSent => "not sent",
                    End::Open => "open",
                },
                1,
            );
            ends.push((text, names, end));
        }
        self.judge(&ends, tally);
        self.save_some(tally);
        tally.add("lost uploads", self.lost as u64);
        tally.add("kills", self.killed as u64);
        tally.add("jumps", self.jumps.count);
    }

    /// Sends a message until it is there, as the errors say it should be done.
    fn send(&mut self, text: &str, mut files: Vec<File>) -> End {
        for _ in 0..TRIES {
            self.order_faults();
            let outcome = self.try_once(text, &files);
            self.desk.files().faults.clear();
            self.desk.service.world().faults.clear();
            let pending = match outcome {
                Some(Ok(_)) => return End::Sent,
                Some(Err(error)) => {
                    self.keep(error.uploaded(), &mut files);
                    self.lost += usize::from(error.advice() == Advice::OrphanedUpload);
                    if error.delivery() != Delivery::Unknown {
                        assert!(error.pending().is_none());
                        continue;
                    }
                    error.into_pending().unwrap()
                }
                None => {
                    // The process is gone. Another one has the outbox.
                    self.killed += 1;
                    self.client = client_of(&self.desk, &self.shelf);
                    let mut records = self.client.pending().into_iter();
                    // Without one it was not sent, or its end was known already and died with the process: only a key
                    // tells which.
                    match records.find(|record| record.is_of(text)) {
                        Some(pending) => pending,
                        None => return End::Open,
                    }
                }
            };
            self.keep(pending.attachments(), &mut files);
            match self.settle(&pending) {
                Outcome::Confirmed(_) => return End::Sent,
                Outcome::Absent => {}
                _ => return End::Open,
            }
        }
        End::NotSent
    }

    /// Ids of files, in the order of those that have none yet or have them already.
    fn keep(&mut self, ids: &[AttachmentId], files: &mut [File]) {
        self.told.extend(ids.iter().map(AttachmentId::to_string));
        let known: Vec<AttachmentId> = files.iter().filter_map(|file| file.id.clone()).collect();
        let new = ids.iter().filter(|id| !known.contains(id));
        let without = files.iter_mut().filter(|file| file.id.is_none());
        for (file, id) in without.zip(new) {
            file.id = Some(id.clone());
        }
    }

    fn order_faults(&mut self) {
        for _ in 0..self.rng.usize(..3) {
            let lost = self.lost_upload();
            self.desk.files().faults.push_back(lost);
        }
        if self.rng.bool() {
            let fault = Fault::random(&mut self.rng);
            self.desk.service.world().faults.push_back(fault);
        }
    }

    fn lost_upload(&mut self) -> Lost {
        let stores = self.rng.bool();
        let (step, stores) = match self.rng.u8(..8) {
            0 => (Step::reset(), stores),
            1 => (Step::hang(), stores),
            2 => (Step::answer(502), stores),
            3 => (Step::json(200, r#"{"accessory_id":"cut"}"#).cut(9), true),
            4 => (Step::json(200, "{}"), stores),
            5 => (
                Step::answer(200)
                    .header("content-type", "text/html")
                    .body("<html>log in</html>"),
                stores,
            ),
            6 => (
                Step::json(200, r#"{"error_code":"OSM.01010005","error_msg":"no"}"#),
                false,
            ),
            _ => (
                Step::json(429, r#"{"error_code":"APIGW.0308","error_msg":"too fast"}"#),
                false,
            ),
        };
        Lost { step, stores }
    }

    /// `None`: the process was killed in the middle.
    fn try_once(
        &mut self,
        text: &str,
        files: &[File],
    ) -> Option<hwc_tickets::Result<hwc_tickets::Sent>> {
        let ticket = self.client.ticket(TICKET).unwrap();
        let confirm = match self.rng.u8(..4) {
            0 => Confirm::Never,
            1 => Confirm::Always,
            _ => Confirm::OnDoubt,
        };
        let submit = files
            .iter()
            .fold(ticket.submit(text), |submit, file| match &file.id {
                Some(id) => submit.attach(id),
                None => submit.attach(Source::bytes(file.name.clone()).named(&*file.name)),
            });
        let submit = submit.confirm(confirm);
        self.perhaps_killed(submit.into_future())
    }

    /// Runs to the end, or not quite.
    fn perhaps_killed<T>(&mut self, work: impl Future<Output = T> + Unpin) -> Option<T> {
        let clock = self.desk.clock().clone();
        self.jumps.perhaps();
        if self.rng.u8(..3) > 0 {
            return Some(clock.run(self.jumps.beside(JUMPS_APART, work)));
        }
        let after = Duration::from_millis(self.rng.u64(1..15_000));
        clock.run(self.jumps.beside(JUMPS_APART, async {
            match select(work, clock.sleep(after)).await {
                Either::Left((done, _)) => Some(done),
                Either::Right(_) => None,
            }
        }))
    }

    fn settle(&mut self, pending: &Pending) -> Outcome {
        let clock = self.desk.clock();
        for _ in 0..3 {
            self.jumps.perhaps();
            let reconcile = self.client.reconcile(pending);
            let reconcile = self.jumps.beside(JUMPS_APART, reconcile);
            match clock.run(reconcile).unwrap() {
                Outcome::Unknown(_) => clock.advance(Duration::from_secs(15)),
                told => return told,
            }
        }
        Outcome::Unknown(Vec::new())
    }

    fn judge(&self, ends: &[(String, Vec<String>, End)], tally: &mut Tally) {
        let seed = self.seed;
        let files = self.desk.files();
        let names: BTreeMap<&str, &str> = (files.stored.iter())
            .map(|file| (&*file.id, &*file.name))
            .collect();
        let world = self.desk.service.world();
        let messages = &world.tickets[TICKET][2..];
        for (text, own, end) in ends {
            let found: Vec<_> = (messages.iter())
                .filter(|message| message.text == *text)
                .collect();
            match end {
                End::Sent => assert_eq!(found.len(), 1, "seed {seed}: {text}"),
                End::NotSent => assert_eq!(found.len(), 0, "seed {seed}: {text}"),
                End::Open => assert!(found.len() <= 1, "seed {seed}: {text}"),
            }
            for message in found {
                let attached: Vec<&str> = (message.attachments.iter())
                    .map(|id| names[&**id])
                    .collect();
                assert_eq!(&attached, own, "seed {seed}: {text}");
            }
        }
        let attached: Vec<&str> = (messages.iter())
            .flat_map(|message| message.attachments.iter().map(|id| &**id))
            .collect();
        let once: BTreeSet<&str> = attached.iter().copied().collect();
        assert_eq!(once.len(), attached.len(), "seed {seed}: attached twice");
        // What is stored and in no message was told by id, or its answer was lost and that was said.
        let orphans = names.keys().filter(|id| !once.contains(**id));
        let (named, unnamed): (Vec<&&str>, Vec<&&str>) =
            orphans.partition(|id| self.told.contains(**id));
        let may = self.lost + self.killed * MOST_FILES;
        assert!(
            unnamed.len() <= may,
            "seed {seed}: {unnamed:?} were never told"
        );
        for id in &self.told {
            assert!(names.contains_key(&**id), "seed {seed}: {id} is no file");
        }
        tally.add("named orphans", named.len() as u64);
        tally.add("orphans", (named.len() + unnamed.len()) as u64);
    }

    /// Saves some files, and looks at the directory after each.
    fn save_some(&mut self, tally: &mut Tally) {
        let directory = folder();
        let content = vec![b'x'; 150_000];
        let mut whole = BTreeSet::new();
        for number in 0..self.rng.usize(..4) {
            let good = Step::answer(200)
                .header("content-type", "application/octet-stream")
                .body(content.clone());
            let keep = self.rng.usize(..content.len());
            let step = match self.rng.u8(..7) {
                0 => good.cut(keep),
                1 => good.stall(keep),
                2 => good.until_close(),
                3 => Step::json(200, r#"{"error_code":"OSM.01010001","error_msg":"no"}"#),
                4 => good.drip(10_000, Duration::from_millis(500)),
                _ => good,
            };
            self.desk.files().download = Some(step);
            // Some names meet.
            let name = format!("{}.log", number % 3);
            let path = directory.path().join(&name);
            let id = AttachmentId::new("file-1").unwrap();
            let save = self.client.download(id).to(&path);
            let saved = self.perhaps_killed(save.into_future());
            match saved {
                Some(Ok(saved)) => {
                    assert_eq!(saved.bytes, content.len() as u64);
                    assert!(whole.insert(name), "seed {}: overwritten", self.seed);
                    tally.add("whole files", 1);
                }
                Some(Err(_)) => tally.add("broken files", 1),
                None => tally.add("killed files", 1),
            }
            let entries = fs::read_dir(directory.path()).unwrap();
            let found: BTreeSet<String> = entries
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            assert_eq!(found, whole, "seed {}", self.seed);
            for name in &whole {
                let bytes = fs::read(directory.path().join(name)).unwrap();
                assert_eq!(
                    bytes.len(),
                    content.len(),
                    "seed {}: half a file",
                    self.seed
                );
            }
        }
    }
}

#[test]
fn random_schedules_attach_nothing_twice_and_lose_nothing() {
    let least = [
        ("sent", 300),
        ("lost uploads", 50),
        ("orphans", 30),
        ("named orphans", 1),
        ("kills", 10),
        ("whole files", 50),
        ("broken files", 50),
        ("jumps", 300),
    ];
    run_all(500, &least, |seed, tally| Run::new(seed).run(tally));
}
