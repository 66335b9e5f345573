//! `hwc-tickets attachment ...`

use super::ticket::OneTicket;
use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

/// What to do with files.
#[derive(Debug, Subcommand)]
pub(crate) enum Attachment {
    /// List the files of a ticket: those of its messages
    ///
    /// With the id of each, which `attachment download` takes, and the message that has it. The service tells no sizes.
    #[command(
        after_long_help = "Fields of -o plain: time, from, id of the message, id of the file, file name."
    )]
    List(OneTicket),
    /// Upload files, and print their ids
    ///
    /// Names, sizes and kinds are checked against the limits of the service before a byte goes out. An id is for one message
    /// or one new ticket. What a message takes along is uploaded by `message send --attach` in one go.
    ///
    /// A file is never uploaded twice by itself: if an answer is lost, it may be stored, but nobody can find it any more.
    #[command(after_long_help = "Fields of -o plain: id, bytes, file name.")]
    Upload(Upload),
    /// Download files, by their ids or all of a ticket
    ///
    /// They go into the current directory unless --to says otherwise, under their own names without what is dangerous in them.
    /// Each appears whole or not at all, readable for you only, and none takes the place of another without --force. With
    /// several, what cannot be saved does not keep the others from it; the exit code is then that of the first failure.
    #[command(
        after_long_help = "Fields of -o plain: id, bytes, path. Nothing with `--to -`: then the file itself is the output."
    )]
    Download(Download),
    /// Delete uploaded files that no message and no ticket has yet
    ///
    /// It is asked first; --yes answers. What becomes of one that is in use, no document says. Doing it again does no harm, but
    /// the service may say that there is no such file.
    #[command(after_long_help = "Fields of -o plain: id, outcome.")]
    Delete(Delete),
}

/// `attachment upload`.
#[derive(Debug, Args)]
pub(crate) struct Upload {
    /// Files; `-` reads one from standard input
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: Vec<PathBuf>,
    /// Name for the service, in place of its own; for one file
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Media type, e.g. image/png; without it they are only said to be bytes
    #[arg(long, value_name = "TYPE")]
    pub(crate) content_type: Option<String>,
    /// For a new ticket; else they are for a message
    #[arg(long)]
    pub(crate) for_ticket: bool,
    /// Check the files, show what would be sent, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `attachment download`.
#[derive(Debug, Args)]
pub(crate) struct Download {
    /// Ids of files, as `attachment list` shows them; with --all, the id of a ticket
    #[arg(required = true, value_name = "ID|TICKET")]
    pub(crate) id: Vec<String>,
    /// All files of a ticket
    #[arg(long)]
    pub(crate) all: bool,
    /// A directory, or the path for one file; `-` is standard output
    ///
    /// For several files the directory is made, for you only, if it is not there.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub(crate) to: Option<PathBuf>,
    /// Let them take the place of files that are there
    #[arg(long)]
    pub(crate) force: bool,
}

/// `attachment delete`.
#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// Ids of files
    #[arg(required = true, value_name = "ID")]
    pub(crate) id: Vec<String>,
    /// Do not ask whether it is to be done
    #[arg(long)]
    pub(crate) yes: bool,
}
