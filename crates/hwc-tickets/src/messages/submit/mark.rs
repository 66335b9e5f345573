//! The mark by which a message is known again among those of one ticket.

use crate::messages::message::MessageKey;

/// The beginning of a message key: enough to know a message again among those of one ticket.
pub(super) type Mark = [u8; 8];

/// The beginning of a key.
pub(crate) fn mark(key: MessageKey) -> Mark {
    let mut mark = Mark::default();
    mark.iter_mut()
        .zip(key.as_bytes())
        .for_each(|(to, from)| *to = *from);
    mark
}
