//! Test your own bridge against the worst network, without a network.
//!
//! `cargo run -p hwc-tickets --example test_your_bridge`. Your own tests need the feature `sim`.
#![allow(
    clippy::print_stdout,
    reason = "an example tells its story on the terminal"
)]

use hwc_tickets::{
    Client,
    sim::{self, Fault, FaultRule, Operation, Simulator},
};

/// What is tested: hands a text of another system on to a ticket.
async fn bridge(client: &Client, ticket: &str, text: &str) -> hwc_tickets::Result<u32> {
    Ok(client.ticket(ticket)?.submit(text).await?.attempts)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let faults = [
        (
            "the connection drops after the service acted",
            FaultRule::new(Operation::CreateMessages, Fault::Close).after_commit(),
        ),
        (
            "the answer is cut in the middle",
            FaultRule::new(
                Operation::CreateMessages,
                Fault::Cut {
                    keep: Some(5),
                    chunked: false,
                },
            )
            .after_commit(),
        ),
        (
            "a portal answers with a page",
            FaultRule::new(Operation::CreateMessages, Fault::Html { status: 200 }).after_commit(),
        ),
        (
            "the reads before it fail twice",
            FaultRule::new(Operation::ListMessages, Fault::Close).times(2),
        ),
    ];
    for (name, rule) in faults {
        let service = Simulator::builder().seed(7).start().await?;
        let client = sim::client(&service).build()?;
        service.fault(rule);
        let attempts = bridge(&client, "case-123", "only once").await?;
        // Ask the service what arrived, not the client.
        assert_eq!(service.arrived("case-123"), ["only once"]);
        println!("{name}: {attempts} request(s) with the message, exactly one in the ticket");
        service.shutdown().await;
    }
    Ok(())
}
