//! The ticket itself, and lists of tickets.

pub(super) mod changes;
pub(super) mod export;

use serde_json::{Map, Value, json};

use super::{Handler, labels, messages};
use crate::domain::{
    Command, ContactInfo, Label, Outcome, Subject, TicketFilter, TicketLine, TicketView, catalog,
};
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
    /// Counts the tickets of each state.
    pub const ListCaseCounts: Operation = Operation::new("listCaseCounts");
    /// Lists tickets by page number, in an older form.
    pub const ListOrderIncident: Operation = Operation::new("listOrderIncident");
}

pub(super) const HANDLERS: &[Handler] = &[
    Handler::new(Operation::ShowCaseDetail, detail, answer),
    Handler::new(Operation::ShowCaseStatus, status, answer),
    Handler::new(Operation::ListCases, list, answer),
    Handler::new(Operation::ListCaseCounts, count, answer),
    Handler::new(Operation::ListOrderIncident, list_by_page, older_answer),
];

fn detail(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::Detail {
        by: asked.by(),
        ticket: asked.path("case_id"),
        group: asked.text("group_id"),
    })
}

fn status(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::Status {
        by: asked.by(),
        ticket: asked.path("case_id"),
    })
}

fn list(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::Tickets {
        by: asked.by(),
        group: asked.text("group_id"),
        filter: filter(asked, str::to_owned)?,
        offset: asked.count("offset").unwrap_or(0),
        limit: asked.limit()?,
    })
}

fn count(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::Counts {
        by: asked.by(),
        filter: TicketFilter {
            states: asked.number("status").into_iter().collect(),
            product: asked.text("product_category_id"),
            kind: asked.text("business_type_id"),
            ..TicketFilter::default()
        },
    })
}

/// The older form (D-59): by page, and with names in camel case.
fn list_by_page(asked: &Asked<'_>) -> Parsed<Command> {
    let filter = TicketFilter {
        product: asked.text("productCategoryId"),
        kind: asked.text("businessTypeId"),
        ..filter(asked, in_camel_case)?
    };
    let page = asked.count("pageNo").unwrap_or(1);
    let limit = asked.count("pageSize").unwrap_or(10);
    Ok(Command::Tickets {
        by: asked.by(),
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
        ids: text("incident_id").into_iter().collect(),
        from: asked.time(&spelled("query_start_time"))?,
        to: asked.time(&spelled("query_end_time"))?,
        states: states(asked.number("status"), text("incident_status")),
        owner: text("x_customer_id"),
        owner_name: text("x_customer_name"),
        ..TicketFilter::default()
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
        Outcome::Counts(counts) => paint.json(json!({
            "incident_status_counts": paint.list(counts.iter().map(|(status, number)| {
                json!({ "status": status.number(), "count": paint.count(*number) })
            })),
        })),
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
    let english = paint.asked.english();
    let points = ticket.rating.points.iter();
    let mut whole = json!({
        "incident_id": ticket.id,
        "customer_id": ticket.owner,
        "status": ticket.status.number(),
        "judgement": &*ticket.rating.judgement,
        "business_type_name": kind_name(english, &ticket.subject),
        "incident_type_name": product_name(english, &ticket.subject),
        "dc_name": region_name(english, &ticket.subject),
        "simple_description": &*ticket.title,
        "source_name": paint.say("Console", "控制台"),
        "severity_name": severity_name(english, &ticket.subject),
        "business_ownership": 0,
        "create_time": paint.time(ticket.opened),
        "message_list": paint.list(ticket.messages.iter().map(|message| messages::detailed(paint, message))),
        "incident_satisfaction": paint.list(points.map(|rated| rated_points(paint, *rated))),
    });
    if let (Some(fields), Some(reached)) = (whole.as_object_mut(), reached(&ticket.contact)) {
        fields.insert("ext_info".to_owned(), reached);
    }
    whole
}

/// The points for one thing, with what the catalogue says of it.
fn rated_points(paint: &Paint<'_>, (id, points): (i64, i64)) -> Value {
    match catalog::dimension(id) {
        Some(dimension) => json!({
            "value": dimension.points,
            "satisfaction_id": id,
            "satisfaction_value": points,
            "satisfaction_name": dimension.name.say(paint.asked.english()),
            "per_value": dimension.step,
            "sat_category_id": dimension.category,
            "sat_category_name": dimension.category_name.say(paint.asked.english()),
        }),
        None => json!({ "satisfaction_id": id, "satisfaction_value": points }),
    }
}

/// Whom to reach, if anybody said it.
fn reached(contact: &ContactInfo) -> Option<Value> {
    let fields = [
        ("area_code", &contact.area_code),
        ("remind_mobile", &contact.mobile),
        ("remind_mail", &contact.mail),
        ("remind_time", &contact.time),
        ("cc_email", &contact.copies),
    ];
    let told = fields
        .into_iter()
        .filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?))));
    let told: Map<String, Value> = told.collect();
    (!told.is_empty()).then_some(Value::Object(told))
}

/// The name of a kind of problem; of one that the catalogue does not have, its id.
fn kind_name(english: bool, subject: &Subject) -> &str {
    let kind = catalog::kind(&subject.kind);
    kind.map_or(&subject.kind, |kind| kind.name.say(english))
}

fn product_name(english: bool, subject: &Subject) -> &str {
    let product = catalog::product(&subject.product);
    product.map_or(&subject.product, |it| it.name.say(english))
}

fn region_name(english: bool, subject: &Subject) -> &str {
    let id = subject.region.as_deref().unwrap_or_default();
    catalog::region(id).map_or(id, |it| it.name.say(english))
}

fn severity_name(english: bool, subject: &Subject) -> &str {
    let id = subject.severity.as_deref().unwrap_or_default();
    catalog::severity(id).map_or(id, |it| it.name.say(english))
}

/// A ticket in a list (IncidentInfoV2).
fn line(paint: &Paint<'_>, ticket: &TicketLine) -> Value {
    let english = paint.asked.english();
    let mut line = json!({
        "incident_id": ticket.id,
        "customer_id": ticket.owner,
        "xcustomer_id": ticket.owner,
        "xcustomer_name": ticket.owner_name,
        "status": ticket.status.number(),
        "business_type_name": kind_name(english, &ticket.subject),
        "incident_type_name": product_name(english, &ticket.subject),
        "dc_name": region_name(english, &ticket.subject),
        "simple_description": &*ticket.title,
        "create_time": paint.time(ticket.opened),
        "label_list": labels::lines(paint, &ticket.labels),
    });
    if let (Some(fields), Some(at)) = (line.as_object_mut(), ticket.confirmed) {
        fields.insert("confirmed_time".to_owned(), paint.time(at));
    }
    line
}

/// The same in the older form (IncidentInfo).
fn older_line(paint: &Paint<'_>, ticket: &TicketLine) -> Value {
    let english = paint.asked.english();
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
        "businessTypeName": kind_name(english, &ticket.subject),
        "incidentTypeName": product_name(english, &ticket.subject),
        "dcName": region_name(english, &ticket.subject),
        "simpleDescribe": &*ticket.title,
        "createTime": paint.time(ticket.opened),
        "gray": false,
        "labelList": paint.list(labels),
    })
}
