//! The list of tickets and the conversation on one screen, without a terminal.

use super::messages;
use crate::{
    command::chat::{
        app::{App, Effect, Event, Focus},
        conversation::{self, Effect as Wanted},
        screen,
        tickets::Listing,
    },
    zone::Zone,
};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use hwc_tickets::{
    AllUnread, ListedTicket, Message, MessageKind, MessageTime, TicketId, TicketStatus,
    UnreadCounts, ZoneOffset,
};
use ratatui::{Terminal, backend::TestBackend};

/// Id, title, status, and unread messages where they are known.
type Ticket = (&'static str, &'static str, TicketStatus, Option<u64>);

const TICKETS: [Ticket; 5] = [
    ("case-100", "A disk", TicketStatus::InProgress, Some(0)),
    (
        "case-101",
        "averyverylongwordwithoutanyplacetobreakatallinthemiddleofatitle",
        TicketStatus::Pending,
        None,
    ),
    (
        "TT202611210003",
        "数据库连接失败，报错“too many connections” 😀",
        TicketStatus::InProgress,
        Some(12),
    ),
    (
        "case-103",
        "快照 \u{1b}[2J",
        TicketStatus::AwaitingFeedback,
        Some(0),
    ),
    (
        "case-104",
        "Restart",
        TicketStatus::AwaitingConfirmation,
        Some(1),
    ),
];

fn id(text: &str) -> TicketId {
    TicketId::new(text).unwrap()
}

fn listing() -> Listing {
    let mut counts = UnreadCounts::default();
    let mut rows = Vec::new();
    for (number, (ticket, title, status, unread)) in TICKETS.into_iter().enumerate() {
        let opened = format!("2026-11-2{number} 10:00:00");
        let opened = MessageTime::read(&opened, ZoneOffset::UTC);
        rows.push(ListedTicket::new(id(ticket), status, opened).title(title));
        if let Some(unread) = unread {
            counts.unread.insert(id(ticket), unread);
        }
    }
    Listing::from(AllUnread::new(counts, rows))
}

fn app(columns: u16, rows: u16) -> App {
    let zone = Zone::from(ZoneOffset::from_hours(8).unwrap());
    let mut app = App::new(zone, columns, rows);
    assert_eq!(app.begin(None), [Effect::List]);
    app.apply(Event::Listed(listing()));
    app
}

fn press(app: &mut App, code: KeyCode) -> Vec<Effect> {
    app.apply(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

fn type_in(app: &mut App, text: &str) {
    for c in text.chars() {
        press(app, KeyCode::Char(c));
    }
}

/// The screen, and the addresses that its links lead to.
fn drawn(app: &App) -> (String, Vec<String>) {
    let size = [app.columns, app.rows].map(|size| u16::try_from(size).unwrap());
    let mut terminal = Terminal::new(TestBackend::new(size[0], size[1])).unwrap();
    let mut links = Vec::new();
    terminal
        .draw(|frame| links = screen::draw(frame, app, true))
        .unwrap();
    let screen = terminal.backend().to_string();
    let screen = screen
        .lines()
        .map(|line| line.split("\" Hidden by").next().unwrap_or_default())
        .map(|line| format!("{}\n", line.trim_matches('"').trim_end()))
        .collect();
    let links = links.iter().map(|link| link.address.to_string());
    (screen, links.collect())
}

fn tell(app: &mut App, talk: usize, event: conversation::Event) -> Vec<Effect> {
    app.apply(Event::Talk(talk, event))
}

#[test]
fn what_needs_an_answer_stands_first() {
    let listing = listing();
    let order: Vec<&str> = listing.tickets.iter().map(|row| row.id.as_str()).collect();
    let wanted = [
        "case-104",
        "case-103",
        "TT202611210003",
        "case-101",
        "case-100",
    ];
    assert_eq!(order, wanted);
    assert_eq!(listing.remark, None);
    assert_eq!(listing.tickets[3].unread, None, "not known is not none");
}

/// A list that could not be read says so, never that there is nothing; what was known stays.
#[test]
fn a_list_that_could_not_be_read() {
    let failed = || Listing {
        tickets: Vec::new(),
        remark: Some("no connection".to_owned()),
    };
    let zone = Zone::from(ZoneOffset::UTC);
    let mut empty = App::new(zone, 60, 24);
    empty.apply(Event::Listed(failed()));
    let (screen, _) = drawn(&empty);
    assert!(screen.contains("No ticket could be read.") && screen.contains("no connection"));
    assert!(!screen.contains("none for you"), "{screen}");
    empty.apply(Event::Listed(Listing::default()));
    assert!(drawn(&empty).0.contains("No ticket is open."));
    let mut app = app(60, 24);
    app.apply(Event::Listed(failed()));
    let (screen, _) = drawn(&app);
    assert!(screen.contains("case-104") && screen.contains("no connection"));
}

/// Keys in the list, and the ticket that is opened by Enter afterwards.
#[test]
fn keys_of_the_list() {
    for (keys, opened) in [
        ("", Some("case-104")),
        ("j", Some("case-103")),
        ("jk", Some("case-104")),
        ("G", Some("case-100")),
        ("Gg", Some("case-104")),
        ("jjjjjjjjj", Some("case-100")),
        ("/DISK\n", Some("case-100")),
        ("/数据\n", Some("TT202611210003")),
        ("/feedback\n", Some("case-103")),
        ("/nothing\n", None),
    ] {
        let mut app = app(80, 24);
        for c in keys.chars() {
            match c {
                '\n' => press(&mut app, KeyCode::Enter),
                c => press(&mut app, KeyCode::Char(c)),
            };
        }
        let effects = press(&mut app, KeyCode::Enter);
        assert_eq!(effects.is_empty(), opened.is_none(), "{keys:?}");
        assert_eq!(
            app.talk().map(|talk| talk.ticket.as_str()),
            opened,
            "{keys:?}"
        );
        assert_eq!(app.focus == Focus::Talk, opened.is_some(), "{keys:?}");
    }
}

/// One pane at a time on a narrow screen, both on a wide one, and a ticket is opened once.
#[test]
fn panes() {
    for (columns, both) in [(40, false), (89, false), (90, true), (120, true)] {
        let mut app = app(columns, 24);
        assert_eq!(app.panes().talk, None, "{columns}");
        assert_eq!(press(&mut app, KeyCode::Enter), [Effect::Open(0)]);
        assert_eq!(app.panes().list.is_some(), both, "{columns}");
        assert!(app.panes().talk.is_some(), "{columns}");
        let width = app.talk().unwrap().columns;
        let wanted = if both { columns - 35 } else { columns };
        assert_eq!(width, usize::from(wanted));
        assert_eq!(press(&mut app, KeyCode::Tab), [Effect::List]);
        assert_eq!(app.panes().talk.is_some(), both, "{columns}");
        assert!(press(&mut app, KeyCode::Enter).is_empty(), "it is open");
        assert_eq!(app.talks().len(), 1);
        // Back to the list, and out.
        assert_eq!(press(&mut app, KeyCode::Esc), [Effect::List]);
        assert_eq!(press(&mut app, KeyCode::Esc), [Effect::Leave]);
    }
    let zone = Zone::from(ZoneOffset::UTC);
    let mut app = App::new(zone, 120, 24);
    assert_eq!(app.begin(Some(id("case-100"))), [Effect::Open(0)]);
    assert_eq!(app.panes().list, None, "the ticket was named");
    assert_eq!(press(&mut app, KeyCode::Esc), [Effect::Leave]);
}

/// A question mark opens the help where nothing is written, and typed twice it is a text.
#[test]
fn help() {
    let mut app = app(80, 30);
    type_in(&mut app, "?");
    assert!(app.shows_help && drawn(&app).0.contains("/attach FILE"));
    press(&mut app, KeyCode::Esc);
    assert!(!app.shows_help);
    press(&mut app, KeyCode::Enter);
    type_in(&mut app, "?");
    assert!(app.shows_help);
    type_in(&mut app, "?");
    assert_eq!(app.talk().unwrap().draft.text(), "?");
    type_in(&mut app, "?");
    assert_eq!(app.talk().unwrap().draft.text(), "??");
    assert!(!app.shows_help);
}

/// A ticket is not marked as read while something else stands where its messages would.
#[test]
fn what_is_covered_is_not_read() {
    let all = messages("case-123", &[], &["one", "two"]);
    let last = all.last().unwrap();
    let news = || conversation::Event::Message(Box::new(last.clone()));
    let mark = [Effect::Talk(0, Wanted::MarkRead)];
    let covers: [fn(&mut App); 3] = [
        |app| type_in(app, "?"),
        |app| drop(press(app, KeyCode::Tab)),
        |app| drop(app.apply(Event::Hidden(true))),
    ];
    let uncovers: [fn(&mut App) -> Vec<Effect>; 3] = [
        |app| press(app, KeyCode::Esc),
        |app| press(app, KeyCode::Tab),
        |app| app.apply(Event::Hidden(false)),
    ];
    for (cover, uncover) in covers.into_iter().zip(uncovers) {
        let mut app = app(60, 24);
        press(&mut app, KeyCode::Enter);
        tell(&mut app, 0, conversation::Event::Loaded);
        tell(&mut app, 0, conversation::Event::Counted(Some(0)));
        cover(&mut app);
        assert!(tell(&mut app, 0, news()).is_empty());
        assert_eq!(uncover(&mut app), mark);
        // What was marked is none of the list's news.
        tell(&mut app, 0, conversation::Event::Marked(Ok(())));
        assert_eq!(tell(&mut app, 0, news()), mark);
    }
}

/// A message that is on its way asks before somebody leaves; one ticket that is lost leaves the others alone.
#[test]
fn leaving() {
    let mut app = app(60, 24);
    press(&mut app, KeyCode::Enter);
    tell(&mut app, 0, conversation::Event::Loaded);
    type_in(&mut app, "hello");
    press(&mut app, KeyCode::Enter);
    press(&mut app, KeyCode::Tab);
    assert!(press(&mut app, KeyCode::Char('q')).is_empty());
    assert!(drawn(&app).0.contains("still on its way"));
    app.apply(Event::Listed(listing()));
    assert!(drawn(&app).0.contains("still on its way"));
    assert_eq!(press(&mut app, KeyCode::Char('q')), [Effect::Leave]);

    let mut app = self::app(60, 24);
    press(&mut app, KeyCode::Enter);
    let lost = conversation::Event::Ended("gone".to_owned());
    assert!(tell(&mut app, 0, lost).is_empty());
    assert!(drawn(&app).0.contains("gone"));
}

/// A link leads where its text says, also when it is folded, and nothing hostile becomes one.
#[test]
fn links() {
    let texts = "See https://support.huaweicloud.com/intl/zh-cn/usermanual-osm/a_very_long_path_without_an_end.html。\n\
                 https://huaweicloud.com@evil.com/ javascript:x https://a.com/\u{1b}]8;;https://evil.com\u{7}x";
    let time = MessageTime::read("2026-11-21 10:00:00", ZoneOffset::UTC);
    let message = Message::new(MessageKind::Support, time, texts);
    for columns in [40, 80, 120] {
        let mut app = app(columns, 24);
        press(&mut app, KeyCode::Enter);
        tell(
            &mut app,
            0,
            conversation::Event::Message(Box::new(message.clone())),
        );
        let (screen, mut links) = drawn(&app);
        links.dedup();
        let wanted = [
            "https://support.huaweicloud.com/intl/zh-cn/usermanual-osm/a_very_long_path_without_an_end.html",
            "https://a.com/",
            "https://evil.com",
        ];
        assert_eq!(links, wanted, "{columns}: {screen}");
        assert!(!screen.contains(['\u{1b}', '\u{7}']));
    }
}

#[test]
fn screens_with_the_list() {
    let all = messages("TT202611210003", &[], &["请看 https://a.com/磁盘 😀"]);
    for columns in [40, 80, 120] {
        let mut app = app(columns, 24);
        insta::assert_snapshot!(format!("chat_list_{columns}"), drawn(&app).0);
        type_in(&mut app, "jj");
        press(&mut app, KeyCode::Enter);
        for message in &all {
            let message = Box::new(message.clone());
            tell(&mut app, 0, conversation::Event::Message(message));
        }
        tell(&mut app, 0, conversation::Event::Loaded);
        tell(&mut app, 0, conversation::Event::Counted(Some(2)));
        tell(
            &mut app,
            0,
            conversation::Event::Attached(Ok("磁盘.log".into())),
        );
        type_in(&mut app, "/https");
        press(&mut app, KeyCode::Enter);
        type_in(
            &mut app,
            "还没写完 averyverylongwordwithoutanyplacetobreakatall",
        );
        insta::assert_snapshot!(format!("chat_beside_{columns}"), drawn(&app).0);
    }
    insta::assert_snapshot!("chat_help_40", {
        let mut app = app(40, 40);
        type_in(&mut app, "?");
        drawn(&app).0
    });
}

#[test]
fn nothing_is_drawn_outside_whatever_the_size() {
    for columns in 1..100 {
        for rows in 1..12 {
            let mut app = app(columns, rows);
            // Panics when something stands outside.
            let screen = drawn(&app).0;
            assert!(!screen.contains('\u{1b}'));
            type_in(&mut app, "/磁?");
            drawn(&app);
            press(&mut app, KeyCode::Esc);
            type_in(&mut app, "?");
            drawn(&app);
            press(&mut app, KeyCode::Esc);
            press(&mut app, KeyCode::Enter);
            drawn(&app);
        }
    }
}
