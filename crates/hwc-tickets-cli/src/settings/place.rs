//! Where the program keeps its files: the XDG directories.

use super::Lookup;
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
    /// As `XDG_CONFIG_HOME` and `XDG_STATE_HOME` say, or below the home directory.
    pub(crate) fn find(variable: Lookup<'_>) -> Self {
        let home = PathBuf::from(
            variable("HOME")
                .or_else(|| variable("USERPROFILE"))
                .unwrap_or_else(|| ".".to_owned()),
        );
        let base = |name: &str, default: &str| {
            // The specification says that relative paths are to be ignored.
            variable(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
                .unwrap_or_else(|| home.join(default))
        };
        Self {
            config: base("XDG_CONFIG_HOME", ".config")
                .join("hwc-tickets")
                .join("config.toml"),
            pending: base("XDG_STATE_HOME", ".local/state")
                .join("hwc-tickets")
                .join("pending"),
        }
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
}
