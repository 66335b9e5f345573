//! How long the next bytes of an answer are waited for: with one timer, however many pieces it comes in.

use std::{
    task::{Context, Poll, ready},
    time::Duration,
};

use crate::{
    clock::{Clock, Sleep},
    deadline::Deadline,
};

/// Why the next bytes are not waited for any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RanOut {
    /// None came for as long as the idle limit.
    Idle,
    /// The deadline over everything passed.
    Total,
}

/// What is waited for the next bytes.
pub(super) struct Patience {
    idle: Duration,
    total: Option<Deadline>,
    /// Since when the next bytes are waited for. `None`: they are not, as when the caller is busy with the last ones.
    since: Option<Duration>,
    timer: Option<(Deadline, Sleep)>,
}

impl Patience {
    pub(super) fn new(idle: Duration, total: Option<Deadline>) -> Self {
        Self {
            idle,
            total,
            since: None,
            timer: None,
        }
    }

    /// Bytes came. The timer stays: to set one for each piece would cost more than to look again when it runs out.
    pub(super) fn rest(&mut self) {
        self.since = None;
    }

    /// Nothing is waited for any more.
    pub(super) fn end(&mut self) {
        self.since = None;
        self.timer = None;
    }

    /// Ready once the bytes have been waited for long enough.
    pub(super) fn poll(&mut self, clock: &dyn Clock, context: &mut Context<'_>) -> Poll<RanOut> {
        let mut now = clock.elapsed();
        let idle = Deadline::after(*self.since.get_or_insert(now), self.idle);
        let first = self.total.map_or(idle, |total| total.min(idle));
        loop {
            if self.total.is_some_and(|total| total.left_at(now).is_zero()) {
                return Poll::Ready(RanOut::Total);
            }
            if idle.left_at(now).is_zero() {
                return Poll::Ready(RanOut::Idle);
            }
            let (until, timer) = self
                .timer
                .get_or_insert_with(|| (first, clock.sleep(first.left_at(now))));
            ready!(timer.as_mut().poll(context));
            // What it waited for has passed, whatever the clock shows. Bytes that came meanwhile make that too early.
            now = clock.elapsed().max(until.moment());
            self.timer = None;
        }
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use std::future::poll_fn;

    use super::*;
    use crate::testing::FakeClock;

    const SECOND: Duration = Duration::from_secs(1);

    /// Waits with pieces at `pieces`, in seconds; what ran out, when, and how many timers that took.
    fn waited(total: Option<u64>, pieces: &[u64]) -> (RanOut, Duration, usize) {
        let clock = FakeClock::new();
        let total = total.map(|total| Deadline::after(Duration::ZERO, total as u32 * SECOND));
        let mut patience = Patience::new(5 * SECOND, total);
        let mut left = pieces.iter().map(|at| *at as u32 * SECOND).peekable();
        let what = clock.run(async {
            // Somebody else's timers bring the pieces.
            let mut next = left.peek().map(|at| clock.sleep(*at));
            poll_fn(|context| {
                while let Some(piece) = &mut next {
                    if piece.as_mut().poll(context).is_pending() {
                        break;
                    }
                    patience.rest();
                    left.next();
                    let now = clock.elapsed();
                    next = left.peek().map(|at| clock.sleep(at.saturating_sub(now)));
                }
                patience.poll(&clock, context)
            })
            .await
        });
        let own = clock.asked().len() - pieces.len();
        (what, clock.elapsed(), own)
    }

    #[test]
    fn a_pause_is_measured_from_the_last_piece() {
        type Row<'a> = (Option<u64>, &'a [u64], (RanOut, Duration, usize));
        let rows: &[Row<'_>] = &[
            (None, &[], (RanOut::Idle, 5 * SECOND, 1)),
            (None, &[1, 2, 3], (RanOut::Idle, 8 * SECOND, 2)),
            (None, &[4, 8, 12], (RanOut::Idle, 17 * SECOND, 4)),
            (Some(30), &[1, 2, 3], (RanOut::Idle, 8 * SECOND, 2)),
            (Some(7), &[1, 2, 3], (RanOut::Total, 7 * SECOND, 2)),
            // Both at once: it is the deadline that ends a call for good.
            (Some(8), &[3], (RanOut::Total, 8 * SECOND, 2)),
            (Some(3), &[], (RanOut::Total, 3 * SECOND, 1)),
        ];
        for (total, pieces, expected) in rows {
            assert_eq!(waited(*total, pieces), *expected, "{total:?} {pieces:?}");
        }
    }

    #[test]
    fn what_ended_keeps_no_timer() {
        let clock = FakeClock::new();
        let mut patience = Patience::new(SECOND, None);
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert!(patience.poll(&clock, &mut context).is_pending());
        assert_eq!(clock.sleepers(), 1);
        patience.end();
        assert_eq!(clock.sleepers(), 0);
    }
}
