//! `hwc-tickets chat`.

use super::{Span, message::interval, number::COUNT};
use clap::Args;

/// `chat`.
#[derive(Debug, Args)]
pub(crate) struct Chat {
    /// Id of the ticket; without it, the chat begins with the list of open tickets
    pub(crate) ticket: Option<String>,
    /// Start with the newest N messages; scrolling up reads older ones
    #[arg(
        long,
        value_name = "N",
        default_value_t = 50,
        value_parser = COUNT,
        allow_negative_numbers = true
    )]
    pub(crate) tail: u64,
    /// Leave the messages unread; otherwise a ticket is marked as read when all its unread messages were shown
    #[arg(long)]
    pub(crate) keep_unread: bool,
    /// Minimum time between polls; up to five times as long while it is quiet
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = interval)]
    pub(crate) interval: Span,
}
