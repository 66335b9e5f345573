//! `hwc-tickets chat`: the conversation on one screen. The loop here is the only part with input and output; what
//! happens is decided in `conversation`, and how it looks in `layout` and `screen`.

mod conversation;
mod draft;
mod older;
mod screen;
mod terminal;
#[cfg(test)]
mod tests;

use crate::{
    cli::{Form, Span, chat::Chat, message},
    clock,
    context::{Context, interrupt, ticket_id},
    exit::Exit,
    failure::Failure,
    render::{self, Screen},
};
use conversation::{Conversation, Delivery as Progress, Effect, Event, Fate, Own, Secret};
use crossterm::event::{Event as Input, EventStream};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use hwc_core::file::shell_quoted;
use hwc_tickets::{Client, Delivery, Outcome, Pending, Receipt, TicketId, follow, follow::Events};
use older::Reader;
use std::{
    collections::HashMap, future::Future, future::IntoFuture as _, io, path::Path, pin::Pin,
    time::Duration,
};
use terminal::Terminal;

/// How often the status of the ticket is asked for.
const STATUS_EVERY: Duration = Duration::from_secs(20);
/// Longest wait between two looks for new messages, as a multiple of the shortest.
const LONGEST: u32 = 5;
/// So long after the next try, trouble that did not come again is over.
const CALM_AFTER: Duration = Duration::from_secs(10);

/// Longest time to find out what became of a message: absence takes two reads some seconds apart.
const LOOK: Duration = Duration::from_secs(30);

/// What became of a message.
struct Told {
    number: usize,
    fate: Fate,
    /// The record of a message in doubt.
    pending: Option<Pending>,
}

/// What was done in the background.
enum Done {
    Told(Box<Told>),
    /// Older messages were read; there may be more where they came from.
    Older(Option<Reader>, Event),
    Marked(Event),
}

type Work = Pin<Box<dyn Future<Output = Done>>>;

pub(crate) async fn run(args: Chat, context: &Context) -> Result<(), Failure> {
    let ticket = ticket_id(&args.ticket)?;
    if !terminal::is_there() || context.screen.form() != Form::Table {
        return super::follow::run_until_input_ends(plain(args), context).await;
    }
    let client = context.client_with(context.pending_files.clone())?;
    let Span(shortest) = args.interval;
    let events = client
        .follow([ticket.clone()])
        .tail(args.tail)
        .interval(shortest, shortest.saturating_mul(LONGEST))
        .status_events(STATUS_EVERY)
        .stream();
    let coloured = render::is_coloured();
    let terminal = Terminal::take().map_err(unusable)?;
    let (columns, rows) = terminal.size().map_err(unusable)?;
    let zone = context.settings.time_zone.value;
    let mut session = Session {
        context,
        client,
        ticket: ticket.clone(),
        terminal,
        coloured,
        conversation: Conversation::new(ticket, zone, columns, rows).keep_unread(args.keep_unread),
        work: FuturesUnordered::new(),
        in_doubt: HashMap::new(),
        older: None,
        calm_in: None,
        ended: None,
    };
    let outcome = session.run(events).await;
    session.leave(outcome)
}

/// The same without a screen.
fn plain(args: Chat) -> message::Follow {
    message::Follow {
        ticket: vec![args.ticket],
        since: None,
        tail: Some(args.tail),
        cursor: None,
        skip_own: false,
        until_status: None,
        interval: args.interval,
        duration: None,
        exec: None,
        notify: None,
        exec_timeout: Span(message::EXEC_TIMEOUT),
        bell: false,
        notify_terminal: None,
    }
}

struct Session<'a> {
    context: &'a Context,
    client: Client,
    ticket: TicketId,
    terminal: Terminal,
    coloured: bool,
    conversation: Conversation,
    /// What is being sent or found out.
    work: FuturesUnordered<Work>,
    /// Records of messages in doubt, by number.
    in_doubt: HashMap<usize, Pending>,
    /// Where older messages come from.
    older: Option<Reader>,
    /// When trouble counts as over.
    calm_in: Option<Pin<Box<dyn Future<Output = ()>>>>,
    /// Why following ended.
    ended: Option<Failure>,
}

impl Session<'_> {
    /// Until somebody leaves.
    async fn run(&mut self, mut events: Events) -> Result<(), Failure> {
        let mut keys = EventStream::new();
        // Ctrl-C on the keyboard comes as a key.
        let mut told_to_end = Box::pin(interrupt());
        let mut is_following = true;
        loop {
            let (conversation, coloured) = (&self.conversation, self.coloured);
            self.terminal
                .draw(|frame| screen::draw(frame, conversation, coloured))
                .map_err(unusable)?;
            let event = tokio::select! {
                () = &mut told_to_end => return Err(Failure::Interrupted { what: None }),
                input = keys.next() => match input {
                    Some(Ok(input)) => typed(input),
                    Some(Err(error)) => return Err(unusable(error)),
                    None => return Ok(()),
                },
                event = events.next(), if is_following => match event {
                    Some(event) => self.happened(event),
                    None => {
                        is_following = false;
                        None
                    }
                },
                Some(done) = self.work.next(), if !self.work.is_empty() => Some(self.done(done)),
                () = calm(&mut self.calm_in) => {
                    self.calm_in = None;
                    Some(Event::Calm)
                }
            };
            let effects = event.map(|event| self.conversation.apply(event));
            for effect in effects.into_iter().flatten() {
                match effect {
                    Effect::Send { number, text } => self.send(number, text),
                    Effect::Look { number } => self.look(number),
                    Effect::Older => self.read_older(),
                    Effect::MarkRead => self.mark_read(),
                    Effect::Leave => return Ok(()),
                }
            }
        }
    }

    /// What following tells.
    fn happened(&mut self, event: follow::Event) -> Option<Event> {
        match event {
            follow::Event::Message { message, .. } => Some(Event::Message(message)),
            follow::Event::Status { status, .. } => Some(Event::Status(status)),
            follow::Event::Checkpoint(_) => Some(Event::Loaded),
            follow::Event::Undecodable(item) => Some(Event::Trouble(format!(
                "A message could not be read: {}",
                item.reason
            ))),
            follow::Event::PossibleGap { .. } => Some(Event::Trouble(
                "An older message may be missing.".to_owned(),
            )),
            follow::Event::Degraded { error, next_try } => {
                let wait = Span(Duration::from_secs(next_try.as_secs().max(1)));
                self.calm_in = Some(Box::pin(clock::sleep(next_try.saturating_add(CALM_AFTER))));
                Some(Event::Trouble(format!("{error}; trying again in {wait}")))
            }
            follow::Event::TicketLost { error, .. } | follow::Event::Fatal(error) => {
                let why = format!("No more messages come: {error}. Esc leaves.");
                self.ended = Some(error.into());
                Some(Event::Ended(why))
            }
            _ => None,
        }
    }

    /// What came out of the work in the background.
    fn done(&mut self, done: Done) -> Event {
        match done {
            Done::Told(told) => {
                if let Some(pending) = told.pending {
                    self.in_doubt.insert(told.number, pending);
                }
                Event::Settled {
                    number: told.number,
                    fate: told.fate,
                }
            }
            Done::Older(reader, event) => {
                self.older = reader;
                event
            }
            Done::Marked(event) => event,
        }
    }

    /// Reads messages that stand before those on the screen.
    fn read_older(&mut self) {
        let reader = match self.older.take() {
            Some(reader) => Ok(reader),
            None => self
                .client
                .ticket(self.ticket.clone())
                .map(|ticket| Reader::new(&ticket, &self.conversation)),
        };
        self.work.push(Box::pin(async move {
            match reader {
                Ok(reader) => {
                    let (reader, event) = reader.page().await;
                    Done::Older(reader, event)
                }
                Err(error) => Done::Older(None, Event::OlderFailed(error.to_string())),
            }
        }));
    }

    fn mark_read(&mut self) {
        let ticket = self.client.ticket(self.ticket.clone());
        self.work.push(Box::pin(async move {
            let marked = match ticket {
                Ok(ticket) => ticket.mark_read().await,
                Err(error) => Err(error),
            };
            Done::Marked(Event::Marked(marked.map_err(|error| error.to_string())))
        }));
    }

    fn send(&mut self, number: usize, text: Secret) {
        let submit = match self.client.ticket(self.ticket.clone()) {
            Ok(ticket) => ticket.submit(text.0).into_future(),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        };
        let files = self.context.pending_files.clone();
        self.work.push(Box::pin(async move {
            let mut pending = None;
            let fate = match submit.await {
                Ok(sent) => match sent.receipt {
                    Receipt::Confirmed(message) => Fate::Confirmed(message),
                    _ => Fate::Accepted,
                },
                Err(error) if error.delivery() == Delivery::Unknown => {
                    pending = error.pending().cloned();
                    let file = pending
                        .as_ref()
                        .map(|pending| files.hand_over(pending.id()));
                    Fate::Unknown { file }
                }
                Err(error) => failed(&error.into()),
            };
            Done::Told(Box::new(Told {
                number,
                fate,
                pending,
            }))
        }));
    }

    /// Asks the ticket what became of a message in doubt.
    fn look(&mut self, number: usize) {
        let Some(pending) = self.in_doubt.get(&number).cloned() else {
            return;
        };
        let client = self.client.clone();
        let file = self.context.pending_files.path(pending.id());
        self.work.push(Box::pin(async move {
            let fate = match client.reconcile_within(&pending, LOOK).await {
                Ok(Outcome::Confirmed(message)) => Fate::Confirmed(message),
                Ok(Outcome::Absent) => Fate::Failed {
                    reason: "It is not in the ticket.".to_owned(),
                    exit: Exit::Failure,
                },
                _ => Fate::Unknown { file: Some(file) },
            };
            Done::Told(Box::new(Told {
                number,
                fate,
                pending: None,
            }))
        }));
    }

    /// Gives the terminal back, and says what stays behind.
    fn leave(self, outcome: Result<(), Failure>) -> Result<(), Failure> {
        let Self {
            context,
            terminal,
            conversation,
            ended,
            ..
        } = self;
        drop(terminal);
        let screen = &context.screen;
        let lost = conversation.lost();
        // What failed was given back to be sent again; it is told below.
        let is_lost = |text: &str| lost.iter().any(|own| own.text == text);
        if !conversation.draft.is_blank() && !is_lost(conversation.draft.text()) {
            screen.warn(&format!(
                "the text being written was not sent ({} characters)",
                conversation.draft.characters()
            ));
        }
        let files: Vec<String> = context
            .pending_files
            .hand_over_all()
            .iter()
            .map(|file| shell_quoted(file))
            .collect();
        let lost = not_arrived(&lost, &conversation.ticket, screen);
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
                context.warn_of_unreadable_records();
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
}

/// Messages that are left behind and did not reach the ticket: their texts are nowhere else.
fn not_arrived(lost: &[&Own], ticket: &TicketId, screen: &Screen) -> Option<Failure> {
    let what = match lost {
        [] => return None,
        [own] => format!("1 message did not reach the ticket: {}", own.text),
        several => {
            for own in several {
                screen.warn(&format!("did not reach the ticket: {}", own.text));
            }
            format!("{} messages did not reach the ticket", several.len())
        }
    };
    let exit = lost.iter().find_map(|own| match own.delivery {
        Progress::Failed { exit, .. } => Some(exit),
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

/// What the terminal tells.
fn typed(input: Input) -> Option<Event> {
    match input {
        Input::Key(key) => Some(Event::Key(key)),
        Input::Paste(text) => Some(Event::Paste(text)),
        Input::Resize(columns, rows) => Some(Event::Size { columns, rows }),
        _ => None,
    }
}

/// Why a message is not in the ticket, on one line.
fn failed(failure: &Failure) -> Fate {
    let told = failure.told(false).unwrap_or_default();
    let id = told
        .facts
        .iter()
        .find(|(name, _)| *name == "request id")
        .map(|(_, id)| format!(" (request id {id})"))
        .unwrap_or_default();
    Fate::Failed {
        reason: format!("{}{id}", told.what),
        exit: failure.exit(),
    }
}

async fn calm(timer: &mut Option<Pin<Box<dyn Future<Output = ()>>>>) {
    match timer {
        Some(timer) => timer.await,
        None => std::future::pending().await,
    }
}

fn unusable(error: io::Error) -> Failure {
    Failure::own(
        Exit::Failure,
        format!("the terminal cannot be used: {error}"),
        "Use `hwc-tickets message follow` and `hwc-tickets message send` instead.",
    )
}
