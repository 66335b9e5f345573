//! Jumps of the wall clock of the machine on which the clients of a schedule run. The service has a clock of its own, which does not.

use futures_util::future::{Either, select};
use hwc_core::{Clock as _, testing::FakeClock};
use jiff::SignedDuration;
use std::{pin::pin, time::Duration};

/// Jumps beside one piece of work, at most.
const MOST: usize = 4;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Sets the clock now and then, as the seed of the schedule says: forwards and backwards, by seconds to hours, rarely by days.
///
/// It chooses for itself, so that nothing else of a schedule is another one for it.
pub struct Jumps {
    rng: fastrand::Rng,
    clock: FakeClock,
    /// Jumps so far.
    pub count: u64,
}

impl Jumps {
    pub fn new(clock: &FakeClock, seed: u64) -> Self {
        Self {
            rng: fastrand::Rng::with_seed(seed ^ 0x00C1_0C4B),
            clock: clock.clone(),
            count: 0,
        }
    }

    /// Sets the clock, or leaves it as it is.
    pub fn perhaps(&mut self) {
        if self.rng.u8(..3) == 0 {
            self.jump();
        }
    }

    /// Does `work`, and sets the clock some times while it is under way; `apart`: that far apart at most.
    pub async fn beside<T>(&mut self, apart: Duration, work: impl Future<Output = T>) -> T {
        let work = pin!(work);
        let jumps = pin!(self.some(apart));
        match select(work, jumps).await {
            Either::Left((done, _)) => done,
            Either::Right(((), work)) => work.await,
        }
    }

    /// Only so many: a jump that is due keeps the fake clock going, and work that waits for nothing would never be noticed.
    async fn some(&mut self, apart: Duration) {
        for _ in 0..self.rng.usize(..=MOST) {
            let millis = u64::try_from(apart.as_millis()).unwrap();
            let pause = Duration::from_millis(self.rng.u64(..=millis));
            self.clock.sleep(pause).await;
            self.jump();
        }
    }

    fn jump(&mut self) {
        let seconds = match self.rng.u8(..16) {
            0 => self.rng.i64(DAY..40 * DAY),
            1..=4 => self.rng.i64(1..60),
            5..=9 => self.rng.i64(60..HOUR),
            _ => self.rng.i64(HOUR..DAY),
        };
        let by = SignedDuration::from_secs(match self.rng.bool() {
            true => seconds,
            false => -seconds,
        });
        self.clock.set_wall_time(self.clock.now() + by);
        self.count += 1;
    }
}
