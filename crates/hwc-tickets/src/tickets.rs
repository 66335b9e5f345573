//! Tickets as a whole: the handle of one, what is read of it and done to it, lists of them, and the calls for that.

pub mod action;
pub mod contact;
pub mod detail;
pub mod end;
pub mod entry;
pub mod export;
pub mod follow_new;
pub mod list;
pub mod listed;
pub mod log;
pub mod rating;
pub mod rows;
pub mod score;
mod state;
pub mod ticket;
pub mod urge;
mod wire;
