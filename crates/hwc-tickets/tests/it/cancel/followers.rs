//! Followers that go on where their file stands.

use super::{Halting, each_await, nothing_is_left, poll_at_most};
use crate::{
    folder::folder,
    follow_all,
    office::{Office, Row},
    reading::desk::{Desk, Rules},
};
use futures_util::future::{Either, select};
use hwc_core::Clock;
use hwc_tickets::{
    AllCursorFile, AllEvent, Client, CursorFile, Event, TicketId,
    follow_new::{TicketEvent, TicketsCursorFile},
    jiff::Timestamp,
};
use std::{collections::BTreeSet, path::Path, pin::pin, sync::Mutex, time::Duration};

const S: fn(u64) -> Duration = Duration::from_secs;

/// What a follower gave.
#[derive(Debug, Default)]
struct Book {
    given: Vec<String>,
    /// So much of it was part of a checkpoint.
    sure: usize,
}

/// What three lives of a follower gave: one that begins, one that is dropped, and one that goes on.
fn judge(before: &Book, dropped: &Book, then: &Book, expected: &[&str], told: &str) {
    assert!(before.given.is_empty(), "{told}: {before:?}");
    let set = |given: &[String]| given.iter().cloned().collect::<BTreeSet<String>>();
    for book in [dropped, then] {
        assert_eq!(
            set(&book.given).len(),
            book.given.len(),
            "{told}: doubled in one life: {book:?}"
        );
    }
    let mut all = set(&dropped.given);
    all.extend(then.given.iter().cloned());
    let expected: BTreeSet<String> = expected.iter().map(|text| (*text).to_owned()).collect();
    assert_eq!(all, expected, "{told}: {dropped:?} {then:?}");
    let sure = set(&dropped.given[..dropped.sure]);
    let again: Vec<&String> = then
        .given
        .iter()
        .filter(|text| sure.contains(*text))
        .collect();
    assert!(
        again.is_empty(),
        "{told}: again after a checkpoint: {again:?}"
    );
}

/// Listens for so long. A follower does not end by itself.
async fn listen_for(time: Duration, clock: &impl Clock, listen: impl Future<Output = ()>) {
    let listen = pin!(listen);
    let ended = select(listen, clock.sleep(time)).await;
    assert!(matches!(ended, Either::Right(_)), "it ended");
}

async fn follow(client: Client, clock: impl Clock, path: &Path, book: &Mutex<Book>) {
    let file = CursorFile::open(path).unwrap();
    let follow = client
        .follow(["a", "b"].map(|id| TicketId::new(id).unwrap()))
        .cursor_file(file);
    let mut events = follow.interval(S(3), S(3)).stream();
    let listen = async {
        while let Some(event) = events.next().await {
            let mut book = book.lock().unwrap();
            match event {
                Event::Message { message, .. } => book.given.push(message.content),
                Event::Checkpoint(_) => book.sure = book.given.len(),
                Event::PossibleGap { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    };
    listen_for(S(20), &clock, listen).await;
}

#[test]
fn a_follower_goes_on_where_its_file_stands() {
    each_await("follow", 12, |polls| {
        let told = format!("follow, {polls} polls");
        let folder = folder();
        let path = folder.path().join("cursor.json");
        let desk = Desk::new(Rules::default());
        for ticket in ["a", "b"] {
            desk.state().tickets.insert(ticket.to_owned(), Vec::new());
        }
        let [before, dropped, then] = [(); 3].map(|()| Mutex::new(Book::default()));
        let clock = desk.clock.clone();
        let (client, own) = (desk.client(), clock.clone());
        clock.run(follow(client, own, &path, &before));
        for (ticket, text) in [("a", "one"), ("b", "two"), ("a", "three")] {
            desk.state().post(ticket, 1, text);
            clock.advance(S(2));
        }
        let line = Halting::new(&desk.line, &clock);
        let client = desk.builder().transport(line).build().unwrap();
        let second = follow(client, clock.clone(), &path, &dropped);
        let done = clock.run(poll_at_most(second, polls));
        nothing_is_left(&clock, "follow", polls);
        desk.state().post("b", 1, "four");
        clock.advance(S(2));
        let (client, own) = (desk.client(), clock.clone());
        clock.run(follow(client, own, &path, &then));
        let [before, dropped, then] =
            [before, dropped, then].map(|book| book.into_inner().unwrap());
        let expected = ["one", "two", "three", "four"];
        judge(&before, &dropped, &then, &expected, &told);
        done.is_some()
    });
}

async fn follow_new(client: Client, clock: impl Clock, path: &Path, book: &Mutex<Book>) {
    let file = TicketsCursorFile::open(path).unwrap();
    let follow = client.tickets().follow_new().cursor_file(file);
    let mut events = follow.interval(S(10), S(10)).stream();
    let listen = async {
        while let Some(event) = events.next().await {
            let mut book = book.lock().unwrap();
            match event {
                TicketEvent::Opened { ticket } => book.given.push(format!("new {}", ticket.raw_id)),
                TicketEvent::Status { ticket, was } => {
                    let text = format!("{} {was:?} -> {:?}", ticket.raw_id, ticket.status);
                    book.given.push(text);
                }
                TicketEvent::Checkpoint(_) => book.sure = book.given.len(),
                other => panic!("{other:?}"),
            }
        }
    };
    listen_for(S(35), &clock, listen).await;
}

#[test]
fn a_follower_of_the_list_goes_on_where_its_file_stands() {
    each_await("follow new", 8, |polls| {
        let told = format!("follow new, {polls} polls");
        let folder = folder();
        let path = folder.path().join("tickets.json");
        let office = Office::new(vec![Row::new("TT1", 0, 1)]);
        let [before, dropped, then] = [(); 3].map(|()| Mutex::new(Book::default()));
        let clock = office.clock.clone();
        let (client, own) = (office.client(), clock.clone());
        clock.run(follow_new(client, own, &path, &before));
        office.state().rows.insert(0, Row::new("TT2", 0, 2));
        office.state().rows.insert(0, Row::new("TT3", 0, 3));
        office.state().row("TT1").unwrap().status = 1;
        let line = Halting::new(&office.line, &clock);
        let client = office.builder().transport(line).build().unwrap();
        let second = follow_new(client, clock.clone(), &path, &dropped);
        let done = clock.run(poll_at_most(second, polls));
        nothing_is_left(&clock, "follow new", polls);
        office.state().rows.insert(0, Row::new("TT4", 0, 4));
        let (client, own) = (office.client(), clock.clone());
        clock.run(follow_new(client, own, &path, &then));
        let [before, dropped, then] =
            [before, dropped, then].map(|book| book.into_inner().unwrap());
        let expected = ["new TT2", "new TT3", "TT1 Pending -> InProgress", "new TT4"];
        judge(&before, &dropped, &then, &expected, &told);
        done.is_some()
    });
}

async fn follow_all(client: Client, clock: impl Clock, path: &Path, book: &Mutex<Book>) {
    let file = AllCursorFile::open(path).unwrap();
    let follow = client.follow_all().since(Timestamp::UNIX_EPOCH);
    let follow = follow.interval(S(3), S(3)).list_interval(S(10), S(10));
    let mut events = follow.cursor_file(file).stream();
    let listen = async {
        while let Some(event) = events.next().await {
            let mut book = book.lock().unwrap();
            match event {
                AllEvent::Opened { ticket } => book.given.push(format!("new {}", ticket.raw_id)),
                AllEvent::Message { ticket, message } => {
                    book.given.push(format!("{ticket}: {}", message.content));
                }
                AllEvent::Checkpoint(_) => book.sure = book.given.len(),
                AllEvent::PossibleGap { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    };
    listen_for(S(30), &clock, listen).await;
}

#[test]
fn a_follower_of_all_tickets_goes_on_where_its_file_stands() {
    each_await("follow all", 12, |polls| {
        let told = format!("follow all, {polls} polls");
        let folder = folder();
        let path = folder.path().join("all.json");
        let desk = Desk::new(Rules::default());
        follow_all::lists(&desk);
        follow_all::put(&mut desk.state(), "over", 3, "long ago");
        let [before, dropped, then] = [(); 3].map(|()| Mutex::new(Book::default()));
        let clock = desk.clock.clone();
        let (client, own) = (desk.client(), clock.clone());
        clock.run(follow_all(client, own, &path, &before));
        for (ticket, text) in [("old", "one"), ("young", "two"), ("old", "three")] {
            follow_all::put(&mut desk.state(), ticket, 1, text);
            clock.advance(S(2));
        }
        let line = Halting::new(&desk.line, &clock);
        let client = desk.builder().transport(line).build().unwrap();
        let second = follow_all(client, clock.clone(), &path, &dropped);
        let done = clock.run(poll_at_most(second, polls));
        nothing_is_left(&clock, "follow all", polls);
        follow_all::put(&mut desk.state(), "young", 1, "four");
        follow_all::put(&mut desk.state(), "last", 1, "five");
        clock.advance(S(2));
        let (client, own) = (desk.client(), clock.clone());
        clock.run(follow_all(client, own, &path, &then));
        let [before, dropped, then] =
            [before, dropped, then].map(|book| book.into_inner().unwrap());
        let expected = [
            "new old",
            "old: one",
            "old: three",
            "new young",
            "young: two",
            "young: four",
            "new last",
            "last: five",
        ];
        judge(&before, &dropped, &then, &expected, &told);
        done.is_some()
    });
}
