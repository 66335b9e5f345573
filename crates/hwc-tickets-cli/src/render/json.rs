//! JSON that is inert on a terminal, too: what [`foreign::is_active`] names is written as `\uXXXX`, which every JSON
//! reader turns back into the character.

use super::foreign;
use serde::{Serialize, ser::Error as _};
use serde_json::{
    Value,
    ser::{CharEscape, CompactFormatter, Formatter, PrettyFormatter, Serializer},
};
use std::io::{self, Write};

/// Escapes on top of what JSON itself escapes.
struct Inert<F>(F);

macro_rules! pass_on {
    ($($name:ident($($argument:ident: $type:ty),*)),* $(,)?) => {
        $(fn $name<W: ?Sized + Write>(&mut self, writer: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$name(writer $(, $argument)*)
        })*
    };
}

impl<F: Formatter> Formatter for Inert<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut plain = 0;
        for (at, c) in fragment
            .char_indices()
            .filter(|(_, c)| foreign::is_active(*c))
        {
            writer.write_all(fragment.get(plain..at).unwrap_or_default().as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain = at.saturating_add(c.len_utf8());
        }
        writer.write_all(fragment.get(plain..).unwrap_or_default().as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        self.0.write_char_escape(writer, escape)
    }

    pass_on! {
        begin_array(), end_array(), begin_array_value(first: bool), end_array_value(),
        begin_object(), end_object(), begin_object_key(first: bool), end_object_key(),
        begin_object_value(), end_object_value(),
    }
}

/// One line, fields in order of their names.
pub(crate) fn line(value: &impl Serialize) -> serde_json::Result<String> {
    compact(&serde_json::to_value(value)?)
}

/// Indented, fields in order of their names.
pub(crate) fn document(value: &impl Serialize) -> serde_json::Result<String> {
    pretty(&serde_json::to_value(value)?)
}

/// A thing as it serialises, with `fields` beside its own or in the place of them.
pub(crate) fn with_fields<S: serde::Serializer, const N: usize>(
    thing: &impl Serialize,
    fields: [(&str, Value); N],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut value = serde_json::to_value(thing).map_err(S::Error::custom)?;
    if let Some(object) = value.as_object_mut() {
        object.extend(fields.map(|(name, value)| (name.to_owned(), value)));
    }
    value.serialize(serializer)
}

/// One line.
pub(crate) fn compact(value: &impl Serialize) -> serde_json::Result<String> {
    write(value, CompactFormatter)
}

/// Indented.
pub(crate) fn pretty(value: &impl Serialize) -> serde_json::Result<String> {
    write(value, PrettyFormatter::new())
}

fn write(value: &impl Serialize, formatter: impl Formatter) -> serde_json::Result<String> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(
        &mut bytes,
        Inert(formatter),
    ))?;
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inert_and_lossless() {
        let text = "a\u{1b}[31m\u{9b}\u{7f}\u{202e}\u{2028}工单👨‍👩‍👧\"\\\n\0";
        for json in [compact(&text).unwrap(), pretty(&[text]).unwrap()] {
            assert!(
                !json.chars().any(|c| foreign::is_active(c) && c != '\n'),
                "{json}"
            );
            assert!(json.contains("工单👨‍👩‍👧"));
            assert!(json.contains("\\u202e"));
        }
        assert_eq!(
            serde_json::from_str::<String>(&compact(&text).unwrap()).unwrap(),
            text
        );
    }

    /// Fields keep their places when a type gets another one.
    #[test]
    fn fields_stand_in_order_of_their_names() {
        #[derive(Serialize)]
        struct Thing {
            b: u8,
            a: [u8; 1],
        }
        let thing = Thing { b: 2, a: [1] };
        assert_eq!(line(&thing).unwrap(), r#"{"a":[1],"b":2}"#);
        let document = document(&thing).unwrap();
        assert_eq!(document, "{\n  \"a\": [\n    1\n  ],\n  \"b\": 2\n}");
    }

    #[test]
    fn layout() {
        let value = serde_json::json!({"a": [1, 2], "b": {}});
        assert_eq!(compact(&value).unwrap(), r#"{"a":[1,2],"b":{}}"#);
        assert_eq!(
            pretty(&value).unwrap(),
            serde_json::to_string_pretty(&value).unwrap()
        );
    }
}
