//! `hwc-tickets message follow`.

mod hooks;

use super::age;
use crate::{
    cli::{Form, Moment, Span, message::Follow},
    clock,
    context::Context,
    exit::Exit,
    failure::{Failure, ended, error_json},
    input, private_file, render,
    signal::{interrupt, interrupt_again},
    view::{Conversation, Extras, Happened, MessageJson},
};
use hooks::Hooks;
use hwc_tickets::{
    Error, ErrorKind, TicketId, TicketStatus,
    follow::{CursorFile, Event, Events},
};
use serde_json::Map;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    pin::pin,
    time::Duration,
};

/// How often the status of each ticket is asked for, at least, when one is waited for.
const STATUS_EVERY: Duration = Duration::from_secs(30);
/// Longest wait between two polls, as a multiple of the shortest. The status of each ticket is asked for as seldom.
const LONGEST: u32 = 20;
/// What the SDK calls the question for a status.
const READ_STATUS: &str = "read ticket status";

/// Why following ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Interrupted,
    Time,
    Status,
    Failed,
    /// Nobody reads what it prints any more.
    Unread,
    /// Nobody writes to it any more.
    Input,
}

impl End {
    fn name(self) -> &'static str {
        match self {
            Self::Interrupted => "interrupted",
            Self::Time => "time",
            Self::Status => "status",
            Self::Failed => "failed",
            Self::Unread => "unread",
            Self::Input => "input",
        }
    }
}

pub(crate) async fn run(args: Follow, context: &Context) -> Result<(), Failure> {
    follow(args, context, false).await
}

/// The same until standard input ends, and what was asked for is shown.
pub(super) async fn run_until_input_ends(args: Follow, context: &Context) -> Result<(), Failure> {
    follow(args, context, true).await
}

async fn follow(args: Follow, context: &Context, until_input_ends: bool) -> Result<(), Failure> {
    let tickets = BTreeSet::from_iter(input::tickets(&args.ticket)?);
    let mut builder = context.builder()?;
    // Only then the files matter: whoever may not look at them can follow all the same.
    if args.skip_own {
        builder = builder.outbox(context.pending_files.clone());
    }
    let client = context.finish(builder)?;
    let Span(shortest) = args.interval;
    let longest = shortest.saturating_mul(LONGEST);
    let mut follow = client
        .follow(tickets.iter().cloned())
        .interval(shortest, longest)
        .status_events(match args.until_status {
            Some(_) => longest.min(STATUS_EVERY),
            None => longest,
        });
    if let Some(moment) = args.since {
        let zone = context.settings.time_zone.value;
        follow = match moment {
            Moment::Ago(Span(age)) => follow.max_age(age),
            Moment::Instant(_) | Moment::Wall(_) => {
                follow.since(moment.instant(clock::now(), zone))
            }
        };
    }
    if let Some(messages) = args.tail {
        follow = follow.tail(messages);
    }
    let mut stated = BTreeMap::new();
    if let Some(path) = &args.cursor {
        let file = open(path)?;
        if let Some(cursor) = file.cursor() {
            let told = (tickets.iter()).filter_map(|id| Some((id.clone(), cursor.status(id)?)));
            stated.extend(told);
        }
        follow = follow.cursor_file(file);
    }
    if args.skip_own {
        follow = follow.skip_own();
    }
    let hooks = Hooks::begin(&args, &context.screen);
    let shown = begin(context, &tickets)?;
    let mut watch = Watch {
        context,
        shown,
        hooks,
        resumes: args.cursor.is_some(),
        tickets,
        until: args.until_status.map(|status| status.0),
        reached: BTreeSet::new(),
        stated,
        refused: None,
        is_refusal_told: false,
        lost: None,
        trouble: None,
        unsaved: Unsaved::default(),
        is_connected: false,
        is_clock_told: false,
        is_shown: false,
    };
    let outcome = watch
        .run(follow.stream(), args.duration, until_input_ends)
        .await;
    let is_told_to_end = !matches!(
        outcome,
        Ok(End::Time | End::Status | End::Failed | End::Input)
    );
    watch.hooks.finish(is_told_to_end).await;
    watch.end(outcome)
}

/// Opens the file of `--cursor`. What can never be one is a wrong value, as everywhere, and so is one that others can reach.
fn open(path: &Path) -> Result<CursorFile, Failure> {
    CursorFile::open(path).map_err(|error| {
        let is_possible = match path.symlink_metadata() {
            Ok(meta) => meta.is_file(),
            Err(_) => private_file::directory_of(path).is_dir(),
        };
        match is_possible {
            true => match private_file::read(path, true) {
                Err(why @ private_file::Unreadable::Shared { .. }) => {
                    private_file::unreadable(path, &why)
                }
                _ => error.into(),
            },
            false => Failure::usage(
                format!("--cursor: {}", error.summary()),
                "Name a file in an existing directory; the file is created if it does not exist.",
            ),
        }
    })
}

struct Watch<'a> {
    context: &'a Context,
    shown: Conversation<'a>,
    hooks: Hooks,
    /// What comes first is what was missed since the run before.
    resumes: bool,
    tickets: BTreeSet<TicketId>,
    until: Option<TicketStatus>,
    /// Tickets whose status is the one that is waited for.
    reached: BTreeSet<TicketId>,
    /// The status of each ticket that was told last, in this run or the one before: another one is a change.
    stated: BTreeMap<TicketId, TicketStatus>,
    /// Why a status may not be read. Told beside messages: where those may not be read either, that is told.
    refused: Option<Error>,
    is_refusal_told: bool,
    /// The tickets that could not be followed any more, and why not the first of them.
    lost: Option<(Vec<TicketId>, Error)>,
    /// What failed last, and was tried again.
    trouble: Option<Error>,
    unsaved: Unsaved,
    /// Every ticket was heard of.
    is_connected: bool,
    /// It was said that the clock of this machine counted.
    is_clock_told: bool,
    /// What was to be shown at the start stands there, or cannot be had.
    is_shown: bool,
}

/// Whether the place is in the cursor file.
#[derive(Default)]
struct Unsaved {
    error: Option<Error>,
    /// The checkpoint that could not be written is still to come.
    comes: bool,
}

impl Unsaved {
    fn failed(&mut self, error: Error) {
        *self = Self {
            error: Some(error),
            comes: true,
        };
    }

    fn checkpoint(&mut self) {
        if !std::mem::take(&mut self.comes) {
            self.error = None;
        }
    }
}

impl Watch<'_> {
    /// Hands out events until something ends it; then lets the stream save its place.
    async fn run(
        &mut self,
        mut events: Events,
        duration: Option<Span>,
        until_input_ends: bool,
    ) -> Result<End, Failure> {
        let stop = events.stop_handle();
        let mut end = None;
        let mut told = pin!(interrupt());
        let mut again = pin!(interrupt_again());
        let mut gone = pin!(render::reader_gone());
        let mut over = pin!(async {
            match duration {
                Some(Span(duration)) => clock::sleep(duration).await,
                None => std::future::pending().await,
            }
        });
        let mut input = pin!(async {
            match until_input_ends {
                true => input::end(&self.context.screen).await,
                false => std::future::pending().await,
            }
        });
        let mut has_input = true;
        loop {
            if !has_input && self.is_shown && end.is_none() {
                end = Some(End::Input);
                stop.stop();
            }
            let asked = tokio::select! {
                biased;
                () = &mut told, if end.is_none() => Some(End::Interrupted),
                // Pressed again while the place is being saved: end at once.
                () = &mut again => return Ok(End::Interrupted),
                () = &mut gone, if end.is_none() => Some(End::Unread),
                () = &mut over, if end.is_none() => Some(End::Time),
                () = &mut input, if has_input => {
                    has_input = false;
                    None
                }
                event = events.next() => {
                    self.is_connected = events.has_connected();
                    if events.used_local_clock() {
                        self.tell_clock()?;
                    }
                    match event {
                        None => return Ok(end.unwrap_or(End::Failed)),
                        Some(event) => self.take(event)?,
                    }
                }
            };
            if let (Some(asked), None) = (asked, end) {
                end = Some(asked);
                stop.stop();
            }
        }
    }

    /// Says once that a clock counted that nothing proves. It happened in no ticket, so no command is run.
    fn tell_clock(&mut self) -> Result<(), Failure> {
        if std::mem::replace(&mut self.is_clock_told, true) {
            return Ok(());
        }
        age::untold(self.context);
        self.shown.add(&Happened::LocalClock)
    }

    /// Shows it, and hands it on. `is_new` says that it happened just now.
    fn happened(&mut self, event: &Happened<'_>, is_new: bool) -> Result<(), Failure> {
        self.shown.add(event)?;
        self.hooks.tell(event, is_new);
        Ok(())
    }

    /// One event; tells whether it is the end.
    fn take(&mut self, event: Event) -> Result<Option<End>, Failure> {
        let screen = &self.context.screen;
        match event {
            Event::Message { ticket, message } => {
                let message = MessageJson(&message);
                let ticket = &ticket;
                let is_new = self.is_shown || self.resumes;
                self.happened(&Happened::Message { ticket, message }, is_new)?;
            }
            Event::Status { ticket, status, at } => {
                let before = self.stated.insert(ticket.clone(), status);
                let is_change = before.is_some_and(|before| before != status);
                // Whoever waits for one sees where it stands; everybody else knows.
                if is_change || self.until.is_some() {
                    let told = Happened::Status {
                        ticket: &ticket,
                        status,
                        at,
                        seen: clock::now(),
                    };
                    // The first one may come late, and is none either.
                    self.happened(&told, is_change)?;
                }
                if self.until == Some(status) {
                    self.reached.insert(ticket);
                } else {
                    self.reached.remove(&ticket);
                }
                if self.reached == self.tickets {
                    return Ok(Some(End::Status));
                }
            }
            Event::Undecodable(item) => {
                screen.warn(&format!("a message could not be read: {}", item.reason))
            }
            // Not asked for again: it would never be reached.
            Event::Degraded { error, next_try } if is_given_up(&error, next_try) => {
                if self.until.is_some() {
                    return Err(error.into());
                }
                self.refused = Some(error);
                self.tell_refusal();
            }
            // One that is tried again is told when it is given up.
            Event::Degraded { error, .. } if is_refused(&error) => self.trouble = Some(error),
            // Without an answer about messages either, it is told what is wrong with those. Else it comes again.
            Event::Degraded { error, .. } if !self.is_connected && is_of_status(&error) => {
                self.trouble = Some(error);
            }
            Event::Degraded { error, next_try } => {
                let wait = Span(Duration::from_secs(next_try.as_secs().max(1)));
                match next_try {
                    Duration::ZERO => screen.warn(&error.to_string()),
                    _ => screen.warn(&format!("{error}; trying again in {wait}")),
                }
                if error.is_of_cursor() {
                    self.unsaved.failed(error);
                } else {
                    self.trouble = Some(error);
                    self.is_shown = true;
                }
            }
            Event::Checkpoint(cursor) => {
                self.unsaved.checkpoint();
                self.tell_refusal();
                self.is_shown |= self.is_connected && !cursor.is_catching_up();
            }
            Event::PossibleGap { ticket } => {
                screen.warn(&format!(
                    "a message of {ticket} may be missing; look with: hwc-tickets message history {ticket}"
                ));
                let told = Happened::PossibleGap { ticket: &ticket };
                self.happened(&told, self.is_shown)?;
            }
            Event::TicketLost { ticket, error } => {
                screen.warn(&format!("{ticket} is not followed any more: {error}"));
                let told = Happened::TicketLost {
                    ticket: &ticket,
                    error: error_json(&error),
                };
                self.happened(&told, self.is_shown)?;
                self.tickets.remove(&ticket);
                self.reached.remove(&ticket);
                let (lost, _) = self.lost.get_or_insert((Vec::new(), error));
                lost.push(ticket);
                if self.until.is_some() && !self.tickets.is_empty() && self.reached == self.tickets
                {
                    return Ok(Some(End::Status));
                }
            }
            Event::Fatal(error) => {
                return Err(match self.lost.take() {
                    Some(lost) if error.kind() == ErrorKind::NotFound => lost_tickets(lost),
                    _ => error.into(),
                });
            }
            _ => {}
        }
        Ok(None)
    }

    /// Tells, once, that a status may not be read.
    fn tell_refusal(&mut self) {
        if let Some(error) = self.refused.take_if(|_| self.is_connected)
            && !std::mem::replace(&mut self.is_refusal_told, true)
        {
            self.context.screen.warn(&format!(
                "{error}; a status that is refused is not asked for again, messages are"
            ));
        }
    }

    /// Closes the document and tells how it ended.
    fn end(self, outcome: Result<End, Failure>) -> Result<(), Failure> {
        let is_read = !matches!(outcome, Err(Failure::ClosedPipe) | Ok(End::Unread));
        let end = outcome.as_ref().map_or("failed", |end| end.name());
        let result = match outcome {
            Err(failure) => Err(failure),
            Ok(End::Unread) => Err(Failure::ClosedPipe),
            Ok(End::Interrupted) => Err(Failure::Interrupted { what: None }),
            // An end that was asked for is a good one only if nothing was left undone. A status was heard of.
            Ok(end) => match (
                self.lost,
                self.unsaved.error,
                self.is_connected || matches!(end, End::Status),
            ) {
                (Some(lost), ..) => Err(lost_tickets(lost)),
                (None, Some(error), _) => Err(error.into()),
                (None, None, true) => Ok(()),
                (None, None, false) => Err(self.trouble.map_or_else(not_heard_of, Failure::from)),
            },
        };
        if is_read {
            let mut fields = Map::new();
            fields.insert("end".to_owned(), end.into());
            if let Err(failure) = &result
                && !matches!(failure, Failure::Interrupted { .. })
            {
                fields.insert("error".to_owned(), failure.json());
            }
            let told = self.shown.into_list().end(&fields);
            return ended(result, told);
        }
        result
    }
}

/// Whether it is the status of a ticket that could not be read.
fn is_of_status(error: &Error) -> bool {
    error.operation() == Some(READ_STATUS)
}

/// Whether this caller may not read the status.
fn is_refused(error: &Error) -> bool {
    error.kind() == ErrorKind::Forbidden && is_of_status(error)
}

/// The same, and it is not asked for again.
fn is_given_up(error: &Error, next_try: Duration) -> bool {
    next_try.is_zero() && is_refused(error)
}

fn lost_tickets((tickets, error): (Vec<TicketId>, Error)) -> Failure {
    let error = Box::new(error);
    Failure::Lost { tickets, error }
}

fn not_heard_of() -> Failure {
    Failure::own(
        Exit::Network,
        "the service did not answer for every ticket before the end",
        "Allow more time with --for, and check the connection with: hwc-tickets doctor",
    )
}

/// Where events go.
fn begin<'a>(
    context: &'a Context,
    tickets: &BTreeSet<TicketId>,
) -> Result<Conversation<'a>, Failure> {
    let (screen, zone) = (&context.screen, context.settings.time_zone.value);
    let widths = tickets.iter().map(|ticket| ticket.as_str().len());
    // `plain` always has the same fields.
    let several = tickets.len() > 1 || screen.form() == Form::Plain;
    let extras = Extras {
        tickets: several.then(|| widths.max().unwrap_or(0)),
        ..Extras::default()
    };
    Conversation::begin(screen, &Map::new(), "events", zone, extras)
}
