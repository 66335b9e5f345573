//! A name from the service becomes one that a file may have here.

use hwc_core::foreign::is_active;

/// Most bytes of a name: every common file system takes these.
const MOST_BYTES: usize = 200;
/// Most bytes of the end that is kept when a name is cut.
const MOST_OF_END: usize = 20;

/// Names that Windows takes for devices, whatever end they have.
const DEVICES: &[&str] = &["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// A name that a file may have in any directory of any system: of `name`, what stands behind the last separator of
/// directories, without characters on which a terminal acts, without what Windows does not allow, not hidden, and not too
/// long. `None`: nothing is left.
///
/// Names of attachments are foreign text: somebody may have sent `../../.ssh/authorized_keys`.
///
/// ```
/// use hwc_tickets::attachments::safe_name;
///
/// assert_eq!(safe_name("../../.ssh/authorized_keys").as_deref(), Some("authorized_keys"));
/// assert_eq!(safe_name("C:\\logs\\磁盘.log").as_deref(), Some("磁盘.log"));
/// assert_eq!(safe_name(".."), None);
/// ```
#[must_use]
pub fn safe_name(name: &str) -> Option<String> {
    let last = (name.rsplit(['/', '\\'])).find(|step| !step.trim().is_empty())?;
    let plain: String = (last.chars())
        .filter(|letter| !is_active(*letter))
        .map(|letter| match letter {
            '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
            other => other,
        })
        .collect();
    let is_edge = |letter: char| letter == '.' || letter.is_whitespace();
    let cut = cut(plain.trim_matches(is_edge));
    let name = cut.trim_end_matches(is_edge);
    if name.is_empty() {
        return None;
    }
    // What begins with a dash is an option for many programs.
    match name.starts_with('-') || is_device(name) {
        true => Some(format!("_{name}")),
        false => Some(name.to_owned()),
    }
}

/// At most so many bytes, and the end of the name among them.
fn cut(name: &str) -> String {
    if name.len() <= MOST_BYTES {
        return name.to_owned();
    }
    match name.rsplit_once('.') {
        Some((stem, end)) if !end.is_empty() && end.len() <= MOST_OF_END => {
            let stem = beginning(stem, MOST_BYTES.saturating_sub(end.len() + 1));
            format!("{stem}.{end}")
        }
        _ => beginning(name, MOST_BYTES).to_owned(),
    }
}

/// The longest beginning of whole characters with at most so many bytes.
fn beginning(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default()
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim_end().to_uppercase();
    let mut letters = stem.chars();
    let number = letters.next_back();
    let is_numbered = matches!(letters.as_str(), "COM" | "LPT")
        && number.is_some_and(|number| {
            number.is_ascii_digit() || matches!(number, '\u{b9}' | '\u{b2}' | '\u{b3}')
        });
    is_numbered || DEVICES.contains(&stem.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::{Component, Path};

    #[test]
    fn names_are_reduced_to_safe_ones() {
        for (name, wanted) in [
            ("disk.log", Some("disk.log")),
            ("磁盘 满了.log", Some("磁盘 满了.log")),
            ("../../etc/passwd", Some("passwd")),
            ("/etc/passwd", Some("passwd")),
            ("..\\..\\boot.ini", Some("boot.ini")),
            ("C:evil.exe", Some("C_evil.exe")),
            ("a/..", None),
            ("dir/", Some("dir")),
            ("..", None),
            (".", None),
            ("", None),
            (" \u{3000}. .", None),
            ("...", None),
            (".bashrc", Some("bashrc")),
            ("name. . ", Some("name")),
            ("a\0b\u{1b}[31m\u{202e}gnp.exe\n", Some("ab[31mgnp.exe")),
            ("a:b*c?.txt", Some("a_b_c_.txt")),
            ("-rf", Some("_-rf")),
            ("CON", Some("_CON")),
            ("nul.txt", Some("_nul.txt")),
            ("com1.log", Some("_com1.log")),
            ("LPT\u{b2}", Some("_LPT\u{b2}")),
            ("console.log", Some("console.log")),
            ("com10.log", Some("com10.log")),
        ] {
            assert_eq!(safe_name(name).as_deref(), wanted, "{name:?}");
        }
        let long = safe_name(&format!("{}.log", "盘".repeat(400))).unwrap();
        assert!(long.len() <= MOST_BYTES && long.ends_with("盘.log"));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_left_is_one_plain_step(name in "([a.-]|\\PC|[/\\\\:*\u{0}-\u{20}]|CON|\u{202e}){0,80}") {
            if let Some(safe) = safe_name(&name) {
                let steps: Vec<Component<'_>> = Path::new(&safe).components().collect();
                proptest::prop_assert!(matches!(steps[..], [Component::Normal(_)]), "{safe:?}");
                proptest::prop_assert!(safe.len() <= MOST_BYTES + 1);
                proptest::prop_assert!(!safe.chars().any(is_active));
                proptest::prop_assert!(!safe.starts_with(['.', '-']));
            }
        }
    }
}
