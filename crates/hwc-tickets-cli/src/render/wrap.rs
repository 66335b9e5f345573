//! Text in columns: how wide it is on a terminal, where it may break, and where it is cut.

use unicode_linebreak::{BreakOpportunity, linebreaks};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// Columns a text takes: 2 for most Chinese characters and emoji.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// `text` (one line, already inert) on lines of at most `columns`. Breaks where its script allows it, and inside a word
/// only when the word alone is too long. A single character wider than `columns` stands alone.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut done = Vec::new();
    let mut current = String::new();
    for piece in pieces(text) {
        if width(&current) + width(piece.trim_end()) <= columns {
            current.push_str(piece);
            continue;
        }
        if !current.is_empty() {
            done.push(std::mem::take(&mut current));
        }
        if width(piece.trim_end()) <= columns {
            current.push_str(piece);
            continue;
        }
        for character in piece.graphemes(true) {
            if !current.is_empty() && width(&current) + width(character) > columns {
                done.push(std::mem::take(&mut current));
            }
            current.push_str(character);
        }
    }
    done.push(current);
    for line in &mut done {
        line.truncate(line.trim_end().len());
    }
    done
}

/// The pieces between the places where a line may break, spaces at the end of each.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    linebreaks(text).filter_map(move |(end, kind)| {
        debug_assert!(matches!(
            kind,
            BreakOpportunity::Allowed | BreakOpportunity::Mandatory
        ));
        let piece = text.get(start..end);
        start = end;
        piece
    })
}

/// `text` cut to `columns`, with `…` in place of what is missing.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.graphemes(true) {
        if width(&kept) + width(character) + 1 > columns {
            break;
        }
        kept.push_str(character);
    }
    kept.push('…');
    kept
}

/// `text` with spaces behind it up to `columns`.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(' ', missing));
    padded
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [&str; 6] = [
        "The disk is full again, please have a look at node seven.",
        "磁盘又满了，请检查七号节点，谢谢。",
        "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦 family",
        "averyverylongwordwithoutanyplacetobreakatall",
        "混合 mixed 文字 and 🚀 emoji",
        "",
    ];

    #[test]
    fn nothing_is_lost_and_nothing_is_wider() {
        for text in TEXTS {
            for columns in 2..60 {
                let lines = wrap(text, columns);
                for line in &lines {
                    assert!(width(line) <= columns, "{line:?} in {columns} columns");
                }
                let squeeze = |text: &str| text.split_whitespace().collect::<String>();
                assert_eq!(squeeze(&lines.concat()), squeeze(text), "{columns} columns");
                assert!(width(&cut(text, columns)) <= columns);
                assert!(width(&pad(&cut(text, columns), columns)) == columns);
            }
        }
    }

    #[test]
    fn breaks() {
        assert_eq!(wrap("The disk is full", 8), ["The disk", "is full"]);
        assert_eq!(wrap("磁盘又满了，请检查", 10), ["磁盘又满", "了，请检查"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(cut("磁盘又满了", 5), "磁盘…");
        assert_eq!(cut("磁盘又满了", 10), "磁盘又满了");
    }
}
