//! The course of opening one ticket.

use super::{
    Created, Options, TicketReceipt,
    check::{Checking, by_documents, refused},
    draft::TicketDraft,
    listing::{Listing, Reading},
    looking::{Looking, Sought},
    outcome::TicketOutcome,
    pending::{Before, Made, PendingTicket},
};
use crate::{
    catalog::choices::AgreementState,
    client::{Client, Parts},
    doubt::{
        account,
        fingerprint::Fingerprint,
        id::PendingId,
        key::{self, Hindrance, UnderKey},
        moment::{Moment, Posting, ServiceClock},
    },
    error::{CREATE_TICKET, Delivery, Error, ErrorKind, Result},
    ids::{AttachmentId, TicketId},
    outbox::{Removal, Unrecorded},
    service,
};
use hwc_core::CallOptions;
use jiff::Timestamp;
use std::{collections::BTreeSet, io, sync::Arc, time::Duration};

/// Share of the time left that checking the draft may take, and that reading the list before may take.
const SHARE: u32 = 3;
/// Reading the list before never takes longer: its record must be written down before others forget theirs.
const MAX_BASELINE_TIME: Duration = Duration::from_secs(60);
/// Time kept for a last read after the consistency window.
const LAST_READ: Duration = Duration::from_secs(2);

pub(super) async fn create(
    client: Client,
    draft: TicketDraft,
    options: Options,
) -> Result<Created> {
    let parts = client.parts();
    let began = parts.clock.elapsed();
    let total = options.timeout.unwrap_or(parts.deadline);
    let outcome = Course {
        client: &client,
        parts,
        draft: &draft,
        options: &options,
        until: began.saturating_add(total),
    }
    .run()
    .await;
    outcome.map_err(|error| {
        error
            .with_operation(CREATE_TICKET)
            .of_write()
            .with_elapsed(parts.clock.elapsed() - began)
    })
}

struct Course<'a> {
    client: &'a Client,
    parts: &'a Parts,
    draft: &'a TicketDraft,
    options: &'a Options,
    /// End of it all, on the monotonic clock.
    until: Duration,
}

/// How the POST ended.
enum Posted {
    Accepted {
        ticket: TicketId,
        attempts: u32,
        request_id: Option<String>,
        /// The service's time of the answer.
        date: Option<Timestamp>,
    },
    InDoubt(Error),
}

/// What looking for the ticket told.
struct Looked {
    outcome: TicketOutcome,
    /// The service's time of the last look.
    date: Option<Timestamp>,
    hindered: Option<Arc<io::Error>>,
    /// Nothing told whether the list was that of the same account.
    is_of_unknown: bool,
}

impl Course<'_> {
    async fn run(&self) -> Result<Created> {
        let problems = by_documents(self.draft);
        if !problems.is_empty() {
            return Err(refused(problems));
        }
        if let Some(key) = &self.options.key
            && let Some(kept) = self.of_key(key).await?
        {
            return Ok(kept);
        }
        let not_sent = |error: Error| error.with_delivery(Delivery::NotSent);
        if !self.options.unchecked {
            self.check().await.map_err(not_sent)?;
        }
        let files = &self.draft.attachments;
        let fingerprint = Fingerprint::of(&self.draft.description, files)?;
        // A token exchange may take longer than reading the list may: it has the whole time.
        let signed_in = self.parts.service.sign_in(self.left()).await;
        signed_in.map_err(|fault| not_sent(Error::from(fault)))?;
        let before_at = self.parts.clock.elapsed();
        let begun_at = self.parts.clock.now();
        let (before, service_clock) = self.first_read().await?;
        let mut pending = PendingTicket {
            id: PendingId::new()?,
            key: self.options.key.clone(),
            origin: Some(self.parts.origin.clone()),
            problem_type: self.draft.problem_type.clone(),
            begun_at,
            fingerprint,
            before,
            span: None,
            rivals: BTreeSet::new(),
            past: BTreeSet::new(),
            settled: None,
            made: None,
            forgotten: false,
        };
        match self.send(&mut pending, before_at, service_clock).await {
            Err(error) if error.kind() == ErrorKind::Locked => self.opened_by_now(error),
            created => created,
        }
    }

    /// Another one has used the key since it was looked for, as `error` says, which comes back unless its ticket is known.
    fn opened_by_now(&self, error: Error) -> Result<Created> {
        let own = &self.parts.tickets.own;
        let kept = (self.options.key.as_deref()).map(|key| own.kept_by_now(key));
        let Some(Ok(UnderKey::Record(record))) = kept else {
            return Err(error);
        };
        let Some(made) = &record.made else {
            return Err(error);
        };
        // Files that both have uploaded have other ids.
        let files = &self.draft.attachments;
        self.check_key(&record, files.iter().map(|_| None))?;
        let mut created = Created::new(made.ticket.clone(), TicketReceipt::Kept).attempts(0);
        let unused = (files.iter()).filter(|id| !record.fingerprint.holds_file(id.as_str()));
        created.unused = unused.cloned().collect();
        // The record of this one, for which nothing was sent.
        created.unrecorded = error.unrecorded().cloned();
        Ok(created)
    }

    /// Whether the key of `record` stands for this ticket, with these files. `None`: a file of any id.
    fn check_key<'a>(
        &self,
        record: &PendingTicket,
        files: impl ExactSizeIterator<Item = Option<&'a AttachmentId>>,
    ) -> Result<()> {
        account::check_key(&self.parts.origin, record.origin())?;
        let is_same = record.problem_type == self.draft.problem_type
            && record.fingerprint.is_whole(&self.draft.description)
            && record.fingerprint.may_be_of_files(files);
        match is_same {
            true => Ok(()),
            false => Err(key::of_another()),
        }
    }

    /// What was kept under the key: its outcome, which is found out first where it is in doubt. `None`: nothing was done.
    async fn of_key(&self, key: &str) -> Result<Option<Created>> {
        let own = &self.parts.tickets.own;
        key::check(key, own.has_outbox())?;
        let mut record = match own.kept(key).map_err(key::unreadable)? {
            UnderKey::Nothing => return Ok(None),
            UnderKey::UnderWay => return Err(key::taken()),
            UnderKey::Record(record) => *record,
        };
        self.check_key(&record, self.draft.attachments.iter().map(Some))?;
        if let Some(made) = &record.made {
            own.write_again();
            let mut kept = Created::new(made.ticket.clone(), TicketReceipt::Kept).attempts(0);
            kept.unrecorded = own.unrecorded(record.id);
            return Ok(Some(kept));
        }
        if record.is_forgotten() {
            return Err(key::forgotten("ticket").with_pending_ticket(record));
        }
        let posted = own.posting(record.id);
        let looked = self.look(&mut record, posted).await;
        match looked.outcome {
            TicketOutcome::Confirmed(ticket) => {
                let unrecorded = self.settle(&record, looked.date, ticket.clone(), false);
                let mut found = Created::new(ticket, TicketReceipt::Found).attempts(0);
                found.unrecorded = unrecorded;
                Ok(Some(found))
            }
            TicketOutcome::Absent => {
                // A record that stays would keep the key: then nothing is sent.
                let gone = own.gone(record.id, Removal::Absent);
                gone.map_err(|error| Hindrance::Outbox(error).error())?;
                Ok(None)
            }
            TicketOutcome::Unknown(_) => {
                let why = "it is not known yet what became of the ticket with this key";
                let error = match looked.is_of_unknown {
                    true => account::not_known_whose(why),
                    false => Error::local(ErrorKind::Unavailable, why),
                };
                Err(error
                    .hindered_by(looked.hindered)
                    .with_pending_ticket(record))
            }
        }
    }

    /// Checks the draft against what the service says, and signs the agreement if that was agreed to.
    async fn check(&self) -> Result<()> {
        let lookups = self.client.lookups();
        let checking = Checking {
            lookups: lookups.clone(),
            clock: &self.parts.clock,
            until: self
                .parts
                .clock
                .elapsed()
                .saturating_add(self.left() / SHARE),
            agreed: self.options.agreed.as_deref(),
        };
        let check = checking.run(self.draft).await?;
        if !check.problems.is_empty() {
            return Err(refused(check.problems));
        }
        // It is the one that was agreed to: another one would be among the problems.
        if let Some(AgreementState::Unsigned(agreement)) = check.agreement {
            let lookups = lookups.timeout(self.left() / SHARE);
            if let Err(error) = lookups.sign(&agreement).await {
                // Its answer may be lost: whether it is signed tells.
                match lookups.agreement().await {
                    Ok(AgreementState::Signed) => {}
                    _ => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// The tickets that there are before, as far as they can be known, and what the clock of the service showed when.
    async fn first_read(&self) -> Result<(Option<Before>, Option<ServiceClock>)> {
        let share = (self.left() / SHARE).min(MAX_BASELINE_TIME);
        let reading = Reading {
            parts: self.parts,
            until: self.parts.clock.elapsed().saturating_add(share),
            attempts: None,
        };
        match Listing::read(reading).await {
            Ok(listing) => Ok((Some(listing.before()), listing.service_clock)),
            Err(fault) if service::forbids_sending(&fault) => {
                Err(Error::from(fault).with_delivery(Delivery::NotSent))
            }
            Err(_) => Ok((None, None)),
        }
    }

    /// Sends it once and follows it up.
    async fn send(
        &self,
        pending: &mut PendingTicket,
        before_at: Duration,
        service_clock: Option<ServiceClock>,
    ) -> Result<Created> {
        let own = &self.parts.tickets.own;
        // Held to the end: nobody else judges it meanwhile.
        let _under_way = (own.begin(pending, before_at)).map_err(Hindrance::error)?;
        let from = self.parts.clock.elapsed();
        let outcome = self.post().await;
        let posted = Posting {
            from,
            until: self.parts.clock.elapsed(),
        };
        pending.span = service_clock.and_then(|clock| posted.by(clock));
        match outcome {
            Ok(Posted::Accepted {
                ticket,
                attempts,
                request_id,
                date,
            }) => {
                let computed = || service_clock.and_then(|clock| clock.at(posted.until));
                let date = date.or_else(computed);
                let unrecorded = self.settle(pending, date, ticket.clone(), true);
                let mut created = Created::new(ticket, TicketReceipt::Told).attempts(attempts);
                created.request_id = request_id;
                created.unrecorded = unrecorded;
                Ok(created)
            }
            Ok(Posted::InDoubt(error)) => {
                let looked = match self.options.without_looking {
                    true => Looked {
                        outcome: TicketOutcome::Unknown(Vec::new()),
                        date: None,
                        hindered: None,
                        is_of_unknown: false,
                    },
                    false => self.look(pending, Some(posted)).await,
                };
                match looked.outcome {
                    TicketOutcome::Confirmed(ticket) => {
                        let unrecorded = self.settle(pending, looked.date, ticket.clone(), false);
                        let created = Created::new(ticket, TicketReceipt::Found);
                        let mut created = created.attempts(error.attempts());
                        created.request_id = error.request_id().map(str::to_owned);
                        created.unrecorded = unrecorded;
                        Ok(created)
                    }
                    TicketOutcome::Absent => {
                        let unrecorded = own.remove(pending.id, Removal::Absent);
                        let error = error.with_delivery(Delivery::Absent);
                        Err(error.with_unrecorded(unrecorded))
                    }
                    TicketOutcome::Unknown(_) => Err(error
                        .hindered_by(looked.hindered)
                        .with_pending_ticket(own.keep(pending, posted))),
                }
            }
            Err(error) => {
                let unrecorded = own.remove(pending.id, Removal::NotDone);
                Err(error.with_unrecorded(unrecorded))
            }
        }
    }

    /// The one POST. An error means that nothing was done.
    async fn post(&self) -> Result<Posted> {
        let mut options = CallOptions::default();
        options.deadline = Some(self.time_for_post());
        match (self.parts.service)
            .create_ticket(self.draft, &options)
            .await
        {
            Ok(told) => Ok(Posted::Accepted {
                date: service::date(&told),
                attempts: told.attempts,
                request_id: told.request_id,
                ticket: told.body,
            }),
            Err(fault) if fault.delivery == Delivery::Unknown => {
                Ok(Posted::InDoubt(Error::from(fault)))
            }
            Err(fault) => Err(Error::from(fault)),
        }
    }

    /// Leaves time to look: all that proving absence takes when there is much, a third otherwise.
    fn time_for_post(&self) -> Duration {
        let left = self.left();
        let reading = self.parts.consistency_window.saturating_add(LAST_READ);
        match self.options.without_looking {
            true => left,
            _ if left.saturating_sub(reading) >= reading => left.saturating_sub(reading),
            _ => left - left / 3,
        }
    }

    /// What became of it.
    async fn look(&self, pending: &mut PendingTicket, posted: Option<Posting>) -> Looked {
        let sought = vec![Sought::new(pending.clone(), posted)];
        let mut looking = Looking::new(self.parts, self.until, sought);
        looking.run().await;
        let date = looking.date;
        match looking.sought.pop() {
            Some(sought) => {
                pending.span = sought.pending.span;
                Looked {
                    outcome: sought.outcome,
                    date,
                    hindered: sought.hindered,
                    is_of_unknown: sought.is_of_unknown,
                }
            }
            None => Looked {
                outcome: TicketOutcome::Unknown(Vec::new()),
                date,
                hindered: None,
                is_of_unknown: false,
            },
        }
    }

    /// It is open. Tells what the outbox could not take note of.
    fn settle(
        &self,
        pending: &PendingTicket,
        service: Option<Timestamp>,
        ticket: TicketId,
        is_told: bool,
    ) -> Option<Unrecorded> {
        let moment = Moment {
            wall: self.parts.clock.now(),
            service,
        };
        let made = Made { ticket, is_told };
        self.parts.tickets.own.made(pending, moment, made)
    }

    fn left(&self) -> Duration {
        self.until.saturating_sub(self.parts.clock.elapsed())
    }
}
