//! Reading, against a small service in memory whose every choice can be turned round.

mod clock_schedule;
mod clocks;
pub mod desk;
mod faults;
mod follow;
mod history;
mod odd;
mod owed;
mod places;
mod schedule;
mod short_page_schedule;
mod short_pages;
mod unread;
