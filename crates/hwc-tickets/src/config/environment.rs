//! Settings from environment variables: read in one place, so that tests can stand in for them.

use std::fmt;

/// Where variables are looked up.
pub(crate) struct Environment(Box<dyn Fn(&str) -> Option<String> + Send + Sync>);

impl Environment {
    /// The variables of this process. A value that is not Unicode counts as absent.
    pub(crate) fn process() -> Self {
        Self(Box::new(|name| std::env::var(name).ok()))
    }

    /// The variable, unless it is absent or blank.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        (self.0)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }
}

/// Values may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}
