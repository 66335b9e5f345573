//! The labels of an account, and which tickets have them.

use super::command::{Outcome, Refusal};
use super::world::World;

/// A label.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Label {
    /// Its id.
    pub id: u32,
    /// Account it belongs to, by name.
    pub account: String,
    /// Name.
    pub name: String,
    /// Colour, such as `#000000`.
    pub color: String,
}

impl Label {
    /// A label of an account.
    pub fn new(id: u32, account: &str, name: &str, color: &str) -> Self {
        Label {
            id,
            account: account.to_owned(),
            name: name.to_owned(),
            color: color.to_owned(),
        }
    }
}

impl World {
    /// All labels, in the order of their ids.
    pub fn labels(&self) -> Vec<Label> {
        self.labels.values().cloned().collect()
    }

    pub(super) fn update_label(
        &mut self,
        by: &str,
        label: u32,
        name: String,
        color: String,
    ) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        let account = self.user(person).map(|user| user.account.clone());
        let label = self
            .labels
            .get_mut(&label)
            .filter(|label| Some(&label.account) == account.as_ref())
            .ok_or(Refusal::NoSuchLabel)?;
        label.name = name;
        label.color = color;
        Ok(Outcome::Done)
    }
}
