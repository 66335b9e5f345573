//! How much messages look like one that was sent: by their side, author, tag, text and files.

use super::Likeness::{self, Different, Folded, Possible, Proven, Same};
use crate::{
    doubt::fingerprint::{Fingerprint, Forms},
    ids::AttachmentId,
    messages::message::{Attachment, Message, MessageKind},
    time::MessageTime,
};
use jiff::Timestamp;

/// Whose message is looked for.
const OWN: &str = "own-user";
const TAG: &str = "[ref 7F3K2Q]";

fn shown(kind: MessageKind, text: &str) -> Message {
    Message::new(kind, MessageTime::from(Timestamp::UNIX_EPOCH), text)
}

/// How much `message` looks like one that was sent with this text, these files and this tag.
fn likeness(text: &str, files: &[&str], tag: Option<&str>, message: &Message) -> Likeness {
    let files: Vec<AttachmentId> = (files.iter())
        .map(|id| AttachmentId::new(id).unwrap())
        .collect();
    let sent = Fingerprint::of(text, &files).unwrap();
    sent.likeness(message, &Forms::of(&message.content), Some(OWN), tag)
}

/// A side can be told wrongly: what has the text or the tag may be the message all the same.
#[test]
fn what_the_support_says_is_another_message_unless_it_looks_like_this_one() {
    let tagged = "ping [ref 7F3K2Q]";
    for (text, tag, answer, wanted) in [
        ("The disk is full.", None, "Please wait.", Different),
        ("The disk is full.", None, "The disk is full.", Possible),
        ("The disk  is full.", None, "The disk is full.", Possible),
        // It has no folded form.
        ("\u{200b}", None, "\u{200b}", Possible),
        (tagged, Some(TAG), "You wrote [ref 7F3K2Q].", Possible),
        (tagged, Some(TAG), "Please wait.", Different),
        // Files alone were sent: a message without a text is not like them.
        ("", None, "", Different),
    ] {
        let message = shown(MessageKind::Support, answer);
        let told = likeness(text, &[], tag, &message);
        assert_eq!(told, wanted, "{text:?} {tag:?} {answer:?}");
    }
}

#[test]
fn the_text_and_the_tag_count_with_the_own_author() {
    let text = "ping [ref 7F3K2Q]";
    for (author, tag, wanted) in [
        (Some(OWN), None, Same),
        (Some("colleague"), None, Possible),
        // Who wrote it is not told.
        (None, None, Same),
        (Some(OWN), Some(TAG), Proven),
        (Some("colleague"), Some(TAG), Possible),
        (None, Some(TAG), Proven),
    ] {
        let mut message = shown(MessageKind::Customer, text);
        message.author.id = author.map(str::to_owned);
        let told = likeness(text, &[], tag, &message);
        assert_eq!(told, wanted, "{author:?} {tag:?}");
    }
}

/// Answers may leave out files, and name none that was not sent. Without a text, only files tell one message from another.
#[test]
fn files_speak_against_a_message_when_one_is_not_known() {
    for (text, files, answer, listed, is_unknown, wanted) in [
        ("log", &["a", "b"][..], "log", &["b"][..], false, Same),
        ("log", &[], "log", &[], false, Same),
        ("log", &[], "log", &["a"], false, Possible),
        ("log", &[], "log", &[], true, Same),
        ("log", &["a"], "log", &["a", "c"], false, Possible),
        ("log", &["a"], "log", &[], false, Same),
        ("log", &["a"], "log", &[], true, Same),
        ("the  log", &["a"], "the log", &[], false, Folded),
        ("", &["a"], "", &["a"], false, Same),
        ("", &["a"], "", &["c"], false, Possible),
        ("", &["a"], "", &[], false, Possible),
        ("", &["a"], "", &[], true, Possible),
    ] {
        let attachments = (listed.iter())
            .map(|id: &&str| Attachment::new(*id, "log.txt"))
            .collect();
        let message = shown(MessageKind::Customer, answer)
            .attachments(attachments)
            .attachments_unknown(is_unknown);
        let told = likeness(text, files, None, &message);
        let case = (text, files, answer, listed, is_unknown);
        assert_eq!(told, wanted, "{case:?}");
    }
}
