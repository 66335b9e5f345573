//! Where the program keeps its files: the XDG directories.

use super::{Lookup, variables};
use crate::failure::Failure;
use std::path::{Path, PathBuf};

/// Paths of the program's files. `None` when no home directory is known: most commands need no file.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// The configuration file.
    pub(crate) config: Option<PathBuf>,
    /// The directory of pending files.
    pub(crate) pending: Option<PathBuf>,
    /// The directory of texts that were written and not sent.
    pub(crate) drafts: Option<PathBuf>,
    /// The directory of ids of tickets, for completions.
    pub(crate) seen: Option<PathBuf>,
}

impl Places {
    /// As `XDG_CONFIG_HOME` and `XDG_STATE_HOME` say, or below the home directory. The current directory never takes
    /// their place: whoever can write there could choose the settings.
    ///
    /// # Errors
    /// A variable that holds no absolute path: with another place, two shells would not see each other's records.
    pub(crate) fn find(variable: Lookup<'_>) -> Result<Self, Failure> {
        let absolute =
            |name: &str| variables::path(variable, name).filter(|path| path.is_absolute());
        let home = absolute("HOME").or_else(|| absolute("USERPROFILE"));
        let base = |name: &str, default: &str| {
            let base = match variables::path(variable, name) {
                Some(path) if !path.is_absolute() => {
                    return Err(Failure::usage(
                        format!(
                            "{name} is {}, which is not an absolute path",
                            path.display()
                        ),
                        format!(
                            "Set {name} to an absolute path, without quotes and `~`, or unset it."
                        ),
                    ));
                }
                Some(path) => Some(path),
                None => home.as_ref().map(|home| home.join(default)),
            };
            Ok(base.map(|base| base.join("hwc-tickets")))
        };
        let state = base("XDG_STATE_HOME", ".local/state")?;
        Ok(Self {
            config: base("XDG_CONFIG_HOME", ".config")?.map(|base| base.join("config.toml")),
            pending: state.as_ref().map(|base| base.join("pending")),
            drafts: state.as_ref().map(|base| base.join("drafts")),
            seen: state.map(|base| base.join("seen")),
        })
    }

    /// The configuration file, for a command that cannot do without.
    pub(crate) fn config(&self) -> Result<&Path, Failure> {
        self.config.as_deref().ok_or_else(|| {
            Failure::usage(
                "no home directory is known, so there is no configuration file",
                "Set HOME or XDG_CONFIG_HOME to an absolute path.",
            )
        })
    }

    /// The directory of pending files, for a command that cannot do without.
    pub(crate) fn pending(&self) -> Result<&Path, Failure> {
        self.pending.as_deref().ok_or_else(|| {
            Failure::usage(
                "no home directory is known, so there is no place for pending files",
                "Set HOME or XDG_STATE_HOME to an absolute path.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let find = |config: Option<&'static str>| {
            Places::find(&move |name: &str| match name {
                "HOME" => Some("/home/a".into()),
                "XDG_CONFIG_HOME" => config.map(Into::into),
                _ => None,
            })
        };
        assert_eq!(
            find(None).unwrap().config().unwrap(),
            Path::new("/home/a/.config/hwc-tickets/config.toml")
        );
        assert_eq!(
            find(None).unwrap().pending().unwrap(),
            Path::new("/home/a/.local/state/hwc-tickets/pending")
        );
        assert_eq!(
            find(Some("/etc/x")).unwrap().config().unwrap(),
            Path::new("/etc/x/hwc-tickets/config.toml")
        );
        for unusable in ["relative", "~/x", "\"/quoted\""] {
            let failure = find(Some(unusable)).unwrap_err();
            assert_eq!(failure.exit(), crate::exit::Exit::Usage);
            assert!(format!("{failure:?}").contains("XDG_CONFIG_HOME"));
        }
    }

    #[test]
    fn the_current_directory_is_never_used() {
        for home in [None, Some(""), Some("relative"), Some(".")] {
            let found =
                Places::find(&move |name: &str| home.filter(|_| name == "HOME").map(Into::into))
                    .unwrap();
            for place in [found.config(), found.pending()] {
                assert_eq!(place.unwrap_err().exit(), crate::exit::Exit::Usage);
            }
        }
    }
}
