//! The operations the simulator answers, by the names the service gives them.

use http::Method;
use serde::{Deserialize, Serialize};

/// An operation of the service, or of IAM beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Operation {
    /// Submits a message.
    CreateMessages,
    /// Lists messages by offset.
    ListMessages,
    /// Lists messages older than a given one.
    ListMoreInstantMessages,
    /// Polls several tickets for new messages.
    ListNewInstantMessages,
    /// Counts unread messages of several tickets.
    ListUnreadNewInstantMessages,
    /// Marks the messages of a ticket as read.
    UpdateNewInstantMessagesRead,
    /// Recalls a message.
    RevokeMessage,
    /// Shows a ticket with its messages.
    ShowCaseDetail,
    /// Shows the status of a ticket.
    ShowCaseStatus,
    /// IAM: makes a token of a password.
    CreateToken,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Operation; 10] = [
        Operation::CreateMessages,
        Operation::ListMessages,
        Operation::ListMoreInstantMessages,
        Operation::ListNewInstantMessages,
        Operation::ListUnreadNewInstantMessages,
        Operation::UpdateNewInstantMessagesRead,
        Operation::RevokeMessage,
        Operation::ShowCaseDetail,
        Operation::ShowCaseStatus,
        Operation::CreateToken,
    ];

    /// Name of the operation on the wire side, such as `createMessages`.
    pub fn name(self) -> &'static str {
        match self {
            Operation::CreateMessages => "createMessages",
            Operation::ListMessages => "listMessages",
            Operation::ListMoreInstantMessages => "listMoreInstantMessages",
            Operation::ListNewInstantMessages => "listNewInstantMessages",
            Operation::ListUnreadNewInstantMessages => "listUnreadNewInstantMessages",
            Operation::UpdateNewInstantMessagesRead => "updateNewInstantMessagesRead",
            Operation::RevokeMessage => "revokeMessage",
            Operation::ShowCaseDetail => "showCaseDetail",
            Operation::ShowCaseStatus => "showCaseStatus",
            Operation::CreateToken => "createToken",
        }
    }

    /// Its method.
    pub fn method(self) -> Method {
        match self {
            Operation::CreateMessages
            | Operation::UpdateNewInstantMessagesRead
            | Operation::RevokeMessage
            | Operation::CreateToken => Method::POST,
            _ => Method::GET,
        }
    }

    /// Its path, as a template.
    pub fn path(self) -> &'static str {
        match self {
            Operation::CreateMessages => "/v2/servicerequest/cases/{case_id}/message",
            Operation::ListMessages => "/v2/servicerequest/cases/{case_id}/messages",
            Operation::ListMoreInstantMessages => {
                "/v2/servicerequest/cases/{case_id}/instant-messages/more"
            }
            Operation::ListNewInstantMessages => "/v2/servicerequest/cases/instant-messages",
            Operation::ListUnreadNewInstantMessages => {
                "/v2/servicerequest/cases/instant-messages/unread"
            }
            Operation::UpdateNewInstantMessagesRead => {
                "/v2/servicerequest/cases/{case_id}/instant-messages/unread"
            }
            Operation::RevokeMessage => {
                "/v2/servicerequest/cases/{case_id}/instant-messages/{message_id}/withdraw"
            }
            Operation::ShowCaseDetail => "/v2/servicerequest/cases/{case_id}",
            Operation::ShowCaseStatus => "/v2/servicerequest/cases/{case_id}/status",
            Operation::CreateToken => "/v3/auth/tokens",
        }
    }
}
