//! `Debug` of the generated structs: the shape of a value, never a text. Messages are foreign and confidential.

use serde_json::{Map, Value};
use std::fmt::{Debug, Formatter, Result};

/// Shows what a value looks like without its texts.
pub(crate) trait Shape {
    /// Writes the shape.
    fn shape(&self, f: &mut Formatter<'_>) -> Result;
}

/// `value` for `Debug`.
pub(crate) fn shape<T: Shape>(value: &T) -> Shown<'_, T> {
    Shown(value)
}

/// A value of which only the shape is shown.
pub(crate) struct Shown<'v, T>(&'v T);

impl<T: Shape> Debug for Shown<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.0.shape(f)
    }
}

impl Shape for String {
    fn shape(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(if self.is_empty() { "<empty>" } else { "<text>" })
    }
}

impl Shape for i64 {
    fn shape(&self, f: &mut Formatter<'_>) -> Result {
        Debug::fmt(self, f)
    }
}

impl Shape for f64 {
    fn shape(&self, f: &mut Formatter<'_>) -> Result {
        Debug::fmt(self, f)
    }
}

impl Shape for bool {
    fn shape(&self, f: &mut Formatter<'_>) -> Result {
        Debug::fmt(self, f)
    }
}

impl<T: Shape> Shape for Option<T> {
    fn shape(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Some(value) => value.shape(f),
            None => f.write_str("None"),
        }
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn shape(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_list().entries(self.iter().map(shape)).finish()
    }
}

/// The names of unknown fields may be as foreign as their values.
impl Shape for Map<String, Value> {
    fn shape(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "<{} fields>", self.len())
    }
}

impl Shape for Value {
    fn shape(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str("<value>")
    }
}
