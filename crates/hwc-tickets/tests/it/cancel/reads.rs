//! What only reads: the client goes on afterwards, and followers go on where their file stands.

use super::{Halting, each_await, nothing_is_left, poll_at_most};
use crate::{
    folder::folder,
    office::{Office, Row},
    reading::desk::{Desk, Rules},
};
use futures_util::{
    FutureExt as _,
    future::{Either, select},
};
use hwc_tickets::{
    Client, CursorFile, Event, TicketId,
    follow_new::{TicketEvent, TicketsCursorFile},
};
use std::{
    collections::BTreeSet,
    path::Path,
    pin::{Pin, pin},
    sync::Mutex,
    time::Duration,
};

const S: fn(u64) -> Duration = Duration::from_secs;

type Read = fn(&Client) -> Pin<Box<dyn Future<Output = Vec<String>>>>;

fn ids(names: &[&str]) -> Vec<TicketId> {
    let id = |name: &&str| TicketId::new(*name).unwrap();
    names.iter().map(id).collect()
}

fn desk() -> Desk {
    let desk = Desk::new(Rules::default());
    for number in 0..35 {
        desk.state().post("a", number % 2, &format!("{number}"));
        desk.clock.advance(S(2));
    }
    desk.state().post("b", 1, "other");
    desk.clock.advance(S(2));
    desk
}

/// Drops a read at each await, and reads with the same client then.
fn each_read(name: &str, least: usize, read: Read, begin: impl Fn() -> Place) {
    let undisturbed = begin();
    let expected = undisturbed.clock.run(read(&undisturbed.client));
    assert!(!expected.is_empty(), "{name}");
    each_await(name, least, |polls| {
        let place = begin();
        let done = place.clock.run(poll_at_most(read(&place.client), polls));
        nothing_is_left(&place.clock, name, polls);
        let again = place.clock.run(read(&place.client));
        assert_eq!(again, expected, "{name}, {polls} polls");
        done.is_some()
    });
}

struct Place {
    client: Client,
    clock: hwc_core::testing::FakeClock,
}

#[test]
fn a_conversation_and_what_is_unread() {
    let begin = || {
        let desk = desk();
        let line = Halting::new(&desk.line, &desk.clock);
        Place {
            client: desk.builder().transport(line).build().unwrap(),
            clock: desk.clock,
        }
    };
    let history: Read = |client| {
        let history = client.ticket("a").unwrap().history().page_size(10);
        let read = history.collect().map(|read| {
            let messages = read.unwrap().messages.into_iter();
            messages
                .map(|message| message.content)
                .collect::<Vec<String>>()
        });
        read.boxed_local()
    };
    each_read("history", 6, history, begin);
    let unread: Read = |client| {
        let unread = client.unread(ids(&["a", "b"])).fetch().map(|counts| {
            let counts = counts.into_result().unwrap().into_iter();
            counts
                .map(|(id, count)| format!("{id} {count}"))
                .collect::<Vec<String>>()
        });
        unread.boxed_local()
    };
    each_read("unread", 1, unread, begin);
}

#[test]
fn the_list_and_what_is_unread_in_all_of_it() {
    let begin = || {
        let row = |number: u32| Row {
            unread: Some(u64::from(number) % 3),
            ..Row::new(&format!("TT{number}"), 1, number)
        };
        let office = Office::new((0..25).map(row).collect());
        let line = Halting::new(&office.line, &office.clock);
        Place {
            client: office.builder().transport(line).build().unwrap(),
            clock: office.clock,
        }
    };
    let list: Read = |client| {
        let list = client.tickets().list().page_size(10).items().collect();
        let list = list.map(|list| {
            let rows = list.unwrap().items.into_iter();
            rows.map(|row| row.raw_id).collect::<Vec<String>>()
        });
        list.boxed_local()
    };
    each_read("list", 4, list, begin);
    let unread: Read = |client| {
        let unread = client.unread_all().fetch().map(|unread| {
            let counts = unread.into_result().unwrap().into_iter();
            counts
                .map(|(id, count)| format!("{id} {count}"))
                .collect::<Vec<String>>()
        });
        unread.boxed_local()
    };
    each_read("unread of all", 3, unread, begin);
}

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

async fn follow(client: Client, clock: impl hwc_core::Clock, path: &Path, book: &Mutex<Book>) {
    let file = CursorFile::open(path).unwrap();
    let follow = client.follow(ids(&["a", "b"])).cursor_file(file);
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
    let listen = pin!(listen);
    let ended = select(listen, clock.sleep(S(20))).await;
    assert!(matches!(ended, Either::Right(_)), "it ended");
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

async fn follow_new(client: Client, clock: impl hwc_core::Clock, path: &Path, book: &Mutex<Book>) {
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
    let listen = pin!(listen);
    let ended = select(listen, clock.sleep(S(35))).await;
    assert!(matches!(ended, Either::Right(_)), "it ended");
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
