//! The time that a client has for the head of a request, by one alarm for each connection.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use hyper_util::rt::TokioTimer;

use crate::clock::Clock;

/// The timer of a connection. For each request hyper wants to be woken at another time, and hardly ever is. To set an alarm takes
/// locks of the runtime, so there is one for all of them: it is left as it is, and set anew when it rings for one that is over.
#[derive(Default)]
pub(super) struct Timers(Arc<Mutex<Option<Alarm>>>);

struct Alarm {
    /// When it rings.
    at: Instant,
    rings: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// Waits for one of the times.
struct Wait {
    until: Instant,
    alarm: Arc<Mutex<Option<Alarm>>>,
}

impl Timer for Timers {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, until: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Wait {
            until,
            alarm: Arc::clone(&self.0),
        })
    }

    fn now(&self) -> Instant {
        now()
    }
}

impl Sleep for Wait {}

impl Future for Wait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let until = self.until;
        let mut set = self.alarm.lock().unwrap_or_else(PoisonError::into_inner);
        // One that rings later would ring too late.
        set.take_if(|alarm| alarm.at > until);
        loop {
            let alarm = set.get_or_insert_with(|| Alarm::new(until));
            ready!(alarm.rings.as_mut().poll(cx));
            *set = None;
            if until <= now() {
                return Poll::Ready(());
            }
        }
    }
}

impl Alarm {
    fn new(at: Instant) -> Self {
        let left = at.saturating_duration_since(now());
        Alarm {
            at,
            rings: Box::pin(Clock::real_time(left)),
        }
    }
}

fn now() -> Instant {
    TokioTimer::new().now()
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    const EARLY: Duration = Duration::from_millis(1);
    const LATE: Duration = Duration::from_secs(3600);

    /// Begins to wait and leaves it, as a connection on which the head of a request comes in time.
    fn begin(timers: &Timers, time: Duration) {
        let mut wait = timers.sleep(time);
        let _ = wait.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }

    #[tokio::test]
    async fn an_alarm_for_one_request_does_not_ring_for_the_next() {
        let timers = Timers::default();
        begin(&timers, EARLY);
        let until = timers.now() + 10 * EARLY;
        timers.sleep_until(until).await;
        assert!(timers.now() >= until);
    }

    #[tokio::test]
    async fn an_alarm_that_is_left_does_not_keep_an_earlier_one_from_ringing() {
        let timers = Timers::default();
        begin(&timers, LATE);
        timers.sleep(EARLY).await;
        timers.sleep(Duration::ZERO).await;
    }
}
