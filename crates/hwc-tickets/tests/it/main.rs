//! Tests of the front door through its public interface.

mod ids;
mod ledger;
mod outbox;
mod reading;
mod submit;
mod text;
mod time;
