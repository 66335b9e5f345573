//! From a request to a judged answer: identity, deadline, attempts, judgement.
//!
//! [`Pipeline::call`] is the only way out to the network. It holds no task and no lock between polls:
//! dropping its future cancels everything it had under way.

mod attempt;
mod builder;
pub mod classify;
mod envelope;
mod places;
mod prepare;
mod read;
mod record;
mod skew;
mod surrogates;

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};

pub use builder::{BuildError, PipelineBuilder};

use self::{
    attempt::attempt,
    classify::Failure,
    places::{Place, Places},
    record::CallRecord,
    skew::Skew,
};
use crate::{
    CallOptions, Clock, Endpoint, ErrorCode, Fault, FaultKind, Operation, RetryPolicy, Sent,
    Timeouts,
    deadline::{Deadline, Elapsed, Timer},
    identity::{Identity, IdentityContext, ProvideIdentity},
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

/// An answer that was judged a success.
#[derive(Clone)]
#[non_exhaustive]
pub struct Reply {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers of the answer.
    pub headers: HeaderMap,
    /// Body of the answer, within the size limit: UTF-8, without byte order mark. Empty only for
    /// writes.
    pub body: Bytes,
    /// Bytes of the body that were not UTF-8 were replaced by U+FFFD: text is readable, ids that hold
    /// the mark must not be used.
    pub lossy: bool,
    /// A read that says failure besides what it brings (D-50): what it lacks is not empty, but missing.
    pub complains: bool,
    /// Request id, if the answer has one.
    pub request_id: Option<String>,
    /// Attempts on the wire.
    pub attempts: u32,
    /// Time from the beginning of the call to its end.
    pub elapsed: Duration,
}

impl Reply {
    /// The fault of a success whose body does not decode. `what` says where it failed, without values.
    ///
    /// For a write this leaves open whether it was done.
    #[must_use]
    pub fn undecodable(&self, operation: &Operation, what: impl fmt::Display) -> Fault {
        let mut fault = Fault::new(
            FaultKind::Protocol,
            Sent::Maybe,
            format!("the answer does not have the documented form: {what}"),
        )
        .of(operation);
        fault.http_status = Some(self.status.as_u16());
        fault.request_id.clone_from(&self.request_id);
        fault.attempts = self.attempts;
        fault.elapsed = self.elapsed;
        fault
    }
}

/// Without the body: it holds messages of customers.
impl fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Reply")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .field("lossy", &self.lossy)
            .field("complains", &self.complains)
            .field("request_id", &self.request_id)
            .field("attempts", &self.attempts)
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
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
    /// must fit the operation's template. The query goes out in its canonical form.
    ///
    /// # Errors
    /// A [`Fault`] says what failed and whether the call may have had an effect. It comes before the
    /// deadline is over: [`CallOptions::deadline`], or [`Timeouts::total`].
    pub async fn call(
        &self,
        request: Request<Bytes>,
        operation: &Operation,
        options: &CallOptions,
    ) -> Result<Reply, Fault> {
        let mut record = CallRecord::open(&*self.clock);
        let outcome = match prepare::prepare(request, operation, &self.endpoint, &self.headers) {
            Ok(request) => {
                let run = self.run(&request, operation, options, &mut record);
                trace::in_span(operation, &self.endpoint, run).await
            }
            Err(fault) => Err(fault),
        };
        outcome.map_err(|fault| {
            let fault = record.close(fault, operation, &*self.clock);
            // What was never sent has nothing to do with a host.
            match fault.kind {
                FaultKind::InvalidInput | FaultKind::Credentials => fault,
                _ => fault.at(&self.endpoint),
            }
        })
    }

    async fn run(
        &self,
        request: &Request<Bytes>,
        operation: &Operation,
        options: &CallOptions,
        record: &mut CallRecord,
    ) -> Result<Reply, Fault> {
        let limit = options.deadline.unwrap_or(self.timeouts.total);
        let deadline = Deadline::after(record.started, limit);
        let max_attempts = options
            .max_attempts
            .unwrap_or(self.retry.max_attempts)
            .max(1);
        let mut renewed = false;
        let mut signed_anew = false;
        // Attempts that count: a refused token or a wrong clock is not the service's failure.
        let mut tries: u32 = 0;
        loop {
            let (identity, place) = self.admit(deadline).await?;
            let began = self.clock.elapsed();
            if deadline.left_at(began).is_zero() {
                return Err(Fault::new(
                    FaultKind::Timeout,
                    Sent::No,
                    "the deadline of the call passed before the request could be sent",
                ));
            }
            let signed_at = self.skew.correct(self.clock.now());
            let outcome = attempt(
                self,
                request.clone(),
                operation.effect,
                &identity,
                signed_at,
                deadline,
                record,
            )
            .await;
            // Others need it more while this call waits for its next attempt.
            drop(place);
            let Failure { fault, repeat } = match outcome {
                Ok(good) => {
                    let now = self.clock.elapsed();
                    let took = now.saturating_sub(began);
                    trace::attempt_succeeded(record.attempts, good.status.as_u16(), took);
                    self.budget.refill(record.repeats);
                    self.identity.accepted(&identity);
                    return Ok(Reply {
                        status: good.status,
                        headers: good.headers,
                        body: good.success.body,
                        lossy: good.success.lossy,
                        complains: good.success.complains,
                        request_id: record.request_id.take(),
                        attempts: record.attempts,
                        elapsed: now.saturating_sub(record.started),
                    });
                }
                Err(failure) => failure,
            };
            record.see_failure(&fault);
            if is_answer_of_the_service(&fault) {
                self.identity.accepted(&identity);
            }
            let took = self.clock.elapsed().saturating_sub(began);
            trace::attempt_failed(record.attempts, &fault, repeat, took);
            if fault.kind == FaultKind::Unauthorized {
                // A write is repeated only if the gateway provably turned it down. What is known of the
                // credentials is told anyhow: whoever reads back needs better ones.
                let is_safe = retry::is_safe(operation.effect, record.sent);
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
                return Err(fault);
            }
            tries = tries.saturating_add(1);
            let may = retry::may_repeat(operation.effect, record.sent, repeat, record.repeats);
            if !may || tries >= max_attempts {
                return Err(fault);
            }
            // With less time than this a repeat would only turn a clear answer into a timeout.
            let least = self.timeouts.attempt.min(limit) / 10;
            let room = deadline.remaining(&*self.clock).saturating_sub(least);
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
    async fn admit(&self, deadline: Deadline) -> Result<(Identity, Place<'_>), Fault> {
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

    async fn identity(&self, deadline: Deadline) -> Result<Identity, Fault> {
        let mut timer = Timer::new(&*self.clock, deadline);
        match timer.race(self.identity.identity(&self.context)).await {
            Ok(identity) => Ok(identity?),
            Err(Elapsed) => Err(Fault::new(
                FaultKind::Timeout,
                Sent::No,
                "no credentials within the deadline of the call",
            )
            .with_help("check the way to whoever gives the credentials (for IAM: HUAWEICLOUD_SDK_IAM_ENDPOINT, the network, the proxy), or give the call more time")
            .of_identity()),
        }
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
                    Sent::No,
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
