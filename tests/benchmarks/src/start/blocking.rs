//! A program with the blocking client of the SDK alone: it makes a client, reads a page of 10 messages once, and tells the
//! memory that it took.

#[path = "../failure.rs"]
mod failure;
mod told;

use crate::{
    failure::Result,
    told::{ROWS, TICKET, TOKEN},
};
use hwc_tickets::blocking::Client;

fn read(address: &str) -> Result<usize> {
    let client = Client::builder().endpoint(address).token(TOKEN).build()?;
    let limit = u64::try_from(ROWS)?;
    let mut seen = 0;
    for message in client
        .ticket(TICKET)?
        .history_with(|history| history.limit(limit))?
    {
        message?;
        seen += 1;
    }
    Ok(seen)
}

fn main() -> Result<()> {
    told::tell(read(&told::address()?)?)
}
