//! What the programs of this folder are told, and what each of them tells.

use crate::failure::Result;
use std::env;

#[expect(
    dead_code,
    reason = "of what a process used, these programs tell its memory alone"
)]
#[path = "../usage.rs"]
mod usage;

/// The token of the simulator's usual customer.
pub(crate) const TOKEN: &str = "TOKENEXAMPLE";
/// The ticket that is read, and how many of its messages.
pub(crate) const TICKET: &str = "TT202611219002";
pub(crate) const ROWS: usize = 10;

/// The address of the simulator: the one argument.
pub(crate) fn address() -> Result<String> {
    Ok(env::args().nth(1).ok_or("name the address to call")?)
}

/// Tells the memory that it took, if as many messages were read as there should be.
#[expect(
    clippy::print_stdout,
    reason = "a measurement: what it tells is its output"
)]
pub(crate) fn tell(seen: usize) -> Result<()> {
    if seen < ROWS {
        return Err(format!("it brought {seen} of {ROWS} messages").into());
    }
    println!("{}", serde_json::json!({ "peak_kib": usage::peak() }));
    Ok(())
}
