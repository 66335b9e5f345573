//! Tips for command lines that cannot be understood: what the parser itself does not know.

use super::{likeness::is_like, tree};
use clap::{
    Arg, Command,
    error::{ContextKind, ContextValue, Error, ErrorKind},
};

/// Other ways to give what is missing: the command, what it misses, and the tip.
const OTHER_WAYS: [(&str, &str, &str); 3] = [
    (
        "message recall",
        "<MESSAGE_ID>",
        "--last takes the newest message of your side; `hwc-tickets message history TICKET --ids` shows the ids",
    ),
    (
        "ticket export",
        "<TICKET>",
        "in place of ids, --status, --since, --until or --search say which tickets",
    ),
    (
        "ticket score",
        "--comment <TEXT>",
        "--points ID=POINTS is enough as well; `hwc-tickets catalog satisfaction` shows the ids",
    ),
];

/// Options that say the like in different commands.
const ALIKE: [(&str, &str); 3] = [
    ("tail", "limit"),
    ("since", "query-start-time"),
    ("until", "query-end-time"),
];

/// Most commands that a tip names.
const MOST_NAMED: usize = 6;

/// Puts the tip for `error` into it, if there is one, and takes out a guess of the parser that leads astray. `typed` is the
/// command line behind the name of the program; nothing of it is repeated but names of commands and options.
pub(crate) fn guide(error: &mut Error, typed: impl Iterator<Item = String>) {
    let typed: Vec<String> = typed.collect();
    leave_out_far_fetched(error);
    if let Some(tip) = tip(error, &typed) {
        error.insert(
            ContextKind::Suggested,
            ContextValue::StyledStrs(vec![tip.into()]),
        );
    }
}

/// An option that is not like what was typed is no tip, nor is the usage of the command with it. The parser goes by common letters,
/// which short words have by chance.
fn leave_out_far_fetched(error: &mut Error) {
    let (typed, similar) = (
        error.get(ContextKind::InvalidArg),
        error.get(ContextKind::SuggestedArg),
    );
    let is_far = match (typed, similar) {
        (Some(ContextValue::String(typed)), Some(ContextValue::String(similar))) => !is_like(
            typed.trim_start_matches('-'),
            similar.trim_start_matches('-'),
        ),
        _ => false,
    };
    if is_far {
        error.remove(ContextKind::SuggestedArg);
        error.remove(ContextKind::Usage);
    }
}

fn tip(error: &Error, typed: &[String]) -> Option<String> {
    match (error.kind(), error.get(about(error)?)?) {
        (ErrorKind::MissingRequiredArgument, ContextValue::Strings(missing)) => {
            other_way(missing, typed)
        }
        (ErrorKind::InvalidSubcommand, ContextValue::String(unknown)) if unknown == "help" => {
            Some(format!("{} --help", named(typed).join(" ")))
        }
        (ErrorKind::InvalidSubcommand, ContextValue::String(unknown)) => elsewhere(unknown),
        (ErrorKind::UnknownArgument, ContextValue::String(unknown)) => {
            match unknown.strip_prefix("--") {
                _ if error.get(ContextKind::SuggestedArg).is_some() => None,
                Some(option) => alike(option, typed),
                None if unknown.starts_with('-') => None,
                None => behind_an_option(typed),
            }
        }
        _ => None,
    }
}

/// Where the error says what it is about.
fn about(error: &Error) -> Option<ContextKind> {
    match error.kind() {
        ErrorKind::MissingRequiredArgument | ErrorKind::UnknownArgument => {
            Some(ContextKind::InvalidArg)
        }
        ErrorKind::InvalidSubcommand => Some(ContextKind::InvalidSubcommand),
        _ => None,
    }
}

/// What else can be given in place of what is missing.
fn other_way(missing: &[String], typed: &[String]) -> Option<String> {
    let command = named(typed).split_off(1).join(" ");
    let mut ways = OTHER_WAYS.iter();
    let way = ways.find(|(of, name, _)| {
        let mut missing = missing.iter();
        *of == command && missing.any(|missing| missing.trim_end_matches("...") == *name)
    });
    way.map(|(_, _, tip)| (*tip).to_owned())
}

/// The commands with this word below another noun, such as `message send` for `send`. They are those that somebody left
/// the noun out of, or gave a wrong one.
fn elsewhere(word: &str) -> Option<String> {
    let tree = tree();
    let nouns = tree.get_subcommands();
    let found = nouns.filter(|noun| noun.find_subcommand(word).is_some());
    let found: Vec<String> = found
        .map(|noun| format!("`{} {word}`", noun.get_name()))
        .collect();
    match found.as_slice() {
        [] => None,
        [one] => Some(format!("did you mean {one}?")),
        // Words that many nouns have say nothing of which one is meant.
        several if several.len() > MOST_NAMED => None,
        several => Some(format!("did you mean one of {}?", several.join(", "))),
    }
}

/// What this command has in place of an option that is not its own, or else the commands of the same noun that have it.
fn alike(option: &str, typed: &[String]) -> Option<String> {
    let tree = tree();
    let path = path(&tree, typed);
    let [.., noun, command] = *path.as_slice() else {
        return None;
    };
    let mut others = ALIKE.iter().filter_map(|(one, other)| match option {
        typed if typed == *one => Some(*other),
        typed if typed == *other => Some(*one),
        _ => None,
    });
    if let Some(other) = others.find(|other| has(command, other)) {
        return Some(format!("did you mean `--{other}`?"));
    }
    let verbs = noun.get_subcommands().filter(|verb| has(verb, option));
    let verbs: Vec<String> = verbs
        .map(|verb| format!("`{} {}`", noun.get_name(), verb.get_name()))
        .collect();
    match verbs.as_slice() {
        [] => None,
        several if several.len() > MOST_NAMED => None,
        verbs => Some(format!("`--{option}` is for {}", verbs.join(", "))),
    }
}

/// Whether a command has an option of its own with this name.
fn has(command: &Command, name: &str) -> bool {
    let mut own = command.get_arguments();
    own.any(|arg| arg.get_long() == Some(name))
}

/// The options that must be given and were not, where a word has no place of its own.
fn behind_an_option(typed: &[String]) -> Option<String> {
    let tree = tree();
    let command = path(&tree, typed).pop()?;
    let is_typed = |name: &str| {
        let mut words = typed.iter().filter_map(|word| word.strip_prefix("--"));
        words.any(|word| word.split('=').next() == Some(name))
    };
    let needed = command.get_arguments().filter(|arg| arg.is_required_set());
    let missing = needed.filter_map(Arg::get_long);
    let missing: Vec<String> = missing
        .filter(|name| !is_typed(name))
        .map(|name| format!("`--{name}`"))
        .collect();
    match missing.is_empty() {
        true => None,
        false => Some(format!("it may belong behind {}", missing.join(" or "))),
    }
}

/// The names of the command that is meant, as far as there is one.
fn named(typed: &[String]) -> Vec<String> {
    let tree = tree();
    let path = path(&tree, typed).into_iter();
    path.map(|command| command.get_name().to_owned()).collect()
}

/// The command that is meant, as far as there is one, behind those that it stands under.
fn path<'t>(tree: &'t Command, typed: &[String]) -> Vec<&'t Command> {
    let mut path = vec![tree];
    let mut command = tree;
    for word in typed {
        if let Some(below) = command.find_subcommand(word) {
            path.push(below);
            command = below;
        }
    }
    path
}
