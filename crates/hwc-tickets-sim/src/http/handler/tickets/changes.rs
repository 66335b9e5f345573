//! What customers do to tickets: open, cancel, close, urge, delete, rate, and say what belongs to them.

use serde_json::{Map, Value, json};

use super::super::Handler;
use crate::domain::{
    Act, Action, Command, ContactInfo, LogLine, NewTicket, Outcome, Rating, Subject, Values,
};
use crate::http::asked::{Asked, Malformed, Parsed};
use crate::http::render::{Paint, Rendered, written};
use crate::operation::Operation;

#[allow(non_upper_case_globals, reason = "named as the variants of a list")]
impl Operation {
    /// Opens a ticket.
    pub const CreateCases: Operation = Operation::new("createCases");
    /// Cancels, closes, urges or deletes a ticket.
    pub const UpdateCases: Operation = Operation::new("updateCases");
    /// Rates a ticket.
    pub const CreateScores: Operation = Operation::new("createScores");
    /// Lists what was done to a ticket.
    pub const ListCaseOperateLogs: Operation = Operation::new("listCaseOperateLogs");
    /// Changes whom to reach about a ticket.
    pub const UpdateCaseContactInfo: Operation = Operation::new("updateCaseContactInfo");
    /// Stores values of the extra fields of a ticket.
    pub const CreateCaseExtendsParam: Operation = Operation::new("createCaseExtendsParam");
    /// Shows the values of the extra fields of a ticket.
    pub const ShowCaseExtendsParam: Operation = Operation::new("showCaseExtendsParam");
}

pub(in super::super) const HANDLERS: &[Handler] = &[
    Handler::new(Operation::CreateCases, create, answer),
    Handler::new(Operation::UpdateCases, act, answer),
    Handler::new(Operation::CreateScores, score, answer),
    Handler::new(Operation::ListCaseOperateLogs, log, answer),
    Handler::new(Operation::UpdateCaseContactInfo, set_contact, answer),
    Handler::new(Operation::CreateCaseExtendsParam, set_values, answer),
    Handler::new(Operation::ShowCaseExtendsParam, values, answer),
];

fn create(asked: &Asked<'_>) -> Parsed<Command> {
    let kind = asked.field("business_type_id").unwrap_or_default();
    let description = asked.field("simple_description").unwrap_or_default();
    let mut new = NewTicket::new(&asked.by(), Subject::new(&kind), description);
    if let Some(product) = asked.field("product_category_id") {
        new.names_product = true;
        new.subject.product = product;
    }
    new.subject.subtype = asked.field("incident_sub_type_id");
    new.subject.region = asked.field("region_id");
    new.subject.severity = asked.field("severity_id");
    new.subject.project = asked.field("project_id");
    new.subject.source = asked.field("source_id").unwrap_or_default();
    new.contact = contact(asked);
    new.further = map(asked, "extension_map")?;
    let verified = |name: &str| asked.header(name).map(str::to_owned);
    new.verified_mobile = verified("x-phone-verifiedid");
    new.verified_mail = verified("x-email-verifiedid");
    new.values = map(asked, "extends_map")?;
    let files = asked.body.get("accessory_ids").and_then(Value::as_array);
    let files = files.into_iter().flatten().filter_map(Value::as_str);
    new.attachments = files.map(str::to_owned).collect();
    Ok(Command::Create(Box::new(new)))
}

fn act(asked: &Asked<'_>) -> Parsed<Command> {
    let action = match asked.in_query("action_id") {
        Some("cancel") => Action::Cancel,
        Some("close") => Action::Close,
        Some("press") => Action::Urge,
        Some("delete") => Action::Delete,
        _ => return Err(Malformed::Action),
    };
    Ok(Command::Act {
        by: asked.by(),
        ticket: asked.path("case_id"),
        group: asked.field("group_id"),
        action,
        words: asked.field("operate_desc").unwrap_or_default().into(),
        rating: rating(asked),
    })
}

fn score(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::Score {
        by: asked.by(),
        ticket: asked.path("case_id"),
        group: asked.field("group_id"),
        rating: rating(asked),
    })
}

fn log(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::Log {
        by: asked.by(),
        ticket: asked.path("case_id"),
        group: asked.text("group_id"),
        offset: asked.count("offset").unwrap_or(0),
        limit: asked.limit()?,
    })
}

fn set_contact(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::SetContact {
        by: asked.by(),
        ticket: asked.path("case_id"),
        group: asked.field("group_id"),
        contact: contact(asked),
        further: map(asked, "extension_map")?,
    })
}

/// The message that the values belong to is not looked for: what it means is in no source.
fn set_values(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::SetValues {
        by: asked.by(),
        ticket: asked.path("case_id"),
        group: asked.field("group_id"),
        values: map(asked, "extends_map")?,
    })
}

fn values(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::Values {
        by: asked.by(),
        ticket: asked.path("case_id"),
        group: asked.text("group_id"),
    })
}

fn contact(asked: &Asked<'_>) -> ContactInfo {
    ContactInfo {
        area_code: asked.field("area_code"),
        mobile: asked.field("remind_mobile"),
        mail: asked.field("remind_mail"),
        time: asked.field("remind_time"),
        copies: None,
    }
}

fn rating(asked: &Asked<'_>) -> Rating {
    let list = asked.body.get("incident_satisfaction_list");
    let list = list.and_then(Value::as_array).into_iter().flatten();
    let number = |item: &Value, name: &str| item.get(name).and_then(Value::as_i64);
    let points = list.filter_map(|item| {
        Some((
            number(item, "satisfaction_id")?,
            number(item, "satisfaction_value")?,
        ))
    });
    Rating::new(
        asked.field("judgement").unwrap_or_default(),
        points.collect(),
    )
}

/// A map of the body; an empty list is the empty map of some languages (D-62).
fn map(asked: &Asked<'_>, name: &str) -> Parsed<Values> {
    match asked.body.get(name) {
        None | Some(Value::Null) => Ok(Values::default()),
        Some(Value::Object(fields)) => Ok(fields.clone().into_iter().collect()),
        Some(Value::Array(items)) if items.is_empty() => Ok(Values::default()),
        Some(_) => Err(Malformed::Parameter),
    }
}

fn answer(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    match outcome {
        Outcome::Opened { ticket } => paint.json(json!({ "incident_id": ticket })),
        Outcome::Log { total, lines } => paint.json(json!({
            "total_count": paint.count(total),
            "incident_operate_log_list": paint.list(lines.iter().map(|line| entry(paint, line))),
        })),
        // D-73: the name of the request, inferred.
        Outcome::Values(values) => {
            let values = values
                .iter()
                .map(|(key, value)| (key.clone(), value.clone()));
            paint.json(json!({ "extends_map": values.collect::<Map<_, _>>() }))
        }
        other => written(paint, other),
    }
}

fn entry(paint: &Paint<'_>, line: &LogLine) -> Value {
    let (number, english, chinese) = kind(line.act);
    let words = match &*line.words {
        "" => paint.say(english, chinese),
        words => words,
    };
    json!({
        "incident_log_id": format!("log-{}", line.number),
        "incident_id": paint.asked.path("case_id"),
        "operate_type": number,
        "operator_type": i64::from(line.by_engineer),
        "operator_id": line.operator,
        "operator_name": line.operator_name,
        "operate_desc": words,
        "operate_time": paint.time(line.at),
        "timestamp_operate_time": line.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    })
}

/// No source names the numbers: these are the simulator's own.
fn kind(act: Act) -> (i64, &'static str, &'static str) {
    match act {
        Act::Opened => (0, "Opened", "提交工单"),
        Act::Moved => (1, "State changed", "状态变更"),
        Act::Done(Action::Cancel) => (2, "Cancelled", "取消工单"),
        Act::Done(Action::Close) => (3, "Closed", "关闭工单"),
        Act::Done(Action::Urge) => (4, "Urged", "催单"),
        Act::Done(Action::Delete) => (5, "Deleted", "删除工单"),
        Act::Rated => (6, "Rated", "评价工单"),
    }
}
