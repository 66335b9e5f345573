//! The world a simulator starts with.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::World;
use crate::domain::agreement::Agreement;
use crate::domain::command::Command;
use crate::domain::contact::Contact;
use crate::domain::label::Label;
use crate::domain::people::User;
use crate::domain::rules::Rules;
use crate::domain::seed::{COLLEAGUE, DEMO, GROUP, STRANGER, TicketSeed};
use crate::domain::ticket::Status;
use crate::quirks::Quirks;

impl World {
    /// The world the simulator starts with: `case-123` of the documents, a dozen tickets in different states, one of
    /// them a colleague's, and one of another account.
    pub fn demo(seed: u64, rules: Rules, quirks: Quirks, now: Timestamp) -> Self {
        let mut world = World::empty(seed, rules, quirks);
        let people = [
            User::new(DEMO, "demo", "demo")
                .in_group(GROUP)
                .reached_at(Contact::mail("demo@example.com"))
                .reached_at(Contact::phone("86", "13800138000")),
            User::new(COLLEAGUE, "li.wei", "demo")
                .sub_user()
                .in_group(GROUP)
                .reached_at(Contact::mail("li.wei@example.com")),
            User::new(STRANGER, "stranger", "elsewhere")
                .reached_at(Contact::mail("stranger@example.com")),
        ];
        let files: [(&str, &str, &'static [u8]); 4] = [
            // An archive without members.
            (
                "123",
                "messages.zip",
                b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            ),
            (
                "att-0001",
                "df-output.txt",
                b"Filesystem Size Used Avail Use% Mounted on\n/dev/vda1 40G 40G 0 100% /\n",
            ),
            (
                "att-0002",
                "慢查询.log",
                "# Query_time: 12.3\nSELECT 1; -- 慢\n".as_bytes(),
            ),
            ("att-0003", "screenshot.png", b"\x89PNG\r\n\x1a\n"),
        ];
        let labels = [(1, "production", "#d00000"), (2, "disk", "#000000")];
        let agreements = [(1, "0"), (2, "1"), (3, "2")];
        let commands =
            people
                .into_iter()
                .map(Command::Enrol)
                .chain(
                    files
                        .into_iter()
                        .map(|(id, name, content)| Command::Attach {
                            id: id.to_owned(),
                            name: name.to_owned(),
                            content: content.into(),
                        }),
                )
                .chain(labels.into_iter().map(|(id, name, color)| {
                    Command::AddLabel(Label::new(id, "demo", name, color))
                }))
                .chain(
                    agreements
                        .into_iter()
                        .map(|(id, kind)| Command::Publish(Agreement::new(id, kind, 1))),
                )
                .chain(demo_tickets(now).into_iter().map(Command::Open))
                .chain([Command::Relate {
                    ticket: "case-123".to_owned(),
                    related: "TT202611210004".to_owned(),
                }]);
        for command in commands {
            world.apply(command, now);
        }
        world
    }
}

fn demo_tickets(now: Timestamp) -> Vec<TicketSeed> {
    let ago = |minutes: u64| before(now, minutes * 60);
    let day = 24 * 60;
    let ticket = |id: &str, minutes: u64| TicketSeed::new(id, DEMO, ago(minutes));
    vec![
        ticket("case-123", 180)
            .title("The disk of node 7 is full")
            .label(1)
            .label(2)
            .customer(
                ago(180),
                "The disk of node 7 is full again. Writes fail since this morning.",
            )
            .engineer(
                ago(171),
                "Hello, I have taken over this ticket. Could you send the output of df -h?",
            )
            .customer(
                ago(164),
                "Here it is. The log of the last hour is attached as well.",
            )
            .attached("123")
            .engineer(
                ago(12),
                "Thank you. Old snapshots fill the volume. May I delete those older than 30 days?",
            )
            .unread(1),
        ticket("TT202611210001", 25)
            .status(Status::Waiting)
            .title("Cannot log in to the console")
            .customer(
                ago(25),
                "Logging in to the console fails with a blank page.",
            ),
        ticket("TT202611210002", 2 * day)
            .title("Load balancer answers 502")
            .customer(
                ago(2 * day),
                "About one request in twenty is answered with 502.",
            )
            .engineer(
                ago(2 * day - 30),
                "Thank you for the report. I am looking at the access log.",
            )
            .engineer(
                ago(90),
                "One backend answers too slowly. Its health check passes, so it is not taken out.",
            )
            .engineer(
                ago(60),
                "Could you raise its connection limit and tell me whether that helps?",
            )
            .unread(2),
        ticket("TT202611210003", day)
            .title("数据库连接失败")
            .customer(
                ago(day),
                "数据库连接失败，报错“too many connections”，请协助。",
            )
            .engineer(
                ago(day - 20),
                "您好，工单已受理，请提供实例 ID 和慢查询日志。",
            )
            .customer(ago(day - 45), "实例 rds-7f3k，日志见附件。😀")
            .attached("att-0002")
            .engineer(ago(40), "已收到。连接数上限为 500，建议先检查连接池设置。")
            .unread(1),
        ticket("TT202611210004", 3 * day)
            .status(Status::ToConfirm)
            .title("Snapshot takes hours")
            .customer(
                ago(3 * day),
                "Snapshots that took ten minutes take three hours now.",
            )
            .engineer(
                ago(2 * day),
                "A maintenance job slowed them down. It is over; please check and confirm.",
            ),
        ticket("TT202611210005", 9 * day)
            .status(Status::Completed)
            .title("Invoice address")
            .customer(ago(9 * day), "Please correct the address on our invoices.")
            .engineer(
                ago(8 * day),
                "Done. The next invoice carries the new address.",
            )
            .customer(ago(8 * day - 60), "Thank you, that was quick."),
        ticket("TT202611210006", 5 * day)
            .status(Status::Cancelled)
            .title("Packet loss between zones")
            .customer(ago(5 * day), "We see packet loss between two zones.")
            .customer(
                ago(5 * day - 10),
                "Our own firewall was the cause. Please cancel.",
            ),
        TicketSeed::new("TT202611210007", COLLEAGUE, ago(300))
            .group(GROUP)
            .title("Cluster upgrade")
            .customer(
                ago(300),
                "We plan to upgrade the cluster on Sunday. Is there anything to know?",
            )
            .engineer(ago(280), "Please take a backup first. I will be on call.")
            .unread(1),
        ticket("TT202611210008", 20 * day)
            .status(Status::Suspended)
            .title("Feature request: tags on buckets")
            .customer(
                ago(20 * day),
                "Tags on buckets would help us with cost reports.",
            )
            .engineer(
                ago(19 * day),
                "I have passed it on. The ticket rests until there is news.",
            ),
        ticket("TT202611210009", 400)
            .status(Status::WaitingForFeedback)
            .title("VPN drops every hour")
            .customer(ago(400), "The VPN tunnel drops once an hour.")
            .engineer(ago(380), "Which lifetime is set for phase 2 on your side?")
            .unread(1),
        ticket("TT202611210010", 30 * day)
            .status(Status::Invalid)
            .title("test")
            .customer(ago(30 * day), "test"),
        long_conversation(now),
        burst(now),
        TicketSeed::new("TT202611210099", STRANGER, ago(50))
            .title("Private")
            .customer(ago(50), "This ticket belongs to another account."),
    ]
}

/// Sixty messages over an hour: something to page through.
fn long_conversation(now: Timestamp) -> TicketSeed {
    let start = 26 * 3600;
    let opened = before(now, start);
    let mut ticket =
        TicketSeed::new("TT202611210011", DEMO, opened).title("Migration of 40 servers");
    for step in 0..60_u64 {
        let at = before(now, start - step * 60);
        ticket = if step % 3 == 1 {
            ticket.engineer(at, format!("Step {}: checked, please go on.", step / 3 + 1))
        } else {
            ticket.customer(at, format!("Server {} of 40 is moved.", step * 2 / 3 + 1))
        };
    }
    ticket
}

/// A dozen messages within one second, as a program sends them: the hard case for paging by time.
fn burst(now: Timestamp) -> TicketSeed {
    let at = before(now, 6 * 3600);
    let mut ticket = TicketSeed::new("TT202611210012", DEMO, at)
        .title("Automatic report")
        .customer(at, "Report of the night follows.");
    for line in 1..=11 {
        ticket = ticket.customer(at, format!("Line {line} of 11: backup finished."));
    }
    ticket
}

fn before(now: Timestamp, seconds: u64) -> Timestamp {
    let back =
        SignedDuration::try_from(Duration::from_secs(seconds)).unwrap_or(SignedDuration::ZERO);
    now.checked_sub(back).unwrap_or(now)
}
