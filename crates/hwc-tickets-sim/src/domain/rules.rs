//! What no document states and the simulator therefore had to choose. Each choice can be changed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ticket::Status;

/// How the support engineers behave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "mode")]
#[non_exhaustive]
pub enum Engineers {
    /// They never answer by themselves.
    Silent,
    /// They have an answer ready for each message, and give it when triggered.
    Manual,
    /// They answer by themselves, between `min` and `max` after the message. Which moment is theirs follows from the seed.
    Timed {
        /// Shortest time to an answer.
        min: Duration,
        /// Longest time to an answer.
        max: Duration,
    },
}

/// What the first poll, the one without a cursor, answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FirstPoll {
    /// The engineers' messages that the caller has not read.
    #[default]
    Unread,
    /// No message, only a cursor.
    Nothing,
    /// Every message of the tickets.
    Everything,
}

/// How a query for older messages compares times. Times have a resolution of one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MoreBoundary {
    /// Messages of an earlier second (`<`).
    #[default]
    Before,
    /// Messages of that second and earlier ones (`<=`).
    UpTo,
}

/// What a second recall of the same message answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecallAgain {
    /// It is refused: the message is no longer there.
    #[default]
    Refused,
    /// It succeeds again.
    Accepted,
}

/// What one unknown or foreign ticket among many does to the query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnknownTicket {
    /// It is left out of the answer.
    #[default]
    LeftOut,
    /// The whole query is refused.
    RefusesAll,
}

/// What a write answers whose effect was there before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Repeated {
    /// It is refused.
    Refused,
    /// It succeeds, and leaves things as they are.
    Accepted,
}

/// Which tickets a filter by several labels is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LabelFilter {
    /// Those with one of them.
    #[default]
    Any,
    /// Those with all of them.
    All,
}

/// What signing an agreement again answers (D-98).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignAgain {
    /// The record there is.
    #[default]
    SameRecord,
    /// A record of its own.
    AnotherRecord,
    /// It is refused.
    Refused,
}

/// What becomes of an id that no list of the catalogue has, or that does not go with the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnknownChoice {
    /// Opening and rating a ticket with it are refused.
    #[default]
    Refused,
    /// It is taken as it is.
    Accepted,
}

/// What a second rating of a ticket does (D-66).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ScoreAgain {
    /// It takes the place of the first one.
    #[default]
    Replaces,
    /// It is refused.
    Refused,
}

/// Which agreement is given for a kind of which there is none (D-99).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnknownAgreement {
    /// The one for new tickets, as the example of the documents has it.
    #[default]
    ForTickets,
    /// None: it is refused.
    Refused,
}

/// What becomes of the parts of a contact that a change leaves out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LeftOut {
    /// They stay.
    #[default]
    Kept,
    /// They are gone.
    Emptied,
}

/// What storing values of extra fields does to those that are there (D-73).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ValuesAgain {
    /// It takes their place.
    #[default]
    Replace,
    /// It adds to them, and takes the place of those of the same key.
    Add,
}

/// The choices. `Rules::default()` is a patient, friendly service whose engineers wait to be triggered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Rules {
    /// Time within which a message can be recalled. Default: 10 minutes.
    pub recall_window: Duration,
    /// What a second recall answers. Default: a refusal.
    pub recall_again: RecallAgain,
    /// Time until a submitted message shows in answers, at most one hour. Default: none.
    pub visible_lag: Duration,
    /// Most messages of one poll answer; the rest comes with the next poll. Default: 200.
    pub poll_limit: usize,
    /// What a poll without a cursor answers. Default: unread messages.
    pub first_poll: FirstPoll,
    /// Comparison of a query for older messages. Default: strictly before.
    pub more_boundary: MoreBoundary,
    /// What one unknown ticket does to a query about many. Default: left out.
    pub unknown_ticket: UnknownTicket,
    /// How the engineers behave. Default: they answer when triggered.
    pub engineers: Engineers,
    /// Most requests of one customer within one second of the clock; further ones are throttled with 429 and
    /// `Retry-After: 1`. No limit is published. Default: none.
    pub requests_per_second: Option<u32>,
    /// Whether the answers of the service tell the time (`Date`); no document promises it. Default: yes.
    pub tells_time: bool,
    /// Seconds by which that time is ahead of the one that messages are stamped with; behind it below zero. Default: 0.
    pub date_ahead: i64,
    /// How long ago a machine on the way stored what it gives to a `GET`, in whole seconds: the answer has the header `Age`, and a `Date`
    /// that is so much earlier. What it tells besides is of now all the same. Default: zero, nothing is stored.
    pub stored_for: Duration,
    /// Most messages the world stores; beyond that every submit is refused. Default: 4,000,000.
    pub capacity: usize,
    /// Most bytes of all files together; beyond that every upload is refused. Default: 1 GiB.
    pub storage: usize,
    /// Most bytes that a customer uploads in one day of UTC; no limit is published. Default: none.
    pub daily_upload: Option<usize>,
    /// Most verification codes that a customer is sent in one day of UTC; no limit is published. Default: none.
    pub daily_codes: Option<u32>,
    /// Time for which a verified contact stays so. For a mail address three months are documented. Default: 90 days.
    pub verification_lifetime: Duration,
    /// What signing an agreement again answers. Default: the record there is.
    pub sign_again: SignAgain,
    /// Which agreement is given for a kind of which there is none. Default: the one for new tickets.
    pub unknown_agreement: UnknownAgreement,
    /// Most files of one download (D-53). Default: 10.
    pub archive_limit: usize,
    /// How long a link to a file works (D-78). Default: 15 minutes.
    pub link_lifetime: Duration,
    /// How many files of a ticket or a message the service tells for the most. Default: 5, as the example.
    pub upload_count: usize,
    /// How large a file may be that is uploaded, in MB, as the service tells it. Default: 4, as the example.
    pub upload_megabytes: usize,
    /// How the names of files end that are uploaded, as the service tells it (D-77), with commas between them.
    pub upload_kinds: String,
    /// Hold uploads, and the files of a message, to what the service tells (D-52). Default: off, only the gateway has a limit.
    pub upload_limits_hold: bool,
    /// Let a file be deleted that a message has; it is gone there, too. Default: off.
    pub used_files_deletable: bool,
    /// Refuse to show a file as an image that by its name is none. Default: off, it is given.
    pub images_only: bool,
    /// Most labels of an account; no number is published. Default: 10,000.
    pub label_limit: usize,
    /// Let two labels of an account have one name (D-81). Default: on.
    pub equal_label_names: bool,
    /// What putting a label on a ticket answers that has it. Default: it succeeds.
    pub label_again: Repeated,
    /// What taking a label off a ticket answers that has it not. Default: a refusal.
    pub label_gone: Repeated,
    /// Most tickets that belong to a ticket. Default: 3.
    pub related_limit: usize,
    /// Let a relation hold for that ticket only to which it was added (D-83). Default: off, it holds for both.
    pub relations_one_way: bool,
    /// What adding a relation answers that is there. Default: it succeeds.
    pub relation_again: Repeated,
    /// What ending a relation answers that is not there. Default: a refusal.
    pub relation_gone: Repeated,
    /// What a filter by several labels means. Default: one of them is enough.
    pub label_filter: LabelFilter,
    /// States in which a ticket can be cancelled. Default: while nobody has accepted it.
    pub cancel_in: Vec<Status>,
    /// States in which it can be closed. Default: in progress, and when the result waits for the customer's word.
    pub close_in: Vec<Status>,
    /// States in which it can be urged. Default: until it is accepted, and in progress.
    pub urge_in: Vec<Status>,
    /// States in which it can be deleted. Default: completed, cancelled, invalid.
    pub delete_in: Vec<Status>,
    /// States in which it can be rated (D-66). Default: completed.
    pub score_in: Vec<Status>,
    /// Time between two urges. Default: one hour.
    pub urge_interval: Duration,
    /// Time from opening to the first urge. Default: none.
    pub urge_after: Duration,
    /// What a second rating does. Default: it takes the place of the first one.
    pub score_again: ScoreAgain,
    /// What becomes of the parts of a contact that a change leaves out. Default: they stay.
    pub contact_left_out: LeftOut,
    /// What storing values of extra fields does to those that are there. Default: it takes their place.
    pub values_again: ValuesAgain,
    /// What becomes of an id that the catalogue does not have. Default: a refusal.
    pub unknown_choice: UnknownChoice,
    /// Whether a ticket without its mandatory extra fields is refused. Default: yes.
    pub extra_fields_required: bool,
    /// Whether a contact that is neither registered nor verified, under the id that is named, is refused (D-63). Default: yes.
    pub contacts_verified: bool,
    /// The key of `extension_map` under which the mail addresses for copies stand, with commas between them (D-62).
    /// Default: `cc_email`.
    pub copies_key: String,
    /// Most tickets of one kind of problem and product that an account opens, deleted ones included (D-90). Default: no
    /// limit.
    pub quota: Option<usize>,
    /// Whether users inside an account may open tickets. Default: yes.
    pub sub_users_open: bool,
    /// Whether customers have a support plan: without one nobody chooses a severity or reports a fault. Default: yes.
    pub support_plan: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            recall_window: Duration::from_secs(600),
            recall_again: RecallAgain::default(),
            visible_lag: Duration::ZERO,
            poll_limit: 200,
            first_poll: FirstPoll::default(),
            more_boundary: MoreBoundary::default(),
            unknown_ticket: UnknownTicket::default(),
            engineers: Engineers::Manual,
            requests_per_second: None,
            tells_time: true,
            date_ahead: 0,
            stored_for: Duration::ZERO,
            capacity: 4_000_000,
            storage: 1 << 30,
            daily_upload: None,
            daily_codes: None,
            verification_lifetime: Duration::from_secs(90 * 24 * 60 * 60),
            sign_again: SignAgain::default(),
            unknown_agreement: UnknownAgreement::default(),
            archive_limit: 10,
            link_lifetime: Duration::from_secs(15 * 60),
            upload_count: 5,
            upload_megabytes: 4,
            upload_kinds: "jpg,jpeg,bmp,png,gif,txt,zip,docx,msg,eml,xlsx,pdf,log,ini,mp4,mov"
                .to_owned(),
            upload_limits_hold: false,
            used_files_deletable: false,
            images_only: false,
            label_limit: 10_000,
            equal_label_names: true,
            label_again: Repeated::Accepted,
            label_gone: Repeated::Refused,
            related_limit: 3,
            relations_one_way: false,
            relation_again: Repeated::Accepted,
            relation_gone: Repeated::Refused,
            label_filter: LabelFilter::default(),
            cancel_in: vec![Status::Waiting],
            close_in: vec![Status::InProgress, Status::ToConfirm],
            urge_in: vec![Status::Waiting, Status::InProgress],
            delete_in: vec![Status::Completed, Status::Cancelled, Status::Invalid],
            score_in: vec![Status::Completed],
            urge_interval: Duration::from_secs(3600),
            urge_after: Duration::ZERO,
            score_again: ScoreAgain::default(),
            contact_left_out: LeftOut::default(),
            values_again: ValuesAgain::default(),
            unknown_choice: UnknownChoice::default(),
            extra_fields_required: true,
            contacts_verified: true,
            copies_key: "cc_email".to_owned(),
            quota: None,
            sub_users_open: true,
            support_plan: true,
        }
    }
}
