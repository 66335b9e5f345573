//! A large file through client and simulator. Both are in this program, so that what either holds is counted.

use hwc_tickets::{
    Client, ErrorKind,
    raw::{Form, RawFile, Source},
    sim::{Fault, FaultRule, Operation, Rules, Simulator, client},
};
use ring::digest::{Context, Digest, SHA256};
use std::{
    io::{Read as _, Write as _},
    path::Path,
    time::Duration,
};

use crate::{HEAP, MIB, alone};

/// Four times [`MOST`]: somebody who holds a third of a file on its way is found out.
const LENGTH: usize = 64 * MIB;
/// Most bytes of extra heap.
const MOST: usize = 16 * MIB;
/// After so much of a file the line breaks.
const KEPT: usize = 57 * MIB;
const FILES: &str = "/v2/servicerequest/accessorys";
/// A slow machine is no failure.
const PATIENCE: Duration = Duration::from_secs(600);

/// Writes a file in which no two pieces are the same.
fn write(path: &Path) -> Digest {
    let mut file = std::fs::File::create_new(path).unwrap();
    let mut digest = Context::new(&SHA256);
    let mut random = fastrand::Rng::with_seed(100);
    let mut piece = vec![0; MIB];
    for _ in 0..LENGTH / MIB {
        random.fill(&mut piece);
        digest.update(&piece);
        file.write_all(&piece).unwrap();
    }
    digest.finish()
}

async fn upload(client: &Client, path: &Path) -> String {
    let form = Form::new()
        .text("form_data", r#"{"accessFrom":"message"}"#)
        .file("file", Source::file(path).unwrap());
    let call = client.raw("POST", FILES).unwrap().form(form);
    let answer = call.timeout(PATIENCE).await.unwrap();
    let answer: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    answer["accessory_id"].as_str().unwrap().to_owned()
}

async fn download(client: &Client, id: &str) -> RawFile {
    let call = client.raw("GET", &format!("{FILES}/{id}")).unwrap();
    call.timeout(PATIENCE).download().await.unwrap()
}

#[test]
fn sixty_four_mebibytes_up_and_down_cost_no_more_than_sixteen() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("core.dump");
    let sent = write(&path);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let simulator = Simulator::builder().max_upload(LENGTH + MIB);
        let simulator = simulator.start().await.unwrap();
        // Signed: a body that is streamed is declared as not signed, and the simulator agrees.
        let keys = simulator.credentials();
        let client = Client::builder()
            .endpoint(simulator.endpoint())
            .keys(keys.access_key, keys.secret_key)
            .build()
            .unwrap();
        HEAP.reset_peak_usage();
        let before = HEAP.current_usage();

        let id = upload(&client, &path).await;
        assert_eq!(simulator.file(&id).unwrap().content.len(), LENGTH);
        let mut file = download(&client, &id).await;
        assert_eq!(file.length(), Some(LENGTH as u64));
        let mut digest = Context::new(&SHA256);
        while let Some(piece) = file.chunk().await.unwrap() {
            digest.update(&piece);
        }
        assert_eq!(file.received(), LENGTH as u64);
        assert_eq!(digest.finish().as_ref(), sent.as_ref(), "other bytes");

        // The line breaks after most of it.
        for chunked in [false, true] {
            let cut = Fault::Cut {
                keep: Some(KEPT),
                chunked,
            };
            simulator.fault(FaultRule::new(Operation::DownloadAccessories, cut));
            let mut file = download(&client, &id).await;
            let error = loop {
                match file.chunk().await {
                    Ok(piece) => assert!(piece.is_some(), "a cut file is not whole"),
                    Err(error) => break error,
                }
            };
            assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
            assert!(file.received() <= KEPT as u64);
        }

        let extra = HEAP.peak_usage().saturating_sub(before);
        println!("{extra} bytes of extra heap at most");
        assert!(extra <= MOST, "{extra} bytes");
    });
}

/// The same with what people call: a message takes the file along, and it is saved again.
#[test]
fn a_message_with_sixty_four_mebibytes_costs_no_more_than_sixteen() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("core.zip");
    let sent = write(&path);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut rules = Rules::default();
        rules.upload_megabytes = LENGTH / MIB;
        rules.upload_limits_hold = true;
        let simulator = Simulator::builder()
            .rules(rules)
            .max_upload(LENGTH + MIB)
            .start()
            .await
            .unwrap();
        let client = client(&simulator).build().unwrap();
        HEAP.reset_peak_usage();
        let before = HEAP.current_usage();

        let ticket = client.ticket("case-123").unwrap();
        ticket
            .submit("Here is the dump.")
            .attach(&path)
            .await
            .unwrap();
        let newest = ticket.history().limit(1).collect().await.unwrap();
        let attachment = &newest.messages[0].attachments[0];
        let copies = directory.path().join("copies");
        std::fs::create_dir(&copies).unwrap();
        let saved = client.download(attachment).into_directory(&copies);
        let saved = saved.await.unwrap();
        assert_eq!(saved.bytes, LENGTH as u64);

        // The line breaks after most of it.
        let cut = Fault::Cut {
            keep: Some(KEPT),
            chunked: false,
        };
        simulator.fault(FaultRule::new(Operation::DownloadAccessories, cut));
        let half = copies.join("half.zip");
        let error = client.download(attachment).to(&half).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
        assert_eq!(std::fs::read_dir(&copies).unwrap().count(), 1);

        let extra = HEAP.peak_usage().saturating_sub(before);
        println!("{extra} bytes of extra heap at most");
        assert!(extra <= MOST, "{extra} bytes");
        let mut digest = Context::new(&SHA256);
        let mut file = std::fs::File::open(&saved.path).unwrap();
        let mut piece = vec![0; MIB];
        while file.read_exact(&mut piece).is_ok() {
            digest.update(&piece);
        }
        assert_eq!(digest.finish().as_ref(), sent.as_ref(), "other bytes");
    });
}
