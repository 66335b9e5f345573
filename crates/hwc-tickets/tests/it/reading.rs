//! Reading, against a small service in memory whose every choice can be turned round.

pub mod desk;
mod faults;
mod follow;
mod history;
mod odd;
mod schedule;
mod unread;
