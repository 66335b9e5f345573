//! Tickets as a file: a table whose values are separated by commas, which every program for tables opens (D-72).

use http::StatusCode;
use jiff::tz::Offset;

use super::super::Handler;
use super::{kind_name, product_name, region_name};
use crate::domain::{Command, Outcome, Status, TicketFilter, TicketLine};
use crate::http::answer::Answer;
use crate::http::asked::{Asked, Malformed, Parsed, is_english};
use crate::http::render::{Paint, Rendered, written};
use crate::http::{files, zone};
use crate::operation::Operation;

#[allow(non_upper_case_globals, reason = "named as the variants of a list")]
impl Operation {
    /// Gives tickets as a file.
    pub const DownloadCases: Operation = Operation::new("downloadCases");
}

pub(in super::super) const HANDLERS: &[Handler] =
    &[Handler::new(Operation::DownloadCases, export, file)];

/// The first bytes tell programs for tables that the text is UTF-8.
const MARK: &str = "\u{feff}";

/// The query names language and zone; it wins over the headers (D-70).
fn export(asked: &Asked<'_>) -> Parsed<Command> {
    let zone = zone_of(asked).ok_or(Malformed::Parameter)?;
    let several = |text: Option<String>, at: fn(char) -> bool| -> Vec<String> {
        let text = text.unwrap_or_default();
        let parts = text.split(at).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let filter = TicketFilter {
        ids: several(asked.text("incident_id"), |c| c == ','),
        words: several(asked.text("search_key"), char::is_whitespace),
        from: asked.time_in("query_start_time", zone)?,
        to: asked.time_in("query_end_time", zone)?,
        states: asked.number("status").into_iter().collect(),
        owner: asked.text("sub_customer_id"),
        owner_name: asked.text("x_customer_name"),
        customer: asked.text("customer_id"),
        sources: asked.list("tenant_source_id_list"),
        ..TicketFilter::default()
    };
    // Without a limit the file has them all.
    let limit = match asked.in_query("limit") {
        Some(_) => asked.limit()?,
        None => usize::MAX,
    };
    Ok(Command::Tickets {
        by: asked.by(),
        group: None,
        filter,
        offset: asked.count("offset").unwrap_or(0),
        limit,
    })
}

/// Without a zone in the query, that of the header.
fn zone_of(asked: &Asked<'_>) -> Option<Offset> {
    match asked.in_query("timezone") {
        Some(text) => zone::offset(text, asked.quirks.zone_names),
        None => Some(asked.offset),
    }
}

fn file(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    let Outcome::Tickets { tickets, .. } = outcome else {
        return written(paint, outcome);
    };
    let asked = paint.asked;
    let english = match asked.in_query("language") {
        Some(language) => is_english(language),
        None => asked.english(),
    };
    let zone = zone_of(asked).unwrap_or(asked.offset);
    let mut text = MARK.to_owned() + &row(heads(english).map(str::to_owned));
    for ticket in &tickets {
        text += &row(cells(ticket, english, zone));
    }
    let answer = Answer::new(StatusCode::OK, "application/octet-stream", text);
    files::named(answer, "tickets.csv", asked.quirks).into()
}

fn heads(english: bool) -> [&'static str; 8] {
    if english {
        [
            "Ticket",
            "State",
            "Problem",
            "Product",
            "Region",
            "Description",
            "Opened",
            "Customer",
        ]
    } else {
        [
            "工单编号",
            "状态",
            "问题类型",
            "产品",
            "区域",
            "问题描述",
            "提交时间",
            "提交人",
        ]
    }
}

fn cells(ticket: &TicketLine, english: bool, zone: Offset) -> [String; 8] {
    let subject = &ticket.subject;
    let opened = zone.to_datetime(ticket.opened);
    [
        ticket.id.clone(),
        state(ticket.status, english).to_owned(),
        kind_name(english, subject).to_owned(),
        product_name(english, subject).to_owned(),
        region_name(english, subject).to_owned(),
        ticket.title.to_string(),
        opened.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        ticket.owner_name.clone(),
    ]
}

fn state(status: Status, english: bool) -> &'static str {
    let (in_english, in_chinese) = match status {
        Status::Waiting => ("To be accepted", "待受理"),
        Status::InProgress => ("In progress", "处理中"),
        Status::ToConfirm => ("To be confirmed", "待确认结果"),
        Status::Completed => ("Completed", "已完成"),
        Status::Cancelled => ("Cancelled", "已撤销"),
        Status::Suspended => ("Suspended", "挂起"),
        Status::Invalid => ("Invalid", "无效"),
        Status::Deleted => ("Deleted", "已删除"),
        Status::WaitingForFeedback => ("Waiting for feedback", "待反馈"),
    };
    if english { in_english } else { in_chinese }
}

/// A line of the table (RFC 4180).
fn row(cells: [String; 8]) -> String {
    let quoted = cells.map(|cell| {
        if cell.contains([',', '"', '\r', '\n']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell
        }
    });
    quoted.join(",") + "\r\n"
}
