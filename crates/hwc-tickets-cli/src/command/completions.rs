//! `hwc-tickets completions`: made from the command tree.

use crate::{
    cli::{Cli, admin::Completions},
    failure::Failure,
    render::Screen,
};
use clap::{Arg, Command, CommandFactory as _, ValueHint};
use clap_complete::Shell;

const NAME: &str = "hwc-tickets";

pub(crate) fn run(args: &Completions, screen: &Screen) -> Result<(), Failure> {
    let mut tree = without_files(Cli::command());
    let script = match args.shell {
        Shell::Bash => bash(&mut tree),
        shell => generated(shell, &mut tree, NAME),
    };
    screen.raw_line(script.trim_end())
}

fn generated(shell: Shell, tree: &mut Command, name: &str) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, tree, name, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The generator for bash writes a hyphen in the program's name in two ways, so that nothing below the first word is
/// found. So the script is made for a name without one, and registered for the right name.
fn bash(tree: &mut Command) -> String {
    let inner = NAME.replace('-', "_");
    let registered = |line: &str| match line.strip_suffix(&format!(" {inner}")) {
        Some(front) if line.trim_start().starts_with("complete ") => format!("{front} {NAME}"),
        _ => line.to_owned(),
    };
    let script = generated(Shell::Bash, tree, &inner);
    let lines: Vec<String> = script.lines().map(registered).collect();
    lines.join("\n")
}

/// File names are offered only where a file is meant: without a word about it, shells offer them everywhere.
fn without_files(tree: Command) -> Command {
    tree.mut_args(|arg| match takes_unknown(&arg) {
        true => arg.value_hint(ValueHint::Other),
        false => arg,
    })
    .mut_subcommands(without_files)
}

fn takes_unknown(arg: &Arg) -> bool {
    arg.get_action().takes_values()
        && arg.get_value_hint() == ValueHint::Unknown
        && arg.get_possible_values().is_empty()
}
