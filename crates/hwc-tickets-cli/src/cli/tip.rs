//! Tips for command lines that cannot be understood: what the parser itself does not know.

use super::tree;
use clap::{
    Command,
    error::{ContextKind, ContextValue, Error, ErrorKind},
};

/// Other ways to give what is missing.
const OTHER_WAYS: [(&str, &str); 1] = [(
    "<MESSAGE_ID>",
    "--last takes the newest message of your side; `hwc-tickets message history TICKET --ids` shows the ids",
)];

/// The tip for `error`, if there is one. `typed` is the command line behind the name of the program; nothing of it is
/// repeated but names of commands, and words that are such.
pub(crate) fn tip(error: &Error, typed: impl Iterator<Item = String>) -> Option<String> {
    match (error.kind(), error.get(missing_or_unknown(error)?)?) {
        (ErrorKind::MissingRequiredArgument, ContextValue::Strings(missing)) => OTHER_WAYS
            .iter()
            .find(|(name, _)| missing.iter().any(|missing| missing == name))
            .map(|(_, tip)| (*tip).to_owned()),
        (ErrorKind::InvalidSubcommand, ContextValue::String(unknown)) if unknown == "help" => {
            Some(format!("{} --help", named(typed).join(" ")))
        }
        (ErrorKind::InvalidSubcommand, ContextValue::String(unknown)) => elsewhere(unknown),
        _ => None,
    }
}

/// Where the error says what it is about.
fn missing_or_unknown(error: &Error) -> Option<ContextKind> {
    match error.kind() {
        ErrorKind::MissingRequiredArgument => Some(ContextKind::InvalidArg),
        ErrorKind::InvalidSubcommand => Some(ContextKind::InvalidSubcommand),
        _ => None,
    }
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

/// Most commands that a tip names.
const MOST_NAMED: usize = 6;

/// The command that is meant, as far as there is one.
fn named(typed: impl Iterator<Item = String>) -> Vec<String> {
    let tree = tree();
    let mut names = vec![tree.get_name().to_owned()];
    let mut command: &Command = &tree;
    for word in typed {
        if let Some(below) = command.find_subcommand(&word) {
            names.push(below.get_name().to_owned());
            command = below;
        }
    }
    names
}
