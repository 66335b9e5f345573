//! Lists of the description: page by page, in every form.

use super::{Given, nested, unknown};
use crate::{
    cli::{Form, described::known_name},
    context::{Context, interruptible},
    failure::Failure,
    render::{
        self, Cell, List, Row, Titles, json,
        table::{Column, ColumnWidth, QUIET},
    },
    zone::Zone,
};
use heck::{ToShoutySnakeCase as _, ToSnakeCase as _};
use hwc_tickets::{
    MessageTime,
    api::{self, ListReport, Operation},
};
use serde::Serialize;
use serde_json::{Map, Value};

pub(super) async fn run(
    operation: &'static Operation,
    given: Given,
    name: &str,
    limit: Option<u64>,
    context: &Context,
) -> Result<(), Failure> {
    let client = context.client()?;
    let zone = context.settings.time_zone.value;
    let titles = titles(operation, zone);
    let mut list = List::begin(&context.screen, titles, &Map::new(), name)?;
    let mut report = ListReport::default();
    let (mut lost, mut within) = (0, 0);
    let reading = async {
        let mut pages = operation.pages(&client, given.arguments, None)?;
        let mut left = limit.unwrap_or(u64::MAX);
        while left > 0 {
            let page = render::wait("reading the list", pages.next()).await;
            report = pages.report().clone();
            let Some(page) = page else { break };
            let mut page = page?;
            page.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            lost += page.undecodable.len() as u64;
            within += page.within.len() as u64;
            left = left.saturating_sub(page.items.len() as u64);
            let items = page.items.iter().map(|item| Item {
                item,
                operation,
                zone,
            });
            list.items(&items.collect::<Vec<_>>())?;
            context.remember(page.items.iter().filter_map(ticket));
        }
        Ok::<_, Failure>(left)
    };
    let reading = interruptible(reading).await;
    let reading = reading.map_err(|failure| unknown(operation, failure));
    if let (Ok(0), Some(limit)) = (&reading, limit) {
        // As many as were asked for: nothing is missing of them. What stands behind them is nobody's concern.
        report.complete = true;
        report.yielded = limit;
        (report.undecodable, report.undecodable_within) = (lost, within);
    }
    // Who reads only the one word must not take a list with a gap for the whole one.
    let mut told = report.clone();
    told.complete &= !told.possible_gap;
    let outcome = list.end_of_reading(told.complete, &told, reading.map(drop));
    if outcome.is_ok() && report.possible_gap {
        context.screen.warn(
            "an item may be missing: the list changed while it was read, or ends before its total",
        );
    }
    warn_of_lost(report.undecodable, report.undecodable_within, context);
    outcome
}

/// What of a list has no reading, in items and in parts of items.
pub(super) fn warn_of_lost(items: u64, within: u64, context: &Context) {
    if items > 0 {
        let warning = format!("{items} items could not be read");
        context.screen.warn(&warning);
    }
    if within > 0 {
        context.screen.warn(&format!(
            "{within} parts of items could not be read: the items are shown without them"
        ));
    }
}

/// The id of a ticket in a list of tickets.
pub(super) fn ticket(item: &Value) -> Option<&str> {
    item.get("incident_id")?.as_str()
}

/// An item of a list, as it came.
#[derive(Serialize)]
#[serde(transparent)]
struct Item<'a> {
    item: &'a Value,
    #[serde(skip)]
    operation: &'static Operation,
    #[serde(skip)]
    zone: Zone,
}

impl Row for Item<'_> {
    fn cells(&self, form: Form) -> Vec<Cell> {
        let columns = self.operation.columns.iter();
        let cells: Vec<Cell> = columns
            .map(|column| {
                let value = value(self.item, column.name);
                field(self.operation, column, value, self.zone, form, BETWEEN)
            })
            .collect();
        match (cells.is_empty(), form) {
            (false, _) => cells,
            (true, Form::Table) => vec![for_people(self.item, &[], BETWEEN)],
            (true, _) => vec![json::compact(self.item).ok()],
        }
    }
}

fn titles(operation: &Operation, zone: Zone) -> Titles {
    let titles = Titles::new(columns(operation, zone));
    match operation.columns.iter().any(|column| is_time(column.name)) {
        true => titles.legend(format!("Times in {zone}")),
        false => titles,
    }
}

/// Columns are as wide as the first page needs them.
pub(super) fn columns(operation: &Operation, zone: Zone) -> Vec<Column> {
    let last = operation.columns.len().saturating_sub(1);
    let mut columns: Vec<Column> = operation
        .columns
        .iter()
        .enumerate()
        .map(|(number, column)| {
            let title = title(column.name, zone);
            match number {
                number if number == last => Column::new(title, ColumnWidth::Rest),
                0 => Column::new(title, ColumnWidth::Fit).styled(QUIET),
                _ => Column::new(title, ColumnWidth::Fit),
            }
        })
        .collect();
    if columns.is_empty() {
        columns.push(Column::new("ITEM", ColumnWidth::Rest));
    }
    columns
}

/// `incident_id` and `incidentId` as the title of a column; of times, with their zone.
fn title(name: &str, zone: Zone) -> String {
    let title = name.to_shouty_snake_case().replace('_', " ");
    match is_time(name) {
        true => format!("{title} ({zone})"),
        false => title,
    }
}

/// Whether the service writes times into a field, in the offset that it was asked with.
pub(super) fn is_time(name: &str) -> bool {
    let name = name.to_snake_case();
    name == "time" || name.ends_with("_time")
}

/// A time as a clock in `zone` shows it; what is none stays as it is.
fn clock_time(text: String, zone: Zone) -> String {
    // A number may be anything.
    if !text.contains('-') {
        return text;
    }
    let time = MessageTime::read(text.as_str(), zone.on_the_wire());
    match time.instant() {
        Some(instant) => zone.wall_time(instant),
        None => text,
    }
}

/// Stands on a table for what is sensitive.
const HIDDEN: &str = "(hidden, see -o json)";

/// What stands under the name of a column. A value that has no reading there is kept under another name, and is not nothing.
pub(super) fn value<'v>(item: &'v Value, name: &str) -> Option<&'v Value> {
    item.get(name).or_else(|| item.get(format!("~{name}")))
}

/// A field in its column. On a table a sensitive one is hidden beside others, for who looks on; in a column alone it
/// was asked for, and so it was in the other forms. There, `between` stands between the items of a list in it.
pub(super) fn field(
    operation: &Operation,
    column: &api::Column,
    value: Option<&Value>,
    zone: Zone,
    form: Form,
    between: &str,
) -> Cell {
    let text = match form {
        Form::Table => for_people(value?, column.known, between)?,
        _ => cell(value, column.known)?,
    };
    let text = match form == Form::Table && is_time(column.name) {
        true => clock_time(text, zone),
        false => text,
    };
    let is_beside_others = operation.columns.iter().any(|other| !other.is_sensitive);
    let hides = form == Form::Table && column.is_sensitive && is_beside_others;
    Some(match hides && !text.is_empty() {
        true => HIDDEN.to_owned(),
        false => text,
    })
}

/// Stands between the items of a list in a cell beside others.
pub(super) const BETWEEN: &str = "; ";

/// The same for people: what is nested is told by its names, with `between` its items.
pub(super) fn for_people(value: &Value, known: &[(&str, &str)], between: &str) -> Cell {
    nested::in_words(value, between).or_else(|| cell(Some(value), known))
}

/// A value of an answer. A known one has a name, the same that is typed; in JSON it is as it came.
pub(super) fn cell(value: Option<&Value>, known: &[(&str, &str)]) -> Cell {
    let text = match value? {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        value => json::compact(value).ok()?,
    };
    Some(match known.iter().find(|(value, _)| *value == text) {
        Some((_, name)) => known_name(name),
        None => text,
    })
}
