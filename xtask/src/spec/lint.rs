//! The rules of the description.

use super::read::{self, Description};
use crate::{file::Workspace, problem::Result};

/// The description, read strictly.
///
/// # Errors
/// What the strict reader refuses.
pub fn checked(workspace: &Workspace) -> Result<Description> {
    read::read(workspace)
}
