//! The INI format of the official SDKs' credentials file, as far as that file uses it. Pure.
//!
//! Sections in brackets, `key = value` or `key: value`, whole-line comments with `#` or `;`. Keys are
//! read without regard to case. No continuation lines, no interpolation, no quotes.

use std::collections::BTreeMap;

use crate::secret::SecretString;

/// The keys of one section.
pub(super) type Section = BTreeMap<String, SecretString>;

/// What is wrong with a file, and in which line (from 1). Never shows the line: it may hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) line: usize,
    pub(super) what: &'static str,
}

/// Reads a file.
pub(super) fn parse(text: &str) -> Result<BTreeMap<String, Section>, Flaw> {
    let mut sections: BTreeMap<String, Section> = BTreeMap::new();
    let mut current: Option<&mut Section> = None;
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let flaw = |what| Flaw {
            line: index.saturating_add(1),
            what,
        };
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let name = rest
                .strip_suffix(']')
                .ok_or(flaw("a section name without `]` at its end"))?;
            let name = name.trim();
            if sections.contains_key(name) {
                return Err(flaw("a section that is there twice"));
            }
            current = Some(sections.entry(name.to_owned()).or_default());
            continue;
        }
        let (key, value) = line
            .split_once(['=', ':'])
            .ok_or(flaw("neither a section, nor `key = value`, nor a comment"))?;
        let key = key.trim().to_ascii_lowercase();
        if key.is_empty() {
            return Err(flaw("a value without a key"));
        }
        let section = current
            .as_mut()
            .ok_or(flaw("a key before the first section"))?;
        if section
            .insert(key, SecretString::from(value.trim()))
            .is_some()
        {
            return Err(flaw("a key that is in its section twice"));
        }
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::ExposeSecret;

    #[test]
    fn the_format_of_the_official_sdks() {
        let text = "\u{feff}# a comment\r\n[basic]\r\nAK = a=b\r\nsk:s#x ; y\r\n\r\n; more\n  [ global ]\n  ak=\n";
        let sections = parse(text).unwrap();
        let value = |section: &str, key: &str| {
            sections
                .get(section)
                .and_then(|s| s.get(key))
                .map(|v| v.expose_secret().to_owned())
        };
        assert_eq!(value("basic", "ak").as_deref(), Some("a=b"));
        assert_eq!(
            value("basic", "sk").as_deref(),
            Some("s#x ; y"),
            "no comments behind values"
        );
        assert_eq!(value("global", "ak").as_deref(), Some(""));
        assert_eq!(value("global", "sk"), None);
        assert_eq!(parse("").unwrap().len(), 0);
    }

    #[test]
    fn flaws_name_their_line() {
        let table = [
            ("ak = x", 1, "before the first section"),
            ("[global", 1, "without `]`"),
            ("[a]\n[a]", 2, "twice"),
            ("[a]\nk=1\nK=2", 3, "twice"),
            ("[a]\n\njust text", 3, "neither"),
            ("[a]\n = v", 2, "without a key"),
        ];
        for (text, line, what) in table {
            let flaw = parse(text).unwrap_err();
            assert_eq!(flaw.line, line, "{text}");
            assert!(flaw.what.contains(what), "{text}: {}", flaw.what);
        }
    }
}
