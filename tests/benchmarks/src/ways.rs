//! Every way of a client to the same simulator, and one round of it.

use bytes::Bytes;
use clap::ValueEnum;
use futures_util::{StreamExt as _, stream};
use hwc_tickets_sim::Credentials;
use std::{
    future::Future,
    hint::black_box,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    by_hand::{self, ByHand},
    by_hand_blocking::ByHandBlocking,
    failure::{Failure, Result},
    outside::{Cost, Outside},
    recorded::{self, Recorded},
    sdk, usage,
    work::{FLIGHT, Work},
    world::World,
};

/// No round may hang for ever.
const PATIENCE: Duration = Duration::from_secs(900);

/// A way of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// A verb of the SDK.
    Sdk,
    /// Generated calls of the SDK: the same requests as those of plain code.
    Generated,
    /// A verb of the blocking client.
    Blocking,
    /// Plain code with reqwest: what all others are compared with, save for what blocks.
    ByHand,
    /// The same with `reqwest::blocking`: what the blocking client is compared with.
    ByHandBlocking,
    /// The same, with the decoding of the SDK.
    SameDecode,
    /// Plain code with hyper alone.
    Hyper,
    /// The official Python SDK.
    Official,
    /// The client that openapi-generator makes for Rust.
    OpenapiGenerator,
}

impl Way {
    /// Its name on the command line.
    pub(crate) fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// Whether its calls block. Such a client has a runtime of its own, and must be neither made nor used inside another.
    fn blocks(self) -> bool {
        matches!(self, Self::Blocking | Self::ByHandBlocking)
    }
}

/// What a round cost.
pub(crate) struct Round {
    /// Processor time of the process of the client.
    pub(crate) cpu: Duration,
    /// The time of the whole round.
    pub(crate) wall: Duration,
    /// The time of each call.
    pub(crate) latencies: Vec<Duration>,
    /// What came of the least call.
    pub(crate) seen: usize,
}

/// All ways. Each client is made when it is first wanted, so that a program that runs one of them has no other.
pub(crate) struct Ways {
    endpoint: String,
    keys: Credentials,
    world: World,
    runtime: Runtime,
    directory: TempDir,
    /// Id of the file that is downloaded, once it is there.
    uploaded: Option<String>,
    /// The pages that are decoded, once they are there.
    pages: Vec<Bytes>,
    /// The client that gets them out of memory.
    recorded: Option<hwc_tickets::Client>,
    sdk: Option<hwc_tickets::Client>,
    generated: Option<hwc_tickets_wire::Client>,
    signed: Option<hwc_tickets_wire::Client>,
    blocking: Option<hwc_tickets::blocking::Client>,
    reqwest: Option<ByHand>,
    by_hand_blocking: Option<ByHandBlocking>,
    hyper: Option<ByHand>,
    pub(crate) official: Option<Outside>,
    pub(crate) openapi_generator: Option<Outside>,
}

/// The name of the file.
const FILE: &str = "core.zip";

impl Ways {
    pub(crate) fn new(endpoint: &str, world: World) -> Result<Self> {
        Ok(Self {
            endpoint: endpoint.to_owned(),
            keys: Credentials::demo(),
            world,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
            directory: tempfile::tempdir()?,
            uploaded: None,
            pages: Vec::new(),
            recorded: None,
            sdk: None,
            generated: None,
            signed: None,
            blocking: None,
            reqwest: None,
            by_hand_blocking: None,
            hyper: None,
            official: None,
            openapi_generator: None,
        })
    }

    /// Whether there is such a way to do this work.
    pub(crate) fn can(&self, way: Way, work: Work) -> bool {
        match way {
            Way::Sdk => work != Work::Signed,
            Way::ByHand => true,
            Way::SameDecode => work.page().is_some() && work != Work::Signed,
            Way::Generated => sdk::is_generated(work) || work == Work::Decode,
            Way::Blocking | Way::ByHandBlocking => !matches!(
                work,
                Work::Signed | Work::Flight | Work::Follow | Work::Decode
            ),
            Way::Hyper => by_hand::is_bare(work),
            Way::Official => self.official.is_some() && Outside::can(work),
            // It signs nothing.
            Way::OpenapiGenerator => {
                self.openapi_generator.is_some() && Outside::can(work) && work != Work::Signed
            }
        }
    }

    /// Makes what this way needs, and what this work needs to be there.
    fn prepare(&mut self, way: Way, work: Work) -> Result<()> {
        let (endpoint, keys) = (self.endpoint.as_str(), &self.keys);
        // Clients may want to be made inside the runtime.
        let inside = (!way.blocks()).then(|| self.runtime.enter());
        match way {
            Way::Sdk if self.sdk.is_none() => self.sdk = Some(sdk::client(endpoint, keys)?),
            Way::Generated if work == Work::Signed && self.signed.is_none() => {
                self.signed = Some(sdk::signed(endpoint, keys)?);
            }
            Way::Generated if work != Work::Signed && self.generated.is_none() => {
                self.generated = Some(sdk::wire(endpoint, keys)?);
            }
            Way::Blocking if self.blocking.is_none() => {
                self.blocking = Some(sdk::blocking(endpoint, keys)?);
            }
            Way::ByHand | Way::SameDecode if self.reqwest.is_none() => {
                self.reqwest = Some(ByHand::reqwest(endpoint, keys.token)?);
            }
            Way::ByHandBlocking if self.by_hand_blocking.is_none() => {
                self.by_hand_blocking = Some(ByHandBlocking::new(endpoint, keys.token)?);
            }
            Way::Hyper if self.hyper.is_none() => {
                self.hyper = Some(ByHand::hyper(endpoint, keys.token));
            }
            _ => {}
        }
        drop(inside);
        if matches!(work, Work::Upload | Work::Download) {
            self.write_file()?;
        }
        if work == Work::Download && self.uploaded.is_none() {
            let path = self.directory.path().join(FILE);
            let plain = ByHand::reqwest(&self.endpoint, self.keys.token)?;
            let id = self.runtime.block_on(plain.upload(&path, &self.world))?;
            self.uploaded = Some(id);
        }
        if work == Work::Decode && self.recorded.is_none() {
            let reading = recorded::recorded(&self.endpoint, &self.keys, &self.world);
            let Recorded { pages, client } = self.runtime.block_on(reading)?;
            self.pages = pages;
            self.recorded = Some(client);
        }
        Ok(())
    }

    /// The client whose verbs do this work.
    fn verbs(&self, work: Work) -> Option<&hwc_tickets::Client> {
        match work {
            Work::Decode => self.recorded.as_ref(),
            _ => self.sdk.as_ref(),
        }
    }

    fn write_file(&self) -> Result<()> {
        let path = self.directory.path().join(FILE);
        if path.exists() {
            return Ok(());
        }
        let piece: Vec<u8> = (0..=250_u8).cycle().take(1 << 20).collect();
        let mut file = std::fs::File::create_new(path)?;
        for _ in 0..self.world.file >> 20 {
            file.write_all(&piece)?;
        }
        Ok(())
    }

    /// Does the work so many times by one way.
    pub(crate) fn round(&mut self, way: Way, work: Work, calls: usize) -> Result<Round> {
        self.prepare(way, work)?;
        let path = self.directory.path().join(FILE);
        let id = self.uploaded.clone().unwrap_or_default();
        let at = At {
            work,
            calls,
            world: &self.world,
            file: &path,
            id: &id,
        };
        let missing = || format!("{} was not made", way.name());
        let round = match way {
            Way::Generated if work == Work::Decode => at.blocking(|| sdk::decoded(&self.pages))?,
            Way::ByHand if work == Work::Decode => at.blocking(|| by_hand::decoded(&self.pages))?,
            Way::Sdk => {
                let client = self.verbs(work).ok_or_else(missing)?;
                let one = || sdk::verb(client, work, at.world, at.file, at.id);
                self.runtime.block_on(within(at.asynchronous(one)))?
            }
            Way::Generated => {
                let client = match work {
                    Work::Signed => self.signed.as_ref(),
                    _ => self.generated.as_ref(),
                };
                let client = client.ok_or_else(missing)?;
                let one = || sdk::generated(client, work, at.world);
                self.runtime.block_on(within(at.asynchronous(one)))?
            }
            Way::ByHand | Way::Hyper => {
                let client = match way {
                    Way::Hyper => self.hyper.as_ref(),
                    _ => self.reqwest.as_ref(),
                };
                let client = client.ok_or_else(missing)?;
                let one = || client.run(work, at.world, at.file, at.id);
                self.runtime.block_on(within(at.asynchronous(one)))?
            }
            Way::SameDecode => {
                let client = self.reqwest.as_ref().ok_or_else(missing)?;
                let one = || client.with_same_decode(work);
                self.runtime.block_on(within(at.asynchronous(one)))?
            }
            Way::Blocking => {
                let client = self.blocking.as_ref().ok_or_else(missing)?;
                at.blocking(|| sdk::blocking_verb(client, work, at.world, at.file, at.id))?
            }
            Way::ByHandBlocking => {
                let client = self.by_hand_blocking.as_ref().ok_or_else(missing)?;
                at.blocking(|| client.run(work, at.world, at.file, at.id))?
            }
            Way::Official | Way::OpenapiGenerator => {
                let client = match way {
                    Way::Official => self.official.as_mut(),
                    _ => self.openapi_generator.as_mut(),
                };
                let client = client.ok_or_else(missing)?;
                Round::outside(client.round(work, calls, &self.world)?)
            }
        };
        round.of_at_least(work.least(&self.world), way, work)
    }
}

impl Round {
    /// What a client of others told of it.
    fn outside(cost: Cost) -> Self {
        let latencies = cost.latencies();
        Self {
            cpu: cost.cpu(),
            wall: latencies.iter().sum(),
            latencies,
            seen: cost.seen,
        }
    }

    /// Itself, if so much came of it.
    fn of_at_least(self, least: usize, way: Way, work: Work) -> Result<Self> {
        if self.seen >= least {
            return Ok(self);
        }
        let (way, work, seen) = (way.name(), work.name(), self.seen);
        Err(format!("{way} brought {seen} of {least} in {work}").into())
    }
}

/// What one round is about.
struct At<'a> {
    work: Work,
    calls: usize,
    world: &'a World,
    file: &'a Path,
    id: &'a str,
}

impl At<'_> {
    async fn asynchronous<F: Future<Output = Result<usize>>>(
        &self,
        one: impl Fn() -> F,
    ) -> Result<Round> {
        let (cpu, began) = (usage::own(), Instant::now());
        let mut latencies = Vec::with_capacity(self.calls);
        let mut least = usize::MAX;
        let timed = || async {
            let began = Instant::now();
            let seen = one().await?;
            Ok::<_, Failure>((began.elapsed(), black_box(seen)))
        };
        if self.work == Work::Flight {
            let calls = stream::iter(0..self.calls).map(|_| timed());
            let mut under_way = calls.buffer_unordered(FLIGHT);
            while let Some(done) = under_way.next().await {
                let (latency, seen) = done?;
                latencies.push(latency);
                least = least.min(seen);
            }
        } else {
            for _ in 0..self.calls {
                let (latency, seen) = timed().await?;
                latencies.push(latency);
                least = least.min(seen);
            }
        }
        Ok(Round {
            cpu: usage::own().saturating_sub(cpu),
            wall: began.elapsed(),
            latencies,
            seen: least,
        })
    }

    fn blocking(&self, one: impl Fn() -> Result<usize>) -> Result<Round> {
        let (cpu, began) = (usage::own(), Instant::now());
        let mut latencies = Vec::with_capacity(self.calls);
        let mut least = usize::MAX;
        for _ in 0..self.calls {
            let began = Instant::now();
            least = least.min(black_box(one()?));
            latencies.push(began.elapsed());
        }
        Ok(Round {
            cpu: usage::own().saturating_sub(cpu),
            wall: began.elapsed(),
            latencies,
            seen: least,
        })
    }
}

/// The outcome, unless it takes for ever.
async fn within<T>(round: impl Future<Output = Result<T>>) -> Result<T> {
    match tokio::time::timeout(PATIENCE, round).await {
        Ok(done) => done,
        Err(_) => Err("a round took longer than a quarter of an hour".into()),
    }
}
