//! Compilers of rustup, besides the one that runs this.

use super::forget_package;
use std::{
    ffi::OsStr,
    process::{Command, Stdio},
};

/// What the compiler that runs this has told of itself.
const OWN: [&str; 4] = ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN"];

/// A program that has the compiler of this name. Nothing is installed for it.
#[must_use]
pub fn with_toolchain(toolchain: &str, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("rustup");
    command
        .args(["run", toolchain])
        .arg(program)
        .stdin(Stdio::null());
    for name in OWN {
        command.env_remove(name);
    }
    forget_package(&mut command);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_compiler_is_not_told_of_the_one_that_runs_this() {
        let command = with_toolchain("1.70", "cargo");
        let arguments: Vec<&OsStr> = command.get_args().collect();
        assert_eq!(arguments, ["run", "1.70", "cargo"]);
        for name in OWN.into_iter().chain(["CARGO_PKG_NAME"]) {
            let mut told = command.get_envs();
            assert!(told.any(|it| it == (name.as_ref(), None)), "{name}");
        }
    }
}
