//! Every oddity of the service, in one place, each with a switch and the number under which
//! `spec/discrepancies.md` tells its story.
//!
//! What no document says at all is not an oddity but a choice of this simulator: those stand in
//! [`Rules`](crate::Rules).

use serde::{Deserialize, Serialize};

/// The body of a write that succeeded. No document shows one for submit and recall (D-36).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SuccessBody {
    /// `{}`.
    #[default]
    EmptyObject,
    /// `{"error_msg":""}`, as another operation of the service shows it (D-50).
    EmptyErrorMsg,
    /// `{"error_code":"","error_msg":""}`.
    EmptyFields,
    /// `{"error_code":"OSM.0000","error_msg":"success"}`, as sister services say it (D-50).
    ZeroCode,
    /// No body at all.
    Nothing,
    /// The JSON word `null`.
    Null,
}

/// How `create_time` is written in answers (D-13, D-14).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimeFormat {
    /// `2020-07-09 00:00:00`, without a zone, in the zone of `X-Time-Zone`. The documented form.
    #[default]
    ZoneLess,
    /// `2020-07-08T16:00:00Z`.
    Utc,
    /// `2020-07-08T16:00:00.000Z`.
    UtcMillis,
    /// `2020-07-09T00:00:00+08:00`, in the zone of `X-Time-Zone`.
    Offset,
    /// `"1594224000000"`: milliseconds since 1970, as text.
    EpochText,
    /// `1594224000000`: the same as a number, against the documented type.
    EpochNumber,
}

/// Which forms of `create_time` the query of listMoreInstantMessages may have (D-12).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimeQuery {
    /// Both forms.
    #[default]
    Either,
    /// Only the text that answers carry, `2020-07-09 00:00:00`.
    Text,
    /// Only a number of milliseconds since 1970.
    Millis,
}

/// What the field `status` beside an unread count or in a poll answer means (D-19, D-20).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StatusMeaning {
    /// As the Chinese pages say: 1 online and 0 offline beside an unread count; 0 unread and 1 read
    /// in a poll answer.
    #[default]
    Flag,
    /// As the names suggest: the status of the ticket.
    Ticket,
}

/// The HTTP status of business errors (D-26).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BusinessStatus {
    /// 200, as the table of error codes says.
    #[default]
    Ok,
    /// 400, 401, 403, 404, 429 or 500 by the kind of error, as an older page says.
    ByCategory,
}

/// The `Content-Type` of a file (D-54).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FileType {
    /// `application/octet-stream`.
    #[default]
    Bytes,
    /// By the end of the file name: `text/plain` for `.log`, `application/json` for `.json`.
    ByName,
}

/// The switches. `Quirks::default()` behaves as the documents say the service does, oddities included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Quirks {
    /// Refuse a submit that has no `type` (D-01). Newer documents lack the field. Default: off.
    pub type_required: bool,
    /// Longest text of a submit, in UTF-16 units (D-03: 1200, 2000 or 10000). Default: 2000.
    pub content_limit: usize,
    /// Cut `content` in answers at so many UTF-16 units (D-04: the read model says 400). Default: off.
    pub cut_content: Option<usize>,
    /// Cut `error_msg` at so many characters (D-05: the table says 32, the catalogue is longer). Default: off.
    pub cut_error_msg: Option<usize>,
    /// Longest ticket id one can recall in (D-06, D-35: 32 there, 64 elsewhere). Default: 32.
    pub recall_id_limit: usize,
    /// Marking as read answers `{"group_id": ..}`, the group of the request (D-08, D-09). Default: on.
    pub mark_read_echo: bool,
    /// Refuse queries without their mandatory parameters (D-10, D-11: the examples have none). When off, a query
    /// without `case_ids` is about every ticket of the caller, and a query for older messages starts at the newest
    /// one. Default: on.
    pub mandatory_query: bool,
    /// Forms of `create_time` in a query (D-12). Default: both.
    pub time_query: TimeQuery,
    /// Form of `create_time` in answers (D-13, D-14). Default: without a zone.
    pub time_format: TimeFormat,
    /// Give `message_id` in lists too (D-15: only ticket detail has it). Default: off.
    pub message_id_in_lists: bool,
    /// Give `replier_type` in lists (D-17: the table has it, the examples do not). Default: on.
    pub replier_type_in_lists: bool,
    /// Give `type` in lists (D-18: the documents say it may vanish). Default: on.
    pub type_in_lists: bool,
    /// Meaning of `status` beside an unread count (D-19). Default: 1 online, 0 offline.
    pub unread_status: StatusMeaning,
    /// Meaning of `status` in a poll answer (D-20). Default: 0 unread, 1 read.
    pub poll_status: StatusMeaning,
    /// Accept `limit=0`, which answers an empty page (D-21). Default: on.
    pub zero_limit: bool,
    /// Status of business errors (D-26). Default: 200.
    pub business_status: BusinessStatus,
    /// Read `case_ids=a,b` as two ids (D-27: examples join with commas, every SDK repeats the key). Default: off.
    pub comma_lists: bool,
    /// Most attachments of one submit (D-29: the read model says 5). Default: 10.
    pub attachment_limit: usize,
    /// Refuse the ticket of a colleague without its group (D-32). Default: on.
    pub group_required: bool,
    /// `count` beside older messages counts only messages that old (D-48). Default: off, it counts the ticket's.
    pub count_of_older: bool,
    /// Highest `count` and `unread_num` that is told (D-33). Default: 65535.
    pub count_limit: usize,
    /// Take zone names such as `Asia/Shanghai` and `Etc/GMT-8` in `X-Time-Zone` (D-49). Default: on.
    pub zone_names: bool,
    /// Body of a write that succeeded (D-36, D-50). Default: an empty object.
    pub success_body: SuccessBody,
    /// Answer `null` for a list that is empty. Default: off.
    pub null_lists: bool,
    /// Answer numbers as text, as another page of the service types one of its numbers (D-42). Default: off.
    pub numbers_as_text: bool,
    /// Call the total of listCases `count` (D-57: an older page does). Default: off, `total_count`.
    pub total_as_count: bool,
    /// `Content-Type` of a file (D-54). Default: bytes.
    pub file_type: FileType,
    /// Give the name of a file in `Content-Disposition` (D-54). Default: on.
    pub file_name_header: bool,
    /// Refuse to add and to end a relation without a group (D-55, D-83: one edition calls it mandatory). Default: off.
    pub relation_group_required: bool,
    /// Refuse to give links to several files without a group (D-74: one edition calls it mandatory). Default: off.
    pub links_group_required: bool,
    /// Tell the limits of uploads as numbers (D-77: the example has numbers, the tables have texts). Default: off.
    pub upload_limits_as_numbers: bool,
    /// Most labels of a ticket (D-82: one table says 3). Default: 5.
    pub ticket_label_limit: usize,
}

impl Default for Quirks {
    fn default() -> Self {
        Quirks {
            type_required: false,
            content_limit: 2000,
            cut_content: None,
            cut_error_msg: None,
            recall_id_limit: 32,
            mark_read_echo: true,
            mandatory_query: true,
            time_query: TimeQuery::default(),
            time_format: TimeFormat::default(),
            message_id_in_lists: false,
            replier_type_in_lists: true,
            type_in_lists: true,
            unread_status: StatusMeaning::default(),
            poll_status: StatusMeaning::default(),
            zero_limit: true,
            business_status: BusinessStatus::default(),
            comma_lists: false,
            attachment_limit: 10,
            group_required: true,
            count_of_older: false,
            count_limit: 65_535,
            zone_names: true,
            success_body: SuccessBody::default(),
            null_lists: false,
            numbers_as_text: false,
            total_as_count: false,
            file_type: FileType::default(),
            file_name_header: true,
            relation_group_required: false,
            links_group_required: false,
            upload_limits_as_numbers: false,
            ticket_label_limit: 5,
        }
    }
}
