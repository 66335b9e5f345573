//! How long each part of a call may take.

use std::time::Duration;

/// How long each part of a call may take. Every call ends within [`Timeouts::total`].
///
/// A call that streams its body or its answer takes as long as there are bytes to move, unless
/// [`CallOptions::deadline`](crate::CallOptions::deadline) sets an end. Without one, `attempt` is the longest pause
/// between two pieces that go out, and from the last one to the head of the answer; `idle_body` is the longest pause
/// inside the answer; and `total` bounds the time in which nothing moves: credentials, and the waits between attempts.
/// The last piece counts as gone when the system has taken it. On a slow line the system may hold a part of the body for longer than
/// `attempt` then, so the answer may be later by as long as the line took for the last MiB.
///
/// ```
/// use std::time::Duration;
/// use hwc_core::Timeouts;
/// let timeouts = Timeouts::default().total(Duration::from_secs(12));
/// assert_eq!(timeouts.connect, Duration::from_secs(3));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Name resolution, TCP, proxy and TLS handshake together. Default 3 s.
    /// A transport of your own keeps its own limit.
    pub connect: Duration,
    /// One attempt, until the head of the answer is there. Default 10 s.
    pub attempt: Duration,
    /// The longest pause inside the body of an answer. Default 5 s.
    pub idle_body: Duration,
    /// The whole call: credentials, every attempt, every wait, the body. Default 30 s.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            attempt: Duration::from_secs(10),
            idle_body: Duration::from_secs(5),
            total: Duration::from_secs(30),
        }
    }
}

impl Timeouts {
    /// The same with this limit of name resolution, TCP, proxy and TLS handshake together. Default 3 s.
    #[must_use]
    pub fn connect(mut self, limit: Duration) -> Self {
        self.connect = limit;
        self
    }

    /// The same with this limit of one attempt, until the head of the answer is there. Default 10 s.
    #[must_use]
    pub fn attempt(mut self, limit: Duration) -> Self {
        self.attempt = limit;
        self
    }

    /// The same with this longest pause inside the body of an answer. Default 5 s.
    #[must_use]
    pub fn idle_body(mut self, pause: Duration) -> Self {
        self.idle_body = pause;
        self
    }

    /// The same with this limit of the whole call: credentials, every attempt, every wait, the body. Default 30 s.
    #[must_use]
    pub fn total(mut self, limit: Duration) -> Self {
        self.total = limit;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Pipeline, ProxyChoice};

    /// Each limit with its name. Another one does not compile before it stands here too.
    fn limits(timeouts: &mut Timeouts) -> Vec<(&'static str, &mut Duration)> {
        let Timeouts {
            connect,
            attempt,
            idle_body,
            total,
        } = timeouts;
        vec![
            ("connect", connect),
            ("attempt", attempt),
            ("idle_body", idle_body),
            ("total", total),
        ]
    }

    #[test]
    fn a_limit_of_zero_is_refused_by_its_name() {
        for row in 0..limits(&mut Timeouts::default()).len() {
            let mut timeouts = Timeouts::default();
            let (name, limit) = limits(&mut timeouts).swap_remove(row);
            *limit = Duration::ZERO;
            let builder = Pipeline::builder("https://things.example.com".parse().unwrap());
            let builder = builder.proxy(ProxyChoice::Direct).timeouts(timeouts);
            assert_eq!(
                builder.problems(),
                [format!("the limit `{name}` is zero; give it some time")]
            );
        }
    }
}
