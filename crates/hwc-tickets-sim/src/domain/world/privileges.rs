//! What customers may do. Nothing that they do changes it.

use super::World;
use crate::domain::command::{Outcome, Refusal};

impl World {
    /// The owner of an account may export tickets and open them. A user inside it may open them if the rules let it. No
    /// account is delegated to anybody, and of other words nothing is known (D-107).
    pub(super) fn privilege(&self, by: &str, privilege: &str) -> Result<Outcome, Refusal> {
        let person = self.customer(by)?;
        let owner = self.user(person).is_some_and(|user| !user.sub_user);
        let has = match privilege {
            "createCase" => owner || self.rules.sub_users_open,
            "export" => owner,
            _ => false,
        };
        Ok(Outcome::Privilege(has))
    }
}
