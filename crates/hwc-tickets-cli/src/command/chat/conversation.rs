//! The conversation as it stands: what happens goes in, what is to be done comes out. No input, no output, no clock.

mod enclosure;
mod files;
mod keys;
pub(crate) mod layout;
mod own;
mod search;
mod seen;
mod words;

pub(crate) use enclosure::Enclosure;
pub(crate) use own::{Delivery, Fate, Own};

use super::writing::Draft;
use crate::zone::Zone;
use crossterm::event::KeyEvent;
use hwc_tickets::{Attachment, Message, MessageKey, MessageKind, TicketId, TicketStatus};
use layout::Place;
use search::Search;
use seen::Unseen;
use std::path::PathBuf;

/// Most UTF-16 units of a message.
pub(crate) const LIMIT: usize = hwc_tickets::submit::MAX_TEXT_UNITS;

/// Something that happened.
pub(crate) enum Event {
    /// A message is in the ticket.
    Message(Box<Message>),
    /// The status of the ticket, at first and when it changed.
    Status(TicketStatus),
    /// What was there at the beginning is all handed out.
    Loaded,
    /// Something is not as it should be and heals by itself.
    Trouble(String),
    /// It has been quiet since the trouble.
    Calm,
    /// New messages come no more.
    Ended(String),
    /// Messages that stand before those on the screen, the newest first; and whether none is before them.
    Older {
        messages: Vec<Message>,
        is_all: bool,
    },
    /// The same, where it is not proven that none is missing; `is_last`: no others can be had.
    OlderInDoubt {
        messages: Vec<Message>,
        is_last: bool,
    },
    /// They could not be read; they can be asked for again.
    OlderFailed(String),
    /// The ticket is marked as read, or why it is not.
    Marked(Result<(), String>),
    /// How many messages are unread; `None` when that could not be found out.
    Counted(Option<u64>),
    /// A file can be sent, or why not.
    Attached(Result<PathBuf, String>),
    /// A file of the ticket was saved: where, or why not.
    Saved(Result<String, String>),
    /// The text as it came out of the editor, or why it did not.
    Edited(Result<String, String>),
    /// What became of an own message.
    Settled { number: usize, fate: Fate },
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The size of the terminal.
    Size { columns: u16, rows: u16 },
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Send this text, and tell what became of it.
    Send {
        number: usize,
        text: Secret,
        files: Vec<Enclosure>,
    },
    /// Find out what became of a message in doubt.
    Look { number: usize },
    /// Read messages that stand before those on the screen.
    Older,
    /// Mark the ticket as read: all that was unread was shown.
    MarkRead,
    /// Look at a file that is to be sent with the next message.
    Attach { path: PathBuf },
    /// Save a file of the ticket.
    Save {
        file: Attachment,
        directory: PathBuf,
    },
    /// Give the text to the editor.
    Edit,
    /// Show what the keys do.
    Help,
    /// Show the list of tickets.
    Tickets,
    /// End.
    Leave,
}

/// A text on its way; not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} bytes>", self.0.len())
    }
}

/// One message on the screen.
pub(crate) enum Entry {
    /// Read from the ticket.
    Read(Box<Message>),
    /// Written here.
    Own(Own),
}

/// How much is known of the messages before those on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Older {
    /// There may be some.
    Maybe,
    /// They are being read; then the screen moves up by so many lines.
    Coming { lines: usize },
    /// There are none.
    None,
    /// None can be had any more, and one may be missing.
    InDoubt,
}

/// Everything the screen shows.
pub(crate) struct Conversation {
    pub(crate) ticket: TicketId,
    pub(crate) zone: Zone,
    pub(crate) status: Option<TicketStatus>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) draft: Draft,
    /// What stands in the notice line.
    pub(crate) notice: Option<String>,
    /// The trouble that stands there, or stood there last, and what it took the place of.
    trouble: Option<String>,
    covered: Option<String>,
    /// Why new messages come no more.
    pub(crate) ended: Option<String>,
    /// The line at the top of the screen; `None` keeps the newest in sight.
    pub(crate) top: Option<Place>,
    /// Messages that came while older ones were looked at.
    pub(crate) news: usize,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    /// What is looked for.
    pub(crate) search: Option<Search>,
    /// Files that go with the next message.
    pub(crate) enclosed: Vec<Enclosure>,
    /// Files of the ticket, by number.
    files: Vec<Attachment>,
    /// The home directory of the user.
    home: Option<PathBuf>,
    /// Whether something else stands where the conversation would.
    pub(crate) is_covered: bool,
    /// So many of the newest messages are read at the beginning.
    tail: u64,
    is_loaded: bool,
    older: Older,
    /// Whether what was shown is to be left unread.
    keeps_unread: bool,
    unseen: Unseen,
    is_marking: bool,
    /// Whether leaving was asked for and awaits a second word.
    is_leaving: bool,
}

impl Conversation {
    pub(crate) fn new(ticket: TicketId, zone: Zone, columns: u16, rows: u16) -> Self {
        Self {
            ticket,
            zone,
            status: None,
            entries: Vec::new(),
            draft: Draft::default(),
            notice: None,
            trouble: None,
            covered: None,
            ended: None,
            top: None,
            news: 0,
            columns: columns.into(),
            rows: rows.into(),
            search: None,
            enclosed: Vec::new(),
            files: Vec::new(),
            home: None,
            is_covered: false,
            tail: 0,
            is_loaded: false,
            older: Older::Maybe,
            keeps_unread: false,
            unseen: Unseen::default(),
            is_marking: false,
            is_leaving: false,
        }
    }

    /// Leaves what is shown unread.
    pub(crate) fn keep_unread(mut self, keeps: bool) -> Self {
        self.keeps_unread = keeps;
        self
    }

    /// Begins with so many of the newest messages.
    pub(crate) fn tail(mut self, messages: u64) -> Self {
        self.tail = messages;
        self
    }

    /// With the home directory of the user, for paths that are typed.
    pub(crate) fn home(mut self, home: Option<PathBuf>) -> Self {
        self.home = home;
        self
    }

    /// One event; gives what is to be done because of it.
    pub(crate) fn apply(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        match event {
            Event::Message(message) => effects.extend(self.read(message)),
            Event::Status(status) => self.status = Some(status),
            Event::Loaded => {
                self.is_loaded = true;
                self.begin();
            }
            Event::Trouble(what) => {
                self.is_loaded = true;
                if self.trouble.is_none() || self.notice != self.trouble {
                    self.covered = self.notice.take();
                }
                self.notice = Some(what.clone());
                self.trouble = Some(what);
            }
            Event::Calm => {
                // What was said meanwhile stays, and what was there before comes back.
                if self.notice == self.trouble.take() {
                    self.notice = self.covered.take();
                }
                self.covered = None;
            }
            Event::Ended(why) => {
                self.is_loaded = true;
                self.ended = Some(why);
                if !self.is_busy() && self.draft.is_empty() {
                    effects.push(Effect::Leave);
                }
            }
            Event::Older { messages, is_all } => {
                let older = if is_all { Older::None } else { Older::Maybe };
                effects.extend(self.put_before(messages, older));
            }
            Event::OlderInDoubt { messages, is_last } => {
                effects.extend(self.put_doubted(messages, is_last));
            }
            Event::OlderFailed(why) => {
                self.older = Older::Maybe;
                self.notice = Some(format!("Older messages could not be read: {why}"));
            }
            Event::Marked(outcome) => {
                self.is_marking = false;
                if let Err(why) = outcome {
                    self.notice = Some(format!("The ticket could not be marked as read: {why}"));
                }
            }
            Event::Counted(unread) => self.count(unread),
            Event::Attached(outcome) => self.attached(outcome),
            Event::Saved(Ok(what) | Err(what)) => self.notice = Some(what),
            Event::Edited(Ok(text)) => {
                self.draft.set(text);
                self.notice = None;
            }
            Event::Edited(Err(why)) => self.notice = Some(why),
            Event::Settled { number, fate } => effects.extend(self.settle(number, fate)),
            Event::Key(key) => effects.extend(self.key(key)),
            Event::Paste(text) => {
                self.is_leaving = false;
                self.draft.insert(&text);
            }
            Event::Size { columns, rows } => {
                self.columns = columns.into();
                self.rows = rows.into();
            }
        }
        effects.extend(self.send_next());
        self.top = self.top.and_then(|top| layout::kept(self, top));
        if self.top.is_none() {
            self.news = 0;
        }
        effects.extend(self.see());
        effects
    }

    /// Whether messages are on their way, or wait to be.
    pub(crate) fn is_busy(&self) -> bool {
        self.own()
            .any(|own| matches!(own.delivery, Delivery::Waiting | Delivery::Sending))
    }

    /// Messages that did not reach the ticket: those that failed and were not sent again, and those that were not begun
    /// to be sent.
    pub(crate) fn lost(&self) -> Vec<&Own> {
        let all: Vec<&Own> = self.own().collect();
        let is_lost = |(number, own): &(usize, &Own)| match own.delivery {
            Delivery::Waiting => true,
            Delivery::Failed { .. } => {
                let mut later = all.iter().skip(number + 1);
                !later.any(|later| later.text == own.text)
            }
            _ => false,
        };
        let lost = all.iter().copied().enumerate().filter(is_lost);
        lost.map(|(_, own)| own).collect()
    }

    /// What to say instead of the keys: the question of leaving first, then what does not heal.
    pub(crate) fn remark(&self) -> Option<&str> {
        if self.is_leaving {
            return Some(if self.is_busy() {
                "A message is still on its way. Esc again leaves."
            } else {
                "The text was not sent. Esc again leaves; the text is kept."
            });
        }
        let coming =
            matches!(self.older, Older::Coming { .. }).then_some("Reading older messages.");
        self.ended.as_deref().or(self.notice.as_deref()).or(coming)
    }

    /// Asks for older messages when the oldest one is in sight; when they are there, the screen moves up by `lines`.
    fn want_older(&mut self, lines: usize) -> Option<Effect> {
        let top = self.top.unwrap_or_else(|| layout::newest(self));
        if !top.is_first() || !self.is_loaded || self.older != Older::Maybe {
            return None;
        }
        self.older = Older::Coming { lines };
        Some(Effect::Older)
    }

    /// Older messages came: what is in sight stays, and then the screen moves as it was to. `older` is known of those before them.
    fn put_before(&mut self, messages: Vec<Message>, older: Older) -> Option<Effect> {
        let before = messages.len();
        for message in &messages {
            self.number_files(message);
        }
        let read = messages.into_iter().rev();
        let read = read.map(|message| Entry::Read(Box::new(message)));
        let sight = self.top.unwrap_or_else(|| layout::newest(self));
        self.entries.splice(0..0, read);
        let lines = match self.older {
            Older::Coming { lines } => lines,
            _ => 0,
        };
        self.older = older;
        if before > 0 {
            self.top = layout::up(self, sight.behind(before), lines);
        }
        self.unsee_older(before, older == Older::None);
        self.search_behind(before)
    }

    /// The same, where one may be missing among them.
    fn put_doubted(&mut self, messages: Vec<Message>, is_last: bool) -> Option<Effect> {
        self.doubt_older();
        if !is_last {
            // What is read of those before them may still prove that none is.
            return self.put_before(messages, Older::Maybe);
        }
        let effect = self.put_before(messages, Older::InDoubt);
        self.notice = Some("An older message may be missing.".to_owned());
        effect
    }

    /// A message came from the ticket.
    fn read(&mut self, message: Box<Message>) -> Option<Effect> {
        let key = message.key();
        self.number_files(&message);
        if let Some(own) = self.own_mut().find(|own| own.awaits(key)) {
            own.has_come = true;
            return None;
        }
        if let Some((number, own)) = self
            .own_mut()
            .enumerate()
            .find(|(_, own)| own.may_be(&message))
        {
            own.shown = Some(message);
            own.has_come = true;
            match own.delivery {
                Delivery::Accepted => own.delivery = Delivery::Confirmed,
                Delivery::Unknown { .. } => return own.look(number),
                _ => {}
            }
            return None;
        }
        self.put(message);
        None
    }

    /// A message of its own line.
    fn put(&mut self, message: Box<Message>) {
        if message.kind != MessageKind::Customer {
            self.unsee(message.key());
        }
        self.entries.push(Entry::Read(message));
        self.news += 1;
    }

    /// The outcome of an own message is known, or at least more of it.
    fn settle(&mut self, number: usize, fate: Fate) -> Option<Effect> {
        let mut stranger = None;
        let mut effect = None;
        let mut found = None;
        let mut back = None;
        let own = self.own_mut().nth(number)?;
        own.is_looked_for = false;
        match fate {
            Fate::Accepted if own.shown.is_some() => own.delivery = Delivery::Confirmed,
            Fate::Accepted => own.delivery = Delivery::Accepted,
            Fate::Confirmed(message) => {
                own.delivery = Delivery::Confirmed;
                let key = message.key();
                if own.shown.as_ref().map(|shown| shown.key()) != Some(key) {
                    stranger = own.shown.replace(message);
                    own.has_come = false;
                    found = Some(key);
                }
            }
            Fate::Unknown { file } => {
                let is_news = !matches!(own.delivery, Delivery::Unknown { .. });
                own.delivery = Delivery::Unknown { file };
                if is_news && own.shown.is_some() {
                    effect = own.look(number);
                }
            }
            Fate::Failed {
                reason,
                exit,
                uploaded,
            } => {
                own.delivery = Delivery::Failed { reason, exit };
                stranger = own.shown.take();
                let files = enclosure::again(own.files.clone(), uploaded);
                back = Some((own.text.clone(), files));
            }
        }
        if let Some(key) = found {
            self.absorb(number, key);
        }
        if let Some(message) = stranger {
            // It looked like the own one and is another's.
            self.put(message);
        }
        if let Some((text, files)) = back
            && self.draft.is_empty()
            && self.enclosed.is_empty()
        {
            self.draft.set(text);
            self.enclosed = files;
        }
        effect
    }

    /// An own message was read back. If it stands on the screen already as a stranger's, that one goes.
    fn absorb(&mut self, number: usize, key: MessageKey) {
        let Some(place) = self
            .entries
            .iter()
            .rposition(|entry| matches!(entry, Entry::Read(message) if message.key() == key))
        else {
            return;
        };
        self.entries.remove(place);
        if let Some(own) = self.own_mut().nth(number) {
            own.has_come = true;
        }
    }

    /// Begins to send the next message, one at a time and not before the beginning is loaded.
    fn send_next(&mut self) -> Option<Effect> {
        let under_way = self.own().any(|own| own.delivery == Delivery::Sending);
        if under_way || !self.is_loaded {
            return None;
        }
        let newest = self
            .entries
            .iter()
            .filter_map(Entry::message)
            .filter_map(|message| message.created_at.instant())
            .max();
        let (number, own) = self
            .own_mut()
            .enumerate()
            .find(|(_, own)| own.delivery == Delivery::Waiting)?;
        own.delivery = Delivery::Sending;
        own.newest_before = newest;
        Some(Effect::Send {
            number,
            text: Secret(own.text.clone()),
            files: own.files.clone(),
        })
    }

    fn own(&self) -> impl Iterator<Item = &Own> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Own(own) => Some(own),
            Entry::Read(_) => None,
        })
    }

    fn own_mut(&mut self) -> impl Iterator<Item = &mut Own> {
        self.entries.iter_mut().filter_map(|entry| match entry {
            Entry::Own(own) => Some(own),
            Entry::Read(_) => None,
        })
    }
}

impl Entry {
    /// The message as it is in the ticket.
    pub(crate) fn message(&self) -> Option<&Message> {
        match self {
            Self::Read(message) => Some(message),
            Self::Own(own) => own.shown.as_deref(),
        }
    }
}
