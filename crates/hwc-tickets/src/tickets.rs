//! Tickets as a whole: the handle of one, what is read of it, and the calls for that.

pub mod detail;
pub mod ticket;
mod wire;
