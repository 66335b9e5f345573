//! The calls about a ticket as a whole.

pub(super) mod convert;

use crate::{
    ids::TicketId,
    service::{About, Response, Service, rows},
    tickets::{
        action::TicketAction,
        contact::{Contact, ReachTime},
        create::{draft::TicketDraft, problem::DraftProblem},
        detail::{content::TicketDetail, status::TicketStatus},
        rating::{Rating, Saying},
    },
    time::MessageTime,
};
use hwc_core::{CallOptions, Delivery, Fault, FaultKind};
use hwc_tickets_wire::{
    Measured, Request, check,
    tickets::{
        CreateCases, CreateOrderIncidentV2Req, CreateScoreV2Req, CreateScores,
        IncidentSatisfactionV2Req, ListCases, ShowCaseDetail, ShowCaseStatus,
        UpdateCaseContactInfo, UpdateCaseContactInfoReq, UpdateCases, WorkOrderOperateV2Req,
    },
};
use secrecy::ExposeSecret as _;
use serde_json::Map;
use std::fmt;

/// The one way a ticket can come in by.
const SOURCE: &str = "83aeb0f2834c4df49826c781d32a963e";

/// A ticket of a list.
#[derive(Clone)]
pub(crate) struct TicketRow {
    pub(crate) id: TicketId,
    /// `None`: the service did not say, or it has no reading.
    pub(crate) description: Option<String>,
    pub(crate) created_at: MessageTime,
}

/// Without the description.
impl fmt::Debug for TicketRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketRow")
            .field("id", &self.id)
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}

/// One page of tickets, in the order of the answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct TicketPage {
    pub(crate) rows: Vec<TicketRow>,
    /// Rows that nobody can tell the ticket of.
    pub(crate) unreadable: u64,
    /// The total the service states.
    pub(crate) total: Option<u64>,
    /// Whether the answer holds a list at all, be it an empty one.
    pub(crate) has_list: bool,
}

impl TicketPage {
    /// Rows of the answer, readable or not.
    pub(crate) fn returned(&self) -> u64 {
        self.rows.len() as u64 + self.unreadable
    }
}

/// What of a draft is beyond a documented limit.
pub(super) fn breach(draft: &TicketDraft) -> Option<DraftProblem> {
    let exceeded = check(&request(draft)).err()?;
    let field = own_name(exceeded.limit.field).to_owned();
    let length = u64::try_from(exceeded.measure).unwrap_or_default();
    Some(match exceeded.limit.max {
        Some(most) if exceeded.measure > most => DraftProblem::TooLong {
            field,
            length,
            most: u64::try_from(most).unwrap_or_default(),
        },
        _ => DraftProblem::Form { field },
    })
}

/// The name that a field of the request has in a draft.
fn own_name(field: &'static str) -> &'static str {
    match field {
        "business_type_id" => "problem_type",
        "simple_description" => "description",
        "incident_sub_type_id" => "category",
        "product_category_id" => "product",
        "region_id" => "region",
        "severity_id" => "severity",
        "project_id" => "project",
        "remind_mobile" => "mobile",
        "remind_mail" => "mail",
        "remind_time" => "contact_hours",
        "X-Phone-Verifiedid" => "verified_mobile",
        "X-Email-Verifiedid" => "verified_mail",
        "accessory_ids" | "accessory_ids[]" => "attachments",
        "extends_map" => "extra",
        "extension_map" => "further",
        other => other,
    }
}

/// What opens a ticket.
fn request(draft: &TicketDraft) -> CreateCases {
    let mut body = CreateOrderIncidentV2Req::new(&*draft.problem_type, &*draft.description, SOURCE);
    body.incident_sub_type_id.clone_from(&draft.category);
    body.product_category_id.clone_from(&draft.product);
    body.region_id.clone_from(&draft.region);
    body.severity_id.clone_from(&draft.severity);
    body.project_id.clone_from(&draft.project);
    body.remind_mobile.clone_from(&draft.mobile);
    body.remind_mail.clone_from(&draft.mail);
    body.remind_time.clone_from(&draft.contact_hours);
    body.area_code.clone_from(&draft.area_code);
    body.verify_code = (draft.verify_code.as_ref()).map(|code| code.expose_secret().to_owned());
    body.accessory_ids = (!draft.attachments.is_empty())
        .then(|| draft.attachments.iter().map(ToString::to_string).collect());
    body.extends_map = (!draft.extra.is_empty()).then(|| draft.extra.clone());
    body.extension_map = (!draft.further.is_empty()).then(|| draft.further.clone());
    let mut request = CreateCases::new(body);
    (request.x_phone_verifiedid).clone_from(&draft.verified_mobile);
    (request.x_email_verifiedid).clone_from(&draft.verified_mail);
    request
}

impl Service {
    /// `createCases`: the ticket that came of it. The interface takes no group.
    pub(crate) async fn create_ticket(
        &self,
        draft: &TicketDraft,
        options: &CallOptions,
    ) -> Result<Response<TicketId>, Fault> {
        let answer = self.send(&request(draft), options).await?;
        answer.needs("incident_id")?;
        let id = (answer.body.incident_id.as_deref()).and_then(|id| TicketId::lenient(id).ok());
        match id {
            Some(id) if !answer.lossy => Ok(answer.map(|_| id)),
            _ => Err(answer.unlike("incident_id is no id that can be used")),
        }
    }

    /// `listCases`: tickets `offset..offset + limit` of the caller, in an order no document states.
    pub(crate) async fn tickets(
        &self,
        offset: u64,
        limit: u64,
        options: &CallOptions,
    ) -> Result<Response<TicketPage>, Fault> {
        let mut request = ListCases::default();
        request.offset = i64::try_from(offset).ok();
        request.limit = i64::try_from(limit).ok();
        let answer = self.send(&request, options).await?;
        answer.needs("incident_info_list")?;
        let body = &answer.body;
        let total = body.total_count.or(body.count);
        let has_list = body.incident_info_list.is_some();
        if !has_list && (answer.partial_failure || total.is_none()) {
            return Err(answer.unlike(
                "there is no incident_info_list, and nothing says that it would be empty",
            ));
        }
        let lost = rows::undecodable(&answer.undecodable, "incident_info_list").len() as u64;
        let is_empty = body.incident_info_list.as_ref().is_none_or(Vec::is_empty);
        if answer.partial_failure && lost == 0 && is_empty {
            return Err(answer.unlike("it reports a failure, and incident_info_list is empty"));
        }
        let is_lossy = answer.lossy;
        Ok(answer.map(|body| {
            let mut page = TicketPage {
                unreadable: lost,
                total: total.and_then(|total| u64::try_from(total).ok()),
                has_list,
                ..TicketPage::default()
            };
            for row in body.incident_info_list.unwrap_or_default() {
                let id = (row.incident_id.as_deref())
                    .filter(|id| !(is_lossy && id.contains('\u{fffd}')))
                    .and_then(|id| TicketId::lenient(id).ok());
                match id {
                    Some(id) => page.rows.push(TicketRow {
                        id,
                        description: row.simple_description,
                        created_at: MessageTime::read(
                            row.create_time.unwrap_or_default(),
                            self.zone(),
                        ),
                    }),
                    None => page.unreadable += 1,
                }
            }
            page
        }))
    }

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
