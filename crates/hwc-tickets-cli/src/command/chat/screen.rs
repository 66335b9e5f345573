//! The chat on a screen: drawing only, the same state gives the same screen.

use super::{
    app::{App, Focus},
    conversation::{
        Conversation,
        layout::{self, INDENT, Parts},
    },
    help,
    row::{Piece, Row, Tone, gap, piece},
    tickets,
};
use crate::render::wrap::width;
use ratatui::{
    Frame,
    layout::Position,
    style::{Color, Modifier, Style},
    text::{Line, Span},
};
use std::sync::Arc;

/// Cells of a line that lead somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) column: u16,
    pub(crate) row: u16,
    pub(crate) columns: u16,
    pub(crate) address: Arc<str>,
}

/// A part of the screen that lines are written to, one below the other.
struct Pane<'f, 'b> {
    frame: &'f mut Frame<'b>,
    column: usize,
    columns: usize,
    at: usize,
    coloured: bool,
    links: Vec<Link>,
}

impl<'f, 'b> Pane<'f, 'b> {
    fn new(frame: &'f mut Frame<'b>, column: usize, columns: usize, coloured: bool) -> Self {
        Self {
            frame,
            column,
            columns,
            at: 0,
            coloured,
            links: Vec::new(),
        }
    }

    fn write(&mut self, row: Row) {
        let area = self.frame.area();
        let at = small(self.at);
        self.at += 1;
        if at >= area.height || small(self.column) >= area.width {
            return;
        }
        let mut used = 0;
        for Piece { text, link, .. } in &row {
            let takes = width(text);
            let shown = takes.min(self.columns.saturating_sub(used));
            if let Some(address) = link
                && shown > 0
            {
                self.links.push(Link {
                    column: small(self.column + used),
                    row: at,
                    columns: small(shown),
                    address: Arc::clone(address),
                });
            }
            used += takes;
        }
        let coloured = self.coloured;
        let spans: Vec<Span<'static>> = row
            .into_iter()
            .map(|piece| Span::styled(piece.text, style(piece.tone, coloured)))
            .collect();
        let column = small(self.column);
        let most = small(self.columns).min(area.width.saturating_sub(column));
        self.frame
            .buffer_mut()
            .set_line(column, at, &Line::from(spans), most);
    }

    fn cursor(&mut self, column: usize, row: usize) {
        let column = column.min(self.columns.saturating_sub(1));
        let last = usize::from(self.frame.area().height).saturating_sub(1);
        self.frame.set_cursor_position(Position {
            x: small(self.column + column),
            y: small(row.min(last)),
        });
    }
}

fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// Draws everything; gives the links that are in sight.
pub(crate) fn draw(frame: &mut Frame<'_>, app: &App, coloured: bool) -> Vec<Link> {
    if app.shows_help {
        let mut pane = Pane::new(frame, 0, app.columns, coloured);
        for row in help::rows(app.columns, app.rows) {
            pane.write(row);
        }
        return Vec::new();
    }
    let panes = app.panes();
    let mut links = Vec::new();
    if let Some((column, conversation)) = panes.talk.zip(app.talk()) {
        links = talk(frame, column, conversation, coloured);
    }
    if let Some(columns) = panes.list {
        let has_focus = app.focus == Focus::List;
        let list = tickets::layout::rows(&app.list, columns, app.rows, has_focus);
        let mut pane = Pane::new(frame, 0, columns, coloured);
        list.rows.into_iter().for_each(|row| pane.write(row));
        if has_focus {
            let (row, column) = list.cursor;
            pane.cursor(column, row);
        }
        if panes.talk.is_some() {
            let mut pane = Pane::new(frame, columns, 1, coloured);
            for _ in 0..app.rows {
                pane.write(vec![piece("│", Tone::Quiet)]);
            }
        }
    }
    links
}

/// Draws a conversation from `column` on; gives its links.
pub(crate) fn talk(
    frame: &mut Frame<'_>,
    column: usize,
    conversation: &Conversation,
    coloured: bool,
) -> Vec<Link> {
    let mut pane = Pane::new(frame, column, conversation.columns, coloured);
    let parts = Parts::of(conversation);
    if parts.head > 0 {
        pane.write(layout::title(conversation));
        pane.write(vec![piece("─".repeat(conversation.columns), Tone::Quiet)]);
    }
    let mut rows = layout::visible(conversation, parts.conversation);
    rows.resize(parts.conversation, Row::new());
    rows.into_iter().for_each(|row| pane.write(row));
    if parts.rule > 0 {
        pane.write(layout::rule(conversation));
    }
    let files = layout::enclosed(conversation).into_iter();
    files.take(parts.files).for_each(|row| pane.write(row));
    let draft = conversation.draft.rows(layout::draft_columns(conversation));
    // The line with the cursor is in sight.
    let first = (draft.cursor.0 + 1).saturating_sub(parts.draft);
    let lines = draft.lines.into_iter().enumerate();
    for (number, line) in lines.skip(first).take(parts.draft) {
        let mark = match number {
            0 => piece("> ", Tone::Own),
            _ => gap(INDENT),
        };
        pane.write(vec![mark, piece(line, Tone::Plain)]);
    }
    if parts.foot > 0 {
        let foot = layout::foot(conversation).into_iter();
        foot.for_each(|row| pane.write(row));
    }
    let above = parts.head + parts.conversation + parts.rule + parts.files;
    pane.cursor(INDENT + draft.cursor.1, above + draft.cursor.0 - first);
    pane.links
}

fn style(tone: Tone, coloured: bool) -> Style {
    let colour = |colour| {
        if coloured {
            Style::new().fg(colour)
        } else {
            Style::new()
        }
    };
    match tone {
        Tone::Plain => Style::new(),
        Tone::Quiet => Style::new().add_modifier(Modifier::DIM),
        Tone::Strong => Style::new().add_modifier(Modifier::BOLD),
        Tone::Own => colour(Color::Cyan).add_modifier(Modifier::BOLD),
        Tone::Support => colour(Color::Magenta).add_modifier(Modifier::BOLD),
        Tone::Good => colour(Color::Green),
        Tone::Warn => colour(Color::Yellow),
        Tone::Bad => colour(Color::Red).add_modifier(Modifier::BOLD),
        Tone::Link => Style::new().add_modifier(Modifier::UNDERLINED),
        Tone::Found => Style::new().add_modifier(Modifier::REVERSED),
    }
}
