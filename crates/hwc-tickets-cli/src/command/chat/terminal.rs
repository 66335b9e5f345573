//! The terminal while the chat has it: its modes are put back however the chat ends, a panic included.

use crate::signal::Listening;
use crossterm::{
    cursor::Show,
    event::{DisableBracketedPaste, EnableBracketedPaste},
    execute,
    terminal::{
        BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
        disable_raw_mode, enable_raw_mode,
    },
};
use ratatui::{Frame, Terminal as Screen, backend::CrosstermBackend};
use std::io::{self, IsTerminal as _, Stdout};

/// The terminal in the modes of the chat. Dropping it puts the modes back.
pub(crate) struct Terminal {
    screen: Screen<CrosstermBackend<Stdout>>,
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

    /// Draws a screen; the terminal shows it all at once.
    pub(crate) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        execute!(io::stdout(), BeginSynchronizedUpdate)?;
        let drawn = self.screen.draw(draw).map(|_| ());
        execute!(io::stdout(), EndSynchronizedUpdate)?;
        drawn
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        put_back();
    }
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
