//! How a list is read: page by page, each asked for where its course says.

mod course;

use super::{
    ListReport, Page, Paged,
    call::{About, send},
};
use crate::{client::Client, doubt::moment::ServiceClock, error::Result, service};
use course::{Came, Course, Form};
use hwc_tickets_wire::{Response, limits_of};

/// A list being read.
pub(super) struct Walk<R> {
    client: Client,
    request: R,
    about: About,
    course: Course,
    /// What the clock of the service showed with the first answer that told.
    clock: Option<ServiceClock>,
}

impl<R> Walk<R> {
    pub(super) fn clock(&self) -> Option<ServiceClock> {
        self.clock
    }

    /// What is known of the reading so far.
    pub(super) fn report(&self) -> &ListReport {
        self.course.report()
    }
}

impl<R: Paged> Walk<R> {
    pub(super) fn new(client: &Client, request: R, about: About) -> Self {
        let form = Form {
            by: R::BY,
            list: R::LIST,
            has_id: R::HAS_ID,
            last: most(R::OPERATION.name, R::AT),
            longest: most(R::OPERATION.name, R::SIZE),
        };
        Self {
            client: client.clone(),
            course: Course::new(form, request.begins()),
            request,
            about,
            clock: None,
        }
    }

    /// The next page that holds anything new, or could not be read in part; `None` at the end.
    pub(super) async fn page(&mut self) -> Result<Option<Page<R::Item>>> {
        while let Some((at, size)) = self.course.wanted() {
            let mut request = self.request.clone();
            request.ask(at, size);
            let reached = self.course.position();
            let answer = send(&self.client, request, &self.about, reached).await?;
            let page = self.take(answer);
            if !page.is_empty() {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    /// Takes an answer in: what of it is new.
    fn take(&mut self, answer: Response<R::Response>) -> Page<R::Item> {
        if self.clock.is_none() {
            self.clock = service::clock_no_later(&answer);
        }
        let is_unsure = answer.partial_failure || service::is_stored(&answer);
        let total = R::total(&answer.body);
        let mut items = R::list(answer.body).unwrap_or_default();
        let (page, are_new) = self.course.take(Came {
            ids: items.iter().map(R::id).collect(),
            undecodable: answer.undecodable,
            total,
            is_unsure,
        });
        // Rows are large: of a page that is new as a whole none is moved.
        let mut are_new = are_new.into_iter();
        items.retain(|_| are_new.next().unwrap_or(false));
        page.holding(items)
    }
}

/// The documented maximum of a parameter.
fn most(operation: &str, field: Option<&str>) -> Option<i64> {
    let field = field?;
    let mut limits = limits_of(operation).iter();
    limits.find(|limit| limit.field == field)?.max
}
