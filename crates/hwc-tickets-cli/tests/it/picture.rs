//! The picture of the chat in the documents: what stands on a real terminal, as SVG. Made anew with the golden outputs.

use crate::{
    stage::{Stage, until},
    terminal::Terminal,
};
use hwc_tickets_sim::{Fault, FaultRule, Operation};
use std::{fmt::Write as _, path::Path, time::Duration};

const PICTURE: &str = "../../docs/pictures/chat.svg";
/// Of the terminal.
const ROWS: u16 = 27;
const COLUMNS: u16 = 84;
/// Of a cell, in pixels, and of the edge around all.
const WIDTH: f32 = 9.0;
const HEIGHT: f32 = 20.0;
const EDGE: f32 = 16.0;

#[test]
fn the_picture_in_the_documents() {
    let stage = Stage::new();
    let sim = stage.sim();
    let mut terminal = Terminal::run(
        &stage,
        ROWS,
        COLUMNS,
        &["chat", "case-123", "--interval", "10ms", "--timeout", "5m"],
    );
    terminal.shows_all(&["in-progress", "Old snapshots"]);
    sim.advance(Duration::from_secs(41));
    terminal.type_in("Yes, please delete them. Keep the one of 30 October.\r");
    terminal.shows_all(&["confirmed"]);
    sim.advance(Duration::from_secs(73));
    sim.reply_as_engineer(
        "case-123",
        "Done: 214 GB are free again. 10 月 30 日的快照已保留。😀",
    )
    .unwrap();
    terminal.shows_all(&["214 GB"]);
    // It stays on its way: the clock stands still.
    sim.fault(FaultRule::new(
        Operation::CreateMessages,
        Fault::Delay {
            by: Duration::from_secs(3600),
        },
    ));
    terminal.type_in("Writes work again, thank you!\r");
    until("it to be on its way", || sim.faults().is_empty());
    terminal.type_in("One more question: 快照可以自动清理吗？");
    terminal.shows_all(&["sending", "自动清理吗？"]);
    let svg = svg(&terminal);

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PICTURE);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, &svg).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == svg,
        "docs/pictures/chat.svg is not what the program shows; make it anew with INSTA_UPDATE=always"
    );
    terminal.type_in("\u{3}");
    assert_eq!(terminal.end(), 6, "what was on its way is told");
}

/// Cells of one look that stand side by side.
struct Run {
    row: u16,
    column: u16,
    columns: u16,
    text: String,
    look: String,
}

fn svg(terminal: &Terminal) -> String {
    let mut runs: Vec<Run> = Vec::new();
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            let Some((text, look, is_wide)) = terminal.cell(row, column) else {
                continue;
            };
            let columns = if is_wide { 2 } else { 1 };
            // Wide characters stand alone, so that each keeps its place whatever the font.
            match runs.last_mut() {
                Some(last)
                    if !is_wide
                        && last.row == row
                        && last.column + last.columns == column
                        && last.look == look
                        && last.text.is_ascii() == text.is_ascii() =>
                {
                    last.text.push_str(&text);
                    last.columns += 1;
                }
                _ => runs.push(Run {
                    row,
                    column,
                    columns,
                    text,
                    look,
                }),
            }
        }
    }
    let (width, height) = (
        f32::from(COLUMNS) * WIDTH + 2.0 * EDGE,
        f32::from(ROWS) * HEIGHT + 2.0 * EDGE,
    );
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-label=\"hwc-tickets chat: a conversation in a terminal\" font-size=\"15\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace\" fill=\"#d8dee9\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"10\" fill=\"#161b22\"/>\n"
    );
    for run in runs.iter().filter(|run| !run.text.trim().is_empty()) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\"{}>{}</text>",
            EDGE + f32::from(run.column) * WIDTH,
            EDGE + f32::from(run.row) * HEIGHT + HEIGHT * 0.75,
            f32::from(run.columns) * WIDTH,
            run.look,
            run.text
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;"),
        );
    }
    let (row, column) = terminal.cursor();
    let _ = writeln!(
        svg,
        "<rect x=\"{}\" y=\"{}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" opacity=\"0.6\"/>\n</svg>",
        EDGE + f32::from(column) * WIDTH,
        EDGE + f32::from(row) * HEIGHT,
    );
    svg
}
