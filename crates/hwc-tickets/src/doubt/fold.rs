//! A coarser form of a text than the canonical one, for what a service or a browser on the way changes without
//! changing the words.
//!
//! White space of any kind and length, line breaks as `<br>` or paragraphs, composed and decomposed letters, wide and
//! narrow forms, characters that have no width, typographic quotes and dashes. Two different messages can have the
//! same folded form, so a likeness of this kind counts for less.

use icu_normalizer::ComposingNormalizerBorrowed;

/// Longer texts are not folded: no message that can be sent is that long, and compatibility forms grow.
const MOST_BYTES: usize = 256 * 1024;
/// Longest mark-up that stands for a break, in bytes, brackets included.
const LONGEST_BREAK: usize = 128;
/// Mark-up that stands for a break.
const BREAKS: [&str; 6] = ["br", "p", "div", "li", "ul", "ol"];

/// The folded form of a canonical text. `None`: it has none worth comparing.
pub(crate) fn folded(canonical: &str) -> Option<String> {
    if canonical.len() > MOST_BYTES {
        return None;
    }
    // What is invisible goes first: it can stand between a letter and its accent.
    let visible: String = canonical
        .chars()
        .filter(|c| c.is_whitespace() || !is_invisible(*c))
        .map(plain_quote)
        .collect();
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(&visible);
    let plain: String = composed.chars().map(plain_dash).collect();
    let words = without_breaks(&plain);
    let folded = words.split_whitespace().collect::<Vec<_>>().join(" ");
    (!folded.is_empty()).then_some(folded)
}

/// Letters and digits alone, without mark-up and in one case: what is left of a text however it was stripped. Texts
/// that differ can have the same, so it only ever speaks against a conclusion.
pub(crate) fn skeleton(canonical: &str) -> String {
    let mut inside = false;
    let folded = folded(canonical).unwrap_or_default();
    (folded.chars())
        .filter(|c| {
            inside = (inside || *c == '<') && *c != '>';
            !inside && c.is_alphanumeric()
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Before the compatibility form, which would make a blank and an accent of some of these.
fn plain_quote(c: char) -> char {
    match c {
        '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{2039}' | '\u{203a}' | '\u{b4}' | '`' => '\'',
        '\u{201c}'..='\u{201f}'
        | '\u{2033}'
        | '\u{ab}'
        | '\u{bb}'
        | '\u{300c}'..='\u{300f}'
        | '\u{301d}'..='\u{301f}' => '"',
        other => other,
    }
}

fn plain_dash(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other,
    }
}

/// Whether `c` takes no room: zero-width characters, marks of direction, variation selectors, control characters.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        )
}

/// A blank in the place of mark-up that stands for a break.
fn without_breaks(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        kept.push_str(before);
        match break_length(after) {
            Some(length) => {
                kept.push(' ');
                rest = after.get(length..).unwrap_or_default();
            }
            None => {
                kept.push('<');
                rest = after;
            }
        }
    }
    kept.push_str(rest);
    kept
}

/// Length of the mark-up whose bracket was opened just before `text`, if it stands for a break.
fn break_length(text: &str) -> Option<usize> {
    let end = text
        .bytes()
        .take(LONGEST_BREAK)
        .position(|byte| byte == b'>')?;
    let inside = text.get(..end)?.trim_start_matches('/');
    let name: String = (inside.chars())
        .take_while(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    let whole = inside.get(name.len()..)?;
    let is_name_alone = whole.is_empty() || whole.starts_with([' ', '/', '\n', '\t']);
    (is_name_alone && BREAKS.contains(&name.as_str())).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn one_form_for_many() {
        for (sent, shown) in [
            ("a b", "a  b"),
            ("a b", "a\u{a0}b"),
            ("a b", "a\u{3000}\t b"),
            ("a\nb", "a b"),
            ("a\nb", "a<br>b"),
            ("a\nb", "a<BR />b"),
            ("a\n\nb", "<p>a</p><p class=\"x\">b</p>"),
            ("a \nb", "a\nb"),
            ("caf\u{e9}", "cafe\u{301}"),
            ("\u{ff21}\u{ff22}", "AB"),
            ("ab", "a\u{200b}b\u{feff}"),
            ("\u{e9}", "e\u{200b}\u{301}"),
            ("\"it's\"", "\u{201c}it\u{2019}s\u{201d}"),
            ("a - b", "a \u{2013} b"),
            ("wait...", "wait\u{2026}"),
        ] {
            assert_eq!(folded(sent), folded(shown), "{sent:?} {shown:?}");
        }
    }

    #[test]
    fn what_differs_stays_different() {
        for (one, other) in [
            ("a b", "ab"),
            ("a", "A"),
            ("a<b", "a b"),
            ("<b>a</b>", "a"),
            ("<pre>a", " a"),
            ("1234", "****"),
        ] {
            assert_ne!(folded(one), folded(other), "{one:?} {other:?}");
        }
        assert_eq!(folded("\u{200b} \u{feff}"), None);
        assert_eq!(folded(&"a".repeat(300_000)), None);
    }
}
