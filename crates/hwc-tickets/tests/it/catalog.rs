//! What a ticket can be opened with: typed look-ups that are kept for a while, and drafts that are checked against them.

use crate::ledger::{json, route};
use hwc_tickets::{
    AttachmentId, Client, Delivery, DraftProblem, ErrorKind, SecretString, TicketDraft,
    TicketReceipt,
    choices::{AgreementState, FieldKind},
    testing::{FakeClock, ScriptedTransport, Step},
};
use hwc_tickets_sim::{Rules, Simulator};
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

const USAGE: &str = "5efc9f47ace944bfafd054161409f15b";
const DISK_FAULT: &str = "124";
const FAULT: &str = "7d3e0c52b8f94a1e96c47f20d15ab8e3";
const SERVER: &str = "123";

async fn start() -> (Simulator, Client) {
    let service = Simulator::builder().seed(7).start().await.unwrap();
    let client = Client::builder()
        .endpoint(service.endpoint())
        .token(service.credentials().token)
        .language("en-us")
        .build()
        .unwrap();
    (service, client)
}

/// A client of a service that answers each route so.
fn scripted(answer: impl Fn(&str) -> Step + Send + Sync + 'static) -> (FakeClock, Client) {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).answering(move |request| answer(route(request)));
    let client = Client::builder()
        .token(SecretString::from("token-for-tests"))
        .clock(clock.clone())
        .transport(network)
        .build()
        .unwrap();
    (clock, client)
}

/// The name of a problem and its field.
fn told(problem: &DraftProblem) -> (String, String) {
    let shown = format!("{problem:?}");
    let name = shown.split([' ', '{']).next().unwrap().to_owned();
    (name, problem.field().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn look_ups_are_typed() {
    let (_service, client) = start().await;
    let lookups = client.lookups();
    let categories = lookups.categories().await.unwrap();
    assert!(categories.is_whole);
    let server = &categories.items[0].products[0];
    assert_eq!(
        (&*server.id, &*server.name),
        (SERVER, "Elastic Cloud Server")
    );
    let products = lookups.products(None).await.unwrap();
    assert_eq!(products.items.len(), 4);
    let kinds = lookups
        .problem_types(Some(SERVER), Some("0"))
        .await
        .unwrap();
    let fault = kinds.iter().find(|kind| kind.id == FAULT).unwrap();
    assert_eq!(fault.is_fault, Some(true));
    let templates = lookups.templates(FAULT).await.unwrap();
    assert!(templates.items[0].text.contains("Resource"));
    let severities = lookups.severities(SERVER, FAULT).await.unwrap();
    assert_eq!(severities.choices.items.len(), 3);
    let regions = lookups.regions().await.unwrap();
    assert!(regions.iter().any(|region| region.id == "cn-north-4"));
    let fields = lookups
        .extra_fields(FAULT, Some(SERVER), None)
        .await
        .unwrap();
    let impact = &fields.items[0];
    assert_eq!((&*impact.key, impact.kind), ("impact", FieldKind::OneOf));
    let choices: Vec<&str> = impact.choices().collect();
    assert_eq!(choices, ["none", "part", "all"]);
    let fields = lookups.extra_fields(DISK_FAULT, None, None).await.unwrap();
    assert!(fields.items[0].is_required && fields.items[1].is_sensitive);
    assert_eq!(fields.items[0].length, Some(64));
    assert_eq!(lookups.quota(FAULT, None).await.unwrap().left, None);
    let AgreementState::Unsigned(agreement) = lookups.agreement().await.unwrap() else {
        panic!("it was never signed");
    };
    assert_eq!(agreement.id, "1");
}

#[test]
fn answers_are_kept_for_a_while() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).otherwise(json(
        200,
        json!({"total_count": 1, "data_center_list": [{"region_id": "cn-north-4"}]}),
    ));
    let builder = Client::builder().token(SecretString::from("token-for-tests"));
    let client = (builder.clock(clock.clone()).transport(network.clone()))
        .build()
        .unwrap();
    let asked = || network.requests().len();
    let read = |age: Option<Duration>| {
        let mut lookups = client.lookups();
        if let Some(age) = age {
            lookups = lookups.no_older_than(age);
        }
        clock.run(lookups.regions()).unwrap();
    };
    read(None);
    read(None);
    assert_eq!(asked(), 1, "it is kept");
    clock.advance(Duration::from_secs(590));
    read(None);
    assert_eq!(asked(), 1, "for ten minutes");
    clock.advance(Duration::from_secs(20));
    read(None);
    assert_eq!(asked(), 2, "and no longer");
    read(Some(Duration::ZERO));
    assert_eq!(asked(), 3, "unless told so");
    read(None);
    assert_eq!(asked(), 3, "what was asked anew is kept for others");
    client.clone().lookups().refresh();
    read(None);
    assert_eq!(asked(), 4, "a clone forgets for all");
}

#[tokio::test]
async fn a_draft_is_checked_against_what_the_service_says() {
    let (_service, client) = start().await;
    client.agreements().sign(1).await.unwrap();
    let fault = || TicketDraft::new(FAULT, "The disk is full.").product(SERVER);
    let disk = || {
        let draft = TicketDraft::new(DISK_FAULT, "The disk is full.");
        draft.product(SERVER).region("cn-north-4")
    };
    let usage = || TicketDraft::new(USAGE, "How do I do that?");
    let file = || AttachmentId::new("file-0001").unwrap();
    let table = [
        (usage(), None),
        (fault().region("cn-north-4").extra("impact", "part"), None),
        (disk().extra("disk_id", "d-1").severity("124"), None),
        (usage().mail("demo@example.com"), None),
        (TicketDraft::new("", "x"), Some(("Missing", "problem_type"))),
        (
            TicketDraft::new(USAGE, " \n"),
            Some(("Missing", "description")),
        ),
        (
            TicketDraft::new(USAGE, "x".repeat(1201)),
            Some(("TooLong", "description")),
        ),
        (
            TicketDraft::new(USAGE, "\u{1f600}".repeat(601)),
            Some(("TooLong", "description")),
        ),
        (
            usage().attach(file()).attach(file()),
            Some(("Form", "attachments")),
        ),
        (
            TicketDraft::new("999", "x"),
            Some(("NotOffered", "problem_type")),
        ),
        (usage().product("999"), Some(("NotOffered", "product"))),
        (usage().category("9"), Some(("NotOffered", "category"))),
        (fault(), Some(("Missing", "region"))),
        (fault().region("mars-1"), Some(("NotOffered", "region"))),
        (
            fault().region("cn-north-4").severity("9"),
            Some(("NotOffered", "severity")),
        ),
        (
            fault().region("cn-north-4").extra("impact", "most"),
            Some(("NotOffered", "extra.impact")),
        ),
        (
            fault().region("cn-north-4").extra("mood", "bad"),
            Some(("UnknownField", "extra.mood")),
        ),
        (disk(), Some(("Missing", "extra.disk_id"))),
        (
            disk().extra("disk_id", "d".repeat(65)),
            Some(("TooLong", "extra.disk_id")),
        ),
        (
            disk().extra("disk_id", "a\nb"),
            Some(("Form", "extra.disk_id")),
        ),
        (
            disk().extra("disk_id", json!(["a"])),
            Some(("Form", "extra.disk_id")),
        ),
        (
            usage().mobile("13912345678").area_code("86"),
            Some(("Unverified", "mobile")),
        ),
        (
            usage().mail("other@example.com"),
            Some(("Unverified", "mail")),
        ),
    ];
    for (draft, expected) in table {
        let check = client.check_ticket(&draft).await.unwrap();
        let problems: Vec<_> = check.problems.iter().map(told).collect();
        match expected {
            None => assert!(check.is_good(), "{draft:?}: {problems:?}"),
            Some((name, field)) => {
                let expected = (name.to_owned(), field.to_owned());
                assert!(problems.contains(&expected), "{draft:?}: {problems:?}");
                let error = client.create_ticket(draft.clone()).await.unwrap_err();
                assert_eq!(
                    (error.kind(), error.delivery()),
                    (ErrorKind::InvalidInput, Delivery::NotSent)
                );
                let named: Vec<_> = error.draft_problems().iter().map(told).collect();
                assert!(named.contains(&expected), "{draft:?}: {error}");
                assert!(error.to_string().contains(field), "{error}");
                assert!(error.help().contains(field), "{error}");
            }
        }
    }
}

/// Of a product or a category that is not offered there are no problem types, severities and extra fields: those are not
/// called wrong because of it.
#[tokio::test]
async fn a_wrong_product_is_the_only_thing_that_is_wrong() {
    let (_service, client) = start().await;
    client.agreements().sign(1).await.unwrap();
    let fault = || {
        let draft = TicketDraft::new(FAULT, "The disk is full.").region("cn-north-4");
        draft.severity("124").extra("impact", "part")
    };
    for (draft, field) in [
        (fault().product("999"), "product"),
        (fault().product(SERVER).category("9"), "category"),
    ] {
        let check = client.check_ticket(&draft).await.unwrap();
        let problems: Vec<_> = check.problems.iter().map(told).collect();
        let expected = ("NotOffered".to_owned(), field.to_owned());
        assert_eq!(problems, [expected], "{draft:?}");
    }
}

#[tokio::test]
async fn an_agreement_is_shown_and_signed_only_when_told_to() {
    let (service, client) = start().await;
    let draft = TicketDraft::new(USAGE, "How do I do that?");
    let before = service.world().published_agreements().len();
    let error = client.create_ticket(draft.clone()).await.unwrap_err();
    let [DraftProblem::Unsigned { agreement }] = error.draft_problems() else {
        panic!("{error:?}");
    };
    let agreement = agreement.clone();
    let state = client.lookups().agreement().await.unwrap();
    assert!(
        matches!(state, AgreementState::Unsigned(_)),
        "nothing was signed"
    );
    // Another one than the newest is not what was agreed to.
    let mut older = agreement.clone();
    older.id = "2".to_owned();
    let create = client.create_ticket(draft.clone()).agreed(&older);
    assert_eq!(create.await.unwrap_err().draft_problems().len(), 1);
    let create = client.create_ticket(draft.clone()).agreed(&agreement);
    assert_eq!(create.await.unwrap().receipt, TicketReceipt::Told);
    assert_eq!(
        client.lookups().agreement().await.unwrap(),
        AgreementState::Signed
    );
    client.create_ticket(draft).await.unwrap();
    assert_eq!(service.world().published_agreements().len(), before);
}

#[tokio::test]
async fn a_quota_that_is_used_up_is_told_before_anything_is_sent() {
    let (service, client) = start().await;
    client.agreements().sign(1).await.unwrap();
    let mut rules = Rules::default();
    rules.quota = Some(1);
    service.set_rules(rules);
    let draft = TicketDraft::new(USAGE, "How do I do that?");
    client.create_ticket(draft.clone()).await.unwrap();
    let error = client.create_ticket(draft).await.unwrap_err();
    let used_up = DraftProblem::QuotaUsedUp { total: Some(1) };
    assert_eq!(error.draft_problems(), [used_up]);
}

/// What was kept may be out of date: it is asked anew before a draft is refused by it.
#[test]
fn no_draft_is_refused_by_what_was_kept() {
    let offered = Arc::new(AtomicUsize::new(1));
    let number = Arc::clone(&offered);
    let (clock, client) = scripted(move |route| match route {
        "problems" => {
            let kinds: Vec<_> = (1..=number.load(Ordering::Relaxed))
                .map(|kind| json!({"business_type_id": kind.to_string()}))
                .collect();
            json(200, json!({ "incident_business_type_list": kinds }))
        }
        "extends-map" => json(200, json!({"extends_params": []})),
        "quotas" => json(200, json!({"total": -1, "un_used": -1})),
        "published-agreement" => json(200, json!({"case_agreement": {"id": "1"}})),
        _ => json(200, json!({"is_signed_latest": true})),
    });
    let draft = TicketDraft::new("2", "words");
    let problems = || {
        let check = clock.run(client.check_ticket(&draft)).unwrap();
        check.problems.len()
    };
    assert_eq!(problems(), 1);
    offered.store(2, Ordering::Relaxed);
    assert_eq!(problems(), 0, "it is offered by now");
    offered.store(1, Ordering::Relaxed);
    assert_eq!(problems(), 0, "what allows it is kept");
}

/// Rules that cannot be read, and those that are not whole, keep nobody from opening a ticket.
#[test]
fn rules_that_cannot_be_read_are_named() {
    let good = |route: &str| match route {
        "problems" => json(
            200,
            json!({"incident_business_type_list": [{"business_type_id": "1", "case_type": "0"}]}),
        ),
        "extends-map" => json(
            200,
            json!({"extends_params": [
                {"param_key": "count", "param_type": 1, "required": 1, "min_value": 1, "max_value": 9},
                {"param_key": "names", "param_type": 5, "select_item": "a;b;c"},
                {"param_key": "odd", "param_type": 6, "length": 1},
            ]}),
        ),
        "quotas" => json(200, json!({"total": -1, "un_used": -1})),
        "published-agreement" => json(200, json!({"case_agreement": {"id": "1"}})),
        _ => json(200, json!({"is_signed_latest": true})),
    };
    let draft = |count: serde_json::Value| {
        let draft = TicketDraft::new("1", "words").extra("count", count);
        draft.extra("names", json!(["a", "c"])).extra("odd", "long")
    };
    for (count, expected) in [
        (json!(3), None),
        (json!("3"), None),
        (json!(0), Some("OutOfRange")),
        (json!(10), Some("OutOfRange")),
        (json!("three"), Some("NotInteger")),
        (json!(1.5), Some("NotInteger")),
        (json!(""), Some("Missing")),
    ] {
        let (clock, client) = scripted(good);
        let check = clock
            .run(client.check_ticket(&draft(count.clone())))
            .unwrap();
        let problems: Vec<_> = check.problems.iter().map(|it| told(it).0).collect();
        let expected: Vec<&str> = expected.into_iter().collect();
        assert_eq!(problems, expected, "{count}");
    }
    for (route, name) in [
        ("problems", "problem_type"),
        ("extends-map", "extra"),
        ("quotas", "quota"),
        ("signed-latest", "agreement"),
    ] {
        let (clock, client) = scripted(move |asked| match asked == route {
            true => Step::answer(503),
            false => good(asked),
        });
        let check = clock.run(client.check_ticket(&draft(json!(3)))).unwrap();
        assert_eq!((check.problems.len(), &*check.unchecked), (0, &[name][..]));
        assert!(!check.is_good());
    }
    // What is missing from a part of a list may stand in the rest.
    let (clock, client) = scripted(move |asked| match asked {
        "problems" => json(
            200,
            json!({"total_count": 9, "incident_business_type_list": [{"business_type_id": "2"}]}),
        ),
        other => good(other),
    });
    let check = clock.run(client.check_ticket(&draft(json!(3)))).unwrap();
    assert!(check.problems.is_empty(), "{check:?}");
}

/// Nobody agrees once more because an answer lacks something.
#[test]
fn whether_an_agreement_is_signed_is_not_guessed() {
    for unsaid in [json!({}), json!({ "is_signed_latest": null })] {
        let (clock, client) = scripted(move |route| match route {
            "published-agreement" => json(200, json!({"case_agreement": {"id": "1"}})),
            _ => json(200, unsaid.clone()),
        });
        let lookups = client.lookups();
        let error = clock.run(lookups.agreement()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    }
}

/// That there is no agreement is for the service to say, not for a gateway that knows no such address.
#[test]
fn a_gateway_does_not_say_that_there_is_no_agreement() {
    for (code, is_none) in [("APIGW.0101", false), ("OSM.01010015", true)] {
        let (clock, client) = scripted(move |_| {
            let status = if is_none { 200 } else { 404 };
            json(status, json!({ "error_code": code }))
        });
        let state = clock.run(client.lookups().agreement());
        match is_none {
            true => assert_eq!(state.unwrap(), AgreementState::None),
            false => assert_eq!(state.unwrap_err().kind(), ErrorKind::NotFound),
        }
    }
}

#[test]
fn what_is_not_whole_is_asked_for_anew() {
    for (answer, is_whole) in [
        (
            json!({"total_count": 1, "data_center_list": [{"region_id": "a"}]}),
            true,
        ),
        (
            json!({"total_count": 2, "data_center_list": [{"region_id": "a"}]}),
            false,
        ),
        (
            json!({"total_count": 2, "data_center_list": [{"region_id": "a"}, 7]}),
            false,
        ),
    ] {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let (clock, client) = scripted(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            json(200, answer.clone())
        });
        let lookups = client.lookups();
        for _ in 0..2 {
            let regions = clock.run(lookups.regions()).unwrap();
            assert_eq!(regions.is_whole, is_whole, "{regions:?}");
        }
        let times = if is_whole { 1 } else { 2 };
        assert_eq!(asked.load(Ordering::Relaxed), times);
    }
}
