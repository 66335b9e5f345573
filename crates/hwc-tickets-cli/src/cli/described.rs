//! Commands that follow from the description of the service: made of the table of its operations, not written here.

mod input;
mod typed;

pub(crate) use input::{Input, Taking, inputs};
pub(crate) use typed::{known_name, read};

use super::number::AT_LEAST_ONE;
use clap::{
    Arg, ArgAction, ArgMatches, Command, ValueHint,
    builder::{PossibleValue, StyledStr},
};
use hwc_tickets::api::{Answer, Kind, Limit, OPERATIONS, Operation, Unit};
use std::fmt::Write as _;
use typed::Typed;

/// Id of the option that says how many items of a list are printed.
pub(crate) const LIMIT: &str = "limit";
/// Id of the option with the length of a page.
pub(crate) const PAGE_SIZE: &str = "page-size";
/// Id of the option that takes the place of the question.
pub(crate) const YES: &str = "yes";
/// Id of the option that shows a request in place of sending it.
pub(crate) const DRY_RUN: &str = "dry-run";
/// Id of the option that says where a file goes.
pub(crate) const TO: &str = "to";
/// Id of the option that lets a file take the place of another.
pub(crate) const FORCE: &str = "force";

/// Id of the option that asks for what needs an answer first, in every form.
pub(crate) const INBOX: &str = "inbox";
/// The command that has it.
pub(crate) const LISTS_TICKETS: &str = "ticket list";

/// A command of the description as it was typed.
#[derive(Debug)]
pub(crate) struct Described {
    pub(crate) operation: &'static Operation,
    pub(crate) matches: ArgMatches,
}

/// Noun and verb of an operation whose command is made here.
fn words(operation: &Operation) -> Option<(&'static str, &'static str)> {
    let command = operation.command.filter(|_| !operation.is_by_hand)?;
    command.split_once(' ')
}

/// The tree with a command for each operation that has one. What is written by hand stays as it is: it takes the place of
/// the command of the same noun and verb, and the others of that noun come in beside it.
pub(super) fn grow(tree: Command) -> Command {
    grow_by(tree, |noun, operation, verb| {
        noun.subcommand(command(operation, verb))
    })
}

/// The same for a command line, which names one noun: the parser has the commands of a noun made when it comes to it.
/// Those of all of them would take most of the start of the program.
pub(super) fn grow_when_named(tree: Command) -> Command {
    grow_by(tree, |noun, _, _| noun.defer(with_verbs))
}

/// The tree where `add` has given each noun the command of each operation that has one.
fn grow_by(
    mut tree: Command,
    add: fn(Command, &'static Operation, &'static str) -> Command,
) -> Command {
    for operation in OPERATIONS {
        let Some((noun, verb)) = words(operation) else {
            continue;
        };
        if let Some(known) = tree.find_subcommand(noun) {
            // One that is made here has none either as long as they wait.
            let is_leaf = !known.has_subcommands() && !known.is_subcommand_required_set();
            if is_leaf || known.find_subcommand(verb).is_some() {
                continue;
            }
            tree = tree.mut_subcommand(noun, |noun| add(noun, operation, verb));
        } else {
            let noun = Command::new(noun)
                .about(without_stop(operation.topic))
                .subcommand_required(true)
                .arg_required_else_help(true)
                .disable_help_subcommand(true)
                // Beside the others that are about the service.
                .display_order(BESIDE_TICKETS);
            tree = tree.subcommand(add(noun, operation, verb));
        }
    }
    tree
}

/// A noun with the commands of its operations beside those that it has.
fn with_verbs(mut noun: Command) -> Command {
    let name = noun.get_name().to_owned();
    for operation in OPERATIONS {
        let verb = words(operation).filter(|(noun, _)| *noun == name);
        if let Some((_, verb)) = verb
            && noun.find_subcommand(verb).is_none()
        {
            noun = noun.subcommand(command(operation, verb));
        }
    }
    noun
}

/// The place of `ticket` among the commands that are written by hand.
const BESIDE_TICKETS: usize = 1;

/// The nouns of every day among those made here.
const DAILY: [&str; 3] = ["attachment", "label", "related"];

/// The tree as its help shows it: what is not of every day stands under a heading of its own.
pub(super) fn set_apart(mut tree: Command, by_hand: &Command) -> Command {
    let apart: Vec<(String, String)> = tree
        .get_subcommands()
        .filter(|noun| {
            let name = noun.get_name();
            by_hand.find_subcommand(name).is_none() && !DAILY.contains(&name)
        })
        .map(|noun| {
            let about = noun.get_about().map(ToString::to_string);
            (noun.get_name().to_owned(), about.unwrap_or_default())
        })
        .collect();
    let Some(width) = apart.iter().map(|(name, _)| name.len()).max() else {
        return tree;
    };
    let mut heading = format!("{APART}\n");
    for (name, about) in &apart {
        let _ = writeln!(heading, "  {name:width$}  {about}");
        tree = tree.mut_subcommand(name, |noun| noun.hide(true));
    }
    let under = |text: Option<&StyledStr>| match text {
        Some(text) => format!("{heading}\n{text}"),
        None => heading.clone(),
    };
    let (short, long) = (
        under(tree.get_after_help()),
        under(tree.get_after_long_help()),
    );
    tree.after_help(short).after_long_help(long)
}

/// The heading of what is not of every day.
const APART: &str = "More commands:";

/// The operation whose command was typed, and what was typed with it. `by_hand` is the tree without those made here.
pub(super) fn asked(matches: &ArgMatches, by_hand: &Command) -> Option<Described> {
    let (noun, below) = matches.subcommand()?;
    let (verb, own) = below.subcommand()?;
    let mut operations = OPERATIONS.iter();
    let operation = operations.find(|operation| words(operation) == Some((noun, verb)))?;
    let known = by_hand.find_subcommand(noun);
    if known.is_some_and(|noun| noun.find_subcommand(verb).is_some()) {
        return None;
    }
    Some(Described {
        operation,
        matches: own.clone(),
    })
}

/// The command of one operation.
pub(crate) fn command(operation: &Operation, verb: &'static str) -> Command {
    let about = without_stop(operation.summary);
    let mut command = Command::new(verb)
        .long_about(format!("{about}\n\n{}", operation.description))
        .about(about)
        .after_long_help(match remark(operation) {
            Some(remark) => format!("{remark}\n\n{}", fields(operation)),
            None => fields(operation),
        });
    for input in inputs(operation) {
        command = command.args(arguments(operation, &input));
    }
    if operation.list.is_some() {
        command = command.arg(
            number(LIMIT)
                .help("Maximum number of items; all of them by default")
                .value_parser(AT_LEAST_ONE),
        );
    }
    if operation.command == Some(LISTS_TICKETS) {
        command = command.arg(inbox(operation));
    }
    if operation.answer == Answer::File {
        command = command
            .arg(
                path(TO)
                    .help("Write the file there; `-` is standard output")
                    .long_help(
                        "Write the file there; `-` is standard output, which is also meant without this option when it is no \
                         terminal. The file appears whole or not at all, readable for you only.",
                    ),
            )
            .arg(switch(FORCE, "Let it take the place of a file that is there").requires(TO));
    }
    if !operation.is_safe {
        let help = "Show what would be sent, without secrets, and send nothing";
        command = command.arg(switch(DRY_RUN, help));
    }
    if operation.asks {
        command = command.arg(switch(YES, "Do not ask whether it is to be done"));
    }
    command
}

/// It goes with no filter: all tickets that need an answer are looked for.
fn inbox(operation: &Operation) -> Arg {
    let inputs = inputs(operation).into_iter();
    let filters = inputs.filter(|input| matches!(input.taking, Taking::Flag | Taking::PageSize));
    switch(
        INBOX,
        "Show the open tickets, what needs your answer first, as a table without options does",
    )
    .conflicts_with(LIMIT)
    .conflicts_with_all(filters.map(|input| input.name))
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    let switch = Arg::new(name).long(name).action(ArgAction::SetTrue);
    switch.help(help)
}

fn number(name: &'static str) -> Arg {
    // What is out of range is told by who reads it, also below zero.
    Arg::new(name)
        .long(name)
        .value_name("N")
        .allow_negative_numbers(true)
}

/// An option with the path of a file.
fn path(name: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name("FILE")
        .value_hint(ValueHint::FilePath)
        .value_parser(clap::value_parser!(std::path::PathBuf))
}

/// How one value is given.
fn arguments(operation: &Operation, input: &Input) -> Vec<Arg> {
    let (value, name) = (input.value, input.name);
    let arg = Arg::new(name).required(value.is_mandatory);
    let (help, long_help) = help(operation, input);
    match input.taking {
        Taking::Ticket => vec![
            arg.value_name("TICKET")
                .value_parser(Typed::of(operation, value))
                .help(help)
                .long_help(long_help),
        ],
        Taking::Setting => Vec::new(),
        Taking::PageSize => vec![
            number(PAGE_SIZE)
                .value_parser(Typed::of(operation, value))
                .help("Most items of one page, of which as many are asked for as are needed")
                .hide_short_help(true),
        ],
        Taking::Secret => vec![path(name).help(help).long_help(long_help)],
        Taking::File => {
            let file = path(name).required(value.is_mandatory);
            let named = input.file_name();
            let named = Arg::new(named)
                .long(named)
                .value_name("NAME")
                .help("Name of the file for the service; without it, its own")
                .requires(name);
            vec![file.help(help).long_help(long_help), named]
        }
        Taking::Flag => {
            let arg = arg
                .long(name)
                .value_name(value_name(value.kind, name))
                .value_parser(Typed::of(operation, value))
                .hide_possible_values(true)
                .allow_negative_numbers(matches!(value.kind, Kind::Integer | Kind::Number))
                .help(help)
                .long_help(long_help);
            vec![match value.kind {
                _ if value.is_list => arg.action(ArgAction::Append),
                Kind::Flag => arg
                    .num_args(0..=1)
                    .require_equals(true)
                    .default_missing_value("true"),
                _ => arg,
            }]
        }
    }
}

fn value_name(kind: Kind, name: &str) -> &'static str {
    match kind {
        Kind::Flag => "true|false",
        Kind::Json => "JSON",
        _ if name.ends_with("-id") || name.ends_with("-ids") || name.ends_with("-id-list") => "ID",
        Kind::Integer | Kind::Number => "N",
        _ => "TEXT",
    }
}

/// What a value is, on one line, and in full.
fn help(operation: &Operation, input: &Input) -> (String, String) {
    let value = input.value;
    let about = without_stop(value.about);
    let first = match about.split_once(". ") {
        Some((first, _)) => first.to_owned(),
        None => about.clone(),
    };
    let mut short = first;
    let mut more = vec![format!("{}.", about.trim_end_matches('.'))];
    match input.taking {
        Taking::Secret => {
            let how = "from a file; `-` reads it from standard input";
            short = format!("{short}, {how}");
            more.push(format!(
                "It is read {how}{}. It is never an argument, which other users of this machine can see.",
                match value.is_mandatory {
                    true => ", as without this option; on a terminal it is asked for",
                    false => "",
                }
            ));
        }
        Taking::File => {
            let how = "`-` reads it from standard input";
            short = format!("{short}; {how}");
            more.push(format!("{how}."));
        }
        _ => {}
    }
    if value.is_list && input.taking == Taking::Flag {
        let how = match value.kind {
            Kind::Json => "may be given several times",
            _ => "several with commas between them, or the option several times",
        };
        short = format!("{short}; {how}");
        let comma = match value.kind {
            Kind::Text => " A comma of its own is written `\\,`.",
            _ => "",
        };
        more.push(format!("{}.{comma}", capital(how)));
    }
    if !value.known.is_empty() {
        let names = value.known.iter();
        let names: Vec<String> = names
            .map(|(value, name)| format!("{} ({value})", known_name(name)))
            .collect();
        let names = names.join(", ");
        more.push(format!("Known: {names}. Others are sent as they are."));
    }
    let limits: Vec<String> = operation.limits(value).filter_map(limit).collect();
    if !limits.is_empty() {
        more.push(format!("{}.", capital(&limits.join("; "))));
    }
    (short, more.join(" "))
}

/// A documented limit in words; what nobody meets is left out.
fn limit(limit: &'static Limit) -> Option<String> {
    let unit = match limit.unit {
        Unit::Characters => " characters",
        Unit::Items => " items",
        // The number itself. What a later version counts besides has no word here.
        _ => "",
    };
    let each = match limit.field.ends_with("[]") {
        true => ", each",
        false => "",
    };
    Some(match (limit.min, limit.max) {
        (Some(min), Some(max)) => format!("{min} to {max}{unit}{each}"),
        (Some(min), None) => format!("{min}{unit} or more{each}"),
        (None, Some(max)) => format!("{max}{unit} or fewer{each}"),
        (None, None) => return None,
    })
}

/// What else is to be known of a command: the program does more than the description says.
fn remark(operation: &Operation) -> Option<&'static str> {
    match operation.command {
        Some(LISTS_TICKETS) => Some(
            "Without arguments, a table shows the open tickets, those first that wait for you: to be confirmed or answered, \
             then those with unread messages. All else is the list of the service, in its order: a table with an option, and \
             -o json, ndjson and plain.\n\n\
             With --inbox, these have the open tickets in that order as well. In JSON each of `tickets` has ticket, todo \
             (confirm, answer or null) and unread (null if it is not known); in plain, todo and unread stand before the fields.\n\n\
             The service lists one state at a time, so every open state is read until two passes agree, at most four times: a ticket \
             that goes from one state into another meanwhile would be in neither. If they never agree, a ticket may be missing, and \
             that is told. Tickets in a state that no document names are not among them: ticket list --limit has them.",
        ),
        Some("label create" | "label update") => Some(
            "A colour is written with quotes, because # begins a comment in a shell: --label-color '#d00000'. Others than such six \
             hexadecimal digits are named by no document; they are sent as they are, up to 7 characters.",
        ),
        _ => None,
    }
}

/// What `plain` writes.
fn fields(operation: &Operation) -> String {
    let names: Vec<&str> = operation.columns.iter().map(|column| column.name).collect();
    let names = names.join(", ");
    match operation.answer {
        Answer::File => "Fields of -o plain, with --to FILE: file, bytes.".to_owned(),
        _ if !names.is_empty() => format!("Fields of -o plain: {names}."),
        _ if operation.list.is_some() => "Field of -o plain: the item, as JSON.".to_owned(),
        _ => "Lines of -o plain: name and value of each field of the answer, which may have none."
            .to_owned(),
    }
}

/// As the words of this program stand: without a full stop at the end.
fn without_stop(text: &str) -> String {
    let text = text.trim();
    text.strip_suffix('.').unwrap_or(text).to_owned()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// The names of known values, for completions.
fn possible(known: &'static [(&'static str, &'static str)]) -> Vec<PossibleValue> {
    let names = known.iter();
    names
        .map(|(_, name)| PossibleValue::new(input::kept(known_name(name))))
        .collect()
}

#[cfg(test)]
pub(crate) mod tests;
