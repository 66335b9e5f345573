//! Tests of the SDK through its public interface.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    missing_docs,
    unreachable_pub,
    reason = "a test fails by panicking, and nobody else uses it"
)]

mod actions;
mod api;
mod attachments;
#[cfg(feature = "blocking")]
mod blocking;
mod bridge;
mod bridge_answers;
mod cancel;
mod catalog;
mod config;
mod create;
mod day;
mod detail;
mod docs;
mod doubt;
mod ended;
mod examples;
mod files;
mod folder;
mod follow_all;
mod follow_new;
mod fuzz;
mod handling;
mod ids;
mod jumps;
mod key;
mod ledger;
mod lives;
mod mark_read;
mod office;
mod opening;
mod orders;
mod outbox;
mod reading;
mod recall;
mod rooms;
mod roster;
mod schedules;
mod snippets;
mod stored;
mod submit;
mod text;
mod tickets;
mod time;
mod unread_all;
mod unrecorded;
