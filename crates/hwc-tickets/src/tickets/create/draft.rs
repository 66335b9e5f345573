//! A ticket before it is opened.

use crate::{ids::AttachmentId, setters::setters};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// A ticket before it is opened: what it is about, and whom to reach.
///
/// Ids come from [`Lookups`](crate::lookups::Lookups). Making one sends nothing; [`Client::check_ticket`](crate::Client::check_ticket)
/// says what is wrong with it, [`Client::create_ticket`](crate::Client::create_ticket) opens it.
///
/// ```
/// use hwc_tickets::TicketDraft;
/// let draft = TicketDraft::new("7d3e0c52b8f94a1e96c47f20d15ab8e3", "The disk is full again.")
///     .product("123")
///     .region("cn-north-4")
///     .extra("impact", "part");
/// assert!(!format!("{draft:?}").contains("disk"));
/// // To be kept in a queue, with all that is in it but the code of a verification.
/// let kept = serde_json::to_string(&draft)?;
/// assert_eq!(serde_json::from_str::<TicketDraft>(&kept)?.description, draft.description);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TicketDraft {
    /// Id of the kind of problem.
    pub problem_type: String,
    /// What it is about: at most 1200 UTF-16 units.
    pub description: String,
    /// Id of the category.
    pub category: Option<String>,
    /// Id of the product.
    pub product: Option<String>,
    /// Id of the region. The report of a fault needs one.
    pub region: Option<String>,
    /// Id of the severity, for customers with a support plan.
    pub severity: Option<String>,
    /// Id of the project.
    pub project: Option<String>,
    /// Phone number for notices.
    pub mobile: Option<String>,
    /// Country code of the phone number, such as `86`.
    pub area_code: Option<String>,
    /// Mail address for notices.
    pub mail: Option<String>,
    /// When to reach the customer: `0` at any time, else a span such as `09:00-18:00`.
    pub contact_hours: Option<String>,
    /// Id under which the phone number was verified, when it is not a registered one.
    pub verified_mobile: Option<String>,
    /// Id under which the mail address was verified, when it is not a registered one.
    pub verified_mail: Option<String>,
    /// The code that a contact was verified with. What it does beside the ids is not documented. It is a secret that is good for
    /// minutes, so it is not part of a draft that is stored.
    #[serde(skip)]
    pub verify_code: Option<SecretString>,
    /// Ids of uploaded attachments.
    #[serde(default)]
    pub attachments: Vec<AttachmentId>,
    /// Values of the extra fields, by their keys. They may be secrets, and are part of a draft that is stored.
    #[serde(default)]
    pub extra: Map<String, Value>,
    /// Further values by their keys (wire field `extension_map`, D-62): which there are is not documented.
    #[serde(default)]
    pub further: Map<String, Value>,
}

impl TicketDraft {
    /// A ticket about a problem of the kind `problem_type`, described so.
    #[must_use]
    pub fn new(problem_type: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            problem_type: problem_type.into(),
            description: description.into(),
            category: None,
            product: None,
            region: None,
            severity: None,
            project: None,
            mobile: None,
            area_code: None,
            mail: None,
            contact_hours: None,
            verified_mobile: None,
            verified_mail: None,
            verify_code: None,
            attachments: Vec::new(),
            extra: Map::new(),
            further: Map::new(),
        }
    }

    /// The same with this file, which was uploaded before: what [`Client::upload`](crate::Client::upload) gave, or its id.
    #[must_use]
    pub fn attach(mut self, attachment: impl Into<AttachmentId>) -> Self {
        self.attachments.push(attachment.into());
        self
    }

    /// The same with this value of an extra field. Several choices are a list of texts.
    #[must_use]
    pub fn extra(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(key.into(), value.into());
        self
    }

    /// The same with this further value (wire field `extension_map`).
    #[must_use]
    pub fn further(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.further.insert(key.into(), value.into());
        self
    }
}

setters! {
    TicketDraft {}
    optional {
        category: impl Into<String>,
        product: impl Into<String>,
        region: impl Into<String>,
        severity: impl Into<String>,
        project: impl Into<String>,
        mobile: impl Into<String>,
        area_code: impl Into<String>,
        mail: impl Into<String>,
        contact_hours: impl Into<String>,
        verified_mobile: impl Into<String>,
        verified_mail: impl Into<String>,
        verify_code: SecretString,
    }
}

/// Shows ids of the catalogue: neither the text nor a contact nor a value.
impl fmt::Debug for TicketDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketDraft")
            .field("problem_type", &self.problem_type)
            .field(
                "description",
                &format_args!("<{} bytes>", self.description.len()),
            )
            .field("category", &self.category)
            .field("product", &self.product)
            .field("region", &self.region)
            .field("severity", &self.severity)
            .field("attachments", &self.attachments)
            .field("extra", &format_args!("<{} values>", self.extra.len()))
            .finish_non_exhaustive()
    }
}
