//! How far a request came.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper_util::client::legacy::connect::CaptureConnection;

use super::{TransportFault, TransportFaultKind};

/// How far a request came, for the proof that it cannot have had an effect.
///
/// The pipeline puts one into the extensions of each request. A server cannot act on a request whose
/// body (not empty, its length declared) it never got. So a body that the HTTP engine never asked for
/// proves that nothing was done, however the connection broke. [`HttpTransport`](super::HttpTransport) reports the
/// connection besides: a request that was dropped before it had one did not arrive, with a body or without.
///
/// What went out once stays so, whatever else is tried with the request. [`Self::give_up`] alone is a proof.
#[derive(Debug, Clone)]
pub struct SendProgress(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    is_watched: bool,
    /// Something went out that the service can act on.
    has_begun: bool,
    /// Nothing goes out any more.
    is_given_up: bool,
    /// The latest sending. The body of one before it is not begun any more.
    turn: u64,
    /// Sendings without a body that are under way: nothing tells when such a request goes out.
    bodiless: usize,
    way: Option<Way>,
}

/// The way of a request to the service.
#[derive(Debug)]
struct Way {
    /// Without its login.
    proxy: Option<Arc<str>>,
    /// Tells when there is one, TLS included.
    connection: CaptureConnection,
}

impl State {
    fn may_have_arrived(&self) -> bool {
        !self.is_watched || self.has_begun || self.bodiless > 0
    }

    fn begin(&mut self) -> bool {
        self.has_begun |= !self.is_given_up;
        !self.is_given_up
    }
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
        Self(Arc::default())
    }

    /// The transport watches the body from here on, and has not begun it. One that was begun before stays so.
    pub fn watch(&self) {
        self.state().is_watched = true;
    }

    /// The first byte of the body is being handed to the wire. `false`: the call was given up before, and its caller knows
    /// that nothing was sent; so nothing of the body may be.
    pub fn begin(&self) -> bool {
        self.state().begin()
    }

    /// Gives the request up, unless it may have gone out. `true`: it did not go out, and never will.
    ///
    /// To be asked when the request is not waited for any more, its future dropped: without a body it may go out as
    /// long as that is there.
    ///
    /// The engine may hold the request on another thread when its caller stops waiting. To look only
    /// would leave it a moment to begin after the look.
    #[must_use]
    pub fn give_up(&self) -> bool {
        let mut state = self.state();
        state.is_given_up |= !state.may_have_arrived();
        state.is_given_up
    }

    /// Whether the service may have got the request: the body was begun, there is none and the request is under way, or
    /// nobody watched. A look: `false` proves nothing, because the request may go out right after it. The proof
    /// is [`Self::give_up`].
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        self.state().may_have_arrived()
    }

    /// The request is sent, through `proxy`, if there is one, as soon as there is a `connection`.
    pub(super) fn send(
        &self,
        has_body: bool,
        proxy: Option<Arc<str>>,
        connection: CaptureConnection,
    ) -> Result<Passage, TransportFault> {
        let mut state = self.state();
        if state.is_given_up {
            return Err(given_up());
        }
        state.is_watched = true;
        state.turn = state.turn.wrapping_add(1);
        let bodiless = (!has_body).then(|| connection.clone());
        state.bodiless = state.bodiless.saturating_add(usize::from(!has_body));
        state.way = Some(Way { proxy, connection });
        Ok(Passage {
            turn: Turn {
                progress: self.clone(),
                number: state.turn,
            },
            bodiless,
            is_answered: false,
        })
    }

    /// Whether the request, as it was sent last, still waits for its first connection. `false` also when the transport does
    /// not tell.
    pub(crate) fn is_connecting(&self) -> bool {
        let state = self.state();
        let connection = state.way.as_ref().map(|way| &way.connection);
        connection.is_some_and(|connection| connection.connection_metadata().is_none())
    }

    /// ` through the proxy http://host:port`, for the words of what did not come; nothing without a proxy.
    pub(crate) fn through(&self) -> String {
        let state = self.state();
        let proxy = state.way.as_ref().and_then(|way| way.proxy.as_deref());
        proxy.map_or_else(String::new, |proxy| format!(" through the proxy {proxy}"))
    }

    /// Whether both are of one request.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the sendings of a request, as its body knows it.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    progress: SendProgress,
    number: u64,
}

impl Turn {
    /// The first byte of the body is being handed to the wire. Fails when nothing of it may be any more.
    pub(super) fn begin(&self) -> Result<(), TransportFault> {
        let mut state = self.progress.state();
        match state.turn == self.number && state.begin() {
            true => Ok(()),
            false => Err(given_up()),
        }
    }
}

#[cold]
#[inline(never)]
fn given_up() -> TransportFault {
    let why = "the call was given up before its body was sent";
    TransportFault::new(TransportFaultKind::Interrupted, why).not_arrived()
}

/// A request under way. To be dropped with whatever carries it, not before: nothing of it goes out then.
#[derive(Debug)]
pub(super) struct Passage {
    turn: Turn,
    /// The connection of a request without a body, as long as it is under way.
    bodiless: Option<CaptureConnection>,
    is_answered: bool,
}

impl Passage {
    /// For the body.
    pub(super) fn turn(&self) -> Turn {
        self.turn.clone()
    }

    /// There is an answer. What is left of the body still goes out.
    pub(super) fn answered(mut self) {
        self.is_answered = true;
    }

    /// It failed; `is_untouched`: before anything was written. `true`: nothing of it went out, and never will.
    ///
    /// An end, not a look: the engine could begin the body after a look.
    pub(super) fn failed(mut self, is_untouched: bool) -> bool {
        let is_last = self.end(is_untouched);
        let mut state = self.turn.progress.state();
        let is_proven = !state.may_have_arrived();
        if is_last {
            // Whoever is told may send the request another way, with this progress or without it.
            state.is_watched = false;
        }
        is_proven
    }

    /// Ends it, once. Whether no other sending came after it.
    fn end(&mut self, is_untouched: bool) -> bool {
        let mut state = self.turn.progress.state();
        if let Some(connection) = self.bodiless.take() {
            state.has_begun |= !is_untouched && connection.connection_metadata().is_some();
            state.bodiless = state.bodiless.saturating_sub(1);
        }
        state.has_begun |= self.is_answered;
        let is_last = !self.is_answered && state.turn == self.turn.number;
        if is_last {
            state.turn = state.turn.wrapping_add(1);
        }
        is_last
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        let _ = self.end(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper_util::client::legacy::connect::capture_connection;

    /// A sending that gets no connection.
    fn send(progress: &SendProgress, has_body: bool) -> Result<Passage, TransportFault> {
        let connection = capture_connection(&mut http::Request::new(()));
        progress.send(has_body, None, connection)
    }

    #[test]
    fn a_body_that_was_begun_is_not_forgotten_for_another_way() {
        let progress = SendProgress::new();
        let first = send(&progress, true).unwrap();
        assert!(first.failed(false));
        assert!(!progress.give_up(), "whoever was told may do anything");
        let second = send(&progress, true).unwrap();
        second.turn().begin().unwrap();
        assert!(!progress.give_up() && progress.is_connecting());
        assert!(!second.failed(false));
        let third = send(&progress, true).unwrap();
        progress.watch();
        assert!(!third.failed(true) && progress.may_have_arrived());
    }

    /// Two at a time: the body of one goes out.
    #[test]
    fn the_body_of_an_earlier_sending_is_not_begun() {
        let progress = SendProgress::new();
        let first = send(&progress, true).unwrap();
        let second = send(&progress, true).unwrap();
        assert!(first.turn().begin().is_err());
        let body = second.turn();
        drop(second);
        assert!(body.begin().is_err(), "it was let go of");
        assert!(progress.give_up());
    }

    /// An answer that came early ends no body, and neither does the end of an earlier sending.
    #[test]
    fn a_body_goes_out_whatever_ends_beside_it() {
        let progress = SendProgress::new();
        let first = send(&progress, true).unwrap();
        let second = send(&progress, true).unwrap();
        drop(first);
        let body = second.turn();
        second.answered();
        body.begin().unwrap();
    }

    #[test]
    fn without_a_body_only_a_sending_that_is_over_did_not_arrive() {
        let progress = SendProgress::new();
        let first = send(&progress, false).unwrap();
        let second = send(&progress, false).unwrap();
        assert!(!progress.give_up(), "both may go out");
        drop(first);
        assert!(!progress.give_up(), "the other may go out");
        drop(second);
        assert!(progress.give_up());
        assert!(send(&progress, false).is_err(), "it was given up");
        let answered = SendProgress::new();
        send(&answered, false).unwrap().answered();
        assert!(!answered.give_up());
    }
}
