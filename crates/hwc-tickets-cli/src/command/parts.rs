//! A long text that is sent in parts without a key: it is kept until all of it is in the ticket, and what became of one part
//! says how to go on with the others.

use super::doubt;
use crate::{
    cli::message::Send,
    context::Context,
    drafts::{self, Draft, Kind},
    exit::Exit,
    failure::Failure,
    prompt, render,
};
use hwc_core::file::shell_quoted;
use hwc_tickets::{Client, Outcome, Pending, TicketId};
use serde::Serialize;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// So many parts are sent without a question. A log that was given by mistake makes thousands.
const MOST: usize = 100;

/// Whether so many of a text of `total` parts are still to be sent that it is asked first.
pub(super) fn is_many(total: usize, args: &Send) -> bool {
    let first = args.from_part.unwrap_or(1).max(1);
    are_many(first, total)
}

fn are_many(first: usize, total: usize) -> bool {
    total.saturating_add(1).saturating_sub(first) > MOST
}

/// Asks whether a text of `total` parts is to be sent, where these are many.
pub(super) fn agree(total: usize, args: &Send) -> Result<(), Failure> {
    if args.yes || !is_many(total, args) {
        return Ok(());
    }
    if !prompt::is_possible() {
        return Err(Failure::usage(
            format!(
                "the text makes {total} messages, and more than {MOST} are sent only with --yes"
            ),
            "Shorten it, send it as a file with --attach, or add --yes. Nothing was sent.",
        ));
    }
    let what = format!("The text makes {total} messages.");
    prompt::confirm("message send", &what, true, render::question)
}

/// Keeps `text` before the first part goes out; `None` where there is no place for it and none is asked for.
pub(super) fn keep(
    text: &str,
    ticket: &TicketId,
    args: &Send,
    context: &Context,
) -> Result<Option<Draft>, Failure> {
    let Some(directory) = context.settings.places.drafts.as_deref() else {
        return Ok(None);
    };
    let kept = Draft::begin(directory, ticket, Kind::Parts).and_then(|draft| {
        draft.write(text)?;
        Ok(draft)
    });
    match kept {
        Ok(draft) => Ok(Some(draft)),
        Err(_) if args.without_record => Ok(None),
        Err(error) => Err(doubt::nowhere(directory, &error)),
    }
}

/// The file of `--file`, where it is one that was kept here for `ticket`: it goes when all of it is sent.
pub(super) fn taken(
    ticket: &TicketId,
    args: &Send,
    context: &Context,
) -> Result<Option<Draft>, Failure> {
    let (Some(directory), Some(path)) = (&context.settings.places.drafts, &args.file) else {
        return Ok(None);
    };
    let taken = Draft::of_parts(directory, ticket, path);
    taken.map_err(|error| {
        Failure::own(
            Exit::Failure,
            format!("cannot send {}: {error}", path.display()),
            format!("Nothing was sent. Look what is in the ticket with: hwc-tickets message history {ticket}"),
        )
    })
}

/// Kept texts that could not be read, as far as they were told.
#[derive(Debug, Default)]
pub(super) struct Unread(BTreeSet<String>);

impl Unread {
    fn tell(&mut self, problem: String, context: &Context) {
        if !self.0.contains(&problem) {
            context.screen.warn(&format!(
                "a text that is kept cannot be read; if the message is a part of it, the parts after that may not have been \
                 sent: {problem}"
            ));
            self.0.insert(problem);
        }
    }
}

/// Which part of a text that is kept a message is.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PartOf {
    number: usize,
    total: usize,
    /// Where all of the text stands, as it is shown.
    text_file: String,
    #[serde(skip)]
    path: PathBuf,
    #[serde(skip)]
    ticket: TicketId,
    #[serde(skip)]
    has_reference: bool,
}

impl PartOf {
    /// Looks among the texts that are kept for the ticket. Where it is in none, those that cannot be read are told, each once in
    /// `unread`.
    pub(super) fn of(
        pending: &Pending,
        client: &Client,
        context: &Context,
        unread: &mut Unread,
    ) -> Option<Self> {
        let directory = context.settings.places.drafts.as_deref()?;
        let mut problems = Vec::new();
        for kept in drafts::kept(directory, pending.ticket()) {
            match kept {
                Ok((path, text)) => {
                    let part = Self::of_text(pending, client, path, text);
                    if part.is_some() {
                        return part;
                    }
                }
                Err(problem) => problems.push(problem),
            }
        }
        for problem in problems {
            unread.tell(problem, context);
        }
        None
    }

    /// The same of one text, which stands at `path`.
    fn of_text(pending: &Pending, client: &Client, path: PathBuf, text: String) -> Option<Self> {
        let ticket = pending.ticket();
        let mut submit = client.ticket(ticket.clone()).ok()?.submit(text);
        if pending.reference().is_some() {
            submit = submit.with_reference();
        }
        // What cannot be sent was not.
        let parts = submit.split_long().preview().ok()?;
        let is_it = |part: &String| match pending.reference() {
            Some(tag) => pending.is_of(&format!("{part} {tag}")),
            None => pending.is_of(part),
        };
        let place = parts.iter().position(is_it)?;
        (parts.len() > 1).then(|| Self {
            number: place.saturating_add(1),
            total: parts.len(),
            text_file: path.display().to_string(),
            path,
            ticket: ticket.clone(),
            has_reference: pending.reference().is_some(),
        })
    }

    /// In a cell.
    pub(super) fn in_words(&self) -> String {
        format!("{} of {}", self.number, self.total)
    }

    /// What is to be done about the other parts, as far as `outcome` tells of this one.
    pub(super) fn going_on(&self, outcome: &Outcome) -> String {
        let (number, total) = (self.number, self.total);
        let next = number.saturating_add(1);
        let is_last = number == total;
        let unsent = match total.saturating_sub(number) {
            0 => String::new(),
            1 => format!(", and part {total} was not sent"),
            _ => format!(", and parts {next} to {total} were not sent"),
        };
        let which = format!("It is part {number} of {total}{unsent}.");
        match outcome {
            Outcome::Confirmed(_) if is_last => format!(
                "It was the last of {total} parts: all of the text is in the ticket. Its copy can be removed: {}",
                self.text_file
            ),
            Outcome::Confirmed(_) => format!("{which} Go on with: {}", self.command(next)),
            Outcome::Absent => format!("{which} Go on with: {}", self.command(number)),
            _ if is_last => format!(
                "{which} If it is not in the ticket, send it with: {}",
                self.command(number)
            ),
            _ => format!(
                "{which} If it is in the ticket, go on with: {}; if not, the same with --from-part {number}",
                self.command(next)
            ),
        }
    }

    fn command(&self, next: usize) -> String {
        let again = Again {
            is_split: true,
            first: next,
            has_reference: self.has_reference,
            is_agreed: are_many(next, self.total),
            key: None,
        };
        again.command(&self.ticket, &self.path)
    }
}

/// The options of `message send` that belong to a text that is kept: without them, another message or other parts would be sent.
#[derive(Debug)]
pub(super) struct Again<'a> {
    is_split: bool,
    first: usize,
    has_reference: bool,
    is_agreed: bool,
    key: Option<&'a str>,
}

impl<'a> Again<'a> {
    /// As they were given.
    pub(super) fn of(args: &'a Send) -> Self {
        Self {
            is_split: args.split,
            first: args.from_part.unwrap_or(1),
            has_reference: args.reference,
            is_agreed: args.yes,
            key: args.key.as_deref(),
        }
    }

    /// The command that sends the text at `path`.
    pub(super) fn command(&self, ticket: &TicketId, path: &Path) -> String {
        let mut command = format!(
            "hwc-tickets message send {ticket} --file {}",
            shell_quoted(path)
        );
        if self.is_split {
            command.push_str(" --split");
        }
        if self.first > 1 {
            command.push_str(&format!(" --from-part {}", self.first));
        }
        if self.has_reference {
            command.push_str(" --reference");
        }
        if self.is_agreed {
            command.push_str(" --yes");
        }
        if let Some(key) = self.key {
            command.push_str(&format!(" --key {}", shell_quoted(Path::new(key))));
        }
        command
    }
}
