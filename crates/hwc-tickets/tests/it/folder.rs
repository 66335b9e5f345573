//! Folders of tests that make many of them.

use tempfile::TempDir;

/// A folder, in memory where the system has a place for that: what these tests show is what a program does after it was dropped or
/// killed, and not what a disk does; each file that is brought to a disk is waited for. What files are themselves is tested on a disk
/// (`files`, `outbox`).
pub fn folder() -> TempDir {
    TempDir::new_in("/dev/shm")
        .or_else(|_| TempDir::new())
        .unwrap()
}
