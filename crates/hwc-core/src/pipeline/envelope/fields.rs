//! The error fields of one object, and what they say together.

mod child;

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};

use super::{
    Envelope, Shape,
    code::Code,
    keys::{Key, KeyText, Named},
    known::{self, Known},
    outcome::Outcome,
    seen::{Seen, Weight},
    text::{Text, UNREADABLE},
    words,
};
use child::{Child, Value};

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
    /// How many of `error` and the like hold something.
    errors: u8,
    /// Whether `success` or the like says no.
    is_denied: bool,
    has_error_status: bool,
    /// Whether `success`, `status` or the like says yes.
    says_yes: bool,
    /// Whether something speaks of the outcome that is no plain sign of success.
    is_doubtful: bool,
    /// Whether something stands here or below that an answer to a write need not hold when all is well.
    pub(super) is_strange: bool,
    /// Whether something stands here that only a call which was done is answered with: a sign of success, the id of
    /// what was made, a count, content.
    has_sign: bool,
    /// Whether it has the id of what was made.
    is_made: bool,
    /// Whether something stands here that does not come with an error.
    has_beside: bool,
    /// The status that the body tells.
    status: Option<u16>,
    /// Whether several errors stand here, or one in a form that is not read.
    has_error_list: bool,
    /// Whether there is any key that is not about errors. In an answer to a write: with something in it.
    has_other: bool,
    pub(super) has_keys: bool,
    /// Whether all of it together says failure: by a code, or by a complaint.
    pub(super) says_failure: bool,
    /// The first child that says failure: it speaks for the answer.
    below: Option<Box<Fields>>,
    is_below_error: bool,
    /// Whether another child says failure or success.
    has_second_below: bool,
}

impl Fields {
    /// Whether a code stands here.
    pub(super) fn has_code(&self) -> bool {
        [&self.error_code, &self.error_code_camel, &self.code]
            .into_iter()
            .any(|code| code.failing.is_some())
    }

    /// Whether some code or flag says success.
    pub(super) fn says_success(&self) -> bool {
        let codes = [
            &self.error_code,
            &self.error_code_camel,
            &self.code,
            &self.foreign_code,
        ];
        self.says_yes || codes.iter().any(|code| code.says_success)
    }

    pub(super) fn into_envelope(mut self, shape: Shape) -> Envelope {
        let whole = Envelope {
            is_bare: !self.has_other,
            is_plain: !self.is_strange || self.is_made,
            is_lone: !self.has_beside && self.below.as_ref().is_none_or(|below| !below.has_beside),
            is_made: self.is_made,
            status: self.status,
            ..Envelope::default()
        };
        let complaint = self.complaint(shape);
        let said = match shape {
            Shape::Failure if !self.has_code() => self.failure_below(),
            Shape::Failure | Shape::Read | Shape::Written => {
                let below = self.below.take();
                let is_known_form =
                    below.is_none() && !self.has_second_below && !self.is_contradicted(shape);
                let text = (self.foreign_msg.clone()).or_else(|| self.message.clone());
                let mut envelope = self.own(shape);
                envelope.is_known_form &= is_known_form;
                if envelope.code.is_none() && complaint.is_some() {
                    let texts = |below: Box<Fields>| {
                        below.error_msg.or(below.foreign_msg).or(below.message)
                    };
                    envelope.complaint = complaint;
                    envelope.message = envelope.message.or(text).or(below.and_then(texts));
                }
                envelope
            }
        };
        Envelope {
            code: said.code,
            message: said.message,
            request_id: said.request_id,
            is_known_form: said.is_known_form,
            complaint: said.complaint,
            ..whole
        }
    }

    /// A failure whose code stands one level down, if anywhere. It proves something only where it is the one thing
    /// that is said about an error.
    fn failure_below(mut self) -> Envelope {
        let shape = Shape::Failure;
        let codes = [&self.error_code, &self.error_code_camel, &self.code];
        let is_known_form = self.is_below_error
            && !self.has_second_below
            && self.errors == 1
            && codes.iter().all(|code| code.times == 0)
            && !self.is_contradicted(shape);
        let below = self.below.take();
        let is_contradicted = (below.as_ref()).is_some_and(|below| below.is_contradicted(shape));
        let mut envelope = below.map(|below| below.own(shape)).unwrap_or_default();
        envelope.is_known_form &= is_known_form && !is_contradicted;
        envelope.message = envelope.message.or(self.message).or(self.error_msg);
        envelope.request_id = self.request_id.or(envelope.request_id);
        envelope
    }

    /// Whether something beside a code says otherwise, or is none of this service's.
    fn is_contradicted(&self, shape: Shape) -> bool {
        let is_foreign_code = shape != Shape::Failure && self.code.says_success;
        let is_one_of_many = self.has_error_list && self.has_code();
        self.says_yes
            || self.has_sign
            || is_one_of_many
            || self.foreign_code.times > 0
            || is_foreign_code
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
            ..Envelope::default()
        }
    }

    /// What says failure where no code of this service does at the top.
    fn complaint(&self, shape: Shape) -> Option<&'static str> {
        if shape == Shape::Failure {
            return None;
        }
        let codes = [
            &self.error_code,
            &self.error_code_camel,
            &self.code,
            &self.foreign_code,
        ];
        let is_zero = self.error_code.says_zero || self.error_code_camel.says_zero;
        let has_error_msg = self.error_msg.is_some() && !is_zero
            || self.foreign_msg.is_some() && !is_zero && !self.foreign_code.says_zero;
        // What a message says is known only from what stands beside it: a code that says nothing, or nothing at all.
        let is_word_of_a_code = codes.iter().any(|code| code.times > 0);
        let is_lone = shape == Shape::Written && !self.has_other;
        let is_good = codes.iter().any(|code| code.says_success)
            || self.message.as_deref().is_none_or(words::is_good);
        let table = [
            (
                (self.error_code.times).saturating_add(self.error_code_camel.times) > 1,
                "its field error_code, which is there twice",
            ),
            (
                self.code.failing.is_some() || self.foreign_code.failing.is_some(),
                "its field code",
            ),
            (has_error_msg, "its field error_msg"),
            (self.errors > 0, "its field error"),
            (self.is_denied, "its field success"),
            (self.has_error_status, "its field status"),
            (
                shape == Shape::Written && self.below.is_some(),
                "a field below its top",
            ),
            (
                (is_word_of_a_code || is_lone) && !is_good && !self.is_made,
                "its field message",
            ),
            (
                self.is_doubtful && !self.is_made,
                "a field about the outcome that does not plainly say success",
            ),
        ];
        table
            .into_iter()
            .find_map(|(says, field)| says.then_some(field))
    }

    /// Reads the value of a key.
    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        Named { key, known }: Named,
        object: &Object<'_>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            Key::ErrorCode => self
                .error_code
                .put(map.next_value_seed(Text::OF_ERROR)?, words::means_success),
            Key::ErrorCodeCamel => self
                .error_code_camel
                .put(map.next_value_seed(Text::OF_ERROR)?, words::means_success),
            Key::Code => self.code.put(
                map.next_value_seed(Text::OF_RESULT)?,
                words::means_success_elsewhere,
            ),
            Key::ForeignErrorCode => self
                .foreign_code
                .put(map.next_value_seed(Text::OF_ERROR)?, words::means_success),
            Key::ForeignCode => self.foreign_code.put(
                map.next_value_seed(Text::OF_RESULT)?,
                words::means_success_elsewhere,
            ),
            Key::ErrorMsg | Key::ForeignMsg => {
                let text = map.next_value_seed(Text::OF_ERROR)?;
                let is_doubtful = is_doubtful(text.as_deref());
                self.has_beside |= text.as_deref().is_some_and(words::speaks_of_success);
                self.is_doubtful |= is_doubtful;
                self.is_strange |= is_doubtful;
                let slot = match key {
                    Key::ErrorMsg => &mut self.error_msg,
                    _ => &mut self.foreign_msg,
                };
                keep(slot, text);
            }
            Key::RequestId => {
                let text = map.next_value_seed(Text::OF_ERROR)?;
                self.is_strange |= text
                    .as_deref()
                    .is_some_and(|text| !known::is_request_id(text));
                keep(&mut self.request_id, text);
            }
            Key::Trace => {
                self.value(key, known, object, map)?;
            }
            Key::Message => {
                let seen = self.value(key, known, object, map)?;
                self.is_doubtful |= Outcome::Words.is_doubtful(&seen);
                let is_text = seen.text.is_some();
                self.has_beside |= match seen.text.as_deref() {
                    Some(text) => words::speaks_of_success(text),
                    None => seen.weight == Weight::Something,
                };
                let text = (seen.text).filter(|text| !text.is_empty() && text != "false");
                let instead = || {
                    (!is_text && seen.weight == Weight::Something).then(|| UNREADABLE.to_owned())
                };
                // It is more than a message then. A read is not less bare for it.
                self.has_other |=
                    object.shape == Shape::Written && !is_text && seen.weight == Weight::Something;
                self.message = self.message.take().or(text).or_else(instead);
            }
            Key::Error => {
                let seen = self.value(key, known, object, map)?;
                let is_something = seen.weight == Weight::Something;
                self.errors = self.errors.saturating_add(is_something.into());
            }
            Key::Flag => {
                let seen = self.value(key, known, object, map)?;
                self.is_doubtful |= Outcome::Success.is_doubtful(&seen);
                let is_failure = seen.text.as_deref().is_some_and(words::is_failure);
                let is_no = seen.weight == Weight::No || is_failure;
                self.is_denied |= is_no;
                self.says_yes |= seen.weight == Weight::Something && !is_no && seen.text.is_some();
                self.has_other |=
                    object.shape != Shape::Written || seen.weight == Weight::Something;
            }
            Key::Status => {
                let seen = self.value(key, known, object, map)?;
                self.is_doubtful |= Outcome::Result.is_doubtful(&seen);
                let text = seen.text.unwrap_or_default();
                self.status = self.status.or_else(|| text.trim().parse().ok());
                self.has_error_status |= words::is_failure(&text);
                self.says_yes |= words::is_success(&text);
                self.has_other |= object.shape != Shape::Written || seen.weight != Weight::Nothing;
            }
            Key::Outcome(_) | Key::Other if !object.looks_at_others() => {
                self.has_other = true;
                map.next_value::<IgnoredAny>()?;
            }
            Key::Outcome(_) | Key::Other => {
                let seen = self.value(key, known, object, map)?;
                self.has_beside |= seen.weight == Weight::Something
                    && !matches!(known, Known::Time | Known::RequestId);
                self.is_doubtful |=
                    matches!(key, Key::Outcome(outcome) if outcome.is_doubtful(&seen));
                // Of a read these are content, and not looked at: see the arm above.
                self.has_other |= seen.weight == Weight::Something;
            }
        }
        Ok(())
    }

    /// Reads a value that may hold error fields of its own, and keeps the first of them.
    fn value<'de, A: MapAccess<'de>>(
        &mut self,
        key: Key,
        known: Known,
        object: &Object<'_>,
        map: &mut A,
    ) -> Result<Seen, A::Error> {
        let Value { seen, fields } = map.next_value_seed(Child {
            object: object.below(key),
        })?;
        self.is_strange |= !known.is_plain(&seen);
        self.is_made |= known == Known::Made && known.is_sign(&seen);
        // What a read answers is its content, whatever else it says.
        self.has_sign |= object.shape != Shape::Read && is_sign(key, known, &seen);
        self.has_error_list |= key == Key::Error
            && seen.weight == Weight::Something
            && seen.text.is_none()
            && !seen.is_plain_object
            && fields.is_none();
        if let Some(fields) = fields {
            let is_first = self.below.is_none() && fields.says_failure;
            self.has_second_below |= !is_first;
            if is_first {
                self.below = Some(fields);
                self.is_below_error = key == Key::Error;
            }
        }
        Ok(seen)
    }
}

/// The first text that is not empty stays.
fn keep(slot: &mut Option<String>, text: Option<String>) {
    if slot.is_none() {
        *slot = text.filter(|text| !text.is_empty());
    }
}

/// Whether a value is what only a call that was done is answered with.
fn is_sign(key: Key, known: Known, seen: &Seen) -> bool {
    if seen.weight != Weight::Something {
        return false;
    }
    match (&seen.text, key) {
        (Some(_), _) => known.is_sign(seen),
        (None, Key::Message | Key::Status | Key::Flag) => true,
        (None, Key::Other) => known == Known::Content,
        (None, _) => false,
    }
}

/// Whether a text about an error says more than that there is none.
fn is_doubtful(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.trim().is_empty() && !words::is_plain(text))
}

/// How many levels below the top of an answer to a write are looked at for what says failure.
const DEEPEST: u8 = 8;

/// How many of them for what does not plainly say success. Further below stands what was written.
const STRICT: u8 = 1;

/// Reads the fields of one object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object<'m> {
    pub(super) shape: Shape,
    /// The key of the id of what the operation makes, where it can stand.
    pub(super) made: Option<&'m str>,
    /// Objects and lists above this one.
    pub(super) depth: u8,
    /// Objects above this one.
    pub(super) level: u8,
}

impl Object<'_> {
    /// Whether all that speaks of an outcome must be a plain sign of success.
    fn is_strict(self) -> bool {
        self.shape == Shape::Written && self.level <= STRICT
    }

    /// Whether values under keys that mean nothing here are looked at.
    fn looks_at_others(self) -> bool {
        match self.shape {
            Shape::Read => false,
            Shape::Written | Shape::Failure => true,
        }
    }

    /// How an object under `key` is read, if at all.
    fn below(self, key: Key) -> Option<Self> {
        let is_looked_at = match self.shape {
            Shape::Read => false,
            Shape::Written => self.depth < DEEPEST,
            Shape::Failure => {
                self.depth == 0 && matches!(key, Key::Error | Key::Outcome(_) | Key::Other)
            }
        };
        is_looked_at.then(|| Self {
            depth: self.depth.saturating_add(1),
            level: self.level.saturating_add(1),
            made: None,
            ..self
        })
    }

    /// How an object in a list is read that stands in the place of this one, if at all.
    pub(super) fn in_a_list(self) -> Option<Self> {
        (self.shape == Shape::Written && self.depth < DEEPEST).then(|| Self {
            depth: self.depth.saturating_add(1),
            ..self
        })
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Fields;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        while let Some(key) = map.next_key_seed(KeyText {
            shape: self.shape,
            made: self.made,
        })? {
            fields.has_keys = true;
            fields.read(key, &self, &mut map)?;
        }
        fields.is_doubtful &= self.is_strict();
        fields.says_failure = fields.has_code() || fields.complaint(self.shape).is_some();
        Ok(fields)
    }
}
