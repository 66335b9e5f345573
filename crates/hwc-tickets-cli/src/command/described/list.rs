//! Lists of the description: page by page, in every form.

use super::{Given, unknown};
use crate::{
    cli::{Form, described::known_name},
    context::{Context, interruptible},
    failure::Failure,
    render::{
        self, Cell, List, Row, Titles, json,
        table::{Column, ColumnWidth, QUIET},
    },
};
use hwc_tickets::api::{self, ListReport, Operation};
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
    let mut list = List::begin(&context.screen, titles(operation), &Map::new(), name)?;
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
            let items = page.items.iter().map(|item| Item { item, operation });
            list.items(&items.collect::<Vec<_>>())?;
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
    if report.undecodable > 0 {
        let warning = format!("{} items could not be read", report.undecodable);
        context.screen.warn(&warning);
    }
    if report.undecodable_within > 0 {
        context.screen.warn(&format!(
            "{} parts of items could not be read: the items are shown without them",
            report.undecodable_within
        ));
    }
    outcome
}

/// An item of a list, as it came.
#[derive(Serialize)]
#[serde(transparent)]
struct Item<'a> {
    item: &'a Value,
    #[serde(skip)]
    operation: &'static Operation,
}

impl Row for Item<'_> {
    fn cells(&self, form: Form) -> Vec<Cell> {
        let columns = self.operation.columns.iter();
        let cells: Vec<Cell> = columns
            .map(|column| field(self.operation, column, value(self.item, column.name), form))
            .collect();
        match cells.is_empty() {
            true => vec![json::compact(self.item).ok()],
            false => cells,
        }
    }
}

/// Columns are as wide as the first page needs them.
fn titles(operation: &Operation) -> Titles {
    let last = operation.columns.len().saturating_sub(1);
    let mut columns: Vec<Column> = operation
        .columns
        .iter()
        .enumerate()
        .map(|(number, column)| {
            let title = title(column.name);
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
    Titles::new(columns)
}

/// `incident_id` and `incidentId` as the title of a column.
fn title(name: &str) -> String {
    use heck::ToShoutySnakeCase as _;
    name.to_shouty_snake_case().replace('_', " ")
}

/// Stands on a table for what is sensitive.
const HIDDEN: &str = "(hidden, see -o json)";

/// What stands under the name of a column. A value that has no reading there is kept under another name, and is not nothing.
pub(super) fn value<'v>(item: &'v Value, name: &str) -> Option<&'v Value> {
    item.get(name).or_else(|| item.get(format!("~{name}")))
}

/// A field in its column. On a table a sensitive one is hidden beside others, for who looks on; in a column alone it
/// was asked for, and so it was in the other forms.
pub(super) fn field(
    operation: &Operation,
    column: &api::Column,
    value: Option<&Value>,
    form: Form,
) -> Cell {
    let text = cell(value, column.known)?;
    let is_beside_others = operation.columns.iter().any(|other| !other.is_sensitive);
    let hides = form == Form::Table && column.is_sensitive && is_beside_others;
    Some(match hides && !text.is_empty() {
        true => HIDDEN.to_owned(),
        false => text,
    })
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
