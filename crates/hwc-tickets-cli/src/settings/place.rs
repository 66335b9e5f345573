//! Where the program keeps its files: the XDG directories.

use super::Lookup;
use crate::failure::Failure;
use std::path::PathBuf;

/// Paths of the program's files.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// The configuration file.
    pub(crate) config: PathBuf,
    /// The directory of pending files.
    pub(crate) pending: PathBuf,
}

impl Places {
    /// As `XDG_CONFIG_HOME` and `XDG_STATE_HOME` say, or below the home directory. The current directory never takes
    /// their place: whoever can write there could choose the settings.
    pub(crate) fn find(variable: Lookup<'_>) -> Result<Self, Failure> {
        let absolute = |name: &str| {
            // The specification says that relative paths are to be ignored.
            variable(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let home = absolute("HOME").or_else(|| absolute("USERPROFILE"));
        let base = |name: &str, default: &str| {
            absolute(name)
                .or_else(|| Some(home.as_ref()?.join(default)))
                .map(|base| base.join("hwc-tickets"))
                .ok_or_else(|| {
                    Failure::usage(
                        format!("no home directory is known, and {name} is not set"),
                        "Set HOME, or XDG_CONFIG_HOME and XDG_STATE_HOME.",
                    )
                })
        };
        Ok(Self {
            config: base("XDG_CONFIG_HOME", ".config")?.join("config.toml"),
            pending: base("XDG_STATE_HOME", ".local/state")?.join("pending"),
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
                "HOME" => Some("/home/a".to_owned()),
                "XDG_CONFIG_HOME" => config.map(str::to_owned),
                _ => None,
            })
            .unwrap()
        };
        assert_eq!(
            find(None).config,
            PathBuf::from("/home/a/.config/hwc-tickets/config.toml")
        );
        assert_eq!(
            find(None).pending,
            PathBuf::from("/home/a/.local/state/hwc-tickets/pending")
        );
        assert_eq!(
            find(Some("/etc/x")).config,
            PathBuf::from("/etc/x/hwc-tickets/config.toml")
        );
        assert_eq!(
            find(Some("relative")).config,
            PathBuf::from("/home/a/.config/hwc-tickets/config.toml")
        );
    }
    #[test]
    fn the_current_directory_is_never_used() {
        for home in [None, Some(""), Some("relative"), Some(".")] {
            let found =
                Places::find(&move |name: &str| home.filter(|_| name == "HOME").map(str::to_owned));
            assert_eq!(found.unwrap_err().exit(), crate::exit::Exit::Usage);
        }
    }
}
