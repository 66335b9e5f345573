//! The chart: processor time of a call as a multiple of plain code, of a blocking one as a multiple of plain code that blocks.
//! Readable on light and on dark paper.

use super::{
    figures::{Figures, plain},
    words,
};
use std::fmt::Write as _;

const ROW: f64 = 22.0;
const LEFT: f64 = 250.0;
const WIDTH: f64 = 760.0;
const TOP: f64 = 40.0;
/// What the axis ends with. A longer bar is cut, and its number says how long it is.
const MOST: f64 = 2.0;
/// Where bars may end.
const RIGHT: f64 = 700.0;
/// Ways that are drawn. What takes many times as much is in the table.
const DRAWN: &[&str] = &[
    "sdk",
    "generated",
    "blocking",
    "same-decode",
    "hyper",
    "openapi-generator",
];

const STYLE: &str = "\
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.quiet { fill: #59636e; }
.bar { fill: #0969da; }
.line { stroke: #59636e; stroke-width: 1; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .quiet { fill: #9198a1; }
  .bar { fill: #4493f8; }
  .line { stroke: #9198a1; }
}
";

/// The chart as SVG.
#[must_use]
pub fn chart(figures: &Figures) -> String {
    let bars: Vec<(String, f64)> = figures
        .rows
        .iter()
        .filter(|row| DRAWN.contains(&row.way.as_str()))
        .filter_map(|row| {
            let ratio = figures.times(row, plain(&row.way))?;
            Some((format!("{}, {}", row.work, words::way(&row.way)), ratio))
        })
        .collect();
    let height = TOP + ROW * bars.len() as f64 + 10.0;
    let one = LEFT + (RIGHT - LEFT) / MOST;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
         <title>Processor time of a call as a multiple of plain code with reqwest, of a blocking one with reqwest::blocking</title>\n<style>\n{STYLE}</style>\n\
         <text class=\"quiet\" x=\"{one}\" y=\"20\" text-anchor=\"middle\">plain reqwest = 1</text>\n"
    );
    for (place, (name, ratio)) in bars.iter().enumerate() {
        let top = TOP + ROW * place as f64;
        let base = top + 14.0;
        let length = ratio.clamp(0.0, MOST) / MOST * (RIGHT - LEFT);
        let (end, after) = (LEFT - 8.0, LEFT + length + 6.0);
        let _ = writeln!(
            svg,
            "<text x=\"{end}\" y=\"{base}\" text-anchor=\"end\">{name}</text>\n\
             <rect class=\"bar\" x=\"{LEFT}\" y=\"{top}\" width=\"{length:.1}\" height=\"16\" rx=\"2\"/>\n\
             <text x=\"{after:.1}\" y=\"{base}\">{ratio:.2}</text>"
        );
    }
    let (above, below) = (TOP - 6.0, height - 6.0);
    let _ = writeln!(
        svg,
        "<line class=\"line\" x1=\"{one}\" y1=\"{above}\" x2=\"{one}\" y2=\"{below}\"/>\n</svg>"
    );
    svg
}
