//! What a row says against what is there, in both directions.

use super::Row;
use crate::{
    problem::{Place, Problem},
    spec::{
        FACTS,
        pointer::{self, entries, join},
    },
};
use serde_yaml::Value;
use std::collections::BTreeMap;

/// What a row tells about itself and not about the description.
const NOTES: &[&str] = &["of", "elsewhere", "documented"];

/// A comparison that goes on.
pub(super) struct Comparison<'d> {
    /// Keys that the description may have beyond a row.
    free: &'static [&'static str],
    place: Box<dyn Fn(&str) -> Place + 'd>,
    /// What it found so far.
    pub(super) found: Vec<Problem>,
}

impl<'d> Comparison<'d> {
    /// `free`: keys that nothing has to tell of. `place`: where a pointer of what is compared is written.
    pub(super) fn new(free: &'static [&'static str], place: impl Fn(&str) -> Place + 'd) -> Self {
        Self {
            free,
            place: Box::new(place),
            found: Vec::new(),
        }
    }

    fn problem(&mut self, at: &str, what: String, remedy: String) {
        self.found.push(Problem::at((self.place)(at), what, remedy));
    }

    /// Something that no row is needed to know.
    pub(super) fn wrong(&mut self, at: &str, what: &str) {
        self.problem(at, what.to_owned(), "say it, in own words".to_owned());
    }

    /// The description has something that no fact tells of.
    pub(super) fn no_fact(&mut self, at: &str, name: &str) {
        self.problem(
            at,
            format!("no fact tells of `{name}`"),
            format!("take it out; if a document has it, add its row in {FACTS} with the document"),
        );
    }

    /// The facts have something that the description lacks.
    pub(super) fn lacks(&mut self, row: &Row<'_>, at: &str, name: &str, wanted: &Value) {
        self.problem(
            at,
            format!("`{name}` is missing; the facts have {}", short(wanted)),
            remedy("put it in", row),
        );
    }

    /// None of these is in the description.
    pub(super) fn all_lack(&mut self, at: &str, rows: &BTreeMap<&str, Row<'_>>) {
        for (name, row) in rows {
            self.lacks(row, at, name, row.value);
        }
    }

    /// Facts about nothing.
    pub(super) fn not_described(&mut self, rows: &BTreeMap<&str, Row<'_>>) {
        self.found.extend(rows.iter().map(|(name, row)| {
            Problem::at(
                row.place(),
                format!("the facts tell of `{name}`, and the description does not have it"),
                "describe it, or mend or delete the row",
            )
        }));
    }

    /// Both have it, and not the same.
    pub(super) fn differs(&mut self, row: &Row<'_>, at: &str, wanted: &Value, is: &Value) {
        self.problem(
            at,
            format!(
                "{} is here, and the facts have {}",
                short(is),
                short(wanted)
            ),
            remedy("mend it", row),
        );
    }

    /// Compares values of any kind.
    pub(super) fn value(&mut self, row: &Row<'_>, at: &str, wanted: &Value, is: &Value) {
        match (wanted, is) {
            (Value::Mapping(_), Value::Mapping(_)) => self.mapping(row, at, wanted, is, &[]),
            (Value::Sequence(all), Value::Sequence(list)) if all.len() == list.len() => {
                for (index, (wanted, is)) in all.iter().zip(list).enumerate() {
                    self.value(row, &join(at, &index.to_string()), wanted, is);
                }
            }
            _ if wanted == is => {}
            _ => self.differs(row, at, wanted, is),
        }
    }

    /// Compares mappings; `own`: keys that are compared elsewhere or not at all.
    pub(super) fn mapping(
        &mut self,
        row: &Row<'_>,
        at: &str,
        wanted: &Value,
        is: &Value,
        own: &[&str],
    ) {
        // Fields may be called like keys.
        let are_names = pointer::last(at) == "properties";
        for (key, wanted) in entries(Some(wanted)) {
            if !are_names && (NOTES.contains(&key) || own.contains(&key)) {
                continue;
            }
            match is.get(key) {
                // Most is the same: no pointer is made for it.
                Some(is) if is == wanted => {}
                Some(is) => {
                    let row = Row {
                        file: row.file,
                        at: join(&row.at, key),
                        value: wanted,
                    };
                    self.value(&row, &join(at, key), wanted, is);
                }
                None => self.lacks(row, at, key, wanted),
            }
        }
        for (key, _) in entries(Some(is)).filter(|(key, _)| wanted.get(*key).is_none()) {
            if are_names || !(self.free.contains(&key) || own.contains(&key)) {
                self.no_fact(&join(at, key), key);
            }
        }
    }
}

fn remedy(what: &str, row: &Row<'_>) -> String {
    let place = row.place();
    let line = place
        .line
        .map(|line| format!(":{line}"))
        .unwrap_or_default();
    format!(
        "{what}; if a document says otherwise, mend the fact at {}{line}",
        place.file
    )
}

/// A value in one line.
fn short(value: &Value) -> String {
    const MOST: usize = 100;
    let text = serde_json::to_string(value).unwrap_or_default();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("`{}...`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}
