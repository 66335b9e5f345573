//! Files: uploaded through a form, given back byte for byte, refused, spoiled.

use hwc_tickets_sim::{
    Blob, COLLEAGUE, Command, DEMO, Fault, FaultRule, FileAction, FileType, GROUP, Operation,
    Outcome, Quirks, Refusal, Rules, Simulator, Time, World,
};
use serde_json::json;

use crate::client::{Answer, ask, send};
use crate::world::{at, start};

const PATH: &str = "/v2/servicerequest/accessorys";
const MESSAGE: &str = r#"{"accessFrom":"message"}"#;

/// The bytes of a form: each part with its head and its content.
fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (head, content) in parts {
        body.extend_from_slice(
            format!("--b\r\ncontent-disposition: form-data; {head}\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--b--\r\n");
    body
}

fn with_file(content: &[u8]) -> Vec<u8> {
    form(&[
        (r#"name="file"; filename="a.bin""#, content),
        (r#"name="form_data""#, MESSAGE.as_bytes()),
    ])
}

async fn post(sim: &Simulator, token: &str, body: &[u8]) -> Answer {
    let headers =
        format!("x-auth-token: {token}\r\ncontent-type: multipart/form-data; boundary=b\r\n");
    send(sim, "POST", PATH, &headers, body).await.unwrap()
}

async fn upload(sim: &Simulator, content: &[u8]) -> String {
    let answer = post(sim, "TOKENEXAMPLE", &with_file(content)).await;
    assert_eq!(answer.status, 200);
    let id = &answer.json()["accessory_id"];
    id.as_str()
        .unwrap_or_else(|| panic!("{answer:?}"))
        .to_owned()
}

async fn get(sim: &Simulator, token: &str, ids: &str) -> std::io::Result<Answer> {
    let headers = format!("x-auth-token: {token}\r\n");
    send(sim, "GET", &format!("{PATH}/{ids}"), &headers, b"").await
}

async fn download(sim: &Simulator, ids: &str) -> Answer {
    get(sim, "TOKENEXAMPLE", ids).await.unwrap()
}

/// Id of a file that a colleague uploaded.
pub(crate) fn colleagues_file(sim: &Simulator, name: &str) -> String {
    let upload = Command::Files {
        by: COLLEAGUE.to_owned(),
        action: FileAction::Upload {
            name: name.to_owned(),
            content: "plan".into(),
        },
    };
    let Outcome::Uploaded { file } = sim.apply(upload) else {
        panic!("not stored")
    };
    file
}

/// The colleague sends it with a message of a ticket of the group.
pub(crate) fn colleague_sends(sim: &Simulator, file: &str) {
    let submit = Command::Submit {
        by: COLLEAGUE.to_owned(),
        ticket: "TT202611210007".to_owned(),
        group: None,
        content: "plan".into(),
        attachments: vec![file.to_owned()],
        confidential: false,
    };
    assert!(matches!(sim.apply(submit), Outcome::Stored { .. }));
}

#[tokio::test]
async fn a_file_is_given_back_byte_for_byte() {
    let sim = Simulator::start().await.unwrap();
    let every: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    // What looks like the end of the form, and is not.
    let tricky = b"\r\n--a\r\n-- b--\r\n\r\n--".to_vec();
    for content in [Vec::new(), b"x".to_vec(), tricky, every] {
        let id = upload(&sim, &content).await;
        let answer = download(&sim, &id).await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.header("content-type"),
            Some("application/octet-stream")
        );
        assert_eq!(
            answer.header("content-disposition"),
            Some("attachment; filename*=UTF-8''a%2Ebin")
        );
        assert!(answer.body == content, "{} bytes", content.len());
        let stored = sim.file(&id).unwrap();
        assert_eq!(
            (stored.name.as_str(), stored.content.len()),
            ("a.bin", content.len())
        );
    }
}

#[tokio::test]
async fn an_uploaded_file_goes_with_a_message_and_is_seen_with_the_ticket() {
    let sim = Simulator::start().await.unwrap();
    let id = upload(&sim, b"evidence").await;
    let body = json!({"message": {"content": "see", "accessory_ids": [id]}}).to_string();
    let sent = ask(&sim, "POST", "/case-123/message", &body).await;
    assert_eq!(sent.json(), json!({}));
    assert_eq!(sim.ledger("case-123").pop().unwrap().file_names, ["a.bin"]);
    // Nobody else's business, and whether it exists is not told either.
    for token in ["TOKENSTRANGER", "TOKENCOLLEAGUE"] {
        let answer = get(&sim, token, &id).await.unwrap();
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (200, "OSM.01010001"),
            "{token}"
        );
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn a_colleagues_file_needs_the_group() {
    let sim = Simulator::start().await.unwrap();
    let file = colleagues_file(&sim, "plan.txt");
    colleague_sends(&sim, &file);
    assert_eq!(download(&sim, &file).await.code(), "OSM.01010001");
    assert_eq!(
        download(&sim, &format!("{file}?group_id={GROUP}"))
            .await
            .body,
        b"plan"
    );
    assert_eq!(
        download(&sim, &format!("{file}?group_id=")).await.code(),
        "OSM.01010001"
    );
}

#[tokio::test]
async fn forms_that_are_none_are_refused() {
    let sim = Simulator::start().await.unwrap();
    let file: (&str, &[u8]) = (r#"name="file"; filename="a""#, b"x");
    let data: (&str, &[u8]) = (r#"name="form_data""#, MESSAGE.as_bytes());
    let long = format!(r#"{{"accessFrom":"message","x":"{}"}}"#, "y".repeat(5000));
    let text = |text: &'static str| (r#"name="form_data""#, text.as_bytes());
    let broken = with_file(b"x");
    let cases = [
        ("no file", form(&[data])),
        ("no text", form(&[file])),
        (
            "file without a name",
            form(&[(r#"name="file""#, b"x"), data]),
        ),
        ("two files", form(&[file, file, data])),
        ("two texts", form(&[file, data, data])),
        (
            "another part",
            form(&[file, data, (r#"name="more""#, b"x")]),
        ),
        ("empty text", form(&[file, text("")])),
        (
            "no JSON",
            form(&[file, text("{/'accessFrom/':/'message/'}")]),
        ),
        ("no object", form(&[file, text("[]")])),
        (
            "of somewhere else",
            form(&[file, text(r#"{"accessFrom":"home"}"#)]),
        ),
        (
            "too long",
            form(&[file, (r#"name="form_data""#, long.as_bytes())]),
        ),
        (
            "no text at all",
            form(&[file, (r#"name="form_data""#, b"\xff")]),
        ),
        ("breaks off", broken[..broken.len() - 9].to_vec()),
        ("nothing", Vec::new()),
    ];
    for (what, body) in cases {
        let answer = post(&sim, "TOKENEXAMPLE", &body).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (200, "OSM.01010001"),
            "{what}"
        );
    }
    let headers = "x-auth-token: TOKENEXAMPLE\r\ncontent-type: application/json\r\n";
    let answer = send(&sim, "POST", PATH, headers, b"{}").await.unwrap();
    assert_eq!(answer.code(), "OSM.01010001", "JSON is no form");
    let order = form(&[data, file]);
    assert_eq!(
        post(&sim, "TOKENEXAMPLE", &order).await.code(),
        "",
        "parts in any order"
    );
    let other_name = form(&[file, text(r#"{"accessory_from":"incident"}"#)]);
    assert_eq!(
        post(&sim, "TOKENEXAMPLE", &other_name).await.code(),
        "",
        "D-51"
    );
    assert_eq!(post(&sim, "WRONG", &with_file(b"x")).await.status, 401);
}

#[tokio::test]
async fn what_is_too_large_is_refused_and_the_limit_can_be_raised() {
    let small = Simulator::builder()
        .max_upload(10_000)
        .start()
        .await
        .unwrap();
    let around = with_file(b"").len();
    let exact = vec![b'x'; 10_000 - around];
    let id = upload(&small, &exact).await;
    assert_eq!(download(&small, &id).await.body.len(), exact.len());
    let answer = post(
        &small,
        "TOKENEXAMPLE",
        &with_file(&vec![b'x'; 10_001 - around]),
    )
    .await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "APIGW.0201"));
    assert_eq!(
        small.world().file_ids().len(),
        5,
        "nothing was stored of it"
    );

    // 12 MiB and a little: above what the gateway takes, unless told otherwise.
    let large = vec![7_u8; 12 * 1024 * 1024 + 1];
    let usual = Simulator::start().await.unwrap();
    assert_eq!(
        post(&usual, "TOKENEXAMPLE", &with_file(&large))
            .await
            .status,
        413
    );
    let raised = Simulator::builder()
        .max_upload(20 << 20)
        .start()
        .await
        .unwrap();
    let id = upload(&raised, &large).await;
    assert!(download(&raised, &id).await.body == large);
}

#[tokio::test]
async fn the_volume_of_a_day_and_the_store_are_bounded() {
    let mut rules = Rules::default();
    rules.daily_upload = Some(10);
    let sim = Simulator::builder()
        .time(Time::Manual(start()))
        .rules(rules.clone())
        .start()
        .await
        .unwrap();
    upload(&sim, b"123456").await;
    assert_eq!(
        post(&sim, "TOKENEXAMPLE", &with_file(b"12345"))
            .await
            .code(),
        "OSM.01010005"
    );
    assert_eq!(
        post(&sim, "TOKENSTRANGER", &with_file(b"12345"))
            .await
            .code(),
        "",
        "each for himself"
    );
    upload(&sim, b"1234").await;
    sim.advance(std::time::Duration::from_secs(24 * 3600));
    upload(&sim, b"1234567890").await;
    rules.daily_upload = None;
    rules.storage = 10;
    let mut world = World::demo(0, rules, Quirks::default(), start());
    let upload = |content: &str| Command::Files {
        by: DEMO.to_owned(),
        action: FileAction::Upload {
            name: "a".to_owned(),
            content: Blob::from(content.to_owned()),
        },
    };
    assert_eq!(
        world.apply(upload(&"x".repeat(11)), at(0)),
        Outcome::Refused(Refusal::Full)
    );
}

/// Name and text of each file of an archive.
fn unpacked(archive: Vec<u8>) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut file, &mut text).unwrap();
        found.push((file.name().to_owned(), text));
    }
    found
}

#[tokio::test]
async fn several_files_come_as_an_archive() {
    let sim = Simulator::start().await.unwrap();
    // A small archive is made in memory, a large one on the disk.
    let large = |text: &str| text.repeat(300_000);
    for (one, two, first, second) in [
        ("one", "two", "first".to_owned(), "second".to_owned()),
        ("three", "four", large("third"), large("fourth")),
    ] {
        sim.attach_file(one, "same.txt", first.clone());
        sim.attach_file(two, "same.txt", second.clone());
        for comma in [",", "%2C"] {
            let answer = download(&sim, &format!("{one}{comma}{two}")).await;
            let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
            let expected = [
                pair("same.txt", &first),
                pair(&format!("{two}-same.txt"), &second),
            ];
            assert!(unpacked(answer.body) == expected, "{one}{comma}{two}");
        }
    }
    // One that does not exist refuses them all; more than ten are too many (D-53).
    assert_eq!(download(&sim, "one,none").await.code(), "OSM.01010001");
    assert_eq!(download(&sim, "one,").await.code(), "OSM.01010001");
    let eleven = ["one"; 11].join(",");
    assert_eq!(download(&sim, &eleven).await.code(), "OSM.01010001");
}

#[tokio::test]
async fn weather_strikes_files_too() {
    let sim = Simulator::start().await.unwrap();
    let content: Vec<u8> = (0..100_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let id = upload(&sim, &content).await;
    let order = |fault| sim.fault(FaultRule::new(Operation::DownloadAccessories, fault));
    // Cut in the middle: the announced length is never reached.
    for chunked in [false, true] {
        order(Fault::Cut {
            keep: Some(70_000),
            chunked,
        });
        assert!(
            get(&sim, "TOKENEXAMPLE", &id).await.is_err(),
            "chunked {chunked}"
        );
    }
    // An error document with HTTP 200 in the place of the file.
    order(Fault::Business {
        code: "OSM.01010014".to_owned(),
    });
    let answer = download(&sim, &id).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (200, "OSM.01010014")
    );
    order(Fault::Html { status: 200 });
    assert_eq!(
        download(&sim, &id).await.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert!(download(&sim, &id).await.body == content);
    // The file is stored, and nobody is told its id.
    let files = sim.world().file_ids().len();
    sim.fault(FaultRule::new(Operation::UploadAccessory, Fault::Close).after_commit());
    let headers = "x-auth-token: TOKENEXAMPLE\r\ncontent-type: multipart/form-data; boundary=b\r\n";
    assert!(
        send(&sim, "POST", PATH, headers, &with_file(b"x"))
            .await
            .is_err()
    );
    assert_eq!(sim.world().file_ids().len(), files + 1);
}

#[tokio::test]
async fn a_file_may_say_what_it_is() {
    let mut quirks = Quirks::default();
    quirks.file_type = FileType::ByName;
    quirks.file_name_header = false;
    let sim = Simulator::builder().quirks(quirks).start().await.unwrap();
    sim.attach_file("j", "dump.json", r#"{"error_code":"none of yours"}"#);
    for (id, kind) in [
        ("att-0001", "text/plain"),
        ("att-0003", "image/png"),
        ("123", "application/zip"),
        ("j", "application/json"),
    ] {
        let answer = download(&sim, id).await;
        assert_eq!(answer.header("content-type"), Some(kind), "{id}");
        assert_eq!(answer.header("content-disposition"), None);
    }
}
