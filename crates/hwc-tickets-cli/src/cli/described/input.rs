//! How each value of an operation is given on the command line.

use super::{DRY_RUN, FORCE, INBOX, LIMIT, PAGE_SIZE, TO, YES};
use heck::ToKebabCase as _;
use hwc_tickets::api::{Kind, Operation, Value};
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

/// A value of an operation, and how it is given.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub(crate) value: &'static Value,
    pub(crate) taking: Taking,
    /// Id and, but for a ticket, name of the option.
    pub(crate) name: &'static str,
}

/// How a value is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taking {
    /// The ticket that the command is about: its first argument.
    Ticket,
    /// As an option.
    Flag,
    /// As a file, a prompt or standard input, never as an argument.
    Secret,
    /// As the path of a file to send.
    File,
    /// As `--page-size`: the limit of the service is one of a page, `--limit` one of the whole list.
    PageSize,
    /// As an option of every command, such as `--group`.
    Setting,
}

impl Input {
    /// As people name it.
    pub(crate) fn shown(&self) -> String {
        match self.taking {
            Taking::Ticket => "TICKET".to_owned(),
            Taking::Setting => "--group".to_owned(),
            Taking::PageSize => format!("--{PAGE_SIZE}"),
            _ => format!("--{}", self.name),
        }
    }

    /// The option with the name that a file goes under.
    pub(crate) fn file_name(&self) -> &'static str {
        kept(format!("{}-name", self.name))
    }
}

/// The ticket of an operation that is about one.
const TICKET: &str = "case_id";

/// Names that another option has: of every command, and of those made here.
const TAKEN: [&str; 24] = [
    "output",
    "jq",
    "columns",
    "timeout",
    "endpoint",
    "site",
    "group",
    "language",
    "time-zone",
    "profile",
    "retries",
    "ca-file",
    "color",
    "verbose",
    "help",
    "version",
    "ticket",
    INBOX,
    LIMIT,
    PAGE_SIZE,
    YES,
    DRY_RUN,
    TO,
    FORCE,
];

/// How each value of `operation` is given, in the order of the description.
pub(crate) fn inputs(operation: &Operation) -> Vec<Input> {
    let mut taken: Vec<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
    let noun = operation
        .command
        .and_then(|command| command.split(' ').next());
    let noun = noun.unwrap_or("value");
    let mut inputs = Vec::new();
    for value in operation.values {
        let taking = match value.path {
            [TICKET] if operation.resource == "ticket" => Taking::Ticket,
            [name] if operation.size == Some(*name) => Taking::PageSize,
            _ if value.is_group => Taking::Setting,
            _ if value.kind == Kind::File => Taking::File,
            _ if value.is_sensitive => Taking::Secret,
            _ => Taking::Flag,
        };
        let name = match taking {
            Taking::Ticket => "ticket".to_owned(),
            Taking::PageSize => PAGE_SIZE.to_owned(),
            Taking::Setting => "group".to_owned(),
            Taking::Secret => format!("{}-file", free(value.path, "-file", noun, &taken)),
            Taking::Flag | Taking::File => free(value.path, "", noun, &taken),
        };
        if taking == Taking::File {
            taken.push(format!("{name}-name"));
        }
        taken.push(name.clone());
        inputs.push(Input {
            value,
            taking,
            name: kept(name),
        });
    }
    inputs
}

/// A name for as long as the program runs, which is what the parser of the command line takes. Each is kept once.
pub(super) fn kept(name: String) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(name) = kept.get(name.as_str()).copied() {
        return name;
    }
    let name: &'static str = name.leak();
    kept.insert(name);
    name
}

/// A name that no other option has: that of the field, else with those above it, else with the noun of the command.
fn free(path: &[&str], end: &str, noun: &str, taken: &[String]) -> String {
    let last = path.last().copied().unwrap_or_default().to_kebab_case();
    let whole = match path {
        ["body", inner @ ..] if !inner.is_empty() => inner,
        path => path,
    };
    let whole = whole.join("-").to_kebab_case();
    let mut free = match taken.contains(&format!("{last}{end}")) {
        true => whole,
        false => last,
    };
    while taken.contains(&format!("{free}{end}")) {
        free = format!("{noun}-{free}");
    }
    free
}
