//! Which verbs are written by hand for what an operation does. A call that is printed beside one is found first, so it names the verb.

use super::sdk::Sdk;

/// The verbs of a method, by the handle that has it: paths below the SDK. The documentation links them, so that one that is gone fails.
pub const VERBS: &[((&str, &str), &[&str])] = &[
    (("agreements", "latest"), &["lookups::Lookups::agreement"]),
    (("agreements", "sign"), &["CreateTicket::agreed"]),
    (("agreements", "signed"), &["lookups::Lookups::agreement"]),
    (("attachments", "download"), &["Client::download"]),
    (("attachments", "limits"), &["Client::upload_limits"]),
    (("attachments", "upload"), &["Client::upload"]),
    (("attachments", "upload_json"), &["Client::upload"]),
    (("catalog", "categories"), &["lookups::Lookups::categories"]),
    (
        ("catalog", "extra_fields"),
        &["lookups::Lookups::extra_fields"],
    ),
    (
        ("catalog", "problem_types"),
        &["lookups::Lookups::problem_types"],
    ),
    (("catalog", "products"), &["lookups::Lookups::products"]),
    (("catalog", "quotas"), &["lookups::Lookups::quota"]),
    (("catalog", "regions"), &["lookups::Lookups::regions"]),
    (("catalog", "severities"), &["lookups::Lookups::severities"]),
    (("catalog", "templates"), &["lookups::Lookups::templates"]),
    (("ticket", "create_scores"), &["Ticket::score"]),
    (("ticket", "detail"), &["Ticket::detail"]),
    (("ticket", "history"), &["Ticket::history"]),
    (
        ("ticket", "mark_read"),
        &["Ticket::mark_read", "Ticket::drain_unread"],
    ),
    (("ticket", "operate_logs"), &["Ticket::log"]),
    (
        ("ticket", "recall"),
        &["Ticket::recall", "Ticket::recall_last"],
    ),
    (("ticket", "status"), &["Ticket::status"]),
    (
        ("ticket", "submit"),
        &["Ticket::submit", "Client::submit_all"],
    ),
    (
        ("ticket", "update"),
        &[
            "Ticket::close",
            "Ticket::cancel",
            "Ticket::delete",
            "Ticket::urge",
        ],
    ),
    (("ticket", "update_contact_info"), &["Ticket::set_contact"]),
    (("tickets", "create"), &["Client::create_ticket"]),
    (("tickets", "follow"), &["Client::follow"]),
    (("tickets", "list_cases"), &["api::Tickets::list"]),
    (("tickets", "order_incidents"), &["api::Tickets::list"]),
    (
        ("tickets", "unread"),
        &["Client::unread", "Client::unread_all"],
    ),
];

/// Links to the verbs of an operation, for the documentation of the SDK; empty where there is none.
#[must_use]
pub fn links(sdk: &Sdk) -> String {
    let wanted = (sdk.resource.as_str(), sdk.method.as_str());
    let verbs = VERBS.iter().find(|(method, _)| *method == wanted);
    let links = verbs.into_iter().flat_map(|(_, verbs)| *verbs).map(|path| {
        let mut words = path.rsplitn(3, "::");
        let (verb, owner) = (words.next(), words.next());
        let (verb, owner) = (verb.unwrap_or_default(), owner.unwrap_or_default());
        format!("[`{owner}::{verb}`](crate::{path})")
    });
    links.collect::<Vec<_>>().join(", ")
}
