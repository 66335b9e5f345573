//! The bytes of a file: in memory while they are few, on the disk when they are many.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tempfile::{SpooledData, SpooledTempFile};

/// Most bytes that are written and stay in memory.
const IN_MEMORY: usize = 1024 * 1024;

/// Most bytes that are read at once.
const PIECE: usize = 64 * 1024;

/// Bytes. A copy costs nothing. `Debug` shows the number of bytes only.
///
/// What is made from bytes stays in memory. An upload or an archive of more than 1 MiB lies in a temporary file without a
/// name, in the directory for such files (on Unix `TMPDIR`). It is gone with the last copy, and with the process however
/// that ends.
#[derive(Clone)]
pub struct Blob {
    content: Content,
    length: usize,
}

#[derive(Clone)]
enum Content {
    Memory(Bytes),
    /// Whoever reads puts the position where it is wanted.
    Disk(Arc<Mutex<File>>),
}

impl Blob {
    /// Where bytes are written for a blob.
    pub(crate) fn writer() -> SpooledTempFile {
        SpooledTempFile::new(IN_MEMORY)
    }

    /// What was written to a [`Blob::writer`].
    pub(crate) fn written(writer: SpooledTempFile) -> io::Result<Self> {
        match writer.into_inner() {
            SpooledData::InMemory(bytes) => Ok(Blob::from(bytes.into_inner().into_boxed_slice())),
            SpooledData::OnDisk(file) => {
                let length = file.metadata()?.len();
                Ok(Blob {
                    length: usize::try_from(length).map_err(io::Error::other)?,
                    content: Content::Disk(Arc::new(Mutex::new(file))),
                })
            }
        }
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The first bytes, at most so many.
    #[must_use]
    pub fn first(&self, bytes: usize) -> Blob {
        Blob {
            content: self.content.clone(),
            length: self.length.min(bytes),
        }
    }

    /// The bytes from `start` on, at most `most` and at most 64 KiB; none from the end on.
    ///
    /// # Errors
    ///
    /// They lie on the disk, which does not give them back.
    pub fn read(&self, start: usize, most: usize) -> io::Result<Bytes> {
        let start = start.min(self.length);
        let number = most.min(PIECE).min(self.length - start);
        match &self.content {
            Content::Memory(bytes) => Ok(bytes.slice(start..start + number)),
            Content::Disk(file) => {
                let mut piece = vec![0; number];
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(
                    u64::try_from(start).map_err(io::Error::other)?,
                ))?;
                file.read_exact(&mut piece)?;
                Ok(Bytes::from(piece))
            }
        }
    }

    /// All bytes, one piece of at most 64 KiB after the other, none of them empty. Ends after an error.
    ///
    /// # Errors
    ///
    /// As [`Blob::read`].
    pub fn pieces(&self) -> impl Iterator<Item = io::Result<Bytes>> + Send + use<> {
        let blob = self.clone();
        let starts = (0..self.length).step_by(PIECE);
        let mut broken = false;
        starts.map_while(move |start| {
            let piece = (!broken).then(|| blob.read(start, PIECE))?;
            broken = piece.is_err();
            Some(piece)
        })
    }

    /// All bytes in one, in memory.
    ///
    /// # Errors
    ///
    /// As [`Blob::read`].
    pub fn to_bytes(&self) -> io::Result<Bytes> {
        match &self.content {
            Content::Memory(bytes) => Ok(bytes.slice(..self.length)),
            Content::Disk(_) => {
                let mut whole = Vec::with_capacity(self.length);
                for piece in self.pieces() {
                    whole.extend_from_slice(&piece?);
                }
                Ok(Bytes::from(whole))
            }
        }
    }
}

impl Default for Blob {
    fn default() -> Self {
        Blob::from(Bytes::new())
    }
}

impl<T: Into<Bytes>> From<T> for Blob {
    fn from(bytes: T) -> Self {
        let bytes = bytes.into();
        Blob {
            length: bytes.len(),
            content: Content::Memory(bytes),
        }
    }
}

/// The same bytes, wherever they lie. What cannot be read equals nothing.
impl PartialEq for Blob {
    fn eq(&self, other: &Self) -> bool {
        self.length == other.length
            && self
                .pieces()
                .zip(other.pieces())
                .all(|pair| matches!(pair, (Ok(one), Ok(other)) if one == other))
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
    use std::io::Write as _;

    use super::*;

    fn written(bytes: &[u8]) -> Blob {
        let mut writer = Blob::writer();
        writer.write_all(bytes).unwrap();
        Blob::written(writer).unwrap()
    }

    #[test]
    fn where_the_bytes_lie_does_not_matter() {
        let bytes: Vec<u8> = (0..=250).cycle().take(IN_MEMORY + 3 * PIECE + 7).collect();
        let (memory, disk) = (Blob::from(bytes.clone()), written(&bytes));
        assert!(matches!(disk.content, Content::Disk(_)));
        assert_eq!(disk, memory);
        assert_eq!(disk, disk.clone());
        assert_eq!(disk.to_bytes().unwrap(), bytes);
        let mut other = bytes.clone();
        *other.last_mut().unwrap() ^= 1;
        assert_ne!(disk, written(&other));
        assert_ne!(disk, Blob::from(other));
        for first in [
            0,
            1,
            PIECE,
            PIECE + 1,
            bytes.len() - 1,
            bytes.len(),
            bytes.len() + 1,
        ] {
            let (disk, memory) = (disk.first(first), memory.first(first));
            assert_eq!(disk.len(), first.min(bytes.len()));
            assert_eq!(disk, memory);
            assert_eq!(disk.to_bytes().unwrap(), bytes[..disk.len()]);
            for start in [0, 5, PIECE, first, first + 1] {
                assert_eq!(disk.read(start, 9).unwrap(), memory.read(start, 9).unwrap());
            }
        }
        let pieces: Vec<Bytes> = disk.pieces().map(Result::unwrap).collect();
        assert!(
            pieces
                .iter()
                .all(|piece| (1..=PIECE).contains(&piece.len()))
        );
        assert_eq!(pieces.concat(), bytes);
    }

    #[test]
    fn few_bytes_stay_in_memory() {
        let blob = written(b"hello world");
        assert!(matches!(blob.content, Content::Memory(_)));
        assert_eq!(blob, Blob::from("hello world"));
        assert_ne!(blob, Blob::from("hello worle"));
        assert_eq!(format!("{blob:?}"), "Blob(11 bytes)", "no text");
        assert!(Blob::default().is_empty() && written(b"").is_empty());
    }
}
