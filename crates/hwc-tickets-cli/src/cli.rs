//! The command tree in one place. What a command does is in `command`; nothing here prints or runs.

pub(crate) mod admin;
pub(crate) mod attachment;
pub(crate) mod chat;
pub(crate) mod config;
pub(crate) mod described;
mod duration;
mod key;
mod likeness;
pub(crate) mod message;
mod moment;
mod number;
mod status;
pub(crate) mod ticket;
mod tip;
mod words;

pub(crate) use duration::{InvalidSpan, Span};
pub(crate) use key::Key;
pub(crate) use likeness::nearest;
pub(crate) use moment::Moment;
pub(crate) use number::{ANY_INTEGER, RETRIES};
pub(crate) use status::StatusName;
pub(crate) use tip::guide;
pub(crate) use words::Words;

use crate::exit::EXIT_CODES;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use std::{ffi::OsString, path::PathBuf};

/// What stands below the help of the program.
const AFTER_HELP: &str = "\
Try it without an account: run `hwc-tickets sim` in one terminal and follow what it prints.

An independent community project, checked against the published documents and a simulator, not against the live service.";

/// The whole command tree: what is written here, and what follows from the description of the service.
pub(crate) fn tree() -> clap::Command {
    described::grow(Cli::command())
}

/// The command line as it was typed.
///
/// # Errors
/// It cannot be understood; or help or the version was asked for.
pub(crate) fn parse() -> Result<Typed, clap::Error> {
    read(std::env::args_os())
}

/// A command line, the name of the program in front.
fn read(words: impl IntoIterator<Item = OsString>) -> Result<Typed, clap::Error> {
    let by_hand = Cli::command();
    let grown = described::grow_when_named(by_hand.clone());
    let tree = described::set_apart(grown, &by_hand);
    let matches = tree.try_get_matches_from(words)?;
    if let Some(described) = described::asked(&matches, &by_hand) {
        return Ok(Typed {
            global: Global::from_arg_matches(&matches)?,
            what: What::Described(described),
        });
    }
    let Cli { global, command } = Cli::from_arg_matches(&matches)?;
    let what = What::ByHand(command);
    Ok(Typed { global, what })
}

/// What was typed.
#[derive(Debug)]
pub(crate) struct Typed {
    pub(crate) global: Global,
    pub(crate) what: What,
}

/// Which command was typed.
#[derive(Debug)]
pub(crate) enum What {
    /// One that is written by hand.
    ByHand(Command),
    /// One that follows from the description.
    Described(described::Described),
}

/// The command line as far as it is written by hand.
#[derive(Debug, Parser)]
#[command(
    name = "hwc-tickets",
    version,
    about = "Huawei Cloud Service Tickets on the command line",
    after_help = AFTER_HELP,
    after_long_help = format!("{}\n\n{EXIT_CODES}\n\n{AFTER_HELP}", settings_help()),
    disable_help_subcommand = true,
    infer_long_args = false,
    arg_required_else_help = true,
    subcommand_required = true
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options every command takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options for every command")]
pub(crate) struct Global {
    /// Output format: table, json, ndjson or plain
    ///
    /// `table` is for people, `plain` is one line of tab-separated fields per item without a header, `json` is one
    /// document, `ndjson` is one document per line. Messages, warnings and progress go to standard error.
    #[arg(
        short,
        long,
        global = true,
        value_name = "FORM",
        hide_possible_values = true
    )]
    pub(crate) output: Option<Form>,

    /// Filter the JSON by a jq expression, e.g. '.messages[].message.content'; implies -o json
    ///
    /// Each result is on a line of its own, a text without quotes. With -o ndjson, each line is filtered by itself as it
    /// comes, as in `message follow`; else the whole document at its end. No jq is needed. The example is for
    /// `message history`; other commands show with -o json what there is to filter.
    #[arg(long, global = true, value_name = "EXPR", conflicts_with = "columns")]
    pub(crate) jq: Option<String>,

    /// Columns of a list or table to show, in this order, e.g. time,text
    ///
    /// For -o table and -o plain. Columns are called as their titles.
    #[arg(long, global = true, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) columns: Option<Vec<String>>,

    /// Total timeout of each call, e.g. 12s, 10m, 2h
    #[arg(long, global = true, value_name = "TIME")]
    pub(crate) timeout: Option<Span>,

    /// Address of the service, e.g. https://osm.cn-south-1.myhuaweicloud.com
    ///
    /// Plain http is for this machine only. An address from the environment or a profile must be one of Huawei Cloud or
    /// of this machine; any other https host must be named with this option.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) endpoint: Option<String>,

    /// Which cloud the account belongs to: china or international
    #[arg(long, global = true, value_name = "SITE", hide_possible_values = true)]
    pub(crate) site: Option<SiteName>,

    /// Group to act for; needed for a colleague's ticket
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) group: Option<String>,

    /// Language of the service's own texts, e.g. en_US or zh_CN
    #[arg(long, global = true, value_name = "TAG")]
    pub(crate) language: Option<String>,

    /// Time zone of displayed and typed times: local, Europe/Berlin, GMT+8
    ///
    /// `local`, the default, is the zone of this machine, as TZ or the system says. A name of the time zone database
    /// follows summer time; an offset such as GMT+8, GMT-03:30 or UTC is the same all year, with + for east. Every time
    /// is shown with its zone.
    #[arg(long, global = true, value_name = "ZONE", allow_hyphen_values = true)]
    pub(crate) time_zone: Option<String>,

    /// Profile from the configuration file
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Maximum number of retries per call; a message is resent only if it certainly did not arrive
    #[arg(
        long,
        global = true,
        value_name = "N",
        value_parser = RETRIES,
        allow_negative_numbers = true
    )]
    pub(crate) retries: Option<u32>,

    /// File with additional CA certificates to trust (PEM)
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,

    /// When to use colour: auto, always or never
    #[arg(long, global = true, value_name = "WHEN", hide_possible_values = true)]
    pub(crate) color: Option<Colour>,

    /// Show more detail: causes of errors, attempts, request ids
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

/// Form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Form {
    /// Aligned columns for people
    #[default]
    Table,
    /// One JSON document
    Json,
    /// One JSON document per line
    Ndjson,
    /// Tab-separated fields, one item per line, no header
    Plain,
}

/// Which cloud the account belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SiteName {
    /// The China site
    China,
    /// The International site
    International,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Send, read, follow and recall messages of tickets
    #[command(subcommand, arg_required_else_help = true)]
    Message(message::Message),
    /// Look at tickets, and end, urge and rate them
    #[command(subcommand, arg_required_else_help = true)]
    Ticket(ticket::Ticket),
    /// Upload, list and download the files of tickets and messages
    #[command(subcommand, arg_required_else_help = true)]
    Attachment(attachment::Attachment),
    /// Chat in tickets on one screen
    ///
    /// Without a ticket, it begins with the list of open tickets, what needs your answer first. From 90 columns on, the
    /// list and the conversation stand side by side; Tab goes from one to the other.
    ///
    /// Shows the conversation and new messages as they come. Enter sends; each of your messages shows its state.
    /// Alt+Enter starts a new line, PgUp, PgDn, Home and End move through the conversation, Esc leaves, and Ctrl-Z is for
    /// the shell, as in other programs. Scrolling up reads older messages. When all unread messages were shown, the ticket is
    /// marked as read. ? shows all keys.
    ///
    /// A line that begins with a slash is a command and is never sent; //x sends /x. /word searches, /attach FILE sends a
    /// file with the next message, /save N saves file N and never replaces one, /edit opens $VISUAL or $EDITOR. A text
    /// that was not sent is kept for the next time. Without a terminal, or with another output format than `table`, it
    /// does what `message follow` does until its input ends, and marks nothing.
    #[command(
        after_long_help = "Fields of -o plain, without a terminal: those of `message follow`."
    )]
    Chat(chat::Chat),
    /// Make an authenticated API request and print the raw response
    ///
    /// A file in the response is written byte for byte; on a terminal, control characters are shown as text. An
    /// incomplete file ends with an error that says how many bytes arrived. The group is sent where the call takes it,
    /// in the query or the body. A call that takes a file has a command of its own, such as `attachment upload`.
    Api(ticket::Api),
    /// Show or store credentials
    #[command(subcommand, arg_required_else_help = true)]
    Auth(admin::Auth),
    /// Show or change settings and profiles in the configuration file
    #[command(subcommand, arg_required_else_help = true)]
    Config(config::Config),
    /// Check configuration, network, clock, credentials and permissions, and suggest fixes
    #[command(
        after_long_help = "Fields of -o plain: setting, from, value; then check, result, detail."
    )]
    Doctor,
    /// Start a local simulator to try things out, no account needed
    Sim(Box<admin::Sim>),
    /// Generate shell completions
    ///
    /// In bash, zsh and fish, ids of tickets are completed too: the last 200 that commands named or listed with the same
    /// profile and the service answered for. They are read from a small file; the service is never asked.
    Completions(admin::Completions),
    /// Write the manual pages
    ///
    /// Existing pages are replaced, each one atomically. Only regular files are: if a link, a directory, a pipe or a
    /// device is in the place of a page, no page is written.
    Man(admin::Man),
}

/// The part of the long help about configuration.
fn settings_help() -> &'static str {
    "\
Configuration:
  A flag wins over the environment, the environment over the profile. `hwc-tickets config list` shows which one won.
  With --profile, the credentials of that profile win over variables with credentials, which are told as not used.
  Variables with an address and credentials are an account of their own: group, site, address and credentials of the usual profile take no part.
  Else, where both have credentials, a group, a site or an address of the side that does not sign in is refused.

  Environment                     Meaning
  HWC_TICKETS_ENDPOINT            --endpoint
  HWC_TICKETS_SITE                --site
  HWC_TICKETS_GROUP               --group
  HWC_TICKETS_LANGUAGE            --language
  HWC_TICKETS_TIME_ZONE           --time-zone
  HWC_TICKETS_TIMEOUT             --timeout
  HWC_TICKETS_RETRIES             --retries
  HWC_TICKETS_CA_FILE             --ca-file
  HWC_TICKETS_OUTPUT              --output
  HWC_TICKETS_PROFILE             --profile
  HWC_TICKETS_TOKEN               token to sign in with
  TZ                              time zone of this machine
  HUAWEICLOUD_SDK_AK, _SK         access key and secret key; _SECURITY_TOKEN with temporary ones
  HUAWEICLOUD_SDK_DOMAIN_ID,
  HUAWEICLOUD_SDK_PROJECT_ID      account and project of the keys
  HWC_IAM_USER, _PASSWORD,
  HWC_IAM_ACCOUNT, _PROJECT       sign in with a password
  HUAWEICLOUD_SDK_IAM_ENDPOINT    where to sign in with a password, a host of Huawei Cloud or this
                                  machine; needed when the service is on this machine
  HTTPS_PROXY, ALL_PROXY          http or https proxy, as http://user:password@host:port
  NO_PROXY                        hosts without it: domains, addresses, networks, *
  NO_COLOR, CLICOLOR_FORCE        colour
  VISUAL, EDITOR                  editor of `message send`, `ticket create` and the chat

  An empty or blank variable counts as not set. One that cannot be used is refused by name; nothing takes its place.
  Hosts of Huawei Cloud are those below myhuaweicloud.com, .eu and .cn, huaweicloud.com and myhwclouds.com.

  Files
  $XDG_CONFIG_HOME/hwc-tickets/config.toml   profiles; default ~/.config
  $XDG_STATE_HOME/hwc-tickets/pending/       messages and tickets with unknown outcome; default ~/.local/state
  $XDG_STATE_HOME/hwc-tickets/drafts/        texts of the chat, of an editor, of --split or of `ticket create` that were not sent, or of which that is not known; may be removed
  $XDG_STATE_HOME/hwc-tickets/seen/          ids of tickets seen, by profile, for completions; may be removed
  ~/.huaweicloud/credentials                 keys, as the official SDKs read them

  Output
  table    aligned columns; the title of the times names their zone; - where there is nothing
  plain    a line per item, fields between tabs, no titles; an empty field where there is nothing
           times of messages in RFC 3339 with their offset, others as the service wrote them
           behind the text of a message, id and file name of each attachment
           one thing is one line, its fields in the order that the help of the command names; where
           it differs which fields there are (`ticket show`, answers without columns), a line for
           each of them, its name in front
           in a field \\\\ is a backslash, \\t a tab, \\n and \\r are line breaks of the text
           \\u{1b} and the like are what could act on a terminal
  json, ndjson   one document, or one per line; text as it came
           one thing has the same fields in every command: messages, events, tickets and errors are
           as the Rust crate hwc-tickets writes and reads them
           besides, a message has `from` and `key`, an error `summary` and `exit_code`
           the role of an author is told where it says more than `from`; else it is `unknown`

  Secrets are never given as arguments: use the environment, a file, or `hwc-tickets auth login`."
}

#[cfg(test)]
mod tests;
