//! What is in memory, and whether it stays there.

use std::{fs, time::Duration};

/// By so much memory may grow whatever was told, in KiB: a few requests more or less under way, and what an allocator keeps for
/// itself. Ended tasks are no part of it, as the test keeps none of them.
const SLACK: u64 = 2 << 10;
/// By so much memory may grow for each message that was told, in bytes. Up to a number for each ticket, which days would not
/// reach, the follower knows each by its second and a digest: 24 bytes in a ring that doubles. A checkpoint writes them all
/// down: some 70 bytes for each as words, and 32 as JSON in a buffer that doubles; the allocator may keep that.
const PER_MESSAGE: u64 = 256;

/// What was in memory when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    /// On the monotonic clock.
    pub(super) at: Duration,
    pub(super) kib: u64,
}

/// What this process has in memory for itself, in KiB; also what was moved out to the disk, so that a machine without room changes
/// nothing. The program's own text is not part of it: that comes when it is first used. Linux tells it.
pub(super) fn own() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kib = |name: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    Some(kib("RssAnon:")? + kib("VmSwap:").unwrap_or(0))
}

/// The middle of the second quarter, and of the last one: a peak in passing is none of them.
pub(super) fn quarters(samples: &[Sample]) -> Option<(u64, u64)> {
    let quarter = samples.len() / 4;
    let early = median(samples.get(quarter..quarter * 2)?)?;
    let late = median(samples.get(quarter * 3..)?)?;
    Some((early, late))
}

fn median(samples: &[Sample]) -> Option<u64> {
    let mut kib: Vec<u64> = samples.iter().map(|sample| sample.kib).collect();
    kib.sort_unstable();
    kib.get(kib.len() / 2).copied()
}

/// The growth in KiB per hour, by least squares, from the second quarter on.
pub(super) fn slope(samples: &[Sample]) -> Option<f64> {
    let settled = samples.get(samples.len() / 4..)?;
    let hours = |sample: &Sample| sample.at.as_secs_f64() / 3600.0;
    let kib = |sample: &Sample| sample.kib as f64;
    let count = settled.len() as f64;
    let middle = settled.iter().map(hours).sum::<f64>() / count;
    let mean = settled.iter().map(kib).sum::<f64>() / count;
    let (mut rises, mut squares) = (0.0, 0.0);
    for sample in settled {
        let away = hours(sample) - middle;
        rises += away * (kib(sample) - mean);
        squares += away * away;
    }
    (squares > 0.0).then(|| rises / squares)
}

/// What grew by more than it may, with so many messages told between two samples. Half of a run lies between the two quarters:
/// of half an hour, 15 minutes with 5,400 messages, for which it may be 3.3 MiB. What each second leaves behind is noticed from
/// 4 KiB on then, and from less in a longer run.
pub(super) fn leak(samples: &[Sample], messages: u64) -> Option<String> {
    let (early, late) = quarters(samples)?;
    let told = u64::try_from(samples.len() / 2).unwrap() * messages;
    let most = early + SLACK + told * PER_MESSAGE / 1024;
    (late > most).then(|| format!("memory grows from {early} to {late} KiB; {most} is the most"))
}

/// A second each, in which memory grows by so many bytes.
fn growing(seconds: u64, bytes: u64) -> Vec<Sample> {
    let sample = |second| Sample {
        at: Duration::from_secs(second),
        kib: 28_000 + second * bytes / 1024,
    };
    (0..seconds).map(sample).collect()
}

#[test]
fn the_slope_is_that_of_a_line() {
    let rise = slope(&growing(400, 2048)).unwrap();
    assert!((rise - 7200.0).abs() < 0.01, "{rise}");
    assert!(slope(&[]).is_none());
}

#[test]
fn a_slow_leak_is_noticed_and_what_each_message_takes_is_none() {
    // A tenth of what is there and 4 MiB more would let it pass.
    let leaking = growing(1800, 4096);
    assert!(leak(&leaking, 6).is_some(), "{:?}", quarters(&leaking));
    // The longer it goes on, the less passes.
    assert!(leak(&growing(1800, 3 << 10), 6).is_none());
    assert!(leak(&growing(7200, 3 << 10), 6).is_some());
    assert_eq!(leak(&growing(86_400, 6 * PER_MESSAGE), 6), None);
    assert_eq!(leak(&[], 6), None);
}

#[test]
fn a_peak_in_passing_is_no_leak() {
    let mut samples = growing(400, 0);
    samples[390].kib *= 2;
    assert_eq!(leak(&samples, 0), None);
}
