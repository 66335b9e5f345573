//! Calls of the client that openapi-generator makes for Rust, timed: one order as JSON on each line of the input, one answer on
//! each of the output, as those of `official/calls.py`. The one argument is the address of the simulator.
//!
//! Requests carry what those of plain code carry, and have the deadline of plain code. All else is as it is generated.

use generated_client::{
    apis::{
        configuration::{ApiKey, Client, Configuration},
        messages_api,
    },
    models::{CreateMessageDoV2, CreateMessageV2Req},
};
use serde::Deserialize;
use std::{
    env,
    error::Error,
    hint::black_box,
    io,
    time::{Duration, Instant},
};

/// Whatever goes wrong ends the program.
type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The time a call may take.
const DEADLINE: Duration = Duration::from_secs(30);
/// Most tickets of one request.
const BATCH: usize = 100;
/// The token of the simulator's usual customer.
const TOKEN: &str = "TOKENEXAMPLE";
const SITE: Option<i32> = Some(0);
const ZONE: Option<&str> = Some("GMT+8");

/// So many calls of one kind.
#[derive(Deserialize)]
struct Order {
    work: String,
    calls: usize,
    /// The ticket that is read or written to.
    ticket: String,
    /// Messages of a page.
    rows: Option<i32>,
    /// Tickets that are asked for what is unread.
    tickets: Vec<String>,
}

impl Order {
    /// Carries it out: the processor time and the time of each call, in nanoseconds, and what came of the least call.
    async fn carried_out(&self, service: &Configuration) -> Result<serde_json::Value> {
        let mut times = Vec::with_capacity(self.calls);
        let mut least = usize::MAX;
        let before = processor_time();
        for _ in 0..self.calls {
            let began = Instant::now();
            let seen = self.once(service).await?;
            times.push(began.elapsed());
            least = least.min(black_box(seen));
        }
        let cpu = processor_time().saturating_sub(before);
        let calls: Vec<u64> = times.into_iter().map(nanoseconds).collect();
        Ok(serde_json::json!({
            "cpu": nanoseconds(cpu),
            "calls": calls,
            "seen": least,
            "peak_kib": peak(),
        }))
    }

    async fn once(&self, service: &Configuration) -> Result<usize> {
        match self.work.as_str() {
            "unread" => self.count_unread(service).await,
            "submit" => self.submit(service).await,
            _ => self.read_page(service).await,
        }
    }

    async fn read_page(&self, service: &Configuration) -> Result<usize> {
        let page = messages_api::list_messages(
            service,
            &self.ticket,
            None,
            Some(0),
            self.rows,
            None,
            SITE,
            None,
            ZONE,
        )
        .await?;
        Ok(page.message_list.map_or(0, |rows| rows.len()))
    }

    async fn count_unread(&self, service: &Configuration) -> Result<usize> {
        let mut seen = 0;
        for batch in self.tickets.chunks(BATCH) {
            let counts = messages_api::list_unread_new_instant_messages(
                service,
                batch.to_vec(),
                None,
                SITE,
                None,
                ZONE,
            )
            .await?;
            seen += counts.imunread.map_or(0, |counts| counts.len());
        }
        Ok(seen)
    }

    async fn submit(&self, service: &Configuration) -> Result<usize> {
        let message = CreateMessageDoV2::new("The disk is full again.".to_owned());
        // The description has the kind as mandatory, as its source does.
        let body = CreateMessageV2Req::new(message, 0);
        let written =
            messages_api::create_messages(service, &self.ticket, body, SITE, None, ZONE).await?;
        // A failure may come as a success: the client leaves that to who calls.
        match written.error_code.as_deref() {
            None | Some("") => Ok(1),
            Some(code) => Err(code.into()),
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Processor time of this process so far, all of its threads.
#[cfg(unix)]
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// Not told here.
#[cfg(not(unix))]
fn processor_time() -> Duration {
    Duration::ZERO
}

/// Largest resident set of this process so far, in KiB: `VmHWM` of Linux.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn main() -> Result<()> {
    let endpoint = env::args().nth(1).ok_or("name the address to call")?;
    let token = ApiKey {
        prefix: None,
        key: TOKEN.to_owned(),
    };
    let service = Configuration {
        base_path: endpoint,
        client: Client::builder().timeout(DEADLINE).no_proxy().build()?,
        api_key: Some(token),
        ..Configuration::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    for line in io::stdin().lines() {
        let order: Order = serde_json::from_str(&line?)?;
        let told = runtime.block_on(order.carried_out(&service))?;
        println!("{told}");
    }
    Ok(())
}
