//! The terminal while the chat has it: its modes are put back however the chat ends, a panic included.

use super::{link, screen::Link};
use crate::{render::wrap::width, signal::Listening};
use crossterm::{
    cursor::{RestorePosition, SavePosition, Show},
    event::{DisableBracketedPaste, EnableBracketedPaste},
    execute, queue,
    style::Print,
    terminal::{
        BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
        disable_raw_mode, enable_raw_mode,
    },
};
use ratatui::{
    Frame, Terminal as Screen,
    backend::{Backend as _, CrosstermBackend},
    buffer::{Buffer, Cell},
};
use std::io::{self, IsTerminal as _, Stdout};

/// The terminal in the modes of the chat. Dropping it puts the modes back.
pub(crate) struct Terminal {
    screen: Screen<CrosstermBackend<Stdout>>,
    /// The links that are on the screen.
    links: Vec<Link>,
    has_links: bool,
    /// The chat ends in its own order, and puts the modes back.
    _listening: Listening,
}

/// Whether there is a terminal to chat on: keys come from it, the screen goes to it, and it can move its cursor.
pub(crate) fn is_there() -> bool {
    let is_dumb = std::env::var_os("TERM").is_some_and(|kind| kind == "dumb");
    io::stdin().is_terminal() && io::stdout().is_terminal() && !is_dumb
}

impl Terminal {
    pub(crate) fn take() -> io::Result<Self> {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            put_back();
            told(panic);
        }));
        let listening = Listening::begin();
        enable_raw_mode()?;
        // From here on a failure puts the modes back, too.
        let screen = Screen::new(CrosstermBackend::new(io::stdout()));
        let ready = screen.and_then(|screen| {
            execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
            Ok(Self {
                screen,
                links: Vec::new(),
                has_links: has_links(),
                _listening: listening,
            })
        });
        if ready.is_err() {
            put_back();
        }
        ready
    }

    /// Columns and lines.
    pub(crate) fn size(&self) -> io::Result<(u16, u16)> {
        self.screen.size().map(|size| (size.width, size.height))
    }

    /// Draws a screen and its links; the terminal shows it all at once.
    pub(crate) fn draw(
        &mut self,
        draw: impl FnOnce(&mut Frame<'_>) -> Vec<Link>,
    ) -> io::Result<()> {
        execute!(io::stdout(), BeginSynchronizedUpdate)?;
        let drawn = self.draw_all(draw);
        execute!(io::stdout(), EndSynchronizedUpdate)?;
        drawn
    }

    fn draw_all(&mut self, draw: impl FnOnce(&mut Frame<'_>) -> Vec<Link>) -> io::Result<()> {
        let mut links = Vec::new();
        let drawn = self.screen.draw(|frame| links = draw(frame))?;
        if self.has_links && !(links.is_empty() && self.links.is_empty()) {
            // Cells are sent without links, and what did not change is not sent at all: links are put on afterwards.
            queue!(io::stdout(), SavePosition)?;
            for old in self.links.iter().filter(|old| !links.contains(old)) {
                put(drawn.buffer, old, None)?;
            }
            for new in &links {
                put(drawn.buffer, new, link::begin(&new.address))?;
            }
            execute!(io::stdout(), RestorePosition)?;
        }
        self.links = links;
        Ok(())
    }

    /// Gives the terminal to another program for a while.
    pub(crate) fn lend(&mut self) {
        put_back();
    }

    /// Gives the terminal to the shell and stops, until the shell goes on with this program.
    pub(crate) fn suspend(&mut self) {
        put_back();
        // All of the job stops, as where the terminal itself makes a signal of Ctrl-Z. Where no shell could go on with it, the
        // system lets it run.
        #[cfg(unix)]
        let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
    }

    /// Takes it again.
    pub(crate) fn take_back(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        // Nothing of what was drawn is there any more.
        self.screen = Screen::new(CrosstermBackend::new(io::stdout()))?;
        self.links.clear();
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        put_back();
    }
}

/// Sends the cells of a link again, inside of it; without a sequence that begins it, as plain cells.
fn put(buffer: &Buffer, link: &Link, begin: Option<String>) -> io::Result<()> {
    let cells = cells(buffer, link);
    let mut out = CrosstermBackend::new(io::stdout());
    match begin {
        None => out.draw(cells.into_iter()),
        Some(begin) => {
            queue!(io::stdout(), Print(begin))?;
            out.draw(cells.into_iter())?;
            queue!(io::stdout(), Print(link::END))
        }
    }
}

/// The cells of a link, without those that a wide character covers.
fn cells<'b>(buffer: &'b Buffer, link: &Link) -> Vec<(u16, u16, &'b Cell)> {
    let end = link.column.saturating_add(link.columns);
    let mut cells = Vec::new();
    let mut column = 0;
    while column < end {
        let Some(cell) = buffer.cell((column, link.row)) else {
            break;
        };
        if column >= link.column {
            cells.push((column, link.row, cell));
        }
        let takes = u16::try_from(width(cell.symbol())).unwrap_or(u16::MAX);
        column = column.saturating_add(takes.max(1));
    }
    cells
}

/// The console of Linux knows no links, and older ones show them.
fn has_links() -> bool {
    std::env::var_os("TERM").is_none_or(|kind| kind != "linux")
}

/// Puts the modes back. Nobody can be told when that fails, and the next step may still work.
fn put_back() {
    let _ = execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
    let _ = disable_raw_mode();
}
