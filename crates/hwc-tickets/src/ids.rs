//! Identifiers: checked once, so that none can smuggle a path, a header or nothing.
//!
//! An id becomes part of a URL path. An empty id, `..` or `a/b` would make it another path, so
//! such a value never becomes an id and never reaches the network.

use std::{fmt, str::FromStr, sync::Arc};

/// Longest id that is accepted, in characters. The documents say 64 or 32 (D-06): the larger one is
/// checked here, the smaller one is left to the service.
pub const MAX_ID_LENGTH: usize = crate::service::limit::MAX_ID;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdRule {
    /// It has no character. An empty path segment would change the route.
    Empty,
    /// It is longer than [`MAX_ID_LENGTH`].
    TooLong {
        /// Its length in characters.
        length: usize,
    },
    /// It holds a character that is not allowed.
    Character {
        /// The character.
        found: char,
        /// Its place, counted in characters from 0.
        position: usize,
    },
    /// It is `.` or `..`, or starts like them: a path would lose a segment.
    DotSegment,
}

/// A text is not a valid id. Says which kind of id and which rule, never the text itself.
///
/// What to do: take the id as the service shows it. If it really has unusual characters, use the
/// `lenient` constructor of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidId {
    what: &'static str,
    rule: IdRule,
}

impl InvalidId {
    /// What the text was to be, e.g. `ticket id`.
    #[must_use]
    pub fn what(&self) -> &'static str {
        self.what
    }

    /// The rule it breaks.
    #[must_use]
    pub fn rule(&self) -> IdRule {
        self.rule
    }
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.what;
        match self.rule {
            IdRule::Empty => write!(f, "not a valid {what}: it is empty"),
            IdRule::TooLong { length } => write!(
                f,
                "not a valid {what}: it has {length} characters, the limit is {MAX_ID_LENGTH}"
            ),
            IdRule::Character { found, position } => write!(
                f,
                "not a valid {what}: character U+{:04X} at position {position} is not allowed",
                u32::from(found)
            ),
            IdRule::DotSegment => write!(f, "not a valid {what}: it would act as a path step"),
        }
    }
}

impl std::error::Error for InvalidId {}

/// Letters, digits, `_` and `-`: what every id seen in the documents is made of.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// What else stays one path segment for every URL parser. No `;`: some servers cut a segment there.
fn is_harmless(c: char) -> bool {
    is_plain(c)
        || matches!(
            c,
            '.' | '~' | '!' | '$' | '&' | '\'' | '(' | ')' | '*' | '+' | ',' | '=' | ':' | '@'
        )
}

fn check(text: &str, allowed: fn(char) -> bool) -> Result<(), IdRule> {
    // What is allowed is ASCII: of an id nearly always one look at each byte tells all.
    let is_usual = (1..=MAX_ID_LENGTH).contains(&text.len())
        && !text.starts_with('.')
        && text.bytes().all(|byte| allowed(char::from(byte)));
    match is_usual {
        true => Ok(()),
        false => check_each_rule(text, allowed),
    }
}

#[cold]
fn check_each_rule(text: &str, allowed: fn(char) -> bool) -> Result<(), IdRule> {
    if text.is_empty() {
        return Err(IdRule::Empty);
    }
    if let Some((position, found)) = text.chars().enumerate().find(|&(_, c)| !allowed(c)) {
        return Err(IdRule::Character { found, position });
    }
    let length = text.chars().count();
    if length > MAX_ID_LENGTH {
        return Err(IdRule::TooLong { length });
    }
    if text == "." || text.starts_with("..") {
        return Err(IdRule::DotSegment);
    }
    Ok(())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        ///
        /// Made of letters, digits, `_` and `-`, 1 to 64 of them. Cheap to clone.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks `text`: letters, digits, `_`, `-`, 1 to 64 characters.
            ///
            /// # Errors
            /// [`InvalidId`] names the rule that `text` breaks. Nothing was sent.
            pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidId> {
                Self::checked(text.as_ref(), is_plain)
            }

            /// Accepts what else is harmless in a path segment: `. ~ ! $ & ' ( ) * + , = : @`.
            /// Still refused: empty, longer than 64, `.`, anything that starts with `..`, `/`, `\`,
            /// `%`, `?`, `#`, `;`, spaces, control characters and everything outside ASCII.
            ///
            /// # Errors
            /// [`InvalidId`] names the rule that `text` breaks. Nothing was sent.
            pub fn lenient(text: impl AsRef<str>) -> Result<Self, InvalidId> {
                Self::checked(text.as_ref(), is_harmless)
            }

            fn checked(text: &str, allowed: fn(char) -> bool) -> Result<Self, InvalidId> {
                check(text, allowed).map_err(|rule| InvalidId { what: $what, rule })?;
                Ok(Self(Arc::from(text)))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidId;
            fn try_from(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl TryFrom<&String> for $name {
            type Error = InvalidId;
            fn try_from(text: &String) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.as_str().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        /// Accepts what [`Self::lenient`] accepts: a stored id may have been made by it.
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::lenient(text).map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// The id of a ticket, e.g. `TT201801020526`. The service calls it `case_id` or `incident_id` (D-30).
    TicketId,
    "ticket id"
);
id!(
    /// The id of a message. Only the ticket detail shows it (D-15).
    MessageId,
    "message id"
);
id!(
    /// The id of an uploaded attachment. The service calls it `accessory_id`.
    AttachmentId,
    "attachment id"
);
id!(
    /// The id of a user group, needed to act on a colleague's ticket (D-32).
    GroupId,
    "group id"
);
