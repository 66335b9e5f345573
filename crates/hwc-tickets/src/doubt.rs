//! What settling a doubt about a write needs, whatever was written: texts as they are compared, and what one is recognised by.

pub(crate) mod account;
mod canonical;
pub(crate) mod fingerprint;
mod fold;
pub(crate) mod id;
pub(crate) mod key;
pub(crate) mod moment;
pub(crate) mod origin;
pub(crate) mod own;
pub(crate) mod pace;
pub(crate) mod part_key;
pub(crate) mod random;
pub(crate) mod record;
pub(crate) mod units;
pub(crate) mod written;
