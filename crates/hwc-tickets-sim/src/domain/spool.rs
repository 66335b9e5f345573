//! One file on the disk for all that does not stay in memory, in blocks that are used again.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Bytes of a block.
const BLOCK: usize = 64 * 1024;

/// The one that this process writes to, while anything lies in it.
static OPEN: Mutex<Weak<Spool>> = Mutex::new(Weak::new());

/// A file without a name: whatever ends the process ends the file, too. It takes one descriptor, however much lies in it.
pub(super) struct Spool {
    file: File,
    blocks: Mutex<Blocks>,
}

/// Which blocks of the file hold something.
#[derive(Debug, Default)]
struct Blocks {
    /// Blocks before the end that hold nothing any more.
    free: BTreeSet<usize>,
    /// Number of blocks in the file.
    end: usize,
}

impl Spool {
    /// The one of this process; opened where nothing lies in any.
    pub(super) fn shared() -> io::Result<Arc<Self>> {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(spool) = open.upgrade() {
            return Ok(spool);
        }
        let spool = Spool::open()?;
        *open = Arc::downgrade(&spool);
        Ok(spool)
    }

    fn open() -> io::Result<Arc<Self>> {
        Ok(Arc::new(Spool {
            file: tempfile::tempfile()?,
            blocks: Mutex::default(),
        }))
    }

    fn blocks(&self) -> MutexGuard<'_, Blocks> {
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> usize {
        let mut blocks = self.blocks();
        blocks.free.pop_first().unwrap_or_else(|| {
            blocks.end += 1;
            blocks.end - 1
        })
    }

    /// What lies at the end is cut off, so that the disk has it back; the rest waits for who comes next.
    fn give_back(&self, given: &[usize]) {
        let mut blocks = self.blocks();
        let before = blocks.end;
        blocks.free.extend(given);
        while blocks.end > 0 && blocks.free.last() == Some(&(blocks.end - 1)) {
            blocks.free.pop_last();
            blocks.end -= 1;
        }
        if blocks.end < before
            && let Ok(length) = position(blocks.end, 0)
        {
            // Under the lock: nobody takes a block behind the new end meanwhile. A file that stays long is no harm.
            let _ = self.file.set_len(length);
        }
    }
}

impl fmt::Debug for Spool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spool")
            .field("blocks", &self.blocks)
            .finish_non_exhaustive()
    }
}

/// Bytes in a [`Spool`]. Their blocks are given back when it is dropped.
#[derive(Debug)]
pub(super) struct Extent {
    spool: Arc<Spool>,
    blocks: Vec<usize>,
}

impl Extent {
    pub(super) fn new(spool: Arc<Spool>) -> Self {
        Extent {
            spool,
            blocks: Vec::new(),
        }
    }

    /// Fills all of `bytes` from `start` on. Readers do not wait for each other.
    pub(super) fn read(&self, start: usize, bytes: &mut [u8]) -> io::Result<()> {
        self.spans(start, bytes.len()).try_for_each(|span| {
            let (at, range) = span?;
            read_at(&self.spool.file, part_mut(bytes, range)?, at)
        })
    }

    /// Writes all of `bytes` from `start` on, in blocks of its own. What was never written between is whatever lay there.
    pub(super) fn write(&mut self, start: usize, bytes: &[u8]) -> io::Result<()> {
        let end = start
            .checked_add(bytes.len())
            .ok_or(io::ErrorKind::FileTooLarge)?;
        while self.blocks.len() < end.div_ceil(BLOCK) {
            self.blocks.push(self.spool.take());
        }
        self.spans(start, bytes.len()).try_for_each(|span| {
            let (at, range) = span?;
            let bytes = bytes.get(range).ok_or(io::ErrorKind::InvalidInput)?;
            write_at(&self.spool.file, bytes, at)
        })
    }

    /// The parts of `length` bytes from `start` on that lie in one block each: where in the file, and which of the bytes.
    fn spans(
        &self,
        start: usize,
        length: usize,
    ) -> impl Iterator<Item = io::Result<(u64, Range<usize>)>> + '_ {
        let mut done = 0;
        std::iter::from_fn(move || {
            if done == length {
                return None;
            }
            let (index, inside) = ((start + done) / BLOCK, (start + done) % BLOCK);
            let range = done..length.min(done + BLOCK - inside);
            done = range.end;
            Some(
                self.blocks
                    .get(index)
                    .ok_or(io::ErrorKind::UnexpectedEof.into())
                    .and_then(|block| Ok((position(*block, inside)?, range))),
            )
        })
    }
}

impl Drop for Extent {
    fn drop(&mut self) {
        self.spool.give_back(&self.blocks);
    }
}

/// Where a byte of a block lies in the file.
fn position(block: usize, inside: usize) -> io::Result<u64> {
    block
        .checked_mul(BLOCK)
        .and_then(|start| start.checked_add(inside))
        .and_then(|at| u64::try_from(at).ok())
        .ok_or(io::ErrorKind::FileTooLarge.into())
}

fn part_mut(bytes: &mut [u8], range: Range<usize>) -> io::Result<&mut [u8]> {
    bytes
        .get_mut(range)
        .ok_or(io::ErrorKind::InvalidInput.into())
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt as _;
    while !bytes.is_empty() {
        match file.seek_read(bytes, at) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(number) => {
                bytes = bytes.get_mut(number..).unwrap_or_default();
                at += u64::try_from(number).map_err(io::Error::other)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt as _;
    while !bytes.is_empty() {
        match file.seek_write(bytes, at) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(number) => {
                bytes = bytes.get(number..).unwrap_or_default();
                at += u64::try_from(number).map_err(io::Error::other)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(spool: &Arc<Spool>, byte: u8, length: usize) -> Extent {
        let mut extent = Extent::new(Arc::clone(spool));
        extent.write(0, &vec![byte; length]).unwrap();
        extent
    }

    fn is_filled(extent: &Extent, byte: u8, length: usize) -> bool {
        let mut bytes = vec![!byte; length];
        extent.read(0, &mut bytes).unwrap();
        bytes.iter().all(|&found| found == byte)
    }

    #[test]
    fn the_room_of_what_is_gone_is_used_again_and_what_is_left_stays_as_it_is() {
        let spool = Spool::open().unwrap();
        let length = || spool.file.metadata().unwrap().len();
        let large = 3 * BLOCK + 7;
        let first = filled(&spool, 0, large);
        let mut kept = filled(&spool, 1, large);
        let most = length();
        drop(first);
        for round in 2..50 {
            let next = filled(&spool, round, large - usize::from(round));
            assert!(is_filled(&kept, round - 1, large - usize::from(round - 1)));
            assert!(is_filled(&next, round, large - usize::from(round)));
            kept = next;
            assert!(length() <= most, "round {round}: {} bytes", length());
        }
        drop(kept);
        assert_eq!(length(), 0, "the disk has it back");
    }

    #[test]
    fn those_who_write_at_the_same_time_do_not_mix() {
        let spool = Spool::open().unwrap();
        let mut both = [
            Extent::new(Arc::clone(&spool)),
            Extent::new(Arc::clone(&spool)),
        ];
        let step = BLOCK / 3 + 1;
        for start in (0..10 * step).step_by(step) {
            both[0].write(start, &vec![5; step]).unwrap();
            both[1].write(start, &vec![6; step]).unwrap();
        }
        // And once more over a border of blocks.
        both[0].write(BLOCK - 2, &[5; 4]).unwrap();
        assert!(is_filled(&both[0], 5, 10 * step));
        assert!(is_filled(&both[1], 6, 10 * step));
        let end = both[0].read(20 * BLOCK, &mut [0]).unwrap_err();
        assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
    }
}
