//! A list that grows. In `json` it is one document, valid at its end, however the command ends.

use super::{
    Filter, Screen, json,
    show::{Row, Titles},
    table::Table,
};
use crate::{
    cli::Form,
    failure::{Failure, ended},
};
use serde::Serialize;
use serde_json::{Map, Value};

/// Things that come one by one: inside one document for `json`, one line each for `ndjson` and `plain`, rows for `table`.
#[derive(Debug)]
pub(crate) struct List<'a> {
    screen: &'a Screen,
    titles: Titles,
    /// Once its titles stand there, so that nothing stands before an error.
    table: Option<Table>,
    items: u64,
    filter: Option<Filtered>,
}

/// What becomes of it with a filter: the document of `json` is filtered as a whole, a line of `ndjson` by itself.
#[derive(Debug)]
struct Filtered {
    filter: Filter,
    fields: Map<String, Value>,
    name: String,
    items: Vec<Value>,
}

impl<'a> List<'a> {
    /// Opens the document of `json`: `fields`, then the list called `name`. Tables begin with their first row.
    pub(crate) fn begin(
        screen: &'a Screen,
        titles: Titles,
        fields: &Map<String, Value>,
        name: &str,
    ) -> Result<Self, Failure> {
        screen.refuse_unknown_columns(&titles)?;
        let filter = screen.filter()?.map(|filter| Filtered {
            filter,
            fields: fields.clone(),
            name: name.to_owned(),
            items: Vec::new(),
        });
        if screen.form() == Form::Json && filter.is_none() {
            let mut front = String::from("{");
            for (field, value) in fields {
                front.push_str(&format!("\n  {}: {},", text(field)?, text(value)?));
            }
            front.push_str(&format!("\n  {}: [", text(&name)?));
            screen.raw(&front)?;
        }
        Ok(Self {
            screen,
            titles,
            table: None,
            items: 0,
            filter,
        })
    }

    /// A list that is known as a whole.
    pub(crate) fn whole<R: Row>(
        screen: &'a Screen,
        titles: Titles,
        name: &str,
        items: &[R],
    ) -> Result<(), Failure> {
        let mut list = Self::begin(screen, titles, &Map::new(), name)?;
        list.items(items)?;
        list.end(&Map::new())
    }

    /// One thing.
    pub(crate) fn item<R: Row>(&mut self, item: &R) -> Result<(), Failure> {
        self.items(std::slice::from_ref(item))
    }

    /// Several at once. Columns are as wide as the first of them need it.
    pub(crate) fn items<R: Row>(&mut self, items: &[R]) -> Result<(), Failure> {
        let form = self.screen.form();
        match form {
            Form::Json | Form::Ndjson => items.iter().try_for_each(|item| self.aside(item)),
            Form::Table | Form::Plain if items.is_empty() => Ok(()),
            Form::Table | Form::Plain => {
                let rows = items.iter().map(|item| item.cells(form)).collect();
                self.screen.rows(&mut self.table, &self.titles, rows)
            }
        }
    }

    /// What programs find in the list, and people read on standard error.
    pub(crate) fn aside(&mut self, item: &impl Serialize) -> Result<(), Failure> {
        if let Some(filtered) = &mut self.filter {
            let item = serde_json::to_value(item).map_err(Failure::unserialisable)?;
            return match self.screen.form() {
                Form::Ndjson => self.screen.filter_value(&filtered.filter, &item),
                _ => {
                    filtered.items.push(item);
                    Ok(())
                }
            };
        }
        match self.screen.form() {
            Form::Table | Form::Plain => Ok(()),
            Form::Ndjson => self.screen.raw_line(&text(item)?),
            Form::Json => {
                let comma = if self.items > 0 { "," } else { "" };
                self.items = self.items.saturating_add(1);
                self.screen.raw(&format!("{comma}\n    {}", text(item)?))
            }
        }
    }

    /// Closes the document of `json`, with `fields` behind the list. Elsewhere there is nothing to close.
    pub(crate) fn end(self, fields: &Map<String, Value>) -> Result<(), Failure> {
        if self.screen.form() != Form::Json {
            return Ok(());
        }
        if let Some(filtered) = self.filter {
            let mut document = filtered.fields;
            document.insert(filtered.name, Value::Array(filtered.items));
            document.extend(fields.clone());
            let document = Value::Object(document);
            return self.screen.filter_value(&filtered.filter, &document);
        }
        let mut back = String::from(if self.items > 0 { "\n  ]" } else { "]" });
        for (field, value) in fields {
            back.push_str(&format!(",\n  {}: {}", text(field)?, text(value)?));
        }
        back.push_str("\n}");
        self.screen.raw_line(&back)
    }

    /// Closes the document with what is known of the reading; also when that has failed, so that the document is whole.
    /// A table without rows has its titles when nothing failed.
    pub(crate) fn end_of_reading(
        mut self,
        is_complete: bool,
        report: &impl Serialize,
        outcome: Result<(), Failure>,
    ) -> Result<(), Failure> {
        if self.screen.is_for_people() {
            if outcome.is_ok() && self.table.is_none() {
                self.screen
                    .rows(&mut self.table, &self.titles, Vec::new())?;
            }
            return outcome;
        }
        if !matches!(outcome, Err(Failure::ClosedPipe)) {
            let is_complete = outcome.is_ok() && is_complete;
            let report = serde_json::to_value(report).map_err(Failure::unserialisable)?;
            let mut fields = Map::from_iter([
                ("complete".to_owned(), Value::Bool(is_complete)),
                ("report".to_owned(), report),
            ]);
            if let Err(failure) = &outcome {
                fields.insert("error".to_owned(), failure.json());
            }
            let told = self.end(&fields);
            return ended(outcome, told);
        }
        outcome
    }
}

fn text(value: &impl Serialize) -> Result<String, Failure> {
    json::line(value).map_err(Failure::unserialisable)
}
