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
use std::collections::{BTreeMap, BTreeSet};

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

impl Found {
    /// The state of each ticket that has an id, and how many have none.
    fn states(&self) -> (BTreeMap<TicketId, &Value>, usize) {
        let named = self.tickets.iter().filter_map(|ticket| {
            let state = ticket.get(STATUS).unwrap_or(&Value::Null);
            Some((id(ticket)?, state))
        });
        let unnamed = self.tickets.iter().filter(|ticket| id(ticket).is_none());
        (named.collect(), unnamed.count())
    }
}

/// What was found each time that the states were read. They are asked for one after the other, so a ticket that goes from one that
/// is still to be read into one that was read before is in neither: only two passes that agree show all of them.
#[derive(Default)]
struct Passes(Vec<Found>);

impl Passes {
    /// So many at most: tickets that change all the time must not keep anybody waiting.
    const MOST: usize = 4;

    /// Takes one more. Gives the tickets, once they are known, or cannot be known.
    fn take(&mut self, pass: Found) -> Option<Found> {
        let last = self.0.last();
        if last.is_some_and(|last| last.states() == pass.states()) {
            return Some(pass);
        }
        self.0.push(pass);
        (self.0.len() == Self::MOST).then(|| self.together())
    }

    /// Every ticket that was seen, as it was seen last.
    fn together(&mut self) -> Found {
        let mut passes = self.0.drain(..).rev();
        let mut all = passes.next().unwrap_or_default();
        let mut known: BTreeSet<TicketId> = all.tickets.iter().filter_map(id).collect();
        for pass in passes {
            let new = pass.tickets.into_iter();
            let new = new.filter(|ticket| id(ticket).is_some_and(|id| known.insert(id)));
            all.tickets.extend(new);
        }
        all.report.possible_gap = true;
        all
    }
}

/// What is known of the reading, called as in the report of a list.
#[derive(Clone, Copy, Default, Serialize)]
struct Report {
    possible_gap: bool,
    undecodable: u64,
    /// Parts of tickets that have no reading.
    undecodable_within: u64,
}

/// The tickets of each state that is not over.
async fn read(described: &Described, client: &Client) -> Result<Found, Failure> {
    let mut passes = Passes::default();
    loop {
        let pass = read_once(described, client).await?;
        if let Some(found) = passes.take(pass) {
            return Ok(found);
        }
    }
}

/// The same, each state once. One that changes its state meanwhile may come twice; it is shown once.
async fn read_once(described: &Described, client: &Client) -> Result<Found, Failure> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A pass in which each ticket `name` has the state that stands beside it. A ticket without a name has no id.
    fn pass(tickets: &[(&str, i64)]) -> Found {
        let tickets = tickets.iter().map(|(name, state)| match *name {
            "" => json!({ STATUS: state }),
            name => json!({ "incident_id": name, STATUS: state }),
        });
        Found {
            tickets: tickets.collect(),
            report: Report::default(),
        }
    }

    /// What passes come to: the tickets as `name state`, and whether one may be missing.
    fn come_to(passes: &[&[(&str, i64)]]) -> Option<(Vec<String>, bool)> {
        let mut taken = Passes::default();
        let mut ends = passes.iter().map(|tickets| taken.take(pass(tickets)));
        let found = ends.by_ref().find_map(|end| end)?;
        assert_eq!(ends.len(), 0, "a pass too many");
        let shown = found.tickets.iter().map(|ticket| {
            let name = id(ticket).map_or_else(String::new, |id| id.to_string());
            format!("{name} {}", ticket[STATUS])
        });
        Some((shown.collect(), found.report.possible_gap))
    }

    #[test]
    fn two_passes_that_agree_show_every_ticket() {
        let (a, b): ((&str, i64), (&str, i64)) = (("a", 1), ("b", 17));
        let shown = |tickets: &[&str], may_be_missing: bool| {
            let tickets = tickets.iter().map(|&ticket| ticket.to_owned()).collect();
            Some((tickets, may_be_missing))
        };
        for (passes, expected) in [
            (&[&[a, b][..]][..], None),
            (&[&[a, b], &[a, b]], shown(&["a 1", "b 17"], false)),
            (&[&[a, b], &[b, a]], shown(&["b 17", "a 1"], false)),
            (&[&[], &[]], shown(&[], false)),
            // It went from 17, which was to be read, to 1, which was read.
            (&[&[a], &[a, ("b", 1)]], None),
            (
                &[&[a], &[a, ("b", 1)], &[a, ("b", 1)]],
                shown(&["a 1", "b 1"], false),
            ),
            // Another state, and one that is over.
            (&[&[a, b], &[a, ("b", 1)]], None),
            (&[&[a, b], &[a], &[a]], shown(&["a 1"], false)),
            // Of those without an id there are as many.
            (&[&[("", 1)], &[("", 1), ("", 1)]], None),
            (&[&[("", 1)], &[("", 1)]], shown(&[" 1"], false)),
            // They change all the time.
            (
                &[&[a, ("", 1)], &[b], &[a], &[("b", 1), ("", 2)]],
                shown(&["b 1", " 2", "a 1"], true),
            ),
        ] {
            assert_eq!(come_to(passes), expected, "{passes:?}");
        }
    }
}
