//! Whether there is a standard output at all. No write tells: the runtime of Rust puts `/dev/null` in the place of one that is
//! closed, and takes one that is not open for writing for a good one.

use std::io;

/// Makes sure that what is printed goes where somebody wanted it.
///
/// # Errors
/// Standard output was closed before the program began (`>&-`), or is open for reading only.
#[cfg(target_os = "linux")]
pub(super) fn look() -> io::Result<()> {
    static IS_CLOSED: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    match *IS_CLOSED.get_or_init(linux::is_closed) {
        true => Err(io::Error::other(
            "standard output is closed, or not open for writing",
        )),
        false => Ok(()),
    }
}

/// Not known on this system.
#[cfg(not(target_os = "linux"))]
pub(super) fn look() -> io::Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        fs, io,
        os::unix::process::parent_id,
        path::{Path, PathBuf},
    };

    /// Programs that close an output when they are told to, and that never open `/dev/null` for reading and writing for one.
    const SHELLS: [&str; 9] = [
        "ash", "bash", "busybox", "dash", "fish", "ksh", "mksh", "sh", "zsh",
    ];

    /// The standard output of a process: what it is, and how it was opened.
    struct Output {
        place: PathBuf,
        /// 0: for reading, 1: for writing, 2: for both.
        access: u32,
    }

    impl Output {
        fn of(process: &str) -> io::Result<Self> {
            let place = fs::read_link(format!("/proc/{process}/fd/1"))?;
            let facts = fs::read_to_string(format!("/proc/{process}/fdinfo/1"))?;
            let mut lines = facts.lines();
            let flags = lines.find_map(|line| line.strip_prefix("flags:"));
            let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
            let access = flags.ok_or(io::ErrorKind::InvalidData)? & 3;
            Ok(Self { place, access })
        }

        /// Whether it may be what the runtime puts in the place of a closed one.
        fn is_stand_in(&self) -> bool {
            self.access == 2 && self.place == Path::new("/dev/null")
        }
    }

    pub(super) fn is_closed() -> bool {
        match Output::of("self") {
            Ok(output) if output.access == 0 => true,
            // Programs that want no output open the same for it: then a failure would be a lie. A shell does not.
            Ok(output) if output.is_stand_in() => is_closed_by_a_shell(),
            _ => false,
        }
    }

    fn is_closed_by_a_shell() -> bool {
        let parent = parent_id().to_string();
        let Ok(program) = fs::read_link(format!("/proc/{parent}/exe")) else {
            return false;
        };
        let name = program.file_name().and_then(|name| name.to_str());
        if !name.is_some_and(|name| SHELLS.contains(&name)) {
            return false;
        }
        match Output::of(&parent) {
            // It may have been handed down.
            Ok(output) => !output.is_stand_in(),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }
}
