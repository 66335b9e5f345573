//! The raw call of the SDK makes every recorded request, of operations without a verb too, and judges every recorded answer;
//! the simulator does what it asks. Files go up and come down whole, or it is told that they did not.

use contract_tests::{
    exchange::{self, Exchange, Part, Request},
    sdk,
    server::Server,
    simulator, wire,
};
use hwc_core::ResponseContent;
use hwc_tickets::{
    Client, ClientBuilder, Delivery, Error, ErrorKind, ProxyChoice, RetryPolicy,
    raw::{Form, RawCall, Source},
};
use hwc_tickets_sim::{Fault, FaultRule, Operation, Quirks, Simulator};
use std::collections::BTreeSet;

const FILES: &str = "/v2/servicerequest/accessorys";
const MOST: usize = 1 << 20;

fn client(url: String, token: &str) -> Client {
    settings(url, token).build().unwrap()
}

fn settings(url: String, token: &str) -> ClientBuilder {
    Client::builder()
        .endpoint(url)
        .token(token)
        .proxy(ProxyChoice::Direct)
        .retry(RetryPolicy::never())
}

/// The call that makes `request`. `None`: the client refuses to.
fn call(client: &Client, request: &Request) -> Option<RawCall> {
    let call = client.raw(&request.method, &request.path).ok()?;
    let pairs = request.query.iter();
    let call = pairs.fold(call, |call, (name, value)| call.query(name, value));
    if let Some(form) = &request.form {
        let form = form
            .iter()
            .fold(Form::new(), |form, (name, part)| match part {
                Part::Text(text) => form.text(name, text),
                Part::File(file) => {
                    let source = Source::bytes(file.content.clone()).named(&file.name);
                    form.file(name, source)
                }
            });
        return Some(call.form(form));
    }
    let body = request.bytes();
    match body.is_empty() {
        true => Some(call),
        false => call.json(body).ok(),
    }
}

/// Makes `call` as `exchange` has its answer. Gives a file, or the body.
async fn made(call: RawCall, exchange: &Exchange) -> Result<Vec<u8>, Error> {
    match wire::operation(exchange.operation()).response {
        ResponseContent::Bytes => Ok(call.download().await?.bytes(MOST).await?.to_vec()),
        _ => Ok(call.await?.body().to_vec()),
    }
}

#[tokio::test]
async fn a_raw_call_makes_every_recorded_request_and_agrees_on_the_answer() {
    let server = Server::start().await;
    let client = client(server.url(), wire::TOKEN);
    let mut wrong = Vec::new();
    let mut made = BTreeSet::new();
    for exchange in exchange::recorded() {
        let name = &exchange.name;
        server.answer(&exchange.response);
        let Some(call) = call(&client, &exchange.request) else {
            wrong.push(format!("{name}: not made"));
            continue;
        };
        let outcome = self::made(call, &exchange).await;
        // Headers are settings of a client.
        let mut recorded = exchange.request.clone();
        recorded.headers.clear();
        match server.asked().as_slice() {
            [asked] => wrong.extend(
                asked
                    .differences(&recorded)
                    .into_iter()
                    .map(|flaw| format!("{name}: {flaw}")),
            ),
            asked => wrong.push(format!("{name}: {} requests", asked.len())),
        }
        let writes = exchange.request.method != "GET";
        let verdict = sdk::verdict(writes, outcome.as_ref().err());
        if verdict != exchange.verdict {
            wrong.push(format!(
                "{name}: judged {verdict:?}, recorded is {:?}: {outcome:?}",
                exchange.verdict
            ));
        } else if outcome.is_ok_and(|body| body != exchange.response.bytes()) {
            wrong.push(format!("{name}: another body"));
        } else {
            made.insert(exchange.operation().to_owned());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let all = wire::good_arguments();
    assert_eq!(made.len(), all.len(), "{made:?}");
}

#[tokio::test]
async fn the_simulator_does_what_a_raw_call_asks() {
    let simulator = Simulator::start().await.unwrap();
    let client = client(simulator.endpoint(), simulator.credentials().token);
    let mut done = BTreeSet::new();
    for exchange in exchange::recorded() {
        let (_, name) = exchange.name.split_once('/').unwrap();
        if !["success", "every-filter"].contains(&name) {
            continue;
        }
        simulator.reset();
        // The examples of the documents lack what their tables call mandatory (D-10, D-11).
        let mut quirks = Quirks::default();
        quirks.mandatory_query = exchange.source == "constructed";
        simulator.set_quirks(quirks);
        let request = simulator::furnish(&simulator, &exchange);
        let outcome = made(call(&client, &request).unwrap(), &exchange).await;
        if let Err(error) = outcome {
            panic!("{}: {error}", exchange.name);
        }
        done.insert(exchange.operation().to_owned());
    }
    assert_eq!(done.len(), wire::good_arguments().len(), "{done:?}");
}

async fn upload(client: &Client, content: &[u8]) -> Result<String, Error> {
    let source = Source::bytes(content.to_vec()).named("core.dump");
    let form = Form::new()
        .text("form_data", r#"{"accessFrom":"message"}"#)
        .file("file", source);
    let answer = client.raw("POST", FILES)?.form(form).await?;
    let answer: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    Ok(answer["accessory_id"].as_str().unwrap().to_owned())
}

async fn download(client: &Client, id: &str) -> Result<Vec<u8>, Error> {
    let file = client.raw("GET", &format!("{FILES}/{id}"))?;
    Ok(file.download().await?.bytes(4 * MOST).await?.to_vec())
}

#[tokio::test]
async fn a_file_is_whole_or_an_error() {
    let simulator = Simulator::start().await.unwrap();
    let client = client(simulator.endpoint(), simulator.credentials().token);
    // Above what the simulator keeps in memory.
    let content: Vec<u8> = (0..=250).cycle().take(2 * MOST + 7).collect();
    let id = upload(&client, &content).await.unwrap();
    assert!(download(&client, &id).await.unwrap() == content);

    let order = |fault| simulator.fault(FaultRule::new(Operation::DownloadAccessories, fault));
    let refused = Fault::Business {
        code: "OSM.01010015".to_owned(),
    };
    order(refused);
    let error = download(&client, &id).await.unwrap_err();
    assert_eq!(error.code(), Some("OSM.01010015"), "{error}");
    order(Fault::Html { status: 200 });
    let error = download(&client, &id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    for (keep, chunked) in [
        (0, false),
        (1, true),
        (MOST, false),
        (content.len() - 1, true),
    ] {
        order(Fault::Cut {
            keep: Some(keep),
            chunked,
        });
        let error = download(&client, &id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{keep}: {error}");
    }
    assert!(download(&client, &id).await.unwrap() == content);
}

#[tokio::test]
async fn an_upload_without_an_answer_is_in_doubt_and_not_repeated() {
    let simulator = Simulator::start().await.unwrap();
    let settings = settings(simulator.endpoint(), simulator.credentials().token);
    let client = settings.retry(RetryPolicy::standard()).build().unwrap();
    let files = || simulator.world().file_ids().len();
    for fault in [Fault::Close, Fault::Html { status: 200 }] {
        let before = files();
        simulator.fault(FaultRule::new(Operation::UploadAccessory, fault.clone()).after_commit());
        let error = upload(&client, b"once").await.unwrap_err();
        assert_eq!(error.delivery(), Delivery::Unknown, "{fault:?}: {error}");
        assert_eq!(files(), before + 1, "{fault:?}: stored once");
    }
}
