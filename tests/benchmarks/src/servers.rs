//! Servers of the same operation side by side: how many answers they give, and what one costs them.

use futures_util::{StreamExt as _, stream};
use hwc_tickets_sim::Credentials;
use serde_json::{Value, json};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use crate::{by_hand::ByHand, failure::Result, median::median, usage, work::FLIGHT};

/// What is asked for: a page of 10 messages.
pub(crate) const TARGET: &str =
    "/v2/servicerequest/cases/TT202611219002/messages?limit=10&offset=0";

/// A server.
pub(crate) struct Server {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) process: u32,
}

/// Asks all of them in turns; a row for each. One that does not answer is `missing`.
pub(crate) fn compare(
    servers: &[Server],
    quick: bool,
    missing: &mut Vec<String>,
) -> Result<Vec<Value>> {
    let (rounds, calls) = if quick {
        (5, 2 * FLIGHT)
    } else {
        (20, 5 * FLIGHT)
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut clients: Vec<(&Server, ByHand)> = Vec::new();
    for server in servers {
        let client = ByHand::hyper(&server.address, Credentials::demo().token);
        // This opens its connections, too.
        match runtime.block_on(ask(&client, FLIGHT)) {
            Ok(()) => clients.push((server, client)),
            Err(why) => {
                eprintln!("{}: {why}", server.name);
                missing.push(format!("{}: it does not answer this call", server.name));
            }
        }
    }
    let mut walls = vec![Vec::new(); clients.len()];
    let mut costs = vec![Vec::new(); clients.len()];
    for _ in 0..rounds {
        let places = walls.iter_mut().zip(&mut costs);
        for ((server, client), (walls, costs)) in clients.iter().zip(places) {
            let (cpu, began) = (usage::of(server.process), Instant::now());
            runtime.block_on(ask(client, calls))?;
            let per_call = |time: Duration| time.as_secs_f64() * 1e6 / calls as f64;
            walls.push(per_call(began.elapsed()));
            if let (Some(before), Some(after)) = (cpu, usage::of(server.process)) {
                costs.push(per_call(after.saturating_sub(before)));
            }
        }
    }
    let rows = clients.iter().zip(walls.into_iter().zip(costs));
    Ok(rows
        .map(|((server, _), (walls, costs))| {
            json!({
                "server": server.name,
                "wall_us": median(walls),
                "rounds": costs,
            })
        })
        .collect())
}

async fn ask(client: &ByHand, calls: usize) -> Result<()> {
    let answers = stream::iter(0..calls).map(|_| client.get(TARGET));
    let mut under_way = answers.buffer_unordered(FLIGHT);
    while let Some(answer) = under_way.next().await {
        black_box(answer?);
    }
    Ok(())
}
