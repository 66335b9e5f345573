//! A success of a call, and its facts.

use crate::error::Error;
use hwc_core::Fault;
use hwc_tickets_wire::{self as wire, FromFault};

/// A success, and its facts.
///
/// What is asked of it (`needs`, `unlike`, `into_list`) fails as an [`Error`] of
/// [`ErrorKind::Protocol`](crate::ErrorKind::Protocol). What comes in pages is looked at before already: see
/// [`Call::pages`](super::Call::pages).
pub type Response<T> = wire::Response<T, Error>;

/// As a failure of the operation that the fault names.
impl FromFault for Error {
    fn from_fault(fault: Fault) -> Self {
        let operation = fault.operation;
        let error = Self::from(fault);
        match operation {
            Some(name) => error.with_operation(name),
            None => error,
        }
    }
}
