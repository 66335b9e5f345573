//! Looking for a word in the conversation, from the newest message to the oldest.

use super::{Conversation, Effect, Entry, Older, layout, words::places};
use crate::render::foreign;

/// What is looked for.
pub(crate) struct Search {
    pub(crate) word: String,
    /// The message where it was found last; older ones are looked at next.
    entry: usize,
    /// Whether older messages are being read for it.
    is_waiting: bool,
    /// Whether it was found at least once.
    is_found: bool,
}

/// Most characters of a word that are repeated.
const LONGEST_WORD: usize = 40;

/// How looking went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Here,
    /// Older messages are read first.
    Later,
    Nowhere,
}

impl Conversation {
    /// Begins to look for `word`, which was typed behind a slash.
    pub(super) fn look_for(&mut self, word: &str) -> Option<Effect> {
        self.draft.take();
        self.search = Some(Search {
            word: word.to_owned(),
            entry: self.entries.len(),
            is_waiting: false,
            is_found: false,
        });
        self.look_on()
    }

    /// The next older message with it.
    pub(super) fn look_on(&mut self) -> Option<Effect> {
        let (found, effect) = self.look_further();
        if found == Found::Nowhere {
            self.find_nothing();
        }
        effect
    }

    /// Says so. What was found nowhere at all comes back, to be changed.
    fn find_nothing(&mut self) {
        let Some(search) = &self.search else { return };
        let word: String = search.word.chars().take(LONGEST_WORD).collect();
        if search.is_found {
            let what = format!("No older message has “{word}”. Esc ends the search.");
            self.notice = Some(what);
            return;
        }
        if self.draft.is_empty() {
            self.draft.set(format!("/{}", search.word));
        }
        self.search = None;
        self.notice = Some(format!(
            "No message has “{word}”; nothing was sent. //{word} sends it as a text. /help lists the commands."
        ));
    }

    /// Ends the search; whether there was one.
    pub(super) fn end_search(&mut self) -> bool {
        let Some(search) = self.search.take() else {
            return false;
        };
        self.notice = None;
        if !search.is_found && self.draft.is_empty() {
            // It may have been meant as a text.
            self.draft.set(format!("/{}", search.word));
        }
        true
    }

    /// So many older messages were put before all others.
    pub(super) fn search_behind(&mut self, messages: usize) -> Option<Effect> {
        let search = self.search.as_mut()?;
        search.entry = search.entry.saturating_add(messages);
        std::mem::take(&mut search.is_waiting)
            .then(|| self.look_on())
            .flatten()
    }

    fn look_further(&mut self) -> (Found, Option<Effect>) {
        let Some(search) = &self.search else {
            return (Found::Nowhere, None);
        };
        let word = search.word.clone();
        let before = self.entries.iter().enumerate().take(search.entry);
        let found = before.rev().find(|(_, entry)| has(entry, &word));
        let found = found.map(|(number, _)| number);
        let may_be_older =
            self.is_loaded && matches!(self.older, Older::Maybe | Older::Coming { .. });
        let Some(search) = self.search.as_mut() else {
            return (Found::Nowhere, None);
        };
        if let Some(number) = found {
            search.entry = number;
            search.is_found = true;
            self.top = layout::from(self, number);
            self.notice = Some(format!(
                "Found “{word}”. Enter: an older one. Esc ends the search."
            ));
            return (Found::Here, None);
        }
        if !may_be_older {
            return (Found::Nowhere, None);
        }
        search.is_waiting = true;
        search.entry = 0;
        let is_new = self.older == Older::Maybe;
        if is_new {
            self.older = Older::Coming { lines: 0 };
        }
        (Found::Later, is_new.then_some(Effect::Older))
    }
}

/// Whether a message has `word`: in its text, or in the name of a file.
fn has(entry: &Entry, word: &str) -> bool {
    let text = foreign::text(entry.text());
    let is_in = |text: &str| !places(text, word).is_empty();
    let mut files = entry
        .message()
        .into_iter()
        .flat_map(|read| &read.attachments);
    is_in(&text) || files.any(|file| is_in(&foreign::line(&file.file_name)))
}
