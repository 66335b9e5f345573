//! What is done with the labels of an account.

use super::World;
use crate::domain::command::{Outcome, Refusal};
use crate::domain::label::Label;

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
