//! `hwc-tickets completions`: made from the command tree.

use crate::{
    cli::{self, admin::Completions},
    failure::Failure,
    render::Screen,
};
use clap::{Arg, ArgAction, Command, ValueHint};
use clap_complete::Shell;

const NAME: &str = "hwc-tickets";
/// Id of the argument with a ticket.
const TICKET: &str = "ticket";

pub(crate) fn run(args: &Completions, screen: &Screen) -> Result<(), Failure> {
    let mut tree = without_files(cli::tree());
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

/// What the script for bash does before anything else: bash breaks words at `=`, so that `--output=j` comes as three.
const JOIN_AT_EQUALS: &str = r#"    if [[ "${COMP_WORDS[COMP_CWORD]}" == "=" ]]; then
        cur=""
        prev="${COMP_WORDS[COMP_CWORD-1]}"
    elif [[ ${COMP_CWORD} -ge 2 && "${COMP_WORDS[COMP_CWORD-1]}" == "=" ]]; then
        cur="${COMP_WORDS[COMP_CWORD]}"
        prev="${COMP_WORDS[COMP_CWORD-2]}"
    fi"#;

/// Names of files, blanks in them included; a directory is gone into.
const OFFER_FILES: &str = r#"IFS=$'\n'
COMPREPLY=($(compgen -f -- "${cur}"))
if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
    compopt -o filenames
fi"#;

/// The generator for bash writes a hyphen in the program's name in two ways, so that nothing below the first word is
/// found: the script is made for a name without one, and registered for the right name. It leaves files to the shell,
/// which then offers them in the place of every id: here they are offered where one is meant, and nowhere else.
fn bash(tree: &mut Command) -> String {
    let inner = NAME.replace('-', "_");
    let script = generated(Shell::Bash, tree, &inner);
    let mut taking_files = Vec::new();
    commands_taking_files(tree, &inner, &mut taking_files);
    let mut taking_tickets = Vec::new();
    commands_taking_tickets(tree, &inner, &mut taking_tickets);
    let mut lines = Vec::new();
    // Whether the command whose lines these are takes a file.
    let mut takes_file = false;
    // How many tickets it takes.
    let mut tickets = "";
    for line in script.lines() {
        let code = line.trim_start();
        let indent = line.get(..line.len() - code.len()).unwrap_or_default();
        if let Some(label) = code
            .strip_suffix(')')
            .filter(|name| name.starts_with(&inner))
        {
            takes_file = taking_files.iter().any(|taking| taking == label);
            let taking = taking_tickets.iter().find(|(taking, _)| taking == label);
            tickets = taking.map_or("", |(_, number)| *number);
        }
        if code.starts_with("complete ") {
            let front = code.strip_suffix(&inner).unwrap_or(code);
            let front = front.replace(" -o bashdefault -o default", "");
            lines.push(format!("{indent}{front}{NAME}"));
        } else if code.starts_with("local i cur prev ") {
            // Lines below set it, and the shell of the user must not keep that.
            lines.push(format!("{line} IFS=$' \\t\\n'"));
        } else if code == r#"prev="$3""# {
            lines.push(line.to_owned());
            lines.extend(JOIN_AT_EQUALS.lines().map(str::to_owned));
        } else if code == r#"COMPREPLY=($(compgen -f "${cur}"))"# {
            lines.extend(OFFER_FILES.lines().map(|code| format!("{indent}{code}")));
        } else if !takes_file && code == OFFER_ALL {
            lines.push(
                format!("{indent}{OFFER_FITTING} {tickets}")
                    .trim_end()
                    .to_owned(),
            );
        } else if takes_file && code.starts_with("if [[ ${cur} == -* ||") {
            lines.push(format!("{indent}if [[ ${{cur}} == -* ]] ; then"));
        } else if takes_file && indent.len() == ARM && code.starts_with("COMPREPLY=( $(compgen -W")
        {
            lines.extend(OFFER_FILES.lines().map(|code| format!("{indent}{code}")));
        } else {
            lines.push(line.to_owned());
        }
    }
    format!("{FITTING}{}", lines.join("\n"))
}

/// How the generator for bash offers commands and options together.
const OFFER_ALL: &str = r#"COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )"#;
const OFFER_FITTING: &str = r#"_hwc_tickets_offer "${opts}""#;

/// Commands, and the options of every command among them, would be too many to choose from: options are offered behind a
/// hyphen, and where there is nothing else.
const FITTING: &str = r#"_hwc_tickets_offer() {
    local word words=""
    if [[ "${cur}" != -* ]]; then
        for word in $1 $(_hwc_tickets_ids "$2"); do
            [[ "${word}" == -* ]] || words="${words} ${word}"
        done
    fi
    COMPREPLY=( $(compgen -W "${words:-$1}" -- "${cur}") )
}

# Ids of tickets that were seen with this profile, without those that stand there already; $1 says whether one or several
# are taken.
_hwc_tickets_ids() {
    local seen="${XDG_STATE_HOME:-${HOME}/.local/state}/hwc-tickets/seen" profile="${HWC_TICKETS_PROFILE:-}" before="" id typed
    local -a ids=()
    [[ -n "$1" && "${seen}" == /* ]] || return 0
    for typed in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ "${typed}" == "=" ]] && continue
        [[ "${typed}" == --profile=* ]] && profile="${typed#*=}"
        [[ "${before}" == "--profile" ]] && profile="${typed}"
        before="${typed}"
    done
    [[ -z "${profile}" && -r "${seen}/.usual" ]] && IFS= read -r profile < "${seen}/.usual"
    profile="${profile:-default}"
    [[ "${profile}" == *[!A-Za-z0-9._-]* || "${profile}" == .* || ! -r "${seen}/${profile}" ]] && return 0
    while IFS= read -r id; do
        [[ -z "${id}" || "${id}" == *[!A-Za-z0-9._-]* ]] && continue
        for typed in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
            [[ "${typed}" == "${id}" ]] || continue
            [[ "$1" == "one" ]] && return 0
            continue 2
        done
        ids+=("${id}")
    done < "${seen}/${profile}"
    [[ ${#ids[@]} -eq 0 ]] || printf '%s\n' "${ids[@]}"
}

"#;

/// Blanks before the last lines of a command in the script for bash.
const ARM: usize = 12;

/// The commands that take a file as an argument, as the script for bash calls them.
fn commands_taking_files(command: &Command, label: &str, found: &mut Vec<String>) {
    if takes_file(command) {
        found.push(label.to_owned());
    }
    for below in command.get_subcommands() {
        let label = format!("{label}__subcmd__{}", below.get_name().replace('-', "__"));
        commands_taking_files(below, &label, found);
    }
}

/// The commands that take tickets, as the script for bash calls them, and whether one or several.
fn commands_taking_tickets(
    command: &Command,
    label: &str,
    found: &mut Vec<(String, &'static str)>,
) {
    if let Some(number) = takes_tickets(command) {
        found.push((label.to_owned(), number));
    }
    for below in command.get_subcommands() {
        let label = format!("{label}__subcmd__{}", below.get_name().replace('-', "__"));
        commands_taking_tickets(below, &label, found);
    }
}

/// Whether the command takes one ticket or several.
fn takes_tickets(command: &Command) -> Option<&'static str> {
    let mut positionals = command.get_positionals();
    let ticket = positionals.find(|arg| arg.get_id() == TICKET)?;
    Some(match ticket.get_action() {
        ArgAction::Append => "several",
        _ => "one",
    })
}

/// Whether a file is an argument of the command.
fn takes_file(command: &Command) -> bool {
    let is_file = |arg: &Arg| {
        matches!(
            arg.get_value_hint(),
            ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath
        )
    };
    command.get_positionals().any(is_file)
}

/// zsh says what an argument without completions is, and then inserts no option either: it is to say so only where no
/// option is being typed. Behind the first of several arguments, the generator lets it know nothing but arguments.
fn zsh(script: &str) -> String {
    let guarded = |line: &str| {
        let line = &match line.strip_prefix("'*::") {
            Some(rest) if !rest.starts_with(':') => format!("'*:{rest}"),
            _ => line.to_owned(),
        };
        let front = line
            .strip_suffix(":' \\")
            .or_else(|| line.strip_suffix(":'"));
        match front {
            Some(front)
                if ["':ticket -- ", "'::ticket -- ", "'*:ticket -- "]
                    .iter()
                    .any(|begin| front.starts_with(begin)) =>
            {
                let rest = line.get(front.len() + 1..).unwrap_or_default();
                format!("{front}:{{_hwc_tickets_ids}}{rest}")
            }
            Some(front) if front.starts_with("':") || front.starts_with("'*:") => {
                let rest = line.get(front.len() + 1..).unwrap_or_default();
                format!("{front}:_guard \"^-*\" value{rest}")
            }
            _ => line.to_owned(),
        }
    };
    let lines: Vec<String> = script.lines().map(guarded).collect();
    let begin = "autoload -U is-at-least\n";
    lines
        .join("\n")
        .replacen(begin, &format!("{begin}{ZSH_IDS}"), 1)
}

/// Ids of tickets that were seen with this profile, the newest first, without those that stand there already. Its option may
/// stand before the words that are completed.
const ZSH_IDS: &str = r#"
_hwc_tickets_ids() {
    local seen="${XDG_STATE_HOME:-$HOME/.local/state}/hwc-tickets/seen" profile=$HWC_TICKETS_PROFILE before="" id typed
    local -a ids offered
    for typed in ${(Q)${(z)LBUFFER}}; do
        [[ $typed == --profile=* ]] && profile=${typed#*=}
        [[ $before == --profile ]] && profile=$typed
        before=$typed
    done
    [[ -z $profile && -r $seen/.usual ]] && profile="$(<$seen/.usual)"
    profile=${profile:-default}
    if [[ $seen == /* && $profile != *[^A-Za-z0-9._-]* && $profile != .* && -r $seen/$profile ]]; then
        ids=( ${(f)"$(<$seen/$profile)"} )
    fi
    for id in $ids; do
        [[ $id == *[^A-Za-z0-9._-]* ]] && continue
        [[ $id != $words[CURRENT] ]] && (( ${words[(Ie)$id]} )) && continue
        offered+=( $id )
    done
    if (( $#offered )); then
        compadd -V tickets -a offered
    else
        _guard "^-*" value
    fi
}
"#;

/// The generator for fish takes an option of the program that still waits for its value for the end of everything:
/// nothing is offered then. No command has been named there.
fn fish(script: &str) -> String {
    script.replacen(
        "2>/dev/null\n    or return\n",
        "2>/dev/null\n    or return 0\n",
        1,
    )
}

/// What the generator for fish leaves out: values of an argument that is no option, and that a file is not meant by
/// every one.
fn fish_values(tree: &Command) -> String {
    let mut lines = format!("complete -c {NAME} -f\n");
    for command in tree.get_subcommands() {
        let name = command.get_name();
        let using = format!("__fish_hwc_tickets_using_subcommand {name}");
        if takes_file(command) {
            lines.push_str(&format!("complete -c {NAME} -n \"{using}\" -F\n"));
        }
        for below in command.get_subcommands().filter(|below| takes_file(below)) {
            let seen = format!("__fish_seen_subcommand_from {}", below.get_name());
            lines.push_str(&format!(
                "complete -c {NAME} -n \"{using}; and {seen}\" -F\n"
            ));
        }
    }
    lines.push_str(FISH_IDS);
    for command in tree.get_subcommands() {
        let using = format!("__fish_hwc_tickets_using_subcommand {}", command.get_name());
        let mut offer = |condition: &str, number: &str| {
            lines.push_str(&format!(
                "complete -c {NAME} -n \"{condition}\" -f -k -a \"(__fish_hwc_tickets_ids {number})\"\n"
            ));
        };
        if let Some(number) = takes_tickets(command) {
            offer(&using, number);
        }
        for below in command.get_subcommands() {
            if let Some(number) = takes_tickets(below) {
                let seen = format!("__fish_seen_subcommand_from {}", below.get_name());
                offer(&format!("{using}; and {seen}"), number);
            }
        }
    }
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

/// Ids of tickets that were seen with this profile, the newest first, without those that stand there already; the argument
/// says whether one or several are taken.
const FISH_IDS: &str = "\
function __fish_hwc_tickets_ids
    set -l state $XDG_STATE_HOME
    test -n \"$state\"; or set state $HOME/.local/state
    string match -q '/*' -- $state; or return 0
    set -l seen $state/hwc-tickets/seen
    set -l typed (commandline -opc)
    set -l profile $HWC_TICKETS_PROFILE
    set -l before ''
    for word in $typed
        string match -q -- '--profile=*' $word; and set profile (string replace -- '--profile=' '' $word)
        test \"$before\" = --profile; and set profile $word
        set before $word
    end
    test -z \"$profile\"; and test -r $seen/.usual; and read profile < $seen/.usual
    test -n \"$profile\"; or set profile default
    string match -qr '^[A-Za-z0-9_-][A-Za-z0-9._-]*$' -- $profile; or return 0
    set -l file $seen/$profile
    test -r $file; or return 0
    set -l offered
    for id in (string match -r '^[A-Za-z0-9._-]+$' < $file)
        if contains -- $id $typed
            test \"$argv[1]\" = one; and return 0
        else
            set -a offered $id
        end
    end
    test (count $offered) -gt 0; and printf '%s\\n' $offered
end
";

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
