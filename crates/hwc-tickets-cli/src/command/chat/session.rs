//! The loop of the chat, the only part with input and output: what happens is decided in `app` and `conversation`, and how it
//! looks in `screen`.

use super::super::age;
use super::{
    app::{self, App},
    conversation::{self, Event as Talk},
    leave::{Left, keep, put_back},
    older::Reader,
    screen,
    terminal::Terminal,
    work::{self, Done, Letter, Work},
};
use crate::{
    cli::Span,
    context::{Context, interrupt},
    drafts::Drafts,
    editor::{self, NotEdited},
    exit::Exit,
    failure::Failure,
    input,
};
use crossterm::event::{Event as Input, EventStream};
use futures_util::{
    Stream, StreamExt as _,
    stream::{self, FuturesUnordered, SelectAll},
};
use hwc_tickets::{Client, ErrorKind, Pending, TicketId, follow};
use std::{collections::HashMap, future::ready, io, path::PathBuf, pin::Pin, time::Duration};

/// How often the status of a ticket is asked for.
const STATUS_EVERY: Duration = Duration::from_secs(20);
/// Longest wait between two looks for new messages, as a multiple of the shortest.
const LONGEST: u32 = 5;
/// So long after the next try, trouble that did not come again is over.
const CALM_AFTER: Duration = Duration::from_secs(10);
/// How often the list of tickets is read again while it is in sight.
const LIST_EVERY: Duration = Duration::from_secs(60);
/// So long after the first change, what was written is kept.
const KEEP_AFTER: Duration = Duration::from_secs(1);

/// How tickets are followed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub(super) tail: u64,
    pub(super) shortest: Duration,
    pub(super) keeps_unread: bool,
}

/// Something of a followed ticket, with the number of its conversation.
type Followed = Pin<Box<dyn Stream<Item = Told>>>;

struct Told {
    talk: usize,
    event: follow::Event,
    /// The clock of this machine counted for what was there at the beginning, which was not told yet.
    local_clock: bool,
}

pub(super) struct Session<'a> {
    context: &'a Context,
    client: Client,
    terminal: Terminal,
    coloured: bool,
    app: App,
    pace: Pace,
    /// `None` while another program has the terminal.
    keys: Option<EventStream>,
    followed: SelectAll<Followed>,
    /// What is being sent, read or waited for.
    work: FuturesUnordered<Work>,
    /// Records of messages in doubt, by conversation and number.
    in_doubt: HashMap<(usize, usize), Pending>,
    /// Where older messages come from.
    older: HashMap<usize, Reader>,
    drafts: Drafts,
    /// Whether what was written is going to be kept.
    is_keeping: bool,
    is_listing: bool,
    /// Whether the list is going to be read again.
    is_growing_stale: bool,
    /// How often each conversation was in trouble.
    troubles: HashMap<usize, u64>,
    /// Why following the one ticket ended.
    ended: Option<Failure>,
    /// The ticket that was named.
    named: Option<TicketId>,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        context: &'a Context,
        client: Client,
        terminal: Terminal,
        app: App,
        pace: Pace,
    ) -> Self {
        Self {
            context,
            client,
            terminal,
            coloured: crate::render::is_coloured(),
            app,
            pace,
            keys: Some(EventStream::new()),
            followed: SelectAll::new(),
            work: FuturesUnordered::new(),
            in_doubt: HashMap::new(),
            older: HashMap::new(),
            drafts: Drafts::new(context.settings.places.drafts.as_deref()),
            is_keeping: false,
            is_listing: false,
            is_growing_stale: false,
            troubles: HashMap::new(),
            ended: None,
            named: None,
        }
    }

    /// Until somebody leaves.
    pub(super) async fn run(&mut self, ticket: Option<TicketId>) -> Result<(), Failure> {
        self.named = ticket.clone();
        let effects = self.app.begin(ticket);
        if self.carry_out(effects)? {
            return Ok(());
        }
        // Ctrl-C on the keyboard comes as a key.
        let mut told_to_end = Box::pin(interrupt());
        loop {
            if self.keys.is_some() {
                let (app, coloured) = (&self.app, self.coloured);
                self.terminal
                    .draw(|frame| screen::draw(frame, app, coloured))
                    .map_err(unusable)?;
            }
            let event = tokio::select! {
                () = &mut told_to_end => return Err(Failure::Interrupted { what: None }),
                input = key(&mut self.keys) => match input {
                    Some(Ok(input)) => typed(input),
                    Some(Err(error)) => return Err(unusable(error)),
                    None => return Ok(()),
                },
                Some(told) = self.followed.next(), if !self.followed.is_empty() => {
                    let talk = told.talk;
                    if told.local_clock {
                        self.tell_clock(talk);
                    }
                    let event = self.happened(talk, told.event);
                    event.map(|event| app::Event::Talk(talk, event))
                }
                Some(done) = self.work.next(), if !self.work.is_empty() => self.done(done)?,
            };
            let Some(event) = event else { continue };
            let effects = self.app.apply(event);
            if self.carry_out(effects)? {
                return Ok(());
            }
            self.keep_soon();
        }
    }

    /// What is to be done. Gives whether that is to leave.
    fn carry_out(&mut self, effects: Vec<app::Effect>) -> Result<bool, Failure> {
        for effect in effects {
            match effect {
                app::Effect::List => self.list(),
                app::Effect::Open(talk) => self.open(talk),
                app::Effect::Talk(talk, effect) => {
                    let ticket = self.app.talks().get(talk);
                    if let Some(ticket) = ticket.map(|talk| talk.ticket.clone()) {
                        self.serve(talk, ticket, effect)?;
                    }
                }
                app::Effect::Suspend => self.suspend()?,
                app::Effect::Leave => return Ok(true),
            }
        }
        Ok(false)
    }

    fn list(&mut self) {
        if !std::mem::replace(&mut self.is_listing, true) {
            self.work.push(Box::pin(work::list(self.client.clone())));
        }
    }

    /// A conversation begins: its ticket is followed, and what was kept of it comes back.
    fn open(&mut self, number: usize) {
        let Some(talk) = self.app.talk_mut(number) else {
            return;
        };
        let ticket = talk.ticket.clone();
        let is_in_doubt = self.context.pending_files.entries().is_ok_and(|entries| {
            entries.iter().any(|entry| {
                let of_it = (entry.pending.as_ref()).is_ok_and(|known| *known.ticket() == ticket);
                of_it && !entry.under_way
            })
        });
        let texts = self.drafts.in_doubt(&ticket);
        match self.drafts.resume(&ticket) {
            Ok(text) => talk.restore(text, is_in_doubt.then_some(texts.as_slice())),
            Err(error) => talk.notice = Some(format!("What was kept is left alone: {error}")),
        }
        let Pace {
            tail,
            shortest,
            keeps_unread,
        } = self.pace;
        let events = self
            .client
            .follow([ticket.clone()])
            .tail(tail)
            .interval(shortest, shortest.saturating_mul(LONGEST))
            .status_events(STATUS_EVERY)
            .stream();
        let followed = stream::unfold((events, false), move |(mut events, was_used)| async move {
            let event = events.next().await?;
            let is_used = events.used_local_clock();
            let told = Told {
                talk: number,
                event,
                local_clock: is_used && !was_used,
            };
            Some((told, (events, is_used)))
        });
        self.followed.push(Box::pin(followed));
        if !keeps_unread {
            let counted = work::count(self.client.clone(), ticket, number);
            self.work.push(Box::pin(counted));
        }
    }

    /// What a conversation wants.
    fn serve(
        &mut self,
        talk: usize,
        ticket: TicketId,
        effect: conversation::Effect,
    ) -> Result<(), Failure> {
        use conversation::Effect;
        let client = self.client.clone();
        let work: Work = match effect {
            Effect::Send {
                number,
                text,
                files,
            } => {
                // On the disk before it goes out: whatever ends this run, the text is somewhere.
                self.keep();
                let letter = Letter {
                    talk,
                    number,
                    text,
                    files,
                };
                let records = self.context.pending_files.clone();
                Box::pin(work::send(client, ticket, letter, records))
            }
            Effect::Look { number } => {
                let Some(pending) = self.in_doubt.get(&(talk, number)).cloned() else {
                    return Ok(());
                };
                let file = self.context.pending_files.path(pending.id());
                Box::pin(work::look(client, pending, file, (talk, number)))
            }
            Effect::Older => {
                let reader = match (self.older.remove(&talk), self.app.talks().get(talk)) {
                    (Some(reader), _) => Ok(reader),
                    (None, Some(shown)) => client
                        .ticket(ticket)
                        .map(|ticket| Reader::new(&ticket, shown)),
                    (None, None) => return Ok(()),
                };
                Box::pin(work::older(reader, talk))
            }
            Effect::MarkRead => Box::pin(work::mark_read(client, ticket, talk)),
            Effect::Save { file, directory } => Box::pin(work::save(client, file, directory, talk)),
            Effect::Attach { path } => {
                let looked_at = look_at(path);
                Box::pin(async move { Done::Talk(talk, Talk::Attached(looked_at)) })
            }
            Effect::Edit => return self.edit(talk, &ticket),
            // The rest is done before it comes here.
            Effect::Help | Effect::Tickets | Effect::Leave => return Ok(()),
        };
        self.work.push(work);
        Ok(())
    }

    /// Gives the text and the terminal to the editor. Messages go on to be sent and read meanwhile.
    fn edit(&mut self, number: usize, ticket: &TicketId) -> Result<(), Failure> {
        let Some(talk) = self.app.talk_mut(number) else {
            return Ok(());
        };
        let text = talk.draft.text().to_owned();
        let path = match self.drafts.lend(ticket, &text) {
            Ok(Some(path)) => path,
            Ok(None) => {
                talk.notice = Some("There is no place for the text: set HOME.".to_owned());
                return Ok(());
            }
            Err(error) => {
                talk.notice = Some(format!("The text cannot be given to an editor: {error}"));
                return Ok(());
            }
        };
        self.leave_keys();
        self.terminal.lend();
        let effects = self.app.apply(app::Event::Hidden(true));
        self.work.push(Box::pin(async move {
            Done::Edited(number, editor::open(&path).await)
        }));
        self.carry_out(effects).map(|_| ())
    }

    /// The editor has ended.
    fn edited(
        &mut self,
        number: usize,
        outcome: Result<(), NotEdited>,
    ) -> Result<app::Event, Failure> {
        // Before the text is this program's to write again.
        let ticket = self.app.talks().get(number);
        let ticket = ticket.map(|talk| talk.ticket.clone());
        let text = match (outcome, ticket) {
            (Ok(()), Some(ticket)) => {
                (self.drafts.edited(&ticket)).map_err(|error| error.to_string())
            }
            (Err(why), Some(ticket)) => Err(match self.drafts.abandon(&ticket) {
                Some(path) => format!(
                    "Here the text is as it was: {why}. What it wrote is kept in {}.",
                    path.display()
                ),
                None => format!("The text is as it was: {why}."),
            }),
            (_, None) => Err(String::new()),
        };
        // Editors end every file with a line break.
        let text = text.map(|text| text.trim_end_matches(['\n', '\r']).to_owned());
        self.take_back()?;
        Ok(app::Event::Talk(number, Talk::Edited(text)))
    }

    /// Stops with all that runs beside the chat, until the shell goes on with it.
    fn suspend(&mut self) -> Result<(), Failure> {
        // It may never go on.
        self.keep();
        self.leave_keys();
        self.terminal.suspend();
        self.take_back()
    }

    /// Reads no keys any more, until [`Self::take_back`].
    fn leave_keys(&mut self) {
        self.keys = None;
        // The stream wakes its reader to end it. Where that one does not wait just now, the call is still there when keys are read again, and
        // hides what was typed meanwhile until the next key: it is heard here.
        let _ = crossterm::event::poll(Duration::ZERO);
    }

    /// Another program had the terminal.
    fn take_back(&mut self) -> Result<(), Failure> {
        self.terminal.take_back().map_err(unusable)?;
        self.keys = Some(EventStream::new());
        // It may have another size by now.
        let (columns, rows) = self.terminal.size().map_err(unusable)?;
        for event in [
            app::Event::Size { columns, rows },
            app::Event::Hidden(false),
        ] {
            let effects = self.app.apply(event);
            self.carry_out(effects)?;
        }
        Ok(())
    }

    /// Says that a clock counted that nothing proves: the ticket may hold messages that are not on the screen.
    fn tell_clock(&mut self, talk: usize) {
        let told = Talk::Trouble(age::untold_in_words(self.context));
        self.work.push(Box::pin(ready(Done::Talk(talk, told))));
    }

    /// What following tells.
    fn happened(&mut self, talk: usize, event: follow::Event) -> Option<Talk> {
        match event {
            follow::Event::Message { message, .. } => Some(Talk::Message(message)),
            follow::Event::Status { status, .. } => Some(Talk::Status(status)),
            follow::Event::Checkpoint(_) => Some(Talk::Loaded),
            follow::Event::Undecodable(item) => Some(Talk::Trouble(format!(
                "A message could not be read: {}",
                item.reason
            ))),
            follow::Event::PossibleGap { .. } => {
                Some(Talk::Trouble("An older message may be missing.".to_owned()))
            }
            follow::Event::Degraded { error, next_try } => {
                let wait = Span(Duration::from_secs(next_try.as_secs().max(1)));
                let troubles = self.troubles.entry(talk).or_default();
                *troubles += 1;
                let calm = Done::Calm(talk, *troubles);
                let after = next_try.saturating_add(CALM_AFTER);
                self.work.push(Box::pin(work::later(after, calm)));
                // What is not asked for again is the status, by whoever may not read it.
                Some(Talk::Trouble(
                    match next_try.is_zero() && error.kind() == ErrorKind::Forbidden {
                        true => error.to_string(),
                        false => format!("{error}; trying again in {wait}"),
                    },
                ))
            }
            follow::Event::TicketLost { error, .. } | follow::Event::Fatal(error) => {
                let why = format!("No more messages come: {error}. Esc leaves.");
                if self.named.is_some() && talk == 0 {
                    self.ended = Some(error.into());
                }
                Some(Talk::Ended(why))
            }
            _ => None,
        }
    }

    /// What came out of the work in the background.
    fn done(&mut self, done: Done) -> Result<Option<app::Event>, Failure> {
        Ok(Some(match done {
            Done::Talk(talk, event) => app::Event::Talk(talk, event),
            Done::Told {
                talk,
                number,
                fate,
                pending,
            } => {
                if let Some(pending) = pending {
                    self.in_doubt.insert((talk, number), *pending);
                }
                app::Event::Talk(talk, Talk::Settled { number, fate })
            }
            Done::Older {
                talk,
                reader,
                event,
            } => {
                if let Some(reader) = reader {
                    self.older.insert(talk, reader);
                }
                app::Event::Talk(talk, event)
            }
            Done::Listed(listing) => {
                self.is_listing = false;
                let ids = listing.tickets.iter().map(|ticket| ticket.id.as_str());
                self.context.remember(ids);
                if !std::mem::replace(&mut self.is_growing_stale, true) {
                    let stale = work::later(LIST_EVERY, Done::Stale);
                    self.work.push(Box::pin(stale));
                }
                app::Event::Listed(listing)
            }
            Done::Edited(talk, outcome) => self.edited(talk, outcome)?,
            Done::Calm(talk, troubles) => {
                if self.troubles.get(&talk) != Some(&troubles) {
                    return Ok(None);
                }
                app::Event::Talk(talk, Talk::Calm)
            }
            Done::Keep => {
                self.is_keeping = false;
                self.keep();
                return Ok(None);
            }
            Done::Stale => {
                self.is_growing_stale = false;
                app::Event::Stale
            }
        }))
    }

    /// Keeps what was written, a moment after it changed.
    fn keep_soon(&mut self) {
        if !std::mem::replace(&mut self.is_keeping, true) {
            let keep = work::later(KEEP_AFTER, Done::Keep);
            self.work.push(Box::pin(keep));
        }
    }

    /// Keeps what was written.
    fn keep(&mut self) {
        let is_edited = self.keys.is_none();
        for talk in self.app.talks() {
            // It is told when somebody leaves: until then the text is on the screen.
            let _ = keep(&mut self.drafts, talk, is_edited);
        }
    }

    /// Gives the terminal back, and says what stays behind.
    pub(super) fn leave(self, outcome: Result<(), Failure>) -> Result<(), Failure> {
        let is_edited = self.keys.is_none();
        let Self {
            context,
            terminal,
            mut app,
            mut drafts,
            ended,
            ..
        } = self;
        drop(terminal);
        for number in 0..app.talks().len() {
            if let Some(talk) = app.talk_mut(number) {
                put_back(talk, &drafts, is_edited, context);
            }
        }
        let left = Left {
            context,
            talks: app.talks(),
            is_edited,
        };
        left.tell(&mut drafts, outcome, ended)
    }
}

/// A file that is to be sent, looked at before it counts.
fn look_at(path: PathBuf) -> Result<PathBuf, String> {
    match input::enclosure(&path, input::UPLOAD, "`message send --attachment`") {
        Ok(_) => Ok(path),
        Err(unfit) => Err(unfit.to_string()),
    }
}

/// The next thing that the terminal tells, as long as it is ours.
async fn key(keys: &mut Option<EventStream>) -> Option<io::Result<Input>> {
    match keys {
        Some(keys) => keys.next().await,
        None => std::future::pending().await,
    }
}

/// What the terminal tells.
fn typed(input: Input) -> Option<app::Event> {
    match input {
        Input::Key(key) => Some(app::Event::Key(key)),
        Input::Paste(text) => Some(app::Event::Paste(text)),
        Input::Resize(columns, rows) => Some(app::Event::Size { columns, rows }),
        _ => None,
    }
}

pub(super) fn unusable(error: io::Error) -> Failure {
    Failure::own(
        Exit::Failure,
        format!("the terminal cannot be used: {error}"),
        "Use `hwc-tickets message follow` and `hwc-tickets message send` instead.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "files of a test: nothing of them has to last"
    )]
    fn a_file_is_looked_at_before_it_counts() {
        let place = tempfile::tempdir().unwrap();
        for name in ["a b.log", "caf\u{fffd}.log"] {
            std::fs::write(place.path().join(name), "x").unwrap();
        }
        let path = place.path().join("a b.log");
        assert_eq!(look_at(path.clone()), Ok(path));
        // What failed, and what to do about it.
        for (name, flaw, way) in [
            ("caf\u{fffd}.log", "not UTF-8 text", "Rename it"),
            ("absent.log", "does not exist", "can be read"),
            ("", "a directory, not a file", "Name a plain file"),
        ] {
            let told = look_at(place.path().join(name)).unwrap_err();
            for part in [flaw, way] {
                assert!(told.contains(part), "{name:?}: {told}");
            }
        }
    }
}
