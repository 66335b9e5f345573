//! Privileges are fixed: who asks the same gets the same.

use hwc_tickets_sim::{Quirks, Simulator};
use serde_json::json;

use crate::client::{Answer, send};

async fn ask(sim: &Simulator, token: &str, query: &str) -> Answer {
    let headers = format!("x-auth-token: {token}\r\n");
    let target = format!("/v2/servicerequest/privileges{query}");
    send(sim, "GET", &target, &headers, b"").await.unwrap()
}

#[tokio::test]
async fn owners_may_export_and_everybody_may_open_tickets() {
    let sim = Simulator::start().await.unwrap();
    for (token, privilege, has) in [
        ("TOKENEXAMPLE", "createCase", 1),
        ("TOKENEXAMPLE", "export", 1),
        ("TOKENEXAMPLE", "assumeCaseAll", 0),
        ("TOKENEXAMPLE", "word", 0),
        ("TOKENCOLLEAGUE", "createCase", 1),
        ("TOKENCOLLEAGUE", "export", 0),
        ("TOKENSTRANGER", "export", 1),
    ] {
        let answer = ask(&sim, token, &format!("?privilege={privilege}")).await;
        assert_eq!(answer.header("x-simulated"), None);
        let expected = json!({ "has_privilege": has });
        assert_eq!(answer.json(), expected, "{token} {privilege}");
    }
    for query in ["", "?privilege=", &format!("?privilege={}", "x".repeat(33))] {
        let answer = ask(&sim, "TOKENEXAMPLE", query).await;
        assert_eq!(answer.code(), "OSM.01010001", "{query}");
    }
    let mut quirks = Quirks::default();
    quirks.mandatory_query = false;
    sim.set_quirks(quirks);
    let answer = ask(&sim, "TOKENCOLLEAGUE", "").await;
    assert_eq!(answer.json(), json!({ "has_privilege": 1 }));
}
