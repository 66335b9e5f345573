//! The program against the simulator: what it prints, how it ends, what it never shows.
//!
//! Golden outputs lie in `snapshots`. After a wanted change: `INSTA_UPDATE=always cargo test -p hwc-tickets-cli --test it`.

mod config;
mod exit;
mod help;
mod hostile;
mod output;
mod secrets;
mod stage;
mod terminal;
