//! The list of tickets as it stands: what needs an answer first. No input, no output, no clock.

pub(crate) mod layout;

use crate::view;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use hwc_tickets::{AllUnread, TicketId, TicketStatus, tickets::list::newest_first};

/// Lines that PgUp and PgDn go.
const PAGE: usize = 10;

/// A ticket in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) id: TicketId,
    pub(crate) title: String,
    pub(crate) status: TicketStatus,
    /// Unread messages; `None` when their number is not known.
    pub(crate) unread: Option<u64>,
}

impl Listed {
    /// What has to be done: the service waits.
    pub(crate) fn todo(&self) -> Option<&'static str> {
        match self.status {
            TicketStatus::AwaitingConfirmation => Some("confirm"),
            TicketStatus::AwaitingFeedback => Some("answer"),
            _ => None,
        }
    }

    /// The lower, the more it needs an answer.
    fn rank(&self) -> u8 {
        match (self.todo(), self.unread) {
            (Some(_), _) => 0,
            (None, Some(1..)) => 1,
            _ => 2,
        }
    }

    pub(crate) fn is_for_you(&self) -> bool {
        self.rank() < 2
    }
}

/// The tickets that were read, in order, and what is to be said of the reading.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    pub(crate) tickets: Vec<Listed>,
    pub(crate) remark: Option<String>,
}

impl From<AllUnread> for Listing {
    fn from(read: AllUnread) -> Self {
        let list = &read.list;
        let may_miss = !list.complete
            || list.possible_gap
            || list.undecodable > 0
            || read.tickets.iter().any(|row| row.id.is_none());
        let remark = match (&read.unlisted, read.counts.failed.first()) {
            (Some(error), _) => Some(format!("The list could not be read to its end: {error}")),
            (None, Some(failed)) => Some(format!(
                "Unread messages of some tickets could not be counted: {}",
                failed.error
            )),
            (None, None) if may_miss => Some("A ticket may be missing.".to_owned()),
            (None, None) => None,
        };
        let mut rows = read.tickets;
        newest_first(&mut rows);
        let counts = read.counts.unread;
        let mut tickets: Vec<Listed> = rows
            .into_iter()
            .filter_map(|row| {
                let id = row.id?;
                Some(Listed {
                    unread: counts.get(&id).copied(),
                    title: row.title,
                    status: row.status,
                    id,
                })
            })
            .collect();
        tickets.sort_by_key(Listed::rank);
        Self { tickets, remark }
    }
}

/// What the list wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    Open(TicketId),
    Reload,
    Help,
    /// Back to the conversation, or out.
    Back,
    /// Out.
    Leave,
}

/// The list on the screen.
#[derive(Default)]
pub(crate) struct Tickets {
    all: Vec<Listed>,
    pub(crate) remark: Option<String>,
    /// Whether it was read at least once.
    pub(crate) is_read: bool,
    /// The ticket that the cursor is on.
    selected: Option<TicketId>,
    /// What is shown has this in its id, title or state.
    pub(crate) filter: String,
    pub(crate) is_filtering: bool,
}

impl Tickets {
    /// It was read. The cursor stays on its ticket; what was known stays when nothing could be read.
    pub(crate) fn read(&mut self, listing: Listing) {
        self.is_read = true;
        self.remark = listing.remark;
        if self.remark.is_none() || !listing.tickets.is_empty() {
            self.all = listing.tickets;
        }
    }

    /// The tickets that the filter lets through.
    pub(crate) fn shown(&self) -> Vec<&Listed> {
        let word = self.filter.trim().to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&word);
        (self.all.iter())
            .filter(|row| {
                has(row.id.as_str()) || has(&row.title) || has(&view::status_name(row.status))
            })
            .collect()
    }

    /// The line of the cursor among those shown.
    pub(crate) fn place(&self) -> usize {
        let shown = self.shown();
        let place = shown
            .iter()
            .position(|row| Some(&row.id) == self.selected.as_ref());
        place.unwrap_or_default()
    }

    /// How many need an answer.
    pub(crate) fn for_you(&self) -> usize {
        self.all.iter().filter(|row| row.is_for_you()).count()
    }

    /// This ticket was read.
    pub(crate) fn mark_read(&mut self, id: &TicketId) {
        for row in self.all.iter_mut().filter(|row| row.id == *id) {
            row.unread = Some(0);
        }
    }

    /// The status of this ticket is known anew.
    pub(crate) fn set_status(&mut self, id: &TicketId, status: TicketStatus) {
        for row in self.all.iter_mut().filter(|row| row.id == *id) {
            row.status = status;
        }
    }

    /// Puts the cursor on this ticket.
    pub(crate) fn select(&mut self, id: &TicketId) {
        self.selected = Some(id.clone());
    }

    fn go(&mut self, place: usize) {
        let shown = self.shown();
        let place = place.min(shown.len().saturating_sub(1));
        let id = shown.get(place).map(|row| row.id.clone());
        self.selected = id;
    }

    /// A key while the list has the focus.
    pub(crate) fn key(&mut self, key: KeyEvent) -> Option<Wish> {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        if self.is_filtering {
            match key.code {
                KeyCode::Esc => {
                    self.filter.clear();
                    self.is_filtering = false;
                }
                KeyCode::Enter => self.is_filtering = false,
                KeyCode::Backspace => {
                    self.filter.pop();
                }
                KeyCode::Char(c) if !control => self.filter.push(c),
                _ => {}
            }
            return None;
        }
        let at = self.place();
        match key.code {
            KeyCode::Esc if !self.filter.is_empty() => self.filter.clear(),
            KeyCode::Esc | KeyCode::Tab => return Some(Wish::Back),
            KeyCode::Char('t') if control => return Some(Wish::Back),
            KeyCode::Char('q') => return Some(Wish::Leave),
            KeyCode::Char('r') => return Some(Wish::Reload),
            KeyCode::Char('?') => return Some(Wish::Help),
            KeyCode::Char('/') => self.is_filtering = true,
            KeyCode::Up | KeyCode::Char('k') => self.go(at.saturating_sub(1)),
            KeyCode::Down | KeyCode::Char('j') => self.go(at + 1),
            KeyCode::PageUp => self.go(at.saturating_sub(PAGE)),
            KeyCode::PageDown => self.go(at + PAGE),
            KeyCode::Home | KeyCode::Char('g') => self.go(0),
            KeyCode::End | KeyCode::Char('G') => self.go(usize::MAX),
            KeyCode::Enter | KeyCode::Right => {
                let row = self.shown().get(at).map(|row| row.id.clone());
                return row.map(Wish::Open);
            }
            _ => {}
        }
        None
    }

    /// Text that was pasted: into the filter, or nowhere.
    pub(crate) fn paste(&mut self, text: &str) {
        if self.is_filtering {
            self.filter.extend(text.chars().filter(|c| !c.is_control()));
        }
    }
}
