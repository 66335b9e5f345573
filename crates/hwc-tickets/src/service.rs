//! What carries the calls that are shaped by hand. The calls themselves, turned into this crate's own types, are in `wire` of
//! each resource: only there and here is the wire crate named for them.
//!
//! Nothing there decides whether an answer is a success (that is done below the generated code), and
//! nothing there repeats a call. `group_id` goes along wherever the interface takes it (D-32).

pub(crate) mod limit;
pub(crate) mod rows;

pub(crate) use limit::{MAX_PAGE, MAX_TICKETS};

use crate::{
    config::submit_type::SubmitType, doubt::moment::ServiceClock, ids::GroupId, time::ZoneOffset,
};
#[cfg(feature = "raw")]
use hwc_core::Operation;
use hwc_core::{CallOptions, Delivery, ErrorCode, Fault, FaultKind, Pipeline, retry::after};
pub(crate) use hwc_tickets_wire::Response;
#[cfg(feature = "raw")]
use hwc_tickets_wire::operations;
use hwc_tickets_wire::{Client as Wire, ERROR_CODES, Request};
use jiff::Timestamp;
use std::{sync::Arc, time::Duration};

/// The described operation that a call of `method` on `path` is. Where two fit, the one with more words of its own is meant.
#[cfg(feature = "raw")]
pub(crate) fn described(method: &str, path: &str) -> Option<&'static Operation> {
    let fits = |known: &&Operation| known.method == method && known.matches_path(path);
    let all = operations::ALL.iter().filter(fits);
    all.min_by_key(|known| known.path.matches('{').count())
}

/// What makes the calls.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    wire: Wire,
    /// The zone that is asked for, and so the zone of times without one.
    zone: ZoneOffset,
    submit_type: SubmitType,
}

/// What one call is about: the group it acts for, and its options.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) group: Option<&'a GroupId>,
    pub(crate) options: &'a CallOptions,
}

impl<'a> About<'a> {
    pub(crate) fn group(self) -> Option<String> {
        self.group.map(|group| group.as_str().to_owned())
    }
}

impl Service {
    pub(crate) fn new(pipeline: Arc<Pipeline>, zone: ZoneOffset, submit_type: SubmitType) -> Self {
        Self {
            wire: Wire::new(pipeline),
            zone,
            submit_type,
        }
    }

    /// Waits for credentials, `limit` at most: a token exchange may take longer than a call should.
    pub(crate) async fn sign_in(&self, limit: Duration) -> Result<(), Fault> {
        self.wire.pipeline().sign_in(limit).await
    }

    /// Any operation as a value.
    pub(crate) fn send<R: Request + Sync>(
        &self,
        request: &R,
        options: &CallOptions,
    ) -> impl Future<Output = Result<Response<R::Response>, Fault>> {
        self.wire.send(request, options)
    }

    /// What carries the calls, for calls this crate has no verb for.
    #[cfg(feature = "raw")]
    pub(crate) fn pipeline(&self) -> &Pipeline {
        self.wire.pipeline()
    }

    /// The zone that times without one are read in.
    pub(crate) fn zone(&self) -> ZoneOffset {
        self.zone
    }

    /// What a submit says of its type.
    pub(crate) fn submit_type(&self) -> SubmitType {
        self.submit_type
    }
}

/// The service's own time (`Date` header), to the second.
pub(crate) fn date<T>(answer: &Response<T>) -> Option<Timestamp> {
    after::date(&answer.headers)
}

/// Whether a machine on the way had stored the answer, and gave it once more.
pub(crate) fn is_stored<T>(answer: &Response<T>) -> bool {
    after::is_stored(&answer.headers)
}

/// The service's own time now. `None`: the answer does not say, or it was stored on the way and says when that was.
pub(crate) fn fresh_date<T>(answer: &Response<T>) -> Option<Timestamp> {
    after::fresh_date(&answer.headers)
}

/// What the clock of the service showed when the answer began to come: reading it, and reading on, may take long. `None`: the answer does
/// not say, or it was stored on the way and says when that was.
pub(crate) fn clock<T>(answer: &Response<T>) -> Option<ServiceClock> {
    Some(ServiceClock::new(fresh_date(answer)?, answer.answered_at))
}

/// The same also of an answer that was stored on the way: the clock showed this then or later.
pub(crate) fn clock_no_later<T>(answer: &Response<T>) -> Option<ServiceClock> {
    Some(ServiceClock::new(date(answer)?, answer.answered_at))
}

/// The answer, if it tells how things are now. One that a machine on the way had stored tells how they were.
pub(crate) fn fresh<T>(answer: Response<T>) -> Result<Response<T>, Fault> {
    match is_stored(&answer) {
        false => Ok(answer),
        true => Err(answer.attach_to(stored())),
    }
}

/// Why an answer that a machine on the way had stored does not do. Of one answer, [`fresh`] tells it with all that is known of that.
pub(crate) fn stored() -> Fault {
    let detail =
        "a machine on the way had stored the answer, so it does not tell how things are now";
    let mut fault = Fault::new(FaultKind::Protocol, Delivery::Unknown, detail).with_help(
        "Something between this machine and the service keeps answers. Try again later, or ask around it.",
    );
    fault.is_stored = true;
    fault
}

/// Whether a read before a write failed so that the write would fail too. That its own time was up, or its own turn too late, says
/// nothing: the write has more time. An account may lack the permission for the read alone.
pub(crate) fn forbids_sending(fault: &Fault) -> bool {
    matches!(
        fault.kind,
        FaultKind::InvalidInput
            | FaultKind::Credentials
            | FaultKind::Connect
            | FaultKind::Tls
            | FaultKind::Unauthorized
    )
}

/// The service's error codes, for the pipeline.
pub(crate) fn error_codes() -> &'static [ErrorCode] {
    ERROR_CODES
}
