//! The bytes of a file: in memory while they are few, on the disk when they are many.

use std::fmt;
use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::sync::Arc;

use bytes::Bytes;

use super::spool::{Extent, Spool};

/// Most bytes that are written and stay in memory.
const IN_MEMORY: usize = 1024 * 1024;

/// Most bytes that are read at once.
const PIECE: usize = 64 * 1024;

/// Bytes. A copy costs nothing. `Debug` shows the number of bytes only.
///
/// What is made from bytes stays in memory. An upload or an archive of more than 1 MiB lies in a temporary file without a
/// name, in the directory for such files (on Unix `TMPDIR`); where that directory lies in memory, so does the file. It is one
/// file for all of them. Room in it is used again when the last copy is gone, and the file goes with the last of them, or
/// with the process however that ends.
///
/// Blobs are equal that hold the same bytes, wherever those lie. To find out, both are read, from the disk too unless they
/// are copies of each other; what cannot be read equals only its copies.
#[derive(Clone)]
pub struct Blob {
    content: Content,
    length: usize,
}

#[derive(Clone)]
enum Content {
    Memory(Bytes),
    Disk(Arc<Extent>),
    /// Bytes whose reading a test watches, or forbids.
    #[cfg(test)]
    Watched(Bytes, Arc<dyn Fn() -> io::Result<()> + Send + Sync>),
}

impl Blob {
    /// Where bytes are written for a blob.
    pub(crate) fn writer() -> Writer {
        Writer {
            written: Written::Memory(Cursor::default()),
            length: 0,
            position: 0,
        }
    }

    /// Bytes that call `watch` for each piece that is read, and give none when it fails.
    #[cfg(test)]
    pub(crate) fn watched(
        bytes: impl Into<Bytes>,
        watch: impl Fn() -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let bytes = bytes.into();
        Blob {
            length: bytes.len(),
            content: Content::Watched(bytes, Arc::new(watch)),
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
            Content::Disk(extent) => {
                let mut piece = vec![0; number];
                extent.read(start, &mut piece)?;
                Ok(Bytes::from(piece))
            }
            #[cfg(test)]
            Content::Watched(bytes, watch) => {
                watch()?;
                Ok(bytes.slice(start..start + number))
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

    /// All bytes, if they lie in memory and are no more than one piece; else the blob again.
    pub(crate) fn into_one_piece(self) -> Result<Bytes, Self> {
        match self.content {
            Content::Memory(mut bytes) if self.length <= PIECE => {
                bytes.truncate(self.length);
                Ok(bytes)
            }
            content => Err(Blob {
                content,
                length: self.length,
            }),
        }
    }

    /// All bytes in one, in memory.
    ///
    /// # Errors
    ///
    /// As [`Blob::read`].
    pub fn to_bytes(&self) -> io::Result<Bytes> {
        match &self.content {
            Content::Memory(bytes) => Ok(bytes.slice(..self.length)),
            _ => {
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

/// The same bytes, wherever they lie.
impl PartialEq for Blob {
    fn eq(&self, other: &Self) -> bool {
        let copies = match (&self.content, &other.content) {
            (Content::Disk(one), Content::Disk(other)) => Arc::ptr_eq(one, other),
            #[cfg(test)]
            (Content::Watched(_, one), Content::Watched(_, other)) => Arc::ptr_eq(one, other),
            _ => false,
        };
        self.length == other.length
            && (copies
                || self
                    .pieces()
                    .zip(other.pieces())
                    .all(|pair| matches!(pair, (Ok(one), Ok(other)) if one == other)))
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.length)
    }
}

/// Takes the bytes of a blob, in memory while they are few.
#[derive(Debug)]
pub(crate) struct Writer {
    written: Written,
    length: usize,
    /// Where the next bytes go; at most the length.
    position: usize,
}

#[derive(Debug)]
enum Written {
    Memory(Cursor<Vec<u8>>),
    Disk(Extent),
}

impl Writer {
    /// What was written.
    pub(crate) fn into_blob(self) -> Blob {
        match self.written {
            Written::Memory(bytes) => Blob::from(bytes.into_inner().into_boxed_slice()),
            Written::Disk(extent) => Blob {
                content: Content::Disk(Arc::new(extent)),
                length: self.length,
            },
        }
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let end = self
            .position
            .checked_add(bytes.len())
            .ok_or(io::ErrorKind::FileTooLarge)?;
        if let Written::Memory(so_far) = &self.written
            && end > IN_MEMORY
        {
            let mut extent = Extent::new(Spool::shared()?);
            extent.write(0, so_far.get_ref())?;
            self.written = Written::Disk(extent);
        }
        match &mut self.written {
            Written::Memory(so_far) => {
                so_far.set_position(u64::try_from(self.position).map_err(io::Error::other)?);
                so_far.write_all(bytes)?;
            }
            Written::Disk(extent) => extent.write(self.position, bytes)?,
        }
        self.position = end;
        self.length = self.length.max(end);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Writer {
    /// Not behind the end: nobody has written there.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let number = |usize| u64::try_from(usize).map_err(io::Error::other);
        let target = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(by) => number(self.length)?.checked_add_signed(by),
            SeekFrom::Current(by) => number(self.position)?.checked_add_signed(by),
        };
        let position = target
            .and_then(|target| usize::try_from(target).ok())
            .filter(|position| *position <= self.length)
            .ok_or(io::ErrorKind::InvalidInput)?;
        self.position = position;
        number(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(bytes: &[u8]) -> Blob {
        let mut writer = Blob::writer();
        // Pieces that fit neither the memory nor the blocks of the disk.
        for piece in bytes.chunks(70_001) {
            writer.write_all(piece).unwrap();
        }
        writer.into_blob()
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
    fn what_was_written_can_be_written_over_but_nothing_skipped() {
        for length in [100, IN_MEMORY, IN_MEMORY + 3 * PIECE + 7] {
            let mut expected: Vec<u8> = (0..=250).cycle().take(length).collect();
            let mut writer = Blob::writer();
            writer.write_all(&expected).unwrap();
            for (to, at) in [
                (SeekFrom::Start(7), 7),
                (SeekFrom::Current(-3), 7),
                (SeekFrom::End(-20), length - 20),
                (SeekFrom::End(0), length),
                (SeekFrom::End(-1), length + 2),
            ] {
                assert_eq!(writer.seek(to).unwrap(), at as u64, "{length}: {to:?}");
                writer.write_all(b"new").unwrap();
                expected.splice(at..expected.len().min(at + 3), *b"new");
            }
            for to in [
                SeekFrom::End(1),
                SeekFrom::Start(u64::MAX),
                SeekFrom::Current(i64::MIN),
            ] {
                assert!(writer.seek(to).is_err(), "{length}: {to:?}");
            }
            assert_eq!(writer.into_blob().to_bytes().unwrap(), expected);
        }
    }

    #[test]
    fn what_cannot_be_read_equals_its_copies_and_nothing_else() {
        let broken = || Blob::watched("bytes", || Err(io::ErrorKind::Other.into()));
        let one = broken();
        assert_eq!(one, one.clone());
        assert_ne!(one, one.first(4));
        assert_ne!(one, broken());
        assert_ne!(one, Blob::from("bytes"));
        assert_eq!(
            Blob::watched("bytes", || Ok(())),
            Blob::from("bytes"),
            "the same bytes"
        );
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
