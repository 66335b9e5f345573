//! What a process used: processor time and memory.

use std::{path::Path, time::Duration};

/// Processor time of this process so far, all of its threads.
#[cfg(unix)]
pub(crate) fn own() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// Not told here.
#[cfg(not(unix))]
pub(crate) fn own() -> Duration {
    Duration::ZERO
}

/// Processor time of the threads that another process has now. Linux tells it.
pub(crate) fn of(process: u32) -> Option<Duration> {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let times = tasks
        .flatten()
        .filter_map(|task| of_task(&task.path().join("schedstat")));
    Some(times.sum())
}

fn of_task(schedstat: &Path) -> Option<Duration> {
    let text = std::fs::read_to_string(schedstat).ok()?;
    let nanoseconds = text.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// Largest resident set of this process so far, in KiB: `VmHWM` of Linux.
pub(crate) fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
