//! What the pipeline must know about one operation and one call of it.

use std::time::Duration;

/// What calling an operation does to the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Changes nothing: may be repeated freely. An empty answer is a protocol error.
    Read,
    /// Changes something, but doing it twice is the same as doing it once: may be repeated.
    IdempotentWrite,
    /// Doing it twice is a second effect: repeated only when it is proven that it did not happen.
    Write,
}

/// One operation of a service, from the generated operations table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// Name in the service description, e.g. `createMessages`.
    pub name: &'static str,
    /// HTTP method in capitals.
    pub method: &'static str,
    /// Path template, safe to log, e.g. `/v2/servicerequest/cases/{case_id}/message`.
    pub path: &'static str,
    /// What a call does.
    pub effect: Effect,
}

impl Operation {
    /// Whether `path` is this operation's path with values in place of the parameters.
    ///
    /// A value is one segment: not empty, not `.` or `..` in any spelling, without an encoded separator.
    #[must_use]
    pub fn matches_path(&self, path: &str) -> bool {
        let mut given = path.split('/');
        let mut wanted = self.path.split('/');
        loop {
            match (given.next(), wanted.next()) {
                (None, None) => return true,
                (Some(value), Some(parameter)) if parameter.starts_with('{') => {
                    if !is_one_segment(value) {
                        return false;
                    }
                }
                (Some(given), Some(wanted)) if given == wanted => {}
                _ => return false,
            }
        }
    }
}

fn is_one_segment(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !value.is_empty() && value.bytes().all(plain) {
        return true;
    }
    let lower = value.to_ascii_lowercase();
    let dots = lower.replace("%2e", ".");
    !value.is_empty()
        && dots != "."
        && dots != ".."
        && !["%2f", "%5c", "%00", "\\"]
            .iter()
            .any(|bad| lower.contains(bad))
}

/// What one call wants to differ from the defaults of the pipeline.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// Total deadline of the call, every attempt and wait included. `None`: the pipeline's.
    pub deadline: Option<Duration>,
    /// Most attempts of one call. `None`: the pipeline's retry policy.
    pub max_attempts: Option<u32>,
}

impl CallOptions {
    /// With this total deadline in place of the pipeline's.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// With at most so many attempts in place of the pipeline's. Zero counts as one.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }
}
