//! The operations the simulator answers, by the names the service gives them.

use std::sync::LazyLock;

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
    /// Lists tickets that fit a filter.
    ListCases,
    /// Lists tickets by page number, in an older form.
    ListOrderIncident,
    /// Uploads a file.
    UploadAccessory,
    /// Downloads one file, or several as an archive.
    DownloadAccessories,
    /// Gives a label another name and colour.
    UpdateLabels,
    /// Takes a related ticket off a ticket.
    DeleteRelation,
    /// IAM: makes a token of a password.
    CreateToken,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Operation; 16] = [
        Operation::CreateMessages,
        Operation::ListMessages,
        Operation::ListMoreInstantMessages,
        Operation::ListNewInstantMessages,
        Operation::ListUnreadNewInstantMessages,
        Operation::UpdateNewInstantMessagesRead,
        Operation::RevokeMessage,
        Operation::ShowCaseDetail,
        Operation::ShowCaseStatus,
        Operation::ListCases,
        Operation::ListOrderIncident,
        Operation::UploadAccessory,
        Operation::DownloadAccessories,
        Operation::UpdateLabels,
        Operation::DeleteRelation,
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
            Operation::ListCases => "listCases",
            Operation::ListOrderIncident => "listOrderIncident",
            Operation::UploadAccessory => "uploadAccessory",
            Operation::DownloadAccessories => "downloadAccessories",
            Operation::UpdateLabels => "updateLabels",
            Operation::DeleteRelation => "deleteRelation",
            Operation::CreateToken => "createToken",
        }
    }

    /// Its method.
    pub fn method(self) -> Method {
        // A test holds every method of the table to be one.
        self.described().map_or(Method::POST, |operation| {
            Method::from_bytes(operation.method.as_bytes()).unwrap_or_default()
        })
    }

    /// Its path, as a template.
    pub fn path(self) -> &'static str {
        self.described()
            .map_or("/v3/auth/tokens", |operation| &operation.path)
    }

    /// What the description says of it; nothing of the one operation that is IAM's.
    fn described(self) -> Option<&'static Described> {
        DESCRIBED
            .iter()
            .find(|operation| operation.name == self.name())
    }
}

/// A row of the description's table of operations.
#[derive(Debug, Deserialize)]
struct Described {
    name: String,
    method: String,
    path: String,
}

#[derive(Deserialize)]
struct Table {
    operations: Vec<Described>,
}

/// The table, put into this package by `cargo xtask codegen`.
const SOURCE: &str = include_str!("../spec/operations.json");

static DESCRIBED: LazyLock<Vec<Described>> = LazyLock::new(|| {
    serde_json::from_str::<Table>(SOURCE).map_or_else(|_| Vec::new(), |table| table.operations)
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_described_operation_is_answered_under_its_method_and_path() {
        let table: Table = serde_json::from_str(SOURCE).expect("the table has its form");
        assert_eq!(table.operations.len() + 1, Operation::ALL.len(), "and IAM");
        for described in table.operations {
            let operation = Operation::ALL
                .into_iter()
                .find(|operation| operation.name() == described.name)
                .unwrap_or_else(|| panic!("{} is not answered", described.name));
            assert_eq!(operation.method().as_str(), described.method);
            assert_eq!(operation.path(), described.path);
        }
        assert_eq!(Operation::CreateToken.method(), Method::POST);
        assert_eq!(Operation::CreateToken.path(), "/v3/auth/tokens");
    }
}
