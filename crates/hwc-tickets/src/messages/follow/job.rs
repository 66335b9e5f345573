//! The requests of a follower, each on its own: they run side by side, and their results wait until
//! what came before was handed out.

use super::{
    catch_up::{self, Past},
    missing::{self, Missing},
    roster::{CatchUp, GroupNumber},
};
use crate::{
    client::Client,
    error::{Error, Result},
    ids::{GroupId, TicketId},
    messages::wire::News,
    service::{self, About},
    tickets::detail::TicketStatus,
    time::earlier,
};
use hwc_core::CallOptions;
use jiff::Timestamp;
use std::{future::Future, pin::Pin, time::Duration};

/// A request under way.
pub(super) type Job = Pin<Box<dyn Future<Output = Done> + Send>>;

/// What a request came to.
#[derive(Debug)]
pub(super) enum Done {
    Polled {
        group: GroupNumber,
        result: Result<Answer>,
    },
    CaughtUp {
        group: GroupNumber,
        ticket: TicketId,
        result: Result<Past>,
    },
    Status {
        ticket: TicketId,
        /// With the service's time.
        result: Result<(TicketStatus, Option<Timestamp>)>,
    },
    AskedAfter(Missing),
}

/// The answer to a poll.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) news: News,
    /// The service's time when the follower began to ask, or a little earlier; `None` when it does not say.
    /// This machine's own clock may be off by hours, so it does not take its place.
    pub(super) asked_at: Option<Timestamp>,
    /// Whether it was asked for what is behind a position.
    pub(super) behind: bool,
}

/// Makes requests.
#[derive(Debug)]
pub(super) struct Jobs {
    pub(super) client: Client,
    pub(super) group: Option<GroupId>,
    pub(super) options: CallOptions,
}

impl Jobs {
    fn group(&self) -> Option<GroupId> {
        self.group.clone().or_else(|| self.client.group().cloned())
    }

    /// `began`: when the follower began to ask, on the monotonic clock.
    pub(super) fn poll(
        &self,
        group: GroupNumber,
        tickets: Vec<TicketId>,
        position: Option<String>,
        began: Duration,
    ) -> Job {
        let (client, options, own_group) =
            (self.client.clone(), self.options.clone(), self.group());
        Box::pin(async move {
            let parts = client.parts();
            let about = About {
                group: own_group.as_ref(),
                options: &options,
            };
            let answer = parts
                .service
                .news(&tickets, position.as_deref(), about)
                .await;
            // Asked with this position it could only be late; but nothing proves that it was, nor when the service answered. So no
            // position moves by it, and that the follower hears nothing of now is told. The next answer brings all of it.
            let answer = answer.and_then(service::fresh);
            let took = parts.clock.elapsed().saturating_sub(began);
            let result = match answer {
                Ok(answer) => Ok(Answer {
                    asked_at: service::date(&answer).map(|date| earlier(date, took)),
                    news: answer.body,
                    behind: position.is_some(),
                }),
                Err(fault) => Err(Error::from_fault("follow tickets", fault)),
            };
            Done::Polled { group, result }
        })
    }

    pub(super) fn catch_up(&self, group: GroupNumber, ticket: TicketId, reach: CatchUp) -> Job {
        let (client, options, own_group) =
            (self.client.clone(), self.options.clone(), self.group());
        Box::pin(async move {
            let result = catch_up::read(&client, &ticket, own_group, options, reach).await;
            Done::CaughtUp {
                group,
                ticket,
                result,
            }
        })
    }

    /// Asks whether `tickets` exist.
    pub(super) fn ask_after(&self, tickets: Vec<TicketId>) -> Job {
        let (client, options, own_group) =
            (self.client.clone(), self.options.clone(), self.group());
        Box::pin(async move {
            Done::AskedAfter(missing::ask(&client, own_group, options, tickets).await)
        })
    }

    pub(super) fn status(&self, ticket: TicketId) -> Job {
        let (client, options) = (self.client.clone(), self.options.clone());
        Box::pin(async move {
            let answer = client.parts().service.status(&ticket, &options).await;
            let result = match answer.and_then(service::fresh) {
                Ok(answer) => {
                    let at = service::date(&answer);
                    Ok((answer.body, at))
                }
                Err(fault) => Err(Error::from_fault("read ticket status", fault)),
            };
            Done::Status { ticket, result }
        })
    }
}
