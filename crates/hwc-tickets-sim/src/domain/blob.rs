//! The bytes of a file, in the pieces in which they came: a large file is never copied into one.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

/// Bytes. A copy costs nothing. `Debug` shows the number of bytes only.
#[derive(Clone, Default)]
pub struct Blob {
    pieces: Arc<[Bytes]>,
    length: usize,
}

impl Blob {
    /// The bytes of `pieces`, one after the other.
    pub fn new(pieces: Vec<Bytes>) -> Self {
        let pieces: Arc<[Bytes]> = pieces
            .into_iter()
            .filter(|piece| !piece.is_empty())
            .collect();
        let length = pieces.iter().map(Bytes::len).sum();
        Blob { pieces, length }
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The pieces, none of them empty.
    pub fn pieces(&self) -> &[Bytes] {
        &self.pieces
    }

    /// The first bytes, at most so many.
    #[must_use]
    pub fn first(&self, bytes: usize) -> Blob {
        let mut left = bytes;
        let mut kept = Vec::new();
        for piece in self.pieces.iter() {
            let piece = piece.slice(..left.min(piece.len()));
            left = left.saturating_sub(piece.len());
            kept.push(piece);
            if left == 0 {
                break;
            }
        }
        Blob::new(kept)
    }

    /// All bytes in one.
    pub fn to_bytes(&self) -> Bytes {
        match self.pieces() {
            [] => Bytes::new(),
            [one] => one.clone(),
            many => Bytes::from(many.concat()),
        }
    }

    fn bytes(&self) -> impl Iterator<Item = &u8> {
        self.pieces.iter().flatten()
    }
}

impl<T: Into<Bytes>> From<T> for Blob {
    fn from(bytes: T) -> Self {
        Blob::new(vec![bytes.into()])
    }
}

impl PartialEq for Blob {
    fn eq(&self, other: &Self) -> bool {
        self.length == other.length && self.bytes().eq(other.bytes())
    }
}

impl Eq for Blob {}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_do_not_matter() {
        let whole = Blob::from("hello world");
        let pieces = Blob::new(["hel", "", "lo wor", "ld"].map(Bytes::from).to_vec());
        assert_eq!((whole.len(), pieces.len()), (11, 11));
        assert_eq!(whole, pieces);
        assert_ne!(whole, Blob::from("hello worle"));
        assert_eq!(pieces.to_bytes(), "hello world");
        for bytes in 0..=12 {
            assert_eq!(pieces.first(bytes), whole.first(bytes), "{bytes}");
            assert_eq!(pieces.first(bytes).len(), bytes.min(11));
        }
        assert!(Blob::default().is_empty());
        assert_eq!(format!("{whole:?}"), "Blob(11 bytes)", "no text");
    }
}
