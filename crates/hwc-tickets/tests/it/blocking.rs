//! The blocking client: the same verbs, one thread behind them, and no panic where it cannot work.

mod iterate;

use crate::{
    ledger::shelf::Shelf,
    opening,
    reading::desk::{Desk, FirstPoll, Rules},
};
use hwc_core::testing::Step;
use hwc_tickets::{
    Confirm, Delivery, Draft, Error, ErrorKind, Event, Message, Outcome, Pending, Recalled,
    SecretString, TicketDraft, TicketId, TicketReceipt, TicketStatus,
    blocking::{Client, Ticket},
    identity::{
        CachedIdentity, FetchIdentity, Fetched, Identity, IdentityContext, IdentityFuture, Token,
    },
};
use hwc_tickets_sim::Simulator;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

const TICKET: &str = "case-123";
/// How long a test waits for a thread that never comes. Nothing waits so long when all is well.
const NEVER: Duration = Duration::from_secs(60);

fn desk() -> Desk {
    let desk = Desk::new(Rules::default());
    for (kind, text) in [(0, "opened"), (1, "answer"), (1, "and more")] {
        desk.state().post(TICKET, kind, text);
        desk.clock.advance(Duration::from_secs(60));
    }
    desk.state().status.insert(TICKET.to_owned(), 1);
    desk
}

fn client(desk: &Desk) -> Client {
    desk.builder().build_blocking().unwrap()
}

fn texts(messages: impl IntoIterator<Item = Message>) -> Vec<String> {
    messages
        .into_iter()
        .map(|message| message.content)
        .collect()
}

fn ids(ids: &[&str]) -> Vec<TicketId> {
    ids.iter().map(|id| id.parse().unwrap()).collect()
}

#[test]
fn a_ticket_is_opened_once_under_its_key() {
    let service = opening::Service::new();
    let builder = service.builder().outbox(Shelf::default());
    let client = builder.build_blocking().unwrap();
    let create = || {
        let draft = TicketDraft::new("kind-1", "words");
        let created = client.create_ticket(draft, |create| create.unchecked().key("job-1"));
        created.unwrap().receipt
    };
    assert_eq!(create(), TicketReceipt::Told);
    assert_eq!(create(), TicketReceipt::Kept);
    client.acknowledge("job-1").unwrap();
    assert!(client.pending_tickets().is_empty());
    assert!(client.reconcile_tickets().unwrap().is_empty());
    let none = client.reconcile_all_tickets(Vec::new());
    assert!(none.unwrap().is_empty());
    let empty = client.create_ticket(TicketDraft::new("", "words"), |create| create);
    assert_eq!(empty.unwrap_err().draft_problems().len(), 1);
    assert_eq!(service.world().posts, 1);
}

#[test]
fn every_verb_does_what_it_does_without_blocking() {
    let desk = desk();
    let client = client(&desk);
    let ticket = client.ticket(TICKET).unwrap();

    let sent = ticket.submit("one").unwrap();
    assert_eq!(sent.attempts, 1);
    let confirmed = ticket
        .block_on(|ticket| ticket.submit("two").with_reference().skip_baseline())
        .unwrap();
    assert!(confirmed.reference.is_some());
    let long = "word ".repeat(600);
    let parts = ticket
        .block_on(|ticket| ticket.submit(&long).split_long())
        .unwrap();
    assert_eq!(parts.len(), 2);

    let mut history = ticket
        .history_with(|history| history.page_size(2).limit(4))
        .unwrap();
    let newest: Vec<Message> = history.by_ref().map(Result::unwrap).collect();
    assert_eq!(newest.len(), 4);
    assert!(history.next().is_none());
    assert!(history.report().complete);
    let oldest = ticket
        .history_with(|history| history.oldest_first())
        .unwrap();
    let oldest = texts(oldest.map(Result::unwrap));
    assert_eq!(
        oldest.get(..4).unwrap(),
        ["opened", "answer", "and more", "one"]
    );
    assert_eq!(ticket.history().unwrap().count(), oldest.len());

    let unread_counts = client
        .unread(ids(&[TICKET, "case-9"]), |query| query.concurrency(1))
        .unwrap();
    assert_eq!(unread_counts.total(), 2);
    assert_eq!(unread_counts.unanswered, ids(&["case-9"]));
    let mut drained = Vec::new();
    let handled = ticket.drain_unread(|message| {
        drained.push(message.content);
        Ok::<(), Error>(())
    });
    let handled = handled.unwrap();
    assert_eq!((handled.handled, handled.local_clock), (2, false));
    assert_eq!(drained, ["answer", "and more"]);
    ticket.mark_read().unwrap();
    assert_eq!(desk.count("mark_read"), 2);

    let id = ticket.find_id(&newest[0]).unwrap().unwrap();
    assert_eq!(ticket.recall(&id).unwrap(), Recalled::Now);
    assert_eq!(ticket.recall(&id).unwrap(), Recalled::Already);
    let last = ticket.recall_last().unwrap();
    assert_ne!(last, id);
    let with_ids = ticket.messages_with_ids().unwrap();
    assert!(
        with_ids
            .iter()
            .all(|message| message.id.is_some() && message.id != Some(last.clone()))
    );
    assert_eq!(ticket.detail().unwrap().messages.len(), with_ids.len());
    assert_eq!(ticket.status().unwrap(), TicketStatus::InProgress);

    let colleague = ticket.clone().with_group("group-1".parse().unwrap());
    assert_eq!(
        colleague.group().map(|group| group.as_str()),
        Some("group-1")
    );
    colleague.detail().unwrap();
    assert_eq!(
        desk.state().asked.last().unwrap().value("group_id"),
        Some("group-1")
    );
}

/// The names of the public functions in blocks of `impl $of`.
fn functions(source: &str, of: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut inside = false;
    for line in source.lines() {
        inside = match line {
            "}" => false,
            _ => inside || line == format!("impl {of} {{"),
        };
        let line = line.trim_start_matches("    ");
        let rest = line
            .strip_prefix("pub async fn ")
            .or(line.strip_prefix("pub fn "));
        if let (true, Some(rest)) = (inside, rest) {
            let end = rest.find(['(', '<']).unwrap();
            names.push(rest.get(..end).unwrap().to_owned());
        }
    }
    names
}

#[test]
fn no_verb_is_missing() {
    // Reached through `block_on`; `download` stands beside the file that it brings.
    let left_out = ["client", "download", "raw", "reconcile_within"];
    let mut found = 0;
    let sources = crate::rooms::sources();
    for of in ["Client", "Ticket"] {
        let (blocking, others): (Vec<_>, Vec<_>) = sources
            .iter()
            .partition(|(name, _)| name.contains("/blocking"));
        let of_all = |sources: Vec<&(String, String)>| -> Vec<String> {
            let names = sources.iter().flat_map(|(_, text)| functions(text, of));
            names.collect()
        };
        let blocking = of_all(blocking);
        for name in of_all(others) {
            found += 1;
            let known = blocking.contains(&name) || left_out.contains(&name.as_str());
            assert!(known, "{of}::{name} has no blocking counterpart");
        }
    }
    assert!(found > 20, "only {found} functions were found");
}

#[test]
fn a_submit_in_doubt_is_reconciled() {
    let desk = desk();
    desk.on_request(|state, asked| {
        (asked.operation() == "submit").then(|| {
            state.answer(asked);
            Step::reset()
        })
    });
    let client = client(&desk);
    let ticket = client.ticket(TICKET).unwrap();
    let error = ticket
        .block_on(|ticket| {
            ticket
                .submit("Please restart node 7")
                .confirm(Confirm::Never)
        })
        .unwrap_err();
    let pending = error.into_pending().unwrap();
    assert_eq!(client.pending().len(), 1);
    // The pauses between reads are on the clock of the test.
    let clock = desk.clock.clone();
    let (done, ended) = mpsc::channel::<()>();
    let pusher = thread::spawn(move || {
        while matches!(ended.try_recv(), Err(mpsc::TryRecvError::Empty)) {
            clock.advance_to_next();
            thread::yield_now();
        }
    });
    let outcome = client.reconcile(&pending).unwrap();
    assert!(matches!(outcome, Outcome::Confirmed(_)), "{outcome:?}");
    assert!(
        client.reconcile_outbox().unwrap().is_empty(),
        "nothing is left"
    );
    drop(done);
    pusher.join().unwrap();
}

#[test]
fn many_messages_at_once_each_with_its_outcome() {
    let desk = desk();
    desk.state().post("case-2", 0, "opened");
    desk.on_request(|_, asked| {
        let refused = asked.body["message"]["content"] == "refused";
        refused.then(|| Step::json(200, r#"{"error_code":"OSM.01010001"}"#))
    });
    let client = client(&desk);
    let drafts: Vec<Draft> = [(TICKET, "a"), ("case-2", "refused"), (TICKET, "b")]
        .map(|(ticket, text)| Draft::new(ticket.parse().unwrap(), text))
        .into();
    let outcomes = client
        .submit_all(drafts, |options| options.concurrency(2))
        .unwrap();
    let mut ends: Vec<(String, bool)> = outcomes
        .map(|item| {
            let (draft, outcome) = item.unwrap();
            (draft.text, outcome.is_ok())
        })
        .collect();
    ends.sort();
    let expected = [("a", true), ("b", true), ("refused", false)];
    assert_eq!(ends, expected.map(|(text, ok)| (text.to_owned(), ok)));
}

#[test]
fn following_ends_when_it_is_stopped_from_another_thread() {
    let desk = Desk::new(Rules {
        first_poll: FirstPoll::Everything,
        ..Rules::default()
    });
    desk.state().post(TICKET, 1, "news");
    let client = client(&desk);
    let mut events = client
        .follow(ids(&[TICKET]), |follow| follow.tail(1))
        .unwrap();
    let news = events.find_map(|event| match event {
        Event::Message { message, .. } => Some(message.content),
        Event::Fatal(error) => panic!("{error}"),
        _ => None,
    });
    assert_eq!(news.as_deref(), Some("news"));
    // The clock stands, so the next poll never comes.
    let stop = events.stop_handle();
    let stopper = thread::spawn(move || stop.stop());
    assert!(events.all(|event| !matches!(event, Event::Message { .. } | Event::Fatal(_))));
    assert!(events.next().is_none());
    stopper.join().unwrap();
}

#[test]
fn the_handler_of_a_drain_may_block_itself_and_its_error_comes_back() {
    let desk = desk();
    let client = client(&desk);
    let ticket = client.ticket(TICKET).unwrap();
    // An error type of the caller.
    #[derive(Debug)]
    enum Mine {
        Full(String),
        Service(#[allow(dead_code, reason = "for Debug")] Error),
    }
    impl From<Error> for Mine {
        fn from(error: Error) -> Self {
            Self::Service(error)
        }
    }
    let result = ticket.drain_unread(|message| match message.content.as_str() {
        "answer" => {
            ticket.submit("Thanks, I will try that.")?;
            Ok(())
        }
        other => Err(Mine::Full(other.to_owned())),
    });
    assert!(
        matches!(&result, Err(Mine::Full(text)) if text == "and more"),
        "{result:?}"
    );
    assert_eq!(desk.count("submit"), 1);
    assert_eq!(desk.count("mark_read"), 0);
}

/// What the verbs are tried with.
struct Bench {
    desk: Desk,
    client: Client,
    ticket: Ticket,
    message: Message,
    pending: Pending,
}

impl Bench {
    fn new() -> Self {
        let desk = desk();
        let client = client(&desk);
        let ticket = client.ticket(TICKET).unwrap();
        let message = ticket.history().unwrap().next().unwrap().unwrap();
        desk.on_request(|_, asked| (asked.operation() == "submit").then(Step::reset));
        let doubt = ticket.block_on(|ticket| ticket.submit("x").confirm(Confirm::Never));
        let pending = doubt.unwrap_err().into_pending().unwrap();
        desk.state().asked.clear();
        Self {
            desk,
            client,
            ticket,
            message,
            pending,
        }
    }

    /// Every verb, and the error it ends with.
    fn try_all(&self) -> Vec<(&'static str, Option<Error>)> {
        let Self {
            client,
            ticket,
            message,
            pending,
            ..
        } = self;
        let tickets = || ids(&[TICKET]);
        vec![
            ("from_env", Client::from_env().err()),
            ("submit", ticket.submit("x").err()),
            ("ticket.block_on", ticket.block_on(|t| t.submit("x")).err()),
            ("history", ticket.history().err()),
            ("mark_read", ticket.mark_read().err()),
            (
                "drain_unread",
                ticket.drain_unread(|_| Ok::<(), Error>(())).err(),
            ),
            ("recall", ticket.recall("m-1").err()),
            ("recall_last", ticket.recall_last().err()),
            ("find_last", ticket.find_last().err()),
            ("detail", ticket.detail().err()),
            ("status", ticket.status().err()),
            ("messages_with_ids", ticket.messages_with_ids().err()),
            ("find_id", ticket.find_id(message).err()),
            (
                "client.block_on",
                client.block_on(|c| c.reconcile(pending)).err(),
            ),
            ("unread", client.unread(tickets(), |query| query).err()),
            (
                "submit_all",
                client.submit_all(Vec::new(), |options| options).err(),
            ),
            ("follow", client.follow(tickets(), |follow| follow).err()),
            ("follow_all", client.follow_all(|follow| follow).err()),
            ("reconcile", client.reconcile(pending).err()),
            ("reconcile_outbox", client.reconcile_outbox().err()),
        ]
    }

    fn assert_refused(&self, place: &str) {
        for (verb, error) in self.try_all() {
            let error = error.unwrap_or_else(|| panic!("{verb} was not refused in {place}"));
            assert_eq!(error.kind(), ErrorKind::InsideRuntime, "{verb} in {place}");
            assert_eq!(error.delivery(), Delivery::NotSent);
            assert!(error.help().contains("hwc_tickets::Client"));
        }
        assert!(
            self.desk.state().asked.is_empty(),
            "something was sent in {place}"
        );
    }
}

fn one_thread() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
}

fn many_threads() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap()
}

#[test]
fn inside_a_runtime_every_verb_is_an_error_and_nothing_is_sent() {
    let bench = Arc::new(Bench::new());
    one_thread().block_on(async { bench.assert_refused("a runtime of one thread") });
    let runtime = many_threads();
    runtime.block_on(async { bench.assert_refused("a runtime of many threads") });
    let inside = Arc::clone(&bench);
    let task = runtime.spawn(async move { inside.assert_refused("a task") });
    runtime.block_on(task).unwrap();
    let inside = Arc::clone(&bench);
    let task = runtime.spawn_blocking(move || inside.assert_refused("spawn_blocking"));
    runtime.block_on(task).unwrap();
    let guard = runtime.enter();
    bench.assert_refused("an entered runtime");
    // A thread of its own is outside, whoever made it.
    let inside = Arc::clone(&bench);
    thread::spawn(move || inside.ticket.status().unwrap())
        .join()
        .unwrap();
    drop(guard);
    bench.ticket.status().unwrap();
}

#[test]
fn an_iterator_that_is_taken_into_a_runtime_says_so_once_and_ends() {
    let bench = Bench::new();
    let mut history = bench
        .ticket
        .history_with(|history| history.page_size(1))
        .unwrap();
    history.next().unwrap().unwrap();
    let draft = Draft::new(TICKET.parse().unwrap(), "never sent");
    let mut outcomes = bench.client.submit_all([draft], |options| options).unwrap();
    let mut events = bench
        .client
        .follow(ids(&[TICKET]), |follow| follow)
        .unwrap();
    one_thread().block_on(async {
        let error = history.next().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InsideRuntime);
        assert!(history.next().is_none());
        let error = outcomes.next().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InsideRuntime);
        assert!(outcomes.next().is_none());
        match events.next().unwrap() {
            Event::Fatal(error) => assert_eq!(error.kind(), ErrorKind::InsideRuntime),
            event => panic!("{event:?}"),
        }
        assert!(events.next().is_none());
        drop((history, outcomes, events));
    });
    assert_eq!(bench.desk.count("submit"), 0);
}

#[test]
fn making_and_dropping_are_allowed_everywhere() {
    for runtime in [one_thread(), many_threads()] {
        let bench = Bench::new();
        runtime.block_on(async {
            // The last one goes here, and with it the thread and what is pooled.
            drop(bench);
            let client = Client::builder()
                .token(SecretString::from("token-for-tests"))
                .build()
                .unwrap();
            let ticket = client.ticket(TICKET).unwrap();
            drop(client);
            assert_eq!(ticket.clone().id().as_str(), TICKET);
        });
    }
}

#[test]
fn one_client_serves_many_threads_at_once() {
    let desk = desk();
    let client = client(&desk);
    thread::scope(|scope| {
        for thread in 0..8 {
            let client = client.clone();
            scope.spawn(move || {
                let ticket = client.ticket(TICKET).unwrap();
                for round in 0..10 {
                    ticket.submit(format!("{thread}/{round}")).unwrap();
                }
            });
        }
    });
    let mut texts = desk.state().texts(TICKET);
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 3 + 80);
}

/// Gives short-lived tokens, and tells when one was fetched.
#[derive(Debug)]
struct ShortTokens {
    number: AtomicU32,
    fetched: mpsc::SyncSender<u32>,
}

impl FetchIdentity for ShortTokens {
    fn fetch<'a>(&'a self, _: &'a IdentityContext) -> IdentityFuture<'a, Fetched> {
        Box::pin(async move {
            // Not done at once: somebody has to drive it.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            let number = self.number.fetch_add(1, Ordering::Relaxed) + 1;
            let token = Token::new(&SecretString::from(format!("token-{number}")))?;
            self.fetched.send(number).unwrap();
            Ok(Fetched::lasting(
                Identity::token(token),
                Duration::from_secs(1000),
            ))
        })
    }
}

#[test]
fn credentials_are_renewed_while_no_call_is_made() {
    let desk = desk();
    let (fetched, told) = mpsc::sync_channel(8);
    let tokens = ShortTokens {
        number: AtomicU32::new(0),
        fetched,
    };
    let client = desk
        .builder()
        .identity(CachedIdentity::new(tokens))
        .build_blocking()
        .unwrap();
    let ticket = client.ticket(TICKET).unwrap();
    let token = |desk: &Desk| {
        let requests = desk.line.requests();
        requests
            .last()
            .unwrap()
            .header("x-auth-token")
            .unwrap()
            .to_owned()
    };
    ticket.status().unwrap();
    assert_eq!(told.recv_timeout(NEVER), Ok(1));
    // Due for renewal, and still good: the call does not wait for the new one.
    desk.clock.advance(Duration::from_secs(850));
    ticket.status().unwrap();
    assert_eq!(token(&desk), "token-1");
    // No call is under way now, and it comes all the same.
    assert_eq!(told.recv_timeout(NEVER), Ok(2));
    // It is told of a moment before it is put into use, and the old one ends in the meantime.
    desk.clock.advance(Duration::from_secs(149));
    ticket.status().unwrap();
    assert_eq!(token(&desk), "token-2");
    assert!(told.try_recv().is_err(), "fetched once for each life");
}

#[test]
fn over_real_connections() {
    let (ready, address) = mpsc::channel();
    let (done, ended) = tokio::sync::oneshot::channel::<()>();
    let server = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let service = Simulator::start().await.unwrap();
            ready
                .send((service.endpoint(), service.credentials().token))
                .unwrap();
            let _ = ended.await;
            service.arrived("case-123")
        })
    });
    let (endpoint, token) = address.recv_timeout(NEVER).unwrap();
    let builder = || {
        Client::builder()
            .endpoint(endpoint.clone())
            .token(SecretString::from(token.to_owned()))
    };
    let ticket = builder().build().unwrap().ticket("case-123").unwrap();
    // The client itself is gone; the ticket keeps the thread.
    assert!(ticket.history().unwrap().all(|message| message.is_ok()));
    assert_eq!(ticket.submit("Hello from a script").unwrap().attempts, 1);
    let newest = ticket.history().unwrap().next().unwrap().unwrap();
    assert_eq!(newest.content, "Hello from a script");
    let id = ticket.recall_last().unwrap();
    assert_eq!(ticket.recall(&id).unwrap(), Recalled::Already);
    drop(ticket);
    done.send(()).unwrap();
    assert_eq!(server.join().unwrap(), ["Hello from a script"]);
}
