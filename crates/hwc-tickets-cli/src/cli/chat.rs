//! `hwc-tickets chat`.

use super::{Span, message::interval};
use clap::Args;

/// `chat`.
#[derive(Debug, Args)]
pub(crate) struct Chat {
    /// Id of the ticket
    pub(crate) ticket: String,
    /// Start with the newest N messages; scrolling up reads older ones
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) tail: u64,
    /// Leave the messages unread; otherwise the ticket is marked as read when its newest message is shown
    #[arg(long)]
    pub(crate) keep_unread: bool,
    /// Minimum time between polls; up to five times as long while it is quiet
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = interval)]
    pub(crate) interval: Span,
}
