//! The page, the API reference and the events they live on: what is served, and to whom.

use std::time::Duration;

use hwc_tickets_sim::{
    Command, DEMO, Engineers, Fault, FaultRule, Operation, Rules, Simulator, Status, Time,
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::client::{Answer, ask, raw, send};
use crate::world::start;

async fn get(sim: &Simulator, target: &str) -> Answer {
    send(sim, "GET", target, "", b"").await.unwrap()
}

fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).unwrap()
}

async fn controlled() -> Simulator {
    Simulator::builder()
        .control(true)
        .time(Time::Manual(start()))
        .start()
        .await
        .unwrap()
}

/// The addresses in the attributes and imports of a file.
fn named_files(from: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (before, after) in [("href=\"", '"'), ("src=\"", '"'), ("from \"", '"')] {
        for rest in text.split(before).skip(1) {
            let name = rest.split(after).next().unwrap();
            let directory = from.rsplit_once('/').unwrap().0;
            found.push(
                name.strip_prefix("./")
                    .map_or(name.to_owned(), |name| format!("{directory}/{name}")),
            );
        }
    }
    found
}

#[tokio::test]
async fn every_file_a_page_names_is_served_with_its_type_and_a_strict_policy() {
    let sim = controlled().await;
    let mut open = vec!["/".to_owned(), "/docs".to_owned()];
    let mut seen: Vec<String> = Vec::new();
    while let Some(target) = open.pop() {
        let target = target.split('#').next().unwrap().to_owned();
        if target.is_empty() || seen.contains(&target) {
            continue;
        }
        assert!(
            target.starts_with('/') && !target.starts_with("//"),
            "{target} is not of this simulator"
        );
        let answer = get(&sim, &target).await;
        assert_eq!(answer.status, 200, "{target}");
        let kind = match target.rsplit_once('.').map(|(_, ending)| ending) {
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("svg") => "image/svg+xml",
            Some("json") => "application/json",
            _ => "text/html; charset=utf-8",
        };
        assert_eq!(answer.header("content-type"), Some(kind), "{target}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'; "),
            "{target}: {policy}"
        );
        for part in [
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{target}: {policy}");
        }
        // The renderer of the reference writes its styles into the page; scripts are files everywhere.
        let styles = match target.as_str() {
            "/docs" => "style-src 'self' 'unsafe-inline';",
            _ => "style-src 'self';",
        };
        let others = policy.replace(styles, "");
        assert!(
            others != policy && !others.contains("unsafe") && !others.contains("http"),
            "{target}: {policy}"
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{target}");
        }
        // The renderers name things in their code that are no files.
        if !target.contains("swagger-ui") && target != "/docs/redoc.js" {
            open.extend(named_files(&target, text(&answer)));
        }
        seen.push(target);
    }
    for file in [
        "/page/page.js",
        "/page/words.js",
        "/docs/redoc.js",
        "/docs/try",
        "/docs/swagger-ui-bundle.js",
        "/docs/errors",
        "/docs/discrepancies",
    ] {
        assert!(
            seen.iter().any(|seen| seen == file),
            "{file} is not reached: {seen:?}"
        );
    }
    // None of this is a request to the service.
    assert_eq!(sim.journal(), []);
}

#[tokio::test]
async fn scripts_and_styles_are_files_and_text_is_never_markup() {
    let sim = controlled().await;
    for page in ["/", "/docs", "/docs/try"] {
        let answer = get(&sim, page).await;
        let text = text(&answer);
        for inline in ["<style", " style=", " onclick=", " onload=", "javascript:"] {
            assert!(!text.contains(inline), "{page} has {inline}");
        }
        for script in text.split("<script").skip(1) {
            assert!(
                script.split('>').next().unwrap().contains("src="),
                "{page}: {script}"
            );
        }
    }
    let policy = get(&sim, "/").await;
    assert!(
        policy
            .header("content-security-policy")
            .unwrap()
            .contains("require-trusted-types-for 'script'")
    );
}

/// The reference is the page that the project publishes: the description with the sections that stand in its own file.
#[tokio::test]
async fn the_reference_has_the_guides_and_a_renderer_that_is_packed() {
    let sim = Simulator::start().await.unwrap();
    let site = get(&sim, "/docs/site.json").await.json();
    let described = get(&sim, "/docs/openapi.json").await.json();
    assert_eq!(site["paths"], described["paths"]);
    assert_eq!(site["x-tagGroups"].as_array().unwrap().len(), 3);
    let renderer = get(&sim, "/docs/redoc.js").await;
    assert_eq!(renderer.header("content-encoding"), Some("gzip"));
    assert_eq!(renderer.body[..2], [0x1f, 0x8b]);
}

#[tokio::test]
async fn without_control_the_page_says_how_to_get_it() {
    let sim = Simulator::start().await.unwrap();
    assert_eq!(sim.page(), None);
    assert_eq!(controlled().await.page().unwrap().chars().last(), Some('/'));
    let answer = get(&sim, "/").await;
    assert!(text(&answer).contains("--control"));
    assert!(!text(&answer).contains("<script"));
    assert_eq!(get(&sim, "/_sim/events").await.status, 404);
    assert_eq!(get(&sim, "/docs").await.status, 200);
}

#[tokio::test]
async fn only_pages_of_this_simulator_may_watch_and_act() {
    let sim = controlled().await;
    let here = format!("host: {}", sim.address());
    let cases = [
        (here.clone(), 200),
        (format!("{here}\r\nsec-fetch-site: same-origin"), 200),
        (format!("{here}\r\nsec-fetch-site: none"), 200),
        // A program of the reader's own on another port, and a page from anywhere.
        (format!("{here}\r\nsec-fetch-site: same-site"), 403),
        (format!("{here}\r\nsec-fetch-site: cross-site"), 403),
        (format!("{here}\r\norigin: http://evil.example"), 403),
        (format!("{here}\r\norigin: https://{}", sim.address()), 403),
        ("host: evil.example".to_owned(), 403),
    ];
    for (headers, status) in cases {
        for (method, target) in [
            ("GET", "/_sim/ledger?ticket=case-123"),
            ("POST", "/_sim/expire"),
            ("DELETE", "/_sim/fault"),
            ("POST", "/_sim/file?name=x"),
            ("GET", "/_sim/file?id=123"),
        ] {
            let request = format!(
                "{method} {target} HTTP/1.1\r\nconnection: close\r\ncontent-length: 0\r\n{headers}\r\n\r\n"
            );
            let answer = raw(&sim, request.as_bytes()).await.unwrap();
            assert!(
                answer.starts_with(format!("HTTP/1.1 {status}").as_bytes()),
                "{method} {target} {headers}"
            );
        }
    }
    for origin in ["http://evil.example", "null"] {
        let answer = send(
            &sim,
            "GET",
            "/_sim/events",
            &format!("origin: {origin}\r\n"),
            b"",
        )
        .await
        .unwrap();
        assert_eq!(answer.status, 403);
    }
    let answer = get(&sim, "/_sim").await;
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

/// Somebody who watches.
struct Watcher(BufReader<TcpStream>);

impl Watcher {
    async fn new(sim: &Simulator) -> Self {
        let mut stream = TcpStream::connect(sim.address()).await.unwrap();
        let request = format!(
            "GET /_sim/events HTTP/1.1\r\nhost: {}\r\naccept: text/event-stream\r\n\r\n",
            sim.address()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        Watcher(BufReader::new(stream))
    }

    /// The next line that begins so; `None` at the end.
    async fn line(&mut self, beginning: &str) -> Option<String> {
        let mut line = String::new();
        while self.0.read_line(&mut line).await.unwrap() > 0 {
            if let Some(rest) = line.trim_end().strip_prefix(beginning) {
                return Some(rest.to_owned());
            }
            line.clear();
        }
        None
    }

    /// States until one fits.
    async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let state = self.line("data: ").await.expect("the stream goes on");
            let state: Value = serde_json::from_str(&state).unwrap();
            if fits(&state) {
                return state;
            }
        }
    }
}

fn ticket<'a>(state: &'a Value, id: &str) -> &'a Value {
    state["tickets"]
        .as_array()
        .unwrap()
        .iter()
        .find(|ticket| ticket["id"] == id)
        .unwrap()
}

#[tokio::test]
async fn whoever_watches_is_told_of_every_change() {
    let sim = controlled().await;
    let mut watcher = Watcher::new(&sim).await;
    assert_eq!(
        watcher.line("content-type: ").await.as_deref(),
        Some("text/event-stream")
    );
    assert_eq!(watcher.line("event: ").await.as_deref(), Some("state"));
    let first = watcher.until(|_| true).await;
    assert_eq!(
        (
            &first["requests"],
            &first["faults"],
            &first["answers_planned"]
        ),
        (&json!(0), &json!([]), &json!(0))
    );
    assert_eq!(
        *ticket(&first, "case-123"),
        json!({
            "id": "case-123", "title": "The disk of node 7 is full", "status": "in_progress", "owner": "demo", "group": null,
            "shown": 4, "arrived": 4, "unread": 1, "answer_planned": false, "last": "2026-11-20T23:48:00Z",
        })
    );

    ask(
        &sim,
        "POST",
        "/case-123/message",
        r#"{"message":{"content":"still full"}}"#,
    )
    .await;
    let sent = watcher
        .until(|state| ticket(state, "case-123")["shown"] == 5)
        .await;
    assert_eq!(ticket(&sent, "case-123")["answer_planned"], true);

    sim.trigger("case-123");
    let answered = watcher
        .until(|state| ticket(state, "case-123")["unread"] == 2)
        .await;
    // The same run until it begins anew.
    assert_eq!(answered["run"], first["run"]);
    sim.reset();
    watcher
        .until(|state| state["run"] != first["run"] && state["requests"] == 0)
        .await;

    sim.fault(FaultRule::new(
        Operation::ShowCaseStatus,
        Fault::Html { status: 200 },
    ));
    let ordered = watcher.until(|state| state["faults"] != json!([])).await;
    assert_eq!(ordered["faults"][0]["fault"]["kind"], "html");
    ask(&sim, "GET", "/case-123/status", "").await;
    watcher.until(|state| state["faults"] == json!([])).await;

    // A call that is refused before it reaches the world is in the journal, so it is told, too.
    let before = sim.journal().len();
    crate::client::ask_as(&sim, "WRONG", "GET", "/case-123/status", "").await;
    watcher
        .until(|state| state["requests"] == json!(before + 1))
        .await;
}

#[tokio::test]
async fn an_answer_that_falls_due_shows_without_anybody_calling() {
    let soon = Duration::from_millis(1);
    let mut rules = Rules::default();
    rules.engineers = Engineers::Timed {
        min: soon,
        max: soon,
    };
    // Only a clock that runs by itself shows that nobody has to call.
    let sim = Simulator::builder()
        .control(true)
        .rules(rules)
        .start()
        .await
        .unwrap();
    let mut watcher = Watcher::new(&sim).await;
    watcher.until(|_| true).await;
    sim.apply(Command::Submit {
        by: DEMO.to_owned(),
        ticket: "case-123".to_owned(),
        group: None,
        content: "hello".into(),
        attachments: Vec::new(),
        confidential: false,
    });
    watcher
        .until(|state| ticket(state, "case-123")["shown"] == 6)
        .await;
}

#[tokio::test]
async fn watching_ends_with_the_simulator() {
    let sim = controlled().await;
    let mut watcher = Watcher::new(&sim).await;
    watcher.until(|_| true).await;
    sim.shutdown().await;
    assert_eq!(watcher.line("data: ").await, None);
}

#[tokio::test]
async fn the_page_offers_each_fault_in_both_languages() {
    let sim = controlled().await;
    let script = get(&sim, "/page/faults.js").await;
    let offered: Vec<&str> = text(&script)
        .split("{ kind: \"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    let words = get(&sim, "/page/words.js").await;
    for kind in Fault::KINDS {
        assert!(offered.contains(&kind), "{kind} is not offered");
        for key in [
            format!("    fault_{kind}: "),
            format!("    fault_{kind}_about: "),
        ] {
            assert_eq!(text(&words).matches(&key).count(), 2, "{key}");
        }
    }
    // Which operations there are, it asks.
    assert!(text(&script).contains("\"/_sim/operations\""));
    for operation in Operation::all().filter(|operation| *operation != Operation::CreateMessages) {
        assert!(!text(&script).contains(operation.name()), "{operation:?}");
    }
}

#[tokio::test]
async fn states_are_called_as_the_description_names_them() {
    let description: Value = serde_json::from_str(include_str!("../../spec/openapi.json")).unwrap();
    let described =
        &description["components"]["schemas"]["IncidentDetailInfoV2"]["properties"]["status"];
    let list = |key: &str| described[key].as_array().unwrap().clone();
    let sim = controlled().await;
    let words = get(&sim, "/page/words.js").await;
    let conversation = get(&sim, "/page/conversation.js").await;
    let numbers = list("x-known-values");
    let names = list("x-enum-varnames");
    assert_eq!(numbers.len(), names.len());
    let states = [
        Status::Waiting,
        Status::InProgress,
        Status::ToConfirm,
        Status::Completed,
        Status::Cancelled,
        Status::Suspended,
        Status::Invalid,
        Status::Deleted,
        Status::WaitingForFeedback,
    ];
    assert_eq!(states.len(), names.len());
    for state in states {
        let at = numbers
            .iter()
            .position(|number| *number == json!(state.number()));
        // `AwaitingFeedback` is "awaiting feedback".
        let mut word = String::new();
        for letter in names[at.unwrap()].as_str().unwrap().chars() {
            if letter.is_uppercase() && !word.is_empty() {
                word.push(' ');
            }
            word.extend(letter.to_lowercase());
        }
        let own = json!(state);
        let line = format!("    status_{}: \"{word}\",\n", own.as_str().unwrap());
        assert!(text(&words).contains(&line), "{line}");
        assert!(text(&conversation).contains(&own.to_string()), "{own}");
    }
}

#[tokio::test]
async fn both_languages_have_the_same_words_and_the_page_uses_no_other() {
    let sim = controlled().await;
    let words = get(&sim, "/page/words.js").await;
    let keys = |language: &str| -> Vec<String> {
        let (_, rest) = text(&words)
            .split_once(&format!("\n  {language}: {{\n"))
            .unwrap();
        let (block, _) = rest.split_once("\n  },\n").unwrap();
        block
            .lines()
            .map(|line| line.trim().split(':').next().unwrap().to_owned())
            .collect()
    };
    let english = keys("en");
    assert_eq!(english, keys("zh"));
    let page = get(&sim, "/").await;
    for mark in ["data-words=\"", "data-label=\"", "data-hint=\""] {
        for rest in text(&page).split(mark).skip(1) {
            let key = rest.split('"').next().unwrap();
            assert!(english.iter().any(|known| known == key), "{key}");
        }
    }
}

#[tokio::test]
async fn orders_of_one_kind_can_be_taken_back() {
    let sim = controlled().await;
    sim.fault(FaultRule::new(Operation::ListMessages, Fault::Reset));
    sim.fault(FaultRule::new(Operation::ListMessages, Fault::Close));
    let answer = send(&sim, "DELETE", "/_sim/fault?kind=reset", "", b"")
        .await
        .unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(
        sim.faults(),
        [FaultRule::new(Operation::ListMessages, Fault::Close)]
    );
    let answer = send(&sim, "DELETE", "/_sim/fault?kind=rain", "", b"")
        .await
        .unwrap();
    assert_eq!(answer.status, 400);
    assert!(
        answer.json()["error"]
            .as_str()
            .unwrap()
            .contains("reset_next")
    );
}

#[tokio::test]
async fn the_ledger_can_be_asked_for_its_newest_lines() {
    let sim = controlled().await;
    let all = get(&sim, "/_sim/ledger?ticket=TT202611210003").await.json();
    let newest = get(&sim, "/_sim/ledger?ticket=TT202611210003&newest=2")
        .await
        .json();
    let all = all["arrivals"].as_array().unwrap();
    assert_eq!(newest["arrivals"].as_array().unwrap()[..], all[2..]);
    assert_eq!(
        (&all[2]["name"], &all[2]["file_names"]),
        (&json!("demo"), &json!(["慢查询.log"]))
    );
}
