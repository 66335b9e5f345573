//! What a failed request means for the follower: try again, split, give a ticket up, or end.

use super::cadence::heeded;
use crate::{
    error::{Error, ErrorKind},
    ids::TicketId,
    messages::unread::batch,
};
use std::time::Duration;

/// Refusals of the caller in a row after which a person is needed.
const MOST_REFUSALS: u32 = 3;
/// Tickets in a row that are refused one by one, without any that is answered: then it is not them.
const MOST_LOST: u32 = 20;
/// First pause after the caller was refused; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_secs(60);

/// What to do about a failed poll.
#[derive(Debug)]
pub(super) enum Remedy {
    /// Poll again, at the pace of failures.
    Wait,
    /// Poll nothing for so long: every poll would be refused.
    Pause(Duration),
    /// Poll in parts.
    Split(Vec<Vec<TicketId>>),
    /// Go on without the only ticket of the poll.
    GiveUp,
    /// End.
    End,
}

/// Counts refusals.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    refusals: u32,
    lost: u32,
}

impl Trouble {
    /// A request was answered.
    pub(super) fn is_over(&mut self) {
        self.refusals = 0;
        self.lost = 0;
    }

    /// Whether every other request would meet the same.
    pub(super) fn is_about_the_caller(error: &Error) -> bool {
        match error.kind() {
            ErrorKind::Unauthorized | ErrorKind::Credentials => true,
            ErrorKind::Forbidden => is_of_the_gateway(error),
            _ => false,
        }
    }

    /// Whether a poll may have been refused for its position.
    pub(super) fn may_be_about_the_position(error: &Error, tickets: usize) -> bool {
        match error.kind() {
            ErrorKind::Refused => !is_of_the_gateway(error),
            // It makes the longest part of a request for few tickets.
            ErrorKind::RequestTooLarge => tickets == 1,
            ErrorKind::InvalidInput => true,
            _ => false,
        }
    }

    pub(super) fn remedy(&mut self, error: &Error, tickets: &[TicketId]) -> Remedy {
        if let Some(parts) = batch::split(tickets.to_vec(), error) {
            return Remedy::Split(parts);
        }
        match error.kind() {
            // A fixed token or key is refused at the first attempt, and no waiting changes that. One that
            // can be renewed was renewed and refused again: a vault may need a while.
            ErrorKind::Unauthorized if error.attempts() <= 1 => Remedy::End,
            ErrorKind::InvalidInput => Remedy::End,
            ErrorKind::Forbidden | ErrorKind::NotFound | ErrorKind::Refused
                if !is_of_the_gateway(error) =>
            {
                self.lost += 1;
                if self.lost > MOST_LOST {
                    Remedy::End
                } else {
                    Remedy::GiveUp
                }
            }
            _ if Self::is_about_the_caller(error) => {
                self.refusals += 1;
                if self.refusals > MOST_REFUSALS {
                    return Remedy::End;
                }
                let pause = FIRST_PAUSE.saturating_mul(1 << (self.refusals - 1).min(8));
                Remedy::Pause(pause.max(heeded(error.retry_after())))
            }
            _ => Remedy::Wait,
        }
    }
}

fn is_of_the_gateway(error: &Error) -> bool {
    error.code().is_none() || error.has_gateway_code()
}
