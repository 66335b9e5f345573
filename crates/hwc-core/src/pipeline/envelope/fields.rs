//! The error fields of one object, and what they say together.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};

use super::{
    Envelope, Shape,
    child::{Child, Weight},
    values::{Key, Text},
};

/// A code, with all that is said about it.
#[derive(Debug, Default)]
struct Code {
    times: u8,
    /// The first value that does not mean success.
    failing: Option<String>,
    /// Whether some value says success, in words and not by being empty.
    says_success: bool,
}

impl Code {
    fn put(&mut self, value: Option<String>, means_success: fn(&str) -> bool) {
        self.times = self.times.saturating_add(1);
        let Some(code) = value.filter(|code| !code.trim().is_empty()) else {
            return;
        };
        if means_success(&code) {
            self.says_success = true;
        } else if self.failing.is_none() {
            self.failing = Some(code);
        }
    }

    /// Whether there is one code, and not two that may say two things.
    fn is_single(&self) -> bool {
        self.times == 1
    }
}

/// What the fields of one object say. A key that stands there twice counts with whatever says failure.
#[derive(Debug, Default)]
pub(super) struct Fields {
    error_code: Code,
    error_code_camel: Code,
    code: Code,
    foreign_code: Code,
    error_msg: Option<String>,
    foreign_msg: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
    /// Whether `error` or the like holds something.
    has_error: bool,
    /// Whether `success` or the like says no.
    is_denied: bool,
    has_error_status: bool,
    /// Whether there is any key that is not about errors.
    has_other: bool,
    pub(super) has_keys: bool,
    /// The first child that names a code: it speaks for the answer.
    below: Option<Box<Fields>>,
    is_below_error: bool,
}

impl Fields {
    /// Whether a code stands here.
    pub(super) fn has_code(&self) -> bool {
        [&self.error_code, &self.error_code_camel, &self.code]
            .into_iter()
            .any(|code| code.failing.is_some())
    }

    pub(super) fn into_envelope(mut self, shape: Shape) -> Envelope {
        let below = self.below.take();
        let is_bare = !self.has_other;
        if shape == Shape::Failure && !self.has_code() {
            let above = self.message.take().or(self.error_msg.take());
            let above_id = self.request_id.take();
            let mut envelope = below.map(|below| below.own(shape)).unwrap_or_default();
            envelope.is_known_form &= self.is_below_error;
            envelope.message = envelope.message.or(above);
            envelope.request_id = above_id.or(envelope.request_id);
            envelope.is_bare = is_bare;
            return envelope;
        }
        let complaint = match shape {
            Shape::Success => self.complaint(),
            Shape::Failure => None,
        };
        let mut envelope = self.own(shape);
        envelope.is_bare = is_bare;
        if envelope.code.is_none() {
            envelope.complaint = complaint;
        }
        envelope
    }

    /// The fields of this object alone.
    fn own(self, shape: Shape) -> Envelope {
        let loose = shape == Shape::Failure;
        let codes = [self.error_code, self.error_code_camel, self.code];
        let counted = if loose { 3 } else { 2 };
        let mut code = None;
        let mut is_known_form = true;
        for one in codes.into_iter().take(counted).filter(|one| one.times > 0) {
            is_known_form &= one.is_single() && !one.says_success;
            match (&code, one.failing) {
                (None, failing) => code = failing,
                (Some(first), Some(second)) => is_known_form &= *first == second,
                (Some(_), None) => {}
            }
        }
        let message = match loose {
            true => self.error_msg.or(self.message),
            false => self.error_msg,
        };
        Envelope {
            is_known_form: is_known_form && code.is_some(),
            code,
            message,
            request_id: self.request_id,
            complaint: None,
            is_bare: false,
        }
    }

    /// The field that says failure where no code of this service does.
    fn complaint(&self) -> Option<&'static str> {
        let codes = [
            &self.error_code,
            &self.error_code_camel,
            &self.code,
            &self.foreign_code,
        ];
        let says_success = codes.iter().any(|code| code.says_success);
        let has_empty_code = codes.iter().any(|code| code.times > 0);
        let has_text = self.error_msg.is_some()
            || self.foreign_msg.is_some()
            || has_empty_code && self.message.is_some();
        let table = [
            (
                (self.error_code.times).saturating_add(self.error_code_camel.times) > 1,
                "error_code, which stands there twice",
            ),
            (
                self.code.failing.is_some() || self.foreign_code.failing.is_some(),
                "code",
            ),
            (has_text && !says_success, "error_msg"),
            (self.has_error, "error"),
            (self.is_denied, "success"),
            (self.has_error_status, "status"),
        ];
        table
            .into_iter()
            .find_map(|(says, field)| says.then_some(field))
    }

    /// Reads the value of `key`.
    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        key: Key,
        object: &Object,
        map: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            Key::ErrorCode => self
                .error_code
                .put(map.next_value_seed(Text)?, means_success),
            Key::ErrorCodeCamel => self
                .error_code_camel
                .put(map.next_value_seed(Text)?, means_success),
            Key::Code => self
                .code
                .put(map.next_value_seed(Text)?, means_success_elsewhere),
            Key::ForeignCode => self
                .foreign_code
                .put(map.next_value_seed(Text)?, means_success_elsewhere),
            Key::ErrorMsg | Key::ErrorMsgCamel => keep(&mut self.error_msg, map)?,
            Key::ForeignMsg => keep(&mut self.foreign_msg, map)?,
            Key::Message => keep(&mut self.message, map)?,
            Key::RequestId => keep(&mut self.request_id, map)?,
            Key::Status if !object.nested => {
                self.has_other = true;
                let status = map.next_value_seed(Text)?;
                self.has_error_status |= status.is_some_and(|status| is_error_status(&status));
            }
            Key::Flag if !object.nested => {
                self.has_other = true;
                let (weight, _) = map.next_value_seed(Child {
                    shape: object.shape,
                })?;
                self.is_denied |= weight == Weight::No;
            }
            Key::Error | Key::Other
                if !object.nested && (key == Key::Error || object.shape == Shape::Failure) =>
            {
                let (weight, child) = map.next_value_seed(Child {
                    shape: object.shape,
                })?;
                self.has_error |= key == Key::Error && weight == Weight::Something;
                self.has_other |= key == Key::Other;
                if self.below.is_none() && child.is_some() {
                    self.below = child.map(Box::new);
                    self.is_below_error = key == Key::Error;
                }
            }
            Key::Error | Key::Flag | Key::Status | Key::Other => {
                self.has_other = true;
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// The first text that is not empty stays.
fn keep<'de, A: MapAccess<'de>>(slot: &mut Option<String>, map: &mut A) -> Result<(), A::Error> {
    let text = map.next_value_seed(Text)?;
    if slot.is_none() {
        *slot = text.filter(|text| !text.is_empty());
    }
    Ok(())
}

/// The codes that mean success: zero, and `*.0000` (sister services answer `CBC.0000`).
fn means_success(code: &str) -> bool {
    let code = code.trim();
    code == "0" || code.ends_with(".0000")
}

/// What other machines write for success besides: a status, or the word.
fn means_success_elsewhere(code: &str) -> bool {
    let code = code.trim();
    let is_status = code
        .parse()
        .is_ok_and(|status: u16| (200..300).contains(&status));
    let is_word = ["ok", "success"]
        .iter()
        .any(|word| code.eq_ignore_ascii_case(word));
    means_success(code) || is_status || is_word
}

fn is_error_status(status: &str) -> bool {
    let status = status.trim();
    let is_number = status
        .parse()
        .is_ok_and(|status: u16| (400..600).contains(&status));
    is_number
        || ["error", "fail", "failed", "failure"]
            .iter()
            .any(|word| status.eq_ignore_ascii_case(word))
}

/// Reads the fields of one object.
pub(super) struct Object {
    pub(super) shape: Shape,
    pub(super) nested: bool,
}

impl<'de> Visitor<'de> for Object {
    type Value = Fields;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        while let Some(key) = map.next_key::<Key>()? {
            fields.has_keys = true;
            fields.read(key, &self, &mut map)?;
        }
        Ok(fields)
    }
}
