//! Tips for command lines that cannot be understood: what the parser itself does not know.

use super::tree;
use clap::{
    Command,
    error::{ContextKind, ContextValue, Error, ErrorKind},
};

/// Other ways to give what is missing.
const OTHER_WAYS: [(&str, &str); 2] = [
    (
        "<TEXT>",
        "the text may also come from a file, with --file FILE, or from standard input, with -",
    ),
    (
        "<MESSAGE_ID>",
        "--last takes the newest message of your side; `hwc-tickets message history TICKET --ids` shows the ids",
    ),
];

/// The tip for `error`, if there is one. `typed` is the command line behind the name of the program; nothing of it is
/// repeated but names of commands.
pub(crate) fn tip(error: &Error, typed: impl Iterator<Item = String>) -> Option<String> {
    match (error.kind(), error.get(missing_or_unknown(error)?)?) {
        (ErrorKind::MissingRequiredArgument, ContextValue::Strings(missing)) => OTHER_WAYS
            .iter()
            .find(|(name, _)| missing.iter().any(|missing| missing == name))
            .map(|(_, tip)| (*tip).to_owned()),
        (ErrorKind::InvalidSubcommand, ContextValue::String(unknown)) if unknown == "help" => {
            Some(format!("{} --help", named(typed).join(" ")))
        }
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
