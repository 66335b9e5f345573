//! Guides: how things work, and why so. No code is in here.

#[doc = include_str!("../docs/delivery.md")]
pub mod delivery {}

#[doc = include_str!("../docs/errors.md")]
pub mod errors {}

#[doc = include_str!("../docs/time.md")]
pub mod time {}
