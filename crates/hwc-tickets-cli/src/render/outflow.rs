//! A file of the service on standard output, piece by piece: byte for byte, and on a terminal made inert.

use super::foreign;
use crate::failure::Failure;
use std::io::{self, IsTerminal as _, Write as _};

/// Where the pieces of a file go.
#[derive(Debug)]
pub(crate) struct Outflow {
    /// On a terminal: what the pieces become there.
    shown: Option<Shown>,
}

impl Outflow {
    pub(crate) fn new() -> Self {
        Self {
            shown: io::stdout().is_terminal().then(Shown::default),
        }
    }

    /// The next piece.
    pub(crate) fn write(&mut self, piece: &[u8]) -> Result<(), Failure> {
        match &mut self.shown {
            None => put(piece),
            Some(shown) => put(shown.push(piece).as_bytes()),
        }
    }

    /// No more comes. Without it, the end of what a terminal was to show may be missing.
    pub(crate) fn end(self) -> Result<(), Failure> {
        match self.shown {
            None => Ok(()),
            Some(shown) => put(shown.end().as_bytes()),
        }
    }
}

fn put(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    Ok(out.flush()?)
}

/// Pieces as lines of inert text, wherever the pieces end.
#[derive(Debug, Default)]
struct Shown {
    /// The beginning of a character or of a line break whose rest is in the next piece.
    open: Vec<u8>,
    /// Whether the last line was begun and not ended.
    in_line: bool,
}

impl Shown {
    fn push(&mut self, piece: &[u8]) -> String {
        self.open.extend_from_slice(piece);
        let rest = self.open.split_off(closed(&self.open));
        let text = String::from_utf8_lossy(&self.open).into_owned();
        self.open = rest;
        self.inert(&text)
    }

    fn end(mut self) -> String {
        let open = std::mem::take(&mut self.open);
        let mut text = self.inert(&String::from_utf8_lossy(&open));
        if self.in_line {
            text.push('\n');
        }
        text
    }

    fn inert(&mut self, text: &str) -> String {
        if let Some(last) = text.chars().next_back() {
            self.in_line = last != '\n';
        }
        foreign::piece(text)
    }
}

/// So many bytes can be shown whatever comes next.
fn closed(bytes: &[u8]) -> usize {
    let open = match bytes {
        [.., b'\r'] => 1,
        _ => match bytes.utf8_chunks().last() {
            // The beginning of a character, not bytes that never are one: those have something behind them.
            Some(chunk) if is_begun(chunk.invalid()) => chunk.invalid().len(),
            _ => 0,
        },
    };
    bytes.len().saturating_sub(open)
}

/// Whether more bytes can make a character of these.
fn is_begun(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However a file is cut into pieces, the same is shown, and nothing of it acts on the terminal.
    #[test]
    fn pieces_end_anywhere() {
        for (file, expected) in [
            (&b""[..], ""),
            (b"one", "one\n"),
            (b"one\r\ntwo\n", "one\ntwo\n"),
            (b"a\rb\r", "a\\rb\\r\n"),
            (b"\n\n", "\n\n"),
            (b"\x1b[31mred\ta", "\\u{1b}[31mred    a\n"),
            ("工单👍\u{202e}x\n".as_bytes(), "工单👍\\u{202e}x\n"),
            ("👨\u{200d}👩 x\n".as_bytes(), "👨\u{200d}👩 x\n"),
            (b"\xff\xfe\xe5\xb7", "\u{fffd}\u{fffd}\u{fffd}\n"),
            (b"\xe5\xb7x", "\u{fffd}x\n"),
        ] {
            for size in 1..=file.len().max(1) {
                let mut shown = Shown::default();
                let mut text = String::new();
                for piece in file.chunks(size) {
                    text.push_str(&shown.push(piece));
                    assert!(shown.open.len() < 4);
                }
                text.push_str(&shown.end());
                assert_eq!(text, expected, "{file:?} in pieces of {size}");
            }
        }
    }
}
