//! `hwc-tickets ticket list` without arguments, for people, and with `--inbox` for programs as well: the open tickets, those
//! that wait for an answer first.

use super::{
    arguments, has,
    list::{BETWEEN, cell, columns, field, ticket, value, warn_of_lost},
};
use crate::{
    cli::{
        Form,
        described::{Described, INBOX, LIMIT, LISTS_TICKETS, inputs},
    },
    context::{Context, interruptible},
    failure::Failure,
    render::{
        self, Cell, List, Row, Titles,
        table::{Column, ColumnWidth, STRONG},
    },
    zone::Zone,
};
use clap::parser::ValueSource;
use hwc_tickets::{Client, TicketId, api::Operation, unread::UnreadCounts};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The filter and the field with the state.
const STATUS: &str = "status";
/// States of tickets that are over.
const OVER: [&str; 4] = ["Completed", "Canceled", "Invalid", "Deleted"];

/// Whether it is asked for, or somebody looks at the list of tickets and asks for nothing of it in particular. Programs that
/// do not ask for it get what the service lists.
pub(super) fn is_asked(described: &Described, context: &Context) -> bool {
    let Described { operation, matches } = described;
    let is_typed = |name: &str| matches.value_source(name) == Some(ValueSource::CommandLine);
    if operation.command != Some(LISTS_TICKETS) {
        return false;
    }
    let own = inputs(operation);
    // The group is a setting of every command.
    let mut own = own.iter().filter(|input| input.name != "group");
    let asks_for_nothing = !is_typed(LIMIT) && !own.any(|input| is_typed(input.name));
    has(described, INBOX) || asks_for_nothing && context.screen.form() == Form::Table
}

pub(super) async fn run(described: &Described, context: &Context) -> Result<(), Failure> {
    let operation = described.operation;
    let client = context.client()?;
    let zone = context.settings.time_zone.value;
    let screen = &context.screen;
    let mut list = List::begin(screen, titles(operation, zone), &Map::new(), "tickets")?;
    let work = async {
        let read = read(described, &client);
        let found = render::wait("reading the open tickets", read).await?;
        let tickets: Vec<TicketId> = found.tickets.iter().filter_map(id).collect();
        let counting = client.unread(tickets).fetch();
        let counts = render::wait("counting unread messages", counting).await;
        Ok::<_, Failure>((found, counts))
    };
    let (found, counts) = match interruptible(work).await {
        Ok(read) => read,
        Err(failure) => return list.end_of_reading(false, &Report::default(), Err(failure)),
    };
    let mut rows: Vec<Listed> = (found.tickets.iter())
        .map(|ticket| Listed::of(ticket, &counts, operation, zone))
        .collect();
    // Within one rank as the service lists them.
    rows.sort_by_key(|row| row.rank());
    list.items(&rows)?;
    let report = found.report;
    list.end_of_reading(!report.possible_gap, &report, Ok(()))?;
    context.remember(found.tickets.iter().filter_map(ticket));
    if screen.form() == Form::Table {
        let waiting = rows.iter().filter(|row| row.rank() < REST).count();
        screen.note(&match (rows.len(), waiting) {
            (0, _) => "No ticket is open.".to_owned(),
            (1, _) => format!("1 open ticket, {waiting} for you."),
            (all, _) => format!("{all} open tickets, {waiting} for you."),
        });
        screen.note("Closed ones too: hwc-tickets ticket list --limit 20");
    }
    if report.possible_gap {
        screen.warn(
            "a ticket may be missing: the list changed while it was read, or ends before its total",
        );
    }
    warn_of_lost(report.undecodable, report.undecodable_within, context);
    if let Some(failed) = counts.failed.into_iter().next() {
        let error = failed.error;
        screen.warn(&format!(
            "unread messages of some tickets could not be counted: {error}"
        ));
    }
    Ok(())
}

/// What was found.
#[derive(Default)]
struct Found {
    tickets: Vec<Value>,
    report: Report,
}

/// What is known of the reading, called as in the report of a list.
#[derive(Clone, Copy, Default, Serialize)]
struct Report {
    possible_gap: bool,
    undecodable: u64,
    /// Parts of tickets that have no reading.
    undecodable_within: u64,
}

/// The tickets of each state that is not over. One that changes its state meanwhile may come twice; it is shown once.
async fn read(described: &Described, client: &Client) -> Result<Found, Failure> {
    let Described { operation, matches } = described;
    let states = operation.values.iter();
    let states = states.filter(|value| value.path == [STATUS]);
    let states = states.flat_map(|value| value.known);
    let open = states.filter(|(_, name)| !OVER.contains(name));
    let mut found = Found::default();
    let mut known = BTreeSet::new();
    for (code, _) in open {
        let code = code
            .parse::<i64>()
            .map_or_else(|_| Value::from(*code), Value::from);
        let given = arguments::read(operation, matches)?;
        let filter = given.arguments.value(&[STATUS], code);
        let mut pages = operation.pages(client, filter, None)?;
        while let Some(page) = pages.next().await {
            let page = page?;
            let new = page.items.into_iter().filter(|ticket| match id(ticket) {
                Some(id) => known.insert(id),
                None => true,
            });
            found.tickets.extend(new);
        }
        let (all, report) = (&mut found.report, pages.report());
        all.possible_gap |= report.possible_gap;
        all.undecodable += report.undecodable;
        all.undecodable_within += report.undecodable_within;
    }
    Ok(found)
}

fn id(item: &Value) -> Option<TicketId> {
    TicketId::new(ticket(item)?).ok()
}

/// A ticket, and what of it is for the one who looks.
#[derive(Serialize)]
struct Listed<'a> {
    ticket: &'a Value,
    /// What has to be done: the service waits.
    todo: Option<&'static str>,
    /// Unread messages; `None` when their number is not known.
    unread: Option<u64>,
    #[serde(skip)]
    operation: &'static Operation,
    #[serde(skip)]
    zone: Zone,
}

/// The rank of what is not for the one who looks.
const REST: u8 = 2;

impl<'a> Listed<'a> {
    fn of(
        ticket: &'a Value,
        counts: &UnreadCounts,
        operation: &'static Operation,
        zone: Zone,
    ) -> Self {
        let mut columns = operation.columns.iter();
        let status = columns.find(|column| column.name == STATUS);
        let name = status.and_then(|column| {
            let code = cell(ticket.get(STATUS), &[])?;
            let known = column.known.iter().find(|(known, _)| **known == *code);
            known.map(|(_, name)| *name)
        });
        Self {
            ticket,
            todo: match name {
                Some("AwaitingConfirmation") => Some("confirm"),
                Some("AwaitingFeedback") => Some("answer"),
                _ => None,
            },
            unread: id(ticket).and_then(|id| counts.unread.get(&id).copied()),
            operation,
            zone,
        }
    }

    fn rank(&self) -> u8 {
        match (self.todo, self.unread) {
            (Some(_), _) => 0,
            (None, Some(1..)) => 1,
            _ => REST,
        }
    }
}

impl Row for Listed<'_> {
    fn cells(&self, form: Form) -> Vec<Cell> {
        let unread = match (self.unread, form) {
            (None, _) => Some("?".to_owned()),
            (Some(0), Form::Table) => None,
            (Some(number), _) => Some(number.to_string()),
        };
        let columns = self.operation.columns.iter();
        let columns = columns.map(|column| {
            let value = value(self.ticket, column.name);
            field(self.operation, column, value, self.zone, form, BETWEEN)
        });
        [self.todo.map(str::to_owned), unread]
            .into_iter()
            .chain(columns)
            .collect()
    }
}

fn titles(operation: &Operation, zone: Zone) -> Titles {
    let own = [
        Column::new("FOR YOU", ColumnWidth::Fit).styled(STRONG),
        Column::new("UNREAD", ColumnWidth::Fit),
    ];
    let columns = own.into_iter().chain(columns(operation, zone));
    Titles::new(columns.collect::<Vec<_>>()).legend(format!("Times in {zone}"))
}
