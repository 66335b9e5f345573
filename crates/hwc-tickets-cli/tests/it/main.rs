//! The program against the simulator: what it prints, how it ends, what it never shows.
//!
//! Golden outputs lie in `snapshots`. After a wanted change: `INSTA_UPDATE=always cargo test -p hwc-tickets-cli --test it`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and its files and hang guards are its own"
)]

mod ages;
#[cfg(unix)]
mod chat;
#[cfg(unix)]
mod completions;
mod config;
mod create;
mod daily;
mod described;
mod download;
#[cfg(unix)]
mod endings;
mod exit;
#[cfg(unix)]
mod follow;
mod help;
#[cfg(unix)]
mod hooks;
mod hostile;
mod inbox;
mod inputs;
mod jq;
mod keys;
#[cfg(unix)]
mod leftovers;
mod login;
#[cfg(unix)]
mod manual;
mod output;
mod pending;
#[cfg(unix)]
mod picture;
mod profiles;
mod recall;
mod reconcile;
mod secrets;
#[cfg(unix)]
mod settings;
mod shapes;
#[cfg(unix)]
mod sim;
#[cfg(unix)]
mod sitting;
mod stage;
#[cfg(unix)]
mod terminal;
mod words;
mod zones;
