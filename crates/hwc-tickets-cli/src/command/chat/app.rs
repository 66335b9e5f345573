//! All of the chat as it stands: the list of tickets, the conversations that were opened, and which of them keys go to. What
//! happens goes in, what is to be done comes out. No input, no output, no clock.

use super::{
    conversation::{self, Conversation},
    tickets::{Listing, Tickets, Wish},
};
use crate::zone::Zone;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use hwc_tickets::TicketId;
use std::path::PathBuf;

/// From so many columns on, the list stands beside the conversation.
const SIDE_BY_SIDE: usize = 90;
/// Columns of the list then.
const LIST: usize = 34;

/// Something that happened.
pub(crate) enum Event {
    Key(KeyEvent),
    Paste(String),
    /// The size of the terminal.
    Size {
        columns: u16,
        rows: u16,
    },
    /// The tickets were read.
    Listed(Listing),
    /// It is time to read them again.
    Stale,
    /// Something in a conversation, by its number.
    Talk(usize, conversation::Event),
    /// Whether the terminal is somebody else's for now.
    Hidden(bool),
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Read the tickets.
    List,
    /// Open a conversation that was not open before: its number.
    Open(usize),
    /// Something for a conversation.
    Talk(usize, conversation::Effect),
    /// Give the terminal to the shell, until that goes on with the chat.
    Suspend,
    /// End.
    Leave,
}

/// What keys go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Focus {
    List,
    Talk,
}

/// Which parts of the screen there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Panes {
    /// Columns of the list.
    pub(crate) list: Option<usize>,
    /// The column where the conversation begins.
    pub(crate) talk: Option<usize>,
}

/// Everything the screen shows.
pub(crate) struct App {
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    pub(crate) focus: Focus,
    pub(crate) list: Tickets,
    pub(crate) shows_help: bool,
    talks: Vec<Conversation>,
    current: Option<usize>,
    shows_list: bool,
    /// Whether leaving a conversation leads to the list.
    begins_with_list: bool,
    is_hidden: bool,
    /// Whether leaving was asked for and awaits a second word.
    is_leaving: bool,
    zone: Zone,
    keeps_unread: bool,
    tail: u64,
    home: Option<PathBuf>,
}

impl App {
    pub(crate) fn new(zone: Zone, columns: u16, rows: u16) -> Self {
        Self {
            columns: columns.into(),
            rows: rows.into(),
            focus: Focus::List,
            list: Tickets::default(),
            shows_help: false,
            talks: Vec::new(),
            current: None,
            shows_list: true,
            begins_with_list: true,
            is_hidden: false,
            is_leaving: false,
            zone,
            keeps_unread: false,
            tail: 0,
            home: None,
        }
    }

    /// Leaves what is shown unread.
    pub(crate) fn keep_unread(mut self, keeps: bool) -> Self {
        self.keeps_unread = keeps;
        self
    }

    /// Begins conversations with so many of the newest messages.
    pub(crate) fn tail(mut self, messages: u64) -> Self {
        self.tail = messages;
        self
    }

    /// With the home directory of the user, for paths that are typed.
    pub(crate) fn home(mut self, home: Option<PathBuf>) -> Self {
        self.home = home;
        self
    }

    /// The beginning: a conversation, or the list.
    pub(crate) fn begin(&mut self, ticket: Option<TicketId>) -> Vec<Effect> {
        match ticket {
            Some(ticket) => {
                self.begins_with_list = false;
                self.shows_list = false;
                self.open(ticket)
            }
            None => vec![Effect::List],
        }
    }

    /// The conversations that were opened, by number.
    pub(crate) fn talks(&self) -> &[Conversation] {
        &self.talks
    }

    /// The same, to be restored.
    pub(crate) fn talk_mut(&mut self, number: usize) -> Option<&mut Conversation> {
        self.talks.get_mut(number)
    }

    /// The conversation that was opened last.
    pub(crate) fn talk(&self) -> Option<&Conversation> {
        self.talks.get(self.current?)
    }

    /// The parts of the screen.
    pub(crate) fn panes(&self) -> Panes {
        let is_wide = self.columns >= SIDE_BY_SIDE;
        match (self.current, self.focus) {
            (None, _) => Panes {
                list: Some(self.columns),
                talk: None,
            },
            (Some(_), _) if self.shows_list && is_wide => Panes {
                list: Some(LIST),
                talk: Some(LIST + 1),
            },
            (Some(_), Focus::List) => Panes {
                list: Some(self.columns),
                talk: None,
            },
            (Some(_), Focus::Talk) => Panes {
                list: None,
                talk: Some(0),
            },
        }
    }

    /// One event; gives what is to be done because of it.
    pub(crate) fn apply(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = match event {
            Event::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
            Event::Key(key) => self.key(key),
            Event::Paste(text) => self.paste(text),
            Event::Size { columns, rows } => {
                self.columns = columns.into();
                self.rows = rows.into();
                Vec::new()
            }
            Event::Listed(listing) => {
                let asked = self.is_leaving.then(|| self.list.remark.take()).flatten();
                self.list.read(listing);
                if asked.is_some() {
                    self.list.remark = asked;
                }
                Vec::new()
            }
            Event::Stale if self.panes().list.is_some() => vec![Effect::List],
            Event::Stale => Vec::new(),
            Event::Talk(number, event) => self.hear(number, event),
            Event::Hidden(is_hidden) => {
                self.is_hidden = is_hidden;
                Vec::new()
            }
        };
        effects.extend(self.fit());
        effects
    }

    /// Something happened in a conversation.
    fn hear(&mut self, number: usize, event: conversation::Event) -> Vec<Effect> {
        let Some(talk) = self.talks.get_mut(number) else {
            return Vec::new();
        };
        match &event {
            conversation::Event::Marked(Ok(())) => self.list.mark_read(&talk.ticket),
            conversation::Event::Status(status) => self.list.set_status(&talk.ticket, *status),
            _ => {}
        }
        let has_ended = matches!(event, conversation::Event::Ended(_));
        let mut effects = talk.apply(event);
        if has_ended && (self.begins_with_list || self.talks.len() > 1) {
            // It says why, and the others go on.
            effects.retain(|effect| *effect != conversation::Effect::Leave);
        }
        self.do_all(number, effects)
    }

    /// What a conversation wants: some of it is done here.
    fn do_all(&mut self, number: usize, wanted: Vec<conversation::Effect>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for effect in wanted {
            match effect {
                conversation::Effect::Help => self.shows_help = true,
                conversation::Effect::Tickets => effects.extend(self.show_list()),
                conversation::Effect::Leave if self.begins_with_list => {
                    effects.extend(self.show_list());
                }
                conversation::Effect::Leave if self.talks.len() > 1 => {
                    effects.extend(self.leave());
                }
                conversation::Effect::Leave => effects.push(Effect::Leave),
                effect => effects.push(Effect::Talk(number, effect)),
            }
        }
        effects
    }

    fn show_list(&mut self) -> Vec<Effect> {
        self.shows_list = true;
        self.focus = Focus::List;
        if let Some(talk) = self.current.and_then(|current| self.talks.get(current)) {
            self.list.select(&talk.ticket);
        }
        vec![Effect::List]
    }

    fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        if control && key.code == KeyCode::Char('c') {
            return vec![Effect::Leave];
        }
        // Else what is typed for the shell would be sent. Alt Gr is Control with Alt on some systems.
        let is_alone = control && !key.modifiers.contains(KeyModifiers::ALT);
        if is_alone && key.code == KeyCode::Char('z') && cfg!(unix) {
            return vec![Effect::Suspend];
        }
        if std::mem::take(&mut self.shows_help) {
            // Somebody who wanted to write it.
            let is_text = key.code == KeyCode::Char('?') && self.focus == Focus::Talk;
            return match is_text {
                true => self.paste("?".to_owned()),
                false => Vec::new(),
            };
        }
        match (self.focus, self.current) {
            (Focus::Talk, Some(current)) => self.hear(current, conversation::Event::Key(key)),
            _ => self.list_key(key),
        }
    }

    fn list_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let wish = self.list.key(key);
        if !matches!(wish, Some(Wish::Back | Wish::Leave)) {
            self.calm();
        }
        match wish {
            Some(Wish::Open(ticket)) => self.open(ticket),
            Some(Wish::Reload) => vec![Effect::List],
            Some(Wish::Help) => {
                self.shows_help = true;
                Vec::new()
            }
            Some(Wish::Back) => match (self.current, key.code) {
                (Some(_), KeyCode::Esc) if self.begins_with_list => self.leave(),
                (Some(_), _) => {
                    self.focus = Focus::Talk;
                    // What was not there at the beginning goes again.
                    self.shows_list = self.begins_with_list;
                    Vec::new()
                }
                (None, KeyCode::Esc) => self.leave(),
                (None, _) => Vec::new(),
            },
            Some(Wish::Leave) => self.leave(),
            None => Vec::new(),
        }
    }

    /// The question of leaving was answered by something else.
    fn calm(&mut self) {
        if std::mem::take(&mut self.is_leaving) {
            self.list.remark = None;
        }
    }

    /// Leaves at once when nothing is on its way, else at the second word. Texts are kept.
    fn leave(&mut self) -> Vec<Effect> {
        let is_busy = self.talks.iter().any(Conversation::is_busy);
        if !is_busy || self.is_leaving {
            return vec![Effect::Leave];
        }
        self.is_leaving = true;
        let what = "A message is still on its way. The same key again leaves.";
        self.list.remark = Some(what.to_owned());
        self.shows_list = true;
        self.focus = Focus::List;
        Vec::new()
    }

    fn paste(&mut self, text: String) -> Vec<Effect> {
        match (self.focus, self.current) {
            (Focus::Talk, Some(current)) => self.hear(current, conversation::Event::Paste(text)),
            _ => {
                self.list.paste(&text);
                Vec::new()
            }
        }
    }

    fn open(&mut self, ticket: TicketId) -> Vec<Effect> {
        self.list.select(&ticket);
        self.focus = Focus::Talk;
        let known = self.talks.iter().position(|talk| talk.ticket == ticket);
        let effects = match known {
            Some(_) => Vec::new(),
            None => vec![Effect::Open(self.talks.len())],
        };
        self.current = Some(known.unwrap_or(self.talks.len()));
        if known.is_none() {
            let (columns, rows) = (small(self.columns), small(self.rows));
            let talk = Conversation::new(ticket, self.zone, columns, rows)
                .keep_unread(self.keeps_unread)
                .tail(self.tail)
                .home(self.home.clone());
            self.talks.push(talk);
        }
        effects.into_iter().chain(self.fit()).collect()
    }

    /// Tells the conversations how much of the screen is theirs, and which of them can be seen.
    fn fit(&mut self) -> Vec<Effect> {
        let panes = self.panes();
        let columns = self.columns.saturating_sub(panes.talk.unwrap_or_default());
        let is_covered = self.is_hidden || self.shows_help || panes.talk.is_none();
        let mut wanted = Vec::new();
        for (number, talk) in self.talks.iter_mut().enumerate() {
            talk.is_covered = is_covered || self.current != Some(number);
            let size = conversation::Event::Size {
                columns: small(columns),
                rows: small(self.rows),
            };
            wanted.push((number, talk.apply(size)));
        }
        let mut effects = Vec::new();
        for (number, talk) in wanted {
            effects.extend(self.do_all(number, talk));
        }
        effects
    }
}

fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}
