//! A call of an operation, before it is made.

use crate::{
    client::Client,
    error::{Error, ErrorKind, Result},
    ids::GroupId,
};
use hwc_core::CallOptions;
use hwc_tickets_wire as wire;
use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};
use wire::{Measured, Request, Response};

/// An operation of the description as a value. Implemented by the generator for every one of [`models`](super::models).
pub trait Described: Request + Measured + Clone + Send + Sync + 'static {
    /// Where the group stands that the call acts for, if it takes one.
    #[doc(hidden)]
    fn group(&mut self) -> Option<&mut Option<String>> {
        None
    }
}

/// Who makes calls: a [`Client`], or one that waits.
pub trait Caller: Clone + sealed::Sealed {
    #[doc(hidden)]
    fn client(&self) -> &Client;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Client {}
    #[cfg(feature = "blocking")]
    impl Sealed for crate::blocking::Client {}
}

impl Caller for Client {
    fn client(&self) -> &Client {
        self
    }
}

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
    pub(crate) group: Option<GroupId>,
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
                group: group.cloned(),
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
    type Output = Result<Response<R::Response>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { send(&self.caller, self.request, &self.about).await })
    }
}

#[cfg(feature = "blocking")]
impl<R: Described> Call<R, crate::blocking::Client>
where
    R::Response: Send,
{
    /// Makes the call, and waits for its end.
    ///
    /// # Errors
    /// As every call; [`ErrorKind::InsideRuntime`] inside an asynchronous runtime.
    pub fn call(self) -> Result<Response<R::Response>> {
        let Self {
            caller,
            request,
            about,
        } = self;
        caller.wait_for(|client| send(client, request, &about))
    }
}

/// Sends a request: the group put in where there is a place for it and it has none, and its limits checked.
pub(super) async fn send<R: Described>(
    client: &Client,
    mut request: R,
    about: &About,
) -> Result<Response<R::Response>> {
    let name = R::OPERATION.name;
    if let Some(group) = request.group()
        && group.is_none()
    {
        let own = about.group.as_ref().or(client.group());
        *group = own.map(GroupId::to_string);
    }
    wire::check(&request).map_err(|exceeded| {
        let detail = format!("{exceeded} (documented limit)");
        Error::local(ErrorKind::InvalidInput, detail).with_operation(name)
    })?;
    let mut options = CallOptions::default();
    options.deadline = about.timeout;
    let answer = client.parts().service.send(&request, &options).await;
    answer.map_err(|fault| Error::from_fault(name, fault))
}

/// The shape of what will be sent, never a text.
impl<R: fmt::Debug, C> fmt::Debug for Call<R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Call").field(&self.request).finish()
    }
}
