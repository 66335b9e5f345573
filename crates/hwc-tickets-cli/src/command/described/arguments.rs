//! What an operation is called with: from the command line, and what must not stand there, from files, standard input or a
//! prompt.

use crate::{
    cli::described::{Input, LIMIT, Taking, inputs, read as typed},
    context::ticket_id,
    exit::Exit,
    failure::Failure,
    input,
    prompt::{self, NoSecret},
};
use clap::ArgMatches;
use hwc_tickets::{
    SecretString,
    api::{Arguments, Operation},
};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use std::{
    io::{self, IsTerminal as _},
    path::PathBuf,
};
use tempfile::NamedTempFile;

/// What an operation is called with.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) arguments: Arguments,
    /// Where files stand, and how long they are.
    pub(super) files: Vec<(&'static [&'static str], u64)>,
    /// What came on standard input, for as long as it is sent.
    _spooled: Option<NamedTempFile>,
}

/// What a command by hand says.
impl From<Arguments> for Given {
    fn from(arguments: Arguments) -> Self {
        Self {
            arguments,
            files: Vec::new(),
            _spooled: None,
        }
    }
}

/// Standard input, which can be read once.
struct Stdin {
    taken_by: Option<String>,
    is_terminal: bool,
}

impl Stdin {
    /// For the option of this name.
    fn take(&mut self, name: &str) -> Result<(), Failure> {
        match self.taken_by.replace(name.to_owned()) {
            None => Ok(()),
            Some(other) => Err(Failure::usage(
                format!(
                    "standard input is already read for {other}, and cannot be read again for {name}"
                ),
                "Give one of them as a file.",
            )),
        }
    }
}

/// Reads what was given. Nothing is sent.
pub(super) fn read(operation: &Operation, matches: &ArgMatches) -> Result<Given, Failure> {
    let mut stdin = Stdin {
        taken_by: None,
        is_terminal: io::stdin().is_terminal(),
    };
    let mut arguments = Arguments::default();
    let (mut files, mut spooled) = (Vec::new(), None);
    let inputs = inputs(operation);
    let (secrets, plain): (Vec<&Input>, Vec<&Input>) =
        (inputs.iter()).partition(|input| input.taking == Taking::Secret);
    for input in plain {
        let path = input.value.path;
        match input.taking {
            Taking::Ticket => {
                let given = matches.get_one::<Value>(input.name);
                let id = given.and_then(Value::as_str).unwrap_or_default();
                arguments = arguments.value(path, ticket_id(id)?.as_str());
            }
            Taking::PageSize => {
                if let Some(size) = page_size(operation, input, matches) {
                    arguments = arguments.value(path, size);
                }
            }
            Taking::File => {
                let Some(file) = matches.get_one::<PathBuf>(input.name) else {
                    continue;
                };
                let mut source = if file.as_os_str() == "-" {
                    stdin.take(&input.shown())?;
                    let kept = input::spooled()?;
                    let source = input::source(kept.path())?.named("file");
                    spooled = Some(kept);
                    source
                } else {
                    input::source(file)?
                };
                if let Some(name) = matches.get_one::<String>(input.file_name()) {
                    source = source.named(name.clone());
                }
                let way = format!("Give it another name with --{}.", input.file_name());
                input::refuse_unfit_name(&source, file, &way)?;
                files.push((path, source.length()));
                arguments = arguments.file(path.last().copied().unwrap_or_default(), source);
            }
            // The client has the group.
            Taking::Setting | Taking::Secret => {}
            Taking::Flag => {
                if let Some(value) = flag(input, matches) {
                    arguments = arguments.value(path, value);
                }
            }
        }
    }
    for (input, secret) in self::secrets(&secrets, matches, &mut stdin)? {
        if input.value.is_mandatory && secret.expose_secret().is_empty() {
            // Out of a pipe that failed, as a rule.
            let what = format!(
                "the value of {} is empty, but it is required",
                input.shown()
            );
            return Err(Failure::usage(what, "Give it. Nothing was sent."));
        }
        let value = typed(input.value, secret.expose_secret()).map_err(|reason| {
            let what = format!("the value of {} cannot be used: {reason}", input.shown());
            Failure::usage(what, "Correct it. Nothing was sent.")
        })?;
        arguments = arguments.value(input.value.path, value);
    }
    Ok(Given {
        arguments,
        files,
        _spooled: spooled,
    })
}

/// What was typed, of a list everything.
fn flag(input: &Input, matches: &ArgMatches) -> Option<Value> {
    if !input.value.is_list {
        return matches.get_one::<Value>(input.name).cloned();
    }
    let given = matches.get_many::<Value>(input.name)?;
    let items = given.filter_map(Value::as_array).flatten();
    Some(items.cloned().collect())
}

/// Not more than are wanted.
fn page_size(operation: &Operation, input: &Input, matches: &ArgMatches) -> Option<Value> {
    if let Some(size) = matches.get_one::<Value>(input.name) {
        return Some(size.clone());
    }
    let limit = matches.get_one::<u64>(LIMIT).copied()?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut limits = operation.limits(input.value);
    let most = limits.find_map(|limit| limit.max)?;
    Some(limit.min(most).into())
}

/// What must not be an argument: from the file that is named, else, where nothing goes without it, from a prompt or from
/// standard input.
fn secrets<'i>(
    inputs: &[&'i Input],
    matches: &ArgMatches,
    stdin: &mut Stdin,
) -> Result<Vec<(&'i Input, SecretString)>, Failure> {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for input in inputs {
        match matches.get_one::<PathBuf>(input.name) {
            Some(dash) if dash.as_os_str() == "-" && stdin.is_terminal => {
                found.push((*input, asked(input, true)?));
            }
            Some(dash) if dash.as_os_str() == "-" => {
                stdin.take(&input.shown())?;
                found.push((*input, SecretString::from(input::standard_input()?)));
            }
            Some(path) => found.push((*input, SecretString::from(input::file(path)?))),
            None if input.value.is_mandatory => missing.push(*input),
            None => {}
        }
    }
    if stdin.is_terminal {
        let last = missing.len();
        for (number, input) in missing.into_iter().enumerate() {
            found.push((input, asked(input, number + 1 == last)?));
        }
    } else if let [input] = missing.as_slice() {
        stdin.take(&input.shown())?;
        found.push((input, SecretString::from(input::standard_input()?)));
    } else if !missing.is_empty() {
        found.extend(lines(&missing, stdin)?);
    }
    Ok(found)
}

/// Several secrets of standard input, one on each line.
fn lines<'i>(
    missing: &[&'i Input],
    stdin: &mut Stdin,
) -> Result<Vec<(&'i Input, SecretString)>, Failure> {
    let names: Vec<String> = missing.iter().map(|input| input.shown()).collect();
    let names = names.join(", ");
    stdin.take(&names)?;
    let text = SecretString::from(input::standard_input()?);
    let lines: Vec<&str> = text.expose_secret().lines().collect();
    if lines.len() != missing.len() {
        return Err(Failure::usage(
            format!(
                "standard input has {} lines, and {} are needed: {names}",
                lines.len(),
                missing.len()
            ),
            "Give each on a line of its own, in this order, or as a file. Nothing was sent.",
        ));
    }
    let lines = lines.into_iter().map(SecretString::from);
    Ok(missing.iter().copied().zip(lines).collect())
}

/// Asks for a secret on the terminal.
fn asked(input: &Input, is_last: bool) -> Result<SecretString, Failure> {
    let label = input.value.path.last().copied().unwrap_or_default();
    let label = label.replace('_', " ");
    prompt::secret(&label, is_last).map_err(|why| {
        let help = format!(
            "Type it again, or give it with {}. Nothing was sent.",
            input.shown()
        );
        match why {
            NoSecret::Interrupted => Failure::Interrupted { what: None },
            NoSecret::End => Failure::usage(
                format!("the prompt ended before the {label} was typed"),
                help,
            ),
            NoSecret::Key(_) => {
                Failure::usage(format!("the {label} holds a control character"), help)
            }
            NoSecret::LineBreak => Failure::usage(format!("the {label} holds a line break"), help),
            NoSecret::Terminal(error) => Failure::own(
                Exit::Failure,
                format!("the terminal cannot be used: {error}"),
                format!("Give it with {}.", input.shown()),
            ),
        }
    })
}

/// Takes a secret out, if it is there.
pub(super) fn hide(within: &mut Value, path: &[&str]) {
    let [first, rest @ ..] = path else {
        *within = Value::from("<secret>");
        return;
    };
    if let Some(inner) = within.get_mut(*first) {
        hide(inner, rest);
    }
}
