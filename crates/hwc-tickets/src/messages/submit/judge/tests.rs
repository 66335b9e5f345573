//! Which message of a ticket is noted as that of a submit.

use super::*;
use crate::{
    messages::{message::MessageKind, wire::MessagePage},
    time::MessageTime,
};

/// While another submit can have made it, or submits may exist that nobody wrote down, it may be that of another.
#[test]
fn a_message_is_noted_where_no_other_submit_can_have_made_it() {
    let time = MessageTime::from(Timestamp::UNIX_EPOCH);
    let message = Message::new(MessageKind::Customer, time, "ping");
    let page = MessagePage {
        messages: vec![message.clone()],
        ..MessagePage::default()
    };
    let mut snapshot = Snapshot::default();
    snapshot.add(&page);
    for (is_kept, rivals, is_noted) in [
        (true, 0, true),
        (true, 1, false),
        (false, 0, false),
        (false, 1, false),
    ] {
        let new = New {
            same: vec![&message],
            ..New::default()
        };
        let mut standing = Standing::default();
        standing.is_kept = is_kept;
        standing.rivals = rivals;
        let noted = landed(&new, &standing, &snapshot);
        let wanted = is_noted.then(|| Seen::of(message.key(), 1));
        assert_eq!(noted, wanted, "{is_kept} {rivals}");
    }
}
