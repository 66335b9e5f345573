//! What is done about events besides printing them: commands of the user are run, the terminal is made to call.
//!
//! Following never waits for a command: events stand in a queue that has an end, a run has a time limit, and what fails,
//! takes too long or is left out is told.

use crate::{
    cli::{
        Span, Words,
        message::{Follow, Sequence},
    },
    clock, program,
    render::{Screen, json},
    signal::{interrupt, interrupt_again},
    view::{Happened, side, status_name},
};
use std::{
    io,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{io::AsyncWriteExt as _, process::Child, sync::mpsc, task::JoinHandle};

/// So many events may wait for a command.
const QUEUE: usize = 64;
/// So long is waited for what is still to be done when following ends.
const LAST: Duration = Duration::from_secs(10);
/// The same when the program is told to end: less than that may take as a whole.
const LAST_WHEN_TOLD: Duration = Duration::from_secs(2);
/// What a notification is headed with.
const TITLE: &str = "hwc-tickets";

/// Everything that is done about events.
pub(super) struct Hooks {
    exec: Option<Hook>,
    notify: Option<Hook>,
    bell: bool,
    terminal: Option<Sequence>,
    screen: Screen,
}

impl Hooks {
    pub(super) fn begin(args: &Follow, screen: &Screen) -> Self {
        let Span(limit) = args.exec_timeout;
        let hook = |option, words: &Option<Words>| {
            let words = words.clone()?;
            Some(Hook::begin(option, words, limit, screen.clone()))
        };
        Self {
            exec: hook("--exec", &args.exec),
            notify: hook("--notify", &args.notify),
            bell: args.bell,
            terminal: args.notify_terminal,
            screen: screen.clone(),
        }
    }

    /// Hands an event on. `is_new` says that it happened just now, not before following began.
    pub(super) fn tell(&mut self, event: &Happened<'_>, is_new: bool) {
        // It was printed: so it can be serialised.
        let Ok(input) = json::line(event) else {
            return;
        };
        if let Some(hook) = &mut self.exec {
            hook.hand_over(Vec::new(), &input);
        }
        let Some(text) = calling(event).filter(|_| is_new) else {
            return;
        };
        if let Some(hook) = &mut self.notify {
            hook.hand_over(vec![TITLE.to_owned(), text.clone()], &input);
        }
        if self.bell {
            self.screen.ring();
        }
        match self.terminal {
            None => {}
            Some(Sequence::Osc9) => self.screen.command(&["9", &format!("{TITLE}: {text}")]),
            Some(Sequence::Osc777) => self.screen.command(&["777", "notify", TITLE, &text]),
        }
    }

    /// Waits for what is under way, not for long, and tells what was left undone.
    pub(super) async fn finish(&mut self, is_told_to_end: bool) {
        let hooks = [self.exec.take(), self.notify.take()];
        let mut hooks: Vec<Hook> = hooks.into_iter().flatten().collect();
        let work = async {
            for hook in &mut hooks {
                hook.end().await;
            }
        };
        let over = async {
            match is_told_to_end {
                true => interrupt_again().await,
                false => interrupt().await,
            }
        };
        let patience = match is_told_to_end {
            true => LAST_WHEN_TOLD,
            false => LAST,
        };
        tokio::select! {
            biased;
            () = work => {}
            () = over => {}
            () = clock::sleep(patience) => {}
        }
        for hook in hooks {
            hook.give_up(&self.screen).await;
        }
    }
}

/// What of an event calls for a person, in words without any text of a message: they are arguments of a program, which
/// others can see.
fn calling(event: &Happened<'_>) -> Option<String> {
    match event {
        Happened::Message { ticket, message } => match side(message.0) {
            "customer" => None,
            side => Some(format!("{ticket}: message from {side}")),
        },
        Happened::Status { ticket, status, .. } => {
            Some(format!("{ticket}: now {}", status_name(*status)))
        }
        Happened::PossibleGap { ticket } => Some(format!("{ticket}: a message may be missing")),
        Happened::TicketLost { ticket, .. } => Some(format!("{ticket}: not followed any more")),
        Happened::LocalClock => None,
    }
}

/// A command, and the events that wait for it.
struct Hook {
    option: &'static str,
    /// Closed at the end.
    queue: Option<mpsc::Sender<Call>>,
    work: JoinHandle<()>,
    /// Events that were handed over and are not done with.
    open: Arc<AtomicU64>,
    /// Events that found no place.
    left_out: u64,
    screen: Screen,
}

/// One run.
struct Call {
    /// Behind those of the command.
    arguments: Vec<String>,
    input: String,
}

impl Hook {
    fn begin(option: &'static str, words: Words, limit: Duration, screen: Screen) -> Self {
        let (queue, calls) = mpsc::channel(QUEUE);
        let open = Arc::new(AtomicU64::new(0));
        let work = work(
            option,
            words,
            limit,
            calls,
            Arc::clone(&open),
            screen.clone(),
        );
        Self {
            option,
            queue: Some(queue),
            work: tokio::spawn(work),
            open,
            left_out: 0,
            screen,
        }
    }

    /// Never waits.
    fn hand_over(&mut self, arguments: Vec<String>, input: &str) {
        let input = format!("{input}\n");
        let Some(queue) = &self.queue else { return };
        self.open.fetch_add(1, Ordering::SeqCst);
        if queue.try_send(Call { arguments, input }).is_ok() {
            return;
        }
        self.open.fetch_sub(1, Ordering::SeqCst);
        if self.left_out == 0 {
            self.screen.warn(&format!(
                "{}: the command is too slow, {QUEUE} events wait for it; more are left out until it has caught up",
                self.option
            ));
        }
        self.left_out = self.left_out.saturating_add(1);
    }

    /// No more events come; waits until the last one is done with.
    async fn end(&mut self) {
        self.queue = None;
        if !self.work.is_finished() {
            // Only what panics fails, and that was told.
            let _ = (&mut self.work).await;
        }
    }

    /// Ends what is still under way.
    async fn give_up(mut self, screen: &Screen) {
        self.queue = None;
        let open = self.open.load(Ordering::SeqCst);
        if !self.work.is_finished() {
            self.work.abort();
            let _ = self.work.await;
        }
        for (number, what) in [
            (open, "not done with at the end"),
            (self.left_out, "left out, because the command was too slow"),
        ] {
            match number {
                0 => {}
                1 => screen.warn(&format!("{}: one event was {what}", self.option)),
                number => screen.warn(&format!("{}: {number} events were {what}", self.option)),
            }
        }
    }
}

/// Runs the command for one event after the other.
async fn work(
    option: &'static str,
    words: Words,
    limit: Duration,
    mut calls: mpsc::Receiver<Call>,
    open: Arc<AtomicU64>,
    screen: Screen,
) {
    while let Some(call) = calls.recv().await {
        if let Err(why) = run(&words, call, limit).await {
            screen.warn(&format!("{option}: {} {why}", words.program));
        }
        open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// One run. Standard output carries data only: what the command prints goes where warnings go.
async fn run(words: &Words, call: Call, limit: Duration) -> Result<(), String> {
    let mut command = program::command(words);
    command
        .args(call.arguments)
        .stdin(Stdio::piped())
        .stdout(io::stderr())
        .kill_on_drop(true);
    // Ctrl-C is for this program, which ends the command in its own order.
    #[cfg(unix)]
    command.process_group(0);
    let child = command.spawn();
    let mut child = child.map_err(|error| format!("cannot be started: {error}"))?;
    let mut group = Group::of(&child);
    let stdin = child.stdin.take();
    let feeding = async {
        if let Some(mut stdin) = stdin {
            // It need not read what it is given.
            let _ = stdin.write_all(call.input.as_bytes()).await;
        }
        std::future::pending().await
    };
    let status = tokio::select! {
        biased;
        status = child.wait() => status,
        () = clock::sleep(limit) => {
            return Err(format!("took longer than {} and was ended", Span(limit)));
        }
        // It never ends.
        () = feeding => return Ok(()),
    };
    group.is_done();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("failed ({status})")),
        Err(error) => Err(format!("cannot be waited for: {error}")),
    }
}

/// The command and what it has started: ended together when it is not waited for any more.
struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

impl Group {
    #[cfg(unix)]
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self {
            leader: id.and_then(rustix::process::Pid::from_raw),
        }
    }

    /// Elsewhere the command alone is ended.
    #[cfg(not(unix))]
    fn of(_: &Child) -> Self {
        Self {}
    }

    /// It has ended by itself, and its number may be another one's by now.
    fn is_done(&mut self) {
        #[cfg(unix)]
        {
            self.leader = None;
        }
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.leader {
            // It may have ended just now.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
}
