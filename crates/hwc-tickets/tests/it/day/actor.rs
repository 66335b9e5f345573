//! A program that works through its day, with a key for everything that it sends, and begins again whenever it was killed.

use super::service::{CONTENT, Service, whole};
use crate::{
    attachments::desk::Lost, folder::folder, ledger::shelf::Shelf, opening::as_op,
    schedules::is_one,
};
use futures_util::future::{Either, select};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{
    Advice, AttachmentId, Client, Delivery, Error, ErrorKind, FileOutbox, Receipt, Result,
    TicketDraft, TicketReceipt, api::Source,
};
use std::{
    collections::BTreeSet, fmt::Debug, fs, future::Future, future::IntoFuture as _, pin::pin,
    time::Duration,
};
use tempfile::TempDir;

/// Some look alike when they are read back.
const TEXTS: [&str; 5] = [
    "The disk is full.",
    "The disk is full. ",
    "call 555-1234 now",
    "工单：磁盘已满。",
    "<b>Café</b> \"is\" down\nsince noon",
];
/// Put before the words of a program that shares its outbox with nobody.
const OWN_WORDS: [&str; 3] = ["", "one says: ", "other words of two: "];
const MESSAGE_LIMIT: usize = 2000;
const TICKET_LIMIT: usize = 1200;
/// From this try on the service is well.
const WELL: usize = 4;
const TRIES: usize = 7;

/// How a program works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manners {
    /// As the documents say.
    Careful,
    /// It sends a message again by itself when the outcome is in doubt.
    SendsAgain,
    /// It gives the same file to a second ticket.
    AttachesAgain,
    /// It writes what it has of a file under its final name.
    SavesByItself,
}

/// What the program was told last of something that it sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Done,
    NotDone,
    Open,
}

/// A ticket or a message.
#[derive(Debug)]
pub struct Job {
    pub op: u64,
    pub is_ticket: bool,
    /// Names of its files, in order.
    pub files: Vec<String>,
    pub end: End,
}

pub struct Actor {
    service: Service,
    shelf: Shelf,
    /// In the place of the shelf.
    file: Option<TempDir>,
    rng: fastrand::Rng,
    number: u64,
    words: u64,
    manners: Manners,
    pub jobs: Vec<Job>,
    /// Ids of files that it was told.
    pub told: BTreeSet<String>,
    /// Files that may be stored without an id: an error said so, or a kill cut the upload short.
    pub lost: usize,
    /// Where it saves files.
    pub folder: TempDir,
    /// Names of the files that it saved.
    pub saved: BTreeSet<String>,
    /// Names that may have come to stand as well: it was killed while it saved them, perhaps with the last step begun.
    pub may_be_saved: BTreeSet<String>,
    /// What was wrong while it worked.
    pub found: Vec<String>,
    /// What happened.
    pub events: Vec<&'static str>,
}

impl Actor {
    pub fn new(
        service: &Service,
        shelf: Shelf,
        mut rng: fastrand::Rng,
        number: u64,
        words: u64,
        manners: Manners,
    ) -> Self {
        let has_file = words > 0 && rng.u8(..8) == 0;
        Self {
            service: service.clone(),
            shelf,
            file: has_file.then(folder),
            rng,
            number,
            words,
            manners,
            jobs: Vec::new(),
            told: BTreeSet::new(),
            lost: 0,
            folder: folder(),
            saved: BTreeSet::new(),
            may_be_saved: BTreeSet::new(),
            found: Vec::new(),
            events: Vec::new(),
        }
    }

    pub async fn live(&mut self) {
        for number in 1..self.rng.u64(3..6) {
            self.pause(3_000).await;
            let op = self.number * 100 + number;
            match self.rng.u8(..5) {
                0 | 1 => self.open(op).await,
                2 | 3 => self.send(op).await,
                _ => self.save(number).await,
            }
        }
    }

    /// A client as after a start: it knows what is in the outbox.
    fn client(&self) -> Client {
        let builder = self.service.builder();
        let builder = match &self.file {
            Some(folder) => builder.outbox(FileOutbox::open(folder.path().join("outbox")).unwrap()),
            None => builder.outbox(self.shelf.clone()),
        };
        builder.build().unwrap()
    }

    async fn pause(&mut self, longest: u64) {
        let pause = Duration::from_millis(self.rng.u64(0..longest));
        self.service.clock().sleep(pause).await;
    }

    /// Often as long as it may be, and sometimes longer.
    fn text(&mut self, limit: usize) -> String {
        let place = usize::try_from(self.words).unwrap();
        let text = self.rng.choice(&TEXTS).unwrap();
        let mut text = format!("{}{text}", OWN_WORDS[place]);
        let length = match self.rng.u8(..8) {
            0 | 1 => limit,
            2 => limit + 1,
            _ => return text,
        };
        let missing = length - text.encode_utf16().count();
        text.extend(std::iter::repeat_n('满', missing));
        text
    }

    fn names(&mut self, op: u64) -> Vec<String> {
        let number = self.rng.usize(..3);
        (0..number)
            .map(|place| format!("{op}-{place}.log"))
            .collect()
    }

    fn weather(&mut self, number: usize) {
        if number >= WELL {
            self.service.clear_faults();
            return;
        }
        self.service.order_faults(&mut self.rng);
        if self.rng.bool() {
            let lost = self.lost_upload();
            self.service.desk.files().faults.push_back(lost);
        }
    }

    fn lost_upload(&mut self) -> Lost {
        let stores = self.rng.bool();
        let (step, stores) = match self.rng.u8(..5) {
            0 => (Step::reset(), stores),
            1 => (Step::answer(502), stores),
            2 => (Step::json(200, r#"{"accessory_id":"cut"}"#).cut(9), true),
            3 => (Step::json(200, "{}"), stores),
            _ => (
                Step::json(429, r#"{"error_code":"APIGW.0308","error_msg":"too fast"}"#),
                false,
            ),
        };
        Lost { step, stores }
    }

    /// `None`: it was killed in the middle.
    async fn perhaps_killed<T>(
        &mut self,
        number: usize,
        call: impl Future<Output = T>,
    ) -> Option<T> {
        let clock = self.service.clock().clone();
        let after = match self.rng.u8(..6) {
            0 => self.service.latency * self.rng.u32(0..8),
            1 => Duration::from_millis(self.rng.u64(0..15_000)),
            _ => Duration::MAX,
        };
        if number >= WELL || after == Duration::MAX {
            return Some(call.await);
        }
        match select(pin!(call), pin!(clock.sleep(after))).await {
            Either::Left((result, _)) => Some(result),
            Either::Right(_) => {
                self.events.push("killed");
                None
            }
        }
    }

    /// Compares what it is told with the ledger.
    fn note(&mut self, job: &mut Job, end: End, told: &dyn Debug) {
        job.end = end;
        let count = self.service.count(job);
        if is_one() {
            println!(
                "{:?} {job:?} {count}: {told:?}",
                self.service.clock().elapsed()
            );
        }
        if count > 1 || (end == End::Done && count != 1) || (end == End::NotDone && count != 0) {
            self.found
                .push(format!("{job:?} stands {count} times: {told:?}"));
        }
    }

    /// What an error says. Whether there is any use in another try.
    fn hear(&mut self, job: &mut Job, error: &Error) -> bool {
        let ids = error.uploaded().iter();
        let ids = ids.chain(error.pending().into_iter().flat_map(|it| it.attachments()));
        self.told.extend(ids.map(AttachmentId::to_string));
        self.lost += usize::from(error.advice() == Advice::OrphanedUpload);
        let end = match error.delivery() {
            Delivery::Unknown => End::Open,
            _ => End::NotDone,
        };
        self.note(job, end, error);
        let is_refused = error.kind() == ErrorKind::InvalidInput;
        self.events
            .push(if is_refused { "refused" } else { "tried again" });
        !is_refused
    }

    async fn send(&mut self, op: u64) {
        let text = self.text(MESSAGE_LIMIT);
        let (files, key) = (self.names(op), format!("message-{op}"));
        let ticket = format!("case-of-{}", self.words);
        let mut job = Job {
            op,
            is_ticket: false,
            files,
            end: End::NotDone,
        };
        for number in 0..TRIES {
            self.weather(number);
            let client = self.client();
            let files = job.files.clone();
            let submit = || {
                let submit = client.ticket(&*ticket).unwrap().submit(&*text).key(&*key);
                let submit = files.iter().fold(submit, |submit, name| {
                    submit.attach(Source::bytes(name.clone()).named(&**name))
                });
                as_op(op, submit.into_future())
            };
            match self.perhaps_killed(number, submit()).await {
                None => {
                    self.lost += files.len();
                    job.end = End::Open;
                }
                Some(Ok(sent)) => {
                    self.events.push("sent");
                    self.note(&mut job, End::Done, &sent);
                    if self.rng.bool() {
                        let again = submit().await;
                        self.kept(again.map(|it| it.receipt == Receipt::Kept), &mut job);
                    }
                    client.acknowledge(&key).unwrap();
                    break;
                }
                Some(Err(error)) => {
                    if !self.hear(&mut job, &error) {
                        break;
                    }
                    if self.manners == Manners::SendsAgain && job.end == End::Open {
                        let by_hand = client.ticket(&*ticket).unwrap().submit(&*text);
                        let _ = as_op(op, by_hand.skip_baseline().into_future()).await;
                    }
                }
            }
            drop(client);
            self.pause(30_000).await;
        }
        self.jobs.push(job);
    }

    /// The same key once more gives what was kept.
    fn kept(&mut self, is_kept: Result<bool>, job: &mut Job) {
        self.events.push("kept");
        if !matches!(is_kept, Ok(true)) {
            self.found
                .push(format!("{job:?} was not kept: {is_kept:?}"));
        }
        self.note(job, End::Done, &"once more");
    }

    async fn open(&mut self, op: u64) {
        let text = self.text(TICKET_LIMIT);
        let key = format!("ticket-{op}");
        let mut draft = TicketDraft::new("kind-1", &*text);
        let mut job = Job {
            op,
            is_ticket: true,
            files: Vec::new(),
            end: End::NotDone,
        };
        for name in self.names(op) {
            if let Some(id) = self.upload(&name).await {
                draft = draft.attach(id);
                job.files.push(name);
            }
        }
        for number in 0..TRIES {
            self.weather(number);
            let client = self.client();
            let create = || {
                let create = client.create_ticket(draft.clone()).unchecked();
                as_op(op, create.key(&*key).into_future())
            };
            match self.perhaps_killed(number, create()).await {
                None => job.end = End::Open,
                Some(Ok(created)) => {
                    self.events.push("opened");
                    self.note(&mut job, End::Done, &created);
                    if self.rng.bool() {
                        let again = create().await;
                        self.kept(again.map(|it| it.receipt == TicketReceipt::Kept), &mut job);
                    }
                    client.acknowledge(&key).unwrap();
                    if self.manners == Manners::AttachesAgain {
                        let mut draft = draft.clone();
                        draft.description = "something else".to_owned();
                        let second = client.create_ticket(draft).unchecked();
                        let _ = as_op(op + 50, second.into_future()).await;
                    }
                    break;
                }
                Some(Err(error)) => {
                    if !self.hear(&mut job, &error) {
                        break;
                    }
                }
            }
            drop(client);
            self.pause(30_000).await;
        }
        self.jobs.push(job);
    }

    async fn upload(&mut self, name: &str) -> Option<AttachmentId> {
        for number in 0..TRIES {
            self.weather(number);
            let client = self.client();
            let upload = client.upload(Source::bytes(name.to_owned()).named(name));
            let upload = upload.for_new_ticket().into_future();
            match self.perhaps_killed(number, upload).await {
                None => self.lost += 1,
                Some(Ok(uploaded)) => {
                    self.told.insert(uploaded.id.to_string());
                    return Some(uploaded.id);
                }
                Some(Err(error)) => {
                    self.lost += usize::from(error.advice() == Advice::OrphanedUpload);
                }
            }
        }
        None
    }

    async fn save(&mut self, number: u64) {
        let keep = self.rng.usize(..CONTENT);
        self.service.desk.files().download = Some(match self.rng.u8(..6) {
            0 => whole().cut(keep),
            1 => whole().stall(keep),
            2 => whole().until_close(),
            3 => Step::json(200, r#"{"error_code":"OSM.01010001","error_msg":"no"}"#),
            4 => whole().drip(5_000, Duration::from_millis(500)),
            _ => whole(),
        });
        // Some names meet.
        let name = format!("{}.log", number % 2);
        let path = self.folder.path().join(&name);
        let client = self.client();
        let save = client.download(AttachmentId::new("file-1").unwrap());
        match self.perhaps_killed(0, save.to(&path).into_future()).await {
            Some(Ok(saved)) => {
                self.events.push("saved");
                if saved.bytes != CONTENT as u64 || !self.saved.insert(name) {
                    self.found.push(format!("{saved:?} is cut or overwritten"));
                }
            }
            Some(Err(_)) if self.manners == Manners::SavesByItself => {
                fs::write(&path, vec![b'x'; keep]).unwrap();
            }
            Some(Err(_)) => self.events.push("not saved"),
            None => {
                self.may_be_saved.insert(name);
            }
        }
    }
}
