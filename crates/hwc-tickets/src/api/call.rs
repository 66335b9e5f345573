//! A call of an operation, before it is made.

use super::{
    Response,
    described::{Caller, Described},
};
use crate::{
    client::Client,
    error::{Error, ErrorKind, Result},
    ids::GroupId,
};
use hwc_core::CallOptions;
use hwc_tickets_wire::{self as wire, Exceeded};
use std::{
    borrow::Cow,
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

/// A call of an operation. Nothing is sent before it is awaited.
#[derive(Clone)]
#[must_use = "nothing is sent before it is awaited"]
pub struct Call<R, C = Client> {
    pub(crate) caller: C,
    pub(crate) request: R,
    pub(crate) about: About,
}

/// What every call can be told.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    /// Of the call itself.
    pub(crate) group: Option<GroupId>,
    /// Of the handle it was made by.
    of_handle: Option<GroupId>,
    pub(super) timeout: Option<Duration>,
}

impl Client {
    /// A call of any operation, as a value of [`api::models`](crate::api::models). What a verb knows of an operation is not
    /// part of it: a message sent so is in no outbox and is looked for by nobody; use [`Ticket::submit`](crate::Ticket::submit).
    ///
    /// ```no_run
    /// # async fn example(client: hwc_tickets::Client) -> hwc_tickets::Result<()> {
    /// use hwc_tickets::api::models::tickets::ShowCaseStatus;
    /// let status = client.call(ShowCaseStatus::new("case-123")).await?.body.status;
    /// # Ok(()) }
    /// ```
    pub fn call<R: Described>(&self, request: R) -> Call<R> {
        Call::new(self, None, request)
    }
}

impl<R, C: Caller> Call<R, C> {
    pub(crate) fn new(caller: &C, group: Option<&GroupId>, request: R) -> Self {
        Self {
            caller: caller.clone(),
            request,
            about: About {
                group: None,
                of_handle: group.cloned(),
                timeout: None,
            },
        }
    }
}

impl<R, C> Call<R, C> {
    /// Total deadline, of each page where there are several. Default: that of the client (30 s); of a file, none but the
    /// limit of silence.
    pub fn timeout(mut self, total: Duration) -> Self {
        self.about.timeout = Some(total);
        self
    }

    /// What will be sent.
    pub fn request(&self) -> &R {
        &self.request
    }
}

impl<R: Described> IntoFuture for Call<R>
where
    R::Response: Send,
{
    type Output = Result<Response<R::Answer<Client>>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(answered(self))
    }
}

/// Makes a call, and gives what it brings to the caller.
pub(crate) async fn answered<R: Described, C: Caller>(
    call: Call<R, C>,
) -> Result<Response<R::Answer<C>>> {
    let Call {
        caller,
        request,
        about,
    } = call;
    let answer = send(caller.client(), request, &about, 0).await?;
    Ok(answer.rebuilt(|body| R::answer(body, &caller)))
}

/// Sends a request: the group put in where there is a place for it, and its limits checked. Of a list, the answer is looked at:
/// `reached` rows are known to stand before it.
pub(crate) async fn send<R: Described>(
    client: &Client,
    mut request: R,
    about: &About,
    reached: i64,
) -> Result<wire::Response<R::Response>> {
    let name = R::OPERATION.name;
    if let Some((group, is_own)) = about.group(client, request.group().is_some()) {
        let has_place = request.set_group(group);
        if is_own && !has_place {
            return Err(without_place(name));
        }
    }
    wire::check(&request).map_err(|exceeded| beyond(name, &exceeded))?;
    let options = about.options();
    let service = &client.parts().service;
    let named = |fault| Error::from_fault(name, fault);
    let answer = service.send(&request, &options).await.map_err(named)?;
    if let Some(rows) = request.rows(&answer.body) {
        rows.check(&answer, reached).map_err(named)?;
    }
    Ok(answer)
}

impl About {
    /// The group to name, and whether the caller says it of this one call. That counts before what the value (`has_group`), the
    /// handle or the client says.
    fn group<'a>(&'a self, client: &'a Client, has_group: bool) -> Option<(&'a str, bool)> {
        if let Some(own) = &self.group {
            return Some((own.as_str(), true));
        }
        let other = self.of_handle.as_ref().or(client.group());
        let other = other.filter(|_| !has_group);
        other.map(|group| (group.as_str(), false))
    }

    fn options(&self) -> CallOptions {
        let mut options = CallOptions::default();
        options.deadline = self.timeout;
        options
    }
}

fn refused(operation: &'static str, why: impl Into<Cow<'static, str>>) -> Error {
    Error::local(ErrorKind::InvalidInput, why).with_operation(operation)
}

fn without_place(operation: &'static str) -> Error {
    let why = "the group cannot be sent: it belongs in the body, and this call has none";
    refused(operation, why).with_help("Set the body, or leave the group out.")
}

fn beyond(operation: &'static str, exceeded: &Exceeded) -> Error {
    refused(operation, format!("{exceeded} (documented limit)"))
}

/// The shape of what will be sent, never a text.
impl<R: fmt::Debug, C> fmt::Debug for Call<R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Call").field(&self.request).finish()
    }
}
