//! `hwc-tickets chat`.

use super::{Span, message::interval};
use clap::Args;

/// `chat`.
#[derive(Debug, Args)]
pub(crate) struct Chat {
    /// Id of the ticket
    pub(crate) ticket: String,
    /// Begin with the newest N messages; older ones are read when they are scrolled to
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) tail: u64,
    /// Leave the messages unread; otherwise the ticket is marked as read when its newest message is shown
    #[arg(long)]
    pub(crate) keep_unread: bool,
    /// Shortest wait between two looks for new messages; while it is quiet, up to five times as long
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = interval)]
    pub(crate) interval: Span,
}
