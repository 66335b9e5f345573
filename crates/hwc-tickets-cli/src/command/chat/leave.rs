//! What is said when somebody leaves: what is not known, what did not arrive, and what is kept.

use super::{
    conversation::{Conversation, Delivery, Own},
    drafts::Drafts,
};
use crate::{
    context::Context,
    exit::Exit,
    failure::Failure,
    render::{self, Screen},
};
use hwc_core::file::shell_quoted;
use hwc_tickets::TicketId;
use std::path::Path;

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
        }
        let files: Vec<String> = (self.context.pending_files.hand_over_all().iter())
            .map(|file| shell_quoted(file))
            .collect();
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
        let kept = match self.is_edited {
            true => Ok(true),
            false => drafts.keep(&talk.ticket, &talk.kept()),
        };
        // What failed was given back to be sent again; it is told with the others.
        let draft = talk.draft.text();
        let is_lost = talk.lost().iter().any(|own| own.text == draft);
        if !talk.draft.is_blank() && !is_lost {
            let characters = talk.draft.characters();
            let place = match kept {
                Ok(true) => format!("; `hwc-tickets chat {}` has it", talk.ticket),
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
}

/// Messages that are left behind and did not reach the ticket.
fn not_arrived(lost: &[(&TicketId, &Own)], screen: &Screen) -> Option<Failure> {
    let (ticket, first) = lost.first()?;
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
    Some(Failure::own(
        exit.unwrap_or(Exit::Failure),
        what,
        format!(
            "It can be sent again: hwc-tickets message send {}",
            shell_quoted(Path::new(ticket.as_str()))
        ),
    ))
}
