//! The example `bridge`, killed again and again: nothing is lost, doubled or sent twice. Rounds share no text: it might pass for a repeat.

#[allow(dead_code, reason = "its `main` is not called here")]
#[path = "../../examples/bridge.rs"]
pub(crate) mod example;

use axum::{Router, http::HeaderMap, http::StatusCode as Answer, routing};
use hwc_tickets::{Client, FileOutbox};
use hwc_tickets_sim::{DEMO, Fault, FaultRule, Operation, Simulator, TicketSeed};
use std::{collections::BTreeMap, env, fs, future, process, sync::mpsc, time::Duration};

#[tokio::test]
#[ignore = "the process that the other test kills"]
async fn process_to_kill() -> Result<(), Box<dyn std::error::Error>> {
    let (folder, hook) = (env::var("FOLDER").unwrap(), env::var("HOOK").unwrap());
    let outbox = FileOutbox::open(format!("{folder}/outbox")).unwrap();
    let client = Client::builder().from_env().outbox(outbox);
    let client = client.consistency_window(Duration::from_millis(200));
    let (client, pace) = (client.build().unwrap(), Duration::from_millis(10));
    example::bridge(&client, folder.as_ref(), &hook, pace).await
}

#[tokio::test]
async fn killed_at_any_moment_it_goes_on_where_it_stood() {
    let asked: &tokio::sync::Notify = Box::leak(Box::default());
    let service = Simulator::builder().on_request(move |_| asked.notify_one());
    let service = service.start().await.unwrap();
    // The webhook takes each line, and loses half of its answers.
    let (sender, posts) = mpsc::channel::<(usize, String)>();
    let webhook = routing::post(move |headers: HeaderMap, line: String| {
        let key = headers["idempotency-key"].to_str().unwrap();
        let _ = sender.send((key.parse().unwrap(), line));
        future::ready([Answer::BAD_GATEWAY, Answer::OK][fastrand::usize(..2)])
    });
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hook = format!("http://{}/", port.local_addr().unwrap());
    tokio::spawn(axum::serve(port, Router::new().route("/", webhook)).into_future());
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("answers")).unwrap();
    let (mut posted, mut mirror) = (BTreeMap::new(), String::new());
    for round in 10..23 {
        let ticket = ["case-123", "case-new"][usize::from(round >= 14)];
        for text in ["twice", "twice", "once"].map(|text| format!("{text} of {round}")) {
            service.reply_as_engineer(ticket, text).unwrap();
        }
        let lost = FaultRule::new(Operation::CreateMessages, Fault::Close);
        service.fault([lost.clone(), lost.after_commit()][round % 2].clone());
        fs::write(at("answer"), format!("answer of {round}")).unwrap();
        fs::rename(at("answer"), at(&format!("answers/{round}.{ticket}"))).unwrap();
        let mut child = process::Command::new(env::current_exe().unwrap());
        child.args(["--exact", "bridge::process_to_kill", "--ignored"]);
        child.env("HWC_TICKETS_ENDPOINT", service.endpoint());
        child.env("HWC_TICKETS_TOKEN", service.credentials().token);
        child.env("FOLDER", folder.path()).env("HOOK", &hook);
        let mut child = child.stdout(process::Stdio::null()).spawn().unwrap();
        let (enough, mut is_done) = (service.journal().len() + 2 + round % 5 * 5, false);
        while service.journal().len() < enough || (round == 22 && !is_done) {
            let next = tokio::time::timeout(Duration::from_secs(60), asked.notified());
            next.await.expect("the bridge goes on");
            assert!(service.journal().len() < 5_000, "{mirror}");
            posted.extend(posts.try_iter());
            mirror = fs::read_to_string(at("mirror.jsonl")).unwrap_or_default();
            is_done = posted.values().map(String::len).sum::<usize>() == mirror.len()
                && mirror.matches(" of ").count() >= 4 * 13;
        }
        child.kill().and_then(|()| child.wait()).unwrap();
        // From the second time on, it is there already.
        let _ = service.open(TicketSeed::new("case-new", DEMO, service.now()));
    }
    assert_eq!(posted.into_values().collect::<String>(), mirror);
    for round in 10..23 {
        let told = |text| mirror.matches(&format!("\"{text} of {round}\"")).count();
        assert_eq!(["twice", "once", "answer"].map(told), [2, 1, 1], "{mirror}");
    }
    let sent = ["case-123", "case-new"].map(|ticket| service.arrived(ticket));
    let written = (10..23).map(|round| format!("answer of {round}"));
    assert!(sent.concat().into_iter().eq(written), "{sent:?}");
}
