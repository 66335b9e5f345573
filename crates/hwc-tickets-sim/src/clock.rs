//! The simulator's time: the wall clock, or a clock that stands still until it is moved. The one room that reads the
//! system clock and sleeps.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// Where the time comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Time {
    /// The wall clock. It can be put forward on top.
    #[default]
    Wall,
    /// A clock that stands at this time until it is put forward. Delays wait for it, too.
    Manual(Timestamp),
}

/// A clock that can be put forward. Clones show the same time.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    source: Time,
    /// Watched by those who sleep.
    setting: watch::Sender<Setting>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Setting {
    /// How far the clock was put forward.
    ahead: SignedDuration,
    /// The simulator is stopping: nobody waits any more.
    stopped: bool,
}

impl Clock {
    pub(crate) fn new(source: Time) -> Self {
        Clock {
            source,
            setting: watch::Sender::default(),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the simulator's one look at the wall clock"
    )]
    pub(crate) fn now(&self) -> Timestamp {
        let base = match self.source {
            Time::Wall => Timestamp::now(),
            Time::Manual(start) => start,
        };
        base.saturating_add(self.setting.borrow().ahead)
            .unwrap_or(Timestamp::MAX)
    }

    /// Puts the clock forward.
    pub(crate) fn advance(&self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.setting
            .send_modify(|setting| setting.ahead = setting.ahead.saturating_add(by));
    }

    /// Ends all waiting, now and in future: the simulator is stopping.
    pub(crate) fn stop(&self) {
        self.setting.send_modify(|setting| setting.stopped = true);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.setting.borrow().stopped
    }

    /// Waits until so much time has passed on this clock, or the simulator stops.
    #[expect(
        clippy::disallowed_methods,
        reason = "the simulator's one place to sleep"
    )]
    pub(crate) async fn sleep(&self, time: Duration) {
        let mut setting = self.setting.subscribe();
        let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        let deadline = self.now().saturating_add(time).unwrap_or(Timestamp::MAX);
        loop {
            let left = deadline.duration_since(self.now());
            if !left.is_positive() || self.is_stopped() {
                return;
            }
            match self.source {
                // The clock may be put forward while we sleep.
                Time::Wall => tokio::select! {
                    () = tokio::time::sleep(left.unsigned_abs()) => {}
                    _ = setting.changed() => {}
                },
                Time::Manual(_) => {
                    if setting.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Waits until the simulator stops.
    pub(crate) async fn forever(&self) {
        let _ = self
            .setting
            .subscribe()
            .wait_for(|setting| setting.stopped)
            .await;
    }

    /// Completes when so much real time has passed: for what a client owes, whatever the clock of the service shows.
    #[expect(
        clippy::disallowed_methods,
        reason = "the simulator's one place to sleep"
    )]
    pub(crate) fn real_time(time: Duration) -> impl Future<Output = ()> + Send + 'static {
        tokio::time::sleep(time)
    }

    /// Waits for something, but no longer than so much real time.
    #[expect(
        clippy::disallowed_methods,
        reason = "the simulator's one place to sleep"
    )]
    pub(crate) async fn at_most(&self, time: Duration, work: impl Future<Output = ()>) {
        let _ = tokio::time::timeout(time, work).await;
    }
}
