//! Attachments beside upload and download: as JSON, as images, by links, deleted; what may be uploaded.

use std::time::Duration;

use hwc_tickets_sim::{FileType, GROUP, Quirks, Rules, Simulator, Time};
use serde_json::{Value, json};

use crate::client::{self, Answer, ask, raw, send};
use crate::files::{colleague_sends, colleagues_file};
use crate::world::start;

const PATH: &str = "/v2/servicerequest/accessorys";

async fn call_as(sim: &Simulator, token: &str, method: &str, target: &str, body: &str) -> Answer {
    let target = format!("{PATH}{target}");
    let answer = client::call_as(sim, token, method, &target, body).await;
    assert_eq!(answer.header("x-simulated"), None, "{target}");
    answer
}

async fn call(sim: &Simulator, method: &str, target: &str, body: &str) -> Answer {
    call_as(sim, "TOKENEXAMPLE", method, target, body).await
}

async fn upload(sim: &Simulator, name: &str, data: &str) -> Answer {
    let body =
        json!({ "accessory_name": name, "accessory_from": "message", "accessory_data": data });
    call(sim, "POST", "/json-format-content", &body.to_string()).await
}

/// Id of a file that was uploaded.
async fn stored(sim: &Simulator, name: &str, data: &str) -> String {
    let answer = upload(sim, name, data).await;
    let id = &answer.json()["accessory_id"];
    id.as_str()
        .unwrap_or_else(|| panic!("{answer:?}"))
        .to_owned()
}

async fn submit(sim: &Simulator, files: &[&str]) -> Value {
    let body = json!({ "message": { "content": "see", "accessory_ids": files } }).to_string();
    let answer = ask(sim, "POST", "/case-123/message", &body).await;
    answer.json()
}

/// Follows a link as anybody would, without a token.
async fn follow(sim: &Simulator, link: &str) -> Answer {
    let target = link.strip_prefix(&sim.endpoint()).unwrap();
    send(sim, "GET", target, "", b"").await.unwrap()
}

/// The links to some files.
async fn links(sim: &Simulator, ids: &[&str]) -> Value {
    let query: Vec<String> = ids.iter().map(|id| format!("accessory_ids={id}")).collect();
    let target = format!("/access-urls?{}", query.join("&"));
    call(sim, "GET", &target, "").await.json()
}

async fn link(sim: &Simulator, id: &str) -> String {
    let target = format!("/{id}/access-url?relation_type=NO_RELATION");
    let answer = call(sim, "GET", &target, "").await;
    let url = &answer.json()["accessory_url"];
    url.as_str()
        .unwrap_or_else(|| panic!("{answer:?}"))
        .to_owned()
}

#[tokio::test]
async fn a_file_has_one_story_from_its_first_write_to_its_last_read() {
    let sim = Simulator::start().await.unwrap();
    // Uploaded as JSON, and given back byte for byte, in every way.
    let id = stored(&sim, "a b.png", "AP8Ad29ybGQ=").await;
    let content = b"\x00\xff\x00world";
    assert_eq!(call(&sim, "GET", &format!("/{id}"), "").await.body, content);
    let image = call(&sim, "GET", &format!("/{id}/image"), "").await;
    assert_eq!(image.body, content);
    assert_eq!(
        image.header("content-type"),
        Some("application/octet-stream")
    );
    let name = Some("attachment; filename*=UTF-8''a%20b%2Epng");
    assert_eq!(image.header("content-disposition"), name);
    let other = stored(&sim, "b.txt", "").await;
    let told = links(&sim, &[&id, &other]).await;
    let list = told["accessory_urls"].as_array().unwrap();
    assert_eq!(list.len(), 2);
    assert_eq!(
        (&list[0]["accessory_id"], &list[0]["accessory_name"]),
        (&json!(id), &json!("a b.png"))
    );
    let url = list[0]["accessory_url"].as_str().unwrap();
    for link in [url.to_owned(), link(&sim, &id).await] {
        let file = follow(&sim, &link).await;
        assert_eq!((file.status, file.body.as_slice()), (200, &content[..]));
        assert_eq!(file.header("content-disposition"), name);
    }
    // Not used yet: it can be deleted, and then nothing leads to it.
    let unused = list[1]["accessory_url"].as_str().unwrap();
    assert_eq!(follow(&sim, unused).await.status, 200);
    let deleted = call(&sim, "DELETE", &format!("/{other}"), "").await;
    assert_eq!((deleted.status, deleted.json()), (200, json!({})));
    assert_eq!(follow(&sim, unused).await.status, 403);
    for (method, target) in [
        ("GET", format!("/{other}")),
        ("GET", format!("/{other}/image")),
        ("GET", format!("/{other}/access-url?relation_type=DEFAULT")),
        (
            "GET",
            format!("/access-urls?accessory_ids={id}&accessory_ids={other}"),
        ),
        ("DELETE", format!("/{other}")),
    ] {
        let answer = call(&sim, method, &target, "").await;
        let told = (answer.status, answer.code());
        assert_eq!(told, (200, "OSM.01010001".to_owned()), "{method} {target}");
    }
    assert_eq!(submit(&sim, &[&other]).await["error_code"], "OSM.01010001");
    // Used: it stays.
    assert_eq!(submit(&sim, &[&id]).await, json!({}));
    let in_use = call(&sim, "DELETE", &format!("/{id}"), "").await;
    assert_eq!(in_use.code(), "OSM.01010002");
    assert_eq!(follow(&sim, url).await.body, content);
}

#[tokio::test]
async fn a_link_works_for_a_while_and_no_other_one_does() {
    let sim = Simulator::builder()
        .time(Time::Manual(start()))
        .start()
        .await
        .unwrap();
    let link = link(&sim, "att-0001").await;
    let again = sim.world().file("att-0001").unwrap();
    assert!(follow(&sim, &link).await.body.starts_with(b"Filesystem"));
    assert_eq!(again.name, "df-output.txt");
    // The key is no part of what is logged.
    let entry = sim.journal().pop().unwrap();
    assert_eq!(
        (entry.path.as_str(), entry.status),
        ("/_files/att%2D0001", Some(200))
    );
    for wrong in [
        link.replace("att%2D0001", "att%2D0002"),
        link.replace("until=1", "until=2"),
        link.replace("key=", "key=1"),
        link.replace("key=", "other="),
        link.split('?').next().unwrap().to_owned(),
        format!("{}/_files/", sim.endpoint()),
    ] {
        let status = follow(&sim, &wrong).await.status;
        assert!([403, 404].contains(&status), "{wrong}: {status}");
    }
    let target = link.strip_prefix(&sim.endpoint()).unwrap();
    for method in ["HEAD", "POST", "DELETE"] {
        let request = format!("{method} {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let answer = raw(&sim, request.as_bytes()).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 404"), "{method}");
    }
    sim.advance(Duration::from_secs(15 * 60));
    assert_eq!(follow(&sim, &link).await.status, 200);
    sim.advance(Duration::from_secs(1));
    assert_eq!(follow(&sim, &link).await.status, 403);
}

#[tokio::test]
async fn who_may_not_see_a_file_gets_no_way_to_it() {
    let sim = Simulator::start().await.unwrap();
    let file = colleagues_file(&sim, "plan.png");
    let ways = [
        ("GET", format!("/{file}/image")),
        ("GET", format!("/access-urls?accessory_ids={file}")),
        ("GET", format!("/{file}/access-url?relation_type=INCIDENT")),
        ("DELETE", format!("/{file}")),
    ];
    for (method, target) in &ways {
        let answer = call(&sim, method, target, "").await;
        assert_eq!(answer.code(), "OSM.01010001", "{method} {target}");
    }
    colleague_sends(&sim, &file);
    // Seen with the ticket: by its group, or where there is no place for the group, without.
    for target in [
        format!("/{file}/image?group_id={GROUP}"),
        format!("/access-urls?accessory_ids={file}&group_id={GROUP}"),
        format!("/{file}/access-url?relation_type=INCIDENT"),
    ] {
        let answer = call(&sim, "GET", &target, "").await;
        assert!(!answer.body.starts_with(br#"{"error"#), "{answer:?}");
    }
    for (method, target) in &ways[..2] {
        let answer = call(&sim, method, target, "").await;
        assert_eq!(answer.code(), "OSM.01010001", "{method} {target}");
    }
    // Seen, and another's.
    let answer = call(&sim, "DELETE", &ways[3].1, "").await;
    assert_eq!(answer.code(), "OSM.01010002");
    for (method, target) in &ways {
        let answer = call_as(&sim, "TOKENSTRANGER", method, target, "").await;
        assert_eq!(answer.code(), "OSM.01010001", "{method} {target}");
    }
}

#[tokio::test]
async fn json_that_holds_no_file_is_refused() {
    let sim = Simulator::start().await.unwrap();
    let files = sim.world().file_ids().len();
    let good = json!({ "accessory_name": "a", "accessory_from": "incident", "upload_type": 1, "accessory_data": "eA==" });
    for (field, value) in [
        ("accessory_data", json!("eA")),
        ("accessory_data", json!("e A==")),
        ("accessory_data", json!("_w==")),
        ("accessory_data", json!(1)),
        ("accessory_data", Value::Null),
        ("accessory_name", json!("")),
        ("accessory_name", json!("x".repeat(513))),
        ("accessory_from", json!("x".repeat(33))),
        ("accessory_from", Value::Null),
        ("upload_type", json!(2)),
        ("upload_type", json!("1")),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let answer = call(&sim, "POST", "/json-format-content", &body.to_string()).await;
        let told = (answer.status, answer.code());
        assert_eq!(told, (200, "OSM.01010001".to_owned()), "{body}");
    }
    assert_eq!(sim.world().file_ids().len(), files);
    // The words for what a file is for are open (D-76).
    let mut body = good.clone();
    body["accessory_from"] = json!("feedback");
    let answer = call(&sim, "POST", "/json-format-content", &body.to_string()).await;
    assert_eq!(answer.code(), "");
    let mut rules = Rules::default();
    rules.daily_upload = Some(3);
    sim.set_rules(rules);
    assert_eq!(upload(&sim, "a", "eHh4eHg=").await.code(), "OSM.01010005");
}

#[tokio::test]
async fn what_may_be_uploaded_is_told_and_can_be_held_to() {
    let sim = Simulator::start().await.unwrap();
    let told = async || call(&sim, "GET", "/limits", "").await.json();
    assert_eq!(
        told().await,
        json!({ "accessory_limit": {
            "limit_count": "5", "limit_size": "4",
            "limit_file_type": "jpg,jpeg,bmp,png,gif,txt,zip,docx,msg,eml,xlsx,pdf,log,ini,mp4,mov",
        } })
    );
    stored(&sim, "core.dump", "eA==").await;
    let mut rules = Rules::default();
    rules.upload_limits_hold = true;
    rules.upload_count = 2;
    rules.upload_megabytes = 1;
    rules.upload_kinds = "txt, LOG".to_owned();
    sim.set_rules(rules);
    let mut quirks = Quirks::default();
    quirks.upload_limits_as_numbers = true;
    sim.set_quirks(quirks);
    assert_eq!(
        told().await["accessory_limit"],
        json!({ "limit_count": 2, "limit_size": 1, "limit_file_type": "txt, LOG" })
    );
    let megabyte = "AAAA".repeat(1024 * 1024 / 3);
    let mut files = Vec::new();
    for (name, data, good) in [
        ("a.TXT", "eA==".to_owned(), true),
        ("a.log", format!("{megabyte}AA=="), true),
        ("b.log", format!("{megabyte}AAA="), false),
        ("core.dump", "eA==".to_owned(), false),
        ("txt", "eA==".to_owned(), false),
        ("c.txt", "eA==".to_owned(), true),
    ] {
        let answer = upload(&sim, name, &data).await;
        assert_eq!(answer.code().is_empty(), good, "{name}");
        files.extend(answer.json()["accessory_id"].as_str().map(str::to_owned));
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    assert_eq!(submit(&sim, &files).await["error_code"], "OSM.01010001");
    assert_eq!(submit(&sim, &files[..2]).await, json!({}));
}

#[tokio::test]
async fn choices_about_files_can_be_switched() {
    let sim = Simulator::start().await.unwrap();
    let mut rules = Rules::default();
    rules.images_only = true;
    rules.used_files_deletable = true;
    sim.set_rules(rules);
    let mut quirks = Quirks::default();
    quirks.file_type = FileType::ByName;
    quirks.links_group_required = true;
    sim.set_quirks(quirks);
    let image = call(&sim, "GET", "/att-0003/image", "").await;
    assert_eq!(image.header("content-type"), Some("image/png"));
    let log = call(&sim, "GET", "/att-0002/image", "").await;
    assert_eq!(log.code(), "OSM.01010001");
    assert_eq!(links(&sim, &["123"]).await["error_code"], "OSM.01010001");
    let with_group = "/access-urls?accessory_ids=123&group_id=1";
    assert_eq!(call(&sim, "GET", with_group, "").await.code(), "");
    // Gone from the message, too.
    assert_eq!(call(&sim, "DELETE", "/123", "").await.json(), json!({}));
    let detail = ask(&sim, "GET", "/case-123", "").await.json();
    let messages = detail["incident_detail_info"]["message_list"].as_array();
    for message in messages.unwrap() {
        assert_eq!(message["accessory_list"], json!([]));
    }
}
