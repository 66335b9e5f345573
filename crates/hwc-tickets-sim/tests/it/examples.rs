//! Operations that the simulator only describes, each asked by its recorded exchanges: the answer is the example of the
//! description, in its shape, and says that it is one.

use std::path::Path;

use hwc_tickets_sim::{Example, Operation, Quirks, Simulator};
use serde_json::Value;

use crate::client::send;
use crate::recorded::{Description, conforms, exchanges, play, stage};

const DESCRIBED: &[&str] = &[
    "showConfiguration",
    "listSubCustomers",
    "createPrivileges",
    "showCustomerPrivilegePolicy",
    "listAuthorizations",
    "showAuthorizationDetail",
    "confirmAuthorizations",
    "updateAuthorizations",
    "checkHosts",
    "showLoginType",
    "listHistorySessions",
    "listHistoryOperateLogs",
    "listTransportHistories",
    "listAgencies",
    "showPartnersServiceInfo",
    "showPartnersCasesPrivilege",
    "createDiagnoseJob",
    "listDiagnoseJob",
    "listDiagnoseItems",
    "listDiagnoseRecords",
    "listDiagnoseResources",
    "createDiagnoseFeedback",
    "createFeedback",
];

/// Asks an exchange twice, and says what is wrong with the answers.
async fn look(description: &Description, name: &str, exchange: &Value) -> Vec<String> {
    let request = &exchange["request"];
    let (method, path) = (
        request["method"].as_str().unwrap(),
        request["path"].as_str().unwrap(),
    );
    let sim = stage(request, Quirks::default()).await;
    let before = format!("{:?}", sim.world());
    let answer = play(&sim, request).await;
    let mut wrong = description.faults(method, path, &answer);
    if (answer.status, answer.header("x-simulated")) != (200, Some("described-example")) {
        wrong.push(format!("{} {}", answer.status, answer.head));
    }
    let failed = !matches!(answer.code().as_str(), "" | "0");
    if failed {
        wrong.push(format!("fails with {}", answer.code()));
    }
    let entry = sim.journal().pop().unwrap();
    let operation = Operation::named(name).unwrap();
    let noted = (entry.operation, entry.example, entry.acted);
    if noted != (Some(operation), Some(Example::Described), true) {
        wrong.push(format!("the journal has {noted:?}"));
    }
    if play(&sim, request).await.body != answer.body {
        wrong.push("another answer the second time".to_owned());
    }
    if format!("{:?}", sim.world()) != before {
        wrong.push("the world changed".to_owned());
    }
    let operation = description.operation(&method.to_lowercase(), path).unwrap();
    let pages = &operation["x-sdk"]["pages"];
    if let (Some(list), Some(total)) = (pages["list"].as_str(), pages["total"].as_str()) {
        let body = answer.json();
        let items = body[list].as_array().unwrap().len();
        if body[total] != items {
            wrong.push(format!("{items} items, but a total of {}", body[total]));
        }
    }
    wrong
}

#[tokio::test]
async fn each_is_answered_with_its_example() {
    let description = Description::read();
    let exchanges = exchanges();
    let mut wrong = Vec::new();
    for name in DESCRIBED {
        let directory = format!("examples/{name}/");
        let own = exchanges.iter();
        let own = own.filter(|(file, exchange)| file.starts_with(&directory) && conforms(exchange));
        let mut asked = 0;
        for (file, exchange) in own {
            let found = look(&description, name, exchange).await;
            wrong.extend(found.iter().map(|problem| format!("{file}: {problem}")));
            asked += 1;
        }
        assert!(asked > 0, "{name} has no exchange to ask");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_control_says_which_they_are() {
    let sim = Simulator::builder().control(true).start().await.unwrap();
    let told = send(&sim, "GET", "/_sim/operations", "", b"").await;
    let told = told.unwrap().json();
    let told = told["operations"].as_array().unwrap();
    let is_example = |name: &str| {
        let row = told.iter().find(|row| row["name"] == name).unwrap();
        row["example"].as_bool().unwrap()
    };
    for name in DESCRIBED {
        assert!(is_example(name), "{name}");
    }
    // The older list of tickets knows the tickets there are.
    assert!(!is_example("listOrderIncident"));
    // And the page of all operations says the same.
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hwc-tickets/docs/operations.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows: Vec<&str> = page.lines().filter(|row| row.starts_with("| `")).collect();
    assert!(rows.len() >= DESCRIBED.len());
    for row in rows {
        let name = row.split('`').nth(1).unwrap();
        assert_eq!(row.ends_with("| example |"), is_example(name), "{row}");
    }
}
