//! Ids of tickets that the service has answered for, for completions: a small file, a line each, the newest first. Nothing
//! depends on it, and nobody asks the service for it.

use crate::private_file;
use std::path::Path;

/// So many are kept.
const MOST: usize = 200;

/// Keeps ids. A file that cannot be written is no reason to say anything: what was to be done is done.
pub(crate) fn remember<'a>(file: Option<&Path>, ids: impl IntoIterator<Item = &'a str>) {
    let Some(file) = file else { return };
    let known = private_file::read(file, false).unwrap_or_default();
    let known: Vec<&str> = known.lines().filter(|line| is_plain(line)).collect();
    let mut kept: Vec<&str> = Vec::new();
    for id in ids {
        if is_plain(id) && !known.contains(&id) && !kept.contains(&id) {
            kept.push(id);
        }
    }
    if kept.is_empty() {
        return;
    }
    kept.extend(known);
    kept.truncate(MOST);
    let _ = private_file::write(file, format!("{}\n", kept.join("\n")).as_bytes());
}

/// Shells read the file: nothing in it may mean anything to them.
fn is_plain(id: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    id.bytes().all(is_usual) && id.starts_with(|first: char| first.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_stand_first_and_each_once() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("state/tickets");
        let text = || std::fs::read_to_string(&file).unwrap_or_default();
        remember(None, ["a"]);
        remember(Some(&file), ["", "-", "$(id)", "a b", "-x", ".hidden"]);
        assert_eq!(text(), "");
        remember(Some(&file), ["case-1", "case-2", "case-1"]);
        assert_eq!(text(), "case-1\ncase-2\n");
        remember(Some(&file), ["case-2", "TT3"]);
        assert_eq!(text(), "TT3\ncase-1\ncase-2\n");
        let many: Vec<String> = (0..MOST + 5).map(|number| format!("n{number}")).collect();
        remember(Some(&file), many.iter().map(String::as_str));
        assert_eq!(text().lines().count(), MOST);
        assert!(text().starts_with("n0\nn1\n"));
    }
}
