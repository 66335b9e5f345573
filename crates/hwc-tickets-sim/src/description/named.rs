//! From the name of an operation to its row.

use std::fmt;

use http::Method;
use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Description, Row};
use crate::operation::Operation;

/// No operation has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no operation is called `{name}`; the names are those of the description: {}",
    Names
)]
#[non_exhaustive]
pub struct UnknownOperation {
    /// What was looked for.
    pub name: String,
}

impl Operation {
    /// The operation of this name, such as `createMessages`.
    ///
    /// # Errors
    ///
    /// [`UnknownOperation`] when the description has none.
    pub fn named(name: &str) -> Result<Self, UnknownOperation> {
        Operation::all()
            .find(|operation| operation.name() == name)
            .ok_or_else(|| UnknownOperation {
                name: name.to_owned(),
            })
    }

    /// Every operation, in the order of the description; IAM's comes last.
    pub fn all() -> impl Iterator<Item = Operation> {
        let rows = Description::documented().rows().iter();
        rows.map(|row| row.operation)
    }

    /// Its method.
    pub fn method(self) -> Method {
        self.row().map_or(Method::GET, |row| row.method.clone())
    }

    /// Its path, as a template.
    pub fn path(self) -> &'static str {
        self.row().map_or("", |row| row.path.as_str())
    }

    /// Nothing for an operation of another description than the documented one, which only tests have.
    fn row(self) -> Option<&'static Row> {
        let mut rows = Description::documented().rows().iter();
        rows.find(|row| row.operation == self)
    }
}

/// The names of all operations, to tell somebody who asked for another one.
pub(crate) struct Names;

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, operation) in Operation::all().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}`{}`", operation.name())?;
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(OperationName)
    }
}

struct OperationName;

impl Visitor<'_> for OperationName {
    type Value = Operation;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name of an operation: {Names}")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Operation, E> {
        Operation::named(name).map_err(|_| E::invalid_value(Unexpected::Str(name), &self))
    }
}
