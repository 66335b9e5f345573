//! The example `bridge`, killed again and again: nothing is lost, doubled or sent twice.

#[allow(dead_code, reason = "its `main` is not called here")]
#[path = "../../examples/bridge.rs"]
mod example;
mod sides;

use self::sides::{TICKETS, arrived, mirrored, webhook};
use hwc_tickets::{Client, FileOutbox};
use hwc_tickets_sim::{DEMO, Fault, FaultRule, Operation, Simulator, TicketSeed};
use std::process::{Command, Stdio};
use std::{collections::BTreeMap, env, fs, time::Duration};

#[tokio::test]
#[ignore = "the process that the other test kills"]
async fn process_to_kill() {
    let (folder, hook) = (env::var("FOLDER").unwrap(), env::var("HOOK").unwrap());
    let outbox = FileOutbox::open(format!("{folder}/outbox")).unwrap();
    let client = Client::builder().from_env().outbox(outbox);
    let client = client.consistency_window(Duration::from_millis(200));
    let (client, pace) = (client.build().unwrap(), Duration::from_millis(10));
    let ended = example::bridge(&client, folder.as_ref(), &hook, pace).await;
    panic!("{ended:?}");
}

#[tokio::test]
async fn killed_at_any_moment_it_goes_on_where_it_stood() {
    let asked: &tokio::sync::Notify = Box::leak(Box::default());
    let service = Simulator::builder().on_request(move |_| asked.notify_one());
    let service = service.start().await.unwrap();
    let (folder, (hook, posts)) = (tempfile::tempdir().unwrap(), webhook());
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("answers")).unwrap();
    let (mut posted, mut mirror) = (BTreeMap::new(), String::new());
    for round in 10..23 {
        if round == 14 {
            let new = TicketSeed::new(TICKETS[1], DEMO, service.now());
            service.open(new).unwrap();
        }
        let ticket = TICKETS[usize::from(round >= 14)];
        for text in ["the same words", "the same words", "other words"] {
            service.reply_as_engineer(ticket, text).unwrap();
        }
        let lost = FaultRule::new(Operation::CreateMessages, Fault::Close);
        service.fault([lost.clone(), lost.after_commit()][round % 2].clone());
        fs::write(at("answer"), format!("answer {round}")).unwrap();
        fs::rename(at("answer"), at(&format!("answers/{round}.{ticket}"))).unwrap();
        let mut child = Command::new(env::current_exe().unwrap());
        child.args(["--exact", "bridge::process_to_kill", "--ignored"]);
        child.env("HWC_TICKETS_ENDPOINT", service.endpoint());
        child.env("HWC_TICKETS_TOKEN", service.credentials().token);
        child.env("FOLDER", folder.path()).env("HOOK", &hook);
        child.stdout(Stdio::null());
        let mut child = child.spawn().unwrap();
        let enough = service.journal().len() + 2 + round % 5 * 5;
        let mut is_done = false;
        while service.journal().len() < enough || (round == 22 && !is_done) {
            let next = tokio::time::timeout(Duration::from_secs(60), asked.notified());
            next.await.expect("the bridge goes on");
            assert!(service.journal().len() < 5_000, "{mirror}");
            posted.extend(posts.try_iter());
            mirror = fs::read_to_string(at("mirror.jsonl")).unwrap_or_default();
            is_done = posted.values().map(String::len).sum::<usize>() == mirror.len()
                && fs::read_dir(at("answers")).unwrap().count() == 0
                && mirrored(&mirror).len() >= arrived(&service).len();
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(posted.into_values().collect::<String>(), mirror);
    assert_eq!(mirrored(&mirror), arrived(&service));
    let sent = TICKETS.map(|ticket| service.arrived(ticket)).concat();
    let written = (10..23).map(|round| format!("answer {round}"));
    assert_eq!(sent, Vec::from_iter(written));
}
