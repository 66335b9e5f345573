//! The simulator, from the pure world to the running program.

mod bad_input;
mod client;
mod control;
mod faults;
mod identity;
mod invariants;
mod oddities;
#[cfg(feature = "program")]
mod program;
mod stories;
mod wire;
mod world;
