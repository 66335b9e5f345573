//! A JSON document with one list in it that grows: valid at its end, however the command ends.

use super::{Screen, json};
use crate::{cli::Form, failure::Failure};
use serde::Serialize;
use serde_json::{Map, Value};

/// A list of items that come one by one: inside one document for `json`, one line each for `ndjson`.
#[derive(Debug)]
pub(crate) struct List<'a> {
    screen: &'a Screen,
    items: u64,
}

impl<'a> List<'a> {
    /// Opens the document: `fields`, then the list called `name`.
    pub(crate) fn begin(
        screen: &'a Screen,
        fields: &Map<String, Value>,
        name: &str,
    ) -> Result<Self, Failure> {
        if screen.form() == Form::Json {
            let mut front = String::from("{");
            for (field, value) in fields {
                front.push_str(&format!("\n  {}: {},", text(field)?, text(value)?));
            }
            front.push_str(&format!("\n  {}: [", text(&name)?));
            screen.raw(&front)?;
        }
        Ok(Self { screen, items: 0 })
    }

    /// One item.
    pub(crate) fn item(&mut self, item: &impl Serialize) -> Result<(), Failure> {
        let item = text(item)?;
        if self.screen.form() != Form::Json {
            return self.screen.raw_line(&item);
        }
        let comma = if self.items > 0 { "," } else { "" };
        self.items = self.items.saturating_add(1);
        self.screen.raw(&format!("{comma}\n    {item}"))
    }

    /// Closes the document, with `fields` behind the list. On `ndjson` there is nothing to close.
    pub(crate) fn end(self, fields: &Map<String, Value>) -> Result<(), Failure> {
        if self.screen.form() != Form::Json {
            return Ok(());
        }
        let mut back = String::from(if self.items > 0 { "\n  ]" } else { "]" });
        for (field, value) in fields {
            back.push_str(&format!(",\n  {}: {}", text(field)?, text(value)?));
        }
        back.push_str("\n}");
        self.screen.raw_line(&back)
    }

    /// Closes the document with what is known of the reading; also when that has failed, so that the document is whole.
    pub(crate) fn end_of_reading(
        self,
        is_complete: bool,
        audit: &impl Serialize,
        outcome: Result<(), Failure>,
    ) -> Result<(), Failure> {
        if !matches!(outcome, Err(Failure::ClosedPipe)) {
            let is_complete = outcome.is_ok() && is_complete;
            let audit = serde_json::to_value(audit).map_err(Failure::unserialisable)?;
            let mut fields = Map::from_iter([
                ("complete".to_owned(), Value::Bool(is_complete)),
                ("audit".to_owned(), audit),
            ]);
            if let Err(failure) = &outcome {
                fields.insert("error".to_owned(), failure.json());
            }
            self.end(&fields)?;
        }
        outcome
    }
}

fn text(value: &impl Serialize) -> Result<String, Failure> {
    json::compact(value).map_err(Failure::unserialisable)
}
