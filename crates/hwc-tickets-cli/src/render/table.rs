//! Tables for people: aligned, wrapped to the terminal, stacked when it is narrow.

use super::{
    foreign,
    wrap::{cut, pad, width, wrap},
};
use clap::builder::styling::{AnsiColor, Style};
use std::borrow::Cow;

/// Space between two columns.
const GAP: usize = 2;
/// The flexible column needs so many columns; with less the table is stacked.
const LEAST_REST: usize = 24;

/// Text with one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) text: String,
    pub(crate) style: Style,
}

/// One line of output.
pub(crate) type Line = Vec<Span>;

/// What a column shows, and how wide it is.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) title: Cow<'static, str>,
    pub(crate) width: ColumnWidth,
    pub(crate) style: Style,
}

/// How wide a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnWidth {
    /// So many columns. Longer text is cut, because rows come one by one.
    Fixed(usize),
    /// As wide as its widest cell; never cut.
    Fit,
    /// What is left; wrapped. The last column only.
    Rest,
}

/// Style of titles and of what only sets the scene.
pub(crate) const QUIET: Style = Style::new().dimmed();
/// Style of what the eye should find.
pub(crate) const STRONG: Style = Style::new().bold();
/// Style of what went wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Style of what needs attention.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default().bold();
/// Style of what is well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();

impl Column {
    pub(crate) fn new(title: impl Into<Cow<'static, str>>, width: ColumnWidth) -> Self {
        Self {
            title: title.into(),
            width,
            style: Style::new(),
        }
    }

    pub(crate) fn styled(mut self, style: Style) -> Self {
        self.style = style;
        self
    }
}

/// The shape of a table on a terminal of a certain width.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    /// Width of each column but the last.
    widths: Vec<usize>,
    /// Width of the last one; `None` when the output has no width.
    rest: Option<usize>,
    stacked: bool,
}

impl Table {
    /// A table for `terminal` columns. `rows` are those that are known beforehand; only they count for
    /// [`ColumnWidth::Fit`].
    pub(crate) fn new(columns: &[Column], rows: &[Vec<String>], terminal: Option<usize>) -> Self {
        let widths: Vec<usize> = columns
            .iter()
            .enumerate()
            .map(|(number, column)| match column.width {
                ColumnWidth::Fixed(columns) => columns,
                ColumnWidth::Rest => 0,
                ColumnWidth::Fit => rows
                    .iter()
                    .filter_map(|row| row.get(number))
                    .map(|cell| width(&foreign::line(cell)))
                    .chain([width(&column.title)])
                    .max()
                    .unwrap_or(0),
            })
            .collect();
        let front = widths.len().saturating_sub(1);
        let taken: usize = widths.iter().take(front).map(|columns| columns + GAP).sum();
        let last_needs = match columns.last().map(|column| column.width) {
            Some(ColumnWidth::Rest) => LEAST_REST,
            _ => widths.last().copied().unwrap_or(0),
        };
        let stacked =
            terminal.is_some_and(|columns| taken + last_needs > columns) && widths.len() > 1;
        let rest = terminal.map(|columns| {
            if stacked {
                columns.saturating_sub(GAP)
            } else {
                columns.saturating_sub(taken)
            }
        });
        Self {
            columns: columns.to_vec(),
            widths,
            rest: rest.map(|columns| columns.max(2)),
            stacked,
        }
    }

    /// Whether the cells of a row stand below each other, because the terminal is narrow.
    pub(crate) fn is_stacked(&self) -> bool {
        self.stacked
    }

    /// The line of titles; none when the table is stacked.
    pub(crate) fn header(&self) -> Vec<Line> {
        if self.stacked {
            return Vec::new();
        }
        let titles: Vec<String> = self
            .columns
            .iter()
            .map(|column| column.title.clone().into_owned())
            .collect();
        self.aligned(&titles, Some(QUIET))
    }

    /// One row: a cell for each column.
    pub(crate) fn row(&self, cells: &[String]) -> Vec<Line> {
        if self.stacked {
            self.stack(cells)
        } else {
            self.aligned(cells, None)
        }
    }

    fn aligned(&self, cells: &[String], style: Option<Style>) -> Vec<Line> {
        let last = self.columns.len().saturating_sub(1);
        let mut lines: Vec<Line> = vec![Vec::new()];
        let mut indent = 0;
        for (number, ((column, cell), columns)) in
            self.columns.iter().zip(cells).zip(&self.widths).enumerate()
        {
            let style = style.unwrap_or(column.style);
            if number < last {
                let text = match column.width {
                    ColumnWidth::Fixed(columns) => cut(&foreign::line(cell), columns),
                    _ => foreign::line(cell),
                };
                if let Some(first) = lines.first_mut() {
                    first.push(Span {
                        text: pad(&text, *columns),
                        style,
                    });
                    first.push(Span {
                        text: " ".repeat(GAP),
                        style: Style::new(),
                    });
                }
                indent += columns + GAP;
                continue;
            }
            for (at, text) in self.fill(cell, self.rest).into_iter().enumerate() {
                match lines.get_mut(at) {
                    Some(line) => line.push(Span { text, style }),
                    None => lines.push(vec![
                        Span {
                            text: " ".repeat(indent),
                            style: Style::new(),
                        },
                        Span { text, style },
                    ]),
                }
            }
        }
        lines.iter_mut().for_each(trim);
        lines
    }

    /// The front cells on one line, as far as they fit; the last one below, indented.
    fn stack(&self, cells: &[String]) -> Vec<Line> {
        let last = self.columns.len().saturating_sub(1);
        let mut lines: Vec<Line> = Vec::new();
        let mut current: Line = Vec::new();
        let mut used = 0;
        let terminal = self
            .rest
            .map_or(usize::MAX, |columns| columns.saturating_add(GAP));
        for (column, cell) in self
            .columns
            .iter()
            .zip(cells)
            .take(last)
            .filter(|(_, cell)| !cell.is_empty())
        {
            for text in wrap(&foreign::line(cell), terminal) {
                let columns = width(&text);
                if used > 0 && used + GAP + columns > terminal {
                    lines.push(std::mem::take(&mut current));
                    used = 0;
                }
                if used > 0 {
                    current.push(Span {
                        text: " ".repeat(GAP),
                        style: Style::new(),
                    });
                    used += GAP;
                }
                current.push(Span {
                    text,
                    style: column.style,
                });
                used += columns;
            }
        }
        lines.push(current);
        if let (Some(column), Some(cell)) = (self.columns.last(), cells.get(last)) {
            for text in self.fill(cell, self.rest) {
                lines.push(vec![
                    Span {
                        text: " ".repeat(GAP),
                        style: Style::new(),
                    },
                    Span {
                        text,
                        style: column.style,
                    },
                ]);
            }
        }
        lines.iter_mut().for_each(trim);
        lines
    }

    fn fill(&self, cell: &str, columns: Option<usize>) -> Vec<String> {
        let own_lines = foreign::lines(cell);
        match columns {
            None => own_lines,
            Some(columns) => own_lines
                .iter()
                .flat_map(|line| wrap(line, columns))
                .collect(),
        }
    }
}

/// No spaces at the end of a line.
fn trim(line: &mut Line) {
    while let Some(span) = line.last_mut() {
        span.text.truncate(span.text.trim_end().len());
        if !span.text.is_empty() {
            return;
        }
        line.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> [Column; 3] {
        [
            Column::new("TIME", ColumnWidth::Fixed(5)),
            Column::new("FROM", ColumnWidth::Fixed(8)),
            Column::new("TEXT", ColumnWidth::Rest),
        ]
    }

    fn print(lines: &[Line]) -> String {
        lines
            .iter()
            .map(|line| {
                line.iter()
                    .map(|span| span.text.as_str())
                    .collect::<String>()
                    + "\n"
            })
            .collect()
    }

    fn row(cells: [&str; 3]) -> Vec<String> {
        cells.map(str::to_owned).to_vec()
    }

    #[test]
    fn wide() {
        let table = Table::new(&columns(), &[], Some(42));
        let mut lines = table.header();
        lines.extend(table.row(&row([
            "08:00",
            "李工程师先生",
            "磁盘又满了，请检查七号节点，谢谢。",
        ])));
        lines.extend(table.row(&row(["08:01", "you", "done\n\nthanks \u{1b}[2J"])));
        assert_eq!(
            print(&lines),
            "TIME   FROM      TEXT\n\
             08:00  李工程…   磁盘又满了，请检查七号节\n\
             \x20                点，谢谢。\n\
             08:01  you       done\n\
             \n\
             \x20                thanks \\u{1b}[2J\n"
        );
    }

    #[test]
    fn narrow() {
        let table = Table::new(&columns(), &[], Some(20));
        let mut lines = table.header();
        lines.extend(table.row(&row(["08:00", "李工程师", "磁盘又满了，请检查七号节点。"])));
        assert_eq!(
            print(&lines),
            "08:00  李工程师\n  磁盘又满了，请检查\n  七号节点。\n"
        );
        for line in lines {
            assert!(line.iter().map(|span| width(&span.text)).sum::<usize>() <= 20);
        }
    }

    #[test]
    fn without_a_width_nothing_is_wrapped() {
        let long = "x".repeat(500);
        let table = Table::new(&columns(), &[], None);
        assert_eq!(table.row(&row(["08:00", "you", &long])).len(), 1);
    }
}
