//! Reads a file that holds secrets, and refuses one that others may have read or put there.

use std::path::Path;

use secrecy::zeroize::Zeroizing;

use super::super::{IdentityError, IdentityErrorKind};
use crate::file::{self, Rules, Unreadable};

/// Largest file that is read. A credentials file has a few hundred bytes.
const SIZE_LIMIT: u64 = 64 * 1024;

/// The text of the file, or `None` when there is none. The text is wiped when it is dropped.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, IdentityError> {
    match file::read_text(path, Rules::up_to(SIZE_LIMIT).private().no_link()) {
        Ok(text) => Ok(Some(text)),
        Err(Unreadable::Absent) => Ok(None),
        Err(why) => {
            let help = match why {
                Unreadable::Link => {
                    "name the file it points to in HUAWEICLOUD_SDK_CREDENTIALS_FILE".to_owned()
                }
                Unreadable::NotAFile(_) => "put a credentials file there, or remove it".to_owned(),
                _ => why.help(path),
            };
            Err(refused(path, &why.to_string(), &help))
        }
    }
}

/// An error about this file.
pub(super) fn refused(path: &Path, why: &str, help: &str) -> IdentityError {
    IdentityError::new(
        IdentityErrorKind::Unreadable,
        format!("the credentials file {} is not used: {why}", path.display()),
        help,
    )
}
