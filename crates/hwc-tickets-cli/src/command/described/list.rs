//! Lists of the description: page by page, in every form.

use super::{Given, unknown};
use crate::{
    cli::{Form, described::known_name},
    context::{Context, interruptible},
    failure::Failure,
    render::{
        self, List, Screen, json,
        table::{Column, ColumnWidth, QUIET, Table},
    },
};
use hwc_tickets::api::{ListAudit, Operation};
use serde_json::{Map, Value};

pub(super) async fn run(
    operation: &'static Operation,
    given: Given,
    name: &str,
    limit: Option<u64>,
    context: &Context,
) -> Result<(), Failure> {
    let client = context.client()?;
    let mut sink = Sink::begin(operation, name, &context.screen)?;
    let mut audit = ListAudit::default();
    let (mut lost, mut within) = (0, 0);
    let reading = async {
        let mut pages = operation.pages(&client, given.arguments, None)?;
        let mut left = limit.unwrap_or(u64::MAX);
        while left > 0 {
            let page = render::wait("reading the list", pages.next()).await;
            audit = pages.audit().clone();
            let Some(page) = page else { break };
            let mut page = page?;
            page.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            lost += page.undecodable.len() as u64;
            within += page.within.len() as u64;
            left = left.saturating_sub(page.items.len() as u64);
            sink.page(&page.items)?;
        }
        Ok::<_, Failure>(left)
    };
    let reading = interruptible(reading).await;
    let reading = reading.map_err(|failure| unknown(operation, failure));
    if let (Ok(0), Some(limit)) = (&reading, limit) {
        // As many as were asked for: nothing is missing of them. What stands behind them is nobody's concern.
        audit.complete = true;
        audit.yielded = limit;
        (audit.undecodable, audit.undecodable_within) = (lost, within);
    }
    let outcome = sink.end(&audit, reading.map(drop));
    if outcome.is_ok() && audit.possible_gap {
        context.screen.warn(
            "an item may be missing: the list changed while it was read, or ends before its total",
        );
    }
    if audit.undecodable > 0 {
        let warning = format!("{} items could not be read", audit.undecodable);
        context.screen.warn(&warning);
    }
    if audit.undecodable_within > 0 {
        context.screen.warn(&format!(
            "{} parts of items could not be read: the items are shown without them",
            audit.undecodable_within
        ));
    }
    outcome
}

/// Where items go, in the form that was asked for.
enum Sink<'a> {
    Table {
        operation: &'static Operation,
        screen: &'a Screen,
        /// Once the first page is there.
        table: Option<Table>,
    },
    Json(List<'a>),
}

impl<'a> Sink<'a> {
    fn begin(
        operation: &'static Operation,
        name: &str,
        screen: &'a Screen,
    ) -> Result<Self, Failure> {
        Ok(match screen.form() {
            Form::Table | Form::Plain => Self::Table {
                operation,
                screen,
                table: None,
            },
            Form::Json | Form::Ndjson => Self::Json(List::begin(screen, &Map::new(), name)?),
        })
    }

    fn page(&mut self, items: &[Value]) -> Result<(), Failure> {
        match self {
            Self::Json(list) => items.iter().try_for_each(|item| list.item(item)),
            Self::Table {
                operation,
                screen,
                table,
            } => {
                let rows = items.iter().map(|item| row(operation, item));
                let rows: Vec<Vec<String>> = rows.collect();
                let table = match table {
                    Some(table) => table,
                    None => table.insert(begun(operation, screen, &rows)?),
                };
                rows.iter().try_for_each(|row| screen.row(table, row))
            }
        }
    }

    /// Ends the output; also when reading has failed, so that the document is whole.
    fn end(self, audit: &ListAudit, outcome: Result<(), Failure>) -> Result<(), Failure> {
        let list = match self {
            Self::Json(list) => list,
            Self::Table {
                operation,
                screen,
                table: None,
            } if outcome.is_ok() => return begun(operation, screen, &[]).map(drop),
            Self::Table { .. } => return outcome,
        };
        // Who reads only the one word must not take a list with a gap for the whole one.
        let mut audit = audit.clone();
        audit.complete &= !audit.possible_gap;
        list.end_of_reading(audit.complete, &audit, outcome)
    }
}

/// A table with its titles. Columns are as wide as the first page needs them.
fn begun(operation: &Operation, screen: &Screen, rows: &[Vec<String>]) -> Result<Table, Failure> {
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
    let table = screen.begin_table(&columns, rows);
    screen.header(&table, "")?;
    Ok(table)
}

/// `incident_id` and `incidentId` as the title of a column.
fn title(name: &str) -> String {
    use heck::ToShoutySnakeCase as _;
    name.to_shouty_snake_case().replace('_', " ")
}

fn row(operation: &Operation, item: &Value) -> Vec<String> {
    let columns = operation.columns.iter();
    let cells: Vec<String> = columns
        .map(|column| cell(item.get(column.name), column.known))
        .collect();
    match cells.is_empty() {
        true => vec![json::compact(item).unwrap_or_default()],
        false => cells,
    }
}

/// A value of an answer. A known one has a name, the same that is typed; in JSON it is as it came.
pub(super) fn cell(value: Option<&Value>, known: &[(&str, &str)]) -> String {
    let text = match value {
        None | Some(Value::Null) => return String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => json::compact(value).unwrap_or_default(),
    };
    match known.iter().find(|(value, _)| *value == text) {
        Some((_, name)) => known_name(name),
        None => text,
    }
}
