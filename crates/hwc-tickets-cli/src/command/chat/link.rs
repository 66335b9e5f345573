//! Addresses in a text, as links of the terminal (OSC 8). A link leads where its text says and nowhere else: only plain
//! addresses are links, and they are shown whole.

use std::ops::Range;

const SCHEMES: [&str; 2] = ["https://", "http://"];
/// Longer ones are left as text; terminals do not take them either.
const LONGEST: usize = 2000;

/// Ends every link.
pub(crate) const END: &str = "\u{1b}]8;;\u{1b}\\";

/// Begins a link to `address`; `None` when that is none.
pub(crate) fn begin(address: &str) -> Option<String> {
    let is_whole = find(address).first() == Some(&(0..address.len()));
    is_whole.then(|| format!("\u{1b}]8;;{address}\u{1b}\\"))
}

/// Where addresses stand in `text`: of http and https, in printable ASCII, and without a name before the host, which can
/// look like the host of another.
pub(crate) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = next(text, from) {
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        let address = without_end(rest.get(..length).unwrap_or_default());
        if address.len() <= LONGEST && has_plain_host(address) {
            found.push(start..start + address.len());
        }
        from = start + length.max(1);
    }
    found
}

/// Where the next one may begin.
fn next(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let starts = SCHEMES.iter().filter_map(|scheme| rest.find(scheme));
    starts.min().map(|at| from + at)
}

/// What an address is made of (RFC 3986). No control, no space, no character of another script.
fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c)
}

/// Without the punctuation of the sentence around it.
fn without_end(address: &str) -> &str {
    let mut kept = address;
    loop {
        let is_open =
            |open: char, close: char| kept.matches(close).count() > kept.matches(open).count();
        let end = match kept.chars().next_back() {
            Some(')') => is_open('(', ')'),
            Some(']') => is_open('[', ']'),
            Some(last) => ".,:;!?'*".contains(last),
            None => false,
        };
        if !end {
            return kept;
        }
        kept = kept.get(..kept.len() - 1).unwrap_or_default();
    }
}

fn has_plain_host(address: &str) -> bool {
    let rest = SCHEMES
        .iter()
        .find_map(|scheme| address.strip_prefix(scheme));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    host.is_some_and(|host| {
        !host.contains('@') && host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, wanted) in [
            ("see https://a.com/b?c=d#e.", &["https://a.com/b?c=d#e"][..]),
            ("请看https://a.com/磁盘。", &["https://a.com/"][..]),
            ("（https://a.com）", &["https://a.com"][..]),
            ("(https://a.com/x_(y))", &["https://a.com/x_(y)"][..]),
            (
                "http://a.com, https://b.com!",
                &["http://a.com", "https://b.com"][..],
            ),
            ("http://[::1]:8480/", &["http://[::1]:8480/"][..]),
            ("https://huaweicloud.com@evil.com/", &[][..]),
            (
                "javascript:alert(1) file:///etc/passwd ftp://a.com",
                &[][..],
            ),
            ("https:// https://。 http", &[][..]),
            ("https://a.com/\\u{1b}]8;;x", &["https://a.com/"][..]),
            ("https://a.com\u{1b}\\evil", &["https://a.com"][..]),
        ] {
            let found: Vec<&str> = find(text)
                .into_iter()
                .filter_map(|range| text.get(range))
                .collect();
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn only_an_address_becomes_a_link() {
        for text in [
            "",
            "file:///etc/passwd",
            "https://a.com\u{1b}\\",
            "https://a.com\u{7}",
            "https://a.com x",
            "see https://a.com",
            "https://a@b.com",
        ] {
            assert_eq!(begin(text), None, "{text:?}");
        }
        let sequence = begin("https://a.com/x").unwrap();
        assert_eq!(sequence, "\u{1b}]8;;https://a.com/x\u{1b}\\");
    }
}
