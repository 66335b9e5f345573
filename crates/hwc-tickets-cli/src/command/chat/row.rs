//! Lines of the screen, in pieces of inert text.

use std::sync::Arc;

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Quiet,
    Strong,
    /// Of this side.
    Own,
    /// Of the other side.
    Support,
    Good,
    Warn,
    Bad,
    /// Leads somewhere.
    Link,
    /// Was looked for.
    Found,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) tone: Tone,
    /// Where it leads, whole, also when a line shows only a part of the address.
    pub(crate) link: Option<Arc<str>>,
}

/// A line.
pub(crate) type Row = Vec<Piece>;

/// A piece that leads nowhere.
pub(crate) fn piece(text: impl Into<String>, tone: Tone) -> Piece {
    Piece {
        text: text.into(),
        tone,
        link: None,
    }
}

/// So many columns of nothing.
pub(crate) fn gap(columns: usize) -> Piece {
    piece(" ".repeat(columns), Tone::Plain)
}
