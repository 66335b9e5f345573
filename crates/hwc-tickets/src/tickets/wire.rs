//! The calls about a ticket as a whole.

pub(super) mod convert;

use crate::{
    ids::TicketId,
    service::{About, Response, Service, rows},
    tickets::{
        action::TicketAction,
        contact::{Contact, ReachTime},
        detail::{content::TicketDetail, status::TicketStatus},
        rating::{Rating, Saying},
    },
};
use hwc_core::{CallOptions, Delivery, Fault, FaultKind};
use hwc_tickets_wire::{
    Measured, Request, check,
    tickets::{
        CreateScoreV2Req, CreateScores, IncidentSatisfactionV2Req, ShowCaseDetail, ShowCaseStatus,
        UpdateCaseContactInfo, UpdateCaseContactInfoReq, UpdateCases, WorkOrderOperateV2Req,
    },
};
use serde_json::Map;

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

    /// `updateCases`: one of the four things that are done to a ticket. Whether it may be repeated is for the options to say.
    pub(crate) async fn act(
        &self,
        ticket: &TicketId,
        action: TicketAction,
        saying: &Saying,
        about: About<'_>,
    ) -> Result<Response<()>, Fault> {
        let Some(word) = word(action) else {
            let detail = "there is no such action on a ticket";
            return Err(Fault::new(
                FaultKind::InvalidInput,
                Delivery::NotSent,
                detail,
            ));
        };
        let mut body = WorkOrderOperateV2Req::default();
        body.group_id = about.group();
        body.operate_desc.clone_from(&saying.words);
        if let Some(rating) = &saying.rating {
            body.judgement = Some(rating.words.clone());
            body.incident_satisfaction_list = Some(points(rating));
        }
        let request = UpdateCases::new(ticket.as_str(), word, body);
        within_limits(&request)?;
        let answer = self.send(&request, about.options).await?;
        Ok(answer.map(drop))
    }

    /// `createScores`.
    pub(crate) async fn score(
        &self,
        ticket: &TicketId,
        rating: &Rating,
        about: About<'_>,
    ) -> Result<Response<()>, Fault> {
        let mut body = CreateScoreV2Req::new(rating.words.clone(), points(rating));
        body.group_id = about.group();
        let request = CreateScores::new(ticket.as_str(), body);
        within_limits(&request)?;
        let answer = self.send(&request, about.options).await?;
        Ok(answer.map(drop))
    }

    /// `updateCaseContactInfo`.
    pub(crate) async fn set_contact(
        &self,
        ticket: &TicketId,
        contact: &Contact,
        about: About<'_>,
    ) -> Result<Response<()>, Fault> {
        let mut body = UpdateCaseContactInfoReq::default();
        body.group_id = about.group();
        body.area_code.clone_from(&contact.area_code);
        body.remind_mobile.clone_from(&contact.phone);
        body.remind_mail.clone_from(&contact.mail);
        let time = contact.time.map(|time| match time {
            ReachTime::Any => "0",
            ReachTime::WorkingHours => "1",
        });
        body.remind_time = time.map(str::to_owned);
        if !contact.copies.is_empty() {
            let mut further = Map::new();
            further.insert("cc_email".to_owned(), contact.copies.join(",").into());
            body.extension_map = Some(further);
        }
        let request = UpdateCaseContactInfo::new(ticket.as_str(), body);
        within_limits(&request)?;
        let answer = self.send(&request, about.options).await?;
        Ok(answer.map(drop))
    }
}

/// What the service calls an action.
fn word(action: TicketAction) -> Option<&'static str> {
    match action {
        TicketAction::Close | TicketAction::Confirm => Some("close"),
        TicketAction::Cancel => Some("cancel"),
        TicketAction::Delete => Some("delete"),
        TicketAction::Urge => Some("press"),
        TicketAction::Score | TicketAction::Other => None,
    }
}

fn points(rating: &Rating) -> Vec<IncidentSatisfactionV2Req> {
    let points = rating.points.iter();
    points
        .map(|points| IncidentSatisfactionV2Req::new(points.category, points.value))
        .collect()
}

/// Nothing is sent that is beyond a documented limit.
fn within_limits<R: Request + Measured>(request: &R) -> Result<(), Fault> {
    check(request).map_err(|exceeded| {
        let detail = format!("{exceeded} (documented limit)");
        Fault::new(FaultKind::InvalidInput, Delivery::NotSent, detail).of(R::OPERATION)
    })
}
