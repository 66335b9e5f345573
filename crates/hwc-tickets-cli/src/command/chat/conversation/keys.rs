//! What keys do.

use super::layout;
use super::{Conversation, Delivery, Effect, Entry, LIMIT, Own};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

impl Conversation {
    pub(super) fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let asked = std::mem::take(&mut self.is_leaving);
        match key.code {
            KeyCode::Esc if self.end_search() => {}
            KeyCode::Esc => return self.leave(asked),
            KeyCode::Char('c') if control => return vec![Effect::Leave],
            KeyCode::Char('r') if control => return self.look_again(),
            KeyCode::Char('x') if control => return vec![Effect::Edit],
            KeyCode::Char('t') if control => return vec![Effect::Tickets],
            KeyCode::Tab => return vec![Effect::Tickets],
            KeyCode::Char('?') if self.draft.is_empty() => return vec![Effect::Help],
            KeyCode::Char('d') if control && self.draft.is_empty() => return self.leave(asked),

            KeyCode::Enter if alt || control || key.modifiers.contains(KeyModifiers::SHIFT) => {
                self.draft.insert("\n");
            }
            KeyCode::Char('j') if control => self.draft.insert("\n"),
            KeyCode::Enter => return self.enter(),

            KeyCode::PageUp => return self.back(self.page()),
            KeyCode::PageDown => self.scroll(layout::down, self.page()),
            KeyCode::Up => return self.back(1),
            KeyCode::Down => self.scroll(layout::down, 1),
            KeyCode::Home if control || self.draft.is_empty() => {
                return self.back(usize::MAX);
            }
            KeyCode::End if control || self.draft.is_empty() => self.top = None,

            KeyCode::Home => self.draft.start(),
            KeyCode::Char('a') if control => self.draft.start(),
            KeyCode::End => self.draft.end(),
            KeyCode::Char('e') if control => self.draft.end(),
            KeyCode::Left => self.draft.left(),
            KeyCode::Right => self.draft.right(),
            KeyCode::Backspace if control || alt => self.draft.delete_word(),
            KeyCode::Char('w') if control => self.draft.delete_word(),
            KeyCode::Char('u') if control => self.draft.delete_head(),
            KeyCode::Char('h') if control => self.draft.backspace(),
            KeyCode::Backspace => self.draft.backspace(),
            KeyCode::Delete => self.draft.delete(),
            // Alt Gr is Control with Alt on some systems.
            KeyCode::Char(c) if control == alt => {
                self.draft.insert(c.encode_utf8(&mut [0; 4]));
            }
            _ => {}
        }
        Vec::new()
    }

    /// Leaves at once when nothing would be lost, else at the second word.
    fn leave(&mut self, asked: bool) -> Vec<Effect> {
        if asked || (self.draft.is_blank() && self.enclosed.is_empty() && !self.is_busy()) {
            return vec![Effect::Leave];
        }
        self.is_leaving = true;
        Vec::new()
    }

    /// Finds out what became of every message in doubt.
    fn look_again(&mut self) -> Vec<Effect> {
        self.own_mut()
            .enumerate()
            .filter(|(_, own)| matches!(own.delivery, Delivery::Unknown { .. }))
            .filter_map(|(number, own)| own.look(number))
            .collect()
    }

    /// What was written is sent; what begins with a slash is a command, and never reaches the support.
    fn enter(&mut self) -> Vec<Effect> {
        let text = self.draft.text().trim_start();
        if text.is_empty() && self.enclosed.is_empty() && self.search.is_some() {
            return self.look_on().into_iter().collect();
        }
        match text.strip_prefix('/').map(|rest| rest.strip_prefix('/')) {
            Some(Some(rest)) => {
                let text = format!("/{rest}");
                self.submit(Some(text));
            }
            Some(None) => return self.command(),
            None => self.submit(None),
        }
        Vec::new()
    }

    /// A line such as `/help`; any other word is looked for.
    fn command(&mut self) -> Vec<Effect> {
        let line = self.draft.text().trim().to_owned();
        let (name, rest) = match line.split_once(char::is_whitespace) {
            Some((name, rest)) => (name, rest.trim()),
            None => (line.as_str(), ""),
        };
        let effect = match name {
            "/" if rest.is_empty() => Some(Effect::Help),
            "/help" | "/?" => Some(Effect::Help),
            "/tickets" => Some(Effect::Tickets),
            "/edit" => Some(Effect::Edit),
            "/quit" | "/exit" => {
                self.draft.take();
                return self.leave(false);
            }
            "/detach" => {
                self.enclosed.clear();
                None
            }
            "/attach" | "/save" => {
                let effect = match name {
                    "/attach" => self.attach(rest),
                    _ => self.save(rest),
                };
                if effect.is_none() {
                    // It stays, to be changed: it may have been meant as a text.
                    return Vec::new();
                }
                effect
            }
            _ => {
                let word = line.trim_start_matches('/').trim();
                return self.look_for(word).into_iter().collect();
            }
        };
        self.draft.take();
        effect.into_iter().collect()
    }

    /// Sends what was written, or `text` in its place.
    fn submit(&mut self, text: Option<String>) {
        if self.draft.is_blank() && self.enclosed.is_empty() {
            return;
        }
        let units = match &text {
            Some(text) => text.chars().map(char::len_utf16).sum(),
            None => self.draft.units(),
        };
        if units > LIMIT {
            self.notice = Some(format!(
                "Too long by {}. Shorten it, or send it in parts.",
                units - LIMIT
            ));
            return;
        }
        self.notice = None;
        let written = self.draft.take();
        let text = text.unwrap_or(written);
        let files = std::mem::take(&mut self.enclosed);
        self.entries.push(Entry::Own(Own::new(text, files)));
        self.top = None;
    }

    /// Moves towards the oldest message, and reads more when that one is in sight.
    fn back(&mut self, lines: usize) -> Vec<Effect> {
        let before = self.top.unwrap_or_else(|| layout::newest(self));
        self.scroll(layout::up, lines);
        let moved = self.top.is_some_and(|top| top != before);
        // What was reached is looked at first; the next step goes further.
        let lines = if moved { 0 } else { lines };
        self.want_older(lines).into_iter().collect()
    }

    fn page(&self) -> usize {
        layout::Parts::of(self)
            .conversation
            .saturating_sub(1)
            .max(1)
    }

    fn scroll(
        &mut self,
        step: fn(&Self, layout::Place, usize) -> Option<layout::Place>,
        lines: usize,
    ) {
        let top = self.top.unwrap_or_else(|| layout::newest(self));
        self.top = step(self, top, lines);
    }
}
