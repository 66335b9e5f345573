//! Guides: how things work, and why so. No code is in here.

#[doc = include_str!("../docs/attachments.md")]
pub mod attachments {}

#[doc = include_str!("../docs/compare.md")]
pub mod compare {}

#[doc = include_str!("../docs/configuration.md")]
pub mod configuration {}

#[doc = include_str!("../docs/delivery.md")]
pub mod delivery {}

#[doc = include_str!("../docs/design.md")]
pub mod design {}

#[doc = include_str!("../docs/errors.md")]
pub mod errors {}

#[doc = include_str!("../docs/following.md")]
pub mod following {}

#[doc = include_str!("../docs/opening.md")]
pub mod opening {}

#[doc = include_str!("../docs/operations.md")]
pub mod operations {}

#[doc = include_str!("../docs/paging.md")]
pub mod paging {}

// Shown without the features that it is about, so it names their items and does not link to them.
#[doc = include_str!("../docs/testing.md")]
pub mod testing {}

#[doc = include_str!("../docs/time.md")]
pub mod time {}
