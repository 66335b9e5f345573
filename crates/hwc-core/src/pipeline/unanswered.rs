//! Requests without an answer: given up because it did not come in time, or broken on the way.

use std::time::Duration;

use super::classify::Failure;
use crate::{
    Delivery, Fault, FaultKind,
    fault::HumanDuration,
    retry::Repeat,
    transport::{SendProgress, TransportFault, TransportFaultKind},
};

/// Gives up a request that is no longer waited for: `what` did not come in time.
#[cold]
#[inline(never)]
pub(super) fn overdue(progress: &SendProgress, what: &str, limit: Duration) -> Failure {
    let delivery = match progress.give_up() {
        true => Delivery::NotSent,
        false => Delivery::Unknown,
    };
    let mut failure = late(delivery, what, limit);
    failure.fault.is_unconnected = progress.is_connecting();
    failure
}

/// What did not come in time: `what`, or a connection to begin with, and through which proxy.
#[cold]
#[inline(never)]
pub(super) fn missing(progress: &SendProgress, what: &str) -> String {
    let what = match progress.is_connecting() {
        true => "no connection",
        false => what,
    };
    format!("{what}{}", progress.through())
}

/// What did not come in time.
#[cold]
#[inline(never)]
pub(super) fn late(delivery: Delivery, what: &str, limit: Duration) -> Failure {
    Failure {
        fault: Fault::new(
            FaultKind::Timeout,
            delivery,
            format!("{what} within {}", HumanDuration(limit)),
        ),
        repeat: Repeat::Backoff,
    }
}

/// What the transport says of a request without an answer.
#[cold]
#[inline(never)]
pub(super) fn transport_failure(fault: TransportFault) -> Failure {
    let (kind, repeat) = match fault.kind {
        TransportFaultKind::Resolve => (FaultKind::Connect, Repeat::Once),
        TransportFaultKind::Connect | TransportFaultKind::ProxyLogin => {
            (FaultKind::Connect, Repeat::Backoff)
        }
        TransportFaultKind::Tls(_) => (FaultKind::Tls, Repeat::Never),
        TransportFaultKind::Interrupted => (FaultKind::Interrupted, Repeat::Backoff),
        TransportFaultKind::Malformed
        | TransportFaultKind::HeadTooLarge
        | TransportFaultKind::TooManyInterim => (FaultKind::Protocol, Repeat::Never),
        TransportFaultKind::Unsendable | TransportFaultKind::Source => {
            (FaultKind::InvalidInput, Repeat::Never)
        }
    };
    let delivery = if fault.body_started {
        Delivery::Unknown
    } else {
        Delivery::NotSent
    };
    let mut verdict = Fault::new(kind, delivery, fault.to_string());
    if let TransportFaultKind::Tls(flaw) = fault.kind {
        verdict.tls_flaw = Some(flaw);
    }
    verdict.is_proxy_login = fault.kind == TransportFaultKind::ProxyLogin;
    if fault.kind == TransportFaultKind::Source {
        verdict = verdict.with_help(match delivery {
            Delivery::NotSent => "give a source that can be read to its end; nothing was sent",
            _ => "give a source that can be read to its end; a part of it was sent, so read back before trying again",
        });
    }
    Failure {
        fault: verdict.caused_by(fault),
        repeat,
    }
}
