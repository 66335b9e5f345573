//! What may be uploaded, as the service tells it.

use crate::{
    error::{Error, ErrorKind, Result},
    setters::setters,
};
use serde::{Deserialize, Serialize};

/// Bytes of what the service calls a MB: the larger of its two meanings, so that nothing is refused here that the service
/// takes.
const MEGABYTE: u64 = 1024 * 1024;
/// The longest name that is documented, in characters.
const LONGEST_NAME: usize = 512;
/// The longest end of a name that is taken for a kind.
const LONGEST_KIND: usize = 16;
/// Most kinds that an error names.
const MOST_NAMED: usize = 30;

/// What may be uploaded, as the service tells it. What it does not tell, or not in a form that can be read, is not limited
/// here; how much may be uploaded in a day it never tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UploadLimits {
    /// Most files of one message or of a new ticket.
    #[serde(default)]
    pub count: Option<u64>,
    /// Most bytes of one file. The service says MB; 1024 × 1024 bytes are taken for one.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// How the names of files may end, in lower case and without the dot. Empty: any way.
    #[serde(default)]
    pub kinds: Vec<String>,
}

impl UploadLimits {
    /// No limits: what a service tells that tells nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads what the service says: numbers as texts, and kinds with commas between them (D-77).
    pub(super) fn read(count: Option<&str>, megabytes: Option<&str>, kinds: Option<&str>) -> Self {
        let number = |text: Option<&str>| {
            let number = text?.trim().parse::<u64>().ok();
            // Nothing at all may be uploaded: so nobody would say it.
            number.filter(|number| *number > 0)
        };
        Self {
            count: number(count),
            bytes: number(megabytes).map(|number| number.saturating_mul(MEGABYTE)),
            kinds: read_kinds(kinds.unwrap_or_default()),
        }
    }

    /// Whether a file of this name and length may be uploaded. Sends nothing.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] says which limit it breaks.
    pub fn check(&self, name: &str, length: u64) -> Result<()> {
        check_name(name)?;
        let called = format!("the file `{}`", name.escape_debug());
        if let Some(most) = self.bytes.filter(|most| length > *most) {
            let detail =
                format!("{called} has {length} bytes, the limit of the service is {most} bytes");
            let help =
                "Compress the file, cut it into parts, or give it to the support in another way.";
            return Err(refused(detail).with_help(help));
        }
        let end = name.rsplit_once('.').map_or("", |(_, end)| end);
        let is_of_kind = |kind: &String| kind.eq_ignore_ascii_case(end);
        if !self.kinds.is_empty() && !self.kinds.iter().any(is_of_kind) {
            let mut named = self.kinds.join(", ");
            if self.kinds.len() > MOST_NAMED {
                let first: Vec<&str> = (self.kinds.iter().map(String::as_str))
                    .take(MOST_NAMED)
                    .collect();
                named = format!("{} and others", first.join(", "));
            }
            let detail = format!("{called} is of a kind that the service does not take: {named}");
            return Err(
                refused(detail).with_help("Put it into an archive of a kind that is taken.")
            );
        }
        Ok(())
    }

    /// Whether one message may have so many files. Sends nothing.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] names the limit.
    pub fn check_count(&self, count: usize) -> Result<()> {
        match self.count {
            Some(most) if count as u64 > most => Err(refused(format!(
                "{count} attachments, the limit of the service is {most}"
            ))
            .with_help("Send the files with several messages, or put them into one archive.")),
            _ => Ok(()),
        }
    }
}

setters! {
    UploadLimits { kinds: Vec<String> }
    optional { count: u64, bytes: u64 }
}

/// The ends of names in such a list. One that is none makes no limit of its own: `*` stands for all.
fn read_kinds(text: &str) -> Vec<String> {
    let mut kinds = Vec::new();
    for kind in text.split([',', ';', '|']) {
        let kind = kind.trim().trim_start_matches('*').trim_start_matches('.');
        let is_plain = kind.len() <= LONGEST_KIND && kind.chars().all(char::is_alphanumeric);
        if !is_plain {
            // A form that is not known: whoever reads the rest of it would refuse what is taken.
            return Vec::new();
        }
        if !kind.is_empty() {
            kinds.push(kind.to_lowercase());
        } else if text.contains('*') {
            return Vec::new();
        }
    }
    kinds
}

/// Whether a file can be uploaded under this name.
pub(super) fn check_name(name: &str) -> Result<()> {
    let flaw = if name.trim().is_empty() {
        "the file has no name"
    } else if name.chars().any(char::is_control) {
        "the name of the file holds a control character"
    } else if name.contains(['/', '\\']) {
        "the name of the file holds a separator of directories"
    } else if name.contains(char::REPLACEMENT_CHARACTER) {
        // A source has it in its name for what is not UTF-8: the file would arrive under another name.
        "the name of the file is not UTF-8 text, or holds U+FFFD in place of it"
    } else if name.chars().count() > LONGEST_NAME {
        "the name of the file has more than 512 characters"
    } else {
        return Ok(());
    };
    let help = "Rename the file, or give it another name for the upload with `named`.";
    Err(refused(flaw.to_owned()).with_help(help))
}

fn refused(detail: String) -> Error {
    Error::local(ErrorKind::InvalidInput, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_says_is_read() {
        let read = UploadLimits::read(Some("5"), Some(" 4 "), Some("jpg, .LOG,*.Zip"));
        let wanted = UploadLimits::new()
            .count(5_u64)
            .bytes(4 * MEGABYTE)
            .kinds(["jpg", "log", "zip"].map(str::to_owned).to_vec());
        assert_eq!(read, wanted);
        for (count, size, kinds) in [
            (None, None, None),
            (Some(""), Some("many"), Some("")),
            (Some("0"), Some("-1"), Some("*")),
            (Some("5.5"), Some("0x4"), Some("*.*")),
            (None, None, Some("image/png")),
            (None, None, Some(" , ,")),
        ] {
            let read = UploadLimits::read(count, size, kinds);
            assert_eq!(read, UploadLimits::new(), "{count:?} {size:?} {kinds:?}");
        }
    }

    #[test]
    fn limits_are_checked_from_both_sides() {
        let limits = UploadLimits::read(Some("2"), Some("1"), Some("log,txt"));
        for (name, length, is_good) in [
            ("disk.log", 0, true),
            ("disk.LOG", MEGABYTE, true),
            ("disk.log", MEGABYTE + 1, false),
            ("disk.log.gz", 1, false),
            ("log", 1, false),
            ("", 1, false),
            ("a/b.log", 1, false),
            ("a\\b.log", 1, false),
            ("a\n.log", 1, false),
            ("café.log", 1, true),
            ("caf\u{fffd}.log", 1, false),
        ] {
            let checked = limits.check(name, length);
            assert_eq!(checked.is_ok(), is_good, "{name:?} {length}: {checked:?}");
        }
        let long = |letters: usize| format!("{}.log", "盘".repeat(letters));
        assert!(limits.check(&long(508), 1).is_ok());
        assert!(limits.check(&long(509), 1).is_err());
        assert!(limits.check_count(2).is_ok());
        assert!(limits.check_count(3).is_err());
        // What is not told is not limited.
        let none = UploadLimits::new();
        assert!(none.check("core", u64::MAX).is_ok() && none.check_count(1000).is_ok());
    }
}
