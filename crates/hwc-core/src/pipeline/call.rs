//! One call, whatever attempts it takes.

use super::prepare::Prepared;
use crate::{Idempotency, Makes, ResponseContent, deadline::Deadline};

/// What holds for every attempt of a call.
pub(super) struct Call<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) idempotency: Idempotency,
    pub(super) response: ResponseContent,
    pub(super) makes: Makes,
    pub(super) body_limit: Option<u64>,
    /// The deadline over everything. `None`: the call streams, and none was set.
    pub(super) total: Option<Deadline>,
}
