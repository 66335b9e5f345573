//! Credentials in the file the official SDKs read: `~/.huaweicloud/credentials`.
//!
//! Read once, when the chain is built; never written.

mod file;
mod ini;

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use super::{IdentityError, Keys};
use crate::{
    secret::{ExposeSecret, SecretString},
    variables::ReadVariable,
};

/// Names the file to read instead of the usual one.
const FILE_VARIABLE: &str = "HUAWEICLOUD_SDK_CREDENTIALS_FILE";
/// Tickets are a global service, so that section comes first.
const SECTIONS: [&str; 2] = ["global", "basic"];

/// Where the file is looked for.
pub(super) struct Location {
    pub(super) path: PathBuf,
    /// Somebody named it: then it has to be there.
    is_named: bool,
}

/// Keys of the file and the section they stand in, or why there are none.
pub(super) enum Lookup {
    Found { keys: Keys, section: &'static str },
    Nothing { outcome: String },
}

/// Whether a place of the file is known.
pub(super) enum Place {
    At(Location),
    Nowhere { outcome: &'static str },
}

/// The place of the file: named by variable, or in the home directory.
pub(super) fn locate(read: ReadVariable<'_>) -> Place {
    let set = |name: &str| read(name).filter(|value: &OsString| !is_blank(value));
    if let Some(path) = set(FILE_VARIABLE) {
        return Place::At(Location {
            path: PathBuf::from(path),
            is_named: true,
        });
    }
    let Some(home) = set(if cfg!(windows) { "USERPROFILE" } else { "HOME" }) else {
        return Place::Nowhere {
            outcome: "no home directory is known",
        };
    };
    // Below the current directory anybody might have put a file.
    if !Path::new(&home).is_absolute() {
        return Place::Nowhere {
            outcome: "its path is not absolute",
        };
    }
    Place::At(Location {
        path: Path::new(&home).join(".huaweicloud").join("credentials"),
        is_named: false,
    })
}

/// Paths need not be UTF-8.
fn is_blank(value: &OsStr) -> bool {
    value.to_str().is_some_and(|text| text.trim().is_empty())
}

/// The keys of the file.
///
/// # Errors
/// The file cannot be trusted or understood, a named file is missing, or a section is half filled.
pub(super) fn find(location: &Location) -> Result<Lookup, IdentityError> {
    let path = &location.path;
    let Some(text) = file::read(path)? else {
        if location.is_named {
            let help = format!("correct {FILE_VARIABLE}, or unset it");
            return Err(file::refused(path, "it does not exist", &help));
        }
        return Ok(Lookup::Nothing {
            outcome: "no such file".to_owned(),
        });
    };
    let sections = ini::parse(&text).map_err(|flaw| {
        let why = format!("line {} is {}", flaw.line, flaw.what);
        file::refused(
            path,
            &why,
            "correct that line: the file has sections and `key = value`",
        )
    })?;
    for name in SECTIONS {
        if let Some(section) = sections.get(name) {
            return Ok(match keys(path, name, section)? {
                Some(keys) => Lookup::Found {
                    keys,
                    section: name,
                },
                None => Lookup::Nothing {
                    outcome: format!("no ak and sk in its section [{name}]"),
                },
            });
        }
    }
    Ok(Lookup::Nothing {
        outcome: "it has neither a section [global] nor [basic]".to_owned(),
    })
}

/// The keys of one section, if it has any.
fn keys(path: &Path, name: &str, section: &ini::Section) -> Result<Option<Keys>, IdentityError> {
    let value = |key: &str| {
        section
            .get(key)
            .filter(|value| !value.expose_secret().is_empty())
    };
    let named = |key: &str| -> Result<Option<&SecretString>, IdentityError> {
        let quoted = |text: &str| text.starts_with(['"', '\'']) || text.ends_with(['"', '\'']);
        match value(key) {
            Some(found) if quoted(found.expose_secret()) => Err(file::refused(
                path,
                &format!("the value of {key} in [{name}] is in quotes"),
                "remove the quotes: the format has none",
            )),
            other => Ok(other),
        }
    };
    let (access, secret) = match (named("ak")?, named("sk")?) {
        (Some(access), Some(secret)) => (access, secret),
        (None, None) => return Ok(None),
        (access, _) => {
            let (set, missing) = if access.is_some() {
                ("ak", "sk")
            } else {
                ("sk", "ak")
            };
            let why = format!("[{name}] has {set} but no {missing}");
            return Err(file::refused(
                path,
                &why,
                &format!("add {missing} to that section"),
            ));
        }
    };
    let fill = || -> Result<Keys, IdentityError> {
        let mut keys = Keys::new(access, secret.clone())?;
        if let Some(token) = named("security_token")? {
            keys = keys.with_security_token(token)?;
        }
        if let Some(id) = named("domain_id")? {
            keys = keys.with_domain_id(id.expose_secret())?;
        } else if let Some(id) = named("project_id")? {
            keys = keys.with_project_id(id.expose_secret())?;
        }
        Ok(keys)
    };
    fill().map(Some)
}
