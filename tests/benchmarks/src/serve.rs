//! The simulator with its tickets, and beside it a bare handler that gives the bytes of one of its answers.

use axum::Router;
use http::header::CONTENT_TYPE;
use hwc_tickets_sim::{Credentials, Rules, Simulator};
use std::io;

use crate::{
    by_hand::ByHand,
    failure::{Failure, Result},
    servers,
    world::World,
};

/// So many files of the largest size fit.
const FILES: usize = 100;
/// What a form has besides its file, for the most.
const FORM: usize = 1 << 20;

/// Serves until the input ends. One line tells the addresses, as JSON.
pub(crate) fn serve(world: &World) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut rules = Rules::default();
        rules.storage = world.file.saturating_mul(FILES);
        let simulator = Simulator::builder()
            .seed(7)
            .rules(rules)
            .max_upload(world.file + FORM)
            .start()
            .await?;
        world.fill(&simulator)?;
        let endpoint = simulator.endpoint();
        let plain = ByHand::reqwest(&endpoint, Credentials::demo().token)?;
        let page = plain.get(servers::TARGET).await?;
        let bare = move || {
            let page = page.clone();
            async move { ([(CONTENT_TYPE, "application/json")], page) }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(bare)).await });
        let told = serde_json::json!({ "simulator": endpoint, "bare": address });
        println!("{told}");
        let ended = tokio::task::spawn_blocking(|| io::copy(&mut io::stdin(), &mut io::sink()));
        ended.await??;
        simulator.shutdown().await;
        Ok::<_, Failure>(())
    })
}
