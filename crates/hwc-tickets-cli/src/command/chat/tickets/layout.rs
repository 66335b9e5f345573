//! How the list of tickets stands on its lines, two for each.

use super::super::row::{Row, Tone, gap, piece};
use super::{Listed, Tickets};
use crate::{
    render::{
        foreign,
        wrap::{cut, width, wrap},
    },
    view,
};

/// Most lines of a remark.
const MOST_REMARK: usize = 3;
/// The title, the rule below it.
const HEAD: usize = 2;

/// The list on lines of a certain width.
pub(crate) struct Rows {
    pub(crate) rows: Vec<Row>,
    /// Line and column of the cursor.
    pub(crate) cursor: (usize, usize),
}

/// Lays the list out on `height` lines.
pub(crate) fn rows(list: &Tickets, columns: usize, height: usize, has_focus: bool) -> Rows {
    let columns = columns.max(4);
    let title = match list.for_you() {
        _ if !list.is_read => "Tickets".to_owned(),
        // Who could not read all of them does not know.
        0 if list.remark.is_some() => "Tickets".to_owned(),
        0 => "Tickets, none for you".to_owned(),
        number => format!("Tickets, {number} for you"),
    };
    let foot = foot(list, columns, has_focus);
    let room = height.saturating_sub(HEAD + foot.len());
    let mut rows = vec![
        vec![piece(cut(&title, columns), Tone::Strong)],
        vec![piece("─".repeat(columns), Tone::Quiet)],
    ];
    let shown = list.shown();
    let at = list.place();
    let fit = (room / 2).max(1);
    // The ticket of the cursor is in sight.
    let first = (at + 1).saturating_sub(fit);
    for (number, ticket) in shown.iter().enumerate().skip(first).take(fit) {
        rows.extend(ticket_rows(ticket, columns, number == at));
    }
    if shown.is_empty() {
        let what = match (list.is_read, list.filter.is_empty()) {
            (false, _) => "Reading the tickets.",
            (true, true) if list.remark.is_some() => "No ticket could be read.",
            (true, true) => "No ticket is open.",
            (true, false) => "No ticket fits the filter.",
        };
        rows.extend(
            wrap(what, columns)
                .into_iter()
                .map(|line| vec![piece(line, Tone::Quiet)]),
        );
    }
    let cursor = match list.is_filtering {
        true => (
            height.saturating_sub(1),
            width(&foreign::line(&list.filter)) + 1,
        ),
        false => (HEAD + (at - first.min(at)) * 2, 0),
    };
    rows.truncate(height.saturating_sub(foot.len()));
    rows.resize(height.saturating_sub(foot.len()), Row::new());
    rows.extend(foot);
    Rows { rows, cursor }
}

fn ticket_rows(ticket: &Listed, columns: usize, is_at: bool) -> [Row; 2] {
    let mark = if is_at { "> " } else { "  " };
    let news = match ticket.unread {
        Some(0) => None,
        Some(number) => Some(format!("{number} new")),
        None => Some("? new".to_owned()),
    };
    let facts = match (ticket.todo(), news) {
        (Some(todo), Some(news)) => format!("{todo}, {news}"),
        (Some(todo), None) => todo.to_owned(),
        (None, Some(news)) => news,
        (None, None) => view::status_name(ticket.status),
    };
    let tone = match ticket.is_for_you() {
        true => Tone::Warn,
        false => Tone::Quiet,
    };
    let room = columns.saturating_sub(2);
    let facts = cut(&facts, (room / 2).max(1));
    let id = foreign::line(ticket.id.as_str());
    let id = cut(&id, room.saturating_sub(width(&facts) + 1).max(1));
    let left = room.saturating_sub(width(&id) + width(&facts));
    let strong = if is_at { Tone::Strong } else { Tone::Plain };
    [
        vec![
            piece(mark, Tone::Own),
            piece(id, strong),
            gap(left),
            piece(facts, tone),
        ],
        vec![
            gap(2),
            piece(cut(&foreign::line(&ticket.title), room.max(1)), Tone::Quiet),
        ],
    ]
}

/// The last lines: the filter, a remark, or the keys.
fn foot(list: &Tickets, columns: usize, has_focus: bool) -> Vec<Row> {
    let filter = foreign::line(&list.filter);
    if list.is_filtering || !filter.is_empty() {
        return vec![vec![piece(cut(&format!("/{filter}"), columns), Tone::Own)]];
    }
    if let Some(remark) = &list.remark {
        let lines = wrap(&foreign::line(remark), columns).into_iter();
        let lines = lines.take(MOST_REMARK);
        return lines.map(|line| vec![piece(line, Tone::Warn)]).collect();
    }
    let keys = match has_focus {
        true => "Enter opens  / filters  ? help  q leaves",
        false => "Tab: tickets",
    };
    vec![vec![piece(cut(keys, columns), Tone::Quiet)]]
}
