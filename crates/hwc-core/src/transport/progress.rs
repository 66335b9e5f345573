//! How far a request came.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU8, Ordering},
};

use hyper_util::client::legacy::connect::CaptureConnection;

const UNTRACKED: u8 = 0;
const NOT_BEGUN: u8 = 1;
const BEGUN: u8 = 2;
const GIVEN_UP: u8 = 3;

/// How far a request came, for the proof that it cannot have had an effect.
///
/// The pipeline puts one into the extensions of each request. A server cannot act on a request whose
/// body (not empty, its length declared) it never got. So a body that the HTTP engine never asked for
/// proves that nothing was done, however the line broke.
#[derive(Debug, Clone)]
pub struct SendProgress(Arc<Progress>);

#[derive(Debug)]
struct Progress {
    body: AtomicU8,
    way: OnceLock<Way>,
}

/// The way of a request to the service.
#[derive(Debug)]
struct Way {
    /// Without its login.
    proxy: Option<String>,
    /// Tells when there is one, TLS included.
    connection: CaptureConnection,
}

impl Default for SendProgress {
    fn default() -> Self {
        Self::new()
    }
}

impl SendProgress {
    /// For a new request: nobody watches yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Progress {
            body: AtomicU8::new(UNTRACKED),
            way: OnceLock::new(),
        }))
    }

    /// The transport watches the body from here on, and has not begun it.
    pub fn watch(&self) {
        self.0.body.store(NOT_BEGUN, Ordering::Release);
    }

    /// The first byte of the body is being handed to the wire. `false`: the call was given up before, and its caller knows
    /// that nothing was sent; so nothing of the body may be.
    pub fn begin(&self) -> bool {
        let begun = |state| (state != GIVEN_UP).then_some(BEGUN);
        self.0
            .body
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, begun)
            .is_ok()
    }

    /// Gives the request up, unless its body was begun or nobody watches. `true`: it was not begun, and
    /// never will be.
    ///
    /// To be asked of a request that is not waited for any more: as long as it has no connection, dropping it ends it,
    /// with a body or without.
    ///
    /// The engine may hold the request on another thread when its caller stops waiting. To look only
    /// would leave it a moment to begin after the look.
    #[must_use]
    pub fn give_up(&self) -> bool {
        let given_up = |state| (state == NOT_BEGUN).then_some(GIVEN_UP);
        let _ = self
            .0
            .body
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, given_up);
        !self.may_have_arrived() || self.is_connecting()
    }

    /// Whether the service may have got the request: the body was begun, or nobody watched.
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        !matches!(self.0.body.load(Ordering::Acquire), NOT_BEGUN | GIVEN_UP)
    }

    /// The request goes through `proxy`, if there is one, as soon as there is a `connection`.
    pub(super) fn connect(&self, proxy: Option<String>, connection: CaptureConnection) {
        // One progress, one request.
        let _ = self.0.way.set(Way { proxy, connection });
    }

    /// Whether the request still waits for its first connection. `false` also when the transport does not tell.
    pub(crate) fn is_connecting(&self) -> bool {
        let way = self.0.way.get();
        way.is_some_and(|way| way.connection.connection_metadata().is_none())
    }

    /// ` through the proxy http://host:port`, for the words of what did not come; nothing without a proxy.
    pub(crate) fn through(&self) -> String {
        let proxy = self.0.way.get().and_then(|way| way.proxy.as_deref());
        proxy.map_or_else(String::new, |proxy| format!(" through the proxy {proxy}"))
    }
}
