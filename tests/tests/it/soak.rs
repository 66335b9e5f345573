//! For long, and only when asked to: hundreds of tickets are followed with a fault each second, and the ledger of the simulator
//! says whether anything was missed or doubled. `cargo xtask soak` names the simulator, which runs in a process of its own, so
//! that the memory of this one is that of the client. What this test keeps by itself is a few bytes for each second.

mod book;
mod faults;
mod memory;
mod simulator;

use self::{
    book::Book,
    faults::Faults,
    memory::Sample,
    simulator::{Ledger, Simulator},
};
use hwc_core::SystemClock;
use hwc_tickets::{Client, Clock as _, CursorFile, Delivery, TicketId};
use std::{
    env,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    sync::Notify,
    task::{JoinHandle, JoinSet},
};

const TICKETS: usize = 500;
/// Replies of engineers in each second, each to another ticket.
const REPLIES: u64 = 5;
/// After so many seconds the follower is killed, and begins again where its file stands.
const LIFE: u64 = 40;
/// So many seconds it may take until the follower has begun, until each fault has struck, and until all is told once all is well:
/// it waits a minute after many failures, for a call that hangs half a minute, and a machine may have other work.
const PATIENCE: u64 = 300;
/// From so many seconds on memory is looked at. Before that it still grows: connections, first answers, places of tickets.
const FILLED: u64 = 300;
/// For so long the follower goes on when all is told: some polls more, which would tell a message once more.
const REST: Duration = Duration::from_secs(10);
const SECOND: Duration = Duration::from_secs(1);

/// Follows for ever, in lives that end with `kill`.
async fn follow(client: Client, tickets: Vec<TicketId>, book: Arc<Mutex<Book>>, kill: Arc<Notify>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cursor.json");
    loop {
        let file = CursorFile::open(&path).unwrap();
        let follow = client.follow(tickets.clone()).cursor_file(file);
        let (shortest, longest) = (Duration::from_millis(500), Duration::from_secs(2));
        let mut events = follow.interval(shortest, longest).stream();
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Some(event) => {
                        let mut book = book.lock().unwrap();
                        book.take(event);
                        // The tickets are asked for in groups, and one may begin long after another.
                        book.has_begun |= events.has_connected();
                    }
                    None => {
                        book.lock().unwrap().wrong.push("it ended".to_owned());
                        return;
                    }
                },
                () = kill.notified() => break,
            }
        }
        book.lock().unwrap().is_killed();
    }
}

/// What became of a submit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    UnderWay,
    Sent,
    Failed(Delivery),
}

impl End {
    /// Whether the message may stand in its ticket so many times.
    fn allows(self, stands: u32) -> bool {
        match self {
            End::UnderWay => false,
            End::Sent => stands == 1,
            End::Failed(Delivery::Unknown) => stands <= 1,
            End::Failed(_) => stands == 0,
        }
    }
}

/// Messages of the customer, by their numbers from 0. Of those that ended the outcome is left: a task would keep its room.
struct Submits {
    under_way: JoinSet<(usize, End)>,
    ends: Vec<End>,
}

impl Submits {
    fn begin(&mut self, client: &Client, ticket: &TicketId) {
        let ticket = client.ticket(ticket).unwrap();
        let number = self.ends.len();
        self.ends.push(End::UnderWay);
        self.under_way.spawn(async move {
            let result = ticket.submit(format!("submit {number}")).await;
            let failed = result.err().map(|error| error.delivery());
            (number, failed.map_or(End::Sent, End::Failed))
        });
    }

    /// Takes in what has ended.
    fn reap(&mut self) {
        while let Some(ended) = self.under_way.try_join_next() {
            let (number, end) = ended.unwrap();
            self.ends[number] = end;
        }
    }

    async fn all_end(&mut self) {
        while let Some(ended) = self.under_way.join_next().await {
            let (number, end) = ended.unwrap();
            self.ends[number] = end;
        }
    }

    fn count(&self, counts: impl Fn(End) -> bool) -> usize {
        self.ends.iter().filter(|end| counts(**end)).count()
    }
}

/// A follower, what is done to it, and what it told.
struct Soak {
    simulator: Simulator,
    clock: SystemClock,
    client: Client,
    tickets: Vec<TicketId>,
    book: Arc<Mutex<Book>>,
    kill: Arc<Notify>,
    follower: JoinHandle<()>,
    faults: Faults,
    /// Replies of each ticket.
    sent: Vec<u64>,
    /// The ticket whose turn it is.
    next: usize,
    submits: Submits,
    samples: Vec<Sample>,
}

impl Soak {
    /// Begins to follow. The room for what the test notes in so many seconds is taken here.
    async fn begin(seconds: usize) -> Self {
        let simulator = Simulator::start(&env::var("SOAK_SIMULATOR").unwrap());
        let mut tickets = Vec::new();
        for _ in 0..TICKETS {
            tickets.push(simulator.open_ticket().await);
        }
        let book = Arc::new(Mutex::new(Book::new(seconds)));
        let kill = Arc::new(Notify::new());
        let follower = tokio::spawn(follow(
            simulator.client(),
            tickets.clone(),
            Arc::clone(&book),
            Arc::clone(&kill),
        ));
        let soak = Self {
            client: simulator.client(),
            simulator,
            clock: SystemClock::new(),
            tickets,
            book,
            kill,
            follower,
            faults: Faults::new(),
            sent: vec![0; TICKETS],
            next: 0,
            submits: Submits {
                under_way: JoinSet::new(),
                ends: Vec::with_capacity(seconds),
            },
            samples: Vec::with_capacity(seconds),
        };
        soak.wait(|book| book.has_begun).await;
        {
            let book = soak.book.lock().unwrap();
            let wrong = &book.wrong;
            assert!(book.has_begun, "the follower does not begin: {wrong:#?}");
        }
        soak
    }

    /// Until the book says so, the follower ends, or it takes too long.
    async fn wait(&self, is_over: impl Fn(&Book) -> bool) {
        for _ in 0..PATIENCE {
            let is_over = is_over(&self.book.lock().unwrap());
            if is_over || self.follower.is_finished() {
                break;
            }
            self.clock.sleep(SECOND).await;
        }
    }

    /// A fault, some replies, and a message of the customer.
    async fn go_on(&mut self) {
        self.faults.see_open(self.simulator.open_faults().await);
        self.simulator.set_fault(&self.faults.next_rule()).await;
        for _ in 0..REPLIES {
            self.sent[self.next] += 1;
            let content = format!("reply {}", self.sent[self.next]);
            self.simulator
                .reply(&self.tickets[self.next], &content)
                .await;
            self.next = (self.next + 1) % TICKETS;
        }
        self.submits.begin(&self.client, &self.tickets[self.next]);
        self.submits.reap();
        let at = self.clock.elapsed();
        let sample = memory::own().map(|kib| Sample { at, kib });
        self.samples.extend(sample);
    }

    /// The follower goes on to ask, so each fault finds its call. How many did not.
    async fn strike_out(&self) -> usize {
        let mut open = self.simulator.open_faults().await;
        for _ in 0..PATIENCE {
            if open == 0 || self.follower.is_finished() {
                break;
            }
            self.clock.sleep(SECOND).await;
            open = self.simulator.open_faults().await;
        }
        self.simulator.clear_faults().await;
        open
    }

    /// Until all that arrived is told, and a little longer.
    async fn come_to_rest(&self, ledger: &Ledger) {
        self.wait(|book| {
            let mut replies = self.tickets.iter().zip(&self.sent);
            replies.all(|(ticket, sent)| book.last_reply(ticket) == *sent)
                && book.submits() >= ledger.own.len()
                && self.faults.are_told(book.redirected)
        })
        .await;
        self.clock.sleep(REST).await;
        self.follower.abort();
    }

    /// Nothing is missed, and nothing doubled.
    fn check(&self, ledger: &Ledger) {
        let book = self.book.lock().unwrap();
        for (ticket, sent) in self.tickets.iter().zip(&self.sent) {
            let last = book.last_reply(ticket);
            assert_eq!(last, *sent, "{ticket}: not all was told");
            let arrived = ledger.replies.get(ticket.as_str()).copied();
            assert_eq!(arrived.unwrap_or(0), *sent, "{ticket}: the ledger differs");
        }
        for (number, end) in (0_u64..).zip(&self.submits.ends) {
            let stands = ledger.own.get(&number).copied().unwrap_or(0);
            assert!(
                end.allows(stands),
                "submit {number} stands {stands} times: {end:?}"
            );
            let is_told = book.has_submit(number);
            assert_eq!(is_told, stands == 1, "submit {number} was not told");
        }
        // At last: what stands twice is also told twice, and that is not the follower's doing.
        assert!(book.wrong.is_empty(), "{:#?}", book.wrong);
    }

    fn summary(&self, unused: usize) -> String {
        let book = self.book.lock().unwrap();
        let faults = &self.faults;
        let used = faults.set - u64::try_from(unused).unwrap();
        let doubts = (self.submits).count(|end| end == End::Failed(Delivery::Unknown));
        let failed = (self.submits).count(|end| matches!(end, End::Failed(_)));
        let slope = memory::slope(&self.samples);
        let slope = slope.map_or("unknown".to_owned(), |slope| format!("{slope:+.0}"));
        format!(
            "{} s: {} replies and {} messages told, {doubts} in doubt\n\
             faults: {} set, {used} used, at most {} open at once; {} of those set are of a kind that fails a request\n\
             calls that failed, with all their attempts: {} of the follower, {} of them by {} redirects, {failed} submits\n\
             KiB in memory: {:?} in the second and the last quarter, {slope} an hour",
            faults.set,
            self.sent.iter().sum::<u64>(),
            book.submits(),
            faults.set,
            faults.most_open,
            faults.failing,
            book.degraded,
            book.redirected,
            faults.told,
            memory::quarters(&self.samples),
        )
    }
}

#[tokio::test]
async fn a_fault_every_second_loses_and_doubles_nothing() {
    let Ok(seconds) = env::var("SOAK_SECONDS") else {
        return;
    };
    let seconds: u64 = seconds.parse().unwrap();
    let mut soak = Soak::begin(usize::try_from(seconds).unwrap()).await;
    for second in 0..seconds {
        soak.go_on().await;
        if second % LIFE == LIFE - 1 {
            soak.kill.notify_one();
        }
        soak.clock.sleep(SECOND).await;
    }
    let unused = soak.strike_out().await;
    soak.submits.all_end().await;
    let ledger = soak.simulator.ledger(&soak.tickets).await;
    soak.come_to_rest(&ledger).await;

    println!("{}", soak.summary(unused));
    soak.check(&ledger);
    let redirected = soak.book.lock().unwrap().redirected;
    soak.faults.check(unused, redirected);
    if seconds >= FILLED {
        // Where nothing is told, nothing grows.
        if cfg!(target_os = "linux") {
            assert!(!soak.samples.is_empty(), "the system tells no memory");
        }
        assert_eq!(memory::leak(&soak.samples, REPLIES + 1), None);
    }
}

#[test]
fn a_message_that_stands_twice_fits_no_outcome() {
    let ends = [Delivery::NotSent, Delivery::Unknown].map(End::Failed);
    for end in [End::UnderWay, End::Sent].into_iter().chain(ends) {
        assert!(!end.allows(2), "{end:?}");
    }
}
