//! Fuzzing without a nightly compiler: a target reads bytes, gets every file of its committed corpus, and then changed ones.
//!
//! A test run makes a few changes, always the same ones, so that it passes tomorrow if it passed today. With `FUZZ_SECONDS` set, as
//! `cargo xtask fuzz` sets it, a target goes on for so many seconds, and with other changes each time. An input that breaks a
//! target is made small and shown: it goes into the corpus as a file, named for what it is, and the target is mended.
#![allow(
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "whoever calls this is a test, which fails by panicking"
)]

mod orders;

pub use orders::{Choices, every_order};

use proptest::{
    collection::vec,
    prelude::*,
    sample::Index,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use std::{
    env, fmt, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::{Duration, Instant},
};

/// For how many seconds each target goes on.
pub const SECONDS: &str = "FUZZ_SECONDS";

/// No input keeps a reader busy for so long, on a slow machine and without optimisation.
const LONGEST: Duration = Duration::from_secs(10);
/// Inputs are cut to this length.
const LARGEST: usize = 64 * 1024;
/// Inputs of a round of a long run.
const ROUND: u32 = 256;
/// Tries to make a failing input smaller.
const SHRINKING: u32 = 4_096;

/// What breaks readers of many kinds.
const WORDS: [&[u8]; 43] = [
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80",
    b"\xe2\x80\xae",
    b"\x1b[2J",
    b"\xc2\x9b31m",
    b"\r\n",
    b"\n",
    b"\r",
    b"\t",
    b" ",
    b"\"",
    b"\\",
    b"\\ud800",
    b"\\u0000",
    b"{",
    b"}",
    b"[",
    b"]",
    b"[[[[[[[[[[[[[[[[",
    b":",
    b",",
    b"null",
    b"true",
    b"0",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"%",
    b"%00",
    b"%2e%2e",
    b"%ff",
    b"&",
    b"=",
    b"+",
    b";",
    b"/",
    b"../",
    b"#",
    b"--",
    b"error_code",
];

/// Gives `target` every file below `corpus`, and then `cases` changed ones, or as many as the time of a long run allows.
///
/// A target panics when something does not hold.
pub fn fuzz(corpus: impl AsRef<Path>, cases: u32, target: impl Fn(&[u8])) {
    let corpus = corpus.as_ref();
    let files = read(corpus);
    assert!(!files.is_empty(), "{} is empty", corpus.display());
    for (name, bytes) in &files {
        let held = catch_unwind(AssertUnwindSafe(|| in_time(&target, bytes)));
        assert!(
            held.is_ok(),
            "{}/{name} breaks the target; its own words are above",
            corpus.display()
        );
    }
    let files: Vec<Vec<u8>> = files.into_iter().map(|(_, bytes)| bytes).collect();
    let seconds = env::var(SECONDS).ok();
    let seconds = seconds.map(|text| text.parse().map(Duration::from_secs));
    let Some(seconds) = seconds else {
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        return round(
            TestRunner::new_with_rng(config(cases), rng),
            &files,
            &target,
        );
    };
    let Ok(seconds) = seconds else {
        panic!("{SECONDS} is not a number of seconds");
    };
    let begun = now();
    while begun.elapsed() < seconds {
        round(TestRunner::new(config(ROUND.min(cases))), &files, &target);
    }
}

/// The input as text: what is not UTF-8 is replaced.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The word that stands for secrets in a corpus.
pub const SECRET: &str = "C4NARY";

/// Asserts that what is shown of something does not show [`SECRET`].
pub fn assert_hidden(shown: &str) {
    assert!(!shown.contains(SECRET), "it shows a secret: {shown}");
}

/// The text with [`SECRET`] only on lines that `is_secret`: a change may have moved it to where everybody may see it.
#[must_use]
pub fn secret_where(text: &str, is_secret: impl Fn(&str) -> bool) -> String {
    let lines = text.split('\n').map(|line| match is_secret(line) {
        true => line.to_owned(),
        false => line.replace(SECRET, ""),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The files below a directory, with their names, in order.
fn read(corpus: &Path) -> Vec<(String, Vec<u8>)> {
    let listed = fs::read_dir(corpus);
    let listed = listed.unwrap_or_else(|error| panic!("{}: {error}", corpus.display()));
    let mut files: Vec<_> = listed
        .map(|entry| {
            let path = entry.map(|entry| entry.path());
            let path = path.unwrap_or_else(|error| panic!("{}: {error}", corpus.display()));
            let bytes = fs::read(&path);
            let bytes = bytes.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.file_name().unwrap_or_default();
            (name.to_string_lossy().into_owned(), bytes)
        })
        .collect();
    files.sort();
    files
}

fn config(cases: u32) -> Config {
    Config {
        cases,
        max_shrink_iters: SHRINKING,
        failure_persistence: None,
        ..Config::default()
    }
}

fn round(mut runner: TestRunner, files: &[Vec<u8>], target: &impl Fn(&[u8])) {
    let outcome = runner.run(&inputs(files), |input| {
        in_time(target, &input.0);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}; put this input into the corpus, and mend the target");
    }
}

/// Runs the target, and refuses to wait for ever.
fn in_time(target: &impl Fn(&[u8]), bytes: &[u8]) {
    let begun = now();
    target(bytes);
    let took = begun.elapsed();
    assert!(took < LONGEST, "an input took {took:?}");
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a target takes is a matter of real time"
)]
fn now() -> Instant {
    Instant::now()
}

/// Bytes that are shown as Rust writes them.
#[derive(Clone)]
struct Input(Vec<u8>);

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// What is done to an input.
#[derive(Debug, Clone)]
enum Change {
    Put(Index, u8),
    Flip(Index, u32),
    Word(Index, Index),
    Bytes(Index, Vec<u8>),
    Cut(Index, usize),
    End(Index),
    Repeat(Index, usize, usize),
    /// A piece of another file of the corpus.
    Splice(Index, Index, Index, usize),
}

fn changes() -> impl Strategy<Value = Change> {
    let place = any::<Index>;
    prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, byte)| Change::Put(at, byte)),
        (place(), 0..8_u32).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (place(), place()).prop_map(|(at, word)| Change::Word(at, word)),
        (place(), vec(any::<u8>(), 1..8)).prop_map(|(at, bytes)| Change::Bytes(at, bytes)),
        (place(), 1..64_usize).prop_map(|(at, length)| Change::Cut(at, length)),
        place().prop_map(Change::End),
        (place(), 1..32_usize, 1..64_usize)
            .prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        (place(), place(), place(), 1..256_usize)
            .prop_map(|(at, file, from, length)| Change::Splice(at, file, from, length)),
    ]
}

fn inputs(files: &[Vec<u8>]) -> impl Strategy<Value = Input> + '_ {
    (any::<Index>(), vec(changes(), 0..8)).prop_map(move |(file, changes)| {
        let mut bytes = files.get(file.index(files.len())).cloned();
        let bytes = bytes.get_or_insert_default();
        for change in &changes {
            apply(change, bytes, files);
            bytes.truncate(LARGEST);
        }
        Input(std::mem::take(bytes))
    })
}

fn apply(change: &Change, bytes: &mut Vec<u8>, files: &[Vec<u8>]) {
    let place = |at: &Index| at.index(bytes.len() + 1);
    match change {
        Change::Put(at, byte) => {
            let at = place(at);
            if let Some(old) = bytes.get_mut(at) {
                *old = *byte;
            }
        }
        Change::Flip(at, bit) => {
            let at = place(at);
            if let Some(old) = bytes.get_mut(at) {
                *old ^= 1_u8 << *bit;
            }
        }
        Change::Word(at, word) => {
            let at = place(at);
            let word = WORDS.get(word.index(WORDS.len())).copied();
            insert(bytes, at, word.unwrap_or_default());
        }
        Change::Bytes(at, more) => {
            let at = place(at);
            insert(bytes, at, more);
        }
        Change::Cut(at, length) => {
            let at = place(at);
            let end = at.saturating_add(*length).min(bytes.len());
            bytes.drain(at..end);
        }
        Change::End(at) => {
            let at = place(at);
            bytes.truncate(at);
        }
        Change::Repeat(at, length, times) => {
            let at = place(at);
            let end = at.saturating_add(*length).min(bytes.len());
            let piece = bytes.get(at..end).unwrap_or_default().repeat(*times);
            insert(bytes, at, &piece);
        }
        Change::Splice(at, file, from, length) => {
            let at = place(at);
            let Some(other) = files.get(file.index(files.len())) else {
                return;
            };
            let from = from.index(other.len() + 1);
            let end = from.saturating_add(*length).min(other.len());
            insert(bytes, at, other.get(from..end).unwrap_or_default());
        }
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, more: &[u8]) {
    let behind = bytes.split_off(at);
    bytes.extend_from_slice(more);
    bytes.extend(behind);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// Its own sources are a corpus.
    const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

    #[test]
    fn every_file_and_then_changes_of_it() {
        let sources: Vec<Vec<u8>> = read(Path::new(SOURCE))
            .into_iter()
            .map(|file| file.1)
            .collect();
        let given = RefCell::new(Vec::new());
        fuzz(SOURCE, 64, |bytes| given.borrow_mut().push(bytes.to_vec()));
        let given = given.into_inner();
        assert_eq!(given[..sources.len()], sources);
        assert!(given.len() >= sources.len() + 64, "{}", given.len());
        let changed = given
            .iter()
            .filter(|bytes| !sources.contains(bytes))
            .count();
        assert!(changed > 32, "{changed}");
    }

    #[test]
    fn what_breaks_a_target_is_told() {
        let broken = |target: fn(&[u8])| {
            let held = catch_unwind(|| fuzz(SOURCE, 512, target));
            let said = held.unwrap_err();
            said.downcast_ref::<String>().cloned().unwrap_or_default()
        };
        assert!(broken(|_| panic!("always")).contains("lib.rs breaks the target"));
        let said = broken(|bytes| assert!(bytes.starts_with(b"//!")));
        assert!(said.contains("minimal failing input"), "{said}");
    }
}
