//! The one error of this crate: what failed, what it means, and what is known about its effect.

mod advice;
mod kind;
mod report;

pub use advice::{Advice, CallAdvice};
pub use hwc_core::{Delivery, delivery::UnknownDelivery};
pub use kind::ErrorKind;
pub use report::ErrorReport;

use crate::{
    doubt::random::NoRandom,
    ids::{AttachmentId, InvalidId, TicketId},
    messages::submit::{pending::Pending, text::TextError},
    outbox::Unrecorded,
    setters::setters,
    tickets::{
        action::StateRefusal,
        create::{
            pending::PendingTicket,
            problem::{DraftProblem, DraftProblems},
        },
    },
    time::InvalidZone,
};
use hwc_core::{
    Category, Fault, Idempotency,
    body::SourceError,
    fault::{is_of_gateway, telling_status},
};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt, io, sync::Arc, time::Duration};

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed.
///
/// `Display` names the operation, the ticket, the meaning, the error code, the host where the way to it
/// failed, and the request id on one line, and never a secret, a message text or foreign text; `{:#}`
/// adds the causes. It serialises as an [`ErrorReport`], and comes back from one. Look at [`Error::kind`] to
/// branch, at [`Error::is_safe_to_repeat`] before doing anything again, and at [`Error::help`] for what to do.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    operation: Option<Cow<'static, str>>,
    /// Whether it is about keeping the cursor of a follower.
    is_of_cursor: bool,
    ticket: Option<TicketId>,
    advice: Option<Advice>,
    is_write: bool,
    kind: ErrorKind,
    delivery: Delivery,
    cause: Cause,
    elapsed: Duration,
    pending: Option<Box<Pending>>,
    pending_ticket: Option<Box<PendingTicket>>,
    part: Option<Part>,
    hindrance: Option<Arc<io::Error>>,
    /// The state of the ticket, read after a refusal.
    state_refusal: Option<StateRefusal>,
    uploaded: Vec<AttachmentId>,
    sent_parts: Vec<SentPart>,
    unrecorded: Option<Unrecorded>,
}

/// What opening a ticket is called in errors.
pub(crate) const CREATE_TICKET: &str = "create ticket";

/// Why what was found is not taken for the message.
pub(crate) fn unconfirmed(problem: &io::Error) -> String {
    format!("what is in the ticket is not confirmed, because the outbox cannot be read: {problem}")
}

/// Where an error comes from.
#[derive(Clone)]
enum Cause {
    /// A call of the service.
    Call(Fault),
    /// This crate: own words, no foreign text.
    Local {
        detail: Cow<'static, str>,
        help: Option<String>,
        source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    },
    /// Told by a report: another process, or a test.
    Report(Box<ErrorReport>),
}

/// Which part of a text that was sent in parts an error belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Part {
    /// Number of the part that failed, from 1. The parts before it are in the ticket.
    pub number: usize,
    /// Number of all parts.
    pub total: usize,
}

impl Part {
    /// Part `number` of `total`, from 1.
    #[must_use]
    pub fn new(number: usize, total: usize) -> Self {
        Self { number, total }
    }
}

/// A part that is in the ticket, where a later one of the same text failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SentPart {
    /// Number of the part, from 1.
    pub number: usize,
    /// Request id of the answer, if there was one.
    #[serde(default)]
    pub request_id: Option<String>,
    /// The visible tag at the end of its text, if one was asked for.
    #[serde(default)]
    pub reference: Option<String>,
    /// The outbox could not take note that the part is in the ticket: [`Sent::unrecorded`](crate::Sent::unrecorded).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unrecorded: Option<Unrecorded>,
}

impl SentPart {
    /// Part `number`, from 1.
    #[must_use]
    pub fn new(number: usize) -> Self {
        Self {
            number,
            request_id: None,
            reference: None,
            unrecorded: None,
        }
    }
}

setters! {
    SentPart {}
    optional { request_id: impl Into<String>, reference: impl Into<String>, unrecorded: Unrecorded }
}

impl Error {
    /// An error that was found before anything was sent. `detail` must hold no foreign text.
    pub(crate) fn local(kind: ErrorKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(
            kind,
            Delivery::NotSent,
            Cause::Local {
                detail: detail.into(),
                help: None,
                source: None,
            },
        )
    }

    fn new(kind: ErrorKind, delivery: Delivery, cause: Cause) -> Self {
        let elapsed = match &cause {
            Cause::Call(fault) => fault.elapsed,
            Cause::Local { .. } => Duration::ZERO,
            Cause::Report(report) => report.elapsed,
        };
        Self(Box::new(Inner {
            operation: None,
            is_of_cursor: false,
            ticket: None,
            advice: None,
            is_write: false,
            kind,
            delivery,
            cause,
            elapsed,
            pending: None,
            pending_ticket: None,
            part: None,
            hindrance: None,
            state_refusal: None,
            uploaded: Vec::new(),
            sent_parts: Vec::new(),
            unrecorded: None,
        }))
    }

    pub(crate) fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation = Some(Cow::Borrowed(operation));
        self
    }

    /// As a failure of this operation, unless it is one of another already.
    pub(crate) fn or_operation(mut self, operation: &'static str) -> Self {
        (self.0.operation).get_or_insert(Cow::Borrowed(operation));
        self
    }

    /// With the files that were uploaded for the message.
    pub(crate) fn with_uploaded(mut self, uploaded: Vec<AttachmentId>) -> Self {
        self.0.uploaded = uploaded;
        self
    }

    /// With the parts that were sent before it failed.
    pub(crate) fn with_sent_parts(mut self, parts: Vec<SentPart>) -> Self {
        self.0.sent_parts = parts;
        self
    }

    /// With the record that does not say what is known by this error, if there is one.
    pub(crate) fn with_unrecorded(mut self, unrecorded: Option<Unrecorded>) -> Self {
        let known = self.0.unrecorded.take();
        self.0.unrecorded = known.or(unrecorded);
        self
    }

    /// As a failure to keep the cursor of a follower.
    pub(crate) fn of_cursor(mut self) -> Self {
        self.0.is_of_cursor = true;
        self
    }

    /// As a failure that concerns `ticket`.
    pub(crate) fn with_ticket(mut self, ticket: &TicketId) -> Self {
        self.0.ticket.get_or_insert_with(|| ticket.clone());
        self
    }

    /// As a failure of what must not be done twice, whichever of its calls failed.
    pub(crate) fn of_write(mut self) -> Self {
        self.0.is_write = true;
        self
    }

    /// With its own advice in place of the usual one.
    pub(crate) fn with_advice(mut self, advice: Advice) -> Self {
        self.0.advice = Some(advice);
        self
    }

    pub(crate) fn with_source(
        mut self,
        error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        if let Cause::Local { source, .. } = &mut self.0.cause {
            let error: Box<dyn std::error::Error + Send + Sync> = error.into();
            *source = Some(Arc::from(error));
        }
        self
    }

    /// With advice in words that fit every program: they name no method and no option. Words for programmers need
    /// [`Error::with_advice`] beside them, so that other programs have something to say.
    pub(crate) fn with_help(mut self, advice: impl Into<String>) -> Self {
        if let Cause::Local { help, .. } = &mut self.0.cause {
            *help = Some(advice.into());
        }
        self
    }

    pub(crate) fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.0.delivery = delivery;
        self
    }

    pub(crate) fn with_pending(mut self, pending: Pending) -> Self {
        self.0.delivery = Delivery::Unknown;
        self.0.pending = Some(Box::new(pending));
        self
    }

    pub(crate) fn with_pending_ticket(mut self, pending: PendingTicket) -> Self {
        self.0.delivery = Delivery::Unknown;
        self.0.pending_ticket = Some(Box::new(pending));
        self
    }

    /// As a doubt that stays because the outbox could not be read, if that is so.
    pub(crate) fn hindered_by(mut self, problem: Option<Arc<io::Error>>) -> Self {
        self.0.hindrance = problem;
        self
    }

    /// As a refusal that the state of the ticket goes with.
    pub(crate) fn refused_in(mut self, refusal: StateRefusal) -> Self {
        self.0.state_refusal = Some(refusal);
        self
    }

    pub(crate) fn with_part(mut self, number: usize, total: usize) -> Self {
        self.0.part = Some(Part::new(number, total));
        self
    }

    pub(crate) fn with_elapsed(mut self, elapsed: Duration) -> Self {
        self.0.elapsed = elapsed;
        self
    }

    fn fault(&self) -> Option<&Fault> {
        match &self.0.cause {
            Cause::Call(fault) => Some(fault),
            Cause::Local { .. } | Cause::Report(_) => None,
        }
    }

    fn report(&self) -> Option<&ErrorReport> {
        match &self.0.cause {
            Cause::Report(report) => Some(report),
            Cause::Call(_) | Cause::Local { .. } => None,
        }
    }

    /// To branch on. Each kind's documentation says what to do.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What the failed call was to do, in the words of this crate, e.g. `submit message`.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// Whether a follower could not save its cursor: nothing is wrong with the service, and what was handed out may come
    /// again after a restart.
    #[must_use]
    pub fn is_of_cursor(&self) -> bool {
        self.0.is_of_cursor
    }

    /// The ticket it concerns, if it concerns one.
    #[must_use]
    pub fn ticket(&self) -> Option<&TicketId> {
        self.0.ticket.as_ref()
    }

    /// Host and port of the service, when the way to it failed or something may have answered in its place.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        match self.report() {
            Some(report) => report.host.as_deref(),
            None => self.fault()?.host_in_question(),
        }
    }

    /// Whether the failed call was to change something that must not be done twice; then
    /// [`Error::delivery`] has a meaning.
    #[must_use]
    pub fn is_write(&self) -> bool {
        let idempotency = self.fault().and_then(|fault| fault.idempotency);
        idempotency.is_some_and(|known| !known.may_be_repeated()) || self.0.is_write
    }

    /// The error code of the service or its gateway, e.g. `OSM.01010015`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self.report() {
            Some(report) => report.code.as_deref(),
            None => self.fault()?.code.as_deref(),
        }
    }

    /// Whether the code is one of the gateway, not of the service behind it.
    pub(crate) fn has_gateway_code(&self) -> bool {
        self.code().is_some_and(is_of_gateway)
    }

    /// Whether the service itself says that what the call names is not there. A gateway, or another machine with a code that
    /// nobody knows, says so of an address alone, and one that had stored the answer of another time.
    pub(crate) fn denies_existence(&self) -> bool {
        let denies = |fault: &Fault| fault.category == Some(Category::NotFound) && !fault.is_stored;
        self.fault().is_some_and(denies) && !self.has_gateway_code()
    }

    /// HTTP status of the last answer. This service reports most errors with 200.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        match self.report() {
            Some(report) => report.http_status,
            None => self.fault()?.http_status,
        }
    }

    /// The request id of the last answer: quote it to support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self.report() {
            Some(report) => report.request_id.as_deref(),
            None => self.fault()?.request_id.as_deref(),
        }
    }

    /// The service's own words. Foreign text, never part of `Display`: escape it before showing it.
    #[must_use]
    pub fn service_message(&self) -> Option<&str> {
        self.fault()?.message.as_deref()
    }

    /// The beginning of an answer that could not be understood, if it was kept. Foreign text that may
    /// hold anything; never part of `Display` or `Debug`.
    #[must_use]
    pub fn body_excerpt(&self) -> Option<&str> {
        self.fault()?.body_excerpt()
    }

    /// Attempts on the wire. 0: nothing was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        match self.report() {
            Some(report) => report.attempts,
            None => self.fault().map_or(0, |fault| fault.attempts),
        }
    }

    /// Time from the start of the call to its end.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Whether to do the same again, after [`Error::retry_after`] or a pause: it may succeed then without a change by a person, and
    /// doing it again does nothing twice. Of a write, such as a submit, that is certain only where it is known that nothing was done
    /// ([`Error::delivery`]); where it is not, its record has to be reconciled first ([`Error::into_pending`]), or it is done
    /// again under the same [key](crate::Submit::key), which finds out itself.
    ///
    /// ```
    /// use hwc_tickets::{Delivery, Error, ErrorKind, ErrorReport};
    ///
    /// let lost = ErrorReport::new(ErrorKind::Timeout, "no answer").delivery(Delivery::Unknown);
    /// assert!(Error::from(lost.clone()).is_safe_to_repeat()); // a read
    /// assert!(!Error::from(lost.is_write(true)).is_safe_to_repeat()); // a submit
    /// ```
    #[must_use]
    pub fn is_safe_to_repeat(&self) -> bool {
        let may_be_done = self.is_write() && self.0.delivery == Delivery::Unknown;
        self.is_retryable() && !may_be_done
    }

    /// Whether the same call may succeed later without a change by a person: what failed is likely to pass. That does not mean that
    /// doing it again is safe: see [`Error::is_safe_to_repeat`].
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.kind.is_transient()
    }

    /// How long the service asks to wait before the next call.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.report() {
            Some(report) => report.retry_after,
            None => self.fault()?.retry_after,
        }
    }

    /// What is known about the effect of the call. Of a read it says nothing that matters, for a read has no effect: ask
    /// [`Error::is_write`], or [`Error::is_safe_to_repeat`]. While it is
    /// [`Delivery::Unknown`], [`Error::into_pending`] gives what is needed to find out later.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// The part that failed, when a text was sent in parts.
    #[must_use]
    pub fn part(&self) -> Option<Part> {
        self.0.part
    }

    /// The parts that this call put into the ticket before one failed, when a text was sent in parts. A message that is sent has no
    /// id yet (D-15): the request id and the tag are what it can be told by.
    #[must_use]
    pub fn sent_parts(&self) -> &[SentPart] {
        &self.0.sent_parts
    }

    /// What was to be done to the ticket and the state it is in, when the service refused to close, confirm, cancel, delete, urge or
    /// rate it and the state could be read. `Display` names both.
    #[must_use]
    pub fn state_refusal(&self) -> Option<StateRefusal> {
        self.0.state_refusal
    }

    /// The record of a submit whose outcome is not known.
    #[must_use]
    pub fn pending(&self) -> Option<&Pending> {
        self.0.pending.as_deref()
    }

    /// Takes the record of a submit whose outcome is not known: keep it, and hand it to
    /// [`Client::reconcile`](crate::Client::reconcile) later.
    ///
    /// # Errors
    /// The error itself, when its outcome is known or it was no submit.
    pub fn into_pending(mut self) -> Result<Pending, Self> {
        match self.0.pending.take() {
            Some(pending) => Ok(*pending),
            None => Err(self),
        }
    }

    /// The files that this call uploaded for a message that is not known to be in the ticket, in order, or took over from an
    /// earlier try under the same [key](crate::Submit::key). They are stored, and no message has them, unless
    /// [`Error::delivery`] is [`Delivery::Unknown`]: then this message may. Give the ids to
    /// [`Submit::attach`](crate::Submit::attach) of the next try, and they are not uploaded again; or delete them with
    /// [`Attachments::delete`](crate::api::Attachments::delete).
    #[must_use]
    pub fn uploaded(&self) -> &[AttachmentId] {
        &self.0.uploaded
    }

    /// The record of a submit, or of a ticket, that was not done: this error says so, and the outbox could not take note of it.
    /// `Display` names it. Nothing is to be done but what [`Unrecorded`] says.
    #[must_use]
    pub fn unrecorded(&self) -> Option<&Unrecorded> {
        self.0.unrecorded.as_ref()
    }

    /// The record of a ticket whose opening is in doubt.
    #[must_use]
    pub fn pending_ticket(&self) -> Option<&PendingTicket> {
        self.0.pending_ticket.as_deref()
    }

    /// Takes the record of a ticket whose opening is in doubt: keep it, and hand it to
    /// [`Client::reconcile_ticket`](crate::Client::reconcile_ticket) later.
    ///
    /// # Errors
    /// The error itself, when its outcome is known or no ticket was to be opened.
    pub fn into_pending_ticket(mut self) -> Result<PendingTicket, Self> {
        match self.0.pending_ticket.take() {
            Some(pending) => Ok(*pending),
            None => Err(self),
        }
    }

    /// What is wrong with the draft of a ticket, when it was refused before it was sent. Empty otherwise.
    #[must_use]
    pub fn draft_problems(&self) -> &[DraftProblem] {
        let source = std::error::Error::source(self);
        let problems = source.and_then(|source| source.downcast_ref::<DraftProblems>());
        match problems {
            Some(problems) => &problems.0,
            None => &[],
        }
    }

    /// What to do, by name: for programs that say it in words of their own.
    #[must_use]
    pub fn advice(&self) -> Advice {
        let has_record = self.0.pending.is_some() || self.0.pending_ticket.is_some();
        match (self.0.advice, self.0.delivery, has_record) {
            (Some(advice), _, _) => advice,
            (None, Delivery::Unknown, true) => Advice::Reconcile,
            (None, Delivery::Absent, _) => Advice::SendAgain,
            (None, _, _) => match &self.0.cause {
                Cause::Call(fault) => match fault.advice() {
                    CallAdvice::Given => Advice::Given,
                    advice => Advice::Call(advice),
                },
                Cause::Local { help: Some(_), .. } => Advice::Given,
                Cause::Local { help: None, .. } => Advice::of_kind(self.0.kind),
                Cause::Report(report) => report.advice,
            },
        }
    }

    /// One or two sentences a programmer can act on: they may name methods of this crate. For other people see
    /// [`Error::advice`].
    #[must_use]
    pub fn help(&self) -> &str {
        let advice = self.advice();
        match (&self.0.cause, advice.words()) {
            (Cause::Report(report), _) => &report.help,
            (_, Some(words)) if matches!(advice, Advice::Reconcile | Advice::SendAgain) => words,
            (
                Cause::Local {
                    help: Some(help), ..
                },
                _,
            ) => help,
            (_, Some(words)) => words,
            (Cause::Call(fault), None) => fault.help(),
            (Cause::Local { help: None, .. }, None) => self.0.kind.advice(),
        }
    }

    /// What `Display` says, without the request id: for whoever shows that apart.
    #[must_use]
    pub fn summary(&self) -> String {
        self.line(false)
    }

    /// [`Error::summary`] without its beginning, which names operation, ticket and part: for whoever says in words of its own
    /// what was to be done.
    #[must_use]
    pub fn reason(&self) -> String {
        self.told(false)
    }

    /// `submit message (ticket case-123): the ticket is closed (OSM.01010015, request id 4f1c)`.
    fn line(&self, with_request_id: bool) -> String {
        let inner = &*self.0;
        let mut line = String::new();
        if let Some(operation) = &inner.operation {
            line.push_str(operation);
            let ticket = inner.ticket.as_ref().map(|id| format!("ticket {id}"));
            let part = inner
                .part
                .map(|Part { number, total }| format!("part {number} of {total}"));
            push_facts(&mut line, [ticket, part]);
            line.push_str(": ");
        }
        line.push_str(&self.told(with_request_id));
        line
    }

    /// What failed, and the facts about it.
    fn told(&self, with_request_id: bool) -> String {
        let inner = &*self.0;
        let mut line = String::new();
        if inner.delivery == Delivery::Absent {
            // What failed alone would speak of an outcome that is known by now.
            line.push_str(match self.operation() {
                Some(CREATE_TICKET) => "no ticket was opened (it was looked for)",
                _ => "the message is not in the ticket (it was looked for)",
            });
            line.push_str("; the original failure: ");
        }
        line.push_str(&self.failed());
        let status = telling_status(self.http_status());
        let id = self.request_id().filter(|_| with_request_id);
        push_facts(
            &mut line,
            [
                self.code().map(str::to_owned),
                status.map(|status| format!("HTTP {status}")),
                self.host().map(|host| format!("host {host}")),
                id.map(|id| format!("request id {id}")),
            ],
        );
        if let Some(hindrance) = self.hindrance() {
            line.push_str("; ");
            line.push_str(&hindrance);
        }
        if let Some(unrecorded) = &inner.unrecorded {
            line.push_str(&format!("; {unrecorded}"));
        }
        if inner.advice == Some(Advice::OrphanedUpload) {
            line.push_str("; it is not known whether the file was stored");
        }
        if let [first, others @ ..] = &*inner.uploaded {
            line.push_str(&format!("; uploaded for the message: {first}"));
            (others.iter()).for_each(|id| line.push_str(&format!(", {id}")));
        }
        line
    }

    /// Why what was found is not taken for the message.
    fn hindrance(&self) -> Option<Cow<'_, str>> {
        match &self.0.hindrance {
            Some(problem) => Some(unconfirmed(problem).into()),
            None => self.report()?.hindrance.as_deref().map(Cow::Borrowed),
        }
    }

    /// What failed, without the facts about it.
    fn failed(&self) -> Cow<'_, str> {
        match (&self.0.cause, &self.0.state_refusal) {
            (Cause::Report(report), _) => Cow::Borrowed(&*report.what),
            // The state says more than the code, whose meaning is that of many calls.
            (_, Some(refusal)) => Cow::Owned(refusal.to_string()),
            (Cause::Call(fault), None) => self.told_of(fault),
            (Cause::Local { detail, .. }, None) => Cow::Borrowed(&**detail),
        }
    }

    /// What failed, without the doubt that the meaning of a code speaks of where there is none: what was looked for and is
    /// not there was not done, and a read does nothing.
    fn told_of<'a>(&self, fault: &'a Fault) -> Cow<'a, str> {
        let is_certain =
            self.0.delivery == Delivery::Absent || fault.idempotency == Some(Idempotency::Safe);
        match is_certain {
            true => Cow::Borrowed(&*fault.detail),
            false => fault.meaning(),
        }
    }

    /// The fault of a call, told in the words of this crate.
    pub(crate) fn from_fault(operation: &'static str, fault: Fault) -> Self {
        Self::from(fault).with_operation(operation)
    }
}

/// Adds what is known in brackets.
fn push_facts<const N: usize>(line: &mut String, facts: [Option<String>; N]) {
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    if !facts.is_empty() {
        line.push_str(&format!(" ({})", facts.join(", ")));
    }
}

/// As a failure of no named operation.
impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::new(
            ErrorKind::from(fault.kind),
            fault.delivery,
            Cause::Call(fault),
        )
    }
}

/// So that a file that cannot be uploaded is an error like others.
impl From<SourceError> for Error {
    fn from(unusable: SourceError) -> Self {
        Self::from(Fault::from(unusable))
    }
}

impl From<InvalidId> for Error {
    fn from(invalid: InvalidId) -> Self {
        Self::local(ErrorKind::InvalidInput, invalid.to_string()).with_source(invalid)
    }
}

/// So that `client.ticket(id)` takes an id that is already checked.
impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

impl From<InvalidZone> for Error {
    fn from(invalid: InvalidZone) -> Self {
        Self::local(ErrorKind::InvalidInput, invalid.to_string()).with_source(invalid)
    }
}

impl From<NoRandom> for Error {
    fn from(none: NoRandom) -> Self {
        Self::local(ErrorKind::Unavailable, none.to_string())
    }
}

impl From<TextError> for Error {
    fn from(invalid: TextError) -> Self {
        let error = Self::local(ErrorKind::InvalidInput, invalid.to_string());
        match invalid {
            TextError::TooLong { .. } => error.with_advice(Advice::ShortenText),
            _ => error,
        }
        .with_source(invalid)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line(true))?;
        if f.alternate() {
            let mut cause = std::error::Error::source(self);
            while let Some(error) = cause {
                write!(f, ": {error}")?;
                cause = error.source();
            }
        }
        Ok(())
    }
}

/// The facts without the service's own words and without excerpts.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let mut debug = f.debug_struct("Error");
        debug
            .field("operation", &inner.operation)
            .field("ticket", &inner.ticket)
            .field("kind", &inner.kind)
            .field("delivery", &inner.delivery)
            .field("elapsed", &inner.elapsed)
            .field("part", &inner.part)
            .field("state_refusal", &inner.state_refusal)
            .field("pending", &inner.pending)
            .field("hindrance", &inner.hindrance)
            .field("uploaded", &inner.uploaded)
            .field("sent_parts", &inner.sent_parts)
            .field("unrecorded", &inner.unrecorded);
        if let Some(pending) = &inner.pending_ticket {
            debug.field("pending_ticket", pending);
        }
        match &inner.cause {
            Cause::Call(fault) => debug.field("fault", fault),
            Cause::Local { detail, source, .. } => {
                debug.field("detail", detail).field("source", source)
            }
            Cause::Report(report) => debug.field("report", report),
        };
        debug.finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.cause {
            Cause::Call(fault) => std::error::Error::source(fault),
            Cause::Local { source, .. } => source
                .as_deref()
                .map(|source| source as &(dyn std::error::Error + 'static)),
            Cause::Report(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What failed first is not told as if the outcome were still open.
    #[test]
    fn an_absent_message_is_told_as_absent() {
        let fault = Fault::new(
            hwc_core::FaultKind::Unavailable,
            Delivery::Unknown,
            "the service failed",
        );
        let open = Error::from_fault("submit message", fault.clone()).to_string();
        assert_eq!(open, "submit message: the service failed");
        let absent = Error::from_fault("submit message", fault).with_delivery(Delivery::Absent);
        assert_eq!(
            absent.to_string(),
            "submit message: the message is not in the ticket (it was looked for); the original failure: the service failed"
        );
        assert_eq!(absent.advice(), Advice::SendAgain);
    }

    /// A code whose meaning leaves the outcome open says so only where it is open.
    #[test]
    fn a_doubt_of_the_code_is_told_only_while_there_is_one() {
        let codes = crate::service::error_codes();
        assert!((codes.iter()).all(|code| !code.meaning.contains("a write was done")));
        let meanings: Vec<&str> = (codes.iter())
            .filter(|code| code.in_doubt)
            .map(|code| code.meaning)
            .collect();
        assert!(!meanings.is_empty());
        for meaning in meanings {
            let told = |effect, delivery| {
                let mut fault = Fault::new(
                    hwc_core::FaultKind::Unavailable,
                    Delivery::Unknown,
                    meaning.to_owned(),
                );
                fault.in_doubt = true;
                fault.idempotency = Some(effect);
                let error = Error::from_fault("submit message", fault);
                let error = match delivery {
                    Some(delivery) => error.with_delivery(delivery),
                    None => error,
                };
                let told = error.to_string();
                assert!(told.contains(meaning), "{told}");
                told.contains(". Whether a write was done is not known.")
            };
            assert!(told(Idempotency::NotIdempotent, None), "{meaning}");
            assert!(told(Idempotency::Idempotent, None), "{meaning}");
            assert!(
                !told(Idempotency::NotIdempotent, Some(Delivery::Absent)),
                "{meaning}"
            );
            assert!(!told(Idempotency::Safe, None), "{meaning}");
        }
    }
}
