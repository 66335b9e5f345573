//! What a new ticket can be about: the look-ups, and what a client keeps of them.

pub mod choices;
mod kept;
pub mod lookups;

use self::kept::Kept;

/// What a client keeps of the catalogue.
#[derive(Default)]
pub(crate) struct State {
    kept: Kept,
}
