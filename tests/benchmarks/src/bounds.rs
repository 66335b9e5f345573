//! What plain code holds a call to, and the page that it reads: the same in the program that measures and in those of one client each.

use std::time::Duration;

/// What plain code calls itself.
pub(crate) const AGENT: &str = "by-hand/1.0";
/// The time a call may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);
/// Most bytes of an answer.
pub(crate) const LIMIT: usize = 16 << 20;
/// Where tickets are.
pub(crate) const CASES: &str = "/v2/servicerequest/cases";

/// The newest messages of a ticket.
pub(crate) fn page_of(ticket: &str, rows: usize) -> String {
    format!("{CASES}/{ticket}/messages?limit={rows}&offset=0")
}
