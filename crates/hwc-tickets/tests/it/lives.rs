//! The lives of a follower, which is stopped or killed and goes on from its last checkpoint, in random schedules.

use futures_util::future::{Either, select};
use hwc_core::{Clock as _, testing::FakeClock};
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::BTreeSet, pin::pin, time::Duration};

/// Messages that were handed out, by their numbers, and which of them may come again. `C` is the cursor.
#[derive(Default)]
pub struct Given<C> {
    numbers: BTreeSet<u64>,
    since_checkpoint: BTreeSet<u64>,
    may_repeat: BTreeSet<u64>,
    /// How often one came again behind a kill.
    pub came_again: u64,
    /// The last checkpoint, as it comes back from where it was kept.
    pub checkpoint: Option<C>,
}

impl<C: Serialize + DeserializeOwned> Given<C> {
    /// A message comes: for the first time, or once more behind a kill.
    pub fn take(&mut self, number: u64, told: &str) {
        if !self.numbers.insert(number) {
            let may_repeat = self.may_repeat.remove(&number);
            assert!(may_repeat, "{number} came twice: {told}");
            self.came_again += 1;
        }
        self.since_checkpoint.insert(number);
    }

    /// A checkpoint is written down, and read again.
    pub fn keep(&mut self, cursor: &C) {
        let text = serde_json::to_string(cursor).unwrap();
        assert!(text.len() <= 4 << 20, "{} bytes of cursor", text.len());
        self.checkpoint = Some(serde_json::from_str(&text).unwrap());
        self.since_checkpoint.clear();
    }

    /// The process was killed: what came after the last checkpoint may come again.
    pub fn killed(&mut self) {
        self.may_repeat.append(&mut self.since_checkpoint);
    }

    /// What no checkpoint holds, and no kill took.
    pub fn unkept(&self) -> &BTreeSet<u64> {
        &self.since_checkpoint
    }

    pub fn has(&self, number: u64) -> bool {
        self.numbers.contains(&number)
    }

    /// How many different ones came.
    pub fn count(&self) -> u64 {
        self.numbers.len() as u64
    }
}

/// Gives `take` each event that comes until `moment`, by the clock that nobody sets. Where `take` says so, the follower is killed
/// behind an event: then this ends, and gives `true`.
pub async fn is_killed_until<E>(
    clock: &FakeClock,
    moment: Duration,
    mut next: impl AsyncFnMut() -> Option<E>,
    mut take: impl FnMut(E) -> bool,
) -> bool {
    loop {
        let timer = clock.sleep(moment.saturating_sub(clock.elapsed()));
        match select(pin!(next()), timer).await {
            Either::Left((event, _)) => {
                if take(event.unwrap()) {
                    return true;
                }
            }
            Either::Right(_) => return false,
        }
    }
}
