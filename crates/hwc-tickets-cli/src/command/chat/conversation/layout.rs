//! What stands on which line. Only what is in sight is laid out, however long the conversation is.

use super::{Conversation, Delivery, Entry, LIMIT, Own};
use crate::{
    render::{
        foreign,
        wrap::{cut, width, wrap},
    },
    view,
};
use hwc_core::file::shell_quoted;

/// Most lines of the text being written, and of a remark.
const MOST_DRAFT: usize = 6;
const MOST_REMARK: usize = 3;
/// Columns in front of texts.
pub(crate) const INDENT: usize = 2;
/// From so many units on the length is shown.
const NEAR_LIMIT: usize = LIMIT - 200;

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Quiet,
    Strong,
    Own,
    Good,
    Warn,
    Bad,
}

/// A line: pieces of inert text.
pub(crate) type Row = Vec<(String, Tone)>;

/// A line of the conversation: that of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    entry: usize,
    line: usize,
}

impl Place {
    /// Whether nothing stands above it.
    pub(crate) fn is_first(self) -> bool {
        self.entry == 0 && self.line == 0
    }

    /// The same line when so many messages were put before all others.
    pub(crate) fn behind(self, messages: usize) -> Self {
        Self {
            entry: self.entry.saturating_add(messages),
            ..self
        }
    }
}

/// How the lines of the terminal are shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts {
    /// Title and the rule below it: 2 or 0.
    pub(crate) head: usize,
    pub(crate) conversation: usize,
    /// The rule above the text: 1 or 0.
    pub(crate) rule: usize,
    pub(crate) draft: usize,
    pub(crate) foot: usize,
}

impl Parts {
    pub(crate) fn of(conversation: &Conversation) -> Self {
        let rows = conversation.rows.max(1);
        let draft = conversation
            .draft
            .rows(draft_columns(conversation))
            .lines
            .len();
        let draft = draft.min(MOST_DRAFT).min((rows / 3).max(1));
        let mut left = rows - draft.min(rows);
        let mut take = |wanted: usize, least_left: usize| {
            let given = if left >= wanted + least_left {
                wanted
            } else {
                0
            };
            left -= given;
            given
        };
        // The conversation gets at least so much before the frame around it gets anything.
        let foot = take(foot(conversation).len(), 1);
        let rule = take(1, 2);
        let head = take(2, 3);
        Self {
            head,
            conversation: left,
            rule,
            draft,
            foot,
        }
    }
}

/// Columns of the text being written.
pub(crate) fn draft_columns(conversation: &Conversation) -> usize {
    conversation.columns.saturating_sub(INDENT).max(2)
}

/// The title: the ticket, its status, and the zone of the times.
pub(crate) fn title(conversation: &Conversation) -> Row {
    let status = conversation
        .status
        .map(view::status_name)
        .unwrap_or_default();
    let zone = format!("times in {}", conversation.zone);
    let ticket = cut(
        &foreign::line(conversation.ticket.as_str()),
        conversation.columns.saturating_sub(width(&status) + INDENT),
    );
    let left = conversation
        .columns
        .saturating_sub(width(&ticket) + width(&status) + 2 * INDENT);
    let mut row = vec![
        (ticket, Tone::Strong),
        (" ".repeat(INDENT), Tone::Plain),
        (status, Tone::Good),
    ];
    // The id and the status go before it.
    if width(&zone) <= left {
        row.push((" ".repeat(INDENT), Tone::Plain));
        row.push((zone, Tone::Quiet));
    }
    row
}

/// The rule above the text being written; tells of messages below.
pub(crate) fn rule(conversation: &Conversation) -> Row {
    let mut row = Vec::new();
    let mut left = conversation.columns;
    if conversation.top.is_some() {
        let what = match conversation.news {
            0 => " End: newest ".to_owned(),
            news => format!(" {news} new below, End "),
        };
        if width(&what) + 2 <= left {
            left -= width(&what) + 2;
            row.push(("──".to_owned(), Tone::Quiet));
            row.push((what, Tone::Warn));
        }
    }
    row.push(("─".repeat(left), Tone::Quiet));
    row
}

/// The last lines: a remark, or the keys; and the length of the text when it nears the limit.
pub(crate) fn foot(conversation: &Conversation) -> Vec<Row> {
    let columns = conversation.columns.max(2);
    let units = conversation.draft.units();
    let count = (units >= NEAR_LIMIT).then(|| format!("{units}/{LIMIT}"));
    let tone = if units > LIMIT { Tone::Bad } else { Tone::Warn };
    let mut rows: Vec<Row> = match conversation.remark() {
        Some(remark) => wrap(&foreign::line(remark), columns)
            .into_iter()
            .take(MOST_REMARK)
            .map(|line| vec![(line, Tone::Warn)])
            .collect(),
        None => {
            let room = columns.saturating_sub(count.as_ref().map_or(0, |count| width(count) + 2));
            vec![vec![(keys(room), Tone::Quiet)]]
        }
    };
    if let Some(count) = count {
        let used = |row: &Row| row.iter().map(|(text, _)| width(text)).sum::<usize>();
        match rows.last_mut() {
            Some(last) if used(last) + width(&count) + 2 <= columns => {
                let gap = columns - used(last) - width(&count);
                last.push((" ".repeat(gap), Tone::Plain));
                last.push((count, tone));
            }
            _ => rows.push(vec![(count, tone)]),
        }
    }
    rows
}

/// The keys, as many as fit.
fn keys(columns: usize) -> String {
    let mut shown = String::new();
    for key in [
        "Enter sends",
        "Esc leaves",
        "PgUp PgDn",
        "Alt+Enter new line",
        "Home End",
        "/help",
    ] {
        let gap = if shown.is_empty() { 0 } else { 3 };
        if width(&shown) + gap + width(key) > columns {
            break;
        }
        shown.push_str(&" ".repeat(gap));
        shown.push_str(key);
    }
    shown
}

/// The lines of one message, an empty one behind them.
fn lines(conversation: &Conversation, entry: &Entry) -> Vec<Row> {
    let columns = conversation.columns.max(4);
    let zone = conversation.zone;
    let mut pieces = Vec::new();
    if let Some(message) = entry.message() {
        pieces.push((view::clock_time(message, zone), Tone::Quiet));
    }
    match entry {
        Entry::Read(message) => pieces.push((view::author(message), Tone::Strong)),
        Entry::Own(own) => {
            pieces.push(("you".to_owned(), Tone::Own));
            pieces.push(state(own));
        }
    }
    let mut rows = line_up(pieces, columns);
    let mut fill = |text: &str, tone: Tone| {
        for line in foreign::lines(text) {
            for line in wrap(&line, columns - INDENT) {
                rows.push(vec![(" ".repeat(INDENT), Tone::Plain), (line, tone)]);
            }
        }
    };
    let text = match entry {
        Entry::Read(message) => &message.content,
        Entry::Own(own) => &own.text,
    };
    if !text.is_empty() {
        fill(text, Tone::Plain);
    }
    for attachment in entry
        .message()
        .into_iter()
        .flat_map(|message| &message.attachments)
    {
        let name = match attachment.file_name.as_str() {
            "" => &attachment.raw_id,
            name => name,
        };
        fill(&format!("[{}]", foreign::line(name)), Tone::Own);
    }
    if (entry.message()).is_some_and(|message| message.attachments_unknown) {
        fill(view::ATTACHMENTS_UNKNOWN, Tone::Own);
    }
    if let Entry::Own(own) = entry {
        match &own.delivery {
            Delivery::Unknown { file } => {
                fill(
                    "It is not known whether it arrived. Do not send it again yet: Ctrl-R looks again.",
                    Tone::Warn,
                );
                if let Some(file) = file {
                    fill(
                        &format!(
                            "From elsewhere: hwc-tickets message reconcile {}",
                            shell_quoted(file)
                        ),
                        Tone::Warn,
                    );
                }
            }
            Delivery::Failed { reason, .. } => fill(reason, Tone::Bad),
            _ => {}
        }
    }
    rows.push(Vec::new());
    rows
}

/// The state of an own message in a word.
fn state(own: &Own) -> (String, Tone) {
    let (word, tone) = match &own.delivery {
        Delivery::Waiting => ("waiting", Tone::Quiet),
        Delivery::Sending => ("sending", Tone::Quiet),
        Delivery::Accepted => ("accepted", Tone::Good),
        Delivery::Confirmed => ("confirmed", Tone::Good),
        Delivery::Unknown { .. } if own.is_looked_for => ("unknown, looking", Tone::Warn),
        Delivery::Unknown { .. } => ("unknown", Tone::Warn),
        Delivery::Failed { .. } => ("failed", Tone::Bad),
    };
    (word.to_owned(), tone)
}

/// Pieces side by side, on a new line where they do not fit.
fn line_up(pieces: Row, columns: usize) -> Vec<Row> {
    let mut rows = vec![Vec::new()];
    let mut used = 0;
    for (text, tone) in pieces {
        let text = cut(&foreign::line(&text), columns);
        let takes = width(&text);
        let gap = if used == 0 { 0 } else { INDENT };
        if used > 0 && used + gap + takes > columns {
            rows.push(Vec::new());
            used = 0;
        } else if gap > 0 {
            if let Some(row) = rows.last_mut() {
                row.push((" ".repeat(gap), Tone::Plain));
            }
            used += gap;
        }
        if let Some(row) = rows.last_mut() {
            row.push((text, tone));
        }
        used += takes;
    }
    rows
}

/// The lines in sight.
pub(crate) fn visible(conversation: &Conversation, height: usize) -> Vec<Row> {
    let top = conversation.top.unwrap_or_else(|| newest(conversation));
    let mut rows = Vec::new();
    for (number, entry) in conversation.entries.iter().enumerate().skip(top.entry) {
        let skipped = if number == top.entry { top.line } else { 0 };
        rows.extend(lines(conversation, entry).into_iter().skip(skipped));
        if rows.len() >= height {
            break;
        }
    }
    rows.truncate(height);
    rows
}

/// The line at the top when the newest message is in sight.
pub(crate) fn newest(conversation: &Conversation) -> Place {
    let mut missing = Parts::of(conversation).conversation;
    // The empty line behind the last message need not be seen.
    missing += 1;
    for (entry, lines) in heights(conversation, conversation.entries.len()) {
        if lines >= missing {
            return Place {
                entry,
                line: lines - missing,
            };
        }
        missing -= lines;
    }
    Place { entry: 0, line: 0 }
}

/// `steps` lines towards the oldest message; `None` when the newest is in sight all the same.
pub(crate) fn up(conversation: &Conversation, from: Place, steps: usize) -> Option<Place> {
    let mut to = Place { entry: 0, line: 0 };
    match from.line.checked_sub(steps) {
        Some(line) => to = Place { line, ..from },
        None => {
            let mut missing = steps - from.line;
            for (entry, lines) in heights(conversation, from.entry) {
                if lines >= missing {
                    to = Place {
                        entry,
                        line: lines - missing,
                    };
                    break;
                }
                missing -= lines;
            }
        }
    }
    kept(conversation, to)
}

/// `steps` lines towards the newest message; `None` when it is in sight.
pub(crate) fn down(conversation: &Conversation, from: Place, steps: usize) -> Option<Place> {
    let mut left = steps.saturating_add(from.line);
    for (number, entry) in conversation.entries.iter().enumerate().skip(from.entry) {
        let lines = lines(conversation, entry).len();
        if left < lines {
            let to = Place {
                entry: number,
                line: left,
            };
            return kept(conversation, to);
        }
        left -= lines;
    }
    None
}

/// A place after things have changed: `None` when it shows the newest message.
pub(crate) fn kept(conversation: &Conversation, top: Place) -> Option<Place> {
    let lines = lines(conversation, conversation.entries.get(top.entry)?).len();
    let top = Place {
        line: top.line.min(lines.saturating_sub(1)),
        ..top
    };
    (top < newest(conversation)).then_some(top)
}

/// Messages before `end` and their heights, newest first.
fn heights(conversation: &Conversation, end: usize) -> impl Iterator<Item = (usize, usize)> {
    conversation
        .entries
        .iter()
        .enumerate()
        .take(end)
        .rev()
        .map(|(number, entry)| (number, lines(conversation, entry).len()))
}
