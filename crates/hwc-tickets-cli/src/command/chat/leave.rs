//! What is said when somebody leaves: what is not known, what did not arrive, and what is kept.

use super::conversation::{Conversation, Delivery, Own};
use crate::{
    context::Context,
    drafts::{Drafts, Kind},
    exit::Exit,
    failure::Failure,
    render::{self, Screen},
};
use hwc_core::file::shell_quoted;
use hwc_tickets::TicketId;
use std::{io, path::Path};

/// What was on the screen at the end.
pub(super) struct Left<'a> {
    pub(super) context: &'a Context,
    pub(super) talks: &'a [Conversation],
    /// Whether an editor still has the text.
    pub(super) is_edited: bool,
}

impl Left<'_> {
    /// Keeps what was written, says what stays behind, and tells how the program ends.
    pub(super) fn tell(
        self,
        drafts: &mut Drafts,
        outcome: Result<(), Failure>,
        ended: Option<Failure>,
    ) -> Result<(), Failure> {
        let screen = &self.context.screen;
        for talk in self.talks {
            self.keep(talk, drafts);
            self.tell_doubt(talk, drafts);
        }
        let files: Vec<String> = (self.context.pending_files.hand_over_all().iter())
            .map(|file| shell_quoted(file))
            .collect();
        for file in self.context.pending_files.unrecorded() {
            let file = shell_quoted(&file);
            screen.warn(&format!(
                "it is known what became of a message, but its pending file could not be marked so and says still that it is not; \
                 free some space, then let it be looked for and settled with: hwc-tickets message reconcile {file}"
            ));
        }
        let lost: Vec<(&TicketId, &Own)> = (self.talks.iter())
            .flat_map(|talk| talk.lost().into_iter().map(move |own| (&talk.ticket, own)))
            .collect();
        let lost = not_arrived(&lost, screen);
        if let Some(lost) = &lost
            && (!files.is_empty() || outcome.is_err() || ended.is_some())
        {
            render::report(lost, screen.is_verbose());
        }
        match (files.as_slice(), outcome, ended) {
            ([], Ok(()), None) => lost.map_or(Ok(()), Err),
            ([], Ok(()), Some(failure)) => Err(failure),
            ([], Err(failure), _) => Err(failure),
            ([file, more @ ..], outcome, ended) => {
                self.context.warn_of_unreadable_records();
                if let Some(failure) = outcome.err().or(ended) {
                    render::report(&failure, screen.is_verbose());
                }
                for file in more {
                    screen.warn(&format!(
                        "it is not known whether a message arrived: {file}"
                    ));
                }
                Err(Failure::own(
                    Exit::Unknown,
                    "it is not known whether a message arrived",
                    format!(
                        "Do not send it again yet. Find out with: hwc-tickets message reconcile {file}"
                    ),
                ))
            }
        }
    }

    /// Keeps the text of a conversation for the next time, and says so.
    fn keep(&self, talk: &Conversation, drafts: &mut Drafts) {
        let screen = &self.context.screen;
        let kept = keep(drafts, talk, self.is_edited);
        // What failed was given back to be sent again; it is told with the others.
        let draft = talk.draft.text();
        let is_lost = talk.lost().iter().any(|own| own.text == draft);
        if !talk.draft.is_blank() && !is_lost {
            let characters = talk.draft.characters();
            let place = match kept {
                Ok(true) => match drafts.path(&talk.ticket, Kind::Chat) {
                    Some(path) => format!(
                        "; `hwc-tickets chat {}` has it again, out of {}",
                        talk.ticket,
                        path.display()
                    ),
                    None => String::new(),
                },
                _ => String::new(),
            };
            screen.warn(&format!(
                "the text being written was not sent ({characters} characters){place}"
            ));
        }
        if let Err(error) = kept {
            screen.warn(&format!("the text could not be kept: {error}"));
        }
        for file in &talk.enclosed {
            let stored = file.uploaded.as_ref();
            let stored = stored.map(|id| format!("; the service has it as {id}"));
            screen.warn(&format!(
                "{} was not sent{}",
                file.name(),
                stored.unwrap_or_default()
            ));
        }
    }

    /// Where the text of a message is of which it is not known whether it arrived.
    fn tell_doubt(&self, talk: &Conversation, drafts: &Drafts) {
        if let Some(path) = drafts.path(&talk.ticket, Kind::Doubt)
            && !talk.unsettled().is_empty()
        {
            self.context.screen.warn(&format!(
                "the text of what is not known to have arrived in {} is kept in {}",
                talk.ticket,
                path.display()
            ));
        }
    }
}

/// A message whose sending had not come to its first byte was surely not sent: its record is written before that, and there is
/// none. Its text is one of those that are there again the next time.
pub(super) fn put_back(
    talk: &mut Conversation,
    drafts: &Drafts,
    is_edited: bool,
    context: &Context,
) {
    if context.pending_files.is_sending_to(&talk.ticket) {
        return;
    }
    let ticket = talk.ticket.clone();
    let Some(text) = talk.put_back().filter(|text| !text.trim().is_empty()) else {
        return;
    };
    // The file for it is the editor's.
    if is_edited && let Err(error) = drafts.keep_beside(&ticket, text) {
        let screen = &context.screen;
        screen.warn(&format!("the text could not be kept: {error}"));
    }
}

/// Keeps what was written: the text of what is not certain first, so that a text that goes from one to the other is always in
/// one of them. An editor that has the text being written writes that one itself. Gives whether it is kept now.
pub(super) fn keep(drafts: &mut Drafts, talk: &Conversation, is_edited: bool) -> io::Result<bool> {
    let ticket = &talk.ticket;
    let kept = drafts.keep(ticket, Kind::Doubt, &talk.unsettled())?;
    match is_edited {
        true => Ok(kept),
        false => drafts.keep(ticket, Kind::Chat, &talk.kept()),
    }
}

/// Messages that are left behind and did not reach the ticket.
fn not_arrived(lost: &[(&TicketId, &Own)], screen: &Screen) -> Option<Failure> {
    let (_, first) = lost.first()?;
    let what = match lost {
        [_] => format!("1 message did not reach the ticket: {}", first.text),
        several => {
            for (_, own) in several {
                screen.warn(&format!("did not reach the ticket: {}", own.text));
            }
            format!("{} messages did not reach the ticket", several.len())
        }
    };
    let exit = lost.iter().find_map(|(_, own)| match own.delivery {
        Delivery::Failed { exit, .. } => Some(exit),
        _ => None,
    });
    let how = match lost {
        [_] => "It can be sent again",
        _ => "They can be sent again, each by itself",
    };
    // Those of a ticket stand together.
    let mut tickets: Vec<&str> = lost.iter().map(|(ticket, _)| ticket.as_str()).collect();
    tickets.dedup();
    let commands = tickets.into_iter().map(|ticket| {
        let ticket = shell_quoted(Path::new(ticket));
        format!("hwc-tickets message send {ticket}")
    });
    let commands: Vec<String> = commands.collect();
    Some(Failure::own(
        exit.unwrap_or(Exit::Failure),
        what,
        format!("{how}: {}", commands.join(", ")),
    ))
}
