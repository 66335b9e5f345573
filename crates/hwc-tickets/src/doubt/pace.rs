//! When to look again for what is in doubt, and when that is no use.

use hwc_core::FaultKind;
use std::{future::poll_fn, task::Poll, time::Duration};

/// When to read after the moment of doubt.
pub(crate) const READS: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];
/// Pause between reads after those.
pub(crate) const LATER: Duration = Duration::from_secs(8);
/// However slow a read was, the next one comes no sooner.
pub(crate) const SHORTEST_PAUSE: Duration = Duration::from_millis(250);

/// Faults that reading again within this call cannot mend.
pub(crate) fn is_hopeless(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::InvalidInput
            | FaultKind::Credentials
            | FaultKind::Tls
            | FaultKind::Unauthorized
            | FaultKind::Forbidden
            | FaultKind::NotFound
    )
}

/// Lets other work go on.
pub(crate) async fn yield_now() {
    let mut has_yielded = false;
    poll_fn(|context| match std::mem::replace(&mut has_yielded, true) {
        true => Poll::Ready(()),
        false => {
            context.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await;
}

/// A fifth more or less, so that many clients in doubt do not ask at the same moment.
pub(crate) fn jittered(duration: Duration) -> Duration {
    duration.mul_f64(0.8 + 0.4 * fastrand::f64())
}
