//! A service that opens tickets by its rules, and has an agreement to be signed before.

use crate::{
    ledger::{json, route},
    opening,
};
use hwc_core::testing::Step;
use hwc_tickets::{
    TicketDraft,
    choices::{Agreement, AgreementState},
};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// The service, and how often its agreement was signed.
pub struct Counter {
    pub service: opening::Service,
    signatures: Arc<AtomicUsize>,
}

impl Counter {
    pub fn new() -> Self {
        let service = opening::Service::new();
        let signatures = Arc::new(AtomicUsize::new(0));
        let (world, signed) = (Arc::clone(&service.world), Arc::clone(&signatures));
        let line = service.line.clone();
        let line = line.answering(move |request| match route(request) {
            "cases" => world.lock().unwrap().serve(request, opening::running()),
            other => rule(other, &signed),
        });
        // It is the one of the service.
        drop(line);
        Self {
            service,
            signatures,
        }
    }

    pub fn signatures(&self) -> usize {
        self.signatures.load(Ordering::Relaxed)
    }

    /// The agreement, as it is shown to who is to sign it.
    pub fn agreement(&self) -> Agreement {
        let lookups = self.service.client().lookups();
        match self.service.clock.run(lookups.agreement()).unwrap() {
            AgreementState::Unsigned(agreement) => *agreement,
            other => panic!("{other:?}"),
        }
    }
}

/// A draft that keeps all the rules, and makes each of them be asked for.
pub fn draft(text: &str) -> TicketDraft {
    let draft = TicketDraft::new("kind-1", text).product("123");
    let draft = draft.region("cn-north-4").severity("124");
    draft.mail("me@example.com")
}

fn rule(route: &str, signatures: &AtomicUsize) -> Step {
    let answer = match route {
        "categories" => json!({ "incident_sub_type_list": [{
            "incident_sub_type_id": "0",
            "incident_product_category_list": [{ "incident_product_category_id": "123" }],
        }] }),
        "product-categories" => json!({ "incident_product_category_list": [
            { "incident_product_category_id": "123" },
        ] }),
        "templates" => json!({ "incident_template_list": [
            { "incident_template_id": "1", "incident_template_content": "What does not work?" },
        ] }),
        "problems" => json!({ "incident_business_type_list": [
            { "business_type_id": "kind-1", "case_type": "5" },
        ] }),
        "regions" => json!({ "data_center_list": [{ "region_id": "cn-north-4" }] }),
        "severities" => json!({ "show": true, "severity_list": [{ "severity_id": "124" }] }),
        "extends-map" => json!({ "extends_params": [] }),
        "quotas" => json!({ "total": -1, "un_used": -1 }),
        "need-verify" => json!({ "need_verify_code": 0 }),
        "published-agreement" => json!({ "case_agreement": { "id": "1" } }),
        "signed-latest" => {
            json!({ "is_signed_latest": signatures.load(Ordering::Relaxed) > 0 })
        }
        "signed" => {
            let number = signatures.fetch_add(1, Ordering::Relaxed) + 1;
            json!({ "agreement_signed_record_id": number })
        }
        other => panic!("there is no rule about {other}"),
    };
    json(200, answer)
}
