//! What there is to show of a thing. How it looks in each form follows from it.

use super::table::{Column, ColumnWidth};
use crate::cli::Form;
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

/// Stands in a table where there is nothing. In `plain` the field is empty.
const ABSENT: &str = "-";

/// What stands under a title; `None` where there is nothing.
pub(crate) type Cell = Option<String>;

/// A name and its value; `None` where there is none.
pub(crate) type Fact = (Cow<'static, str>, Cell);

/// A thing that a command prints: in `json` and `ndjson` as it serialises, in the other forms as its parts.
pub(crate) trait Show: Serialize {
    /// What is shown in `form`, which is `table` or `plain`.
    fn parts(&self, form: Form) -> Vec<Part>;

    /// Its lines in `ndjson`, when it is several things at once; else it is one line.
    fn lines(&self) -> Option<Vec<Value>> {
        None
    }
}

/// One of the things in a list.
pub(crate) trait Row: Serialize {
    /// A cell for each title in `form`, which is `table` or `plain`. In `plain` more may follow.
    fn cells(&self, form: Form) -> Vec<Cell>;
}

/// A part of what is shown.
#[derive(Debug)]
pub(crate) enum Part {
    /// Names and values below each other, without those that have none; in `plain` all values on one line.
    Facts(Vec<Fact>),
    /// The same where it differs which ones there are: in `plain` a line each, the name in front.
    NamedFacts(Vec<Fact>),
    /// A table.
    Rows(Titles, Vec<Vec<Cell>>),
}

/// What stands above a table.
#[derive(Debug)]
pub(crate) struct Titles {
    pub(super) columns: Vec<Column>,
    /// Stands in the place of titles where the terminal is too narrow for them.
    pub(super) legend: String,
    /// Fields before the first column in `plain`.
    ahead: usize,
}

impl Titles {
    /// Titles that are left out where the terminal is too narrow for them.
    pub(crate) fn new(columns: impl Into<Vec<Column>>) -> Self {
        Self {
            columns: columns.into(),
            legend: String::new(),
            ahead: 0,
        }
    }

    /// Columns as wide as their cells, and the last one as wide as what is left.
    pub(crate) fn fitted<const N: usize>(titles: [&'static str; N]) -> Self {
        let columns = titles.iter().enumerate().map(|(number, title)| {
            let width = match number + 1 == N {
                true => ColumnWidth::Rest,
                false => ColumnWidth::Fit,
            };
            Column::new(*title, width)
        });
        Self::new(columns.collect::<Vec<_>>())
    }

    /// What is to be known of the rows where there are no titles.
    pub(crate) fn legend(mut self, legend: String) -> Self {
        self.legend = legend;
        self
    }
}

impl Titles {
    /// So many fields stand before the first column in each line of `plain`.
    pub(crate) fn behind(mut self, fields: usize) -> Self {
        self.ahead = fields;
        self
    }

    /// The names of the columns, as they are asked for.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.columns.iter().map(|column| {
            // Of a time, without its zone.
            let name = column.title.split(" (").next().unwrap_or_default();
            plain_name(name)
        })
    }

    /// Where the columns of these names stand, in that order. Names that are none are left out.
    pub(super) fn places(&self, names: &[String]) -> Vec<usize> {
        let own: Vec<String> = self.names().collect();
        let places = names.iter();
        places
            .filter_map(|name| own.iter().position(|own| *own == plain_name(name)))
            .collect()
    }

    /// The columns at these places.
    pub(super) fn columns_at(&self, places: &[usize]) -> Vec<Column> {
        let mut columns: Vec<Column> = places
            .iter()
            .filter_map(|place| self.columns.get(*place).cloned())
            .collect();
        // What is left is for the last one.
        let last = columns.len().saturating_sub(1);
        for column in columns.iter_mut().take(last) {
            if column.width == ColumnWidth::Rest {
                column.width = ColumnWidth::Fit;
            }
        }
        columns
    }

    /// The cells at these places of a row in `form`.
    pub(super) fn cells_at(&self, places: &[usize], cells: Vec<Cell>, form: Form) -> Vec<Cell> {
        let ahead = match form {
            Form::Plain => self.ahead,
            _ => 0,
        };
        let chosen = places.iter().map(|place| place.saturating_add(ahead));
        let chosen = (0..ahead).chain(chosen);
        chosen
            .map(|place| cells.get(place).cloned().flatten())
            .collect()
    }
}

/// Capitals, blanks and dashes make no other name.
pub(super) fn plain_name(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

/// A name and its value.
pub(crate) fn fact(name: impl Into<Cow<'static, str>>, value: impl Into<Cell>) -> Fact {
    (name.into(), value.into())
}

/// Those facts that have a value.
pub(super) fn told(facts: &[Fact]) -> impl Iterator<Item = (&str, &str)> {
    facts.iter().filter_map(|(name, value)| {
        let value = value.as_deref().filter(|value| !value.is_empty())?;
        Some((name.as_ref(), value))
    })
}

/// A cell as it is written in `form`.
pub(super) fn written(cell: Cell, form: Form) -> String {
    cell.unwrap_or_else(|| match form {
        Form::Table => ABSENT.to_owned(),
        _ => String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_has_one_sign() {
        for (cell, table, plain) in [
            (None, "-", ""),
            (Some(""), "", ""),
            (Some("-"), "-", "-"),
            (Some("a"), "a", "a"),
        ] {
            let cell = cell.map(str::to_owned);
            assert_eq!(written(cell.clone(), Form::Table), table);
            assert_eq!(written(cell, Form::Plain), plain);
        }
        let facts = [
            fact("a", None::<String>),
            fact("b", String::new()),
            fact("c", "d".to_owned()),
        ];
        assert_eq!(told(&facts).collect::<Vec<_>>(), [("c", "d")]);
    }
}
