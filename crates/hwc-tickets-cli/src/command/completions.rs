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
        Shell::Zsh => zsh(&generated(Shell::Zsh, &mut tree, NAME)),
        Shell::Fish => {
            let script = fish(&generated(Shell::Fish, &mut tree, NAME));
            format!("{script}{}", fish_values(&tree))
        }
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

/// zsh says what an argument without completions is, and then inserts no option either: it is to say so only where no
/// option is being typed.
fn zsh(script: &str) -> String {
    let guarded = |line: &str| {
        let front = line
            .strip_suffix(":' \\")
            .or_else(|| line.strip_suffix(":'"));
        match front {
            Some(front) if front.starts_with("':") || front.starts_with("'*:") => {
                let rest = line.get(front.len() + 1..).unwrap_or_default();
                format!("{front}:_guard \"^-*\" value{rest}")
            }
            _ => line.to_owned(),
        }
    };
    let lines: Vec<String> = script.lines().map(guarded).collect();
    lines.join("\n")
}

/// The generator for fish takes an option of the program that still waits for its value for the end of everything:
/// nothing is offered then. No command has been named there.
fn fish(script: &str) -> String {
    script.replacen(
        "2>/dev/null\n    or return\n",
        "2>/dev/null\n    or return 0\n",
        1,
    )
}

/// What the generator for fish leaves out: values of an argument that is no option.
fn fish_values(tree: &Command) -> String {
    let mut lines = String::new();
    for command in tree.get_subcommands() {
        for argument in command.get_positionals() {
            let values = argument.get_possible_values();
            let names: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
            if !names.is_empty() {
                lines.push_str(&format!(
                    "complete -c {NAME} -n \"__fish_hwc_tickets_using_subcommand {}\" -f -a \"{}\"\n",
                    command.get_name(),
                    names.join(" ")
                ));
            }
        }
    }
    lines
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
