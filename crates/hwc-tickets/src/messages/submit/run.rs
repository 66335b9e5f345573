//! The course of one submit.

use super::{
    Confirm, MAX_ATTACHMENTS, MAX_CONFIDENTIAL_UNITS, Options, Receipt, Sent,
    baseline::Baseline,
    newest::Reading,
    outcome::Outcome,
    own::Place,
    pending::{Pending, PendingId},
    search::{Search, Sought},
    snapshot::{Reach, Snapshot},
    text,
};
use crate::{
    attachments::{AttachmentSource, enclose},
    client::Parts,
    doubt::{
        account,
        fingerprint::Fingerprint,
        key::{self, Hindrance, UnderKey},
        moment::{Moment, Posting, ServiceClock},
        random::random,
    },
    error::{Delivery, Error, ErrorKind, Result},
    ids::AttachmentId,
    messages::wire::Outgoing,
    outbox::{Removal, Unrecorded},
    service::{self, About},
    tickets::ticket::Ticket,
};
use hwc_core::{CallOptions, Fault, FaultKind};
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use std::{borrow::Cow, collections::BTreeSet, io, sync::Arc, time::Duration};

/// Name of this operation in errors.
const OPERATION: &str = "submit message";
/// Share of the time left that reading the baseline may take.
const BASELINE_SHARE: u32 = 4;
/// It never takes longer than this: its record must be written down before others forget theirs.
const MAX_BASELINE_TIME: Duration = Duration::from_secs(60);
/// Time kept for a last read after the consistency window.
const LAST_READ: Duration = Duration::from_secs(2);

pub(super) async fn submit(ticket: Ticket, text: String, options: Options) -> Result<Sent> {
    let parts = ticket.client().parts();
    let began = parts.clock.elapsed();
    let outcome = carry_out(parts, &ticket, &options, text).await;
    outcome.map_err(|error| {
        error
            .or_operation(OPERATION)
            .with_ticket(ticket.id())
            .of_write()
            .with_elapsed(parts.clock.elapsed() - began)
    })
}

/// Looks what is kept under the key, and submits the message if that is nothing.
async fn carry_out(
    parts: &Parts,
    ticket: &Ticket,
    options: &Options,
    text: String,
) -> Result<Sent> {
    let total = options.timeout.unwrap_or(parts.deadline);
    let mut course = Course {
        parts,
        ticket,
        options,
        attachments: Vec::new(),
        replaced: None,
        began: parts.clock.elapsed(),
        total,
    };
    let mut files = Cow::Borrowed(options.attachments.as_slice());
    let mut reused = Vec::new();
    if let Some(key) = &options.key {
        match course.of_key(key, &text).await? {
            OfKey::Sent(sent) => return Ok(*sent),
            OfKey::Absent { record, ids } => {
                course.replaced = Some(record);
                // What was uploaded for the message that never came goes with this one.
                if ids.len() == files.len() {
                    reused = (ids.iter().zip(files.iter()))
                        .filter(|(_, given)| given.id().is_none())
                        .map(|(id, _)| id.clone())
                        .collect();
                    files = ids.into_iter().map(AttachmentSource::from).collect();
                }
            }
            OfKey::Nothing => {}
        }
    }
    match course.send(text, &files).await {
        Err(error) if !reused.is_empty() => Err(error.with_uploaded(reused)),
        outcome => outcome,
    }
}

struct Course<'a> {
    parts: &'a Parts,
    ticket: &'a Ticket,
    options: &'a Options,
    /// What the message names.
    attachments: Vec<AttachmentId>,
    /// The record of a message with the same key that is not in the ticket. It keeps the key, and what was uploaded, until that of
    /// this one is written down.
    replaced: Option<PendingId>,
    /// On the monotonic clock.
    began: Duration,
    total: Duration,
}

/// What reading the conversation before the submit told.
#[derive(Default)]
struct FirstRead {
    /// `None`: not known.
    baseline: Option<Baseline>,
    service_clock: Option<ServiceClock>,
}

/// How the POST ended.
enum Posted {
    Accepted {
        attempts: u32,
        request_id: Option<String>,
        /// The service's time of the answer.
        date: Option<Timestamp>,
    },
    InDoubt(Error),
}

/// What was kept under a key.
enum OfKey {
    Nothing,
    /// The message is in the ticket.
    Sent(Box<Sent>),
    /// It is not: its record, and the attachments that it was to have.
    Absent {
        record: PendingId,
        ids: Vec<AttachmentId>,
    },
}

/// What looking for the message told.
struct Looked {
    outcome: Outcome,
    /// The service's time of the last look.
    date: Option<Timestamp>,
    /// Why the outbox could not be read, when it would have told more.
    hindered: Option<Arc<io::Error>>,
}

impl Default for Looked {
    fn default() -> Self {
        Self {
            outcome: Outcome::Unknown(Vec::new()),
            date: None,
            hindered: None,
        }
    }
}

impl Course<'_> {
    /// Checks the text, uploads what the message takes along, and submits it.
    async fn send(&mut self, text: String, files: &[AttachmentSource]) -> Result<Sent> {
        let given = text.clone();
        let (text, reference) = self.checked(text)?;
        let enclosed = enclose(self.parts, files, self.total).await?;
        self.attachments = enclosed.ids;
        if !enclosed.uploaded.is_empty() {
            self.began = self.parts.clock.elapsed();
        }
        let sent = match self.run(text, reference).await {
            Err(error) if error.kind() == ErrorKind::Locked => self.sent_by_now(&given, error),
            sent => sent,
        };
        sent.map_err(|error| error.with_uploaded(enclosed.uploaded))
    }

    /// Another one has used the key since it was looked for, as `error` says, which comes back unless its message is known to be in
    /// the ticket.
    fn sent_by_now(&self, text: &str, error: Error) -> Result<Sent> {
        let own = &self.parts.messages.own;
        let kept = (self.options.key.as_deref()).map(|key| own.kept_by_now(key, self.replaced));
        let Some(Ok(UnderKey::Record(record))) = kept else {
            return Err(error);
        };
        self.check_key(&record, text)?;
        let mut sent = self.sent(Receipt::Kept, 0, None, &record);
        let unused =
            (self.attachments.iter()).filter(|id| !record.fingerprint.holds_file(id.as_str()));
        sent.unused = unused.cloned().collect();
        // The record of this one, for which nothing was sent.
        sent.unrecorded = error.unrecorded().cloned();
        Ok(sent)
    }

    async fn run(&self, text: String, reference: Option<String>) -> Result<Sent> {
        let fingerprint = Fingerprint::of(&text, &self.attachments)?;
        // A token exchange may take longer than reading the baseline may: it has the whole time.
        self.parts
            .service
            .sign_in(self.left())
            .await
            .map_err(|fault| Error::from(fault).with_delivery(Delivery::NotSent))?;
        let baseline_at = self.parts.clock.elapsed();
        let begun_at = self.parts.clock.now();
        let before = if self.options.skip_baseline {
            FirstRead::default()
        } else {
            self.first_read(&fingerprint).await?
        };
        let mut may_resend = self.options.resend_absent;
        let mut replaced = self.replaced;
        // Of the first one, which is absent.
        let mut unrecorded = None;
        loop {
            let mut pending = Pending {
                id: PendingId::new()?,
                key: self.options.key.clone(),
                origin: Some(self.parts.origin.clone()),
                ticket: self.ticket.id().clone(),
                group: self.ticket.group().cloned(),
                begun_at,
                fingerprint: fingerprint.clone(),
                reference: reference.clone(),
                attachments: self.attachments.clone(),
                baseline: before.baseline.clone(),
                span: None,
                rivals: BTreeSet::new(),
                past: BTreeSet::new(),
                counted_rivals: 0,
                settled: None,
                landed: None,
                recalled: None,
                recalling: None,
                forgotten: false,
            };
            let place = Place {
                baseline_at,
                replaced: replaced.take(),
            };
            let sent = self.send_once(&text, &mut pending, place, before.service_clock);
            match sent.await {
                Err(error) if error.delivery() == Delivery::Absent && may_resend => {
                    may_resend = false;
                    unrecorded = error.unrecorded().cloned();
                }
                Err(error) => return Err(error.with_unrecorded(unrecorded)),
                Ok(mut sent) => {
                    sent.unrecorded = sent.unrecorded.or(unrecorded);
                    return Ok(sent);
                }
            }
        }
    }

    /// What was kept under the key: its outcome, which is found out first where it is in doubt.
    async fn of_key(&self, key: &str, text: &str) -> Result<OfKey> {
        let own = &self.parts.messages.own;
        key::check(key, own.has_outbox())?;
        let is_whole = !self.options.is_part;
        if is_whole {
            key::refuse_of_part(key)?;
        }
        let mut record = match own.kept(key).map_err(key::unreadable)? {
            // A text that was longer before.
            UnderKey::Nothing if is_whole && own.has_parts(key) => return Err(key::of_another()),
            UnderKey::Nothing => return Ok(OfKey::Nothing),
            UnderKey::UnderWay => return Err(key::taken()),
            UnderKey::Record(record) => *record,
        };
        self.check_key(&record, text)?;
        let sent = |receipt, record: &Pending, unrecorded: Option<Unrecorded>| {
            let mut sent = self.sent(receipt, 0, None, record);
            sent.unrecorded = unrecorded;
            OfKey::Sent(Box::new(sent))
        };
        if record.is_settled() {
            own.write_again();
            return Ok(sent(Receipt::Kept, &record, own.unrecorded(record.id)));
        }
        if record.is_forgotten() {
            return Err(key::forgotten("message").with_pending(record));
        }
        own.end_replaced(&record);
        let posted = own.posting(record.id);
        let looked = self.search(&mut record, posted).await;
        match looked.outcome {
            Outcome::Confirmed(message) => {
                record.landed = None;
                let unrecorded = self.settle(&record, looked.date);
                Ok(sent(Receipt::Confirmed(message), &record, unrecorded))
            }
            Outcome::Absent => Ok(OfKey::Absent {
                record: record.id,
                ids: record.attachments,
            }),
            Outcome::Unknown(_) | Outcome::Recalled(_) => {
                let why = "it is not known yet what became of the message with this key";
                let error = Error::local(ErrorKind::Unavailable, why);
                Err(error.hindered_by(looked.hindered).with_pending(record))
            }
        }
    }

    /// Whether the key of `record` stands for this message.
    fn check_key(&self, record: &Pending, text: &str) -> Result<()> {
        account::check_key(&self.parts.origin, record.origin())?;
        let text = match &record.reference {
            Some(tag) if text.is_empty() => tag.clone(),
            Some(tag) => format!("{text} {tag}"),
            None => text.to_owned(),
        };
        let files = self.options.attachments.iter().map(AttachmentSource::id);
        let is_same = record.ticket == *self.ticket.id()
            && record.fingerprint.is_whole(&text)
            && record.fingerprint.may_be_of_files(files);
        match is_same {
            true => Ok(()),
            false => Err(key::of_another()),
        }
    }

    /// The text as it will be sent, and its tag.
    fn checked(&self, mut text: String) -> Result<(String, Option<String>)> {
        let Options {
            attachments,
            confidential,
            ..
        } = self.options;
        if attachments.len() > MAX_ATTACHMENTS {
            let count = attachments.len();
            return Err(Error::local(
                ErrorKind::InvalidInput,
                format!("{count} attachments, the limit is {MAX_ATTACHMENTS}"),
            ));
        }
        if let Some(note) = confidential {
            text::check(note.expose_secret(), MAX_CONFIDENTIAL_UNITS, false).map_err(
                |invalid| {
                    Error::local(
                        ErrorKind::InvalidInput,
                        format!("the confidential note cannot be sent: {invalid}"),
                    )
                },
            )?;
        }
        let mut reference = None;
        if self.options.reference {
            let tag = format!("[ref {}]", tag()?);
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&tag);
            reference = Some(tag);
        }
        text::check(&text, self.parts.text_limit, !attachments.is_empty())?;
        Ok((text, reference))
    }

    /// What is in the ticket before, as far as it can be known without giving up.
    async fn first_read(&self, fingerprint: &Fingerprint) -> Result<FirstRead> {
        let share = (self.left() / BASELINE_SHARE).min(MAX_BASELINE_TIME);
        let reading = Reading {
            parts: self.parts,
            ticket: self.ticket.id(),
            group: self.ticket.group(),
            until: self.parts.clock.elapsed().saturating_add(share),
            attempts: None,
        };
        // Only what is known whole can be found absent, and so be sent again.
        let reach = match self.options.resend_absent {
            true => Reach::Since(None),
            false => Reach::Baseline,
        };
        match Snapshot::read(reading, reach).await {
            Ok(snapshot) => Ok(FirstRead {
                baseline: Baseline::of(&snapshot, fingerprint, self.parts.author_id.as_deref()),
                service_clock: snapshot.service_clock,
            }),
            Err(fault) if forbids_sending(&fault) => {
                Err(Error::from(fault).with_delivery(Delivery::NotSent))
            }
            Err(_) => Ok(FirstRead::default()),
        }
    }

    /// Sends the message once and follows it up.
    async fn send_once(
        &self,
        text: &str,
        pending: &mut Pending,
        place: Place,
        service_clock: Option<ServiceClock>,
    ) -> Result<Sent> {
        let own = &self.parts.messages.own;
        // Held to the end: nobody else judges it meanwhile.
        let _under_way = (own.begin(pending, text, place)).map_err(Hindrance::error)?;
        let from = self.parts.clock.elapsed();
        let outcome = self.post(text).await;
        let posted = Posting {
            from,
            until: self.parts.clock.elapsed(),
        };
        pending.span = service_clock.and_then(|clock| posted.by(clock));
        match outcome {
            Ok(Posted::Accepted {
                attempts,
                request_id,
                date,
            }) => {
                let computed = || service_clock.and_then(|clock| clock.at(posted.until));
                let mut unrecorded = self.settle(pending, date.or_else(computed));
                let mut receipt = Receipt::Accepted;
                if self.options.confirm == Confirm::Always
                    && let Looked {
                        outcome: Outcome::Confirmed(message),
                        ..
                    } = self.search(pending, Some(posted)).await
                {
                    receipt = Receipt::Confirmed(message);
                    if pending.landed.is_some() {
                        own.landed(pending);
                        unrecorded = own.unrecorded(pending.id);
                    }
                }
                let mut sent = self.sent(receipt, attempts, request_id, pending);
                sent.unrecorded = unrecorded;
                Ok(sent)
            }
            Ok(Posted::InDoubt(error)) => {
                let looked = match self.options.confirm {
                    Confirm::Never => Looked::default(),
                    Confirm::OnDoubt | Confirm::Always => self.search(pending, Some(posted)).await,
                };
                match looked.outcome {
                    Outcome::Confirmed(message) => {
                        // Only with the yes of the service it is known that there is one at all.
                        pending.landed = None;
                        let unrecorded = self.settle(pending, looked.date);
                        let request_id = error.request_id().map(str::to_owned);
                        let receipt = Receipt::Confirmed(message);
                        let mut sent = self.sent(receipt, error.attempts(), request_id, pending);
                        sent.unrecorded = unrecorded;
                        Ok(sent)
                    }
                    Outcome::Absent => {
                        let unrecorded = own.remove(pending.id, Removal::Absent);
                        let error = error.with_delivery(Delivery::Absent);
                        Err(error.with_unrecorded(unrecorded))
                    }
                    Outcome::Unknown(_) | Outcome::Recalled(_) => Err(error
                        .hindered_by(looked.hindered)
                        .with_pending(own.keep(pending, posted))),
                }
            }
            Err(error) => {
                let unrecorded = own.remove(pending.id, Removal::NotDone);
                Err(error.with_unrecorded(unrecorded))
            }
        }
    }

    /// It is in the ticket. Tells what the outbox could not take note of.
    fn settle(&self, pending: &Pending, service: Option<Timestamp>) -> Option<Unrecorded> {
        let clock = &self.parts.clock;
        let moment = Moment {
            wall: clock.now(),
            service,
        };
        self.parts
            .messages
            .own
            .arrived(pending, clock.elapsed(), moment)
    }

    /// The one POST. An error means that nothing was done.
    async fn post(&self, text: &str) -> Result<Posted> {
        let mut options = CallOptions::default();
        options.deadline = Some(self.time_for_post());
        let outgoing = Outgoing {
            text,
            attachments: &self.attachments,
            confidential: self.options.confidential.as_ref(),
        };
        match self
            .parts
            .service
            .submit(self.ticket.id(), outgoing, self.about(&options))
            .await
        {
            Ok(told) => Ok(Posted::Accepted {
                date: service::date(&told),
                attempts: told.attempts,
                request_id: told.request_id,
            }),
            Err(fault) if fault.delivery == Delivery::Unknown => {
                Ok(Posted::InDoubt(Error::from(fault)))
            }
            Err(fault) => Err(Error::from(fault)),
        }
    }

    /// Leaves time to read back: all that proving absence takes when there is much, a third otherwise.
    fn time_for_post(&self) -> Duration {
        let left = self.left();
        let reading = self.parts.consistency_window.saturating_add(LAST_READ);
        match self.options.confirm {
            Confirm::Never => left,
            _ if left.saturating_sub(reading) >= reading => left.saturating_sub(reading),
            _ => left - left / 3,
        }
    }

    /// What became of it.
    async fn search(&self, pending: &mut Pending, posted: Option<Posting>) -> Looked {
        let sought = vec![Sought::new(pending.clone(), posted)];
        let until = self.began.saturating_add(self.total);
        let (ticket, group) = (self.ticket.id(), self.ticket.group());
        let mut search = Search::new(self.parts, ticket, group, until, sought);
        search.run().await;
        let date = search.date;
        match search.sought.pop() {
            Some(sought) => {
                pending.span = sought.pending.span;
                pending.landed = sought.pending.landed;
                Looked {
                    outcome: sought.outcome,
                    date,
                    hindered: sought.hindered,
                }
            }
            None => Looked::default(),
        }
    }

    fn sent(
        &self,
        receipt: Receipt,
        attempts: u32,
        request_id: Option<String>,
        pending: &Pending,
    ) -> Sent {
        Sent {
            ticket: pending.ticket.clone(),
            receipt,
            attempts,
            request_id,
            reference: pending.reference.clone(),
            unused: Vec::new(),
            unrecorded: None,
        }
    }

    fn about<'a>(&'a self, options: &'a CallOptions) -> About<'a> {
        About {
            group: self.ticket.group(),
            options,
        }
    }

    fn left(&self) -> Duration {
        self.began
            .saturating_add(self.total)
            .saturating_sub(self.parts.clock.elapsed())
    }
}

/// Whether a first read that failed so says that the POST would fail too: of a ticket that does not exist as well.
fn forbids_sending(fault: &Fault) -> bool {
    fault.kind == FaultKind::NotFound || service::forbids_sending(fault)
}

/// Six characters that are hard to confuse, e.g. `7F3K2Q`: one of a thousand million.
fn tag() -> Result<String> {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bytes: [u8; 6] = random()?;
    Ok(bytes
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect())
}
