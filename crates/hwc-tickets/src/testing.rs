//! For tests of programs that use this crate: a scripted network and a clock on which no real time
//! passes.
//!
//! Needs the feature `testing`; put it in `dev-dependencies` only.
//!
//! ```
//! use hwc_tickets::{Client, Delivery, SecretString};
//! use hwc_tickets::testing::{FakeClock, ScriptedTransport, Step};
//!
//! // The first request reads the conversation, the second one is refused.
//! let clock = FakeClock::new();
//! let network = ScriptedTransport::new(&clock)
//!     .then(Step::json(200, r#"{"count":0,"message_list":[]}"#))
//!     .then(Step::json(200, r#"{"error_code":"OSM.01010001","error_msg":"Param validation failed."}"#));
//! let client = Client::builder()
//!     .token(SecretString::from("token-for-tests"))
//!     .clock(clock.clone())
//!     .transport(network.clone())
//!     .build()?;
//! let error = clock.run(async { client.ticket("case-123")?.submit("Hello").await }).unwrap_err();
//! assert_eq!(error.delivery(), Delivery::Rejected);
//! assert_eq!(network.requests().len(), 2);
//! # Ok::<(), hwc_tickets::Error>(())
//! ```

pub use hwc_core::testing::{CapturedRequest, FakeClock, ScriptedTransport, Step};

use crate::{
    doubt::{fingerprint::Fingerprint, id::PendingId, moment::Moment},
    error::{Error, Result},
    ids::TicketId,
    messages::submit::pending::Pending,
};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// The record of a submit to `ticket` whose outcome is not known, as an [`Outbox`](crate::Outbox) gets it: for tests of your own one.
/// Each has another id; no message is its own.
///
/// ```
/// use hwc_tickets::testing::{pending, settled};
/// let record = pending("case-123", Some("job-7"))?;
/// assert!(record.key() == Some("job-7") && !record.is_settled());
/// let stored = serde_json::to_string(&record).unwrap();
/// assert_eq!(serde_json::from_str::<hwc_tickets::Pending>(&stored).unwrap(), record);
/// assert_ne!(pending("case-123", Some("job-7"))?, record);
/// assert!(settled(record).is_settled());
/// # Ok::<(), hwc_tickets::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when `ticket` is no id of a ticket;
/// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) when the system gives no random numbers.
pub fn pending<T>(ticket: T, key: Option<&str>) -> Result<Pending>
where
    T: TryInto<TicketId>,
    Error: From<T::Error>,
{
    Ok(Pending {
        id: PendingId::new()?,
        key: key.map(str::to_owned),
        origin: None,
        ticket: ticket.try_into()?,
        group: None,
        begun_at: Timestamp::UNIX_EPOCH,
        fingerprint: Fingerprint::of("", &[])?,
        reference: None,
        attachments: Vec::new(),
        baseline: None,
        span: None,
        rivals: BTreeSet::new(),
        past: BTreeSet::new(),
        counted_rivals: 0,
        settled: None,
        landed: None,
        recalled: None,
        recalling: None,
        forgotten: false,
    })
}

/// The record as an outbox gets it once more, when it is known that its message is in the ticket.
#[must_use]
pub fn settled(pending: Pending) -> Pending {
    let at = Moment {
        wall: pending.begun_at,
        service: None,
    };
    pending.settled(at)
}
