//! The conversation on a screen: drawing only, the same state gives the same screen.

use super::conversation::{
    Conversation,
    layout::{self, INDENT, Parts, Row, Tone},
};
use ratatui::{
    Frame,
    layout::Position,
    style::{Color, Modifier, Style},
    text::{Line, Span},
};

/// Draws everything.
pub(crate) fn draw(frame: &mut Frame<'_>, conversation: &Conversation, coloured: bool) {
    let area = frame.area();
    let mut at = 0;
    let mut write = |row: Row| {
        if at < area.height {
            let spans: Vec<Span<'static>> = row
                .into_iter()
                .map(|(text, tone)| Span::styled(text, style(tone, coloured)))
                .collect();
            frame
                .buffer_mut()
                .set_line(0, at, &Line::from(spans), area.width);
        }
        at = at.saturating_add(1);
    };
    let parts = Parts::of(conversation);
    if parts.head > 0 {
        write(layout::title(conversation));
        write(vec![("─".repeat(conversation.columns), Tone::Quiet)]);
    }
    let mut rows = layout::visible(conversation, parts.conversation);
    rows.resize(parts.conversation, Row::new());
    rows.into_iter().for_each(&mut write);
    if parts.rule > 0 {
        write(layout::rule(conversation));
    }
    let draft = conversation.draft.rows(layout::draft_columns(conversation));
    // The line with the cursor is in sight.
    let first = (draft.cursor.0 + 1).saturating_sub(parts.draft);
    for (number, line) in draft
        .lines
        .into_iter()
        .enumerate()
        .skip(first)
        .take(parts.draft)
    {
        let mark = if number == 0 { "> " } else { "  " };
        write(vec![(mark.to_owned(), Tone::Own), (line, Tone::Plain)]);
    }
    if parts.foot > 0 {
        layout::foot(conversation).into_iter().for_each(write);
    }
    let row = parts.head + parts.conversation + parts.rule + draft.cursor.0 - first;
    let column = (INDENT + draft.cursor.1).min(conversation.columns.saturating_sub(1));
    frame.set_cursor_position(Position {
        x: u16::try_from(column).unwrap_or(u16::MAX),
        y: u16::try_from(row).unwrap_or(u16::MAX),
    });
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
        Tone::Good => colour(Color::Green),
        Tone::Warn => colour(Color::Yellow),
        Tone::Bad => colour(Color::Red).add_modifier(Modifier::BOLD),
    }
}
