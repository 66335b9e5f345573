//! Who is who: customers, their accounts and groups, and the engineers.

use std::sync::Arc;

use super::contact::Contact;

/// A customer who can call the service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// Id, shown as `replier`.
    pub id: String,
    /// Name for log-in, shown as `replier_name`.
    pub name: String,
    /// Account (IAM calls it a domain) the user belongs to, by name.
    pub account: String,
    /// Ids of the groups the user is a member of.
    pub groups: Vec<String>,
    /// Whether this is a user of the account and not its owner (`iam_user_type` 1 and 0).
    pub sub_user: bool,
    /// Contacts that are registered, so that they need no code.
    pub contacts: Vec<Contact>,
}

/// Who wrote a message. A copy costs nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Writer {
    /// A customer; `None` is one who is not there.
    Customer(Option<Arc<User>>),
    /// A support engineer.
    Engineer {
        /// Id, shown as `replier`.
        id: &'static str,
        /// Name, shown as `replier_name`.
        name: &'static str,
    },
}

impl Writer {
    /// Id; empty for a customer who is not there.
    pub fn id(&self) -> &str {
        match self {
            Writer::Customer(user) => user.as_ref().map_or("", |user| user.id.as_str()),
            Writer::Engineer { id, .. } => id,
        }
    }

    /// Name; empty for a customer who is not there.
    pub fn name(&self) -> &str {
        match self {
            Writer::Customer(user) => user.as_ref().map_or("", |user| user.name.as_str()),
            Writer::Engineer { name, .. } => name,
        }
    }

    /// Whether this is a user inside an account and not its owner.
    pub fn is_sub_user(&self) -> bool {
        matches!(self, Writer::Customer(Some(user)) if user.sub_user)
    }
}

impl User {
    /// The owner of an account, a member of no group.
    pub fn new(id: &str, name: &str, account: &str) -> Self {
        User {
            id: id.to_owned(),
            name: name.to_owned(),
            account: account.to_owned(),
            groups: Vec::new(),
            sub_user: false,
            contacts: Vec::new(),
        }
    }

    /// The same as a user inside the account.
    #[must_use]
    pub fn sub_user(mut self) -> Self {
        self.sub_user = true;
        self
    }

    /// The same as a member of one more group.
    #[must_use]
    pub fn in_group(mut self, group: &str) -> Self {
        self.groups.push(group.to_owned());
        self
    }

    /// The same with one more registered contact.
    #[must_use]
    pub fn reached_at(mut self, contact: Contact) -> Self {
        self.contacts.push(contact);
        self
    }

    pub(super) fn is_member_of(&self, group: &str) -> bool {
        self.groups.iter().any(|own| own == group)
    }
}
