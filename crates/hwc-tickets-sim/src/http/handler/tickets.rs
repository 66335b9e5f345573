//! The ticket itself, and lists of tickets.

use serde_json::{Value, json};

use super::{Handler, messages};
use crate::domain::{Command, Label, Outcome, TicketFilter, TicketLine, TicketView};
use crate::http::asked::{Asked, Parsed};
use crate::http::render::{Paint, Rendered, written};
use crate::operation::Operation;

#[allow(non_upper_case_globals, reason = "named as the variants of a list")]
impl Operation {
    /// Shows a ticket with its messages.
    pub const ShowCaseDetail: Operation = Operation::new("showCaseDetail");
    /// Shows the status of a ticket.
    pub const ShowCaseStatus: Operation = Operation::new("showCaseStatus");
    /// Lists tickets that fit a filter.
    pub const ListCases: Operation = Operation::new("listCases");
    /// Lists tickets by page number, in an older form.
    pub const ListOrderIncident: Operation = Operation::new("listOrderIncident");
}

pub(super) const HANDLERS: &[Handler] = &[
    Handler::new(Operation::ShowCaseDetail, detail, answer),
    Handler::new(Operation::ShowCaseStatus, status, answer),
    Handler::new(Operation::ListCases, list, answer),
    Handler::new(Operation::ListOrderIncident, list_by_page, older_answer),
];

fn detail(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::Detail {
        by: asked.by.clone(),
        ticket: asked.path("case_id"),
        group: asked.text("group_id"),
    })
}

fn status(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::Status {
        by: asked.by.clone(),
        ticket: asked.path("case_id"),
    })
}

fn list(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::Tickets {
        by: asked.by.clone(),
        group: asked.text("group_id"),
        filter: filter(asked, str::to_owned)?,
        offset: asked.count("offset").unwrap_or(0),
        limit: asked.limit()?,
    })
}

/// The older form (D-59): by page, and with names in camel case.
fn list_by_page(asked: &Asked<'_>) -> Parsed<Command> {
    let product = ["productCategoryId", "businessTypeId"];
    let filter = TicketFilter {
        product: product.iter().any(|name| asked.text(name).is_some()),
        ..filter(asked, in_camel_case)?
    };
    let page = asked.count("pageNo").unwrap_or(1);
    let limit = asked.count("pageSize").unwrap_or(10);
    Ok(Command::Tickets {
        by: asked.by.clone(),
        group: asked.text("groupId"),
        filter,
        offset: page.saturating_sub(1).saturating_mul(limit),
        limit,
    })
}

/// The filter in a query, whose names are `spelled` so.
fn filter(asked: &Asked<'_>, spelled: fn(&str) -> String) -> Parsed<TicketFilter> {
    let text = |name: &str| asked.text(&spelled(name));
    Ok(TicketFilter {
        words: asked.list(&spelled("search_key")),
        labels: asked.list(&spelled("label_id_list")),
        text: text("app_key"),
        id: text("incident_id"),
        from: asked.time(&spelled("query_start_time"))?,
        to: asked.time(&spelled("query_end_time"))?,
        states: states(asked.number("status"), text("incident_status")),
        owner: text("x_customer_id"),
        owner_name: text("x_customer_name"),
        product: false,
    })
}

/// `labelIdList` of `label_id_list`.
fn in_camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |camel, word| {
        let (initial, rest) = word.split_at(word.len().min(1));
        camel + &initial.to_ascii_uppercase() + rest
    })
}

/// One state as a number, or several as a text (D-58). What is no number is no state.
fn states(one: Option<i64>, several: Option<String>) -> Vec<i64> {
    let several = several.iter().flat_map(|text| text.split(','));
    let several = several.map(|state| state.trim().parse().unwrap_or(-1));
    one.into_iter().chain(several).collect()
}

fn answer(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    match outcome {
        Outcome::Detail(ticket) => {
            paint.json(json!({ "incident_detail_info": whole(paint, &ticket) }))
        }
        Outcome::Status(status) => paint.json(json!({ "status": status.number() })),
        Outcome::Tickets { total, tickets } => {
            let name = if paint.asked.quirks.total_as_count {
                "count"
            } else {
                "total_count"
            };
            paint.json(json!({
                (name): paint.count(total),
                "incident_info_list": paint.list(tickets.iter().map(|ticket| line(paint, ticket))),
            }))
        }
        other => written(paint, other),
    }
}

fn older_answer(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    match outcome {
        Outcome::Tickets { total, tickets } => paint.json(json!({
            "totalCount": paint.count(total),
            "incidentInfoList": paint.list(tickets.iter().map(|ticket| older_line(paint, ticket))),
        })),
        other => written(paint, other),
    }
}

fn whole(paint: &Paint<'_>, ticket: &TicketView) -> Value {
    json!({
        "incident_id": ticket.id,
        "customer_id": ticket.owner,
        "status": ticket.status.number(),
        "judgement": "",
        "business_type_name": paint.say("Fault", "故障报修"),
        "incident_type_name": paint.say("Elastic Cloud Server", "弹性云服务器"),
        "dc_name": paint.say("CN South-Guangzhou", "华南-广州"),
        "simple_description": &*ticket.title,
        "source_name": paint.say("Console", "控制台"),
        "severity_name": paint.say("Minor", "一般"),
        "business_ownership": 0,
        "create_time": paint.time(ticket.opened),
        "message_list": paint.list(ticket.messages.iter().map(|message| messages::detailed(paint, message))),
        "incident_satisfaction": paint.list(std::iter::empty()),
    })
}

/// A ticket in a list (IncidentInfoV2).
fn line(paint: &Paint<'_>, ticket: &TicketLine) -> Value {
    let labels = ticket.labels.iter().map(
        |Label {
             id, name, color, ..
         }| json!({ "label_id": id, "name": name, "color": color }),
    );
    json!({
        "incident_id": ticket.id,
        "customer_id": ticket.owner,
        "xcustomer_id": ticket.owner,
        "xcustomer_name": ticket.owner_name,
        "status": ticket.status.number(),
        "business_type_name": paint.say("Fault", "故障报修"),
        "incident_type_name": paint.say("Elastic Cloud Server", "弹性云服务器"),
        "dc_name": paint.say("CN South-Guangzhou", "华南-广州"),
        "simple_description": &*ticket.title,
        "create_time": paint.time(ticket.opened),
        "label_list": paint.list(labels),
    })
}

/// The same in the older form (IncidentInfo).
fn older_line(paint: &Paint<'_>, ticket: &TicketLine) -> Value {
    let labels = ticket.labels.iter().map(
        |Label {
             id, name, color, ..
         }| json!({ "labelId": id.to_string(), "name": name, "color": color }),
    );
    json!({
        "incidentId": ticket.id,
        "type": 0,
        "customerId": ticket.owner,
        "xcustomerId": ticket.owner,
        "xcustomerName": ticket.owner_name,
        "status": ticket.status.number(),
        "businessTypeName": paint.say("Fault", "故障报修"),
        "incidentTypeName": paint.say("Elastic Cloud Server", "弹性云服务器"),
        "dcName": paint.say("CN South-Guangzhou", "华南-广州"),
        "simpleDescribe": &*ticket.title,
        "createTime": paint.time(ticket.opened),
        "gray": false,
        "labelList": paint.list(labels),
    })
}
