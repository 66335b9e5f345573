//! Names of what is chosen from a list: the same when it is stored, shown and read.

/// Gives an enum `as_str`, `Display` and `FromStr`. The names are those that serde writes; a variant `with` holds a number that
/// nothing is known of.
macro_rules! names {
    ($type:ident: $what:literal { $($variant:ident = $name:literal),+ $(,)? } $(with $other:ident read by $read:ident)?) => {
        impl $type {
            /// Its name in lower case, stable, for logs, metrics and columns: as serde writes it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                    $(Self::$other(_) => "other",)?
                }
            }
        }

        /// The name; where there is none, the number as well: `other (99)`.
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $(if let Self::$other(code) = self {
                    return f.pad(&format!("other ({code})"));
                })?
                f.pad(self.as_str())
            }
        }

        /// From what `Display` writes: also from the number of what an earlier version had no name for.
        impl std::str::FromStr for $type {
            type Err = $crate::names::UnknownName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let known = match text {
                    $($name => Some(Self::$variant),)+
                    _ => None,
                };
                $(let known = known.or_else(|| $crate::names::code(text).map(|code| Self::$read(Some(code))));)?
                known.ok_or($crate::names::UnknownName::new($what))
            }
        }
    };
}

pub(crate) use names;

/// The number of a value without a name.
pub(crate) fn code(text: &str) -> Option<i64> {
    let code = text.strip_prefix("other (")?.strip_suffix(')')?;
    code.parse().ok()
}

/// A text is not a name of what it was to be. Says what that is, never the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of {what}")]
pub struct UnknownName {
    what: &'static str,
}

impl UnknownName {
    pub(crate) fn new(what: &'static str) -> Self {
        Self { what }
    }
}
