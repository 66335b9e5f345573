//! The calls about a ticket as a whole.

mod convert;

use crate::{
    ids::TicketId,
    service::{About, Response, Service, rows},
    tickets::detail::{content::TicketDetail, status::TicketStatus},
};
use hwc_core::{CallOptions, Fault};
use hwc_tickets_wire::tickets::{ShowCaseDetail, ShowCaseStatus};

impl Service {
    /// `showCaseDetail`: the only read that shows message ids.
    pub(crate) async fn detail(
        &self,
        ticket: &TicketId,
        about: About<'_>,
    ) -> Result<Response<TicketDetail>, Fault> {
        let mut request = ShowCaseDetail::new(ticket.as_str());
        request.group_id = about.group();
        let answer = self.send(&request, about.options).await?;
        answer.needs("incident_detail_info")?;
        if answer.body.incident_detail_info.is_none() {
            return Err(answer.unlike("there is no incident_detail_info"));
        }
        let lost = rows::undecodable(&answer.undecodable, "message_list");
        Ok(answer.map(|body| {
            convert::detail(
                body.incident_detail_info.unwrap_or_default(),
                lost,
                self.zone(),
            )
        }))
    }

    /// `showCaseStatus`. The interface takes no group.
    pub(crate) async fn status(
        &self,
        ticket: &TicketId,
        options: &CallOptions,
    ) -> Result<Response<TicketStatus>, Fault> {
        let request = ShowCaseStatus::new(ticket.as_str());
        let answer = self.send(&request, options).await?;
        // A status without a reading is not "the service did not say", and an answer without one is none.
        answer.needs("status")?;
        if answer.body.status.is_none() {
            return Err(answer.unlike("there is no status"));
        }
        Ok(answer.map(|body| TicketStatus::from_code(body.status)))
    }
}
