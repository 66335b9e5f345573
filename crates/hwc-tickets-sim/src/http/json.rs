//! JSON written piece by piece, for the answers that are asked for most. Names of fields are our own and hold nothing that has
//! to be escaped; of most texts one look tells the same.

use serde::Serialize;

/// Room for the text of an answer: a page of ten messages fits, so that its text is not copied again and again while it grows.
const ROOM: usize = 4096;

/// The text of a value, as far as it is written, as bytes: so digits are not looked at again for being text.
#[derive(Debug)]
pub(super) struct Json(Vec<u8>);

impl Json {
    /// The text that `write` writes.
    pub(super) fn written(write: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut json = Json(Vec::with_capacity(ROOM));
        write(&mut json);
        json.0
    }

    /// Anything that has a form as JSON.
    pub(super) fn value(&mut self, value: &impl Serialize) {
        // Only a key that is no text could not be written, and no answer has one.
        let text = serde_json::to_vec(value).unwrap_or_default();
        self.0.extend_from_slice(&text);
    }

    pub(super) fn null(&mut self) {
        self.0.extend_from_slice(b"null");
    }

    pub(super) fn number(&mut self, number: i64) {
        match u8::try_from(number) {
            Ok(digit @ 0..10) => self.0.push(b'0' + digit),
            _ => self.value(&number),
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        // To the end, whatever is found: so many bytes are looked at together.
        let is_escaped = |found, byte| found | (byte < b' ') | (byte == b'"') | (byte == b'\\');
        if text.bytes().fold(false, is_escaped) {
            return self.value(&text);
        }
        self.plain(text.as_bytes());
    }

    /// A text that holds nothing that has to be escaped.
    pub(super) fn plain(&mut self, text: &[u8]) {
        self.0.reserve(text.len() + 2);
        self.0.push(b'"');
        self.0.extend_from_slice(text);
        self.0.push(b'"');
    }

    /// An object with the fields that `fill` gives it.
    pub(super) fn object(&mut self, fill: impl FnOnce(&mut Object<'_>)) {
        self.0.push(b'{');
        fill(&mut Object {
            json: self,
            is_empty: true,
        });
        self.0.push(b'}');
    }

    /// A list of what `write` writes for each item.
    pub(super) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        write: impl Fn(&mut Self, T),
    ) {
        self.0.push(b'[');
        for (place, item) in items.into_iter().enumerate() {
            if place > 0 {
                self.0.push(b',');
            }
            write(self, item);
        }
        self.0.push(b']');
    }
}

/// An object under way.
#[derive(Debug)]
pub(super) struct Object<'j> {
    json: &'j mut Json,
    is_empty: bool,
}

impl Object<'_> {
    /// A field; its value has to be written next. `name` holds nothing that has to be escaped. Where it is asked for its length is
    /// known, so it is moved without a call: a page of ten messages has a hundred of them.
    #[inline(always)]
    pub(super) fn field(&mut self, name: &'static str) -> &mut Json {
        let text = &mut self.json.0;
        text.reserve(name.len() + 4);
        if !self.is_empty {
            text.push(b',');
        }
        text.push(b'"');
        text.extend_from_slice(name.as_bytes());
        text.extend_from_slice(b"\":");
        self.is_empty = false;
        self.json
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_what_a_tree_of_values_would_be() {
        for text in [
            "",
            "plain",
            "工单",
            "a \"word\"",
            "C:\\",
            "a\nb",
            "\u{7f}\u{1}",
        ] {
            for number in [0, 9, 10, -1, i64::MAX, i64::MIN] {
                let written = Json::written(|json| {
                    json.object(|object| {
                        object.field("a").text(text);
                        object.field("b").number(number);
                        object.field("c").null();
                        object.field("d").list(0..3, Json::number);
                        object.field("e").object(|_| {});
                        object.field("f").value(&[text]);
                    });
                });
                let tree = json!({
                    "a": text, "b": number, "c": null, "d": [0, 1, 2], "e": {}, "f": [text],
                });
                assert_eq!(String::from_utf8(written).unwrap(), tree.to_string());
            }
        }
    }
}
