//! Fault injection: which call goes wrong, how, and how often. The world never hears of it.

use std::fmt;
use std::time::Duration;

use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::description::Names;
use crate::operation::Operation;

/// How a call goes wrong.
///
/// Most faults come in two kinds: the service has not acted ([`FaultRule::new`]), or it has acted and only the answer is
/// spoiled ([`FaultRule::after_commit`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "snake_case",
    tag = "kind",
    deny_unknown_fields,
    expecting = "an object with a `kind` of fault, such as {\"kind\":\"reset\"}"
)]
#[non_exhaustive]
pub enum Fault {
    /// The gateway answers with an HTTP status and its own kind of error body.
    Status {
        /// HTTP status, 200 to 599.
        status: u16,
        /// `error_code`; a fitting one of the catalogue when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// Value of a `Retry-After` header, sent as it is: a text, also for a number of seconds, such as `"5"`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<String>,
    },
    /// HTTP 200 with `error_code` and `error_msg`.
    Business {
        /// A code of the catalogue, or any other text.
        code: String,
    },
    /// An HTML page, as a proxy or a log-in portal sends it.
    Html {
        /// HTTP status; 200 when absent.
        #[serde(default = "ok")]
        status: u16,
    },
    /// A redirect.
    Redirect {
        /// HTTP status; 302 when absent.
        #[serde(default = "found")]
        status: u16,
        /// Where to.
        location: String,
    },
    /// A body of your own.
    Body {
        /// HTTP status; 200 when absent.
        #[serde(default = "ok")]
        status: u16,
        /// `Content-Type`; `application/json` when absent.
        #[serde(default = "json")]
        content_type: String,
        /// The body, sent as it is.
        body: String,
    },
    /// The call is done and answered, but late.
    Delay {
        /// How late.
        #[serde(rename = "millis", with = "millis")]
        by: Duration,
    },
    /// The answer announces its whole length, and ends after some bytes of the body.
    Cut {
        /// Bytes of the body that get through; half of it when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep: Option<usize>,
        /// Send the body in chunks without an announced length, and leave out the last chunk.
        #[serde(default)]
        chunked: bool,
    },
    /// The body of the answer comes byte by byte.
    Drip {
        /// Time between two bytes.
        #[serde(rename = "millis", with = "millis")]
        every: Duration,
    },
    /// The whole answer comes byte by byte, beginning with the status line.
    DripHead {
        /// Time between two bytes.
        #[serde(rename = "millis", with = "millis")]
        every: Duration,
    },
    /// The connection is reset (RST) instead of an answer.
    Reset,
    /// The connection is closed (FIN) instead of an answer.
    Close,
    /// No answer ever comes; the connection stays open.
    Hang,
    /// The call is answered as usual. When the next request arrives on this connection, the connection is reset and the
    /// request is never read: a kept connection that died in the meantime.
    ResetNext,
    /// The credential of the call is taken for expired. A token stays expired afterwards.
    Expire,
}

impl Fault {
    /// Every kind of fault, by the names rules have for them.
    pub const KINDS: [&'static str; 14] = [
        "status",
        "business",
        "html",
        "redirect",
        "body",
        "delay",
        "cut",
        "drip",
        "drip_head",
        "reset",
        "close",
        "hang",
        "reset_next",
        "expire",
    ];

    /// Its kind, by the name rules have for it.
    pub fn kind(&self) -> &'static str {
        match self {
            Fault::Status { .. } => "status",
            Fault::Business { .. } => "business",
            Fault::Html { .. } => "html",
            Fault::Redirect { .. } => "redirect",
            Fault::Body { .. } => "body",
            Fault::Delay { .. } => "delay",
            Fault::Cut { .. } => "cut",
            Fault::Drip { .. } => "drip",
            Fault::DripHead { .. } => "drip_head",
            Fault::Reset => "reset",
            Fault::Close => "close",
            Fault::Hang => "hang",
            Fault::ResetNext => "reset_next",
            Fault::Expire => "expire",
        }
    }
}

/// Which calls a fault is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Route {
    /// Every call.
    #[default]
    Any,
    /// Every operation on tickets, not IAM.
    Tickets,
    /// One operation.
    #[serde(untagged)]
    Only(Operation),
}

impl Route {
    fn matches(self, operation: Operation) -> bool {
        match self {
            Route::Any => true,
            Route::Tickets => operation != Operation::CreateToken,
            Route::Only(only) => only == operation,
        }
    }
}

/// By hand, because a rule that names no operation is to learn which there are.
impl<'de> Deserialize<'de> for Route {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(RouteName)
    }
}

struct RouteName;

impl Visitor<'_> for RouteName {
    type Value = Route;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "one of `any`, `tickets`, {Names}")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Route, E> {
        match name {
            "any" => Ok(Route::Any),
            "tickets" => Ok(Route::Tickets),
            _ => Operation::named(name)
                .map(Route::Only)
                .map_err(|_| E::invalid_value(Unexpected::Str(name), &self)),
        }
    }
}

impl From<Operation> for Route {
    fn from(operation: Operation) -> Self {
        Route::Only(operation)
    }
}

/// A fault for some calls: the next ones that fit, as often as it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FaultRule {
    /// Which calls.
    #[serde(default, rename = "operation")]
    pub route: Route,
    /// How they go wrong.
    pub fault: Fault,
    /// Whether the service acts before the answer is spoiled.
    #[serde(default)]
    pub after_commit: bool,
    /// Calls that fit and are still to be spared.
    #[serde(default)]
    pub skip: u32,
    /// Calls it is still for.
    #[serde(default = "once")]
    pub count: u32,
}

impl FaultRule {
    /// The next call that fits goes wrong, and the service has not acted.
    pub fn new(route: impl Into<Route>, fault: Fault) -> Self {
        FaultRule {
            route: route.into(),
            fault,
            after_commit: false,
            skip: 0,
            count: 1,
        }
    }

    /// The same, but the service acts first: only the answer is spoiled.
    #[must_use]
    pub fn after_commit(mut self) -> Self {
        self.after_commit = true;
        self
    }

    /// The same for so many calls. `u32::MAX` is for as good as ever.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.count = count;
        self
    }

    /// The same after so many calls that go well.
    #[must_use]
    pub fn skipping(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }
}

/// The rules that are still open, oldest first.
#[derive(Debug, Default)]
pub(crate) struct FaultRules(Vec<FaultRule>);

impl FaultRules {
    pub(crate) fn add(&mut self, rule: FaultRule) {
        if rule.count > 0 {
            self.0.push(rule);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Removes the rules of one kind.
    pub(crate) fn clear_kind(&mut self, kind: &str) {
        self.0.retain(|rule| rule.fault.kind() != kind);
    }

    pub(crate) fn open(&self) -> &[FaultRule] {
        &self.0
    }

    /// The fault for a call, if one is injected, and whether the service acts. Uses the rule up.
    pub(crate) fn take(&mut self, operation: Operation) -> Option<(Fault, bool)> {
        for index in 0..self.0.len() {
            let Some(rule) = self.0.get_mut(index) else {
                continue;
            };
            if !rule.route.matches(operation) {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            rule.count = rule.count.saturating_sub(1);
            let taken = (rule.fault.clone(), rule.after_commit);
            self.0.retain(|rule| rule.count > 0);
            return Some(taken);
        }
        None
    }
}

fn ok() -> u16 {
    200
}

fn found() -> u16 {
    302
}

fn json() -> String {
    "application/json".to_owned()
}

fn once() -> u32 {
    1
}

/// Durations as a number of milliseconds.
mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        time: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
