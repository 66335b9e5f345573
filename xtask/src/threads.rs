//! Two things at the same time: a machine has two cores at least, and nobody likes to wait for a check.

use std::{panic, thread};

/// Does `other` on a thread of its own while this one does `own`. A panic of either goes on here.
pub fn both<A: Send, B>(other: impl FnOnce() -> A + Send, own: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let other = scope.spawn(other);
        let own = own();
        let other = other.join();
        (other.unwrap_or_else(|why| panic::resume_unwind(why)), own)
    })
}
