//! What plain code decodes answers into: the documented fields, derived.
#![expect(
    dead_code,
    reason = "a field costs its decoding whether it is read or not"
)]

use serde::Deserialize;

/// A page of messages.
#[derive(Debug, Deserialize)]
pub(crate) struct Messages {
    pub(crate) count: Option<i64>,
    pub(crate) message_list: Vec<Message>,
    pub(crate) error_code: Option<String>,
    pub(crate) error_msg: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Message {
    pub(crate) accessory_list: Option<Vec<Attachment>>,
    pub(crate) content: Option<String>,
    pub(crate) create_time: Option<String>,
    pub(crate) iam_user_type: Option<i64>,
    pub(crate) is_first_message: Option<i64>,
    pub(crate) replier: Option<String>,
    pub(crate) replier_name: Option<String>,
    pub(crate) replier_type: Option<i64>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Attachment {
    pub(crate) accessory_id: Option<String>,
    pub(crate) file_actual_name: Option<String>,
}

/// What is unread.
#[derive(Debug, Deserialize)]
pub(crate) struct Unread {
    pub(crate) imunread: Vec<Count>,
    pub(crate) error_code: Option<String>,
    pub(crate) error_msg: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Count {
    pub(crate) status: Option<i64>,
    pub(crate) incident_id: Option<String>,
    pub(crate) unread_num: Option<i64>,
}

/// What is new.
#[derive(Debug, Deserialize)]
pub(crate) struct News {
    pub(crate) immsg: Option<Vec<Told>>,
    pub(crate) last_message_time_id: Option<String>,
    pub(crate) error_code: Option<String>,
    pub(crate) error_msg: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Told {
    pub(crate) incident_id: Option<String>,
    pub(crate) message_list: Option<Vec<Message>>,
}

/// A page of tickets.
#[derive(Debug, Deserialize)]
pub(crate) struct Tickets {
    pub(crate) total_count: Option<i64>,
    pub(crate) count: Option<i64>,
    pub(crate) incident_info_list: Vec<Ticket>,
    pub(crate) error_code: Option<String>,
    pub(crate) error_msg: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Ticket {
    pub(crate) xcustomer_id: Option<String>,
    pub(crate) xcustomer_name: Option<String>,
    pub(crate) status: Option<i64>,
    pub(crate) incident_id: Option<String>,
    pub(crate) business_type_name: Option<String>,
    pub(crate) incident_type_name: Option<String>,
    pub(crate) product_category_name: Option<String>,
    pub(crate) incident_service_type: Option<String>,
    pub(crate) customer_id: Option<String>,
    pub(crate) dc_name: Option<String>,
    pub(crate) simple_description: Option<String>,
    pub(crate) root_cause: Option<String>,
    pub(crate) resolution: Option<String>,
    pub(crate) create_time: Option<String>,
    pub(crate) confirmed_time: Option<String>,
    pub(crate) label_list: Option<Vec<Label>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Label {
    pub(crate) name: Option<String>,
    pub(crate) color: Option<String>,
}

/// What a write answers.
#[derive(Debug, Deserialize)]
pub(crate) struct Written {
    pub(crate) accessory_id: Option<String>,
    pub(crate) error_code: Option<String>,
    pub(crate) error_msg: Option<String>,
}
