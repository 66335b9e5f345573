//! What stands on which line. Only what is in sight is laid out, however long the conversation is.

use super::super::{
    link,
    row::{Piece, Row, Tone, gap, piece},
};
use super::{Conversation, Delivery, Entry, LIMIT, Own, words};
use crate::{
    render::{
        foreign,
        wrap::{cut, width, wrap},
    },
    view,
};
use hwc_core::file::shell_quoted;
use hwc_tickets::MessageKind;
use std::{ops::Range, sync::Arc};

/// Most lines of the text being written, of the files with it, and of a remark.
const MOST_DRAFT: usize = 6;
const MOST_FILES: usize = 2;
const MOST_REMARK: usize = 3;
/// Columns in front of texts.
pub(crate) const INDENT: usize = 2;
/// From so many units on the length is shown.
const NEAR_LIMIT: usize = LIMIT - 200;

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
    /// The files that go with the text.
    pub(crate) files: usize,
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
        let files = take(enclosed(conversation).len(), 2);
        let rule = take(1, 2);
        let head = take(2, 3);
        Self {
            head,
            conversation: left,
            rule,
            files,
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
        piece(ticket, Tone::Strong),
        gap(INDENT),
        piece(status, Tone::Good),
    ];
    // The id and the status go before it.
    if width(&zone) <= left {
        row.push(gap(INDENT));
        row.push(piece(zone, Tone::Quiet));
    }
    row
}

/// The rule above the text being written; tells of messages below, and of unread ones above.
pub(crate) fn rule(conversation: &Conversation) -> Row {
    let mut row = Vec::new();
    let mut left = conversation.columns;
    let what = match (conversation.top, conversation.news, conversation.unseen()) {
        (Some(_), 0, _) => Some(" End: newest ".to_owned()),
        (Some(_), news, _) => Some(format!(" {news} new below, End ")),
        (None, _, 0) => None,
        (None, _, unseen) => Some(format!(" {unseen} unread above, PgUp ")),
    };
    if let Some(what) = what.filter(|what| width(what) + 2 <= left) {
        left -= width(&what) + 2;
        row.push(piece("──", Tone::Quiet));
        row.push(piece(what, Tone::Warn));
    }
    row.push(piece("─".repeat(left), Tone::Quiet));
    row
}

/// The files that go with the text being written.
pub(crate) fn enclosed(conversation: &Conversation) -> Vec<Row> {
    let columns = draft_columns(conversation);
    let names: Vec<String> = (conversation.enclosed.iter())
        .map(|file| format!("[{}]", file.name()))
        .collect();
    if names.is_empty() {
        return Vec::new();
    }
    let lines = wrap(&format!("with {}", names.join(" ")), columns);
    let lines = lines.into_iter().take(MOST_FILES);
    lines
        .map(|line| vec![gap(INDENT), piece(line, Tone::Own)])
        .collect()
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
            .map(|line| vec![piece(line, Tone::Warn)])
            .collect(),
        None => {
            let room = columns.saturating_sub(count.as_ref().map_or(0, |count| width(count) + 2));
            vec![vec![piece(keys(room), Tone::Quiet)]]
        }
    };
    if let Some(count) = count {
        let used = |row: &Row| row.iter().map(|piece| width(&piece.text)).sum::<usize>();
        match rows.last_mut() {
            Some(last) if used(last) + width(&count) + 2 <= columns => {
                let left = columns - used(last) - width(&count);
                last.push(gap(left));
                last.push(piece(count, tone));
            }
            _ => rows.push(vec![piece(count, tone)]),
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
        "? help",
        "PgUp PgDn",
        "Tab tickets",
        "Alt+Enter new line",
        "/word searches",
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
        pieces.push(piece(view::clock_time(message, zone), Tone::Quiet));
    }
    match entry {
        Entry::Read(message) => {
            let tone = match message.kind {
                MessageKind::Customer => Tone::Own,
                MessageKind::Support => Tone::Support,
                _ => Tone::Strong,
            };
            pieces.push(piece(view::author(message), tone));
        }
        Entry::Own(own) => {
            pieces.push(piece("you", Tone::Own));
            pieces.push(state(own));
        }
    }
    let mut rows = line_up(pieces, columns);
    let word = conversation.search.as_ref();
    let word = word.map(|search| search.word.as_str());
    let mut fill = |text: &str, tone: Tone| {
        for line in foreign::lines(text) {
            rows.extend(folded(&line, tone, columns - INDENT, word));
        }
    };
    if !entry.text().is_empty() {
        fill(entry.text(), Tone::Plain);
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
        let name = foreign::line(name);
        match conversation.number_of(attachment) {
            Some(number) => fill(&format!("[{number} {name}]"), Tone::Own),
            None => fill(&format!("[{name}]"), Tone::Own),
        }
    }
    if (entry.message()).is_some_and(|message| message.attachments_unknown) {
        fill(view::ATTACHMENTS_UNKNOWN, Tone::Own);
    }
    if let Entry::Own(own) = entry {
        // Until they are read back.
        let is_read = own.shown.is_some();
        for file in own.files.iter().filter(|_| !is_read) {
            fill(&format!("[{}]", file.name()), Tone::Own);
        }
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

/// A line of inert text, folded: its addresses are links, and what is looked for is marked.
fn folded(line: &str, tone: Tone, columns: usize, word: Option<&str>) -> Vec<Row> {
    let links = link::find(line);
    let found = word.map(|word| words::places(line, word));
    let found = found.unwrap_or_default();
    let mut rows = Vec::new();
    let mut from = 0;
    for part in wrap(line, columns) {
        // Folding leaves out spaces alone.
        let rest = line.get(from..).unwrap_or_default();
        let start = from + rest.find(&part).unwrap_or_default();
        from = start + part.len();
        let mut row = vec![gap(INDENT)];
        row.extend(marked(line, start..from, tone, &links, &found));
        rows.push(row);
    }
    rows
}

/// A part of a line, cut where links and what was found begin and end.
fn marked(
    line: &str,
    part: Range<usize>,
    tone: Tone,
    links: &[Range<usize>],
    found: &[Range<usize>],
) -> Row {
    let ends = links.iter().chain(found);
    let ends = ends.flat_map(|range| [range.start, range.end]);
    let mut cuts: Vec<usize> = ends.filter(|end| part.contains(end)).collect();
    cuts.extend([part.start, part.end]);
    cuts.sort_unstable();
    cuts.dedup();
    let mut row = Row::new();
    for (start, end) in cuts.iter().zip(cuts.iter().skip(1)) {
        let is_in = |range: &&Range<usize>| range.contains(start);
        let link = links.iter().find(is_in);
        let link = link.and_then(|link| line.get(link.clone()));
        let tone = match link {
            _ if found.iter().any(|range| range.contains(start)) => Tone::Found,
            Some(_) => Tone::Link,
            None => tone,
        };
        row.push(Piece {
            text: line.get(*start..*end).unwrap_or_default().to_owned(),
            tone,
            link: link.map(Arc::from),
        });
    }
    row
}

/// The state of an own message in a word.
fn state(own: &Own) -> Piece {
    let (word, tone) = match &own.delivery {
        Delivery::Waiting => ("waiting", Tone::Quiet),
        Delivery::Sending => ("sending", Tone::Quiet),
        Delivery::Accepted => ("accepted", Tone::Good),
        Delivery::Confirmed => ("confirmed", Tone::Good),
        Delivery::Unknown { .. } if own.is_looked_for => ("unknown, looking", Tone::Warn),
        Delivery::Unknown { .. } => ("unknown", Tone::Warn),
        Delivery::Failed { .. } => ("failed", Tone::Bad),
    };
    piece(word, tone)
}

/// Pieces side by side, on a new line where they do not fit.
fn line_up(pieces: Row, columns: usize) -> Vec<Row> {
    let mut rows = vec![Vec::new()];
    let mut used = 0;
    for Piece { text, tone, .. } in pieces {
        let text = cut(&foreign::line(&text), columns);
        let takes = width(&text);
        let between = if used == 0 { 0 } else { INDENT };
        if used > 0 && used + between + takes > columns {
            rows.push(Vec::new());
            used = 0;
        } else if between > 0 {
            if let Some(row) = rows.last_mut() {
                row.push(gap(between));
            }
            used += between;
        }
        if let Some(row) = rows.last_mut() {
            row.push(piece(text, tone));
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

/// The messages in sight: their number, and whether their first line is there and their last.
pub(crate) fn in_sight(conversation: &Conversation) -> Vec<(usize, bool, bool)> {
    let height = Parts::of(conversation).conversation;
    let top = conversation.top.unwrap_or_else(|| newest(conversation));
    let mut used = 0;
    let mut seen = Vec::new();
    for (number, entry) in conversation.entries.iter().enumerate().skip(top.entry) {
        if used >= height {
            break;
        }
        let skipped = if number == top.entry { top.line } else { 0 };
        // The empty line behind a message is none of it.
        let all = lines(conversation, entry).len().saturating_sub(1);
        let end = used + all.saturating_sub(skipped);
        seen.push((number, skipped == 0, skipped < all && end <= height));
        used = end + 1;
    }
    seen
}

/// The place that has message `entry` at the top; `None` when the newest is in sight then.
pub(crate) fn from(conversation: &Conversation, entry: usize) -> Option<Place> {
    kept(conversation, Place { entry, line: 0 })
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
