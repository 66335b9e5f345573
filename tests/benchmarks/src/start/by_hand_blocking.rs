//! A program with `reqwest::blocking` alone: it makes a client, reads a page of 10 messages once, and tells the memory that it
//! took.

#[path = "../failure.rs"]
mod failure;
mod plain;
mod told;

use crate::{failure::Result, told::TOKEN};
use reqwest::blocking::Client;
use std::io::Read as _;

fn read(address: &str) -> Result<usize> {
    let client = Client::builder()
        .timeout(plain::DEADLINE)
        .user_agent(plain::AGENT)
        .no_proxy()
        .build()?;
    let request = client
        .get(plain::page_at(address))
        .header("x-auth-token", TOKEN)
        .header("x-site", "0")
        .header("x-time-zone", "GMT+8");
    let response = request.send()?.error_for_status()?;
    let limit = u64::try_from(plain::LIMIT)?;
    let mut body = Vec::new();
    // One byte more tells that there is more.
    response.take(limit + 1).read_to_end(&mut body)?;
    match body.len() > plain::LIMIT {
        true => Err("an answer is too large".into()),
        false => plain::messages_of(&body),
    }
}

fn main() -> Result<()> {
    told::tell(read(&told::address()?)?)
}
