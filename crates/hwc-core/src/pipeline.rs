//! From a request to a judged answer: identity, deadline, attempts, judgement.
//!
//! [`Pipeline::call`] and [`Pipeline::download`] are the only ways out to the network. A call holds no task and no lock between polls:
//! dropping its future cancels everything it had under way.

mod attempt;
mod builder;
mod call;
// Public for the tests alone: nothing in it is promised.
#[doc(hidden)]
pub mod classify;
mod download;
mod envelope;
mod incoming;
mod outgoing;
mod patience;
mod places;
mod prepare;
mod read;
mod record;
mod reply;
mod skew;
mod surrogates;
mod unanswered;

use std::{borrow::Cow, fmt, pin::pin, sync::Arc, time::Duration};

use http::{HeaderMap, Request};

pub use builder::{BuildError, PipelineBuilder};
pub use download::Download;
pub use reply::Reply;

use self::{
    attempt::{Content, Good, attempt},
    call::Call,
    classify::Failure,
    places::{Place, Places},
    record::CallRecord,
    skew::Skew,
};
use crate::{
    Body, CallOptions, Clock, Delivery, Endpoint, ErrorCode, Fault, FaultKind, Operation,
    ResponseContent, RetryPolicy, Timeouts,
    deadline::{Deadline, Elapsed, Timer},
    identity::{Identity, IdentityContext, Principal, ProvideIdentity},
    rate::Turns,
    retry::{self, backoff, budget::Budget},
    trace,
    transport::Transport,
};

/// An identity is asked for again after a longer wait than this. Each is handed out with some time left.
const LONG_WAIT: Duration = Duration::from_secs(1);

/// A client of one endpoint: cheap to share behind an `Arc`.
pub struct Pipeline {
    endpoint: Endpoint,
    identity: Arc<dyn ProvideIdentity>,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    /// Clock and transport once more, for the identity.
    context: IdentityContext,
    timeouts: Timeouts,
    retry: RetryPolicy,
    budget: Budget,
    turns: Option<Turns>,
    codes: &'static [ErrorCode],
    headers: HeaderMap,
    body_limit: usize,
    places: Places,
    skew: Skew,
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pipeline")
            .field("endpoint", &self.endpoint)
            .field("timeouts", &self.timeouts)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

impl Pipeline {
    /// Settings for a client of `endpoint`.
    pub fn builder(endpoint: Endpoint) -> PipelineBuilder {
        PipelineBuilder::new(endpoint)
    }

    /// Where requests go.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Who the credentials are of, as far as it is known without asking anybody.
    #[must_use]
    pub fn principal(&self) -> Principal {
        self.identity.principal()
    }

    /// The clock all waiting is done on. Layers above wait on it too.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// The time limits of a call.
    #[must_use]
    pub fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// Waits until credentials are there, `limit` at most. The calls that follow then need not wait for them
    /// within deadlines of their own.
    ///
    /// # Errors
    /// The [`Fault`] of the identity provider, or [`FaultKind::Timeout`]. Nothing was sent to the service.
    pub async fn sign_in(&self, limit: Duration) -> Result<(), Fault> {
        let deadline = Deadline::after(self.clock.elapsed(), limit);
        self.identity(deadline).await.map(|_| ())
    }

    /// Sends `request` as one call of `operation`: authenticates, repeats where that is safe, and judges.
    ///
    /// The address may be absolute, then it must be the endpoint's, or only path and query. The path
    /// must fit the operation's template, and the body what the operation sends. The query goes out in its
    /// canonical form. A body that is streamed is opened anew for each attempt; one that cannot be read again
    /// is sent once only.
    ///
    /// # Errors
    /// A [`Fault`] says what failed and whether the call may have had an effect. It comes before the
    /// deadline is over: [`CallOptions::deadline`], or [`Timeouts::total`]; for a streamed body see there.
    pub async fn call<B: Into<Body>>(
        &self,
        request: Request<B>,
        operation: &Operation,
        options: &CallOptions,
    ) -> Result<Reply, Fault> {
        let mut record = CallRecord::open(&*self.clock);
        let request = request.map(Into::into);
        let answered = self.answer(
            request,
            operation,
            options,
            ResponseContent::Object,
            &mut record,
        );
        let (good, _) = answered.await?;
        match good.content {
            Content::Object(success) => Ok(Reply {
                status: good.status,
                headers: good.headers,
                body: success.body,
                lossy: success.lossy,
                partial_failure: success.partial_failure,
                request_id: record.request_id.take(),
                attempts: record.attempts,
                elapsed: self.clock.elapsed().saturating_sub(record.started),
                answered_at: record.answered_at,
            }),
            Content::Bytes(..) => Err(misfit(operation)),
        }
    }

    /// Sends `request` as one call of an operation that answers bytes, and gives them as they come.
    ///
    /// It completes when the head of the answer was judged and its beginning is no error document: an answer
    /// with an error code in it, or a page in place of the file, is a [`Fault`], never a file. Until then it
    /// is repeated as every call.
    ///
    /// # Errors
    /// As [`Self::call`]. What breaks later is told by [`Download::chunk`].
    pub async fn download<B: Into<Body>>(
        &self,
        request: Request<B>,
        operation: &Operation,
        options: &CallOptions,
    ) -> Result<Download, Fault> {
        let mut record = CallRecord::open(&*self.clock);
        let request = request.map(Into::into);
        let answered = self.answer(
            request,
            operation,
            options,
            ResponseContent::Bytes,
            &mut record,
        );
        let (good, place) = answered.await?;
        let Content::Bytes(beginning, incoming) = good.content else {
            return Err(misfit(operation));
        };
        let facts = download::Facts {
            operation: *operation,
            host: self.endpoint.authority().to_string(),
            status: good.status,
            headers: good.headers,
            request_id: record.request_id.take(),
            attempts: record.attempts,
            started: record.started,
            elapsed: self.clock.elapsed().saturating_sub(record.started),
            answered_at: record.answered_at,
        };
        Ok(Download::new(facts, beginning, incoming, place))
    }

    /// A good answer, and the place it still takes.
    async fn answer(
        &self,
        request: Request<Body>,
        operation: &Operation,
        options: &CallOptions,
        wanted: ResponseContent,
        record: &mut CallRecord,
    ) -> Result<(Good, Place), Fault> {
        if wanted != operation.response {
            return Err(self.told(misfit(operation), operation, record));
        }
        // What is prepared is large: it is moved once, to where it stays.
        let prepared = match prepare::prepare(request, operation, &self.endpoint, &self.headers) {
            Ok(prepared) => prepared,
            Err(fault) => return Err(self.told(fault, operation, record)),
        };
        let idempotency = match prepare::idempotency(operation, options) {
            Ok(idempotency) => idempotency,
            Err(fault) => return Err(self.told(fault, operation, record)),
        };
        let limit = options.deadline.unwrap_or(self.timeouts.total);
        let streams = prepared.payload.is_streamed() || wanted == ResponseContent::Bytes;
        let deadline = Deadline::after(record.started, limit);
        let call = Call {
            prepared: &prepared,
            idempotency,
            response: wanted,
            makes: operation.makes,
            body_limit: options.body_limit,
            total: (!streams || options.deadline.is_some()).then_some(deadline),
        };
        let run = self.run(&call, options, record);
        let outcome = trace::in_span(operation, &self.endpoint, run).await;
        outcome.map_err(|fault| self.told(fault, operation, record))
    }

    /// The fault of a call, with the facts of all of it.
    #[cold]
    #[inline(never)]
    fn told(&self, fault: Fault, operation: &Operation, record: &CallRecord) -> Fault {
        let fault = record.close(fault, operation, &*self.clock);
        // What was never sent has nothing to do with a host.
        match fault.kind {
            FaultKind::InvalidInput | FaultKind::Credentials => fault,
            _ => fault.at(&self.endpoint),
        }
    }

    async fn run(
        &self,
        call: &Call<'_>,
        options: &CallOptions,
        record: &mut CallRecord,
    ) -> Result<(Good, Place), Fault> {
        let limit = options.deadline.unwrap_or(self.timeouts.total);
        let max_attempts = options
            .max_attempts
            .unwrap_or(self.retry.max_attempts)
            .max(1);
        let mut renewed = false;
        let mut signed_anew = false;
        // Attempts that count: a refused token or a wrong clock is not the service's failure.
        let mut tries: u32 = 0;
        // Time in which bytes moved. Without a deadline over everything, only the waits are bounded.
        let mut moving = Duration::ZERO;
        let started = record.started;
        let deadline_after = |moving: Duration| {
            let total = || Deadline::after(started.saturating_add(moving), limit);
            call.total.unwrap_or_else(total)
        };
        loop {
            let deadline = deadline_after(moving);
            let (identity, place) = self.admit(deadline).await?;
            let began = self.clock.elapsed();
            if deadline.left_at(began).is_zero() {
                return Err(passed());
            }
            let signed_at = self.skew.correct(self.clock.now());
            let outcome = attempt(self, call, &identity, signed_at, record).await;
            let took = self.clock.elapsed().saturating_sub(began);
            moving = moving.saturating_add(took);
            let Failure { fault, repeat } = match outcome {
                Ok(good) => {
                    trace::attempt_succeeded(record.attempts, good.status.as_u16(), took);
                    self.budget.refill(record.repeats);
                    self.identity.accepted(&identity);
                    return Ok((good, place));
                }
                Err(failure) => failure,
            };
            // Others need it more while this call waits for its next attempt.
            drop(place);
            record.see_failure(&fault);
            if is_answer_of_the_service(&fault) {
                self.identity.accepted(&identity);
            }
            trace::attempt_failed(record.attempts, &fault, repeat, took);
            let can_be_sent = call.prepared.payload.can_be_sent();
            if fault.kind == FaultKind::Unauthorized {
                // A write is repeated only if the gateway provably turned it down. What is known of the
                // credentials is told anyhow: whoever reads back needs better ones.
                let is_safe = can_be_sent && retry::is_safe(call.idempotency, record.delivery);
                if is_safe && !signed_anew && self.clock_was_wrong(&identity, signed_at) {
                    signed_anew = true;
                    continue;
                }
                // The second refusal is reported too: then the provider stops asking for a while.
                let another = self.identity.refused(&identity);
                if is_safe && another && !renewed {
                    renewed = true;
                    continue;
                }
                return Err(if can_be_sent { fault } else { sent_once(fault) });
            }
            tries = tries.saturating_add(1);
            let may = retry::may_repeat(call.idempotency, record.delivery, repeat, record.repeats);
            if !may || tries >= max_attempts {
                return Err(fault);
            }
            if !can_be_sent {
                return Err(sent_once(fault));
            }
            // With less time than this a repeat would only turn a clear answer into a timeout.
            let least = self.timeouts.attempt.min(limit) / 10;
            let room = deadline_after(moving)
                .remaining(&*self.clock)
                .saturating_sub(least);
            let pause = backoff::pause(&self.retry, tries, fault.retry_after, fastrand::f64());
            let Some(pause) = pause.within(room) else {
                return Err(fault);
            };
            if !self.budget.withdraw() {
                return Err(fault);
            }
            record.repeats = record.repeats.saturating_add(1);
            self.clock.sleep(pause).await;
        }
    }

    /// Waits for all that a request needs before it goes out. A place comes last: who waits for a login or a turn
    /// keeps none from others.
    async fn admit(&self, deadline: Deadline) -> Result<(Identity, Place), Fault> {
        let identity = self.identity(deadline).await?;
        let asked = self.clock.elapsed();
        self.take_turn(deadline).await?;
        let place = self.places.take(deadline, &*self.clock).await?;
        let waited = self.clock.elapsed().saturating_sub(asked);
        if waited < LONG_WAIT {
            return Ok((identity, place));
        }
        // It may have ended meanwhile, or others found out that it is refused. That the new one is still to be
        // fetched is rare: only then does a caller wait with a place.
        Ok((self.identity(deadline).await?, place))
    }

    /// By when a document must be there that is read in a call without a deadline.
    fn document_deadline(&self) -> Deadline {
        Deadline::after(self.clock.elapsed(), self.timeouts.total)
    }

    async fn identity(&self, deadline: Deadline) -> Result<Identity, Fault> {
        let mut timer = Timer::new(&*self.clock, deadline);
        let mut identity = pin!(self.identity.identity(&self.context));
        match timer.race(identity.as_mut()).await {
            Ok(identity) => Ok(identity?),
            Err(Elapsed) => Err(self.no_identity()),
        }
    }

    /// The fault of a call whose credentials did not come in time.
    #[cold]
    #[inline(never)]
    fn no_identity(&self) -> Fault {
        const LATE: &str = "no credentials within the deadline of the call";
        let detail: Cow<'static, str> = match self.context.asking.silence() {
            Some(silence) => format!("{LATE}: {silence}").into(),
            None => LATE.into(),
        };
        Fault::new(FaultKind::Timeout, Delivery::NotSent, detail)
            .with_help("check the way to whoever gives the credentials (for IAM: HUAWEICLOUD_SDK_IAM_ENDPOINT, the network, the proxy), or give the call more time")
            .of_identity()
    }

    async fn take_turn(&self, deadline: Deadline) -> Result<(), Fault> {
        let Some(turns) = &self.turns else {
            return Ok(());
        };
        match turns.take(self.clock.elapsed(), deadline.remaining(&*self.clock)) {
            Ok(wait) if wait.is_zero() => Ok(()),
            Ok(wait) => {
                self.clock.sleep(wait).await;
                Ok(())
            }
            Err(wait) => {
                let mut fault = Fault::new(
                    FaultKind::Throttled,
                    Delivery::NotSent,
                    "the own rate limit leaves no turn before the deadline",
                );
                fault.retry_after = Some(wait);
                Err(fault)
            }
        }
    }

    /// Whether the refused request was signed with a time that the answer shows to be wrong.
    fn clock_was_wrong(&self, identity: &Identity, signed_at: jiff::Timestamp) -> bool {
        if !identity.is_signed() {
            return false;
        }
        self.skew.restart();
        skew::explains_refusal(signed_at, self.skew.correct(self.clock.now()))
    }
}

/// Whether the failure is an answer of the service itself: then the gateway has let the identity pass.
fn is_answer_of_the_service(fault: &Fault) -> bool {
    fault.kind != FaultKind::Unauthorized && fault.http_status == Some(200) && fault.code.is_some()
}

/// The method of the pipeline does not fit the operation.
#[cold]
#[inline(never)]
fn misfit(operation: &Operation) -> Fault {
    let detail = match operation.response {
        ResponseContent::Object => "the operation answers an object, not bytes",
        ResponseContent::Bytes => "the operation answers bytes, which are downloaded",
    };
    Fault::new(FaultKind::InvalidInput, Delivery::NotSent, detail)
}

/// The deadline of a call was over before there was anything to send.
#[cold]
#[inline(never)]
fn passed() -> Fault {
    Fault::new(
        FaultKind::Timeout,
        Delivery::NotSent,
        "the deadline of the call passed before the request could be sent",
    )
}

/// The failure of an attempt after which the body cannot be sent again.
#[cold]
#[inline(never)]
fn sent_once(mut fault: Fault) -> Fault {
    fault.detail = format!(
        "{}; its body cannot be read again, so it was not repeated",
        fault.detail
    )
    .into();
    fault
}
