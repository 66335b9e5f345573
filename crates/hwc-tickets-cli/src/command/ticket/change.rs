//! `hwc-tickets ticket close`, `confirm`, `cancel`, `delete`, `urge` and `score`: what is done to a ticket as a whole.

use crate::{
    cli::{
        Form,
        ticket::change::{Caution, Close, End, Score, Urge},
    },
    command::dry_run,
    context::{Context, interruptible, ticket_id},
    failure::{Failure, telling},
    prompt,
    render::{self, Part, Show, fact},
};
use hwc_tickets::{
    Client, Ended, Points, Rating, Result, Scored, StateRefusal, Ticket, TicketAction, TicketId,
    TicketStatus,
};
use serde::Serialize;
use std::{
    future::{Future, IntoFuture as _},
    pin::Pin,
};

pub(super) async fn close(args: Close, context: &Context) -> Result<(), Failure> {
    let change = Change::new(TicketAction::Close, &args.ticket, args.comment)?;
    end(change.rated(args.points), &args.caution, context).await
}

pub(super) async fn confirm(args: Close, context: &Context) -> Result<(), Failure> {
    let change = Change::new(TicketAction::Confirm, &args.ticket, args.comment)?;
    end(change.rated(args.points), &args.caution, context).await
}

pub(super) async fn cancel(args: End, context: &Context) -> Result<(), Failure> {
    let change = Change::new(TicketAction::Cancel, &args.ticket, args.comment)?;
    end(change, &args.caution, context).await
}

pub(super) async fn delete(args: End, context: &Context) -> Result<(), Failure> {
    let change = Change::new(TicketAction::Delete, &args.ticket, args.comment)?;
    end(change, &args.caution, context).await
}

pub(super) async fn urge(args: Urge, context: &Context) -> Result<(), Failure> {
    let change = Change::new(TicketAction::Urge, &args.ticket, args.comment)?;
    once(change, args.dry_run, context).await
}

pub(super) async fn score(args: Score, context: &Context) -> Result<(), Failure> {
    let change = Change::new(TicketAction::Score, &args.ticket, args.comment)?;
    once(change.rated(args.points), args.dry_run, context).await
}

/// A change on its way.
type Changing<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// What is to be done to which ticket.
struct Change {
    action: TicketAction,
    ticket: TicketId,
    comment: Option<String>,
    points: Vec<Points>,
}

impl Change {
    fn new(action: TicketAction, ticket: &str, comment: Option<String>) -> Result<Self, Failure> {
        Ok(Self {
            action,
            ticket: ticket_id(ticket)?,
            comment,
            points: Vec::new(),
        })
    }

    fn rated(mut self, points: Vec<Points>) -> Self {
        self.points = points;
        self
    }

    /// The words of the command behind `ticket`.
    fn verb(&self) -> &'static str {
        match self.action {
            TicketAction::Confirm => "confirm",
            TicketAction::Cancel => "cancel",
            TicketAction::Delete => "delete",
            TicketAction::Urge => "urge",
            TicketAction::Score => "score",
            _ => "close",
        }
    }

    fn name(&self) -> String {
        format!("ticket {}", self.verb())
    }

    /// What is asked before it is done.
    fn question(&self) -> String {
        let what = match self.action {
            TicketAction::Confirm => "Its result is confirmed, and nothing opens it again.",
            TicketAction::Cancel => "It is taken back, and nothing opens it again.",
            TicketAction::Delete => "It is deleted, and nothing brings it back.",
            _ => "It ends as solved, and nothing opens it again.",
        };
        format!("`{}` {}: {what}", self.name(), self.ticket)
    }

    fn rating(&self, words: &str) -> Rating {
        let points = self.points.iter();
        points.fold(Rating::new(words), |rating, points| {
            rating.points(points.category, points.value)
        })
    }

    /// Ends the ticket.
    fn end(&self, ticket: &Ticket) -> Changing<Ended> {
        let comment = &self.comment;
        // What is not said must not go out as an empty text.
        macro_rules! saying {
            ($verb:expr) => {
                match comment {
                    Some(words) => $verb.words(words),
                    None => $verb,
                }
            };
        }
        let is_rated = !self.points.is_empty();
        match self.action {
            TicketAction::Confirm if is_rated => {
                saying!(ticket.confirm().rating(self.rating(""))).into_future()
            }
            TicketAction::Confirm => saying!(ticket.confirm()).into_future(),
            TicketAction::Cancel => saying!(ticket.cancel()).into_future(),
            TicketAction::Delete => saying!(ticket.delete()).into_future(),
            _ if is_rated => saying!(ticket.close().rating(self.rating(""))).into_future(),
            _ => saying!(ticket.close()).into_future(),
        }
    }

    /// Does what counts each time; gives what came of it.
    fn once(&self, ticket: &Ticket) -> Changing<&'static str> {
        match self.action {
            TicketAction::Score => {
                let words = self.comment.as_deref().unwrap_or_default();
                let score = ticket.score(self.rating(words));
                Box::pin(async move {
                    Ok(match score.await? {
                        Scored::Found => "found_rated",
                        _ => "rated",
                    })
                })
            }
            _ => {
                let urge = match &self.comment {
                    Some(words) => ticket.urge().words(words),
                    None => ticket.urge(),
                };
                Box::pin(async move { urge.await.map(|()| "urged") })
            }
        }
    }

    /// A failure, with what to do about it.
    fn failed(&self, failure: Failure) -> Failure {
        let (name, ticket) = (self.name(), &self.ticket);
        match failure {
            Failure::Interrupted { what: None } => {
                let done = self.action.done();
                let next = match self.action {
                    TicketAction::Urge => {
                        format!("it may show in: hwc-tickets ticket log {ticket}")
                    }
                    TicketAction::Score => {
                        format!("look with: hwc-tickets ticket show {ticket}")
                    }
                    _ => format!("done again it does no harm: hwc-tickets {name} {ticket}"),
                };
                Failure::Interrupted {
                    what: Some(format!(
                        "interrupted: it is not known whether {ticket} was {done}; {next}"
                    )),
                }
            }
            Failure::Call(error) => match error.state_refusal() {
                Some(refusal) => Failure::Advised {
                    advice: what_to_do(refusal, ticket, !self.points.is_empty()),
                    error,
                },
                None => Failure::Call(error),
            },
            failure => failure,
        }
    }
}

/// What to do when the service refused: the state of the ticket is in the way, or something else is, such as points that were given.
fn what_to_do(refusal: StateRefusal, ticket: &TicketId, has_points: bool) -> String {
    use {TicketAction as A, TicketStatus as S};
    let StateRefusal { action, status, .. } = refusal;
    match (action, status) {
        (A::Close | A::Confirm | A::Cancel | A::Urge, status) if status.has_ended() => {
            "It is over, and nothing opens it again. For what is left, open another ticket: hwc-tickets ticket create"
                .to_owned()
        }
        (A::Delete, S::Deleted) => "Nothing is left to do.".to_owned(),
        (A::Confirm | A::Urge, S::AwaitingFeedback) => format!(
            "Support waits for your answer. Read what it asks, and answer: hwc-tickets message history {ticket}"
        ),
        (A::Close, S::Pending) => {
            format!("Nobody works on it yet. Take it back with: hwc-tickets ticket cancel {ticket}")
        }
        (A::Cancel, S::Pending) | (A::Close, _) | (A::Confirm, S::AwaitingConfirmation) => {
            not_the_state(ticket, has_points)
        }
        (A::Confirm, _) => format!(
            "There is no result yet to confirm. If it is solved all the same: hwc-tickets ticket close {ticket}"
        ),
        (A::Cancel, _) => format!(
            "A ticket is canceled as long as nobody works on it. If it is solved: hwc-tickets ticket close {ticket}"
        ),
        (A::Delete, status) if !status.has_ended() => format!(
            "End it first: hwc-tickets ticket close {ticket}, or ticket cancel as long as nobody works on it."
        ),
        (A::Score, S::Pending) => {
            "A ticket is rated when it is over, and nobody works on this one yet. Rate it then."
                .to_owned()
        }
        (A::Score, status) if !status.has_ended() => format!(
            "A ticket is rated when it is over. Close it with the points: hwc-tickets ticket close {ticket} --points ID=POINTS"
        ),
        _ => not_the_state(ticket, has_points),
    }
}

/// What it may be where the state allows it: the points, or the permission.
fn not_the_state(ticket: &TicketId, has_points: bool) -> String {
    let permission = match has_points {
        true => {
            "Compare the points with what can be rated, and how high: hwc-tickets catalog satisfaction. If they are right, \
             the permission of the user may be missing."
        }
        false => "The permission of the user may be missing.",
    };
    format!(
        "{permission} A colleague's ticket needs --group. What was done to it: hwc-tickets ticket log {ticket}"
    )
}

/// Ends a ticket, which cannot be undone.
async fn end(change: Change, caution: &Caution, context: &Context) -> Result<(), Failure> {
    if caution.dry_run {
        let call = |client: Client| {
            let ending = change.end(&client.ticket(change.ticket.clone())?);
            Ok(async move { ending.await.map(drop) })
        };
        return dry_run::run(context, call, |body| body, &[]).await;
    }
    let ticket = context.client()?.ticket(change.ticket.clone())?;
    if !caution.yes {
        let is_possible = prompt::is_possible();
        prompt::confirm(
            &change.name(),
            &change.question(),
            is_possible,
            render::question,
        )?;
    }
    let work = async {
        let ended = render::wait("waiting for the answer", change.end(&ticket)).await;
        ended.map_err(Failure::from)
    };
    let ended = interruptible(work).await;
    let ended = ended.map_err(|failure| change.failed(failure))?;
    let done = change.action.done();
    // The state of a ticket that is closed does not tell whether its result was confirmed.
    let state = match change.action {
        TicketAction::Confirm => TicketAction::Close.done(),
        action => action.done(),
    };
    let has_more = change.comment.is_some() || !change.points.is_empty();
    let outcome = match ended {
        Ended::Already => {
            if has_more {
                context.screen.warn(&format!(
                    "it was {state} before: what you said with it is not stored"
                ));
            }
            format!("already_{state}")
        }
        Ended::Found => {
            context.screen.warn(&format!(
                "an answer was lost; the ticket is {state} now, by this command or by somebody else{}",
                match has_more {
                    true => ", and whether what you said with it is stored is not known",
                    false => "",
                }
            ));
            format!("found_{state}")
        }
        Ended::Absent => {
            context.screen.warn(
                "an answer was lost, and the service knows no such ticket: it is deleted, or the id is wrong",
            );
            "absent".to_owned()
        }
        _ => done.to_owned(),
    };
    tell(&change, &outcome, context)
}

/// Does what counts each time it is done.
async fn once(change: Change, dry_run: bool, context: &Context) -> Result<(), Failure> {
    if dry_run {
        let call = |client: Client| {
            let call = change.once(&client.ticket(change.ticket.clone())?);
            Ok(async move { call.await.map(drop) })
        };
        return dry_run::run(context, call, |body| body, &[]).await;
    }
    let ticket = context.client()?.ticket(change.ticket.clone())?;
    let work = async {
        let done = render::wait("waiting for the answer", change.once(&ticket)).await;
        done.map_err(Failure::from)
    };
    let outcome = interruptible(work).await;
    let outcome = outcome.map_err(|failure| change.failed(failure))?;
    if outcome == "found_rated" {
        context
            .screen
            .warn("an answer was lost; the ticket shows this rating");
    }
    tell(&change, outcome, context)
}

fn tell(change: &Change, outcome: &str, context: &Context) -> Result<(), Failure> {
    let changed = Changed {
        ticket: &change.ticket,
        action: change.action,
        outcome,
    };
    let what = format!("{} is {}", change.ticket, changed.outcome_in_words());
    telling(what, || context.screen.show(&changed))
}

/// What was done.
#[derive(Serialize)]
struct Changed<'a> {
    ticket: &'a TicketId,
    action: TicketAction,
    outcome: &'a str,
}

impl Changed<'_> {
    fn outcome_in_words(&self) -> String {
        self.outcome.replace('_', " ")
    }
}

impl Show for Changed<'_> {
    fn parts(&self, _: Form) -> Vec<Part> {
        vec![Part::Facts(vec![
            fact("ticket", self.ticket.to_string()),
            fact("outcome", self.outcome_in_words()),
        ])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the state, there is something to do, and it is nothing of a programmer.
    #[test]
    fn each_state_has_its_advice() {
        use {TicketAction as A, TicketStatus as S};
        let id = TicketId::new("case-123").unwrap();
        for action in [
            A::Close,
            A::Confirm,
            A::Cancel,
            A::Delete,
            A::Urge,
            A::Score,
        ] {
            for status in [
                S::Pending,
                S::InProgress,
                S::AwaitingConfirmation,
                S::Completed,
                S::Canceled,
                S::Suspended,
                S::Invalid,
                S::Deleted,
                S::AwaitingFeedback,
                S::Other(99),
                S::Unknown,
            ] {
                for has_points in [false, true] {
                    let advice = what_to_do(StateRefusal::new(action, status), &id, has_points);
                    let is_rust = crate::failure::tests::rust_words(&advice);
                    assert_eq!(is_rust, None, "{action:?} {status:?}: {advice}");
                }
            }
        }
    }

    /// Where the state allows what was refused, points that were given may be wrong: that is told before the permission.
    #[test]
    fn points_may_be_what_was_refused() {
        use {TicketAction as A, TicketStatus as S};
        let id = TicketId::new("case-123").unwrap();
        for (action, status) in [
            (A::Close, S::InProgress),
            (A::Confirm, S::AwaitingConfirmation),
            (A::Score, S::Completed),
        ] {
            for has_points in [false, true] {
                let advice = what_to_do(StateRefusal::new(action, status), &id, has_points);
                let names_points = advice.contains("catalog satisfaction");
                assert_eq!(names_points, has_points, "{action:?}: {advice}");
                assert!(advice.contains("permission"), "{action:?}: {advice}");
            }
        }
    }

    /// No advice names a command that the same state refuses.
    #[test]
    fn a_ticket_that_nobody_works_on_is_not_closed_to_rate_it() {
        let refusal = StateRefusal::new(TicketAction::Score, TicketStatus::Pending);
        let advice = what_to_do(refusal, &TicketId::new("case-123").unwrap(), true);
        assert!(!advice.contains("ticket close"), "{advice}");
    }
}
