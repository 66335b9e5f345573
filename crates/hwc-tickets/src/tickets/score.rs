//! Rating a ticket. What a second rating does is not documented, so a lost answer is settled by looking.

use super::{
    action::TicketAction,
    detail::TicketDetail,
    rating::{Points, Rating},
    state::{explained, look_at_all},
    ticket::Ticket,
};
use crate::{
    error::{Delivery, Error, Result},
    service::About,
    verb::{verb, within},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

/// How rating a ticket went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scored {
    /// The service took it now.
    Now,
    /// The answer was lost, and the ticket shows this very rating: of this call, or an equal one of before.
    Found,
    /// A way that this version has no name for: a later one stored it.
    #[serde(other)]
    Other,
}

verb! {
    /// Rates a ticket: made by [`Ticket::score`].
    ///
    /// # Errors
    /// When awaited: [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when it is beyond a documented limit; a refusal, which
    /// names the state of the ticket as [`Error::state_refusal`]; every kind of a call. While
    /// [`Error::delivery`] is [`Delivery::Unknown`] it may be stored.
    Score { rating: Rating } -> Scored, score,
    group: "Acts for `group`, as a colleague's ticket needs it (D-32)."
}

impl Ticket {
    /// Rates the ticket. Which states allow it, and whether a second rating takes the place of the first, is not documented (D-66): it
    /// is not repeated by itself. When the answer is lost the ticket is read, and a rating that stands there is [`Scored::Found`].
    ///
    /// ```no_run
    /// # async fn example(ticket: hwc_tickets::Ticket) -> hwc_tickets::Result<()> {
    /// use hwc_tickets::Rating;
    /// ticket.score(Rating::new("Quick.").points(1, 5)).await?;
    /// # Ok(()) }
    /// ```
    pub fn score(&self, rating: Rating) -> Score {
        Score {
            ticket: self.clone(),
            timeout: None,
            rating,
        }
    }
}

async fn score(ticket: Ticket, deadline: Duration, rating: Rating) -> Result<Scored> {
    let action = TicketAction::Score;
    let parts = ticket.client.parts();
    let began = parts.clock.elapsed();
    // The rest is for reading the ticket, should the answer leave a doubt.
    let options = within(deadline - deadline / 4);
    let about = About {
        group: ticket.group(),
        options: &options,
    };
    let fault = match parts.service.score(&ticket.id, &rating, about).await {
        Ok(_) => return Ok(Scored::Now),
        Err(fault) => fault,
    };
    let in_doubt = fault.delivery == Delivery::Unknown;
    let error = Error::from_fault(action.operation(), fault).of_write();
    let took = parts.clock.elapsed().saturating_sub(began);
    let left = deadline.saturating_sub(took);
    if !in_doubt {
        return Err(explained(error, &ticket, action, left).await);
    }
    match look_at_all(&ticket, left).await {
        Ok(detail) if shows(&detail, &rating) => Ok(Scored::Found),
        _ => Err(error),
    }
}

/// Whether the ticket has this rating, and it is one that can be told from none.
fn shows(detail: &TicketDetail, rating: &Rating) -> bool {
    let words = detail.extra.get("judgement").and_then(Value::as_str);
    let has_words = words.unwrap_or_default() == rating.words;
    let rows = detail
        .extra
        .get("incident_satisfaction")
        .and_then(Value::as_array);
    let number = |row: &Value, name: &str| row.get(name).and_then(Value::as_i64);
    let stored: Vec<Points> = (rows.into_iter().flatten())
        .filter_map(|row| {
            Some(Points::new(
                number(row, "satisfaction_id")?,
                number(row, "satisfaction_value")?,
            ))
        })
        .collect();
    let has_points = rating.points.iter().all(|points| stored.contains(points));
    !rating.is_empty() && has_words && has_points
}
