//! A program with plain reqwest alone: it makes a client, reads a page of 10 messages once, and tells the memory that it took.

#[path = "../failure.rs"]
mod failure;
mod plain;
mod told;

use crate::{failure::Result, told::TOKEN};
use http_body_util::{BodyExt as _, Limited};

#[allow(
    clippy::disallowed_methods,
    reason = "the client that the SDK is compared with"
)]
async fn read(address: &str) -> Result<usize> {
    let client = reqwest::Client::builder()
        .timeout(plain::DEADLINE)
        .user_agent(plain::AGENT)
        .no_proxy()
        .build()?;
    let request = client
        .get(plain::page_at(address))
        .header("x-auth-token", TOKEN)
        .header("x-site", "0")
        .header("x-time-zone", "GMT+8");
    let response = request.send().await?.error_for_status()?;
    let body = http::Response::<reqwest::Body>::from(response).into_body();
    let body = Limited::new(body, plain::LIMIT).collect().await?;
    plain::messages_of(&body.to_bytes())
}

fn main() -> Result<()> {
    let address = told::address()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    told::tell(runtime.block_on(read(&address))?)
}
