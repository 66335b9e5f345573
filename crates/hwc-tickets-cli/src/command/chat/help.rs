//! What `?` shows: the keys and the commands.

use super::row::{Row, Tone, gap, piece};
use crate::render::wrap::{width, wrap};

/// Columns of the keys.
const KEYS: usize = 16;
/// From so many columns on, keys and meanings stand side by side.
const SIDE_BY_SIDE: usize = 50;

/// A key or a command, and what it does. An empty key begins a part.
const HELP: &[(&str, &str)] = &[
    ("", "Writing"),
    ("Enter", "sends; //x sends /x"),
    ("Alt+Enter", "begins a new line"),
    ("Ctrl-X, /edit", "opens the text in $VISUAL or $EDITOR"),
    (
        "/attach FILE",
        "sends a file with the next message; /detach does not",
    ),
    ("", "Reading"),
    (
        "PgUp PgDn",
        "moves through the messages, and reads older ones; Up and Down, Home and End, too",
    ),
    (
        "/WORD",
        "searches, the newest message first; Enter: an older one",
    ),
    (
        "/save N DIR",
        "saves file N, here or in DIR, never over another one",
    ),
    ("Ctrl-R", "looks again for messages in doubt"),
    ("", "Tickets"),
    ("Tab, /tickets", "goes to the list, and back"),
    ("Enter", "opens the ticket"),
    ("/", "filters by id, title and state"),
    ("r", "reads the list again"),
    ("", "Everywhere"),
    ("?", "shows this; typed twice, it is a text"),
    ("Esc, /quit", "leaves; a text that was not sent is kept"),
];

/// The help on a screen of this size.
pub(crate) fn rows(columns: usize, height: usize) -> Vec<Row> {
    let columns = columns.max(4);
    let is_wide = columns >= SIDE_BY_SIDE;
    let mut rows: Vec<Row> = Vec::new();
    for (key, meaning) in HELP {
        match (*key, is_wide) {
            ("", _) => rows.push(vec![piece(*meaning, Tone::Strong)]),
            (key, true) => {
                let lines = wrap(meaning, columns - KEYS - 2);
                for (number, line) in lines.into_iter().enumerate() {
                    let key = if number == 0 { key } else { "" };
                    let left = KEYS.saturating_sub(width(key));
                    rows.push(vec![
                        gap(2),
                        piece(key, Tone::Own),
                        gap(left),
                        piece(line, Tone::Plain),
                    ]);
                }
            }
            (key, false) => {
                let lines = wrap(&format!("{key}: {meaning}"), columns - 2);
                rows.extend(
                    lines
                        .into_iter()
                        .map(|line| vec![gap(2), piece(line, Tone::Plain)]),
                );
            }
        }
    }
    // The way out is in sight on any screen.
    rows.truncate(height.saturating_sub(1));
    rows.push(vec![piece("Any key goes back.", Tone::Quiet)]);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_fits() {
        for columns in 4..130 {
            for height in [1, 3, 24, 60] {
                let rows = rows(columns, height);
                assert!(rows.len() <= height.max(1));
                for row in rows.iter().take(rows.len() - 1) {
                    let used: usize = row.iter().map(|piece| width(&piece.text)).sum();
                    assert!(used <= columns.max(10), "{row:?} in {columns} columns");
                }
            }
        }
    }
}
