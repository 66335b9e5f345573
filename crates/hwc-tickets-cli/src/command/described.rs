//! The commands that follow from the description: one way for all of them.

mod arguments;
mod export;
mod file;
mod inbox;
mod list;
mod nested;

use crate::{
    cli::{
        Form,
        described::{DRY_RUN, Described, LIMIT, Taking, YES, inputs},
    },
    context::{Context, interruptible},
    failure::{Failure, telling},
    prompt,
    render::{self, Part, Show, fact},
    zone::Zone,
};
use arguments::Given;
pub(super) use export::run as export;
use heck::ToSnakeCase as _;
use hwc_tickets::{
    Client,
    api::{Answer, Arguments, Content, Operation, Response, Unit},
};
use serde::Serialize;
use serde_json::{Map, Value};
use std::io;

pub(crate) async fn run(described: &Described, context: &Context) -> Result<(), Failure> {
    let outcome = perform(described, context).await;
    if outcome.is_ok() && !has(described, DRY_RUN) {
        let inputs = inputs(described.operation);
        let ticket = inputs.iter().find(|input| input.taking == Taking::Ticket);
        let ticket = ticket.and_then(|input| described.matches.get_one::<Value>(input.name));
        context.remember(ticket.and_then(Value::as_str));
    }
    outcome
}

async fn perform(described: &Described, context: &Context) -> Result<(), Failure> {
    let Described { operation, matches } = described;
    let operation: &'static Operation = operation;
    let file = match operation.answer {
        Answer::File => Some(file::Target::of(matches)?),
        _ => None,
    };
    refuse_group(operation, context)?;
    if inbox::is_asked(described, context) {
        return inbox::run(described, context).await;
    }
    let given = arguments::read(operation, matches)?;
    check(operation, &given.arguments)?;
    if has(described, DRY_RUN) {
        return dry_run(operation, given, context).await;
    }
    if operation.asks && !has(described, YES) {
        let is_terminal = prompt::is_possible();
        ask(operation, &given.arguments, is_terminal, render::question)?;
    }
    match (file, operation.list) {
        (Some(target), _) => {
            let sought = file::Sought::default();
            file::run(operation, given, target, sought, false, context).await
        }
        (None, Some(name)) => {
            let limit = matches.get_one::<u64>(LIMIT).copied();
            list::run(operation, given, name, limit, context).await
        }
        (None, None) => object(operation, given, context).await,
    }
}

/// A group that was asked for and has no place would change whom the call is for, in silence.
fn refuse_group(operation: &Operation, context: &Context) -> Result<(), Failure> {
    let takes_one = operation.values.iter().any(|value| value.is_group);
    if takes_one || context.settings.group.of_flag().is_none() {
        return Ok(());
    }
    Err(Failure::usage(
        format!("`{}` takes no group, as far as is known", name(operation)),
        "Leave --group out. Nothing was sent.",
    ))
}

fn has(described: &Described, switch: &str) -> bool {
    let given = described.matches.try_get_one::<bool>(switch);
    given.ok().flatten().copied().unwrap_or_default()
}

/// The name of the command.
fn name(operation: &Operation) -> &'static str {
    operation.command.unwrap_or(operation.name)
}

/// A documented limit that is not kept is told by the option with the value, before anything else happens.
fn check(operation: &Operation, arguments: &Arguments) -> Result<(), Failure> {
    let Some(exceeded) = operation.exceeded(arguments.clone())? else {
        return Ok(());
    };
    let inputs = inputs(operation);
    let value = operation.value_of(exceeded.limit);
    let input = inputs.iter().find(|input| Some(input.value) == value);
    let what = match input {
        Some(input) => {
            // What stands within a value that is given as a whole.
            let within = exceeded.limit.field;
            let within = within
                .strip_prefix(&input.value.field())
                .unwrap_or_default();
            let within = within.strip_suffix("[]").unwrap_or(within);
            let within = within.trim_start_matches("[].").trim_start_matches('.');
            let within = match within {
                "" => String::new(),
                within => format!(": {within}"),
            };
            let breach = match (input.value.is_sensitive, exceeded.limit.unit) {
                // The number itself is a part of the secret.
                (true, Unit::Value) => "is beyond its limit".to_owned(),
                _ => exceeded.breach().to_string(),
            };
            format!("{}{within} {breach} (documented limit)", input.shown())
        }
        None => format!("{exceeded} (documented limit)"),
    };
    Err(Failure::usage(what, "Correct the value. Nothing was sent."))
}

/// What is to be done, and to what: the command, the ids, and what of a few things it does.
fn as_typed(operation: &Operation, arguments: &Arguments) -> String {
    let mut parts = vec![format!("`{}`", name(operation))];
    for input in inputs(operation) {
        let value = input.value;
        let field = value.path.last().copied().unwrap_or_default();
        let field = field.to_snake_case();
        let is_id = ["id", "ids", "id_list"]
            .iter()
            .any(|end| field == *end || field.ends_with(&format!("_{end}")));
        if value.is_sensitive || value.is_group || !is_id && value.known.is_empty() {
            continue;
        }
        let mut steps = value.path.iter();
        let given = steps.try_fold(arguments.values(), |within, step| within.get(*step));
        let given = list::cell(given, value.known);
        if let Some(given) = given.filter(|given| !given.is_empty()) {
            parts.push(format!("{} {given}", input.shown()));
        }
    }
    parts.join(" ")
}

/// Asks whether it is to be done.
fn ask(
    operation: &Operation,
    arguments: &Arguments,
    is_terminal: bool,
    question: impl FnOnce(&str) -> io::Result<Option<String>>,
) -> Result<(), Failure> {
    let what = format!("{}: {}", as_typed(operation, arguments), operation.summary);
    prompt::confirm(name(operation), &what, is_terminal, question)
}

/// Shows the request of a write.
async fn dry_run(operation: &Operation, given: Given, context: &Context) -> Result<(), Failure> {
    // A form is streamed: its values are shown as they were given.
    let form = (!given.files.is_empty()).then(|| {
        let values = Arguments::from(given.arguments.values().clone());
        given.files.iter().fold(values, |shown, (path, length)| {
            shown.value(path, format!("<file of {length} bytes>"))
        })
    });
    let sensitive = operation.values.iter().filter(|value| value.is_sensitive);
    let sensitive: Vec<&[&str]> = sensitive.map(|value| value.path).collect();
    let outside = sensitive.iter().filter_map(|path| match path {
        [name] => Some(*name),
        _ => None,
    });
    let outside: Vec<&str> = outside.collect();
    let call = |client: Client| {
        Ok(async move {
            operation
                .call(&client, given.arguments, None)
                .await
                .map(drop)
        })
    };
    let inert = |body: Value| {
        let is_form = form.is_some();
        let mut shown = form.map_or(body, |form| form.values().clone());
        for path in &sensitive {
            let path = match (is_form, *path) {
                (false, ["body", path @ ..]) => path,
                (_, path) => path,
            };
            arguments::hide(&mut shown, path);
        }
        shown
    };
    super::dry_run::run(context, call, inert, &outside).await
}

/// Makes a call that answers an object, and shows that.
async fn object(
    operation: &'static Operation,
    given: Given,
    context: &Context,
) -> Result<(), Failure> {
    let client = context.client()?;
    let work = async {
        let call = operation.call(&client, given.arguments, None);
        let answer = render::wait("waiting for the answer", call).await;
        answer.map_err(Failure::from)
    };
    let answer = interruptible(work).await;
    let answer = answer.map_err(|failure| unknown(operation, failure))?;
    warn(&answer, context);
    let Content::Json(body) = answer.body else {
        return Ok(());
    };
    let show = || shown(operation, &body, context);
    match operation.is_safe {
        true => show(),
        false => telling(format_args!("`{}` was done", name(operation)), show),
    }
}

/// A write that was interrupted may have been done.
fn unknown(operation: &Operation, failure: Failure) -> Failure {
    match failure {
        Failure::Interrupted { what: None } if !operation.is_safe => Failure::Interrupted {
            what: Some(format!(
                "interrupted: it is not known whether `{}` was done; {} before you do it again",
                name(operation),
                match operation.shown_by().and_then(|read| read.command) {
                    Some(command) => format!("look with `hwc-tickets {command}`"),
                    None => "look".to_owned(),
                }
            )),
        },
        failure => failure,
    }
}

/// What else is to be known of an answer.
fn warn<T>(answer: &Response<T>, context: &Context) {
    let screen = &context.screen;
    if answer.partial_failure {
        screen.warn("the response reports a failure beside the data in it");
    }
    if !answer.undecodable.is_empty() {
        screen.warn(&format!(
            "{} items could not be read",
            answer.undecodable.len()
        ));
    }
    let id = answer.request_id.as_deref();
    super::api::tell(answer.status.as_u16(), id, answer.attempts, screen);
}

/// A list among facts has a line for each of its items.
const LINES: &str = "\n";

/// An answer that is an object.
#[derive(Serialize)]
#[serde(transparent)]
struct Object<'a> {
    body: &'a Value,
    #[serde(skip)]
    operation: &'static Operation,
    #[serde(skip)]
    zone: Zone,
}

impl Show for Object<'_> {
    fn parts(&self, form: Form) -> Vec<Part> {
        let none = Map::new();
        let fields = self.body.as_object().unwrap_or(&none);
        let columns = self.operation.columns;
        if columns.is_empty() {
            let facts = fields.iter();
            let facts = facts.map(|(name, value)| {
                let told = match form {
                    Form::Table => list::for_people(value, &[], LINES),
                    _ => list::cell(Some(value), &[]),
                };
                fact(name.clone(), told)
            });
            return vec![Part::NamedFacts(facts.collect())];
        }
        let facts = columns.iter().map(|column| {
            let value = list::value(self.body, column.name);
            let value = list::field(self.operation, column, value, self.zone, form, LINES);
            let name = column.name.replace('_', " ");
            fact(
                match list::is_time(column.name) {
                    true => format!("{name} ({})", self.zone),
                    false => name,
                },
                value,
            )
        });
        vec![Part::Facts(facts.collect())]
    }
}

fn shown(operation: &'static Operation, body: &Value, context: &Context) -> Result<(), Failure> {
    let screen = &context.screen;
    let is_empty = |value: &Value| value.is_null() || value.as_str() == Some("");
    let says_nothing = (body.as_object()).is_none_or(|fields| fields.values().all(is_empty));
    if says_nothing && operation.columns.is_empty() && screen.form() == Form::Table {
        screen.note("Done.");
    }
    screen.show(&Object {
        body,
        operation,
        zone: context.settings.time_zone.value,
    })
}

#[cfg(test)]
mod tests;
