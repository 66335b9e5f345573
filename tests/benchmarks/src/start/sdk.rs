//! A program with the SDK alone: it makes a client, reads a page of 10 messages once, and tells the memory that it took.

#[path = "../failure.rs"]
mod failure;
mod told;

use crate::{
    failure::Result,
    told::{ROWS, TICKET, TOKEN},
};
use hwc_tickets::Client;

async fn read(address: &str) -> Result<usize> {
    let client = Client::builder().endpoint(address).token(TOKEN).build()?;
    let history = client.ticket(TICKET)?.history();
    let history = history.limit(u64::try_from(ROWS)?);
    Ok(history.collect().await?.messages.len())
}

fn main() -> Result<()> {
    let address = told::address()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    told::tell(runtime.block_on(read(&address))?)
}
