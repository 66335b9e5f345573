//! The seam to the network: one request out, one answer with a streamed body in.
//!
//! [`HttpTransport`] is the real one. A test, or a program with its own HTTP stack, brings another
//! [`Transport`]; it repeats nothing of which a byte may have been sent, follows no redirect, and leaves
//! deadlines to the pipeline.

mod body;
mod causes;
mod connect;
mod cut;
mod failure;
mod http;
mod interim;
mod progress;
mod proxy;
mod resolve;
#[cfg(feature = "testing")]
pub(crate) mod scripted;
mod stream;
mod tls;
mod tunnel;

use std::{fmt::Debug, future::Future, pin::Pin};

use ::http::{Request, Response};

pub(crate) use self::http::MOST_CONNECTIONS;
pub use self::{
    body::{RequestBody, ResponseBody},
    failure::{TlsFlaw, TransportFault, TransportFaultKind},
    http::{HttpTransport, HttpTransportBuilder, InvalidTransport, ProxyChoice},
    progress::SendProgress,
    proxy::{InvalidProxy, ProxyRoute, ProxyRules},
    resolve::Resolve,
};

/// An answer whose head is there and whose body is still under way.
pub type Sending =
    Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, TransportFault>> + Send>>;

/// Carries one request to the service and one answer back.
///
/// What it must keep to:
/// - one call, one request on the wire: no repeating, no following of redirects;
/// - no own limit but for connecting: dropping the future cancels, and a request whose future is dropped
///   sends nothing any more;
/// - the address, headers and body go out as given (they may be signed), the body with its length declared;
/// - a body that ends with an error breaks the request off: what came of it must not look whole;
/// - errors without address, header or body text in them.
///
/// The [`SendProgress`] in the extensions of a request decides whether a call that ended in time-out provably did
/// not arrive ([`Delivery::NotSent`](crate::Delivery::NotSent)). [`HttpTransport`] reports two things through it: whether the body was
/// begun, and whether there was a connection. A transport of one's own that can tell about the body reports that;
/// without a report the pipeline assumes that the request arrived. One that sends through [`HttpTransport`] passes
/// the extensions of the request on with each sending, and sends one at a time.
pub trait Transport: Debug + Send + Sync + 'static {
    /// Sends one request. Completes when the head of the answer is there.
    fn send(&self, request: Request<RequestBody>) -> Sending;
}
