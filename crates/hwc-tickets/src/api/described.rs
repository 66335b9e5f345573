//! An operation of the description as a value, and who calls it.

use super::rows::Rows;
use crate::client::Client;
use hwc_tickets_wire::{Measured, Request};

/// An operation of the description as a value. Implemented by the generator for every one of [`models`](super::models), and by
/// nobody else.
pub trait Described:
    sealed::Described + Request + Measured + Clone + Send + Sync + 'static
{
    /// What a success brings to a caller: a struct of [`models`](super::models), or a [`Download`](super::Download).
    type Answer<C: Caller>: Send;
    /// Gives it to `caller`.
    #[doc(hidden)]
    fn answer<C: Caller>(body: Self::Response, caller: &C) -> Self::Answer<C>;
    /// The group that the value itself names.
    #[doc(hidden)]
    fn group(&self) -> Option<&str> {
        None
    }
    /// Names the group that the call acts for. `false`: there is no place for it.
    #[doc(hidden)]
    fn set_group(&mut self, _group: &str) -> bool {
        false
    }
    /// What an answer holds of its list, if it comes in pages.
    #[doc(hidden)]
    fn rows(&self, _answer: &Self::Response) -> Option<Rows> {
        None
    }
}

/// Who makes calls: a [`Client`], or one that waits.
pub trait Caller: Clone + Send + Sync + 'static + sealed::Sealed {
    #[doc(hidden)]
    fn client(&self) -> &Client;
}

pub(crate) mod sealed {
    /// Of the operations of the description.
    pub trait Described {}
    /// Of those who call.
    pub trait Sealed {}
    impl Sealed for crate::Client {}
}

impl Caller for Client {
    fn client(&self) -> &Client {
        self
    }
}
