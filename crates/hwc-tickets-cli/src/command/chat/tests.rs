//! The state and the drawing without a terminal: screens on ratatui's own test screen, messages read from the simulator.

mod panes;

use super::{
    conversation::{Conversation, Delivery, Effect, Entry, Event, Fate},
    screen,
};
use crate::zone::Zone;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use hwc_tickets::{Client, Message, MessageKind, SecretString, TicketId, TicketStatus, ZoneOffset};
use hwc_tickets_sim::{Simulator, Time};
use ratatui::{Terminal, backend::TestBackend};

/// The messages of a ticket of the simulator after these were added: of the customer and of the support.
fn messages(ticket: &str, customer: &[&str], support: &[&str]) -> Vec<Message> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let time = Time::Manual("2026-11-21T06:00:00Z".parse().unwrap());
        let sim = Simulator::builder().time(time).start().await.unwrap();
        let client = Client::builder()
            .endpoint(sim.endpoint())
            .token(SecretString::from(sim.credentials().token))
            .build()
            .unwrap();
        let handle = client.ticket(ticket).unwrap();
        for text in customer {
            handle.submit(*text).await.unwrap();
        }
        for text in support {
            sim.reply_as_engineer(ticket, *text).unwrap();
        }
        let all = handle.history().oldest_first().collect().await.unwrap();
        all.messages
    })
}

fn conversation(columns: u16, rows: u16) -> Conversation {
    let zone = Zone::from(ZoneOffset::from_hours(8).unwrap());
    let ticket = TicketId::new("case-123").unwrap();
    let mut conversation = Conversation::new(ticket, zone, columns, rows);
    assert!(conversation.apply(Event::Loaded).is_empty());
    assert!(conversation.apply(Event::Counted(Some(0))).is_empty());
    conversation
}

fn press(conversation: &mut Conversation, code: KeyCode) -> Vec<Effect> {
    conversation.apply(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

fn write(conversation: &mut Conversation, text: &str) -> Vec<Effect> {
    conversation.apply(Event::Paste(text.to_owned()));
    press(conversation, KeyCode::Enter)
}

fn settle(conversation: &mut Conversation, number: usize, fate: Fate) -> Vec<Effect> {
    conversation.apply(Event::Settled { number, fate })
}

fn read(conversation: &mut Conversation, message: &Message) -> Vec<Effect> {
    conversation.apply(Event::Message(Box::new(message.clone())))
}

/// The states of own messages, and how many messages there are in all.
fn states(conversation: &Conversation) -> (Vec<&Delivery>, usize) {
    let own = conversation.entries.iter().filter_map(|entry| match entry {
        Entry::Own(own) => Some(&own.delivery),
        Entry::Read(_) => None,
    });
    (own.collect(), conversation.entries.len())
}

/// Trouble that heals by itself takes away nothing that does not.
#[test]
fn a_warning_comes_back_when_trouble_is_over() {
    let mut chat = conversation(40, 12);
    chat.restore(String::new(), Some(&[]));
    let doubt = chat.notice.clone();
    assert!(doubt.is_some());
    for _ in 0..2 {
        chat.apply(Event::Trouble("no network".to_owned()));
        assert_eq!(chat.notice.as_deref(), Some("no network"));
    }
    chat.apply(Event::Calm);
    assert_eq!(chat.notice, doubt);
    chat.apply(Event::Trouble("no network".to_owned()));
    chat.apply(Event::Saved(Ok("Saved a.log.".to_owned())));
    chat.apply(Event::Calm);
    assert_eq!(chat.notice.as_deref(), Some("Saved a.log."));
    chat.notice = None;
    chat.apply(Event::Trouble("no network".to_owned()));
    chat.apply(Event::Calm);
    assert_eq!(chat.notice, None);
}

fn drawn(conversation: &Conversation) -> String {
    let size = (
        u16::try_from(conversation.columns).unwrap(),
        u16::try_from(conversation.rows).unwrap(),
    );
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal
        .draw(|frame| drop(screen::talk(frame, 0, conversation, true)))
        .unwrap();
    let screen = terminal.backend().to_string();
    // Behind each line stands a list of the cells that wide characters cover.
    screen
        .lines()
        .map(|line| line.split("\" Hidden by").next().unwrap_or_default())
        .map(|line| format!("{}\n", line.trim_matches('"').trim_end()))
        .collect()
}

#[test]
fn accepted_then_seen_in_the_ticket() {
    let all = messages("case-123", &["好的"], &[]);
    let own = all.last().unwrap();
    let mut chat = conversation(40, 20);
    assert_eq!(write(&mut chat, "好的").len(), 1);
    assert_eq!(states(&chat), (vec![&Delivery::Sending], 1));
    settle(&mut chat, 0, Fate::Accepted);
    assert_eq!(states(&chat), (vec![&Delivery::Accepted], 1));
    read(&mut chat, own);
    assert_eq!(states(&chat), (vec![&Delivery::Confirmed], 1));
    // The same text again is another message.
    read(&mut chat, own);
    assert_eq!(states(&chat), (vec![&Delivery::Confirmed], 2));
}

/// Receipt and following both bring the message, in either order: it stands there once.
#[test]
fn confirmed_stands_there_once() {
    let all = messages("case-123", &["once"], &[]);
    let own = all.last().unwrap();
    let confirmed = || Fate::Confirmed(Box::new(own.clone()));

    let mut chat = conversation(40, 20);
    write(&mut chat, "once");
    settle(&mut chat, 0, confirmed());
    read(&mut chat, own);
    assert_eq!(states(&chat), (vec![&Delivery::Confirmed], 1));

    let mut chat = conversation(40, 20);
    write(&mut chat, "once");
    read(&mut chat, own);
    assert_eq!(states(&chat), (vec![&Delivery::Sending], 1));
    settle(&mut chat, 0, confirmed());
    assert_eq!(states(&chat), (vec![&Delivery::Confirmed], 1));

    // The service gave it back in another form than it was sent: only the receipt knows it.
    let mut chat = conversation(40, 20);
    write(&mut chat, "once, in another form");
    read(&mut chat, own);
    assert_eq!(states(&chat).1, 2);
    settle(&mut chat, 0, confirmed());
    assert_eq!(states(&chat), (vec![&Delivery::Confirmed], 1));
}

fn failed(reason: String) -> Fate {
    let exit = crate::exit::Exit::Refused;
    Fate::Failed {
        reason,
        exit,
        uploaded: Vec::new(),
    }
}

/// What failed is lost until it is sent again; what waits is lost when somebody leaves.
#[test]
fn what_is_lost_when_somebody_leaves() {
    let mut chat = conversation(40, 20);
    let lost = |chat: &Conversation| -> Vec<String> {
        chat.lost().iter().map(|own| own.text.clone()).collect()
    };
    write(&mut chat, "one");
    write(&mut chat, "two");
    assert_eq!(lost(&chat), ["two"]);
    settle(&mut chat, 0, failed("refused".to_owned()));
    assert_eq!(lost(&chat), ["one"]);
    settle(&mut chat, 1, Fate::Accepted);
    assert_eq!(lost(&chat), ["one"]);
    chat.draft.take();
    write(&mut chat, "one");
    assert!(lost(&chat).is_empty());
    settle(&mut chat, 2, failed("refused".to_owned()));
    assert_eq!(lost(&chat), ["one"]);
}

/// A message that was there before, or is of the other side, is never taken for an own one.
#[test]
fn what_cannot_be_the_own_message() {
    let all = messages("case-123", &["same", "later"], &["same"]);
    let [.., customer, later, support] = all.as_slice() else {
        panic!("three messages at least")
    };
    let mut chat = conversation(40, 20);
    write(&mut chat, "same");
    read(&mut chat, support);
    assert_eq!(states(&chat), (vec![&Delivery::Sending], 2));
    read(&mut chat, customer);
    assert_eq!(states(&chat), (vec![&Delivery::Sending], 2));
    // It was another's after all.
    let reason = "refused".to_owned();
    settle(&mut chat, 0, failed(reason));
    read(&mut chat, later);
    assert_eq!(states(&chat).1, 4);
    assert_eq!(chat.draft.take(), "same", "to be sent again");

    // Before the beginning is loaded nothing is sent, so nothing old can be taken for it.
    let zone = Zone::from(ZoneOffset::from_hours(8).unwrap());
    let mut chat = Conversation::new(TicketId::new("case-123").unwrap(), zone, 40, 20);
    assert!(write(&mut chat, "same").is_empty());
    read(&mut chat, customer);
    assert_eq!(states(&chat), (vec![&Delivery::Waiting], 2));
    assert_eq!(chat.apply(Event::Loaded).len(), 1);
}

/// In doubt, and then something that looks like it comes: the ticket is asked, once.
#[test]
fn doubt_is_looked_into() {
    let all = messages("case-123", &["in doubt"], &[]);
    let own = all.last().unwrap();
    let file = Some("/my pending/1.json".into());
    let unknown = || Fate::Unknown { file: file.clone() };
    let mut chat = conversation(100, 24);
    write(&mut chat, "in doubt");
    assert!(settle(&mut chat, 0, unknown()).is_empty());
    assert!(drawn(&chat).contains("hwc-tickets message reconcile '/my pending/1.json'"));
    assert_eq!(read(&mut chat, own), [Effect::Look { number: 0 }]);
    assert!(settle(&mut chat, 0, unknown()).is_empty());
    let again = || Event::Key(KeyEvent::new(KeyCode::Char('r'), KeyModifiers::CONTROL));
    assert_eq!(chat.apply(again()), [Effect::Look { number: 0 }]);
    assert!(chat.apply(again()).is_empty(), "one look at a time");
    assert!(drawn(&chat).contains("unknown, looking"));
    settle(&mut chat, 0, Fate::Confirmed(Box::new(own.clone())));
    assert_eq!(states(&chat), (vec![&Delivery::Confirmed], 1));

    let mut chat = conversation(60, 24);
    write(&mut chat, "in doubt");
    read(&mut chat, own);
    assert_eq!(
        settle(&mut chat, 0, unknown()),
        [Effect::Look { number: 0 }]
    );
}

#[test]
fn leaving_asks_when_something_would_be_lost() {
    let mut chat = conversation(40, 20);
    assert_eq!(press(&mut chat, KeyCode::Esc), [Effect::Leave]);
    chat.apply(Event::Paste("text".to_owned()));
    assert!(press(&mut chat, KeyCode::Esc).is_empty());
    assert!(drawn(&chat).contains("Esc again leaves"));
    press(&mut chat, KeyCode::Char('s'));
    assert!(press(&mut chat, KeyCode::Esc).is_empty(), "asked anew");
    assert_eq!(press(&mut chat, KeyCode::Esc), [Effect::Leave]);
    press(&mut chat, KeyCode::Enter);
    assert!(press(&mut chat, KeyCode::Esc).is_empty(), "on its way");
    // Following has ended for good: nobody is thrown out while something is on its way.
    assert!(chat.apply(Event::Ended("over".to_owned())).is_empty());
    settle(&mut chat, 0, Fate::Accepted);
    assert_eq!(chat.apply(Event::Ended("over".to_owned())), [Effect::Leave]);
}

#[test]
fn nothing_is_drawn_outside_whatever_the_size() {
    let all = messages("TT202611210003", &[], &["👨‍👩‍👧 \u{1b}[2J \u{202e}x"]);
    for columns in 1..50 {
        for rows in 1..30 {
            let mut chat = conversation(columns, rows);
            chat.apply(Event::Status(TicketStatus::InProgress));
            for message in &all {
                read(&mut chat, message);
            }
            chat.apply(Event::Paste("一行\n两行\n三行\n四行".to_owned()));
            // Panics when something stands outside.
            let screen = drawn(&chat);
            assert!(!screen.contains('\u{1b}') && !screen.contains('\u{202e}'));
            press(&mut chat, KeyCode::PageUp);
            press(&mut chat, KeyCode::Up);
            drawn(&chat);
        }
    }
}

/// Every line can be reached, and the newest message comes back.
#[test]
fn scrolling_reaches_everything() {
    let all = messages("TT202611210011", &[], &[]);
    let mut chat = conversation(40, 12);
    for message in &all {
        read(&mut chat, message);
    }
    let bottom = drawn(&chat);
    assert_eq!(press(&mut chat, KeyCode::Home), [Effect::Older]);
    let (messages, is_all) = (Vec::new(), true);
    chat.apply(Event::Older { messages, is_all });
    let top = drawn(&chat);
    assert!(top.contains("Server 1 of 40") && !bottom.contains("Server 1 of 40"));
    for _ in 0..500 {
        press(&mut chat, KeyCode::Down);
    }
    assert_eq!(drawn(&chat), bottom);
    for _ in 0..100 {
        press(&mut chat, KeyCode::PageUp);
    }
    assert_eq!(drawn(&chat), top);
    for _ in 0..100 {
        press(&mut chat, KeyCode::PageDown);
    }
    assert_eq!(drawn(&chat), bottom);
    press(&mut chat, KeyCode::PageUp);
    let middle = drawn(&chat);
    assert!(middle != top && middle != bottom);
    // What is looked at does not move when something comes.
    read(&mut chat, &all[0]);
    let lines = |screen: &str| {
        screen
            .lines()
            .take(8)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(lines(&drawn(&chat)), lines(&middle));
    press(&mut chat, KeyCode::End);
    assert!(chat.top.is_none());
}

/// Scrolling up beyond the oldest message reads older ones; what is in sight stays there, and the way goes on.
#[test]
fn older_messages_are_read_on_demand() {
    let all = messages("TT202611210011", &[], &[]);
    let (older, newer) = all.split_at(40);
    let mut chat = conversation(40, 12);
    for message in newer {
        read(&mut chat, message);
    }
    let shown = |chat: &Conversation| -> Vec<String> {
        let screen = drawn(chat);
        screen.lines().take(8).map(str::to_owned).collect()
    };
    assert_eq!(press(&mut chat, KeyCode::Home), [Effect::Older]);
    assert!(
        press(&mut chat, KeyCode::Up).is_empty(),
        "one read at a time"
    );
    let before = shown(&chat);
    let page = |messages: &[Message]| messages.iter().rev().cloned().collect::<Vec<_>>();
    let (is_all, messages) = (false, page(&older[20..]));
    chat.apply(Event::Older { messages, is_all });
    assert_eq!(shown(&chat), before, "what is in sight stays");
    press(&mut chat, KeyCode::PageUp);
    assert_ne!(shown(&chat), before);
    assert_eq!(press(&mut chat, KeyCode::Home), [Effect::Older]);
    // Somebody writes meanwhile, and this side, too.
    read(&mut chat, newer.last().unwrap());
    write(&mut chat, "meanwhile");
    let (is_all, messages) = (true, page(&older[..20]));
    chat.apply(Event::Older { messages, is_all });
    settle(&mut chat, 0, Fate::Accepted);
    assert_eq!(states(&chat), (vec![&Delivery::Accepted], all.len() + 2));
    assert!(
        press(&mut chat, KeyCode::Home).is_empty(),
        "there are no more"
    );
    assert!(drawn(&chat).contains("Server 1 of 40"));
    let times: Vec<_> = chat
        .entries
        .iter()
        .filter_map(Entry::message)
        .take(all.len())
        .map(|message| message.created_at.instant())
        .collect();
    assert!(times.is_sorted(), "the oldest first");
}

#[test]
fn older_messages_that_cannot_be_read() {
    let all = messages("TT202611210011", &[], &[]);
    let mut chat = conversation(60, 12);
    for message in &all {
        read(&mut chat, message);
    }
    assert_eq!(press(&mut chat, KeyCode::Home), [Effect::Older]);
    chat.apply(Event::OlderFailed("no connection".to_owned()));
    assert!(drawn(&chat).contains("could not be read: no connection"));
    assert_eq!(press(&mut chat, KeyCode::PageUp), [Effect::Older], "again");
}

/// The ticket is marked as read when its newest message is in sight, once for each time something came.
#[test]
fn what_was_shown_is_marked_as_read() {
    let all = messages("TT202611210011", &[], &["news"]);
    let (news, old) = all.split_last().unwrap();
    let zone = Zone::from(ZoneOffset::from_hours(8).unwrap());
    let id = || TicketId::new("TT202611210011").unwrap();
    let mut chat = Conversation::new(id(), zone, 40, 12);
    for message in old {
        assert!(read(&mut chat, message).is_empty(), "not all is there yet");
    }
    assert!(chat.apply(Event::Loaded).is_empty(), "how much is unread?");
    assert_eq!(chat.apply(Event::Counted(Some(1))), [Effect::MarkRead]);
    assert!(chat.apply(Event::Loaded).is_empty());
    // While older messages are looked at, what comes is not seen.
    press(&mut chat, KeyCode::PageUp);
    assert!(read(&mut chat, news).is_empty());
    chat.apply(Event::Marked(Ok(())));
    assert_eq!(press(&mut chat, KeyCode::End), [Effect::MarkRead]);
    chat.apply(Event::Marked(Err("no permission".to_owned())));
    assert!(drawn(&chat).contains("no permission"));

    let mut chat = Conversation::new(id(), zone, 40, 12).keep_unread(true);
    for message in &all {
        assert!(read(&mut chat, message).is_empty());
    }
    assert!(chat.apply(Event::Loaded).is_empty());
    assert!(chat.apply(Event::Counted(Some(9))).is_empty());
    // Own messages are no news.
    let own = messages("case-123", &["own"], &[]);
    let mut chat = conversation(40, 12);
    assert!(read(&mut chat, own.last().unwrap()).is_empty());
}

/// What begins with a slash is never sent; with two, it is sent with one.
#[test]
fn commands_are_not_sent() {
    for (text, said) in [
        (
            "/var/log is full",
            "No message has “var/log is full”; nothing was sent.",
        ),
        ("/Help", "No message has “Help”"),
        ("/\u{1b}[2Jx", "nothing was sent"),
    ] {
        let mut chat = conversation(100, 20);
        let (messages, is_all) = (Vec::new(), true);
        chat.apply(Event::Older { messages, is_all });
        assert!(write(&mut chat, text).is_empty(), "{text}");
        assert_eq!(states(&chat), (vec![], 0), "{text}");
        let screen = drawn(&chat);
        assert!(screen.contains(said), "{text}: {screen}");
        // What is found nowhere stays, to be changed.
        assert!(!chat.draft.is_empty(), "{text}");
    }
    let path = || "a b.log".into();
    for (text, wanted) in [
        ("/", vec![Effect::Help]),
        ("/help", vec![Effect::Help]),
        ("  /help me", vec![Effect::Help]),
        ("/tickets", vec![Effect::Tickets]),
        ("/edit", vec![Effect::Edit]),
        ("/attach a b.log", vec![Effect::Attach { path: path() }]),
        ("/attach", vec![]),
        ("/save", vec![]),
    ] {
        let mut chat = conversation(100, 20);
        assert_eq!(write(&mut chat, text), wanted, "{text}");
        assert_eq!(states(&chat), (vec![], 0), "{text}");
        assert_eq!(chat.draft.is_empty(), !wanted.is_empty(), "{text}");
    }
    for (text, sent) in [
        ("//var/log is full", "/var/log is full"),
        (" //x", "/x"),
        ("///", "//"),
        ("1/2", "1/2"),
        ("a\n/help", "a\n/help"),
    ] {
        let mut chat = conversation(40, 20);
        let effects = write(&mut chat, text);
        let [Effect::Send { text: secret, .. }] = effects.as_slice() else {
            panic!("{text}: {effects:?}")
        };
        assert_eq!(secret.0, sent, "{text}");
    }
    let mut chat = conversation(40, 20);
    assert_eq!(write(&mut chat, "/quit"), [Effect::Leave]);
}

#[test]
fn screens() {
    let all = messages(
        "TT202611210003",
        &["好的，谢谢！😀"],
        &["不客气。\u{1b}[2J"],
    );
    for columns in [40, 120] {
        let mut chat = conversation(columns, 30);
        chat.apply(Event::Status(TicketStatus::AwaitingConfirmation));
        let (last, before) = all.split_last().unwrap();
        for message in before {
            read(&mut chat, message);
        }
        write(&mut chat, "第一条");
        settle(&mut chat, 0, Fate::Accepted);
        write(&mut chat, "第二条");
        let reason = "submit message: refused (HTTP 400)".to_owned();
        settle(&mut chat, 1, failed(reason));
        chat.draft.take();
        write(&mut chat, "第三条");
        read(&mut chat, last);
        chat.apply(Event::Paste("还没写完 👨‍👩‍👧\n第二行".to_owned()));
        chat.apply(Event::Trouble(
            "no connection; trying again in 3s".to_owned(),
        ));
        insta::assert_snapshot!(format!("chat_screen_{columns}"), drawn(&chat));
    }
}

/// All that was unread has to be on the screen before the ticket is marked as read, its beginning and its end.
#[test]
fn only_what_was_on_the_screen_is_marked_as_read() {
    let all = messages("TT202611210011", &[], &[]);
    let support = |all: &[Message]| {
        let of_support = |message: &&Message| message.kind != MessageKind::Customer;
        u64::try_from(all.iter().filter(of_support).count()).unwrap()
    };
    let begin = |shown: &[Message], unread: Option<u64>| {
        let mut chat = newest_of(shown);
        let effects = chat.apply(Event::Counted(unread));
        (chat, effects)
    };
    // More than a screen is unread: scrolling through it marks it, once.
    let unread = support(&all[all.len() - 20..]);
    let (mut chat, effects) = begin(&all, Some(unread));
    assert!(effects.is_empty());
    assert!(drawn(&chat).contains("unread above"), "{}", drawn(&chat));
    let mut marked = 0;
    for _ in 0..400 {
        let effects = press(&mut chat, KeyCode::Up);
        marked += effects
            .iter()
            .filter(|effect| **effect == Effect::MarkRead)
            .count();
    }
    assert_eq!(marked, 1);
    // What is unread stands before what was loaded.
    let (older, newer) = all.split_at(all.len() - 2);
    let (mut chat, effects) = begin(newer, Some(support(newer) + 1));
    assert!(effects.is_empty());
    let (messages, is_all) = (older.iter().rev().cloned().collect(), true);
    assert!(chat.apply(Event::Older { messages, is_all }).is_empty());
    // Something else stands in its place.
    let (mut chat, _) = begin(&all, Some(0));
    chat.is_covered = true;
    let mut of_support = all.iter().rev();
    let of_support = of_support.find(|message| support(std::slice::from_ref(message)) == 1);
    assert!(read(&mut chat, of_support.unwrap()).is_empty());
    chat.is_covered = false;
    let size = Event::Size {
        columns: 40,
        rows: 12,
    };
    assert_eq!(chat.apply(size), [Effect::MarkRead]);
}

/// What may be missing among older messages was not on the screen: that is told, and nothing is marked as read, whenever it is
/// known how many are unread, and also where as many others are there.
#[test]
fn what_may_be_missing_stays_unread() {
    let all = messages("TT202611210011", &[], &[]);
    let of_support = |message: &&Message| message.kind != MessageKind::Customer;
    let found = u64::try_from(all.iter().filter(of_support).count()).unwrap();
    let (older, newer) = all.split_at(all.len() - 2);
    assert!(older.iter().any(|message| of_support(&message)));
    let older: Vec<Message> = older.iter().rev().cloned().collect();
    let counts = [
        (found, true),
        (found, false),
        (found + 1, true),
        (found + 1, false),
    ];
    // Whether the first page and the last one are proven: the last one may prove what another one left open.
    for (first, last) in [(true, true), (false, true), (true, false), (false, false)] {
        for (unread, counts_first) in counts {
            let mut chat = newest_of(newer);
            let mut events = vec![
                page(first, false, older.clone()),
                page(last, true, Vec::new()),
            ];
            let counted = Event::Counted(Some(unread));
            match counts_first {
                true => events.insert(0, counted),
                false => events.push(counted),
            }
            let mut effects = Vec::new();
            for event in events {
                effects.extend(chat.apply(event));
            }
            let expected = (!last).then_some("An older message may be missing.");
            assert_eq!(chat.notice.as_deref(), expected);
            for _ in 0..500 {
                effects.extend(press(&mut chat, KeyCode::Up));
            }
            let marked = effects.iter().filter(|effect| **effect == Effect::MarkRead);
            let case = (first, last, unread, counts_first);
            assert_eq!(marked.count(), usize::from(last), "{case:?}");
        }
    }
}

/// Nor is it asked for again and again. Where nothing was unread, what comes later is marked as ever.
#[test]
fn what_may_be_missing_hinders_nothing_else() {
    let all = messages("TT202611210011", &[], &[]);
    let older: Vec<Message> = all.iter().rev().cloned().collect();
    let mut chat = conversation(60, 12);
    assert_eq!(write(&mut chat, "/word"), [Effect::Older]);
    assert!(chat.apply(page(false, true, older.clone())).is_empty());
    assert!(press(&mut chat, KeyCode::Home).is_empty());
    for counts_first in [true, false] {
        let mut chat = newest_of(&[]);
        let mut events = [Event::Counted(Some(0)), page(false, true, older.clone())];
        if !counts_first {
            events.reverse();
        }
        for event in events {
            assert!(chat.apply(event).is_empty());
        }
        let mut of_support = all.iter().rev();
        let of_support = of_support.find(|message| message.kind != MessageKind::Customer);
        let mut effects = read(&mut chat, of_support.unwrap());
        for code in [KeyCode::End].into_iter().chain([KeyCode::Up; 50]) {
            effects.extend(press(&mut chat, code));
        }
        assert_eq!(effects, [Effect::MarkRead]);
    }
}

/// Older messages that were read.
fn page(is_proven: bool, is_last: bool, messages: Vec<Message>) -> Event {
    match is_proven {
        true => Event::Older {
            messages,
            is_all: is_last,
        },
        false => Event::OlderInDoubt { messages, is_last },
    }
}

/// A chat with these messages, which are the newest ones.
fn newest_of(newer: &[Message]) -> Conversation {
    let zone = Zone::from(ZoneOffset::from_hours(8).unwrap());
    let ticket = TicketId::new("TT202611210011").unwrap();
    let mut chat = Conversation::new(ticket, zone, 40, 12);
    for message in newer {
        read(&mut chat, message);
    }
    chat.apply(Event::Loaded);
    chat
}

/// The newest message with the word comes first; what is older is read when it has to be.
#[test]
fn words_are_looked_for() {
    let all = messages("TT202611210011", &[], &[]);
    let (older, newer) = all.split_at(all.len() - 2);
    let mut chat = conversation(60, 12);
    for message in newer {
        read(&mut chat, message);
    }
    assert_eq!(write(&mut chat, "/SERVER 1 of"), [Effect::Older]);
    assert!(chat.draft.is_empty());
    let (messages, is_all) = (older.iter().rev().cloned().collect(), true);
    chat.apply(Event::Older { messages, is_all });
    let screen = drawn(&chat);
    assert!(screen.contains("Server 1 of 40"), "{screen}");
    press(&mut chat, KeyCode::Enter);
    assert!(drawn(&chat).contains("No older message has"));
    assert!(press(&mut chat, KeyCode::Esc).is_empty(), "ends the search");
    assert!(chat.search.is_none());
    assert_eq!(press(&mut chat, KeyCode::Esc), [Effect::Leave]);
}

/// Files go with one message, and come back with its text when it did not arrive.
#[test]
fn files_go_with_the_next_message() {
    let mut chat = conversation(60, 20);
    chat.apply(Event::Attached(Ok("logs/磁盘.log".into())));
    chat.apply(Event::Attached(Ok("logs/磁盘.log".into())));
    assert!(drawn(&chat).contains("with [磁盘.log]"), "{}", drawn(&chat));
    let effects = press(&mut chat, KeyCode::Enter);
    let [Effect::Send { files, text, .. }] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(
        (files.len(), text.0.as_str()),
        (1, ""),
        "once, without a text"
    );
    assert!(chat.enclosed.is_empty());
    let id = hwc_tickets::AttachmentId::new("file-1").unwrap();
    let fate = Fate::Failed {
        reason: "refused".to_owned(),
        exit: crate::exit::Exit::Refused,
        uploaded: vec![id.clone()],
    };
    settle(&mut chat, 0, fate);
    assert_eq!(
        chat.enclosed[0].uploaded.as_ref(),
        Some(&id),
        "not uploaded again"
    );
    write(&mut chat, "/detach");
    assert!(chat.enclosed.is_empty());
}

/// Numbers of files do not change when older ones come, and only what is there is saved.
#[test]
fn files_are_saved_by_number() {
    let all = messages("TT202611210003", &[], &[]);
    let mut chat = conversation(60, 30);
    for message in &all {
        read(&mut chat, message);
    }
    assert!(drawn(&chat).contains("[1 慢查询.log]"), "{}", drawn(&chat));
    for text in ["/save", "/save 1"] {
        let effects = write(&mut chat, text);
        let [Effect::Save { file, directory }] = effects.as_slice() else {
            panic!("{text}: {effects:?}")
        };
        assert_eq!(file.file_name, "慢查询.log");
        assert_eq!(directory, std::path::Path::new("."));
    }
    assert!(write(&mut chat, "/save 2").is_empty());
    assert!(drawn(&chat).contains("Which file?"));
}

/// What is in no ticket and in no doubt is kept to be sent; what is on its way or in doubt, apart from that.
#[test]
fn what_is_kept() {
    let mut chat = conversation(60, 20);
    write(&mut chat, "one");
    assert_eq!(chat.kept(), "", "on its way");
    assert_eq!(chat.unsettled(), "one");
    // Left before its first byte went out.
    let mut left = conversation(60, 20);
    write(&mut left, "one");
    assert_eq!(left.put_back(), Some("one"));
    assert_eq!(
        (left.kept().as_str(), left.unsettled().as_str()),
        ("one", "")
    );
    assert_eq!(left.lost().len(), 1);
    assert_eq!(left.put_back(), None);
    write(&mut chat, "two");
    chat.apply(Event::Paste("three".to_owned()));
    assert_eq!(chat.kept(), "two\n\nthree");
    chat.draft.take();
    settle(&mut chat, 0, Fate::Unknown { file: None });
    settle(&mut chat, 1, failed("refused".to_owned()));
    assert_eq!(chat.kept(), "two");
    assert_eq!(chat.unsettled(), "one");
    let mut later = conversation(60, 20);
    later.restore(chat.kept(), Some(&[std::path::PathBuf::from("/kept.txt")]));
    assert_eq!(later.draft.text(), "two");
    assert!(
        later
            .notice
            .as_ref()
            .unwrap()
            .ends_with("its text is in /kept.txt")
    );
    assert!(drawn(&later).contains("It is not known"));
}
